/** One request and its answer, and what can be read off them before anybody is let in. */
import type { Request, Response } from 'express'
import type { SessionData } from 'express-session'
import type { Portal } from '../access/portal.js'
import { assetsVersion } from './assets.js'
import { readForm } from './forms.js'
import { deadlineOf } from './deadline.js'
import { languageOf } from './reader.js'
import type { RequestContext } from './routes.js'
import { show } from './show.js'
import type { Site } from './site.js'

export interface Exchange {
  site: Site
  request: Request
  response: Response
}

/** What every handler is given, whoever asks. */
export function requestContext(exchange: Exchange, accountLanguage?: string): RequestContext {
  const { site, request } = exchange
  const language = languageOf(request, accountLanguage, site.portal.settings().defaultLanguage)
  return {
    portal: portalOf(exchange),
    t: site.portal.speech.in(language),
    language,
    requestId: request.requestId,
    address: request.ip ?? '',
    url: addressWriter(site),
    params: stringsIn(request.params),
    query: stringsIn(request.query),
    form: (schema) => readForm(schema, request.body),
    files: [],
    refusals: [],
    show,
    fragment: isFragment(request),
    framed: request.get('Sec-Fetch-Dest') === 'iframe',
  }
}

/** The portal, whose database answers until this request's time is over. */
function portalOf({ site: { portal }, response }: Exchange): Portal {
  const deadline = deadlineOf(response)
  return deadline ? { ...portal, db: portal.db.until(deadline) } : portal
}

function stringsIn(values: Record<string, unknown>): Record<string, string> {
  const strings: Record<string, string> = {}
  for (const [name, value] of Object.entries(values)) if (typeof value === 'string') strings[name] = value
  return strings
}

function addressWriter(site: Site): (path: string) => string {
  const base = basePath(site.portal)
  // An asset's address changes with the assets, so that browsers may keep them and an upgrade is seen at once.
  return (path) => (path.startsWith('/assets/') ? `${base}${path}?v=${assetsVersion()}` : `${base}${path}`)
}

/** The path of FOYER_BASE_URL without a slash at its end; '' at the root. */
export function basePath({ config }: Portal): string {
  return config.baseUrl === undefined ? '' : new URL(config.baseUrl).pathname.replace(/\/+$/, '')
}

/** Of our cookies: the portal's own path, and secure where the public address is. */
export function cookieOptions(portal: Portal): { path: string; secure: boolean } {
  return { path: `${basePath(portal)}/`, secure: portal.config.baseUrl?.startsWith('https:') ?? false }
}

/** An htmx request for a part of a page. One that restores or replaces a whole page is none. */
export function isFragment(request: Request): boolean {
  return (
    request.get('HX-Request') === 'true' &&
    request.get('HX-Boosted') !== 'true' &&
    request.get('HX-History-Restore-Request') !== 'true'
  )
}

/** Where no door has been passed (an address that is nowhere), there is no session either. */
export function sessionOf(request: Request): Partial<SessionData> | undefined {
  return (request as { session?: Partial<SessionData> }).session
}
