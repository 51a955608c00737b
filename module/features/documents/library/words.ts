import { allWords } from '../../../platform/i18n.js'
import { directiveWords } from '../directives/directiveWords.js'
import { helpWords } from './helpWords.js'
import { letterWords } from './letterWords.js'
import { listWords } from './listWords.js'
import { libraryWords } from './pageWords.js'

export const words = allWords(libraryWords, listWords, helpWords, letterWords, directiveWords)
