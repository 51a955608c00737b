/** The page of the trail, as its view takes it. */
import { knownEvents } from './eventWords.js'
import { EXPORTED_MOST } from './export.js'
import { NEWEST_VERIFIED, WAITING_COUNTED, type ChainState } from './chainState.js'
import { COUNTED_MOST, kinds, ROWS_SHOWN, sortKeys, WINDOW, type AuditRow, type Found, type Search } from './search.js'
import { actingAs, isAboutNobody, leftOutText, patientOf, sentenceOf } from './sentences.js'
import { writeExactly } from './times.js'
import type { StatusTag } from '../../web/layout.js'
import type { StaffContext } from '../../web/routes.js'

interface Shown {
  search: Search
  found: Found
  names: ReadonlyMap<number, string>
  chain: ChainState
  /** Fields in which no day was typed. */
  wrong: readonly ('from' | 'until')[]
}

const ADDRESS = '/staff/portal/audit-trail'

export function listPage(context: StaffContext, shown: Shown) {
  const { t, url } = context
  const { found, names, search } = shown
  return {
    errors: shown.wrong.map((name) => ({ name, text: t('auditTrail.badDay') })),
    chain: chainView(context, shown.chain),
    filters: filtersView(context, shown),
    exportHref: addressOf(context, search, { page: 1 }, '/export'),
    exportHint: t('auditTrail.exportHint', { most: EXPORTED_MOST }),
    clearHref: url(ADDRESS),
    leftOut: found.leftOut.map((each) => leftOutText(t, each)),
    window: search.sort !== 'time' && found.count > COUNTED_MOST ? t('auditTrail.window', { most: WINDOW }) : undefined,
    columns: sortKeys.map((key) => columnView(context, search, key)),
    rows: found.rows.map((row) => rowView(context, row, names)),
    pages: pagesView(context, search, found),
  }
}

function rowView(context: StaffContext, row: AuditRow, names: ReadonlyMap<number, string>) {
  const { may, t, url } = context
  const patient = patientOf(t, row, names)
  return {
    id: row.id,
    when: writeExactly(context, row.at),
    actor: row.actor_name,
    actorDetail: [t(`auditTrail.kindOf.${row.actor_kind}`), row.actor_id].join(', '),
    as: actingAs(t, row),
    what: sentenceOf(t, row, patient),
    patient: isAboutNobody(row) ? '' : patient,
    patientHref:
      row.pid !== null && names.has(row.pid) && may('patients:view')
        ? url(`/staff/portal/patients/${String(row.pid)}`)
        : undefined,
    chart: row.pid === null ? '' : t('auditTrail.chart', { pid: String(row.pid) }),
    subject: row.subject,
  }
}

function columnView(context: StaffContext, search: Search, key: Search['sort']) {
  const { t } = context
  const sorted = search.sort === key
  // Pressed again it turns round; pressed first, times begin with the newest.
  const descending = sorted ? !search.descending : key === 'time'
  return {
    key,
    label: t(`auditTrail.column.${key}`),
    href: addressOf(context, { ...search, sort: key, descending }, { page: 1 }),
    hint: t('auditTrail.sortBy', { order: t(orderOf(key, descending)) }),
    sort: sorted ? (search.descending ? 'descending' : 'ascending') : undefined,
    mark: sorted ? t(orderOf(key, search.descending)) : '',
  }
}

function orderOf(key: Search['sort'], descending: boolean) {
  if (key === 'time') return descending ? 'auditTrail.newestFirst' : 'auditTrail.oldestFirst'
  return descending ? 'auditTrail.backwards' : 'auditTrail.forwards'
}

function filtersView({ t, query, url }: StaffContext, { search, wrong }: Shown) {
  const wrongly = (name: 'from' | 'until') => (wrong.includes(name) ? t('auditTrail.badDay') : undefined)
  const blank = { actor: '…', patient: '…', place: '…' }
  const { actor, event, from, kind, patient, until } = search
  return {
    action: url(ADDRESS),
    search,
    /** Shown opened, where one of them is in use. */
    open: wrong.length > 0 || [from, until, actor, patient, event].some((value) => value !== '') || kind !== 'all',
    sorting: search.sort !== 'time' || !search.descending,
    from: { value: wrong.includes('from') ? query['from'] : search.from, error: wrongly('from') },
    until: { value: wrong.includes('until') ? query['until'] : search.until, error: wrongly('until') },
    events: [
      { value: '', text: t('auditTrail.anyEvent'), selected: search.event === '' },
      ...knownEvents.map((event) => ({
        value: event,
        text: t(`auditTrail.event.${event}`, blank),
        selected: search.event === event,
      })),
    ],
    kinds: kinds.map((kind) => ({
      value: kind,
      text: t(`auditTrail.kind.${kind}`),
      selected: search.kind === kind,
    })),
  }
}

function pagesView(context: StaffContext, search: Search, { count, rows }: Found) {
  const { t } = context
  const first = (search.page - 1) * ROWS_SHOWN + 1
  const last = first + rows.length - 1
  const many = count > COUNTED_MOST
  const toPage = (page: number) => addressOf(context, search, { page })
  return {
    label: t('auditTrail.pages'),
    summary: many
      ? t('auditTrail.rangeMany', { first, last, most: COUNTED_MOST })
      : t('auditTrail.range', { first, last, count }),
    pages: [],
    previousHref: search.page > 1 ? toPage(search.page - 1) : undefined,
    nextHref: (many ? rows.length === ROWS_SHOWN && last < WINDOW : last < count) ? toPage(search.page + 1) : undefined,
  }
}

/** The page's own address, with all that it is asked for. */
function addressOf({ url }: StaffContext, search: Search, { page }: { page: number }, below = ''): string {
  const { descending, kind, sort, page: _, ...filters } = search
  const asked = {
    ...filters,
    kind: kind === 'all' ? '' : kind,
    ...(sort === 'time' && descending ? {} : { sort, dir: descending ? 'desc' : 'asc' }),
    page: page > 1 ? String(page) : '',
  }
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ''))
  const text = query.toString()
  return url(`${ADDRESS}${below}${text === '' ? '' : `?${text}`}`)
}

function chainView(context: StaffContext, { sealed, verified, waiting }: ChainState) {
  const { t, url } = context
  return {
    broken: sealed === 'broken' ? t('auditTrail.anchorBroken') : undefined,
    never: sealed === undefined ? t('auditTrail.sealedNever') : undefined,
    until: typeof sealed === 'object' ? writeExactly(context, sealed.until) : undefined,
    counts: [
      ...(typeof sealed === 'object' ? [t('auditTrail.sealed', { count: sealed.count })] : []),
      waitingText(context, waiting),
    ]
      .filter((text) => text !== '')
      .join(', '),
    verified: verified
      ? t('auditTrail.lastVerifiedBy', { when: writeExactly(context, verified.at), name: verified.by })
      : t('auditTrail.neverVerified'),
    verdict: verified && verdictTag(context, verified),
    verifyAction: url(`${ADDRESS}/verification`),
    verifyHint: t('auditTrail.verifyHint', { rows: NEWEST_VERIFIED }),
  }
}

function waitingText({ t }: StaffContext, waiting: number): string {
  if (waiting === 0) return ''
  return waiting > WAITING_COUNTED
    ? t('auditTrail.waitsMany', { most: WAITING_COUNTED })
    : t('auditTrail.waits', { count: waiting })
}

function verdictTag(
  { t }: StaffContext,
  { all, bad, rows }: { all: boolean; bad: string | undefined; rows: number },
): StatusTag {
  if (bad === undefined) {
    return { tone: 'success', text: t(all ? 'auditTrail.verdict.wholeAll' : 'auditTrail.verdict.whole', { rows }) }
  }
  return {
    tone: 'danger',
    text: bad === '' ? t('auditTrail.verdict.badWhole') : t('auditTrail.verdict.bad', { id: bad }),
  }
}
