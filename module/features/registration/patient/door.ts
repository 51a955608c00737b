/** Signed out: an address is proved first, then comes who one is. */
import { z } from 'zod'
import { judgeNewcomer, newcomerStamp, takeNewcomerTry, WORK_BITS } from '../../../access/newcomers.js'
import { shortestPassword } from '../../../access/passwordPolicy.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { DoorContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { detailsOf, detailsSchema } from '../details.js'
import { askToRegister, provenAddress, register, type Registered } from '../registering.js'
import { detailsErrors, detailsFields } from './detailsFields.js'
import { emailAddress } from '../../../web/personFields.js'

/** GET /portal/register */
export function askAddress(context: DoorContext): Answer {
  if (!isOn(context)) return context.show.notFound()
  if (context.inside) return context.show.seeOther('/portal/account/registrations/new')
  return context.show.page('/registration/patient/address', addressPage(context, '', []), {
    title: context.t('registration.title'),
  })
}

/** The practice may close this door: then it is not there. */
function isOn({ portal }: DoorContext): boolean {
  return portal.settings().selfRegistration === 'on'
}

const AddressForm = z.object({
  email: emailAddress('registration.missing.email'),
  stamp: optionalText(80),
  work: optionalText(20),
  website: optionalText(255),
})

/** POST /portal/register: whatever the address is, the answer is the same. */
export async function takeAddress(context: DoorContext): Promise<Answer> {
  const { form, language, portal, requestId, show, t } = context
  if (!isOn(context)) return show.notFound()
  const asked = form(AddressForm)
  const typed = asked.typed['email'] ?? ''
  if (!asked.ok) return addressRefused(context, typed, asked.errors['email'] ?? 'registration.missing.email')
  const { email, ...fields } = asked.value
  const newcomer = await judgeNewcomer(portal, fields)
  if (newcomer === 'stale') return addressRefused(context, typed, 'newcomer.stale')
  // The stamp stays, so that the same press a moment later is taken.
  if (newcomer === 'too-soon') return addressRefused(context, typed, 'newcomer.tooSoon', fields.stamp)
  const room = await takeNewcomerTry(portal, context.address)
  if (!room.ok) return show.problem(429, { retryAfter: room.seconds, what: t('newcomer.tooMany') })
  if (newcomer === 'person') await askToRegister(portal, { email, language, requestId })
  return show.seeOther('/portal/register/sent')
}

function addressPage(context: DoorContext, email: string, errors: FieldError[], stamp?: string) {
  const { portal, url } = context
  return {
    action: url('/portal/register'),
    email,
    errors,
    newcomer: { stamp: stamp ?? newcomerStamp(portal), bits: WORK_BITS },
    signInHref: url('/portal/sign-in'),
    joinHref: url('/portal/join'),
  }
}

function addressRefused(context: DoorContext, typed: string, key: string, stamp?: string): Answer {
  const page = addressPage(context, typed, [{ name: 'email', text: context.t(key) }], stamp)
  return context.show.refused('/registration/patient/address', page, { title: context.t('registration.title') })
}

/** GET /portal/register/sent */
export function sent(context: DoorContext): Answer {
  if (!isOn(context)) return context.show.notFound()
  const { portal, show, t, url } = context
  const page = { phone: portal.practice().phone, againHref: url('/portal/register') }
  return show.page('/registration/patient/sent', page, { title: t('registration.sent.title') })
}

/** GET /portal/register/:token. Looking does not use the link: mail programs look at every one. */
export async function askDetails(context: DoorContext): Promise<Answer> {
  const { params, portal, show } = context
  if (!isOn(context)) return show.notFound()
  const email = await provenAddress(portal, params['token'] ?? '')
  if (email === undefined) return noLink(context)
  return detailsPage(context, email, {}, [])
}

function noLink({ show, t, url }: DoorContext): Answer {
  return show.problem(404, {
    what: t('registration.noLink'),
    next: t('registration.noLink.next'),
    actions: [{ label: t('registration.title'), href: url('/portal/register') }],
  })
}

function detailsPage(
  context: DoorContext,
  email: string,
  typed: Readonly<Record<string, string>>,
  errors: FieldError[],
): Answer {
  const { params, portal, show, t, url } = context
  const length = shortestPassword(portal)
  const page = {
    ...detailsFields(context, typed, errors),
    action: url(`/portal/register/${params['token'] ?? ''}`),
    email,
    withAccount: true,
    holderName: typed['holderName'] ?? '',
    password: {
      label: t('password.new'),
      hint: t(portal.globals().get('secure_password') === '1' ? 'password.hintKinds' : 'password.hint', { length }),
      judgeAction: url('/portal/password-judgement'),
      error: errors.find(({ name }) => name === 'password')?.text,
    },
  }
  const options = { title: t('registration.details.title') }
  return errors.length === 0
    ? show.page('/registration/patient/details', page, options)
    : show.refused('/registration/patient/details', page, options)
}

/** POST /portal/register/:token */
export async function takeDetails(context: DoorContext): Promise<Answer> {
  const { enter, form, language, params, portal, requestId, show } = context
  if (!isOn(context)) return show.notFound()
  const token = params['token'] ?? ''
  const email = await provenAddress(portal, token)
  if (email === undefined) return noLink(context)
  const asked = form(
    detailsSchema(portal.clock).extend({
      holderName: optionalText(200),
      password: z.string().max(4096).optional().default(''),
    }),
  )
  const errors = detailsErrors(context, asked, true)
  const details = asked.ok ? detailsOf(asked.value) : undefined
  if (!asked.ok || !details || errors.length > 0) return detailsPage(context, email, asked.typed, errors)
  const { holderName, password } = asked.value
  const outcome = await register(portal, {
    ...{ token, details, password, language, requestId },
    holderName: holderName === '' ? `${details.firstName} ${details.lastName}` : holderName,
  })
  if (!outcome.ok) return notRegistered(context, outcome, email, asked.typed)
  await enter({ id: outcome.accountId, fingerprint: outcome.fingerprint })
  return show.seeOther(`/portal/account/registrations/${outcome.receipt}`)
}

function notRegistered(
  context: DoorContext,
  refusal: Extract<Registered, { ok: false }>,
  email: string,
  typed: Readonly<Record<string, string>>,
): Answer {
  const { show, t, url } = context
  if (refusal.reason === 'no-link') return noLink(context)
  if (refusal.reason === 'has-account') {
    const actions = [{ label: t('signIn.submit'), href: url('/portal/sign-in') }]
    return show.problem(409, { what: t('registration.hasAccount'), next: t('registration.hasAccount.next'), actions })
  }
  const { flaw } = refusal
  const said = t(`password.flaw.${flaw.reason}`, flaw.reason === 'too-short' ? { length: flaw.length } : {})
  return detailsPage(context, email, typed, [{ name: 'password', text: said }])
}
