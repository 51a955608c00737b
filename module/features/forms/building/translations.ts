/** A text in English with the same in Spanish beside it, as FHIR's translation extension keeps it. Other languages stay. */
import type { Element, Extension } from 'fhir/r4.js'
import { extensions } from '../../../access/questionnaires/fhirValues.js'

const SPANISH = 'es'

/** '' where there is none. */
export function translationOf(element: Element | undefined): string {
  const found = element?.extension?.find(isSpanish)
  const content = found?.extension?.find(({ url }) => url === 'content')
  return content?.valueString ?? content?.valueMarkdown ?? ''
}

function isSpanish({ extension, url }: Extension): boolean {
  return (
    url === extensions.translation &&
    extension?.some((part) => part.url === 'lang' && part.valueCode === SPANISH) === true
  )
}

/** `{ text, _text }`: the field with its translation; without one, and with nothing else to keep, only the field. */
export function translated<Name extends string>(
  name: Name,
  text: string,
  before: Element | undefined,
  spanish: string,
): Translated<Name> {
  const beside = elementWith(before, spanish)
  return { [name]: text, ...(beside ? { [`_${name}`]: beside } : {}) } as Translated<Name>
}

type Translated<Name extends string> = Record<Name, string> & Partial<Record<`_${Name}`, Element>>

function elementWith(before: Element | undefined, spanish: string): Element | undefined {
  if (spanish === translationOf(before)) return before
  const { extension: all = [], ...rest } = before ?? {}
  const others = all.filter((each) => !isSpanish(each))
  const extension = spanish === '' ? others : [...others, inSpanish(spanish)]
  const element = extension.length === 0 ? rest : { ...rest, extension }
  return Object.keys(element).length === 0 ? undefined : element
}

function inSpanish(content: string): Extension {
  return {
    url: extensions.translation,
    extension: [
      { url: 'lang', valueCode: SPANISH },
      { url: 'content', valueString: content },
    ],
  }
}
