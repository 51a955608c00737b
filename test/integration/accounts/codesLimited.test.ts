/** Tries with PINs and access codes: how many, of whom, and who is kept out by them. */
import { expect } from 'chai'
import type { Redeemer } from '../../../module/access/codeRedeeming.js'
import { triesOfCode } from '../../../module/access/codes.js'
import { countStatements } from '../../../module/platform/database.js'
import { MORNING, openPractice, type TestPractice } from '../../support/practice.js'
import { codesDesk, LEO } from './codesDesk.js'

describe('Tries with PINs and access codes are limited', function () {
  this.timeout(60_000)
  let practice: TestPractice
  const { child, john, newcomer, pinFor, theOne, type } = codesDesk(() => practice)

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(async () => {
    practice.clock.set(MORNING)
    await practice.setting('pinTries', '5')
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
  })

  const exhausted = { ok: false, reason: 'too-many' }

  it('for one account', async () => {
    for (let at = 0; at < 5; at += 1)
      await type(john(), 'AAAAAAAA', `2001-01-0${String(at + 1)}`, `192.0.2.${String(at)}`)
    expect(await type(john(), 'BBBBBBBB', '2001-02-01', '192.0.2.99')).to.include(exhausted)
  })

  it('for one PIN that is known, whoever tries dates and from wherever', async () => {
    const pid = await child()
    const one = await pinFor(pid, { recipient: 'One' })
    const two = await pinFor(pid, { recipient: 'Two' })
    for (let at = 0; at < 5; at += 1) {
      const redeemer: Redeemer = { kind: 'account', id: 1000 + at, name: 'x' }
      await type(redeemer, one.symbols, `2001-01-0${String(at + 1)}`, `192.0.2.${String(at)}`)
    }
    expect(await type(john(), one.symbols, LEO, '198.51.100.1')).to.include(exhausted)
    const luis: Redeemer = { kind: 'account', id: practice.accounts.luis, name: 'x' }
    expect(await type(luis, two.symbols, LEO, '198.51.100.1'), 'another’s PIN').to.include({ ok: true })
    practice.clock.set('2026-11-23T09:00:01')
    expect(await type(john(), one.symbols, LEO, '198.51.100.1')).to.include({ ok: true })
  })

  describe('though many guess', () => {
    const guess = (at: number, email: string, born: string, address = `2001:db8:${at.toString(16)}::1`) =>
      type(
        newcomer(email),
        `AAAAAA${String(2 + (at % 8))}${'BCDEFGHJKM'.charAt(Math.trunc(at / 8) % 10)}`,
        born,
        address,
      )
    const count = async (like: string) =>
      (
        await practice.db.first<{ points: number }>(
          `SELECT points FROM foyer_attempts WHERE \`key\` LIKE :like ORDER BY points DESC LIMIT 1`,
          { like },
        )
      )?.points
    const use = (like: string, points: number) =>
      practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_attempts SET points = :points WHERE \`key\` LIKE :like`, { like, points }),
      )

    it('from many addresses, with a child’s birth date and a parent’s e-mail: the parent still gets in', async () => {
      const [born, email] = ['2019-08-17', 'storm.parent@example.org']
      const pin = await pinFor(await child(undefined, { dob: born }), { recipient: 'Storm Parent' })
      for (let at = 0; at < 60; at += 1) await guess(at, email, born)
      expect(await type(newcomer(email), pin.symbols, born, '198.51.100.1')).to.include({ ok: true })
    })

    it('until a birth date has been guessed for a thousand times: then who is signed in goes on', async () => {
      const born = '2019-08-18'
      const pin = await pinFor(await child(undefined, { dob: born }))
      await guess(1, 'a@example.org', born)
      await use(`code-born:stranger:${born}`, 1000)
      expect(await guess(2, 'b@example.org', born)).to.include(exhausted)
      expect(await type(newcomer('c@example.org'), pin.symbols, born, '198.51.100.1')).to.include(exhausted)
      expect(await type(john(), pin.symbols, born, '198.51.100.1')).to.include({ ok: true })
      // Their guesses have an end, too.
      const other = await pinFor(await child(undefined, { dob: born }))
      await type(john(), 'AAAAAAAA', born)
      await use(`code-born:known:${born}`, 1000)
      expect(await type(john(), other.symbols, born, '198.51.100.1')).to.include(exhausted)
    })

    it('from one address: only its own tries are used up', async () => {
      await practice.setting('signInTriesPerAddress', '10')
      const born = '2019-08-19'
      for (let at = 0; at < 40; at += 1) await guess(at, 'd@example.org', born, '203.0.113.5')
      expect(await guess(41, 'd@example.org', born, '203.0.113.5')).to.include(exhausted)
      expect(await count(`code-born:stranger:${born}`)).to.equal(10)
      const pin = await pinFor(await child(undefined, { dob: born }))
      expect(await type(john(), pin.symbols, born, '203.0.113.5'), 'signed in there').to.include({ ok: true })
      await practice.setting('signInTriesPerAddress', '100')
    })
  })

  it('however many guess: of ten thousand tries few are looked at, none opens anything, and who holds a PIN gets in', async function () {
    this.timeout(180_000)
    const days = ['2016-01-11', '2016-02-12', '2016-03-13', '2016-04-14', '2016-05-15']
    const pins = []
    for (const dob of days) pins.push(await pinFor(await child(undefined, { dob })))
    const symbols = (at: number) =>
      `${'BCDEFGHJKM'.charAt(at % 10)}${String(at).padStart(7, '0').replace(/[01]/g, 'X')}`
    const guess = (at: number) => {
      const redeemer: Redeemer =
        at % 2 === 0
          ? { kind: 'account', id: 5000 + ((at / 2) % 30), name: 'x' }
          : newcomer(`g${String(at % 997)}@example.org`)
      const house = (at * 7) % 400
      return type(redeemer, symbols(at), days[at % 5], `2001:db8:${house.toString(16)}::1`)
    }
    const looked = { account: 0, new: 0 }
    for (let from = 0; from < 10_000; from += 20) {
      const some = Array.from({ length: 20 }, (_each, at) => from + at)
      const outcomes = await Promise.all(some.map(guess))
      for (const [at, outcome] of outcomes.entries()) {
        expect(outcome.ok).to.equal(false)
        if (!outcome.ok && outcome.reason === 'refused') looked[at % 2 === 0 ? 'account' : 'new'] += 1
      }
    }
    // Five tries an account; a thousand an hour of strangers for each birth date.
    expect(looked.account).to.equal(30 * 5)
    expect(looked.new).to.be.within(1, 5 * 1000)
    expect(await type(john(), pins[0]?.symbols, days[0], '198.51.100.7')).to.include({ ok: true })
    const open = await practice.db.select(
      `SELECT id FROM foyer_codes WHERE redeemed_at IS NOT NULL AND pid IN (:pids)`,
      {
        pids: pins.slice(1).map(({ pid }) => pid),
      },
    )
    expect(open).to.deep.equal([])
  })

  it('and staff see that so many were turned away, in one line an hour', async () => {
    const pin = await pinFor(await child())
    const stranger = (at: number): Redeemer => ({ kind: 'account', id: 7000 + at, name: 'x' })
    for (let at = 0; at < 5; at += 1) await type(stranger(at), pin.symbols, '2001-01-01', `192.0.2.${String(at)}`)
    const flood = Array.from({ length: 20 }, (_each, at) => at + 5)
    const turned = await Promise.all(
      flood.map((at) => type(stranger(at), pin.symbols, LEO, `198.51.100.${String(at)}`)),
    )
    for (const outcome of turned) expect(outcome).to.include(exhausted)
    const seen = async () =>
      (await triesOfCode(practice.db, pin.id)).map(({ outcome, tries }) => [outcome, tries] as const)
    const wrong = Array.from({ length: 5 }, () => ['wrong-birth-date', 1] as const)
    expect(await seen()).to.deep.equal([['limited', 20], ...wrong])
    expect((await theOne(pin.pid, pin.id)).failures).to.equal(25)
    practice.clock.set('2026-11-23T09:00:01')
    for (let at = 30; at < 36; at += 1) await type(stranger(at), pin.symbols, '2001-01-01', `203.0.113.${String(at)}`)
    expect((await seen()).filter(([outcome]) => outcome === 'limited')).to.deep.equal([
      ['limited', 1],
      ['limited', 20],
    ])
  })

  it('at the same cost whether or not it is a PIN, and however many are typed in few rows', async () => {
    const pin = await pinFor(await child())
    const luis: Redeemer = { kind: 'account', id: practice.accounts.luis, name: 'x' }
    for (let at = 0; at < 5; at += 1)
      await type(luis, 'AAAAAAAA', `2001-01-0${String(at + 1)}`, `192.0.2.${String(at)}`)
    const asked = async (symbols: string | undefined) => {
      const { count, result } = await countStatements(() => type(luis, symbols, '2001-02-01', '192.0.2.99'))
      expect(result).to.include(exhausted)
      return [count.statements, count.transactional]
    }
    expect(await asked('BBBBBBBB')).to.deep.equal(await asked(pin.symbols))
    const rows = async () =>
      (await practice.db.first<{ n: number }>(`SELECT COUNT(*) AS n FROM foyer_code_tries WHERE outcome = 'limited'`))
        ?.n ?? 0
    const before = await rows()
    for (let at = 0; at < 400; at += 1)
      await asked(
        `CC${String(at)
          .padStart(6, '0')
          .replace(/\d/g, (digit) => 'BCDEFGHJKM'.charAt(Number(digit)))}`,
      )
    expect((await rows()) - before, 'of four hundred').to.be.at.most(260)
  })

  it('for one network address, whose house counts as one', async () => {
    await practice.setting('signInTriesPerAddress', '10')
    const guess = (at: number, address: string) =>
      type(
        { kind: 'account', id: 3000 + at, name: 'x' },
        `AAAAAA${String(2 + (at % 8))}B`,
        `19${String(10 + at)}-01-01`,
        address,
      )
    for (let at = 0; at < 10; at += 1) await guess(at, `2001:db8:1:2::${String(at + 1)}`)
    expect(await guess(11, '2001:db8:1:2:ffff::1')).to.include(exhausted)
    expect(await guess(12, '2001:db8:1:3::1')).to.deep.equal({ ok: false, reason: 'refused' })
  })

  it('by a window that trying again does not make longer', async () => {
    for (let at = 0; at < 5; at += 1) await type(john(), 'AAAAAAAA', '2001-01-01')
    practice.clock.set('2026-11-23T08:59:59')
    expect(await type(john(), 'AAAAAAAA', '2001-01-01')).to.deep.equal({ ...exhausted, seconds: 1 })
    practice.clock.set('2026-11-23T09:00:00')
    expect(await type(john(), 'AAAAAAAA', '2001-01-01')).to.deep.equal({ ok: false, reason: 'refused' })
  })

  it('all counted though many press at once', async () => {
    const presses = Array.from({ length: 30 }, () => type(john(), 'AAAAAAAA', '2001-01-01'))
    const outcomes = await Promise.all(presses)
    expect(outcomes.filter((outcome) => !outcome.ok && outcome.reason === 'refused')).to.have.length(5)
  })

  it('but right ones count for nothing: a family of six enters all its PINs', async () => {
    for (let at = 0; at < 6; at += 1) {
      expect(await type(john(), (await pinFor(await child())).symbols), `child ${String(at)}`).to.include({
        ok: true,
      })
    }
  })
})
