/** The kinds of items that the builder makes, and what each of them has. */
import type { ItemKind } from './drafting.js'

/** What the builder offers. An imported item may be of another kind (attachment, reference): it is kept, not edited. */
export const itemKinds = [
  'group',
  'display',
  'boolean',
  'choice',
  'open-choice',
  'string',
  'text',
  'integer',
  'decimal',
  'quantity',
  'date',
  'dateTime',
  'time',
  'url',
] as const satisfies readonly ItemKind[]

/** Which field, in which row of a list, and why. Reasons are keys of words below `building.wrong`. */
export interface ItemFault {
  field: string
  row?: number
  reason: string
  /** What may be written instead, in words. */
  allowed?: string
}

/** How the reader's language says these two. */
export interface YesNo {
  yes: string
  no: string
}

export function hasChoices(kind: string): boolean {
  return kind === 'choice' || kind === 'open-choice'
}

export function hasLength(kind: string): boolean {
  return kind === 'string' || kind === 'text' || kind === 'url' || kind === 'open-choice'
}

/** What it is worth is a number: that of the answer, or what its choice counts. */
export function hasWorth(kind: string): boolean {
  return kind === 'integer' || kind === 'decimal' || kind === 'quantity' || hasChoices(kind)
}

export function isNumber(text: string): boolean {
  return /^-?\d{1,9}(\.\d{1,6})?$/.test(text)
}
