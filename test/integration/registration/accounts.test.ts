import { expect } from 'chai'
import { doublesOfAccount } from '../../../module/host/reads/doubles.js'
import { accountOfCredential, grant } from '../../../module/access/accounts.js'
import { findLink, linkToken, makeLink } from '../../../module/access/links.js'
import { findAccount } from '../../../module/access/scope.js'
import { verifyEmail } from '../../../module/access/verification.js'
import { emailKey } from '../../../module/features/registration/keys.js'
import { registerAnother } from '../../../module/features/registration/registering.js'
import { findDoubles } from '../../../module/features/registration/staff/doubles.js'
import { disableAccount, enableAccount, mergeAccounts } from '../../../module/features/registration/staff/merging.js'
import { linkRegistration } from '../../../module/features/registration/staff/linking.js'
import { chartsOf } from '../../../module/host/reads/candidates.js'
import { refreshKeys } from '../../../module/features/registration/keeping.js'
import { utc } from '../../../module/platform/clock.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { factorsOf } from '../../../module/access/secondFactors.js'
import { stagesOwed } from '../../../module/access/stages.js'
import { keepTotp, newTotpSecret, useTotp } from '../../../module/access/totp.js'
import { passkeyOf } from '../../support/passkeys.js'
import { appWith } from '../../support/secondFactors.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import { mergedInto } from '../../../module/access/merged.js'
import { askToRegister } from '../../../module/features/registration/registering.js'
import { administrator, person, register, someone as details, type Person } from './people.js'

describe('Two accounts of one person', () => {
  let practice: TestPractice
  let staff: Awaited<ReturnType<typeof administrator>>

  before(async () => {
    practice = await openPractice()
    staff = await administrator(practice)
  })
  after(() => practice.leave())

  let made = 0
  const someone = (): Promise<Person> => person(practice, `d${String((made += 1))}@example.org`)
  const doubles = async (accountId: number, email = '') =>
    (await doublesOfAccount(practice.db, accountId, emailKey(email) ?? '')).map(({ id, why }) => ({ id, why }))
  const linked = async (who: Person, pid: number): Promise<number> => {
    const id = await register(practice, who)
    const input = { id, pid, move: false, seen: undefined }
    const outcome = await linkRegistration(practice.portal, staff.member, staff.actor, input)
    if (!outcome.ok) throw new Error(outcome.reason)
    return id
  }
  const recordsOf = async ({ accountId }: Person) =>
    (await findAccount(practice.db, practice.portal, accountId))?.records.map(({ pid }) => pid)

  it('are found by their chart, by the address that stands in it, and by the person they registered', async () => {
    const [one, other, stranger] = [await someone(), await someone(), await someone()]
    expect(await doubles(one.accountId)).to.deep.equal([])
    await linked(one, practice.patients.john)
    expect(await doubles(one.accountId)).to.deep.equal([{ id: practice.accounts.john, why: 'chart' }])
    await refreshKeys(practice.portal, await chartsOf(practice.db, practice.portal.site, [practice.patients.amina]))
    expect(await doubles(stranger.accountId, 'amina.yusuf@example.org')).to.deep.equal([
      { id: practice.accounts.amina, why: 'email' },
    ])
    await register(practice, other, { firstName: 'Rosa', lastName: 'Luz', born: '1990-05-05' })
    await register(practice, stranger, { firstName: 'Rosa', lastName: 'Luz', born: '1990-05-05' })
    expect(await doubles(other.accountId)).to.deep.equal([{ id: stranger.accountId, why: 'person' }])
  })

  it('of one parent are found by the child, and mother and father are two', async () => {
    const child = await practice.patient({ fname: 'Leo', lname: 'Luz' })
    const stands = async (name: string, relationship: string) => {
      const who = await someone()
      await practice.db.transaction(async (tx) => {
        await tx.change(`UPDATE foyer_accounts SET display_name = :name WHERE id = :id`, { name, id: who.accountId })
        await grant(tx, practice.clock, {
          ...{ accountId: who.accountId, pid: child, relationship, extent: 'full', by: staff.actor },
        })
      })
      return who
    }
    const found = async ({ accountId: id }: Person) =>
      (await findDoubles(practice.portal, { id, email: null })).map((row) => ({ id: row.id, why: row.why }))
    const mother = await stands('Rosa Luz', 'mother')
    const father = await stands('Mario Luz', 'father')
    expect([await found(mother), await found(father)]).to.deep.equal([[], []])
    const again = await stands('Rosa Luz Marin', 'mother')
    const asGuardian = await stands('Rosa Luz', 'guardian')
    const other = await stands('Rosalind Lutz', 'guardian')
    expect(await found(mother)).to.deep.equal([
      { id: again.accountId, why: 'family' },
      { id: asGuardian.accountId, why: 'family' },
    ])
    expect(await found(father)).to.deep.equal([])
    expect(await found(other)).to.deep.equal([])
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_grants SET revoked_at = '2026-11-23 13:00:00', revoked_by = 'front' WHERE account_id = :id`,
        {
          id: again.accountId,
        },
      ),
    )
    const wish = { from: again.accountId, into: mother.accountId, reason: 'One person' }
    expect(await mergeAccounts(practice.portal, staff.member, staff.actor, wish)).to.deep.equal({ ok: true })
    expect(await recordsOf(mother), 'whom staff kept out stays out').to.deep.equal([])
  })

  it('of one parent are found by the child that both registered, before either opens anything', async () => {
    const [one, other, father] = [await someone(), await someone(), await someone()]
    const [maria, mario] = [await someone(), await someone()]
    const names = [
      [one, 'Ana Rivas', 'mother'],
      [other, 'Anna Rivas', 'mother'],
      [father, 'Ana Rivera', 'father'],
      [maria, 'Maria Rivas', 'guardian'],
      [mario, 'Mario Rivas', 'guardian'],
    ] as const
    for (const [who, name, relationship] of names) {
      await register(practice, who, {
        ...{ forWhom: 'child', relationship, firstName: 'Teo', lastName: 'Rivas', born: '2019-03-03' },
      })
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_accounts SET display_name = :name WHERE id = :id`, { name, id: who.accountId }),
      )
    }
    const found = await findDoubles(practice.portal, { id: one.accountId, email: null })
    expect(found.map(({ id, why }) => [id, why])).to.deep.equal([[other.accountId, 'family']])
    expect(await findDoubles(practice.portal, { id: maria.accountId, email: null }), 'two guardians').to.deep.equal([])
  })

  it('become one: records, bookings and registrations go to the one that stays', async () => {
    const [from, into] = [await someone(), await someone()]
    const [ofFrom, ofBoth] = [await practice.patient(), await practice.patient()]
    await linked(from, ofFrom)
    await linked(from, ofBoth)
    await linked(into, ofBoth)
    const open = await register(practice, from, { firstName: 'Open' })
    const [twice, kept] = [
      await register(practice, from, { firstName: 'Twice' }),
      await register(practice, into, { firstName: 'Twice' }),
    ]
    await session(from.accountId)
    const wish = { from: from.accountId, into: into.accountId, reason: 'One person' }
    expect(await mergeAccounts(practice.portal, staff.member, staff.actor, wish)).to.deep.equal({ ok: true })
    expect(await recordsOf(into)).to.have.members([ofFrom, ofBoth])
    expect(await findAccount(practice.db, practice.portal, from.accountId)).to.equal(undefined)
    const rows = await practice.db.select(
      `SELECT id, account_id, state FROM foyer_registrations WHERE id IN (:ids) ORDER BY id`,
      { ids: [open, twice, kept] },
    )
    expect(rows).to.deep.equal([
      { id: open, account_id: into.accountId, state: 'waiting' },
      { id: twice, account_id: into.accountId, state: 'merged' },
      { id: kept, account_id: into.accountId, state: 'waiting' },
    ])
    const account = await practice.db.first(
      `SELECT merged_into, disabled_by, disabled_reason, (SELECT COUNT(*) FROM foyer_sessions WHERE owner = :owner) AS sessions
         FROM foyer_accounts WHERE id = :id`,
      { id: from.accountId, owner: String(from.accountId) },
    )
    expect(account).to.deep.equal({
      ...{ merged_into: into.accountId, disabled_by: 'admin', disabled_reason: 'One person', sessions: 0 },
    })
    expect(await mergeAccounts(practice.portal, staff.member, staff.actor, wish)).to.deep.equal({
      ...{ ok: false, reason: 'not-in-use', by: 'admin' },
    })
    const back = { ...wish, from: into.accountId, into: from.accountId }
    expect(await mergeAccounts(practice.portal, staff.member, staff.actor, back)).to.include({ reason: 'no-other' })
  })

  it('open a chart that one of them opens only from a day to come as far as the other does, and no sooner', async () => {
    const NEXT_YEAR = '2027-01-01 05:00:00.000'
    for (const [coming, opens] of [
      [['from'], 'appointments'],
      [['into'], 'full'],
      [['from', 'into'], undefined],
    ] as const) {
      const [from, into] = [await someone(), await someone()]
      const pid = await practice.patient()
      for (const [who, account, extent] of [
        ['from', from, 'full'],
        ['into', into, 'appointments'],
      ] as const) {
        await linked(account, pid)
        const begins = coming.some((each) => each === who) ? NEXT_YEAR : '2026-11-01 00:00:00.000'
        await practice.db.transaction((tx) =>
          tx.change(
            `UPDATE foyer_grants SET relationship = 'proxy', extent = :extent, valid_from = :begins WHERE account_id = :id`,
            { extent, begins, id: account.accountId },
          ),
        )
      }
      const wish = { from: from.accountId, into: into.accountId, reason: 'One person' }
      expect(await mergeAccounts(practice.portal, staff.member, staff.actor, wish)).to.deep.equal({ ok: true })
      const account = await findAccount(practice.db, practice.portal, into.accountId)
      const found = account?.records.find((record) => record.pid === pid)?.extent
      expect(found, coming.join(' and ')).to.equal(opens)
    }
  })

  it('hear of it at both addresses, and may have the one that signs in nowhere any more', async () => {
    const [from, into, stranger] = [await someone(), await someone(), await someone()]
    const wish = { from: from.accountId, into: into.accountId, reason: 'One person' }
    await mergeAccounts(practice.portal, staff.member, staff.actor, wish)
    const [given, kept] = [await emailOf(from.accountId), await emailOf(into.accountId)]
    const letters = await practice.db.select<{ kind: string; recipient: string; facts: unknown }>(
      `SELECT kind, recipient, facts FROM foyer_letters WHERE account_id = :into AND kind LIKE 'account.%' ORDER BY id`,
      { into: into.accountId },
    )
    expect(letters.map(({ kind, recipient }) => [kind, recipient])).to.deep.equal([
      ['account.merged', given],
      ['account.joined', kept],
    ])
    expect(JSON.stringify(letters.map(({ facts }) => facts)), 'neither says the other’s').not.to.include('@')
    expect(await proves(stranger.accountId, given ?? '')).to.equal(false)
    expect(await proves(into.accountId, given ?? '')).to.equal(true)
    expect([await emailOf(from.accountId), await emailOf(into.accountId)]).to.deep.equal([null, given])
  })

  it('are followed to the one that stands, however often they were joined since', async () => {
    const { db, portal } = practice
    const [first, second, third] = [await someone(), await someone(), await someone()]
    const join = (from: Person, into: Person) =>
      mergeAccounts(portal, staff.member, staff.actor, {
        ...{ from: from.accountId, into: into.accountId, reason: 'One person' },
      })
    await join(first, second)
    await join(second, third)
    const address = (await emailOf(first.accountId)) ?? ''
    expect(await mergedInto(db, first.accountId)).to.equal(third.accountId)
    expect(await mergedInto(db, third.accountId), 'it stands itself').to.equal(undefined)
    const page = await (await practice.staffVisitor('admin')).get(`/staff/portal/accounts/${String(first.accountId)}`)
    expect(page.body).to.contain(`href="/staff/portal/accounts/${String(third.accountId)}"`)

    const lettersOf = async (kind: string) =>
      db.select(`SELECT recipient, account_id FROM foyer_letters WHERE recipient = :address AND kind = :kind`, {
        ...{ address, kind },
      })
    expect(await lettersOf('account.merged')).to.deep.equal([{ recipient: address, account_id: third.accountId }])
    await askToRegister(portal, { email: address, language: 'en', requestId: 'test' })
    expect(await lettersOf('registration.known'), 'it signs in nowhere').to.deep.equal([])
    expect(await lettersOf('account.merged')).to.have.length(2)
    expect(await proves(third.accountId, address), 'still theirs').to.equal(true)

    const shut = (who: Person, into: number | null) =>
      db.transaction((tx) =>
        tx.change(`UPDATE foyer_accounts SET disabled_at = '2026-11-23', merged_into = :into WHERE id = :id`, {
          ...{ id: who.accountId, into },
        }),
      )
    await shut(third, null)
    expect(await mergedInto(db, first.accountId), 'closed').to.equal(undefined)
    await shut(third, first.accountId)
    expect(await mergedInto(db, first.accountId), 'a ring').to.equal(undefined)
  })

  it('who was kept out of a chart by one stays out by the other', async () => {
    const [from, into] = [await someone(), await someone()]
    const pid = await practice.patient()
    await linked(from, pid)
    await linked(into, pid)
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_grants SET revoked_at = '2026-11-23 13:00:00', revoked_by = 'front' WHERE account_id = :id`,
        {
          id: from.accountId,
        },
      ),
    )
    await mergeAccounts(practice.portal, staff.member, staff.actor, {
      ...{ from: from.accountId, into: into.accountId, reason: 'One person' },
    })
    expect(await recordsOf(into)).to.deep.equal([])
  })

  it('take the app and the passkeys along that guarded one, and whoever was in without them is out', async () => {
    const { clock, db, portal } = practice
    const owner = ({ accountId }: Person) => `account:${String(accountId)}` as const
    const keep = (who: Person) =>
      db.transaction((tx) => keepTotp(tx, portal, owner(who), { secret: newTotpSecret(), step: 1 }))
    const signedIn = async ({ accountId }: Person) => {
      await db.transaction((tx) =>
        tx.change(
          `INSERT INTO foyer_sessions (id_hash, audience, owner, data, created_at, seen_at)
           VALUES (RPAD(:sid, 64, 'a'), 'patient', :accountId, '{}', :now, :now)`,
          { sid: `s${String(accountId)}`, accountId: String(accountId), now: utc(clock.now()) },
        ),
      )
    }
    const sessions = async ({ accountId }: Person) =>
      (await db.select(`SELECT id_hash FROM foyer_sessions WHERE owner = :id`, { id: String(accountId) })).length
    const merge = (from: Person, into: Person) =>
      mergeAccounts(portal, staff.member, staff.actor, { from: from.accountId, into: into.accountId, reason: 'one' })

    const [guarded, bare] = [await someone(), await someone()]
    const secret = newTotpSecret()
    await db.transaction((tx) => keepTotp(tx, portal, owner(guarded), { secret, step: 1 }))
    await passkeyOf(practice, owner(guarded))
    await signedIn(bare)
    expect(await merge(guarded, bare)).to.deep.equal({ ok: true })
    expect(await factorsOf(db, owner(bare))).to.deep.equal({ app: true, passkeys: 1, codesLeft: 0 })
    expect(await sessions(bare)).to.equal(0)
    const person = { kind: 'account', id: bare.accountId, mustChange: false, unverified: false } as const
    expect(await stagesOwed(portal, person)).to.deep.equal(['second-factor'])
    // The very app: its codes are this account's now.
    const code = appWith(practice, secret).code()
    expect(await db.transaction((tx) => useTotp(tx, portal, owner(bare), code))).to.equal(true)

    // Where both have one, the one that stays keeps its own, and nobody is signed out.
    const [one, other] = [await someone(), await someone()]
    await keep(one)
    await keep(other)
    await signedIn(other)
    expect(await merge(one, other)).to.deep.equal({ ok: true })
    expect(await factorsOf(db, owner(other))).to.include({ app: true, passkeys: 0 })
    expect(await factorsOf(db, owner(one))).to.include({ app: false })
    expect(await sessions(other)).to.equal(1)
  })

  it('the host’s login goes along, so that its password is changed and reset where it signs in', async () => {
    const pid = await practice.patient()
    const into = await someone()
    await linked(into, pid)
    const from = await practice.db.transaction((tx) =>
      accountOfCredential(tx, practice.clock, { pid, patientName: 'Pat Example' }),
    )
    const wish = { from: from.id, into: into.accountId, reason: 'One person' }
    expect(await mergeAccounts(practice.portal, staff.member, staff.actor, wish)).to.include({ ok: true })
    expect((await findAccount(practice.db, practice.portal, into.accountId))?.hostPid).to.equal(pid)
  })

  it('twenty merges of two into each other leave one of them', async function () {
    this.timeout(30_000)
    const [a, b] = [await someone(), await someone()]
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) => {
        const [from, into] = at % 2 === 0 ? [a, b] : [b, a]
        const wish = { from: from.accountId, into: into.accountId, reason: 'One person' }
        return mergeAccounts(practice.portal, staff.member, staff.actor, wish)
      }),
    )
    expect(outcomes.filter(({ ok }) => ok)).to.have.length(1)
    const inUse = await practice.db.first(
      `SELECT COUNT(*) AS n FROM foyer_accounts WHERE id IN (:ids) AND disabled_at IS NULL`,
      { ids: [a.accountId, b.accountId] },
    )
    expect(inUse).to.deep.equal({ n: 1 })
  })

  it('one that is disabled is signed out and opens nothing', async () => {
    const who = await someone()
    await session(who.accountId)
    const wish = { account: who.accountId, reason: 'Not theirs' }
    expect(await disableAccount(practice.portal, staff.member, staff.actor, wish)).to.deep.equal({ ok: true })
    expect(await findAccount(practice.db, practice.portal, who.accountId)).to.equal(undefined)
    const left = await practice.db.first(`SELECT COUNT(*) AS n FROM foyer_sessions WHERE owner = :owner`, {
      owner: String(who.accountId),
    })
    expect(left).to.deep.equal({ n: 0 })
    expect(await disableAccount(practice.portal, staff.member, staff.actor, wish)).to.include({ reason: 'not-in-use' })
  })

  it('one that was disabled is in use again when staff say so; one that was joined with another stays joined', async () => {
    const [who, other] = [await someone(), await someone()]
    const enable = (account: number) => enableAccount(practice.portal, staff.member, staff.actor, account)
    expect(await enable(who.accountId), 'in use').to.deep.equal({ ok: false, reason: 'not-disabled' })
    await disableAccount(practice.portal, staff.member, staff.actor, { account: who.accountId, reason: 'Not theirs' })
    expect(await enable(who.accountId)).to.deep.equal({ ok: true })
    expect((await findAccount(practice.db, practice.portal, who.accountId))?.id).to.equal(who.accountId)
    const told = await practice.db.select(`SELECT event FROM foyer_audit WHERE subject = :subject ORDER BY id`, {
      subject: `account:${String(who.accountId)}`,
    })
    expect(told.slice(-2)).to.deep.equal([{ event: 'account.disabled' }, { event: 'account.enabled' }])

    const wish = { from: who.accountId, into: other.accountId, reason: 'One person' }
    await mergeAccounts(practice.portal, staff.member, staff.actor, wish)
    expect(await enable(who.accountId), 'joined').to.deep.equal({ ok: false, reason: 'not-disabled' })
    expect(await enable(999_999)).to.deep.equal({ ok: false, reason: 'not-found' })
  })

  it('that is disabled registers nobody else', async () => {
    const who = await someone()
    await disableAccount(practice.portal, staff.member, staff.actor, { account: who.accountId, reason: 'Not theirs' })
    const account = { id: who.accountId, ownRecord: who.ownRecord }
    const outcome = await registerAnother(practice.portal, who.actor, account, details, undefined)
    expect(outcome).to.deep.equal({ ok: false, reason: 'no-account' })
  })

  it('prove one address at the same moment: it becomes that of one', async () => {
    const two = [await someone(), await someone()]
    const email = 'shared@example.org'
    const links = await practice.db.transaction((tx) =>
      Promise.all(
        two.map(({ accountId }) =>
          makeLink(tx, practice.portal, {
            purpose: 'verify-email',
            accountId,
            minutes: 5,
            facts: { email, next: null },
          }),
        ),
      ),
    )
    const pressed = links.map(async (id) => {
      const link = await findLink(practice.db, practice.portal, 'verify-email', linkToken(practice.portal, id))
      return link && verifyEmail(practice.portal, link, opaqueId())
    })
    expect((await Promise.all(pressed)).map((outcome) => outcome?.ok).sort()).to.deep.equal([false, true])
  })

  async function emailOf(id: number): Promise<string | null | undefined> {
    return (
      await practice.db.first<{ email: string | null }>(`SELECT email FROM foyer_accounts WHERE id = :id`, { id })
    )?.email
  }

  async function proves(accountId: number, email: string): Promise<boolean | undefined> {
    const wanted = { purpose: 'verify-email', accountId, minutes: 5, facts: { email, next: null } } as const
    const id = await practice.db.transaction((tx) => makeLink(tx, practice.portal, wanted))
    const link = await findLink(practice.db, practice.portal, 'verify-email', linkToken(practice.portal, id))
    return link && (await verifyEmail(practice.portal, link, opaqueId())).ok
  }

  async function session(accountId: number): Promise<void> {
    const values = { hash: String(accountId).padStart(64, '0'), owner: String(accountId) }
    await practice.db.transaction((tx) =>
      tx.change(
        `INSERT INTO foyer_sessions (id_hash, audience, owner, data, created_at, seen_at)
         VALUES (:hash, 'patient', :owner, '{}', '2026-11-23 12:00:00', '2026-11-23 12:00:00')`,
        values,
      ),
    )
  }
})
