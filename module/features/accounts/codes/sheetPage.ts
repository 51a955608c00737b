/** What a family takes home: name, PIN, address and QR code for each child, in their language. Made to be printed. */
import { codesOfFamily, type Code } from '../../../access/codes.js'
import { spacedSymbols } from '../../../access/codeSymbols.js'
import { membersOf } from '../../../host/family.js'
import { isLanguage, type Translate } from '../../../platform/i18n.js'
import { isOpaqueId } from '../../../platform/ids.js'
import { letterAddress } from '../../../web/letterAddress.js'
import { qrPath } from '../../../web/qrCode.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeLongDay } from '../../../web/times.js'
import { pidIn } from '../credentials/pid.js'
import { dayOfInstant } from './standing.js'

/** Where PINs and codes are typed in. */
export const JOIN = '/portal/join'

/** GET …/sheets/:family. What can no longer be used is not said again. */
export async function sheet(context: StaffContext): Promise<Answer> {
  const { params, portal, query, show, t, url } = context
  const pid = pidIn(context)
  const family = params['family'] ?? ''
  if (pid === undefined || !isOpaqueId(family)) return show.notFound()
  const codes = await codesOfFamily(portal.db, portal, { pid, family })
  const [first] = codes
  if (!first) return show.notFound()
  const pids = codes.map((code) => code.pid)
  const patients = await membersOf(portal.db, pids)
  const language = [query['language'], first.language, portal.settings().defaultLanguage].find(isLanguage) ?? 'en'
  const theirs = portal.speech.in(language)
  const base = `/staff/portal/patients/${String(pid)}`
  const page = {
    backHref: url(`${base}/family`),
    panelHref: url(base),
    ways: (['en', 'es'] as const).map((code) => ({
      text: t(`codes.language.${code}`),
      href: url(`${base}/sheets/${family}?language=${code}`),
      current: code === language,
    })),
    usable: codes.some(({ symbols }) => symbols !== undefined),
    sheet: {
      lang: language,
      ...sheetWords(context, theirs, first),
      until: theirs('codes.sheet.until', { day: writeLongDay(dayOfInstant(portal, first.expiresAt), language) }),
      children: codes.map((code) => {
        const patient = patients.get(code.pid)
        return childView(context, theirs, code, patient ? `${patient.firstName} ${patient.lastName}`.trim() : '')
      }),
    },
  }
  return show.page('/accounts/codes/sheet', page, { title: t('codes.sheet.pageTitle'), about: pids })
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
