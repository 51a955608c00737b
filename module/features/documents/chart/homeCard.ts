/** What is new: documents that came into the chart lately. The home asks for it by itself, so that it opens at once. */
import type { Card } from '../../../feature.js'
import { day as dayOf, daysLater } from '../../../platform/clock.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { dayText, nameOf } from './documentView.js'
import { releasedDocuments } from './released.js'

const NEW_DAYS = 30
const SHOWN_MOST = 3

/** A place for them, with the way to all documents where there is no JavaScript. */
export const homeCard: Card<RecordContext> = {
  permission: 'documents:view',
  place: 'new',
  show: ({ here, scope, url }) => {
    const content = { href: url(here('/documents/new')), allHref: url(here('/documents')) }
    return Promise.resolve(scope.kind === 'chart' ? { view: '/documents/chart/new-slot', content } : undefined)
  },
}

/** GET …/documents/new: the card's inside. As a page of its own it is the list. */
export async function fresh(context: RecordContext): Promise<Answer> {
  const { fragment, here, portal, scope, show, t, url } = context
  if (!fragment) return show.seeOther(here('/documents'))
  const since = daysLater(dayOf(portal.clock.now()), -NEW_DAYS)
  const found = await releasedDocuments(portal, scope, { since, most: SHOWN_MOST })
  const page = {
    rows: found.map((document) => ({
      name: nameOf(document),
      day: dayText(context, document),
      href: url(here(`/documents/chart/${String(document.id)}`)),
    })),
    none: t('chart.home.none', { count: NEW_DAYS }),
    allHref: url(here('/documents')),
  }
  return show.page('/documents/chart/new', page, { title: t('chart.home.title') })
}
