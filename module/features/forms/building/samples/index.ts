import type { Questionnaire } from 'fhir/r4.js'
import { dietJournal } from './dietJournal.js'
import { gad7 } from './gad7.js'
import { intake } from './intake.js'
import { phq9 } from './phq9.js'

/** Questionnaires that come with Foyer, English with Spanish in each text. A practice takes them over and changes them as it likes. */
export const samples: readonly Questionnaire[] = [phq9, gad7, intake, dietJournal]
