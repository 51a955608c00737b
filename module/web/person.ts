/** A person as staff tell them apart: "Santos, Leo", "3 May 2017, 9 y". */
import { day as dayOf, type Day } from '../platform/clock.js'
import type { RequestContext } from './routes.js'
import { ageOn, writeDay } from './times.js'

/** As the EMR's lists say it. '' where there is nobody: a request of an account without a chart. */
export function personName(last: string | null, first: string | null): string {
  return [last, first].filter((part) => part !== null && part !== '').join(', ')
}

/** Birth date and age today; '' where the chart has none. */
export function bornText({ language, portal, t }: RequestContext, born: Day | undefined): string {
  if (born === undefined) return ''
  return t('person.born', { day: writeDay(born, language), age: ageOn(born, dayOf(portal.clock.now())) })
}
