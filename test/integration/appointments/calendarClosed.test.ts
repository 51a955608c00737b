import { expect } from 'chai'
import { offer, requestable } from '../../../module/features/appointments/openings.js'
import { daysLater, standingClock } from '../../../module/platform/clock.js'
import { NEW_PATIENT, OFFICE_VISIT, openPractice, VACATION, type TestPractice } from '../../support/practice.js'
import {
  CLOSED,
  GROUP_THERAPY,
  hostClosesDay,
  HOLIDAYS,
  hostWrites,
  hostWritesForAll,
  LUNCH,
  RESERVED,
} from './hostScreens.js'
import { ask, booked, newChart, setStatus, TUESDAY, practiceForEach, reasonGiven, type Wish } from './visits.js'

const WEDNESDAY = '2026-11-25'
const THURSDAY = '2026-11-26'
const FRIDAY = '2026-11-27'

describe('nothing is free when', () => {
  const practice = practiceForEach()

  const reasonOf = (wish: Wish) => reasonGiven(practice, wish)
  const ofOsei = (wish: Wish) => reasonOf({ provider: practice.staff.osei, ...wish })

  /** How many visits of a quarter of an hour are offered on that day, and what the page says of days that are closed. */
  const offered = async (day: string, providerId = practice.staff.lee) => {
    const all = await requestable(practice.portal, practice.db)
    const provider = all.providers.find(({ id }) => id === providerId)
    const category = all.categories.find(({ id }) => id === OFFICE_VISIT)
    if (!provider || !category) throw new Error('nothing to ask for')
    const { free, closed } = await offer(practice.portal, practice.db, { provider, category }, day, 1)
    return { count: free.length, closed }
  }

  it('a holiday of the practice closes the day for every provider, and says its name', async () => {
    await hostClosesDay(practice, THURSDAY, 'Thanksgiving')
    expect(await reasonOf({ day: THURSDAY })).to.equal('slot-taken')
    expect(await ofOsei({ day: THURSDAY })).to.equal('slot-taken')
    expect(await reasonOf({ day: FRIDAY })).to.equal('free')
    const thanksgiving = { day: THURSDAY, key: 'appointments.closedFor', title: 'Thanksgiving' }
    expect(await offered(THURSDAY)).to.deep.equal({ count: 0, closed: [thanksgiving] })
    expect((await offered(FRIDAY)).closed).to.deep.equal([])
  })

  it('and the patient’s page says on which day the practice is closed, and that a doctor has no times', async () => {
    await hostClosesDay(practice, THURSDAY, 'Thanksgiving')
    const page = async (provider: number): Promise<string> => {
      const maria = await practice.patientVisitor('maria')
      const address = `/portal/records/${practice.records.maria}/appointments/new?provider=${String(provider)}`
      return (await maria.get(`${address}&from=${THURSDAY}`)).body
    }
    const { lee, marsh } = practice.staff
    expect(await page(lee)).to.contain('The practice is closed on Thursday 26 November: Thanksgiving.')
    const unscheduled = await page(marsh)
    expect(unscheduled).to.match(/ Marsh has no times to request online at the moment\./)
    expect(unscheduled).to.contain('The practice is closed on Thursday 26 November: Thanksgiving.')
    expect(await page(999)).to.contain('Nobody can be requested here under the name that you looked for.')
  })

  it('a holiday without any hours and length does too, and one whose title says nothing has no name', async () => {
    await hostClosesDay(practice, THURSDAY, 'Holidays', { pc_alldayevent: 0, pc_duration: 0, pc_aid: '' })
    expect(await offered(THURSDAY)).to.deep.equal({
      count: 0,
      closed: [{ day: THURSDAY, key: 'appointments.closedOn', title: '' }],
    })
  })

  it('a closed afternoon takes the afternoon, whoever it was written for', async () => {
    const afternoon = { pc_alldayevent: 0, pc_startTime: '12:00:00', pc_duration: 18_000, pc_catid: CLOSED }
    await hostClosesDay(practice, WEDNESDAY, 'Staff outing', { ...afternoon, pc_aid: String(practice.staff.marsh) })
    expect(await reasonOf({ day: WEDNESDAY, time: '11:45' })).to.equal('free')
    expect(await reasonOf({ day: WEDNESDAY, time: '13:00' })).to.equal('slot-taken')
    expect(await ofOsei({ day: WEDNESDAY, time: '16:45' })).to.equal('slot-taken')
    expect((await offered(WEDNESDAY)).closed).to.deep.equal([])
  })

  it('a facility is closed: for its own providers only', async () => {
    await practice.db.sequelize.query(`UPDATE users SET facility_id = 2 WHERE id = :osei`, {
      replacements: { osei: practice.staff.osei },
    })
    await hostClosesDay(practice, THURSDAY, 'Renovation', { pc_facility: 2, pc_catid: CLOSED })
    expect((await offered(THURSDAY)).closed).to.deep.equal([])
    expect((await offered(THURSDAY, practice.staff.osei)).closed).to.have.length(1)
    expect(await reasonOf({ day: THURSDAY })).to.equal('free')
    expect(await ofOsei({ day: THURSDAY })).to.equal('slot-taken')
  })

  it('the practice closes every last Thursday of the month', async () => {
    await practice.event({
      ...{ providerId: 0, category: CLOSED, title: 'Training', date: '2026-08-27', start: '00:00', minutes: 1440 },
      ...{ allDay: true, repeats: { nth: 5, weekday: 'thu', months: 1 } },
    })
    expect(await reasonOf({ day: THURSDAY })).to.equal('slot-taken')
    expect(await reasonOf({ day: '2026-12-03' })).to.equal('free')
    expect(await ofOsei({ day: '2026-12-31' })).to.equal('slot-taken')
  })

  it('the practice closes for a week in one row, and a closing that was taken back closes nothing', async () => {
    await hostClosesDay(practice, '2026-11-20', 'Move', { pc_catid: CLOSED, pc_duration: 7 * 86_400 })
    await hostClosesDay(practice, FRIDAY, 'Flood', { pc_apptstatus: 'x' })
    expect(await reasonOf({ day: THURSDAY })).to.equal('slot-taken')
    expect(await reasonOf({ day: FRIDAY })).to.equal('free')
  })

  it('the host’s list of holidays names the day, before staff have made an event of it', async function () {
    if (!practice.portal.site.has('calendar_external', 'date')) {
      await practice.db.sequelize.query(
        `CREATE TABLE calendar_external (id INT AUTO_INCREMENT PRIMARY KEY, date DATE NOT NULL, description VARCHAR(45) NOT NULL, source VARCHAR(45) NULL)`,
      )
    }
    await practice.db.sequelize.query(
      `INSERT INTO calendar_external (date, description, source) VALUES ('${THURSDAY}', 'Thanksgiving', 'csv')`,
    )
    const listing = { ...practice.portal, site: { ...practice.portal.site, has: () => true } }
    const outcome = await ask({ ...practice, portal: listing }, await newChart(practice), { day: THURSDAY })
    expect(outcome).to.include({ ok: false, reason: 'slot-taken' })
    expect(await reasonOf({ day: FRIDAY })).to.equal('free')
  })

  it('the provider is on vacation: a day, three in one row, or Mondays until the spring', async () => {
    const vacation = { providerId: practice.staff.lee, category: VACATION, start: '00:00', allDay: true }
    await practice.event({ ...vacation, date: TUESDAY, minutes: 1440 })
    await practice.event({ ...vacation, date: '2026-12-01', minutes: 3 * 1440 })
    await practice.event({
      ...{ ...vacation, date: '2026-12-07', minutes: 1440 },
      ...{ repeats: { every: 1, unit: 'week' }, lastDay: '2027-03-29' },
    })
    for (const [day, expected] of [
      [TUESDAY, 'slot-taken'],
      [WEDNESDAY, 'free'],
      ['2026-12-01', 'slot-taken'],
      ['2026-12-03', 'slot-taken'],
      ['2026-12-04', 'free'],
      ['2026-12-14', 'slot-taken'],
      ['2026-12-15', 'free'],
    ] as const) {
      expect(await reasonOf({ day }), day).to.equal(expected)
    }
    expect(await ofOsei({ day: TUESDAY })).to.equal('free')
    // Away is not closed.
    expect((await offered(TUESDAY)).closed).to.deep.equal([])
  })

  it('the provider has lunch, keeps time for themselves, or leads a therapy group', async () => {
    await hostWrites(practice, { pc_catid: LUNCH, pc_startTime: '09:00:00', pc_duration: 3600 })
    await hostWrites(practice, { pc_catid: RESERVED, pc_startTime: '10:00:00', pc_duration: 900 })
    await hostWrites(practice, { pc_catid: GROUP_THERAPY, pc_gid: 7, pc_startTime: '11:00:00', pc_duration: 3600 })
    expect(await reasonOf({ time: '09:45' })).to.equal('slot-taken')
    expect(await reasonOf({ time: '10:00' })).to.equal('slot-taken')
    expect(await reasonOf({ time: '10:15' })).to.equal('free')
    expect(await reasonOf({ time: '11:45' })).to.equal('slot-taken')
  })

  it('a visit with several providers takes the time of each', async () => {
    const { lee, osei } = practice.staff
    await hostWritesForAll(practice, [lee, osei], { pc_pid: String(practice.patients.john), pc_startTime: '10:00:00' })
    expect(await reasonOf({ time: '10:00' })).to.equal('slot-taken')
    expect(await ofOsei({ time: '10:00' })).to.equal('slot-taken')
    expect(await ofOsei({ time: '10:15' })).to.equal('free')
  })

  it('a visit with several providers is confirmed only where all of them are free', async () => {
    const { lee, osei } = practice.staff
    const wanted = { pc_pid: String(practice.patients.john), pc_startTime: '10:00:00', pc_apptstatus: '^' }
    const [ofLee = 0, ofBoth = 0] = await hostWritesForAll(practice, [lee, osei], wanted)
    const other = await hostWrites(practice, { pc_aid: String(osei), pc_startTime: '10:10:00' })
    for (const eid of [ofLee, ofBoth]) {
      expect(await setStatus(practice, eid, '-'), String(eid)).to.deep.include({ ok: false, reason: 'overlap' })
    }
    await practice.db.sequelize.query(
      `UPDATE openemr_postcalendar_events SET pc_apptstatus = 'x' WHERE pc_eid = ${String(other)}`,
    )
    expect(await setStatus(practice, ofLee, '-')).to.include({ ok: true })
  })

  it('a request is not confirmed on a day that the practice has closed since', async () => {
    const eid = await booked(practice, await newChart(practice), { day: THURSDAY })
    await hostClosesDay(practice, THURSDAY, 'Thanksgiving', { pc_catid: HOLIDAYS })
    expect(await setStatus(practice, eid, '-')).to.deep.include({ ok: false, reason: 'overlap' })
  })
})

describe('slot counts', () => {
  let practice: TestPractice

  before(async function () {
    this.timeout(30_000)
    practice = await openPractice()
    const hours = { providerId: practice.staff.marsh, date: '2026-11-01', minutes: 0 }
    const daily = { ...hours, repeats: { every: 1, unit: 'day' } } as const
    await practice.event({ ...daily, start: '00:00', category: 2 })
    await practice.event({ ...daily, start: '06:00', category: 3 })
  })
  after(() => practice.leave())

  /**
   * A night in office from midnight to six, in quarters of an hour and in halves: an hour less where the clocks skip
   * one, no more where they repeat one. Neither this machine's zone nor UTC matters, only the practice's wall.
   */
  const table: [zone: string, day: string, quarters: number, halves: number][] = [
    ['America/New_York', '2027-03-13', 24, 12],
    ['America/New_York', '2027-03-14', 20, 10],
    ['America/New_York', '2027-03-15', 24, 12],
    ['America/New_York', '2027-11-06', 24, 12],
    ['America/New_York', '2027-11-07', 24, 12],
    ['Europe/Madrid', '2027-03-28', 20, 10],
    ['Europe/Madrid', '2027-10-31', 24, 12],
    ['UTC', '2027-03-14', 24, 12],
    ['America/New_York', '2028-02-28', 24, 12],
    ['America/New_York', '2028-02-29', 24, 12],
    ['America/New_York', '2028-03-01', 24, 12],
  ]

  for (const [zone, day, quarters, halves] of table) {
    it(`are ${String(quarters)} and ${String(halves)} on ${day} in ${zone}`, async () => {
      const portal = { ...practice.portal, clock: standingClock(zone, `${daysLater(day, -2)}T08:00`) }
      const all = await requestable(portal, practice.db)
      const provider = all.providers.find(({ id }) => id === practice.staff.marsh)
      const count = async (id: number) => {
        const category = all.categories.find((each) => each.id === id)
        if (!provider || !category) throw new Error('nothing to ask for')
        return (await offer(portal, practice.db, { provider, category }, day, 1)).free.length
      }
      expect([await count(OFFICE_VISIT), await count(NEW_PATIENT)]).to.deep.equal([quarters, halves])
    })
  }
})
