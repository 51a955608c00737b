/** A queue that is longer than a page: from which row on it is shown, and the way to the rows before and after. */
import type { Utc } from '../platform/clock.js'
import type { StaffContext } from './routes.js'

export type Side = 'before' | 'after'

/** `2026-11-23 13:00:00.000` in digits, as an address carries it. */
export function digitsOf(at: Utc): string {
  return at.replace(/\D/g, '').padEnd(17, '0')
}

/** Undefined: no such instant. */
export function instantOf(digits: string): Utc | undefined {
  const [, y, mo, d, h, mi, s, ms] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(digits) ?? []
  if (ms === undefined) return undefined
  const at = `${y ?? ''}-${mo ?? ''}-${d ?? ''} ${h ?? ''}:${mi ?? ''}:${s ?? ''}.${ms}`
  return Number.isNaN(Date.parse(`${at}Z`)) ? undefined : at
}

/** What the address asks for; the first of the two sides that says a place. */
export function placeAsked<At extends object>(
  { query }: Pick<StaffContext, 'query'>,
  read: (text: string) => At | undefined,
): (At & { side: Side }) | undefined {
  for (const side of ['after', 'before'] as const) {
    const at = read(query[side] ?? '')
    if (at) return { ...at, side }
  }
  return undefined
}

/** The rows of a page, of one more than a page that were read to know whether there are more. */
export function rowsOfPage<Row>(read: readonly Row[], most: number, side: Side | undefined): readonly Row[] {
  return side === 'before' ? read.slice(-most) : read.slice(0, most)
}

/** View: /partials/pagination. `words`: `….pages`, `….pages.shown` and `….pages.more`. Undefined: all are shown. */
export function queuePages<Row>(
  { t }: Pick<StaffContext, 't'>,
  words: string,
  { read, rows, side }: { read: readonly Row[]; rows: readonly Row[]; side: Side | undefined },
  hrefOf: (side: Side, row: Row) => string,
) {
  const more = read.length > rows.length
  const [first, last] = [rows[0], rows.at(-1)]
  if (!first || !last || (!more && side === undefined)) return undefined
  const goesOn = side === 'before' || more
  return {
    ...{ label: t(`${words}.pages`), pages: [] },
    summary: t(`${words}.pages.${goesOn ? 'more' : 'shown'}`, { count: rows.length }),
    previousHref: (side === 'before' ? more : side !== undefined) ? hrefOf('before', first) : undefined,
    nextHref: goesOn ? hrefOf('after', last) : undefined,
  }
}
