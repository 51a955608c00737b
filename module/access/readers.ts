/** Who is written to about a chart: every account that may do there what the letter asks, at its own address. */
import { readersOf, type Reader } from '../host/reads/documentReaders.js'
import { utc } from '../platform/clock.js'
import type { Queryable } from '../platform/database.js'
import { isEmailAddress } from '../platform/emailAddress.js'
import { isLanguage, type Language } from '../platform/i18n.js'
import { extentParts } from './ages.js'
import type { Portal } from './portal.js'
import { openingNow } from './scope.js'

/** As a letter has it (letters.ts). */
export interface Addressee {
  accountId: number
  to: string
  /** Why nothing can go there. */
  refused?: string
  language: Language
}

/** Of whoever opens the chart now, those whose grant allows this today. One statement. */
export async function readersWhoMay(
  db: Queryable,
  portal: Portal,
  pid: number,
  permission: string,
): Promise<Addressee[]> {
  const readers = await readersOf(db, pid, utc(portal.clock.now()))
  return readers.filter((reader) => mayNow(portal, reader, permission)).map((reader) => addresseeOf(portal, reader))
}

function mayNow(portal: Portal, reader: Reader, permission: string): boolean {
  const { extent } = openingNow(reader, portal)
  if (extent === undefined) return false
  const parts = extentParts(extent).map((part) => `extent:${part}`)
  return portal.policy().allows(['anyone', 'account', ...parts], permission)
}

export function addresseeOf(portal: Portal, reader: Reader): Addressee {
  return { accountId: reader.accountId, language: languageOf(portal, reader), ...addressOf(reader) }
}

/** Proved by the account's holder; else the trusted one of their own chart, if it may be used (facts §3.2). */
function addressOf({ email, mayMail, trusted }: Reader): Pick<Addressee, 'to' | 'refused'> {
  if (email !== '') return { to: email }
  if (trusted === '') return { to: '', refused: 'no-address' }
  if (!mayMail) return { to: trusted, refused: 'no-consent' }
  return isEmailAddress(trusted) ? { to: trusted } : { to: trusted, refused: 'bad-address' }
}

/** As they chose in the portal, else as their own chart says, else as the practice speaks. */
function languageOf(portal: Portal, { language, spoken }: Reader): Language {
  if (isLanguage(language)) return language
  const said = spoken.trim().toLowerCase()
  if (/^(?:spanish|español)/.test(said)) return 'es'
  return said.startsWith('english') ? 'en' : portal.settings().defaultLanguage
}
