/**
 * Nobody's session, half of one, and one that is over open nothing: every route of the table, asked in each way, the
 * list made from the table itself. That the same address is there for those it is for, routes.test.ts shows.
 */
import { expect } from 'chai'
import { createHmac } from 'node:crypto'
import { findAccount } from '../../module/access/scope.js'
import { fingerprintOf, staffMember } from '../../module/access/staff.js'
import { utc } from '../../module/platform/clock.js'
import { opaqueId, sha256 } from '../../module/platform/ids.js'
import type { Route } from '../../module/web/routes.js'
import { openPracticeWithEmr } from '../support/emr.js'
import { MORNING, type TestPractice } from '../support/practice.js'
import { visitor, type Page, type Visitor } from '../support/visitor.js'
import { askAt, nameOf, pathTo, sampleFor } from './asking.js'
import { clearSamples, type Sample } from './samples.js'

type Audience = 'patient' | 'staff'

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

  it('turns away who has no session', async () => {
    expect(await admittedBy(async () => stranger())).to.deep.equal([])
  })

  it('turns away a session in which nobody has signed in', async () => {
    expect(await admittedBy((audience) => withRow(audience, undefined))).to.deep.equal([])
  })

  it('turns away a session of nobody that there is', async () => {
    const nobody = { id: 987_654, fingerprint: fingerprintOf('none') }
    expect(await admittedBy((audience) => withRow(audience, nobody))).to.deep.equal([])
  })

  it('turns away a session made under another password', async () => {
    const old = (audience: Audience) => ({
      id: audience === 'staff' ? practice.staff.admin : practice.accounts.maria,
      fingerprint: fingerprintOf('the one before'),
    })
    expect(await admittedBy((audience) => withRow(audience, old(audience)))).to.deep.equal([])
  })

  it('turns away who typed the right password and has something left to do', async () => {
    const { db, portal, staff, accounts } = practice
    const admin = await staffMember(db, staff.admin)
    const maria = await findAccount(db, portal, accounts.maria)
    const held = {
      staff: { id: staff.admin, fingerprint: admin?.fingerprint ?? '' },
      patient: { id: accounts.maria, fingerprint: maria?.fingerprint ?? '' },
    }
    const since = utc(practice.clock.now())
    const come = (audience: Audience) =>
      withRow(audience, undefined, audience, { waiting: { ...held[audience], stages: ['change-password'], since } })
    expect(await admittedBy(come)).to.deep.equal([])
    const page = await (await come('patient')).get('/portal/sign-in/new-password')
    expect(page.status, 'where it belongs it is let in').to.equal(200)
  })

  it('turns away who was signed out in the middle: the cookie is there, the session is over', async () => {
    const leave = async (audience: Audience) => {
      const someone = await signedIn(audience)
      const cookies = [...someone.cookies]
      await someone.post(audience === 'staff' ? '/staff/sign-out' : '/portal/sign-out')
      return holding(cookies)
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
      const [mine, theirs] =
        audience === 'staff' ? (['foyer_staff', 'foyer_portal'] as const) : (['foyer_portal', 'foyer_staff'] as const)
      return holding([[mine, other.cookies.get(theirs) ?? '']])
    }
    const both = { staff: await swapped('staff'), patient: await swapped('patient') }
    expect(await admittedBy(async (audience) => copyOf(both[audience]))).to.deep.equal([])
  })

  it('turns away a session that was made for the other audience, whoever it names', async () => {
    const { db, portal, staff, accounts } = practice
    const admin = await staffMember(db, staff.admin)
    const maria = await findAccount(db, portal, accounts.maria)
    const named = {
      staff: { id: staff.admin, fingerprint: admin?.fingerprint ?? '' },
      patient: { id: accounts.maria, fingerprint: maria?.fingerprint ?? '' },
    }
    const other = { staff: 'patient', patient: 'staff' } as const
    const made = (audience: Audience) => withRow(audience, named[audience], other[audience])
    expect(await admittedBy(made)).to.deep.equal([])
    // The very same of the right audience is let in.
    expect(await admittedBy((audience) => withRow(audience, named[audience]))).not.to.deep.equal([])
  })

  it('lets in whom it is for, by the same means: else all of this says nothing', async () => {
    const both = { staff: await signedIn('staff'), patient: await signedIn('patient') }
    const admitted = await admittedBy(async (audience) => copyOf(both[audience]), Infinity)
    for (const audience of ['staff', 'patient'] as const) {
      expect(
        admitted.some((each) => each.includes(audience === 'staff' ? '/staff/portal' : '/portal/records')),
      ).to.equal(true)
    }
  })

  /** The routes that did anything but lead to the door, as page and as fragment; the first few are enough where none should. */
  async function admittedBy(come: (audience: Audience) => Promise<Visitor>, most = 5): Promise<string[]> {
    const open: string[] = []
    for (const route of routes) {
      if (open.length >= most) break
      const audience: Audience = route.audience === 'account' || route.audience === 'record' ? 'patient' : 'staff'
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

  function holding(cookies: Iterable<readonly [string, string]>): Visitor {
    const someone = stranger()
    for (const [name, value] of cookies) someone.cookies.set(name, value)
    return someone
  }

  function copyOf({ cookies }: Visitor): Visitor {
    return holding(cookies)
  }

  let origin = ''
  before(async () => {
    origin = (await practice.visitor()).origin
  })

  /** A session that is in the store under a cookie that we signed, with this in it. */
  async function withRow(
    audience: Audience,
    user: { id: number; fingerprint: string } | undefined,
    madeFor = audience,
    more: Record<string, unknown> = {},
  ): Promise<Visitor> {
    const id = opaqueId()
    const data = {
      cookie: { path: '/', httpOnly: true, originalMaxAge: null },
      ...(user ? { passport: { user } } : {}),
      ...more,
    }
    await practice.db.transaction((tx) =>
      tx.change(
        `INSERT INTO foyer_sessions (id_hash, audience, owner, data, created_at, seen_at) VALUES (:hash, :audience, NULL, :data, :now, :now)`,
        { hash: sha256(id), audience: madeFor, data: JSON.stringify(data), now: utc(practice.clock.now()) },
      ),
    )
    const signature = createHmac('sha256', practice.portal.secret).update(id).digest('base64').replace(/=+$/, '')
    return holding([
      [audience === 'staff' ? 'foyer_staff' : 'foyer_portal', encodeURIComponent(`s:${id}.${signature}`)],
    ])
  }
})
