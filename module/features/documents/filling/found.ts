/** The document that an address names: of this record's chart, or none. */
import type { ChartScope } from '../../../access/scope.js'
import type { Link, StatusTag } from '../../../web/layout.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { findFilling, type Filling } from './filling.js'
import type { Standing } from './standing.js'

export interface Found {
  scope: ChartScope
  id: number
}

/** Undefined: there can be none, since the record has no chart or the address no number. */
export function namedIn({ params, scope }: RecordContext): Found | undefined {
  const id = /^[1-9]\d{0,9}$/.test(params['id'] ?? '') ? Number(params['id']) : 0
  return scope.kind === 'chart' && id > 0 && id <= INT_MOST ? { scope, id } : undefined
}

/** onsite_documents.id is an unsigned INT. */
const INT_MOST = 4_294_967_295

export async function found(context: RecordContext): Promise<Filling | undefined> {
  const { portal } = context
  const named = namedIn(context)
  return named && findFilling(portal.db, portal, named.scope.pid, named.id)
}

export function documentHref({ here, url }: RecordContext, id: number, rest = ''): string {
  return url(here(`/documents/filled/${String(id)}${rest}`))
}

const tones: Record<Standing | 'asked', StatusTag['tone']> = {
  ...{ asked: 'warning', draft: 'info', returned: 'warning', reviewed: 'info', filed: 'success', denied: 'danger' },
}

const icons: Partial<Record<Standing | 'asked', string>> = { draft: 'pencil', asked: 'pencil' }

/** How it stands, in a word and an icon. */
export function standingTag({ t }: RecordContext, standing: Standing | 'asked'): StatusTag {
  const icon = icons[standing]
  return { tone: tones[standing], text: t(`filling.state.${standing}`), ...(icon ? { icon } : {}) }
}

/** What comes now, as its patient reads it. */
export function nextText(context: RecordContext, standing: Standing): string {
  return standing === 'denied' ? callText(context, 'filling.next.denied') : context.t(`filling.next.${standing}`)
}

/** Words that end in whom to call, with the number where the practice has told it. */
export function callText({ portal, t }: RecordContext, key: string): string {
  const { phone } = portal.practice()
  return phone === '' ? t(key) : t(`${key}At`, { phone })
}

/** 409: somebody was faster, or it was done already. */
export function over(context: RecordContext, id: number): Answer {
  const { show, t } = context
  const actions: Link[] = [{ label: t('filling.open'), href: documentHref(context, id) }]
  return show.problem(409, { what: t('filling.over'), next: t('filling.over.next'), actions })
}
