/** What a PDF says, read back off its bytes: for documents of ours, whose streams are not compressed. */

export interface PdfText {
  pages: number
  /** Its lines, in the order in which they were drawn. */
  lines: readonly string[]
}

export function textOfPdf(pdf: Buffer): PdfText {
  const source = pdf.toString('latin1')
  if (!source.startsWith('%PDF-') || !source.trimEnd().endsWith('%%EOF')) throw new Error('This is not a whole PDF')
  if (source.includes('/FlateDecode'))
    throw new Error('Its streams are compressed: this reader cannot tell what it says')
  const streams = [...source.matchAll(/stream\r?\n([^]*?)\r?\nendstream/g)].map(([, text = '']) => text)
  // `[<48656c6c6f> 20 <21> 0] TJ`: hexadecimal text with kerning between.
  const shown = streams.flatMap((stream) => [...stream.matchAll(/\[([^\]]*)\]\s*TJ/g)].map(([, text = '']) => text))
  const lines = shown.map((text) => [...text.matchAll(/<([0-9a-f]*)>/gi)].map(([, hex = '']) => said(hex)).join(''))
  return { pages: (source.match(/\/Type \/Page\b(?!s)/g) ?? []).length, lines }
}

function said(hex: string): string {
  return new TextDecoder('windows-1252').decode(Buffer.from(hex, 'hex'))
}
