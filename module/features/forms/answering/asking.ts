/** Forms that are asked by themselves: every few minutes, and at once when an appointment is asked for or confirmed. */
import { followRules } from '../../../access/formRules.js'
import type { Job, Listener } from '../../../feature.js'

export const askJob: Job = {
  name: 'ask-forms',
  everySeconds: 300,
  run: (portal) => followRules(portal),
}

export const askAfter: readonly Listener[] = ['appointment.requested', 'appointment.confirmed'].map((event) => ({
  name: 'ask-forms',
  event,
  hear: (portal, { payload }) => followRules(portal, Number(payload['eid'])),
}))
