/** Answers as people read them. */
import { DateTime } from 'luxon'
import { inLanguage, sameValue, type Item, type Value } from '../../../access/questionnaires/model.js'
import { isDay } from '../../../platform/clock.js'
import type { Language, Translate } from '../../../platform/i18n.js'
import { writeDay, writeTime } from '../../../web/times.js'

export interface Reader {
  t: Translate
  language: Language
  /** The practice's. */
  zone: string
}

export function valuesText(reader: Reader, item: Item, values: readonly Value[]): string {
  return values.map((value) => valueText(reader, item, value)).join(', ')
}

function valueText({ t, language, zone }: Reader, item: Item, value: Value): string {
  const option = item.options.find((each) => sameValue(each.value, value))
  if (option) return inLanguage(option.label, language)
  switch (value.is) {
    case 'boolean':
      return t(value.value ? 'forms.yes' : 'forms.no')
    case 'date':
      return isDay(value.value) ? writeDay(value.value, language) : value.value
    case 'dateTime': {
      const at = DateTime.fromISO(value.value, { zone })
      return at.isValid ? `${writeDay(at.toISODate(), language)}, ${at.toFormat('HH:mm')}` : value.value
    }
    case 'time':
      return writeTime(value.value)
    case 'coding':
      return value.value.display ?? value.value.code ?? ''
    case 'quantity':
      return `${String(value.value.value)} ${value.value.unit ?? value.value.code ?? ''}`.trim()
    default:
      return String(value.value)
  }
}
