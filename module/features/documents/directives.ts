/**
 * The host's templates: texts with directives in braces (facts §6.1). Read once into parts, and shown as a form, as a
 * page or for a file. Pure: values come from whoever shows it.
 */
import type { Translate } from '../../platform/i18n.js'
import { htmlOf, type Node } from './directives/nodes.js'
import type { Field, Part, Parts } from './directives/parts.js'
import { templateNodes } from './directives/rendering.js'
import type { Mode, TemplateValues } from './directives/showing.js'

export { parseTemplate } from './directives/reading.js'
export { templateNodes } from './directives/rendering.js'
export { isDrawn, isMarked, labelOf } from './directives/inputs.js'
export type { ChartValue, Embedded, Mode, TemplateValues } from './directives/showing.js'
export type { Field, Part, Parts, Node }

/** The fields of a template, in order of appearance. */
export function fieldsOf(parts: Parts): Field[] {
  return parts.flatMap((part): Field[] =>
    part.kind === 'field' ? [part.field] : part.kind === 'element' ? fieldsOf(part.parts) : [],
  )
}

/** What it wants to know from the chart: `PatientName`, `DEM:fname`. Each once. */
export function chartNamesOf(parts: Parts): string[] {
  return [...new Set(walked(parts).flatMap((part) => (part.kind === 'value' ? [part.name] : [])))]
}

/** What stands in braces and means nothing. Each once. */
export function unknownIn(parts: Parts): string[] {
  return [...new Set(walked(parts).flatMap((part) => (part.kind === 'unknown' ? [part.text] : [])))]
}

function walked(parts: Parts): Part[] {
  return parts.flatMap((part) => (part.kind === 'element' ? walked(part.parts) : [part]))
}

/** As HTML, for the file and for whoever prints it: the same values give the same text. Pages print `templateNodes`. */
export function renderTemplate(parts: Parts, values: TemplateValues, mode: Mode, t: Translate): string {
  return htmlOf(templateNodes(parts, values, mode, t))
}
