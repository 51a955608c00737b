import type { Change } from '../../../access/ages.js'
import type { Card } from '../../../feature.js'
import { grantsOfCharts } from '../../../host/reads/grants.js'
import { day as dayOf, daysLater } from '../../../platform/clock.js'
import { extentWords } from '../../../web/frame.js'
import type { RecordContext } from '../../../web/routes.js'
import { writeDay } from '../../../web/times.js'
import { FAMILY } from './familySection.js'
import { standingOf } from './standing.js'
import { AGE_NOTICE_DAYS } from './telling.js'

const MOST = 50

/** What will change soon by itself: for whoever opens somebody's record, and for the patient whom others open. */
export const comingCard: Card<RecordContext> = {
  permission: 'home:view',
  place: 'new',
  async show(context) {
    const { scope, t, url } = context
    if (scope.kind === 'own') return undefined
    const lines =
      scope.relationship === 'self'
        ? [...mine(context, scope.change), ...(await ofOthers(context, scope.pid))]
        : mine(context, scope.change)
    if (lines.length === 0) return undefined
    const href = url(FAMILY)
    return { view: '/accounts/families/coming', content: { title: t('families.coming.title'), lines, href } }
  },
}

function mine(context: RecordContext, change: Change | undefined): string[] {
  return change && isSoon(context, change) ? [lineOf(context, 'mine', change, '')] : []
}

async function ofOthers(context: RecordContext, pid: number): Promise<string[]> {
  const grants = await grantsOfCharts(context.portal.db, [pid], MOST)
  return grants
    .filter(({ accountId }) => accountId !== context.account.id)
    .flatMap((grant) => {
      const { change, state } = standingOf(context, grant)
      return change && state !== 'notYet' && isSoon(context, change)
        ? [lineOf(context, 'theirs', change, grant.accountName)]
        : []
    })
}

function isSoon({ portal }: RecordContext, { on, why }: Change): boolean {
  const days = why === 'ended' ? portal.settings().renewalDays : AGE_NOTICE_DAYS
  return on <= daysLater(dayOf(portal.clock.now()), days)
}

function lineOf(context: RecordContext, whose: 'mine' | 'theirs', { on, to, why }: Change, name: string): string {
  const what = to === undefined ? 'over' : 'less'
  const values = { name, day: writeDay(on, context.language), extent: extentWords(context, to) }
  return `${context.t(`families.coming.${whose}.${what}`, values)} ${context.t(`families.coming.why.${why}`)}`
}
