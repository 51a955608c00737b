/** A PDF that a document asks to be read: its pages as pictures, and the file itself. As it was when it was begun. */
import { Readable } from 'node:stream'
import { PDF, type TemplateVersion } from '../../../host/templates.js'
import { pagePictures, PaperRefused } from '../../../platform/pdf/paper.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { callText, documentHref, found } from './found.js'
import { pinnedVersion } from './versions.js'

interface Read {
  id: number
  title: string
  version: TemplateVersion
}

/** Only what this document asks to be read. */
async function pdfIn(context: RecordContext): Promise<Read | undefined> {
  const { params, portal } = context
  const filling = await found(context)
  if (!filling) return undefined
  const template = Number(params['template'])
  const version = filling.pdfs.get(template)
  if (version === undefined) return undefined
  const asked = filling.fields.find(({ document }) => document?.id === template)?.document?.title
  const title = asked === undefined || asked === '' ? filling.document.title : asked
  return { id: filling.document.id, title, version: await pinnedVersion(portal.db, version) }
}

const PAGES_MOST = 40

/**
 * - unreadable: the host's own screens, or an earlier Foyer, took a file that is damaged or asks for a password
 * - failed: this time
 */
type NotShown = 'unreadable' | 'failed'

type Painted = { ok: true; pages: Buffer[]; count: number } | { ok: false; reason: NotShown }

async function painted({ portal }: RecordContext, { id, version }: Read, from: number, most: number): Promise<Painted> {
  try {
    return { ok: true, ...(await pagePictures(version.content, from, most)) }
  } catch (error) {
    portal.log.warn({ document: id, version: version.id, err: error }, 'a PDF that is to be read was not painted')
    return { ok: false, reason: error instanceof PaperRefused ? 'unreadable' : 'failed' }
  }
}

function whyText(context: RecordContext, reason: NotShown): string {
  return reason === 'unreadable' ? callText(context, 'filling.files.unreadable') : context.t('filling.files.failed')
}

/** GET …/files/:template */
export async function reading(context: RecordContext): Promise<Answer> {
  const { params, show, t } = context
  const read = await pdfIn(context)
  if (!read) return show.notFound()
  const counted = await painted(context, read, 0, 0)
  const count = counted.ok ? counted.count : 0
  const own = `/files/${params['template'] ?? ''}`
  const page = {
    title: read.title,
    pages: Array.from({ length: Math.min(count, PAGES_MOST) }, (_, at) => ({
      src: documentHref(context, read.id, `${own}/pages/${String(at + 1)}`),
      alt: t('filling.files.page', { number: at + 1, title: read.title }),
    })),
    notShown: counted.ok && count > 0 ? undefined : whyText(context, counted.ok ? 'unreadable' : counted.reason),
    more: count > PAGES_MOST,
    fileHref: documentHref(context, read.id, `${own}/file`),
    backHref: documentHref(context, read.id),
  }
  return show.page('/documents/filling/reading', page, { title: t('filling.files.title', { title: read.title }) })
}

/** GET …/files/:template/file */
export async function file(context: RecordContext): Promise<Answer> {
  const { show } = context
  const read = await pdfIn(context)
  if (!read) return show.notFound()
  const { content } = read.version
  return show.stream({ type: PDF, name: `${nameIn(read)}.pdf`, body: Readable.from([content]), bytes: content.length })
}

/** GET …/files/:template/pages/:page, counted from 1. 422 where it cannot be painted, 503 where not now. */
export async function picture(context: RecordContext): Promise<Answer> {
  const { params, show } = context
  const read = await pdfIn(context)
  const number = /^[1-9]\d?$/.test(params['page'] ?? '') ? Number(params['page']) : 0
  if (!read || number === 0 || number > PAGES_MOST) return show.notFound()
  const drawn = await painted(context, read, number - 1, 1)
  if (!drawn.ok) return notPainted(context, read, drawn.reason)
  const [page] = drawn.pages
  if (!page) return show.notFound()
  const name = `${nameIn(read)}-${String(number)}.png`
  return show.stream({ type: 'image/png', name, body: Readable.from([page]), bytes: page.length, inline: true })
}

/** In place of a picture: seen by whoever opens it by itself. */
function notPainted(context: RecordContext, { id }: Read, reason: NotShown): Answer {
  const { params, show, t } = context
  const own = `/files/${params['template'] ?? ''}`
  const words = {
    what: whyText(context, reason),
    actions: [
      { label: t('filling.pdf'), href: documentHref(context, id, `${own}/file`) },
      { label: t('filling.files.back'), href: documentHref(context, id) },
    ],
  }
  return reason === 'unreadable' ? show.problem(422, words) : show.problem(503, { ...words, retryAfter: 10 })
}

function nameIn({ title }: Read): string {
  return title.replace(/[^\p{L}\p{N} ._-]/gu, '_').slice(0, 100)
}
