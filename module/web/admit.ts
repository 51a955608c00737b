/** Who is let in, to what: the account, the scope or the staff member of a request, and the policy's word on its route. */
import type { Request } from 'express'
import type { Actor } from '../platform/audit.js'
import { isOpaqueId, sha256 } from '../platform/ids.js'
import { onceOf, type Once } from '../platform/once.js'
import {
  accountMay,
  anyoneMay,
  findAccount,
  owesFactorFor,
  patientMay,
  scopeFor,
  type Account,
} from '../access/scope.js'
import { staffMay, staffMember } from '../access/staff.js'
import { hasJustChanged } from './changed.js'
import { doorContext, leave, renew, type Doors } from './door.js'
import { isFragment, requestContext, sessionOf, type Exchange } from './exchange.js'
import type { Link } from './layout.js'
import type { AccountContext, RecordContext, RequestContext, Route, StaffContext } from './routes.js'
import { show, type Answer } from './show.js'
import { keptFromOthers, keptWithout } from './typed.js'

/** Either the context to go on with, or the answer to one who may not. */
export type Admitted =
  | { context: RequestContext; answer?: never }
  /** `turnedAway`: nobody is signed in, and the answer is a page of the door. */
  | { context: RequestContext; answer: Answer; turnedAway?: true }

export async function admit(
  exchange: Exchange,
  doors: Record<'patient' | 'staff', Doors>,
  route: Route,
): Promise<Admitted> {
  switch (route.audience) {
    case 'patientDoor':
      return admitAtDoor(exchange, 'patient', doors.patient, route)
    case 'staffDoor':
      return admitAtDoor(exchange, 'staff', doors.staff, route)
    case 'account':
    case 'record':
      return admitPatient(exchange, route)
    case 'staff':
    case 'emr':
      return admitStaff(exchange, route)
  }
}

async function admitAtDoor(
  exchange: Exchange,
  audience: 'patient' | 'staff',
  door: Doors,
  route: Route,
): Promise<Admitted> {
  const context = await doorContext(exchange, audience, door)
  const may = anyoneMay(exchange.site.portal.policy(), route.permission)
  return may ? { context } : { context, answer: show.problem(403) }
}

async function admitPatient(exchange: Exchange, route: Route): Promise<Admitted> {
  const { site, request } = exchange
  const account = await signedInAccount(exchange)
  if (!account) return turnAway(exchange, route, '/portal/sign-in')
  const context: AccountContext = {
    ...requestContext(exchange, account.language),
    account,
    actor: { kind: 'account', id: String(account.id), name: account.name, requestId: request.requestId },
    session: sha256(request.sessionID),
    renewSession: (fingerprint) => renew(exchange, fingerprint),
    once: (fields) => onceToken(request, `account:${String(account.id)}`, fields),
  }
  const others = keptFromOthers(exchange, route, account.id)
  if (others) return { context, answer: others, turnedAway: true }
  const policy = site.portal.policy()
  if (route.audience === 'account') {
    return accountMay(policy, route.permission) ? { context } : { context, answer: show.notFound() }
  }
  const asked = String(request.params['record'])
  const scope = scopeFor(policy, account, asked, route.permission)
  // Somebody else's record and one that this grant does not open look the same: not there.
  if (!scope || !patientMay(policy, scope, route.permission)) return { context, answer: show.notFound() }
  if (owesFactorFor(account, scope)) return { context, answer: setUpFactorFirst(exchange) }
  const { record } = scope
  if (record !== asked && request.method === 'GET' && !isFragment(request)) {
    return { context, answer: show.seeOther(localPath(request).replace(asked, record)) }
  }
  const relationship = scope.kind === 'chart' ? scope.relationship : undefined
  const inRecord: RecordContext = {
    ...context,
    actor: { ...context.actor, actingAs: { record, relationship } },
    scope,
    here: (path) => `/portal/records/${record}${path}`,
    may: (permission) => patientMay(policy, scope, permission),
  }
  return { context: inRecord }
}

/** Their own door asks at sign-in; this one was opened to them, or began to be asked for, since. */
function setUpFactorFirst({ request }: Exchange): Answer {
  const to = '/portal/account/second-factor'
  return isFragment(request)
    ? { kind: 'to-the-door', to }
    : show.seeOther(to, { kind: 'info', key: 'record.factorFirst' })
}

async function signedInAccount({ site, request }: Exchange): Promise<Account | undefined> {
  const who = sessionOf(request)?.passport?.user
  if (!who) return undefined
  const account = await findAccount(site.portal.db, site.portal, who.id)
  return account?.fingerprint === who.fingerprint ? account : undefined
}

async function admitStaff(exchange: Exchange, route: Route): Promise<Admitted> {
  const { site, request } = exchange
  const who = sessionOf(request)?.passport?.user
  const member = who && (await staffMember(site.portal.db, who.id))
  if (member?.fingerprint !== who?.fingerprint || !member) return turnAway(exchange, route, '/staff/sign-in')
  const actor: Actor = { kind: 'staff', id: member.username, name: member.name, requestId: request.requestId }
  const may = (permission: string) => staffMay(site.portal.policy(), member, permission)
  const context: StaffContext = {
    ...requestContext(exchange),
    ...{ staff: member, actor, may, rowActions: (pid) => rowActionsFor(exchange, may, pid) },
    once: (fields) => onceToken(request, `staff:${member.username}`, fields),
    session: sha256(request.sessionID),
    renewSession: () => renew(exchange),
    hasJustChanged: hasJustChanged(exchange),
  }
  return may(route.permission) ? { context } : { context, answer: show.problem(403) }
}

function rowActionsFor(exchange: Exchange, may: (permission: string) => boolean, pid: number): Link[] {
  const { t, url } = requestContext(exchange)
  return exchange.site.rowActions
    .filter(({ permission }) => may(permission))
    .map(({ label, path }) => ({ label: t(label), href: url(`/staff/portal${path(pid)}`) }))
}

/**
 * To the door: a page leads there and back, an htmx request tells the browser to go; what somebody has typed stays with
 * them. A session whose person is gone, or has another password now, ends: else the door would send them back in.
 */
async function turnAway(exchange: Exchange, route: Route, door: string): Promise<Admitted> {
  const { request } = exchange
  if (sessionOf(request)?.passport) await leave(request)
  const context = requestContext(exchange)
  const kept = keptWithout(exchange, route, door)
  if (kept) return { context, answer: kept, turnedAway: true }
  if (isFragment(request)) return { context, answer: { kind: 'to-the-door', to: door } }
  const next = request.method === 'GET' ? `?next=${encodeURIComponent(localPath(request))}` : ''
  return { context, answer: show.seeOther(`${door}${next}`) }
}

function localPath(request: Request): string {
  const query = request.originalUrl.split('?')[1]
  return query === undefined ? request.path : `${request.path}?${query}`
}

function onceToken(request: Request, owner: string, fields: Record<string, unknown>): Once | undefined {
  const { _once: token } = (request.body ?? {}) as { _once?: unknown }
  return typeof token === 'string' && isOpaqueId(token) ? onceOf(owner, token, fields) : undefined
}
