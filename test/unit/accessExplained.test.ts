/** What is told of a decision is the decision: over any rules, anybody, and anything. */
import { expect } from 'chai'
import fc from 'fast-check'
import { readFile } from 'node:fs/promises'
import { explainPatient, explainStaff, type Explanation } from '../../module/access/explain.js'
import { makePolicy, type Rule } from '../../module/access/policy.js'
import { patientMay, type PatientScope } from '../../module/access/scope.js'
import { staffMay, subjectsOfStanding } from '../../module/access/staff.js'
import { groupsOf, rightsFrom, standingIn, type AccessLists } from '../../module/host/gacl.js'

const staffThings = ['portal:use', 'dashboard:view', 'access:manage', 'modules:manage', 'emr:use']
const patientThings = ['home:view', 'appointments:view', 'appointments:request']
const staffSubjects = [
  ...['anyone', 'staff', 'portal-staff', 'user:jo', 'user:al', 'group:users', 'group:doc', 'group:front'],
  ...['right:patientportal/portal', 'right:admin/acl'],
]
const patientSubjects = ['anyone', 'account', 'own', 'extent:full', 'extent:forms']

const rulesOver = (subjects: readonly string[], permissions: readonly string[]) =>
  fc.array(
    fc.record<Rule>({
      subject: fc.constantFrom(...subjects),
      permission: fc.constantFrom(...permissions),
      effect: fc.constantFrom('allow', 'allow', 'allow', 'deny'),
    }),
    { maxLength: 14 },
  )

const somebody = fc.record({
  username: fc.constantFrom('jo', 'al', 'sam'),
  groups: fc.subarray(['users', 'doc', 'front']),
  rights: fc.subarray(['patientportal/portal', 'admin/acl']),
})

describe('Why somebody may or may not', function () {
  this.timeout(60_000)
  let model: string

  before(async () => {
    model = await readFile(new URL('../../acl/model.conf', import.meta.url), 'utf8')
  })

  it('is told with the verdict that admits staff, and by rules that alone lead to it', async () => {
    let yes = 0
    let no = 0
    await fc.assert(
      fc.asyncProperty(
        rulesOver(staffSubjects, staffThings),
        somebody,
        fc.constantFrom(...staffThings),
        async (rules, { username, groups, rights }, permission) => {
          const policy = await makePolicy(model, rules, '1')
          const subjects = [...subjectsOfStanding({ groups, rights: new Set(rights) }), `user:${username}`]
          const told = explainStaff(policy, subjects, permission)
          const live = staffMay(policy, { subjects }, permission)
          expect(told.verdict).to.equal(live)
          expect(conclusion(told)).to.equal(live)
          // Without what decided the verdict is another one, or was a "no" for want of any rule.
          const without = await makePolicy(model, withoutDeciders(rules, told), '2')
          if (live) expect(staffMay(without, { subjects }, permission)).to.equal(false)
          if (live) yes += 1
          else no += 1
        },
      ),
      { numRuns: 1500 },
    )
    expect(yes, 'cases that may').to.be.greaterThan(50)
    expect(no, 'cases that may not').to.be.greaterThan(50)
  })

  it('is told with the verdict that admits patients', async () => {
    let yes = 0
    await fc.assert(
      fc.asyncProperty(
        rulesOver(patientSubjects, patientThings),
        fc.constantFrom<PatientScope>(own, chart('full'), chart('forms')),
        fc.constantFrom(...patientThings),
        async (rules, scope, permission) => {
          const policy = await makePolicy(model, rules, '1')
          const told = explainPatient(policy, scope, permission)
          const live = patientMay(policy, scope, permission)
          expect(told.verdict).to.equal(live)
          expect(conclusion(told)).to.equal(live)
          const without = await makePolicy(model, withoutDeciders(rules, told), '2')
          const denied = told.decisive.rules.some(({ rule }) => rule.effect === 'deny')
          const allowed = told.decisive.rules.some(({ rule }) => rule.effect === 'allow')
          // A denial hid an allowance: with the denial gone that one decides.
          if (denied) expect(patientMay(without, scope, permission)).to.equal(allowed)
          if (live) expect(patientMay(without, scope, permission)).to.equal(false)
          if (live) yes += 1
        },
      ),
      { numRuns: 1000 },
    )
    expect(yes).to.be.greaterThan(50)
  })

  /** From the listed rules alone: each step needs one that allows and none that denies. */
  function conclusion({ steps }: Explanation): boolean {
    return steps.every(({ rules }) => {
      const deciding = rules.filter(({ decides }) => decides).map(({ rule }) => rule.effect)
      return deciding.length > 0 && deciding.every((effect) => effect === 'allow')
    })
  }

  function withoutDeciders(rules: readonly Rule[], { decisive }: Explanation): Rule[] {
    const deciders = decisive.rules.filter(({ decides }) => decides).map(({ rule }) => rule)
    return rules.filter((rule) => !deciders.includes(rule))
  }
})

describe('What somebody holds in the EMR, from everybody’s access lists', () => {
  const group = (id: number, value: string, left: number, right: number) => ({ id, value, name: value, left, right })
  const tree = [group(10, 'users', 1, 6), group(11, 'doc', 2, 3), group(12, 'front', 4, 5)]
  const lists = (rules: AccessLists['rules']): AccessLists => ({
    groups: tree,
    members: [
      { username: 'Jo', groupId: 11 },
      { username: 'al', groupId: 12 },
    ],
    rules,
  })
  const PORTAL = 'patientportal/portal'
  const rightsOf = (all: AccessLists, username: string) =>
    [...standingIn(all, groupsOf(all, username), username).rights].sort()

  it('comes from the group, from what stands above it, and from themselves, and from nobody else', () => {
    const given = (groupId: number | null, username: string | null = null) =>
      lists([{ right: PORTAL, allow: 1, groupId, username }])
    expect(rightsOf(given(11), 'jo')).to.deep.equal([PORTAL])
    expect(rightsOf(given(11), 'al')).to.deep.equal([])
    expect(rightsOf(given(10), 'al')).to.deep.equal([PORTAL])
    expect(rightsOf(given(null, 'al'), 'al')).to.deep.equal([PORTAL])
    expect(rightsOf(given(null, 'al'), 'jo')).to.deep.equal([])
  })

  it('is lost to any denial, but not by a superuser', () => {
    const both = (right: string) =>
      lists([
        { right, allow: 1, groupId: 11, username: null },
        { right: PORTAL, allow: 0, groupId: 10, username: null },
      ])
    expect(rightsOf(both(PORTAL), 'jo')).to.deep.equal([])
    expect(rightsOf(both('admin/super'), 'jo')).to.include(PORTAL)
    expect(rightsFrom([{ value: 'admin/super', allow: 0 }])).to.have.property('size', 0)
  })
})

const account = { id: 1, name: 'Maria Santos' }
const own: PatientScope = { kind: 'own', account, record: 'r' }

function chart(extent: string): PatientScope {
  return {
    ...{ kind: 'chart', account, record: 'r', pid: 1, relationship: 'self', extent },
    patient: { firstName: 'Maria', lastName: 'Santos', born: undefined, providerId: undefined },
  }
}
