/** What waits for staff, as the queue, the hall and the navigation show it. */
import type { Queue } from '../../../feature.js'
import {
  waitingCount,
  waitingSubmissions,
  type SubmissionRow,
  type SubmissionView,
} from '../../../host/reads/submissions.js'
import { dayOrNone } from '../../../host/unset.js'
import { utc } from '../../../platform/clock.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeAge } from '../../../web/times.js'
import { claimedSince } from '../submissions.js'
import { kindTag, scanTag, sizeText } from './tags.js'
import { undoOf } from './undoNotice.js'

export const queue: Queue = {
  key: 'documents',
  title: 'audit.title',
  icon: 'clipboard-check',
  path: '/documents',
  fragment: '/documents/waiting',
  permission: 'documents:audit',
  counting: waitingCount,
}

const ROWS_SHOWN = 50
const views = ['waiting', 'mine', 'returned'] as const

export interface Told {
  status: number
  text: string
}

/** GET /documents, and its rows alone as they ask for news. */
export async function waiting(context: StaffContext, told?: Told): Promise<Answer> {
  const { fragment, show, t } = context
  const { about, page } = await waitingPage(context)
  const options = {
    title: t('audit.title'),
    about,
    ...(told ? { status: told.status, flash: { kind: 'warning', text: told.text } as const } : {}),
  }
  return show.page(fragment ? '/documents/audit/waiting' : '/documents/audit/queue', page, options)
}

/** What the address asks for; anything else shows what waits. */
export function viewOf({ query }: Pick<StaffContext, 'query'>): SubmissionView {
  return views.find((view) => view === query['view']) ?? 'waiting'
}

/** The same in an address: '' or `?view=mine`. */
export function viewQuery(view: SubmissionView, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...(view === 'waiting' ? {} : { view }), ...more }).toString()
  return query === '' ? '' : `?${query}`
}

async function waitingPage(context: StaffContext) {
  const { fragment, portal, query, staff, t, url } = context
  const view = viewOf(context)
  const now = { utc: utc(portal.clock.now()), claimedSince: claimedSince(portal) }
  const rows = await waitingSubmissions(portal.db, now, view, staff.username, ROWS_SHOWN)
  const [first] = rows
  const age = first?.oldest_seconds == null ? undefined : writeAge(first.oldest_seconds / 60)
  const count = first?.total ?? 0
  const page = {
    refreshHref: url(`/staff/portal/documents/waiting${viewQuery(view)}`),
    fragment,
    /** A badge goes along only with rows that say how many there are. */
    counted: view === 'waiting',
    undo: undoOf(context),
    undone: query['undone'] === '1',
    bulkAction: url('/staff/portal/documents/filing'),
    emptyTitle: t(`audit.empty.${view}`),
    emptyText: t(`audit.emptyText.${view}`),
    count,
    oldest: age === undefined ? undefined : t('queue.oldest', { age }),
    summary: view === 'waiting' && age !== undefined ? t('queue.summary', { count, age }) : undefined,
    more: view === 'waiting' ? Math.max(0, count - rows.length) : 0,
    filters: views.map((each) => ({
      text: t(`audit.view.${each}`),
      href: url(`/staff/portal/documents${viewQuery(each)}`),
      current: each === view,
    })),
    rows: rows.map((row) => rowView(context, view, row)),
  }
  return { page, about: [...new Set(rows.flatMap(({ pid }) => pid ?? []))] }
}

function rowView(context: StaffContext, view: SubmissionView, row: SubmissionRow) {
  const { staff, t, url } = context
  const base = `/staff/portal/documents/submissions/${String(row.id)}`
  const waits = row.state === 'waiting'
  return {
    id: row.id,
    /** As batchPages.ts reads it. */
    value: `${String(row.id)}.${String(row.version)}`,
    href: url(base),
    ...whoseView(context, row),
    title: row.title,
    from: row.account_name === null ? t('audit.fromHost') : t('audit.from', { name: row.account_name }),
    kind: kindTag(context, row.kind),
    size: row.kind === 'upload' && row.bytes !== null ? sizeText(context, row.bytes) : '',
    scan: scanTag(context, row.scan),
    due: row.filing_due_at !== null && row.holder === staff.username,
    returned: row.state === 'returned',
    mayTick:
      waits && row.pid !== null && row.filing_due_at === null && (row.holder === null || row.holder === staff.username),
    waiting: writeAge(row.waiting_seconds / 60),
    holder: row.holder === null ? '' : (row.holder_name ?? row.holder),
    mine: row.holder === staff.username,
    claimAction: url(`${base}/claim${viewQuery(view)}`),
  }
}

/** The person of the chart, or the account that has none yet. */
function whoseView(context: StaffContext, row: SubmissionRow) {
  const { t, url } = context
  if (row.pid === null) return { patient: row.account_name ?? '', patientHref: undefined, born: t('audit.noChart') }
  return {
    patient: personName(row.last_name, row.first_name),
    patientHref: url(`/staff/portal/patients/${String(row.pid)}`),
    born: bornText(context, dayOrNone(row.born)),
  }
}
