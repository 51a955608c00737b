/** The steps in which a time is chosen and checked, for a new visit as for one that is to be moved. */
import { z } from 'zod'
import { isDay, day as dayOf, daysLater, type Day } from '../../../platform/clock.js'
import { chosenId, optionalText } from '../../../web/forms.js'
import type { RecordContext, RequestContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { outlook, offer, type Wish } from '../openings.js'
import { checkPage, choicePage, type Checked, type CheckTyped, type Purpose } from './choicePages.js'
import { notTheirs } from './notTheirs.js'
import type { Note, ProviderChoice } from './providerChoice.js'

export const DAYS_SHOWN = 7

interface Offered {
  category: Wish['category'] | undefined
  provider: Wish['provider'] | undefined
  categories: Wish['category'][]
  among: ProviderChoice
  notes: Note[]
}

/** The page of free times, from the day that the address asks for. */
export async function showChoice(
  context: RecordContext,
  purpose: Purpose,
  { categories, among, category, provider, notes }: Offered,
): Promise<Answer> {
  const { portal, query, show } = context
  const from = firstDay(query['from'], dayOf(portal.clock.now()))
  const offered = await offeredFrom(context, { category, provider }, from)
  const chosen = { categories, among, category, provider, notes: [...notes, ...among.notes] }
  const page = choicePage(context, { ...chosen, ...offered, purpose, from, days: DAYS_SHOWN })
  return show.page('/appointments/patient/choose', page, { title: page.title })
}

/** The free times of the days that a page shows; where there are none, what there is beyond them. */
export async function offeredFrom(
  { portal }: RequestContext,
  { category, provider }: Pick<Offered, 'category' | 'provider'>,
  from: Day,
) {
  if (!category || !provider) return { free: [], closed: [] }
  const wish = { category, provider }
  const offered = await offer(portal, portal.db, wish, from, DAYS_SHOWN)
  if (offered.free.length > 0) return offered
  const window = { from, until: daysLater(from, DAYS_SHOWN) }
  return { ...offered, outlook: await outlook(portal, portal.db, wish, window) }
}

/** The day that the address asks for, unless it is none or over. */
export function firstDay(asked: string | undefined, today: Day): Day {
  return asked !== undefined && isDay(asked) && asked > today ? asked : today
}

const moment = {
  provider: chosenId('form.choose'),
  at: z.string().optional(),
  date: z.string().optional(),
  time: z.string().optional(),
}

interface Moment {
  at?: string | undefined
  date?: string | undefined
  time?: string | undefined
}

/** The chosen time, from one field (`at`) or from two (`date`, `time`). */
function momentOf({ at, date, time }: Moment): { day: Day; time: string } {
  const [atDay, atTime] = at?.split('T') ?? []
  return { day: atDay ?? date ?? '', time: atTime ?? time ?? '' }
}

const isMoment = ({ day, time }: { day: Day; time: string }) => isDay(day) && /^([01]\d|2[0-3]):[0-5]\d$/.test(time)

const noMoment = { path: ['at'], message: 'appointments.chooseTime' }

/** A time for a new visit: provider, kind of visit, day and HH:MM. */
export const Chosen = z
  .object({ ...notTheirs, ...moment, category: chosenId('form.choose') })
  .transform(({ provider, category, ...at }) => ({ provider, category, ...momentOf(at) }))
  .refine(isMoment, noMoment)

/** A time for a visit that is to be moved: its kind stays. */
export const ChosenOther = z
  .object({ ...notTheirs, ...moment })
  .transform(({ provider, ...at }) => ({ provider, ...momentOf(at) }))
  .refine(isMoment, noMoment)

/** The time arrives under the name of its control. */
export function chosenIn({ query }: Pick<RequestContext, 'query'>): Record<string, string | undefined> {
  const { provider, category, date, time, status, state } = query
  return { provider, category, date, time, status, state, at: time?.includes('T') ? time : query['at'] }
}

/** The page on which they look at it once more, by itself (200) or with what is in the way. */
export function showCheck(context: RecordContext, checked: Checked, status: number): Answer {
  const page = checkPage(context, checked)
  const options = { title: page.title, status }
  if (status === 200) return context.show.page('/appointments/patient/check', page, options)
  return context.show.refused('/appointments/patient/check', page, options)
}

/** Letters, of whatever a patient gives as a reason. */
export const REASON_MOST = 500

export const Reason = z.object({ reason: optionalText(REASON_MOST) })

/** Of what is wrong with a choice one thing is said: what is not theirs, else that they choose a time. */
export function chosenErrors(errors: Readonly<Record<string, string>>): Record<string, string> {
  return Object.values(errors).includes('appointments.notYours')
    ? { at: 'appointments.notYours' }
    : { at: 'appointments.chooseTime' }
}

/** What was typed, as the form shows it again. */
export function typedIn(typed: Readonly<Record<string, string>>): CheckTyped {
  return {
    provider: Number(typed['provider'] ?? 0),
    day: typed['date'] ?? '',
    time: typed['time'] ?? '',
    reason: typed['reason'] ?? '',
  }
}

/** 409: somebody was faster; 422: it cannot be. */
export function statusOf(refusal: { reason: string }): number {
  return refusal.reason === 'slot-taken' ? 409 : 422
}

/** Where nothing can be shown again of what was chosen: why, and where to begin. */
export function startAgain(
  { here, show, t, url }: RecordContext,
  what: string,
  path: string,
  status: 409 | 422 = 422,
): Answer {
  return show.problem(status, {
    what,
    next: t('appointments.startAgain'),
    actions: [{ label: t('appointments.choose.title'), href: url(here(path)) }],
  })
}
