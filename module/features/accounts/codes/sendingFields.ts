/** How a PIN or a code reaches its recipient: on paper, by e-mail, as a text message. */
import { z } from 'zod'
import type { Sending } from '../../../access/codeIssuing.js'
import type { FamilyMember } from '../../../host/family.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import { isEmailAddress } from '../../../platform/emailAddress.js'

const Fields = z.object({
  deliver: optionalText(8),
  email: optionalText(255, 'codes.send.badEmail'),
  mobile: optionalText(40, 'codes.send.badMobile'),
  asked: optionalText(8),
})

export type SendingRead = { ok: true; value: Sending | undefined } | { ok: false; errors: FieldError[] }

/** Undefined: it is printed. */
export function readSending({ form, t }: StaffContext, mayPrint: boolean): SendingRead {
  const read = form(Fields)
  if (!read.ok) return { ok: false, errors: Object.entries(read.errors).map(([name, key]) => ({ name, text: t(key) })) }
  const { deliver, email, mobile, asked } = read.value
  const wrong = (name: string, key: string): SendingRead => ({ ok: false, errors: [{ name, text: t(key) }] })
  if (deliver === 'print' && mayPrint) return { ok: true, value: undefined }
  if (deliver === 'mail') {
    return isEmailAddress(email)
      ? { ok: true, value: { channel: 'mail', to: email, asked: asked === '1' } }
      : wrong('email', 'codes.send.badEmail')
  }
  if (deliver === 'sms') {
    const to = mobile.replace(/[^\d+]/g, '')
    return /^\+?\d{7,15}$/.test(to)
      ? { ok: true, value: { channel: 'sms', to, asked: asked === '1' } }
      : wrong('mobile', 'codes.send.badMobile')
  }
  return wrong('deliver', 'codes.send.choose')
}

interface ViewOptions {
  mayPrint: boolean
  errors: readonly FieldError[]
}

/** Prefilled from the chart; what was typed stays. */
export function sendingView(
  { portal, t }: StaffContext,
  patient: FamilyMember,
  typed: Readonly<Record<string, string>>,
  { mayPrint, errors }: ViewOptions,
) {
  const usual = mayPrint ? 'print' : patient.email === '' && patient.cell !== '' ? 'sms' : 'mail'
  const chosen = typed['deliver'] ?? usual
  const at = (name: string) => errors.find((error) => error.name === name)?.text
  const ways = [...(mayPrint ? ['print'] : []), 'mail', 'sms']
  return {
    ways: ways.map((value, index) => ({
      value,
      id: index === 0 ? 'field-deliver' : `field-deliver-${value}`,
      text: t(`codes.send.${value}`),
      hint: hintOf(value),
      chosen: value === chosen,
    })),
    email: typed['email'] ?? patient.email,
    mobile: typed['mobile'] ?? patient.cell,
    askedTicked: typed['asked'] === '1',
    deliverError: at('deliver'),
    emailError: at('email'),
    mobileError: at('mobile'),
    consents: [
      t(patient.mailAllowed ? 'codes.send.mailAllowed' : 'codes.send.mailRefused'),
      t(patient.smsAllowed ? 'codes.send.smsAllowed' : 'codes.send.smsRefused'),
    ],
    askAgain: !patient.mailAllowed || !patient.smsAllowed,
  }
  function hintOf(way: string): string {
    if (way === 'mail' && !portal.post.mail) return t('codes.send.noMailServer')
    return way === 'sms' && !portal.post.sms ? t('codes.send.noGateway') : ''
  }
}
