/** From a request to a handler's context, and from its answer to the wire. The one place that knows Express. */
import type { Request, RequestHandler, Response } from 'express'
import type { SessionData } from 'express-session'
import type { Actor } from '../platform/audit.js'
import { onceOf } from '../platform/once.js'
import { isOpaqueId } from '../platform/ids.js'
import { keepAwake } from '../access/sessions.js'
import type { SignedIn } from '../access/passports.js'
import { accountMay, anyoneMay, findAccount, patientMay, scopeOf, type Account } from '../access/scope.js'
import type { SignInRefusal } from '../access/signIn.js'
import { staffMay, staffMember } from '../access/staff.js'
import { assetsVersion } from './assets.js'
import { anonymousSeed, csrfHolds, csrfToken, newAnonymousSeed } from './csrf.js'
import { readForm } from './forms.js'
import { frameOf } from './frame.js'
import type { Flash } from './layout.js'
import { cookieOf, keepLanguage, languageOf } from './reader.js'
import { render, type Locals } from './render.js'
import type {
  AccountContext,
  Audience,
  DoorContext,
  RecordContext,
  RequestContext,
  Route,
  StaffContext,
} from './routes.js'
import { show, type Answer, type FileAnswer, type FlashKey, type PageAnswer, type ProblemAnswer } from './show.js'
import type { Site } from './site.js'

export interface Doors {
  /** Passport's check of the posted name and password, as a value. */
  authenticate: (request: Request, response: Response) => Promise<SignedIn | SignInRefusal>
}

/** Turns a route of the table into Express's kind. */
export function serve(
  site: Site,
  doors: Record<'patient' | 'staff', Doors>,
  route: Route,
  address: string,
): RequestHandler {
  return async (request, response) => {
    response.locals['route'] = address
    const admitted = await admit(site, doors, route, request, response)
    if ('answer' in admitted) return send(site, route.audience, admitted.context, request, response, admitted.answer)
    if (route.method === 'post' && !formIsOurs(site, request)) {
      const answer = show.problem(403, {
        what: admitted.context.t('form.expired'),
        next: admitted.context.t('form.expired.next'),
      })
      return send(site, route.audience, admitted.context, request, response, answer)
    }
    if (!route.poll && sessionOf(request)?.passport)
      await keepAwake(site.portal.db, site.portal.clock, request.sessionID, request.session)
    const handle = route.handle as (context: RequestContext) => Answer | Promise<Answer>
    await send(site, route.audience, admitted.context, request, response, await handle(admitted.context))
  }
}

/** Either the context to go on with, or the answer to one who may not. */
type Admitted = { context: RequestContext } | { context: RequestContext; answer: Answer }

async function admit(
  site: Site,
  doors: Record<'patient' | 'staff', Doors>,
  route: Route,
  request: Request,
  response: Response,
): Promise<Admitted> {
  switch (route.audience) {
    case 'patientDoor':
      return admitAtDoor(site, doors.patient, route, request, response)
    case 'staffDoor':
      return admitAtDoor(site, doors.staff, route, request, response)
    case 'account':
    case 'record':
      return admitPatient(site, route, request, response)
    case 'staff':
    case 'emr':
      return admitStaff(site, route, request, response)
  }
}

/** Where no door has been passed (an address that is nowhere), there is no session either. */
function sessionOf(request: Request): Partial<SessionData> | undefined {
  return (request as { session?: Partial<SessionData> }).session
}

function admitAtDoor(site: Site, door: Doors, route: Route, request: Request, response: Response): Admitted {
  const context: DoorContext = {
    ...requestContext(site, request, undefined),
    authenticate: () => door.authenticate(request, response),
    enter: (who) => enter(request, who),
    leave: () => leave(request),
    inside: sessionOf(request)?.passport !== undefined,
  }
  return anyoneMay(site.portal.policy(), route.permission) ? { context } : { context, answer: show.problem(403) }
}

async function admitPatient(site: Site, route: Route, request: Request, response: Response): Promise<Admitted> {
  const account = await signedInAccount(site, request)
  if (!account) return turnAway(site, request, response, '/portal/sign-in')
  const context: AccountContext = {
    ...requestContext(site, request, account.language),
    account,
    actor: { kind: 'account', id: String(account.id), name: account.name, requestId: request.requestId },
    once: (fields) => onceToken(request, `account:${String(account.id)}`, fields),
  }
  if (route.audience === 'account') {
    return accountMay(site.portal.policy(), route.permission) ? { context } : { context, answer: show.notFound() }
  }
  const record = String(request.params['record'])
  const scope = scopeOf(account, record)
  // Somebody else's record and one that this grant does not open look the same: not there.
  if (!scope || !patientMay(site.portal.policy(), scope, route.permission)) return { context, answer: show.notFound() }
  const inRecord: RecordContext = {
    ...context,
    scope,
    here: (path) => `/portal/records/${record}${path}`,
    may: (permission) => patientMay(site.portal.policy(), scope, permission),
  }
  return { context: inRecord }
}

async function signedInAccount(site: Site, request: Request): Promise<Account | undefined> {
  const who = sessionOf(request)?.passport?.user
  if (!who) return undefined
  const account = await findAccount(site.portal.db, site.portal.clock, who.id)
  return account?.fingerprint === who.fingerprint ? account : undefined
}

async function admitStaff(site: Site, route: Route, request: Request, response: Response): Promise<Admitted> {
  const who = sessionOf(request)?.passport?.user
  const member = who && (await staffMember(site.portal.db, who.id))
  if (member?.fingerprint !== who?.fingerprint || !member) return turnAway(site, request, response, '/staff/sign-in')
  const actor: Actor = { kind: 'staff', id: member.username, name: member.name, requestId: request.requestId }
  const may = (permission: string) => staffMay(site.portal.policy(), member, permission)
  const context: StaffContext = { ...requestContext(site, request, undefined), staff: member, actor, may }
  return may(route.permission) ? { context } : { context, answer: show.problem(403) }
}

/** To the door. A session whose person is gone, or has another password now, ends: else the door would send them back in. */
async function turnAway(site: Site, request: Request, response: Response, door: string): Promise<Admitted> {
  if (sessionOf(request)?.passport) await leave(request)
  return { context: requestContext(site, request, undefined), answer: toTheDoor(site, request, response, door) }
}

function requestContext(site: Site, request: Request, accountLanguage: string | undefined): RequestContext {
  const language = languageOf(request, accountLanguage, site.portal.settings().defaultLanguage)
  return {
    portal: site.portal,
    t: site.speech.in(language),
    language,
    requestId: request.requestId,
    url: addressWriter(site),
    params: stringsIn(request.params),
    query: stringsIn(request.query),
    form: (schema) => readForm(schema, request.body),
    show,
    fragment: isFragment(request),
  }
}

function stringsIn(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  )
}

function addressWriter(site: Site): (path: string) => string {
  const base = basePath(site)
  // An asset's address changes with the assets, so that browsers may keep them and an upgrade is seen at once.
  return (path) => (path.startsWith('/assets/') ? `${base}${path}?v=${assetsVersion()}` : `${base}${path}`)
}

/** The path of FOYER_BASE_URL without a slash at its end; '' at the root. */
export function basePath(site: Pick<Site, 'portal'>): string {
  const { baseUrl } = site.portal.config
  return baseUrl === undefined ? '' : new URL(baseUrl).pathname.replace(/\/+$/, '')
}

function isFragment(request: Request): boolean {
  return (
    request.get('HX-Request') === 'true' &&
    request.get('HX-Boosted') !== 'true' &&
    request.get('HX-History-Restore-Request') !== 'true'
  )
}

function onceToken(
  request: Request,
  owner: string,
  fields: Record<string, unknown>,
): ReturnType<typeof onceOf> | undefined {
  const { _once: token } = request.body as { _once?: unknown }
  return typeof token === 'string' && isOpaqueId(token) ? onceOf(owner, token, fields) : undefined
}

/** Signed out: a page leads to the door and back; an htmx request tells the browser to go there. */
function toTheDoor(site: Site, request: Request, response: Response, door: string): Answer {
  const next = request.method === 'GET' && !isFragment(request) ? `?next=${encodeURIComponent(localPath(request))}` : ''
  if (!isFragment(request)) return show.seeOther(`${door}${next}`)
  response.setHeader('HX-Redirect', `${basePath(site)}${door}`)
  return { kind: 'file', type: 'text/plain', name: '', body: '', status: 401 } as FileAnswer & { status: number }
}

function localPath(request: Request): string {
  return request.path + (request.originalUrl.includes('?') ? `?${request.originalUrl.split('?')[1] ?? ''}` : '')
}

/**
 * The form came from a page of ours: its token fits the session or the anonymous cookie, and the browser, where it
 * tells, names no other site.
 */
function formIsOurs(site: Site, request: Request): boolean {
  const from = request.get('Sec-Fetch-Site')
  if (from !== undefined && from !== 'same-origin' && from !== 'none') return false
  const body = (request.body ?? {}) as { _csrf?: unknown }
  const token = body._csrf ?? request.get('X-CSRF-Token')
  const seed = seedOf(site, request)
  return seed !== undefined && csrfHolds(site.portal.secret, seed, token)
}

const CSRF_COOKIE = 'foyer_csrf'

function seedOf(site: Site, request: Request): string | undefined {
  if (sessionOf(request)?.passport) return request.sessionID
  return anonymousSeed(site.portal.secret, cookieOf(request, CSRF_COOKIE))
}

/** A token for the forms of this answer. Signed out, the cookie is made when the first form is shown. */
function tokenFor(site: Site, request: Request, response: Response): string {
  const known = seedOf(site, request)
  if (known !== undefined) return csrfToken(site.portal.secret, known)
  const fresh = newAnonymousSeed(site.portal.secret)
  response.cookie(CSRF_COOKIE, fresh, { ...cookieOptions(site), httpOnly: true, sameSite: 'lax' })
  return csrfToken(site.portal.secret, fresh)
}

export function cookieOptions(site: Pick<Site, 'portal'>): { path: string; secure: boolean } {
  return { path: `${basePath(site)}/`, secure: site.portal.config.baseUrl?.startsWith('https:') ?? false }
}

async function enter(request: Request, who: SignedIn): Promise<void> {
  // passport regenerates the session's id here: one fixed before sign-in is dead.
  await new Promise<void>((resolve, reject) => {
    request.logIn(who, (error: Error | null | undefined) => {
      if (error) reject(error)
      else resolve()
    })
  })
}

async function leave(request: Request): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    request.session.destroy((error: Error | null | undefined) => {
      if (error) reject(error)
      else resolve()
    })
  })
}

async function send(
  site: Site,
  audience: Audience,
  context: RequestContext,
  request: Request,
  response: Response,
  answer: Answer,
): Promise<void> {
  switch (answer.kind) {
    case 'page':
      return sendPage(site, audience, context, request, response, answer)
    case 'see-other':
      if (answer.flash) keepFlash(site, response, answer.flash)
      response.redirect(303, context.url(answer.to))
      return
    case 'file':
      sendFile(response, answer)
      return
    case 'problem':
      return sendProblem(site, audience, context, request, response, answer)
  }
}

async function sendPage(
  site: Site,
  audience: Audience,
  context: RequestContext,
  request: Request,
  response: Response,
  answer: PageAnswer,
): Promise<void> {
  keepLanguage(request, response, cookieOptions(site))
  const flash = answer.flash ?? takeFlash(site, context, request, response)
  const locals = localsOf(site, context, request, response)
  response.status(answer.status).type('html')
  if (isFragment(request)) {
    const body = await render(answer.view, { ...locals, page: answer.content })
    const said = flash ? await render('/partials/flash', { ...locals, page: { ...flash, oob: true } }) : ''
    response.send(body + said)
    return
  }
  const frame = await frameOf(site, audience, context, answer, flash, request.path)
  response.send(await render(`/layout/${frame.layout}`, { ...locals, page: frame.page }))
}

function localsOf(site: Site, context: RequestContext, request: Request, response: Response): Omit<Locals, 'page'> {
  return { t: context.t, url: context.url, csrf: tokenFor(site, request, response), nonce: request.nonce }
}

function sendFile(response: Response, answer: FileAnswer & { status?: number }): void {
  if (answer.name !== '') response.attachment(answer.name)
  response
    .status(answer.status ?? 200)
    .type(answer.type)
    .send(answer.body)
}

/** What went wrong, in words, as a page or in place; always with the number to quote. */
async function sendProblem(
  site: Site,
  audience: Audience,
  context: RequestContext,
  request: Request,
  response: Response,
  answer: ProblemAnswer,
): Promise<void> {
  if (answer.retryAfter !== undefined) response.setHeader('Retry-After', String(answer.retryAfter))
  const { status, what, next } = answer
  const title = context.t(`problem.${String(status)}.title`)
  // No navigation: it would ask the database again, which may be what is wrong.
  const door: Audience =
    audience === 'staff' || audience === 'emr' || audience === 'staffDoor' ? 'staffDoor' : 'patientDoor'
  const home = context.url(door === 'staffDoor' ? '/staff/portal' : '/portal')
  const wayOn =
    status === 404 && site.portal.enabled() ? [{ label: context.t('problem.start'), href: home }] : undefined
  const content = { status, requestId: context.requestId, what, next, actions: answer.actions ?? wayOn }
  const page: PageAnswer = {
    kind: 'page',
    status,
    view: '/errors/problem',
    content,
    title,
    hasErrors: false,
    wide: false,
  }
  await sendPage(site, door, context, request, response, page)
}

const FLASH_COOKIE = 'foyer_flash'

function keepFlash(site: Site, response: Response, flash: FlashKey): void {
  response.cookie(FLASH_COOKIE, `${flash.kind}:${flash.key}`, {
    ...cookieOptions(site),
    httpOnly: true,
    sameSite: 'lax',
    maxAge: 60_000,
  })
}

// Not signed: it holds a key of our own words, and anything else says nothing.
function takeFlash(site: Site, context: RequestContext, request: Request, response: Response): Flash | undefined {
  const kept = /^(success|info|warning|danger):([\w.-]{1,80})$/.exec(cookieOf(request, FLASH_COOKIE) ?? '')
  if (!kept) return undefined
  response.clearCookie(FLASH_COOKIE, cookieOptions(site))
  const [, kind, key = ''] = kept
  const text = context.t(key)
  return text === key ? undefined : { kind: kind as Flash['kind'], text }
}

/** For what comes before any route: a page that is not there, an error, a module that is switched off. */
export async function sendBareProblem(
  site: Site,
  request: Request,
  response: Response,
  problem: ProblemAnswer,
): Promise<void> {
  const audience: Audience = /^\/(staff|emr)/.test(request.path) ? 'staffDoor' : 'patientDoor'
  await sendProblem(site, audience, requestContext(site, request, undefined), request, response, problem)
}
