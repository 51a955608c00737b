/** The ages by which the practice goes, in words. */
import { day as dayOf } from '../../../platform/clock.js'
import { extentWords } from '../../../web/frame.js'
import type { StaffContext } from '../../../web/routes.js'
import { writeDay } from '../../../web/times.js'
import type { Ages } from './settingAges.js'

/** What the ages mean, in a sentence or two. */
export function rulesText(context: StaffContext, { adolescentAge, adolescentExtent, adultAge }: Ages): string {
  const extent = extentWords(context, adolescentExtent === 'none' ? undefined : adolescentExtent)
  return context.t('families.ages.rules', { from: adolescentAge, extent, until: adultAge })
}

/** Ages that are set and do not count yet. '' where none are. */
export function waitingText(context: StaffContext): string {
  const { language, portal, t } = context
  const set = portal.settings()
  const until = set.agesBefore?.until
  if (until === undefined || until <= dayOf(portal.clock.now())) return ''
  return t('families.rules.waiting', { day: writeDay(until, language), rules: rulesText(context, set) })
}
