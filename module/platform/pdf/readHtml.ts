/** From HTML to blocks: what is not known is passed through as the text in it, never dropped. */
import { parseDocument } from 'htmlparser2'
import type { Align, Block, Run, Style, TableCell, TableRow, Tag } from './blocks.js'

// Structural, since the parser's nodes come from a package of their own.
interface Node {
  type: string
  name?: string
  data?: string
  attribs?: Record<string, string>
  children?: Node[]
}

const BODY = 11
const INDENT = 22
const plain: Style = {
  ...{ bold: false, italic: false, underline: false, strike: false, mono: false },
  ...{ size: BODY, rise: 0 },
}
const sizes: Record<string, number> = { h1: 19, h2: 16, h3: 14, h4: 12.5, h5: 11.5, h6: 11 }

/** Where a node stands: what it inherits. */
interface Place {
  style: Style
  align: Align
  indent: number
  verbatim: boolean
  tag: Tag
}

/** Deeper than any document: what is nested further is taken as it comes, so that nothing overflows. */
const DEPTH = 60

export function blocksOf(html: string): Block[] {
  const paper = new Paper()
  const place: Place = { style: plain, align: 'left', indent: 0, verbatim: false, tag: 'P' }
  walkAll(paper, parseDocument(html).children, place, 0)
  return paper.finished()
}

/** Collects runs until a block ends. */
class Paper {
  private readonly blocks: Block[] = []
  private runs: Run[] = []
  private place: Place | undefined
  /** Of the list item that has begun and has no text yet. */
  marker: string | undefined

  add(run: Run, place: Place): void {
    if (run.kind === 'text' && !run.verbatim && run.text.trim() === '' && this.runs.length === 0) return
    this.place ??= place
    this.runs.push(run)
  }

  /** A list item has begun and has no text yet. */
  waits(): boolean {
    return this.marker !== undefined
  }

  block(block: Block): void {
    this.end()
    this.blocks.push(block)
  }

  end(): void {
    if (this.runs.length > 0 && this.place) {
      const { align, indent, tag } = this.place
      this.blocks.push({ kind: 'text', tag, runs: this.runs, align, indent, marker: this.marker })
      this.marker = undefined
    }
    this.runs = []
    this.place = undefined
  }

  finished(): Block[] {
    this.end()
    return this.blocks
  }
}

const blockNames = new Set(
  `address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form header
   html legend li main nav ol p pre section summary table tbody td tfoot th thead tr ul`.split(/\s+/),
)
const silent = new Set(['script', 'style', 'head', 'title', 'template', 'noscript'])

function walkAll(paper: Paper, nodes: readonly Node[], place: Place, depth: number): void {
  for (const node of nodes) walk(paper, node, place, depth)
}

function walk(paper: Paper, node: Node, place: Place, depth: number): void {
  if (node.type === 'text') {
    paper.add({ kind: 'text', text: node.data ?? '', style: place.style, verbatim: place.verbatim }, place)
    return
  }
  const name = node.name?.toLowerCase() ?? ''
  const children = node.children ?? []
  if (silent.has(name) || (name === '' && node.type !== 'root')) return
  if (depth > DEPTH) {
    paper.add({ kind: 'text', text: textOf(node), style: place.style, verbatim: false }, place)
    return
  }
  const inside = { ...styled(place, name, node), align: alignOf(node) ?? place.align }
  if (breaks(node, 'before')) paper.block({ kind: 'page' })
  if (name in sizes) heading(paper, name, children, inside, depth)
  else if (name === 'br') paper.add({ kind: 'break' }, place)
  else if (name === 'hr') paper.block({ kind: 'rule' })
  else if (name === 'pagebreak' || name === 'formfeed') paper.block({ kind: 'page' })
  else if (name === 'img') paper.add(pictureOf(node), place)
  else if (name === 'ul' || name === 'ol') list(paper, node, inside, depth)
  else if (name === 'table') paper.block(tableOf(node, inside, depth))
  else if (name in controls) paper.add({ kind: 'text', text: shownOf(node), style: place.style, verbatim: true }, place)
  else if (blockNames.has(name)) {
    paper.end()
    const indent = name === 'blockquote' || name === 'dd' ? inside.indent + INDENT : inside.indent
    walkAll(paper, children, { ...inside, indent, verbatim: inside.verbatim || name === 'pre' }, depth + 1)
    paper.end()
  } else walkAll(paper, children, inside, depth + 1)
  if (breaks(node, 'after')) paper.block({ kind: 'page' })
}

function heading(paper: Paper, name: string, children: readonly Node[], place: Place, depth: number): void {
  paper.end()
  const style = { ...place.style, bold: true, size: sizes[name] ?? BODY }
  walkAll(paper, children, { ...place, style, tag: name.toUpperCase() as Tag }, depth + 1)
  paper.end()
}

function list(paper: Paper, node: Node, place: Place, depth: number): void {
  paper.end()
  const first = Number.parseInt(node.attribs?.['start'] ?? '1', 10)
  let number = Number.isNaN(first) ? 1 : first
  for (const item of node.children ?? []) {
    if (item.name?.toLowerCase() === 'li') {
      paper.end()
      paper.marker = node.name?.toLowerCase() === 'ol' ? `${String(number)}.` : '•'
      number += 1
      walk(paper, item, { ...place, indent: place.indent + INDENT }, depth + 1)
      // An empty item has its number all the same.
      if (paper.waits()) {
        paper.add(
          { kind: 'text', text: ' ', style: place.style, verbatim: true },
          { ...place, indent: place.indent + INDENT },
        )
      }
      paper.end()
    } else walk(paper, item, { ...place, indent: place.indent + INDENT }, depth + 1)
  }
}

const inlineStyles: Record<string, Partial<Style>> = {
  ...{ b: { bold: true }, strong: { bold: true }, th: { bold: true }, dt: { bold: true }, legend: { bold: true } },
  ...{ i: { italic: true }, em: { italic: true }, cite: { italic: true }, address: { italic: true } },
  ...{ u: { underline: true }, ins: { underline: true } },
  ...{ s: { strike: true }, strike: { strike: true }, del: { strike: true } },
  ...{ code: { mono: true }, kbd: { mono: true }, tt: { mono: true }, samp: { mono: true }, pre: { mono: true } },
}

function styled(place: Place, name: string, node: Node): Place {
  const style = { ...place.style, ...inlineStyles[name] }
  if (name === 'small') style.size = Math.max(8, style.size * 0.85)
  if (name === 'big') style.size *= 1.2
  if (name === 'sup' || name === 'sub') {
    style.rise = name === 'sup' ? 0.35 : -0.15
    style.size *= 0.7
  }
  const css = node.attribs?.['style'] ?? ''
  if (/font-weight:\s*(bold|[6-9]00)/i.test(css)) style.bold = true
  if (/font-style:\s*italic/i.test(css)) style.italic = true
  if (/text-decoration[^;]*underline/i.test(css)) style.underline = true
  return { ...place, style }
}

function alignOf(node: Node): Align | undefined {
  const css = /text-align:\s*(left|center|right)/i.exec(node.attribs?.['style'] ?? '')?.[1]
  const said = (css ?? node.attribs?.['align'] ?? (node.name === 'center' ? 'center' : '')).toLowerCase()
  return said === 'left' || said === 'center' || said === 'right' ? said : undefined
}

function breaks({ attribs }: Node, where: 'before' | 'after'): boolean {
  const css = attribs?.['style'] ?? ''
  return where === 'before'
    ? /(page-)?break-before:\s*(always|page)/i.test(css) || /\bpage-break\b/.test(attribs?.['class'] ?? '')
    : /(page-)?break-after:\s*(always|page)/i.test(css)
}

/** Only what the document itself carries: nothing is fetched. */
function pictureOf(node: Node): Run {
  const [, data = ''] =
    /^data:image\/(?:png|jpeg|jpg);base64,([a-z0-9+/=\s]*)$/i.exec(node.attribs?.['src']?.trim() ?? '') ?? []
  return {
    kind: 'picture',
    bytes: Buffer.from(data, 'base64'),
    alt: node.attribs?.['alt'] ?? '',
    width: pointsOf(node, 'width'),
    height: pointsOf(node, 'height'),
  }
}

/** CSS pixels are 1/96 inch, points 1/72. */
function pointsOf(node: Node, side: 'width' | 'height'): number | undefined {
  const css = new RegExp(`(?:^|[;\\s])${side}:\\s*([\\d.]+)px`, 'i').exec(node.attribs?.['style'] ?? '')?.[1]
  const pixels = Number.parseFloat(css ?? /^[\d.]+(px)?$/.exec(node.attribs?.[side] ?? '')?.[0] ?? '')
  return pixels > 0 ? pixels * 0.75 : undefined
}

/** Fields that were left in: what stands in them is shown. */
const controls: Record<string, true> = { input: true, textarea: true, select: true }

function shownOf(node: Node): string {
  const { attribs = {}, children = [], name } = node
  if (name === 'textarea') return textOf(node)
  if (name === 'select') {
    const options = children
      .flatMap((child) => [child, ...(child.children ?? [])])
      .filter((each) => each.name === 'option')
    return options
      .filter((each) => 'selected' in (each.attribs ?? {}))
      .map(textOf)
      .join(', ')
  }
  if (attribs['type'] === 'hidden') return ''
  if (attribs['type'] === 'checkbox' || attribs['type'] === 'radio') return 'checked' in attribs ? '☑ ' : '☐ '
  return attribs['value'] ?? ''
}

function textOf(node: Node): string {
  if (node.type === 'text') return node.data ?? ''
  // Iteratively: what was nested too deep to walk comes here.
  const parts: string[] = []
  const left = [...(node.children ?? [])].reverse()
  for (let next = left.pop(); next; next = left.pop()) {
    if (next.type === 'text') parts.push(next.data ?? '')
    if (!silent.has(next.name ?? '')) for (const child of [...(next.children ?? [])].reverse()) left.push(child)
  }
  return parts.join('')
}

function tableOf(node: Node, place: Place, depth: number): Block {
  const rows: TableRow[] = []
  const gather = (from: Node, head: boolean, down: number): void => {
    for (const child of from.children ?? []) {
      const name = child.name?.toLowerCase() ?? ''
      if (name === 'tr') rows.push({ head, cells: cellsOf(child, place, depth) })
      else if (down < DEPTH && ['thead', 'tbody', 'tfoot', 'form'].includes(name))
        gather(child, head || name === 'thead', down + 1)
      else if (child.type !== 'text' || (child.data ?? '').trim() !== '') {
        rows.push({
          head: false,
          cells: [cellOf({ type: 'tag', name: 'caption', children: [child] }, place, depth, 100)],
        })
      }
    }
  }
  gather(node, false, 0)
  return { kind: 'table', rows: rows.filter(({ cells }) => cells.length > 0), indent: place.indent }
}

function cellsOf(row: Node, place: Place, depth: number): TableCell[] {
  return (row.children ?? [])
    .filter((child) => child.type !== 'text' || (child.data ?? '').trim() !== '')
    .filter((child) => child.type !== 'comment')
    .map((child) => cellOf(child, place, depth, spanOf(child, 'colspan')))
}

function cellOf(cell: Node, place: Place, depth: number, columns: number): TableCell {
  const paper = new Paper()
  walk(paper, cell, { ...place, indent: 0, tag: 'P' }, depth + 1)
  return { blocks: paper.finished(), heading: cell.name === 'th', columns, rows: spanOf(cell, 'rowspan') }
}

function spanOf({ attribs }: Node, name: 'colspan' | 'rowspan'): number {
  const said = Number.parseInt(attribs?.[name] ?? '1', 10)
  return said >= 1 && said <= 100 ? said : 1
}
