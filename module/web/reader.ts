/** Who reads: language and light, from what their browser keeps. Preferences only, no session. */
import type { Request, Response } from 'express'
import { cookieIn } from '../platform/cookies.js'
import { isLanguage, languages, type Language } from '../platform/i18n.js'
import type { LanguageChoice } from './layout.js'

export function cookieOf(request: Request, name: string): string | undefined {
  return cookieIn(request.headers.cookie, name)
}

const LANGUAGE_COOKIE = 'foyer_language'
const YEAR_MS = 365 * 24 * 60 * 60 * 1000

/** `?lang=es` and after that its cookie, the account's choice, the browser's wish, the practice's default. */
export function languageOf(request: Request, account: string | undefined, fallback: Language): Language {
  const asked = request.query['lang']
  if (isLanguage(asked)) return asked
  const kept = cookieOf(request, LANGUAGE_COOKIE)
  if (isLanguage(kept)) return kept
  if (isLanguage(account)) return account
  const wished = request.acceptsLanguages([...languages])
  return isLanguage(wished) ? wished : fallback
}

export function keepLanguage(request: Request, response: Response, cookie: { path: string; secure: boolean }): void {
  const asked = request.query['lang']
  if (!isLanguage(asked) || asked === cookieOf(request, LANGUAGE_COOKIE)) return
  response.cookie(LANGUAGE_COOKIE, asked, { ...cookie, maxAge: YEAR_MS, httpOnly: true, sameSite: 'lax' })
}

const names: Record<Language, string> = { en: 'English', es: 'Español' }

export function languageChoices(current: Language): LanguageChoice[] {
  return languages.map((code) => ({ code, label: names[code], current: code === current }))
}
