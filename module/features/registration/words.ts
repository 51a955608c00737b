import { allWords } from '../../platform/i18n.js'
import { patientWords } from './patient/patientWords.js'
import { mendingWords } from './staff/mendingWords.js'
import { staffWords } from './staff/staffWords.js'
import { traceWords } from './staff/traceWords.js'

export const words = allWords(patientWords, staffWords, mendingWords, traceWords)
