/**
 * Several documents as one archive, made while it is sent: one file after the other is opened, checked and read, so that
 * two hundred take no more memory than one. A file that cannot be read is named in the archive and stops no other.
 */
import { once } from 'node:events'
import { PassThrough, type Readable } from 'node:stream'
import { DateTime } from 'luxon'
import { ZipFile } from 'yazl'
import type { Portal } from '../../../access/portal.js'
import { openChartDocument } from '../../../host/documents/opening.js'
import type { ChartDocument } from '../../../host/reads/chartDocuments.js'
import type { Translate } from '../../../platform/i18n.js'
import { namesInArchive } from './archiveNames.js'

/**
 * The archive's bytes. Destroying it stops the work. `sending`: told of each document before its first byte goes in; where
 * it throws, the archive breaks off there.
 */
export function archiveOf(
  portal: Portal,
  documents: readonly ChartDocument[],
  t: Translate,
  sending: (document: ChartDocument) => Promise<void>,
): Readable {
  const archive = new ZipFile()
  const out = new PassThrough()
  archive.outputStream.pipe(out)
  archive.on('error', (error) => out.destroy(error as Error))
  const work: Work = { archive, out, sending, reading: undefined }
  // Whoever waits for it has gone: nothing more is read.
  out.once('close', () => work.reading?.destroy())
  // It may break before anybody listens: whoever reads it then finds it closed.
  out.on('error', () => undefined)
  fill(portal, work, documents, t).catch((error: unknown) => out.destroy(error as Error))
  return out
}

interface Work {
  archive: ZipFile
  out: PassThrough
  sending: (document: ChartDocument) => Promise<void>
  reading: Readable | undefined
}

async function fill(portal: Portal, work: Work, documents: readonly ChartDocument[], t: Translate): Promise<void> {
  const left: string[] = []
  const names = namesInArchive(documents)
  for (const [at, document] of documents.entries()) {
    if (work.out.destroyed) return
    const name = names[at] ?? String(document.id)
    if (!(await add(portal, work, document, name))) left.push(name)
  }
  if (left.length > 0) {
    const text = [t('chart.zip.missing'), '', ...left, ''].join('\r\n')
    const mtime = portal.clock.now().toJSDate()
    work.archive.addBuffer(Buffer.from(text), t('chart.zip.missingName'), { mtime })
  }
  work.archive.end()
}

/** Waits until it is in the archive, so that only one file is open at a time. False: it cannot be read. */
async function add(portal: Portal, work: Work, document: ChartDocument, name: string): Promise<boolean> {
  const opened = await openChartDocument(portal, document)
  if (!opened.ok) {
    portal.log.warn({ document: document.id, reason: opened.reason }, 'a document of the chart cannot be read')
    return false
  }
  const { body, bytes } = opened
  // Nobody waits any longer, and nobody else would close it.
  if (!(await isAwaited(work, document, body))) return true
  work.reading = body
  const over = once(body, 'close')
  // Pictures and documents are compressed as they are: once more would take long and save nothing.
  const compress = document.mediaType.startsWith('text/')
  // The archive keeps what it was given until its end: not the file, which still holds its last piece.
  let file: Readable | undefined = body
  work.archive.addReadStreamLazy(name, { mtime: filedAt(document, portal), size: bytes, compress }, (give) => {
    if (file) give(null, file)
    file = undefined
  })
  await over
  return true
}

/** Whether somebody takes it, who is written down then; else its file is closed. */
async function isAwaited({ out, sending }: Work, document: ChartDocument, body: Readable): Promise<boolean> {
  try {
    if (!out.destroyed) await sending(document)
  } catch (error) {
    body.destroy()
    throw error
  }
  if (out.destroyed) body.destroy()
  return !out.destroyed
}

/** Before 1980 an archive knows no time. */
function filedAt({ filedAt: at }: ChartDocument, { clock }: Portal): Date {
  const there = DateTime.fromSQL(at, { zone: clock.zone })
  return there.isValid && there.year >= 1980 ? there.toJSDate() : clock.now().toJSDate()
}
