import { expect } from 'chai'
import { describeOnEverySite } from '../../support/database.js'
import { connectDatabase } from '../../../module/platform/database.js'
import { MONDAY, ZONE } from '../../support/practice.js'
import { hostWritesForAll } from './hostScreens.js'
import {
  ask,
  booked,
  changesIn,
  chart,
  checksum,
  decline,
  eventRow,
  failing,
  hostSets,
  newChart,
  practiceDuring,
  setStatus,
  statusOf,
  TUESDAY,
  watched,
} from './visits.js'

describeOnEverySite('staff decide on a request', (site) => {
  const practice = practiceDuring(site)
  beforeEach(() => practice.clock.set(`${MONDAY}T08:00:00`))

  it('by confirming it: the event, its flow-board rows, the request, the log pair; nothing else is touched', async function () {
    this.timeout(60_000)
    const maria = await chart(practice, 'maria')
    const eid = await booked(practice, maria)
    practice.clock.set(`${MONDAY}T09:30:00`)

    const { result, written } = await watched(practice, () =>
      setStatus(practice, eid, '-', { note: 'Bring the old pills', seen: '^' }),
    )

    expect(result).to.deep.equal({ ok: true, eid, status: '-' })
    expect(Object.keys(written.went).sort()).to.deep.equal([
      'foyer_appointment_requests',
      'openemr_postcalendar_events',
    ])
    expect(Object.keys(written.came).sort()).to.deep.equal([
      ...['foyer_appointment_requests', 'foyer_audit', 'foyer_outbox', 'log', 'log_comment_encrypt'],
      ...['openemr_postcalendar_events', 'patient_tracker', 'patient_tracker_element'],
    ])
    expect(changesIn(written, 'openemr_postcalendar_events')).to.deep.equal({
      ...{ pc_apptstatus: '-', pc_time: `${MONDAY} 09:30:00`, pc_informant: '1' },
      pc_hometext: 'Sore throat\nBring the old pills',
    })
    const [tracker] = written.came['patient_tracker'] ?? []
    expect(tracker).to.deep.equal({
      ...{
        id: tracker?.['id'],
        date: `${MONDAY} 09:30:00`,
        apptdate: TUESDAY,
        appttime: '09:00:00',
        eid,
        pid: maria.pid,
      },
      ...{ original_user: 'admin', encounter: 0, lastseq: '1', random_drug_test: null, drug_screen_completed: 0 },
    })
    expect(written.came['patient_tracker_element']).to.deep.equal([
      {
        ...{
          pt_tracker_id: tracker?.['id'],
          start_datetime: `${MONDAY} 09:30:00`,
          room: '',
          status: '-',
          seq: '1',
          user: 'admin',
        },
      },
    ])
    expect(changesIn(written, 'foyer_appointment_requests')).to.deep.equal({
      ...{ state: 'confirmed', open_key: null, open_seat: null, version: 2, told_status: '-' },
      ...{ decided_by: 'admin', decided_at: `${MONDAY} 14:30:00.000` },
    })
    const [log] = written.came['log'] ?? []
    expect(log).to.deep.include({
      ...{
        date: `${MONDAY} 09:30:00`,
        event: 'scheduling-update',
        category: 'Scheduling',
        user: 'admin',
        groupname: 'Default',
      },
      ...{ patient_id: maria.pid, success: 1, log_from: 'portal-dashboard', ccda_doc_id: 0 },
    })
    expect(Buffer.from(String(log?.['comments']), 'base64').toString()).to.equal(
      `Foyer: event ${String(eid)}, status ^ to -`,
    )
    expect(written.came['log_comment_encrypt']?.[0]).to.include({ log_id: log?.['id'], checksum: checksum(log ?? {}) })
    expect(written.came['foyer_audit']?.[0]).to.deep.include({
      ...{
        actor_kind: 'staff',
        actor_id: 'admin',
        event: 'appointment.confirmed',
        subject: `appointment:${String(eid)}`,
      },
      ...{ pid: maria.pid, details: { from: '^', to: '-' } },
    })
    expect(written.came['foyer_outbox']?.[0]).to.deep.include({
      event: 'appointment.confirmed',
      payload: { eid, pid: maria.pid, status: '-' },
    })
  })

  it('and follow it on the flow board: one tracker, a new line for each new status, none for the same', async () => {
    const eid = await booked(practice, await chart(practice, 'john'), { time: '09:30' })
    for (const status of ['-', '-', '@', '<', '>'])
      expect(await setStatus(practice, eid, status)).to.include({ ok: true })
    const trackers = await practice.db.select(`SELECT eid, lastseq FROM patient_tracker WHERE eid = :eid`, { eid })
    expect(trackers).to.deep.equal([{ eid, lastseq: '4' }])
    const lines = await practice.db.select<{ status: string; seq: string }>(
      `SELECT e.status, e.seq FROM patient_tracker_element e JOIN patient_tracker t ON t.id = e.pt_tracker_id
        WHERE t.eid = :eid ORDER BY CAST(e.seq AS UNSIGNED)`,
      { eid },
    )
    expect(lines.map(({ seq, status }) => `${seq}${status}`)).to.deep.equal(['1-', '2@', '3<', '4>'])
    const told = await practice.db.select<{ event: string }>(
      `SELECT event FROM foyer_audit WHERE subject = :subject ORDER BY id`,
      {
        subject: `appointment:${String(eid)}`,
      },
    )
    // Who arrives is not confirmed once more.
    expect(told.map(({ event }) => event.replace('appointment.', ''))).to.deep.equal([
      ...['requested', 'confirmed', 'status-set', 'status-set', 'status-set', 'status-set'],
    ])
  })

  it('goes on with the tracker that the host began', async () => {
    const pid = practice.patients.amina
    const eid = await practice.event({ providerId: practice.staff.lee, pid, date: TUESDAY, start: '10:00', room: 'R1' })
    await setStatus(practice, eid, '@')
    const lines = await practice.db.select<{ status: string; seq: string; room: string; user: string }>(
      `SELECT e.seq, e.status, e.room, e.user FROM patient_tracker_element e JOIN patient_tracker t ON t.id = e.pt_tracker_id WHERE t.eid = :eid`,
      { eid },
    )
    expect(lines).to.deep.equal([
      { seq: '1', status: '-', room: 'R1', user: 'admin' },
      { seq: '2', status: '@', room: 'R1', user: 'admin' },
    ])
  })

  it('by declining it: the time is free again, and the patient can read why', async function () {
    this.timeout(60_000)
    const luis = await chart(practice, 'luis')
    const eid = await booked(practice, luis, { time: '11:00' })
    const { result, written } = await watched(practice, () => decline(practice, eid, { seen: '^' }))
    expect(result).to.deep.equal({ ok: true, eid, status: 'x' })
    expect(changesIn(written, 'openemr_postcalendar_events')).to.deep.equal({
      ...{ pc_apptstatus: 'x', pc_hometext: 'Sore throat\nDeclined: We are closed then', pc_informant: '1' },
    })
    expect(changesIn(written, 'foyer_appointment_requests')).to.deep.include({
      ...{ state: 'declined', open_key: null, decision_reason: 'We are closed then', decided_by: 'admin' },
    })
    expect(written.came['foyer_audit']?.[0]).to.include({ event: 'appointment.declined' })
    expect(await ask(practice, await newChart(practice), { time: '11:00' })).to.include({ ok: true })
  })

  it('and nothing is written when the last statement fails', async function () {
    this.timeout(60_000)
    const eid = await booked(practice, await newChart(practice), { time: '11:30' })
    for (const table of ['foyer_outbox', 'log_comment_encrypt']) {
      const mend = await failing(practice, table)
      const { result, written } = await watched(practice, () =>
        setStatus(practice, eid, '-').catch((error: unknown) => String(error)),
      )
      await mend()
      expect(result).to.match(/disk is full/)
      expect(written).to.deep.equal({ came: {}, went: {} })
    }
    expect(await setStatus(practice, eid, '-')).to.include({ ok: true })
  })
})

describe('a decision that cannot be', () => {
  const practice = practiceDuring()

  async function refused(deed: () => Promise<unknown>, answer: object): Promise<void> {
    const { result, written } = await watched(practice, deed)
    expect(result).to.deep.equal({ ok: false, ...answer })
    expect(written).to.deep.equal({ came: {}, went: {} })
  }

  it('is refused for an event that is not there, or that is nobody’s visit', async () => {
    await refused(() => setStatus(practice, 4711, '-'), { reason: 'not-found' })
    const meeting = await practice.event({
      providerId: practice.staff.lee,
      date: TUESDAY,
      category: 11,
      start: '16:00',
    })
    await refused(() => setStatus(practice, meeting, '@'), { reason: 'not-found' })
    await refused(() => decline(practice, meeting), { reason: 'not-found' })
  })

  it('is refused for a status that the site does not know or has put away', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '09:00' })
    await refused(() => setStatus(practice, eid, 'Z'), { reason: 'unknown-status' })
    await practice.db.sequelize.query(
      `UPDATE list_options SET activity = 0 WHERE list_id = 'apptstat' AND option_id = 'CALL'`,
    )
    await refused(() => setStatus(practice, eid, 'CALL'), { reason: 'unknown-status' })
  })

  it('is refused for one day of a series', async () => {
    const pid = practice.patients.john
    const eid = await practice.event({
      providerId: practice.staff.lee,
      pid,
      date: TUESDAY,
      start: '15:00',
      repeats: { every: 1, unit: 'week' },
    })
    await refused(() => setStatus(practice, eid, '@'), { reason: 'of-series' })
  })

  it('is refused for what is cancelled, and for what is not any more what the screen showed', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '09:15' })
    await setStatus(practice, eid, '-', { seen: '^' })
    await refused(() => setStatus(practice, eid, '@', { seen: '^' }), { reason: 'changed', status: '-' })
    await refused(() => decline(practice, eid), { reason: 'changed', status: '-' })
    await setStatus(practice, eid, 'x')
    await refused(() => setStatus(practice, eid, '-'), { reason: 'over', status: 'x' })
    await refused(() => decline(practice, eid), { reason: 'over', status: 'x' })
  })

  it('is refused where the host laid something over the request since, even past midnight or for all day', async () => {
    const over = [
      { date: TUESDAY, start: '10:10', minutes: 10 },
      { date: TUESDAY, start: '00:00', minutes: 1440, allDay: true },
      { date: MONDAY, start: '23:00', minutes: 12 * 60 },
      { date: '2026-11-22', start: '08:00', minutes: 5 * 1440 },
      { date: '2026-11-03', start: '10:00', minutes: 30, repeats: { every: 1, unit: 'week' } as const },
    ]
    const eid = await booked(practice, await newChart(practice), { time: '10:00', category: 10 })
    for (const event of over) {
      const laid = await practice.event({ providerId: practice.staff.lee, category: 11, ...event })
      await refused(() => setStatus(practice, eid, '-'), { reason: 'overlap' })
      await hostSets(practice, laid, `pc_apptstatus = 'x'`)
    }
    await practice.event({ providerId: practice.staff.lee, date: TUESDAY, start: '10:30', minutes: 15 })
    await practice.event({ providerId: practice.staff.osei, date: TUESDAY, start: '10:00', minutes: 30 })
    expect(await setStatus(practice, eid, '-')).to.include({ ok: true })
  })

  it('does not keep anybody from arriving whose visit was confirmed before the host laid another over it', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '11:00' })
    await setStatus(practice, eid, '-')
    await practice.event({ providerId: practice.staff.lee, date: TUESDAY, start: '11:00', minutes: 15 })
    expect(await setStatus(practice, eid, '@')).to.include({ ok: true })
  })

  it('may be taken back: what was confirmed waits again, and holds its time', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '13:00' })
    await setStatus(practice, eid, '-')
    expect(await setStatus(practice, eid, '^')).to.include({ ok: true })
    expect(await ask(practice, await newChart(practice), { time: '13:00' })).to.include({ reason: 'slot-taken' })
    const told = await practice.db.first(
      `SELECT event FROM foyer_audit WHERE subject = :subject ORDER BY id DESC LIMIT 1`,
      {
        subject: `appointment:${String(eid)}`,
      },
    )
    expect(told).to.deep.equal({ event: 'appointment.reopened' })
  })

  it('keeps the note for staff out of what the patient reads', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '13:30' })
    await setStatus(practice, eid, '-', { note: 'Difficult on the phone' })
    expect(
      await practice.db.first(`SELECT decision_reason FROM foyer_appointment_requests WHERE pc_eid = :eid`, { eid }),
    ).to.deep.equal({
      decision_reason: null,
    })
  })

  it('moves the rows of one event of several providers together', async () => {
    const pid = practice.patients.ana
    const rows = []
    for (const providerId of [practice.staff.lee, practice.staff.osei]) {
      rows.push(await practice.event({ providerId, pid, date: '2026-12-03', start: '11:00', by: 'patient' }))
    }
    const [one = 0, other = 0] = rows
    for (const eid of rows) await hostSets(practice, eid, `pc_multiple = 7`)
    expect(await setStatus(practice, one, '-')).to.include({ ok: true })
    expect(await eventRow(practice, other)).to.include({ pc_apptstatus: '-', pc_informant: '1' })
  })

  it('with several providers keeps no screen of the EMR waiting that adds to another’s day meanwhile', async function () {
    this.timeout(30_000)
    const day = '2026-12-17'
    const visit = { pc_pid: String(practice.patients.ana), pc_apptstatus: '^', pc_eventDate: day }
    const { lee, osei, admin } = practice.staff
    const [one = 0] = await hostWritesForAll(practice, [lee, osei], visit)
    const host = connectDatabase({ url: practice.url, zone: ZONE, pool: 1 })
    try {
      const decided = await host.transaction(async (tx) => {
        await tx.insert(
          `INSERT INTO openemr_postcalendar_events (pc_catid, pc_multiple, pc_aid, pc_pid, pc_title, pc_eventDate, pc_duration, pc_recurrtype, pc_startTime, pc_endTime)
           VALUES (5, 0, :admin, '', 'Office Visit', :day, 900, 0, '09:00', '09:15')`,
          { admin: String(admin), day },
        )
        return setStatus(practice, one, '-')
      })
      expect(decided).to.include({ ok: true })
    } finally {
      await host.close()
    }
  })

  it('is made once when two decide at once, in thirty rounds', async function () {
    this.timeout(60_000)
    const winners = new Set<string>()
    for (let round = 0; round < 30; round += 1) {
      const minute = (round % 10) * 15
      const time = `${String(9 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
      const day = `2026-12-${String(8 + Math.floor(round / 10)).padStart(2, '0')}`
      const eid = await booked(practice, await newChart(practice), { day, time })
      const confirm = () => setStatus(practice, eid, '-', { by: 'admin' })
      const refuse = () => decline(practice, eid, { by: 'lee' })
      const [first, second] = round % 2 === 0 ? [confirm, refuse] : [refuse, confirm]
      // Now and then the first is far ahead, so that each of them wins some.
      const ahead = first()
      if (round % 5 === 0) await ahead
      const outcomes = await Promise.all([ahead, second()])
      const won = outcomes.filter(({ ok }) => ok)
      const lost = outcomes.find(({ ok }) => !ok)
      const status = await statusOf(practice, eid)
      expect(won).to.have.lengthOf(1)
      expect(lost).to.deep.equal({ ok: false, reason: status === 'x' ? 'over' : 'changed', status })
      winners.add(status)
    }
    expect([...winners].sort()).to.deep.equal(['-', 'x'])
  })
})
