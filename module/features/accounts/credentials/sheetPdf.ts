/** The sheet as one page of PDF. */
import type { Translate } from '../../../platform/i18n.js'
import { qrPath } from '../../../web/qrCode.js'
import { canShow, openPaper, type Paper } from '../sheetPaper.js'
import type { Sheet } from './sheet.js'

/**
 * Whether every letter that must be typed can be shown. A login name in letters that the fonts lack stands only on the
 * page that the browser prints.
 */
export function fitsPdf({ email, loginName, password }: Pick<Sheet, 'email' | 'loginName' | 'password'>): boolean {
  return canShow([email, loginName, password].join(''), 'Mono-Bold')
}

const QR = 120

/** `t` speaks the patient's language. What `fitsPdf` refuses must not come here. */
export async function sheetPdf(t: Translate, sheet: Sheet): Promise<Buffer> {
  const { address, language, practice } = sheet
  const title = t('credential.sheet.title', { practice })
  const paper = openPaper({ title, author: practice, language })
  paper.qr(qrPath(address), { size: QR })
  drawHead(paper, t, sheet, title)
  for (const { term, text, typed } of linesOf(t, sheet)) {
    paper.write(term, { font: 'Sans', size: 10 })
    paper.write(text, { font: typed ? 'Mono-Bold' : 'Sans-Bold', size: typed ? 14 : 12, after: 8 })
  }
  paper.moveTo(paper.y() + 6)
  for (const [at, step] of stepsOf(t, sheet).entries()) {
    paper.write(`${String(at + 1)}. ${step}`, { font: 'Sans', size: 11, after: 4 })
  }
  return paper.done()
}

function drawHead(paper: Paper, t: Translate, { chart, name, phone, practice }: Sheet, title: string): void {
  const top = paper.y()
  const width = paper.width - QR - 16
  paper.write([practice, phone].filter(Boolean).join(', '), { font: 'Sans', size: 10, after: 14, width })
  paper.write(title, { font: 'Sans-Bold', size: 18, after: 8, width })
  const shown = canShow(name, 'Sans') ? name : t('credential.sheet.chart', { number: chart.chartNumber })
  paper.write(shown, { font: 'Sans', size: 12, width })
  paper.moveTo(Math.max(paper.y(), top + QR) + 14)
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

/** What to do, in order. */
export function stepsOf(t: Translate, { phone }: Sheet): string[] {
  return [
    t('credential.sheet.step.open'),
    t('credential.sheet.step.change'),
    t('credential.sheet.step.destroy'),
    phone === '' ? t('credential.sheet.step.ask') : t('credential.sheet.step.call', { phone }),
  ]
}
