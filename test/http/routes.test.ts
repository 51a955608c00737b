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
import { emrShell } from '../../module/demo/emr/index.js'
import { enable } from '../../module/lifecycle/enable.js'
import { addressOf, type Route } from '../../module/web/routes.js'
import { openPractice, type TestPractice } from '../support/practice.js'
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
    practice = await openPractice({ shell: (wings) => emrShell(wings, moduleHost) })
    await practice.setting('openRequestLimit', '50')
    await practice.setting('signInTries', '100')
    await practice.setting('signInTriesPerAddress', '10000')
    await practice.setting('registrationsPerAddress', '1000')
    roles = await castRoles(practice)
    // Switching the portal off comes last: it signs everybody out.
    routes = [...practice.routes].sort((a, b) => Number(switchesOff(a)) - Number(switchesOff(b)))
  })
  after(() => practice.leave())

  const moduleHost = {
    get databaseUrl() {
      return practice.url
    },
    refresh: () => practice.refresh(),
    afterUninstall: () => '',
  }

  it('knows an address and a form for each', () => {
    const wanted = practice.routes.map(nameOf)
    expect(wanted.filter((name) => !(name in samples))).to.deep.equal([])
    expect(Object.keys(samples).filter((name) => !wanted.includes(name))).to.deep.equal([])
  })

  it('answers as golden/matrix.md says, and what it refuses is there for those it is for', async () => {
    const rows = new Map<string, string[]>()
    const unproven: string[] = []
    for (const route of routes) {
      const cells: string[] = []
      for (const role of roles) {
        const sample = await sampleFor(practice, route, role.pid)
        const cell = cellOf(await ask(route, role, sample))
        cells.push(cell)
        if (isRefusal(route, cell) && !(await isThere(route, role, sample, cell))) {
          unproven.push(`${nameOf(route)} ${role.name}`)
        }
        await clearSamples(practice)
        if (switchesOff(route)) await switchOn()
      }
      rows.set(nameOf(route), cells)
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
    const who = isDoor(route) ? await comeIn(practice, role) : await signedIn(role)
    const headers: Record<string, string> = role.htmx ? { 'HX-Request': 'true' } : {}
    return askAt(practice, who, route, { path: pathTo(route, role.record, sample), sample, headers })
  }

  async function signedIn(role: Role): Promise<Visitor> {
    const known = inside.get(role.name) ?? (await comeIn(practice, role))
    inside.set(role.name, known)
    return known
  }

  /** The same thing, asked for by those whose it is: refused before only because of who asked. Once for each kind of refusal. */
  async function isThere(route: Route, role: Role, sample: Sample, cell: string): Promise<boolean> {
    const kind = `${nameOf(route)} ${String(role.pid)} ${cell}`
    if (proven.has(kind)) return true
    for (const owner of ownersOf(route, role)) {
      if (isRefusal(route, cellOf(await ask(route, owner, sample)))) continue
      proven.add(kind)
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
