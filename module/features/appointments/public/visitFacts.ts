/** What is asked for, as each of these pages says it. */
import type { RequestContext } from '../../../web/routes.js'
import { writeLongDay } from '../../../web/times.js'
import type { Wish } from '../openings.js'

export interface Fact {
  term: string
  text: string
}

/** `at`: left out where it is just to be chosen anew. */
export function visitFacts(
  { language, t }: RequestContext,
  { category, provider }: Wish,
  at: { day: string; time: string } | undefined,
): Fact[] {
  const what = t('appointments.categoryMinutes', { name: category.name, minutes: category.minutes })
  return [
    { term: t('appointments.what'), text: what },
    ...(at ? [{ term: t('appointments.when'), text: `${writeLongDay(at.day, language)}, ${at.time}` }] : []),
    { term: t('appointments.who'), text: provider.name },
    ...(provider.facilityName === '' ? [] : [{ term: t('appointments.where'), text: provider.facilityName }]),
  ]
}
