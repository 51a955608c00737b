import { allWords } from '../../../platform/i18n.js'
import { patientWords } from './patientWords.js'
import { staffWords } from './staffWords.js'

export const words = allWords(patientWords, staffWords)
