/** The documents wing's first page: what is asked for, what was sent, what the chart holds; and each document of it. */
import { z } from 'zod'
import { pidOf } from '../../../access/scope.js'
import { openChartDocument } from '../../../host/documents/opening.js'
import { DOCUMENTS_MOST, type ChartDocument } from '../../../host/reads/chartDocuments.js'
import { day as dayOf, type Day } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import type { Tone } from '../../../web/layout.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { submissionsOf, type Submission, type SubmissionState } from '../submissions.js'
import { safeName } from './archiveNames.js'
import { byCategory, dayText, idIn, isPicture, kindText, nameOf, typeOf } from './documentView.js'
import { writeArchiveAsked, writeDownload, writeDownloadOf } from './downloading.js'
import { releasedAmong, releasedDocuments } from './released.js'
import { archiveOf } from './zipping.js'

/** GET …/documents */
export function documents(context: RecordContext): Promise<Answer> {
  return listPage(context)
}

async function listPage(context: RecordContext, error?: string): Promise<Answer> {
  const { here, may, portal, scope, show, t, url } = context
  const held = await releasedDocuments(portal, scope)
  const sent = await submissionsOf(portal.db, { pid: pidOf(scope), record: scope.record })
  const linked = scope.kind === 'chart'
  const today = dayOf(portal.clock.now())
  const page = {
    lead:
      scope.kind === 'chart' && scope.relationship !== 'self'
        ? t('chart.leadOfOther', { name: scope.patient.firstName })
        : t('chart.lead'),
    askedHref: linked && may('documents:fill') ? url(here('/documents/asked')) : undefined,
    sendHref: may('documents:upload') ? url(here('/documents/upload')) : undefined,
    sent: sent.map((one) => sentRow(context, one)),
    linked,
    groups: byCategory(context, held).map(({ name, documents: those }) => ({
      name,
      rows: those.map((document) => rowOf(context, document, today)),
    })),
    paperHref: url(here('/documents/list.pdf')),
    more: held.length >= DOCUMENTS_MOST ? t('chart.held.more', { count: DOCUMENTS_MOST }) : '',
    count: held.length,
    zipAction: url(here('/documents/archive')),
    errors: error === undefined ? [] : [{ id: 'held', text: t(error) }],
  }
  const options = { title: t('chart.title') }
  return error === undefined
    ? show.page('/documents/chart/list', page, options)
    : show.refused('/documents/chart/list', page, options)
}

const tones: Record<SubmissionState, Tone> = {
  waiting: 'info',
  returned: 'warning',
  denied: 'danger',
  charted: 'success',
  withdrawn: 'neutral',
  removed: 'neutral',
}

function sentRow(context: RecordContext, sent: Submission) {
  const { t } = context
  const reason = sent.state === 'returned' || sent.state === 'denied' ? (sent.reason ?? '') : ''
  return {
    title: sent.title,
    number: t('chart.sent.number', { receipt: sent.receipt }),
    when: t('chart.sent.at', { when: writeInstant(context, sent.sent_at) }),
    status: { tone: tones[sent.state], text: t(`chart.sent.${sent.state}`) },
    next: t(`chart.sent.next.${sent.state}`),
    reason: reason === '' ? '' : t('chart.sent.reason', { reason }),
    href: sentHref(context, sent),
  }
}

/** Its own page: that of what was sent together, or of the document that was filled. */
function sentHref({ here, may, url }: RecordContext, { kind, onsite_id: onsiteId, batch }: Submission) {
  if (kind === 'upload') {
    return batch !== null && may('documents:upload') ? url(here(`/documents/upload/${batch}`)) : undefined
  }
  return onsiteId !== null && may('documents:fill') ? url(here(`/documents/filled/${String(onsiteId)}`)) : undefined
}

function rowOf(context: RecordContext, document: ChartDocument, today: Day) {
  const { here, t, url } = context
  const [name, day] = [nameOf(document), dayText(context, document, today)]
  return {
    id: document.id,
    name,
    day,
    kind: kindText(context, document),
    href: url(here(`/documents/chart/${String(document.id)}`)),
    pick: t('chart.held.pick', { name, day }),
  }
}

/** GET …/documents/chart/:document */
export async function one(context: RecordContext): Promise<Answer> {
  const { here, show, t, url } = context
  const document = await released(context)
  if (!document) return show.notFound()
  const base = `/documents/chart/${String(document.id)}`
  const name = nameOf(document)
  const page = {
    name,
    backHref: url(here('/documents')),
    facts: [
      { term: t('chart.one.day'), text: dayText(context, document) },
      { term: t('chart.one.filed'), text: dayText(context, { day: undefined, filedAt: document.filedAt }) },
      { term: t('chart.one.category'), text: document.categories[0]?.name ?? t('chart.held.other') },
      { term: t('chart.one.what'), text: kindText(context, document) },
    ],
    fileHref: url(here(`${base}/file`)),
    pictureHref: isPicture(document) ? url(here(`${base}/picture`)) : undefined,
    pictureText: t('chart.one.picture', { name }),
  }
  return show.page('/documents/chart/one', page, { title: name })
}

async function released({ params, portal, scope }: RecordContext): Promise<ChartDocument | undefined> {
  return (await releasedAmong(portal, scope, [idIn(params['document'])]))[0]
}

/** GET …/documents/chart/:document/file */
export async function file(context: RecordContext): Promise<Answer> {
  const { actor, portal, show } = context
  const document = await released(context)
  if (!document) return show.notFound()
  const opened = await openChartDocument(portal, document)
  if (!opened.ok) return unreadable(context)
  await writeDownloadOf(portal, actor, { body: opened.body, document }, 'onsite-portal')
  const name = safeName(nameOf(document)) || String(document.id)
  return show.stream({ type: typeOf(document), name, body: opened.body, bytes: opened.bytes })
}

/** GET …/documents/chart/:document/picture */
export async function picture(context: RecordContext): Promise<Answer> {
  const { portal, show } = context
  const document = await released(context)
  if (!document || !isPicture(document)) return show.notFound()
  const opened = await openChartDocument(portal, document)
  if (!opened.ok) return unreadable(context)
  const { mediaType: type } = document
  return show.stream({ type, name: safeName(nameOf(document)), body: opened.body, bytes: opened.bytes, inline: true })
}

function unreadable({ show, t }: RecordContext): Answer {
  return show.problem(503, { what: t('chart.unreadable.what'), next: t('chart.unreadable.next') })
}

const ids = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => [value ?? []].flat().map(idIn))

const Chosen = z.object({ document: ids, all: z.string().optional() })

/** POST …/documents/archive: those that are chosen, or all. What is not shared is as if it were not there. */
export async function archive(context: RecordContext): Promise<Answer> {
  const { actor, form, portal, scope, show, t } = context
  const asked = form(Chosen)
  const chosen = asked.ok ? asked.value : { document: [], all: undefined }
  const found =
    chosen.all === undefined
      ? await releasedAmong(portal, scope, chosen.document.slice(0, DOCUMENTS_MOST))
      : await releasedDocuments(portal, scope)
  if (found.length === 0) return listPage(context, 'chart.zip.none')
  await writeArchiveAsked(portal, actor, found)
  const name = `${t('chart.zip.name')}-${dayOf(portal.clock.now())}.zip`
  const sending = (document: ChartDocument) => writeDownload(portal, actor, [document], 'onsite-portal')
  return show.stream({ type: 'application/zip', name, body: archiveOf(portal, found, t, sending) })
}
