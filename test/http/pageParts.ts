/** What a page is made of: what stands on it that no page of ours has, what it says, and which forms it holds. */
import { Parser } from 'htmlparser2'

export interface PageParts {
  /** Elements and attributes that no view of ours writes, each as it would be told. */
  strange: string[]
  /** All its text, and the values of all attributes, as a browser would read them. */
  said: string
  forms: PageForm[]
  /** Where its links lead, as it says it. */
  links: string[]
}

export interface PageForm {
  /** As the page says it; '' where the form goes to the page's own address. */
  action: string
  /** The fields by name: `text`, `textarea`, `hidden`, `select` … */
  fields: Map<string, string>
}

const ADDRESSES = ['href', 'src', 'action', 'formaction', 'data', 'poster', 'xlink:href']
const FOREIGN = ['iframe', 'frame', 'object', 'embed', 'base', 'style', 'math', 'applet', 'foreignobject', 'marquee']

export function partsOf(html: string): PageParts {
  const strange = new Set<string>()
  const said: string[] = []
  const forms: PageForm[] = []
  const links: string[] = []
  let open: PageForm | undefined
  let inScript = false
  const parser = new Parser({
    onopentag(tag, attributes) {
      const told = `<${tag} ${JSON.stringify(attributes).slice(0, 160)}>`
      if (isForeign(tag, attributes)) strange.add(told)
      said.push('\n', ...Object.values(attributes).map((value) => `${value}\n`))
      inScript = tag === 'script'
      if (tag === 'form') forms.push((open = { action: attributes['action'] ?? '', fields: new Map() }))
      if (tag === 'a' && attributes['href']) links.push(attributes['href'])
      const name = attributes['name']
      if (open && name && /^(input|textarea|select|button)$/.test(tag)) {
        open.fields.set(name, tag === 'input' ? (attributes['type'] ?? 'text') : tag)
      }
    },
    ontext(text) {
      said.push(text)
      if (inScript && text.trim() !== '') strange.add(`an inline script: ${text.trim().slice(0, 80)}`)
    },
    onclosetag(tag) {
      if (tag === 'script') inScript = false
      if (tag === 'form') open = undefined
    },
  })
  parser.end(html)
  return { strange: [...strange], said: said.join(''), forms, links }
}

function isForeign(tag: string, attributes: Readonly<Record<string, string>>): boolean {
  if (FOREIGN.includes(tag)) return true
  if (tag === 'script' && !attributes['src']?.startsWith('/assets/')) return true
  // Each picture of ours has a class, by which it gets its size.
  if (tag === 'svg' && !attributes['class']) return true
  if (tag === 'img' && !isOurPicture(attributes['src'] ?? '')) return true
  // Forms go nowhere else; links may lead to where the practice says.
  if (/^https?:/i.test(attributes['action'] ?? attributes['formaction'] ?? '')) return true
  if (tag === 'meta' && 'http-equiv' in attributes) return true
  return Object.entries(attributes).some(([name, value]) => isForeignAttribute(name, value))
}

/** At an address of ours, or a signature that was drawn, in the page itself. */
function isOurPicture(src: string): boolean {
  return /^\/[^/]/.test(src) || /^data:image\/png;base64,[\w+/=]*$/.test(src)
}

function isForeignAttribute(name: string, value: string): boolean {
  if (/^on|^hx-on|^style$|^srcdoc$/i.test(name) || /[<>"'`]/.test(name)) return true
  if (name === 'src' && isOurPicture(value)) return false
  // What somebody typed stands percent-encoded in an address of ours.
  if (ADDRESSES.includes(name)) return /[<>"]|^\s*(javascript|data|vbscript):|^\s*\/\//i.test(value)
  return /^hx-(get|post|put|patch|delete|target|swap|select|trigger)/.test(name) && /[<>"]/.test(value)
}
