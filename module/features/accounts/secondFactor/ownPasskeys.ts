/** One's own passkeys: adding one, and calling it by a name. */
import { z } from 'zod'
import { passkeysOf, type Passkey } from '../../../access/passkeys.js'
import { optionalText } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import type { RequestContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { addPasskey, callPasskey } from './changing.js'
import { added, answerOf, passwordError, type Own } from './own.js'
import { newPasskeyPage, type NewPasskeyPage } from './settingUp.js'

export interface PasskeyLine {
  name: string
  added: string
  used?: string
  href: string
}

export function lineOf(context: RequestContext, here: string, { id, name, createdAt, usedAt }: Passkey): PasskeyLine {
  const { t, url } = context
  return {
    name,
    added: t('second.passkey.added', { when: writeInstant(context, createdAt) }),
    ...(usedAt === undefined ? {} : { used: t('second.passkey.used', { when: writeInstant(context, usedAt) }) }),
    href: url(`${here}/passkeys/${String(id)}`),
  }
}

/** View: /accounts/secondFactor/own-passkey. */
export interface OwnPasskeyPage {
  backHref: string
  action: string
  passkey: NewPasskeyPage
  errors: FieldError[]
}

const PasskeyForm = z.object({
  name: optionalText(100),
  passkey: optionalText(20_000, 'second.passkeyWrong'),
  password: z.string().max(4096).optional().default(''),
})

export async function showNewPasskey(own: Own): Promise<Answer> {
  return ownPasskey(own, own.context.t('second.passkey'), [])
}

export async function postPasskey(own: Own): Promise<Answer> {
  const { actor, context, holder } = own
  const { name: typed = '', passkey = '', password = '' } = context.form(PasskeyForm).typed
  const name = typed.trim() || context.t('second.passkey')
  const wrong = await passwordError(own, password)
  if (wrong) return ownPasskey(own, name, [wrong])
  const outcome = await addPasskey(context.portal, actor, holder, { answer: passkey, name })
  if (outcome.ok) return added(own, outcome, 'second.passkey.addedNow')
  return ownPasskey(own, name, [{ text: context.t('second.passkeyWrong') }])
}

async function ownPasskey({ context, here, holder }: Own, name: string, errors: FieldError[]): Promise<Answer> {
  const { portal, show, t, url } = context
  if (holder.unproved) return show.seeOther(here, { kind: 'warning', key: 'second.passkey.unproved' })
  const passkey = await newPasskeyPage(portal, holder, name)
  if (!passkey) return show.notFound()
  const page: OwnPasskeyPage = { backHref: url(here), action: url(`${here}/passkeys`), passkey, errors }
  return answerOf(show, '/accounts/secondFactor/own-passkey', page, t('second.passkey.title'), errors)
}

/** View: /accounts/secondFactor/one-passkey. */
export interface OnePasskeyPage {
  backHref: string
  line: PasskeyLine
  nameAction: string
  removeHref: string
  error?: string
}

/** Of this address, where it is theirs. */
export async function passkeyIn({ context, holder }: Own): Promise<Passkey | undefined> {
  const id = Number(/^[1-9]\d{0,15}$/.exec(context.params['passkey'] ?? '')?.[0])
  return (await passkeysOf(context.portal.db, holder.owner)).find((passkey) => passkey.id === id)
}

export async function showPasskey(own: Own): Promise<Answer> {
  const passkey = await passkeyIn(own)
  return passkey ? onePasskey(own, passkey) : own.context.show.notFound()
}

export async function namePasskey(own: Own): Promise<Answer> {
  const { actor, context, here, holder } = own
  const { portal, show, t } = context
  const passkey = await passkeyIn(own)
  if (!passkey) return show.notFound()
  const form = context.form(z.object({ name: optionalText(100) }))
  const name = form.ok ? form.value.name : ''
  if (name === '') return onePasskey(own, passkey, t(form.ok ? 'second.passkey.nameless' : 'form.tooLong'))
  const isNamed = await callPasskey(portal, actor, holder, { id: passkey.id, name })
  return isNamed ? show.seeOther(here, { kind: 'success', key: 'second.passkey.named' }) : show.notFound()
}

function onePasskey({ context, here }: Own, passkey: Passkey, error?: string): Answer {
  const { show, t, url } = context
  const line = lineOf(context, here, passkey)
  const page: OnePasskeyPage = {
    backHref: url(here),
    line,
    nameAction: `${line.href}/name`,
    removeHref: `${line.href}/removal`,
    ...(error === undefined ? {} : { error }),
  }
  const errors = error === undefined ? [] : [{ name: 'name', text: error }]
  return answerOf(show, '/accounts/secondFactor/one-passkey', page, t('second.passkey.one'), errors)
}
