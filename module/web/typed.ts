/**
 * What somebody has typed outlives their session. The form of a route that keeps it (`keepsTyped`) says, sealed, whose
 * hands it was made for. Posted after the session has ended, its fields are handed back sealed to that account and that
 * address, in a page; brought back by the same account, they are shown in the form again. Nothing is done with them
 * before that person presses its button.
 */
import { z } from 'zod'
import { seal, unseal } from '../platform/sealed.js'
import { isFragment, requestContext, type Exchange } from './exchange.js'
import { readForm } from './forms.js'
import { comesFromElsewhere } from './formToken.js'
import type { AccountContext, RequestContext, Route } from './routes.js'
import { show, type Answer } from './show.js'

const BY = 'typed-by'
const TEXT = 'typed-text'
const HELD_MS = 2 * 60 * 60 * 1000
/** Sealed, it is longer by a third, and must fit into what such a form may be (reading.ts). */
const SHORT_MOST = 40_000
const LONG_MOST = 1_200_000

/** For a form: who has it open. View: /partials/typed-by. */
export function typedBy({ account, portal }: Pick<AccountContext, 'account' | 'portal'>): string {
  return seal(portal.secret, BY, String(account.id))
}

type Fields = Record<string, string | string[]>

const Held = z.object({
  account: z.number(),
  path: z.string(),
  at: z.number(),
  fields: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
})

/** Whose hands what was posted comes from; undefined: the form does not say. */
function whoTyped(exchange: Exchange): number | undefined {
  const held = heldIn(exchange)
  if (held) return held.account
  const by = unseal(exchange.site.portal.secret, BY, posted(exchange, '_by'))
  return by === undefined ? undefined : Number(by)
}

/** Sealed by us, for this address. */
function heldIn(exchange: Exchange): z.output<typeof Held> | undefined {
  const { site, request } = exchange
  const text = unseal(site.portal.secret, TEXT, posted(exchange, '_typed'))
  const held = text === undefined ? undefined : Held.parse(JSON.parse(text))
  return held?.path === request.path ? held : undefined
}

function posted({ request }: Exchange, name: string): string {
  const value = ((request.body ?? {}) as Record<string, unknown>)[name]
  return typeof value === 'string' ? value : ''
}

/** The page saves itself while somebody types, and stays open whatever comes. */
function isByItself({ request }: Exchange): boolean {
  return isFragment(request) && request.query['by'] === 'itself'
}

/** To somebody signed out who sends what they typed. Undefined: nothing that would be kept. */
export function keptWithout(exchange: Exchange, route: Route, door: string): Answer | undefined {
  if (!route.keepsTyped) return undefined
  const { t, url } = requestContext(exchange)
  const title = t('typed.kept.title')
  const signInHref = url(door)
  if (isByItself(exchange)) {
    const line = { kind: 'signed-out', text: t('typed.signedOut'), signInHref }
    return show.refused('/errors/typed-line', line, { title, status: 401 })
  }
  if (isFragment(exchange.request) || comesFromElsewhere(exchange)) return undefined
  const account = whoTyped(exchange)
  if (account === undefined) return undefined
  const sealed = heldIn(exchange) ? posted(exchange, '_typed') : sealedFor(exchange, route, account)
  const page = { sealed, signInHref, action: url(exchange.request.path) }
  return show.refused('/errors/typed-kept', page, { title, status: sealed === undefined ? 413 : 401 })
}

/** Undefined: too large. What is drawn is too large by itself, and is drawn again. */
function sealedFor({ site, request }: Exchange, route: Route, account: number): string | undefined {
  const { clock, secret } = site.portal
  const { _csrf, _by, ...fields } = (request.body ?? {}) as Fields
  const typed = Object.entries(fields).filter(([, value]) => !String(value).startsWith('data:'))
  const held = { account, path: request.path, at: clock.now().toMillis(), fields: Object.fromEntries(typed) }
  const text = JSON.stringify(held)
  const most = route.takes === 'long' ? LONG_MOST : SHORT_MOST
  return Buffer.byteLength(text) > most ? undefined : seal(secret, TEXT, text)
}

/** To somebody else than who typed it: nothing of it is theirs. Undefined: it is the same person, or nobody says. */
export function keptFromOthers(exchange: Exchange, route: Route, account: number): Answer | undefined {
  const by = route.keepsTyped ? whoTyped(exchange) : undefined
  if (by === undefined || by === account) return undefined
  const { t } = requestContext(exchange)
  const words = { what: t('typed.other'), next: t('typed.other.next') }
  if (!isByItself(exchange)) return show.problem(409, words)
  const line = { kind: 'other', text: `${words.what} ${words.next}` }
  return show.refused('/errors/typed-line', line, { title: words.what, status: 403 })
}

/**
 * What the same person typed before they were signed out, to be shown in the form again; or, to a page that saves itself,
 * the token of the session that there is now. Undefined: a form like another.
 */
export async function typedBefore(
  exchange: Exchange,
  route: Route,
  context: RequestContext,
  isOurs: boolean,
): Promise<Answer | undefined> {
  if (!route.keepsTyped || comesFromElsewhere(exchange)) return undefined
  const { t } = context
  if (posted(exchange, '_typed') !== '') {
    const held = heldIn(exchange)
    const since = exchange.site.portal.clock.now().toMillis() - (held?.at ?? 0)
    if (!held || since > HELD_MS) {
      return show.problem(409, { what: t('typed.over'), next: t('typed.over.next') })
    }
    return shownAgain(route, context, held.fields)
  }
  if (isOurs || whoTyped(exchange) === undefined) return undefined
  if (isByItself(exchange)) {
    const line = { kind: 'token', text: t('typed.token') }
    return show.refused('/errors/typed-line', line, { title: t('typed.kept.title'), status: 403 })
  }
  return isFragment(exchange.request) ? undefined : shownAgain(route, context, exchange.request.body)
}

async function shownAgain(route: Route, context: RequestContext, fields: unknown): Promise<Answer | undefined> {
  const form: RequestContext['form'] = (schema) => readForm(schema, fields)
  // The table pairs each route's audience with its context, as for its handler.
  const again = route.keepsTyped as ((context: RequestContext) => Answer | Promise<Answer>) | undefined
  return again?.({ ...context, form })
}
