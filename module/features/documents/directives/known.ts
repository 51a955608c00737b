/** Each directive of the host's renderer (facts §6.1), and what it stands for. */
import type { Answerer, FieldKind } from './parts.js'

export type Known =
  | { kind: 'value' }
  | { kind: 'group'; opens: boolean }
  /** It says something about the whole template, and shows nothing. */
  | { kind: 'silent'; says: 'signatures-required' | 'html' | 'text' }
  | ({ kind: 'field' } & KnownField)

/** A field, but for its number, its label and what follows from them. */
export interface KnownField {
  /** What its name begins with. */
  prefix: string
  of: FieldKind
  by: Answerer
  options?: readonly string[]
  inline?: boolean
  rows?: number
  columns?: number
  form?: string
  document?: { id: number; title: string }
}

/** Filled in from the chart, without an argument. */
export const patientValues = [
  ...['PatientName', 'PatientID', 'Address', 'City', 'State', 'Zip', 'PatientPhone', 'PatientDOB', 'PatientSex'],
  ...['DOS', 'ChiefComplaint', 'ReferringDOC', 'Allergies', 'Medications', 'ProblemList'],
] as const

const field = (prefix: string, of: FieldKind, more: Partial<KnownField> = {}): Known => ({
  ...{ kind: 'field', prefix, of, by: 'patient' },
  ...more,
})

const plain: ReadonlyMap<string, Known> = new Map<string, Known>([
  ...patientValues.map((name): [string, Known] => [name, { kind: 'value' }]),
  ['GRP', { kind: 'group', opens: true }],
  ['/GRP', { kind: 'group', opens: false }],
  ['TextBox', field('text_area', 'text', { rows: 3, columns: 60 })],
  ['TextInput', field('text_input', 'line', { columns: 30 })],
  ['smTextInput', field('text_input', 'line', { columns: 10 })],
  ['DatePicker', field('text_input', 'date')],
  ['StandardDatePicker', field('text_input', 'date')],
  ['DateTimePicker', field('text_input', 'moment')],
  ['CheckMark', field('check', 'mark')],
  ['ynRadioGroup', field('ynradio', 'choice', { options: ['Yes', 'No'], inline: true })],
  ['TrueFalseRadioGroup', field('tfradio', 'choice', { options: ['True', 'False'], inline: true })],
  ['PatientSignature', field('patient_signature', 'signature')],
  ['AdminSignature', field('admin_signature', 'signature', { by: 'staff' })],
  ['WitnessSignature', field('witness_signature', 'signature', { by: 'witness' })],
  ['SignaturesRequired', { kind: 'silent', says: 'signatures-required' }],
  ['ParseAsHTML', { kind: 'silent', says: 'html' }],
  ['ParseAsText', { kind: 'silent', says: 'text' }],
])

type WithArgument = (argument: string) => Known | undefined

const argued: ReadonlyMap<string, WithArgument> = new Map<string, WithArgument>([
  ['DEM', (name) => (isColumn(name) ? { kind: 'value' } : undefined)],
  ['HIS', (name) => (isColumn(name) ? { kind: 'value' } : undefined)],
  ['CurrentDate', (pattern) => (pattern.length <= 40 ? { kind: 'value' } : undefined)],
  ['TextBox', textBox],
  ['sizedTextInput', (size) => sized(size)],
  ['RadioGroup', (list) => choice('group_radio', list, false)],
  ['RadioGroupInline', (list) => choice('inline_radio', list, true)],
  ['Questionnaire', (name) => named(name, 'questionnaire')],
  ['EncounterForm', (name) => named(name, 'encounter-form')],
  ['AcknowledgePdf', acknowledged],
])

/** What stands in braces: `TextBox:03x080`, without them. Undefined: nobody knows it. */
export function knownDirective(inside: string): Known | undefined {
  const colon = inside.indexOf(':')
  if (colon < 0) return plain.get(inside)
  const [name, argument] = [inside.slice(0, colon), inside.slice(colon + 1)]
  if (/^LBF\w*$/.test(name)) return isColumn(argument) ? { kind: 'value' } : undefined
  return argued.get(name)?.(argument)
}

function isColumn(name: string): boolean {
  return /^\w{1,64}$/.test(name)
}

const ROWS_MOST = 60
const COLUMNS_MOST = 200

/** rrxccc */
function textBox(argument: string): Known | undefined {
  const [, rows, columns] = /^(\d{1,3})x(\d{1,4})$/.exec(argument) ?? []
  if (rows === undefined || columns === undefined) return undefined
  return field('text_area', 'text', {
    rows: within(Number(rows), ROWS_MOST),
    columns: within(Number(columns), COLUMNS_MOST),
  })
}

/** Pixels of a letter, about. */
const LETTER = 8

function sized(argument: string): Known | undefined {
  const [, size, unit] = /^(\d{1,4})(px|ch)?$/.exec(argument) ?? []
  if (size === undefined) return undefined
  const columns = unit === 'px' ? Math.round(Number(size) / LETTER) : Number(size)
  return field('text_input', 'line', { columns: within(columns, COLUMNS_MOST) })
}

function within(number: number, most: number): number {
  return Math.min(Math.max(number, 1), most)
}

function choice(prefix: string, list: string, inline: boolean): Known | undefined {
  const options = [...new Set(list.split('_').map((option) => option.trim()))].filter((option) => option !== '')
  return options.length === 0 ? undefined : field(prefix, 'choice', { options, inline })
}

function named(name: string, of: 'questionnaire' | 'encounter-form'): Known | undefined {
  const form = name.trim()
  return form === '' ? undefined : field(of.replace('-', '_'), of, { form })
}

/** `templateId:title` */
function acknowledged(argument: string): Known | undefined {
  const [, id, title] = /^(\d{1,10}):?([^]*)$/.exec(argument) ?? []
  if (id === undefined) return undefined
  return field('acknowledge', 'acknowledgement', { document: { id: Number(id), title: (title ?? '').trim() } })
}
