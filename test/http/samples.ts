/** For each route an address that leads somewhere, and a form that it takes: made anew, about this patient. */
import { writeStaffNote } from '../../module/host/notes.js'
import { loginOf, OFFICE_VISIT, passwordOf, type TestPractice } from '../support/practice.js'

export interface Sample {
  params?: Record<string, string>
  query?: Record<string, string>
  body?: Record<string, string>
}

type Make = (practice: TestPractice, pid: number) => Sample | Promise<Sample>

const TUESDAY = '2026-11-24'
const nothing: Make = () => ({})

const ofPendingVisit =
  (sample: Sample = {}, name = 'id'): Make =>
  async ({ event, staff }, pid) => {
    const eid = await event({ providerId: staff.lee, pid, date: TUESDAY, start: '10:00', by: 'patient' })
    return { ...sample, params: { [name]: String(eid) } }
  }

const ofPatient: Make = (_practice, pid) => ({ params: { pid: String(pid) } })

const wish = ({ staff }: TestPractice) => ({ provider: String(staff.lee), category: String(OFFICE_VISIT) })

const credentials = (username: string): Sample => ({ body: { username, password: passwordOf(username) } })

const ofMessage: Make = async ({ db }, pid) => {
  const note = { at: '2026-11-23 07:00:00', pid, title: 'Other', text: 'Please call.', to: undefined, from: 'admin' }
  return { params: { id: String(await db.transaction((tx) => writeStaffNote(tx, note))) } }
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

  'GET /staff/portal': nothing,
  'GET /staff/portal/patients': () => ({ query: { q: 'santos' } }),
  'GET /staff/portal/patients/:pid': ofPatient,
  'GET /staff/portal/appointments': nothing,
  'GET /staff/portal/appointments/waiting': nothing,
  'GET /staff/portal/appointments/:id': ofPendingVisit(),
  'POST /staff/portal/appointments/:id/status': ofPendingVisit({ body: { status: '-' } }),
  'GET /staff/portal/appointments/:id/decline': ofPendingVisit(),
  'POST /staff/portal/appointments/:id/decline': ofPendingVisit({ body: { reason: 'Dr Lee is away' } }),

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
    await tx.change(`DELETE FROM foyer_appointment_requests`)
    await tx.change(`DELETE FROM openemr_postcalendar_events WHERE pc_pid <> ''`)
    await tx.change(`DELETE FROM pnotes`)
  })
}
