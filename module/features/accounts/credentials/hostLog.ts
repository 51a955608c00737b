import { writeHostLog } from '../../../host/log.js'
import type { Actor } from '../../../platform/audit.js'
import type { WallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'

/** As the host's own dialog logs what staff do to a patient's access (facts §3.2, §11.2). */
export function logAccess(tx: Tx, actor: Actor, done: { at: WallClock; pid: number; comment: string }): Promise<void> {
  return writeHostLog(tx, {
    at: done.at,
    event: 'patient-access',
    category: 'patient-access',
    user: actor.id,
    groupname: 'Default',
    comment: done.comment,
    pid: done.pid,
    success: true,
    from: 'portal-dashboard',
  })
}
