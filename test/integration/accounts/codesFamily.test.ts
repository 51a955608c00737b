/** Who belongs to a patient, as the chart says it, on every version of the host. */
import { expect } from 'chai'
import { readFamily, readSiblings } from '../../../module/host/family.js'
import { detectHost } from '../../../module/host/detect.js'
import { addPatient, type NewPatient } from '../../../module/host/site/people.js'
import { keepChartKeys } from '../../../module/features/registration/keeping.js'
import { countStatements, type Database } from '../../../module/platform/database.js'
import { describeOnEverySite } from '../../support/database.js'
import { openPractice, type TestPractice } from '../../support/practice.js'

describeOnEverySite('A family', (site) => {
  let practice: TestPractice
  let db: Database

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
    db = practice.db
  })
  after(() => practice.leave())

  const chart = (fname: string, more: Partial<NewPatient> = {}) =>
    db.transaction((tx) =>
      addPatient(tx, { fname, lname: 'Novak', dob: '2017-05-03', sex: 'UNK', at: '2026-11-23 07:00:00', ...more }),
    )
  const names = async (pid: number) =>
    (await readSiblings(db, await detectHost(db), pid)).linked.map(({ firstName }) => firstName)

  it('has its guardian once, with everything that the chart knows of them, and the other contacts below', async () => {
    const pid = await chart('Kim', {
      columns: {
        ...{ guardiansname: 'Eva Novak', guardianrelationship: 'MTH', guardianemail: 'eva@example.org' },
        ...{ mothersname: 'eva novak', contact_relationship: 'Petr Novak', phone_contact: '(202) 555-0135' },
      },
    })
    const family = await readFamily(db, await detectHost(db), pid)
    expect(family?.contacts.map(({ name, source }) => [name, source])).to.deep.equal([
      ['Eva Novak', 'guardian'],
      ['Petr Novak', 'emergency'],
    ])
    expect(family?.contacts[0]).to.include({ relationship: 'MTH', email: 'eva@example.org' })
    expect(await readFamily(db, await detectHost(db), 999_999)).to.equal(undefined)
  })

  it('is who shares a guardian and a home, under whatever last name, and nobody who shares only one of them', async () => {
    const columns = { guardiansname: 'Iva Malá' }
    const home = { street: '41 Mill Street', postalCode: '12545' }
    const ann = await chart('Ann', { columns, ...home, phoneHome: '(202) 555-0101' })
    await chart('Bea', { columns: { mothersname: 'Iva Mala' }, street: '41, mill street', postalCode: '12545' })
    await chart('Cyd', {
      lname: 'Maly',
      columns: { ...columns, guardianphone: '+1 202 555 0101' },
      phoneHome: '(202) 555-0101',
    })
    await chart('Dee', { columns: { guardiansname: 'Ida Malá' }, ...home })
    await chart('Eli', { columns, street: '9 Other Road', postalCode: '12545' })
    await chart('Fay', { phoneHome: '(202) 555-0101' })
    const { result, count } = await countStatements(async () => readSiblings(db, await detectHost(db), ann))
    expect(result.linked.map(({ firstName }) => firstName)).to.have.members(['Bea', 'Cyd'])
    // Two of them look at what this site is.
    expect(count.statements).to.equal(4)
    expect(await names(await chart('Gus', { columns: { guardiansname: '' } }))).to.deep.equal([])
  })

  const perhaps = async (pid: number) =>
    Object.fromEntries(
      (await readSiblings(db, practice.portal.site, pid)).perhaps.map(({ firstName, shares }) => [firstName, shares]),
    )
  const home = { street: '7 Elm Street', postalCode: '10027' }

  it('is perhaps who shares but a telephone or a home, of whatever name and guardian, with what they share', async () => {
    const [cell, guardianphone] = ['(212) 555-0144', '+1 212 555 0144']
    const one = await chart('Ivo', { columns: { guardiansname: 'Eva Kral', guardianphone }, ...home })
    await chart('Jan', { lname: 'Benes', phoneCell: cell })
    await chart('Kai', { lname: 'Cerny', street: '7, ELM street', postalCode: '10027' })
    await chart('Lea', { lname: 'Dusek', phoneCell: cell, ...home })
    await chart('Max', { lname: 'Erben', street: '7 Elm Street', postalCode: '10028', phoneCell: '(212) 555-0145' })
    await chart('Nia', { columns: { guardiansname: 'Eva Kral', guardianphone } })
    expect(await perhaps(one), 'their keys are not made yet').to.deep.equal({})
    await keepChartKeys.run(practice.portal)
    expect(await perhaps(one)).to.deep.equal({ Jan: ['phone'], Kai: ['address'], Lea: ['phone', 'address'] })
    expect(await names(one), 'and who shares a guardian too is of the family').to.deep.equal(['Nia'])
    await db.transaction((tx) => tx.change(`UPDATE patient_data SET phone_cell = '' WHERE fname = 'Jan'`))
    expect(Object.keys(await perhaps(one)), 'as the charts say it now').to.deep.equal(['Kai', 'Lea'])
  })

  it('is nobody of many who share one telephone or one home', async () => {
    const shared = { lname: 'Fiala', phoneCell: '(212) 555-0166', street: '1 Home Lane', postalCode: '10029' }
    const one = await chart('Ota', shared)
    for (let at = 0; at < 10; at += 1) await chart(`Pia${String(at)}`, shared)
    await keepChartKeys.run(practice.portal)
    expect(Object.keys(await perhaps(one))).to.have.length(10)
    await chart('Quin', shared)
    await keepChartKeys.run(practice.portal)
    expect(await perhaps(one)).to.deep.equal({})
  })

  it('costs two statements over indexes, however many charts there are', async function () {
    this.timeout(30_000)
    const one = await chart('Ria', { lname: 'Gregor', phoneCell: '(212) 555-0177', ...home })
    await db.transaction((tx) =>
      tx.change(
        `INSERT INTO patient_data (pid, pubpid, fname, lname, DOB, phone_cell, street, postal_code) VALUES :rows`,
        {
          rows: Array.from({ length: 3000 }, (_, n) => [
            ...[20_000 + n, String(n), 'Anna', `Berts${String(n)}`, '2015-01-01', String(2_125_560_000 + n)],
            ...[`${String(n)} Long Road`, '10030'],
          ]),
        },
      ),
    )
    for (let run = 0; run < 3; run += 1) await keepChartKeys.run(practice.portal)
    await db.transaction((tx) => tx.change(`ANALYZE TABLE patient_data, foyer_chart_keys`))
    const { count } = await countStatements(() => readSiblings(db, practice.portal.site, one))
    expect(count.statements).to.equal(2)
    const [, shared = ''] = count.sql
    expect(shared).to.contain('home_key').and.contain('phone3')
    const plan = await db.select<{ table: string | null; type: string | null }>(`EXPLAIN ${shared}`)
    expect(
      plan.filter(({ table, type }) => type === 'ALL' && /^(foyer_chart_keys|p)$/.test(table ?? '')),
    ).to.deep.equal([])
  })

  it('is found by the home once the keys of charts from before have it', async () => {
    const one = await chart('Sol', { lname: 'Hajek', ...home, street: '8 Elm Street' })
    await chart('Tea', { lname: 'Ivan', ...home, street: '8 Elm Street' })
    // Until nothing of them is looked at any more.
    for (let run = 0; run < 6; run += 1) await keepChartKeys.run(practice.portal)
    await db.transaction((tx) => tx.change(`UPDATE foyer_chart_keys SET home_key = NULL, fingerprint = 'older'`))
    expect(await perhaps(one)).to.deep.equal({})
    for (let run = 0; run < 4; run += 1) await keepChartKeys.run(practice.portal)
    expect(await perhaps(one)).to.deep.equal({ Tea: ['address'] })
  })

  it('is found by the home into which they move', async () => {
    const one = await chart('Una', { lname: 'Jelen', ...home, street: '9 Elm Street' })
    const mover = await chart('Vit', { lname: 'Kolar', ...home, street: '10 Elm Street' })
    for (let run = 0; run < 6; run += 1) await keepChartKeys.run(practice.portal)
    expect(await perhaps(one)).to.deep.equal({})
    const changed = practice.portal.site.has('patient_data', 'last_updated') ? `, last_updated = '2030-01-01'` : ''
    await db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET street = '9 Elm Street' ${changed} WHERE pid = :mover`, { mover }),
    )
    for (let run = 0; run < 4; run += 1) await keepChartKeys.run(practice.portal)
    expect(await perhaps(one)).to.deep.equal({ Vit: ['address'] })
  })

  // 7.0.4 brought them (facts, A10).
  if (site !== '8.0' && site !== '8.2') return
  it('has its persons and relations besides', async () => {
    const host = await detectHost(db)
    const [one, two] = [await chart('Hal', { lname: 'One' }), await chart('Ida', { lname: 'Two' })]
    await db.transaction(async (tx) => {
      const person = await tx.insert(`INSERT INTO person (first_name, last_name) VALUES ('Olga', 'Two')`)
      const contact = await tx.insert(
        `INSERT INTO contact (foreign_table_name, foreign_id) VALUES ('person', :person)`,
        { person },
      )
      for (const pid of [one, two]) {
        await tx.insert(
          `INSERT INTO contact_relation (contact_id, target_table, target_id, relationship) VALUES (:contact, 'patient_data', :pid, 'mother')`,
          { contact, pid },
        )
      }
      await tx.insert(
        `INSERT INTO contact_telecom (contact_id, \`system\`, \`value\`) VALUES (:contact, 'phone', '(202) 555-0199')`,
        { contact },
      )
      const own = await tx.insert(
        `INSERT INTO contact (foreign_table_name, foreign_id) VALUES ('patient_data', :one)`,
        { one },
      )
      const other = await tx.insert(`INSERT INTO person (first_name, last_name) VALUES ('Jan', 'One')`)
      await tx.insert(
        `INSERT INTO contact_relation (contact_id, target_table, target_id, relationship, contact_priority) VALUES (:own, 'person', :other, 'father', 2)`,
        { own, other },
      )
    })
    const family = await readFamily(db, host, one)
    expect(family?.contacts).to.deep.equal([
      { name: 'Olga Two', relationship: 'mother', phone: '(202) 555-0199', email: '', source: 'person' },
      { name: 'Jan One', relationship: 'father', phone: '', email: '', source: 'person' },
    ])
    expect(await names(one)).to.deep.equal(['Ida'])
  })
})
