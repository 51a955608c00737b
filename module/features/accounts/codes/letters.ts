import { codeOfLetter } from '../../../access/codes.js'
import { spacedSymbols } from '../../../access/codeSymbols.js'
import type { LetterKind } from '../../../feature.js'
import { isLanguage } from '../../../platform/i18n.js'
import { writeLongDay } from '../../../web/times.js'
import { JOIN } from './sheetPage.js'
import { dayOfInstant } from './standing.js'

/** The welcome with a PIN or an access code, said only when it goes out. Used, revoked or expired meanwhile, it does not go. */
export const welcomeLetter: LetterKind = {
  kind: 'code.welcome',
  async values(portal, letter) {
    const code = await codeOfLetter(portal.db, portal, Number(letter.facts['code']))
    if (code?.symbols === undefined) return undefined
    const language = isLanguage(letter.language) ? letter.language : 'en'
    return {
      path: `${JOIN}#${code.symbols}`,
      values: {
        pin: spacedSymbols(code.symbols),
        until: writeLongDay(dayOfInstant(portal, code.expiresAt), language),
      },
    }
  },
}
