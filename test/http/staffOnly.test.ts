/**
 * A patient's form that names what only staff may set: refused, or taken without it. The forms are those of the route
 * table, the names those of the columns that each form writes and of the tables in which staff decide on the same thing:
 * what is added there is tried here.
 */
import { expect } from 'chai'
import { z } from 'zod'
import { creationOptions } from '../../module/access/passkeyCeremonies.js'
import { opaqueId } from '../../module/platform/ids.js'
import { addressOf, type RequestContext, type Route } from '../../module/web/routes.js'
import { dumpRows, type Dump } from '../support/dump.js'
import { pdfOf } from '../support/files.js'
import { newPasskey } from '../support/passkeys.js'
import { loginOf, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { appWith, setUpFactor } from '../support/secondFactors.js'
import type { Page, Visitor } from '../support/visitor.js'
import { askAt, nameOf, pathTo, sampleFor, sendAt } from './asking.js'
import { partsOf } from './pageParts.js'
import { clearSamples, type Sample } from './samples.js'
import { columnsOf, fieldsNaming, rowsAdded, tablesFor, valuesIn, type Row } from './staffOnlyFields.js'

describe('What only staff may set', function () {
  this.timeout(240_000)
  let practice: TestPractice
  let maria: Visitor
  let password = passwordOf(loginOf('maria'))
  let posts: readonly Route[]
  let made = 0
  let tried = 0
  const refused = new Set<string>()

  before(async () => {
    practice = await openPractice()
    await practice.setting('signInTries', '1000')
    await practice.setting('signInTriesPerAddress', '10000')
    await practice.setting('openRequestLimit', '50')
    await practice.setting('registrationsPerAddress', '1000')
    maria = await practice.patientVisitor('maria')
    posts = practice.routes
      .filter(
        ({ audience, method, path }) =>
          method === 'post' && ['record', 'account'].includes(audience) && path !== '/sign-out',
      )
      // What is seen on a page is of its language: hers changes last.
      .sort((a, b) => Number(a.path === '/account/language') - Number(b.path === '/account/language'))
  })
  afterEach(() => clearSamples(practice))
  after(() => practice.leave())

  it('reaches the database by no form of a patient', async () => {
    expect(posts.length).to.be.greaterThan(35)
    const faults: string[] = []
    for (const route of posts) faults.push(...(await faultsOf(route)))
    console.log(`        ${String(posts.length)} forms, ${String(tried)} fields that are not theirs`)
    expect(faults, faults.join('\n')).to.deep.equal([])
    expect(tried).to.be.greaterThan(10_000)
    expect([...refused].sort()).to.deep.equal([...refusedByName])
  })

  it('would be seen here if a form took it', async () => {
    const taken = [
      { column: 'display_name', field: 'score', said: 'zq7staff' },
      { column: 'disabled_by', field: 'disabledBy', said: 'zq7staff' },
      { column: 'disabled_by', field: 'disabled_by', said: 'dr.osei' },
    ] as const
    for (const each of taken) {
      const faults = await whileTaking(each, faultsOf)
      expect(faults.join(), each.field).to.include('foyer_accounts').and.to.include(each.said)
    }
  })

  interface Taken {
    column: 'display_name' | 'disabled_by'
    field: string
    said: string
  }

  /** The form of the language writes one field more into the account, where that says this. */
  async function whileTaking<T>({ column, field, said }: Taken, work: (route: Route) => Promise<T>): Promise<T> {
    const route = posts.find(({ path }) => path === '/account/language')
    if (!route) throw new Error('no form of the language')
    const { handle } = route
    const own = handle as (context: RequestContext) => ReturnType<Route['handle']>
    const taking = async (context: RequestContext) => {
      const form = context.form(z.object({ [field]: z.literal(said) }))
      const change = `UPDATE foyer_accounts SET ${column} = :said WHERE id = :id` // sql-safe: constants
      if (form.ok) await practice.db.transaction((tx) => tx.change(change, { said, id: practice.accounts.maria }))
      return own(context)
    }
    Object.assign(route, { handle: taking })
    try {
      return await work(route)
    } finally {
      Object.assign(route, { handle })
    }
  }

  /** What of staff's its form wrote, or what else became of it; each time with a thing of its own, which it takes. */
  async function faultsOf(route: Route): Promise<string[]> {
    const plain = await press(route)
    if (![200, 303].includes(plain.status) || plain.written.length === 0) {
      return [`${nameOf(route)}: not taken as it is: ${String(plain.status)} ${plain.said}`]
    }
    const address = addressOf(route)
    const columns = await columnsOf(practice, tablesFor(address, plain.written))
    const own = new Set([...plain.own, ...(await fieldsOn(route))])
    const faults: string[] = []
    for (const wordsOfStaff of [false, true]) {
      const fields = fieldsNaming(practice, columns, { address, own, wordsOfStaff })
      tried += fields.size
      const most = route.takes === 'files' ? 12 : 180
      for (const some of inParts(fields, most)) faults.push(...(await faultsWith(route, some, plain)))
    }
    return faults
  }

  /**
   * What is wrong with the answer to these fields beside the form's own, or with what it wrote. Where one of them is
   * refused, each half again: what is taken is seen beside nothing that is refused.
   */
  async function faultsWith(route: Route, fields: ReadonlyMap<string, string>, plain: Pressed): Promise<string[]> {
    const { said, status, written } = await press(route, fields)
    if (status === plain.status) {
      return valuesIn(written, fields, plain.written).map((each) => `${nameOf(route)}: ${each}`.slice(0, 600))
    }
    if (status !== 422) return [`${nameOf(route)}: ${String(status)} ${said}`]
    const kept = written.filter(({ table }) => !leftByLooking.includes(table))
    const faults = kept.map(({ line, table }) => `${nameOf(route)}: refused, and ${table} has ${line.slice(0, 400)}`)
    if (fields.size === 1) {
      for (const name of fields.keys()) refused.add(name)
      return faults
    }
    for (const half of inParts(fields, Math.ceil(fields.size / 2)))
      faults.push(...(await faultsWith(route, half, plain)))
    return faults
  }

  interface Pressed {
    status: number
    written: Row[]
    /** The fields that it sends. */
    own: ReadonlySet<string>
    said: string
  }

  /** The route's form with a thing of its own, and what that wrote. */
  async function press(route: Route, more: ReadonlyMap<string, string> = new Map()): Promise<Pressed> {
    // A form of the account may end sessions, and is limited in how often it is taken.
    if (route.audience === 'account') await comeIn()
    const sample = await workingSample(route)
    const before = await standing()
    const page = await send(route, sample, more)
    const written = rowsAdded(before, await standing())
    if (page.status === 303 && route.path === '/account/password') password = sample.body?.['password'] ?? password
    await clearSamples(practice)
    return { status: page.status, written, own: new Set(Object.keys(sample.body ?? {})), said: saidOn(page) }
  }

  function send(route: Route, sample: Sample, more: ReadonlyMap<string, string>): Promise<Page> {
    const path = pathTo(route, practice.records.maria, sample)
    const asked = { path, sample: { ...sample, body: { ...sample.body, ...Object.fromEntries(more) } } }
    if (route.takes !== 'files') return askAt(practice, maria, route, asked)
    const files = [{ field: 'file', name: 'letter.pdf', bytes: pdfOf(`Letter ${opaqueId()}`) }]
    return sendAt(practice, maria, route, { ...asked, files })
  }

  async function comeIn(): Promise<void> {
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
    maria = await practice.visitor()
    const page = await maria.signIn('/portal/sign-in', loginOf('maria'), password)
    expect(page.status, 'signed in').to.equal(303)
  }

  /** The sample, with what it lacks to be taken. */
  async function workingSample(route: Route): Promise<Sample> {
    const sample = await sampleFor(practice, route, practice.patients.maria)
    const body = await missing(route)
    return body ? { ...sample, body: { ...sample.body, ...body } } : sample
  }

  async function missing({ path }: Route): Promise<Record<string, string> | undefined> {
    made += 1
    const factor = async () => {
      await setUpFactor(practice, `account:${String(practice.accounts.maria)}`)
      return { password }
    }
    const body: Record<string, () => Promise<Record<string, string>> | Record<string, string>> = {
      '/account/password': () => ({ current: password, password: `Three words unlike, 7 ${opaqueId()}` }),
      '/account/email': () => ({ email: `${opaqueId()}@example.org`.toLowerCase(), current: password }),
      '/account/language': () => ({ language: made % 2 === 0 ? 'en' : 'es' }),
      '/account/sessions/ending': async () => {
        const other = await practice.visitor()
        await other.signIn('/portal/sign-in', loginOf('maria'), password)
        return { session: 'others' }
      },
      '/account/second-factor/app': newApp,
      '/account/second-factor/app/removal': factor,
      '/account/second-factor/passkeys': aPasskey,
      '/account/second-factor/codes': factor,
      '/account/second-factor/removal': factor,
      '/account/second-factor/passkeys/:passkey/removal': () => ({ password }),
      '/profile/edit/:section': () => ({ street: `${String(made)} Sample Street` }),
      '/profile/insurance/:type': () => ({ policy_number: `S-${String(made)}` }),
    }
    return body[path]?.()
  }

  async function aPasskey(): Promise<Record<string, string>> {
    const owner = `account:${String(practice.accounts.maria)}` as const
    const options = await creationOptions(practice.portal, owner, { name: 'Maria', label: 'maria' })
    return { name: 'Phone', passkey: newPasskey(options ?? '{}'), password }
  }

  async function newApp(): Promise<Record<string, string>> {
    const { body } = await maria.get('/portal/account/second-factor/app')
    const sealed = /name="sealed" value="([^"]+)"/.exec(body)?.[1] ?? ''
    const secret = /data-test="key">([A-Z2-7 ]+)</.exec(body)?.[1]?.replaceAll(' ', '') ?? ''
    return { sealed, code: appWith(practice, secret).code(), password }
  }

  /** What the pages that hold this form let somebody fill in. */
  async function fieldsOn(route: Route): Promise<string[]> {
    const get = practice.routes.find((each) => each.method === 'get' && addressOf(each) === addressOf(route))
    if (!get) return []
    const sample = await sampleFor(practice, get, practice.patients.maria)
    const { body } = await maria.get(pathTo(get, practice.records.maria, sample))
    await clearSamples(practice)
    return partsOf(body).forms.flatMap(({ fields }) => [...fields.keys()])
  }

  async function standing(): Promise<Dump> {
    return new Map([...(await dumpRows(practice.db))].filter(([table]) => table !== 'foyer_turns'))
  }
})

/** When somebody was seen last, and that a look was refused. */
const leftByLooking = ['foyer_sessions', 'foyer_audit', 'foyer_accounts']

/** Of a visit its state and a time that is none; of a document what it is signed as and what staff say of it. */
const refusedByName = ['at', 'denial_reason', 'sign_kind', 'state', 'status', 'type']

/** So many at a time, as a form may have; what some form refuses by itself. */
function inParts(fields: ReadonlyMap<string, string>, most: number): Map<string, string>[] {
  const isRefused = ([name]: [string, string]) => refusedByName.includes(name)
  return [[...fields].filter(isRefused), [...fields].filter((each) => !isRefused(each))].flatMap((all) => {
    const starts = Array.from({ length: Math.ceil(all.length / most) }, (_each, at) => at * most)
    return starts.map((start) => new Map(all.slice(start, start + most)))
  })
}

function saidOn({ body, status }: Page): string {
  if (status === 303) return ''
  const main = /<main[^]*/.exec(body)?.[0] ?? body
  return main
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, 300)
}
