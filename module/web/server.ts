/** The HTTP server of an Express app, whose requests and answers are what Express wants of them from their first moment. */
import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http'
import type { Express } from 'express'

/**
 * Listens to nobody yet. Express gives each request and each answer its own prototype as it comes, and a change of
 * prototype spoils what the engine has learnt of an object, for everybody who touches it later: two thirds of the time
 * of a small page. Here Node makes them with that prototype, and there is nothing left to change.
 */
export function serverOf(app: Express): Server {
  class PortalRequest extends IncomingMessage {}
  class PortalResponse extends ServerResponse<PortalRequest> {}
  Object.setPrototypeOf(PortalRequest.prototype, app.request)
  Object.setPrototypeOf(PortalResponse.prototype, app.response)
  Object.assign(app, { request: PortalRequest.prototype, response: PortalResponse.prototype })
  return createServer({ IncomingMessage: PortalRequest, ServerResponse: PortalResponse }, app)
}
