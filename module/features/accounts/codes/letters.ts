import { codeOfLetter } from '../../../access/codes.js'
import { spacedSymbols } from '../../../access/codeSymbols.js'
import type { LetterKind } from '../../../feature.js'
import { isLanguage } from '../../../platform/i18n.js'
import { writeLongDay } from '../../../web/times.js'
import { firstDayText } from './firstDay.js'
import { JOIN } from './sheetPage.js'
import { dayOfInstant } from './standing.js'

/** The welcome with a PIN or an access code, said only when it goes out. Used, revoked or expired meanwhile, it does not go. */
export const welcomeLetter: LetterKind = {
  kind: 'code.welcome',
  async values(portal, letter, t) {
    const code = await codeOfLetter(portal.db, portal, Number(letter.facts['code']))
    if (code?.symbols === undefined) return undefined
    const language = isLanguage(letter.language) ? letter.language : 'en'
    const day = firstDayText(portal, code.opensFrom, language)
    return {
      path: `${JOIN}#${code.symbols}`,
      values: {
        pin: spacedSymbols(code.symbols),
        until: writeLongDay(dayOfInstant(portal, code.expiresAt), language),
        opens: day === '' ? '' : ` ${t('codes.sheet.opens', { day })}`,
      },
    }
  },
}
