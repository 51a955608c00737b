/** Two accounts of one person, of which one opens the chart of the child whom the other registers. */
import { expect } from 'chai'
import { grant } from '../../../module/access/accounts.js'
import { keepChartKeys, refreshKeys } from '../../../module/features/registration/keeping.js'
import type { Details } from '../../../module/features/registration/details.js'
import { findDoubles } from '../../../module/features/registration/staff/doubles.js'
import { mergeAccounts } from '../../../module/features/registration/staff/merging.js'
import { linkRegistration } from '../../../module/features/registration/staff/linking.js'
import { chartsOf } from '../../../module/host/reads/candidates.js'
import { accountsAtChart } from '../../../module/host/reads/doubles.js'
import { countStatements } from '../../../module/platform/database.js'
import { describeOnEverySite } from '../../support/database.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import type { Visitor } from '../../support/visitor.js'
import { administrator, person, register, type Person } from './people.js'

describe('A second account of one who opens the chart already', () => {
  let practice: TestPractice
  let staff: Awaited<ReturnType<typeof administrator>>
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    staff = await administrator(practice)
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  let made = 0
  const called = async (name: string): Promise<Person> => {
    const who = await person(practice, `o${String((made += 1))}@example.org`)
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_accounts SET display_name = :name WHERE id = :id`, { name, id: who.accountId }),
    )
    return who
  }
  const chart = async (fname: string, lname: string, dob = '2019-03-03'): Promise<number> => {
    const pid = await practice.patient({ fname, lname, dob })
    await refreshKeys(practice.portal, await chartsOf(practice.db, practice.portal.site, [pid]))
    return pid
  }
  const opens = (who: Person, pid: number, relationship: string) =>
    practice.db.transaction((tx) =>
      grant(tx, practice.clock, { accountId: who.accountId, pid, relationship, extent: 'full', by: staff.actor }),
    )
  const registers = (who: Person, child: Partial<Details>) =>
    register(practice, who, { forWhom: 'child', relationship: 'mother', born: '2019-03-03', ...child })
  const found = async ({ accountId: id }: Person) =>
    (await findDoubles(practice.portal, { id, email: null })).map((row) => [row.id, row.why])
  const twins = async (first: Person, second: Person) => {
    expect(await found(second), 'of the one who registers').to.deep.equal([[first.accountId, 'opener']])
    expect(await found(first), 'of the one who opens').to.deep.equal([[second.accountId, 'opener']])
  }
  const apart = async (first: Person, second: Person, why: string) =>
    expect([await found(first), await found(second)], why).to.deep.equal([[], []])

  it('is found from both, with what each says beside the other, and may be joined or disabled there', async () => {
    const [first, second] = [await called('Ana Rivas'), await called('Ana Rivas')]
    const pid = await chart('Teo', 'Rivas')
    await opens(first, pid, 'mother')
    const id = await registers(second, { firstName: 'Teo', lastName: 'Rivas' })
    await twins(first, second)

    const registration = await admin.get(`/staff/portal/registrations/${String(id)}`)
    expect(sidesOn(registration.body)).to.deep.equal([first.accountId])
    expect(registration.body).to.contain('One of the two opens the chart').and.contain('a like name: perhaps the same')
    for (const [mine, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const page = await admin.get(`/staff/portal/accounts/${String(mine.accountId)}`)
      expect(sidesOn(page.body)).to.deep.equal([other.accountId])
      expect(page.body).to.contain(`href="/staff/portal/registrations/${String(id)}"`)
      expect(page.body).to.contain(`href="/staff/portal/patients/${String(pid)}"`)
      expect(page.body).to.contain(`name="into" value="${String(other.accountId)}"`)
    }
    expect(await onPanel(pid)).to.deep.equal([first.accountId, second.accountId])
    const { body } = await admin.get(`/staff/portal/patients/${String(pid)}/accounts`)
    expect(body.match(/One of the two opens the chart/g)).to.have.length(2)

    const wish = { from: second.accountId, into: first.accountId, reason: 'One person' }
    expect(await mergeAccounts(practice.portal, staff.member, staff.actor, wish)).to.deep.equal({ ok: true })
    expect(await found(first)).to.deep.equal([])
    expect(await onPanel(pid)).to.deep.equal([])
  })

  it('is found where the child’s name was written otherwise, or the holder’s', async () => {
    const [first, second] = [await called('Katherine Luna'), await called('Catherine Luna')]
    await opens(first, await chart('Mateo', 'Luna Ortiz', '2018-08-08'), 'guardian')
    await registers(second, { relationship: 'guardian', firstName: 'Mateo', lastName: 'Luna', born: '2018-08-08' })
    await twins(first, second)
    const [one, other] = [await called('Rosa Paz'), await called('Rosa Paz')]
    await opens(one, await chart('Sara', 'Paz', '2018-08-09'), 'mother')
    await registers(other, { firstName: 'Sarah', lastName: 'Paz', born: '2018-08-09' })
    await twins(one, other)
  })

  it('is none where mother and father, two guardians or the parents of twins are two', async () => {
    const [mother, father] = [await called('Maria Sol'), await called('Mario Sol')]
    const leo = await chart('Leo', 'Sol', '2017-07-07')
    await opens(mother, leo, 'mother')
    await registers(father, { relationship: 'father', firstName: 'Leo', lastName: 'Sol', born: '2017-07-07' })
    await apart(mother, father, 'mother and father')
    expect(await onPanel(leo)).to.deep.equal([])

    const [one, other] = [await called('Maria Mar'), await called('Mario Mar')]
    await opens(one, await chart('Lia', 'Mar', '2017-07-08'), 'guardian')
    await registers(other, { relationship: 'guardian', firstName: 'Lia', lastName: 'Mar', born: '2017-07-08' })
    await apart(one, other, 'two guardians')

    const [hers, namesake] = [await called('Eva Ruiz'), await called('Eva Ruiz')]
    await opens(hers, await chart('Maria Luz', 'Ruiz', '2017-07-09'), 'mother')
    await registers(namesake, { firstName: 'Maria Jose', lastName: 'Ruiz', born: '2017-07-09' })
    await apart(hers, namesake, 'another child of that day')

    const [aunt, stranger] = [await called('Lidia Vega'), await called('Lidia Vega')]
    await opens(aunt, await chart('Nico', 'Vega', '2017-07-10'), 'mother')
    await registers(stranger, { firstName: 'Nico', lastName: 'Quintero', born: '2017-07-10' })
    await apart(aunt, stranger, 'a child of that day and first name, of another family')
  })

  it('is none where the child has an own account, or the parent a chart', async () => {
    const [child, parent] = [await called('Noa Gil'), await called('Noa Gil')]
    await opens(child, await chart('Noa', 'Gil', '2011-01-02'), 'self')
    await registers(parent, { firstName: 'Noa', lastName: 'Gil', born: '2011-01-02' })
    await apart(child, parent, 'a child’s own and its parent’s')
  })

  it('is found by the own chart too, whatever the holder is called', async () => {
    const [first, second] = [await called('noagil77'), await called('Noemi Gil')]
    const pid = await chart('Noemi', 'Gil', '1988-01-02')
    await opens(first, pid, 'self')
    await register(practice, second, { firstName: 'Noemi', lastName: 'Gil', born: '1988-01-02' })
    await twins(first, second)
    expect(await onPanel(pid)).to.deep.equal([first.accountId, second.accountId])
  })

  it('is found as one who stands for the same patient, once both open the chart', async () => {
    const [first, second] = [await called('Ines Sosa'), await called('Ines Sosa')]
    const pid = await chart('Bruno', 'Sosa', '2016-06-06')
    await opens(first, pid, 'mother')
    const id = await registers(second, { firstName: 'Bruno', lastName: 'Sosa', born: '2016-06-06' })
    const input = { id, pid, move: false, seen: undefined }
    expect(await linkRegistration(practice.portal, staff.member, staff.actor, input)).to.include({ ok: true })
    expect(await found(first)).to.deep.equal([[second.accountId, 'family']])
    expect(await found(second)).to.deep.equal([[first.accountId, 'family']])
  })

  it('costs the same three statements for one child as for many', async () => {
    const [first, second] = [await called('Olga Prado'), await called('Olga Prado')]
    const cost = async ({ accountId: id }: Person) =>
      (await countStatements(() => findDoubles(practice.portal, { id, email: null }))).count.statements
    expect([await cost(first), await cost(second)]).to.deep.equal([3, 3])
    for (const day of ['01', '02', '03', '04']) {
      await opens(first, await chart('Iris', 'Prado', `2015-05-${day}`), 'mother')
      await registers(second, { firstName: 'Iris', lastName: 'Prado', born: `2015-05-${day}` })
    }
    await twins(first, second)
    expect([await cost(first), await cost(second)]).to.deep.equal([3, 3])
  })

  /** The accounts that a page shows beside the one whose it is. */
  function sidesOn(body: string): number[] {
    return [...body.matchAll(/data-test="sides" data-account="(\d+)"/g)].map(([, id]) => Number(id))
  }

  /** The accounts that the patient's panel names as one person's. */
  async function onPanel(pid: number): Promise<number[]> {
    const { body } = await admin.get(`/staff/portal/patients/${String(pid)}/accounts`)
    expect(body).to.contain('id="card-accounts"')
    return [...body.matchAll(/\/staff\/portal\/accounts\/(\d+)"/g)].map(([, id]) => Number(id))
  }
})

describeOnEverySite('Accounts that cross at a chart', (site) => {
  let practice: TestPractice

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
  })
  after(() => practice.leave())

  it('are found over indexes, however many charts there are', async function () {
    this.timeout(30_000)
    const { clock, db, patients, portal } = practice
    const by = { kind: 'system', id: 'test', name: 'test', requestId: undefined } as const
    const [first, second] = [await person(practice, 'one@example.org'), await person(practice, 'two@example.org')]
    const leo = { forWhom: 'child', relationship: 'mother', firstName: 'Leo', lastName: 'Santos', born: '2017-05-03' }
    await db.transaction(async (tx) => {
      await tx.change(`UPDATE foyer_accounts SET display_name = 'Rosa Luz' WHERE id IN (:ids)`, {
        ids: [first.accountId, second.accountId],
      })
      await grant(tx, clock, {
        ...{ accountId: first.accountId, pid: patients.leo, relationship: 'mother', extent: 'full', by },
      })
      await tx.change(`INSERT INTO patient_data (pid, pubpid, fname, lname, DOB) VALUES :rows`, {
        rows: Array.from({ length: 3000 }, (_, n) => {
          const born = `${String(1940 + (n % 70))}-${String(1 + (n % 12)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')}`
          return [10_000 + n, String(n), 'Anna', 'Roberts', born]
        }),
      })
    })
    await register(practice, second, leo as Partial<Details>)
    for (let run = 0; run < 3; run += 1) await keepChartKeys.run(portal)
    await db.transaction((tx) => tx.change(`ANALYZE TABLE patient_data, foyer_chart_keys`))
    for (const [mine, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const { count, result } = await countStatements(() => findDoubles(portal, { id: mine.accountId, email: null }))
      expect(result.map(({ id, why }) => [id, why])).to.deep.equal([[other.accountId, 'opener']])
      const crossed = count.sql.find((sql) => sql.includes('foyer_chart_keys k ON')) ?? ''
      const plan = await db.select<{ table: string | null; type: string | null }>(`EXPLAIN ${crossed}`)
      expect(plan.filter(({ table, type }) => type === 'ALL' && /^[kp]$/.test(table ?? ''))).to.deep.equal([])
    }
    expect((await accountsAtChart(db, patients.leo)).map(({ id }) => id)).to.include(second.accountId)
  })
})
