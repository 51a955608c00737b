import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { packageRoot } from '../../module/platform/root.js'
import { loadManifest } from '../../module/platform/settings.js'

describe('module.json tells which of the EMR’s tables are written', () => {
  it('as the code does it, no more and no less', () => {
    const told = loadManifest().hostWrites.map(({ table }) => table)
    expect(told).to.have.length(new Set(told).size)
    expect([...written()].sort()).to.deep.equal([...told].sort())
  })
})

/** Tables of the host in statements that write; only module/host may name them. Its site/ makes EMRs for the demo and the tests. */
function written(): Set<string> {
  const folder = join(packageRoot(), 'module', 'host')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.startsWith('site'),
  )
  const source = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
  const statements = /(?<!KEY |FOR )\b(?:INSERT INTO|REPLACE INTO|UPDATE|DELETE FROM)\s+`?([a-z][a-z_]+)/g
  // What hangs on a module's number is deleted by a list of tables.
  const listed = /\['(\w+)', '\w+', \w+Ids\]/g
  const tables = [...source.matchAll(statements), ...source.matchAll(listed)].map(([, table = '']) => table)
  return new Set(tables.filter((table) => !table.startsWith('foyer_')))
}
