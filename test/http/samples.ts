/** For each route an address that leads somewhere, and a form that it takes: made anew, about this patient. */
import { writeStaffNote } from '../../module/host/notes.js'
import { receiptNumber } from '../../module/platform/ids.js'
import { loginOf, OFFICE_VISIT, passwordOf, type TestPractice } from '../support/practice.js'

export interface Sample {
  params?: Record<string, string>
  query?: Record<string, string>
  body?: Record<string, string>
}

type Make = (practice: TestPractice, pid: number) => Sample | Promise<Sample>

const TUESDAY = '2026-11-24'
const nothing: Make = () => ({})

/** A time of their own for each patient, so that no sample lies over another's. HH:MM */
function timeOf(pid: number): string {
  const minute = 13 * 60 + (pid % 16) * 15
  return `${String(Math.floor(minute / 60))}:${String(minute % 60).padStart(2, '0')}`
}

/** What earlier samples left of this patient is off the calendar, so that the time can be taken again. */
async function freeTuesday({ db }: TestPractice, pid: number): Promise<void> {
  await db.transaction((tx) =>
    tx.change(
      `UPDATE openemr_postcalendar_events SET pc_apptstatus = 'x' WHERE pc_eventDate = :day AND pc_pid = :pid AND pc_recurrtype = 0`,
      { day: TUESDAY, pid: String(pid) },
    ),
  )
}

const ofPendingVisit =
  (sample: Sample = {}, name = 'id'): Make =>
  async (practice, pid) => {
    await freeTuesday(practice, pid)
    const { event, staff } = practice
    const eid = await event({ providerId: staff.lee, pid, date: TUESDAY, start: timeOf(pid), by: 'patient' })
    return { ...sample, params: { [name]: String(eid) } }
  }

/** With our own row beside it, in this state. */
const ofRequest =
  (state: string, sample: Sample = {}): Make =>
  async (practice, pid) => {
    await freeTuesday(practice, pid)
    const { db, event, staff } = practice
    const status =
      state === 'declined' ? { by: { userId: 1, username: 'admin' }, status: 'x' } : { by: 'patient' as const }
    const eid = await event({ providerId: staff.lee, pid, date: TUESDAY, start: timeOf(pid), ...status })
    const receipt = receiptNumber()
    await db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_appointment_requests
           (receipt, pc_eid, pid, provider_id, category_id, day, start_time, minutes, reason, state, created_at)
         VALUES (:receipt, :eid, :pid, :provider, 5, :day, :start, 15, '', :state, '2026-11-23 12:00:00.000')`,
        { receipt, eid, pid, provider: String(staff.lee), day: TUESDAY, start: timeOf(pid), state },
      ),
    )
    return { ...sample, params: { id: String(eid), receipt } }
  }

/** The practice proposes the time at which it stands. */
const ofProposal =
  (sample: Sample = {}): Make =>
  async (practice, pid) => {
    const made = await ofRequest('proposed', sample)(practice, pid)
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_appointment_proposals
           (pc_eid, from_day, from_start, from_provider, day, start_time, provider_id, minutes, note, state, proposed_by,
            proposed_at, open_eid)
         VALUES (:eid, :day, '09:00', :provider, :day, :start, :provider, 15, '', 'open', 'admin',
            '2026-11-23 12:30:00.000', :eid)`,
        { eid: made.params?.['id'], provider: String(practice.staff.lee), day: TUESDAY, start: timeOf(pid) },
      ),
    )
    return made
  }

/** The practice declined and names another time. */
const ofOffer: Make = async (practice, pid) => {
  const made = await ofRequest('declined')(practice, pid)
  const alternative = await practice.db.transaction((tx) =>
    tx.insert(
      `INSERT INTO foyer_appointment_alternatives
         (pc_eid, provider_id, category_id, day, start_time, minutes, offered_by, offered_at)
       VALUES (:eid, :provider, 5, :day, '09:15', 15, 'admin', '2026-11-23 12:30:00.000')`,
      { eid: made.params?.['id'], provider: String(practice.staff.lee), day: TUESDAY },
    ),
  )
  return { params: { ...made.params, alternative: String(alternative) } }
}

/** Confirmed, too soon to be cancelled alone, and its patient has asked the practice to. */
const ofCancellationAsked: Make = async ({ db, accounts, event, records, staff }, pid) => {
  const eid = await event({ providerId: staff.lee, pid, date: '2026-11-23', start: '15:00' })
  await db.transaction((tx) =>
    tx.insert(
      `INSERT INTO foyer_cancellation_requests
         (receipt, pc_eid, day, of_series, account_id, record, pid, reason, state, open_key, created_at)
       VALUES (:receipt, :eid, '2026-11-23', 0, :account, :record, :pid, 'Ill', 'requested', :eid, '2026-11-23 12:00:00.000')`,
      { receipt: receiptNumber(), eid, account: accounts.maria, record: records.maria, pid },
    ),
  )
  return { params: { id: String(eid) } }
}

const ofCancelledVisit: Make = async (practice, pid) => {
  await freeTuesday(practice, pid)
  const { event, staff } = practice
  const eid = await event({ providerId: staff.lee, pid, date: TUESDAY, start: timeOf(pid), status: 'x' })
  return { params: { id: String(eid) } }
}

const ofWishToCancel =
  (sample: Sample = {}): Make =>
  async (practice, pid) => ({ ...sample, ...(await ofCancellationAsked(practice, pid)) })

const ofPatient: Make = (_practice, pid) => ({ params: { pid: String(pid) } })

const wish = ({ staff }: TestPractice) => ({ provider: String(staff.lee), category: String(OFFICE_VISIT) })

const credentials = (username: string): Sample => ({ body: { username, password: passwordOf(username) } })

const ofMessage: Make = async ({ db }, pid) => {
  const note = { at: '2026-11-23 07:00:00', pid, title: 'Other', text: 'Please call.', to: undefined, from: 'admin' }
  return { params: { id: String(await db.transaction((tx) => writeStaffNote(tx, note))) } }
}

const ofUndelivered =
  (sample: Sample = {}): Make =>
  async ({ db }, pid) => {
    const at = '2026-11-23 12:00:00.000'
    const id = await db.transaction(async (tx) => {
      const event = await tx.insert(
        `INSERT INTO foyer_outbox (event, payload, created_at, due_at, spread_at)
         VALUES ('appointment.confirmed', :payload, :at, :at, :at)`,
        { payload: JSON.stringify({ pid }), at },
      )
      return tx.insert(
        `INSERT INTO foyer_outbox_deliveries (event_id, listener, state, attempts, due_at, finished_at, error_code)
         VALUES (:event, 'notify-patient', 'dead', 8, :at, :at, 'ECONNREFUSED')`,
        { event, at },
      )
    })
    return { ...sample, params: { id: String(id) } }
  }

/** Keyed `METHOD address`. A route that is missing here fails routes.test.ts. */
export const samples: Readonly<Record<string, Make>> = {
  'GET /portal/sign-in': nothing,
  'POST /portal/sign-in': () => credentials(loginOf('amina')),
  'POST /portal/sign-out': nothing,
  'GET /staff/sign-in': nothing,
  'POST /staff/sign-in': () => credentials('front'),
  'POST /staff/sign-out': nothing,
  'GET /portal': nothing,
  'GET /portal/records': nothing,

  'GET /portal/records/:record': nothing,
  'GET /portal/records/:record/appointments': nothing,
  'GET /portal/records/:record/appointments/new': nothing,
  'GET /portal/records/:record/appointments/new/check': (practice) => ({
    query: { ...wish(practice), time: `${TUESDAY}T10:00` },
  }),
  'POST /portal/records/:record/appointments': (practice) => ({
    body: { ...wish(practice), date: TUESDAY, time: '10:00', reason: 'Cough' },
  }),
  'GET /portal/records/:record/appointments/:id': ofPendingVisit(),
  'GET /portal/records/:record/appointments/:id/calendar.ics': ofPendingVisit(),
  'GET /portal/records/:record/appointments/:id/cancellation': ofPendingVisit(),
  'POST /portal/records/:record/appointments/:id/cancellation': ofPendingVisit({ body: { reason: 'Better again' } }),
  'POST /portal/records/:record/appointments/:id/cancellation/withdrawal': ofCancellationAsked,
  'GET /portal/records/:record/appointments/receipts/:receipt': ofRequest('requested'),
  'POST /portal/records/:record/appointments/:id/acceptance': ofProposal(),
  'POST /portal/records/:record/appointments/:id/answer': ofProposal({ body: { answer: 'Later that day?' } }),
  'POST /portal/records/:record/appointments/:id/alternatives/:alternative': ofOffer,
  'GET /portal/records/:record/appointments/:id/rescheduling': ofPendingVisit(),
  'GET /portal/records/:record/appointments/:id/rescheduling/check': async (practice, pid) => ({
    ...(await ofPendingVisit()(practice, pid)),
    query: { provider: String(practice.staff.lee), time: `${TUESDAY}T09:45` },
  }),
  'POST /portal/records/:record/appointments/:id/rescheduling': async (practice, pid) => ({
    ...(await ofPendingVisit()(practice, pid)),
    body: { provider: String(practice.staff.lee), date: TUESDAY, time: '09:45', reason: 'Later suits me' },
  }),

  'GET /staff/portal/audit-trail': nothing,
  'GET /staff/portal/audit-trail/export': nothing,
  'POST /staff/portal/audit-trail/verification': nothing,
  'GET /staff/portal': nothing,
  'GET /staff/portal/patients': () => ({ query: { q: 'santos' } }),
  'GET /staff/portal/patients/:pid': ofPatient,
  'GET /staff/portal/patients/:pid/access': ofPatient,
  'GET /staff/portal/patients/:pid/activity': ofPatient,
  'GET /staff/portal/patients/:pid/appointments': ofPatient,
  'GET /staff/portal/patients/:pid/grants': ofPatient,
  'GET /staff/portal/patients/:pid/waiting': ofPatient,
  'GET /staff/portal/cards/activity': nothing,
  'GET /staff/portal/cards/online': nothing,
  'GET /staff/portal/cards/statistics': nothing,
  'GET /staff/portal/calendar-readiness': nothing,
  'GET /staff/portal/cards/calendar-readiness': nothing,
  'GET /staff/portal/appointments': nothing,
  'GET /staff/portal/appointments/waiting': nothing,
  'GET /staff/portal/appointments/:id': ofPendingVisit(),
  'POST /staff/portal/appointments/:id/status': ofPendingVisit({ body: { status: '-' } }),
  'GET /staff/portal/appointments/:id/decline': ofPendingVisit(),
  'POST /staff/portal/appointments/:id/decline': ofPendingVisit({ body: { reason: 'Dr Lee is away' } }),
  'POST /staff/portal/appointments/:id/claim': ofPendingVisit(),
  'GET /staff/portal/appointments/:id/proposal': ofPendingVisit(),
  'POST /staff/portal/appointments/:id/proposal': ofPendingVisit({ body: { date: TUESDAY, time: '14:00' } }),
  'POST /staff/portal/appointments/:id/proposal/withdrawal': ofProposal(),
  'POST /staff/portal/appointments/:id/overbooking': ofPendingVisit({ body: { reason: 'A sick child' } }),
  'POST /staff/portal/appointments/:id/reopening': ofCancelledVisit,
  'GET /staff/portal/appointments/:id/cancellation': ofWishToCancel(),
  'POST /staff/portal/appointments/:id/cancellation': ofWishToCancel(),
  'POST /staff/portal/appointments/:id/cancellation/refusal': ofWishToCancel({ body: { reason: 'Too late' } }),
  'POST /staff/portal/appointments/:id/cancellation/claim': ofWishToCancel(),
  'POST /staff/portal/appointments/bulk': async (practice, pid) => {
    const { params } = await ofPendingVisit()(practice, pid)
    return { body: { 'id[]': params?.['id'] ?? '', action: 'claim' } }
  },
  // Nobody's press: it says so, which only who may ask is told.
  'POST /staff/portal/appointments/undo': () => ({ body: { token: 'A'.repeat(22) } }),

  // Nothing is decided by these: what is taken back was never given.
  'GET /staff/portal/access': nothing,
  'GET /staff/portal/access/why': () => ({ query: { who: 'user:front', permission: 'portal:use' } }),
  'GET /staff/portal/access/groups/:group': () => ({
    params: { group: 'front' },
    query: { permission: 'portal:use' },
  }),
  'POST /staff/portal/access/groups/:group': () => ({
    params: { group: 'front' },
    body: { permission: 'dashboard:view', effect: 'default', reason: '' },
  }),
  'GET /staff/portal/access/extents/:extent': () => ({
    params: { extent: 'forms' },
    query: { permission: 'appointments:view' },
  }),
  'POST /staff/portal/access/extents/:extent': () => ({
    params: { extent: 'forms' },
    body: { permission: 'appointments:view', effect: 'default', reason: '' },
  }),
  'GET /staff/portal/access/users': nothing,
  'GET /staff/portal/access/users/:username': () => ({ params: { username: 'front' } }),
  'POST /staff/portal/access/users/:username': () => ({
    params: { username: 'front' },
    body: { permission: 'dashboard:view', effect: 'default', reason: '' },
  }),
  'POST /staff/portal/access/users/:username/addressee': () => ({ params: { username: 'front' }, body: { on: '0' } }),

  'GET /staff/portal/settings': nothing,
  'POST /staff/portal/settings': () => ({ body: { practiceName: 'Foyer Practice' } }),

  'GET /staff/portal/operations': nothing,
  'GET /staff/portal/operations/undelivered': nothing,
  'POST /staff/portal/operations/deliveries/:id/attempt': ofUndelivered(),
  'GET /staff/portal/operations/deliveries/:id/setting-aside': ofUndelivered(),
  'POST /staff/portal/operations/deliveries/:id/setting-aside': ofUndelivered({ body: { reason: 'Told by phone' } }),

  'GET /emr': nothing,
  'GET /emr/calendar': nothing,
  'GET /emr/calendar/:eid': ofPendingVisit({}, 'eid'),
  'POST /emr/calendar/:eid': ofPendingVisit({ body: { status: '-' } }, 'eid'),
  'GET /emr/finder': () => ({ query: { q: 'santos' } }),
  'GET /emr/patients/:pid': ofPatient,
  'GET /emr/messages': nothing,
  'POST /emr/messages/:id/done': ofMessage,
  'GET /emr/modules': nothing,
  'GET /emr/modules/install': nothing,
  'POST /emr/modules/install': nothing,
  'GET /emr/modules/upgrade': nothing,
  'POST /emr/modules/upgrade': nothing,
  'GET /emr/modules/enable': nothing,
  'POST /emr/modules/enable': nothing,
  'GET /emr/modules/disable': nothing,
  'POST /emr/modules/disable': nothing,
  'GET /emr/modules/uninstall': nothing,
  // Without `discard` it is refused, since the portal is in use: 409 says that it was the asker's to ask.
  'POST /emr/modules/uninstall': nothing,
}

/** Empties what samples made, so that the next one finds the same practice. */
export async function clearSamples({ db }: TestPractice): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.change(`DELETE FROM foyer_appointment_alternatives`)
    await tx.change(`DELETE FROM foyer_appointment_proposals`)
    await tx.change(`DELETE FROM foyer_cancellation_requests`)
    await tx.change(`DELETE FROM foyer_appointment_requests`)
    await tx.change(`DELETE FROM openemr_postcalendar_events WHERE pc_pid <> ''`)
    await tx.change(`DELETE FROM pnotes`)
  })
}
