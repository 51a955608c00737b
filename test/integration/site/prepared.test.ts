import { expect } from 'chai'
import { addPatient } from '../../../module/host/site/people.js'
import { connectDatabase, type Database } from '../../../module/platform/database.js'
import { describeOnSite, preparedDatabase } from '../../support/database.js'
import { difference, dumpRows, dumpSchema, type Dump } from '../../support/dump.js'

/** Something in every way that a table can differ in; each goes by its own. */
const changes: Record<string, (db: Database) => Promise<unknown>> = {
  'a row more': (db) => db.append(`INSERT INTO globals (gl_name, gl_value) VALUES ('left_behind', '1')`),
  'a row less': (db) => db.append(`DELETE FROM version`),
  'another value': (db) => db.append(`UPDATE users SET fname = 'Other' WHERE id = 1`),
  'a counter that has moved on': async (db) => {
    await db.transaction((tx) => addPatient(tx, ana))
    await db.append(`DELETE FROM patient_data WHERE id > 1`)
    await db.append(`DELETE FROM uuid_registry`)
  },
  'rows cut off': (db) => db.append(`TRUNCATE TABLE list_options`),
  'a table more': (db) => db.append(`CREATE TABLE left_behind (id int)`),
  'a table less': (db) => db.append(`DROP TABLE pnotes`),
  'a column': (db) => db.append(`ALTER TABLE pnotes ADD COLUMN left_behind int`),
  'an index': (db) => db.append(`CREATE INDEX left_behind ON pnotes (date)`),
  'a default': (db) => db.append(`ALTER TABLE version ALTER COLUMN v_acl SET DEFAULT 9`),
  'a trigger': (db) =>
    db.append(
      `CREATE TRIGGER left_behind BEFORE INSERT ON pnotes FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'`,
    ),
  'a parent that takes its children along': (db) => db.append(`DELETE FROM parent WHERE id = 1`),
}

const ana = { fname: 'Ana', lname: 'Santos', dob: '2011-05-05', sex: 'Female', at: '2026-03-02 09:30:00' } as const

/** With a counter that is ahead of its rows, a row with the number 0, a zero date, bytes, and a child that goes with its parent. */
async function prepare(url: string): Promise<{ made: string[] }> {
  const db = connectDatabase({ url, zone: 'UTC', pool: 1 })
  await db.append(`CREATE TABLE counters (id INT AUTO_INCREMENT PRIMARY KEY, day DATE NOT NULL, bytes VARBINARY(9))`)
  await db.append(
    `INSERT INTO counters (day, bytes) VALUES ('0000-00-00', x'00ff27'), ('2026-11-23', NULL), ('2026-11-24', '')`,
  )
  await db.append(`DELETE FROM counters WHERE id = 3`)
  await db.append(`UPDATE counters SET id = 0 WHERE id = 2`)
  await db.append(`CREATE TABLE parent (id INT PRIMARY KEY, said TEXT)`)
  await db.append(
    `CREATE TABLE child (of INT NOT NULL, CONSTRAINT of_parent FOREIGN KEY (of) REFERENCES parent (id) ON DELETE CASCADE)`,
  )
  await db.append(`INSERT INTO parent VALUES (1, 'one'), (2, 'two')`)
  await db.append(`INSERT INTO child VALUES (1), (1), (2)`)
  await db.close()
  return { made: ['counters', 'parent', 'child'] }
}

/** Every definition, every row, where each counter stands, and what is set off by a row. */
async function whole(url: string): Promise<Dump> {
  const db = connectDatabase({ url, zone: 'UTC', pool: 1 })
  const counters = await db.select<{ name: string; next: string }>(
    `SELECT table_name AS name, auto_increment AS next FROM information_schema.tables WHERE table_schema = DATABASE()`,
  )
  const triggers = await db.select<{ name: string }>(
    `SELECT trigger_name AS name FROM information_schema.triggers WHERE trigger_schema = DATABASE()`,
  )
  const [schema, rows] = [await dumpSchema(db), await dumpRows(db)]
  await db.close()
  return new Map([
    ...[...rows].map(([table, lines]) => [table, [...lines, ...(schema.get(table) ?? [])]] as const),
    ['next numbers', counters.map(({ name, next }) => `${name}: ${next}`)],
    ['triggers', triggers.map(({ name }) => name)],
  ])
}

// 7.0: columns whose default is a zero date (facts §12.3).
for (const site of ['demo', '7.0'] as const)
  describeOnSite('A database that one test file hands to the next', site, () => {
    const next = () => preparedDatabase(`handed on ${site}`, site, prepare)

    it('is what it was when it was new, whatever was done to it', async function () {
      this.timeout(60_000)
      const first = await next()
      const before = await whole(first.url)
      expect([...before.keys()]).to.include.members(['patient_data', 'counters', 'child'])
      await first.drop()
      for (const [what, change] of Object.entries(changes)) {
        const { url, drop } = await next()
        const db = connectDatabase({ url, zone: 'UTC', pool: 1 })
        await change(db)
        await db.close()
        expect(difference(before, await whole(url)), what).not.to.deep.equal([])
        await drop()
        const again = await next()
        expect(again.name).to.equal(first.name)
        expect(difference(before, await whole(again.url)), what).to.deep.equal([])
        await again.drop()
      }
    })

    it('is another where the first is still in use, and the same in every row', async function () {
      this.timeout(60_000)
      const [one, two] = [await next(), await next()]
      expect(one.name).not.to.equal(two.name)
      expect(difference(await whole(one.url), await whole(two.url))).to.deep.equal([])
      expect(two.told).to.deep.equal(one.told)
      expect(two.told).not.to.equal(one.told)
      await one.drop()
      await two.drop()
    })
  })
