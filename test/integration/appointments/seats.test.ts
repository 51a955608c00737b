import { expect } from 'chai'
import type { RequestOutcome } from '../../../module/features/appointments/booking.js'
import type { PatientScope } from '../../../module/access/scope.js'
import type { TestPractice } from '../../support/practice.js'
import { ask, booked, cancel, chart, hostSets, newChart, ownRecord, practiceDuring, setStatus } from './visits.js'

const DAY = '2026-12-01'

describe('as many requests may wait as the practice takes from one patient', () => {
  const practice = practiceDuring()
  before(() => practice.setting('openRequestLimit', '3'))

  const firsts = (outcomes: RequestOutcome[]) => outcomes.filter((each) => each.ok && each.first)
  const seatsOf = async (there: TestPractice, owner: string) =>
    (
      await there.db.select<{ seat: string }>(
        `SELECT open_seat AS seat FROM foyer_appointment_requests WHERE open_seat LIKE :seats ORDER BY open_seat`,
        { seats: `${owner}:%` },
      )
    ).map(({ seat }) => seat)
  const hours = ['09:00', '09:30', '10:00', '10:30', '11:00', '11:30', '13:00', '13:30']
  const many = (scopes: readonly [PatientScope, PatientScope], day: string) =>
    Promise.all(
      hours.flatMap((time) =>
        [practice.staff.lee, practice.staff.osei].map((provider, at) =>
          ask(practice, at === 0 ? scopes[0] : scopes[1], { day, time, provider }),
        ),
      ),
    )

  it('from two sessions at once not one more, and each has a seat of its own', async function () {
    this.timeout(30_000)
    // Maria and a second account that opens the same chart.
    const scope = await newChart(practice)
    const other = { ...scope, record: 'x'.repeat(22), account: { id: practice.accounts.john, name: 'john.carter' } }
    const outcomes = await many([scope, other], DAY)
    expect(firsts(outcomes)).to.have.lengthOf(3)
    const owner = `p${String(scope.pid)}`
    expect(await seatsOf(practice, owner)).to.deep.equal([`${owner}:1`, `${owner}:2`, `${owner}:3`])
  })

  it('and the key itself keeps two from one seat', async () => {
    const scope = await newChart(practice)
    const [one, two] = [
      await booked(practice, scope, { day: '2026-12-02', time: '09:00' }),
      await booked(practice, scope, { day: '2026-12-02', time: '09:30' }),
    ]
    const steal = practice.db.sequelize.query(
      `UPDATE foyer_appointment_requests SET open_seat = :seat WHERE pc_eid = :two`,
      { replacements: { seat: `p${String(scope.pid)}:1`, two } },
    )
    expect(await steal.catch((error: unknown) => String(error))).to.match(/Validation error/)
    expect(one).not.to.equal(two)
  })

  it('a seat is free again when the request is cancelled, confirmed, declined by the host, moved into the past or removed', async () => {
    await practice.setting('openRequestLimit', '1')
    const scope = await newChart(practice)
    const ends: ((eid: number) => Promise<unknown>)[] = [
      (eid) => cancel(practice, scope, eid),
      (eid) => setStatus(practice, eid, '-'),
      (eid) => hostSets(practice, eid, `pc_apptstatus = 'x'`),
      (eid) => hostSets(practice, eid, `pc_eventDate = '2026-11-20'`),
      (eid) =>
        practice.db.sequelize.query(`DELETE FROM openemr_postcalendar_events WHERE pc_eid = :eid`, {
          replacements: { eid },
        }),
    ]
    for (const [at, end] of ends.entries()) {
      const time = hours[at] ?? ''
      const eid = await booked(practice, scope, { day: '2026-12-03', time })
      expect(await ask(practice, scope, { day: '2026-12-04', time })).to.deep.equal({
        ...{ ok: false, reason: 'too-many', limit: 1 },
      })
      await end(eid)
    }
    expect(await ask(practice, scope, { day: '2026-12-03', time: '16:00' })).to.include({ ok: true })
    await practice.setting('openRequestLimit', '3')
  })

  it('lowering the limit keeps those that stand, and takes no more until enough have gone', async () => {
    const scope = await newChart(practice)
    const eids: number[] = []
    for (const time of ['14:00', '14:30', '15:00']) {
      eids.push(await booked(practice, scope, { day: '2026-12-07', time }))
    }
    await practice.setting('openRequestLimit', '2')
    const wish = { day: '2026-12-07', time: '16:00' }
    for (const eid of eids.slice(0, 2)) {
      expect(await ask(practice, scope, wish)).to.include({ reason: 'too-many' })
      await cancel(practice, scope, eid)
    }
    expect(await ask(practice, scope, wish)).to.include({ ok: true })
    const owner = `p${String(scope.pid)}`
    expect(await seatsOf(practice, owner)).to.deep.equal([`${owner}:1`, `${owner}:3`])
    await practice.setting('openRequestLimit', '3')
  })

  it('what was asked for in the host’s own portal counts, before it is adopted and after', async () => {
    const scope = await newChart(practice)
    const host = await practice.event({
      ...{
        providerId: practice.staff.osei,
        pid: scope.pid,
        date: '2026-12-08',
        start: '09:00',
        by: 'patient' as const,
      },
    })
    await booked(practice, scope, { day: '2026-12-08', time: '09:30' })
    await booked(practice, scope, { day: '2026-12-08', time: '10:00' })
    const wish = { day: '2026-12-08', time: '11:00' }
    expect(await ask(practice, scope, wish)).to.include({ reason: 'too-many' })
    await setStatus(practice, host, '^')
    expect(await ask(practice, scope, wish)).to.include({ reason: 'too-many' })
    await setStatus(practice, host, '-')
    expect(await ask(practice, scope, wish)).to.include({ ok: true })
  })

  it('is per patient, and per account for what it asks for without a chart: one does not use up the other', async function () {
    this.timeout(30_000)
    const maria = await chart(practice, 'maria')
    const own = ownRecord(practice, 'maria')
    expect(firsts(await many([own, own], '2026-12-09'))).to.have.lengthOf(3)
    const { record } = own
    expect(await seatsOf(practice, `r${record}`)).to.deep.equal([1, 2, 3].map((n) => `r${record}:${String(n)}`))
    expect(await ask(practice, maria, { day: '2026-12-10' })).to.include({ ok: true })
    expect(await ask(practice, ownRecord(practice, 'john'), { day: '2026-12-10', time: '10:00' })).to.include({
      ok: true,
    })
  })
})
