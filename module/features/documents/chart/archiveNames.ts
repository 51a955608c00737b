import type { ChartDocument } from '../../../host/reads/chartDocuments.js'

const NAME_MOST = 120

/**
 * A name for each document in an archive: safe on every system, and no two alike even where capitals do not count. The
 * category is the folder.
 */
export function namesInArchive(documents: readonly Pick<ChartDocument, 'name' | 'categories' | 'id'>[]): string[] {
  const taken = new Set<string>()
  return documents.map((document) => {
    const folder = safeName(document.categories[0]?.name ?? '')
    const name = safeName(document.name) || `document-${String(document.id)}`
    const whole = distinct(folder === '' ? name : `${folder}/${name}`, taken)
    taken.add(folded(whole))
    return whole
  })
}

/** Without what leads elsewhere, what a system refuses, and what cannot be seen. '' where nothing is left. */
export function safeName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, '')
    .replace(/[/\\:*?"<>|]/g, '-')
    .trim()
    .replace(/^\.+/, '')
    .replace(/[. ]+$/, '')
  const short = shortened(plain)
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(short) ? `_${short}` : short
}

/** The ending of a name says what opens it, and stays. */
function shortened(name: string): string {
  const letters = Array.from(name)
  if (letters.length <= NAME_MOST) return name
  const [ending = ''] = /\.\w{1,10}$/.exec(name) ?? []
  return letters.slice(0, NAME_MOST - ending.length).join('') + ending
}

function distinct(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(folded(name))) return name
  const [ending = ''] = /\.\w{1,10}$/.exec(name) ?? []
  const stem = name.slice(0, name.length - ending.length)
  for (let number = 2; ; number += 1) {
    const next = `${stem} (${String(number)})${ending}`
    if (!taken.has(folded(next))) return next
  }
}

function folded(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}
