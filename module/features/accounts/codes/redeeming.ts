/** Somebody with an account types in a PIN or an access code: one record more, or more of one. */
import { redeemCode } from '../../../access/codeRedeeming.js'
import type { Portal } from '../../../access/portal.js'
import { recordLabel } from '../../../web/frame.js'
import { comingGrants, type ChartGrant } from '../../../host/reads/grants.js'
import { isOpaqueId, opaqueId } from '../../../platform/ids.js'
import { utc } from '../../../platform/clock.js'
import { findAccount, owesFactorFor, scopeOf } from '../../../access/scope.js'
import type { FieldError } from '../../../web/layout.js'
import type { AccountContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { FAMILY } from '../families/familySection.js'
import { comingView, extentOnFirstDay } from '../families/standing.js'
import { onceFor, readCode, whyNotOpened } from './typed.js'

interface Typed {
  pin?: string
  birthDate?: string
  token?: string
  errors?: FieldError[]
}

/** GET /portal/codes */
export function redeemPage({ show, t, url }: AccountContext, typed: Typed = {}, status = 422): Answer {
  const at = (name: string) => typed.errors?.find((error) => error.name === name)?.text
  const page = {
    action: url('/portal/codes'),
    backHref: url('/portal'),
    pin: typed.pin ?? '',
    birthDate: typed.birthDate ?? '',
    errors: typed.errors ?? [],
    once: typed.token ?? opaqueId(),
    // Above messages at fields the usual words stand.
    errorTitle: typed.errors?.some(({ name }) => name !== undefined) ? undefined : t('codes.typed.notOpened'),
    pinError: at('pin'),
    birthDateError: at('birthDate'),
  }
  const title = { title: t('codes.redeem.title') }
  return typed.errors
    ? show.refused('/accounts/codes/redeem', page, { ...title, status })
    : show.page('/accounts/codes/redeem', page, title)
}

/** POST /portal/codes */
export async function redeem(context: AccountContext): Promise<Answer> {
  const { account, address, portal, requestId } = context
  const read = readCode(context)
  const { pin, born, errors, token } = read
  if (errors.length > 0) return redeemPage(context, { pin, birthDate: born, token, errors })
  const outcome = await redeemCode(
    portal,
    { kind: 'account', id: account.id, name: account.name },
    { symbols: pin, born, address, requestId, once: onceFor(portal, `account:${String(account.id)}`, read) },
  )
  if (!outcome.ok) {
    const { error, status } = whyNotOpened(context, outcome)
    return redeemPage(context, { pin, birthDate: born, token, errors: [error] }, status)
  }
  await context.renewSession()
  return receiptOf(context, outcome)
}

/** To the receipt. A record that a birthday has closed meanwhile has none; another's may ask for a second factor first. */
export async function receiptOf(
  { portal, show }: Pick<AccountContext, 'portal' | 'show'>,
  { accountId, record }: { accountId: number; record: string },
): Promise<Answer> {
  const account = await findAccount(portal.db, portal, accountId)
  const scope = account && scopeOf(account, record)
  if (scope && owesFactorFor(account, scope)) {
    return show.seeOther('/portal/account/second-factor', { kind: 'info', key: 'codes.receipt.factorFirst' })
  }
  return scope || (await comingIn(portal, accountId, record))
    ? show.seeOther(`/portal/codes/receipts/${record}`)
    : show.seeOther('/portal', { kind: 'info', key: 'codes.receipt.closed' })
}

/** What was given from a day to come on, where it opens anything then. */
async function comingIn(portal: Portal, accountId: number, record: string): Promise<ChartGrant | undefined> {
  const coming = await comingGrants(portal.db, accountId, utc(portal.clock.now()), COMING_MOST)
  return coming.find((grant) => grant.record === record && extentOnFirstDay(portal, grant) !== undefined)
}

const COMING_MOST = 100

/** GET /portal/codes/receipts/:record: what is open now, or from which day on, as what, and what next. */
export async function receipt(context: AccountContext): Promise<Answer> {
  const { account, params, portal, show, t, url } = context
  const scope = scopeOf(account, params['record'] ?? '')
  if (scope?.kind !== 'chart') {
    const record = params['record'] ?? ''
    const coming = isOpaqueId(record) ? await comingIn(portal, account.id, record) : undefined
    return coming ? comingReceipt(context, coming) : show.notFound()
  }
  const unproved = account.hostPid === undefined
  const page = {
    title: t('codes.receipt.title'),
    lines: [
      { term: t('codes.receipt.record'), text: recordLabel(context, scope) },
      { term: t('codes.receipt.opens'), text: t(`codes.opens.${scope.extent}`) },
    ],
    next: t(unproved ? 'codes.receipt.next' : 'codes.receipt.nextHost', { practice: portal.practice().name }),
    actions: [
      { label: t('codes.receipt.open'), href: url(`/portal/records/${scope.record}`) },
      { label: t('codes.receipt.another'), href: url('/portal/codes') },
    ],
  }
  return show.page('/accounts/codes/receipt', page, { title: t('codes.receipt.title'), about: [scope.pid] })
}

/** No link: it opens nothing yet. */
function comingReceipt(context: AccountContext, grant: ChartGrant): Answer {
  const { account, portal, show, t, url } = context
  const { name, opens, relationship } = comingView(context, grant)
  const title = t('codes.receipt.comes')
  const page = {
    title,
    lines: [
      { term: t('codes.receipt.record'), text: `${name}, ${relationship}` },
      { term: t('codes.receipt.when'), text: opens },
    ],
    next: t(account.hostPid === undefined ? 'codes.receipt.comesNext' : 'codes.receipt.comesNextHost', {
      practice: portal.practice().name,
    }),
    actions: [
      { label: t('families.coming.more'), href: url(FAMILY) },
      { label: t('codes.receipt.another'), href: url('/portal/codes') },
    ],
  }
  return show.page('/accounts/codes/receipt', page, { title, about: [grant.pid] })
}
