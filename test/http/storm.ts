/** Requests that no page of ours would send, made from the route table and from every field that any form has. */
import { readdirSync, readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { packageRoot } from '../../module/platform/root.js'
import { addressOf, type Route } from '../../module/web/routes.js'
import type { TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { HTMX } from './portals.js'
import { tokenFor } from './roles.js'

export interface Storm {
  /** Answers of 500 and above, and requests without one. */
  faults: string[]
  statuses: ReadonlyMap<number, number>
  /** MiB in use after a fifth of the requests, and after all of them. */
  heap: { first: number; last: number }
}

export interface People {
  maria: Visitor
  admin: Visitor
}

const AT_ONCE = 25
const A_BATCH = 1000

/** So many requests, the same ones each time. */
export async function storm(practice: TestPractice, people: People, requests: number): Promise<Storm> {
  const faults: string[] = []
  const statuses = new Map<number, number>()
  const heap = { first: 0, last: 0 }
  const wild = anything(practice)
  for (let sent = 0; sent < requests; sent += A_BATCH) {
    const batch = fc.sample(wild, { numRuns: A_BATCH, seed: 20261122 + sent })
    const queue = batch.map((each) => ofPerson(practice, people, each))
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let next = queue.pop(); next; next = queue.pop()) {
          const status = await send(people.maria.origin, next)
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          if (status >= 500 || status === 0) faults.push(`${String(status)} ${JSON.stringify(next)}`)
        }
      }),
    )
    if (sent + A_BATCH === requests / 5) heap.first = heapInUse()
  }
  heap.last = heapInUse()
  return { faults, statuses, heap }
}

function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed / 2 ** 20
}

interface Wild {
  route: Route
  /** Its address, with ':record' still in it where it may be one's own. */
  path: string
  method: string
  headers: Record<string, string>
  body: string
  /** With the token that the form would carry. */
  trusted: boolean
}

interface Sent {
  method: string
  path: string
  headers: Record<string, string>
  body: string
}

function anything(practice: TestPractice): fc.Arbitrary<Wild> {
  // Signing in is throttled, which has tests of its own; signing out would end the storm.
  const routes = practice.routes.filter(
    (route) => !route.path.endsWith('/sign-out') && (!route.path.endsWith('/sign-in') || route.method === 'get'),
  )
  const part = fc.oneof(fc.constantFrom(...odd), fc.string({ maxLength: 20 }).map(encodeURIComponent))
  const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...fieldNames()) }, { weight: 1, arbitrary: part })
  const value = fc.oneof(part, fc.constantFrom(...plausible))
  const fields = fc
    .array(fc.tuple(name, value), { maxLength: 8 })
    .map((all) => all.map((pair) => pair.join('=')).join('&'))
  return fc
    .record({
      route: fc.constantFrom(...routes),
      params: fc.array(part, { minLength: 4, maxLength: 4 }),
      plain: fc.boolean(),
      query: fc.option(fields, { nil: '' }),
      body: fields,
      trusted: fc.integer({ min: 0, max: 9 }),
      method: fc.integer({ min: 0, max: 19 }),
      htmx: fc.boolean(),
    })
    .map(({ route, params, plain, query, body, trusted, method, htmx }): Wild => {
      let at = 0
      const address = addressOf(route).replace(/:(\w+)/g, (whole, key: string) => {
        // Every other time numbers that may name something: behind the first guard.
        if (key === 'record' && plain) return whole
        at += 1
        return plain && at === 1 ? String(1 + (params[0]?.length ?? 0)) : (params[at - 1] ?? 'x')
      })
      return {
        route,
        path: query === '' ? address : `${address}?${query}`,
        method: others[method] ?? route.method,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...(htmx ? HTMX : {}) },
        body: route.method === 'post' ? body : '',
        trusted: trusted > 0,
      }
    })
}

const others = ['put', 'delete', 'options', 'head', 'patch']

const odd = [
  ...['%00', '%ff', '%', '%zz', '%2e%2e', '..', '-1', '0', '1', '1-20261301', '1-20261124', '9'.repeat(30), '1e9'],
  ...['NaN', '__proto__', 'constructor', "'", '%27%20OR%201=1--', '%22%3E%3Cscript%3E', '%F0%9F%98%80', '%5B%5D'],
  'a'.repeat(3000),
]

const plausible = [
  '2026-11-24',
  '2026-02-30',
  '0000-00-00',
  '10:00',
  '24:00',
  '5',
  '^',
  'x',
  '2026-11-24T10:00',
  '-',
  'all',
]

/** As the forms' templates name them, and those that the code alone knows. */
function fieldNames(): string[] {
  const views = join(packageRoot(), 'views')
  const files = readdirSync(views, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ejs'))
  const text = files.map((file) => readFileSync(join(views, file), 'utf8')).join('\n')
  const named = [...text.matchAll(/\bname(?:="|: ')([\w[\]-]+)/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  )
  return [...new Set([...named, '_once', 'q', 'from', 'lang', 'next', 'at', 'version', 'sort', 'page'])]
}

function ofPerson(practice: TestPractice, { maria, admin }: People, wild: Wild): Sent {
  const person = ['staff', 'staffDoor', 'emr'].includes(wild.route.audience) ? admin : maria
  const path = wild.path.replace(':record', practice.records.maria)
  const csrf = wild.trusted && wild.body !== '' ? `_csrf=${tokenFor(practice, person, path)}&` : ''
  return { ...wild, path, body: csrf + wild.body, headers: { ...wild.headers, Cookie: cookiesOf(person) } }
}

/** As it is, past what fetch would mend. 0: no answer. */
function send(origin: string, { method, path, headers, body }: Sent): Promise<number> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve) => {
    const sent = httpRequest({ hostname, port, method: method.toUpperCase(), path, headers }, (answer) => {
      answer.resume()
      answer.on('end', () => {
        resolve(answer.statusCode ?? 0)
      })
    })
    sent.on('error', () => {
      resolve(0)
    })
    sent.end(body)
  })
}

export function cookiesOf({ cookies }: Visitor): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
