/** A field as the patient fills it: one labelled control, its error beside it. */
import type { Translate } from '../../../platform/i18n.js'
import { element, type Node } from './nodes.js'
import type { Field } from './parts.js'
import type { Embedded, Showing } from './showing.js'

export function inputNodes(field: Field, { values, t }: Showing): Node[] {
  const control: Control = {
    field,
    t,
    id: `field-${field.name}`,
    label: labelOf(field, t),
    value: values.answers[field.name] ?? '',
    error: values.errors?.[field.name],
    embedded: values.embedded?.get(field.name),
  }
  return [...errorNodes(control), ...controlNodes(control)]
}

interface Control {
  field: Field
  t: Translate
  id: string
  label: string
  value: string
  error: string | undefined
  embedded: Embedded | undefined
}

/** "Your medicines (must be answered)", "Field 3". What a screen reader says, and what errors name. */
export function labelOf({ label, number, kind }: Pick<Field, 'label' | 'number' | 'kind'>, t: Translate): string {
  if (label !== '') return label
  return t(kind === 'signature' ? 'directive.signature' : 'directive.field', { number })
}

function errorNodes({ id, error }: Control): Node[] {
  return error === undefined ? [] : [element('span', { class: 'field-error', id: `${id}-error` }, [error])]
}

function controlNodes(control: Control): Node[] {
  const { field } = control
  if (field.by === 'staff') return [element('span', { class: 'muted' }, [control.t('directive.byStaff')])]
  switch (field.kind) {
    case 'line':
    case 'date':
    case 'moment':
      return [lineNode(control)]
    case 'text':
      return [textNode(control)]
    case 'mark':
      return [markNode(control)]
    case 'choice':
      return [choiceNode(control)]
    case 'signature':
      return [signatureNode(control)]
    case 'acknowledgement':
      return acknowledgementNodes(control)
    case 'questionnaire':
    case 'encounter-form':
      return embeddedNodes(control)
  }
}

/** What every control has: its name, and what it is called and wrong with it. */
function common({ field, id, label, error, t }: Control) {
  return {
    name: field.name,
    id,
    'aria-label': field.required ? t('directive.must', { label }) : label,
    'aria-describedby': error === undefined ? undefined : `${id}-error`,
    'aria-invalid': error === undefined ? undefined : 'true',
    // Not `required`: a draft is saved as it is, and the server says what is missing.
    'aria-required': field.required ? 'true' : undefined,
  }
}

const LINE_MOST = 1000
const TEXT_MOST = 20_000

function lineNode(control: Control): Node {
  const { field, value } = control
  return element('input', {
    type: typeOf(field, value),
    class: 'form-control template-line',
    ...common(control),
    value,
    ...(field.kind === 'line' ? { size: field.columns, maxlength: LINE_MOST } : {}),
  })
}

/** A day that was written in another way is kept as it is. */
function typeOf({ kind }: Field, value: string): string {
  if (kind === 'date' && (value === '' || /^\d{4}-\d{2}-\d{2}$/.test(value))) return 'date'
  if (kind === 'moment' && (value === '' || /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(value))) return 'datetime-local'
  return 'text'
}

function textNode(control: Control): Node {
  const { rows, columns } = control.field
  return element(
    'textarea',
    { class: 'form-control template-text', ...common(control), rows, cols: columns, maxlength: TEXT_MOST },
    // The parser of HTML drops a first line end.
    [control.value.startsWith('\n') ? `\n${control.value}` : control.value],
  )
}

/** Its words stand beside it in the template's own text: they are its name for who does not see them. */
function markNode(control: Control): Node {
  return element('input', {
    type: 'checkbox',
    class: 'form-check-input template-mark',
    ...common(control),
    value: 'on',
    checked: isMarked(control.value),
  })
}

/** As Foyer and as the host keep a mark that is set. */
export function isMarked(value: string): boolean {
  return /^(?:on|1|true|yes|checked)$/i.test(value)
}

function choiceNode(control: Control): Node {
  const { field, id, label, value, t } = control
  const attributes = {
    class: `template-choice${field.inline ? ' template-inline' : ''}`,
    'aria-describedby': control.error === undefined ? undefined : `${id}-error`,
    'aria-invalid': control.error === undefined ? undefined : 'true',
  }
  const legend = element('legend', { class: 'visually-hidden' }, [
    field.required ? t('directive.must', { label }) : label,
  ])
  const options = (field.options ?? []).map((option, at) => {
    // The first is where an error's link leads.
    const own = at === 0 ? id : `${id}-${String(at)}`
    return element('span', { class: 'form-check' }, [
      element('input', {
        ...{ type: 'radio', class: 'form-check-input', id: own, name: field.name, value: option },
        checked: value === option,
      }),
      element('label', { class: 'form-check-label', for: own }, [optionText(option, t)]),
    ])
  })
  return element('fieldset', attributes, [legend, ...options])
}

/** The host's own four have words in each language; others are the template's. */
export function optionText(option: string, t: Translate): string {
  return ['Yes', 'No', 'True', 'False'].includes(option) ? t(`directive.option.${option}`) : option
}

/**
 * Signed by typing one's name; where there is JavaScript, a pad to draw on takes its place (data-signature). What was
 * drawn is posted in the same field, as a picture.
 */
function signatureNode(control: Control): Node {
  const { field, t, value } = control
  const drawn = isDrawn(value)
  return element('span', { class: 'template-signature', 'data-signature': field.name, 'data-by': field.by }, [
    ...(drawn ? [element('img', { src: value, alt: t('directive.signed'), class: 'img-fluid' })] : []),
    element('input', {
      ...{ type: 'text', class: 'form-control', ...common(control), value: drawn ? '' : value },
      ...{ autocomplete: 'off', maxlength: 200, placeholder: t('directive.typeName') },
    }),
    // With nothing typed, what was drawn before stands.
    ...(drawn ? [element('input', { type: 'hidden', name: `${field.name}_drawn`, value: 'keep' })] : []),
  ])
}

/** A picture, and nothing else that an address could say. */
export function isDrawn(value: string): boolean {
  return /^data:image\/(?:png|jpeg);base64,[A-Za-z0-9+/]+={0,2}$/.test(value)
}

function acknowledgementNodes(control: Control): Node[] {
  const { embedded, field, id, t, value } = control
  const title = titleOf(field, t)
  const name = t('directive.acknowledge', { title })
  return [
    element('span', { class: 'template-acknowledgement' }, [
      ...(embedded ? [element('a', { href: embedded.href }, [t('directive.open', { title })])] : [title]),
      element('span', { class: 'form-check' }, [
        element('input', {
          ...{ type: 'checkbox', class: 'form-check-input', ...common(control), 'aria-label': undefined },
          ...{ value: 'on', checked: isMarked(value) },
        }),
        element('label', { class: 'form-check-label', for: id }, [name]),
      ]),
    ]),
  ]
}

export function titleOf({ document, form }: Pick<Field, 'document' | 'form'>, t: Translate): string {
  const title = document?.title ?? form ?? ''
  return title === '' ? t('directive.document') : title
}

function embeddedNodes({ embedded, field, id, t }: Control): Node[] {
  const title = titleOf(field, t)
  if (!embedded) return [element('span', { class: 'muted', id }, [t('directive.elsewhere', { title })])]
  return [
    element('a', { href: embedded.href, id }, [t('directive.answer', { title })]),
    ...(embedded.done === undefined ? [] : [` ${embedded.done}`]),
  ]
}
