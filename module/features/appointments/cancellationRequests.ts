/**
 * What its patient may not cancel alone, too late or one day of a series, staff decide (cancellationDecisions.ts). One
 * open wish a visit; the visit stays on the calendar until they have.
 */
import { pidOf, type PatientScope } from '../../access/scope.js'
import type { Portal } from '../../access/portal.js'
import { lockEvent } from '../../host/events.js'
import type { Actor } from '../../platform/audit.js'
import { utc } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { receiptNumber } from '../../platform/ids.js'
import { takeTurn } from '../../platform/turns.js'
import { parseAppointmentId, type Appointment } from './appointment.js'
import { openCancellation } from './cancellations.js'
import { endWish, grantedByHost } from './followWishes.js'
import { findAppointment } from './ofPatient.js'
import { theHost } from './overlaps.js'
import { turnOf } from './seats.js'
import { noteToProvider, tellOfPatient } from './telling.js'

/** Asks staff to cancel. Under the patient's turn, so that a second press finds the first: then nothing more is written. */
export async function askToCancel(
  portal: Portal,
  tx: Tx,
  actor: Actor,
  wish: { scope: PatientScope; appointment: Appointment; reason: string },
): Promise<void> {
  const { scope, appointment, reason } = wish
  const open = await openCancellation(tx, appointment.id)
  if (open?.pid === (pidOf(scope) ?? null)) return
  // Of whoever had this visit before the host gave it to this patient.
  if (open) await endWish(portal, tx, open, theHost, grantedByHost)
  const now = utc(portal.clock.now())
  await tx.insert(
    `INSERT INTO foyer_cancellation_requests
       (receipt, pc_eid, day, of_series, account_id, record, pid, reason, state, open_key, created_at)
     VALUES (:receipt, :eid, :day, :ofSeries, :account, :record, :pid, :reason, 'requested', :key, :now)`,
    {
      ...{
        receipt: receiptNumber(),
        eid: appointment.eid,
        day: appointment.day,
        ofSeries: appointment.ofSeries ? 1 : 0,
      },
      ...{ account: scope.account.id, record: scope.record, pid: pidOf(scope) ?? null },
      ...{ reason, key: appointment.id, now },
    },
  )
  await noteToProvider(portal, tx, scope, {
    ...{ what: 'A Cancellation', providerId: appointment.provider.id ?? 0, reason },
    ...{ day: appointment.day, time: appointment.start },
  })
  await tellOfPatient(portal, tx, actor, scope, {
    ...{ event: 'appointment.cancellation-requested', eid: appointment.eid, hostEvent: 'scheduling-update' },
    details: { day: appointment.day },
  })
}

export type WithdrawOutcome =
  | { ok: true }
  | { ok: false; reason: 'not-found' }
  /** The practice has decided meanwhile, or nobody asked. */
  | { ok: false; reason: 'not-open'; appointment: Appointment }

/** Takes the wish back before the practice has decided: the visit stays. */
export async function withdrawCancellation(
  portal: Portal,
  actor: Actor,
  { scope, id }: { scope: PatientScope; id: string },
): Promise<WithdrawOutcome> {
  return portal.db.transaction(async (tx): Promise<WithdrawOutcome> => {
    await takeTurn(tx, [turnOf(scope)])
    // Before the first look: staff may be deciding just now, and then we see what they decided.
    await lockEvent(tx, parseAppointmentId(id)?.eid ?? 0)
    const appointment = await findAppointment(portal, tx, scope, id)
    if (!appointment) return { ok: false, reason: 'not-found' }
    const now = utc(portal.clock.now())
    const changed = await tx.change(
      `UPDATE foyer_cancellation_requests SET state = 'withdrawn', open_key = NULL, decided_at = :now
        WHERE open_key = :key AND COALESCE(pid, 0) = :pid`,
      { key: appointment.id, pid: pidOf(scope) ?? 0, now },
    )
    if (changed === 0) return { ok: false, reason: 'not-open', appointment }
    await tellOfPatient(portal, tx, actor, scope, {
      ...{ event: 'appointment.cancellation-withdrawn', eid: appointment.eid, hostEvent: 'scheduling-update' },
      details: { day: appointment.day },
    })
    return { ok: true }
  })
}
