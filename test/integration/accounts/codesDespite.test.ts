/** A PIN for somebody who is called, or reached, as the one is whose access was revoked. */
import { expect } from 'chai'
import { barKey, barsOfChart } from '../../../module/access/codeBars.js'
import { issueCodes, reissueCode, type NewCodes } from '../../../module/access/codeIssuing.js'
import { letThrough } from '../../../module/access/codeLetting.js'
import { findCode } from '../../../module/access/codes.js'
import { decide } from '../../../module/features/accounts/families/deciding.js'
import { describeOnEverySite } from '../../support/database.js'
import { MORNING, openPractice, type TestPractice } from '../../support/practice.js'
import { codesDesk, nurse } from './codesDesk.js'

describeOnEverySite('A code for a namesake of somebody who lost the access', (site) => {
  let practice: TestPractice
  const { child, newcomer, pinFor, theOne, type } = codesDesk(() => practice)
  const refused = { ok: false, reason: 'refused' }

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
    await practice.setting('pinTries', '50')
  })
  after(() => practice.leave())
  beforeEach(async () => {
    practice.clock.set(MORNING)
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
  })

  let made = 0
  /** A child whose record Eva Novak opened, until staff took it from her. */
  async function withoutEva() {
    const pid = await child()
    const email = `eva${String((made += 1))}@example.org`
    const hers = await type(newcomer(email), (await pinFor(pid)).symbols)
    if (!hers.ok) throw new Error(hers.reason)
    await decideOn(pid, 'revoked')
    return { pid, email, account: hers.accountId }
  }
  async function decideOn(pid: number, what: 'revoked' | 'restored') {
    const grant = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_grants WHERE pid = :pid`, { pid })
    const asked = { pid, id: grant?.id ?? 0, version: undefined, reason: 'Court order', decision: { what } }
    expect(await decide(practice.portal, nurse, asked)).to.deep.equal({ ok: true })
  }
  const keys = async (pid: number) => (await barsOfChart(practice.db, pid)).map(barKey)
  const wish = (pid: number, more: Partial<NewCodes> = {}): NewCodes => ({
    ...{ kind: 'pin', pids: [pid], recipient: 'Eva Novak', relationship: 'proxy', extent: 'full', language: 'en' },
    ...more,
  })
  const issue = async (pid: number, notBarred: readonly string[]) =>
    issueCodes(practice.portal, nurse, wish(pid, { notBarred }))
  const symbolsOf = async (pid: number, issued: Awaited<ReturnType<typeof issue>>) => {
    if (!issued.ok) throw new Error('none was issued')
    const { id } = issued.codes[0] ?? { id: 0 }
    return { id, symbols: (await theOne(pid, id)).symbols ?? '' }
  }
  const account = (id: number) => ({ kind: 'account', id, name: 'Eva Novak' }) as const

  it('is issued once staff say that it is somebody else, opens to whom it is for, and never to who lost it', async () => {
    const { account: hers, pid } = await withoutEva()
    const asked = await issue(pid, [])
    const refusal = !asked.ok && 'refusals' in asked ? asked.refusals.get(pid) : undefined
    expect(refusal).to.deep.include({ reason: 'barred', by: 'Robin Adler', why: 'Court order', bars: await keys(pid) })
    const { id, symbols } = await symbolsOf(pid, await issue(pid, await keys(pid)))
    const row = await practice.db.first<{ looked_by: string }>(
      `SELECT looked_by FROM foyer_code_bars WHERE code_id = :id`,
      { id },
    )
    expect(row).to.deep.equal({ looked_by: 'Robin Adler' })
    const audit = await practice.db.first<{ details: string }>(
      `SELECT details FROM foyer_audit WHERE event = 'code.issued' ORDER BY id DESC LIMIT 1`,
    )
    expect(JSON.stringify(audit?.details)).to.contain('despite')
    expect(await type(account(hers), symbols), 'her own account').to.deep.equal(refused)
    expect(await type(newcomer(`another${String(made)}@example.org`), symbols)).to.include({ ok: true })
  })

  it('is kept out by no address either, once staff let it through; a later revocation keeps it out again', async () => {
    const { account: hers, pid } = await withoutEva()
    // Her chart's address is the family's.
    const chart = await practice.patient({ fname: 'Eva', lname: 'Novak', email: `family${String(made)}@example.org` })
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_accounts SET host_pid = :chart WHERE id = :hers`, { chart, hers }),
    )
    const fathers = await pinFor(pid, { recipient: 'Petr Novak', relationship: 'father' })
    const petr = newcomer(`family${String(made)}@example.org`)
    expect(await type(petr, fathers.symbols), 'her address').to.deep.equal(refused)
    const through = (given: readonly string[], id = fathers.id) =>
      letThrough(practice.portal, nurse, { pid, id, keys: given })
    expect(await through(['1.20200101000000000'])).to.deep.equal({ ok: false, reason: 'given-back' })
    const before = await keys(pid)
    expect(await through(before)).to.deep.equal({ ok: true })
    // Given back and revoked anew, it is another one, which nobody has looked at.
    practice.clock.set('2026-11-23T09:00:00')
    await decideOn(pid, 'restored')
    await decideOn(pid, 'revoked')
    expect(await keys(pid)).to.not.deep.equal(before)
    expect(await type(petr, fathers.symbols), 'revoked anew').to.deep.equal(refused)
    expect(await through(before)).to.deep.equal({ ok: false, reason: 'given-back' })
    expect(await through(await keys(pid))).to.deep.equal({ ok: true })
    expect(await type(petr, fathers.symbols)).to.include({ ok: true })
    expect(await through(await keys(pid)), 'used').to.deep.equal({ ok: false, reason: 'over' })
    expect(await through(await keys(pid), 999_999)).to.deep.equal({ ok: false, reason: 'not-found' })
  })

  it('issued again it stays somebody else’s, and it ends when another of the name loses the access, not for the first', async () => {
    const { pid } = await withoutEva()
    const first = await symbolsOf(pid, await issue(pid, await keys(pid)))
    const again = await reissueCode(practice.portal, nurse, { pid, id: first.id, language: 'en' })
    const second = await symbolsOf(pid, again as Awaited<ReturnType<typeof issue>>)
    // Somebody else's access to the same record is revoked.
    const other = await pinFor(pid, { recipient: 'Petr Novak', relationship: 'father' })
    const petr = await type(newcomer(`petr${String(made)}@example.org`), other.symbols)
    if (!petr.ok) throw new Error(petr.reason)
    const revoke = async (accountId: number) => {
      const grant = await practice.db.first<{ id: number }>(
        `SELECT id FROM foyer_grants WHERE pid = :pid AND account_id = :accountId`,
        { pid, accountId },
      )
      const decision = { what: 'revoked' } as const
      await decide(practice.portal, nurse, {
        ...{ pid, id: grant?.id ?? 0, version: undefined, reason: 'x', decision },
      })
    }
    await revoke(petr.accountId)
    const standing = async () => (await findCode(practice.db, practice.portal, { pid, id: second.id }))?.standing
    expect(await standing()).to.equal('pending')
    // Now the namesake herself, by an account of hers with another code.
    const more = { notBarred: await keys(pid), kind: 'code', extent: 'forms' } as const
    const code = await symbolsOf(pid, await issueCodes(practice.portal, nurse, wish(pid, more)))
    const namesake = await type(newcomer(`namesake${String(made)}@example.org`), code.symbols)
    if (!namesake.ok) throw new Error(namesake.reason)
    await revoke(namesake.accountId)
    expect(await standing()).to.equal('revoked')
  })
})
