/** How much the portal is used. Numbers over everybody are counted every few minutes by a job, never for a page. */
import type { Portal } from '../../access/portal.js'
import type { HallCard } from '../../feature.js'
import { countPortal, readStatistics, rememberCounts } from '../../host/reads/statistics.js'
import { utc } from '../../platform/clock.js'
import { writeAge } from '../../web/times.js'
import { writeInstant } from '../../web/instant.js'
import { writeNumber } from '../../web/numbers.js'

const ACTIVE_DAYS = 30

/** The job: counts, and remembers what it counted. */
export async function countForStatistics({ clock, db }: Portal): Promise<void> {
  const now = clock.now()
  const counts = await countPortal(db, utc(now), utc(now.minus({ days: ACTIVE_DAYS })))
  await db.transaction((tx) => rememberCounts(tx, counts))
}

export const statisticsCard: HallCard = {
  key: 'statistics',
  title: 'dashboard.statisticsTitle',
  permission: 'dashboard:view',
  async show(context) {
    const { portal, t } = context
    const weekStart = portal.clock.now().startOf('week')
    const { counts, decided, medianSeconds, requested } = await readStatistics(portal.db, utc(weekStart))
    const number = (value: number) => writeNumber(value, context.language)
    const line = (key: string, text: string) => ({ term: t(`dashboard.statistics.${key}`), text })
    return {
      view: '/dashboard/statistics',
      content: {
        people: counts && [
          line('accounts', number(counts.accounts)),
          line('allowed', number(counts.allowed)),
          line('unused', number(counts.unused)),
          line('active', number(counts.active)),
        ],
        asOf: counts && t('dashboard.statistics.asOf', { when: writeInstant(context, counts.at) }),
        week: [
          line('requested', number(requested)),
          line('decided', number(decided)),
          line(
            'median',
            medianSeconds === undefined ? t('dashboard.statistics.noneDecided') : writeAge(medianSeconds / 60),
          ),
        ],
      },
    }
  },
}
