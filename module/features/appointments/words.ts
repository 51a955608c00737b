import { allWords } from '../../platform/i18n.js'
import { calendarWords } from './calendarWords.js'
import { patientWords } from './patientWords.js'
import { staffWords } from './staffWords.js'

/** What patients read, and what staff read. */
export const words = allWords(calendarWords, patientWords, staffWords)
