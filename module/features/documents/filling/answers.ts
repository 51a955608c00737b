/** What stands in a form, field by field: what may be kept, and what is still missing. No I/O. */
import { isDay } from '../../../platform/clock.js'
import { isDrawn, isMarked, type Field } from '../directives.js'

/** By field name, as the host keeps them (facts §6.1). */
export type Answers = Readonly<Record<string, string>>

export type Said =
  | { ok: true; answers: Answers }
  /** By field: a key of words. Nothing of it is kept. */
  | { ok: false; errors: Readonly<Record<string, string>> }

/** The host keeps a signature in a TEXT (facts §12.11): so long may the whole data-URL be. */
export const SIGNATURE_MOST = 65_535

const LINE_MOST = 1000
const TEXT_MOST = 20_000
const NAME_MOST = 200

/**
 * Reads the posted fields of a template; everything else that was posted is nobody's. What is only half typed may be
 * kept in a draft, what no page offers may not: another option, staff's own signature. `before`: what was kept.
 */
export function answersIn(fields: readonly Field[], body: Readonly<Record<string, unknown>>, before: Answers): Said {
  const errors: Record<string, string> = {}
  const answers: Record<string, string> = {}
  for (const field of fields) {
    const read = answerTo(field, body, before[field.name] ?? '')
    if (read.ok) answers[field.name] = read.value
    else errors[field.name] = read.error
  }
  return Object.keys(errors).length > 0 ? { ok: false, errors } : { ok: true, answers }
}

type Read = { ok: true; value: string } | { ok: false; error: string }

function answerTo(field: Field, body: Readonly<Record<string, unknown>>, before: string): Read {
  const posted = body[field.name]
  if (field.by === 'staff') return posted === undefined ? kept(before) : { ok: false, error: 'filling.notYours' }
  if (isElsewhere(field)) return kept(before)
  if (posted !== undefined && typeof posted !== 'string') return { ok: false, error: 'filling.notYours' }
  const value = plain(posted ?? '')
  switch (field.kind) {
    case 'mark':
    case 'acknowledgement':
      return kept(isMarked(value) ? 'on' : '')
    case 'choice':
      return value === '' || field.options?.includes(value) ? kept(value) : { ok: false, error: 'filling.notOffered' }
    case 'signature':
      return signatureIn(field, value, body, before)
    case 'text':
      return within(value, TEXT_MOST)
    case 'line':
    case 'date':
    case 'moment':
      return within(value.replace(/\n/g, ' '), LINE_MOST)
    case 'questionnaire':
    case 'encounter-form':
      return kept(before)
  }
}

function kept(value: string): Read {
  return { ok: true, value }
}

/** Line ends as \n, and no control characters. */
function plain(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, '')
    .trim()
}

function within(value: string, most: number): Read {
  return value.length <= most ? kept(value) : { ok: false, error: 'form.tooLong' }
}

/** A name, a new drawing, or what was drawn before and is to stand. */
function signatureIn(field: Field, value: string, body: Readonly<Record<string, unknown>>, before: string): Read {
  if (value === '') return kept(body[`${field.name}_drawn`] === 'keep' ? before : '')
  if (value.startsWith('data:')) return kept(value)
  return value.length <= NAME_MOST ? kept(value.replace(/\s+/g, ' ')) : { ok: false, error: 'form.tooLong' }
}

/** Answered in a place of its own: its state is asked there, never typed here. */
export function isElsewhere({ kind }: Pick<Field, 'kind'>): boolean {
  return kind === 'questionnaire' || kind === 'encounter-form'
}

/** The picture by which the patient has signed: the first, where there are several places. */
export function patientSignature(fields: readonly Field[], answers: Answers): string | undefined {
  return fields
    .filter(({ by, kind }) => kind === 'signature' && by === 'patient')
    .map(({ name }) => answers[name] ?? '')
    .find(isDrawn)
}

/**
 * How that stands which is answered or read in a place of its own. gone: it cannot be, since nobody asks for it, or it
 * is not there.
 */
export type Inside = 'done' | 'open' | 'gone'

/**
 * What keeps it from being sent, by field: a key of words. `states`: of the forms and files that stand in it, by field.
 * The one rule: the review page shows it, and sending asks it again.
 */
export function missingIn(
  fields: readonly Field[],
  answers: Answers,
  states: ReadonlyMap<string, Inside>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    fields.flatMap((field): [string, string][] => {
      const error = whyNotSent(field, answers[field.name] ?? '', states.get(field.name) ?? 'gone')
      return error === undefined ? [] : [[field.name, error]]
    }),
  )
}

function whyNotSent(field: Field, value: string, inside: Inside): string | undefined {
  if (field.by === 'staff') return undefined
  if (isElsewhere(field)) {
    return inside === 'done' ? undefined : inside === 'open' ? 'filling.missing.form' : 'filling.missing.formGone'
  }
  // A tick says that it was read: of what is not there, nobody can say it.
  if (field.kind === 'acknowledgement' && inside === 'gone') return 'filling.missing.fileGone'
  if (value === '') return field.required ? `filling.missing.${field.kind}` : undefined
  if (field.kind === 'choice') return field.options?.includes(value) ? undefined : 'filling.notOffered'
  if (field.kind === 'date') return isDay(value) || isDayElsewhere(value) ? undefined : 'filling.notADay'
  if (field.kind === 'moment') return isMoment(value) ? undefined : 'filling.notAMoment'
  // Begun elsewhere, it may hold what no page of ours would keep.
  if (field.kind === 'signature') {
    if (!isDrawn(value)) return `filling.missing.${field.kind}`
    return value.length > SIGNATURE_MOST ? 'filling.signature.too-large' : undefined
  }
  if (field.kind === 'mark' || field.kind === 'acknowledgement') {
    return !field.required || isMarked(value) ? undefined : `filling.missing.${field.kind}`
  }
  return undefined
}

/** As the host's own date pickers write it on sites that are set to, month or day first (facts §10.3). */
function isDayElsewhere(value: string): boolean {
  const [, first = '', second = '', year = ''] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(value) ?? []
  const [one, other] = [first.padStart(2, '0'), second.padStart(2, '0')]
  return isDay(`${year}-${one}-${other}`) || isDay(`${year}-${other}-${one}`)
}

/** As a browser writes it, or the host's picker: with twelve hours, too (facts §10.3). */
function isMoment(value: string): boolean {
  const found = /^([\d/.-]+)[T ](\d{1,2}):(\d{2})(?::[0-5]\d)?(?: ?[ap]m)?$/i.exec(value) ?? []
  const [, day = '', hour, minute] = found
  return (isDay(day) || isDayElsewhere(day)) && Number(hour) < 24 && Number(minute) < 60
}
