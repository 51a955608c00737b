import { allWords } from '../../../platform/i18n.js'
import { assigningWords } from './assigningWords.js'
import { itemWords } from './itemWords.js'
import { libraryWords } from './libraryWords.js'
import { problemWords } from './problemWords.js'

export const words = allWords(libraryWords, itemWords, problemWords, assigningWords)
