import { expect } from 'chai'
import type { Tx } from '../../../module/platform/database.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import {
  booked,
  cancel,
  changesIn,
  chart,
  checksum,
  eventRow,
  failing,
  hostSets,
  newChart,
  practiceDuring,
  setStatus,
  statusOf,
  TUESDAY,
  untilWaiting,
  watched,
} from './visits.js'

describeOnEverySite('a patient cancels', (site) => {
  const practice = practiceDuring(site)

  it('and the row stays in the calendar, marked, with the reason; its provider gets a note; nothing else is touched', async function () {
    this.timeout(60_000)
    const maria = await chart(practice, 'maria')
    const eid = await booked(practice, maria)
    practice.clock.set(`${MONDAY}T09:30:00`)

    const { result, written } = await watched(practice, () => cancel(practice, maria, eid))

    expect(result).to.deep.include({ ok: true })
    expect(Object.keys(written.went).sort()).to.deep.equal([
      'foyer_appointment_requests',
      'openemr_postcalendar_events',
    ])
    expect(Object.keys(written.came).sort()).to.deep.equal([
      ...['foyer_appointment_requests', 'foyer_audit', 'foyer_outbox'],
      ...['log', 'log_comment_encrypt', 'openemr_postcalendar_events', 'pnotes'],
    ])
    expect(changesIn(written, 'openemr_postcalendar_events')).to.deep.equal({
      ...{ pc_apptstatus: 'x', pc_hometext: 'I am travelling', pc_time: `${MONDAY} 09:30:00` },
    })
    expect(changesIn(written, 'foyer_appointment_requests')).to.deep.equal({
      ...{ state: 'cancelled', open_key: null, open_seat: null, version: 2, told_status: 'x' },
      decided_at: `${MONDAY} 14:30:00.000`,
    })
    const [note] = written.came['pnotes'] ?? []
    expect(note).to.deep.include({
      body:
        `${MONDAY} 09:30 (portal-user to dr.lee) A Cancelled Appointment request was received from portal patient Maria Santos ` +
        `regarding appointment dated ${TUESDAY} 09:00. Reason: I am travelling. Use Portal Dashboard to confirm with patient.`,
      ...{
        pid: maria.pid,
        title: 'Patient Reminders',
        assigned_to: 'dr.lee',
        user: 'portal-user',
        message_status: 'New',
      },
    })
    const [log] = written.came['log'] ?? []
    expect(log).to.deep.include({
      event: 'scheduling-update',
      category: 'Scheduling',
      patient_id: maria.pid,
      log_from: 'onsite-portal',
    })
    expect(Buffer.from(String(log?.['comments']), 'base64').toString()).to.equal(
      `Foyer: appointment.cancelled, event ${String(eid)}`,
    )
    expect(written.came['log_comment_encrypt']?.[0]).to.include({ log_id: log?.['id'], checksum: checksum(log ?? {}) })
    expect(written.came['foyer_audit']?.[0]).to.deep.include({
      ...{ actor_kind: 'account', actor_id: String(maria.account.id), event: 'appointment.cancelled' },
      ...{ subject: `appointment:${String(eid)}`, pid: maria.pid, record: maria.record, details: {} },
    })
    expect(written.came['foyer_outbox']?.[0]).to.deep.include({
      event: 'appointment.cancelled',
      payload: { eid, pid: maria.pid, record: maria.record },
    })
  })

  it('what staff wrote themselves, too, and then no request is there to change', async function () {
    this.timeout(60_000)
    const maria = await chart(practice, 'maria')
    const eid = await practice.event({
      providerId: practice.staff.osei,
      pid: maria.pid,
      date: '2026-12-01',
      start: '10:00',
    })
    const { result, written } = await watched(practice, () => cancel(practice, maria, eid))
    expect(result).to.deep.include({ ok: true })
    expect(Object.keys(written.went)).to.deep.equal(['openemr_postcalendar_events'])
    expect(written.came['pnotes']?.[0]).to.include({ assigned_to: 'dr.osei' })
  })

  it('and nothing is written when the last statement fails', async function () {
    this.timeout(60_000)
    const john = await chart(practice, 'john')
    const eid = await booked(practice, john, { time: '10:00' })
    const mend = await failing(practice, 'log_comment_encrypt')
    const { result, written } = await watched(practice, () =>
      cancel(practice, john, eid).catch((error: unknown) => String(error)),
    )
    await mend()
    expect(result).to.match(/disk is full/)
    expect(written).to.deep.equal({ came: {}, went: {} })
    expect(await cancel(practice, john, eid)).to.include({ ok: true })
  })
})

describe('a cancellation that cannot be', () => {
  const practice = practiceDuring()
  beforeEach(() => practice.clock.set(`${MONDAY}T08:00:00`))

  const refused = async (eid: number | string, reason: string) => {
    const maria = await chart(practice, 'maria')
    const { result, written } = await watched(practice, () => cancel(practice, maria, eid))
    expect(result).to.include({ ok: false, reason })
    expect(written).to.deep.equal({ came: {}, went: {} })
  }
  /** The visit stands: only the practice may take it off. */
  const asked = async (eid: number | string) => {
    const maria = await chart(practice, 'maria')
    expect(await cancel(practice, maria, eid)).to.include({ ok: true, asked: true })
    const id = Number(String(eid).split('-')[0])
    expect(await statusOf(practice, id)).to.equal('-')
  }
  const visit = async (
    date: string,
    start: string,
    more: { repeats?: { every: number; unit: 'week' }; except?: string[] } = {},
  ) =>
    practice.event({ providerId: practice.staff.lee, pid: (await chart(practice, 'maria')).pid, date, start, ...more })

  it('is refused for somebody else’s visit, for none, and for what is no address at all', async () => {
    const theirs = await practice.event({ providerId: practice.staff.lee, pid: practice.patients.john, date: TUESDAY })
    for (const id of [theirs, 4711, 0, '', '1 OR 1', `${String(theirs)}-20261124`]) await refused(id, 'not-found')
    expect(await statusOf(practice, theirs)).to.equal('-')
  })

  it('is asked of the practice within the notice once it is confirmed, and granted the minute before', async () => {
    const eid = await visit(TUESDAY, '09:00')
    practice.clock.set(`${MONDAY}T09:01:00`)
    await asked(eid)
    practice.clock.set(`${MONDAY}T09:00:00`)
    expect(await cancel(practice, await chart(practice, 'maria'), eid)).to.include({ ok: true })
  })

  it('is granted within the notice while nobody confirmed, until it begins', async () => {
    const maria = await chart(practice, 'maria')
    const soon = await booked(practice, maria, { day: MONDAY, time: '10:00' })
    const begun = await booked(practice, maria, { day: MONDAY, time: '10:30' })
    practice.clock.set(`${MONDAY}T09:59:00`)
    expect(await cancel(practice, maria, soon)).to.include({ ok: true })
    practice.clock.set(`${MONDAY}T10:30:00`)
    await refused(begun, 'already-over')
  })

  it('is refused a second time, whoever cancelled first', async () => {
    const maria = await chart(practice, 'maria')
    const mine = await booked(practice, maria, { day: '2026-12-02', time: '09:00' })
    await cancel(practice, maria, mine)
    await refused(mine, 'already-cancelled')
    const theirs = await visit('2026-12-02', '10:00')
    await hostSets(practice, theirs, `pc_apptstatus = '%'`)
    await refused(theirs, 'already-cancelled')
  })

  it('is asked of the practice for one day of a series, and refused for a day that is not of it', async () => {
    const series = await visit('2026-12-07', '14:00', { repeats: { every: 1, unit: 'week' }, except: ['2026-12-21'] })
    await asked(`${String(series)}-20261214`)
    await refused(`${String(series)}-20261221`, 'not-found')
    await refused(`${String(series)}-20261215`, 'not-found')
    await refused(series, 'not-found')
  })

  it('counts the notice on the wall clock of the practice, over a night on which the clocks change', async () => {
    practice.clock.set('2027-03-12T08:00:00')
    const eid = await visit('2027-03-14', '09:00')
    // 24 hours before 09:00 of the short night's day, it is 08:00 the day before.
    practice.clock.set('2027-03-13T08:01:00')
    await asked(eid)
    practice.clock.set('2027-03-13T08:00:00')
    expect(await cancel(practice, await chart(practice, 'maria'), eid)).to.include({ ok: true })
  })

  it('moves the rows of one event of several providers together', async () => {
    const maria = await chart(practice, 'maria')
    const rows = []
    for (const providerId of [practice.staff.lee, practice.staff.osei]) {
      rows.push(await practice.event({ providerId, pid: maria.pid, date: '2026-12-03', start: '11:00' }))
    }
    const [one = 0, other = 0] = rows
    for (const eid of rows) await hostSets(practice, eid, `pc_multiple = 7`)
    const stranger = await practice.event({
      providerId: practice.staff.lee,
      pid: practice.patients.john,
      date: '2026-12-03',
    })
    expect(await cancel(practice, maria, one)).to.include({ ok: true })
    expect(await eventRow(practice, other)).to.include({ pc_apptstatus: 'x', pc_hometext: 'I am travelling' })
    expect(await statusOf(practice, stranger)).to.equal('-')
  })
})

describe('a patient cancels while staff confirm', () => {
  const practice = practiceDuring()
  before(() => practice.setting('minimumNotice', '0'))

  it('and in fifty rounds the visit always ends cancelled or confirmed, and the audit trail tells it in that order', async function () {
    this.timeout(60_000)
    for (let round = 0; round < 50; round += 1) {
      const scope = await newChart(practice)
      const day = `2026-12-${String(7 + Math.floor(round / 10)).padStart(2, '0')}`
      const time = `${String(9 + Math.floor((round % 10) / 4)).padStart(2, '0')}:${['00', '15', '30', '45'][(round % 10) % 4] ?? ''}`
      const eid = await booked(practice, scope, { day, time })
      const deeds = [() => cancel(practice, scope, eid), () => setStatus(practice, eid, '-', { seen: '^' })]
      if (round % 2 === 1) deeds.reverse()
      const outcomes = await Promise.all(deeds.map((deed) => deed()))
      const [cancelled, confirmed] = round % 2 === 1 ? outcomes.reverse() : outcomes

      expect(cancelled).to.include({ ok: true })
      expect(await statusOf(practice, eid)).to.equal('x')
      const request = await practice.db.first(
        `SELECT state, open_key FROM foyer_appointment_requests WHERE pc_eid = :eid`,
        { eid },
      )
      expect(request).to.deep.equal({ state: 'cancelled', open_key: null })
      const trail = await practice.db.select<{ event: string }>(
        `SELECT event FROM foyer_audit WHERE subject = :subject ORDER BY id`,
        { subject: `appointment:${String(eid)}` },
      )
      const told = trail.map(({ event }) => event.replace('appointment.', '')).join(' ')
      expect(told).to.equal(confirmed?.ok ? 'requested confirmed cancelled' : 'requested cancelled')
      if (!confirmed?.ok) expect(confirmed).to.include({ reason: 'over' })
    }
  })

  it('and whoever comes second sees what the first did: within the notice it is too late then', async () => {
    await practice.setting('minimumNotice', '1440')
    const scope = await newChart(practice)
    const eid = await booked(practice, scope, { day: MONDAY, time: '14:00' })
    let cancelling: ReturnType<typeof cancel> | undefined
    const watching = {
      ...practice.db,
      transaction: <Result>(work: (tx: Tx) => Promise<Result>) =>
        practice.db.transaction(async (tx) => {
          const result = await work(tx)
          cancelling = cancel(practice, scope, eid)
          await untilWaiting(practice, 'foyer_turns')
          return result
        }),
    }
    const elsewhere = { ...practice, portal: { ...practice.portal, db: watching } }
    expect(await setStatus(elsewhere, eid, '-', { seen: '^' })).to.include({ ok: true })
    expect(await cancelling).to.include({ ok: true, asked: true })
    expect(await statusOf(practice, eid)).to.equal('-')
    await practice.setting('minimumNotice', '0')
    expect(await cancel(practice, scope, eid)).to.include({ ok: true })
  })
})
