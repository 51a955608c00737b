/** Where a side of a grant is written to: its own proved address, else the chart's trusted one, if it may be used. */
import type { Side } from '../../../host/reads/comingChanges.js'
import { isLanguage, type Language } from '../../../platform/i18n.js'
import type { WhyNoLetter } from '../../../access/chartAddress.js'
import { isEmailAddress } from '../../../platform/emailAddress.js'

export type Address = { to: string; refused?: WhyNoLetter }

export function addressOf(side: Side): Address {
  if (side.email !== '') return { to: side.email }
  if (side.trusted === '') return { to: '', refused: 'no-address' }
  if (!side.mayMail) return { to: side.trusted, refused: 'no-consent' }
  return isEmailAddress(side.trusted) ? { to: side.trusted } : { to: side.trusted, refused: 'bad-address' }
}

/** Two addresses of one mailbox: one letter is enough. */
export function isSameMailbox(one: Address, other: Address): boolean {
  return one.to !== '' && one.to.toLowerCase() === other.to.toLowerCase()
}

/** As the account says, else as the chart does, else as the practice speaks. */
export function languageOf({ language, spoken }: Side, otherwise: Language): Language {
  if (isLanguage(language)) return language
  const said = spoken.trim().toLowerCase()
  if (/^(spanish|español)/.test(said)) return 'es'
  return said.startsWith('english') ? 'en' : otherwise
}
