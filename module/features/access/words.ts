import { allWords } from '../../platform/i18n.js'
import { pageWords } from './pageWords.js'
import { permissionWords } from './permissionWords.js'

export const words = allWords(pageWords, permissionWords)
