/** Where the practice may write to a patient by mail, as the chart says it (facts §3.2). */
import { readPortalChart, type PortalChart } from '../host/credentials.js'
import type { Queryable } from '../platform/database.js'
import { isEmailAddress } from '../platform/emailAddress.js'

export interface TrustedEmail {
  /** '' where the chart has none. */
  address: string
  /** The chart's column. */
  source: 'email_direct' | 'email'
}

/** The direct address where there is one (facts §3.2). */
export function trustedEmail({ email, emailDirect }: Pick<PortalChart, 'email' | 'emailDirect'>): TrustedEmail {
  return emailDirect === '' ? { address: email, source: 'email' } : { address: emailDirect, source: 'email_direct' }
}

/** What the message did not go for: nothing is tried then, and the panel tells. */
export type WhyNoLetter = 'no-consent' | 'no-address' | 'bad-address'

/** The host mails only to who agreed, and to an address that is one (facts §3.2). Undefined: it goes. */
export function whyNoLetter(chart: PortalChart): WhyNoLetter | undefined {
  const { address } = trustedEmail(chart)
  if (!chart.mayMail) return 'no-consent'
  if (address === '') return 'no-address'
  return isEmailAddress(address) ? undefined : 'bad-address'
}

/** Letters that are for the chart's address, whatever that is when they go. */
const toChart: ReadonlySet<string> = new Set(['credential.created', 'credential.reset'])

export function isToChart({ kind }: { kind: string }): boolean {
  return toChart.has(kind)
}

export type AddressNow = { ok: true; address: string } | { ok: false; reason: WhyNoLetter }

/** To which address of the chart a letter would go now, or why to none. One statement. */
export async function addressNow(db: Queryable, pid: number): Promise<AddressNow> {
  const chart = await readPortalChart(db, pid)
  if (!chart) return { ok: false, reason: 'no-address' }
  const reason = whyNoLetter(chart)
  return reason === undefined ? { ok: true, address: trustedEmail(chart).address } : { ok: false, reason }
}
