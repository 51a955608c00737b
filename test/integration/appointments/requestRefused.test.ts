import { expect } from 'chai'
import { MONDAY, NEW_PATIENT, VACATION, type TestPractice } from '../../support/practice.js'
import { ask, booked, chart, newChart, practiceDuring, TUESDAY, watched } from './visits.js'

const NO_SHOW = 1

describe('a request that cannot be', () => {
  const practice = practiceDuring()

  const refusals: [string, (practice: TestPractice) => Parameters<typeof ask>[2], string][] = [
    ['for a provider without office hours', ({ staff }) => ({ provider: staff.marsh }), 'no-such-provider'],
    ['for staff who see no patients', ({ staff }) => ({ provider: staff.nurse }), 'no-such-provider'],
    ['for nobody', () => ({ provider: 4711 }), 'no-such-provider'],
    ['for a kind of visit that is not for patients', () => ({ category: VACATION }), 'no-such-category'],
    ['for a No Show', () => ({ category: NO_SHOW }), 'no-such-category'],
    ['for a kind that the practice did not open', () => ({ category: 12 }), 'no-such-category'],
    ['between two slots', () => ({ time: '09:05' }), 'off-grid'],
    ['before the doors open', () => ({ time: '08:45' }), 'outside-schedule'],
    ['over noon', () => ({ time: '11:45', category: NEW_PATIENT }), 'outside-schedule'],
    ['past the end of the day', () => ({ time: '16:45', category: NEW_PATIENT }), 'outside-schedule'],
    ['on a Sunday', () => ({ day: '2026-11-29' }), 'outside-schedule'],
    ['for a time that is over', () => ({ day: '2026-11-20' }), 'past'],
    ['sooner than the practice can prepare', () => ({ day: MONDAY, time: '09:45' }), 'past'],
    ['further ahead than the practice plans', () => ({ day: '2027-02-22' }), 'too-far'],
  ]
  for (const [what, wish, reason] of refusals) {
    it(`is refused ${what}, and nothing is written`, async () => {
      const maria = await chart(practice, 'maria')
      const { result, written } = await watched(practice, () => ask(practice, maria, wish(practice)))
      expect(result).to.deep.equal({ ok: false, reason })
      expect(written).to.deep.equal({ came: {}, went: {} })
    })
  }

  it('is granted at the edges of all that: the last visit of the day, the first that can be prepared, the last day', async () => {
    const edges = [
      { time: '16:30', category: NEW_PATIENT },
      { day: MONDAY, time: '10:00' },
      { day: '2027-02-19', time: '09:00' },
    ]
    for (const edge of edges) expect(await ask(practice, await newChart(practice), edge)).to.include({ ok: true })
  })

  it('is refused where a visit stands, with the three nearest times, and these are free', async () => {
    await practice.event({ providerId: practice.staff.osei, date: TUESDAY, start: '10:00', minutes: 30 })
    const amina = await chart(practice, 'amina')
    const { result, written } = await watched(practice, () =>
      ask(practice, amina, { provider: practice.staff.osei, time: '10:15' }),
    )
    expect(written).to.deep.equal({ came: {}, went: {} })
    expect(result).to.deep.equal({
      ...{ ok: false, reason: 'slot-taken' },
      alternatives: [
        { day: TUESDAY, minute: 10 * 60 + 30 },
        { day: TUESDAY, minute: 9 * 60 + 45 },
        { day: TUESDAY, minute: 10 * 60 + 45 },
      ],
    })
    const times = ['10:30', '09:45', '10:45']
    for (const time of times) {
      expect(await ask(practice, await newChart(practice), { provider: practice.staff.osei, time })).to.include({
        ok: true,
      })
    }
  })

  it('is refused beyond as many as the practice takes from one patient, wherever the others were asked for', async () => {
    const scope = await newChart(practice)
    await practice.event({ providerId: practice.staff.osei, pid: scope.pid, date: '2026-12-01', by: 'patient' })
    await booked(practice, scope, { day: '2026-12-01', time: '09:30' })
    await booked(practice, scope, { day: '2026-12-01', time: '10:00' })
    const { result, written } = await watched(practice, () =>
      ask(practice, scope, { day: '2026-12-01', time: '11:00' }),
    )
    expect(result).to.deep.equal({ ok: false, reason: 'too-many', limit: 3 })
    expect(written).to.deep.equal({ came: {}, went: {} })
  })
})
