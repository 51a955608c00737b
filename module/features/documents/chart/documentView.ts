/** A document of the chart as every page writes it. */
import type { ChartDocument } from '../../../host/reads/chartDocuments.js'
import { day as dayOf, isDay, type Day } from '../../../platform/clock.js'
import type { RequestContext } from '../../../web/routes.js'
import { writeSize } from '../../../web/numbers.js'
import { writeShortDay } from '../../../web/times.js'

type Reader = Pick<RequestContext, 't' | 'language' | 'portal'>

export function nameOf({ name, id }: Pick<ChartDocument, 'name' | 'id'>): string {
  return name.trim() === '' ? String(id) : name
}

/** The day that it is of, else the one on which it came. `today`: given by lists, which ask for the time once. */
export function dayText(
  { language, portal }: Reader,
  { day, filedAt }: Pick<ChartDocument, 'day' | 'filedAt'>,
  today: Day = dayOf(portal.clock.now()),
): string {
  const shown = isDay(day) ? day : filedAt.slice(0, 10)
  return isDay(shown) ? writeShortDay(shown, language, today) : ''
}

/** By category in the order in which each has its newest, and in it the newest first. */
export function byCategory(
  { t }: Pick<Reader, 't'>,
  documents: readonly ChartDocument[],
): { name: string; documents: ChartDocument[] }[] {
  const groups = new Map<string, ChartDocument[]>()
  for (const document of documents) {
    const name = document.categories[0]?.name ?? t('chart.held.other')
    groups.set(name, [...(groups.get(name) ?? []), document])
  }
  return [...groups].map(([name, those]) => ({ name, documents: those }))
}

/** "PDF, 120 kB" */
export function kindText(
  { t, language }: Reader,
  { mediaType, bytes }: Pick<ChartDocument, 'mediaType' | 'bytes'>,
): string {
  return `${t(`chart.kind.${kindOf(mediaType)}`)}, ${writeSize(bytes, language)}`
}

function kindOf(mediaType: string): 'pdf' | 'image' | 'text' | 'other' {
  if (mediaType === 'application/pdf') return 'pdf'
  if (mediaType.startsWith('image/')) return 'image'
  return mediaType.startsWith('text/') ? 'text' : 'other'
}

/** Pictures are shown in their page; nothing else is, and never what a browser would run. */
export function isPicture({ mediaType }: Pick<ChartDocument, 'mediaType'>): boolean {
  return mediaType === 'image/png' || mediaType === 'image/jpeg'
}

/** As the chart says, where that can be one: for a download, never to be opened in place. */
export function typeOf({ mediaType }: Pick<ChartDocument, 'mediaType'>): string {
  return /^[\w.+-]+\/[\w.+-]+$/.test(mediaType) ? mediaType : 'application/octet-stream'
}

/** The number that an address names. */
export function idIn(text: string | undefined): number {
  return Number(/^[1-9]\d{0,9}$/.exec(text ?? '')?.[0] ?? 0)
}
