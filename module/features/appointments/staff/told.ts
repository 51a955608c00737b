import type { Whose } from '../../../web/whose.js'

/** What a page says of a press that changed nothing. */
export interface Told {
  status: number
  text: string
  /** The field at which it stands. */
  field?: string
  /** Of whom the text tells. */
  about?: readonly Whose[]
  /** A colleague's username who has it: they can be relieved of it. */
  takeFrom?: string
}

/** As a form shows it: on top, and at its field. */
export function errorsOf(told: Told | undefined) {
  return {
    errors: told ? [{ text: told.text, ...(told.field === undefined ? {} : { name: told.field }) }] : [],
    errorAt: told?.field === undefined ? {} : { [told.field]: told.text },
  }
}
