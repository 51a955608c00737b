import { expect } from 'chai'
import { openings, requestable } from '../../../module/features/appointments/openings.js'
import type { RequestOutcome } from '../../../module/features/appointments/booking.js'
import { onceOf } from '../../../module/platform/once.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { connectDatabase, type Tx } from '../../../module/platform/database.js'
import { takeTurn } from '../../../module/platform/turns.js'
import { describeOnEverySite } from '../../support/database.js'
import {
  MONDAY,
  NEW_PATIENT,
  OFFICE_VISIT,
  openPractice,
  VACATION,
  ZONE,
  type TestPractice,
} from '../../support/practice.js'
import {
  ask,
  booked,
  cancel,
  chart,
  checksum,
  eventRow,
  failing,
  hostSets,
  newChart,
  overlapping,
  setStatus,
  TUESDAY,
  untilWaiting,
  watched,
} from './visits.js'

// Byte for byte what the host's portal writes (facts §2.4).
const RECURRENCE =
  'a:5:{s:17:"event_repeat_freq";N;s:22:"event_repeat_freq_type";s:1:"0";s:19:"event_repeat_on_num";s:1:"1";s:19:"event_repeat_on_day";s:1:"0";s:20:"event_repeat_on_freq";s:1:"1";}'
const LOCATION =
  'a:6:{s:14:"event_location";N;s:13:"event_street1";N;s:13:"event_street2";N;s:10:"event_city";N;s:11:"event_state";N;s:12:"event_postal";N;}'
const NO_SHOW = 1

describeOnEverySite('a patient asks for a time', (site) => {
  let practice: TestPractice

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
  })
  after(() => practice.leave())

  it('and it stands in the calendar, with a note to the provider, as the host’s own portal writes it; nothing else is touched', async function () {
    this.timeout(60_000)
    const { staff, records, accounts, patients } = practice
    const maria = await chart(practice, 'maria')
    const once = onceOf(`account:${String(accounts.maria)}`, opaqueId(), { any: 'fields' })

    const { result, written } = await watched(practice, () => ask(practice, maria, { once }))

    const eid = result.ok ? result.eid : 0
    expect(result).to.deep.equal({ ok: true, eid, first: true })
    const { came, went } = written
    expect(went).to.deep.equal({})
    expect(Object.keys(came).sort()).to.deep.equal([
      ...['foyer_appointment_requests', 'foyer_audit', 'foyer_once', 'foyer_outbox'],
      ...['log', 'log_comment_encrypt', 'openemr_postcalendar_events', 'pnotes'],
    ])
    expect(came['openemr_postcalendar_events']).to.deep.equal([
      {
        ...{
          pc_eid: eid,
          pc_catid: OFFICE_VISIT,
          pc_multiple: 0,
          pc_aid: String(staff.lee),
          pc_pid: String(patients.maria),
        },
        ...{ pc_gid: 0, pc_title: 'Office Visit', pc_time: `${MONDAY} 08:00:00`, pc_hometext: 'Sore throat' },
        ...{ pc_comments: 0, pc_counter: 0, pc_topic: 1, pc_informant: String(staff.lee), pc_eventDate: TUESDAY },
        ...{ pc_endDate: ['7.0.1', '7.0', '8.0'].includes(site) ? '0000-00-00' : null },
        ...{ pc_duration: 900, pc_recurrtype: 0, pc_recurrspec: RECURRENCE, pc_recurrfreq: 0 },
        ...{ pc_startTime: '09:00:00', pc_endTime: '09:15:00', pc_alldayevent: 0, pc_location: LOCATION },
        ...{
          pc_conttel: null,
          pc_contname: null,
          pc_contemail: null,
          pc_website: null,
          pc_fee: null,
          pc_language: null,
        },
        ...{ pc_eventstatus: 1, pc_sharing: 1, pc_apptstatus: '^', pc_prefcatid: 0, pc_facility: 0 },
        ...{ pc_sendalertsms: 'NO', pc_sendalertemail: 'NO', pc_billing_location: 0, pc_room: '', uuid: null },
      },
    ])
    const [note] = came['pnotes'] ?? []
    expect(note).to.deep.equal({
      ...{ id: note?.['id'], date: `${MONDAY} 08:00:00`, update_date: `${MONDAY} 08:00:00`, pid: patients.maria },
      body:
        `${MONDAY} 08:00 (portal-user to dr.lee) A New Appointment request was received from portal patient Maria Santos ` +
        `regarding appointment dated ${TUESDAY} 09:00. Reason: Sore throat. Use Portal Dashboard to confirm with patient.`,
      ...{ user: 'portal-user', groupname: null, activity: 1, authorized: 1, title: 'Patient Reminders' },
      ...{
        assigned_to: 'dr.lee',
        deleted: 0,
        message_status: 'New',
        portal_relation: null,
        is_msg_encrypted: 0,
        update_by: null,
      },
    })
    const [log] = came['log'] ?? []
    expect(log).to.deep.equal({
      ...{
        id: log?.['id'],
        date: `${MONDAY} 08:00:00`,
        event: 'scheduling-insert',
        category: 'Scheduling',
        user: 'portal-user',
      },
      comments: Buffer.from(`Foyer: appointment.requested, event ${String(eid)}`).toString('base64'),
      ...{
        groupname: 'none',
        user_notes: null,
        patient_id: patients.maria,
        success: 1,
        checksum: null,
        crt_user: null,
      },
      ...{ log_from: 'onsite-portal', menu_item_id: null, ccda_doc_id: 0 },
    })
    const [pair] = came['log_comment_encrypt'] ?? []
    expect(pair).to.deep.equal({
      ...{
        id: pair?.['id'],
        log_id: log?.['id'],
        encrypt: 'No',
        checksum: checksum(log ?? {}),
        checksum_api: '',
        version: 4,
      },
    })
    const [request] = came['foyer_appointment_requests'] ?? []
    expect(request).to.deep.equal({
      ...{
        id: request?.['id'],
        receipt: request?.['receipt'],
        pc_eid: eid,
        account_id: accounts.maria,
        record: records.maria,
      },
      ...{
        pid: patients.maria,
        provider_id: String(staff.lee),
        category_id: OFFICE_VISIT,
        day: TUESDAY,
        start_time: '09:00:00',
      },
      ...{ minutes: 15, reason: 'Sore throat', state: 'requested', version: 1, created_at: `${MONDAY} 13:00:00.000` },
      open_key: `${records.maria} ${String(staff.lee)} ${TUESDAY} 09:00`,
      ...{ claimed_by: null, claimed_at: null, decided_by: null, decided_at: null, decision_reason: null },
    })
    expect(String(request?.['receipt'])).to.have.lengthOf(9)
    const [audit] = came['foyer_audit'] ?? []
    expect(audit).to.deep.include({
      ...{
        at: `${MONDAY} 13:00:00.000`,
        actor_kind: 'account',
        actor_id: String(accounts.maria),
        actor_name: 'maria.santos',
      },
      ...{ pid: patients.maria, record: records.maria, event: 'appointment.requested' },
      ...{ subject: `appointment:${String(eid)}`, details: {}, request_id: null },
    })
    const [outbox] = came['foyer_outbox'] ?? []
    expect(outbox).to.deep.include({
      event: 'appointment.requested',
      done_at: null,
      created_at: `${MONDAY} 13:00:00.000`,
    })
    expect(outbox?.['payload']).to.deep.equal({ eid, pid: patients.maria, record: records.maria })
    expect(came['foyer_once']).to.deep.equal([
      {
        owner: once.owner,
        token: once.token,
        body_hash: once.bodyHash,
        result: String(eid),
        created_at: `${MONDAY} 13:00:00.000`,
      },
    ])
  })

  it('for a child, and the note says who asked', async () => {
    const leo = await chart(practice, 'maria', 'leo')
    await booked(practice, leo, { time: '09:30', reason: '' })
    const note = await practice.db.first<{ body: string }>(`SELECT body FROM pnotes WHERE pid = :pid`, { pid: leo.pid })
    expect(note?.body).to.equal(
      `${MONDAY} 08:00 (portal-user to dr.lee) A New Appointment request was received from portal patient Leo Santos ` +
        `(sent by maria.santos, mother) regarding appointment dated ${TUESDAY} 09:30. Use Portal Dashboard to confirm with patient.`,
    )
  })

  it('and without a provider of their own, the host’s word for that stands as informant', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '10:00' })
    expect(await eventRow(practice, eid)).to.include({ pc_informant: 'undefined' })
  })

  for (const table of ['foyer_outbox', 'log_comment_encrypt']) {
    it(`and nothing is written when ${table} takes nothing`, async function () {
      this.timeout(60_000)
      const john = await chart(practice, 'john')
      const once = onceOf(`account:${String(john.account.id)}`, opaqueId(), {})
      const mend = await failing(practice, table)
      const { result, written } = await watched(practice, () =>
        ask(practice, john, { time: '11:00', once }).catch((error: unknown) => String(error)),
      )
      await mend()
      expect(result).to.match(/disk is full/)
      expect(written).to.deep.equal({ came: {}, went: {} })
      const eid = await booked(practice, john, { time: '11:00', once })
      await hostSets(practice, eid, `pc_apptstatus = 'x'`)
    })
  }
})

describe('a request that cannot be', () => {
  let practice: TestPractice

  before(async function () {
    this.timeout(30_000)
    practice = await openPractice()
  })
  after(() => practice.leave())

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

describe('a provider’s calendar says what is free', () => {
  let practice: TestPractice

  beforeEach(async function () {
    this.timeout(30_000)
    practice = await openPractice()
  })
  afterEach(() => practice.leave())

  const reasonOf = async (wish: Parameters<typeof ask>[2]): Promise<string> => {
    const outcome = await ask(practice, await newChart(practice), wish)
    return outcome.ok ? 'free' : outcome.reason
  }
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

describe('many ask at once', () => {
  let practice: TestPractice

  before(async function () {
    this.timeout(30_000)
    practice = await openPractice()
  })
  after(() => practice.leave())

  const requestsOf = (pid: number) =>
    practice.db.select(`SELECT pc_eid FROM openemr_postcalendar_events WHERE pc_pid = :pid`, { pid: String(pid) })
  const firsts = (outcomes: RequestOutcome[]) => outcomes.filter((each) => each.ok && each.first)

  it('one form pressed twenty times makes one request and gives twenty equal answers', async function () {
    this.timeout(30_000)
    const scope = await newChart(practice)
    const once = onceOf('account:1', opaqueId(), { time: '09:00' })
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => ask(practice, scope, { once })))
    const events = await requestsOf(scope.pid)
    expect(events).to.have.lengthOf(1)
    expect(new Set(outcomes.map((each) => each.ok && each.eid)).size).to.equal(1)
    expect(outcomes.every(({ ok }) => ok)).to.equal(true)
    expect(firsts(outcomes)).to.have.lengthOf(1)
  })

  it('a form that was answered gives its answer again, also when the visit was cancelled since', async () => {
    const scope = await newChart(practice)
    const wish = { time: '11:00', once: onceOf('account:1', opaqueId(), { time: '11:00' }) }
    const eid = await booked(practice, scope, wish)
    await cancel(practice, scope, eid)
    expect(await ask(practice, scope, wish)).to.deep.equal({ ok: true, eid, first: false })
    expect(await requestsOf(scope.pid)).to.have.lengthOf(1)
  })

  it('the same token with another wish is refused', async () => {
    const scope = await newChart(practice)
    const token = opaqueId()
    const form = (time: string) => ({ time, once: onceOf('account:1', token, { time }) })
    expect(await ask(practice, scope, form('09:30'))).to.include({ ok: true })
    expect(await ask(practice, scope, form('09:45'))).to.deep.equal({ ok: false, reason: 'used-otherwise' })
    expect(await requestsOf(scope.pid)).to.have.lengthOf(1)
  })

  it('without a token, the same wish made twenty times is one', async function () {
    this.timeout(30_000)
    const scope = await newChart(practice)
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => ask(practice, scope, { time: '10:00' })))
    expect(await requestsOf(scope.pid)).to.have.lengthOf(1)
    expect(new Set(outcomes.map((each) => each.ok && each.eid)).size).to.equal(1)
    expect(firsts(outcomes)).to.have.lengthOf(1)
  })

  it('eight patients for overlapping times of unequal length: one gets it, the others are shown where there is room', async function () {
    this.timeout(30_000)
    const scopes = []
    for (let number = 0; number < 8; number += 1) scopes.push(await newChart(practice))
    const outcomes = await Promise.all(
      scopes.map((scope, number) =>
        ask(practice, scope, {
          ...(number % 2 === 0 ? { time: '14:15', category: OFFICE_VISIT } : { time: '14:00', category: NEW_PATIENT }),
        }),
      ),
    )
    expect(firsts(outcomes)).to.have.lengthOf(1)
    expect(await overlapping(practice)).to.deep.equal([])
    for (const outcome of outcomes) {
      if (outcome.ok) continue
      expect(outcome.reason).to.equal('slot-taken')
      expect(outcome.reason === 'slot-taken' && outcome.alternatives).to.have.lengthOf(3)
    }
    const loser = outcomes.find((each) => !each.ok)
    const [there] = loser?.reason === 'slot-taken' ? loser.alternatives : []
    const time = `${String(Math.floor((there?.minute ?? 0) / 60)).padStart(2, '0')}:${String((there?.minute ?? 0) % 60).padStart(2, '0')}`
    expect(await ask(practice, await newChart(practice), { day: there?.day ?? '', time })).to.include({ ok: true })
  })

  it('one patient for many times gets as many as the limit says, and not one more', async function () {
    this.timeout(30_000)
    const scope = await newChart(practice)
    const providers = [practice.staff.lee, practice.staff.osei]
    const times = ['09:00', '09:30', '10:00', '10:30', '11:00', '13:00', '13:30', '14:00']
    const wishes = times.flatMap((time) => providers.map((provider) => ({ time, provider, day: '2026-12-02' })))
    const outcomes = await Promise.all(wishes.map((wish) => ask(practice, scope, wish)))
    expect(firsts(outcomes)).to.have.lengthOf(3)
    expect(outcomes.filter((each) => !each.ok && each.reason === 'too-many')).to.have.lengthOf(13)
  })

  it('patients of different providers do not make each other wait in a ring', async function () {
    this.timeout(60_000)
    let tries = 0
    const counting = {
      ...practice.db,
      transaction: <Result>(work: (tx: Tx) => Promise<Result>) =>
        practice.db.transaction((tx) => {
          tries += 1
          return work(tx)
        }),
    }
    // The index of series has nothing between two providers of whom the second never had a single visit.
    for (const providerId of [practice.staff.lee, practice.staff.osei]) {
      await practice.event({ providerId, date: '2026-11-19' })
    }
    const counted = { ...practice, portal: { ...practice.portal, db: counting } }
    const scopes = []
    for (let number = 0; number < 16; number += 1) scopes.push(await newChart(practice))
    const providers = [practice.staff.lee, practice.staff.osei]
    const outcomes = await Promise.all(
      scopes.map((scope, number) =>
        ask(counted, scope, {
          provider: providers[number % 2] ?? 0,
          day: '2026-12-03',
          time: `${String(9 + Math.floor(number / 8))}:${['00', '15', '30', '45'][Math.floor(number / 2) % 4] ?? ''}`.padStart(
            5,
            '0',
          ),
        }),
      ),
    )
    expect(firsts(outcomes)).to.have.lengthOf(16)
    // None was the victim of a deadlock and had to be tried again.
    expect(tries).to.equal(16)
  })

  it('and sees what the host committed while a patient waited for their turn', async () => {
    const scope = await newChart(practice)
    const wish = { day: '2026-12-08', time: '09:00' }
    let asking: Promise<RequestOutcome> | undefined
    await practice.db.transaction(async (tx) => {
      await takeTurn(tx, [`provider:${String(practice.staff.lee)}`])
      asking = ask(practice, scope, wish)
      await untilWaiting(practice, 'foyer_turns')
      await practice.event({ providerId: practice.staff.lee, date: '2026-12-08', start: '09:10', minutes: 5 })
    })
    expect(await asking).to.include({ ok: false, reason: 'slot-taken' })
  })
})

describe('while a time is being taken', () => {
  let practice: TestPractice

  before(async function () {
    this.timeout(30_000)
    practice = await openPractice()
  })
  after(() => practice.leave())

  const day = '2026-12-08'
  const insert = (date: string, start: string, seconds: number, recurrence = '0') =>
    `INSERT INTO openemr_postcalendar_events
       (pc_catid, pc_multiple, pc_aid, pc_pid, pc_title, pc_eventDate, pc_duration, pc_recurrtype, pc_recurrspec, pc_startTime, pc_eventstatus, pc_sharing)
     VALUES (5, 0, :provider, '', 'by the host', '${date}', ${String(seconds)}, ${recurrence}, '', '${start}', 1, 1)`
  const deeds: [string, (there: { beside: number; before: number }) => string][] = [
    ['lay a visit over it', () => insert(day, '09:05:00', 300)],
    ['lay a long one over it, from the evening before', () => insert('2026-12-07', '23:00:00', 12 * 3600)],
    ['begin a series in the past that falls on it', () => insert('2026-11-03', '09:00:00', 900, '1')],
    [
      'move a visit of that day to it',
      ({ beside }) =>
        `UPDATE openemr_postcalendar_events SET pc_startTime = '09:00:00', pc_title = 'by the host' WHERE pc_eid = ${String(beside)}`,
    ],
    [
      'move a visit of another day to it',
      ({ before }) =>
        `UPDATE openemr_postcalendar_events SET pc_eventDate = '${day}', pc_title = 'by the host' WHERE pc_eid = ${String(before)}`,
    ],
  ]
  for (const [what, sql] of deeds) {
    it(`the host cannot ${what}: it waits until the patient has the time`, async () => {
      const { lee, osei } = practice.staff
      const there = {
        beside: await practice.event({ providerId: lee, date: day, start: '16:00' }),
        before: await practice.event({ providerId: lee, date: '2026-11-30', start: '09:00' }),
      }
      const host = connectDatabase({ url: practice.url, zone: ZONE, pool: 2 })
      let committed = false
      let writing: Promise<unknown> = Promise.resolve()
      const watching = {
        ...practice.db,
        transaction: <Result>(work: (tx: Tx) => Promise<Result>) =>
          practice.db.transaction(async (tx) => {
            const result = await work(tx)
            writing = host.sequelize
              .query(sql(there), { replacements: { provider: String(lee) } })
              .then(() => (committed = true))
            await untilWaiting(practice, 'by the host', () => committed)
            expect(committed).to.equal(false)
            return result
          }),
      }
      const elsewhere = { ...practice, portal: { ...practice.portal, db: watching } }
      const scope = await newChart(practice)

      const outcome = await ask(elsewhere, scope, { day, time: '09:00' })

      expect(outcome).to.include({ ok: true })
      await writing
      expect(committed).to.equal(true)
      await host.close()
      // What lies over it now is the host's doing, and staff see it when they want to confirm.
      const eid = outcome.ok ? outcome.eid : 0
      if (!what.startsWith('begin'))
        expect(await setStatus(practice, eid, '-')).to.deep.equal({ ok: false, reason: 'overlap' })
      await practice.db.sequelize.query(
        `UPDATE openemr_postcalendar_events SET pc_apptstatus = 'x' WHERE pc_aid IN ('${String(lee)}', '${String(osei)}') AND pc_catid = 5`,
      )
    })
  }
})
