/** What staff are told of a document that they have just added: who reads it in the portal, and who is written to. */
import type { StaffContext } from '../../../web/routes.js'
import type { StaffsDocument } from './released.js'
import { readersAmong, type Letters } from './telling.js'

/** In the address of the page that comes next: `letters=2.1`. */
export function lettersQuery(letters: Letters | undefined): Record<string, string> {
  return letters ? { letters: `${String(letters.written)}.${String(letters.refused)}` } : {}
}

export function lettersIn({ query }: Pick<StaffContext, 'query'>): Letters | undefined {
  const [, written, refused] = /^(\d{1,2})\.(\d{1,2})$/.exec(query['letters'] ?? '') ?? []
  return written === undefined ? undefined : { written: Number(written), refused: Number(refused) }
}

/** By the rule that every page and file asks, now; a sentence each. */
export async function toldOfAdded(
  { portal, t }: StaffContext,
  pid: number,
  documents: readonly StaffsDocument[],
  letters: Letters | undefined,
): Promise<string[]> {
  if (documents.length === 0) return []
  const readers = (await readersAmong(portal.db, portal, pid, documents)).length
  const hidden = documents.filter((document) => document.hidden !== undefined).length
  const seen = hidden < documents.length
  return [
    ...(readers > 0 ? [t('chart.staff.sight.readers', { count: readers })] : []),
    ...(readers === 0 && seen ? [t('chart.staff.sight.nobody')] : []),
    ...(hidden > 0 ? [t(`chart.staff.sight.${seen ? 'some' : 'hidden'}`, { count: documents.length })] : []),
    ...(letters ? lettersText(t, letters) : []),
  ]
}

function lettersText(t: StaffContext['t'], { refused, written }: Letters): string[] {
  if (written + refused === 0) return [t('chart.staff.letters.none')]
  return [
    ...(written > 0 ? [t('chart.staff.letters.written', { count: written })] : []),
    ...(refused > 0 ? [t('chart.staff.letters.refused', { count: refused })] : []),
  ]
}
