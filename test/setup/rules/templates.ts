/** What a view may hold: escaped output, classes, and no code that the content security policy would have to trust. */
import { lineAt, type Finding, type Source } from './rule.js'

/** Raw output other than an include; inline styles, scripts and handlers; htmx attributes without the nonce. */
export function unsafeTemplates(sources: readonly Source[]): Finding[] {
  return sources.flatMap((source) => {
    const at = (index: number, message: string): Finding => ({
      path: source.path,
      line: lineAt(source.text, index),
      message,
    })
    const markup = blankCode(source.text)
    return [
      ...rawOutput(source.text, at),
      ...codeThatBuildsStyles(source.text, at),
      ...tagsOf(markup).flatMap((tag) => inTag(tag, at)),
    ].sort((a, b) => a.line - b.line)
  })
}

type At = (index: number, message: string) => Finding

function rawOutput(text: string, at: At): Finding[] {
  return [...withoutComments(text).matchAll(/<%-([^]*?)[-_]?%>/g)]
    .filter(([, code]) => !isOneInclude(code ?? ''))
    .map((match) => at(match.index, '<%- is for one include() and nothing else: print with <%=, which escapes'))
}

/** `include(…)` from its first to its last character. */
function isOneInclude(code: string): boolean {
  const call = code.trim().replace(/;$/, '')
  if (!/^include\s*\(/.test(call)) return false
  let depth = 0
  let quote: string | undefined
  for (let index = 0; index < call.length; index += 1) {
    const character = call.charAt(index)
    if (quote) {
      if (character === '\\') index += 1
      else if (character === quote) quote = undefined
    } else if (/['"`]/.test(character)) quote = character
    else if (character === '(') depth += 1
    else if (character === ')') {
      depth -= 1
      if (depth === 0) return index === call.length - 1
    }
  }
  return false
}

function codeThatBuildsStyles(text: string, at: At): Finding[] {
  return [...text.matchAll(/<%(?!#)([^]*?)%>/g)]
    .filter(([, code]) => /\b(?:style|on[a-z]+)=\\?["'`]/.test(code ?? ''))
    .map((match) => at(match.index, 'code that writes a style or a handler: use a class of public/css/foyer/'))
}

/** Comments and code become blanks, output becomes a word, each as long as before: what is left is markup. */
function blankCode(text: string): string {
  return text
    .replace(/<%#[^]*?%>|<!--[^]*?-->/g, (code) => code.replace(/[^\n]/g, ' '))
    .replace(/<%[=-][^]*?%>/g, (code) => code.replace(/[^\n]/g, 'x'))
    .replace(/<%[^]*?%>/g, (code) => code.replace(/[^\n]/g, ' '))
}

/** What stands in an HTML comment still runs; what stands in one of EJS does not. */
function withoutComments(text: string): string {
  return text.replace(/<%#[^]*?%>/g, (comment) => comment.replace(/[^\n]/g, ' '))
}

interface Tag {
  name: string
  attributes: string
  index: number
}

function tagsOf(markup: string): Tag[] {
  return [...markup.matchAll(/<([a-z][\w-]*)((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi)].map((match) => ({
    name: (match[1] ?? '').toLowerCase(),
    attributes: (match[2] ?? '').replace(/"[^"]*"|'[^']*'/g, (value) =>
      /^.\s*javascript:/i.test(value) ? '"javascript:"' : '""',
    ),
    index: match.index,
  }))
}

/** Not hx-swap-oob and hx-preserve: they are read while an answer is laid in, before the gate, and send nothing. */
const HTMX_THAT_ACTS = /\shx-(?!(?:nonce|swap-oob|preserve)\b)[\w:-]+(?=[\s=/]|$)/i

function inTag({ name, attributes, index }: Tag, at: At): Finding[] {
  const has = (pattern: RegExp) => pattern.test(attributes)
  const wrong: [boolean, string][] = [
    [has(/\sstyle\s*=/i), 'a style attribute, which the content security policy blocks: use a class'],
    [name === 'style', 'a <style> element, which the content security policy blocks: use public/css/foyer.css'],
    [has(/\son[a-z]+\s*=/i), 'an on… handler, which the content security policy blocks: listen in public/js/'],
    [has(/\shx-on[\w:-]*\s*=/i), 'hx-on runs text as code: listen in public/js/'],
    [has(/javascript:/i), 'an address that is code'],
    [name === 'script' && !has(/\ssrc\s*=/i), 'an inline script: put it into public/js/'],
    [name === 'script' && !has(/\snonce\s*=/i), 'a script without nonce="<%= nonce %>"'],
    [
      has(HTMX_THAT_ACTS) && !has(/\shx-nonce\s*=/i),
      'htmx attributes without hx-nonce="<%= nonce %>": hx-csp would strip them',
    ],
  ]
  return wrong.filter(([is]) => is).map(([, message]) => at(index, message))
}
