import type { Part } from '../../../feature.js'
import { wordsIn } from '../../../platform/i18n.js'

/** Templates that the practice asks for: the library, and who is sent what. */
export const library: Part = { words: wordsIn({}, {}), routes: [] }
