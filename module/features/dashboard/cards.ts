/**
 * Cards that load by themselves: each is a route with a permission of its own. Asked for by htmx it is the card; opened
 * as a page (a link that is there without JavaScript, or a failed card's) it stands alone.
 */
import type { Fragment, HallCard, PanelCard } from '../../feature.js'
import { findPatient } from '../../host/patients.js'
import { personName } from '../../web/person.js'
import { can, routes, type RouteOf, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'

export function cardRoutes(hallCards: readonly HallCard[], panelCards: readonly PanelCard[]): RouteOf<'staff'>[] {
  return routes('staff', (r) => {
    for (const card of hallCards) {
      const options = { poll: card.everySeconds !== undefined }
      r.get(`/cards/${card.key}`, can(card.permission), (context) => hallCard(context, card), options)
    }
    for (const card of panelCards) {
      r.get(`/patients/:pid/${card.key}`, can(card.permission), (context) => panelCard(context, card))
    }
  })
}

async function hallCard(context: StaffContext, card: HallCard): Promise<Answer> {
  const { t, url } = context
  const fragment = await card.show(context)
  return laidOut(context, fragment, t(card.title), {
    heading: t('dashboard.title'),
    back: { label: t('dashboard.title'), href: url('/staff/portal') },
  })
}

async function panelCard(context: StaffContext, card: PanelCard): Promise<Answer> {
  const { fragment, portal, show, t, url } = context
  const pid = pidIn(context)
  if (pid === undefined) return show.notFound()
  // A card is asked for by a panel that is open: whether there is such a patient matters to a page alone.
  const patient = fragment ? undefined : await findPatient(portal.db, pid)
  if (!fragment && !patient) return show.notFound()
  return laidOut(
    context,
    await card.show(context, pid),
    t(card.title),
    {
      heading: patient ? personName(patient.lastName, patient.firstName) : '',
      back: { label: t('dashboard.panelTitle'), href: url(`/staff/portal/patients/${String(pid)}`) },
    },
    [pid],
  )
}

interface Alone {
  heading: string
  back: { label: string; href: string }
}

function laidOut(
  { fragment, show }: StaffContext,
  card: Fragment,
  title: string,
  alone: Alone,
  about: readonly number[] = [],
): Answer {
  const seen = { title, about: [...about, ...(card.about ?? [])] }
  return fragment ? show.page(card.view, card.content, seen) : show.page('/dashboard/alone', { ...alone, card }, seen)
}

/** The address's pid, where it can be one. */
export function pidIn({ params }: StaffContext): number | undefined {
  const pid = Number(/^[1-9]\d{0,15}$/.exec(params['pid'] ?? '')?.[0])
  return Number.isSafeInteger(pid) ? pid : undefined
}

/** Where a card will be: its name and a way to it, until it has loaded. */
export interface Slot {
  key: string
  title: string
  /** The card's own address. */
  href: string
  /** The page that shows the same without JavaScript. */
  pageHref: string
  /** htmx: when it asks. */
  trigger: string
}

export function hallSlots({ may, t, url }: StaffContext, cards: readonly HallCard[]): Slot[] {
  return cards
    .filter(({ permission }) => may(permission))
    .map(({ key, title, everySeconds }) => {
      const href = url(`/staff/portal/cards/${key}`)
      const every = everySeconds === undefined ? '' : `, every ${String(everySeconds)}s`
      return { key, title: t(title), href, pageHref: href, trigger: `load${every}` }
    })
}

export function panelSlots({ may, t, url }: StaffContext, cards: readonly PanelCard[], pid: number): Slot[] {
  return cards
    .filter(({ permission }) => may(permission))
    .map(({ key, title }) => {
      const href = url(`/staff/portal/patients/${String(pid)}/${key}`)
      return { key, title: t(title), href, pageHref: href, trigger: 'load' }
    })
}
