/** The family's sheet as PDF: each child with PIN and QR code, then what to do, in the family's language. */
import type { Language } from '../../../platform/i18n.js'
import type { QrPath } from '../../../web/qrCode.js'
import { openPaper } from '../sheetPaper.js'

/** What stands on it, in the family's language. */
export interface FamilySheet {
  lang: Language
  practice: string
  title: string
  forWhom: string
  children: readonly FamilyChild[]
  pinLabel: string
  addressLabel: string
  /** Of the portal, in full. */
  address: string
  steps: readonly string[]
  until: string
  /** '' where it opens as soon as it is used. */
  opens: string
  keep: string
  help: string
}

interface FamilyChild {
  name: string
  /** `K7QA-9M4X`; undefined: it opens nothing any more, as `over` says. */
  pin: string | undefined
  qr: QrPath | undefined
  qrLabel: string
  over: string
}

const QR = 92
/** Of one child, with the space after it. */
const ROW = QR + 18

export async function familySheetPdf(practice: string, sheet: FamilySheet): Promise<Buffer> {
  const paper = openPaper({ title: sheet.title, author: practice, language: sheet.lang })
  paper.write(sheet.practice, { font: 'Sans', size: 10, after: 12 })
  paper.write(sheet.title, { font: 'Sans-Bold', size: 18, after: 6 })
  paper.write(sheet.forWhom, { font: 'Sans', size: 12, after: 14 })
  for (const { name, over, pin, qr } of sheet.children) {
    paper.keep(ROW)
    const top = paper.y()
    const beside = { left: QR + 18 }
    if (qr) paper.qr(qr, { size: QR, left: 0, top })
    paper.write(name, { font: 'Sans-Bold', size: 13, after: 4, ...beside })
    paper.write(pin === undefined ? over : sheet.pinLabel, { font: 'Sans', size: 10, after: 2, ...beside })
    if (pin !== undefined) paper.write(pin, { font: 'Mono-Bold', size: 20, ...beside })
    paper.moveTo(Math.max(paper.y() + 8, top + ROW))
  }
  paper.keep(180)
  paper.write(sheet.addressLabel, { font: 'Sans', size: 10 })
  paper.write(sheet.address, { font: 'Mono-Bold', size: 12, after: 10 })
  for (const [at, step] of sheet.steps.entries()) {
    paper.write(`${String(at + 1)}. ${step}`, { font: 'Sans', size: 11, after: 4 })
  }
  paper.write(sheet.until, { font: 'Sans-Bold', size: 11, after: 2 })
  if (sheet.opens !== '') paper.write(sheet.opens, { font: 'Sans', size: 11, after: 2 })
  paper.write(sheet.keep, { font: 'Sans', size: 11, after: 6 })
  paper.write(sheet.help, { font: 'Sans', size: 10 })
  return paper.done()
}
