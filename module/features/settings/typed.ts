/** What a form says of a setting, as the text that would be stored. */
import { parseSetting, type SettingDefinition } from '../../platform/settings.js'
import type { Choices } from './choices.js'
import { textOf } from './stored.js'

/** Fields as they were posted: `<name>`, and `seen.<name>` for what the form showed. */
export type Typed = Readonly<Record<string, string | readonly string[]>>

/** The values of a field; undefined where the form doesn't hold it. */
export function typedIn(typed: Typed, field: string): readonly string[] | undefined {
  const value = Object.hasOwn(typed, field) ? typed[field] : undefined
  return typeof value === 'string' ? [value] : value
}

export type TypedText = { ok: true; text: string } | Refused

export interface Refused {
  ok: false
  /** Key of words. */
  message: string
  params: Record<string, string | number>
}

/** `now`: what counts now; of a list, the parts that the page cannot offer are kept. */
export function typedText(definition: SettingDefinition, typed: Typed, choices: Choices, now: string): TypedText {
  const values = typedIn(typed, definition.name) ?? []
  if (definition.type === 'list') return typedList(definition, values, choices, now)
  const [only] = values
  if (only === undefined || values.length > 1) return refusalOf(definition)
  const text = cleaned(only)
  return parseSetting(definition, text) === undefined
    ? refusalOf(definition)
    : { ok: true, text: shortest(definition, text) }
}

/** Of one line: without control characters and the spaces around it. */
function cleaned(value: string): string {
  return value.replace(/\p{Cc}/gu, ' ').trim()
}

/** 007 is 7, and HTTPS://EMR.example.org is https://emr.example.org/. */
function shortest(definition: SettingDefinition, text: string): string {
  if (definition.type === 'number') return String(Number(text))
  return definition.type === 'text' ? String(parseSetting(definition, text) ?? text) : text
}

function typedList(definition: SettingDefinition, values: readonly string[], choices: Choices, now: string): TypedText {
  const ticked = values.filter((value) => value !== '')
  if (ticked.includes('all')) return { ok: true, text: 'all' }
  const offered = (choices[definition.name] ?? []).map(({ value }) => value)
  if (!ticked.every((value) => offered.includes(value))) return refusalOf(definition)
  const kept = listOf(definition, now).filter((value) => !offered.includes(value))
  return { ok: true, text: textOf([...new Set([...ticked, ...kept])]) }
}

/** The parts of a list that is stored; none of `all`. */
export function listOf(definition: SettingDefinition, text: string): readonly string[] {
  const value = parseSetting(definition, text)
  return typeof value === 'object' ? value : []
}

function refusalOf(definition: SettingDefinition): Refused {
  switch (definition.type) {
    case 'number': {
      const { minimum, maximum } = definition
      return { ok: false, message: 'settings.wrong.number', params: { minimum, maximum } }
    }
    case 'text': {
      const message = definition.format === undefined ? 'settings.wrong.text' : 'settings.wrong.address'
      return { ok: false, message, params: { most: definition.maximumLength } }
    }
    case 'choice':
    case 'list':
      return { ok: false, message: 'form.choose', params: {} }
  }
}
