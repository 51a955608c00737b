/** The web, as a table of contents: what every request passes, in order. */
import compression from 'compression'
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import session from 'express-session'
import { patientPassport, staffPassport, type Door as Passport } from '../access/passports.js'
import { TooManyWaiting } from '../host/php/turnstile.js'
import { driverError } from '../platform/database.js'
import { DeadlineOver } from '../platform/deadline.js'
import { SessionStore, type Audience as SessionAudience } from '../access/sessions.js'
import type { SignedIn, SignInOutcome } from '../access/signIn.js'
import { assets } from './assets.js'
import { logRequests, nameRequest, neverCached, protect } from './headers.js'
import { health, type Readiness } from './health.js'
import { answerInTime, wasAnsweredLate, type RequestLimits } from './inTime.js'
import { problemStatus } from './layout.js'
import { readForms } from './reading.js'
import { routing } from './routing.js'
import type { Doors } from './door.js'
import { basePath, cookieOptions } from './exchange.js'
import { sendBareProblem } from './send.js'
import { serve } from './serve.js'
import type { Site } from './site.js'

export function createApp(site: Site, readiness: Readiness, limits: RequestLimits): Express {
  const rooms = express.Router({ caseSensitive: true })
  rooms.use(nameRequest())
  rooms.use(logRequests(site.portal))
  rooms.use(protect(site.portal))
  rooms.use(health(readiness))
  rooms.use('/assets', assets())
  rooms.use(neverCached())
  rooms.use(compression())
  rooms.use(readForms(site.routes))
  rooms.use(answerInTime(site, limits))
  rooms.use(onlyWhenEnabled(site))
  const patients = openDoor(site, 'patient', patientPassport(site.portal))
  const staff = openDoor(site, 'staff', staffPassport(site.portal))
  rooms.use('/portal', ...patients.session)
  rooms.use(['/staff', '/emr'], ...staff.session)
  const doors = { patient: patients.door, staff: staff.door }
  rooms.use(routing(site.routes, (route, address) => serve(site, doors, route, address)))
  rooms.get('/', toTheFrontDoor(site))
  rooms.use(nothingThere(site))
  rooms.use(somethingBroke(site))
  return appAround(site, rooms)
}

/** Disabled, the module's rooms are not there; the EMR's own pages and its sign-in are. */
function onlyWhenEnabled(site: Site): RequestHandler {
  return (request, response, next) => {
    const ours = /^\/(portal|staff\/portal)(\/|$)/.test(request.path)
    if (!ours || site.portal.enabled()) next()
    else void sendBareProblem({ site, request, response }, { kind: 'problem', status: 404 }).catch(next)
  }
}

interface Door {
  session: RequestHandler[]
  door: Doors
}

/** Patients and staff have a cookie, a store and a Passport each: signed in as both, one never becomes the other. */
function openDoor(site: Site, audience: SessionAudience, passport: Passport): Door {
  const { portal } = site
  const { path, secure } = cookieOptions(portal)
  const life = () => ({
    idle: audience === 'patient' ? portal.settings().patientIdle : portal.settings().staffIdle,
    limit: portal.settings().sessionLimit,
  })
  const keep = session({
    name: audience === 'patient' ? 'foyer_portal' : 'foyer_staff',
    secret: portal.secret,
    store: new SessionStore(portal.db, portal.clock, audience, life),
    resave: false,
    saveUninitialized: false,
    rolling: false,
    proxy: portal.config.trustProxy.length > 0,
    cookie: { path: audience === 'patient' ? `${path}portal` : path, secure, httpOnly: true, sameSite: 'lax' },
  })
  return {
    session: [keep, passport.initialize({ compat: false }) as RequestHandler, passport.session() as RequestHandler],
    door: { authenticate: (request, response) => authenticate(passport, request, response) },
  }
}

function authenticate(passport: Passport, request: Request, response: Response): Promise<SignInOutcome> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, _user: SignedIn | false | null, outcome: SignInOutcome | undefined) => {
      if (error) reject(error)
      // Passport itself refuses an empty name or password before it asks us.
      else resolve(outcome && 'ok' in outcome ? outcome : { ok: false, reason: 'wrong' })
    }
    const check = passport.authenticate('local', { session: false }, done) as RequestHandler
    void check(request, response, reject)
  })
}

function toTheFrontDoor(site: Site): RequestHandler {
  return (_request, response) => {
    response.redirect(303, `${basePath(site.portal)}/portal`)
  }
}

function nothingThere(site: Site): RequestHandler {
  return (request, response) => sendBareProblem({ site, request, response }, { kind: 'problem', status: 404 })
}

function somethingBroke(site: Site): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (wasAnsweredLate(response)) return
    if (response.headersSent) {
      next(error)
      return
    }
    const status = statusOf(error)
    if (status >= 500) site.portal.log.error({ request: request.requestId, err: error }, 'request failed')
    void answerError(site, request, response, status).catch(next)
  }
}

function answerError(site: Site, request: Request, response: Response, status: number): Promise<void> {
  const known = problemStatus(status)
  const wait = known === 503 ? { retryAfter: 10 } : {}
  return sendBareProblem({ site, request, response }, { kind: 'problem', status: known, ...wait })
}

/** What a server says that is going down, is full, or only a copy just now: 1040, 1053, 1205, 1290, 1317, 1836, 1927, 3169. */
const away = new Set([1040, 1053, 1205, 1290, 1317, 1836, 1927, 3169])

/** What Express's parsers refuse has a status of its own; a database out of reach is 503; the rest is our fault. */
function statusOf(error: unknown): number {
  if (!(error instanceof Error)) return 500
  if (error instanceof TooManyWaiting || error instanceof DeadlineOver) return 503
  if (error.name.startsWith('SequelizeConnection') || error.name === 'SequelizeHostNotReachableError') return 503
  // A connection that was cut in the middle of a statement: the driver calls only such errors fatal.
  const driver = driverError(error)
  if (driver?.fatal === true || away.has(driver?.errno ?? 0)) return 503
  const { status } = error as { status?: unknown }
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500
}

/** One app only, with a base path too: an app inside another one would change each request's prototype (server.ts). */
function appAround({ portal }: Site, rooms: RequestHandler): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.set('trust proxy', portal.config.trustProxy)
  app.use(basePath(portal) || '/', rooms)
  return app
}
