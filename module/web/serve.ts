/** A route of the table, as Express's kind: admitted, its form looked at, handled, answered. */
import type { RequestHandler } from 'express'
import { keepAwake, sessionStands } from '../access/sessions.js'
import { admit } from './admit.js'
import { noteChange } from './changed.js'
import type { Doors } from './door.js'
import { sessionOf, type Exchange } from './exchange.js'
import { formIsOurs } from './formToken.js'
import { visitOf } from './visit.js'
import { letGo, receiveFiles } from './receiving.js'
import type { RequestContext, Route } from './routes.js'
import { send } from './send.js'
import { show, type Answer } from './show.js'
import type { Site } from './site.js'
import { typedBefore } from './typed.js'
import { NotRecorded, recordView } from './views.js'

type BothDoors = Record<'patient' | 'staff', Doors>

export function serve(site: Site, doors: BothDoors, route: Route, address: string): RequestHandler {
  return async (request, response) => {
    // What the log says of this request: the pattern, not its values.
    response.locals['route'] = address
    const exchange: Exchange = { site, request, response }
    const admitted = await admit(exchange, doors, route)
    const { context, answer } = admitted
    if (answer) await send(exchange, admitted.turnedAway ? 'patientDoor' : route.audience, context, answer)
    else await sendRecorded(exchange, route, context, await handled(exchange, doors, route, context))
  }
}

/** What cannot be written into the audit trail is not shown. */
async function sendRecorded(exchange: Exchange, route: Route, context: RequestContext, answer: Answer): Promise<void> {
  const recorded = recordView(exchange, route, context, answer)
  // Where making the page throws first, that is what is told.
  recorded.catch(() => undefined)
  try {
    await send(exchange, route.audience, context, answer, recorded)
  } catch (error) {
    if (answer.kind === 'stream') answer.body.destroy()
    if (!(error instanceof NotRecorded) || exchange.response.headersSent) throw error
    const { portal, requestId, t } = context
    portal.log.error({ request: requestId, err: error.cause }, 'a view could not be written down; nothing was shown')
    const words = { what: t('auditTrail.notRecorded'), next: t('auditTrail.notRecorded.next'), retryAfter: 10 }
    await send(exchange, route.audience, context, show.problem(503, words))
  }
}

async function handled(exchange: Exchange, doors: BothDoors, route: Route, context: RequestContext): Promise<Answer> {
  if (route.takes === 'files') return withFiles(exchange, doors, route, context)
  if (route.method === 'post') {
    const isOurs = formIsOurs(exchange)
    const before = await typedBefore(exchange, route, context, isOurs)
    if (before) return before
    if (!isOurs) return expired(context)
  }
  if (!route.poll) await noteThatAwake(exchange)
  return handle(exchange, route, context)
}

async function handle(exchange: Exchange, route: Route, context: RequestContext): Promise<Answer> {
  if (route.method === 'post' && (route.audience === 'staff' || route.audience === 'emr')) noteChange(exchange)
  // The table pairs each route's audience with its context; admit has made that one.
  const handler = route.handle as (context: RequestContext) => Answer | Promise<Answer>
  return await handler(context)
}

function expired({ t }: RequestContext): Answer {
  return show.problem(403, { what: t('form.expired'), next: t('form.expired.next') })
}

/** Whoever sends is asked again afterwards whether they still may: it can have taken half an hour. */
async function withFiles(exchange: Exchange, doors: BothDoors, route: Route, before: RequestContext): Promise<Answer> {
  const { site, request, response } = exchange
  const awake = setInterval(() => void noteThatAwake(exchange).catch(() => undefined), AWAKE_MS)
  const owner = request.sessionID || before.address
  const received = await visitOf(response)
    .receive(owner, () => receiveFiles(exchange))
    .finally(() => {
      clearInterval(awake)
    })
  if (!received) return show.problem(503, { what: before.t('files.busy'), retryAfter: 60 })
  try {
    if (received.outcome === 'too-large') return tooLarge(before)
    if (received.outcome === 'unreadable') return show.problem(422)
    if (received.outcome === 'not-ours' || !formIsOurs(exchange) || !(await stillSignedIn(exchange))) {
      return expired(before)
    }
    await noteThatAwake(exchange)
    const { context, answer } = await admit(exchange, doors, route)
    if (answer) return answer
    return await handle(exchange, route, { ...context, files: received.files, refusals: received.refusals })
  } finally {
    await letGo(site.portal, received.begun)
  }
}

const AWAKE_MS = 60_000

function tooLarge({ portal, t }: RequestContext): Answer {
  const { uploadMegabytes: megabytes, uploadsAtOnce: files } = portal.settings()
  return show.problem(413, { what: t('files.too-large-in-all', { megabytes, files }) })
}

/** Signed out elsewhere, or by others, in the meantime. At a door nobody is signed in. */
async function stillSignedIn({ site, request }: Exchange): Promise<boolean> {
  if (!sessionOf(request)?.passport) return true
  return sessionStands(site.portal.db, request.sessionID)
}

async function noteThatAwake({ site, request }: Exchange): Promise<void> {
  if (!sessionOf(request)?.passport) return
  await keepAwake(site.portal.db, site.portal.clock, request.sessionID, request.session)
}
