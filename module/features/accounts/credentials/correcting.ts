/** The trusted address is wrong in the chart: put right where it is noticed. */
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { correctEmail, readPortalChart } from '../../../host/credentials.js'
import { writeHostLog } from '../../../host/log.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { wallClock } from '../../../platform/clock.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { isEmailAddress } from '../../../platform/emailAddress.js'

export type CorrectOutcome = { ok: true } | { ok: false; reason: 'not-found' | 'bad-address' }

/** Writes email_direct, which goes before the chart's other address for letters. '' takes it out again. */
export async function correctTrustedEmail(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { pid, email }: { pid: number; email: string },
): Promise<CorrectOutcome> {
  if (email !== '' && !isEmailAddress(email)) return { ok: false, reason: 'bad-address' }
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, [chartTurn(pid)])
    const chart = await readPortalChart(tx, pid)
    if (!chart) return { ok: false, reason: 'not-found' }
    if (chart.emailDirect === email) return { ok: true }
    const at = wallClock(portal.clock.now())
    await correctEmail(tx, { pid, by: member.id, at }, email)
    // As the host tells of a change to a chart (facts §11.3); the address itself stands in the chart.
    await writeHostLog(tx, {
      ...{ at, pid, event: 'patient-record-update', category: 'Patient Demographics' },
      ...{ user: actor.id, groupname: 'Default', comment: 'Foyer: corrected email_direct' },
      ...{ success: true, from: 'portal-dashboard' },
    })
    await recordAudit(tx, portal.clock, actor, {
      event: 'trusted-email.corrected',
      subject: `patient:${String(pid)}`,
      pid,
    })
    return { ok: true }
  })
}
