/** What a template is made of, once it is read. */

/** Who answers it: the patient, somebody beside them, or staff when it is filed. */
export type Answerer = 'patient' | 'witness' | 'staff'

export type FieldKind =
  /** One line of text. */
  | 'line'
  /** Several lines. */
  | 'text'
  /** `YYYY-MM-DD` */
  | 'date'
  /** `YYYY-MM-DDTHH:MM` */
  | 'moment'
  /** Ticked or not. */
  | 'mark'
  /** One of its options. */
  | 'choice'
  /** A picture as a data address, or a name that was typed. */
  | 'signature'
  /** A document that was read: ticked or not. */
  | 'acknowledgement'
  /** A form that is answered in its own place: the id of what was answered. */
  | 'questionnaire'
  | 'encounter-form'

export interface Field {
  /** As the host generates it: `text_area0`, `check3`, `patient_signature0` (facts §6.1). */
  name: string
  kind: FieldKind
  by: Answerer
  /** What stands beside it, in the template's own words. '' where nothing does: then `number` tells it from others. */
  label: string
  /** From 1, in order of appearance among all fields. */
  number: number
  required: boolean
  /** choice: as they are written, and as they are kept. */
  options?: readonly string[]
  /** choice: side by side. */
  inline?: boolean
  /** text: rows and columns; line: columns. */
  rows?: number
  columns?: number
  /** questionnaire, encounter-form: its name. */
  form?: string
  /** acknowledgement: document_templates.id and title. */
  document?: { id: number; title: string }
}

export type Part =
  | { kind: 'element'; tag: string; attributes: Readonly<Record<string, string>>; parts: readonly Part[] }
  | { kind: 'text'; text: string }
  | { kind: 'field'; field: Field }
  /** Filled in from the chart: `PatientName`, `DEM:fname`, `CurrentDate:Y-m-d`. */
  | { kind: 'value'; name: string }
  /** Values in a group carry their titles, with the separator between those that there are. */
  | { kind: 'group'; opens: boolean }
  | { kind: 'separator'; text: string }
  /** In braces, and nothing that anybody knows: stays as text. */
  | { kind: 'unknown'; text: string }

export type Parts = readonly Part[]
