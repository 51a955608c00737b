import { allWords } from '../../platform/i18n.js'
import { eventWords } from './eventWords.js'
import { pageWords } from './pageWords.js'

export const words = allWords(eventWords, pageWords)
