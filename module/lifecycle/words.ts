import { doctorWords } from './doctorWords.js'
import { planWords } from './planWords.js'
import { allWords, type Words } from '../platform/i18n.js'

/** Without the ending of a plural: `_one`, `_other`. */
type Key<Full extends string> = Full extends `${infer Stem}_${'one' | 'other'}` ? Stem : Full

export type LifecycleKey = Key<keyof typeof planWords.en> | Key<keyof typeof doctorWords.en>

/** For pages that show what the module's life says of itself. */
export const words: Words = allWords(planWords, doctorWords)
