/**
 * Every route of the table, asked by everybody. What each gets is kept in golden/matrix.md, so that a change of who may
 * do what is seen in review. Write it anew with
 *
 *     GOLDEN=write node test/setup/run.mjs http -- test/http/routes.test.ts
 *
 * A new route needs a line in samples.ts.
 */
import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { enable } from '../../module/lifecycle/enable.js'
import { addressOf, type Route } from '../../module/web/routes.js'
import { openPracticeWithEmr } from '../support/emr.js'
import { type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'
import { askAt, nameOf, pathTo, sampleFor } from './asking.js'
import { castRoles, comeIn, type Role } from './roles.js'
import { clearSamples, samples, type Sample } from './samples.js'

const golden = new URL('golden/matrix.md', import.meta.url)

describe('Every route, asked by everybody', function () {
  this.timeout(600_000)
  let practice: TestPractice
  let roles: Role[]
  let routes: readonly Route[]
  const inside = new Map<string, Visitor>()
  const proven = new Set<string>()

  before(async () => {
    practice = await openPracticeWithEmr()
    await practice.setting('openRequestLimit', '50')
    await practice.setting('signInTries', '100')
    await practice.setting('signInTriesPerAddress', '10000')
    await practice.setting('registrationsPerAddress', '1000')
    roles = await castRoles(practice)
    // Switching the portal off comes last: it signs everybody out.
    routes = [...practice.routes].sort((a, b) => Number(switchesOff(a)) - Number(switchesOff(b)))
  })
  after(() => practice.leave())

  it('knows an address and a form for each', () => {
    const wanted = practice.routes.map(nameOf)
    expect(wanted.filter((name) => !(name in samples))).to.deep.equal([])
    expect(Object.keys(samples).filter((name) => !wanted.includes(name))).to.deep.equal([])
  })

  it('answers as golden/matrix.md says, and what it refuses is there for those it is for', async () => {
    const rows = new Map<string, string[]>()
    const unproven: string[] = []
    for (const role of roles) await signedIn(role)
    for (const route of routes) {
      const cells = new Map<Role, string>()
      const things = thingsFor(route)
      for (const role of byPatient(roles)) {
        const sample = await things.about(role.pid)
        const cell = cellOf(await ask(route, role, sample))
        cells.set(role, cell)
        // Who looks leaves a thing as it was, and so does who is refused: the others meet the same one.
        if (!isRefusal(route, cell)) things.touched()
        else if (!(await isThere(route, role, things))) unproven.push(`${nameOf(route)} ${role.name}`)
        if (switchesOff(route)) await switchOn()
      }
      await things.away()
      rows.set(
        nameOf(route),
        roles.map((role) => cells.get(role) ?? ''),
      )
    }
    expect(unproven, 'refused, but nobody else was let in there either').to.deep.equal([])
    // In the order of their addresses, so that wings may be told in any.
    const inOrder = practice.routes.map((route) => [addressOf(route), nameOf(route)] as const).sort()
    const found = table(
      roles,
      inOrder.map(([, name]) => [name, rows.get(name) ?? []]),
    )
    if (process.env['GOLDEN'] === 'write') writeFileSync(golden, found)
    expect(found.split('\n')).to.deep.equal(readFileSync(golden, 'utf8').split('\n'))
  })

  async function ask(route: Route, role: Role, sample: Sample): Promise<Page> {
    const who = await signedIn(role)
    const before = sessionsOf(who)
    const headers: Record<string, string> = role.htmx ? { 'HX-Request': 'true' } : {}
    const page = await askAt(practice, who, route, { path: pathTo(route, role.record, sample), sample, headers })
    // A form that is sent at a door may end the session that brings it, or begin another.
    if (sessionsOf(who) !== before) inside.delete(role.name)
    return page
  }

  async function signedIn(role: Role): Promise<Visitor> {
    const known = inside.get(role.name) ?? (await comeIn(practice, role))
    inside.set(role.name, known)
    return known
  }

  /** What this route is about: one thing at a time, made anew for each patient and once somebody changed it. */
  function thingsFor(route: Route): Things {
    let made: { pid: number; sample: Sample; standing: readonly string[] } | undefined
    const away = async () => {
      // Whoever looks, and whatever at: it opens nothing, ends nothing, and makes nobody somebody else.
      // Somebody may have come in meanwhile.
      if (made && route.method === 'get') expect(await standing(), nameOf(route)).to.include.members([...made.standing])
      if (made) await clearSamples(practice)
      made = undefined
    }
    let isTouched = false
    return {
      async about(pid) {
        if (isTouched || made?.pid !== pid) await away()
        isTouched = false
        if (made) return made.sample
        const sample = await sampleFor(practice, route, pid)
        made = { pid, sample, standing: route.method === 'get' ? await standing() : [] }
        return sample
      },
      touched: () => {
        isTouched ||= route.method === 'post'
      },
      away,
    }
  }

  /** Who is signed in as whom, which accounts there are, and what they open. When a session was seen last is no part of it. */
  async function standing(): Promise<string[]> {
    const sessions = await practice.db.select<{ session: string }>(
      `SELECT CONCAT_WS(' ', id_hash, audience, owner, created_at, data) AS session FROM foyer_sessions`,
    )
    const tables = await practice.db.select<{ Table: string; Checksum: number }>(
      `CHECKSUM TABLE foyer_accounts, foyer_grants`,
    )
    const sums = tables.map(({ Table, Checksum }) => `${Table} ${String(Checksum)}`)
    return [...sessions.map(({ session }) => session), ...sums]
  }

  /** The same thing, asked for by those whose it is: refused before only because of who asked. Once for each patient. */
  async function isThere(route: Route, role: Role, things: Things): Promise<boolean> {
    const thing = `${nameOf(route)} ${String(role.pid)}`
    if (proven.has(thing)) return true
    const sample = await things.about(role.pid)
    things.touched()
    for (const owner of ownersOf(route, role)) {
      if (isRefusal(route, cellOf(await ask(route, owner, sample)))) continue
      proven.add(thing)
      return true
    }
    return false
  }

  /** Those whose it may be: the samples of an account's own things are Maria's, or the patient's. */
  function ownersOf(route: Route, role: Role): Role[] {
    const named = (name: string) => roles.find((each) => each.name === name) ?? roleMissing(name)
    if (route.audience === 'staff' || route.audience === 'emr') return [named('admin')]
    const maria = named('maria, own record')
    // In the session that she has: with a second factor that a sample made she would not come in again.
    const john = { ...named('john, at maria’s'), record: practice.records.john, pid: practice.patients.john }
    const patients = [maria, named('maria, of leo'), john].find((each) => each.pid === role.pid) ?? maria
    return route.audience === 'account' ? [maria, patients] : [patients]
  }

  async function switchOn(): Promise<void> {
    await enable(practice.lifecycle)
    await practice.refresh()
    inside.clear()
  }
})

/** A route's samples, one patient's at a time. */
interface Things {
  about: (pid: number) => Promise<Sample>
  /** Somebody was let in: a form that was taken has changed it. */
  touched: () => void
  away: () => Promise<void>
}

function sessionsOf({ cookies }: Visitor): string {
  return `${String(cookies.get('foyer_portal'))} ${String(cookies.get('foyer_staff'))}`
}

/** Those who ask about the same patient one after another. */
function byPatient(roles: readonly Role[]): Role[] {
  return [...roles].sort((a, b) => a.pid - b.pid)
}

function isDoor(route: Route): boolean {
  return route.audience === 'patientDoor' || route.audience === 'staffDoor'
}

function switchesOff(route: Route): boolean {
  return nameOf(route) === 'POST /emr/modules/disable'
}

function roleMissing(name: string): never {
  throw new Error(`No role ${name}`)
}

function cellOf({ status, location, headers }: Page): string {
  // htmx must be told to leave the page: a sign-in form never stands in a card.
  if (status === 401) return headers.get('HX-Redirect')?.endsWith('/sign-in') ? '401' : '401 without way on'
  if (status !== 303) return String(status)
  return /\/sign-in(\?|$)/.test(location ?? '') ? 'door' : '303'
}

/** Signing out leads everybody to the door. */
function isRefusal(route: Route, cell: string): boolean {
  return /^40[134]/.test(cell) || (cell === 'door' && !isDoor(route))
}

function table(roles: readonly Role[], rows: readonly (readonly [string, readonly string[]])[]): string {
  const lines = [['', ...roles.map((role) => role.name)], ...rows.map(([name, cells]) => [name, ...cells])]
  const widths = lines[0]?.map((_cell, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0))) ?? []
  const write = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = lines
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [...preface, write(head), rule, ...body.map(write), ''].join('\n')
}

const preface = [
  '# Who gets what',
  '',
  'Made by routes.test.ts; its head says how. `door`: to the sign-in. `303`: done, or on to where it is. `404`: not',
  'there for them. `409`: theirs to ask, and refused for what is so now.',
  '',
]
