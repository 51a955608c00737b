/** Every permission that can be given, as something to ask about. */
import type { Reasons, Why, WhyContext, WhyStep } from '../../feature.js'
import { answersOn, type Answer } from './asking.js'
import { patientPermissions, staffPermissions } from './matrix.js'

export const whyPermissions: readonly Why[] = [
  ...staffPermissions.map(({ name }) => whyMay(name, 'staff')),
  ...patientPermissions.map(({ name }) => whyMay(name, 'account')),
]

function whyMay(permission: string, who: 'staff' | 'account'): Why {
  return {
    key: permission,
    title: `permission.${permission}`,
    who,
    async reasons(context, person) {
      const thing = { permission, audience: who === 'staff' ? ('staff' as const) : ('record' as const) }
      const name = person.kind === 'staff' ? `user:${person.user.username}` : ''
      const whom = person.kind === 'account' ? `record:${person.record}` : name
      const answered = await answersOn(context, whom, [thing])
      const [answer] = answered?.answers ?? []
      return answer ? reasonsOf(context, answer, whom) : { verdict: false, steps: [closedStep(context, '', whom)] }
    },
  }
}

function reasonsOf(context: WhyContext, { closed, factor, fixes, steps, verdict }: Answer, whom: string): Reasons {
  if (closed !== undefined) return { verdict, steps: [closedStep(context, closed, whom)] }
  const first = steps.find((step) => !step.allows)
  const ruleSteps = steps.map((step) => ({
    key: 'rules',
    title: step.asked,
    holds: step.allows,
    detail:
      step.rules.length === 0
        ? [context.t('access.why.noRule')]
        : step.rules.map(({ reason, text }) => (reason === '' ? text : `${text} “${reason}”`)),
    fixes: step === first ? fixes.map((fix) => ({ ...fix, permission: 'access:manage' })) : [],
  }))
  return { verdict, steps: factor ? [...ruleSteps, factor] : ruleSteps }
}

/** Of what comes before any rule another question tells: whether they get in, or open the record. */
function closedStep({ t, url }: WhyContext, text: string, whom: string): WhyStep {
  const thing = whom.startsWith('user:') ? 'staff-sign-in' : 'open-record'
  const fix = {
    label: t(`access.why.${thing}`),
    href: url(`/staff/portal/why?who=${encodeURIComponent(whom)}&thing=${thing}`),
    permission: 'why:ask',
  }
  return { key: 'closed', title: t('access.why.atAll'), holds: false, detail: text === '' ? [] : [text], fixes: [fix] }
}
