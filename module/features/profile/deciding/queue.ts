/** What waits for staff, as the queue, the hall and the navigation show it, and of one patient on the panel. */
import type { PanelCard, Queue } from '../../../feature.js'
import { waitingChanges, waitingCount, type WaitingChange } from '../../../host/reads/profileChanges.js'
import { utc, wallClock } from '../../../platform/clock.js'
import { bornText, personName } from '../../../web/person.js'
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

/** GET /profile-changes, and the rows alone as they ask for news; `told`: with why something was not done. */
export async function waiting(context: StaffContext, told?: Told): Promise<Answer> {
  const { fragment, portal, query, show, staff, t, url } = context
  const view = views.find((each) => each === query['view']) ?? 'waiting'
  const rows = await waitingChanges(portal.db, nowOf(context), {
    ...{ limit: ROWS_SHOWN, mine: view === 'mine' ? staff.username : undefined },
  })
  const to = (each: string) => (each === 'waiting' ? '' : `?view=${each}`)
  const oldest = rows[0]?.waiting_seconds
  const page = {
    refreshHref: url(`/staff/portal/profile-changes/waiting${to(view)}`),
    emptyTitle: t(`profileChanges.empty.${view}`),
    emptyText: t(`profileChanges.emptyText.${view}`),
    oldest: oldest === undefined ? undefined : t('queue.oldest', { age: writeAge(oldest / 60) }),
    count: rows[0]?.total ?? 0,
    /** A badge goes along only with rows that say how many there are. */
    counted: fragment && view === 'waiting',
    filters: views.map((each) => ({
      text: t(`profileChanges.view.${each}`),
      href: url(`/staff/portal/profile-changes${to(each)}`),
      current: each === view,
    })),
    rows: rows.map((row) => ({ ...rowView(context, row), claimTo: to(view) })),
  }
  return show.page(fragment ? '/profile/deciding/waiting' : '/profile/deciding/queue', page, {
    title: t('profileChanges.title'),
    about: rows.map(({ pid }) => pid),
    ...(told ? { status: told.status, flash: { kind: 'warning', text: told.text } as const } : {}),
  })
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
