/**
 * Who may do what. Casbin answers over a few dozen rules; the rules of this practice are laid over those the module
 * comes with. A changed rule is a new enforcer that takes the old one's place: while one loads, the other answers
 * (a reload in place would deny or throw meanwhile).
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newEnforcer, newModelFromString, type Enforcer } from 'casbin'
import { packageRoot } from '../platform/root.js'
import type { Utc } from '../platform/clock.js'
import type { Queryable } from '../platform/database.js'

export interface Rule {
  /** `group:front`, `user:jane`, … as in acl/policy.csv. */
  subject: string
  permission: string
  effect: 'allow' | 'deny'
  /** Of a rule of the practice's own: who made it, when and why. The module's rules have none. */
  made?: { by: string; at: Utc; reason: string }
}

export interface Policy {
  /** Which state of the rules answers: foyer_state.policy_version. */
  version: string
  /** What the answers rest on, the module's rules first. */
  rules: readonly Rule[]
  /** May somebody who is all of these do this? Remembered; a deny wins; no rule is a deny. */
  allows(subjects: readonly string[], permission: string): boolean
  /** Every permission that some rule names. */
  permissions: ReadonlySet<string>
}

/** Reads the module's rules and the practice's, and makes one enforcer of them. */
export async function loadPolicy(db: Queryable, version: string): Promise<Policy> {
  const [[model, rules], own] = await Promise.all([moduleRules(), practiceRules(db)])
  return makePolicy(model, [...rules, ...own], version)
}

/** The module's rules alone: what holds where no practice has made any, since Foyer is not installed. */
export async function policyBeforehand(): Promise<Policy> {
  const [model, rules] = await moduleRules()
  return makePolicy(model, rules, 'beforehand')
}

async function moduleRules(): Promise<[model: string, rules: Rule[]]> {
  const [model, text] = (await Promise.all(
    ['model.conf', 'policy.csv'].map((name) => readFile(join(packageRoot(), 'acl', name), 'utf8')),
  )) as [string, string]
  return [model, parsePolicy(text)]
}

interface RuleRow {
  subject: string
  permission: string
  effect: 'allow' | 'deny'
  author: string
  created_at: Utc
  reason: string
}

async function practiceRules(db: Queryable): Promise<Rule[]> {
  const rows = await db.select<RuleRow>(
    `SELECT subject, permission, effect, author, created_at, reason FROM foyer_acl_rules ORDER BY id`,
  )
  return rows.map(({ subject, permission, effect, author, created_at, reason }) => ({
    ...{ subject, permission, effect },
    made: { by: author, at: created_at, reason },
  }))
}

/** Lines of `p, subject, permission, effect`; comments and empty lines are skipped, anything else throws. */
export function parsePolicy(text: string): Rule[] {
  const lines = text.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [p, subject, permission, effect] = line.split(',').map((part) => part.trim())
      if (p !== 'p' || !subject || !permission || (effect !== 'allow' && effect !== 'deny')) {
        throw new Error(`acl/policy.csv: cannot read "${line}"`)
      }
      return { subject, permission, effect }
    })
}

export async function makePolicy(model: string, rules: readonly Rule[], version: string): Promise<Policy> {
  const enforcer = await enforcerOf(model, rules)
  const remembered = new Map<string, boolean>()
  return {
    version,
    rules,
    permissions: new Set(rules.map((rule) => rule.permission)),
    allows(subjects, permission) {
      const key = `${permission}\n${subjects.join('\n')}`
      const known = remembered.get(key)
      if (known !== undefined) return known
      const verdict = enforcer.enforceSync(subjects, permission)
      if (remembered.size > 10_000) remembered.clear()
      remembered.set(key, verdict)
      return verdict
    },
  }
}

async function enforcerOf(model: string, rules: readonly Rule[]): Promise<Enforcer> {
  const enforcer = await newEnforcer(newModelFromString(model))
  await enforcer.addFunction('holds', (subjects: readonly string[], subject: string) => subjects.includes(subject))
  await enforcer.addPolicies(distinct(rules).map((rule) => [rule.subject, rule.permission, rule.effect]))
  return enforcer
}

// addPolicies refuses the whole batch when one of them is there already.
function distinct(rules: readonly Rule[]): Rule[] {
  return [...new Map(rules.map((rule) => [`${rule.subject}\n${rule.permission}\n${rule.effect}`, rule])).values()]
}
