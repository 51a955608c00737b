/** The button that proves an address (GET shows it, since mail servers follow links), and the wait for it at the door. */
import { z } from 'zod'
import { tryLimits } from '../../../access/limits.js'
import { findLink, lastLink, usedLink, type Link } from '../../../access/links.js'
import type { Portal } from '../../../access/portal.js'
import { sendVerification, verifyEmail } from '../../../access/verification.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { DoorContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { atStage, goOn } from '../onward.js'
import { birthDateField, birthDateRefused, type BirthDateField } from './birthDate.js'
import { knowsPassword, notKnown } from './passwordPages.js'
import { findPerson, type SafetyPerson } from './person.js'

/** View: /accounts/safety/verify. */
export interface VerifyPage {
  action: string
  token: string
  email: string
  birthDate: BirthDateField | undefined
  /** It takes the place of one that was proved: the account's password is asked. */
  password: boolean
  passwordError: string | undefined
  errors: FieldError[]
}

/** View: /accounts/safety/verify-over. */
export interface VerifyOverPage {
  signInHref: string
  phone: string
}

const Pressed = z.object({ token: optionalText(100), birthDate: optionalText(20), current: optionalText(4096) })

export async function showVerify(context: DoorContext): Promise<Answer> {
  const token = context.query['token'] ?? ''
  const link = await findLink(context.portal.db, context.portal, 'verify-email', token)
  if (!link) return (await provedBefore(context, token)) ?? verifyOver(context)
  const page = await verifyPage(context, link, token, await birthDateField(context.portal.db, link.accountId))
  return context.show.page('/accounts/safety/verify', page, { title: context.t('verify.title') })
}

export async function postVerify(context: DoorContext): Promise<Answer> {
  const { portal, requestId, show, waiting } = context
  const { birthDate = '', current = '', token = '' } = context.form(Pressed).typed
  const link = await findLink(portal.db, portal, 'verify-email', token)
  if (!link) return verifyOver(context)
  const { accountId } = link
  const refused = await birthDateRefused(context, { accountId, email: String(link.facts['email']), birthDate })
  if (refused) {
    const { error, status } = refused
    const field = await birthDateField(portal.db, accountId, birthDate, error.text)
    const page = { ...(await verifyPage(context, link, token, field)), errors: [error] }
    return show.refused('/accounts/safety/verify', page, { title: context.t('verify.title'), status })
  }
  const owner = await whoMustSay(context, link)
  const is = owner && (await knowsPassword(context, owner, current))
  if (is?.ok === false) {
    const [text, status] = notKnown(context.t, is)
    const error = { name: 'current', text }
    const page = { ...(await verifyPage(context, link, token, undefined)), passwordError: text, errors: [error] }
    return show.refused('/accounts/safety/verify', page, { title: context.t('verify.title'), status })
  }
  const verified = await verifyEmail(portal, link, requestId)
  if (!verified.ok) return verifyOver(context)
  if (waiting?.who.id === verified.accountId && waiting.stages[0] === 'verify-email') {
    return goOn(context, 'verify-email')
  }
  const next = verified.next === undefined ? '' : `?next=${encodeURIComponent(verified.next)}`
  return show.seeOther(`/portal/sign-in${next}`, { kind: 'success', key: 'verify.done' })
}

/**
 * A letter to an address that was mistyped goes to a stranger. Where it would take the place of one that was proved, and
 * with it the way in, whoever presses must be signed in to the account or know its password. Undefined: not asked.
 */
async function whoMustSay(
  { portal, whoIsIn }: DoorContext,
  { accountId, facts }: Link,
): Promise<SafetyPerson | undefined> {
  const person = accountId === undefined ? undefined : await findPerson(portal.db, portal, accountId)
  if (!person?.verified || person.email === facts['email']) return undefined
  return (await whoIsIn()) === person.id ? undefined : person
}

async function verifyPage(
  context: DoorContext,
  link: Link,
  token: string,
  birthDate: BirthDateField | undefined,
): Promise<VerifyPage> {
  return {
    ...{ action: context.url('/portal/verify'), token, email: String(link.facts['email']), birthDate },
    ...{ password: (await whoMustSay(context, link)) !== undefined, passwordError: undefined, errors: [] },
  }
}

/** The link was used, and the address is the account's own: there is nothing left to do but to sign in. */
async function provedBefore({ portal, show, t, url }: DoorContext, token: string): Promise<Answer | undefined> {
  const link = await usedLink(portal.db, portal, 'verify-email', token)
  const person = link?.accountId === undefined ? undefined : await findPerson(portal.db, portal, link.accountId)
  if (!person?.verified || person.email !== link?.facts['email']) return undefined
  const page = { signInHref: url('/portal/sign-in') }
  return show.page('/accounts/safety/verified', page, { title: t('verify.before') })
}

function verifyOver(context: DoorContext): Answer {
  const { portal, show, t, url } = context
  const page: VerifyOverPage = { signInHref: url('/portal/sign-in'), phone: portal.practice().phone }
  return show.refused('/accounts/safety/verify-over', page, { title: t('verify.over'), status: 404 })
}

/** View: /accounts/safety/verify-address. */
export interface VerifyAddressPage {
  email: string
  goOnAction: string
  againAction: string
  anotherHref: string
  signOutAction: string
  /** They said that the link was opened, and it was not. */
  notYet: boolean
}

const HERE = '/portal/sign-in/verify-address'

export async function showVerifyAddress(context: DoorContext): Promise<Answer> {
  const { who, answer } = atStage(context, 'verify-email')
  if (answer) return answer
  return atAddress(context, await waitingFor(context, who.who.id), false)
}

/** They opened the link, perhaps on another device. */
export async function postVerifyAddress(context: DoorContext): Promise<Answer> {
  const { who, answer } = atStage(context, 'verify-email')
  if (answer) return answer
  const person = await waitingFor(context, who.who.id)
  return person?.verified === true ? goOn(context, 'verify-email') : atAddress(context, person, true)
}

/** With the address to which the last link went: they may have said that it is another than the account's. */
async function waitingFor({ portal }: DoorContext, id: number): Promise<SafetyPerson | undefined> {
  const person = await findPerson(portal.db, portal, id)
  const last = person && (await lastLink(portal.db, portal, id, 'verify-email'))
  const email = last?.facts['email']
  return person && typeof email === 'string' ? { ...person, email } : person
}

const HOUR_SECONDS = 60 * 60
const LETTERS_MOST = 3

export async function sendAgain(context: DoorContext): Promise<Answer> {
  const { who, answer } = atStage(context, 'verify-email')
  if (answer) return answer
  const { address, portal, show } = context
  const person = await waitingFor(context, who.who.id)
  const email = person?.email
  if (!person || email === undefined) return show.seeOther('/portal/sign-in')
  if (!(await mayHaveAnother(portal, person.id, address))) {
    return show.seeOther(HERE, { kind: 'warning', key: 'verify.enough' })
  }
  await portal.db.transaction((tx) =>
    sendVerification(tx, portal, { id: person.id, email, language: person.language }, who.next),
  )
  return show.seeOther(HERE, { kind: 'success', key: 'verify.sentAgain' })
}

/** Whether one more may go to the address of this account, or one that its holder wants to have. */
export async function mayHaveAnother(portal: Portal, accountId: number, address: string): Promise<boolean> {
  const perAddress = portal.settings().signInTriesPerAddress
  const limits = tryLimits(portal.db, 'verify', HOUR_SECONDS, () => ({ perAccount: LETTERS_MOST, perAddress }))
  return (await limits.take({ audience: 'patient', targets: [`account ${String(accountId)}`], address })).ok
}

function atAddress(context: DoorContext, person: SafetyPerson | undefined, notYet: boolean): Answer {
  const { show, t, url } = context
  const page: VerifyAddressPage = {
    email: person?.email ?? '',
    goOnAction: url(HERE),
    againAction: url(`${HERE}/letter`),
    anotherHref: url(`${HERE}/another`),
    signOutAction: url('/portal/sign-out'),
    notYet,
  }
  const title = t('verify.wait')
  return notYet
    ? show.refused('/accounts/safety/verify-address', page, { title, status: 409 })
    : show.page('/accounts/safety/verify-address', page, { title })
}
