/** Forms that are asked by themselves: every few minutes, and at once when something happens to a visit. */
import { followRules } from '../../../access/formRules.js'
import { dropOldDrafts, followVisits } from '../../../access/formVisits.js'
import type { Portal } from '../../../access/portal.js'
import type { Job, Listener } from '../../../feature.js'

export const askJob: Job = {
  name: 'ask-forms',
  everySeconds: 300,
  run: async (portal) => {
    await ask(portal)
    await dropOldDrafts(portal)
  },
}

/** What was asked before a visit that is no more makes room for what its successor asks. */
async function ask(portal: Portal, eid?: number): Promise<void> {
  const madeRoom = await followVisits(portal, eid)
  await followRules(portal, madeRoom ? undefined : eid)
}

/** After each of these a visit is asked for, stands, stands elsewhere or stands no more. */
const changes = [
  ...['appointment.requested', 'appointment.confirmed', 'appointment.status-set', 'appointment.reopened'],
  ...['appointment.moved', 'appointment.proposal-accepted', 'appointment.cancelled', 'appointment.declined'],
  ...['appointment.cancellation-granted', 'appointment.removed', 'appointment.undone'],
]

export const askAfter: readonly Listener[] = changes.map((event) => ({
  name: 'ask-forms',
  event,
  hear: async (portal, { payload }) => {
    const eid = Number(payload['eid'])
    if (Number.isSafeInteger(eid) && eid > 0) await ask(portal, eid)
  },
}))
