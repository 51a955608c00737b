/** Who belongs to a patient, as the chart says it, on every version of the host. */
import { expect } from 'chai'
import { readFamily, readSiblings } from '../../../module/host/family.js'
import { detectHost } from '../../../module/host/detect.js'
import { addPatient, type NewPatient } from '../../../module/host/site/people.js'
import { connectDatabase, countStatements, type Database } from '../../../module/platform/database.js'
import { describeOnEverySite, freshDatabase } from '../../support/database.js'
import { ZONE } from '../../support/practice.js'

describeOnEverySite('A family', (site) => {
  let db: Database
  let drop: () => Promise<void>

  before(async function () {
    this.timeout(60_000)
    const fresh = await freshDatabase(site)
    db = connectDatabase({ url: fresh.url, zone: ZONE, pool: 3 })
    drop = fresh.drop
  })
  after(async () => {
    await db.close()
    await drop()
  })

  const chart = (fname: string, more: Partial<NewPatient> = {}) =>
    db.transaction((tx) =>
      addPatient(tx, { fname, lname: 'Novak', dob: '2017-05-03', sex: 'UNK', at: '2026-11-23 07:00:00', ...more }),
    )
  const names = async (pid: number) =>
    (await readSiblings(db, await detectHost(db), pid)).map(({ firstName }) => firstName)

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
    expect(result.map(({ firstName }) => firstName)).to.have.members(['Bea', 'Cyd'])
    // Two of them look at what this site is.
    expect(count.statements).to.equal(3)
    expect(await names(await chart('Gus', { columns: { guardiansname: '' } }))).to.deep.equal([])
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
