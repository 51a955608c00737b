/** What the form of an item posts: rows side by side, `choiceText` beside `choiceValue`, each name as often as there are rows. */
import { z } from 'zod'
import { optionalText } from '../../../web/forms.js'
import type { ItemTyped } from './itemFields.js'
import type { ItemFault } from './itemKinds.js'

const ROWS_MOST = 200

/** Fields of one name: none, one, or several. */
const column = z
  .union([z.string(), z.array(z.string()).max(ROWS_MOST)])
  .optional()
  .transform((value) => (value === undefined ? [] : typeof value === 'string' ? [value] : value).map(cleaned))

function cleaned(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])\p{Cc}/gu, '')
    .trim()
}

export const ItemForm = z.object({
  item: z.string().max(200),
  kind: optionalText(20),
  text: optionalText(2000),
  textEs: optionalText(2000),
  required: optionalText(1),
  repeats: optionalText(1),
  maxLength: optionalText(10),
  unit: optionalText(40),
  initial: optionalText(2000),
  urgentFrom: optionalText(20),
  urgentWhen: optionalText(5),
  behaviour: optionalText(3),
  ...{ choiceWas: column, choicePlace: column, choiceText: column, choiceTextEs: column, choiceValue: column },
  choiceUrgent: column,
  ...{ whenQuestion: column, whenOperator: column, whenAnswer: column },
  /** A button that asks for more rows and saves nothing. */
  more: optionalText(10),
})

export function typedFrom(form: z.output<typeof ItemForm>): ItemTyped {
  const { behaviour, choiceText, required, repeats, urgentWhen, whenQuestion, ...plain } = form
  return {
    ...{ kind: plain.kind, text: plain.text, textEs: plain.textEs, maxLength: plain.maxLength, unit: plain.unit },
    ...{ initial: plain.initial, urgentFrom: plain.urgentFrom },
    required: required === '1',
    repeats: repeats === '1',
    urgentWhen: urgentWhen === 'true' || urgentWhen === 'false' ? urgentWhen : '',
    behaviour: behaviour === 'any' ? 'any' : 'all',
    choices: choiceText.map((text, at) => ({
      text,
      was: /^\d{1,3}$/.exec(plain.choiceWas[at] ?? '')?.[0] ?? '',
      place: plain.choicePlace[at] ?? '',
      textEs: plain.choiceTextEs[at] ?? '',
      value: plain.choiceValue[at] ?? '',
      urgent: plain.choiceUrgent[at] === '1',
    })),
    conditions: whenQuestion.map((question, at) => ({
      question,
      operator: plain.whenOperator[at] ?? '',
      answer: plain.whenAnswer[at] ?? '',
    })),
  }
}

const BandFields = {
  ...{ bandFrom: column, bandLabel: column, bandLabelEs: column, bandFlag: column },
}

export const ScoreForm = z.object({ counted: column, name: optionalText(200), ...BandFields })

/** The id of a control: of a row of a list its number goes along. */
export function controlId({ field, row }: Pick<ItemFault, 'field' | 'row'>): string {
  return row === undefined ? `field-${field}` : `field-${field}-${String(row)}`
}
