/** The password, on the account page: when it was changed, and changing it. */
import { z } from 'zod'
import { tryLimits } from '../../../access/limits.js'
import { verifyOwnPassword } from '../../../access/ownPasswords.js'
import type { Portal } from '../../../access/portal.js'
import { hashSettings, verifyInEqualTime } from '../../../host/php/passwords.js'
import type { Translate } from '../../../platform/i18n.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import type { AccountContext, RequestContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { AccountSection } from './accountSection.js'
import { choosePassword } from './choosing.js'
import { Password, passwordHint, unfitText } from './judging.js'
import { findPerson, type SafetyPerson } from './person.js'

/** View: /accounts/safety/password-card. */
export interface PasswordCard {
  /** What is typed at sign-in. */
  loginNames: string[]
  changed: string | undefined
  changeHref: string
}

export const passwordSection: AccountSection = {
  key: 'password',
  title: 'account.password',
  show: async (context) => {
    const person = await findPerson(context.portal.db, context.portal, context.account.id)
    if (!person) return undefined
    const { ownHash, email, login, passwordChangedAt } = person
    const names = [ownHash === undefined ? undefined : email, login?.loginName]
    const content: PasswordCard = {
      loginNames: names.filter((name) => name !== undefined && name !== '') as string[],
      changed: passwordChangedAt === undefined ? undefined : writeInstant(context, passwordChangedAt),
      changeHref: context.url('/portal/account/password'),
    }
    return { view: '/accounts/safety/password-card', content }
  },
}

/** View: /accounts/safety/change-password. */
export interface ChangePasswordPage {
  action: string
  backHref: string
  judgeAction: string
  hint: string
  errors: FieldError[]
}

export function showChangePassword(context: AccountContext): Answer {
  const { show, t } = context
  return show.page('/accounts/safety/change-password', pageOf(context, []), { title: t('account.changePassword') })
}

const Change = Password.extend({ current: z.string().max(4096, 'form.tooLong').optional().default('') })

export async function postChangePassword(context: AccountContext): Promise<Answer> {
  const { account, actor, portal, show, t } = context
  const form = context.form(Change)
  const person = await findPerson(portal.db, portal, account.id)
  if (!person) return show.seeOther('/portal/sign-in')
  const { current, password } = form.ok ? form.value : { current: '', password: '' }
  const refused = (name: string, text: string, status = 422) =>
    show.refused('/accounts/safety/change-password', pageOf(context, [{ name, text }]), {
      title: t('account.changePassword'),
      status,
    })
  const is = await knowsPassword(context, person, current)
  if (!is.ok) return refused('current', ...notKnown(t, is))
  const of = person.ownHash === undefined ? 'host' : 'own'
  const choice = { password, why: 'changed', of, keep: context.session } as const
  const chosen = await choosePassword(portal, actor, person, choice)
  if (!chosen.ok) {
    return refused('password', chosen.reason === 'unfit' ? unfitText(t, chosen.unfit) : t('password.tooLate'))
  }
  await context.renewSession(chosen.fingerprint)
  return show.seeOther('/portal/account', { kind: 'success', key: 'account.passwordChanged' })
}

export type Knows = { ok: true } | { ok: false; reason: 'wrong' } | { ok: false; reason: 'too-many'; seconds: number }

const WINDOW_SECONDS = 15 * 60

/** Whether whoever sits there knows the account's password: somebody else may sit at an open page. */
export async function knowsPassword(
  { portal, address }: Pick<RequestContext, 'portal' | 'address'>,
  person: SafetyPerson,
  password: string,
): Promise<Knows> {
  const { signInTries: perAccount, signInTriesPerAddress: perAddress } = portal.settings()
  const limits = tryLimits(portal.db, 'password', WINDOW_SECONDS, () => ({ perAccount, perAddress }))
  const trying = { audience: 'patient', targets: [`account ${String(person.id)}`], address }
  const room = await limits.take(trying)
  if (!room.ok) return { ok: false, reason: 'too-many', seconds: room.seconds }
  if (!(await isPassword(portal, person, password))) return { ok: false, reason: 'wrong' }
  await limits.forgive(trying)
  return { ok: true }
}

/** Why the password was not taken, in words, and with which status. */
export function notKnown(t: Translate, why: Exclude<Knows, { ok: true }>): [text: string, status: number] {
  return why.reason === 'wrong'
    ? [t('account.wrongPassword'), 422]
    : [t('account.tooMany', { minutes: Math.ceil(why.seconds / 60) }), 429]
}

async function isPassword(portal: Portal, { ownHash, login }: SafetyPerson, password: string): Promise<boolean> {
  if (ownHash !== undefined) return verifyOwnPassword(password, ownHash)
  return verifyInEqualTime(password, login?.hash, hashSettings(portal.globals()))
}

function pageOf({ portal, t, url }: AccountContext, errors: FieldError[]): ChangePasswordPage {
  return {
    action: url('/portal/account/password'),
    backHref: url('/portal/account'),
    judgeAction: url('/portal/password-judgement'),
    hint: passwordHint(portal, t),
    errors,
  }
}
