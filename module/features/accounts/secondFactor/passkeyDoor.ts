/** The page on which somebody comes in with a passkey and nothing else. */
import { z } from 'zod'
import { requestOptions } from '../../../access/passkeyCeremonies.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { DoorContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { safeNext } from '../doors.js'
import { goIn } from '../onward.js'
import { enterByPasskey } from './entering.js'

/** View: /accounts/secondFactor/passkey-door. */
export interface PasskeyDoorPage {
  action: string
  /** For the browser, as JSON. */
  options: string
  errors: FieldError[]
  next?: string
  passwordHref: string
}

const doors = { patient: '/portal/sign-in', staff: '/staff/sign-in' } as const
const roots = { patient: ['/portal'], staff: ['/staff/portal', '/emr'] } as const

const Form = z.object({ passkey: optionalText(20_000), next: optionalText(2000) })

export async function showPasskeyDoor(context: DoorContext): Promise<Answer> {
  if (context.inside) return context.show.seeOther(roots[context.door][0])
  return page(context, safeNext(context.query['next'] ?? '', roots[context.door]), undefined, 200)
}

export async function postPasskeyDoor(context: DoorContext): Promise<Answer> {
  const { address, door, portal, requestId, t } = context
  const { passkey: answer = '', next: wanted = '' } = context.form(Form).typed
  const next = safeNext(wanted, roots[door])
  const outcome = await enterByPasskey(portal, door, { answer, address, requestId })
  if (outcome.ok) return goIn(context, outcome, next)
  if (outcome.reason === 'wrong') return page(context, next, t('second.passkeyWrong'), 401)
  return page(context, next, t('second.tooMany', { minutes: Math.ceil(outcome.seconds / 60) }), 429)
}

async function page(
  { door, portal, show, t, url }: DoorContext,
  next: string | undefined,
  error: string | undefined,
  status: number,
): Promise<Answer> {
  const options = await requestOptions(portal)
  if (options === undefined) return show.notFound()
  const content: PasskeyDoorPage = {
    action: url(`${doors[door]}/passkey`),
    options,
    errors: error === undefined ? [] : [{ text: error }],
    ...(next === undefined ? {} : { next }),
    passwordHref: url(`${doors[door]}${next === undefined ? '' : `?next=${encodeURIComponent(next)}`}`),
  }
  const title = t('second.enter.title')
  return error === undefined
    ? show.page('/accounts/secondFactor/passkey-door', content, { title })
    : show.refused('/accounts/secondFactor/passkey-door', content, { title, status })
}
