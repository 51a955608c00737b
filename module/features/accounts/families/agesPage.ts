/** A dry run of the age rules: whose access changes in a month, from what to what, and who is told. Nothing is written. */
import { openingOn } from '../../../access/ages.js'
import type { Portal } from '../../../access/portal.js'
import { knownRelationship } from '../../../access/scope.js'
import type { HallCard } from '../../../feature.js'
import { countGrowing, growingPage, type ComingChange, type Growing } from '../../../host/reads/comingChanges.js'
import { day as dayOf, daysLater, type Day } from '../../../platform/clock.js'
import { extentWords } from '../../../web/frame.js'
import { personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeDay, writeMonth } from '../../../web/times.js'
import { addressOf, isSameMailbox } from './addressing.js'
import { rulesText, waitingText } from './ageRulesText.js'
import { dueStep, growingOf, momentOf, stepsBetween, type Step } from './coming.js'
import { grantPath } from './grantsCard.js'
import { agesNow } from './settingAges.js'

const ROWS = 50

/** GET /staff/portal/ages?month=2026-12 */
export async function agesPage(context: StaffContext): Promise<Answer> {
  const { portal, query, show, t, url } = context
  const month = monthIn(query['month']) ?? monthAfter(thisMonth(portal))
  const page = Math.min(1000, Number(/^[1-9]\d{0,3}$/.exec(query['page'] ?? '')?.[0] ?? '1'))
  const steps = stepsOf(portal, month)
  const moment = momentOf(portal)
  const searches = steps.map(growingOf)
  const count = await countGrowing(portal.db, searches, moment)
  const changes = await growingPage(portal.db, searches, { ...moment, from: (page - 1) * ROWS, most: ROWS })
  const at = (to: string, number = 1) =>
    url(`/staff/portal/ages?month=${to}${number === 1 ? '' : `&page=${String(number)}`}`)
  const content = {
    month: writeMonth(month, context.language),
    previousHref: at(monthAfter(month, -1)),
    nextHref: at(monthAfter(month)),
    count: t('families.ages.count', { count }),
    rows: changes.flatMap((change) => rowOf(context, steps, change)),
    earlierHref: page > 1 ? at(month, page - 1) : undefined,
    laterHref: page * ROWS < count ? at(month, page + 1) : undefined,
    rules: rulesText(context, agesNow(portal)),
    waiting: waitingText(context),
    settingsHref: context.may('settings:manage') ? url('/staff/portal/ages/rules') : undefined,
  }
  return show.page('/accounts/families/ages', content, {
    title: t('families.ages.title'),
    about: changes.map(({ pid }) => pid),
  })
}

function rowOf(context: StaffContext, steps: readonly Step[], coming: ComingChange): GrowingRow[] {
  const { portal, t } = context
  const { born, extent } = coming
  const due = born === undefined ? undefined : dueStep(steps, { born, extent })
  if (born === undefined || due === undefined) return []
  const [from, to] = [daysLater(due.on, -1), due.on].map((day) => openingOn(coming, day, portal.settings()).extent)
  const years = Number(due.on.slice(0, 4)) - Number(born.slice(0, 4))
  const age = due.why === 'rules' ? t('families.ages.byRules') : t('families.ages.becomes', { age: years })
  return [changeRow(context, coming, { on: due.on, age, from, to })]
}

/** As the view families/growing-rows shows it. */
export type GrowingRow = ReturnType<typeof changeRow>

export function changeRow(
  context: StaffContext,
  coming: ComingChange,
  change: { on: Day; age: string; from: string | undefined; to: string | undefined },
) {
  const { language, t, url } = context
  return {
    day: writeDay(change.on, language),
    name: personName(coming.lastName, coming.firstName),
    age: change.age,
    account: coming.holder.accountName,
    relationship: t(`families.relationship.${knownRelationship(coming.relationship)}`),
    from: extentWords(context, change.from),
    to: extentWords(context, change.to),
    told: toldText(context, coming),
    href: url(grantPath(coming)),
  }
}

/** Whom the letters reach; a side that none reaches is named, so that somebody can call. */
function toldText({ t }: StaffContext, { holder, patient }: ComingChange): string[] {
  const [first, second] = [addressOf(holder), addressOf(patient)]
  const reached = (side: 'holder' | 'patient', refused: string | undefined) =>
    t(`families.ages.${refused === undefined ? 'told' : 'notTold'}.${side}`)
  const one = reached('holder', first.refused)
  return isSameMailbox(first, second) ? [t('families.ages.told.both')] : [one, reached('patient', second.refused)]
}

/** On the hall: how many there are next month, and the way to them. One statement, or none. */
export const agesCard: HallCard = {
  key: 'ages',
  title: 'families.ages.card',
  permission: 'grants:manage',
  async show({ language, portal, t, url }) {
    const month = monthAfter(thisMonth(portal))
    const count = await countNow(portal, stepsOf(portal, month).map(growingOf))
    return {
      view: '/accounts/families/ages-card',
      content: {
        text: t('families.ages.next', { count, month: writeMonth(month, language) }),
        href: url(`/staff/portal/ages?month=${month}`),
      },
    }
  },
}

const KEPT_MS = 10 * 60 * 1000

/** Every guardian's grant is looked through, and the hall is opened all day: a count is good for ten minutes. */
async function countNow(portal: Portal, searches: readonly Growing[]): Promise<number> {
  const [now, asked] = [portal.clock.now(), JSON.stringify(searches)]
  const last = lastCounts.get(portal.clock)
  if (last?.asked === asked && Math.abs(now.toMillis() - last.at) < KEPT_MS) return last.count
  const count = await countGrowing(portal.db, searches, momentOf(portal))
  lastCounts.set(portal.clock, { asked, at: now.toMillis(), count })
  return count
}

/** By the portal's clock: a request has a portal of its own, and a clock with all others. */
const lastCounts = new WeakMap<Portal['clock'], { asked: string; at: number; count: number }>()

/** `YYYY-MM` */
type Month = string

function stepsOf(portal: Portal, month: Month): Step[] {
  return stepsBetween(portal, `${month}-01`, daysLater(`${monthAfter(month)}-01`, -1))
}

function thisMonth({ clock }: Portal): Month {
  return monthOf(dayOf(clock.now()))
}

function monthOf(day: Day): Month {
  return day.slice(0, 7)
}

function monthAfter(month: Month, months = 1): Month {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7)
}

function monthIn(typed: string | undefined): Month | undefined {
  return /^(19|20)\d\d-(0[1-9]|1[0-2])$/.exec(typed ?? '')?.[0]
}
