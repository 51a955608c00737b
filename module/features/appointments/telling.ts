/** What everybody is told of a patient's deed, inside its transaction: the provider, the audit trail, the listeners, the host's log. */
import { nameOf, pidOf, type PatientScope } from '../../access/scope.js'
import type { Portal } from '../../access/portal.js'
import { writeHostLog } from '../../host/log.js'
import { writeStaffNote } from '../../host/notes.js'
import { findStaff } from '../../host/staff.js'
import { rememberTold } from '../../host/reads/told.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { wallClock, type Day } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { publish } from '../../platform/outbox.js'

export interface Deed {
  event: string
  eid: number
  hostEvent: 'scheduling-insert' | 'scheduling-update'
  /** Keys, numbers and days: never what a person typed. */
  details?: Record<string, string | number | boolean | null>
}

/** The last thing of every verb of a patient's: what happened stands in the trail, and nobody needs to be told of it twice. */
export async function tellOf(portal: Portal, tx: Tx, actor: Actor, scope: PatientScope, deed: Deed): Promise<void> {
  const pid = pidOf(scope)
  const subject = `appointment:${String(deed.eid)}`
  const { record } = scope
  await recordAudit(tx, portal.clock, actor, {
    ...{ event: deed.event, subject, pid, record },
    ...(deed.details ? { details: deed.details } : {}),
  })
  await publish(tx, portal.clock, { event: deed.event, payload: { eid: deed.eid, pid: pid ?? null, record } })
  await writeHostLog(tx, {
    at: wallClock(portal.clock.now()),
    event: deed.hostEvent,
    category: 'Scheduling',
    user: 'portal-user',
    comment: `Foyer: ${deed.event}, event ${String(deed.eid)}`,
    pid,
    success: true,
    from: 'onsite-portal',
  })
  await rememberTold(tx, deed.eid)
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
    from: 'portal-user',
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
