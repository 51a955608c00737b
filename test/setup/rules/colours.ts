/** One theme file: a colour has its value in public/css/foyer/tokens.css and a name everywhere else. */
import { literalsOf, parse } from './literals.js'
import { lineAt, type Finding, type Source } from './rule.js'

export const themeFile = 'public/css/foyer/tokens.css'

const FUNCTIONS = /\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(\s*(?:from\b|[-\d.])/gi
/** Three, four, six or eight hexadecimal digits; not an entity (&#123;), not an address (href="#abc"), not a word such as #add. */
const HEX = /(?<![&\w"'/]|href=["'])#(?=[a-f]*\d)(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![\w-])/gi
const HEX_AS_VALUE =
  /(?:colou?r|fill|stroke|background|border|bgcolor|content)["']?\s*[:=]\s*["']?#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![\w-])/gi

/**
 * Colour values in style sheets, scripts, views and strings of the source, but for the theme. In module/host/ a colour
 * is the host's data: its lists and calendar categories carry them.
 */
export function colourLiterals(sources: readonly Source[]): Finding[] {
  return sources
    .filter(({ path }) => path !== themeFile && !path.startsWith('module/host/'))
    .flatMap((source) => (/[.][jt]s$/.test(source.path) ? inStrings(source) : inText(source)))
}

function inStrings(source: Source): Finding[] {
  return literalsOf(parse(source))
    .filter(({ text }) => coloursIn(text).length > 0 || /^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(text))
    .map(({ line, text }) => finding(source.path, line, text))
}

function inText(source: Source): Finding[] {
  return coloursIn(source.text).map(({ index, value }) => finding(source.path, lineAt(source.text, index), value))
}

function coloursIn(text: string): { index: number; value: string }[] {
  const found = [FUNCTIONS, HEX, HEX_AS_VALUE].flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => ({
      index: match.index + Math.max(0, match[0].indexOf('#')),
      value: match[0],
    })),
  )
  return [...new Map(found.map((colour) => [colour.index, colour])).values()].sort((a, b) => a.index - b.index)
}

function finding(path: string, line: number, value: string): Finding {
  return {
    path,
    line,
    message: `a colour (${value.slice(0, 40)}): give it a name in ${themeFile} and use var(--…) or a class`,
  }
}
