import { expect } from 'chai'
import { openings, requestable } from '../../../module/features/appointments/openings.js'
import { NEW_PATIENT, OFFICE_VISIT, VACATION } from '../../support/practice.js'
import { booked, eventRow, newChart, TUESDAY, practiceForEach, reasonGiven, type Wish } from './visits.js'

describe('a provider’s calendar says what is free', () => {
  const practice = practiceForEach()

  const reasonOf = (wish: Wish) => reasonGiven(practice, wish)
  const at = (date: string, start: string, minutes: number) => ({
    providerId: practice.staff.lee,
    date,
    start,
    minutes,
  })

  it('a vacation of all day takes the day and no other', async () => {
    await practice.event({ ...at(TUESDAY, '00:00', 1440), category: VACATION, allDay: true })
    expect(await reasonOf({ day: TUESDAY, time: '15:00' })).to.equal('slot-taken')
    expect(await reasonOf({ day: '2026-11-25', time: '09:00' })).to.equal('free')
  })

  it('a meeting every week, on its days until its last, but for those taken out', async () => {
    await practice.event({
      ...at('2026-11-03', '10:00', 30),
      ...{ category: 11, repeats: { every: 1, unit: 'week' }, lastDay: '2026-12-15', except: ['2026-12-01'] },
    })
    expect(await reasonOf({ day: TUESDAY, time: '10:15' })).to.equal('slot-taken')
    expect(await reasonOf({ day: '2026-12-01', time: '10:15' })).to.equal('free')
    expect(await reasonOf({ day: '2026-12-15', time: '10:15' })).to.equal('slot-taken')
    expect(await reasonOf({ day: '2026-12-22', time: '10:15' })).to.equal('free')
  })

  it('a round on the last Tuesday of the month, and one on Tuesdays and Thursdays', async () => {
    await practice.event({
      ...at('2026-10-27', '10:00', 30),
      category: 11,
      repeats: { nth: 5, weekday: 'tue', months: 1 },
    })
    await practice.event({ ...at('2026-11-03', '14:00', 30), category: 11, repeats: { weekdays: ['tue', 'thu'] } })
    expect(await reasonOf({ day: TUESDAY, time: '10:00' })).to.equal('slot-taken')
    expect(await reasonOf({ day: '2026-12-01', time: '10:00' })).to.equal('free')
    expect(await reasonOf({ day: '2026-11-26', time: '14:00' })).to.equal('slot-taken')
    expect(await reasonOf({ day: '2026-11-27', time: '14:00' })).to.equal('free')
  })

  it('hours kept for new patients are for them alone', async () => {
    await practice.event({ ...at('2026-11-28', '09:00', 0), category: 2, preferredCategory: NEW_PATIENT })
    await practice.event({ ...at('2026-11-28', '12:00', 0), category: 3 })
    expect(await reasonOf({ day: '2026-11-28', time: '09:00' })).to.equal('outside-schedule')
    expect(await reasonOf({ day: '2026-11-28', time: '09:00', category: NEW_PATIENT })).to.equal('free')
  })

  it('an In Office without an end goes on to midnight, and a visit may end then', async () => {
    await practice.event({ ...at('2026-11-28', '20:00', 0), category: 2 })
    expect(await reasonOf({ day: '2026-11-28', time: '23:45', category: NEW_PATIENT })).to.equal('outside-schedule')
    const eid = await booked(practice, await newChart(practice), {
      day: '2026-11-28',
      time: '23:30',
      category: NEW_PATIENT,
    })
    expect(await eventRow(practice, eid)).to.include({
      pc_startTime: '23:30:00',
      pc_endTime: '24:00:00',
      pc_duration: 1800,
    })
  })

  it('what runs past midnight takes the morning after', async () => {
    await practice.event({ ...at('2026-11-28', '00:00', 0), category: 2 })
    await practice.event({ ...at('2026-11-27', '23:00', 90), category: 11 })
    expect(await reasonOf({ day: '2026-11-28', time: '00:15' })).to.equal('slot-taken')
    expect(await reasonOf({ day: '2026-11-28', time: '00:30' })).to.equal('free')
  })

  it('an absence of several days in one row takes them all', async () => {
    await practice.event({ ...at('2026-11-24', '08:00', 3 * 1440), category: 11 })
    expect(await reasonOf({ day: '2026-11-26', time: '09:00' })).to.equal('slot-taken')
    expect(await reasonOf({ day: '2026-11-27', time: '09:00' })).to.equal('free')
  })

  it('a cancelled visit frees its time', async () => {
    await practice.event({ ...at(TUESDAY, '09:00', 15), status: 'x' })
    await practice.event({ ...at(TUESDAY, '09:15', 15), status: '%' })
    await practice.event({ ...at(TUESDAY, '09:30', 15), status: '?' })
    expect(await reasonOf({ time: '09:00' })).to.equal('free')
    expect(await reasonOf({ time: '09:15' })).to.equal('free')
    expect(await reasonOf({ time: '09:30' })).to.equal('slot-taken')
  })

  it('the hour that the clocks skip in spring is nobody’s, and the one they repeat in autumn is offered once', async () => {
    practice.clock.set('2027-03-08T08:00:00')
    await practice.event({ ...at('2027-03-14', '01:00', 0), category: 2 })
    await practice.event({ ...at('2027-03-14', '05:00', 0), category: 3 })
    expect(await reasonOf({ day: '2027-03-14', time: '01:45' })).to.equal('free')
    expect(await reasonOf({ day: '2027-03-14', time: '01:45', category: NEW_PATIENT })).to.equal('outside-schedule')
    expect(await reasonOf({ day: '2027-03-14', time: '02:00' })).to.equal('outside-schedule')
    expect(await reasonOf({ day: '2027-03-14', time: '02:45' })).to.equal('outside-schedule')
    expect(await reasonOf({ day: '2027-03-14', time: '03:00' })).to.equal('free')

    practice.clock.set('2027-11-01T08:00:00')
    await practice.event({ ...at('2027-11-07', '00:30', 0), category: 2 })
    await practice.event({ ...at('2027-11-07', '02:30', 0), category: 3 })
    const offer = await requestable(practice.portal, practice.db)
    const [provider] = offer.providers.filter(({ id }) => id === practice.staff.lee)
    const [category] = offer.categories.filter(({ id }) => id === OFFICE_VISIT)
    if (!provider || !category) throw new Error('nothing to ask for')
    const times = await openings(practice.portal, practice.db, { provider, category }, '2027-11-07', 1)
    expect(times.map(({ minute }) => minute)).to.deep.equal([30, 45, 60, 75, 90, 105, 120, 135])
    expect(await reasonOf({ day: '2027-11-07', time: '01:30' })).to.equal('free')
    expect(await reasonOf({ day: '2027-11-07', time: '01:30' })).to.equal('slot-taken')
  })
})
