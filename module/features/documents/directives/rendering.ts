/** Parts, with what is known of the patient and what was answered, as somebody reads or fills them. */
import type { Translate } from '../../../platform/i18n.js'
import { answeredNodes } from './answered.js'
import { inputNodes } from './inputs.js'
import { element, lines, type Node } from './nodes.js'
import type { Field, Part, Parts } from './parts.js'
import type { Mode, Showing, TemplateValues } from './showing.js'

/** Nodes for /documents/directives/nodes, or for htmlOf. */
export function templateNodes(parts: Parts, values: TemplateValues, mode: Mode, t: Translate): Node[] {
  const writer = new Writer({ values, t }, mode)
  return writer.nodes(parts)
}

const SEPARATOR = '; '

class Writer {
  private depth = 0
  private written = 0
  private separator = SEPARATOR

  constructor(
    private readonly showing: Showing,
    private readonly mode: Mode,
  ) {}

  nodes(parts: Parts): Node[] {
    return parts.flatMap((part) => this.node(part))
  }

  private node(part: Part): Node[] {
    switch (part.kind) {
      case 'text':
      case 'unknown':
        return [part.text]
      case 'element':
        return [this.element(part)]
      case 'value':
        return lines(this.value(part.name))
      case 'group':
        this.depth = Math.max(0, this.depth + (part.opens ? 1 : -1))
        this.written = 0
        return []
      case 'separator':
        this.separator = part.text
        return []
      case 'field':
        return this.field(part.field)
    }
  }

  private field(field: Field): Node[] {
    return this.mode === 'fill' ? inputNodes(field, this.showing) : answeredNodes(field, this.showing, this.mode)
  }

  /** In a group with its title, and after the separator where another stands before it (facts §6.1). */
  private value(name: string): string {
    const { text = '', title } = this.showing.values.chart.get(name) ?? {}
    if (text === '' || this.depth === 0) return text
    const titled = title === undefined ? text : `${title}: ${text}`
    this.written += 1
    return this.written > 1 ? `${this.separator}${titled}` : titled
  }

  private element({ tag, attributes, parts }: Extract<Part, { kind: 'element' }>): Node {
    const children = this.nodes(parts)
    if (this.mode === 'file') return element(tag, attributes, children)
    // A group of choices cannot stand in a paragraph.
    const shown = tag === 'p' && this.mode === 'fill' ? 'div' : headingBelow(tag)
    return element(shown, onPage(tag, attributes), children)
  }
}

/** A page has its own heading; those of a template begin below it. */
function headingBelow(tag: string): string {
  return /^h[1-5]$/.test(tag) ? `h${String(Math.min(6, Number(tag.slice(1)) + 1))}` : tag
}

const classes: readonly (readonly [RegExp, string])[] = [
  [/text-align:\s*center/, 'text-center'],
  [/text-align:\s*right/, 'text-end'],
  [/font-weight:\s*(?:bold|[6-9]00)/, 'fw-bold'],
  [/font-style:\s*italic/, 'fst-italic'],
  [/text-decoration:\s*underline/, 'text-decoration-underline'],
]

/** A page takes no styles from others (its content security policy): the few that are allowed become classes. */
function onPage(tag: string, { style = '', ...attributes }: Readonly<Record<string, string>>): Record<string, string> {
  const names = classes.flatMap(([pattern, name]) => (pattern.test(style) ? [name] : []))
  if (tag === 'p') names.unshift('template-paragraph')
  if (tag === 'table') names.unshift('table')
  if (tag === 'img') names.unshift('img-fluid')
  return {
    ...attributes,
    ...(tag === 'img' ? { alt: attributes['alt'] ?? '' } : {}),
    ...(tag === 'a' && attributes['href'] ? { rel: 'noopener noreferrer nofollow', target: '_blank' } : {}),
    ...(names.length > 0 ? { class: names.join(' ') } : {}),
  }
}
