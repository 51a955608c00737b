/** A PIN or code of somebody who opens the record already, or will from a day on. */
import { expect } from 'chai'
import type { Redeemer } from '../../../module/access/codeRedeeming.js'
import { triesOfCode } from '../../../module/access/codes.js'
import { reissueCode, type NewCodes } from '../../../module/access/codeIssuing.js'
import { findAccount } from '../../../module/access/scope.js'
import { MORNING, openPractice, type TestPractice } from '../../support/practice.js'
import { codesDesk, LEO, nurse } from './codesDesk.js'

describe('A PIN or code of an account with a grant', function () {
  this.timeout(60_000)
  let practice: TestPractice
  const { child, john, newcomer, pinFor, refusalsOf, theOne, type } = codesDesk(() => practice)

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(async () => {
    practice.clock.set(MORNING)
    await practice.setting('pinTries', '5')
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
  })

  interface Had {
    relationship: string
    extent: string
    from?: string
    until?: string
    exempt?: boolean
  }
  const had = async (pid: number, { relationship, extent, from = '2026-01-01', until, exempt }: Had) => {
    const values = { pid, relationship, extent, from, until: until ?? null, john: practice.accounts.john }
    await practice.db.transaction((tx) =>
      tx.change(
        `INSERT INTO foyer_grants (record, account_id, pid, relationship, extent, valid_from, valid_until, granted_by, granted_at, exempt_at)
         VALUES (:record, :john, :pid, :relationship, :extent, :from, :until, 'x', '2026-01-01', :exempt)`,
        { ...values, record: `had-${String(pid)}`.padEnd(22, '-'), exempt: exempt === true ? '2026-01-01' : null },
      ),
    )
  }
  const has = async (pid: number) => {
    const row = await practice.db.first<{ said: string }>(
      `SELECT CONCAT_WS(' ', relationship, extent, valid_until, IF(exempt_at IS NULL, NULL, 'exempt')) AS said
         FROM foyer_grants WHERE pid = :pid`,
      { pid },
    )
    return row?.said
  }
  const [nine, fifteen, grown] = [LEO, '2011-05-03', '2001-05-03']
  const [over, runs] = ['2026-11-01 04:00:00', '2026-12-01 05:00:00']
  const full = { relationship: 'mother', extent: 'full' }
  const code = (relationship: string, extent: NewCodes['extent']) => ({ relationship, extent })

  for (const [what, born, before, given, after] of [
    [
      'that has ended: it opens what the code says',
      nine,
      { ...full, until: over },
      code('mother', 'forms'),
      'mother forms',
    ],
    [
      'that has ended: nothing of it is left',
      nine,
      { ...full, until: over, exempt: true },
      code('proxy', 'full'),
      'proxy full',
    ],
    ['that ends: a code for less changes nothing', nine, { ...full, until: runs }, code('mother', 'forms'), undefined],
    [
      'that ends: a code for as much takes the end away',
      nine,
      { ...full, until: runs },
      code('mother', 'full'),
      'mother full',
    ],
    [
      'that has not begun: no code opens it before its day',
      nine,
      { ...full, from: '2027-01-01 05:00:00' },
      code('mother', 'full'),
      undefined,
    ],
    ['of a parent: they stay one for the ages', nine, full, code('other', 'full'), 'mother full'],
    ['of a parent, narrowed: no code opens more', fifteen, full, code('proxy', 'forms'), undefined],
    ['of a parent, narrowed: nor all', fifteen, full, code('proxy', 'full'), undefined],
    [
      'of a parent, narrowed: one for what is open changes nothing',
      fifteen,
      full,
      code('proxy', 'appointments'),
      'mother full',
    ],
    [
      'of a parent, kept despite the age',
      fifteen,
      { ...full, exempt: true },
      code('proxy', 'forms'),
      'mother full exempt',
    ],
    ['of a grown-up’s parent: they go on as the proxy', grown, full, code('proxy', 'forms'), 'proxy forms'],
  ] as const) {
    it(what, async () => {
      const pid = await child(undefined, { dob: born })
      await had(pid, before)
      const row = await has(pid)
      const made = await pinFor(pid, { kind: 'code', ...given })
      expect((await type(john(), made.symbols, born)).ok).to.equal(after !== undefined)
      expect(await has(pid)).to.equal(after ?? row)
      if (after !== undefined) return
      const tries = await triesOfCode(practice.db, made.id)
      const why = 'from' in before ? 'not-begun' : 'otherwise-open'
      expect(tries.map(({ outcome }) => outcome)).to.deep.equal([why])
      expect(await theOne(pid, made.id)).to.include({ standing: 'pending' })
      const wanted: Partial<NewCodes> = { kind: 'code', ...given, recipient: 'john CARTER' }
      expect(await refusalsOf({ pids: [pid], ...wanted }), 'known by name').to.deep.equal([why])
    })
  }

  it('as somebody else, or another chart of their own: nobody’s account becomes the patient’s', async () => {
    const kim = { recipient: 'Kim Novak', relationship: 'self' }
    const pid = await child(undefined, { dob: fifteen })
    await had(pid, full)
    const { luis } = practice.accounts
    const ofAnother: Redeemer = { kind: 'account', id: luis, name: 'Luis Reyes' }
    const made = await pinFor(pid, kim)
    for (const redeemer of [john(), ofAnother]) {
      expect(await type(redeemer, made.symbols, fifteen)).to.deep.equal({ ok: false, reason: 'refused' })
    }
    const tries = (await triesOfCode(practice.db, made.id)).map(({ outcome }) => outcome)
    expect(tries).to.deep.equal(['somebody-else', 'somebody-else'])
    expect(await has(pid)).to.equal('mother full')
    expect(await type(newcomer('kim.novak@example.org'), made.symbols, fifteen)).to.include({ ok: true })
  })

  describe('that gives it from a day to come on', () => {
    const DAY = '2027-01-04'
    const opens = async (pid: number) => {
      const account = await findAccount(practice.db, practice.portal, practice.accounts.john)
      return account?.records.find((record) => record.pid === pid)?.extent
    }
    const begins = async (pid: number) =>
      (await practice.db.first<{ at: string }>(`SELECT valid_from AS at FROM foyer_grants WHERE pid = :pid`, { pid }))
        ?.at

    it('is used today, and opens nothing before the practice’s midnight', async () => {
      const pid = await child()
      const made = await pinFor(pid, { from: DAY })
      expect(made.opensFrom).to.equal('2027-01-04 05:00:00.000')
      expect(await type(john(), made.symbols)).to.include({ ok: true, pid })
      expect(await opens(pid)).to.equal(undefined)
      practice.clock.set('2027-01-03T23:59:59')
      expect(await opens(pid)).to.equal(undefined)
      practice.clock.set(`${DAY}T00:00:00`)
      expect(await opens(pid)).to.equal('full')
    })

    it('is used on that day or later: it opens at once, as one for today does', async () => {
      const [late, today] = [await child(), await child()]
      const made = await pinFor(late, { from: '2026-11-25' })
      practice.clock.set('2026-11-26T10:00:00')
      expect(await type(john(), made.symbols)).to.include({ ok: true })
      expect(await opens(late)).to.equal('full')
      practice.clock.set(MORNING)
      expect((await pinFor(today, { from: '2026-11-23' })).opensFrom).to.equal(undefined)
    })

    it('keeps its day when it is issued again', async () => {
      const pid = await child()
      const first = await pinFor(pid, { from: DAY })
      const again = await reissueCode(practice.portal, nurse, { pid, id: first.id, language: 'en' })
      expect(again.ok && (await theOne(pid, again.codes[0]?.id ?? 0)).opensFrom).to.equal(first.opensFrom)
    })

    it('is not issued to the patient, whose own opens at once, nor to a parent of who is of age by then', async () => {
      const [own, grownThen] = [await child(undefined, { dob: fifteen }), await child(undefined, { dob: '2009-01-01' })]
      const self = { recipient: 'Kim Novak', relationship: 'self' }
      expect(await refusalsOf({ pids: [own], ...self, from: DAY })).to.deep.equal(['own-later'])
      expect(await refusalsOf({ pids: [own], ...self })).to.equal('issued')
      expect(await refusalsOf({ pids: [grownThen], from: DAY })).to.deep.equal(['of-age'])
      expect(await refusalsOf({ pids: [grownThen] })).to.equal('issued')
    })

    it('adds up with another from the same day on, and with none from any other', async () => {
      const pid = await child()
      const given = (extent: NewCodes['extent'], from: string | undefined, recipient = 'Eva Novak') =>
        pinFor(pid, { kind: 'code', extent, from, recipient })
      const visits = await given('appointments', DAY)
      const forms = await given('forms', DAY)
      const later = await given('full', '2027-02-01')
      const now = await given('full', undefined, 'Eva B. Novak')
      expect(await type(john(), visits.symbols)).to.include({ ok: true })
      expect(await type(john(), forms.symbols)).to.include({ ok: true })
      for (const each of [later, now]) {
        expect(await type(john(), each.symbols)).to.deep.equal({ ok: false, reason: 'refused' })
        expect((await triesOfCode(practice.db, each.id)).map(({ outcome }) => outcome)).to.deep.equal(['not-begun'])
      }
      expect([await has(pid), await begins(pid)]).to.deep.equal([
        'mother appointments+forms',
        '2027-01-04 05:00:00.000',
      ])
      practice.clock.set(`${DAY}T00:00:00`)
      expect(await opens(pid)).to.equal('appointments+forms')
    })

    it('beside a grant that runs: no more than what that opens already', async () => {
      const pid = await child()
      await had(pid, code('mother', 'appointments'))
      const [less, more] = [
        await pinFor(pid, { kind: 'code', extent: 'appointments', from: DAY }),
        await pinFor(pid, { kind: 'code', extent: 'full', from: DAY }),
      ]
      expect(await type(john(), more.symbols)).to.deep.equal({ ok: false, reason: 'refused' })
      expect((await triesOfCode(practice.db, more.id)).map(({ outcome }) => outcome)).to.deep.equal(['otherwise-open'])
      expect(await type(john(), less.symbols)).to.include({ ok: true })
      expect([await has(pid), await opens(pid)]).to.deep.equal(['mother appointments', 'appointments'])
    })

    it('beside a grant that has ended: nothing until then, and what it says from then on', async () => {
      const pid = await child()
      await had(pid, { ...full, until: over })
      const made = await pinFor(pid, { kind: 'code', extent: 'forms', from: DAY })
      expect(await type(john(), made.symbols)).to.include({ ok: true })
      expect(await opens(pid)).to.equal(undefined)
      practice.clock.set(`${DAY}T00:00:00`)
      expect(await opens(pid)).to.equal('forms')
    })
  })
})
