/** A template's text, read into its parts. */
import { parseDocument } from 'htmlparser2'
import { cleanHtml } from '../../../platform/sanitise.js'
import { knownDirective, type Known } from './known.js'
import { labelled } from './labels.js'
import type { Field, Part, Parts } from './parts.js'

/** What the parser makes, as far as it is read here. */
interface Node {
  type: string
  data?: string
  name?: string
  attribs?: Record<string, string>
  children?: readonly Node[]
}

/**
 * Any text, HTML or not. What comes out holds no code, whatever went in (platform/sanitise.ts), and every field under
 * the name that the host gives it. The same text gives the same parts.
 */
export function parseTemplate(content: string): Parts {
  const source = content.replace(/\r\n?/g, '\n')
  const { html } = cleanHtml(withBraces(asHtml(source)))
  const reader = new Reader()
  const parts = reader.parts((parseDocument(html) as Node).children ?? [])
  return labelled(parts, reader.signaturesRequired)
}

/** Editors escape braces in what they take for an address (facts §6.1). */
function withBraces(text: string): string {
  return text.replace(
    /%7B([\w/][^<>{}%]*(?:%20[^<>{}%]*)*)%7D/gi,
    (_whole, inside: string) => `{${inside.replace(/%20/g, ' ')}}`,
  )
}

const blockTags = /<(?:p|div|table|tr|td|h[1-6]|ul|ol|li|br|hr|html|body|section|article|blockquote)\b/i

/** As the host does: text keeps its lines, unless the template says or shows that it is HTML (facts §6.1). */
function asHtml(source: string): string {
  const isHtml = source.includes('{ParseAsHTML}') || (!source.includes('{ParseAsText}') && blockTags.test(source))
  return isHtml ? source : source.replace(/\n/g, '<br>')
}

class Reader {
  private readonly counts = new Map<string, number>()
  private fields = 0
  /** What stands between {ITEMSEP} and {/ITEMSEP} so far. */
  private separator: string | undefined
  signaturesRequired = false

  parts(nodes: readonly Node[]): Part[] {
    return nodes.flatMap((node): Part[] => {
      if (node.type === 'text') return this.text(node.data ?? '')
      if (node.name === undefined) return []
      const { name: tag, attribs: attributes = {}, children = [] } = node
      return [{ kind: 'element', tag, attributes, parts: this.parts(children) }]
    })
  }

  private text(text: string): Part[] {
    const parts: Part[] = []
    let from = 0
    for (const match of text.matchAll(/\{(\/?[A-Za-z][^{}\n]{0,400})\}/g)) {
      const part = this.directive(match[1] ?? '', text.slice(from, match.index))
      if (part === undefined) continue
      parts.push(...part)
      from = match.index + match[0].length
    }
    return [...parts, ...this.plain(text.slice(from))]
  }

  private plain(text: string): Part[] {
    if (this.separator === undefined) return text === '' ? [] : [{ kind: 'text', text }]
    this.separator += text
    return []
  }

  /** With the text before it. Undefined: it is no directive, only text in braces. */
  private directive(inside: string, before: string): Part[] | undefined {
    const known = inside === 'ITEMSEP' || inside === '/ITEMSEP' ? inside : knownDirective(inside)
    if (known === undefined && !/^\/?[A-Za-z]\w*(?::[^]*)?$/.test(inside)) return undefined
    const parts = this.plain(before)
    if (known === 'ITEMSEP') this.separator ??= ''
    else if (known === '/ITEMSEP') parts.push(...this.separated())
    else if (known === undefined) parts.push(...this.unknown(`{${inside}}`))
    else parts.push(...this.known(inside, known))
    return parts
  }

  private separated(): Part[] {
    const text = this.separator
    this.separator = undefined
    return text === undefined ? [] : [{ kind: 'separator', text }]
  }

  private unknown(text: string): Part[] {
    return this.separator === undefined ? [{ kind: 'unknown', text }] : this.plain(text)
  }

  private known(inside: string, known: Known): Part[] {
    switch (known.kind) {
      case 'value':
        return [{ kind: 'value', name: inside }]
      case 'group':
        return [{ kind: 'group', opens: known.opens }]
      case 'silent':
        if (known.says === 'signatures-required') this.signaturesRequired = true
        return []
      case 'field':
        return [{ kind: 'field', field: this.field(known) }]
    }
  }

  private field({ prefix, of, kind: _kind, ...more }: Extract<Known, { kind: 'field' }>): Field {
    const at = this.counts.get(prefix) ?? 0
    this.counts.set(prefix, at + 1)
    this.fields += 1
    return { ...more, name: `${prefix}${String(at)}`, kind: of, label: '', number: this.fields, required: false }
  }
}
