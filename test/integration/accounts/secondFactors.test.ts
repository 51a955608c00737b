/** What is asked for besides the password: codes of an app (RFC 6238), recovery codes, what the rows give away. */
import { expect } from 'chai'
import { generateSync } from 'otplib'
import { isOurChallenge, makeChallenge, spendChallenge } from '../../../module/access/challenges.js'
import {
  keepPasskey,
  notePasskeyUse,
  passkeysOf,
  removePasskey,
  renamePasskey,
} from '../../../module/access/passkeys.js'
import { makeRecoveryCodes, useRecoveryCode } from '../../../module/access/recoveryCodes.js'
import { factorsOf } from '../../../module/access/secondFactors.js'
import { stepOfCode, useTotp } from '../../../module/access/totp.js'
import { standingClock } from '../../../module/platform/clock.js'
import { MORNING, openPractice, type TestPractice } from '../../support/practice.js'
import { clearFactors, setUpFactor } from '../../support/secondFactors.js'

/** "12345678901234567890" in base32: the secret of RFC 6238, Appendix B. */
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
/** Its times, and the last six of its eight digits. */
const vectors: [at: string, code: string][] = [
  ['1970-01-01T00:00:59', '287082'],
  ['2005-03-18T01:58:29', '081804'],
  ['2005-03-18T01:58:31', '050471'],
  ['2009-02-13T23:31:30', '005924'],
  ['2033-05-18T03:33:20', '279037'],
  ['2603-10-11T11:33:20', '353130'],
]

describe('A code of an authenticator app', () => {
  for (const [at, code] of vectors) {
    it(`is ${code} at ${at} UTC, as RFC 6238 says`, () => {
      const clock = standingClock('UTC', at)
      const step = Math.floor(clock.now().toSeconds() / 30)
      expect(stepOfCode(RFC_SECRET, code, clock)).to.equal(step)
      expect(stepOfCode(RFC_SECRET, `${code.slice(0, 3)} ${code.slice(3)}`, clock), 'spaced').to.equal(step)
    })
  }

  it('counts one step early or late, and no step more', () => {
    const clock = standingClock('UTC', '2026-11-23T12:00:15')
    const now = Math.floor(clock.now().toSeconds())
    const codeAt = (steps: number) => generateSync({ secret: RFC_SECRET, epoch: now + steps * 30, period: 30 })
    const accepted = [-3, -2, -1, 0, 1, 2, 3].filter(
      (steps) => stepOfCode(RFC_SECRET, codeAt(steps), clock) !== undefined,
    )
    expect(accepted).to.deep.equal([-1, 0, 1])
  })

  it('is six digits and nothing else', () => {
    const clock = standingClock('UTC', '2005-03-18T01:58:29')
    for (const typed of ['', '08180', '0818040', '08180a', '07081804', '٠٨١٨٠٤', '081804; DROP']) {
      expect(stepOfCode(RFC_SECRET, typed, clock), typed).to.equal(undefined)
    }
  })
})

describe('Second factors', function () {
  this.timeout(60_000)
  let practice: TestPractice
  const maria = () => `account:${String(practice.accounts.maria)}` as const
  const john = () => `account:${String(practice.accounts.john)}` as const
  const use = (code: string, owner = maria()) =>
    practice.db.transaction((tx) => useTotp(tx, practice.portal, owner, code))
  const recover = (code: string, owner = maria()) =>
    practice.db.transaction((tx) => useRecoveryCode(tx, practice.portal, owner, code))

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(async () => {
    practice.clock.set(MORNING)
    await clearFactors(practice)
  })

  it('take each code once, and none from before the last one', async () => {
    const { app } = await setUpFactor(practice, maria())
    expect(await use(app.code(1)), 'a step early').to.equal(true)
    expect(await use(app.code(1)), 'again').to.equal(false)
    expect(await use(app.code(0)), 'one that came before it').to.equal(false)
    practice.clock.set('2026-11-23T08:01:00')
    expect(await use(app.code())).to.equal(true)
  })

  it('let one of 20 in who send one code at the same time', async () => {
    const { app } = await setUpFactor(practice, maria())
    const code = app.code()
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => use(code)))
    expect(outcomes.filter(Boolean)).to.have.length(1)
  })

  it('are nobody else’s', async () => {
    const { app, recoveryCodes } = await setUpFactor(practice, maria())
    await setUpFactor(practice, john())
    expect(await use(app.code(), john())).to.equal(false)
    expect(await recover(recoveryCodes[0] ?? '', john())).to.equal(false)
    // A row that somebody copies to another owner opens nothing: the secret is sealed for its own.
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_totp SET secret = (SELECT s FROM (SELECT secret AS s FROM foyer_totp WHERE owner = :maria) x) WHERE owner = :john`,
        { maria: maria(), john: john() },
      ),
    )
    expect(await use(app.code(), john())).to.equal(false)
    expect(await use(app.code())).to.equal(true)
  })

  it('have ten recovery codes, each used once, whoever presses how often', async () => {
    const { recoveryCodes } = await setUpFactor(practice, maria())
    expect(new Set(recoveryCodes).size).to.equal(10)
    for (const code of recoveryCodes) expect(code).to.match(/^[A-HJKMNP-Z2-9]{5}-[A-HJKMNP-Z2-9]{5}$/)
    const [first = '', second = ''] = recoveryCodes
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => recover(first)))
    expect(outcomes.filter(Boolean)).to.have.length(1)
    expect(await recover(` ${second.toLowerCase().replace('-', '  ')} `), 'as people type').to.equal(true)
    expect((await factorsOf(practice.db, maria())).codesLeft).to.equal(8)
  })

  it('make the old recovery codes worthless with the new ones', async () => {
    const { recoveryCodes } = await setUpFactor(practice, maria())
    const fresh = await practice.db.transaction((tx) => makeRecoveryCodes(tx, practice.portal, maria()))
    expect(await recover(recoveryCodes[3] ?? '')).to.equal(false)
    expect(await recover(fresh[3] ?? '')).to.equal(true)
  })

  it('stand in no row as they are', async () => {
    const { app, recoveryCodes } = await setUpFactor(practice, maria())
    const rows = JSON.stringify([
      await practice.db.select(`SELECT * FROM foyer_totp`),
      await practice.db.select(`SELECT * FROM foyer_recovery_codes`),
    ])
    for (const secret of [app.secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replace('-', ''))]) {
      expect(rows).not.to.include(secret)
    }
  })

  it('ask passkeys for something that is ours, for one person and purpose, for ten minutes, answered once', async () => {
    const { portal } = practice
    const challenge = makeChallenge(portal, 'prove', maria())
    const isOurs = (purpose: 'prove' | 'create', whose: string, text = challenge) =>
      isOurChallenge(portal, purpose, whose, text)
    expect(isOurs('prove', maria())).to.equal(true)
    expect(isOurs('create', maria())).to.equal(false)
    expect(isOurs('prove', john())).to.equal(false)
    const altered = `${challenge.startsWith('A') ? 'B' : 'A'}${challenge.slice(1)}`
    for (const text of ['', 'AAAA', altered, challenge.slice(0, -2)])
      expect(isOurs('prove', maria(), text)).to.equal(false)
    practice.clock.set('2026-11-23T08:09:59')
    expect(isOurs('prove', maria())).to.equal(true)
    practice.clock.set('2026-11-23T08:10:00')
    expect(isOurs('prove', maria())).to.equal(false)

    const spend = () => practice.db.transaction((tx) => spendChallenge(tx, portal, challenge))
    const spent = await Promise.all(Array.from({ length: 10 }, spend))
    expect(spent.filter(Boolean)).to.have.length(1)
  })

  it('keep whose passkey it is, and see when two answers claim the same use of it', async () => {
    const { db, portal } = practice
    const made = { credentialId: 'bWFyaWE', publicKey: new Uint8Array([1, 2, 3]), counter: 4, transports: [] }
    await db.transaction((tx) => keepPasskey(tx, portal, maria(), { ...made, name: 'Phone' }))
    const [passkey] = await passkeysOf(db, maria())
    if (!passkey) throw new Error('no passkey')
    const used = await Promise.all([5, 5].map((to) => db.transaction((tx) => notePasskeyUse(tx, portal, passkey, to))))
    expect(used.filter(Boolean), 'both of them read the counter at 4').to.have.length(1)

    expect(await db.transaction((tx) => renamePasskey(tx, john(), passkey.id, 'Mine'))).to.equal(false)
    expect(await db.transaction((tx) => removePasskey(tx, john(), passkey.id))).to.equal(false)
    expect((await passkeysOf(db, maria())).map(({ name, counter }) => ({ name, counter }))).to.deep.equal([
      { name: 'Phone', counter: 5 },
    ])
    expect(await db.transaction((tx) => removePasskey(tx, maria(), passkey.id))).to.equal(true)
    expect(await passkeysOf(db, maria())).to.deep.equal([])
  })
})
