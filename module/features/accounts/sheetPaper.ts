/** Paper that staff hand over, as PDF: the letters of DejaVu, so that Nguyễn, Paweł and Анна stand as they are written. */
import PDFDocument from 'pdfkit'
import { Letters, registerFonts, type FontName } from '../../platform/pdf/fonts.js'
import { collected } from '../../platform/pdf/collected.js'
import type { QrPath } from '../../web/qrCode.js'

const MARGIN = 64

export interface Paper {
  /** The next lines below the last, as wide as there is room; `width` in points where something stands beside them. */
  write: (text: string, style: { font: FontName; size: number; after?: number; left?: number; width?: number }) => void
  /** A QR code, so many points wide, with its upper right corner at the margin; undefined `top`: where the next line begins. */
  qr: (qr: QrPath, place: { size: number; left?: number; top?: number }) => void
  /** Begins another page unless so many points are left on this one. */
  keep: (points: number) => void
  /** Where the next line begins, from the top of the page. */
  y: () => number
  moveTo: (y: number) => void
  /** Between the margins. */
  width: number
  done: () => Promise<Buffer>
}

/** An empty sheet of US Letter. `title` and `author` travel with the file: no name of a person. */
export function openPaper({ title, author, language }: { title: string; author: string; language: string }): Paper {
  const doc = new PDFDocument({
    ...{ size: 'LETTER', margin: MARGIN, lang: language },
    // When it was made would tell nothing.
    info: { Title: title, Author: author, Producer: 'Foyer', Creator: 'Foyer' },
  })
  const whole = collected(doc)
  registerFonts(doc)
  const letters = new Letters(doc)
  const width = doc.page.width - 2 * MARGIN
  return {
    width,
    write(text, { after = 0, font, left = 0, size, width: room }) {
      const said = letters.shown(text, font)
      doc
        .font(font)
        .fontSize(size)
        .text(said, MARGIN + left, doc.y, { width: room ?? width - left })
      doc.y += after
    },
    qr({ size: squares, path }, { left, size, top }) {
      const x = left === undefined ? doc.page.width - MARGIN - size : MARGIN + left
      doc.save()
      doc.translate(x, top ?? doc.y).scale(size / squares)
      doc.path(path).fill('black')
      doc.restore()
    },
    keep(points) {
      if (doc.y + points > doc.page.height - MARGIN) doc.addPage()
    },
    y: () => doc.y,
    moveTo(y) {
      doc.y = y
    },
    done() {
      doc.end()
      return whole
    },
  }
}

let measuring: PDFKit.PDFDocument | undefined

/** Whether the fonts have every letter of it: of Latin, Greek and Cyrillic names they do, of Chinese ones not. */
export function canShow(text: string, font: FontName): boolean {
  if (!measuring) {
    measuring = new PDFDocument({ autoFirstPage: false })
    registerFonts(measuring)
  }
  const letters = new Letters(measuring)
  letters.shown(text, font)
  return letters.missing.size === 0
}
