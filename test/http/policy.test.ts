/** No line of acl/policy.csv is there in vain: without it, or turned round, somebody may do something else. */
import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { makePolicy, parsePolicy, type Policy, type Rule } from '../../module/access/policy.js'
import { accountMay, anyoneMay, patientMay, type PatientScope } from '../../module/access/scope.js'
import { staffMay, type StaffMember } from '../../module/access/staff.js'

describe('The rules that the module comes with', function () {
  // An enforcer for each rule, asked for everybody and everything.
  this.timeout(60_000)
  let model: string
  let rules: Rule[]
  let today: ReadonlyMap<string, string>

  before(async () => {
    const acl = new URL('../../acl/', import.meta.url)
    model = await readFile(new URL('model.conf', acl), 'utf8')
    rules = parsePolicy(await readFile(new URL('policy.csv', acl), 'utf8'))
    asked = everybody(rules)
    const policy = await makePolicy(model, rules, '1')
    today = new Map(permissionsOf(rules).map((permission) => [permission, cellsOf(policy, permission).join()]))
  })

  it('let somebody do something, and not everybody everything', () => {
    const cells = [...today.values()].flatMap((row) => row.split(','))
    expect(cells.some((cell) => cell.endsWith('may'))).to.equal(true)
    expect(cells.some((cell) => cell.endsWith('may not'))).to.equal(true)
  })

  it('would decide otherwise without any one of them', async () => {
    expect(await survivors((rule) => rules.filter((each) => each !== rule))).to.deep.equal([])
  })

  it('would decide otherwise with any one of them turned into a deny', async () => {
    const turned = (rule: Rule) => rules.map((each) => (each === rule ? { ...each, effect: 'deny' as const } : each))
    expect(await survivors(turned)).to.deep.equal([])
  })

  it('are nothing without the model’s word that a denial wins', async () => {
    const weaker = model.replace(/\s*&&\s*!some\(where \(p\.eft == deny\)\)/, '')
    expect(weaker).not.to.equal(model)
    const deny: Rule = { subject: 'user:admin', permission: 'portal:use', effect: 'deny' }
    const wanted = staffMay(await makePolicy(model, [...rules, deny], '2'), staff.administrator, 'dashboard:view')
    const got = staffMay(await makePolicy(weaker, [...rules, deny], '2'), staff.administrator, 'dashboard:view')
    expect([wanted, got]).to.deep.equal([false, true])
  })

  it('give way to a deny of the practice, whoever is denied: an administrator too', async () => {
    const deny: Rule = { subject: 'user:admin', permission: 'portal:use', effect: 'deny' }
    const policy = await makePolicy(model, [...rules, deny], '2')
    expect(staffMay(policy, staff.administrator, 'dashboard:view')).to.equal(false)
    expect(staffMay(policy, staff.administrator, 'emr:use')).to.equal(true)
  })

  it('count in the portal’s rooms only together with the right to be there', async () => {
    const allow: Rule = { subject: 'user:front', permission: 'appointments:process', effect: 'allow' }
    const policy = await makePolicy(model, [...rules, allow], '2')
    expect(staffMay(policy, staff.frontOffice, 'appointments:process')).to.equal(false)
  })

  it('do not let one audience in as another', async () => {
    const policy = await makePolicy(model, rules, '1')
    expect(patientMay(policy, scopes.full, 'appointments:process')).to.equal(false)
    expect(staffMay(policy, staff.administrator, 'appointments:view')).to.equal(false)
    expect(staffMay(policy, staff.administrator, 'account:view')).to.equal(false)
  })

  /** The rules whose change nobody would notice. */
  async function survivors(change: (rule: Rule) => Rule[]): Promise<Rule[]> {
    const unseen: Rule[] = []
    for (const rule of rules) {
      const policy = await makePolicy(model, change(rule), '2')
      // Its own permission first: mostly that is where it shows.
      const permissions = [...new Set([rule.permission, ...today.keys()])]
      if (permissions.every((each) => cellsOf(policy, each).join() === today.get(each))) unseen.push(rule)
    }
    return unseen
  }
})

function permissionsOf(rules: readonly Rule[]): string[] {
  return [...new Set(rules.map((rule) => rule.permission))]
}

/** What each of them may. */
function cellsOf(policy: Policy, permission: string): string[] {
  return Object.entries(asked).map(([who, may]) => `${who}: ${may(policy, permission) ? 'may' : 'may not'}`)
}

const account = { id: 1, name: 'Maria Santos' }

const chart = (extent: string): PatientScope => ({
  ...{ kind: 'chart', account, record: 'r', pid: 1, relationship: 'self', extent },
  patient: { firstName: 'Maria', lastName: 'Santos', born: undefined, providerId: undefined },
})

const scopes: Record<'own' | 'full' | 'appointments' | 'forms', PatientScope> = {
  own: { kind: 'own', account, record: 'r' },
  full: chart('full'),
  appointments: chart('appointments'),
  forms: chart('forms'),
}

const member = (username: string, ...standing: string[]): StaffMember => ({
  ...{ id: 1, username, name: username, groups: [], fingerprint: '' },
  subjects: ['anyone', 'staff', `user:${username}`, ...standing],
})

const administratorsRights = ['right:patientportal/portal', 'right:admin/manage_modules', 'right:admin/acl']

const staff: Record<'administrator' | 'physician' | 'frontOffice', StaffMember> = {
  administrator: member('admin', 'group:users', 'group:admin', ...administratorsRights),
  physician: member('dr.lee', 'group:users', 'group:doc', 'right:patientportal/portal'),
  frontOffice: member('front', 'group:users', 'group:front'),
}

type May = (policy: Policy, permission: string) => boolean

/** Filled from the rules: whoever one of them speaks of is asked about. */
let asked: Record<string, May> = {}

/** The people above, and for each group, right and extent that a rule names somebody who has that and no more. */
function everybody(rules: readonly Rule[]): Record<string, May> {
  const named = (kind: string) => [
    ...new Set(rules.flatMap(({ subject }) => (subject.startsWith(kind) ? [subject] : []))),
  ]
  const single = [...named('group:'), ...named('right:')].map(
    (subject) => [`${subject} alone`, member('jo', subject)] as const,
  )
  const portal = single.map(([who, { subjects }]) => [
    `${who}, in the portal`,
    member('jo', ...subjects, 'right:patientportal/portal'),
  ])
  const members = [...Object.entries(staff), ...single, ...portal] as [string, StaffMember][]
  const records = [
    ...Object.entries(scopes),
    ...named('extent:').map((subject) => [subject, chart(subject.slice('extent:'.length))] as const),
  ]
  return {
    anyone: anyoneMay,
    account: accountMay,
    ...Object.fromEntries(records.map(([who, scope]) => [who, (policy, may) => patientMay(policy, scope, may)])),
    ...Object.fromEntries(members.map(([who, each]) => [who, (policy, may) => staffMay(policy, each, may)])),
  }
}
