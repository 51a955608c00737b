/** What PHQ-9 and GAD-7 have in common: how often in two weeks, added up, read by bands. */
import type { Extension, QuestionnaireItem } from 'fhir/r4.js'
import { writeSum } from '../../../../access/questionnaires/calculation.js'
import { extensions } from '../../../../access/questionnaires/fhirValues.js'
import { bandExtension, type BandTyped } from '../scoreRule.js'
import { item, LOINC, option, type Said } from './texts.js'

export interface Asked {
  linkId: string
  loinc: string
  text: Said
  more?: Partial<QuestionnaireItem>
}

/** Never, several days, more than half of them, nearly every day: 0 to 3. */
export function howOften({ linkId, loinc, more = {}, text }: Asked, never: Said): QuestionnaireItem {
  return item(linkId, 'choice', text, {
    code: [{ system: LOINC, code: loinc }],
    required: true,
    answerOption: [
      option(LOINC, 'LA6568-5', never, 0),
      option(LOINC, 'LA6569-3', ['Several days', 'Varios días'], 1),
      option(LOINC, 'LA6570-1', ['More than half the days', 'Más de la mitad de los días'], 2),
      option(LOINC, 'LA6571-9', ['Nearly every day', 'Casi todos los días'], 3),
    ],
    ...more,
  })
}

/** How hard that made everyday life: asked with both, in no score. */
export function howDifficult(linkId: string, text: Said): QuestionnaireItem {
  return item(linkId, 'choice', text, {
    code: [{ system: LOINC, code: '69722-7' }],
    answerOption: [
      option(LOINC, 'LA6572-7', ['Not difficult at all', 'No ha sido difícil']),
      option(LOINC, 'LA6573-5', ['Somewhat difficult', 'Un poco difícil']),
      option(LOINC, 'LA6575-0', ['Very difficult', 'Muy difícil']),
      option(LOINC, 'LA6574-3', ['Extremely difficult', 'Extremadamente difícil']),
    ],
  })
}

/** The sum: goes along with the answers, is never shown to who answers. */
export function sumOf(linkId: string, loinc: string, text: Said, counted: readonly string[]): QuestionnaireItem {
  return item(linkId, 'decimal', text, {
    code: [{ system: LOINC, code: loinc }],
    readOnly: true,
    extension: [
      { url: extensions.hidden, valueBoolean: true },
      {
        url: extensions.calculated,
        valueExpression: { language: 'text/fhirpath', expression: writeSum(counted) },
      },
    ],
  })
}

/** What a sum from here on is called. */
export function band(from: number, [label, labelEs]: Said, flag: BandTyped['flag']): Extension {
  return bandExtension({ from: String(from), label, labelEs, flag })
}
