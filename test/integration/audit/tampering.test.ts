/** What somebody who holds the database does to the trail, and which row verifying then names (lessons R20). */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { BEGINNING, chainKey, link, markOf, writeAnchor, type ChainedRow } from '../../../module/platform/auditChain.js'
import { verifyTrail } from '../../../module/platform/auditCheck.js'
import { openTrail, type Trail } from './trail.js'

const A_MILLION = 1_000_000
const ROWS = Number(process.env['AUDIT_ROWS'] ?? 20_000)

describe(`A trail of ${String(ROWS)} rows`, function () {
  this.timeout(600_000)
  let trail: Trail

  before(async () => {
    trail = await openTrail()
    await trail.add(ROWS)
    const started = performance.now()
    const { rows } = await trail.seal()
    console.log(`        sealed ${String(rows)} rows in ${seconds(started)} s`)
    expect(rows).to.equal(ROWS)
  })
  after(() => trail.leave())

  it('is whole as it was sealed', async () => {
    const started = performance.now()
    const spent = process.cpuUsage()
    const verdict = await trail.verify()
    const { user, system } = process.cpuUsage(spent)
    const cpu = (user + system) / 1e6
    const took = Number(seconds(started))
    console.log(`        verified ${String(ROWS)} rows in ${seconds(started)} s (${cpu.toFixed(1)} s of this process)`)
    // A million in ten seconds; of fewer the processor's share, and what it takes to begin.
    if (ROWS >= A_MILLION) expect(took).to.be.below((10 * ROWS) / A_MILLION)
    expect(cpu).to.be.below((10 * ROWS) / A_MILLION + 4)
    expect(verdict).to.deep.include({ bad: undefined, rows: ROWS, waiting: 0, keyed: true })
    expect(verdict.end?.seq).to.equal(ROWS)
  })

  const middle = Math.floor(ROWS * 0.7)

  it('edited: names the row whose words were changed', async () => {
    await tampered(`UPDATE foyer_audit SET actor_name = 'Somebody Else' WHERE id = ${String(middle)}`)
    const named = await firstBad()
    await tampered(`UPDATE foyer_audit SET actor_name = CONCAT('Person ', id % 50) WHERE id = ${String(middle)}`)
    expect(named).to.deep.include({ fault: 'changed', id: String(middle) })
  })

  it('edited in any column at all, even by a number in the details', async () => {
    const columns: Record<string, string> = {
      ...{ at: `'2026-01-01 00:00:00.001'`, actor_kind: `'account'`, actor_id: `'x'`, actor_name: `'x'`, pid: '7' },
      ...{ record: `'x'`, relationship: `'self'`, event: `'x'`, subject: `'x'`, details: `'{"listed":51,"note":"b"}'` },
      ...{ request_id: 'NULL' },
    }
    const id = String(5)
    for (const [column, value] of Object.entries(columns)) {
      await tampered(`CREATE TABLE kept SELECT * FROM foyer_audit WHERE id = ${id}`)
      await tampered(`UPDATE foyer_audit SET ${column} = ${value} WHERE id = ${id}`)
      const named = await firstBad()
      await tampered(`UPDATE foyer_audit a JOIN kept k ON k.id = a.id SET a.${column} = k.${column}`)
      await tampered(`DROP TABLE kept`)
      expect(named, column).to.deep.include({ fault: 'changed', id })
    }
    expect(await firstBad()).to.equal(undefined)
  })

  it('deleted: names the row that is gone', async () => {
    await tampered(`CREATE TABLE kept SELECT * FROM foyer_audit WHERE id = ${String(middle)}`)
    await tampered(`DELETE FROM foyer_audit WHERE id = ${String(middle)}`)
    const named = await firstBad()
    await tampered(`INSERT INTO foyer_audit SELECT * FROM kept`)
    await tampered(`DROP TABLE kept`)
    expect(named).to.deep.include({ fault: 'deleted', id: String(middle) })
    expect(await firstBad()).to.equal(undefined)
  })

  it('deleted together with its seal: names the row after it', async () => {
    await keeping(middle, async () => {
      await tampered(`DELETE FROM foyer_audit WHERE id = ${String(middle)}`)
      await tampered(`DELETE FROM foyer_audit_seals WHERE audit_id = ${String(middle)}`)
      expect(await firstBad()).to.deep.include({ fault: 'missing-before', id: String(middle + 1) })
    })
  })

  it('inserted: names a row that was not there when it says it was, before and after sealing came by again', async () => {
    const id = await trail.row('2026-11-23 06:00:00.000')
    expect(await firstBad()).to.deep.include({ fault: 'inserted', id: String(id) })
    await trail.seal()
    expect(await firstBad()).to.deep.include({ fault: 'inserted', id: String(id) })
    // And one that says it has its seal.
    await tampered(`UPDATE foyer_audit SET unsealed = NULL WHERE id = ${String(id)}`)
    expect(await firstBad()).to.deep.include({ fault: 'inserted', id: String(id) })
    await tampered(`DELETE FROM foyer_audit WHERE id = ${String(id)}`)
  })

  it('inserted with a seal of its own: names the row', async () => {
    const id = await trail.row('2026-11-23 06:00:00.000')
    await tampered(`UPDATE foyer_audit SET unsealed = NULL WHERE id = ${String(id)}`)
    await tampered(
      `INSERT INTO foyer_audit_seals (seq, audit_id, hash, mark) VALUES (${String(ROWS + 1)}, ${String(id)}, REPEAT('a', 64), REPEAT('b', 32))`,
    )
    expect(await firstBad()).to.deep.include({ fault: 'inserted', id: String(id) })
    await tampered(`DELETE FROM foyer_audit_seals WHERE seq = ${String(ROWS + 1)}`)
    await tampered(`DELETE FROM foyer_audit WHERE id = ${String(id)}`)
    expect(await firstBad()).to.equal(undefined)
  })

  it('reordered: names the first of two rows that changed places, in the table and in the chain', async () => {
    const [one, other] = [middle, middle + 7]
    const swap = async (table: string, column: string) => {
      await tampered(`UPDATE ${table} SET ${column} = 0 WHERE ${column} = ${String(one)}`)
      await tampered(`UPDATE ${table} SET ${column} = ${String(one)} WHERE ${column} = ${String(other)}`)
      await tampered(`UPDATE ${table} SET ${column} = ${String(other)} WHERE ${column} = 0`)
    }
    for (const [table, column] of [
      ['foyer_audit', 'id'],
      ['foyer_audit_seals', 'audit_id'],
      ['foyer_audit_seals', 'seq'],
    ] as const) {
      await tampered(`SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')`)
      await swap(table, column)
      const named = await firstBad()
      await swap(table, column)
      expect(named, `${table}.${column}`).to.include({ fault: 'changed' })
      expect(named?.seq, `${table}.${column}`).to.equal(one)
    }
    expect(await firstBad()).to.equal(undefined)
  })

  it('with everything after an edit sealed anew by somebody without the secret: names that row all the same', async () => {
    const id = ROWS - 20
    await tampered(`CREATE TABLE kept SELECT * FROM foyer_audit_seals WHERE seq >= ${String(id)}`)
    await tampered(`UPDATE foyer_audit SET actor_name = 'Somebody Else' WHERE id = ${String(id)}`)
    await sealAnew(id)
    const named = await firstBad()
    const withoutSecret = await verifyTrail({ db: trail.db, key: undefined, folder: undefined })
    await tampered(`UPDATE foyer_audit SET actor_name = CONCAT('Person ', id % 50) WHERE id = ${String(id)}`)
    await tampered(`REPLACE INTO foyer_audit_seals SELECT * FROM kept`)
    await tampered(`DROP TABLE kept`)
    expect(named).to.deep.include({ fault: 'resealed', id: String(id) })
    // Without the secret only the end shows it: its hash is another one than the anchor's.
    expect(withoutSecret).to.include({ keyed: false })
    expect(withoutSecret.bad).to.include({ fault: 'resealed', id: String(ROWS) })
    expect(await firstBad()).to.equal(undefined)
  })

  it('truncated: names the last row that stands, even when the older anchor was put back', async () => {
    const before = await anchor()
    await trail.add(10)
    await trail.seal()
    const [file = ''] = await readdir(join(trail.folder, 'audit'))
    const path = join(trail.folder, 'audit', file)
    const after = await anchor()

    const last = await trail.db.first<{ id: number }>(
      `SELECT audit_id AS id FROM foyer_audit_seals WHERE seq = ${String(ROWS)}`,
    )
    await tampered(`DELETE FROM foyer_audit WHERE id > ${String(last?.id)}`)
    await tampered(`DELETE FROM foyer_audit_seals WHERE seq > ${String(ROWS)}`)
    expect(await firstBad()).to.deep.include({ fault: 'cut-off', id: String(last?.id) })
    // With the file gone, the one in the database still knows.
    const kept = await readFile(path, 'utf8')
    await rm(path)
    expect(await firstBad()).to.deep.include({ fault: 'cut-off', id: String(last?.id) })
    // With the older one put back, the file still knows; and sealing does not go on over the gap.
    await writeFile(path, kept)
    await setAnchor(before)
    expect(await firstBad()).to.deep.include({ fault: 'cut-off', id: String(last?.id) })
    expect(
      await trail.seal().then(
        () => 'sealed',
        (error: unknown) => (error as Error).constructor.name,
      ),
    ).to.equal('ChainBroken')
    // An anchor of one's own making, or none.
    await setAnchor(writeAnchor(chainKey('x'.repeat(32)), { chain: 'x', seq: ROWS, hash: 'x', at: '2026' }))
    expect(await firstBad()).to.include({ fault: 'anchor' })
    await tampered(`DELETE FROM foyer_state`)
    expect(await firstBad()).to.include({ fault: 'anchor' })
    await setAnchor(after)
    expect(await firstBad()).to.include({ fault: 'cut-off' })
    // Both gone at once is what only somebody with the folder can do: it is not seen, as auditChain.ts says.
    await rm(path)
    await setAnchor(before)
    expect(await firstBad()).to.equal(undefined)
  })

  it('with all seals taken away and begun anew: the file knows another chain', async () => {
    await trail.seal()
    await trail.add(1)
    await trail.seal()
    await tampered(`DELETE FROM foyer_audit_seals`)
    await tampered(`DELETE FROM foyer_state`)
    await tampered(`UPDATE foyer_audit SET unsealed = 1, actor_name = 'Nobody' WHERE id < 10`)
    expect(await firstBad()).to.include({ fault: 'begun-anew' })
  })

  async function firstBad() {
    return (await trail.verify()).bad
  }

  async function tampered(sql: string): Promise<void> {
    await trail.run(sql)
  }

  /** Does it and puts the row and its seal back. */
  async function keeping(id: number, work: () => Promise<void>): Promise<void> {
    const at = String(id)
    await tampered(`CREATE TABLE kept SELECT * FROM foyer_audit WHERE id = ${at}`)
    await tampered(`CREATE TABLE kept_seal SELECT * FROM foyer_audit_seals WHERE audit_id = ${at}`)
    await work()
    await tampered(`INSERT INTO foyer_audit SELECT * FROM kept`)
    await tampered(`INSERT INTO foyer_audit_seals SELECT * FROM kept_seal`)
    await tampered(`DROP TABLE kept, kept_seal`)
    expect(await firstBad()).to.equal(undefined)
  }

  /** Hashes from here to the end made again, as anybody can; the marks as well as anybody can. */
  async function sealAnew(from: number): Promise<void> {
    const before = await trail.db.first<{ hash: string }>(
      `SELECT hash FROM foyer_audit_seals WHERE seq = ${String(from - 1)}`,
    )
    let hash = before?.hash ?? BEGINNING
    const rows = await trail.db.select<ChainedRow & { seq: number }>(
      `SELECT a.*, s.seq FROM foyer_audit a JOIN foyer_audit_seals s ON s.audit_id = a.id WHERE s.seq >= ${String(from)} ORDER BY s.seq`,
    )
    for (const row of rows) {
      hash = link(hash, row)
      const mark = markOf(chainKey('another secret, guessed by somebody'), hash)
      await trail.run(`UPDATE foyer_audit_seals SET hash = :hash, mark = :mark WHERE seq = :seq`, {
        ...{ hash, mark, seq: row.seq },
      })
    }
  }

  async function anchor(): Promise<string> {
    const row = await trail.db.first<{ value: string }>(`SELECT value FROM foyer_state WHERE name = 'auditAnchor'`)
    return row?.value ?? ''
  }

  async function setAnchor(value: string): Promise<void> {
    await trail.run(`REPLACE INTO foyer_state (name, value) VALUES ('auditAnchor', :value)`, { value })
  }
})

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1)
}
