import type { Part } from '../../../feature.js'
import { wordsIn } from '../../../platform/i18n.js'

/** Files that patients send. */
export const uploads: Part = { words: wordsIn({}, {}), routes: [] }
