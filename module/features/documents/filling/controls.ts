/** What somebody typed into a page of the host's, where that page was saved as it stood: the controls of a form become text. No I/O. */

/**
 * Sites of before 7.0.2 keep the page itself (facts §6.2), and a control says nothing once a text is cleaned. What stands
 * in one becomes words; what is hidden, or a button, is nobody's answer.
 */
export function controlsAsText(html: string): string {
  return html
    .replace(new RegExp(`<textarea\\b(?:${INSIDE})*>([^]*?)</textarea\\s*>`, 'gi'), (_whole, text: string) =>
      inLines(text),
    )
    .replace(new RegExp(`<select\\b(?:${INSIDE})*>([^]*?)</select\\s*>`, 'gi'), (_whole, options: string) =>
      chosen(options),
    )
    .replace(new RegExp(`<input\\b(?:${INSIDE})*>`, 'gi'), (tag) => ofInput(tag))
}

/** Of a tag: quoted or not. */
const INSIDE = `"[^"]*"|'[^']*'|[^'">]`

function ofInput(tag: string): string {
  switch (attribute(tag, 'type')?.toLowerCase() ?? 'text') {
    case 'checkbox':
    case 'radio':
      return isSet(tag, 'checked') ? '☑' : '☐'
    case 'hidden':
    case 'button':
    case 'submit':
    case 'reset':
    case 'image':
    case 'file':
    case 'password':
      return ''
    default:
      return inLines(attribute(tag, 'value') ?? '')
  }
}

/** The option that is chosen; a list shows its first where none is. */
function chosen(options: string): string {
  const all = [...options.matchAll(new RegExp(`(<option\\b(?:${INSIDE})*>)([^<]*)`, 'gi'))]
  const one = all.find(([, tag = '']) => isSet(tag, 'selected')) ?? all[0]
  return one?.[2] ?? ''
}

/** Escaped as it was; in a text, an angle would begin a tag. */
function inLines(text: string): string {
  return text.trim().replace(/</g, '&lt;').replace(/\r?\n/g, '<br>')
}

function attribute(tag: string, name: string): string | undefined {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(tag)
  return found?.[1] ?? found?.[2] ?? found?.[3]
}

/** `checked`, with a value or without. */
function isSet(tag: string, name: string): boolean {
  return new RegExp(`\\s${name}(?:\\s*=|[\\s/>])`, 'i').test(tag.replace(/(["'])(?:(?!\1)[^])*\1/g, '""'))
}
