/** What runs by itself: the module's own jobs, the wings', and the delivery of events to their listeners. */
import type { Portal } from './access/portal.js'
import { sweep } from './access/sweep.js'
import type { Feature, Listener } from './feature.js'
import type { RunnableJob } from './platform/jobs.js'
import { deliverEvents, type OutboxListener } from './platform/outbox.js'

/** Everything that runs by itself. module.json describes each. */
export function jobsOf(portal: Portal, all: readonly Feature[]): RunnableJob[] {
  const listeners = all.flatMap((feature) => feature.on ?? []).map((listener) => listenerOf(portal, listener))
  return [
    { name: 'sweep', everySeconds: 600, run: () => sweepAway(portal) },
    {
      name: 'deliver',
      everySeconds: 2,
      everywhere: true,
      run: async (goOn) => {
        await deliverEvents({ db: portal.db, clock: portal.clock, log: portal.log, listeners }, goOn)
      },
    },
    ...all
      .flatMap((feature) => feature.jobs ?? [])
      .map(({ name, everySeconds, run }) => ({ name, everySeconds, run: () => run(portal) })),
  ]
}

function listenerOf(portal: Portal, { name, event, hear }: Listener): OutboxListener {
  return { name, event, hear: (heard) => hear(portal, heard) }
}

async function sweepAway(portal: Portal): Promise<void> {
  const { patientIdle, staffIdle, sessionLimit: limit, eventsKept } = portal.settings()
  const lives = [patientIdle, staffIdle].map((idle) => ({ idle, limit }))
  await sweep(portal.db, portal.clock, { lives, eventDays: eventsKept })
}
