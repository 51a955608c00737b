/** How a sample says the same in two languages: FHIR's translation extension, so that both are one questionnaire. */
import type { Element, QuestionnaireItem, QuestionnaireItemAnswerOption } from 'fhir/r4.js'
import { extensions } from '../../../../access/questionnaires/fhirValues.js'

export const LOINC = 'http://loinc.org'

/** English, and the same in Spanish. */
export type Said = readonly [en: string, es: string]

/** What stands beside a string of the resource: `_text`, `_title`, `_display`. */
export function inSpanish(es: string): Element {
  return {
    extension: [
      {
        url: extensions.translation,
        extension: [
          { url: 'lang', valueCode: 'es' },
          { url: 'content', valueString: es },
        ],
      },
    ],
  }
}

export function titled([en, es]: Said) {
  return { title: en, _title: inSpanish(es) }
}

export function described([en, es]: Said) {
  return { description: en, _description: inSpanish(es) }
}

type More = Omit<Partial<QuestionnaireItem>, 'linkId' | 'text' | 'type'>

export function item(
  linkId: string,
  type: QuestionnaireItem['type'],
  [en, es]: Said,
  more: More = {},
): QuestionnaireItem {
  return { linkId, text: en, _text: inSpanish(es), type, ...more }
}

/** A choice; `value` is what it adds to a score. */
export function option(system: string, code: string, [en, es]: Said, value?: number): QuestionnaireItemAnswerOption {
  return {
    ...(value === undefined ? {} : { extension: [{ url: extensions.ordinal, valueDecimal: value }] }),
    valueCoding: { system, code, display: en, _display: inSpanish(es) },
  }
}
