/** A trail of so many rows in a database of its own, sealed; and what a database administrator might do to it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { auditChain } from '../../../migrations/0004-audit.js'
import { moduleTables } from '../../../migrations/0001-module.js'
import { chainKey } from '../../../module/platform/auditChain.js'
import { verifyTrail, type Verdict } from '../../../module/platform/auditCheck.js'
import { sealAudit, type Sealed } from '../../../module/platform/auditSeal.js'
import { standingClock } from '../../../module/platform/clock.js'
import { connectDatabase, type Database } from '../../../module/platform/database.js'
import { freshDatabase } from '../../support/database.js'

export const SECRET = 'a secret that only the tests know, 42 long'

export interface Trail {
  url: string
  db: Database
  clock: ReturnType<typeof standingClock>
  /** FOYER_DATA_DIR. */
  folder: string
  /** So many rows more, a second apart, the last of them now. */
  add: (rows: number) => Promise<void>
  /** One row, as it stands in the table; returns its id. */
  row: (at: string) => Promise<number>
  seal: () => Promise<Sealed>
  verify: (newest?: number) => Promise<Verdict>
  run: (sql: string, values?: Record<string, unknown>) => Promise<void>
  leave: () => Promise<void>
}

export async function openTrail(): Promise<Trail> {
  const { url, drop } = await freshDatabase('demo')
  const folder = await mkdtemp(join(tmpdir(), 'foyer-audit-'))
  const db = connectDatabase({ url, zone: 'UTC', pool: 4 })
  const clock = standingClock('UTC', '2026-11-23T08:00:00Z')
  const run = async (sql: string, replacements: Record<string, unknown> = {}) => {
    await db.sequelize.query(sql, { replacements })
  }
  for (const { up } of [...moduleTables, ...auditChain]) await run(up)
  return {
    ...{ url, db, clock, folder, run },
    add: (rows) =>
      run(
        `INSERT INTO foyer_audit (at, actor_kind, actor_id, actor_name, pid, record, relationship, event, subject, details, request_id)
         SELECT TIMESTAMP(:now) - INTERVAL (:rows - seq) SECOND, IF(seq % 3, 'staff', 'account'), CONCAT('u', seq % 50),
                CONCAT('Person ', seq % 50), seq % 20000, IF(seq % 3, NULL, 'abcdefghijklmnopqrstuv'),
                IF(seq % 3, NULL, 'mother'),
                ELT(1 + seq % 4, 'patient.viewed', 'appointment.confirmed', 'patient.signed-in', 'appointment.declined'),
                CONCAT('appointment:', seq), IF(seq % 5, '{}', '{"listed":50,"note":"b"}'), 'abcdefghijklmnopqrstuv'
           FROM seq_1_to_${String(rows)}`, // sql-safe: a number
        { rows, now: clock.now().toUTC().toFormat('yyyy-MM-dd HH:mm:ss') },
      ),
    row: (at) =>
      db.transaction((tx) =>
        tx.insert(
          `INSERT INTO foyer_audit (at, actor_kind, actor_id, actor_name, event, subject, details)
           VALUES (:at, 'staff', 'admin', 'Administrator', 'patient.viewed', '/staff/portal/patients/:pid', '{}')`,
          { at },
        ),
      ),
    seal: () => sealAudit({ db, clock, secret: SECRET, folder }),
    verify: (newest) => verifyTrail({ db, key: chainKey(SECRET), folder, ...(newest === undefined ? {} : { newest }) }),
    leave: async () => {
      await db.close()
      await drop()
      await rm(folder, { recursive: true })
    },
  }
}
