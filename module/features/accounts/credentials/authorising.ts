/** The practice opens its portal to a patient: the first step, before any credential is usable. */
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { allowPatientPortal, readPortalChart } from '../../../host/credentials.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { wallClock } from '../../../platform/clock.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { logAccess } from './hostLog.js'

export type AuthoriseOutcome = { ok: true } | { ok: false; reason: 'not-found' }

/** Sets allow_patient_portal, once: where it is YES already, nothing is written. */
export async function authorise(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  pid: number,
): Promise<AuthoriseOutcome> {
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, [chartTurn(pid)])
    const chart = await readPortalChart(tx, pid)
    if (!chart) return { ok: false, reason: 'not-found' }
    if (chart.allowed) return { ok: true }
    const at = wallClock(portal.clock.now())
    await allowPatientPortal(tx, { pid, by: member.id, at })
    await logAccess(tx, actor, { at, pid, comment: 'allowed the patient portal' })
    await recordAudit(tx, portal.clock, actor, {
      event: 'portal-access.allowed',
      subject: `patient:${String(pid)}`,
      pid,
    })
    await publish(tx, portal.clock, {
      event: 'portal-access.allowed',
      payload: { pid },
      key: `patient:${String(pid)}`,
    })
    return { ok: true }
  })
}
