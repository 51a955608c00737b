import { PDFiumLibrary } from '@hyzyla/pdfium'

/** What each page of a PDF says, as another program than the one that made it reads it. */
export async function textOfPages(pdf: Uint8Array): Promise<string[]> {
  const library = await PDFiumLibrary.init()
  const document = await library.loadDocument(pdf)
  try {
    return [...document.pages()].map((page) => page.getText().replace(/\r\n/g, '\n'))
  } finally {
    document.destroy()
    library.destroy()
  }
}
