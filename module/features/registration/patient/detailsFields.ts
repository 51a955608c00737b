/** The fields of a person, as they stand in both forms: with the account's own, and alone. */
import type { FieldError, FieldOption } from '../../../web/layout.js'
import type { FormRead } from '../../../web/forms.js'
import type { RequestContext } from '../../../web/routes.js'
import { relationships, sexes } from '../details.js'

type Typed = Readonly<Record<string, string>>

/** Part of the views /registration/patient/details and /registration/patient/another. */
export function detailsFields({ t }: RequestContext, typed: Typed, errors: FieldError[]) {
  const chosen = (name: string, values: readonly string[], key: string): FieldOption[] => [
    { value: '', text: t('registration.choose') },
    ...values.map((value) => ({ value, text: t(`${key}.${value}`), selected: typed[name] === value })),
  ]
  return {
    typed: {
      forWhom: typed['forWhom'] ?? '',
      firstName: typed['firstName'] ?? '',
      middleName: typed['middleName'] ?? '',
      lastName: typed['lastName'] ?? '',
      birthName: typed['birthName'] ?? '',
      born: typed['born'] ?? '',
      phone: typed['phone'] ?? '',
      postalCode: typed['postalCode'] ?? '',
      message: typed['message'] ?? '',
    },
    relationships: chosen('relationship', relationships, 'registration.relationship'),
    sexes: chosen('sex', sexes, 'registration.sex'),
    errors,
    errorAt: Object.fromEntries(errors.flatMap(({ name, text }) => (name === undefined ? [] : [[name, text]]))),
  }
}

/** What is wrong, in the order of the form; a child needs to be somebody's, and its account a holder. */
export function detailsErrors({ t }: RequestContext, asked: FormRead<unknown>, withAccount: boolean): FieldError[] {
  const { typed } = asked
  const wrong = new Map(asked.ok ? [] : Object.entries(asked.errors))
  if (typed['forWhom'] === 'child') {
    if ((typed['relationship'] ?? '') === '') wrong.set('relationship', 'registration.missing.relationship')
    if (withAccount && (typed['holderName'] ?? '').trim() === '')
      wrong.set('holderName', 'registration.missing.holderName')
  }
  const inOrder = [...wrong].sort(([a], [b]) => FIELDS.indexOf(a) - FIELDS.indexOf(b))
  return inOrder.map(([name, key]) => ({ name, text: t(key) }))
}

const FIELDS = [
  ...['forWhom', 'relationship', 'holderName', 'firstName', 'middleName', 'lastName', 'birthName', 'born', 'sex'],
  ...['phone', 'postalCode', 'message', 'password'],
]
