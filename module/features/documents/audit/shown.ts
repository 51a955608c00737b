/** The very bytes that will be filed, as staff look at them: pages as pictures, text as text, part by part. */
import type { StoredFile } from '../../../access/storedFiles.js'
import { pagePictures, PaperRefused } from '../../../platform/pdf/paper.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Submission } from '../submissions.js'
import { isScanned } from './filing.js'
import { paintedSoon } from './painting.js'
import { isText, textPart } from './shownText.js'

/** Pictures on one page; of more there are further pages. */
const PAGES_MOST = 40

/** Seen without a program of the browser's; what can be shown as neither is downloaded. `?page=2` shows what follows. */
export async function shownView(context: StaffContext, row: Submission, file: StoredFile, base: string) {
  const { t, url } = context
  const downloadHref = url(`${base}/file`)
  const nothing = { pages: [], text: undefined, more: undefined, downloadHref }
  // What the scan objects to is not opened here either.
  if (!isScanned(row)) return { ...nothing, downloadHref: undefined, none: t('audit.notOpened') }
  if (isText(file)) return { ...nothing, ...(await textView(context, file, base)), none: undefined }
  const { count, why } = await pagesOf(context, file)
  if (count === 0) return { ...nothing, none: why }
  const part = partAsked(context, Math.ceil(count / PAGES_MOST))
  const from = (part - 1) * PAGES_MOST
  const until = Math.min(from + PAGES_MOST, count)
  const pages = Array.from({ length: until - from }, (_each, at) => ({
    src: url(`${base}/pages/${String(from + at + 1)}?sha256=${file.sha256}`),
    alt: t('audit.page', { n: from + at + 1, m: count }),
  }))
  const summary = t('audit.shown.pages', { from: from + 1, until, count })
  return {
    ...nothing,
    pages,
    more: partsView(context, base, part, Math.ceil(count / PAGES_MOST), summary),
    none: undefined,
  }
}

function partAsked({ query }: StaffContext, last: number): number {
  return Math.min(Number(/^[1-9]\d{0,6}$/.exec(query['page'] ?? '')?.[0] ?? 1), Math.max(last, 1))
}

/** The way to what stands before and after; undefined: all of it is here. */
function partsView({ t, url }: StaffContext, base: string, part: number, last: number, summary: string) {
  if (last <= 1) return undefined
  const href = (to: number) => `${url(base)}?page=${String(to)}#bytes`
  return {
    ...{ label: t('audit.shown.parts'), summary, pages: [] },
    previousHref: part > 1 ? href(part - 1) : undefined,
    nextHref: part < last ? href(part + 1) : undefined,
  }
}

async function textView(context: StaffContext, file: StoredFile, base: string) {
  const { portal, t } = context
  const asked = partAsked(context, Number.MAX_SAFE_INTEGER)
  const { encoding, last, lines, part } = await textPart(portal.files, file, asked)
  const summary = t('audit.shown.part', { n: part, m: last })
  return {
    text: { lines, how: t('audit.shown.text', { encoding }) },
    more: partsView(context, base, part, last, summary),
  }
}

/** None, and why, where it cannot be painted. */
async function pagesOf({ portal, t }: StaffContext, file: StoredFile): Promise<{ count: number; why: string }> {
  const notShown = t('audit.notPainted', { type: file.mediaType })
  if (isPicture(file)) {
    const picture = await paintedSoon(portal, file)
    // Not ready yet: the browser waits for it.
    if (picture?.ok !== false) return { count: 1, why: '' }
    return { count: 0, why: t(`audit.notPainted.${picture.reason}`) }
  }
  if (!isPdf(file)) return { count: 0, why: notShown }
  try {
    return { count: (await pagePictures(await portal.files.read(file.key), 0, 0)).count, why: notShown }
  } catch (error) {
    // Says it is a PDF, and is none that can be opened, or asks for a password.
    portal.log.warn({ file: file.id, bytes: file.bytes, err: error }, 'the pages of a PDF were not counted')
    return { count: 0, why: error instanceof PaperRefused ? notShown : t('audit.notPainted.failed') }
  }
}

const PAINTED_BYTES = 60_000_000

export function isPdf({ bytes, mediaType }: Pick<StoredFile, 'bytes' | 'mediaType'>): boolean {
  return mediaType === 'application/pdf' && bytes <= PAINTED_BYTES
}

export function isPicture({ bytes, mediaType }: Pick<StoredFile, 'bytes' | 'mediaType'>): boolean {
  return (
    ['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/tiff'].includes(mediaType) && bytes <= PAINTED_BYTES
  )
}
