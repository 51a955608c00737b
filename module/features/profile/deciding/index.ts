import type { Part } from '../../../feature.js'
import { wordsIn } from '../../../platform/i18n.js'

/** Proposed changes, as staff decide on them. */
export const deciding: Part = { words: wordsIn({}, {}), routes: [] }
