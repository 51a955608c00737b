import type { Part } from '../../../feature.js'
import { wordsIn } from '../../../platform/i18n.js'

/** What patients sent, as staff audit it. */
export const audit: Part = { words: wordsIn({}, {}), routes: [] }
