import { textOfPages } from './pdfPages.js'

/** What a PDF of one page or more says. */
export interface PdfText {
  pages: number
  lines: readonly string[]
  /** All of it, whatever the lines: each space is one. */
  text: string
}

export async function textOfPdf(pdf: Buffer): Promise<PdfText> {
  const pages = await textOfPages(pdf)
  const lines = pages.flatMap((page) => page.split('\n')).map((line) => line.trim())
  return { pages: pages.length, lines, text: lines.join(' ').replace(/\s+/g, ' ') }
}
