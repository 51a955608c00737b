/** A PDF's pages as pictures, by PDFium: what is looked at are the very bytes. */
import { PDFiumLibrary } from '@hyzyla/pdfium'
import sharp from 'sharp'

/** 72 points to the inch: 1.7 is 122 dots to the inch, readable and small. */
const SCALE = 1.7
const PAGES_MOST = 40
/** A page of a poster's size is made smaller. */
const SIDE_MOST = 2400

export interface Pictures {
  /** PNG, a page each, the first ones. */
  pages: Uint8Array[]
  /** Of the whole document. */
  count: number
}

let library: Promise<PDFiumLibrary> | undefined

/** Throws what PDFium throws where it is no PDF, or one that needs a password. */
export async function picturesOf(pdf: Uint8Array, from: number, most: number): Promise<Pictures> {
  library ??= PDFiumLibrary.init()
  const document = await (await library).loadDocument(pdf)
  try {
    const count = document.getPageCount()
    const pages: Uint8Array[] = []
    for (let at = from; at < Math.min(count, from + Math.min(most, PAGES_MOST)); at += 1) {
      const page = document.getPage(at)
      const { originalHeight: height, originalWidth: width } = page.getOriginalSize()
      const scale = Math.min(SCALE, SIDE_MOST / Math.max(height, width))
      const { data } = await page.render({ scale, render: png })
      pages.push(data)
    }
    return { pages, count }
  } finally {
    document.destroy()
  }
}

async function png({ data, height, width }: { data: Uint8Array; height: number; width: number }): Promise<Uint8Array> {
  // PDFium paints on white; 16 greys and colours of a palette are enough to read, and a fifth of the bytes.
  return sharp(data, { raw: { width, height, channels: 4 } })
    .flatten({ background: 'white' })
    .png({ palette: true, colours: 64, compressionLevel: 9 })
    .toBuffer()
}
