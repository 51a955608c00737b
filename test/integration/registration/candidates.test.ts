/** Among many charts the database finds whom the rules find, and reads few rows for it. */
import { expect } from 'chai'
import { rank, type Chart, type Claim } from '../../../module/access/matching/matching.js'
import { keepChartKeys, placeholdersOf } from '../../../module/features/registration/keeping.js'
import { keysOfChart, waysTo } from '../../../module/features/registration/keys.js'
import { chartsAlong } from '../../../module/host/reads/candidates.js'
import { countStatements, type Tx } from '../../../module/platform/database.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import { indexOf } from '../../unit/matchingMaps.js'
import { peopleOf } from '../../unit/matchingPeople.js'

const CHARTS = 20_000
const NEWCOMERS = 300
/** The population's own numbers begin after those of the practice. */
const FIRST = 10_000
const PHONE = '212 555 0100'

describe('Among twenty thousand charts', function () {
  this.timeout(120_000)
  let practice: TestPractice
  const people = peopleOf({ charts: CHARTS, registrants: NEWCOMERS, seed: 20261123 })
  const charts = people.charts.map((each) => ({ ...each, pid: FIRST + each.pid }))

  before(async () => {
    practice = await openPractice()
    await practice.db.transaction((tx) =>
      tx.change(
        `INSERT INTO patient_data
           (pid, pubpid, fname, mname, lname, birth_lname, DOB, sex, phone_cell, email, postal_code) VALUES :rows`,
        { rows: charts.map(rowOf) },
      ),
    )
    await keepChartKeys.run(practice.portal)
    await practice.db.transaction((tx) => tx.change(`ANALYZE TABLE patient_data, foyer_chart_keys`))
    const kept = await practice.db.first(`SELECT COUNT(*) AS n FROM foyer_chart_keys WHERE pid >= :first`, {
      first: FIRST,
    })
    expect(kept).to.deep.equal({ n: charts.length })
  })
  after(() => practice.leave())

  const found = (db: Tx | TestPractice['db'], claim: Claim) =>
    chartsAlong(db, practice.portal.site, waysTo(claim), { lastName: claim.lastName, born: claim.born })

  it('the database finds exactly those that the statistics of matching are made with, and suggests the same', async () => {
    const placeholders = placeholdersOf(practice.portal)
    const find = indexOf(charts, placeholders)
    let suggested = 0
    for (const { claim } of people.registrants) {
      const [theirs, ours] = [find(claim), (await found(practice.db, claim)).filter(({ pid }) => pid >= FIRST)]
      const said = `${claim.firstName} ${claim.lastName} ${claim.born}`
      expect(pidsOf(ours), said).to.deep.equal(pidsOf(theirs))
      const [top, wanted] = [ours, theirs].map((all) => rank(claim, all, { placeholders, family: [] })[0])
      expect([top?.chart.pid, top?.score, top?.standing], said).to.deep.equal([
        wanted?.chart.pid,
        wanted?.score,
        wanted?.standing,
      ])
      if (top?.standing === 'suggested') suggested += 1
    }
    expect(suggested).to.be.greaterThan(NEWCOMERS / 2)
  })

  it('a name that thousands share, and a birth date with it that hundreds do, costs no more rows than are looked at', async () => {
    const [born, lastName] = ['1984-05-06', 'Robinson']
    const one = charts[123]
    if (!one) throw new Error('no such chart')
    await practice.db.transaction(async (tx) => {
      const values = { born, lastName, named: FIRST + 5000, both: FIRST + 500, first: FIRST, phone: PHONE }
      await tx.change(`UPDATE patient_data SET lname = :lastName WHERE pid > :first AND pid <= :named`, values)
      await tx.change(`UPDATE patient_data SET DOB = :born WHERE pid > :first AND pid <= :both`, values)
      // Everybody has the practice's own telephone.
      await tx.change(`UPDATE patient_data SET phone_cell = :phone WHERE pid > :first AND pid <= :named`, values)
      const keys = { ...values, ...keysOfChart({ ...one, lastName, born, phones: [PHONE] }, []) }
      await tx.change(
        `UPDATE foyer_chart_keys SET last_key = :last_key, second_key = NULL, phone1 = :phone1 WHERE pid > :first AND pid <= :named`,
        keys,
      )
      await tx.change(
        `UPDATE foyer_chart_keys SET born = :born, day_key = :day_key WHERE pid > :first AND pid <= :both`,
        keys,
      )
    })
    await practice.db.transaction((tx) => tx.change(`ANALYZE TABLE patient_data, foyer_chart_keys`))
    const claim: Claim = {
      ...{ forWhom: 'me', firstName: one.firstName, middleName: '', lastName, birthName: '', born, sex: one.sex },
      ...{ phone: PHONE, email: '', postalCode: '' },
    }
    for (const asked of [claim, { ...claim, born: '1984-06-05' }, { ...claim, firstName: 'Zzyzx' }]) {
      const { read, result } = await practice.db.transaction((tx) => rowsReadBy(tx, () => found(tx, asked)))
      // Some forty at the end of each way, and each of them once more as a chart.
      expect(read, asked.born).to.be.lessThan(1000)
      if (asked === claim) expect(pidsOf(result)).to.include(one.pid)
    }
    const { count } = await countStatements(() => found(practice.db, claim))
    const plan = await practice.db.select<{ table: string | null; type: string | null }>(
      `EXPLAIN ${count.sql[0] ?? ''}`,
    )
    const scanned = plan.filter(
      ({ table, type }) => (type === 'ALL' || type === 'index') && /foyer_|patient_data|^p$/.test(table ?? ''),
    )
    expect(plan.length).to.be.greaterThan(5)
    expect(scanned).to.deep.equal([])
  })
})

function rowOf({ birthName, born, emails, firstName, lastName, middleName, phones, pid, postalCodes, sex }: Chart) {
  const contact = [phones[0] ?? '', emails[0] ?? '', postalCodes[0] ?? '']
  return [pid, String(pid), firstName, middleName, lastName, birthName, born ?? null, sex, ...contact]
}

function pidsOf(charts: readonly { pid: number }[]): number[] {
  return charts.map(({ pid }) => pid).sort((a, b) => a - b)
}

/** What the database itself counts of one connection: rows that it looked at, whatever came of them. */
async function rowsReadBy<Result>(tx: Tx, work: () => Promise<Result>): Promise<{ read: number; result: Result }> {
  const counted = async () => {
    const rows = await tx.select<{ Value: string }>(`SHOW SESSION STATUS LIKE 'Handler_read%'`)
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
  }
  const before = await counted()
  const result = await work()
  return { read: (await counted()) - before, result }
}
