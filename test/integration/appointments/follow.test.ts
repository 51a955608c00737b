import { expect } from 'chai'
import { followCalendar } from '../../../module/features/appointments/followHost.js'
import { findAppointment } from '../../../module/features/appointments/ofPatient.js'
import { nowOf } from '../../../module/features/appointments/staff/queue.js'
import { waitingAppointments } from '../../../module/host/reads/staffAppointments.js'
import { unknownPending } from '../../../module/host/reads/following.js'
import { deskOf, wishToCancel } from './deciding.js'
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
    expect(await unknownPending(practice.db, '2026-11-22', { after: 0, limit: 10 })).to.deep.equal([])
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

  it('ends a wish whose visit was given to another patient: staff are not asked to cancel theirs', async () => {
    const scope = await newChart(practice)
    const eid = await booked(practice, scope, { time: '10:30', day: TUESDAY })
    await setStatus(practice, eid, '-')
    practice.clock.set(`${TUESDAY}T06:00:00`)
    await cancel(practice, scope, eid)
    await hostSets(practice, eid, `pc_pid = '${String(practice.patients.john)}'`)
    await follow()
    expect(await wish(eid)).to.deep.equal({ state: 'done', open_key: null, decided_by: 'EMR' })
    expect(await statusOf(practice, eid)).to.equal('-')
  })

  const wish = (eid: number) =>
    practice.db.first<Row>(
      `SELECT state, open_key, decided_by FROM foyer_cancellation_requests WHERE pc_eid = :eid ORDER BY id DESC LIMIT 1`,
      { eid },
    )
  const series = async (start: string) =>
    practice.event({
      ...{
        providerId: practice.staff.osei,
        pid: (await newChart(practice)).pid,
        date: '2026-11-13',
        start,
        minutes: 30,
      },
      ...{ repeats: { every: 1, unit: 'week' as const }, lastDay: '2026-12-18' },
    })

  it('grants a wish behind any number of those that wait, and ends those whose day is over', async () => {
    const [stands, left] = [await series('09:00'), await series('10:00')]
    const single = await practice.event({ providerId: practice.staff.lee, pid: practice.patients.john, date: TUESDAY })
    await wishToCancel(practice, stands, '2026-12-04', true)
    // More than are read at once, each for a day that stays in its series.
    await practice.db.sequelize.query(
      `INSERT INTO foyer_cancellation_requests
         (receipt, pc_eid, day, of_series, account_id, record, pid, reason, state, open_key, created_at)
       SELECT CONCAT('w', seq), pc_eid, day, of_series, account_id, record, pid, reason, state, CONCAT('w', seq), created_at
         FROM foyer_cancellation_requests JOIN seq_1_to_205 WHERE pc_eid = :stands`,
      { replacements: { stands } },
    )
    await wishToCancel(practice, single)
    await wishToCancel(practice, left, '2026-12-04', true)
    await hostSets(practice, left, `pc_endDate = '2026-12-03'`)
    await told()
    await follow()
    expect(await wish(left)).to.deep.equal({ state: 'done', open_key: null, decided_by: 'EMR' })
    expect(await wish(single)).to.include({ state: 'requested' })
    expect(await events()).to.deep.equal(['appointment.cancellation-granted'])

    practice.clock.set('2026-11-25T00:10:00')
    await follow()
    expect(await wish(single)).to.deep.equal({ state: 'lapsed', open_key: null, decided_by: 'foyer' })
    expect(await events()).to.deep.equal(['appointment.cancellation-lapsed'])
    practice.clock.set('2026-12-05T00:10:00')
    await follow()
    const open = await practice.db.select(`SELECT id FROM foyer_cancellation_requests WHERE open_key IS NOT NULL`)
    expect(open).to.deep.equal([])
  })

  it('grants no wish whose visit stands: its series cannot be read, or its day has a row of its own', async () => {
    const [unread, alone] = [await series('09:00'), await series('10:00')]
    for (const eid of [unread, alone]) await wishToCancel(practice, eid, '2026-12-04', true)
    await hostSets(practice, unread, `pc_recurrspec = 'a:1:{broken'`)
    const { pc_pid, pc_recurrspec } = await eventRow(practice, alone)
    const without = String(pc_recurrspec).replace(/s:6:"exdate";s:0:"";/, 's:6:"exdate";s:8:"20261204";')
    await hostSets(practice, alone, `pc_recurrspec = '${without}'`)
    const single = await hostWrites(practice, {
      ...{ pc_pid: String(pc_pid), pc_aid: String(practice.staff.osei), pc_eventDate: '2026-12-04' },
      ...{ pc_startTime: '11:00:00', pc_endTime: '11:30:00', pc_duration: 1800 },
    })
    await told()
    await follow()
    for (const eid of [unread, alone]) expect(await wish(eid)).to.include({ state: 'requested' })
    expect(await events()).to.deep.equal([])
    await hostDeletes(practice, single)
    await follow()
    expect(await wish(alone)).to.include({ state: 'done' })
  })

  it('follows everything else past a row that cannot be followed, and says that it failed', async () => {
    const [bad, good, over] = [await visit('09:00'), await visit('10:00'), await visit('11:00')]
    for (const eid of [bad, good]) await setStatus(practice, eid, '-')
    await told()
    await practice.db.sequelize.query(
      `CREATE TRIGGER bad_row BEFORE UPDATE ON foyer_appointment_requests FOR EACH ROW
         IF NEW.pc_eid = ${String(bad)} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'broken'; END IF`,
    )
    await hostSets(practice, bad, `pc_startTime = '13:00:00'`)
    await hostSets(practice, good, `pc_startTime = '14:00:00'`)
    await hostWrites(practice, { pc_pid: String(practice.patients.john), pc_startTime: '11:05:00' })
    const failure = await follow().then(
      () => 'none',
      (error: unknown) => String(error),
    )
    expect(failure).to.include('failed: change')
    expect((await told()).map(([event, { eid }]) => [event, eid])).to.deep.equal([['appointment.moved', good]])
    const flags = await practice.db.select<Row>(`SELECT pc_eid FROM foyer_appointment_overlaps`)
    expect(flags).to.deep.equal([{ pc_eid: over }])
    await practice.db.sequelize.query(`DROP TRIGGER bad_row`)
    await follow()
    expect((await told()).map(([event, { eid }]) => [event, eid])).to.deep.equal([['appointment.moved', bad]])
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

  describe('a proposed time that comes without an answer', () => {
    const waitingNow = async () => {
      const rows = await waitingAppointments(practice.db, nowOf(practice.portal), 50)
      return rows.map(({ pc_eid, kind, pc_eventDate, total }) => ({ pc_eid, kind, pc_eventDate, total }))
    }
    const proposals = (eid: number) =>
      practice.db.select<Row>(`SELECT state, open_eid FROM foyer_appointment_proposals WHERE pc_eid = :eid`, { eid })

    it('gives the request back to the staff’s queue, where the patient had asked for it', async () => {
      const desk = await deskOf(practice)
      const [back, taken] = [
        await booked(practice, await newChart(practice), { day: '2026-12-01', time: '10:00' }),
        await booked(practice, await newChart(practice), { day: '2026-12-01', time: '11:00' }),
      ]
      for (const [eid, at] of [
        [back, '10:00'],
        [taken, '11:00'],
      ] as const)
        expect(await desk.propose(eid, `${TUESDAY}T${at}`)).to.include({ ok: true })
      await booked(practice, await newChart(practice), { day: '2026-12-01', time: '11:00' })
      expect((await waitingNow()).filter(({ kind }) => kind !== 'proposal')).to.have.length(1)
      practice.clock.set(`${TUESDAY}T10:59:00`)
      await told()
      await follow()
      expect(await eventRow(practice, back)).to.include({
        ...{ pc_apptstatus: '^', pc_eventDate: '2026-12-01', pc_startTime: '10:00:00', pc_endTime: '10:15:00' },
      })
      expect(await request(back)).to.include({ state: 'requested', decided_by: 'foyer' })
      expect(await proposals(back)).to.deep.equal([{ state: 'lapsed', open_eid: null }])
      expect(await proposals(taken)).to.deep.equal([{ state: 'proposed', open_eid: taken }])
      const [[event, payload] = ['', {}], ...more] = await told()
      expect([event, payload['eid'], payload['state'], more]).to.deep.equal([
        ...['appointment.proposal-lapsed', back, 'requested', []],
      ])

      // Where it was asked for somebody else stands by now: it waits where it is, and the queue says that its day is over.
      practice.clock.set('2026-11-25T08:00:00')
      await follow()
      expect(await request(taken)).to.include({ state: 'requested' })
      expect(await waitingNow()).to.deep.include({ pc_eid: taken, kind: 'request', pc_eventDate: TUESDAY, total: 3 })
      expect(await events()).to.deep.equal(['appointment.proposal-lapsed'])
      await follow()
      expect(await events()).to.deep.equal([])
    })

    it('ends the request when what was asked for is over too: the patient sees it, and may ask anew', async () => {
      const scope = await newChart(practice)
      const desk = await deskOf(practice)
      const eid = await booked(practice, scope, { day: TUESDAY, time: '09:00' })
      await desk.propose(eid, `${TUESDAY}T15:00`)
      practice.clock.set(`${TUESDAY}T15:00:00`)
      await Promise.all([follow(), follow()])
      expect(await eventRow(practice, eid)).to.include({ pc_apptstatus: 'x', pc_startTime: '15:00:00' })
      expect(await request(eid)).to.include({ state: 'lapsed', open_key: null, open_seat: null })
      expect(await findAppointment(practice.portal, practice.db, scope, String(eid))).to.include({ standing: 'lapsed' })
      expect(await waitingNow()).to.deep.equal([])
      await told()
      await follow()
      expect(await events()).to.deep.equal([])
      expect(await ask(practice, scope, { day: '2026-12-01', time: '09:00' })).to.include({ ok: true })
    })

    it('is not ended by a clock that is a minute short of it', async () => {
      const eid = await visit()
      await (await deskOf(practice)).propose(eid, `${TUESDAY}T15:00`)
      practice.clock.set(`${TUESDAY}T14:59:00`)
      await follow()
      expect(await request(eid)).to.include({ state: 'proposed' })
    })
  })
})
