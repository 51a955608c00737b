/** What a document is made of before it is laid out on pages. */

/** The whole of what a PDF is made from: equal input gives equal bytes, so nothing in it is asked of a clock. */
export interface PdfInput {
  /** A sanitised subset (platform/sanitise.ts): nothing else of it is followed, run or fetched. */
  html: string
  title: string
  /** `en`, `es` */
  language: string
  /** An ISO instant, kept as the document's date of making. */
  at: string
  /** At the head of the first page, a line each. */
  head: readonly string[]
  /** At the foot of every page, a line each. */
  foot: readonly string[]
  words: PdfWords
}

export interface PdfWords {
  /** `Page {n} of {m}` */
  page: string
  /** Before the list of letters that the fonts do not have: `Letters shown by their code:` */
  unknownLetters: string
  /** In the place of a picture that cannot be shown. */
  unknownPicture: string
}

export interface Style {
  bold: boolean
  italic: boolean
  underline: boolean
  strike: boolean
  mono: boolean
  /** In points. */
  size: number
  /** Above or below the line, in parts of its size. */
  rise: number
}

export type Run =
  | { kind: 'text'; text: string; style: Style; verbatim: boolean }
  | { kind: 'break' }
  /** Sizes in points; undefined: as the picture is. */
  | { kind: 'picture'; bytes: Buffer; alt: string; width: number | undefined; height: number | undefined }

export type Align = 'left' | 'center' | 'right'

/** As a reader of the tags is told: https://www.w3.org/TR/WCAG20-TECHS/pdf */
export type Tag = 'P' | 'H1' | 'H2' | 'H3' | 'H4' | 'H5' | 'H6'

export interface TextBlock {
  kind: 'text'
  tag: Tag
  runs: readonly Run[]
  align: Align
  /** In points, of the whole block; the marker hangs before it. */
  indent: number
  /** `•` or `3.` */
  marker: string | undefined
}

export interface TableCell {
  blocks: readonly Block[]
  heading: boolean
  columns: number
  rows: number
}

export interface TableRow {
  /** In the table's head: repeated on each page. */
  head: boolean
  cells: readonly TableCell[]
}

export type Block =
  TextBlock | { kind: 'rule' } | { kind: 'page' } | { kind: 'table'; rows: readonly TableRow[]; indent: number }
