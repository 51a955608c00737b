/** What waits for staff, as the queue, the hall and the navigation show it, and of one patient on the panel. */
import type { PanelCard, Queue } from '../../../feature.js'
import {
  waitingChanges,
  waitingCount,
  type ChangesPlace,
  type WaitingChange,
} from '../../../host/reads/profileChanges.js'
import { utc, wallClock } from '../../../platform/clock.js'
import { bornText, personName } from '../../../web/person.js'
import { digitsOf, instantOf, placeAsked, queuePages, rowsOfPage, type Side } from '../../../web/queuePages.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeAge } from '../../../web/times.js'
import { claimedSince } from '../changes.js'
import { fieldLabel } from '../fieldText.js'
import type { Which } from './deed.js'

const ROWS_SHOWN = 50
const FIELDS_NAMED = 4

export const queue: Queue = {
  key: 'profileChanges',
  title: 'profileChanges.title',
  icon: 'person-vcard',
  path: '/profile-changes',
  fragment: '/profile-changes/waiting',
  permission: 'profile-changes:process',
  counting: waitingCount,
}

const views = ['waiting', 'mine'] as const

/** Below /staff/portal. */
export function pathOf({ id, kind }: Which): string {
  return kind === 'profile' ? `/profile-changes/${String(id)}` : `/profile-changes/insurance/${String(id)}`
}

export interface Told {
  status: number
  text: string
}

interface Asked {
  view: (typeof views)[number]
  place: ChangesPlace | undefined
}

/** What the address asks for: `?view=mine&after=…`. Anything else shows what waits, from the oldest. */
export function askedOf(context: Pick<StaffContext, 'query'>): Asked {
  const view = views.find((each) => each === context.query['view']) ?? 'waiting'
  return { view, place: placeAsked(context, placeIn) }
}

/** `profile.20261123130000000.12`: which of the two kinds, since when it waits, and its id. */
function placeIn(text: string) {
  const [, kind, digits = '', id] = /^(profile|insurance)\.(\d{17})\.([1-9]\d{0,14})$/.exec(text) ?? []
  const began = instantOf(digits)
  if (began === undefined || (kind !== 'profile' && kind !== 'insurance')) return undefined
  return { kind, began, id: Number(id) } as const
}

/** The same in an address: '' or `?view=mine`. */
export function askedQuery({ place, view }: Asked): string {
  const query = new URLSearchParams({
    ...(view === 'waiting' ? {} : { view }),
    ...(place ? { [place.side]: `${place.kind}.${digitsOf(place.began)}.${String(place.id)}` } : {}),
  }).toString()
  return query === '' ? '' : `?${query}`
}

/** GET /profile-changes, and the rows alone as they ask for news; `told`: with why something was not done. */
export async function waiting(context: StaffContext, told?: Told): Promise<Answer> {
  const { fragment, show, t } = context
  const { asked, read } = await readQueue(context, askedOf(context))
  const rows = rowsOfPage(read, ROWS_SHOWN, asked.place?.side)
  return show.page(
    fragment ? '/profile/deciding/waiting' : '/profile/deciding/queue',
    waitingPage(context, asked, read, rows),
    {
      title: t('profileChanges.title'),
      about: rows.map(({ pid }) => pid),
      ...(told ? { status: told.status, flash: { kind: 'warning', text: told.text } as const } : {}),
    },
  )
}

/** One more than is shown says whether there are more. Where all of a page were decided meanwhile it begins anew. */
async function readQueue(context: StaffContext, asked: Asked): Promise<{ asked: Asked; read: WaitingChange[] }> {
  const { place, view } = asked
  const read = await waitingChanges(context.portal.db, nowOf(context), {
    ...{ limit: ROWS_SHOWN + 1, mine: view === 'mine' ? context.staff.username : undefined, place },
  })
  if (read.length > 0 || !place) return { asked, read }
  return readQueue(context, { view, place: undefined })
}

function waitingPage(
  context: StaffContext,
  asked: Asked,
  read: readonly WaitingChange[],
  rows: readonly WaitingChange[],
) {
  const { fragment, t, url } = context
  const { place, view } = asked
  const oldest = rows[0]?.waiting_seconds
  const beside = (side: Side, { began, id, kind }: WaitingChange) =>
    url(`/staff/portal/profile-changes${askedQuery({ view, place: { side, began, kind, id } })}`)
  return {
    refreshHref: url(`/staff/portal/profile-changes/waiting${askedQuery(asked)}`),
    emptyTitle: t(`profileChanges.empty.${view}`),
    emptyText: t(`profileChanges.emptyText.${view}`),
    oldest: oldest === undefined ? undefined : t('queue.oldest', { age: writeAge(oldest / 60) }),
    count: rows[0]?.total ?? 0,
    /** A badge goes along only with rows that say how many there are, and how old the oldest is. */
    counted: fragment && view === 'waiting' && place === undefined,
    pages: queuePages(context, 'profileChanges', { read, rows, side: place?.side }, beside),
    filters: views.map((each) => ({
      text: t(`profileChanges.view.${each}`),
      href: url(`/staff/portal/profile-changes${askedQuery({ view: each, place: undefined })}`),
      current: each === view,
    })),
    rows: rows.map((row) => ({ ...rowView(context, row), claimTo: askedQuery(asked) })),
  }
}

export function nowOf({ portal }: Pick<StaffContext, 'portal'>) {
  const now = portal.clock.now()
  return { utc: utc(now), wall: wallClock(now), claimedSince: claimedSince(portal) }
}

function rowView(context: StaffContext, row: WaitingChange) {
  const { staff, t, url } = context
  const path = `/staff/portal${pathOf(row)}`
  return {
    key: `${row.kind}-${String(row.id)}`,
    href: url(path),
    name: personName(row.last_name, row.first_name),
    born: bornText(context, row.born ?? undefined),
    kind: t(row.kind === 'profile' ? 'profile.change.profile' : `profile.insurance.${row.insurance_type ?? 'primary'}`),
    what: whatOf(context, row),
    waiting: writeAge(row.waiting_seconds / 60),
    holder: row.holder_name ?? '',
    mine: row.holder === staff.username,
    claimAction: url(`${path}/claim`),
  }
}

/** "Street and number, City and 2 more"; of the host's own portal only that. */
function whatOf(context: StaffContext, { proposed }: WaitingChange): string {
  const { t } = context
  if (proposed === null) return t('profileChanges.fromHost')
  const read = (typeof proposed === 'string' ? JSON.parse(proposed) : proposed) as Record<string, string>
  const labels = Object.keys(read).map((column) => fieldLabel(context, column))
  const named = labels.slice(0, FIELDS_NAMED).join(', ')
  return labels.length <= FIELDS_NAMED
    ? named
    : t('profileChanges.andMore', { named, count: labels.length - FIELDS_NAMED })
}

/** Of one patient. One statement. */
export const panelCard: PanelCard = {
  key: 'profile-changes',
  title: 'profileChanges.ofPatient',
  permission: 'profile-changes:process',
  async show(context, pid) {
    const rows = await waitingChanges(context.portal.db, nowOf(context), { limit: 10, pid })
    return { view: '/profile/deciding/panel', content: { rows: rows.map((row) => rowView(context, row)) } }
  },
}
