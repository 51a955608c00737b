/** What waits for staff, and what the patient's panel shows of appointments. */
import type { PanelCard, Queue } from '../../../feature.js'
import type { Portal } from '../../../access/portal.js'
import { readText } from '../../../host/events.js'
import {
  visitsOfPatient,
  waitingAppointments,
  waitingCount,
  type Now,
  type PanelRow,
  type StaffAppointmentRow,
  type WaitingFilter,
  type WaitingRow,
} from '../../../host/reads/staffAppointments.js'
import { BOOKED, statusColour } from '../../../host/statuses.js'
import { dayOrNone } from '../../../host/unset.js'
import { day as dayOf, utc, wallClock } from '../../../platform/clock.js'
import { bornText, personName } from '../../../web/person.js'
import type { Link } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import { writeAge, writeShortDay, writeTime } from '../../../web/times.js'
import { appointmentId, standingOf } from '../appointment.js'
import { waitingId } from '../bulk.js'
import { statusTag } from '../statusTag.js'
import { claimedSince, versionOf } from '../requests.js'
import { whoseOf, type Whose } from '../../../web/whose.js'

const ROWS_SHOWN = 50
/** More are read than shown: what the filter hides says which providers there are to choose from. */
const ROWS_READ = 200

/** The moment by which the queue is read: ours, the wall’s, and since when a claim holds. */
export function nowOf(portal: Portal): Now {
  const now = portal.clock.now()
  return { utc: utc(now), wall: wallClock(now), claimedSince: claimedSince(portal) }
}

export const queue: Queue = {
  key: 'appointments',
  title: 'appointments.queue.title',
  icon: 'calendar-check',
  path: '/appointments',
  permission: 'appointments:process',
  fragment: '/appointments/waiting',
  counting: waitingCount,
}

const views = ['all', 'mine', 'unclaimed', 'proposed'] as const

/** What the address asks for: `?view=mine&provider=5`. Anything else shows all. */
export function filterOf({ query, staff }: StaffContext): WaitingFilter {
  const provider = /^[1-9]\d{0,9}$/.exec(query['provider'] ?? '')?.[0]
  return {
    view: views.find((view) => view === query['view']) ?? 'all',
    me: staff.username,
    provider: provider === undefined ? undefined : Number(provider),
  }
}

/** The same filter in an address: '' or `?view=mine&provider=5`. */
export function filterQuery(
  filter: Pick<WaitingFilter, 'view' | 'provider'>,
  more: Record<string, string> = {},
): string {
  const query = new URLSearchParams({
    ...(filter.view === 'all' ? {} : { view: filter.view }),
    ...(filter.provider === undefined ? {} : { provider: String(filter.provider) }),
    ...more,
  }).toString()
  return query === '' ? '' : `?${query}`
}

/** The queue's rows, its count and its age, from one statement. */
export async function waitingPage(context: StaffContext) {
  const { portal, t, url } = context
  const filter = filterOf(context)
  const read = await waitingAppointments(portal.db, nowOf(portal), ROWS_READ, filter)
  const rows = read.filter((row) => row.shown === 1).slice(0, ROWS_SHOWN)
  const [first] = read
  const oldest = first?.oldest_seconds == null ? undefined : writeAge(first.oldest_seconds / 60)
  const filtered = filter.view !== 'all' || filter.provider !== undefined
  return {
    title: t('appointments.queue.title'),
    refreshHref: url(`/staff/portal/appointments/waiting${filterQuery(filter)}`),
    bulkAction: url('/staff/portal/appointments/bulk'),
    count: first?.total ?? 0,
    oldest: oldest === undefined ? undefined : t('queue.oldest', { age: oldest }),
    summary: summaryOf(context, filter, first, oldest),
    emptyTitle: t(filtered ? 'appointments.queue.emptyHere' : 'appointments.queue.empty'),
    emptyText: t(filtered ? 'appointments.queue.emptyHereText' : 'appointments.queue.emptyText'),
    more: Math.max(0, (first?.shown_total ?? 0) - rows.length),
    /** Sent alone, it brings the navigation's count along. */
    fragment: context.fragment,
    rows: rows.map((row) => waitingView(context, filter, row)),
    filters: filtersOf(context, filter, read),
    about: rows.flatMap(whoseVisit),
  }
}

function summaryOf(
  { t }: StaffContext,
  { view, provider }: WaitingFilter,
  first: WaitingRow | undefined,
  age: string | undefined,
): string | undefined {
  if (!first) return undefined
  if (view === 'all' && provider === undefined) {
    return age === undefined ? undefined : t('queue.summary', { count: first.total, age })
  }
  return t('appointments.queue.shown', { count: first.shown_total, total: first.total })
}

function filtersOf({ t, url }: StaffContext, filter: WaitingFilter, rows: readonly WaitingRow[]) {
  const to = (next: Pick<WaitingFilter, 'view' | 'provider'>) => url(`/staff/portal/appointments${filterQuery(next)}`)
  const providers = new Map(
    rows.flatMap((row) => (row.provider_id === null ? [] : [[row.provider_id, row.provider] as const])),
  )
  return {
    views: views.map((view) => ({
      text: t(`appointments.queue.view.${view}`),
      href: to({ ...filter, view }),
      current: view === filter.view,
    })),
    providers: [
      {
        text: t('appointments.queue.everyProvider'),
        href: to({ ...filter, provider: undefined }),
        current: filter.provider === undefined,
      },
      ...[...providers].map(([id, name]) => ({
        text: name,
        href: to({ ...filter, provider: id }),
        current: filter.provider === id,
      })),
    ],
  }
}

/** Of whom a visit shows something: the audit trail keeps it. One without a chart is its account's. */
export function whoseVisit({ account_record: record, pid }: StaffAppointmentRow): Whose[] {
  return whoseOf({ pid, record })
}

/** The chart's pid as the number it is: the calendar keeps it as text (facts §2.3). */
export function pidOf({ pid }: { pid: number | null }): number | undefined {
  return pid === null ? undefined : Number.parseInt(String(pid), 10)
}

function waitingView(context: StaffContext, filter: WaitingFilter, row: WaitingRow) {
  const { language, portal, staff, t, url } = context
  const today = dayOf(portal.clock.now())
  const day = row.asked_day ?? row.pc_eventDate ?? ''
  const address = addressOfRow(row)
  const base = `/staff/portal/appointments/${address}`
  const back = filterQuery(filter)
  const ofCancellation = row.kind === 'cancellation'
  // Of a series each day is decided by itself, on its own page.
  const series = row.pc_recurrtype !== 0
  const decidable = row.kind === 'request' && !series
  const version = versionOf({ status: row.status, day: row.pc_eventDate ?? '', start: row.start ?? '00:00' })
  return {
    /** Of the row's elements: one event may wait for several things. */
    key: ofCancellation ? `cancellation-${address}` : address,
    value: waitingId(address, { cancellation: ofCancellation, version }),
    eid: row.pc_eid,
    kind: row.kind,
    kindTag: kindTag(context, row),
    href: url(pathOfRow(row)),
    confirmAction: decidable ? url(`${base}/status${back}`) : undefined,
    declineHref: decidable ? url(`${base}/decline`) : undefined,
    proposeHref: decidable ? url(`${base}/proposal`) : undefined,
    series: series && row.kind === 'request' ? t('appointments.queue.series') : undefined,
    acceptAction: ofCancellation && !series ? url(`${base}/cancellation${back}`) : undefined,
    claimAction:
      row.kind === 'proposal' ? undefined : url(`${ofCancellation ? `${base}/cancellation` : base}/claim${back}`),
    holder: row.holder === null ? undefined : row.holder_name || row.holder,
    mine: row.holder === staff.username,
    ...personOf(context, row),
    actions: rowActionsOf(context, row),
    what: row.category,
    provider: row.provider,
    when: `${writeShortDay(day, language, today)}, ${writeTime(row.start ?? '00:00')}`,
    overdue: day < today && (!series || ofCancellation),
    overlap: row.overlapped === 1 ? { tone: 'warning', text: t('appointments.queue.overlap') } : undefined,
    moves: row.kind === 'request' && row.replaces !== null,
    reason: ofCancellation ? (row.asked_reason ?? '') : row.answer || row.reason || readText(row.text),
    waiting: writeAge(row.waiting_seconds / 60),
    version,
  }
}

/** The visit's address: one day of a series has its day. */
function addressOfRow(row: WaitingRow): string {
  const ofSeries = row.kind === 'cancellation' && row.pc_recurrtype !== 0
  return appointmentId(row.pc_eid, ofSeries ? (row.asked_day ?? undefined) : undefined)
}

/** Where everything needed to decide on it stands. */
export function pathOfRow(row: WaitingRow): string {
  return `/staff/portal/appointments/${addressOfRow(row)}${row.kind === 'cancellation' ? '/cancellation' : ''}`
}

function kindTag({ t }: StaffContext, { kind }: WaitingRow) {
  const tones = { request: 'info', cancellation: 'warning', proposal: 'neutral' } as const
  const icons = { request: 'calendar-plus', cancellation: 'calendar-x', proposal: 'hourglass-split' }
  return { tone: tones[kind], icon: icons[kind], text: t(`appointments.kind.${kind}`) }
}

/** What other wings offer for the patient: Register. Nothing where there is no chart yet. */
export function rowActionsOf(context: StaffContext, row: Pick<WaitingRow, 'pid'>): Link[] {
  const pid = pidOf(row)
  return pid === undefined ? [] : context.rowActions(pid)
}

/** Whom it is for: the person of the chart, or the account that asked before there was one. */
export function personOf(
  context: StaffContext,
  row: Pick<WaitingRow, 'pid' | 'first_name' | 'last_name' | 'born' | 'account_name'>,
) {
  const { t, url } = context
  if (row.pid === null) {
    return {
      patient: row.account_name ?? t('appointments.queue.noPerson'),
      patientHref: undefined,
      born: t('appointments.queue.noPerson'),
    }
  }
  return {
    patient: personName(row.last_name, row.first_name),
    patientHref: url(`/staff/portal/patients/${String(row.pid)}`),
    born: bornText(context, dayOrNone(row.born)),
  }
}

const PANEL_ROWS = 8

/** The patient's panel: what is to come and what waits, with the host's own status words. */
export const panelCard: PanelCard = {
  key: 'appointments',
  title: 'appointments.title',
  permission: 'appointments:process',
  async show(context, pid) {
    const { portal, t } = context
    const rows = await visitsOfPatient(portal.db, pid, dayOf(portal.clock.now()))
    const single = rows.filter((row) => row.pc_recurrtype === 0)
    return {
      view: '/appointments/staff/panel',
      content: {
        title: t('appointments.title'),
        rows: single.slice(0, PANEL_ROWS).map((row) => visitLine(context, row)),
        series: rows.length - single.length,
        more: Math.max(0, single.length - PANEL_ROWS),
      },
    }
  },
}

/** A visit in one line, with the host's own word for how it stands. */
export function visitLine(context: StaffContext, row: PanelRow) {
  const { language, portal, url } = context
  const today = dayOf(portal.clock.now())
  return {
    href: url(`/staff/portal/appointments/${String(row.pc_eid)}`),
    when: `${writeShortDay(row.pc_eventDate ?? '', language, today)}, ${writeTime(row.start ?? '00:00')}`,
    what: row.category,
    provider: row.provider,
    status: {
      ...statusTag(context, standingOf(row.status, row.state)),
      // The host's "- None" says less than our own word for a booked visit.
      ...(row.status_title !== null && row.status !== BOOKED ? { text: row.status_title } : {}),
      ...(row.status_title !== null ? { swatch: statusColour(row.status_notes) } : {}),
    },
  }
}
