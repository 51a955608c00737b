import { whyStepsIn, type WhyContext, type WhyFix } from '../../../feature.js'

/** A step in the words of this part: `accountWhy.<key>`, and `.yes` or `.no` for how it stands. */
export const stepOf = whyStepsIn('accountWhy')

/** The reset dialog: where a chart is opened to the portal, and its login is made. */
export function credentialFix(context: WhyContext, pid: number, label: 'allow' | 'credential'): WhyFix {
  return {
    label: context.t(`accountWhy.fix.${label}`),
    href: context.url(`/staff/portal/patients/${String(pid)}/credential`),
    permission: 'credentials:reset',
  }
}

export function accountFix(context: WhyContext, id: number): WhyFix {
  return {
    label: context.t('accountWhy.fix.account'),
    href: context.url(`/staff/portal/accounts/${String(id)}`),
    permission: 'registrations:process',
  }
}

/** Seconds as people wait for them. */
export function minutesOf(seconds: number): number {
  return Math.max(1, Math.ceil(seconds / 60))
}
