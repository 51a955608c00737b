/** Signed out, a time is chosen: who it is for is asked, and a link is sent. */
import { judgeNewcomer, newcomerStamp, takeNewcomerTry, WORK_BITS } from '../../../access/newcomers.js'
import { isBookingPublic } from '../../../web/bookAddress.js'
import type { FieldError } from '../../../web/layout.js'
import type { DoorContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { FreeTime } from '../availability.js'
import { requestable, type Wish } from '../openings.js'
import { alternativeViews, whyNotRequested } from '../patient/choicePages.js'
import { Chosen, chosenErrors, chosenIn, typedIn } from '../patient/choosing.js'
import { chooseTime } from './choosing.js'
import { onward } from './onward.js'
import { PERSON_FIELDS, personSchema } from './person.js'
import { visitFacts } from './visitFacts.js'
import { askToBook, lookAtTime } from './wishing.js'

/** GET /portal/book/details */
export async function askWho(context: DoorContext): Promise<Answer> {
  const { inside, portal, query, show } = context
  if (!isBookingPublic(portal)) return show.notFound()
  if (inside) return show.seeOther(onward(query))
  const chosen = Chosen.safeParse(chosenIn(context))
  if (!chosen.success) return chooseTime(context)
  const wish = await wishIn(context, chosen.data)
  return wish ? whoPage(context, { wish, at: chosen.data, typed: {} }) : show.notFound()
}

/** What may be asked for of these; undefined: not, or not any more. */
export async function wishIn(
  { portal }: DoorContext,
  ids: { provider: number; category: number },
): Promise<Wish | undefined> {
  const { categories, providers } = await requestable(portal, portal.db)
  const provider = providers.find((each) => each.id === ids.provider)
  const category = categories.find((each) => each.id === ids.category)
  return provider && category && { provider, category }
}

/** POST /portal/book: whoever's the address is, the answer is the same. */
export async function takeWho(context: DoorContext): Promise<Answer> {
  const { form, language, portal, requestId, show, t } = context
  if (!isBookingPublic(portal)) return show.notFound()
  const chosen = form(Chosen)
  const said = form(personSchema(portal.clock))
  const { typed } = said
  const at = chosen.ok ? chosen.value : typedIn(typed)
  const category = chosen.ok ? chosen.value.category : Number(typed['category'] ?? 0)
  const wish = await wishIn(context, { provider: at.provider, category })
  if (!wish) return beginAgain(context)
  const again = (errors: FieldError[], more: Partial<Asked> = {}, status = 422) =>
    whoPage(context, { wish, at, typed, errors, ...more }, status)

  if (!chosen.ok) return again([{ text: t(chosenErrors(chosen.errors)['at'] ?? 'appointments.chooseTime') }])
  if (!said.ok) return again(inOrder(context, said.errors))
  const { stamp, work, website, ...person } = said.value
  const newcomer = await judgeNewcomer(portal, { stamp, work, website })
  if (newcomer === 'stale') return again([{ text: t('newcomer.stale') }])
  // The stamp stays, so that the same press a moment later is taken.
  if (newcomer === 'too-soon') return again([{ text: t('newcomer.tooSoon') }], { stamp })
  const look = await lookAtTime(portal, wish, at)
  if (!look.free) return again([{ text: takenText(context, look.alternatives) }], look, 409)

  const room = await takeNewcomerTry(portal, context.address)
  if (!room.ok) return show.problem(429, { retryAfter: room.seconds, what: t('newcomer.tooMany') })
  if (newcomer === 'person') await askToBook(portal, { ...person, ...chosen.value, language }, requestId)
  return show.seeOther('/portal/book/sent')
}

function takenText(context: DoorContext, alternatives: FreeTime[]): string {
  return whyNotRequested(context, { ok: false, reason: 'slot-taken', alternatives })
}

/** Nothing can be shown again of what was chosen: why, and where to begin. */
export function beginAgain({ show, t, url }: DoorContext): Answer {
  return show.problem(422, {
    what: t('booking.notOffered'),
    next: t('appointments.startAgain'),
    actions: [{ label: t('booking.title'), href: url('/portal/book') }],
  })
}

function inOrder({ t }: DoorContext, errors: Readonly<Record<string, string>>): FieldError[] {
  const shown = PERSON_FIELDS.flatMap((name) => {
    const key = errors[name]
    return key === undefined ? [] : [{ name, text: t(key) }]
  })
  // Of a field that people don't see.
  return shown.length > 0 ? shown : [{ text: t('newcomer.stale') }]
}

interface Asked {
  wish: Wish
  at: { day: string; time: string }
  typed: Readonly<Record<string, string>>
  errors?: FieldError[]
  /** Of a time that is taken: the nearest. */
  alternatives?: FreeTime[]
  stamp?: string
}

function whoPage(context: DoorContext, asked: Asked, status = 200): Answer {
  const { portal, show, t, url } = context
  const { wish, at, typed, errors = [], alternatives } = asked
  const { provider, category } = wish
  const query = { provider: String(provider.id), category: String(category.id) }
  const fields = PERSON_FIELDS.map((name) => [name, typed[name] ?? ''] as const)
  const page = {
    action: url('/portal/book'),
    backHref: url(`/portal/book?${new URLSearchParams({ ...query, from: at.day }).toString()}`),
    signInHref: url(`/portal/sign-in?next=${encodeURIComponent(onward({ ...query, time: `${at.day}T${at.time}` }))}`),
    facts: visitFacts(context, wish, alternatives || at.time === '' ? undefined : at),
    provider: provider.id,
    category: category.id,
    date: at.day,
    time: at.time,
    taken: alternatives !== undefined,
    alternatives: alternativeViews(context, alternatives ?? []),
    typed: Object.fromEntries(fields),
    errors,
    errorAt: Object.fromEntries(errors.flatMap(({ name, text }) => (name === undefined ? [] : [[name, text]]))),
    newcomer: { stamp: asked.stamp ?? newcomerStamp(portal), bits: WORK_BITS },
  }
  const options = { title: t('booking.who.title'), status }
  return status === 200
    ? show.page('/appointments/public/who', page, options)
    : show.refused('/appointments/public/who', page, options)
}

/** GET /portal/book/sent */
export function sent({ portal, show, t, url }: DoorContext): Answer {
  if (!isBookingPublic(portal)) return show.notFound()
  const page = { phone: portal.practice().phone, againHref: url('/portal/book') }
  return show.page('/appointments/public/sent', page, { title: t('booking.sent.title') })
}
