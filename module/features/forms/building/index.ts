import type { Part } from '../../../feature.js'
import { wordsIn } from '../../../platform/i18n.js'

/** Questionnaires as staff make and assign them. */
export const building: Part = { words: wordsIn({}, {}), routes: [] }
