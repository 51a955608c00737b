import type { Part } from '../../../feature.js'
import { wordsIn } from '../../../platform/i18n.js'

/** Questionnaires as patients answer them. */
export const answering: Part = { words: wordsIn({}, {}), routes: [] }
