/**
 * Why somebody may or may not: every rule that was asked and which of them decides. The questions are those that admit
 * (staffQuestions, patientQuestion), put to the same policy: what is told here cannot differ from what happens.
 */
import type { Policy, Rule } from './policy.js'
import type { PatientScope } from './scope.js'
import { subjectsOf } from './scope.js'
import { staffQuestions, type Question } from './staff.js'

export interface Explanation {
  verdict: boolean
  /** Asked one after the other. The first that is answered no decides; else the last. */
  steps: readonly Step[]
  /** The step that decides. */
  decisive: Step
}

export interface Step {
  permission: string
  allows: boolean
  /** Rules that speak of it, those that decide first: denials if there are any, else what allows. */
  rules: readonly SpokenRule[]
}

export interface SpokenRule {
  rule: Rule
  decides: boolean
}

/** The live decision on a member of staff, or on anybody who is all of these. */
export function explainStaff(policy: Policy, subjects: readonly string[], permission: string): Explanation {
  return explain(policy, staffQuestions(subjects, permission))
}

/** The live decision on what a grant, or an account's own record, opens. */
export function explainPatient(policy: Policy, scope: PatientScope, permission: string): Explanation {
  return explainSubjects(policy, subjectsOf(scope), permission)
}

/** The same of subjects alone: what an extent opens, whoever holds it. */
export function explainSubjects(policy: Policy, subjects: readonly string[], permission: string): Explanation {
  return explain(policy, [{ subjects, permission }])
}

function explain(policy: Policy, questions: readonly Question[]): Explanation {
  const steps = questions.map((question) => stepOf(policy, question))
  const refused = steps.find((step) => !step.allows)
  const last = steps.at(-1)
  const decisive = refused ?? last
  if (!decisive) throw new Error('Nothing was asked')
  return { verdict: refused === undefined, steps, decisive }
}

function stepOf(policy: Policy, { subjects, permission }: Question): Step {
  const spoken = policy.rules.filter((rule) => rule.permission === permission && subjects.includes(rule.subject))
  const denied = spoken.some((rule) => rule.effect === 'deny')
  const rules = spoken.map((rule) => ({ rule, decides: rule.effect === (denied ? 'deny' : 'allow') }))
  return {
    permission,
    allows: policy.allows(subjects, permission),
    rules: [...rules.filter((each) => each.decides), ...rules.filter((each) => !each.decides)],
  }
}
