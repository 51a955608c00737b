/** Asking for a link, and using it: POST /portal/forgotten, /portal/reset. */
import { z } from 'zod'
import { optionalText, text } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { DoorContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { birthDateField, birthDateRefused, type BirthDateField } from './birthDate.js'
import { askForReset } from './forgetting.js'
import { Password, passwordHint, unfitText } from './judging.js'
import type { NewPasswordPage } from './newPassword.js'
import { openReset, resetPassword, type Resettable } from './resetting.js'

/** View: /accounts/safety/forgotten. */
export interface ForgottenPage {
  action: string
  typed: string
  errors: FieldError[]
  phone: string
}

/** Views: /accounts/safety/asked and /accounts/safety/link-over. */
export interface AskedPage {
  signInHref: string
  againHref: string
  phone: string
}

const FORGOTTEN = '/portal/forgotten'

export function showForgotten(context: DoorContext): Answer {
  return context.show.page('/accounts/safety/forgotten', forgottenPage(context, '', []), {
    title: context.t('forgotten.title'),
  })
}

const Asked = z.object({ who: text(255, 'forgotten.missing') })

export async function postForgotten(context: DoorContext): Promise<Answer> {
  const { address, portal, requestId, show, t } = context
  const form = context.form(Asked)
  const typed = form.typed['who'] ?? ''
  const again = (message: string, status: number) =>
    show.refused('/accounts/safety/forgotten', forgottenPage(context, typed, [{ name: 'who', text: message }]), {
      title: t('forgotten.title'),
      status,
    })
  if (!form.ok) return again(t(form.errors['who'] ?? 'forgotten.missing'), 422)
  const room = await askForReset(portal, { typed: form.value.who, address, requestId })
  if (!room.ok) return again(t('forgotten.tooMany', { minutes: Math.ceil(room.seconds / 60) }), 429)
  return show.seeOther('/portal/forgotten/sent')
}

/** The same for everybody, whether or not a letter goes out. */
export function showAsked(context: DoorContext): Answer {
  return context.show.page('/accounts/safety/asked', askedPage(context), { title: context.t('forgotten.asked') })
}

const Opened = z.object({ token: text(100, 'reset.over'), birthDate: optionalText(20) })

/** Mail servers follow links: looking uses nothing up. */
export async function showReset(context: DoorContext): Promise<Answer> {
  const reset = await openReset(context.portal, context.query['token'] ?? '')
  if (!reset) return linkOver(context)
  const field = await fieldOf(context, reset)
  const page = resetPage(context, reset, context.query['token'] ?? '', { birthDate: field, errors: [] })
  return context.show.page('/accounts/safety/new-password', page, { title: context.t('reset.title') })
}

export async function postReset(context: DoorContext): Promise<Answer> {
  const { portal, requestId, show, t } = context
  const form = context.form(Opened.extend(Password.shape))
  const token = form.typed['token'] ?? ''
  const reset = await openReset(portal, token)
  if (!reset) return linkOver(context)
  const again = async (error: FieldError, wrongDate?: string, status = 422) => {
    const birthDate = await fieldOf(context, reset, form.typed['birthDate'], wrongDate)
    const page = resetPage(context, reset, token, { birthDate, errors: [error] })
    return show.refused('/accounts/safety/new-password', page, { title: t('reset.title'), status })
  }
  // The host's login is told to the chart's own address: nobody mistyped that one here.
  const { accountId } = reset.of === 'own' ? reset.link : { accountId: undefined }
  const shown = { accountId, email: reset.loginName, birthDate: form.typed['birthDate'] ?? '' }
  const refused = await birthDateRefused(context, shown)
  if (refused) return again(refused.error, refused.error.text, refused.status)
  const done = await resetPassword(portal, reset, form.ok ? form.value.password : '', requestId)
  if (done.ok) {
    // They have just shown who they are: whoever tries passwords elsewhere does not keep this browser out.
    await context.knowDevice(done.accountId)
    if (context.inside || context.waiting) await context.leave()
    return show.seeOther('/portal/sign-in', { kind: 'success', key: 'reset.done' })
  }
  if (done.reason === 'over') return linkOver(context)
  return again({ name: 'password', text: unfitText(t, done.unfit) })
}

function fieldOf({ portal }: DoorContext, { link, of }: Resettable, typed = '', error?: string) {
  return birthDateField(portal.db, of === 'own' ? link.accountId : undefined, typed, error)
}

function resetPage(
  { portal, t, url }: DoorContext,
  { loginName }: Resettable,
  token: string,
  said: { birthDate: BirthDateField | undefined; errors: FieldError[] },
): NewPasswordPage {
  return {
    title: t('reset.title'),
    lead: t('reset.lead'),
    action: url('/portal/reset'),
    judgeAction: url('/portal/password-judgement'),
    hint: passwordHint(portal, t),
    ...said,
    loginName,
    token,
  }
}

function linkOver(context: DoorContext): Answer {
  const title = context.t('reset.over')
  return context.show.refused('/accounts/safety/link-over', askedPage(context), { title, status: 404 })
}

function askedPage({ portal, url }: DoorContext): AskedPage {
  return { signInHref: url('/portal/sign-in'), againHref: url(FORGOTTEN), phone: portal.practice().phone }
}

function forgottenPage({ portal, url }: DoorContext, typed: string, errors: FieldError[]): ForgottenPage {
  return { action: url(FORGOTTEN), typed, errors, phone: portal.practice().phone }
}
