/** Why somebody comes in or not, with a PIN, a password of their own or as staff, and what they may do then: told as it happens. */
import { expect } from 'chai'
import fc from 'fast-check'
import { createAccount, grant } from '../../../module/access/accounts.js'
import { issueCodes } from '../../../module/access/codeIssuing.js'
import { redeemCode } from '../../../module/access/codeRedeeming.js'
import { findCode } from '../../../module/access/codes.js'
import { hashOwnPassword } from '../../../module/access/ownPasswords.js'
import { findAccount, owesFactorFor, patientMay, scopeOf } from '../../../module/access/scope.js'
import { limitsOf } from '../../../module/access/signIn.js'
import { lookUp, signInPatient, targetsOf } from '../../../module/access/signInPatient.js'
import { signInStaff, staffTarget } from '../../../module/access/signInStaff.js'
import { patientPermissions, staffPermissions } from '../../../module/features/access/matrix.js'
import type { Actor } from '../../../module/platform/audit.js'
import { utc } from '../../../module/platform/clock.js'
import { openPractice, passwordOf, type TestPractice } from '../../support/practice.js'
import { agree, onlyPasskey, owed, told, type Agreeing } from './agreeing.js'
import { decideForUser, may, userNamed } from './deciding.js'

describe('Why somebody comes in', function () {
  this.timeout(180_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    await practice.setting('signInTriesPerAddress', '10000')
    await decideForUser(practice, 'dr.lee', { permission: 'portal:use', effect: 'allow' })
  })
  after(() => practice.leave())

  it('is told of using a PIN', async () => {
    const { clock, db, portal } = practice
    const barredAs = await anAccount(practice, 'eva@example.org', 'Eva Novak')
    const eva = await anAccount(practice, 'another.eva@example.org', 'Eva Novak')
    let pid = 0
    let symbols = ''
    const set = async (row: Redeeming) => {
      pid = await practice.patient({ fname: 'Kim', lname: 'Novak', dob: LEO, allowPortal: '' })
      await db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
      symbols = row.code === 'none' ? 'ABCDEFGH' : await aPin(practice, pid)
      const states = { used: 'redeemed_at', revoked: 'revoked_at', expired: 'expires_at' } as const
      const column = row.code === 'none' || row.code === 'waiting' ? undefined : states[row.code]
      await db.transaction(async (tx) => {
        // sql-safe: one of three columns
        if (column)
          await tx.change(`UPDATE foyer_codes SET ${column} = '2026-11-01 00:00:00' WHERE pid = :pid`, { pid })
        await tx.change(`UPDATE patient_data SET allow_patient_portal = :allowed, DOB = :born WHERE pid = :pid`, {
          ...{ pid, allowed: row.allowed ? 'YES' : 'NO', born: row.born ? LEO : null },
        })
        if (row.theirs !== 'none') {
          const theirs = { accountId: eva.id, pid, relationship: 'mother', by: tester }
          await grant(tx, clock, { ...theirs, ...had[row.theirs] })
        }
        if (!row.barred) return
        const wanted = { accountId: barredAs.id, pid, relationship: 'mother', extent: 'full', by: tester }
        const record = await grant(tx, clock, wanted)
        const values = { record, now: utc(clock.now()) }
        await tx.change(
          `UPDATE foyer_grants SET revoked_at = :now, revoked_by = 'admin' WHERE record = :record`,
          values,
        )
      })
    }
    const herself = { kind: 'account', id: eva.id, name: 'Eva Novak' } as const
    const happens = async () =>
      (await redeemCode(portal, herself, { symbols, born: LEO, address: '192.0.2.1', requestId: 'test' })).ok
    const mend: Record<string, Partial<Redeeming>> = {
      pin: { code: 'waiting' },
      born: { born: true },
      allowed: { allowed: true },
      notBarred: { barred: false },
      joins: { theirs: 'runs' },
    }
    const ask = () => told(portal, 'redeem', { kind: 'patient', pid })
    await agreeOften(redeemings, 40, mend, { ask, happens, set })

    const keys = async () => (await ask()).steps.map(({ key }) => key)
    expect(await keys()).to.not.include('thenFactor')
    await practice.setting('secondFactor', 'proxies')
    expect(await keys(), 'asked of whoever opens another’s record').to.include('thenFactor')
    await practice.setting('secondFactor', 'optional')
  })

  it('is told of an account’s own e-mail and password', async () => {
    const { db, portal } = practice
    const [email, hash] = ['own@example.org', await hashOwnPassword(PASSWORD)]
    const own = await anAccount(practice, email, 'Olga Own')
    let passkey = () => Promise.resolve(false)
    const set = async (row: OwnSignIn) => {
      const values = { id: own.id, hash: row.usable ? hash : 'NoLongerUsed', disabled: row.disabled ? 1 : 0 }
      await db.transaction((tx) =>
        tx.change(
          `UPDATE foyer_accounts SET password_hash = :hash, disabled_at = IF(:disabled, '2026-11-01', NULL) WHERE id = :id`,
          values,
        ),
      )
      await lockUnless(!row.locked, 'patient', targetsOf(await lookUp(portal, email), email))
      await db.transaction((tx) =>
        tx.change(`UPDATE foyer_accounts SET merged_into = :into WHERE id = :id`, {
          ...{ id: own.id, into: row.merged && row.disabled ? practice.accounts.luis : null },
        }),
      )
      passkey = await onlyPasskey(practice, own.id, row.passkey)
    }
    const happens = async () =>
      (await signInPatient(portal, { ...tried, username: email, password: PASSWORD })).ok || (await passkey())
    const mend: Record<string, Partial<OwnSignIn>> = {
      merged: { merged: false },
      ownPassword: { usable: true },
      accountOpen: { disabled: false },
      wait: { locked: false },
    }
    const ask = () => told(portal, 'account-sign-in', { kind: 'account', record: own.ownRecord })
    await agreeOften(ownSignIns, 40, mend, { ask, happens, set })
  })

  it('is told of staff who sign in', async () => {
    const { db, portal, staff } = practice
    const user = await userNamed(practice, 'dr.lee')
    const secure = await db.first<{ hash: string }>(`SELECT password AS hash FROM users_secure WHERE id = :id`, {
      id: staff.lee,
    })
    let allowed = true
    let passkey = () => Promise.resolve(false)
    const set = async (row: StaffSignIn) => {
      const values = { id: staff.lee, hash: row.usable ? secure?.hash : 'NoLongerUsed', active: row.active ? 1 : 0 }
      await db.transaction(async (tx) => {
        await tx.change(`UPDATE users_secure SET password = :hash, login_fail_counter = 0 WHERE id = :id`, values)
        await tx.change(`UPDATE users SET active = 1 WHERE id = :id`, values)
      })
      const effect = row.allowed ? 'allow' : 'deny'
      if (row.allowed !== allowed) await decideForUser(practice, 'dr.lee', { permission: 'portal:use', effect })
      allowed = row.allowed
      await db.transaction((tx) => tx.change(`UPDATE users SET active = :active WHERE id = :id`, values))
      await lockUnless(!row.locked, 'staff', [staffTarget('dr.lee')])
      passkey = await onlyPasskey(practice, 'staff:dr.lee', row.passkey)
    }
    const happens = async () => {
      const outcome = await signInStaff(portal, { ...tried, username: 'dr.lee', password: passwordOf('dr.lee') })
      return (outcome.ok || (await passkey())) && may(practice, 'dr.lee', 'portal:use')
    }
    const mend: Record<string, Partial<StaffSignIn>> = {
      wait: { locked: false },
      staffPassword: { usable: true },
      staffActive: { active: true },
      staffPortal: { allowed: true },
    }
    const ask = async () =>
      told(portal, 'staff-sign-in', { kind: 'staff', user: await userNamed(practice, user.username) })
    await agreeOften(staffSignIns, 40, mend, { ask, happens, set })
  })

  it('is told of each thing that a record may open, and each that staff may do', async () => {
    const { accounts, db, portal, records, patients } = practice
    const scopeNow = async () => {
      const account = await findAccount(db, portal, accounts.luis)
      const scope = account && scopeOf(account, records.luis)
      return scope && !owesFactorFor(account, scope) ? scope : undefined
    }
    await practice.setting('secondFactor', 'proxies')
    for (const { name: permission } of patientPermissions) {
      const set = ({ allowed, extent, owes }: Opened) =>
        db.transaction(async (tx) => {
          const relationship = owed(owes)
          const values = {
            pid: patients.luis,
            allowed: allowed ? 'YES' : 'NO',
            extent,
            relationship,
            record: records.luis,
          }
          await tx.change(`UPDATE patient_data SET allow_patient_portal = :allowed WHERE pid = :pid`, values)
          await tx.change(
            `UPDATE foyer_grants SET extent = :extent, relationship = :relationship WHERE record = :record`,
            values,
          )
        })
      const happens = async () => {
        const scope = await scopeNow()
        return scope !== undefined && patientMay(portal.policy(), scope, permission)
      }
      const mend: Record<string, Partial<Opened>> = {
        ...{ rules: { extent: 'full' }, closed: { allowed: true }, factor: { owes: false } },
      }
      const ask = () => told(portal, permission, { kind: 'account', record: records.luis })
      for (const row of openings) await agree(row, mend, { ask, happens, set })
    }
    const user = await userNamed(practice, 'dr.osei')
    for (const { name: permission } of staffPermissions) {
      const set = async ({ effect }: Decided) => {
        const done = await decideForUser(practice, 'dr.osei', { permission, effect })
        expect(done.ok, `${permission} ${effect}`).to.equal(true)
      }
      const happens = () => may(practice, 'dr.osei', permission)
      const ask = () => told(practice.portal, permission, { kind: 'staff', user })
      await agree<Decided>({ effect: 'deny' }, { rules: { effect: 'allow' } }, { ask, happens, set })
    }
  })

  /** So many configurations of the rows, and each way in which it may be decided among them: all is well but one thing. */
  async function agreeOften<Row extends object>(
    rows: fc.Arbitrary<Row>,
    numRuns: number,
    mend: Readonly<Record<string, Partial<Row>>>,
    how: Agreeing<Row>,
  ): Promise<void> {
    const seen = new Set<string>()
    const well = Object.assign({}, ...Object.values(mend)) as Row
    const others = fc.sample(rows, 100)
    const lacking = Object.values(mend).flatMap((part) => {
      const [thing, value] = Object.entries(part)[0] ?? []
      const all = others.map((row) => Object.entries(row).find(([name]) => name === thing)?.[1] as unknown)
      const other = [...new Set(all)].filter((each) => each !== value)
      return other.map((each) => ({ ...well, [thing ?? '']: each }))
    })
    const each = [well, ...lacking]
    const withPasskey = others.some((row) => 'passkey' in row) ? each.map((row) => ({ ...row, passkey: true })) : []
    await fc.assert(
      fc.asyncProperty(rows, async (row) => void seen.add(await agree(row, mend, how))),
      { numRuns, examples: [...each, ...withPasskey].map((row): [Row] => [row]) },
    )
    expect([...seen]).to.include.members(['can', ...Object.keys(mend)])
  }

  async function lockUnless(free: boolean, audience: 'staff' | 'patient', targets: readonly string[]): Promise<void> {
    const trying = { audience, targets, address: undefined }
    await limitsOf(practice.portal).forgive(trying)
    const { signInTries } = practice.portal.settings()
    for (let tries = 0; !free && tries < signInTries; tries += 1) await limitsOf(practice.portal).take(trying)
  }
})

const LEO = '2017-05-03'
const PASSWORD = 'quiet-Harbor-lantern-7'
const tester: Actor = { kind: 'system', id: 'test', name: 'test', requestId: undefined }
const tried = { email: '', address: '10.1.1.1', requestId: 'test', device: undefined }

async function anAccount({ clock, db }: TestPractice, email: string, displayName: string) {
  const wanted = { email, verified: true, passwordHash: 'x', displayName, language: 'en' }
  const made = await db.transaction((tx) => createAccount(tx, clock, wanted))
  if (!made) throw new Error(`${email} has an account`)
  return made
}

async function aPin({ db, portal }: TestPractice, pid: number): Promise<string> {
  const made = { kind: 'pin', pids: [pid], recipient: 'Eva Novak', relationship: 'mother', extent: 'full' } as const
  const issued = await issueCodes(portal, tester, { ...made, language: 'en' })
  const code = issued.ok ? await findCode(db, portal, { pid, id: issued.codes[0]?.id ?? 0 }) : undefined
  if (code?.symbols === undefined) throw new Error('No PIN was made')
  return code.symbols
}

interface Redeeming {
  code: 'waiting' | 'used' | 'revoked' | 'expired' | 'none'
  allowed: boolean
  /** The chart has the date of birth. */
  born: boolean
  barred: boolean
  /** What whoever it is made out to opens already. */
  theirs: keyof typeof had | 'none'
}

const had = {
  runs: { extent: 'forms' },
  comes: { extent: 'full', from: '2027-01-04 05:00:00.000' },
} as const

const mostlySo = fc.constantFrom(true, true, true, false)

const redeemings: fc.Arbitrary<Redeeming> = fc.record({
  code: fc.constantFrom('waiting', 'waiting', 'waiting', 'waiting', 'used', 'revoked', 'expired', 'none'),
  ...{ allowed: mostlySo, born: mostlySo, barred: fc.constantFrom(false, false, true) },
  theirs: fc.constantFrom('none', 'none', 'runs', 'comes'),
})

interface OwnSignIn {
  usable: boolean
  disabled: boolean
  /** One that is disabled may be part of another. */
  merged: boolean
  locked: boolean
  passkey: boolean
}

const ownSignIns: fc.Arbitrary<OwnSignIn> = fc.record({
  ...{ usable: mostlySo, disabled: fc.boolean(), locked: fc.constantFrom(false, false, true) },
  ...{ merged: fc.boolean(), passkey: fc.constantFrom(false, false, true) },
})

interface StaffSignIn {
  usable: boolean
  active: boolean
  allowed: boolean
  locked: boolean
  passkey: boolean
}

const staffSignIns: fc.Arbitrary<StaffSignIn> = fc.record({
  ...{ usable: mostlySo, active: mostlySo, allowed: mostlySo, locked: fc.constantFrom(false, false, true) },
  passkey: fc.constantFrom(false, false, true),
})

interface Opened {
  allowed: boolean
  extent: string
  owes: boolean
}

const openings: readonly Opened[] = [
  { allowed: true, extent: 'appointments', owes: false },
  { allowed: true, extent: 'forms', owes: false },
  { allowed: false, extent: 'appointments', owes: false },
  { allowed: true, extent: 'full', owes: true },
  { allowed: false, extent: 'forms', owes: true },
]

interface Decided {
  effect: 'allow' | 'deny'
}
