import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parsePolicy } from '../../module/access/policy.js'
import { packageRoot } from '../../module/platform/root.js'
import { loadManifest } from '../../module/platform/settings.js'

describe('what goes along with the manifest', () => {
  it('says the same version on the EMR’s side', () => {
    const php = readFileSync(join(packageRoot(), 'module/connectors/openemr/version.php'), 'utf8')
    const parts = ['major', 'minor', 'patch'].map((part) => new RegExp(`\\$v_${part} = '(\\d+)'`).exec(php)?.[1])
    expect(parts.join('.')).to.equal(loadManifest().version)
  })

  it('names each permission that a rule of the module gives, but for the doors and the EMR’s own pages', () => {
    const known = new Set([...loadManifest().permissions.map(({ name }) => name), 'sign-in:use', 'emr:use'])
    const rules = parsePolicy(readFileSync(join(packageRoot(), 'acl/policy.csv'), 'utf8'))
    expect(rules.map(({ permission }) => permission).filter((permission) => !known.has(permission))).to.deep.equal([])
  })

  it('gives each permission of the manifest to somebody', () => {
    const given = new Set(
      parsePolicy(readFileSync(join(packageRoot(), 'acl/policy.csv'), 'utf8')).map((rule) => rule.permission),
    )
    const unheard = loadManifest().permissions.filter(({ name }) => !given.has(name))
    expect(unheard.map(({ name }) => name)).to.deep.equal([])
  })
})
