import { randomBytes } from 'node:crypto'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import helmet from 'helmet'
import { opaqueId } from '../platform/ids.js'
import type { Portal } from '../access/portal.js'

export function nameRequest(): RequestHandler {
  return (request, response, next) => {
    request.requestId = opaqueId()
    request.nonce = randomBytes(16).toString('base64')
    response.setHeader('X-Request-Id', request.requestId)
    next()
  }
}

/** One line a request: which route, how it ended, how long. The pattern of the route, never its values or the query. */
export function logRequests(portal: Portal): RequestHandler {
  return (request, response, next) => {
    const began = process.hrtime.bigint()
    response.on('finish', () => {
      const route = (response.locals as { route?: string }).route ?? 'none'
      const ms = Number(process.hrtime.bigint() - began) / 1e6
      portal.log.info(
        { request: request.requestId, method: request.method, route, status: response.statusCode, ms: Math.round(ms) },
        'request',
      )
    })
    next()
  }
}

/** Security headers on every answer, fragments and errors too: hx-csp reads the nonce from each. */
export function protect(portal: Portal): RequestHandler {
  const secure = portal.config.baseUrl?.startsWith('https:') ?? false
  const staff = portal.config.emrOrigin === undefined ? ["'self'"] : ["'self'", portal.config.emrOrigin]
  const nonce = (request: unknown): string => `'nonce-${(request as Request).nonce}'`
  const headersFor = (ancestors: string[], referrer: 'same-origin' | 'no-referrer'): RequestHandler =>
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: [nonce],
          styleSrc: ["'self'"],
          imgSrc: ["'self'", 'data:'],
          fontSrc: ["'self'"],
          connectSrc: ["'self'"],
          formAction: ["'self'"],
          frameAncestors: ancestors,
          baseUri: ["'none'"],
          requireTrustedTypesFor: ["'script'"],
          trustedTypes: ['htmx'],
          ...(secure ? { upgradeInsecureRequests: [] } : {}),
        },
      },
      strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
      // frame-ancestors says it, and can name the EMR's origin.
      xFrameOptions: false,
      referrerPolicy: { policy: referrer },
    })
  const patients = headersFor(["'none'"], 'same-origin')
  // What a letter's link leads to: the token in its address is told to nobody, not even to our own pages.
  const tokens = headersFor(["'none'"], 'no-referrer')
  const emr = headersFor(staff, 'same-origin')
  return (request: Request, response: Response, next: NextFunction) => {
    const forStaff = request.path.startsWith('/staff') || request.path.startsWith('/emr')
    const handle = forStaff ? emr : 'token' in request.query ? tokens : patients
    handle(request, response, next)
  }
}

/** Health data stay out of caches; a fragment and a page share an address. */
export function neverCached(): RequestHandler {
  return (_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store')
    response.setHeader('Vary', 'HX-Request, Cookie')
    next()
  }
}
