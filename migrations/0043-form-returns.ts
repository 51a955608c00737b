import { column, type Step } from './step.js'

/** What staff said when they sent a form back, on the one that it is asked with again. NULL: it was not sent back. */
export const formReturns: readonly Step[] = [
  column('0043-form-returns', 'form_assignments', 'return_note', 'VARCHAR(1000) NULL'),
]
