import i18next, { type i18n } from 'i18next'

export const languages = ['en', 'es'] as const
export type Language = (typeof languages)[number]

/** A wing's words: each key in each language. `wordsIn` makes a missing or a stray key a compile error. */
export type Words<Key extends string = string> = Record<Language, Readonly<Record<Key, string>>>

/** Says a key in the reader's language. Plain text: templates escape it. */
export type Translate = (key: string, params?: Record<string, string | number>) => string

export interface Speech {
  /** A reader's voice. An unknown language reads English. */
  in(language: Language): Translate
}

export function wordsIn<Key extends string>(en: Record<Key, string>, es: Record<NoInfer<Key>, string>): Words<Key> {
  return { en, es }
}

/** One wing's words that are kept in several files. A key in two of them throws. */
export function allWords(...parts: readonly Words[]): Words {
  return { en: merged(parts, 'en'), es: merged(parts, 'es') }
}

/** Brings the words of all wings together. A key that two wings both define is a fault and throws. */
export function speakAll(all: readonly Words[]): Speech {
  const speech: i18n = i18next.createInstance()
  void speech.init({
    lng: 'en',
    fallbackLng: 'en',
    initAsync: false,
    keySeparator: false,
    nsSeparator: false,
    // EJS escapes; escaping twice would show `&amp;` to people.
    interpolation: { escapeValue: false },
    resources: { en: { translation: merged(all, 'en') }, es: { translation: merged(all, 'es') } },
  })
  const voices = new Map(languages.map((language) => [language, voiceOf(speech, language)]))
  const english = voiceOf(speech, 'en')
  return { in: (language) => voices.get(language) ?? english }
}

/** Looked up once, and filled in each time: a page says the same hundred words. */
function voiceOf(speech: i18n, language: Language): Translate {
  const say = speech.getFixedT(language)
  const said = new Map<string, string>()
  return (key, params) => {
    // Which plural it is depends on the count.
    const count = params?.['count']
    const form = count === undefined ? key : `${key} ${String(count)}`
    const known = said.get(form)
    if (known !== undefined) return filledIn(known, params)
    const text = say(key, { ...(count === undefined ? {} : { count: Number(count) }), skipInterpolation: true })
    // Keys come from our own files; what is put together at run time must not grow for ever.
    if (said.size < SAID_MOST) said.set(form, text)
    return filledIn(text, params)
  }
}

function filledIn(text: string, params: Readonly<Record<string, string | number>> = {}): string {
  return text.includes('{{') ? text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(params[name] ?? '')) : text
}

const SAID_MOST = 10_000

function merged(all: readonly Words[], language: Language): Record<string, string> {
  const words: Record<string, string> = {}
  for (const [key, value] of all.flatMap((each) => Object.entries(each[language]))) {
    if (key in words) throw new Error(`Two wings both say "${key}" (${language})`)
    words[key] = value
  }
  return words
}

export function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value)
}
