import type { Part } from '../../../feature.js'
import { wordsIn } from '../../../platform/i18n.js'

/** The chart’s documents: shared, shown, downloaded, added to. */
export const chart: Part = { words: wordsIn({}, {}), routes: [] }
