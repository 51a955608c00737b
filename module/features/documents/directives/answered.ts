/** A field as it was answered: on a page, and in the file. */
import { isDrawn, isMarked, optionText, titleOf } from './inputs.js'
import { element, lines, type Node } from './nodes.js'
import type { Field } from './parts.js'
import type { Showing } from './showing.js'

export function answeredNodes(field: Field, { values, t }: Showing, mode: 'read' | 'file'): Node[] {
  const value = values.answers[field.name] ?? ''
  switch (field.kind) {
    case 'line':
    case 'text':
    case 'date':
    case 'moment':
      return value === '' ? [unanswered(mode)] : [element('strong', {}, lines(value))]
    case 'mark':
      return [isMarked(value) ? '☑' : '☐']
    case 'choice':
      return [choices(field, value, (option) => optionText(option, t))]
    case 'signature':
      return signatureNodes(field, value, mode, t('directive.signed'), t('directive.typed', { name: value }))
    case 'acknowledgement':
      return [`${isMarked(value) ? '☑' : '☐'} ${t('directive.acknowledge', { title: titleOf(field, t) })}`]
    case 'questionnaire':
    case 'encounter-form': {
      const done = values.embedded?.get(field.name)?.done
      const title = titleOf(field, t)
      return [element('strong', {}, [done === undefined ? t('directive.elsewhere', { title }) : `${title}: ${done}`])]
    }
  }
}

function unanswered(mode: 'read' | 'file'): Node {
  return mode === 'file' ? '________' : element('span', { class: 'muted' }, ['—'])
}

/** All of them, so that who reads it sees what there was to choose from; what was chosen stands out. */
function choices(field: Field, value: string, textOf: (option: string) => string): Node {
  const known = field.options ?? []
  // An answer that the template does not offer any more is shown all the same.
  const options = value === '' || known.includes(value) ? known : [...known, value]
  return element(
    'span',
    {},
    options.flatMap((option, at): Node[] => [
      at === 0 ? '' : '  ',
      option === value ? element('strong', {}, [`☑ ${textOf(option)}`]) : `☐ ${textOf(option)}`,
    ]),
  )
}

function signatureNodes({ by }: Field, value: string, mode: 'read' | 'file', alt: string, typed: string): Node[] {
  if (value === '') return [unanswered(mode)]
  if (isDrawn(value)) return [element('img', { src: value, alt, ...(mode === 'read' ? { class: 'img-fluid' } : {}) })]
  return [element('em', mode === 'read' ? { 'data-by': by } : {}, [typed])]
}
