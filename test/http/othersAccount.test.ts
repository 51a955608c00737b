/**
 * What is another account's, on every page of one's own account: not there where an address names it, and untouched
 * whatever of it is named in the address, in the form or in a header. The list is made from the table of routes.
 */
import { expect } from 'chai'
import { opaqueId } from '../../module/platform/ids.js'
import { addressOf, type Route } from '../../module/web/routes.js'
import { dumpRows } from '../support/dump.js'
import { loginOf, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { newPasskey } from '../support/passkeys.js'
import { appWith, setUpFactor } from '../support/secondFactors.js'
import type { Page, Visitor } from '../support/visitor.js'
import { nameOf, pathTo, sampleFor } from './asking.js'
import { tokenFor } from './roles.js'
import { clearSamples, type Sample } from './samples.js'

const OWN = '/portal/account'
const FACTOR = `${OWN}/second-factor`

interface Person {
  name: 'maria' | 'john'
  visitor: Visitor
  password: string
}

/** What does it, where a sample is refused: each with the right password, and with what must be there first. */
const rightly: Readonly<Record<string, (practice: TestPractice, person: Person) => Promise<Record<string, string>>>> = {
  [`POST ${OWN}/password`]: async (_practice, { password }) => ({
    ...{ current: password, password: 'Four unrelated words, 7 here' },
  }),
  [`POST ${OWN}/email`]: async (_practice, { password }) => ({
    ...{ email: `${opaqueId()}@example.org`, current: password },
  }),
  [`POST ${OWN}/language`]: async () => ({ language: 'es' }),
  [`POST ${OWN}/sessions/ending`]: async (practice, { name, visitor }) => {
    await practice.patientVisitor(name)
    return { session: await otherSession(visitor) }
  },
  [`POST ${FACTOR}/app`]: async (practice, { password, visitor }) => {
    const { body } = await visitor.get(`${FACTOR}/app`)
    const sealed = /name="sealed" value="([^"]+)"/.exec(body)?.[1] ?? ''
    const secret = /data-test="key">([A-Z2-7 ]+)</.exec(body)?.[1]?.replaceAll(' ', '') ?? ''
    return { sealed, code: appWith(practice, secret).code(), password }
  },
  [`POST ${FACTOR}/passkeys`]: async (_practice, { password, visitor }) => {
    const { body } = await visitor.get(`${FACTOR}/passkeys/new`)
    const options = (/data-options="([^"]+)"/.exec(body)?.[1] ?? '').replaceAll('&#34;', '"')
    return { passkey: newPasskey(options), name: 'Phone', password }
  },
  [`POST ${FACTOR}/app/removal`]: withApp,
  [`POST ${FACTOR}/codes`]: withApp,
  [`POST ${FACTOR}/removal`]: withApp,
  [`POST ${FACTOR}/passkeys/:passkey/removal`]: async (_practice, { password }) => ({ password }),
}

async function withApp(practice: TestPractice, { name, password }: Person): Promise<Record<string, string>> {
  await setUpFactor(practice, `account:${String(practice.accounts[name])}`)
  return { password }
}

/** By what somebody's page names another session of theirs. */
async function otherSession(visitor: Visitor): Promise<string> {
  return /name="session" value="(?!others)([^"]+)"/.exec((await visitor.get(OWN)).body)?.[1] ?? ''
}

describe('Another account’s thing', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let maria: Person
  let john: Person
  let routes: readonly Route[]

  before(async () => {
    practice = await openPractice()
    await practice.setting('signInTriesPerAddress', '10000')
    maria = await comeIn('maria')
    john = await comeIn('john')
    routes = practice.routes.filter(({ audience }) => audience === 'account')
  })
  afterEach(() => clearSamples(practice))
  after(() => practice.leave())

  it('is not there at an address that names it, on no route, and stays as it is', async () => {
    const naming = routes.filter((route) => addressOf(route).includes('/:'))
    expect(naming.length).to.be.greaterThan(6)
    for (const route of naming) {
      const sample = await sampleFor(practice, route, practice.patients.john)
      const body = { ...sample.body, ...(await rightly[nameOf(route)]?.(practice, john)) }
      const theirs = { ...sample, body: { ...body, ...(await rightly[nameOf(route)]?.(practice, maria)) } }
      const before = await rowsOfJohn()
      expect(before, nameOf(route)).not.to.deep.equal([])
      expect((await ask(maria, route, theirs)).status, nameOf(route)).to.equal(404)
      expect(await rowsOfJohn(), nameOf(route)).to.deep.equal(before)
      // It was there all the while, and is for him whose it is.
      expect((await ask(john, route, { ...sample, body })).status, `${nameOf(route)}, its own`).to.be.oneOf([200, 303])
      if (route.method === 'post') expect(await rowsOfJohn(), nameOf(route)).not.to.deep.equal(before)
      await clearSamples(practice)
    }
  })

  it('stays as it is, whatever of it is named in the address, in the form or in a header of one’s own', async () => {
    // A password that was changed would be another for those that come after.
    const posts = routes
      .filter(({ method }) => method === 'post')
      .sort((a, b) => Number(a.path.endsWith('/password')) - Number(b.path.endsWith('/password')))
    expect(posts.length).to.be.greaterThan(12)
    expect(Object.keys(rightly).filter((name) => !posts.some((route) => nameOf(route) === name))).to.deep.equal([])
    for (const route of posts) {
      const name = nameOf(route)
      const own = await samplesOf(route, maria)
      const theirs = await samplesOf(route, john)
      const extra = await idsOfJohn(theirs)
      const before = await rowsOfJohn()
      expect(before, name).not.to.deep.equal([])

      const answer = await ask(maria, route, own, extra)
      expect(answer.status, `${name}, as her own`).to.be.oneOf([200, 303])
      expect(await rowsOfJohn(), name).to.deep.equal(before)
      // The same by John, of his own.
      expect((await ask(john, route, theirs)).status, `${name}, by its owner`).to.equal(answer.status)
      expect(await rowsOfJohn(), `${name}, by its owner`).not.to.deep.equal(before)
      await clearSamples(practice)
    }
  })

  async function comeIn(name: 'maria' | 'john'): Promise<Person> {
    const visitor = await practice.patientVisitor(name)
    return { name, visitor, password: passwordOf(loginOf(name)) }
  }

  /** What this person sends to do it, of their own. */
  async function samplesOf(route: Route, person: Person): Promise<Sample> {
    const sample = await sampleFor(practice, route, practice.patients[person.name])
    return { ...sample, body: { ...sample.body, ...(await rightly[nameOf(route)]?.(practice, person)) } }
  }

  /** Every name under which somebody might be asked for, with what is John's under it. */
  async function idsOfJohn({ params = {} }: Sample): Promise<Record<string, string>> {
    const { accounts, patients, records } = practice
    const under = (names: readonly string[], value: string | number) =>
      names.map((each) => [each, String(value)] as const)
    return Object.fromEntries([
      ...under(['pid', 'pubpid', 'patient', 'patient_id', 'pids[]'], patients.john),
      ...under(['account', 'account_id', 'accountId', 'id', 'user', 'user_id', 'holder'], accounts.john),
      ...under(['owner'], `account:${String(accounts.john)}`),
      ...under(['record', 'recid', 'scope', 'grant', 'own_record'], records.john),
      ...under(['username', 'login', 'loginName', 'portal_username'], loginOf('john')),
      ...under(['receipt'], params['receipt'] ?? '1'),
      ...under(['key', 'passkey_id'], params['passkey'] ?? '1'),
      ...under(['session_id', 'hash'], await otherSession(john.visitor)),
    ])
  }

  function ask({ visitor }: Person, route: Route, sample: Sample, extra: Record<string, string> = {}): Promise<Page> {
    const query = new URLSearchParams(extra).toString()
    const path = `${pathTo(route, practice.records.john, sample)}${query === '' ? '' : `?${query}`}`
    const headers = Object.fromEntries(
      Object.entries(extra).map(([key, value]) => [`X-${key.replace(/\W/g, '')}`, value]),
    )
    if (route.method === 'get') return visitor.get(path, headers)
    const csrf = tokenFor(practice, visitor, path)
    return visitor.post(path, { ...extra, ...sample.body }, { csrf, headers })
  }

  /** What is John's in any table: by his chart, his records or his account. When he was seen last is no part of it. */
  async function rowsOfJohn(): Promise<string[]> {
    const { accounts, patients, records } = practice
    const pid = String(patients.john)
    const owners = [String(accounts.john), `account:${String(accounts.john)}`]
    const his = (table: string, row: Record<string, unknown>) =>
      ['pid', 'pc_pid', 'patient_id', 'host_pid'].some((column) => String(row[column]) === pid) ||
      [records.john, records.ownOfJohn].some((record) => row['record'] === record) ||
      String(row['account_id']) === owners[0] ||
      owners.includes(String(row['owner'])) ||
      (table === 'foyer_accounts' && row['id'] === accounts.john)
    const besides = ['foyer_audit', 'foyer_turns', 'foyer_attempts']
    return [...(await dumpRows(practice.db))]
      .filter(([table]) => !besides.includes(table))
      .flatMap(([table, lines]) =>
        lines
          .map((line) => JSON.parse(line) as Record<string, unknown>)
          .filter((row) => his(table, row))
          .map(({ data, seen_at: _seen, ...row }) =>
            JSON.stringify({ table, ...row, ...(table === 'foyer_sessions' ? {} : { data }) }),
          ),
      )
  }
})
