/** The sheet as one page of PDF. */
import PDFDocument from 'pdfkit'
import type { Translate } from '../../../platform/i18n.js'
import { collected } from '../../../platform/pdf/collected.js'
import { qrPath } from '../../../web/qrCode.js'
import type { Sheet } from './sheet.js'

/** Letters that the PDF's own fonts have: Windows code page 1252. */
const SHOWN = /^[\x20-\x7e\xa0-\xff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]*$/

/**
 * Whether every letter that must be typed can be shown: fonts that could show more do not come with Foyer. A page that
 * the browser prints shows them all.
 */
export function fitsPdf({ email, loginName, password }: Pick<Sheet, 'email' | 'loginName' | 'password'>): boolean {
  return [email, loginName, password].every((typed) => SHOWN.test(typed))
}

/** A name that the fonts lack loses its accents, and where that is not enough, gives way to the chart's number. */
export function nameForPdf(t: Translate, name: string, chartNumber: string): string {
  if (SHOWN.test(name)) return name
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[ĐđĦħıŁłŊŋŦŧ]/g, (letter) => PLAIN[letter] ?? letter)
  return SHOWN.test(plain) ? plain : t('credential.sheet.chart', { number: chartNumber })
}

const PLAIN: Readonly<Record<string, string>> = {
  ...{ Đ: 'D', đ: 'd', Ħ: 'H', ħ: 'h', ı: 'i', Ł: 'L', ł: 'l', Ŋ: 'N', ŋ: 'n', Ŧ: 'T', ŧ: 't' },
}

const MARGIN = 64
const QR = 120

/** `t` speaks the patient's language. What `fitsPdf` refuses must not come here. */
export async function sheetPdf(t: Translate, sheet: Sheet): Promise<Buffer> {
  const title = t('credential.sheet.title', { practice: sheet.practice })
  const doc = new PDFDocument({
    ...{ size: 'LETTER', margin: MARGIN, compress: false, lang: sheet.language },
    // When it was made would tell nothing, and a file's properties travel with it: no name of a person.
    info: { Title: title, Author: sheet.practice, Producer: 'Foyer', Creator: 'Foyer' },
  })
  const whole = collected(doc)
  drawHead(doc, t, sheet, title)
  for (const { term, text, typed } of linesOf(t, sheet)) drawLine(doc, term, text, typed)
  drawSteps(doc, t, sheet)
  drawQr(doc, sheet.address)
  doc.end()
  return whole
}

function drawHead(doc: PDFKit.PDFDocument, t: Translate, sheet: Sheet, title: string): void {
  doc
    .font('Helvetica')
    .fontSize(11)
    .text(shown([sheet.practice, sheet.phone].filter(Boolean).join(', ')))
  doc.moveDown(1.5)
  doc.font('Helvetica-Bold').fontSize(20).text(shown(title))
  doc.moveDown(0.5)
  doc
    .font('Helvetica')
    .fontSize(12)
    .text(nameForPdf(t, sheet.name, sheet.chart.chartNumber))
  doc.moveDown(1)
}

interface SheetLine {
  term: string
  text: string
  /** To be typed: in letters of one width. */
  typed: boolean
}

/** The same lines as on the page. */
export function linesOf(t: Translate, { address, email, loginName, password, until }: Sheet): SheetLine[] {
  return [
    { term: t('credential.sheet.address'), text: address, typed: true },
    { term: t('credential.sheet.loginName'), text: loginName, typed: true },
    { term: t('credential.sheet.password'), text: password, typed: true },
    ...(email === '' ? [] : [{ term: t('credential.sheet.email'), text: email, typed: true }]),
    { term: t('credential.sheet.until'), text: until, typed: false },
  ]
}

function drawLine(doc: PDFKit.PDFDocument, term: string, text: string, typed: boolean): void {
  doc.font('Helvetica').fontSize(10).text(shown(term))
  doc
    .font(typed ? 'Courier-Bold' : 'Helvetica-Bold')
    .fontSize(typed ? 15 : 13)
    .text(shown(text))
  doc.moveDown(0.6)
}

/** What to do, in order. */
export function stepsOf(t: Translate, { phone }: Sheet): string[] {
  return [
    t('credential.sheet.step.open'),
    t('credential.sheet.step.change'),
    t('credential.sheet.step.destroy'),
    phone === '' ? t('credential.sheet.step.ask') : t('credential.sheet.step.call', { phone }),
  ]
}

function drawSteps(doc: PDFKit.PDFDocument, t: Translate, sheet: Sheet): void {
  doc.moveDown(0.5)
  doc.font('Helvetica').fontSize(12)
  for (const [at, step] of stepsOf(t, sheet).entries()) doc.text(shown(`${String(at + 1)}. ${step}`)).moveDown(0.3)
}

function drawQr(doc: PDFKit.PDFDocument, address: string): void {
  const { size, path } = qrPath(address)
  doc.save()
  doc.translate(doc.page.width - MARGIN - QR, MARGIN - 16).scale(QR / size)
  doc.path(path).fill('black')
  doc.restore()
}

/** A practice's own name may have letters that the fonts lack: better a gap than a wrong letter. */
function shown(text: string): string {
  return Array.from(text, (letter) => (SHOWN.test(letter) ? letter : ' ')).join('')
}
