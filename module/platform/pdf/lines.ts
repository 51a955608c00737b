/** From blocks to lines of known height, before anybody knows on which page they come. */
import type { Align, Block, Run, Style, TextBlock } from './blocks.js'
import { baseOf, directionOf, drawn, partsOf, runsLeft, visualOrder } from './bidi.js'
import { fontOf, type FontName, type Letters } from './fonts.js'

export type Atom =
  | { kind: 'text'; text: string; font: FontName; style: Style; width: number; gap: boolean }
  | { kind: 'picture'; bytes: Buffer; alt: string; width: number; height: number; gap: boolean }

export interface Line {
  /** x from the left of the column; widths in points. */
  atoms: readonly (Atom & { x: number })[]
  /** Before this line, where it is not the first of its page. */
  space: number
  above: number
  below: number
}

export interface Measure {
  doc: PDFKit.PDFDocument
  letters: Letters
  /** In the place of a picture that cannot be shown. */
  unknownPicture: string
}

const LEADING = 1.42

/** The lines of a paragraph within so many points. */
export function linesOf(measure: Measure, block: TextBlock, width: number, space: number): Line[] {
  const inner = Math.max(24, width - block.indent)
  const rows = rowsOf(atomsOf(measure, block.runs, inner), inner)
  const base = baseOf(block.runs.map((run) => (run.kind === 'text' ? run.text : ' ')).join(''))
  return rows.map((atoms, at) => {
    // What begins at the right is indented there.
    const line = placed(inOrder(atoms, base), base === 'R' ? 0 : block.indent, inner, alignOf(block.align, base))
    const marker = at === 0 && block.marker !== undefined ? [markerOf(measure, block, base, inner)] : []
    const marked = [...marker, ...line]
    return { atoms: marked, space: at === 0 ? space : 0, ...heightOf(line, block) }
  })
}

/** Every line of a cell: tables inside of it are told row by row. */
export function flatLines(measure: Measure, blocks: readonly Block[], width: number): Line[] {
  return blocks.flatMap((block, at): Line[] => {
    switch (block.kind) {
      case 'text':
        return linesOf(measure, block, width, at === 0 ? 0 : 4)
      case 'table':
        return block.rows.flatMap((row) => row.cells.flatMap((cell) => flatLines(measure, cell.blocks, width)))
      case 'rule':
      case 'page':
        return []
    }
  })
}

function alignOf(align: Align, base: 'R' | 'L'): Align {
  return base === 'R' && align === 'left' ? 'right' : align
}

/** As it stands on paper: a line in which nothing runs to the left stays as it is. */
function inOrder(atoms: readonly Atom[], base: 'R' | 'L'): Atom[] {
  if (base === 'L' && !atoms.some((atom) => atom.kind === 'text' && runsLeft(atom.text))) return [...atoms]
  // The space before a word stands between the two, wherever that is.
  const parts = atoms.flatMap((atom) => (atom.gap ? [{ gap: gapOf(atom) }, { atom }] : [{ atom }]))
  const directions = parts.map((part) =>
    'atom' in part && part.atom.kind === 'text' ? directionOf(part.atom.text) : ('O' as const),
  )
  const found: Atom[] = []
  let gap = false
  for (const { at, leftward } of visualOrder(directions, base)) {
    const part = parts[at]
    if (part === undefined) continue
    if (!('atom' in part)) gap = true
    else {
      const { atom } = part
      found.push(atom.kind === 'text' ? { ...atom, text: drawn(atom.text, leftward), gap } : { ...atom, gap })
      gap = false
    }
  }
  return found
}

type Piece = Atom | { kind: 'break' }

function atomsOf(measure: Measure, runs: readonly Run[], width: number): Piece[] {
  const pieces: Piece[] = []
  // White space ends a word, within a run and between two.
  let gap = false
  const mixed = runs.some((run) => run.kind === 'text' && runsLeft(run.text))
  for (const run of runs) {
    if (run.kind === 'break') {
      pieces.push({ kind: 'break' })
      gap = false
    } else if (run.kind === 'picture') {
      pieces.push(pictureAtom(measure, run, width, gap))
      gap = false
    } else {
      const lines = run.verbatim ? run.text.replace(/\r\n?/g, '\n').split('\n') : [run.text]
      lines.forEach((text, at) => {
        if (at > 0) {
          pieces.push({ kind: 'break' })
          gap = false
        }
        for (const part of text.split(/([ \t\n\r\f]+)/)) {
          if (part === '') continue
          if (/^[ \t\n\r\f]/.test(part) && !(run.verbatim && part.length > 1)) gap = true
          else {
            // Where anything runs to the left, a word is several where its direction changes.
            const words = mixed ? partsOf(part) : [part]
            pieces.push(...words.flatMap((word, n) => wordAtoms(measure, word, run.style, width, gap && n === 0)))
            gap = false
          }
        }
      })
    }
  }
  return pieces
}

function wordAtoms(measure: Measure, word: string, style: Style, width: number, gap: boolean): Atom[] {
  // The slanted fonts have no letters of these scripts.
  const font = fontOf(runsLeft(word) ? { ...style, italic: false } : style)
  const text = measure.letters.shown(word, font)
  if (text === '') return []
  const whole = widthOf(measure, text, font, style.size)
  if (whole <= width) return [{ kind: 'text', text, font, style, width: whole, gap }]
  // A word longer than the line is broken where it ends.
  const atoms: Atom[] = []
  let part = ''
  let long = 0
  for (const letter of text) {
    const next = widthOf(measure, letter, font, style.size)
    if (part !== '' && long + next > width) {
      atoms.push({ kind: 'text', text: part, font, style, width: long, gap: atoms.length === 0 && gap })
      part = ''
      long = 0
    }
    part += letter
    long += next
  }
  atoms.push({ kind: 'text', text: part, font, style, width: long, gap: atoms.length === 0 && gap })
  return atoms
}

const widths = new Map<string, number>()
const WIDTHS_MOST = 50_000

function widthOf({ doc }: Measure, text: string, font: FontName, size: number): number {
  const key = `${font} ${text}`
  let unit = widths.get(key)
  if (unit === undefined) {
    if (widths.size > WIDTHS_MOST) widths.clear()
    unit = doc.font(font).fontSize(100).widthOfString(text) / 100
    widths.set(key, unit)
  }
  return unit * size
}

interface OpenedPicture {
  width: number
  height: number
}

/** More than this is no picture of a signature or a form, but a way to fill the memory. */
const PIXELS_MOST = 30_000_000

function pictureAtom(
  measure: Measure,
  { alt, bytes, height, width }: Extract<Run, { kind: 'picture' }>,
  most: number,
  gap: boolean,
): Atom {
  const opened = openedPicture(measure, bytes)
  if (!opened) {
    const text = measure.letters.shown(`[${alt || measure.unknownPicture}]`, 'Sans-Oblique')
    const style = { bold: false, italic: true, underline: false, strike: false, mono: false, size: 10, rise: 0 }
    return { kind: 'text', text, font: 'Sans-Oblique', style, width: widthOf(measure, text, 'Sans-Oblique', 10), gap }
  }
  const ratio = opened.height / opened.width
  const wanted = width ?? (height === undefined ? opened.width * 0.75 : height / ratio)
  const shown = Math.min(wanted, most, PICTURE_HEIGHT / ratio)
  return { kind: 'picture', bytes, alt, width: shown, height: shown * ratio, gap }
}

const PICTURE_HEIGHT = 600

/** pdfkit's types leave this out. */
interface Opener {
  openImage(bytes: Buffer): OpenedPicture
}

function openedPicture({ doc }: Measure, bytes: Buffer): OpenedPicture | undefined {
  if (bytes.length === 0 || tooLarge(bytes)) return undefined
  try {
    const opened = (doc as unknown as Opener).openImage(bytes)
    return opened.width > 0 && opened.height > 0 ? opened : undefined
  } catch {
    return undefined
  }
}

/** Of a PNG, before it is unpacked. */
function tooLarge(bytes: Buffer): boolean {
  if (bytes.length < 24 || bytes.readUInt32BE(0) !== 0x89504e47) return false
  return bytes.readUInt32BE(16) * bytes.readUInt32BE(20) > PIXELS_MOST
}

const SPACE = 0.32

function rowsOf(pieces: readonly Piece[], width: number): Atom[][] {
  const rows: Atom[][] = [[]]
  let used = 0
  for (const piece of pieces) {
    if (piece.kind === 'break') {
      rows.push([])
      used = 0
      continue
    }
    const row = rows.at(-1) ?? []
    const gap = row.length > 0 && piece.gap ? gapOf(piece) : 0
    // Only between words: a word in two styles stays together unless it alone is too long.
    if (row.length > 0 && used + gap + piece.width > width + 0.01) {
      rows.push([{ ...piece, gap: false }])
      used = piece.width
    } else {
      row.push(row.length === 0 ? { ...piece, gap: false } : piece)
      used += gap + piece.width
    }
  }
  if (rows.length > 1 && rows.at(-1)?.length === 0) rows.pop()
  return rows
}

function gapOf(atom: Atom): number {
  return (atom.kind === 'text' ? atom.style.size : 11) * SPACE
}

function placed(atoms: readonly Atom[], indent: number, width: number, align: Align): (Atom & { x: number })[] {
  const whole = atoms.reduce((sum, atom) => sum + atom.width + (atom.gap ? gapOf(atom) : 0), 0)
  const free = Math.max(0, width - whole)
  let x = indent + (align === 'left' ? 0 : align === 'center' ? free / 2 : free)
  return atoms.map((atom) => {
    if (atom.gap) x += gapOf(atom)
    const at = { ...atom, x }
    x += atom.width
    return at
  })
}

function markerOf(
  measure: Measure,
  { indent, marker = '', runs }: TextBlock,
  base: 'R' | 'L',
  inner: number,
): Atom & { x: number } {
  const first = runs.find((run) => run.kind === 'text')
  const style = first?.kind === 'text' ? first.style : undefined
  const size = style?.size ?? 11
  const width = widthOf(measure, marker, 'Sans', size)
  const plain = { bold: false, italic: false, underline: false, strike: false, mono: false, size, rise: 0 }
  return {
    kind: 'text',
    text: marker,
    font: 'Sans',
    style: plain,
    width,
    gap: false,
    x: base === 'R' ? inner + 5 : indent - width - 5,
  }
}

function heightOf(atoms: readonly Atom[], block: TextBlock): { above: number; below: number } {
  const own = block.runs.find((run) => run.kind === 'text')
  const least = own?.kind === 'text' ? own.style.size : 11
  const sizes = atoms.map((atom) => (atom.kind === 'text' ? atom.style.size * (1 + Math.abs(atom.style.rise)) : 0))
  const tallest = Math.max(atoms.length === 0 ? least : 0, ...sizes)
  const pictures = atoms.map((atom) => (atom.kind === 'picture' ? atom.height : 0))
  return { above: Math.max(tallest * 1.05, ...pictures), below: tallest === 0 ? 3 : tallest * (LEADING - 1.05) }
}
