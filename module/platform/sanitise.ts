/**
 * HTML that others wrote, made harmless: no code, no handlers, no addresses that are code, no look of its own beyond a
 * few styles. What it says it keeps. One list of what is allowed, for cleaning and for telling what was refused.
 */
import { Parser } from 'htmlparser2'
import sanitizeHtml from 'sanitize-html'

export interface CleanHtml {
  html: string
  /** What is not in it any more: `<script>`, `onclick`, `javascript:`. Each once. */
  refused: string[]
}

export interface Refusal {
  /** `<iframe>`, `onclick`, `javascript:`, `style: position`. */
  what: string
  why: 'script' | 'handler' | 'address' | 'image' | 'style' | 'element' | 'attribute'
  /** Of the source, from 1. */
  line: number
}

/** Takes any text, HTML or not. */
export function cleanHtml(html: string): CleanHtml {
  return { html: sanitizeHtml(html, options), refused: [...new Set(refusalsIn(html).map(({ what }) => what))] }
}

/**
 * Whether it holds `<script`, as it stands or escaped: what the host's own screens do not save (facts §6.1), so that a
 * template that Foyer saved can be saved there too.
 */
export function holdsScript(html: string): boolean {
  return scriptIn.test(html)
}

const scriptIn = /(?:<|&lt;?|&#0*60;?|&#x0*3c;?|%3c)\s*\/?\s*script/i

/** Everything that `cleanHtml` takes out, where it stands. */
export function refusalsIn(html: string): Refusal[] {
  const found: Refusal[] = []
  const parser = new Parser({
    onopentag(name, attributes) {
      const line = lineAt(html, parser.startIndex)
      found.push(...inTag(name, attributes).map((refusal) => ({ ...refusal, line })))
    },
  })
  parser.end(html)
  return scriptIn.test(html) && !found.some(({ why }) => why === 'script')
    ? [{ what: '<script>', why: 'script', line: lineAt(html, html.search(scriptIn)) }, ...found]
    : found
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

type Found = Omit<Refusal, 'line'>

function inTag(tag: string, attributes: Readonly<Record<string, string>>): Found[] {
  if (tag === 'script') return [{ what: '<script>', why: 'script' }]
  if (!tags.includes(tag) && !(tag in otherNames) && !harmless.includes(tag)) {
    return [{ what: `<${tag.slice(0, 40)}>`, why: 'element' }]
  }
  return Object.entries(attributes).flatMap(([name, value]) => inAttribute(tag, name, value))
}

function inAttribute(tag: string, name: string, value: string): Found[] {
  if (/^on/i.test(name)) return [{ what: name.slice(0, 40), why: 'handler' }]
  if (name === 'style') return inStyle(value)
  if (name === 'href' && tag === 'a') return isLink(value) ? [] : [{ what: schemeOf(value), why: 'address' }]
  if (name === 'src' && tag === 'img') return isPicture(value) ? [] : [{ what: '<img>', why: 'image' }]
  // Left out without a word: they carry no meaning here.
  if (
    allowed(tag).includes(name) ||
    /^(?:class|id|dir|lang|title|name|target|rel|align|valign|border|cell\w+|color|face|size|bgcolor|height|width|data-.*|aria-.*|role)$/.test(
      name,
    )
  )
    return []
  return [{ what: `${tag} ${name}`.slice(0, 60), why: 'attribute' }]
}

function inStyle(style: string): Found[] {
  return style
    .split(';')
    .map((rule) => (rule.split(':')[0] ?? '').trim().toLowerCase())
    .filter(
      (property) =>
        property !== '' && /^(?:position|behavior|-moz-binding|background.*|content|expression.*|@.*)$/.test(property),
    )
    .map((property) => ({ what: `style: ${property.slice(0, 40)}`, why: 'style' }))
}

function schemeOf(address: string): string {
  // eslint-disable-next-line no-control-regex -- browsers skip them inside a scheme
  const [, scheme] = /^([a-z][a-z0-9+.-]*):/i.exec(address.replace(/[\u0000-\u0020]/g, '')) ?? []
  return scheme === undefined ? 'href' : `${scheme.slice(0, 20).toLowerCase()}:`
}

/** Elsewhere, or to somebody; never an address of the portal itself. */
function isLink(address: string): boolean {
  return /^(?:https?:\/\/|mailto:|tel:)/i.test(address.trim())
}

/** Held in the text itself: nothing is fetched when it is read. */
export function isPicture(address: string): boolean {
  return /^data:image\/(?:png|jpeg);base64,[A-Za-z0-9+/]+={0,2}$/.test(address.replace(/\s+/g, ''))
}

const tags = [
  ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'div', 'span', 'br', 'hr', 'blockquote', 'pre', 'address'],
  ...['b', 'strong', 'i', 'em', 'u', 's', 'del', 'ins', 'sub', 'sup', 'small', 'a', 'img'],
  ...['ul', 'ol', 'li', 'dl', 'dt', 'dd', 'table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'],
]

/** Said in today's words. */
const otherNames: Readonly<Record<string, string>> = {
  center: 'div',
  font: 'span',
  strike: 's',
  section: 'div',
  article: 'div',
  header: 'div',
  footer: 'div',
  main: 'div',
}

/** The frame of a page: what stands inside is kept. */
const harmless = ['html', 'head', 'body', 'title', 'meta', 'col', 'colgroup', 'label', 'nobr', 'tt', 'big', 'style']

const attributesOf: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  img: ['src', 'alt'],
  th: ['colspan', 'rowspan', 'scope'],
  td: ['colspan', 'rowspan'],
  ol: ['start', 'type'],
}

function allowed(tag: string): readonly string[] {
  return attributesOf[tag] ?? []
}

/** What a style may say. Colours are the reader's own: a page in the dark must stay readable. */
const styles: Readonly<Record<string, RegExp[]>> = {
  'text-align': [/^(?:left|right|center|justify)$/],
  'font-weight': [/^(?:bold|normal|[1-9]00)$/],
  'font-style': [/^(?:italic|normal)$/],
  'text-decoration': [/^(?:underline|line-through|none)$/],
  'page-break-before': [/^always$/],
  'page-break-after': [/^always$/],
}

const options: sanitizeHtml.IOptions = {
  allowedTags: tags,
  allowedAttributes: {
    ...Object.fromEntries(Object.entries(attributesOf).map(([tag, names]) => [tag, [...names]])),
    '*': ['style'],
  },
  allowedStyles: { '*': Object.fromEntries(Object.entries(styles)) },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['data'] },
  allowProtocolRelative: false,
  // Their text is not meant to be read.
  nonTextTags: [
    'script',
    'style',
    'textarea',
    'option',
    'noscript',
    'title',
    'iframe',
    'object',
    'svg',
    'math',
    'template',
    'noembed',
    'noframes',
    'xmp',
    'plaintext',
  ],
  nestingLimit: 60,
  transformTags: {
    ...Object.fromEntries(Object.entries(otherNames).map(([from, to]) => [from, sanitizeHtml.simpleTransform(to, {})])),
    center: (_tag, _attributes) => ({ tagName: 'div', attribs: { style: 'text-align: center' } }),
    a: (tag, attributes) => ({ tagName: tag, attribs: isLink(attributes['href'] ?? '') ? attributes : {} }),
  },
  exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !isPicture(attribs['src'] ?? ''),
}
