import { wordsIn } from '../../platform/i18n.js'

export const words = wordsIn({}, {})
