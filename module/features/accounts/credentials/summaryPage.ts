/** What was made, shown once, with the sheet to print or to save. */
import { personName } from '../../../web/person.js'
import { qrPath } from '../../../web/qrCode.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { sheetFor } from './sheet.js'
import { fitsPdf, linesOf, stepsOf } from './sheetPdf.js'
import { lastMessage, toldView } from './told.js'

/** 200 with the summary; 409 where this password is not, or no longer, the one that opens the portal. */
export async function summary(context: StaffContext, pid: number, password: string): Promise<Answer> {
  const { fragment, portal, show, t, url } = context
  const outcome = await sheetFor(portal, pid, password)
  const base = `/staff/portal/patients/${String(pid)}`
  if (!outcome.ok) {
    const actions = [{ label: t('credential.sheet.again'), href: url(`${base}/credential`) }]
    return show.problem(409, { what: t('credential.sheet.over'), next: t('credential.sheet.overNext'), actions })
  }
  const { sheet } = outcome
  const theirs = portal.speech.in(sheet.language)
  const letter = await lastMessage(portal.db, pid)
  const page = {
    inDialog: fragment,
    name: personName(sheet.chart.lastName, sheet.chart.firstName),
    told: letter && toldView(context, pid, letter),
    sheet: {
      lang: sheet.language,
      title: theirs('credential.sheet.title', { practice: sheet.practice }),
      practice: [sheet.practice, sheet.phone].filter((part) => part !== '').join(', '),
      name: sheet.name,
      lines: linesOf(theirs, sheet),
      steps: stepsOf(theirs, sheet),
      qr: qrPath(sheet.address),
      qrLabel: theirs('credential.sheet.qr'),
    },
    pdfAction: url(`${base}/credential/sheet`),
    fitsPdf: fitsPdf(sheet),
    password,
    backHref: url(base),
    accessHref: url(`${base}/access`),
  }
  return show.page('/accounts/credentials/summary', page, { title: t('credential.madeTitle'), about: [pid] })
}
