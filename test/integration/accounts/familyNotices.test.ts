/** Both sides hear beforehand that access changes, once; and the dry run shows who that will be. */
import { expect } from 'chai'
import { createAccount, grant } from '../../../module/access/accounts.js'
import { openingOn } from '../../../module/access/ages.js'
import { findAccount } from '../../../module/access/scope.js'
import { growingOf, momentOf, stepsBetween } from '../../../module/features/accounts/families/coming.js'
import { beginOf, endOf } from '../../../module/access/grantDays.js'
import { decide } from '../../../module/features/accounts/families/deciding.js'
import { letterWords } from '../../../module/features/accounts/families/letterWords.js'
import { setAges, stampOfAges } from '../../../module/features/accounts/families/settingAges.js'
import { tellOfAges, tellOfChanges } from '../../../module/features/accounts/families/telling.js'
import { countGrowing, growingPage } from '../../../module/host/reads/comingChanges.js'
import type { NewPatient } from '../../../module/host/site/people.js'
import type { Actor } from '../../../module/platform/audit.js'
import { daysLater, type Day } from '../../../module/platform/clock.js'
import { countStatements } from '../../../module/platform/database.js'
import { MORNING, openPractice, ZONE, type TestPractice } from '../../support/practice.js'

const tester: Actor = { kind: 'system', id: 'test', name: 'test', requestId: undefined }

describe('Those whose access changes', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let people = 0

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(async () => {
    practice.clock.set(MORNING)
    // What is not told of any more is no longer due either.
    await practice.db.transaction(async (tx) => {
      await tx.change(`DELETE FROM foyer_grants WHERE relationship IN ('mother', 'father')`)
      await tx.change(`DELETE FROM foyer_settings WHERE name LIKE 'adolescent%' OR name IN ('adultAge', 'agesBefore')`)
    })
    await practice.portal.renew()
  })

  /** A child with a grant of Maria's; returns both ids. */
  const child = async (dob: Day, more: Partial<NewPatient> = {}, relationship = 'mother', extent = 'full') => {
    const pid = await practice.patient({ fname: `Kim${String((people += 1))}`, lname: 'Novak', dob, ...more })
    const { accounts, clock, db } = practice
    const record = await db.transaction((tx) =>
      grant(tx, clock, { accountId: accounts.maria, pid, relationship, extent, by: tester }),
    )
    const row = await db.first<{ id: number }>(`SELECT id FROM foyer_grants WHERE record = :record`, { record })
    return { pid, id: row?.id ?? 0 }
  }
  /** An account of the child's own. */
  const own = async (pid: number, email: string): Promise<void> => {
    const { clock, db } = practice
    await db.transaction(async (tx) => {
      const verified = { email, verified: true, passwordHash: 'x', displayName: 'Kim', language: 'es' }
      const account = await createAccount(tx, clock, verified)
      await grant(tx, clock, { accountId: account?.id ?? 0, pid, relationship: 'self', extent: 'full', by: tester })
    })
  }
  const lettersOf = (pid: number) =>
    practice.db.select<{ kind: string; recipient: string; language: string; facts: unknown }>(
      `SELECT kind, recipient, language, state, error_code, facts FROM foyer_letters WHERE pid = :pid ORDER BY id`,
      { pid },
    )
  const toldOf = async (pid: number) => (await lettersOf(pid)).map(({ kind, recipient }) => `${kind} ${recipient}`)
  const tell = () => tellOfChanges(practice.portal)

  const MARIA = 'maria.santos@example.org'

  it('are told on both sides, thirty days before the birthday and not a day sooner, once', async () => {
    const { pid } = await child('2013-12-24')
    await own(pid, 'kim@example.org')
    await tell()
    expect(await lettersOf(pid)).to.deep.equal([])
    practice.clock.set('2026-11-24T00:00:00')
    await Promise.all([tell(), tell(), tell()])
    await tell()
    expect(await toldOf(pid)).to.have.members([`family.age-change ${MARIA}`, 'family.age-change kim@example.org'])
    practice.clock.set('2026-12-23T23:00:00')
    await tell()
    expect(await lettersOf(pid)).to.have.length(2)
    practice.clock.set('2026-12-24T00:00:00')
    await tell()
    expect(await lettersOf(pid)).to.have.length(2)
    // Of age is another change.
    practice.clock.set('2031-12-01T00:00:00')
    await tell()
    expect(await lettersOf(pid)).to.have.length(4)
  })

  it('are written to in their own language, with the day and nothing else', async () => {
    const { pid } = await child('2013-12-20')
    await own(pid, 'kim2@example.org')
    await tell()
    const letters = await lettersOf(pid)
    expect(letters.map(({ language }) => language)).to.deep.equal(['en', 'es'])
    for (const { facts } of letters) expect(facts).to.deep.equal({ day: '2026-12-20' })
    for (const [key, text] of [...Object.entries(letterWords.en), ...Object.entries(letterWords.es)]) {
      const used = [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name)
      expect(['practice', 'phone', 'address', 'day'], key).to.include.members(used)
    }
  })

  it('are told at the chart’s trusted address, else staff see that nobody could be', async () => {
    const trusting = await child('2013-12-20', { email: 'kim3@example.org' })
    const silent = await child('2013-12-20')
    const unasked = await child('2013-12-20', { email: 'kim5@example.org', columns: { hipaa_allowemail: 'NO' } })
    const shared = await child('2013-12-20', { email: MARIA.toUpperCase() })
    await tell()
    expect(await toldOf(trusting.pid)).to.include('family.age-change kim3@example.org')
    expect((await lettersOf(silent.pid))[1]).to.include({ state: 'refused', error_code: 'no-address', recipient: '' })
    expect((await lettersOf(unasked.pid))[1]).to.include({ state: 'refused', error_code: 'no-consent' })
    expect(await toldOf(shared.pid)).to.deep.equal([`family.age-change ${MARIA}`])
  })

  it('are not told of what is not so: kept despite age, revoked, no guardian, nothing to lose', async () => {
    const kept = await child('2013-12-20')
    const revoked = await child('2013-12-20')
    for (const [{ id, pid }, what] of [
      [kept, 'exempted'],
      [revoked, 'revoked'],
    ] as const) {
      await decide(practice.portal, tester, { id, pid, version: undefined, reason: 'r', decision: { what } })
    }
    const proxy = await child('2013-12-20', {}, 'proxy')
    const little = await child('2013-12-20', {}, 'mother', 'appointments')
    await tell()
    for (const { pid } of [kept, revoked, proxy, little]) expect(await toldOf(pid)).to.deep.equal([])
  })

  it('are told of an end as long before as the practice has set, and anew when it is moved', async () => {
    const { id, pid } = await child('2018-01-01', { email: 'kim4@example.org' }, 'father')
    const until = (day: Day) =>
      decide(practice.portal, tester, {
        ...{ id, pid, version: undefined, reason: '' },
        decision: { what: 'changed', relationship: 'father', extent: 'full', until: day },
      })
    await practice.setting('renewalDays', '14')
    // Over on the 8th, which is 15 days away.
    await until('2026-12-07')
    await tell()
    expect(await toldOf(pid)).to.deep.equal([])
    practice.clock.set('2026-11-24T00:00:00')
    await tell()
    const both = ['family.access-ends maria.santos@example.org', 'family.access-ends kim4@example.org']
    expect(await toldOf(pid)).to.deep.equal(both)
    expect((await lettersOf(pid))[0]?.facts).to.deep.equal({ day: '2026-12-08' })
    await until('2027-11-25')
    await tell()
    expect(await lettersOf(pid)).to.have.length(2)
    practice.clock.set('2027-11-20T08:00:00')
    await tell()
    expect(await toldOf(pid)).to.deep.equal([...both, ...both])
    await practice.setting('renewalDays', '30')
  })

  it('are those whose access runs before the birthday and on it: not what ends or begins by then, and what comes first', async () => {
    const birthday = '2013-12-24'
    const [ends, comes, begins, later, lasts] = [
      await child(birthday, { email: 'kim6@example.org' }),
      await child(birthday, { email: 'kim7@example.org' }),
      await child(birthday, { email: 'kim8@example.org' }),
      await child(birthday, { email: 'kim9@example.org' }),
      await child(birthday, { email: 'kim10@example.org' }),
    ]
    const runs = async ({ id }: { id: number }, from: Day, lastDay?: Day) => {
      const { zone } = practice.clock
      const values = { id, from: beginOf(from, zone), until: lastDay === undefined ? null : endOf(lastDay, zone) }
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_grants SET valid_from = :from, valid_until = :until WHERE id = :id`, values),
      )
    }
    await runs(ends, '2026-11-01', '2026-12-23')
    await runs(comes, '2026-12-10')
    await runs(begins, '2026-12-24')
    await runs(later, '2027-01-10')
    await runs(lasts, '2026-11-01', '2026-12-24')
    const moment = momentOf(practice)
    const steps = stepsBetween(practice.portal, '2026-12-01', '2026-12-31').map(growingOf)
    const page = await growingPage(practice.db, steps, { ...moment, from: 0, most: 50 })
    expect(page.map(({ id }) => id)).to.have.members([comes.id, lasts.id])
    expect(await countGrowing(practice.db, steps, moment)).to.equal(2)
    practice.clock.set('2026-11-24T00:00:00')
    await practice.setting('renewalDays', '1')
    await tell()
    const told = await Promise.all([ends, comes, begins, later, lasts].map(({ pid }) => toldOf(pid)))
    expect(told.map((letters) => letters.length)).to.deep.equal([0, 2, 0, 0, 2])
    expect(told[1]?.join(' ')).to.contain('family.age-change')
    await practice.setting('renewalDays', '30')
  })

  it('are shown beforehand exactly as they will be, page by page, in two statements', async () => {
    const births = Array.from({ length: 150 }, (_each, at) => daysLater('2007-12-01', (at * 1117) % 2400))
    const all = []
    const relationships = ['mother', 'father', 'proxy']
    for (const [at, born] of [...births, '2008-02-29', '2012-02-29'].entries()) {
      const relationship = relationships[at % 3] ?? 'mother'
      const extent = ['full', 'appointments', 'forms'][at % 4] ?? 'full'
      all.push({ ...(await child(born, {}, relationship, extent)), born, relationship, extent })
    }
    // Kept, revoked and ended ones change no more.
    const out = all.splice(0, 30)
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_grants SET exempt_at = IF(id % 3 = 0, '2026-11-01', NULL), revoked_at = IF(id % 3 = 1, '2026-11-01', NULL),
                valid_until = IF(id % 3 = 2, '2026-11-01', NULL) WHERE id IN (:ids)`,
        { ids: out.map(({ id }) => id) },
      ),
    )
    const rules = practice.portal.settings()
    let found = 0
    for (const month of [
      '2026-02',
      '2026-03',
      '2026-12',
      '2027-01',
      '2027-03',
      '2027-05',
      '2028-02',
      '2028-09',
      '2029-03',
      '2030-01',
    ]) {
      const from = `${month}-01`
      const until = daysLater(`${month}-28`, 6).slice(0, 7) + '-01'
      const last = daysLater(until, -1)
      const expected = all.filter((each) => {
        for (let day = from; day <= last; day = daysLater(day, 1)) {
          const at = (on: Day) => openingOn({ ...each, exempt: false }, on, rules).extent
          if (at(day) !== at(daysLater(day, -1))) return true
        }
        return false
      })
      const steps = stepsBetween(practice.portal, from, last).map(growingOf)
      const moment = momentOf(practice)
      const counted = await countStatements(() => countGrowing(practice.db, steps, moment))
      expect(counted.result, month).to.equal(expected.length)
      const first = await countStatements(() => growingPage(practice.db, steps, { ...moment, from: 0, most: 500 }))
      expect(first.result, month).to.have.length(expected.length)
      expect([counted.count.statements, first.count.statements], month).to.deep.equal([1, 1])
      const pages = []
      for (let at = 0; at < expected.length + 2; at += 2) {
        pages.push(...(await growingPage(practice.db, steps, { ...moment, from: at, most: 2 })))
      }
      expect(
        pages.map(({ id }) => id),
        month,
      ).to.have.members(expected.map(({ id }) => id))
      found += expected.length
    }
    expect(found).to.be.greaterThan(10)
  })

  it('hear of other ages thirty days before they count, and nobody’s access changes until then', async () => {
    // 14 today: until now an adolescent, by the new ages a child still; 17: of age by the new ones.
    const [young, old, same] = [await child('2012-10-01'), await child('2009-06-01'), await child('2018-01-01')]
    const { portal } = practice
    const to = { adolescentAge: 15, adolescentExtent: 'appointments', adultAge: 17 }
    const opens = (of: { pid: number }) => extentOf(of.pid)
    const seen = stampOfAges(portal)
    const set = () => setAges(portal, tester, { to, seen, reason: undefined })
    expect(await Promise.all([set(), set()])).to.deep.equal([
      { ok: true, from: '2026-12-24' },
      { ok: true, from: '2026-12-24' },
    ])
    expect(await setAges(portal, tester, { to: { ...to, adultAge: 18 }, seen, reason: undefined })).to.include({
      reason: 'changed',
    })
    expect([await opens(young), await opens(old)], 'as before').to.deep.equal(['appointments', 'appointments'])
    const heard = { id: 1, event: 'ages.changed', payload: {}, key: 'ages', lastTry: false } as const
    await Promise.all([tellOfAges.hear(portal, heard), tellOfAges.hear(portal, heard), tell()])
    expect(await toldOf(young.pid)).to.include(`family.rules-change ${MARIA}`)
    expect(await toldOf(old.pid)).to.include(`family.rules-change ${MARIA}`)
    expect(await toldOf(same.pid)).to.deep.equal([])
    practice.clock.set('2026-12-23T23:59:59')
    expect([await opens(young), await opens(old)]).to.deep.equal(['appointments', 'appointments'])
    practice.clock.set('2026-12-24T00:00:00')
    expect([await opens(young), await opens(old)]).to.deep.equal(['full', 'none'])
    await tell()
    expect(await lettersOf(young.pid), 'once on each side').to.have.length(2)
  })

  it('hear at once of ages that count at once, which staff give a reason for', async () => {
    const { pid } = await child('2011-06-01', { email: 'kim9@example.org' })
    const { portal } = practice
    const to = { adolescentAge: 13, adolescentExtent: 'none', adultAge: 18 }
    const answer = await setAges(portal, tester, { to, seen: stampOfAges(portal), reason: 'The law' })
    expect(answer).to.deep.equal({ ok: true, from: '2026-11-23' })
    expect(await extentOf(pid)).to.equal('none')
    await tellOfAges.hear(portal, { id: 2, event: 'ages.changed', payload: {}, key: 'ages', lastTry: false })
    await tell()
    expect(await toldOf(pid)).to.have.members([`family.rules-now ${MARIA}`, 'family.rules-now kim9@example.org'])
    const audit = await practice.db.select<{ details: string }>(
      `SELECT details FROM foyer_audit WHERE event = 'settings.changed' AND subject = 'setting:agesBefore' ORDER BY id DESC LIMIT 1`,
    )
    expect(JSON.stringify(audit)).to.contain('The law')
  })

  const extentOf = async (pid: number): Promise<string> => {
    const { accounts, db, portal } = practice
    const account = await findAccount(db, portal, accounts.maria)
    return account?.records.find((scope) => scope.pid === pid)?.extent ?? 'none'
  }

  it('end at the practice’s midnight, also on the days when clocks change', () => {
    expect(endOf('2026-11-01', ZONE)).to.equal('2026-11-02 05:00:00.000')
    expect(endOf('2026-03-07', ZONE)).to.equal('2026-03-08 05:00:00.000')
    expect(endOf('2026-03-08', ZONE)).to.equal('2026-03-09 04:00:00.000')
  })
})
