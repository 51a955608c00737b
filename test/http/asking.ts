/** A route of the table, asked with its sample by whoever it may be. */
import { addressOf, type Route } from '../../module/web/routes.js'
import { sendForm, type Sent } from '../support/files.js'
import type { TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'
import { tokenFor } from './roles.js'
import { samples, type Sample } from './samples.js'

/** `POST /staff/portal/appointments/:id/decline` */
export function nameOf(route: Route): string {
  return `${route.method.toUpperCase()} ${addressOf(route)}`
}

/** The route's sample about this patient, made anew. */
export function sampleFor(practice: TestPractice, route: Route, pid: number): Sample | Promise<Sample> {
  const make = samples[nameOf(route)]
  if (!make) throw new Error(`test/http/samples.ts has no line for ${nameOf(route)}`)
  return make(practice, pid)
}

/** Where the sample leads, in this record. */
export function pathTo(route: Route, record: string, { params = {}, query }: Sample): string {
  const path = addressOf(route).replace(/:(\w+)/g, (_whole, name: string) => {
    const value = name === 'record' ? record : params[name]
    if (value === undefined) throw new Error(`The sample of ${nameOf(route)} has no parameter ${name}`)
    return value
  })
  return query ? `${path}?${new URLSearchParams(query).toString()}` : path
}

/** Asks with the token that a form at this address would carry: what is refused is refused for another reason. */
export async function askAt(
  practice: TestPractice,
  someone: Visitor,
  route: Route,
  at: { path: string; sample: Sample; headers?: Record<string, string> },
): Promise<Page> {
  const { path, sample, headers = {} } = at
  if (route.method === 'get') return someone.get(path, headers)
  return someone.post(path, sample.body, { headers, csrf: tokenFor(practice, someone, path) })
}

/** The same of a form that brings files. */
export async function sendAt(
  practice: TestPractice,
  someone: Visitor,
  _route: Route,
  { files = [], path, sample }: { path: string; sample: Sample; files?: readonly Sent[] },
): Promise<Page> {
  const fields = { _csrf: tokenFor(practice, someone, path), ...sample.body }
  const { location, ...answer } = await sendForm(someone, path, fields, files)
  return { ...answer, path, location: location === '' ? undefined : location }
}
