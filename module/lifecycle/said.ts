/**
 * What the module's life says of itself: a key of words and what fills it in, so that a command says it in English and
 * a page in its reader's language.
 */
import { speakAll, type Translate } from '../platform/i18n.js'
import { words, type LifecycleKey } from './words.js'

export interface Said {
  key: LifecycleKey
  params?: Readonly<Record<string, Part>>
}

/** A list is said one after the other, with commas. */
export type Part = string | number | Said | ReadonlyArray<string | Said>

/** In the voice of `t`, which must know `words`. */
export function say({ key, params = {} }: Said, t: Translate): string {
  return t(key, Object.fromEntries(Object.entries(params).map(([name, part]) => [name, filled(part, t)])))
}

function filled(part: Part, t: Translate): string | number {
  if (typeof part === 'string' || typeof part === 'number') return part
  if (!('key' in part)) return part.map((each) => (typeof each === 'string' ? each : say(each, t))).join(', ')
  return say(part, t)
}

const voice = speakAll([words]).in('en')

/** What the command says. */
export function english(said: Said): string {
  return say(said, voice)
}
