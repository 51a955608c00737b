/** What the host's own screens did to a proposal: committed or deleted there, it ends here, and its sender hears of it. */
import type { Portal } from '../../access/portal.js'
import type { Job } from '../../feature.js'
import { changeOfActivity, decidedByHost } from '../../host/reads/profileChanges.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import type { Tx } from '../../platform/database.js'
import { publish } from '../../platform/outbox.js'
import { chartTurn, takeTurn } from '../../platform/turns.js'
import { changeOf, endChange } from './changes.js'
import { readWhomToTell, tellSender } from './telling.js'

const AT_ONCE = 200

const foyer: Actor = { kind: 'system', id: 'foyer', name: 'Foyer', requestId: undefined }

/** Each in a transaction of its own: killed in the middle it goes on where it was. */
export const followProfiles: Job = {
  name: 'follow-profiles',
  everySeconds: 60,
  async run(portal) {
    for (let after = 0; ;) {
      const some = await decidedByHost(portal.db, after, AT_ONCE)
      for (const { activity_id: activityId, pid } of some) {
        await portal.db.transaction(async (tx) => {
          await takeTurn(tx, [chartTurn(pid)])
          await settleByHost(tx, portal, activityId)
        })
      }
      after = some.at(-1)?.id ?? after
      if (some.length < AT_ONCE) return
    }
  },
}

/** The caller has the chart's turn. Does nothing where the host's row still waits, or Foyer's has ended. */
export async function settleByHost(tx: Tx, portal: Portal, activityId: number): Promise<void> {
  const row = await changeOfActivity(tx, activityId)
  if (row?.id == null || row.state !== 'waiting') return
  const change = changeOf(row)
  if (change.state === 'waiting') return
  const { outcomes, pid, receipt = '', state } = change
  await endChange(tx, portal, row.id, { state, by: change.decidedBy ?? null, outcomes })
  const subject = `profile-change:${String(row.id)}`
  await recordAudit(tx, portal.clock, foyer, {
    ...{ event: 'profile.decided-in-host', subject, pid },
    details: { state, by: change.decidedBy ?? '' },
  })
  await publish(tx, portal.clock, { event: 'profile.decided', payload: { change: row.id, pid, state }, key: subject })
  await tellSender(tx, portal, foyer, { whom: await readWhomToTell(tx, change), change, receipt })
}
