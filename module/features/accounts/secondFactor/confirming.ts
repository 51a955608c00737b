/** What is taken off, and new recovery codes: what will happen is said first, and the password is asked for. */
import { z } from 'zod'
import type { Passkey } from '../../../access/passkeys.js'
import type { FieldError } from '../../../web/layout.js'
import type { Answer } from '../../../web/show.js'
import { newCodes, takeOff } from './changing.js'
import { codesPage } from './codesPage.js'
import { answerOf, passwordError, type Own } from './own.js'
import { passkeyIn } from './ownPasskeys.js'

/** View: /accounts/secondFactor/confirm: what will happen, and the password. */
export interface ConfirmPage {
  backHref: string
  title: string
  text: string
  action: string
  submit: string
  danger: boolean
  errors: FieldError[]
}

type Confirmed = 'codes' | 'app' | 'all' | 'passkey'

const Confirmation = z.object({ password: z.string().max(4096).optional().default('') })

/** GET and POST of what needs the password alone. */
export async function confirm(own: Own, what: Confirmed): Promise<Answer> {
  const passkey = what === 'passkey' ? await passkeyIn(own) : undefined
  if (what === 'passkey' && !passkey) return own.context.show.notFound()
  return asked(own, what, passkey, [])
}

export async function confirmed(own: Own, what: Confirmed): Promise<Answer> {
  const { actor, context, here, holder } = own
  const { portal, show, t, url } = context
  const passkey = what === 'passkey' ? await passkeyIn(own) : undefined
  if (what === 'passkey' && !passkey) return show.notFound()
  const wrong = await passwordError(own, context.form(Confirmation).typed['password'] ?? '')
  if (wrong) return asked(own, what, passkey, [wrong])
  if (what === 'codes') {
    const codes = await newCodes(portal, actor, holder)
    if (!codes) return show.notFound()
    await own.renewSession()
    return codesPage(context, { codes, backHref: url(here) })
  }
  const off = await takeOff(portal, actor, holder, passkey ? { passkey: passkey.id } : what === 'app' ? 'app' : 'all')
  if (!off.ok && off.reason === 'gone') return show.notFound()
  if (!off.ok) return asked(own, what, passkey, [{ text: t('second.required') }], 409)
  await own.renewSession()
  const key = what === 'all' ? 'second.off.done' : what === 'app' ? 'second.app.removed' : 'second.passkey.removed'
  return show.seeOther(here, { kind: 'success', key })
}

function asked(
  { context, here }: Own,
  what: Confirmed,
  passkey: Passkey | undefined,
  errors: FieldError[],
  status?: number,
): Answer {
  const { show, t, url } = context
  const path = {
    codes: '/codes',
    app: '/app/removal',
    all: '/removal',
    passkey: `/passkeys/${String(passkey?.id)}/removal`,
  }
  const title = t(`second.confirm.${what}`)
  const page: ConfirmPage = {
    backHref: url(here),
    title,
    text: t(`second.confirm.${what}.text`, { name: passkey?.name ?? '' }),
    action: url(`${here}${path[what]}`),
    submit: t(`second.confirm.${what}.submit`),
    danger: what !== 'codes',
    errors,
  }
  return answerOf(show, '/accounts/secondFactor/confirm', page, title, errors, status)
}
