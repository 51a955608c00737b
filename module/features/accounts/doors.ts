import { z } from 'zod'
import { passkeyDomain } from '../../access/passkeyCeremonies.js'
import type { SignInRefusal } from '../../access/signIn.js'
import { bookAddressFor, isBookingPublic } from '../../web/bookAddress.js'
import { optionalText } from '../../web/forms.js'
import type { FieldError, SignInPage, StaffSignInPage } from '../../web/layout.js'
import { can, routes, type AccountContext, type DoorContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { goIn } from './onward.js'

export const patientDoorRoutes = routes('patientDoor', (r) => {
  r.get('/portal/sign-in', can('sign-in:use'), (context) =>
    patientDoor(context, { username: '', email: '', errors: [] }),
  )
  r.post('/portal/sign-in', can('sign-in:use'), signInPatient)
  r.post('/portal/sign-out', can('sign-in:use'), (context) => leave(context, '/portal/sign-in'))
})

export const staffDoorRoutes = routes('staffDoor', (r) => {
  r.get('/staff/sign-in', can('sign-in:use'), (context) => staffDoor(context, { username: '', errors: [] }))
  r.post('/staff/sign-in', can('sign-in:use'), signInStaff)
  r.post('/staff/sign-out', can('sign-in:use'), (context) => leave(context, '/staff/sign-in'))
})

export const recordRoutes = routes('account', (r) => {
  r.get('/', can('account:view'), toTheRecord)
})

const SignIn = z.object({
  username: optionalText(255),
  password: z.string().optional().default(''),
  email: optionalText(255),
  next: optionalText(2000),
})

async function signInPatient(context: DoorContext): Promise<Answer> {
  const form = context.form(SignIn)
  const typed = { username: form.typed['username'] ?? '', email: form.typed['email'] ?? '' }
  const missing = missingIn(context, form.typed, asksEmail(context))
  if (missing.length > 0 || !form.ok) return patientDoor(context, { ...typed, errors: missing }, 422)

  const outcome = await context.authenticate()
  if (!outcome.ok) return patientDoor(context, { ...typed, errors: [whyNot(context, outcome)] }, statusOf(outcome))
  return goIn(context, outcome, safeNext(form.value.next, ['/portal']))
}

async function signInStaff(context: DoorContext): Promise<Answer> {
  const form = context.form(SignIn)
  const username = form.typed['username'] ?? ''
  const missing = missingIn(context, form.typed, false)
  if (missing.length > 0 || !form.ok) return staffDoor(context, { username, errors: missing }, 422)

  const outcome = await context.authenticate()
  if (!outcome.ok) return staffDoor(context, { username, errors: [whyNot(context, outcome)] }, statusOf(outcome))
  return goIn(context, outcome, safeNext(form.value.next, ['/staff/portal', '/emr']))
}

function missingIn(context: DoorContext, typed: Readonly<Record<string, string>>, askEmail: boolean): FieldError[] {
  const fields = [
    ['username', 'signIn.missingUsername'],
    ['password', 'signIn.missingPassword'],
    ...(askEmail ? [['email', 'signIn.missingEmail']] : []),
  ] as const
  return fields.flatMap(([name = '', key = '']) =>
    (typed[name] ?? '').trim() === '' ? [{ name, text: context.t(key) }] : [],
  )
}

function whyNot({ t }: DoorContext, refusal: SignInRefusal): FieldError {
  switch (refusal.reason) {
    case 'wrong':
      return { text: t('signIn.wrong') }
    case 'too-many':
      return { text: t('signIn.tooMany', { minutes: Math.ceil(refusal.seconds / 60) }) }
  }
}

function statusOf(refusal: SignInRefusal): number {
  return refusal.reason === 'too-many' ? 429 : 401
}

type PatientTyped = Pick<SignInPage, 'username' | 'email' | 'errors'>

function patientDoor(context: DoorContext, typed: PatientTyped, status?: number): Answer {
  const next = safeNext(nextIn(context), ['/portal'])
  if (context.inside && status === undefined) return context.show.seeOther(next ?? '/portal')
  const page: SignInPage = {
    ...typed,
    action: context.url('/portal/sign-in'),
    askEmail: asksEmail(context),
    ...passkeyWay(context, '/portal/sign-in/passkey', next),
    forgottenHref: context.url('/portal/forgotten'),
    joinHref: context.url('/portal/join'),
    ...(context.portal.settings().selfRegistration === 'on' ? { registerHref: context.url('/portal/register') } : {}),
    ...(isBookingPublic(context.portal) ? { bookHref: context.url(bookAddressFor(next)) } : {}),
    ...(next === undefined ? {} : { next }),
  }
  return atDoor(context, '/accounts/sign-in', page, context.t('signIn.title'), status)
}

type StaffTyped = Pick<StaffSignInPage, 'username' | 'errors'>

function staffDoor(context: DoorContext, typed: StaffTyped, status?: number): Answer {
  const next = safeNext(nextIn(context), ['/staff/portal', '/emr'])
  if (context.inside && status === undefined) return context.show.seeOther(next ?? '/staff/portal')
  const page: StaffSignInPage = {
    ...typed,
    action: context.url('/staff/sign-in'),
    place: context.portal.practice().name,
    ...passkeyWay(context, '/staff/sign-in/passkey', next),
    ...(next === undefined ? {} : { next }),
  }
  return atDoor(context, '/staff/sign-in', page, context.t('staff.signIn.title'), status)
}

function atDoor(context: DoorContext, view: string, page: unknown, title: string, status: number | undefined): Answer {
  if (status === undefined) return context.show.page(view, page, { title })
  return context.show.refused(view, page, { title, status })
}

/** Where browsers offer passkeys at all (access/passkeyCeremonies.ts). */
function passkeyWay({ portal, url }: DoorContext, path: string, next: string | undefined): { passkeyHref?: string } {
  if (passkeyDomain(portal) === undefined) return {}
  return { passkeyHref: url(next === undefined ? path : `${path}?next=${encodeURIComponent(next)}`) }
}

function asksEmail(context: DoorContext): boolean {
  return context.portal.globals().get('enforce_signin_email') === '1'
}

const Next = z.object({ next: optionalText(2000) })

function nextIn(context: DoorContext): string {
  const form = context.form(Next)
  return context.query['next'] ?? (form.ok ? form.value.next : '')
}

/** A way on inside this door's own pages; an address of anywhere else is dropped. */
export function safeNext(next: string, roots: readonly string[]): string | undefined {
  const address = URL.parse(next, 'http://foyer.invalid')
  if (!next.startsWith('/') || address?.host !== 'foyer.invalid') return undefined
  const path = address.pathname
  const inside = roots.some((root) => path === root || path.startsWith(`${root}/`))
  return inside && !path.endsWith('/sign-in') && !path.endsWith('/sign-out') ? `${path}${address.search}` : undefined
}

async function leave(context: DoorContext, door: string): Promise<Answer> {
  await context.leave()
  return context.show.seeOther(door, { kind: 'info', key: 'signIn.signedOut' })
}

/** One chart: straight to it. Several: the chooser. None yet: the account's own record. */
function toTheRecord({ account, show }: AccountContext): Answer {
  const [only, other] = account.records
  if (only && !other) return show.seeOther(`/portal/records/${only.record}`)
  return show.seeOther(other ? '/portal/records' : `/portal/records/${account.ownRecord}`)
}
