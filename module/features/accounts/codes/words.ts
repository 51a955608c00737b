import { allWords } from '../../../platform/i18n.js'
import { barWords } from './barWords.js'
import { letterWords } from './letterWords.js'
import { patientWords } from './patientWords.js'
import { sheetWords } from './sheetWords.js'
import { staffWords } from './staffWords.js'

export const words = allWords(staffWords, sheetWords, patientWords, letterWords, barWords)
