/** From each version that was released to this one, with a row in every table that it had. */
import { expect } from 'chai'
import { migrations } from '../../../migrations/index.js'
import { openConnection } from '../../../module/lifecycle/connection.js'
import { stepsUp } from '../../../module/lifecycle/migrate.js'
import { install } from '../../../module/lifecycle/install.js'
import { upgrade } from '../../../module/lifecycle/upgrade.js'
import { difference, dumpSchema } from '../../support/dump.js'
import { sharedAvailable } from '../../support/realSite.js'
import { hostFor, type Guest } from './guest.js'
import { installFirstVersion } from './older.js'

/** The number of the last step that each brought, and the EMR on which its rows go the rest of the way. */
const releases = [
  { version: '0.2.0', last: 14, site: '7.0' },
  { version: '0.3.0', last: 22, site: '8.0' },
  { version: '0.4.0', last: 23, site: '8.2' },
  { version: '0.6.0', last: 32, site: '7.0' },
  { version: '0.7.0', last: 35, site: '8.0' },
  { version: '0.8.0', last: 37, site: '8.2' },
  { version: '0.8.1', last: 37, site: '7.0' },
  { version: '0.9.0', last: 38, site: '8.0' },
  { version: '0.10.0', last: 39, site: '8.2' },
] as const

const whereTheyAre = sharedAvailable() ? describe : describe.skip

whereTheyAre('an upgrade from each version that was released', () => {
  for (const { last, site, version } of releases) {
    it(`from ${version}, on OpenEMR ${site}, ends as a new installation does, and keeps a row of every table`, async function () {
      this.timeout(120_000)
      const [newcomer, guest] = await Promise.all([hostFor(site), hostFor(site)])
      try {
        const fresh = install(newcomer.context)
        await installFirstVersion(guest)
        await stepsTo(guest, last)
        const tables = await fillTables(guest)
        const before = await countRows(guest, tables)
        expect(tables.length).to.be.greaterThan(10)
        expect(tables.filter((table) => before.get(table) === 0)).to.deep.equal([])
        expect(await upgrade(guest.context)).to.include({ ok: true, changed: true })
        expect((await fresh).ok).to.equal(true)
        expect(difference(await dumpSchema(newcomer.db), await dumpSchema(guest.db))).to.deep.equal([])
        const after = await countRows(guest, tables)
        const lost = tables.filter((table) => (after.get(table) ?? 0) < (before.get(table) ?? 0))
        expect(lost, `${version}: rows that are gone`).to.deep.equal([])
      } finally {
        await newcomer.leave()
        await guest.leave()
      }
    })
  }
})

async function stepsTo({ context, url }: Guest, last: number): Promise<void> {
  const pending = migrations.filter(({ name }) => Number(name.slice(0, 4)) > 3 && Number(name.slice(0, 4)) <= last)
  const connection = await openConnection(url)
  try {
    for (const step of stepsUp({ connection, ...context }, { done: new Set(), pending, unknown: [] })) await step.does()
  } finally {
    await connection.close()
  }
}

interface Column {
  table_name: string
  column_name: string
  data_type: string
  column_type: string
}

/** A row in each of Foyer's tables that has none: every number 1, every text `a`, so that each row finds what it names. */
async function fillTables({ db }: Guest): Promise<string[]> {
  const columns = await db.select<Column>(
    `SELECT TABLE_NAME AS table_name, COLUMN_NAME AS column_name, DATA_TYPE AS data_type, COLUMN_TYPE AS column_type
       FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME LIKE 'foyer\\_%'
        AND TABLE_NAME NOT IN ('foyer_migrations', 'foyer_state', 'foyer_settings') AND GENERATION_EXPRESSION IS NULL
      ORDER BY TABLE_NAME, ORDINAL_POSITION`,
  )
  const tables = [...new Set(columns.map(({ table_name }) => table_name))]
  await db.transaction(async (tx) => {
    await tx.change(`SET foreign_key_checks = 0`)
    for (const table of tables) {
      const of = columns.filter((each) => each.table_name === table)
      const names = of.map(({ column_name }) => `\`${column_name}\``).join(', ')
      await tx.change(`INSERT IGNORE INTO ${table} (${names}) VALUES (${of.map(valueOf).join(', ')})`)
    }
    await tx.change(`SET foreign_key_checks = 1`)
  })
  return tables
}

function valueOf({ column_type, data_type }: Column): string {
  if (data_type === 'enum') return column_type.replace(/^enum\(('[^']*').*$/, '$1')
  if (/int|decimal|double|float/.test(data_type)) return '1'
  if (data_type === 'date') return `'2026-01-05'`
  if (/datetime|timestamp/.test(data_type)) return `'2026-01-05 15:00:00'`
  if (data_type === 'time') return `'10:00:00'`
  return /json|longtext/.test(data_type) ? `'{}'` : `'a'`
}

async function countRows({ db }: Guest, tables: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const table of tables) {
    const row = await db.first<{ count: number }>(`SELECT COUNT(*) AS count FROM ${table}`)
    counts.set(table, row?.count ?? 0)
  }
  return counts
}
