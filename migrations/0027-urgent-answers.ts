import { column, type Step } from './step.js'

/** The notes (pnotes.id, a JSON list) by which staff were told that answers ask to be read at once; NULL: nobody was told. */
export const urgentAnswers: readonly Step[] = [
  column('0027-urgent-answers', 'form_responses', 'urgent_notes', 'VARCHAR(1000) NULL'),
]
