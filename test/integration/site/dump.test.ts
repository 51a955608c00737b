import { expect } from 'chai'
import { addPatient } from '../../../module/host/site/people.js'
import { connectDatabase, type Database } from '../../../module/platform/database.js'
import { freshDatabase, type FreshDatabase } from '../../support/database.js'
import { difference, dumpRows, dumpSchema } from '../../support/dump.js'

describe('comparing a database with what it was', () => {
  let fresh: FreshDatabase
  let db: Database

  beforeEach(async () => {
    fresh = await freshDatabase('demo')
    db = connectDatabase({ url: fresh.url, zone: 'UTC' })
  })

  afterEach(async () => {
    await db.close()
    await fresh.drop()
  })

  it('finds no difference where rows came and went, though the counter has moved on', async () => {
    const before = { schema: await dumpSchema(db), rows: await dumpRows(db) }
    const patient = {
      fname: 'Ana',
      lname: 'Santos',
      dob: '2011-05-05',
      sex: 'Female',
      at: '2026-03-02 09:30:00',
    } as const
    await db.transaction((tx) => addPatient(tx, patient))
    for (const table of ['patient_data', 'uuid_registry'])
      await db.transaction((tx) => tx.change(`DELETE FROM ${table}`))
    expect(difference(before.rows, await dumpRows(db))).to.be.empty
    expect(difference(before.schema, await dumpSchema(db))).to.be.empty
  })

  it('names the table and shows a row that came, went or changed', async () => {
    const before = await dumpRows(db)
    await db.transaction(async (tx) => {
      await tx.insert(`INSERT INTO globals (gl_name, gl_value) VALUES ('left_behind', '1')`)
      await tx.change(`UPDATE sequences SET id = 2`)
      await tx.change(`DELETE FROM version`)
    })
    const lines = difference(before, await dumpRows(db))
    expect(lines).to.have.lengthOf(4)
    expect(lines).to.include('+ globals: {"gl_index":0,"gl_name":"left_behind","gl_value":"1"}')
    expect(lines).to.include.members(['- sequences: {"id":1}', '+ sequences: {"id":2}'])
    expect(lines[3]).to.match(/^- version: .*"v_major":8/)
  })

  it('counts equal rows, and looks into bytes', async () => {
    const before = await dumpRows(db, ['sequences', 'uuid_registry'])
    await db.transaction(async (tx) => {
      await tx.change(`INSERT INTO sequences (id) SELECT id FROM sequences`)
      await tx.change(`INSERT INTO uuid_registry (uuid) VALUES (UNHEX('00112233445566778899AABBCCDDEEFF'))`)
    })
    const lines = difference(before, await dumpRows(db, ['sequences', 'uuid_registry']))
    expect(lines[0]).to.equal('+ sequences: {"id":1}')
    expect(lines[1]).to.include('"uuid":"0x00112233445566778899aabbccddeeff"')
  })

  it('sees a table, a column, an index and a default', async () => {
    const before = await dumpSchema(db)
    await db.sequelize.query(`CREATE TABLE foyer_left (id int)`)
    await db.sequelize.query(`ALTER TABLE sequences ADD COLUMN left_behind int`)
    await db.sequelize.query(`CREATE INDEX foyer_left ON pnotes (date)`)
    await db.sequelize.query(`ALTER TABLE version ALTER COLUMN v_acl SET DEFAULT 9`)
    await db.sequelize.query(`DROP TABLE onsite_mail`)
    expect(difference(before, await dumpSchema(db)).map((line) => line.split(',')[0])).to.include.members([
      '+ foyer_left: the whole table',
      '- onsite_mail: the whole table',
      '+ pnotes:   KEY `foyer_left` (`date`)',
      '+ sequences:   `left_behind` int(11) DEFAULT NULL',
      '- version:   `v_acl` int(11) NOT NULL DEFAULT 0',
      '+ version:   `v_acl` int(11) NOT NULL DEFAULT 9',
    ])
  })
})
