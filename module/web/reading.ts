import express, { type Request, type RequestHandler, type Response } from 'express'
import { addressOf, type Route } from './routes.js'

/**
 * Reads forms that bring no files, before their requests stand in line: who sends slowly holds no place. A form has 200
 * short fields; one of a route that takes more, 3000 and 2 MB.
 */
export function readForms(routes: readonly Route[]): RequestHandler {
  const usual = express.urlencoded({ extended: false, limit: '64kb', parameterLimit: 200 })
  const long = express.urlencoded({ extended: false, limit: '2mb', parameterLimit: 3000 })
  const addresses = routes.filter(({ takes }) => takes === 'long').map(patternOf)
  return (request, response, next) => {
    const hasFiles = request.is('multipart/form-data')
    // Most requests bring nothing at all.
    if (hasFiles === null) {
      next()
      return
    }
    if (hasFiles !== false) {
      endAfterAnswer(request, response)
      next()
      return
    }
    endIfSlow(request)
    const read = addresses.some((address) => address.test(request.path)) ? long : usual
    read(request, response, next)
  }
}

const FORM_MS = 30_000
const LAST_WORD_MS = 5000

/** A short form comes in half a minute. (The server's own limit is for those that bring files.) */
function endIfSlow(request: Request): void {
  if (request.complete) return
  const timer = setTimeout(() => request.destroy(), FORM_MS)
  const stop = (): void => {
    clearTimeout(timer)
  }
  request.once('end', stop).once('close', stop)
}

/** Files that nobody takes are not read to their end, once there was time for the answer to be seen. */
function endAfterAnswer(request: Request, response: Response): void {
  response.once('finish', () => {
    if (request.complete) return
    const timer = setTimeout(() => request.destroy(), LAST_WORD_MS)
    request.once('close', () => {
      clearTimeout(timer)
    })
  })
}

function patternOf(route: Route): RegExp {
  const literal = addressOf(route).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replace(/:\w+/g, '[^/]+')}/?$`)
}
