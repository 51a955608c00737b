/** At the door: nobody, somebody who is held there until the last stage is done, somebody who goes in or out. */
import type { Request, Response } from 'express'
import type { Actor } from '../platform/audit.js'
import { utc } from '../platform/clock.js'
import { cookieIn } from '../platform/cookies.js'
import { DEVICE_DAYS, deviceName, rememberDevice } from '../access/devices.js'
import { deviceCookies } from '../access/passports.js'
import { findAccount } from '../access/scope.js'
import { findSession, keepPlace, notePlace } from '../access/sessions.js'
import type { SignedIn, SignInOutcome } from '../access/signIn.js'
import { notePatientIn, targetsOfAccount } from '../access/signInPatient.js'
import { noteStaffIn, staffTarget } from '../access/signInStaff.js'
import { staffMember } from '../access/staff.js'
import { hasWaitedTooLong, type Stage } from '../access/stages.js'
import { cookieOptions, requestContext, sessionOf, type Exchange } from './exchange.js'
import type { DoorContext, Held, WaitingPerson } from './routes.js'

export interface Doors {
  /** Passport's check of the posted name and password, as a value. */
  authenticate: (request: Request, response: Response) => Promise<SignInOutcome>
}

type Whose = DoorContext['door']

export async function doorContext(exchange: Exchange, whose: Whose, door: Doors): Promise<DoorContext> {
  const { request, response } = exchange
  const held = await whoIsHeld(exchange, whose)
  return {
    ...requestContext(exchange, held?.language),
    door: whose,
    authenticate: () => door.authenticate(request, response),
    enter: (who) => enter(exchange, whose, who),
    hold: (person) => hold(exchange, person),
    waiting: held?.waiting,
    pass: (stage, fingerprint) => pass(exchange, whose, held?.waiting, stage, fingerprint),
    knowDevice: (id) => knowDevice(exchange, whose, id),
    leave: () => leave(request),
    inside: sessionOf(request)?.passport !== undefined,
    whoIsIn: () => whoIsIn(exchange, whose),
  }
}

/** Under the password that holds: a session that is over for its account is nobody's. */
async function whoIsIn(exchange: Exchange, whose: Whose): Promise<number | undefined> {
  const user = sessionOf(exchange.request)?.passport?.user
  const person = user && (await personOf(exchange, whose, user.id))
  return person?.fingerprint !== undefined && person.fingerprint === user?.fingerprint ? user.id : undefined
}

/** As the audit trail, the device's cookie and the page need them. */
interface Person {
  actor: Actor
  language: string | undefined
  fingerprint: string | undefined
  targets: readonly string[]
}

async function personOf({ site, request }: Exchange, whose: Whose, id: number): Promise<Person | undefined> {
  const { portal } = site
  const { db } = portal
  const { requestId } = request
  if (whose === 'staff') {
    const member = await staffMember(db, id)
    if (!member) return undefined
    const { username, name, fingerprint } = member
    const actor: Actor = { kind: 'staff', id: username, name, requestId }
    return { actor, language: undefined, fingerprint, targets: [staffTarget(username)] }
  }
  const account = await findAccount(db, portal, id)
  if (!account) return undefined
  const { name, language, fingerprint } = account
  const actor: Actor = { kind: 'account', id: String(id), name, requestId }
  return { actor, language, fingerprint, targets: targetsOfAccount(account) }
}

/** Who was deactivated, has another password by now, or took too long is a stranger again. */
async function whoIsHeld(
  exchange: Exchange,
  whose: Whose,
): Promise<{ waiting: WaitingPerson; language: string | undefined } | undefined> {
  const waiting = sessionOf(exchange.request)?.waiting
  if (!waiting || hasWaitedTooLong(exchange.site.portal.clock, waiting)) return undefined
  const person = await personOf(exchange, whose, waiting.id)
  if (person?.fingerprint !== waiting.fingerprint) return undefined
  const { id, fingerprint, login, stages, next } = waiting
  return {
    waiting: { who: { id, fingerprint, ...(login ? { login } : {}) }, stages, next, name: person.actor.name },
    language: person.language,
  }
}

async function hold({ site, request }: Exchange, { who, stages, next }: Held): Promise<void> {
  await regenerate(request)
  const since = utc(site.portal.clock.now())
  request.session.waiting = { ...who, stages: [...stages], since, next }
  // A browser follows a redirect by its head, which is sent before the session would be kept by itself.
  await save(request)
}

async function pass(
  exchange: Exchange,
  whose: Whose,
  waiting: WaitingPerson | undefined,
  stage: Stage,
  fingerprint: string | undefined,
): Promise<Stage | undefined> {
  const [first, ...rest] = waiting?.stages ?? []
  if (!waiting || first !== stage) throw new Error(`Nobody is waiting at ${stage}`)
  // Of a login whose password has just been chosen nothing has to be remembered any more.
  const who =
    fingerprint === undefined && rest.length > 0
      ? waiting.who
      : { id: waiting.who.id, fingerprint: fingerprint ?? waiting.who.fingerprint }
  if (rest.length === 0) await enter(exchange, whose, who)
  else await hold(exchange, { who, stages: rest, next: waiting.next })
  return rest[0]
}

async function enter(exchange: Exchange, whose: Whose, who: SignedIn): Promise<void> {
  const { site, request } = exchange
  const { portal } = site
  const person = await personOf(exchange, whose, who.id)
  if (!person) throw new Error('Whoever has just signed in is gone')
  const device = deviceName(request.get('User-Agent'))
  const note = whose === 'staff' ? noteStaffIn : notePatientIn
  const place = { address: request.ip ?? '', device }
  await portal.db.transaction((tx) => note(tx, portal, person.actor, place))
  await logIn(request, who)
  await notePlace(portal.db, request.sessionID, place)
  keepDevice(exchange, whose, person)
}

async function knowDevice(exchange: Exchange, whose: Whose, id: number): Promise<void> {
  const person = await personOf(exchange, whose, id)
  if (person) keepDevice(exchange, whose, person)
}

/**
 * The same person under another id: one that somebody may have read before is dead. One that was ended from elsewhere
 * since the request began stays ended: they are signed out.
 */
export async function renew({ site, request }: Exchange, fingerprint?: string): Promise<void> {
  const who = sessionOf(request)?.passport?.user
  if (!who) return
  const { db } = site.portal
  const before = await findSession(db, request.sessionID)
  if (!before) {
    await leave(request)
    return
  }
  await logIn(request, { ...who, fingerprint: fingerprint ?? who.fingerprint })
  await keepPlace(db, before, request.sessionID)
}

const DAY_MS = 24 * 60 * 60 * 1000

function keepDevice({ site, request, response }: Exchange, whose: Whose, { targets }: Person): void {
  const name = deviceCookies[whose]
  const { path, secure } = cookieOptions(site.portal)
  const value = rememberDevice(site.portal, cookieIn(request.headers.cookie, name), targets)
  response.cookie(name, value, {
    path: `${path}${whose === 'patient' ? 'portal' : 'staff'}`,
    secure,
    httpOnly: true,
    sameSite: 'lax',
    maxAge: DEVICE_DAYS * DAY_MS,
  })
}

function logIn(request: Request, who: SignedIn): Promise<void> {
  // Passport regenerates the session's id here: one fixed before sign-in is dead, and so is a staged one.
  return new Promise((resolve, reject) => {
    request.logIn(who, settle(resolve, reject))
  })
}

function regenerate(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.regenerate(settle(resolve, reject))
  })
}

function save(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.save(settle(resolve, reject))
  })
}

/** Ends the session, if there is one. */
export function leave(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.destroy(settle(resolve, reject))
  })
}

/** express-session says its errors as anything. */
function settle(resolve: () => void, reject: (error: Error) => void): (error?: unknown) => void {
  return (error) => {
    if (error instanceof Error) reject(error)
    else if (error) reject(new Error('The session could not be kept', { cause: error }))
    else resolve()
  }
}
