/** HTML as data: what pages print piece by piece, escaped, and what becomes a text for the file. */

export interface Element {
  tag: string
  /** A value of true stands without one: `checked`. */
  attributes: Readonly<Record<string, string | true>>
  children: readonly Node[]
}

/** An element, or text as it is read. */
export type Node = Element | string

type Attributes = Record<string, string | number | boolean | undefined>

/** An element; attributes that are undefined or false are left out. */
export function element(tag: string, attributes: Attributes, children: readonly Node[] = []): Element {
  const kept = Object.entries(attributes).flatMap(([name, value]): [string, string | true][] =>
    value === undefined || value === false ? [] : [[name, value === true ? true : String(value)]],
  )
  return { tag, attributes: Object.fromEntries(kept), children }
}

/** Text with its line ends. */
export function lines(text: string): Node[] {
  return text.split('\n').flatMap((line, at) => (at === 0 ? [line] : [element('br', {}), line]))
}

const empty = new Set(['br', 'hr', 'img', 'input'])

/** Whether it has no end. */
export function isEmpty(tag: string): boolean {
  return empty.has(tag)
}

export function htmlOf(nodes: readonly Node[]): string {
  return nodes.map((node) => (typeof node === 'string' ? escaped(node) : elementHtml(node))).join('')
}

function elementHtml({ tag, attributes, children }: Element): string {
  const written = Object.entries(attributes).map(([name, value]) =>
    value === true ? ` ${name}` : ` ${name}="${escaped(value)}"`,
  )
  const start = `<${tag}${written.join('')}>`
  return isEmpty(tag) ? start : `${start}${htmlOf(children)}</${tag}>`
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character)
}
