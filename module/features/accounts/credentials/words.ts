import { allWords } from '../../../platform/i18n.js'
import { dialogWords } from './dialogWords.js'
import { letterWords } from './letterWords.js'
import { sheetWords } from './sheetWords.js'

export const words = allWords(dialogWords, sheetWords, letterWords)
