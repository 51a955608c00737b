/** What waits, in numbers: all queues in one statement, once for each page. */
import type { Queue, QueueState } from '../../feature.js'
import type { Portal } from '../../access/portal.js'
import { utc, wallClock } from '../../platform/clock.js'
import { gatheringOf, type Several } from '../../platform/gathering.js'
import { forASecond, isOfThisSecond, latelyOf } from '../../platform/lately.js'
import type { Badge } from '../../web/layout.js'
import type { StaffContext } from '../../web/routes.js'
import { writeAge } from '../../web/times.js'

/** A queue in the navigation: its count and the age of its oldest. */
export async function badgeOf(context: StaffContext, queue: Queue, queues: readonly Queue[]): Promise<Badge> {
  const { t } = context
  const state = (await stateOfQueues(context, queues)).get(queue.key)
  const oldest = state?.oldestMinutes
  return {
    count: state?.count ?? 0,
    label: t('queue.waiting'),
    ...(oldest === undefined ? {} : { oldest: t('queue.oldest', { age: writeAge(oldest) }) }),
  }
}

/** The queues as the hall lists them, in their order: only those that this member may see are asked for. */
export async function queueRows(context: StaffContext, queues: readonly Queue[]) {
  const { t, url } = context
  const states = await stateOfQueues(context, queues)
  return queues.map((queue) => {
    const { count, oldestMinutes, taken } = states.get(queue.key) ?? { count: 0, oldestMinutes: undefined, taken: 0 }
    return {
      title: t(queue.title),
      href: url(`/staff/portal${queue.path}`),
      count,
      oldest: oldestMinutes === undefined ? '' : writeAge(oldestMinutes),
      owners: count === 0 ? '' : t('dashboard.queue.owners', { taken, free: count - taken }),
    }
  })
}

const known = new WeakMap<StaffContext, Promise<Map<string, QueueState>>>()

/** Asked for by the navigation and by the page, answered once for both. */
function stateOfQueues(context: StaffContext, queues: readonly Queue[]): Promise<Map<string, QueueState>> {
  const open = queues.filter(({ permission }) => context.may(permission))
  const found = known.get(context) ?? countedFor(context, open)
  known.set(context, found)
  return found
}

/** Of what is counted for all who ask, no more than these queues. */
async function countedFor(
  { hasJustChanged, portal }: StaffContext,
  queues: readonly Queue[],
): Promise<Map<string, QueueState>> {
  if (queues.length === 0) return new Map()
  const { states } = await countLately(portal.db.sequelize, { portal, queues }, { fresh: hasJustChanged })
  return new Map([...states].filter(([key]) => queues.some((queue) => queue.key === key)))
}

/** Every page of staff's asks, and a queue holds the same for all: what any of them asks for is counted once. */
const countTogether = gatheringOf(
  async (_line: Line, asks: Several<Asked>): Promise<Counted> => {
    const queues = new Set(asks.flatMap((ask) => ask.queues))
    const { portal } = asks[0]
    const at = portal.clock.now().toMillis()
    // Not under the deadline of whoever came first.
    const states = await countQueues({ ...portal, db: portal.db.until({ over: false }) }, [...queues])
    return { states, at }
  },
  { restFor: 2 },
)

/** What waits in a large practice takes some milliseconds to count, and nobody needs it by the millisecond. */
const countLately = latelyOf<Line, Asked, Counted>(countTogether, {
  ...forASecond,
  answers: ({ at, states }, { portal, queues }) =>
    queues.every(({ key }) => states.has(key)) && isOfThisSecond(at, portal.clock),
})

type Line = Portal['db']['sequelize']

interface Asked {
  portal: Portal
  queues: readonly Queue[]
}

interface Counted {
  states: Map<string, QueueState>
  /** By the practice's clock, in milliseconds. */
  at: number
}

interface CountedRow {
  queue: string
  count: number
  oldest: number | null
  taken: number
}

/** The state of each queue by its key: one statement for all of them, none for none. */
export async function countQueues(portal: Portal, queues: readonly Queue[]): Promise<Map<string, QueueState>> {
  if (queues.length === 0) return new Map()
  const now = portal.clock.now()
  const rows = await portal.db.select<CountedRow>(
    // sql-safe: keys and statements are constants of the wings
    queues
      .map(({ key, counting }) => `SELECT '${key}' AS queue, ${key}.* FROM (${counting}) ${key}`)
      .join(' UNION ALL '),
    { utc: utc(now), wall: wallClock(now), claimedSince: utc(now.minus({ minutes: portal.settings().claimMinutes })) },
  )
  return new Map(
    rows.map(({ queue, count, oldest, taken }) => [
      queue,
      { count, oldestMinutes: oldest === null ? undefined : oldest / 60, taken },
    ]),
  )
}
