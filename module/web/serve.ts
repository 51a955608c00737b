/** A route of the table, as Express's kind: admitted, its form looked at, handled, answered. */
import type { RequestHandler } from 'express'
import { keepAwake } from '../access/sessions.js'
import { admit } from './admit.js'
import type { Doors } from './door.js'
import { sessionOf, type Exchange } from './exchange.js'
import { formIsOurs } from './formToken.js'
import type { RequestContext, Route } from './routes.js'
import { send } from './send.js'
import { show, type Answer } from './show.js'
import type { Site } from './site.js'
import { NotRecorded, recordView } from './views.js'

export function serve(
  site: Site,
  doors: Record<'patient' | 'staff', Doors>,
  route: Route,
  address: string,
): RequestHandler {
  return async (request, response) => {
    // What the log says of this request: the pattern, not its values.
    response.locals['route'] = address
    const exchange: Exchange = { site, request, response }
    const { context, answer } = await admit(exchange, doors, route)
    if (answer) await send(exchange, route.audience, context, answer)
    else await sendRecorded(exchange, route, context, await handled(exchange, route, context))
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
    if (!(error instanceof NotRecorded) || exchange.response.headersSent) throw error
    const { portal, requestId, t } = context
    portal.log.error({ request: requestId, err: error.cause }, 'a view could not be written down; nothing was shown')
    const words = { what: t('auditTrail.notRecorded'), next: t('auditTrail.notRecorded.next'), retryAfter: 10 }
    await send(exchange, route.audience, context, show.problem(503, words))
  }
}

async function handled(exchange: Exchange, route: Route, context: RequestContext): Promise<Answer> {
  if (route.method === 'post' && !formIsOurs(exchange)) {
    return show.problem(403, { what: context.t('form.expired'), next: context.t('form.expired.next') })
  }
  if (!route.poll) await noteThatAwake(exchange)
  // The table pairs each route's audience with its context; admit has made that one.
  const handle = route.handle as (context: RequestContext) => Answer | Promise<Answer>
  return handle(context)
}

async function noteThatAwake({ site, request }: Exchange): Promise<void> {
  if (!sessionOf(request)?.passport) return
  await keepAwake(site.portal.db, site.portal.clock, request.sessionID, request.session)
}
