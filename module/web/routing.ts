/**
 * The route table onto Express's routers. Express asks one address after the other whether it fits; with some hundred of
 * them that is a twentieth of a page. So each router has only those that begin alike, and a request asks those alone.
 */
import express, { type RequestHandler, type Router } from 'express'
import { addressOf, type Route } from './routes.js'

/** One handler for the whole table. What no route fits goes on to the next. */
export function routing(
  routes: readonly Route[],
  serveRoute: (route: Route, address: string) => RequestHandler,
): RequestHandler {
  const routers = new Map<string, Router>()
  for (const route of inOrder(routes)) {
    const address = addressOf(route)
    const key = keysOf(address.replace(/:\w+/g, ANY))[0] ?? ''
    const router = routers.get(key) ?? express.Router({ caseSensitive: true })
    routers.set(key, router)
    router[route.method](address, serveRoute(route, address))
  }
  return (request, response, next) => {
    const asked = keysOf(request.path).flatMap((key) => routers.get(key) ?? [])
    const ask = (at: number, error?: unknown): void => {
      const router = error === undefined ? asked[at] : undefined
      if (router) {
        router(request, response, (failed?: unknown) => {
          ask(at + 1, failed)
        })
      } else next(error)
    }
    ask(0)
  }
}

/** `/appointments/new` before `/appointments/:id`, whichever wing wrote it down first. */
function inOrder(routes: readonly Route[]): Route[] {
  const key = (route: Route) => addressOf(route).replace(/:\w+/g, ANY)
  return [...routes].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
}

/** Stands for a value. Sorts behind every letter, and no address of ours has it. */
const ANY = '~'

/** By how an address begins: its first four parts, of which the third and the fourth may be values; exact ones first. */
function keysOf(path: string): string[] {
  const [a = '', b = '', ...more] = path
    .split('/')
    .filter((part, at, all) => at > 0 && (part !== '' || at < all.length - 1))
  const start = `${a}/${b}`
  const [c, d] = more
  if (c === undefined) return [start]
  const thirds = c === ANY ? [c] : [c, ANY]
  if (d === undefined) return thirds.map((third) => `${start}/${third}`)
  const fourths = d === ANY ? [d] : [d, ANY]
  return thirds.flatMap((third) => fourths.map((fourth) => `${start}/${third}/${fourth}`))
}
