/** A PDF is opened before it is kept, so that no patient is asked to read what nobody can. */
import type { Portal } from '../../../access/portal.js'
import { pagePictures, PaperRefused } from '../../../platform/pdf/paper.js'

/**
 * - locked: it asks for a password
 * - broken: it is damaged, or has no page
 * - not-now: it could not be looked at
 */
export type NotReadable = 'locked' | 'broken' | 'not-now'

/** Undefined: its pages are counted, and the first is painted as patients will see it. */
export async function whyNotReadable({ log }: Pick<Portal, 'log'>, pdf: Buffer): Promise<NotReadable | undefined> {
  try {
    return (await pagePictures(pdf, 0, 1)).count > 0 ? undefined : 'broken'
  } catch (error) {
    if (error instanceof PaperRefused) return /password|security/i.test(error.message) ? 'locked' : 'broken'
    log.warn({ bytes: pdf.length, err: error }, 'a PDF for the library could not be looked at')
    return 'not-now'
  }
}
