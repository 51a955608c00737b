/** What an answer counts and whether it is urgent: the extensions of an item and of its options, read and set. */
import type { Extension, QuestionnaireItem, QuestionnaireItemAnswerOption } from 'fhir/r4.js'
import { extensionAt, extensions } from '../../../access/questionnaires/fhirValues.js'

/** From which number on, or with which yes or no, an answer is urgent. */
export interface Urgency {
  from: number | undefined
  when: boolean | undefined
}

export function urgentOf(item: QuestionnaireItem): Urgency {
  const said = extensionAt(item, extensions.urgent)
  return { from: said?.valueDecimal ?? said?.valueInteger, when: said?.valueBoolean }
}

export function markUrgent(item: QuestionnaireItem, { from, when }: Urgency): QuestionnaireItem {
  if (from === urgentOf(item).from && when === urgentOf(item).when) return item
  if (from !== undefined) return withExtension(item, { url: extensions.urgent, valueDecimal: from })
  if (when !== undefined) return withExtension(item, { url: extensions.urgent, valueBoolean: when })
  return withoutExtension(item, extensions.urgent)
}

export function isUrgentChoice(option: QuestionnaireItemAnswerOption): boolean {
  return extensionAt(option, extensions.urgent)?.valueBoolean ?? false
}

export function markUrgentChoice(
  option: QuestionnaireItemAnswerOption,
  urgent: boolean,
): QuestionnaireItemAnswerOption {
  if (urgent === isUrgentChoice(option)) return option
  return urgent
    ? withExtension(option, { url: extensions.urgent, valueBoolean: true })
    : withoutExtension(option, extensions.urgent)
}

/** At the option, or at its coding, where some write it. */
export function ordinalOf(option: QuestionnaireItemAnswerOption): number | undefined {
  for (const element of [option, option.valueCoding]) {
    const said = extensionAt(element, extensions.ordinal) ?? extensionAt(element, extensions.weight)
    if (said) return said.valueDecimal ?? said.valueInteger
  }
  return undefined
}

export function withOrdinal(
  option: QuestionnaireItemAnswerOption,
  value: number | undefined,
): QuestionnaireItemAnswerOption {
  if (value === ordinalOf(option)) return option
  const bare = [extensions.ordinal, extensions.weight].reduce((each, url) => withoutExtension(each, url), option)
  const coding = bare.valueCoding
  const coded = coding
    ? {
        ...bare,
        valueCoding: [extensions.ordinal, extensions.weight].reduce((each, url) => withoutExtension(each, url), coding),
      }
    : bare
  return value === undefined ? coded : withExtension(coded, { url: extensions.ordinal, valueDecimal: value })
}

/** In the place of one of the same kind, else behind the others. */
export function withExtension<Extended extends { extension?: Extension[] | undefined }>(
  of: Extended,
  added: Extension,
): Extended {
  const before = of.extension ?? []
  const there = before.some(({ url }) => url === added.url)
  const extension = there ? before.map((each) => (each.url === added.url ? added : each)) : [...before, added]
  return { ...of, extension }
}

export function withoutExtension<Extended extends { extension?: Extension[] | undefined }>(
  of: Extended,
  url: string,
): Extended {
  if (!of.extension) return of
  const { extension: before, ...rest } = of
  const extension = before.filter((each) => each.url !== url)
  return (extension.length === 0 ? rest : { ...rest, extension }) as Extended
}
