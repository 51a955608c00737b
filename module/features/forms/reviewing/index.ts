import type { Part } from '../../../feature.js'
import { wordsIn } from '../../../platform/i18n.js'

/** Answers as staff review them. */
export const reviewing: Part = { words: wordsIn({}, {}), routes: [] }
