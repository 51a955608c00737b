import { expect } from 'chai'
import { followCalendar } from '../../../module/features/appointments/followHost.js'
import { unknownPending } from '../../../module/host/reads/following.js'
import { hostDeletes, hostWrites, hostWritesForAll } from './hostScreens.js'
import { rescheduleAppointment } from '../../../module/features/appointments/rescheduling.js'
import {
  ask,
  booked,
  cancel,
  decline,
  eventRow,
  holderOf,
  hostSets,
  newChart,
  setStatus,
  statusOf,
  TUESDAY,
  type Row,
  practiceForEach,
} from './visits.js'

describe('Foyer follows what the host’s screens do', () => {
  const practice = practiceForEach()

  const follow = () => followCalendar.run(practice.portal)
  const visit = async (time = '10:00') => booked(practice, await newChart(practice), { time })

  /** What was told since the last call, oldest first: event and what of its payload matters here. */
  let last = 0
  const told = async (): Promise<[string, Row][]> => {
    const rows = await practice.db.select<{ id: number; event: string; payload: string | Row }>(
      `SELECT id, event, payload FROM foyer_outbox WHERE id > :last AND event <> 'appointment.overlapped' ORDER BY id`,
      { last },
    )
    last = rows.at(-1)?.id ?? last
    return rows.map(({ event, payload }) => [
      event,
      typeof payload === 'string' ? (JSON.parse(payload) as Row) : payload,
    ])
  }
  beforeEach(() => (last = 0))
  const events = async () => (await told()).map(([event]) => event)
  const request = async (eid: number) => {
    const row = await practice.db.first<Row>(
      `SELECT state, open_key, open_seat, decided_by FROM foyer_appointment_requests WHERE pc_eid = :eid`,
      { eid },
    )
    if (!row) throw new Error('no request')
    return row
  }
  const trail = (event: string) =>
    practice.db.select<Row>(`SELECT actor_kind, actor_id, pid, subject FROM foyer_audit WHERE event = :event`, {
      event,
    })

  it('tells nothing of what Foyer did itself', async () => {
    const eids = [await visit('09:00'), await visit('10:00'), await visit('11:00'), await visit('13:00')]
    await setStatus(practice, eids[0] ?? 0, '-')
    await setStatus(practice, eids[1] ?? 0, 'EMAIL')
    await decline(practice, eids[2] ?? 0)
    await told()
    await follow()
    expect(await events()).to.deep.equal([])
    const scope = await newChart(practice)
    const outcome = await ask(practice, scope, { time: '14:00' })
    await cancel(practice, scope, outcome.ok ? outcome.eid : 0)
    await told()
    await follow()
    expect(await events()).to.deep.equal([])
  })

  it('tells of a visit that was moved, once, with where it was and where it is', async () => {
    const eid = await visit()
    await setStatus(practice, eid, '-')
    await told()
    await hostSets(practice, eid, `pc_eventDate = '2026-12-01', pc_startTime = '11:30:00'`)
    await follow()
    const [[event, payload] = ['', {}], ...more] = await told()
    expect(event).to.equal('appointment.moved')
    expect(payload).to.include({ eid, fromDay: TUESDAY, fromStart: '10:00:00', day: '2026-12-01', start: '11:30:00' })
    expect(more).to.deep.equal([])
    expect(await trail('appointment.moved')).to.deep.include({
      ...{ actor_kind: 'system', actor_id: 'EMR', pid: payload['pid'], subject: `appointment:${String(eid)}` },
    })
    expect(await request(eid)).to.include({ state: 'confirmed' })
    await follow()
    expect(await events()).to.deep.equal([])
  })

  it('tells of a visit that was given to another provider', async () => {
    const eid = await visit()
    await told()
    await hostSets(practice, eid, `pc_aid = '${String(practice.staff.osei)}'`)
    await follow()
    expect(await events()).to.deep.equal(['appointment.moved'])
    // Still asked for, but the same wish may be made anew where it was.
    expect(await request(eid)).to.include({ state: 'requested', open_key: null })
  })

  it('tells of a status that was set, and closes or opens the request by it', async () => {
    const eid = await visit()
    expect((await request(eid))['open_seat']).to.match(/^p\d+:1$/)
    await told()
    for (const [status, state] of [
      ['-', 'confirmed'],
      ['*', 'confirmed'],
      ['x', 'cancelled'],
      ['%', 'cancelled'],
      ['^', 'requested'],
      ['@', 'confirmed'],
    ] as const) {
      await hostSets(practice, eid, `pc_apptstatus = '${status}'`)
      await follow()
      const [[event, payload] = ['', {}], ...more] = await told()
      expect([event, payload['status'], payload['state'], more], status).to.deep.equal([
        ...['appointment.status-set', status, state, []],
      ])
      expect(await request(eid)).to.deep.include({ state, open_key: null, open_seat: null, decided_by: 'EMR' })
    }
  })

  it('takes the old visit off the calendar when the host confirms the one that moves it', async () => {
    const scope = await newChart(practice)
    const { lee, osei } = practice.staff
    const confirmed = { pid: scope.pid, date: '2026-11-26', start: '09:00', comment: 'Brings papers' }
    const old = await practice.event({ providerId: osei, ...confirmed })
    const asked = await rescheduleAppointment(practice.portal, holderOf(scope), {
      ...{ scope, id: String(old), provider: lee, day: '2026-11-25', time: '09:00', reason: '', once: undefined },
    })
    const eid = asked.ok ? asked.eid : 0
    await told()
    // The practice's own screens write the status and no more.
    await hostSets(practice, eid, `pc_apptstatus = '-'`)
    expect(await statusOf(practice, old)).to.equal('-')
    await Promise.all([follow(), follow()])
    expect(await eventRow(practice, old)).to.include({
      pc_apptstatus: 'x',
      pc_hometext: 'Brings papers\nMoved to 2026-11-25 09:00',
    })
    expect(await request(eid)).to.include({ state: 'confirmed', decided_by: 'EMR' })
    expect(await told()).to.deep.equal([
      ['appointment.status-set', { eid, pid: scope.pid, record: scope.record, status: '-', state: 'confirmed' }],
      ['appointment.cancelled', { eid: old, pid: scope.pid, status: 'x', replacedBy: eid }],
    ])
    const board = await practice.db.select<Row>(
      `SELECT e.status FROM patient_tracker t JOIN patient_tracker_element e ON e.pt_tracker_id = t.id
        WHERE t.eid = :old ORDER BY CAST(e.seq AS UNSIGNED)`,
      { old },
    )
    expect(board.map(({ status }) => status)).to.deep.equal(['-', 'x'])
    expect(await trail('appointment.cancelled')).to.deep.equal([
      { actor_kind: 'system', actor_id: 'EMR', pid: scope.pid, subject: `appointment:${String(old)}` },
    ])
    await follow()
    expect(await events()).to.deep.equal([])
  })

  it('leaves the old visit as it is when the host declines the move, or its hour has come', async () => {
    const [scope, other] = [await newChart(practice), await newChart(practice)]
    const providerId = practice.staff.osei
    const moved = async (whose: typeof scope, start: string) => {
      const old = await practice.event({ providerId, pid: whose.pid, date: TUESDAY, start })
      const to = { provider: providerId, day: '2026-12-01', time: start, reason: '', once: undefined }
      practice.clock.set('2026-11-21T08:00:00')
      const asked = await rescheduleAppointment(practice.portal, holderOf(whose), {
        ...{ scope: whose, id: String(old), ...to },
      })
      return [old, asked.ok ? asked.eid : 0] as const
    }
    const [kept, refused] = await moved(scope, '10:30')
    const [begun, late] = await moved(other, '11:30')
    await hostSets(practice, refused, `pc_apptstatus = 'x'`)
    practice.clock.set(`${TUESDAY}T11:30:00`)
    await hostSets(practice, late, `pc_apptstatus = '-'`)
    await follow()
    expect([await statusOf(practice, kept), await statusOf(practice, begun)]).to.deep.equal(['-', '-'])
    expect(await request(late)).to.include({ state: 'confirmed' })
  })

  it('keeps a request declined whose row the host marks otherwise cancelled or deletes', async () => {
    const eid = await visit()
    await decline(practice, eid)
    await told()
    await hostSets(practice, eid, `pc_apptstatus = '%'`)
    await follow()
    expect(await events()).to.deep.equal(['appointment.status-set'])
    await hostDeletes(practice, eid)
    await follow()
    expect(await events()).to.deep.equal([])
    expect(await request(eid)).to.include({ state: 'declined' })
  })

  it('ends a request whose event was deleted, or given to another patient', async () => {
    const [gone, given] = [await visit('10:00'), await visit('11:00')]
    await setStatus(practice, given, '-')
    await told()
    await hostDeletes(practice, gone)
    await hostSets(practice, given, `pc_pid = '${String(practice.patients.john)}'`)
    await follow()
    expect(await events()).to.deep.equal(['appointment.removed', 'appointment.removed'])
    for (const eid of [gone, given]) {
      expect(await request(eid)).to.include({ state: 'removed', open_key: null, open_seat: null })
    }
    expect(await trail('appointment.removed')).to.have.length(2)
    await follow()
    expect(await events()).to.deep.equal([])
    // The seat is free again for another wish of the same patient.
    expect(await statusOf(practice, given)).to.equal('-')
  })

  it('does not look at what is over', async () => {
    const eid = await visit()
    await told()
    practice.clock.set('2026-11-26T08:00:00')
    await hostSets(practice, eid, `pc_apptstatus = '?'`)
    await follow()
    expect(await events()).to.deep.equal([])
    // Yesterday it does.
    practice.clock.set('2026-11-25T23:00:00')
    await follow()
    expect(await events()).to.deep.equal(['appointment.status-set'])
  })

  it('takes in what was asked for in the host’s own portal, once for each visit', async () => {
    const john = String(practice.patients.john)
    const eid = await hostWrites(practice, { pc_pid: john, pc_apptstatus: '^', pc_startTime: '10:00:00' })
    const { lee, osei } = practice.staff
    const [first = 0] = await hostWritesForAll(practice, [lee, osei], {
      ...{ pc_pid: john, pc_apptstatus: '^', pc_startTime: '11:00:00' },
    })
    await hostWrites(practice, { pc_pid: john, pc_startTime: '12:00:00' })
    await hostWrites(practice, { pc_pid: john, pc_apptstatus: '^', pc_eventDate: '2026-11-20' })
    await follow()
    expect((await told()).map(([event, { eid: of, pid }]) => [event, of, pid])).to.deep.equal([
      ['appointment.requested', eid, practice.patients.john],
      ['appointment.requested', first, practice.patients.john],
    ])
    expect(await request(eid)).to.include({ state: 'requested', open_seat: null })
    // Nor do the rows of a visit's other providers stand in the way of what comes.
    expect(await unknownPending(practice.db, '2026-11-22', 10)).to.deep.equal([])
    await follow()
    expect(await events()).to.deep.equal([])
    await hostSets(practice, eid, `pc_apptstatus = '-'`)
    await follow()
    expect(await events()).to.deep.equal(['appointment.status-set'])
    expect(await request(eid)).to.include({ state: 'confirmed', decided_by: 'EMR' })
  })

  it('grants a wish to be taken off the calendar when the host has done so', async () => {
    const scope = await newChart(practice)
    const eid = await booked(practice, scope, { time: '10:00', day: TUESDAY })
    await setStatus(practice, eid, '-')
    practice.clock.set(`${TUESDAY}T06:00:00`)
    await cancel(practice, scope, eid)
    const wishes = () =>
      practice.db.select<Row>(
        `SELECT state, open_key, decided_by FROM foyer_cancellation_requests WHERE pc_eid = :eid`,
        { eid },
      )
    expect(await wishes()).to.deep.equal([{ state: 'requested', open_key: String(eid), decided_by: null }])
    await follow()
    expect(await wishes()).to.have.nested.property('[0].state', 'requested')
    await hostSets(practice, eid, `pc_apptstatus = 'x'`)
    await told()
    await follow()
    expect(await wishes()).to.deep.equal([{ state: 'done', open_key: null, decided_by: 'EMR' }])
    expect(await events()).to.deep.equal(['appointment.status-set', 'appointment.cancellation-granted'])
  })

  it('tells once though several processes look at the same moment', async () => {
    const eids = [await visit('09:00'), await visit('10:00'), await visit('11:00')]
    await hostWrites(practice, { pc_pid: String(practice.patients.john), pc_apptstatus: '^', pc_startTime: '14:00:00' })
    await told()
    await hostSets(practice, eids[0] ?? 0, `pc_startTime = '09:15:00'`)
    await hostSets(practice, eids[1] ?? 0, `pc_apptstatus = '-'`)
    await hostDeletes(practice, eids[2] ?? 0)
    await Promise.all([follow(), follow(), follow()])
    expect((await events()).sort()).to.deep.equal([
      ...['appointment.moved', 'appointment.removed', 'appointment.requested', 'appointment.status-set'],
    ])
  })
})
