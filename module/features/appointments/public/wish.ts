/** Behind the link that was sent: what was wished for and one button; afterwards, what came of it. */
import { accountOfEmail } from '../../../access/accounts.js'
import { wishOfLink, type BookingTime, type BookingWish } from '../../../access/bookingWishes.js'
import { findLink, linkToken } from '../../../access/links.js'
import type { Receipt } from '../../../web/layout.js'
import { isBookingPublic } from '../../../web/bookAddress.js'
import type { DoorContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { FreeTime } from '../availability.js'
import type { RequestRefusal } from '../booking.js'
import type { Wish } from '../openings.js'
import { alternativeViews, whyNotRequested } from '../patient/choicePages.js'
import { Chosen, chosenErrors, chosenIn } from '../patient/choosing.js'
import { confirmBooking } from './confirming.js'
import { beginAgain, wishIn } from './details.js'
import { onward } from './onward.js'
import { visitFacts } from './visitFacts.js'
import { lookAtTime } from './wishing.js'

/** GET /portal/book/:token. Looking uses nothing up: mail programs look at every link. */
export async function showWish(context: DoorContext): Promise<Answer> {
  const { portal } = context
  const asked = await wishOf(context)
  if (!asked) return noLink(context)
  if (asked.made) return madePage(context, asked, asked.made)
  const chosen = Chosen.safeParse(chosenIn(context))
  const time = chosen.success ? chosen.data : timeOf(asked)
  const wish = await wishIn(context, time)
  if (!wish) return beginAgain(context)
  if (await accountOfEmail(portal.db, asked.email)) return knownPage(context, wish, time)
  const look = await lookAtTime(portal, wish, time)
  return wishPage(context, asked, { wish, time, wrong: look.free ? undefined : taken(context, look.alternatives) })
}

/** Off, used up without anything made, too old, or never a link: all the same, it is not there. */
async function wishOf({ params, portal }: DoorContext): Promise<BookingWish | undefined> {
  if (!isBookingPublic(portal)) return undefined
  const asked = await wishOfLink(portal.db, portal, params['token'] ?? '')
  return asked && (asked.usedAt === undefined || asked.made) ? asked : undefined
}

function timeOf({ provider, category, day, time }: BookingWish): BookingTime {
  return { provider, category, day, time }
}

interface Wrong {
  status: 409 | 422
  text: string
  /** Where it is taken: the nearest. */
  alternatives: FreeTime[]
}

function taken(context: DoorContext, alternatives: FreeTime[]): Wrong {
  return wrongBy(context, { ok: false, reason: 'slot-taken', alternatives })
}

function wrongBy(context: DoorContext, refusal: RequestRefusal): Wrong {
  const text = whyNotRequested(context, refusal)
  if (refusal.reason === 'slot-taken') return { status: 409, text, alternatives: refusal.alternatives }
  return { status: 422, text, alternatives: [] }
}

/** POST /portal/book/:token */
export async function confirm(context: DoorContext): Promise<Answer> {
  const { form, params, portal, requestId, show } = context
  const asked = await wishOf(context)
  if (!asked) return noLink(context)
  const chosen = form(Chosen)
  const token = params['token'] ?? ''
  // The page that they saw said the time; a press that says none means the wish's own.
  const time = chosen.ok ? chosen.value : timeOf(asked)
  const said = Object.keys(chosen.typed).some((name) => !name.startsWith('_'))
  if (!chosen.ok && said && !asked.made) return wrongTime(context, asked, chosenErrors(chosen.errors)['at'])
  const outcome = asked.made ? ({ ok: true } as const) : await confirmBooking(portal, { token, time, requestId })
  if (outcome.ok) return show.seeOther(`/portal/book/${token}`)
  if (outcome.reason === 'no-link') return noLink(context)
  const wish = await wishIn(context, time)
  if (!wish) return beginAgain(context)
  if (outcome.reason === 'has-account') return knownPage(context, wish, time, 409)
  return wishRefused(context, asked, { wish, time, wrong: wrongBy(context, outcome) })
}

async function wrongTime(context: DoorContext, asked: BookingWish, key = 'appointments.chooseTime'): Promise<Answer> {
  const wish = await wishIn(context, asked)
  if (!wish) return beginAgain(context)
  const wrong: Wrong = { status: 422, text: context.t(key), alternatives: [] }
  return wishRefused(context, asked, { wish, time: timeOf(asked), wrong })
}

function noLink({ portal, show, t, url }: DoorContext): Answer {
  if (!isBookingPublic(portal)) return show.notFound()
  return show.problem(404, {
    what: t('booking.noLink'),
    next: t('booking.noLink.next'),
    actions: [{ label: t('booking.title'), href: url('/portal/book') }],
  })
}

interface Shown {
  wish: Wish
  time: BookingTime
  wrong: Wrong | undefined
}

function wishPage(context: DoorContext, asked: BookingWish, shown: Shown): Answer {
  const title = context.t('booking.wish.title')
  return context.show.page('/appointments/public/wish', wishView(context, asked, shown), { title })
}

function wishRefused(context: DoorContext, asked: BookingWish, shown: Shown & { wrong: Wrong }): Answer {
  const options = { title: context.t('booking.wish.title'), status: shown.wrong.status }
  return context.show.refused('/appointments/public/wish', wishView(context, asked, shown), options)
}

/** What it is about, and no more of the person than their name: a letter may have gone to a mistyped address. */
function wishView(context: DoorContext, { firstName, lastName }: BookingWish, { wish, time, wrong }: Shown) {
  const { params, t, url } = context
  const token = params['token'] ?? ''
  const { provider, category, day } = time
  const query = { link: token, provider: String(provider), category: String(category), from: day }
  return {
    action: url(`/portal/book/${token}`),
    otherHref: url(`/portal/book?${new URLSearchParams(query).toString()}`),
    facts: [
      { term: t('appointments.for'), text: `${firstName} ${lastName}` },
      ...visitFacts(context, wish, wrong ? undefined : time),
    ],
    ...{ provider, category, date: day, time: time.time },
    refused: wrong !== undefined,
    taken: wrong?.status === 409,
    alternatives: alternativeViews(context, wrong?.alternatives ?? []),
    errors: wrong ? [{ text: wrong.text }] : [],
  }
}

/** The address has an account: the link signs nobody in, and the time goes along. */
function knownPage(context: DoorContext, wish: Wish, time: BookingTime, status = 200): Answer {
  const { show, t, url } = context
  const { provider, category } = time
  const chosen = { provider: String(provider), category: String(category), time: `${time.day}T${time.time}` }
  const page = {
    facts: visitFacts(context, wish, time),
    signInHref: url(`/portal/sign-in?next=${encodeURIComponent(onward(chosen))}`),
    forgottenHref: url('/portal/forgotten'),
  }
  return show.page('/appointments/public/known', page, { title: t('booking.known.title'), status })
}

async function madePage(
  context: DoorContext,
  asked: BookingWish,
  made: NonNullable<BookingWish['made']>,
): Promise<Answer> {
  const { portal, show, t, url } = context
  const { db } = portal
  const row = await db.first<{ receipt: string }>(
    `SELECT receipt FROM foyer_appointment_requests WHERE pc_eid = :eid AND account_id = :accountId`,
    made,
  )
  const wish = await wishIn(context, asked)
  const token = linkToken(portal, made.passwordLink)
  const choosing = await findLink(db, portal, 'reset-password', token)
  const account = await accountOfEmail(db, asked.email)
  const isNew = choosing !== undefined && account?.id === made.accountId && account.passwordHash === undefined
  const page: Receipt = {
    title: t('booking.made.title'),
    ...(row ? { number: row.receipt } : {}),
    lines: wish ? visitFacts(context, wish, asked) : [],
    next: t(isNew ? 'booking.made.choosePassword' : 'booking.made.signIn'),
    actions: isNew
      ? [{ label: t('booking.made.password'), href: url(`/portal/reset?token=${token}`) }]
      : [{ label: t('signIn.submit'), href: url('/portal/sign-in') }],
  }
  return show.page('/partials/receipt', page, { title: page.title })
}
