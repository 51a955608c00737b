import type { Part } from '../../../feature.js'
import { wordsIn } from '../../../platform/i18n.js'

/** The profile, and changes that the patient proposes. */
export const proposing: Part = { words: wordsIn({}, {}), routes: [] }
