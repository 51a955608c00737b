/** Why somebody can or cannot: what is told is what happens, whatever stands in the rows, and its way out is one. */
import { expect } from 'chai'
import fc from 'fast-check'
import { limitsOf } from '../../../module/access/signIn.js'
import { lookUp, signInPatient, targetsOf } from '../../../module/access/signInPatient.js'
import { findAccount, owesFactorFor, patientMay, scopeOf } from '../../../module/access/scope.js'
import type { Reasons } from '../../../module/feature.js'
import { requestAppointment } from '../../../module/features/appointments/booking.js'
import { openings, requestable } from '../../../module/features/appointments/openings.js'
import { day as dayOf } from '../../../module/platform/clock.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { MONDAY, openPractice, passwordOf, type TestPractice } from '../../support/practice.js'
import type { Visitor } from '../../support/visitor.js'
import { onlyPasskey, owed, seesItsWayOut, told } from './agreeing.js'

/** The same each time, since each way in which it may be decided must be among them. */
const SEED = 20_261_123
/** Configurations, a thousand together with those of whyDoors.test.ts and whyWork.test.ts. */
const SIGN_INS = 240
const RECORDS = 400
const REQUESTS = 100

describe('Why somebody can or cannot', function () {
  this.timeout(300_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    await practice.setting('signInTriesPerAddress', '10000')
  })
  after(() => practice.leave())

  /** The steps account for the verdict; the first that fails is the one that decides. */
  const decisive = ({ steps, verdict }: Reasons): string | undefined => {
    const first = steps.find(({ holds }) => !holds)?.key
    expect(first === undefined, `decided by ${first ?? 'nothing'}`).to.equal(verdict)
    return first
  }

  /** Each of its ways out, by what it leads to: `/staff/portal/patients/:id/grants/:id`. */
  const led = new Map<string, string>()

  /** Mends what decides, and what decides then, until nothing is in the way. No more often than there is something to mend. */
  async function mendAll<Row>(
    row: Row,
    mend: Readonly<Record<string, Partial<Row>>>,
    set: (row: Row) => Promise<void>,
    ask: () => Promise<Reasons>,
  ): Promise<Row> {
    const been = new Set<string>()
    let now = row
    for (;;) {
      const reasons = await ask()
      const decides = decisive(reasons)
      if (decides === undefined) return now
      expect([...been], 'mended, and in the way still').not.to.include(decides)
      seesItsWayOut(reasons.steps)
      been.add(decides)
      for (const { href } of reasons.steps.flatMap(({ fixes }) => fixes)) led.set(href.replace(/\d+/g, ':id'), href)
      now = { ...now, ...mend[decides] }
      await set(now)
    }
  }

  it('is told of signing in as it happens, and they can once all is mended that decides', async () => {
    const { db, portal, patients } = practice
    const pid = patients.john
    const good = (await hashOf(pid)) ?? ''
    const seen = new Map<string, number>()
    let isAsked = '0'
    let passkey = () => Promise.resolve(false)
    const set = async (row: SignIn) => {
      await db.transaction(async (tx) => {
        await tx.change(
          `UPDATE patient_access_onsite SET portal_login_username = :login, portal_pwd = :hash, portal_pwd_status = :status
            WHERE pid = :pid`,
          { pid, login: row.login, hash: row.hash === 'good' ? good : row.hash, status: row.status },
        )
        await tx.change(`UPDATE patient_access_onsite SET portal_login_username = :login WHERE pid = :other`, {
          other: patients.amina,
          login: row.twin,
        })
        await tx.change(`UPDATE patient_data SET allow_patient_portal = :allowed, email = :email WHERE pid = :pid`, {
          ...{ pid, allowed: row.allowed, email: row.email },
        })
        await tx.change(
          `UPDATE foyer_accounts SET disabled_at = IF(:closed, '2026-11-01 00:00:00', NULL), merged_into = :into WHERE id = :id`,
          {
            ...{ id: practice.accounts.john, closed: row.account === 'open' ? 0 : 1 },
            into: row.account === 'merged' ? practice.accounts.luis : null,
          },
        )
      })
      if (row.asked !== isAsked) await practice.global('enforce_signin_email', row.asked)
      isAsked = row.asked
      const trying = await tryingOf(row.login)
      await limitsOf(portal).forgive(trying)
      passkey = await onlyPasskey(practice, practice.accounts.john, row.passkey)
      for (let tries = 0; row.locked && tries < portal.settings().signInTries; tries += 1) {
        await limitsOf(portal).take(trying)
      }
    }
    const tryingOf = async (login: string) => ({
      audience: 'patient',
      targets: targetsOf(await lookUp(portal, login), login),
      address: undefined,
    })
    // The form takes neither an empty name nor, where it asks for one, an empty e-mail.
    const happens = async ({ asked, email, login }: SignIn): Promise<boolean> => {
      if (login === '' || (asked === '1' && email.trim() === '')) return passkey()
      const attempt = { username: login, password: passwordOf('john.carter'), email: email.trim() }
      const outcome = await signInPatient(portal, {
        ...{ ...attempt, address: '10.1.1.1', requestId: 'test', device: undefined },
      })
      return outcome.ok || (await passkey())
    }
    const mend: Record<string, Partial<SignIn>> = {
      login: { login: 'john.carter' },
      onlyOne: { twin: 'amina.yusuf' },
      password: { hash: 'good' },
      allowed: { allowed: 'YES' },
      email: { email: 'john.carter@example.org' },
      accountOpen: { account: 'open' },
      wait: { locked: false },
    }
    const person = { kind: 'patient', pid } as const
    await fc.assert(
      fc.asyncProperty(signIns, async (row) => {
        await set(row)
        const before = await told(practice.portal, 'sign-in', person)
        expect(before.verdict).to.equal(await happens(row))
        const decides = decisive(before)
        seen.set(decides ?? 'in', (seen.get(decides ?? 'in') ?? 0) + 1)
        if (decides === undefined) return
        const mended = await mendAll(row, mend, set, () => told(practice.portal, 'sign-in', person))
        expect(await happens(mended)).to.equal(true)
      }),
      { numRuns: SIGN_INS, seed: SEED },
    )
    expect([...seen.keys()]).to.include.members(['in', ...Object.keys(mend)])
    await set(asEver)
  })

  it('is told of opening a record as it opens, and they can once all is mended that decides', async () => {
    const { accounts, db, patients, records } = practice
    const seen = new Map<string, number>()
    let maria: Visitor | undefined
    let age = 'appointments'
    let owed = false
    const ask = (owes: boolean) => practice.setting('secondFactor', owes ? 'proxies' : 'optional')
    const set = async (row: Opening) => {
      await db.transaction(async (tx) => {
        await tx.change(
          `UPDATE foyer_accounts SET disabled_at = IF(:disabled, '2026-11-01 00:00:00', NULL) WHERE id = :id`,
          { id: accounts.maria, disabled: row.disabled ? 1 : 0 },
        )
        await tx.change(`UPDATE patient_data SET allow_patient_portal = :allowed, DOB = :born WHERE pid = :pid`, {
          ...{ pid: patients.ana, allowed: row.allowed, born: row.born },
        })
        await tx.change(
          `UPDATE foyer_grants SET relationship = :relationship, extent = :extent, valid_from = :from, valid_until = :until,
                  revoked_at = IF(:revoked, '2026-11-02 12:00:00', NULL), exempt_at = IF(:exempt, '2026-11-02 12:00:00', NULL)
            WHERE record = :record`,
          {
            ...{ relationship: row.relationship, extent: row.extent, from: row.from, until: row.until },
            ...{ revoked: row.revoked ? 1 : 0, exempt: row.exempt ? 1 : 0, record: records.ana },
          },
        )
      })
      if (row.age !== age) await practice.setting('adolescentExtent', row.age)
      age = row.age
      if (row.owes !== owed) await ask(row.owes)
      owed = row.owes
    }
    /** Signed in before the practice asked for it: the door itself would lead to where it is set up. */
    const signedIn = async (owes: boolean) => {
      if (owes) await ask(false)
      const visitor = await practice.patientVisitor('maria')
      if (owes) await ask(true)
      return visitor
    }
    // A session of an account that is disabled is over, so the next one is signed in anew.
    const happens = async ({ disabled, owes }: Opening): Promise<boolean> => {
      if (!disabled) maria ??= await signedIn(owes)
      const page = await (maria ?? (await practice.visitor())).get(`/portal/records/${records.ana}`)
      if (disabled) maria = undefined
      const led = page.location === '/portal/account/second-factor'
      expect(page.status, page.location ?? '').to.be.oneOf(disabled || (owes && led) ? [303] : [200, 404])
      return page.status === 200
    }
    const mend: Record<string, Partial<Opening>> = {
      accountOpen: { disabled: false },
      notRevoked: { revoked: false },
      begun: { from: '2026-01-01 00:00:00' },
      notEnded: { until: null },
      allowed: { allowed: 'YES' },
      age: { exempt: true },
      factor: { owes: false },
    }
    const person = { kind: 'account', record: records.ana } as const
    await fc.assert(
      fc.asyncProperty(recordRows, async (row) => {
        await set(row)
        const before = await told(practice.portal, 'open-record', person)
        expect(before.verdict).to.equal(await happens(row))
        const decides = decisive(before)
        seen.set(decides ?? 'in', (seen.get(decides ?? 'in') ?? 0) + 1)
        if (decides === undefined) return
        const mended = await mendAll(row, mend, set, () => told(practice.portal, 'open-record', person))
        expect(await happens(mended)).to.equal(true)
      }),
      { numRuns: RECORDS, seed: SEED },
    )
    expect([...seen.keys()]).to.include.members(['in', ...Object.keys(mend)])
    await ask(false)
  })

  it('is told of asking for an appointment as it can be had, and they can once all is mended that decides', async () => {
    const { accounts, db, patients, portal, records, staff } = practice
    const seen = new Map<string, number>()
    const stood = { categories: '', limit: '' }
    await practice.setting('secondFactor', 'proxies')
    const set = async (row: Request) => {
      await db.transaction(async (tx) => {
        await tx.change(`UPDATE patient_data SET allow_patient_portal = :allowed WHERE pid = :pid`, {
          ...{ pid: patients.luis, allowed: row.allowed },
        })
        await tx.change(
          `UPDATE foyer_grants SET extent = :extent, relationship = :relationship WHERE record = :record`,
          {
            ...{ extent: row.extent, relationship: owed(row.owes), record: records.luis },
          },
        )
        await tx.change(`UPDATE users SET active = :active WHERE id IN (:ids)`, {
          ...{ active: row.atWork ? 1 : 0, ids: [staff.lee, staff.osei] },
        })
        await tx.change(`DELETE FROM openemr_postcalendar_events WHERE pc_pid = :pid`, { pid: String(patients.luis) })
        await tx.change(`DELETE FROM foyer_appointment_requests WHERE pid = :pid`, { pid: patients.luis })
      })
      for (let at = 0; at < row.waiting; at += 1) {
        const start = `1${String(at)}:00`
        await practice.event({ providerId: staff.lee, pid: patients.luis, status: '^', date: '2026-11-25', start })
      }
      if (row.categories !== stood.categories) await practice.setting('requestableCategories', row.categories)
      if (row.limit !== stood.limit) await practice.setting('openRequestLimit', row.limit)
      Object.assign(stood, { categories: row.categories, limit: row.limit })
    }
    const happens = async (): Promise<boolean> => {
      const account = await findAccount(db, portal, accounts.luis)
      const scope = account && scopeOf(account, records.luis)
      if (!scope || !patientMay(portal.policy(), scope, 'appointments:request') || owesFactorFor(account, scope))
        return false
      const { categories, providers } = await requestable(portal, db)
      for (const provider of providers) {
        for (const category of categories) {
          const [first] = await openings(portal, db, { provider, category }, dayOf(portal.clock.now()), 21)
          if (!first) continue
          const time = `${two(Math.floor(first.minute / 60))}:${two(first.minute % 60)}`
          const wish = { provider: provider.id, category: category.id, day: first.day, time, reason: '' }
          const actor = { kind: 'account', id: String(accounts.luis), name: 'Luis', requestId: opaqueId() } as const
          return (await requestAppointment(portal, actor, { scope, ...wish, once: undefined })).ok
        }
      }
      return false
    }
    const mend: Record<string, Partial<Request>> = {
      opens: { allowed: 'YES' },
      allowed: { extent: 'full' },
      factor: { owes: false },
      categories: { categories: 'all' },
      providers: { atWork: true },
      room: { waiting: 0 },
    }
    const person = { kind: 'account', record: records.luis } as const
    await fc.assert(
      fc.asyncProperty(requests, async (row) => {
        await set(row)
        const before = await told(practice.portal, 'request-appointment', person)
        expect(before.verdict).to.equal(await happens())
        const decides = decisive(before)
        seen.set(decides ?? 'in', (seen.get(decides ?? 'in') ?? 0) + 1)
        if (decides === undefined) return
        await mendAll(row, mend, set, () => told(practice.portal, 'request-appointment', person))
        expect(await happens()).to.equal(true)
      }),
      { numRuns: REQUESTS, seed: SEED },
    )
    expect([...seen.keys()]).to.include.members(['in', ...Object.keys(mend)])
    await practice.setting('secondFactor', 'optional')
  })

  it('and the ways out lead somewhere, for whoever may go there', async () => {
    const admin = await practice.staffVisitor('admin')
    expect(led.size, [...led.keys()].join('\n')).to.be.greaterThan(5)
    for (const href of led.values()) expect((await admin.get(href)).status, href).to.equal(200)
  })

  async function hashOf(pid: number): Promise<string | undefined> {
    const row = await practice.db.first<{ hash: string }>(
      `SELECT portal_pwd AS hash FROM patient_access_onsite WHERE pid = :pid`,
      { pid },
    )
    return row?.hash
  }
})

function two(number: number): string {
  return String(number).padStart(2, '0')
}

interface SignIn {
  login: string
  /** Another patient's user name. */
  twin: string
  hash: string
  status: number
  allowed: string
  email: string
  asked: string
  account: 'open' | 'disabled' | 'merged'
  locked: boolean
  passkey: boolean
}

const asEver: SignIn = {
  ...{ login: 'john.carter', twin: 'amina.yusuf', hash: 'good', status: 1, allowed: 'YES', locked: false },
  passkey: false,
  ...{ email: 'john.carter@example.org', asked: '0', account: 'open' },
}

// Mostly as it should be: what decides last must come up too.
const mostly = <Value>(usual: Value, ...others: Value[]): fc.Arbitrary<Value> =>
  fc.oneof(
    { weight: 4 + others.length, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
  )

const signIns: fc.Arbitrary<SignIn> = fc.record({
  login: mostly('john.carter', ''),
  twin: mostly('amina.yusuf', 'john.carter', 'John.Carter'),
  hash: mostly('good', '', '!expired', 'NoLongerUsed'),
  status: fc.constantFrom(0, 1),
  allowed: mostly('YES', 'NO', '', '1'),
  email: mostly('john.carter@example.org', '', ' john.carter@example.org'),
  asked: fc.constantFrom('0', '1'),
  account: mostly<SignIn['account']>('open', 'disabled', 'merged'),
  locked: mostly(false, true),
  passkey: mostly(false, true),
})

interface Opening {
  disabled: boolean
  allowed: string
  born: string
  relationship: string
  extent: string
  from: string
  until: string | null
  revoked: boolean
  exempt: boolean
  age: string
  /** The practice asks a second factor of whoever opens another's record, and she has none. */
  owes: boolean
}

const recordRows: fc.Arbitrary<Opening> = fc.record({
  // Seldom: a session ends with it, and the next one is signed in.
  disabled: fc.integer({ max: 11, min: 0 }).map((number) => number === 11),
  allowed: mostly('YES', 'NO', ''),
  born: fc.constantFrom('2016-09-14', '2012-11-23', '2012-11-24', '2008-11-23', '2008-11-24', '1990-01-01'),
  relationship: fc.constantFrom('mother', 'guardian', 'proxy', 'self'),
  extent: fc.constantFrom('full', 'appointments', 'forms', 'appointments+forms'),
  from: mostly('2026-01-01 00:00:00', `${MONDAY} 12:00:00`, '2026-12-01 00:00:00'),
  until: mostly<string | null>(
    null,
    '2027-01-01 05:00:00',
    '2026-11-01 04:00:00',
    `${MONDAY} 12:00:00`,
    `${MONDAY} 14:00:00`,
  ),
  revoked: mostly(false, true),
  exempt: mostly(false, true),
  age: fc.constantFrom('appointments', 'none', 'full', 'forms'),
  owes: mostly(false, true),
})

interface Request {
  allowed: string
  extent: string
  /** The chart is somebody else's, of which the practice asks a second factor. */
  owes: boolean
  categories: string
  atWork: boolean
  limit: string
  waiting: number
}

const requests: fc.Arbitrary<Request> = fc.record({
  allowed: mostly('YES', 'NO'),
  owes: mostly(false, true),
  extent: mostly('full', 'appointments', 'forms'),
  categories: mostly('all', '["office_visit"]', '[]'),
  atWork: mostly(true, false),
  limit: fc.constantFrom('1', '2', '3'),
  waiting: fc.constantFrom(0, 0, 1, 2),
})
