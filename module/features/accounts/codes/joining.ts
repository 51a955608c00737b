/** Somebody without an account comes with a PIN: they make one, and the record is open. */
import { accountMay } from '../../../access/scope.js'
import { redeemCode } from '../../../access/codeRedeeming.js'
import { hashOwnPassword } from '../../../access/ownPasswords.js'
import { judgePassword } from '../../../access/passwordPolicy.js'
import { fingerprintOf } from '../../../access/staff.js'
import { stagesOwed } from '../../../access/stages.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { DoorContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { goIn } from '../onward.js'
import { receiptOf } from './redeeming.js'
import { Password, passwordHint, unfitText } from '../safety/judging.js'
import { CodeFields, onceFor, readCode, whyNotOpened } from './typed.js'
import { isEmailAddress } from '../../../platform/emailAddress.js'
import { opaqueId, sha256 } from '../../../platform/ids.js'

interface Typed {
  pin?: string
  birthDate?: string
  email?: string
  token?: string
  errors?: FieldError[]
}

/** GET /portal/join. Who is signed in types the PIN into their account. */
export function joinPage(context: DoorContext, typed: Typed = {}, status = 422): Answer {
  const { inside, portal, show, t, url } = context
  if (!accountMay(portal.policy(), 'codes:redeem')) return show.notFound()
  if (inside && !typed.errors) return show.seeOther('/portal/codes')
  const at = (name: string) => typed.errors?.find((error) => error.name === name)?.text
  const page = {
    action: url('/portal/join'),
    signInHref: url('/portal/sign-in?next=/portal/codes'),
    pin: typed.pin ?? '',
    birthDate: typed.birthDate ?? '',
    email: typed.email ?? '',
    errors: typed.errors ?? [],
    once: typed.token ?? opaqueId(),
    // Above messages at fields the usual words stand.
    errorTitle: typed.errors?.some(({ name }) => name !== undefined) ? undefined : t('codes.typed.notOpened'),
    pinError: at('pin'),
    birthDateError: at('birthDate'),
    emailError: at('email'),
    passwordError: at('password'),
    passwordHint: passwordHint(portal, t),
    judgeAction: url('/portal/password-judgement'),
  }
  const title = { title: t('codes.join.title') }
  return typed.errors
    ? show.refused('/accounts/codes/join', page, { ...title, status })
    : show.page('/accounts/codes/join', page, title)
}

const Join = Password.extend({ ...CodeFields, email: optionalText(255) })

/** POST /portal/join */
export async function join(context: DoorContext): Promise<Answer> {
  const { address, form, language, portal, requestId, show, t } = context
  if (!accountMay(portal.policy(), 'codes:redeem')) return show.notFound()
  if (context.inside) return show.seeOther('/portal/codes', { kind: 'info', key: 'codes.join.inside' })
  const read = readCode(context)
  const asked = form(Join)
  const { pin, born, token, errors: wrong } = read
  const email = (asked.ok ? asked.value.email : (asked.typed['email'] ?? '')).trim()
  const password = asked.ok ? asked.value.password : ''
  const typed = { pin, birthDate: born, email, token }
  const judge = (names: readonly string[]) => judgePassword(portal, password, [email, born, ...names]).flaw
  const flaw = judge([])
  const errors: FieldError[] = [
    ...wrong,
    ...(isEmailAddress(email) ? [] : [{ name: 'email', text: t('codes.join.badEmail') }]),
    ...(flaw ? [{ name: 'password', text: unfitText(t, flaw) }] : []),
  ]
  if (errors.length > 0) return joinPage(context, { ...typed, errors })

  let passwordHash = ''
  const hashPassword = async () => {
    passwordHash = await hashOwnPassword(password)
    return passwordHash
  }
  const outcome = await redeemCode(
    portal,
    { kind: 'new', email, hashPassword, judgePassword: judge, language },
    { symbols: pin, born, address, requestId, once: onceFor(portal, `join:${sha256(email.toLowerCase())}`, read) },
  )
  if (!outcome.ok && outcome.reason === 'made-before') {
    return show.seeOther('/portal/sign-in', { kind: 'info', key: 'codes.join.made' })
  }
  if (!outcome.ok) {
    const { error, status } = whyNotOpened(context, outcome)
    return joinPage(context, { ...typed, errors: [error] }, status)
  }
  const who = { id: outcome.accountId, fingerprint: fingerprintOf(passwordHash) }
  const stages = await stagesOwed(portal, { kind: 'account', id: who.id, mustChange: false, unverified: false })
  // The practice may ask for a second factor of those who open somebody else's record.
  if (stages.length > 0) return goIn(context, { ok: true, who, stages }, undefined)
  await context.enter(who)
  return receiptOf(context, outcome)
}
