/** Why the clock could not file what staff had ticked, in words that say what to do next. */
import type { Utc } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import type { StaffContext } from '../../../web/routes.js'
import type { FileOutcome } from './filing.js'

export type NotFiledReason =
  | Extract<FileOutcome, { ok: false }>['reason']
  /** Who ticked it may not audit documents any more. */
  | 'no-longer-allowed'
  /** Its bytes are not those that were sent, or something broke. */
  | 'failed'

const told = [
  ...['no-chart', 'not-scanned', 'changed', 'changed-in-host', 'no-category', 'no-longer-allowed'],
  ...['no-site-folder', 'no-keys', 'no-space', 'site-folder-unwritable', 'failed'],
]

interface Row {
  filing_failed: string | null
  filing_failed_at: Utc | null
}

/** Undefined: it was filed, or nobody has ticked it, or it was decided or ticked anew since. */
export function notFiledView(context: StaffContext, { filing_failed: reason, filing_failed_at: at }: Row) {
  if (reason === null || at === null) return undefined
  const { t } = context
  return {
    at: t('audit.notFiled.at', { at: writeInstant(context, at) }),
    why: t(`audit.notFiled.${told.find((each) => each === reason) ?? 'failed'}`),
  }
}
