/** What a family takes home: name, PIN, address and QR code for each child, in their language. Made to be printed. */
import { codesOfFamily, type Code } from '../../../access/codes.js'
import { spacedSymbols } from '../../../access/codeSymbols.js'
import { membersOf } from '../../../host/family.js'
import { isLanguage, type Language, type Translate } from '../../../platform/i18n.js'
import { isOpaqueId } from '../../../platform/ids.js'
import { letterAddress } from '../../../web/letterAddress.js'
import { qrPath } from '../../../web/qrCode.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeLongDay } from '../../../web/times.js'
import { pidIn } from '../credentials/pid.js'
import { firstDayText } from './firstDay.js'
import { familySheetPdf, type FamilySheet } from './sheetPdf.js'
import { dayOfInstant } from './standing.js'

/** Where PINs and codes are typed in. */
export const JOIN = '/portal/join'

/** GET …/sheets/:family. What can no longer be used is not said again. */
export async function sheet(context: StaffContext): Promise<Answer> {
  const { show, t, url } = context
  const found = await sheetIn(context)
  if (!found) return show.notFound()
  const { family, language, pid, pids, usable } = found
  const base = `/staff/portal/patients/${String(pid)}`
  const page = {
    backHref: url(`${base}/family`),
    panelHref: url(base),
    ways: (['en', 'es'] as const).map((code) => ({
      text: t(`codes.language.${code}`),
      href: url(`${base}/sheets/${family}?language=${code}`),
      current: code === language,
    })),
    usable,
    pdfHref: usable ? url(`${base}/sheets/${family}/pdf?language=${language}`) : undefined,
    sheet: found.sheet,
  }
  return show.page('/accounts/codes/sheet', page, { title: t('codes.sheet.pageTitle'), about: pids })
}

/** GET …/sheets/:family/pdf: the same sheet. */
export async function sheetAsPdf(context: StaffContext): Promise<Answer> {
  const { portal, show, t } = context
  const found = await sheetIn(context)
  if (!found) return show.notFound()
  // Nothing on it opens anything: paper of it would only mislead.
  if (!found.usable) return show.problem(409, { what: t('codes.sheet.pageOver') })
  const body = await familySheetPdf(portal.practice().name, found.sheet)
  return show.file('application/pdf', 'family-sheet.pdf', body, found.pids)
}

async function sheetIn(context: StaffContext) {
  const { params, portal, query } = context
  const pid = pidIn(context)
  const family = params['family'] ?? ''
  if (pid === undefined || !isOpaqueId(family)) return undefined
  const codes = await codesOfFamily(portal.db, portal, { pid, family })
  const [first] = codes
  if (!first) return undefined
  const pids = codes.map((code) => code.pid)
  const patients = await membersOf(portal.db, pids)
  const language = [query['language'], first.language, portal.settings().defaultLanguage].find(isLanguage) ?? 'en'
  const theirs = portal.speech.in(language)
  const sheet: FamilySheet = {
    lang: language,
    ...sheetWords(context, theirs, first),
    opens: opensText(context, theirs, first, language),
    until: theirs('codes.sheet.until', { day: writeLongDay(dayOfInstant(portal, first.expiresAt), language) }),
    children: codes.map((code) => {
      const patient = patients.get(code.pid)
      return childView(context, theirs, code, patient ? `${patient.firstName} ${patient.lastName}`.trim() : '')
    }),
  }
  return { pid, pids, family, language, sheet, usable: codes.some(({ symbols }) => symbols !== undefined) }
}

function sheetWords({ portal }: StaffContext, theirs: Translate, { recipient, kind }: Code) {
  const { name, phone } = portal.practice()
  const address = letterAddress(portal, JOIN)
  return {
    practice: [name, phone].filter((part) => part !== '').join(', '),
    title: theirs('codes.sheet.title', { practice: name }),
    forWhom: theirs('codes.sheet.for', { name: recipient }),
    address,
    pinLabel: theirs(`codes.sheet.label.${kind}`),
    addressLabel: theirs('codes.sheet.address'),
    steps: [
      theirs('codes.sheet.step.open', { address }),
      theirs(`codes.sheet.step.type.${kind}`),
      theirs('codes.sheet.step.account'),
      theirs(`codes.sheet.step.more.${kind}`),
    ],
    keep: theirs('codes.sheet.keep', { name: recipient }),
    help: phone === '' ? theirs('codes.sheet.helpDesk') : theirs('codes.sheet.help', { phone }),
  }
}

/** '' where it opens as soon as it is used. */
function opensText({ portal }: StaffContext, theirs: Translate, { opensFrom }: Code, language: Language): string {
  const day = firstDayText(portal, opensFrom, language)
  return day === '' ? '' : theirs('codes.sheet.opens', { day })
}

function childView({ portal, t }: StaffContext, theirs: Translate, code: Code, name: string) {
  const { symbols } = code
  return {
    name,
    pin: symbols === undefined ? undefined : spacedSymbols(symbols),
    // In the fragment, which no browser sends anywhere.
    qr: symbols === undefined ? undefined : qrPath(joinAddress(portal, symbols)),
    qrLabel: theirs('codes.sheet.qr', { name }),
    over: symbols === undefined ? t(`codes.sheet.over.${code.standing}`) : '',
  }
}

/** What the QR code and the letter lead to. */
function joinAddress(portal: StaffContext['portal'], symbols: string): string {
  return letterAddress(portal, `${JOIN}#${symbols}`)
}
