/** GET /portal/book: a kind of visit, a person, and their free times, as patients who are signed in see them. */
import { day as dayOf } from '../../../platform/clock.js'
import { isBookingPublic } from '../../../web/bookAddress.js'
import type { DoorContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { requestable } from '../openings.js'
import { timesPage, whoIn, whyNotOffered } from '../patient/choicePages.js'
import { DAYS_SHOWN, firstDay, offeredFrom } from '../patient/choosing.js'
import { chosenAmong, type Note } from '../patient/providerChoice.js'
import { onward } from './onward.js'

/** With `link`, another time is chosen for a wish that is known already. */
export async function chooseTime(context: DoorContext): Promise<Answer> {
  const { inside, portal, query, show, t } = context
  if (!isBookingPublic(portal)) return show.notFound()
  // Who is signed in books in a record of theirs.
  if (inside) return show.seeOther(onward(query))
  const { categories, providers } = await requestable(portal, portal.db)
  const category = categories.find((each) => String(each.id) === query['category'])
  const among = chosenAmong(providers, query['provider'] ?? '', query['who'])
  const { provider } = among
  const otherCategory = query['category'] !== undefined && !category
  const notes: Note[] = [
    ...(otherCategory ? [{ key: 'appointments.choose.otherCategory' }] : []),
    ...(query['provider'] !== undefined && !provider ? [await whyNotOffered(context, query['provider'])] : []),
    ...among.notes,
  ]
  const wish = { category: category ?? categories[0], provider: provider ?? providers[0] }
  const from = firstDay(query['from'], dayOf(portal.clock.now()))
  const offered = await offeredFrom(context, wish, from)
  const choice = { ...wish, ...offered, categories, among, notes, from, days: DAYS_SHOWN }
  return show.page('/appointments/public/choose', pageOf(context, choice), { title: t('booking.title') })
}

function pageOf(context: DoorContext, choice: Parameters<typeof timesPage>[1]) {
  const { query, t, url } = context
  const link = /^[\w-]{43}$/.exec(query['link'] ?? '')?.[0]
  const address = (from: string): string => {
    const fields = {
      provider: String(choice.provider?.id ?? ''),
      category: String(choice.category?.id ?? ''),
      ...whoIn(choice.among),
      from,
    }
    return url(`/portal/book?${new URLSearchParams({ ...fields, ...(link === undefined ? {} : { link }) }).toString()}`)
  }
  return {
    title: t('booking.title'),
    lead: t('appointments.choose.lead'),
    fixedCategory: false,
    link,
    signInHref: url(`/portal/sign-in?next=${encodeURIComponent(onward(query))}`),
    ...timesPage(context, choice, {
      choose: url('/portal/book'),
      check: url(link === undefined ? '/portal/book/details' : `/portal/book/${link}`),
      from: address,
    }),
  }
}
