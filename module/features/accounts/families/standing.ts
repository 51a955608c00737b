/** How a grant stands today, in the words of staff's pages and of the patients'. */
import { openingOn, type Change, type Opening } from '../../../access/ages.js'
import { firstDayOf, lastDayOf } from '../../../access/grantDays.js'
import type { Portal } from '../../../access/portal.js'
import { endsOn, knownRelationship, openingNow } from '../../../access/scope.js'
import type { ChartGrant } from '../../../host/reads/grants.js'
import { utc } from '../../../platform/clock.js'
import { extentWords } from '../../../web/frame.js'
import type { StatusTag } from '../../../web/layout.js'
import type { RequestContext } from '../../../web/routes.js'
import { writeDay } from '../../../web/times.js'

export interface Standing extends Opening {
  /** revoked before everything; else why it opens what it opens. */
  state: 'revoked' | 'notYet' | Opening['why']
}

/** What a grant opens now, revoked and ended ones among them. */
export function standingOf({ portal }: Pick<RequestContext, 'portal'>, grant: ChartGrant): Standing {
  const now = utc(portal.clock.now())
  const closed = { extent: undefined, change: undefined }
  if (grant.revoked) return { ...closed, why: 'ended', state: 'revoked' }
  if (grant.validUntil !== undefined && grant.validUntil <= now) return { ...closed, why: 'ended', state: 'ended' }
  const opening = openingNow(grant, portal)
  if (grant.validFrom > now) return { ...opening, extent: undefined, state: 'notYet' }
  return { ...opening, state: opening.why }
}

const tones = {
  revoked: 'danger',
  ended: 'neutral',
  notYet: 'neutral',
  adult: 'neutral',
  adolescent: 'warning',
  exempt: 'info',
  granted: 'success',
} as const

export function standingTag({ t }: Pick<RequestContext, 't'>, { state }: Standing): StatusTag {
  return { tone: tones[state], text: t(`families.state.${state}`) }
}

/** "From 3 May 2030: appointments only, since the patient is an adolescent then". '' where nothing changes by itself. */
export function changeText(context: Pick<RequestContext, 't' | 'language'>, change: Change | undefined): string {
  if (!change) return ''
  const values = { day: writeDay(change.on, context.language), extent: extentWords(context, change.to) }
  return context.t(`families.change.${change.why}`, values)
}

/** "until 30 Nov 2026": the last day on which it opens anything. */
export function untilText(
  { language, portal, t }: Pick<RequestContext, 'language' | 'portal' | 't'>,
  { validUntil }: Pick<ChartGrant, 'validUntil'>,
): string {
  if (validUntil === undefined) return t('families.noEnd')
  return t('families.until', { day: writeDay(lastDayOf(validUntil, portal.clock.zone), language) })
}

/** What it opens on its first day. Undefined: nothing, since the patient has grown up by then. */
export function extentOnFirstDay(portal: Portal, grant: ChartGrant): string | undefined {
  const on = firstDayOf(grant.validFrom, portal.clock.zone)
  return openingOn({ ...grant, endsOn: endsOn(grant.validUntil, portal) }, on, portal.settings()).extent
}

/** No more of the chart than its holder was told when they got it: whose it is, and when it opens. */
export function comingView({ language, portal, t }: RequestContext, grant: ChartGrant) {
  const day = writeDay(firstDayOf(grant.validFrom, portal.clock.zone), language)
  return {
    name: `${grant.firstName} ${grant.lastName}`,
    relationship: t(`relationship.${knownRelationship(grant.relationship)}`),
    opens: t('families.account.opensOn', { day }),
  }
}
