import { allWords } from '../../../platform/i18n.js'
import { ageRulesWords } from './ageRulesWords.js'
import { letterWords } from './letterWords.js'
import { patientWords } from './patientWords.js'
import { staffWords } from './staffWords.js'

export const words = allWords(staffWords, ageRulesWords, patientWords, letterWords)
