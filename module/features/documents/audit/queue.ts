/** What waits for staff, as the queue, the hall and the navigation show it. */
import type { Portal } from '../../../access/portal.js'
import type { Queue } from '../../../feature.js'
import {
  countWaiting,
  waitingCount,
  waitingSubmissions,
  type Asked,
  type Place,
  type SubmissionRow,
  type WaitingCount,
} from '../../../host/reads/submissions.js'
import { dayOrNone } from '../../../host/unset.js'
import { utc } from '../../../platform/clock.js'
import { forASecond, isOfThisSecond, latelyOf } from '../../../platform/lately.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeAge } from '../../../web/times.js'
import { claimedSince } from '../submissions.js'
import { notFiledView } from './notFiled.js'
import { kindTag, scanTag } from './tags.js'
import { undoOf } from './undoNotice.js'
import { writeSize } from '../../../web/numbers.js'
import { whoseOf } from '../../../web/whose.js'

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

/** What the address asks for: `?view=mine&name=Santos&after=…`. Anything else shows what waits, from the oldest. */
export function askedOf({ query }: Pick<StaffContext, 'query'>): Asked {
  const view = views.find((each) => each === query['view']) ?? 'waiting'
  const name = (query['name'] ?? '').replace(/\s+/g, ' ').trim().slice(0, NAME_MOST)
  return { view, name, place: placeIn('after', query['after']) ?? placeIn('before', query['before']) }
}

const NAME_MOST = 100

/** `20261123130000000.12`: when it was sent, in digits, and its id. */
function placeIn(side: Place['side'], text: string | undefined): Place | undefined {
  const [, y, mo, d, h, mi, s, ms, id] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})\.([1-9]\d{0,14})$/.exec(text ?? '') ?? []
  if (id === undefined) return undefined
  const sentAt = `${y ?? ''}-${mo ?? ''}-${d ?? ''} ${h ?? ''}:${mi ?? ''}:${s ?? ''}.${ms ?? ''}`
  return Number.isNaN(Date.parse(`${sentAt}Z`)) ? undefined : { side, sentAt, id: Number(id) }
}

function placeText({ id, sent_at: sentAt }: Pick<SubmissionRow, 'id' | 'sent_at'>): string {
  return `${sentAt.replace(/\D/g, '').padEnd(17, '0')}.${String(id)}`
}

/** The same in an address: '' or `?view=mine`. */
export function askedQuery({ name, place, view }: Asked): string {
  const query = new URLSearchParams({
    ...(view === 'waiting' ? {} : { view }),
    ...(name === '' ? {} : { name }),
    ...(place === undefined ? {} : { [place.side]: placeText({ id: place.id, sent_at: place.sentAt }) }),
  }).toString()
  return query === '' ? '' : `?${query}`
}

async function waitingPage(context: StaffContext) {
  const { fragment, hasJustChanged, portal, query, staff, t, url } = context
  const asked = askedOf(context)
  const { name, view } = asked
  const now = { utc: utc(portal.clock.now()), claimedSince: claimedSince(portal) }
  const counted = fragment
    ? undefined
    : (await countLately(portal.db.sequelize, portal, { fresh: hasJustChanged })).counted
  // One more than is shown says whether there are more.
  const read = await waitingSubmissions(portal.db, now, asked, staff.username, ROWS_SHOWN + 1, counted)
  const rows = asked.place?.side === 'before' ? read.slice(-ROWS_SHOWN) : read.slice(0, ROWS_SHOWN)
  const [first] = read
  const age = first?.oldest_seconds == null ? undefined : writeAge(first.oldest_seconds / 60)
  const count = first?.total ?? 0
  const all = view === 'waiting' && name === ''
  const empty = name === '' ? view : 'named'
  const page = {
    refreshHref: url(`/staff/portal/documents/waiting${askedQuery(asked)}`),
    fragment,
    /** A badge goes along only with rows that say how many there are. */
    counted: all && (rows.length > 0 || asked.place === undefined),
    undo: undoOf(context),
    undone: query['undone'] === '1',
    bulkAction: url('/staff/portal/documents/filing'),
    emptyTitle: t(`audit.empty.${empty}`),
    emptyText: t(`audit.emptyText.${empty}`),
    count,
    oldest: age === undefined ? undefined : t('queue.oldest', { age }),
    summary: all && age !== undefined ? t('queue.summary', { count, age }) : undefined,
    pages: pagesOf(context, asked, read, rows),
    search: { action: url('/staff/portal/documents'), view: view === 'waiting' ? '' : view, name },
    filters: views.map((each) => ({
      text: t(`audit.view.${each}`),
      href: url(`/staff/portal/documents${askedQuery({ view: each, name, place: undefined })}`),
      current: each === view,
    })),
    rows: rows.map((row) => rowView(context, askedQuery(asked), row)),
  }
  return { page, about: whoseOf(...rows) }
}

/** For the whole page, as long as the navigation's own counts are kept. Rows that ask for news are counted with them. */
const countLately = latelyOf<Portal['db']['sequelize'], Portal, { counted: WaitingCount; at: number }>(
  async (_line, portal) => ({
    at: portal.clock.now().toMillis(),
    counted: await countWaiting(portal.db, { utc: utc(portal.clock.now()), claimedSince: claimedSince(portal) }),
  }),
  { ...forASecond, answers: ({ at }, { clock }) => isOfThisSecond(at, clock) },
)

/** The way to the rows before and after, where there are any; undefined: all of them are shown. */
function pagesOf(
  { t, url }: StaffContext,
  asked: Asked,
  read: readonly SubmissionRow[],
  rows: readonly SubmissionRow[],
) {
  const more = read.length > rows.length
  const [first, last] = [rows[0], rows.at(-1)]
  const { place } = asked
  if (!first || !last || (!more && !place)) return undefined
  const href = (side: Place['side'], { id, sent_at: sentAt }: SubmissionRow) =>
    url(`/staff/portal/documents${askedQuery({ ...asked, place: { side, sentAt, id } })}`)
  return {
    ...{ label: t('audit.pages'), summary: t('audit.pages.shown', { count: rows.length }), pages: [] },
    previousHref: (place?.side === 'before' ? more : place) ? href('before', first) : undefined,
    nextHref: place?.side === 'before' || more ? href('after', last) : undefined,
  }
}

/** `query`: the queue's own, to come back to where somebody was. */
function rowView(context: StaffContext, query: string, row: SubmissionRow) {
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
    size: row.kind === 'upload' && row.bytes !== null ? writeSize(row.bytes, context.language) : '',
    scan: scanTag(context, row.scan),
    due: row.filing_due_at !== null && row.holder === staff.username,
    notFiled: notFiledView(context, row),
    returned: row.state === 'returned',
    unsigned: waits && row.awaits_signature === 1,
    mayTick:
      waits &&
      row.pid !== null &&
      row.awaits_signature === 0 &&
      row.filing_due_at === null &&
      (row.holder === null || row.holder === staff.username),
    waiting: writeAge(row.waiting_seconds / 60),
    holder: row.holder === null ? '' : (row.holder_name ?? row.holder),
    mine: row.holder === staff.username,
    claimAction: url(`${base}/claim${query}`),
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
