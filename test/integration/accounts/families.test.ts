/** Who opens a record, how far and until when: what staff decide holds at once, and a revoked guardian stays out. */
import { expect } from 'chai'
import { createAccount, grant } from '../../../module/access/accounts.js'
import { issueCodes } from '../../../module/access/codeIssuing.js'
import { redeemCode } from '../../../module/access/codeRedeeming.js'
import { findCode, triesOfCode } from '../../../module/access/codes.js'
import { accountOfPerson } from '../../../module/access/personAccount.js'
import { findAccount } from '../../../module/access/scope.js'
import { decide, type Decision } from '../../../module/features/accounts/families/deciding.js'
import { historyOfGrant } from '../../../module/features/accounts/families/history.js'
import { findGrant, grantsOfCharts, type ChartGrant } from '../../../module/host/reads/grants.js'
import type { Actor } from '../../../module/platform/audit.js'
import { MORNING, openPractice, type TestPractice } from '../../support/practice.js'

const admin: Actor = { kind: 'staff', id: 'admin', name: 'Robin Adler', requestId: undefined }
const LEO = '2017-05-03'

describe('Who opens a record', function () {
  this.timeout(60_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(() => practice.clock.set(MORNING))

  /** Maria's grant of Leo's chart as it is now. */
  const ofLeo = async (): Promise<ChartGrant> => {
    const grants = await grantsOfCharts(practice.db, [practice.patients.leo], 10)
    const grant = grants.find(({ accountId }) => accountId === practice.accounts.maria)
    if (!grant) throw new Error('Maria has no grant')
    return grant
  }
  const decided = async (decision: Decision, version?: number, reason = 'court order 4 F 12/26') => {
    const { id, pid } = await ofLeo()
    const outcome = await decide(practice.portal, admin, { pid, id, version, reason, decision })
    return outcome.ok ? 'done' : outcome.reason
  }
  const change = (more: Partial<Extract<Decision, { what: 'changed' }>> = {}): Decision => ({
    ...{ what: 'changed', relationship: 'mother', extent: 'full', until: undefined },
    ...more,
  })
  /** What Maria opens of Leo at her next request. */
  const opens = async () => {
    const account = await findAccount(practice.db, practice.portal, practice.accounts.maria)
    return account?.records.find(({ pid }) => pid === practice.patients.leo)?.extent ?? 'nothing'
  }

  it('is the patient first, then by name, those who were revoked last, and nobody whose account is disabled', async () => {
    const { accounts, db, patients } = practice
    const openers = async () =>
      (await grantsOfCharts(db, [patients.amina], 10)).map(({ accountId, relationship }) => [accountId, relationship])
    expect(await openers()).to.deep.equal([
      [accounts.amina, 'self'],
      [accounts.luis, 'proxy'],
    ])
    const disable = (at: string | null) =>
      db.transaction((tx) =>
        tx.change(`UPDATE foyer_accounts SET disabled_at = :at WHERE id = :id`, { at, id: accounts.luis }),
      )
    await disable('2026-11-23 12:00:00')
    expect(await openers()).to.deep.equal([[accounts.amina, 'self']])
    await disable(null)
  })

  it('opens as much as staff say, until the practice’s midnight after the last day', async () => {
    expect(await decided(change({ extent: 'appointments', until: '2026-11-25' }))).to.equal('done')
    expect(await opens()).to.equal('appointments')
    practice.clock.set('2026-11-25T23:59:59.999')
    expect(await opens()).to.equal('appointments')
    practice.clock.set('2026-11-26T00:00:00')
    expect(await opens()).to.equal('nothing')
    // In the middle of a day, as whoever else may have written it: at the instant itself.
    await practice.db.transaction(async (tx) =>
      tx.change(`UPDATE foyer_grants SET valid_until = '2026-11-26 15:00:00.000' WHERE id = :id`, {
        id: (await ofLeo()).id,
      }),
    )
    practice.clock.set('2026-11-26T09:59:59.999')
    expect(await opens()).to.equal('appointments')
    practice.clock.set('2026-11-26T10:00:00')
    expect(await opens()).to.equal('nothing')
    expect(await decided(change())).to.equal('done')
    expect(await opens()).to.equal('full')
  })

  it('opens nothing once it is revoked, whatever codes are redeemed, until it is given back', async () => {
    const { accounts, db, patients, portal } = practice
    const codeFor = async (recipient: string): Promise<string> => {
      const issued = await issueCodes(portal, admin, {
        ...{ kind: 'code', pids: [patients.leo], recipient, relationship: 'guardian', extent: 'full', language: 'en' },
      })
      const id = issued.ok ? issued.codes[0]?.id : undefined
      return (await findCode(db, portal, { pid: patients.leo, id: id ?? 0 }))?.symbols ?? 'none'
    }
    const redeem = async (symbols: string) => {
      await db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
      const maria = { kind: 'account', id: accounts.maria, name: 'Maria Santos' } as const
      return redeemCode(portal, maria, { symbols, born: LEO, address: '192.0.2.7', requestId: 'test' })
    }
    const codes = [await codeFor('Aunt One'), await codeFor('Aunt Two'), await codeFor('Aunt Three')]
    expect(await decided({ what: 'revoked' })).to.equal('done')
    expect(await opens()).to.equal('nothing')
    for (const symbols of codes) {
      expect(await redeem(symbols)).to.deep.equal({ ok: false, reason: 'refused' })
      expect(await opens()).to.equal('nothing')
    }
    // Neither does making it longer or wider open it.
    expect(await decided(change({ until: '2027-11-25' }))).to.equal('done')
    expect(await opens()).to.equal('nothing')
    expect((await ofLeo()).revoked).to.deep.include({ by: 'Robin Adler', reason: 'court order 4 F 12/26' })

    expect(await decided({ what: 'restored' }, undefined, 'order lifted')).to.equal('done')
    expect(await opens()).to.equal('full')
    // The codes were good all the while.
    expect(await redeem(codes[0] ?? '')).to.include({ ok: true })
    expect(await decided(change())).to.equal('done')
  })

  describe('and was revoked stays out', () => {
    let people = 0
    const refused = { ok: false, reason: 'refused' }

    beforeEach(() => practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`)))

    const child = () =>
      practice.patient({ fname: `Kim${String((people += 1))}`, lname: 'Novak', dob: LEO, allowPortal: '' })
    const pinFor = async (pid: number, recipient: string) => {
      const issued = await issueCodes(practice.portal, admin, {
        ...{ kind: 'code', pids: [pid], recipient, relationship: 'mother', extent: 'full', language: 'en' },
      })
      if (!issued.ok) throw new Error('not issued')
      const code = await findCode(practice.db, practice.portal, { pid, id: issued.codes[0]?.id ?? 0 })
      if (!code) throw new Error('no code')
      return code
    }
    const join = (symbols: string | undefined, email: string) =>
      redeemCode(
        practice.portal,
        {
          ...{ kind: 'new', email, hashPassword: () => Promise.resolve('x'), language: 'en' },
          judgePassword: () => undefined,
        },
        { symbols: symbols ?? '', born: LEO, address: '192.0.2.7', requestId: 'test' },
      )
    const type = (id: number, symbols: string | undefined) =>
      redeemCode(
        practice.portal,
        { kind: 'account', id, name: 'x' },
        { symbols: symbols ?? '', born: LEO, address: '192.0.2.7', requestId: 'test' },
      )
    const lastTry = async (code: { id: number }) => (await triesOfCode(practice.db, code.id))[0]?.outcome
    const grantsOf = (pid: number) => grantsOfCharts(practice.db, [pid], 10)
    const decideOn = async (pid: number, what: 'revoked' | 'restored') => {
      const [grant] = await grantsOf(pid)
      const outcome = await decide(practice.portal, admin, {
        ...{ pid, id: grant?.id ?? 0, version: undefined, reason: 'order 7', decision: { what } },
      })
      expect(outcome).to.deep.equal({ ok: true })
    }
    /** Eva opens a new child's chart with an account of this e-mail, and staff revoke it. */
    const revokedEva = async (email: string) => {
      const pid = await child()
      const opened = await join((await pinFor(pid, 'Eva Novak')).symbols, email)
      if (!opened.ok) throw new Error(opened.reason)
      return { pid, account: opened.accountId }
    }

    it('with what was pending for them, which ends with the access, and other people’s goes on', async () => {
      const { pid, account } = await revokedEva('eva1@example.org')
      const [theirs, fathers, elsewhere] = [
        await pinFor(pid, ' eva NOVÁK'),
        await pinFor(pid, 'Petr Novak'),
        await pinFor(await child(), 'Eva Novak'),
      ]
      await decideOn(pid, 'revoked')
      const standing = async ({ id, pid: of }: { id: number; pid: number }) =>
        (await findCode(practice.db, practice.portal, { pid: of, id }))?.standing
      expect([await standing(theirs), await standing(fathers), await standing(elsewhere)]).to.deep.equal([
        ...['revoked', 'pending', 'pending'],
      ])
      expect(await join(theirs.symbols, 'eva1b@example.org')).to.deep.equal(refused)
      expect(await type(account, elsewhere.symbols), 'another child').to.include({ ok: true })
      expect(await join(fathers.symbols, 'petr1@example.org')).to.include({ ok: true })
      expect((await grantsOf(pid)).filter(({ revoked }) => !revoked)).to.have.length(1)
    })

    it('under a new e-mail, a second account or a merged one, until it is given back', async () => {
      const { pid, account } = await revokedEva('eva2@example.org')
      const fathers = await pinFor(pid, 'Petr Novak')
      const mothers = await pinFor(pid, 'Eva  Novak')
      const second = (await revokedEva('eva2b@example.org')).account
      const third = await join((await pinFor(await child(), 'E. N.')).symbols, 'eva2c@example.org')
      const fourth = await join((await pinFor(await child(), 'Evi')).symbols, 'eva2d@example.org')
      if (!third.ok || !fourth.ok) throw new Error('not opened')
      // Revoked as if another process had done it, so that the pending one is still good.
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_grants SET revoked_at = granted_at WHERE account_id = :account AND pid = :pid`, {
          account,
          pid,
        }),
      )
      expect(await join(mothers.symbols, 'eva2e@example.org'), 'her name').to.deep.equal(refused)
      expect(await join(fathers.symbols, ' EVA2@example.org'), 'her e-mail').to.deep.equal(refused)
      expect(await type(second, fathers.symbols), 'her second account').to.deep.equal(refused)
      // Of another name; its e-mail account is hers by a merge, one way or the other.
      const merged = (from: number, into: number | null) =>
        practice.db.transaction((tx) =>
          tx.change(`UPDATE foyer_accounts SET merged_into = :into WHERE id = :from`, { from, into }),
        )
      await merged(second, third.accountId)
      expect(await type(third.accountId, fathers.symbols), 'an account that hers went into').to.deep.equal(refused)
      await merged(second, null)
      await merged(fourth.accountId, account)
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_accounts SET display_name = 'Petr Novak' WHERE id = :id`, { id: fourth.accountId }),
      )
      expect(await type(third.accountId, fathers.symbols), 'a name that went into hers').to.deep.equal(refused)
      expect(await lastTry(fathers)).to.equal('barred')
      await merged(fourth.accountId, null)
      await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))

      await decideOn(pid, 'restored')
      expect(await join(mothers.symbols, 'eva2e@example.org')).to.include({ ok: true })
      expect(await type(third.accountId, fathers.symbols)).to.include({ ok: true })
    })

    it('though both are pressed in the same moment', async () => {
      const { pid } = await revokedEva('eva3@example.org')
      const code = await pinFor(pid, 'Eva Novak')
      await Promise.all([decideOn(pid, 'revoked'), join(code.symbols, 'eva3b@example.org')])
      const open = (await grantsOf(pid)).filter(({ revoked }) => !revoked)
      const after = await findCode(practice.db, practice.portal, { pid, id: code.id })
      // Whoever was first: either it opened before anything was revoked, or it never will.
      expect(open.length === 1).to.equal(after?.standing === 'registered')
      expect(await join(code.symbols, 'eva3c@example.org')).to.deep.equal(refused)
    })
  })

  it('takes the patient’s login along when it was the patient’s own access that was revoked, and gives it back with it', async () => {
    const { clock, db, portal } = practice
    const pid = await practice.patient({ fname: 'Ida', lname: 'Stone', allowPortal: 'YES' })
    const { id, other } = await db.transaction(async (tx) => {
      const own = { verified: true, passwordHash: 'x', displayName: 'Ida Stone', language: 'en' }
      const made = await createAccount(tx, clock, { ...own, email: 'ida.stone@example.org' })
      const wrong = await createAccount(tx, clock, { ...own, email: 'ida.other@example.org' })
      await grant(tx, clock, { accountId: made?.id ?? 0, pid, relationship: 'self', extent: 'full', by: admin })
      return { id: made?.id ?? 0, other: wrong?.id ?? 0 }
    })
    const signIn = () => db.transaction((tx) => accountOfPerson(tx, clock, { pid, patientName: 'Ida Stone' }))
    const login = async () =>
      (await db.first(`SELECT host_pid, lost_login FROM foyer_accounts WHERE id = :id`, { id })) ?? {}
    const decideOn = async (what: 'revoked' | 'restored') => {
      const theirs = (await grantsOfCharts(db, [pid], 9)).find(({ accountId }) => accountId === id)
      const input = { pid, id: theirs?.id ?? 0, version: undefined, reason: 'wrong Ida', decision: { what } } as const
      expect(await decide(portal, admin, input)).to.deep.equal({ ok: true })
    }
    expect(await signIn(), 'it joins').to.equal(id)
    await decideOn('revoked')
    expect(await login()).to.deep.equal({ host_pid: null, lost_login: pid })
    await decideOn('restored')
    expect(await login()).to.deep.equal({ host_pid: pid, lost_login: null })
    expect(await signIn()).to.equal(id)

    await decideOn('revoked')
    const anew = await signIn()
    expect(anew).to.be.a('number').and.not.oneOf([id, other])
    expect((await findAccount(db, portal, anew ?? 0))?.records, 'signing in again gives nothing back').to.deep.equal([])
    await decideOn('restored')
    expect(await login(), 'it is another account’s by now').to.deep.equal({ host_pid: null, lost_login: null })
  })

  it('is decided once: a page from before somebody’s change says so, and does nothing', async () => {
    const { version } = await ofLeo()
    expect(await decided(change({ extent: 'forms' }), version)).to.equal('done')
    const after = await ofLeo()
    for (const late of [{ what: 'revoked' } as const, { what: 'exempted' } as const, change()]) {
      expect(await decided(late, version), late.what).to.equal('stale')
    }
    expect(await ofLeo()).to.deep.equal(after)
    expect(await decided({ what: 'restored' }), 'what was not revoked').to.equal('over')
    expect(await decided({ what: 'exemption-ended' }), 'what was not exempt').to.equal('over')
    expect(await decided(change({ relationship: 'self' })), 'a guardian into the patient').to.equal('over')
    expect(await ofLeo()).to.deep.equal(after)
    expect(await decided(change())).to.equal('done')
  })

  it('of ten decisions at once from one page is decided by one', async () => {
    const { version } = await ofLeo()
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => decided(change({ extent: 'forms' }), version)))
    expect(outcomes.filter((each) => each === 'done')).to.have.length(1)
    expect((await ofLeo()).version).to.equal(version + 1)
    expect(await decided(change())).to.equal('done')
  })

  it('tells what became of it, by whom and why, and leaves no typed word in the audit trail', async () => {
    practice.clock.set('2026-11-27T08:00:00')
    const grant = await ofLeo()
    await decided({ what: 'exempted' }, undefined, 'in foster care')
    const [last, ...earlier] = await historyOfGrant(practice.db, grant)
    expect(last).to.include({ what: 'exempted', by: 'Robin Adler', reason: 'in foster care' })
    expect(earlier.map(({ what }) => what)).to.include.members(['made', 'changed', 'revoked', 'restored', 'widened'])
    const trail = await practice.db.select<{ event: string; details: string }>(
      `SELECT event, details FROM foyer_audit WHERE record = :record ORDER BY id`,
      { record: grant.record },
    )
    expect(trail.map(({ event }) => event)).to.include.members(['grant.revoked', 'grant.restored', 'grant.exempted'])
    expect(JSON.stringify(trail)).not.to.contain('foster').and.not.to.contain('court')
    expect(await decided({ what: 'exemption-ended' })).to.equal('done')
  })

  it('narrows with age unless staff keep it, and the exemption ends when they say so', async () => {
    practice.clock.set('2030-05-02T23:59:59.999')
    expect(await opens()).to.equal('full')
    practice.clock.set('2030-05-03T00:00:00')
    expect(await opens()).to.equal('appointments')
    expect(await decided({ what: 'exempted' })).to.equal('done')
    expect(await opens()).to.equal('full')
    practice.clock.set('2035-05-03T00:00:00')
    expect(await opens()).to.equal('full')
    expect(await decided({ what: 'exemption-ended' })).to.equal('done')
    expect(await opens()).to.equal('nothing')
    const account = await findAccount(practice.db, practice.portal, practice.accounts.maria)
    expect(account?.closed.map(({ name, why }) => [name, why])).to.deep.include(['Leo Santos', 'adult'])
  })

  it('follows the ages that the practice sets, from the next request on', async () => {
    practice.clock.set('2030-05-03T12:00:00')
    expect(await opens()).to.equal('appointments')
    await practice.setting('adolescentAge', '14')
    expect(await opens()).to.equal('full')
    await practice.setting('adolescentAge', '12')
    await practice.setting('adolescentExtent', 'none')
    expect(await opens()).to.equal('nothing')
    await practice.setting('adolescentExtent', 'full')
    expect(await opens()).to.equal('full')
    await practice.setting('adolescentAge', '13')
    await practice.setting('adolescentExtent', 'appointments')
  })

  it('is found under its own chart only', async () => {
    const { id, pid } = await ofLeo()
    expect(await findGrant(practice.db, { pid, id })).to.include({ id, pid })
    expect(await findGrant(practice.db, { pid: practice.patients.ana, id })).to.equal(undefined)
    const theirs = { pid: practice.patients.ana, id, version: undefined, reason: 'x' }
    const outcome = await decide(practice.portal, admin, { ...theirs, decision: { what: 'revoked' } })
    expect(outcome).to.deep.equal({ ok: false, reason: 'not-found' })
    expect((await ofLeo()).revoked).to.equal(undefined)
  })
})
