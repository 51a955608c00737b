import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { expect } from 'chai'
import { migrations } from '../../migrations/index.js'
import { hostIndexes } from '../../module/host/indexes.js'
import { hostTables, hostTablesWithEverydayNames } from '../../module/host/tables.js'
import { packageRoot } from '../../module/platform/root.js'
import { loadManifest, parseSetting } from '../../module/platform/settings.js'

const manifest = loadManifest()

describe('module.json', () => {
  it('is as its schema says', () => {
    expect(complaints(manifest)).to.equal('No errors')
  })

  it('is refused by the schema when something is missing, misspelt or of another kind', () => {
    const { menu: _, ...withoutMenu } = manifest
    expect(complaints(withoutMenu)).to.contain("must have required property 'menu'")
    expect(complaints({ ...manifest, tabels: [] })).to.contain('must NOT have additional properties')
    expect(complaints({ ...manifest, tables: ['patient_data'] })).to.contain('must match pattern')
    const [first, ...others] = manifest.settings
    expect(complaints({ ...manifest, settings: [{ ...first, default: 'soon' }, ...others] })).to.contain('/settings/0')
    expect(complaints({ ...manifest, settings: [{ ...first, scope: 'galaxy' }, ...others] })).to.contain(
      '/settings/0/scope',
    )
  })

  it('has the version of the package', () => {
    expect(manifest.version).to.equal(readJson<{ version: string }>('package.json').version)
  })

  it('lists every table that the migrations make, and the journal', () => {
    const made = migrations.flatMap(({ up }) => /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(up)?.[1] ?? [])
    expect([...manifest.tables].sort()).to.deep.equal(['foyer_migrations', ...made].sort())
  })

  it('lists every index that the migrations lay on host tables', () => {
    expect(manifest.indexes).to.deep.equal(hostIndexes)
    const laid = migrations.flatMap(({ up }) => /^CREATE INDEX (\w+)/.exec(up)?.[1] ?? [])
    expect(manifest.indexes.map(({ name }) => name)).to.deep.equal(laid)
  })

  it('names only tables of the host among what is written there', () => {
    const tables: readonly string[] = [...hostTables, ...hostTablesWithEverydayNames]
    for (const { table } of manifest.hostWrites) expect(tables).to.contain(table)
  })

  it('names nothing twice', () => {
    for (const names of [
      manifest.tables,
      manifest.indexes.map(({ name }) => name),
      manifest.permissions.map(({ name }) => name),
      manifest.settings.map(({ name }) => name),
      manifest.routes.map(({ prefix }) => prefix),
      manifest.hostWrites.map(({ table }) => table),
    ]) {
      expect([...new Set(names)]).to.deep.equal(names)
    }
  })

  it('puts every menu entry under a permission of the same audience', () => {
    for (const entry of manifest.menu) {
      const permission = manifest.permissions.find(({ name }) => name === entry.permission)
      expect(permission?.audience, entry.path).to.equal(entry.audience)
    }
  })

  it('gives each setting a default that it takes itself', () => {
    for (const definition of manifest.settings) {
      const stored =
        typeof definition.default === 'object' ? JSON.stringify(definition.default) : String(definition.default)
      expect(parseSetting(definition, stored), definition.name).to.deep.equal(definition.default)
    }
  })

  it('says which step undoes each step', () => {
    for (const { name, up, down } of migrations) {
      const [, altered, added, part] = /^ALTER TABLE (\w+) ADD (?:UNIQUE )?(COLUMN|KEY) (\w+)/.exec(up) ?? []
      if (altered !== undefined) {
        expect(down, name).to.equal(`ALTER TABLE ${altered} DROP ${String(added)} ${String(part)}`)
        continue
      }
      // Rows of ours in a column that goes again by itself.
      if (up.startsWith('UPDATE foyer_')) {
        expect(down, name).to.equal('DO 0')
        continue
      }
      const [made] = /foyer_\w+/.exec(up) ?? []
      expect(down, name).to.match(new RegExp(`^DROP (TABLE IF EXISTS|INDEX) ${String(made)}\\b`))
    }
    expect(new Set(migrations.map(({ name }) => name)).size).to.equal(migrations.length)
  })
})

function complaints(value: unknown): string {
  const ajv = new Ajv({ allErrors: true, strict: false })
  ajv.validate(readJson<object>('module/manifest.schema.json'), value)
  return ajv.errorsText()
}

function readJson<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(join(packageRoot(), name), 'utf8')) as Shape
}
