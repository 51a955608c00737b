import type { Part } from '../../../feature.js'
import { wordsIn } from '../../../platform/i18n.js'

/** What patients fill, sign and send. */
export const filling: Part = { words: wordsIn({}, {}), routes: [] }
