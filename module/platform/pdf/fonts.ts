/** The DejaVu fonts, embedded: what they can show, and what takes the place of what they cannot. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Style } from './blocks.js'

const folder = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')

const files = {
  Sans: 'DejaVuSans.ttf',
  'Sans-Bold': 'DejaVuSans-Bold.ttf',
  'Sans-Oblique': 'DejaVuSans-Oblique.ttf',
  'Sans-BoldOblique': 'DejaVuSans-BoldOblique.ttf',
  Mono: 'DejaVuSansMono.ttf',
  'Mono-Bold': 'DejaVuSansMono-Bold.ttf',
  'Mono-Oblique': 'DejaVuSansMono-Oblique.ttf',
  'Mono-BoldOblique': 'DejaVuSansMono-BoldOblique.ttf',
} as const

export type FontName = keyof typeof files

/** Makes the fonts known to a document by their names. A font that is not used is not embedded, nor even read. */
export function registerFonts(doc: PDFKit.PDFDocument): void {
  for (const [name, file] of Object.entries(files)) doc.registerFont(name, join(folder, file))
}

export function fontOf({ bold, italic, mono }: Pick<Style, 'bold' | 'italic' | 'mono'>): FontName {
  const family = mono ? 'Mono' : 'Sans'
  if (bold) return italic ? `${family}-BoldOblique` : `${family}-Bold`
  return italic ? `${family}-Oblique` : family
}

/** pdfkit's types say nothing of the font that is open. */
interface OpenFont {
  _font: { font: { hasGlyphForCodePoint(code: number): boolean } }
}

/** Notes what a document asked for and its fonts do not have. */
export class Letters {
  private readonly known = new Map<string, boolean>()
  readonly missing = new Set<string>()

  constructor(private readonly doc: PDFKit.PDFDocument) {}

  /** The text as it can be shown: a letter that is not there stands as its code, and is noted. */
  shown(text: string, font: FontName): string {
    return Array.from(text, (letter) => {
      if (INVISIBLE.test(letter)) return ''
      if (letter === '\t') return '    '
      if (CONTROL.test(letter)) return ''
      if (this.has(letter, font)) return letter
      const code = codeOf(letter)
      this.missing.add(code)
      return `[${code}]`
    }).join('')
  }

  private has(letter: string, font: FontName): boolean {
    const key = `${font} ${letter}`
    let has = this.known.get(key)
    if (has === undefined) {
      this.doc.font(font)
      has = (this.doc as unknown as OpenFont)._font.font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0)
      this.known.set(key, has)
    }
    return has
  }
}

/** Joiners and marks of direction, which say nothing by themselves; a soft hyphen where no line ends. */
const INVISIBLE = /[\p{Cf}\u{fe00}-\u{fe0f}]/u
const CONTROL = /\p{Cc}/u

/** `U+1F600` */
function codeOf(letter: string): string {
  return `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
