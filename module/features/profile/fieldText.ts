/** Fields and values of the profile, in words. */
import { sections, type Section } from '../../host/profile/fields.js'
import type { ProfileField } from '../../host/profile/layout.js'
import { isDay } from '../../platform/clock.js'
import type { FieldOption } from '../../web/layout.js'
import type { RequestContext } from '../../web/routes.js'
import { writeDay } from '../../web/times.js'

type Speaker = Pick<RequestContext, 't' | 'language'>

export function fieldLabel({ t }: Speaker, column: string): string {
  return t(`profile.field.${column}`)
}

/** A value as people read it; of nothing, a word for it. */
export function valueText(speaker: Speaker, field: ProfileField | undefined, value: string): string {
  const { language, t } = speaker
  if (value === '') return t('profile.nothing')
  if (field?.kind === 'date' && isDay(value)) return writeDay(value, language)
  return optionText(speaker, field, value)
}

function optionText({ t }: Speaker, field: ProfileField | undefined, value: string): string {
  if (field?.kind === 'yesno' && (value === 'YES' || value === 'NO')) return t(`profile.option.${value}`)
  const option = field?.options?.find((each) => each.value === value)
  if (field?.column === 'sex' && sexes.includes(value)) return t(`profile.option.sex.${value}`)
  // An id means nothing to whoever reads it.
  if (!option && field?.of !== undefined) return t('profile.unlisted')
  return option?.title ?? value
}

const sexes = ['Female', 'Male', 'UNK']

/** The control of a field: what partial `field` takes. */
export function controlOf(
  speaker: Speaker,
  field: ProfileField,
  { name, value, error, hint }: { name: string; value: string; error?: string | undefined; hint?: string | undefined },
) {
  const types = { text: 'text', date: 'date', list: 'select', yesno: 'select', phone: 'tel', email: 'email' } as const
  const inputmode = { phone: 'tel', email: 'email' } as const
  return {
    name,
    label: fieldLabel(speaker, field.column),
    type: types[field.kind],
    value,
    maxlength: field.most,
    required: field.required,
    verbatim: field.kind === 'text' || field.kind === 'email',
    ...(field.kind === 'phone' || field.kind === 'email' ? { inputmode: inputmode[field.kind] } : {}),
    ...(field.kind === 'date' || field.kind === 'phone' ? { width: 'm' as const } : {}),
    ...(field.options ? { options: optionsOf(speaker, field, value) } : {}),
    ...(autofill[field.column] === undefined ? {} : { autocomplete: autofill[field.column] }),
    ...(error === undefined ? {} : { error }),
    ...(hint === undefined ? {} : { hint }),
  }
}

/** What the chart says stays choosable, even where the practice has taken it off the list. */
function optionsOf(speaker: Speaker, field: ProfileField, value: string): FieldOption[] {
  const listed = field.options ?? []
  const kept = value === '' || listed.some((each) => each.value === value) ? [] : [{ value, title: value }]
  const offered = listed.filter((each) => !each.gone || each.value === value)
  return [
    { value: '', text: speaker.t('profile.choose') },
    ...[...kept, ...offered].map((each) => ({
      value: each.value,
      text: optionText(speaker, field, each.value),
      selected: each.value === value,
    })),
  ]
}

const autofill: Readonly<Record<string, string>> = {
  ...{ fname: 'given-name', mname: 'additional-name', lname: 'family-name', DOB: 'bday', street: 'address-line1' },
  ...{ city: 'address-level2', postal_code: 'postal-code', phone_cell: 'tel', email: 'email' },
}

export function sectionOf(name: string | undefined): Section | undefined {
  return sections.find((each) => each === name)
}
