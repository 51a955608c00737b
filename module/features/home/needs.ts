/** What waits for the patient, as the wings tell it: one statement for all of it. */
import type { Need } from '../../feature.js'
import { pidOf } from '../../access/scope.js'
import { day, utc, wallClock, type Day } from '../../platform/clock.js'
import type { RecordContext } from '../../web/routes.js'

interface Counted {
  need: string
  count: number
  due: Day | null
  name: string
}

/** A line for each that has something waiting, what is due first at the top. */
export async function needLines(context: RecordContext, needs: readonly Need[]) {
  const open = needs.filter(({ permission, shown }) => context.may(permission) && (shown?.(context) ?? true))
  const counted = open.length === 0 ? [] : await count(context, open)
  return counted
    .filter((row) => row.count > 0)
    .sort((a, b) => (a.due ?? LAST).localeCompare(b.due ?? LAST))
    .flatMap((row) => {
      const need = open.find(({ key }) => key === row.need)
      if (!need) return []
      const { text, due, action, to } = need.line(context, {
        ...{ count: row.count, day: row.due ?? undefined, name: row.name },
      })
      return [{ icon: need.icon, text, due: due ?? '', action, href: context.url(to) }]
    })
}

const LAST = '9999-12-31'

function count({ portal, scope }: RecordContext, needs: readonly Need[]): Promise<Counted[]> {
  const now = portal.clock.now()
  const selects = needs.map(
    // sql-safe: the wings' own constants
    ({ key, counting }) => `SELECT '${key}' AS need, n.count, n.day AS due, n.name FROM (${counting}) n`,
  )
  return portal.db.select<Counted>(selects.join(' UNION ALL '), {
    account: scope.account.id,
    pid: pidOf(scope) ?? -1,
    record: scope.record,
    utc: utc(now),
    wall: wallClock(now),
    today: day(now),
  })
}
