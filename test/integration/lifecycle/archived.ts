import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { Guest } from './guest.js'

type Row = Record<string, unknown>

interface Head {
  archive?: string
  tables?: string[]
  hostWrites?: Array<{ table: string; when: string; afterUninstall: string; rows: number | null }>
}

interface Line extends Head {
  table?: string
  row?: Row
  rows?: Record<string, number>
  sha256?: string
  file?: string
  part?: { base64: string }
  files?: number
}

/** Reads an archive of an uninstallation back, by its last line to the last row. */
export async function readArchive(file: string): Promise<{
  head: Head
  rows: Map<string, Row[]>
  files: Map<string, Buffer>
}> {
  const lines = gunzipSync(await readFile(file))
    .toString()
    .trimEnd()
    .split('\n')
  const [head = {}, ...rest] = lines.map((line) => JSON.parse(line) as Line)
  const tail = rest.pop()
  const before = lines.slice(0, -1).map((line) => `${line}\n`)
  expect(tail?.sha256).to.equal(createHash('sha256').update(before.join('')).digest('hex'))

  const rows = new Map<string, Row[]>(head.tables?.map((table) => [table, []]))
  const files = new Map<string, Buffer>()
  for (const { table = '', row = {}, file, part } of rest) {
    if (file === undefined) rows.get(table)?.push(row)
    else files.set(file, Buffer.concat([files.get(file) ?? Buffer.alloc(0), Buffer.from(part?.base64 ?? '', 'base64')]))
  }
  expect(files.size).to.equal(tail?.files)
  expect(Object.fromEntries([...rows].map(([table, list]) => [table, list.length]))).to.deep.equal(tail?.rows)
  return { head, rows, files }
}

/** Puts an archive's rows in place of what a new installation holds. */
export async function refill({ db }: Guest, rows: ReadonlyMap<string, readonly Row[]>): Promise<void> {
  const tables = [...rows.keys()]
  await db.transaction(async (tx) => {
    await tx.change(`SET FOREIGN_KEY_CHECKS = 0`)
    for (const table of tables) await tx.change(`DELETE FROM ${table}`)
    for (const [table, list] of rows) {
      for (const row of list) {
        const columns = Object.keys(row).map((column) => `\`${column}\``)
        const values = Object.values(row).map(valueOf)
        await tx.insert(`INSERT INTO ${table} (${columns.join(', ')}) VALUES :rows`, { rows: [values] })
      }
    }
    await tx.change(`SET FOREIGN_KEY_CHECKS = 1`)
  })
}

function valueOf(value: unknown): unknown {
  const { base64 } = (value ?? {}) as { base64?: unknown }
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64') : value
}
