import { allWords } from '../../platform/i18n.js'
import { choosingWords } from './patient/choosingWords.js'
import { decidingWords } from './patient/decidingWords.js'
import { visitWords as patientsVisitWords } from './patient/visitWords.js'
import { bookingWords } from './public/bookingWords.js'
import { calendarWords } from './staff/calendarWords.js'
import { historyWords } from './staff/historyWords.js'
import { queueWords } from './staff/queueWords.js'
import { visitWords } from './staff/visitWords.js'
import { whyWords } from './whyWords.js'

/** What patients read, and what staff read. */
export const words = allWords(
  ...[bookingWords, choosingWords, decidingWords, patientsVisitWords],
  ...[calendarWords, historyWords, queueWords, visitWords, whyWords],
)
