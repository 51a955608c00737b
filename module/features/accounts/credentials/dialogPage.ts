/** What the dialog is given: read from the chart when it opens. */
import { trustedEmail, whyNoLetter } from '../../../access/chartAddress.js'
import { findStaffCredential } from '../../../access/staffCredentials.js'
import type { PasswordFlaw } from '../../../access/passwordPolicy.js'
import { isUnusable, readPortalChart, type PortalChart } from '../../../host/credentials.js'
import { dayOrNone } from '../../../host/unset.js'
import { opaqueId } from '../../../platform/ids.js'
import { writeDayOf, writeInstant } from '../../../web/instant.js'
import { letterText } from '../../../web/letters.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { writeDay } from '../../../web/times.js'
import { generatePassword } from './generatedPassword.js'
import { judgeFor, stateOf } from './making.js'
import { accountNameOf, LOGIN_NAME_MOST, proposedLoginName } from './names.js'
import { lastMessage } from './told.js'

/** What was typed, and what was wrong with it. */
export interface DialogTyped {
  loginName?: string | undefined
  password?: string | undefined
  changeInHost?: boolean | undefined
  email?: string | undefined
  /** The form's own token, kept while it is mended. */
  token?: string | undefined
  error?: { status: number; field: 'loginName' | 'password' | 'email' | undefined; text: string }
}

/** The dialog, or the page that it is without JavaScript. */
export async function dialog(context: StaffContext, pid: number | undefined, typed: DialogTyped = {}): Promise<Answer> {
  const { portal, show, t } = context
  const chart = pid === undefined ? undefined : await readPortalChart(portal.db, pid)
  if (!chart) return show.notFound()
  const page = await dialogPage(context, chart, typed)
  const options = { title: t(page.title), about: [chart.pid] }
  const view = '/accounts/credentials/dialog'
  return typed.error
    ? show.refused(view, page, { ...options, status: typed.error.status })
    : show.page(view, page, options)
}

async function dialogPage(context: StaffContext, chart: PortalChart, typed: DialogTyped) {
  const { fragment, portal, t, url } = context
  const base = `/staff/portal/patients/${String(chart.pid)}`
  const { error } = typed
  const hasLogin = (chart.login?.hash ?? '') !== ''
  const loginName = typed.loginName ?? (await proposedLoginName(portal, chart))
  const password = typed.password ?? generatePassword(portal)
  return {
    title: hasLogin ? 'credential.titleReset' : 'credential.titleCreate',
    // In the dialog its answers replace it in place; on the page they are pages.
    inDialog: fragment,
    name: personName(chart.lastName, chart.firstName),
    facts: [
      { term: t('credential.born'), text: bornText(context, chart.born), verbatim: false },
      { term: t('credential.chart'), text: chart.chartNumber, verbatim: true },
      { term: t('credential.accountName'), text: accountNameOf(chart), verbatim: true },
      { term: t('credential.now'), text: await standingText(context, chart), verbatim: false },
    ].filter(({ text }) => text !== ''),
    allowed: chart.allowed,
    authoriseAction: url(`${base}/credential/authorisation`),
    email: await emailPart(context, chart, typed.email),
    emailAction: url(`${base}/trusted-email`),
    signInNote: signInNote(context, chart),
    action: url(`${base}/credential`),
    anotherHref: url(`${base}/credential/password`),
    judgeAction: url(`${base}/credential/judgement`),
    backHref: url(base),
    seen: stateOf(portal, chart),
    token: typed.token ?? opaqueId(),
    loginName,
    loginNameMost: LOGIN_NAME_MOST,
    field: passwordField(context, chart, { loginName, password }, error?.field === 'password' ? error.text : undefined),
    choosesChange: portal.globals().get('portal_force_credential_reset') === '2',
    changeInHost: typed.changeInHost ?? true,
    days: portal.settings().temporaryPasswordDays,
    errors: error ? [{ text: error.text, ...(error.field === undefined ? {} : { name: error.field }) }] : [],
    errorAt: error?.field === undefined ? {} : { [error.field]: error.text },
  }
}

/** How the sign-in stands now, in words. */
async function standingText(context: StaffContext, chart: PortalChart): Promise<string> {
  const { portal, t } = context
  const { login } = chart
  if (!login || login.hash === '') return t('credential.now.none')
  if (isUnusable(login.hash)) return t('credential.now.unusable')
  const made = await findStaffCredential(portal.db, chart.pid, login.hash)
  if (made) {
    const until = writeDayOf(context, made.expiresAt)
    return t('credential.now.temporary', { by: made.madeBy, at: writeInstant(context, made.madeAt), until })
  }
  return t(login.status === 1 ? 'credential.now.current' : 'credential.now.unused')
}

async function emailPart(context: StaffContext, chart: PortalChart, typed: string | undefined) {
  const { language, portal, t } = context
  const { address, source } = trustedEmail(chart)
  const changed = dayOrNone(chart.changedAt?.slice(0, 10) ?? null)
  const why = whyNoLetter(chart) ?? (portal.post.mail ? undefined : 'no-server')
  return {
    address: address === '' ? t('credential.email.none') : address,
    source: address === '' ? '' : t(`credential.email.source.${source}`),
    changed: changed === undefined ? '' : t('credential.email.changed', { day: writeDay(changed, language) }),
    typed: typed ?? chart.emailDirect,
    open: typed !== undefined,
    goes: why === undefined,
    text: why === undefined ? t('credential.email.goes') : t(`credential.email.not.${why}`),
    last: await lastFailure(context, chart.pid),
  }
}

/** The last message that did not go, until somebody has dealt with it: before the next goes the same way. '': none. */
async function lastFailure(context: StaffContext, pid: number): Promise<string> {
  const { portal, t } = context
  const letter = await lastMessage(portal.db, pid)
  if (letter?.state !== 'failed' && letter?.state !== 'refused') return ''
  const when = writeInstant(context, letter.writtenAt)
  return t('credential.email.last', { when, to: letter.to || t('letters.nobody'), why: letterText(context, letter) })
}

/** Sign-in may ask for an address that the chart lacks: then nobody gets in, whatever is saved here (facts §3.1). */
function signInNote({ portal, t }: StaffContext, { email }: PortalChart): string {
  if (portal.globals().get('enforce_signin_email') !== '1') return ''
  return email === '' ? t('credential.signInEmail.missing') : t('credential.signInEmail', { email })
}

export interface PasswordFieldPage {
  password: string
  error: string
  judgement: JudgementPage
}

export interface JudgementPage {
  tone: 'success' | 'info' | 'warning'
  text: string
}

export function passwordField(
  context: StaffContext,
  chart: PortalChart,
  typed: { loginName: string; password: string },
  error = '',
): PasswordFieldPage {
  return { password: typed.password, error, judgement: judgementOf(context, chart, typed) }
}

/** The policy's word on it, the same that saving goes by. */
export function judgementOf(
  context: StaffContext,
  chart: PortalChart,
  typed: { loginName: string; password: string },
): JudgementPage {
  const { flaw, strength } = judgeFor(context.portal, chart, typed)
  if (flaw) return { tone: 'warning', text: flawText(context, flaw) }
  return { tone: strength === 1 ? 'info' : 'success', text: context.t(`password.strength.${String(strength)}`) }
}

export function flawText({ t }: Pick<StaffContext, 't'>, flaw: PasswordFlaw): string {
  return t(`password.flaw.${flaw.reason}`, 'length' in flaw ? { length: flaw.length } : {})
}
