/** What everybody is told of what happened to a visit, inside its transaction: the audit trail, the listeners, the host's log, the provider. */
import { nameOf, pidOf, type PatientScope } from '../../access/scope.js'
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { writeHostLog, type HostLogEntry } from '../../host/log.js'
import { writeStaffNote } from '../../host/notes.js'
import { findStaff } from '../../host/staff.js'
import { rememberTold } from '../../host/reads/told.js'
import { recordAudit, type Actor, type AuditEntry } from '../../platform/audit.js'
import { wallClock, type Day } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { publish } from '../../platform/outbox.js'
import { AS_PATIENT, type Writer } from './boardLines.js'
import type { Visit } from './requests.js'

/** What happened to a visit. Keys, numbers and days: never what a person typed. */
export interface Change {
  /** As listeners and the audit trail call it. */
  event: string
  eid: number
  pid: number | undefined
  /** Of whom there is no chart yet, or as whom the actor is at work. */
  record: string | undefined
  details?: NonNullable<AuditEntry['details']>
  /** What listeners are told besides whose visit it is. */
  payload?: Record<string, string | number | null>
  /** Its line in the host's log; undefined: nothing has changed in the host. */
  log: Omit<HostLogEntry, 'at' | 'pid' | 'category' | 'success'> | undefined
}

/** The last thing of every verb: what happened stands in the trail, and nobody needs to be told of it twice. */
export async function tellOfChange(portal: Portal, tx: Tx, actor: Actor, change: Change): Promise<void> {
  const { event, eid, pid, record, details, payload, log } = change
  await recordAudit(tx, portal.clock, actor, {
    ...{ event, subject: `appointment:${String(eid)}`, pid, record },
    ...(details ? { details } : {}),
  })
  await publish(tx, portal.clock, {
    event,
    payload: { eid, pid: pid ?? null, ...payload, ...(record === undefined ? {} : { record }) },
  })
  if (!log) return
  await writeHostLog(tx, { ...log, at: wallClock(portal.clock.now()), category: 'Scheduling', pid, success: true })
  await rememberTold(tx, eid)
}

export interface PatientsDeed {
  event: string
  eid: number
  hostEvent: 'scheduling-insert' | 'scheduling-update'
  details?: NonNullable<AuditEntry['details']>
}

/** Tells of what a patient, or who acts for one, did. */
export async function tellOfPatient(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  scope: PatientScope,
  { hostEvent, ...deed }: PatientsDeed,
): Promise<void> {
  await tellOfChange(portal, tx, actor, {
    ...{ ...deed, pid: pidOf(scope), record: scope.record },
    log: {
      ...{ event: hostEvent, user: AS_PATIENT.username, from: 'onsite-portal' },
      comment: `Foyer: ${deed.event}, event ${String(deed.eid)}`,
    },
  })
}

export interface StaffsDeed {
  event: string
  /** apptstat id that it has now. */
  status: string
  /** The visit that stands in its place. */
  replacedBy?: number
  /** Where it stands now, when it was moved: `YYYY-MM-DD HH:MM`. */
  moved?: string
  /** Of a series: the day. */
  day?: Day
  /** The number of the encounter that was opened with it. */
  encounter?: number
}

/** Tells of what staff did to a visit; `visit` as it stood before. */
export async function tellOfStaff(
  portal: Portal,
  tx: Tx,
  member: StaffMember,
  actor: Actor,
  visit: Visit,
  { event, status, ...more }: StaffsDeed,
): Promise<void> {
  const { eid, pid, status: from } = visit.event
  const moved = more.moved === undefined ? '' : `, moved to ${more.moved}`
  const opened = more.encounter === undefined ? '' : `, encounter ${String(more.encounter)} opened`
  await tellOfChange(portal, tx, actor, {
    ...{ event, eid, pid, record: recordOf(visit) },
    details: { from, to: status, ...more },
    payload: { status, ...more },
    log: {
      ...logOfStaff(member),
      comment: `Foyer: event ${String(eid)}, status ${from} to ${status}${moved}${opened}`,
    },
  })
}

/** Whose visit it is while there is no chart: the account's own record. */
export function recordOf({ event, request }: Pick<Visit, 'event' | 'request'>): string | undefined {
  return event.pid === undefined ? (request?.record ?? undefined) : undefined
}

/** How the host's log names what staff do in the portal's pages. */
export function logOfStaff({ username: user }: Writer) {
  return { event: 'scheduling-update', user, groupname: 'Default', from: 'portal-dashboard' } as const
}

export interface ProviderNote {
  /** "A New Appointment", "A Cancelled Appointment": the words by which the host's staff know such a note (facts §2.5). */
  what: string
  /** users.id */
  providerId: number
  day: Day
  /** HH:MM */
  time: string
  reason: string
}

/** The note that the host's own portal leaves for the provider (facts §2.5). */
export async function noteToProvider(portal: Portal, tx: Tx, scope: PatientScope, note: ProviderNote): Promise<void> {
  const provider = await findStaff(tx, note.providerId)
  await writeStaffNote(tx, {
    at: wallClock(portal.clock.now()),
    // A note that is about no chart has the number 0 in the host.
    pid: pidOf(scope) ?? 0,
    title: 'Patient Reminders',
    text: noteText(scope, note),
    to: provider?.username,
    from: AS_PATIENT.username,
  })
}

/** Who acted for the patient is said too, and where nobody knows yet whose chart it is. */
function noteText(scope: PatientScope, { what, day, time, reason }: ProviderNote): string {
  const from =
    scope.kind === 'own'
      ? `portal account ${nameOf(scope)} (not linked to a chart)`
      : `portal patient ${nameOf(scope)}${scope.relationship === 'self' ? '' : ` (sent by ${scope.account.name}, ${scope.relationship})`}`
  const because = reason === '' ? '' : ` Reason: ${reason}.`
  return `${what} request was received from ${from} regarding appointment dated ${day} ${time}.${because} Use Portal Dashboard to confirm with patient.`
}
