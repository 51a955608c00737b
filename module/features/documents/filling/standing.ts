/** How a document stands with its patient, read off the host's own words and what was sent. No I/O. */
import { DENIED, IN_REVIEW, LOCKED } from '../../../host/onsiteDocuments.js'
import type { Submission } from '../submissions.js'

/**
 * - draft: begun, and the patient's to change
 * - returned: sent, and given back with what to correct; the patient's to change too
 * - reviewed: with staff
 * - filed: in the chart
 * - denied: refused for good, with the reason
 */
export type Standing = 'draft' | 'returned' | 'reviewed' | 'filed' | 'denied'

/**
 * The host's row decides whether it can still be changed, since its own screens write there too; what was sent tells
 * why it came back.
 */
export function standingOf(hostState: string, sent: Pick<Submission, 'state'> | undefined): Standing {
  if (hostState === LOCKED) return 'filed'
  if (hostState === DENIED || sent?.state === 'denied') return 'denied'
  if (hostState === IN_REVIEW) return 'reviewed'
  return sent?.state === 'returned' ? 'returned' : 'draft'
}

export function mayChange(standing: Standing): boolean {
  return standing === 'draft' || standing === 'returned'
}

/** Until somebody has decided. */
export function mayWithdraw(standing: Standing, sent: Pick<Submission, 'state'> | undefined): boolean {
  return standing === 'reviewed' && (sent === undefined || sent.state === 'waiting')
}

/** What was never sent, or taken back, can be thrown away. What staff returned is theirs to know of. */
export function mayRemove(standing: Standing): boolean {
  return standing === 'draft'
}
