/** What the practice asks for, what is due first on top; and what was begun and sent. */
import { dueDocuments, type DueDocument } from '../../../host/reads/dueDocuments.js'
import { filledDocuments, type FilledDocument } from '../../../host/reads/filledDocuments.js'
import { day as dayOf } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeShortDay, writeTime } from '../../../web/times.js'
import type { SubmissionState } from '../submissions.js'
import { beginDocument } from './beginning.js'
import { callText, documentHref, standingTag } from './found.js'
import { mayChange, standingOf, type Standing } from './standing.js'

/** GET …/documents/asked */
export async function list(context: RecordContext): Promise<Answer> {
  const { here, portal, scope, show, t, url } = context
  if (scope.kind !== 'chart') return show.notFound()
  const due = await dueDocuments(portal.db, scope, portal.clock.now())
  const filled = await filledDocuments(portal.db, scope.pid)
  const { again, asked, openIds } = askedRows(context, due, filled)
  const earlier = filled.filter(({ id }) => !openIds.has(id))
  const isReturned = (row: FilledDocument) => standingIn(row) === 'returned'
  const rowsOf = (rows: readonly FilledDocument[]) => rows.map((row) => earlierRow(context, row, standingIn(row)))
  const page = {
    ...{ asked, again },
    // Of a round before the one at hand, or of what is not asked for any more.
    returned: rowsOf(earlier.filter(isReturned)),
    earlier: rowsOf(earlier.filter((row) => !isReturned(row))),
    homeHref: url(here('')),
  }
  return show.page('/documents/filling/list', page, { title: t('filling.list.title') })
}

/** What the practice asks for, and apart from it what may be filled once more, though nobody asks. */
export function askedRows(context: RecordContext, due: readonly DueDocument[], filled: readonly Known[]) {
  const begun = new Map(filled.map((row) => [row.id, { row, standing: standingIn(row) }]))
  const known = inOrder(due)
    .map((document) => ({ document, begun: begun.get(document.documentId ?? 0) }))
    // Somebody at the practice waits for what came back.
    .sort((a, b) => Number(b.begun?.standing === 'returned') - Number(a.begun?.standing === 'returned'))
  const isAsked = ({ document, begun: one }: (typeof known)[number]) =>
    document.state !== 'offered' && one?.standing !== 'denied'
  const rowOf = ({ document, begun: one }: (typeof known)[number]) => askedRow(context, document, one)
  return {
    asked: known.filter(isAsked).map(rowOf),
    again: known.filter((each) => !isAsked(each)).map(rowOf),
    /** Those of `filled` that stand among them. */
    openIds: new Set(known.flatMap((each) => (isOpen(each) ? [each.begun?.row.id] : []))),
  }
}

function isOpen({ begun, document }: { document: DueDocument; begun: Begun | undefined }): boolean {
  return document.state === 'begun' && begun !== undefined && mayChange(begun.standing)
}

/** What must be known of a document that was begun. */
type Known = Pick<FilledDocument, 'id' | 'hostState' | 'sentState' | 'reason'>

interface Begun {
  row: Known
  standing: Standing
}

/** What has a date comes first, the nearest on top. */
function inOrder(due: readonly DueDocument[]): DueDocument[] {
  const last = '9999-12-31'
  return [...due].sort((a, b) => (a.dueOn ?? last).localeCompare(b.dueOn ?? last) || a.name.localeCompare(b.name))
}

function standingIn(row: Known): Standing {
  return standingOf(
    row.hostState,
    row.sentState === undefined ? undefined : { state: row.sentState as SubmissionState },
  )
}

function askedRow(context: RecordContext, document: DueDocument, begun: Begun | undefined) {
  const { here, language, portal, t, url } = context
  const open = isOpen({ begun, document }) ? begun : undefined
  const on = document.dueOn && writeShortDay(document.dueOn, language, dayOf(portal.clock.now()))
  return {
    title: document.name,
    status: standingTag(context, open?.standing ?? 'asked'),
    due: on === undefined ? t('filling.noDue') : t(document.overdue ? 'filling.overdue' : 'filling.due', { day: on }),
    overdue: document.overdue,
    reason: open?.standing === 'returned' ? (open.row.reason ?? '') : '',
    /** Begun: a link; else a press, which begins it. */
    href: open && documentHref(context, open.row.id),
    action: url(here(`/documents/asked/${String(document.templateId)}`)),
    does: t(open === undefined ? 'filling.begin' : open.standing === 'returned' ? 'filling.correct' : 'filling.goOn'),
  }
}

function earlierRow(context: RecordContext, row: FilledDocument, standing: Standing) {
  return {
    title: row.title,
    status: standingTag(context, standing),
    when: whenOf(context, row, standing),
    receipt: standing === 'draft' ? '' : (row.receipt ?? ''),
    reason: standing === 'denied' || standing === 'returned' ? (row.reason ?? '') : '',
    href: documentHref(context, row.id),
    does: context.t(
      standing === 'returned' ? 'filling.correct' : standing === 'draft' ? 'filling.goOn' : 'filling.open',
    ),
  }
}

function whenOf(context: RecordContext, row: FilledDocument, standing: Standing): string {
  const { language, portal, t } = context
  if (standing !== 'draft' && row.sentAt !== undefined) {
    return t('filling.sentAt', { when: writeInstant(context, row.sentAt) })
  }
  if (row.savedAt !== undefined) return t('filling.savedAt', { when: writeInstant(context, row.savedAt) })
  const day = writeShortDay(row.begunAt.slice(0, 10), language, dayOf(portal.clock.now()))
  return t('filling.begun', { when: `${day}, ${writeTime(row.begunAt.slice(11))}` })
}

/** POST …/documents/asked/:template */
export async function begin(context: RecordContext): Promise<Answer> {
  const { actor, here, params, portal, scope, show, t, url } = context
  const template = /^[1-9]\d{0,9}$/.test(params['template'] ?? '') ? Number(params['template']) : 0
  if (scope.kind !== 'chart' || template === 0) return show.notFound()
  const outcome = await beginDocument(portal, actor, scope, template)
  if (outcome.ok) return show.seeOther(here(`/documents/filled/${String(outcome.id)}`))
  if (outcome.reason === 'not-asked') return show.notFound()
  const what = outcome.what.map(({ name }) => name).join(', ')
  return show.problem(409, {
    what: t('filling.notFillable', { title: outcome.title, what }),
    next: callText(context, 'filling.notFillable.next'),
    actions: [{ label: t('filling.list.title'), href: url(here('/documents/asked')) }],
  })
}
