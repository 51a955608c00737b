/** The words of an expression. */
export interface Token {
  is: 'number' | 'text' | 'variable' | 'name' | 'sign'
  /** Of a text: without its quotes. */
  text: string
}

const word =
  /\s*(?:(?<number>\d+(?:\.\d+)?)|'(?<text>(?:[^'\\]|\\.)*)'|(?<variable>%[A-Za-z_]\w*)|(?<name>[A-Za-z_]\w*)|(?<sign>[().,|+\-*/=]))/uy

/** Undefined: something stands there that is no word of it. */
export function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  word.lastIndex = 0
  while (word.lastIndex < end) {
    const groups = word.exec(text)?.groups
    if (!groups) return undefined
    for (const is of ['number', 'text', 'variable', 'name', 'sign'] as const) {
      const found = groups[is]
      if (found !== undefined) tokens.push({ is, text: is === 'text' ? found.replace(/\\(.)/gu, '$1') : found })
    }
  }
  return tokens
}
