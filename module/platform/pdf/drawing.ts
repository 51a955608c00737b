/** Puts lines on pages, with the head, the foot, and tags for who listens to a page instead of seeing it. */
import PDFDocument from 'pdfkit'
import { collected } from './collected.js'
import type { Block, PdfInput, Style, TableRow, Tag } from './blocks.js'
import { Letters, registerFonts } from './fonts.js'
import { gridOf, type GridCell } from './grid.js'
import { linesOf, type Line, type Measure } from './lines.js'
import { blocksOf } from './readHtml.js'

const [WIDTH, HEIGHT] = [612, 792] // US Letter, as the host prints
const MARGIN = 56
const FOOT_LINE = 11
const COLUMN = WIDTH - 2 * MARGIN
const PADDING = 5
const INK: [number, number, number] = [26, 38, 41]
const RULE: [number, number, number] = [154, 166, 169]

/** The bytes of a PDF/1.7 with tags. Equal input gives equal bytes. */
export async function drawPdf(input: PdfInput): Promise<Buffer> {
  const doc = new PDFDocument({
    ...{ size: [WIDTH, HEIGHT], margin: 0, bufferPages: true, autoFirstPage: false, pdfVersion: '1.7', tagged: true },
    ...{ lang: input.language, displayTitle: true },
    info: { Title: input.title, Producer: 'Foyer', Creator: 'Foyer', CreationDate: new Date(input.at) },
  })
  const whole = collected(doc)
  registerFonts(doc)
  const letters = new Letters(doc)
  const sheet = new Sheet(doc, { doc, letters, unknownPicture: input.words.unknownPicture }, input)
  sheet.head()
  for (const block of blocksOf(input.html)) sheet.block(block)
  sheet.missing()
  sheet.feet()
  doc.end()
  return whole
}

const plain: Style = {
  ...{ bold: false, italic: false, underline: false, strike: false, mono: false },
  ...{ size: 9, rise: 0 },
}

class Sheet {
  private y = MARGIN
  /** Nothing is on this page yet. */
  private fresh = true
  private readonly bottom: number

  constructor(
    private readonly doc: PDFKit.PDFDocument,
    private readonly measure: Measure,
    private readonly input: PdfInput,
  ) {
    this.bottom = HEIGHT - MARGIN - (input.foot.length + 1) * FOOT_LINE - 6
    this.turn()
  }

  head(): void {
    for (const line of this.input.head) this.paragraph('P', this.plainLines(line, 9.5), 0)
    if (this.input.head.length > 0) this.rule()
  }

  block(block: Block): void {
    switch (block.kind) {
      case 'rule':
        this.rule()
        return
      case 'page':
        if (!this.fresh) this.turn()
        return
      case 'text': {
        const heading = block.tag !== 'P'
        const lines = linesOf(this.measure, block, COLUMN, heading ? 14 : block.marker === undefined ? 7 : 3)
        // A heading does not stay behind alone at the foot of a page.
        if (heading && this.left() < 60 + heightOf(lines)) this.turn()
        this.paragraph(block.tag, lines, 0)
        return
      }
      case 'table':
        this.table(block.rows, block.indent)
    }
  }

  /** Nothing is lost silently: what the fonts do not have is told at the end. */
  missing(): void {
    if (this.measure.letters.missing.size === 0) return
    const codes = [...this.measure.letters.missing].sort().join(', ')
    this.rule()
    this.paragraph('P', this.plainLines(`${this.input.words.unknownLetters} ${codes}`, 9), 0)
  }

  feet(): void {
    const { doc, input, measure } = this
    const { count } = doc.bufferedPageRange()
    for (let at = 0; at < count; at += 1) {
      doc.switchToPage(at)
      const page = input.words.page.replace('{n}', String(at + 1)).replace('{m}', String(count))
      doc.markContent('Artifact', { type: 'Pagination' })
      let y = this.bottom + 14
      for (const text of [...input.foot, page]) {
        doc.font('Sans').fontSize(8).fillColor(INK)
        doc.text(measure.letters.shown(text, 'Sans'), MARGIN, y, { lineBreak: false })
        y += FOOT_LINE
      }
      doc.endMarkedContent()
    }
  }

  private plainLines(text: string, size: number): Line[] {
    const runs = [{ kind: 'text', text, style: { ...plain, size }, verbatim: false }] as const
    return linesOf(
      this.measure,
      { kind: 'text', tag: 'P', runs, align: 'left', indent: 0, marker: undefined },
      COLUMN,
      1,
    )
  }

  private left(): number {
    return this.bottom - this.y
  }

  private turn(): void {
    this.doc.addPage()
    this.y = MARGIN
    this.fresh = true
  }

  private rule(): void {
    if (this.left() < 16) this.turn()
    const { doc } = this
    doc.markContent('Artifact', { type: 'Layout' })
    doc
      .moveTo(MARGIN, this.y + 8)
      .lineTo(WIDTH - MARGIN, this.y + 8)
      .lineWidth(0.6)
      .strokeColor(RULE)
      .stroke()
    doc.endMarkedContent()
    this.y += 12
  }

  /** One element of the structure, whatever pages it lies on. */
  private paragraph(tag: Tag, lines: readonly Line[], x: number): void {
    const { doc } = this
    const element = doc.struct(tag)
    doc.addStructure(element)
    let open = false
    const end = (): void => {
      if (open) doc.endMarkedContent()
      open = false
    }
    for (const line of lines) {
      const space = this.fresh ? 0 : line.space
      if (this.left() < space + line.above + line.below && !this.fresh) {
        end()
        this.turn()
      } else this.y += space
      if (!open) {
        element.add(doc.markStructureContent(tag))
        open = true
      }
      this.line(line, MARGIN + x, this.y)
      this.y += line.above + line.below
      this.fresh = false
    }
    end()
    element.end()
  }

  private line({ above, atoms }: Line, x: number, y: number): void {
    const { doc } = this
    for (const atom of atoms) {
      const base = y + above
      if (atom.kind === 'picture') {
        doc.image(atom.bytes, x + atom.x, base - atom.height, { width: atom.width, height: atom.height })
        continue
      }
      const { style } = atom
      doc.font(atom.font).fontSize(style.size).fillColor(INK)
      doc.text(atom.text, x + atom.x, base - style.rise * style.size, { lineBreak: false, baseline: 'alphabetic' })
      if (style.underline) this.stroke(x + atom.x, base + style.size * 0.13, atom.width)
      if (style.strike) this.stroke(x + atom.x, base - style.size * 0.28, atom.width)
    }
  }

  // pdfkit's own go below another line when the text stands on a baseline.
  private stroke(x: number, y: number, width: number): void {
    this.doc
      .moveTo(x, y)
      .lineTo(x + width, y)
      .lineWidth(0.7)
      .strokeColor(INK)
      .stroke()
  }

  private table(rows: readonly TableRow[], indent: number): void {
    const grid = gridOf(this.measure, rows, COLUMN - indent)
    if (grid.rows.length === 0) return
    const { doc } = this
    const element = doc.struct('Table')
    doc.addStructure(element)
    if (!this.fresh) this.y += 6
    const head = grid.rows.filter((row) => row.head)
    for (const row of grid.rows) this.row(element, row.cells, row.head ? [] : head.map((each) => each.cells), indent)
    element.end()
    this.y += 4
  }

  /** A row that fits on a page is not broken; one that does not goes on where the page goes on. */
  private row(
    table: PDFKit.PDFStructureElement,
    cells: readonly GridCell[],
    head: readonly (readonly GridCell[])[],
    indent: number,
  ): void {
    const { doc } = this
    const whole = Math.max(...cells.map((cell) => heightOf(cell.lines))) + 2 * PADDING
    const page = this.bottom - MARGIN - head.reduce((sum, each) => sum + rowHeight(each), 0)
    if (whole > this.left() && !this.fresh && (whole <= page || this.left() < 60)) this.turnTable(head, indent)
    const element = doc.struct('TR')
    table.add(element)
    const parts = cells.map((cell) => ({ cell, from: 0, element: doc.struct(cell.heading ? 'TH' : 'TD') }))
    for (const part of parts) element.add(part.element)
    do {
      const room = this.left() - 2 * PADDING
      const shares = parts.map((part) => ({ part, lines: fitting(part.cell.lines, part.from, room, this.fresh) }))
      const height = Math.max(...shares.map(({ lines }) => heightOf(lines))) + 2 * PADDING
      for (const { lines, part } of shares) {
        this.frame(part.cell, height, indent)
        if (lines.length > 0) part.element.add(doc.markStructureContent(part.cell.heading ? 'TH' : 'TD'))
        this.cell(lines, part.cell, indent)
        if (lines.length > 0) doc.endMarkedContent()
        part.from += lines.length
      }
      this.y += height
      this.fresh = false
      if (parts.every((part) => part.from >= part.cell.lines.length)) break
      this.turnTable(head, indent)
    } while (parts.length > 0)
    for (const part of parts) part.element.end()
    element.end()
  }

  /** What the head repeats is told once: on the pages after, it is decoration. */
  private turnTable(head: readonly (readonly GridCell[])[], indent: number): void {
    this.turn()
    for (const cells of head) {
      const height = rowHeight(cells)
      if (height > (this.bottom - MARGIN) / 3) continue
      this.doc.markContent('Artifact', { type: 'Pagination' })
      for (const cell of cells) {
        this.frame(cell, height, indent, true)
        this.cell(cell.lines, cell, indent)
      }
      this.doc.endMarkedContent()
      this.y += height
    }
  }

  private cell(lines: readonly Line[], cell: GridCell, indent: number): void {
    let y = this.y + PADDING
    lines.forEach((line, at) => {
      y += at === 0 ? 0 : line.space
      this.line(line, MARGIN + indent + cell.x + PADDING, y)
      y += line.above + line.below
    })
  }

  private frame(cell: GridCell, height: number, indent: number, marked = false): void {
    const { doc } = this
    if (!marked) doc.markContent('Artifact', { type: 'Layout' })
    doc
      .rect(MARGIN + indent + cell.x, this.y, cell.width, height)
      .lineWidth(0.5)
      .strokeColor(RULE)
      .stroke()
    if (!marked) doc.endMarkedContent()
  }
}

function rowHeight(cells: readonly GridCell[]): number {
  return Math.max(...cells.map((cell) => heightOf(cell.lines))) + 2 * PADDING
}

function heightOf(lines: readonly Line[]): number {
  return lines.reduce((sum, line, at) => sum + (at === 0 ? 0 : line.space) + line.above + line.below, 0)
}

/** As many lines as there is room for; one at least on a page of its own, so that it goes on at all. */
function fitting(lines: readonly Line[], from: number, room: number, alone: boolean): Line[] {
  const fit: Line[] = []
  for (const line of lines.slice(from)) {
    if (heightOf([...fit, line]) > room && !(alone && fit.length === 0)) break
    fit.push(line)
  }
  return fit
}
