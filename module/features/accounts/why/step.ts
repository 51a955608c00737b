import { lastOfMerges } from '../../../host/reads/redeeming.js'
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
  return toAccount(context, 'account', `/staff/portal/accounts/${String(id)}`)
}

/** Where it is opened again: one that was merged into another, at the one in which that ended. */
export async function openFix(context: WhyContext, id: number): Promise<WhyFix> {
  return accountFix(context, await lastOfMerges(context.portal.db, id))
}

/** The one that stands in place of an account that was merged. */
export function staysFix(context: WhyContext, id: number): WhyFix {
  return toAccount(context, 'stays', `/staff/portal/accounts/${String(id)}`)
}

/** Where a link is sent to its holder, who chooses a password with it. */
export function passwordLinkFix(context: WhyContext, id: number): WhyFix {
  return toAccount(context, 'passwordLink', `/staff/portal/accounts/${String(id)}#password-link`)
}

function toAccount({ t, url }: WhyContext, label: 'account' | 'passwordLink' | 'stays', path: string): WhyFix {
  return { label: t(`accountWhy.fix.${label}`), href: url(path), permission: 'registrations:process' }
}

/** Seconds as people wait for them. */
export function minutesOf(seconds: number): number {
  return Math.max(1, Math.ceil(seconds / 60))
}
