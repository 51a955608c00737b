/** What the staff's pages about calendars are given: plain text in the reader's language. */
import { emrFix } from '../../../feature.js'
import { dayOrNone } from '../../../host/unset.js'
import { day as dayOf } from '../../../platform/clock.js'
import type { Link, StatusTag } from '../../../web/layout.js'
import type { RequestContext, StaffContext } from '../../../web/routes.js'
import { writeShortDay } from '../../../web/times.js'
import type { Hint, Issue, Readiness } from '../calendarReadiness.js'
import type { LaidOver } from '../overlaps.js'

export function readinessPage(context: StaffContext, all: readonly Readiness[]) {
  const { t } = context
  const ready = all.filter(({ issue }) => !issue).length
  return {
    summary: t('appointments.readiness.summary', { ready, all: all.length }),
    rows: all.map((each) => rowOf(context, each)),
  }
}

const CARD_ROWS = 3

export function readinessCard(context: StaffContext, all: readonly Readiness[]) {
  const { t, url } = context
  const not = all.filter(({ issue }) => issue)
  return {
    href: url('/staff/portal/calendar-readiness'),
    summary: t('appointments.readiness.summary', { ready: all.length - not.length, all: all.length }),
    allReady: all.length > 0 && not.length === 0,
    rows: not.slice(0, CARD_ROWS).map((each) => rowOf(context, each)),
    more: Math.max(0, not.length - CARD_ROWS),
  }
}

function rowOf(context: StaffContext, { id, name, issue, hints }: Readiness) {
  return {
    id,
    name,
    state: stateOf(context, issue, hints),
    said: (issue ? [issue] : hints).map((each) => ({
      why: whyOf(context, each),
      fix: context.t(`appointments.readiness.fix.${each.why}`),
      link: fixLink(context, each),
    })),
  }
}

/** Where it is mended, as far as this member may go there: a setting of ours, or the EMR's own screens. */
function fixLink(context: StaffContext, { why }: Issue | Hint): (Link & { elsewhere?: true }) | undefined {
  const { may, t, url } = context
  const setting = mendedBy[why]
  if (setting === undefined) {
    const { permission, ...link } = emrFix(context)
    return may(permission) ? link : undefined
  }
  if (!may('settings:manage')) return undefined
  return { label: t('appointments.readiness.toSettings'), href: url(`/staff/portal/settings#field-${setting}-hint`) }
}

/** The setting by which each can be mended; undefined: in the EMR alone. */
const mendedBy: Readonly<Record<(Issue | Hint)['why'], 'latestRequest' | 'requestableCategories' | undefined>> = {
  inactive: undefined,
  'not-authorized': undefined,
  'no-hours': undefined,
  ended: undefined,
  'not-yet': 'latestRequest',
  kept: 'requestableCategories',
  'no-categories': 'requestableCategories',
  'too-short': 'requestableCategories',
  blocked: undefined,
  'no-out': undefined,
  'never-fits': undefined,
  'booked-out': undefined,
}

function stateOf({ t }: StaffContext, issue: Issue | undefined, hints: readonly Hint[]): StatusTag {
  if (issue) return { tone: 'danger', icon: 'calendar-x', text: t('appointments.readiness.notReady') }
  return hints.length > 0
    ? { tone: 'warning', icon: 'exclamation-triangle', text: t('appointments.readiness.hint') }
    : { tone: 'success', icon: 'calendar-check', text: t('appointments.readiness.ready') }
}

function whyOf({ language, portal, t }: StaffContext, said: Issue | Hint): string {
  const key = `appointments.readiness.why.${said.why}`
  const day = (on: string) => writeShortDay(dayOrNone(on) ?? '', language, dayOf(portal.clock.now()))
  switch (said.why) {
    case 'ended':
    case 'no-out':
      return t(key, { day: day(said.on) })
    case 'too-short':
      return t(key, { longest: said.longest, shortest: said.shortest })
    case 'blocked':
      return t(key, { title: said.title })
    case 'never-fits':
      return t(key, { names: said.categories.join(', ') })
    case 'booked-out':
      return t(key, { count: said.days })
    default:
      return t(key)
  }
}

/** "Overlaps with another appointment at 10:15". */
export function overlapText({ t }: Pick<RequestContext, 't'>, { kind, start, title }: LaidOver): string {
  if (kind === 'closed') return t('appointments.overlapsClosed', { title })
  const [timed, allDay] =
    kind === 'own'
      ? ['appointments.overlapsOwn', 'appointments.overlapsOwnAllDay']
      : ['appointments.overlaps', 'appointments.overlapsAllDay']
  return start === undefined ? t(allDay, { title }) : t(timed, { title, time: start })
}
