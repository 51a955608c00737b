/** How a template is shown, and with what. */
import type { Translate } from '../../../platform/i18n.js'

/**
 * - fill: inputs, each with its label, its value and its error
 * - read: what was answered, on a page
 * - file: the same for the PDF: answers as text, marks as ☑ and ☐, signatures as pictures
 */
export type Mode = 'fill' | 'read' | 'file'

export interface ChartValue {
  text: string
  /** What it is called, inside {GRP}. */
  title?: string
}

/** What is answered elsewhere: a questionnaire, a document to be read. */
export interface Embedded {
  href: string
  /** In words: "Answered on Tue 24 Nov". Undefined: not yet. */
  done?: string
}

export interface TemplateValues {
  /** By directive: `PatientName`, `DEM:fname`, `CurrentDate`. One that is missing is empty. */
  chart: ReadonlyMap<string, ChartValue>
  /** By field name. A mark that is set is `on`; an acknowledgement too. */
  answers: Readonly<Record<string, string>>
  /** By field name, in words: shown beside the field. */
  errors?: Readonly<Record<string, string>>
  /** By field name. */
  embedded?: ReadonlyMap<string, Embedded>
}

/** What fields need to be shown. */
export interface Showing {
  values: TemplateValues
  t: Translate
}
