/** What a patient has on the page that they confirm: sealed into it, so that just this is sent, of just that instant. */
import { DateTime } from 'luxon'
import type { Portal } from '../../../access/portal.js'
import { isLanguage, type Language } from '../../../platform/i18n.js'
import { seal, unseal } from '../../../platform/sealed.js'

export interface Looked {
  /** onsite_documents.id */
  id: number
  language: Language
  /** In the practice's zone: what {CurrentDate} says. */
  at: DateTime
  /** Hex, of the text for the file. */
  sha256: string
}

const PURPOSE = 'document-check'

export function sealLooked({ secret }: Where, { at, id, language, sha256 }: Looked): string {
  return seal(secret, PURPOSE, JSON.stringify([id, language, at.toMillis(), sha256]))
}

type Where = Pick<Portal, 'clock' | 'secret'>

/** Undefined: not of ours, of another document, or of another day: a page that lay open so long is looked at again. */
export function lookedAt({ clock, secret }: Where, id: number, sealed: string): Looked | undefined {
  const text = unseal(secret, PURPOSE, sealed)
  if (text === undefined) return undefined
  const [of, language, millis, sha256] = JSON.parse(text) as [number, string, number, string]
  const age = clock.now().toMillis() - millis
  if (of !== id || !isLanguage(language) || age < 0 || age > MOST_MS) return undefined
  return { id, language, at: DateTime.fromMillis(millis, { zone: clock.zone }), sha256 }
}

const MOST_MS = 24 * 60 * 60 * 1000
