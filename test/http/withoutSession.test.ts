/**
 * Nobody's session, half of one, and one that is over open nothing: every route of the table, asked in each way, the
 * list made from the table itself, and each first asked by those whose it is.
 */
import { expect } from 'chai'
import { createAccount } from '../../module/access/accounts.js'
import { hashOwnPassword } from '../../module/access/ownPasswords.js'
import { fingerprintOf } from '../../module/access/staff.js'
import { enable } from '../../module/lifecycle/enable.js'
import { utc } from '../../module/platform/clock.js'
import type { Route } from '../../module/web/routes.js'
import { openPracticeWithEmr } from '../support/emr.js'
import { MORNING, passwordOf, type TestPractice } from '../support/practice.js'
import { visitor, type Page, type Visitor } from '../support/visitor.js'
import { askAt, nameOf, pathTo, sampleFor } from './asking.js'
import {
  cookieNames,
  holderOf,
  holding,
  keepSession,
  stagePages,
  stages,
  type Audience,
  type Holder,
  type KeptSession,
} from './keptSessions.js'
import { clearSamples, samples, type Sample } from './samples.js'

describe('Every route that asks for a sign-in', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let routes: readonly Route[]
  const addresses = new Map<Route, { path: string; sample: Sample }>()

  before(async () => {
    practice = await openPracticeWithEmr()
    await practice.setting('signInTriesPerAddress', '10000')
    routes = practice.routes.filter(({ audience }) => audience !== 'patientDoor' && audience !== 'staffDoor')
    for (const route of routes) addresses.set(route, await addressFor(route))
    // Among them second factors: with one of them nobody here would come in by a password.
    await clearSamples(practice)
  })
  after(() => practice.leave())
  beforeEach(() => practice.clock.set(MORNING))

  it('is more than a few', () => {
    expect(routes.length).to.be.greaterThan(20)
  })

  it('lets in those it is for, by the same means: else all of this says nothing', async () => {
    const shut: string[] = []
    // Switching the portal off comes last: it signs everybody out.
    for (const route of [...routes].sort((a, b) => Number(switchesOff(a)) - Number(switchesOff(b)))) {
      const at = await addressFor(route)
      const audience = audienceOf(route)
      const page = await askAt(practice, await withRow(audience, { user: (await bothHolders())[audience] }), route, at)
      const isIn = isAtDoor(page, false) ? route.path === '/sign-out' : ![401, 403, 404].includes(page.status)
      if (!isIn) shut.push(`${nameOf(route)}: ${String(page.status)}`)
      await clearSamples(practice)
    }
    await enable(practice.lifecycle)
    await practice.refresh()
    expect(shut, shut.join('\n')).to.deep.equal([])
  })

  it('turns away who has no session', async () => {
    expect(await admittedBy(async () => stranger())).to.deep.equal([])
  })

  it('turns away a session in which nobody has signed in', async () => {
    expect(await admittedBy((audience) => withRow(audience, {}))).to.deep.equal([])
  })

  it('turns away a session of nobody that there is', async () => {
    const nobody = { id: 987_654, fingerprint: fingerprintOf('none') }
    expect(await admittedBy((audience) => withRow(audience, { user: nobody }))).to.deep.equal([])
  })

  it('turns away a session made under another password', async () => {
    const old = (audience: Audience) => ({
      id: audience === 'staff' ? practice.staff.admin : practice.accounts.maria,
      fingerprint: fingerprintOf('the one before'),
    })
    expect(await admittedBy((audience) => withRow(audience, { user: old(audience) }))).to.deep.equal([])
  })

  for (const stage of stages) {
    it(`turns away who typed the right password and has this left to do: ${stage}`, async () => {
      const both = await bothHolders()
      const come = (audience: Audience) => withRow(audience, { waiting: { who: both[audience], stages: [stage] } })
      expect(await admittedBy(come)).to.deep.equal([])
      const page = await (await come('patient')).get(`/portal/sign-in/${stagePages[stage]}`)
      expect(page.status, 'where it belongs it is let in').to.equal(200)
    })
  }

  it('turns away who is held at the door with an account whose address nobody has proved', async () => {
    const email = 'new.here@example.org'
    const passwordHash = await hashOwnPassword(passwordOf(email))
    const wanted = { email, verified: false, passwordHash, displayName: 'New Here', language: undefined }
    await practice.db.transaction((tx) => createAccount(tx, practice.clock, wanted))
    const someone = visitor(origin)
    const page = await someone.post(
      '/portal/sign-in',
      { username: email, password: passwordOf(email) },
      { from: '/portal/sign-in' },
    )
    expect(page.location, 'the password is right').to.equal('/portal/sign-in/verify-address')
    expect(await admittedBy(async () => everywhere(someone))).to.deep.equal([])
  })

  it('turns away who is in the middle of registering, of booking or of joining with a PIN', async () => {
    const { maria } = practice.patients
    for (const name of ['/portal/register/:token', '/portal/book/:token', '/portal/join'] as const) {
      const sample = (await samples[`POST ${name}`]?.(practice, maria)) ?? {}
      const path = name.replace(':token', sample.params?.['token'] ?? '')
      const someone = visitor(origin)
      expect((await someone.get(path)).status, `${name} is there`).to.equal(200)
      // Something is missing still: the form comes back.
      const page = await someone.post(path, { ...sample.body, password: 'short', _once: '' })
      expect(page.status, name).to.equal(422)
      expect(await admittedBy(async () => everywhere(someone)), name).to.deep.equal([])
    }
    await clearSamples(practice)
  })

  it('turns away who was signed out in the middle: the cookie is there, the session is over', async () => {
    const leave = async (audience: Audience) => {
      const someone = await signedIn(audience)
      const cookies = [...someone.cookies]
      await someone.post(audience === 'staff' ? '/staff/sign-out' : '/portal/sign-out')
      return holding(origin, cookies)
    }
    const both = { staff: await leave('staff'), patient: await leave('patient') }
    expect(await admittedBy(async (audience) => copyOf(both[audience]))).to.deep.equal([])
  })

  it('turns away who has been away too long', async () => {
    const both = { staff: await signedIn('staff'), patient: await signedIn('patient') }
    practice.clock.set('2026-11-23T09:30:00')
    expect(await admittedBy(async (audience) => copyOf(both[audience]))).to.deep.equal([])
  })

  it('turns away who signed in long ago, however busy', async () => {
    const both = { staff: await signedIn('staff'), patient: await signedIn('patient') }
    practice.clock.set('2026-11-24T08:00:00')
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_sessions SET seen_at = :now`, { now: utc(practice.clock.now()) }),
    )
    expect(await admittedBy(async (audience) => copyOf(both[audience]))).to.deep.equal([])
  })

  it('turns away a session of the other audience under this one’s cookie', async () => {
    const swapped = async (audience: Audience) => {
      const other = await signedIn(audience === 'staff' ? 'patient' : 'staff')
      const theirs = cookieNames[audience === 'staff' ? 'patient' : 'staff']
      return holding(origin, [[cookieNames[audience], other.cookies.get(theirs) ?? '']])
    }
    const both = { staff: await swapped('staff'), patient: await swapped('patient') }
    expect(await admittedBy(async (audience) => copyOf(both[audience]))).to.deep.equal([])
  })

  it('turns away a session that was made for the other audience, whoever it names', async () => {
    const named = await bothHolders()
    const other = { staff: 'patient', patient: 'staff' } as const
    const made = (audience: Audience) => withRow(audience, { user: named[audience], madeFor: other[audience] })
    expect(await admittedBy(made)).to.deep.equal([])
  })

  /** The routes that did anything but lead to the door, as page and as fragment; the first few are enough where none should. */
  async function admittedBy(come: (audience: Audience) => Promise<Visitor>, most = 5): Promise<string[]> {
    const open: string[] = []
    for (const route of routes) {
      if (open.length >= most) break
      const audience = audienceOf(route)
      for (const htmx of [false, true]) {
        // Each asks with a session of its own: one that is turned away ends.
        const page = await ask(await come(audience), route, htmx)
        if (!isAtDoor(page, htmx)) open.push(`${nameOf(route)}${htmx ? ', htmx' : ''}: ${page.status}`)
      }
      if (open.length > 0) await clearSamples(practice)
    }
    return open
  }

  function isAtDoor({ status, location, headers }: Page, htmx: boolean): boolean {
    if (htmx) return status === 401 && /\/sign-in$/.test(headers.get('HX-Redirect') ?? '')
    return status === 303 && /\/sign-in(\?|$)/.test(location ?? '')
  }

  async function ask(someone: Visitor, route: Route, htmx: boolean): Promise<Page> {
    const at = addresses.get(route) ?? (await addressFor(route))
    return askAt(practice, someone, route, { ...at, headers: htmx ? { 'HX-Request': 'true' } : {} })
  }

  async function addressFor(route: Route): Promise<{ path: string; sample: Sample }> {
    const sample = await sampleFor(practice, route, practice.patients.maria)
    return { path: pathTo(route, practice.records.maria, sample), sample }
  }

  async function signedIn(audience: Audience): Promise<Visitor> {
    return audience === 'staff' ? practice.staffVisitor('admin') : practice.patientVisitor('maria')
  }

  function stranger(): Visitor {
    return visitor(origin)
  }

  function copyOf({ cookies }: Visitor): Visitor {
    return holding(origin, cookies)
  }

  /** The same session under both cookies: whatever it is, it is tried at each door. */
  function everywhere({ cookies }: Visitor): Visitor {
    const session = cookies.get('foyer_portal') ?? ''
    return holding(origin, [...cookies, ...Object.values(cookieNames).map((name) => [name, session] as const)])
  }

  /** Those whose the samples are, with the passwords that they have now. */
  async function bothHolders(): Promise<Record<Audience, Holder>> {
    return {
      staff: await holderOf(practice, 'staff', practice.staff.admin),
      patient: await holderOf(practice, 'patient', practice.accounts.maria),
    }
  }

  let origin = ''
  before(async () => {
    origin = (await practice.visitor()).origin
  })

  /** A session that is in the store under a cookie that we signed, with this in it. */
  async function withRow(audience: Audience, session: Omit<KeptSession, 'audience'>): Promise<Visitor> {
    return (await keepSession(practice, origin, { audience, ...session })).someone
  }
})

function audienceOf({ audience }: Route): Audience {
  return audience === 'account' || audience === 'record' ? 'patient' : 'staff'
}

function switchesOff(route: Route): boolean {
  return nameOf(route) === 'POST /emr/modules/disable'
}
