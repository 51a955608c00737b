/** The whole of a document that is being drawn, once it has ended. */
export function collected(doc: PDFKit.PDFDocument): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    doc.on('data', (part: Buffer) => parts.push(part))
    doc.on('end', () => {
      resolve(Buffer.concat(parts))
    })
    doc.on('error', reject)
  })
}
