import { expect } from 'chai'
import { candidatesFor } from '../../../module/features/registration/candidates.js'
import { keepChartKeys } from '../../../module/features/registration/keeping.js'
import type { Claim } from '../../../module/access/matching/matching.js'
import { removeNoteType, ensureNoteType } from '../../../module/host/noteTypes.js'
import { countStatements } from '../../../module/platform/database.js'
import { describeOnEverySite } from '../../support/database.js'
import { openPractice, type TestPractice } from '../../support/practice.js'

describeOnEverySite('The search keys of the charts', (site) => {
  let practice: TestPractice

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
  })
  after(() => practice.leave())

  const claim: Claim = {
    ...{
      forWhom: 'me',
      firstName: 'Catherine',
      middleName: '',
      lastName: 'Jimenez',
      birthName: '',
      born: '1975-03-09',
    },
    ...{ sex: '', phone: '', email: '', postalCode: '' },
  }
  const found = async (of: Partial<Claim> = {}) =>
    (await candidatesFor(practice.portal, { ...claim, ...of }, 0)).map(({ chart }) => chart.pid)

  it('are made of new charts, which are then found however the name is spelled', async () => {
    const pid = await practice.patient({ fname: 'Katherine', lname: 'Gimenez', dob: '1975-03-09' })
    expect(await found(), 'before').to.deep.equal([])
    await keepChartKeys.run(practice.portal)
    expect(await found()).to.deep.equal([pid])
    expect(await found({ born: '1975-09-03' }), 'day and month exchanged').to.deep.equal([pid])
    expect(await found({ born: '1985-03-09' }), 'a digit of the year').to.deep.equal([pid])
    expect(await found({ firstName: 'Gimenez', lastName: 'Katherine' }), 'names exchanged').to.deep.equal([pid])
  })

  it('find a chart of a minute ago by its name and date, before any job has run', async () => {
    const pid = await practice.patient({ fname: 'Zoe', lname: 'Brandnew', dob: '1991-01-01' })
    expect(await found({ firstName: 'Zoë', lastName: 'Brandnew', born: '1991-01-01' })).to.deep.equal([pid])
    const keys = await practice.db.first(`SELECT last_key FROM foyer_chart_keys WHERE pid = :pid`, { pid })
    expect(keys, 'what is shown has keys').to.deep.equal({ last_key: 'BRNDN' })
  })

  it('follow what is changed in a chart, and what is deleted', async () => {
    const pid = await practice.patient({ fname: 'Ivan', lname: 'Old', dob: '1966-06-06', phoneCell: '646 555 0177' })
    await keepChartKeys.run(practice.portal)
    await practice.db.transaction((tx) =>
      // Later than this second, in which the keys were made.
      tx.change(
        `UPDATE patient_data SET lname = 'Newname', phone_cell = '917 555 0188' ${
          practice.portal.site.has('patient_data', 'last_updated') ? `, last_updated = '2030-01-01 00:00:00'` : ''
        } WHERE pid = :pid`,
        { pid },
      ),
    )
    await passOver()
    const row = await practice.db.first(`SELECT last_key, phone1 FROM foyer_chart_keys WHERE pid = :pid`, { pid })
    expect(row).to.deep.equal({ last_key: 'NM', phone1: '9175550188' })
    await practice.db.transaction((tx) => tx.change(`DELETE FROM patient_data WHERE pid = :pid`, { pid }))
    await passOver()
    expect(await practice.db.first(`SELECT pid FROM foyer_chart_keys WHERE pid = :pid`, { pid })).to.equal(undefined)
  })

  it('are looked for in one statement, and shown candidates cost two more', async () => {
    const { count } = await countStatements(() => found())
    expect(count.statements).to.be.at.most(3)
  })

  it('never scan among many charts: each way is a range of an index', async function () {
    this.timeout(30_000)
    await practice.db.transaction((tx) =>
      tx.change(`INSERT INTO patient_data (pid, pubpid, fname, lname, DOB, phone_home) VALUES :rows`, {
        rows: Array.from({ length: 3000 }, (_, n) => {
          const letter = (from: number) => String.fromCharCode(from + (n % 24))
          const born = `${String(1940 + (n % 70))}-${String(1 + (n % 12)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')}`
          return [10_000 + n, String(n), `${letter(65)}anna`, `R${letter(97)}berts`, born, String(2_125_550_000 + n)]
        }),
      }),
    )
    for (let run = 0; run < 3; run += 1) await keepChartKeys.run(practice.portal)
    await practice.db.transaction((tx) => tx.change(`ANALYZE TABLE patient_data, foyer_chart_keys`))
    const { count } = await countStatements(() => found({ phone: '646 555 0177', email: 'x@example.org' }))
    const search = count.sql.find((sql) => sql.includes('foyer_chart_keys WHERE')) ?? ''
    const plan = await practice.db.select<{ table: string | null; type: string | null }>(`EXPLAIN ${search}`)
    const scanned = plan.filter(({ table, type }) => type === 'ALL' && (table === 'foyer_chart_keys' || table === 'p'))
    expect(scanned).to.deep.equal([])
  })

  // Twice: from wherever the pass is to its end, and from there over all.
  async function passOver(): Promise<void> {
    for (let run = 0; run < 4; run += 1) await keepChartKeys.run(practice.portal)
  }

  it('the kind of note goes when it is Foyer’s and no note has it', async () => {
    const there = () =>
      practice.db.first(
        `SELECT 1 AS one FROM list_options WHERE list_id = 'note_type' AND option_id = 'New Patient Portal User'`,
      )
    await practice.db.transaction(ensureNoteType)
    await practice.db.transaction(ensureNoteType)
    expect(await there()).to.deep.equal({ one: 1 })
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO pnotes (date, body, pid, user, activity, title, message_status) VALUES (NOW(), 'x', 0, 'admin', 1, 'New Patient Portal User', 'Done')`,
      ),
    )
    await practice.db.transaction(removeNoteType)
    expect(await there(), 'a note has it').to.deep.equal({ one: 1 })
    await practice.db.transaction((tx) => tx.change(`DELETE FROM pnotes`))
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE list_options SET notes = '' WHERE option_id = 'New Patient Portal User'`),
    )
    await practice.db.transaction(removeNoteType)
    expect(await there(), 'the practice’s own').to.deep.equal({ one: 1 })
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE list_options SET notes = 'foyer' WHERE option_id = 'New Patient Portal User'`),
    )
    await practice.db.transaction(removeNoteType)
    expect(await there()).to.equal(undefined)
  })
})
