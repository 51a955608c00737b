/** A signature, drawn or typed: in both cases a small picture, since that is what the host's pages show (facts §6.7). */
import { createRequire } from 'node:module'
import type { Sharp } from 'sharp'
import { nameOf, type ChartScope } from '../../../access/scope.js'
import { imaging } from '../../../platform/imaging.js'
import { firstLetters } from '../../../platform/letters.js'
import { SIGNATURE_MOST } from './answers.js'

/** What is taken from a browser before it is made small: characters of the data-URL. */
const DRAWN_MOST = 700_000
const NAME_MOST = 120

const PREFIX = 'data:image/png;base64,'

export type Drawing =
  { ok: true; image: string } | { ok: false; reason: 'not-a-picture' | 'nothing-drawn' | 'too-large' }

/**
 * What came as a drawing, made anew from its dots alone: dark on white, trimmed, and small. Refused: what is no PNG,
 * what is larger than a signature needs, and an empty sheet.
 */
export async function drawnSignature(dataUrl: string): Promise<Drawing> {
  if (dataUrl.length > DRAWN_MOST) return { ok: false, reason: 'too-large' }
  if (!/^data:image\/png;base64,[A-Za-z0-9+/]+={0,2}$/.test(dataUrl)) return { ok: false, reason: 'not-a-picture' }
  const bytes = Buffer.from(dataUrl.slice(PREFIX.length), 'base64')
  const sharp = await imaging()
  try {
    const { format, width, height } = await sharp(bytes, limits).metadata()
    if (format !== 'png' || width < 2 || height < 2) return { ok: false, reason: 'not-a-picture' }
    const sheet = await sharp(bytes, limits).flatten({ background: 'white' }).greyscale().png().toBuffer()
    const { channels } = await sharp(sheet).stats()
    if ((channels[0]?.stdev ?? 0) < LEAST_INK) return { ok: false, reason: 'nothing-drawn' }
    return await inTheHost(await sharp(sheet).trim(TRIM).png().toBuffer())
  } catch {
    // Not a PNG after all, or one that no honest browser makes.
    return { ok: false, reason: 'not-a-picture' }
  }
}

const limits = { limitInputPixels: 4_000_000, failOn: 'error' } as const
const TRIM = { background: 'white', threshold: 20 }
/** Of 255: less is an empty sheet, or a speck. */
const LEAST_INK = 0.5

async function inTheHost(picture: Buffer): Promise<{ ok: true; image: string } | { ok: false; reason: 'too-large' }> {
  const sharp = await imaging()
  const image = `${PREFIX}${(await asSignature(sharp(picture)).toBuffer()).toString('base64')}`
  return image.length > SIGNATURE_MOST ? { ok: false, reason: 'too-large' } : { ok: true, image }
}

const WIDTH = 560
const HEIGHT = 120
const MARGIN = 12

/** Few greys in a picture of a fixed frame: some kilobytes, whatever was drawn. No time, no name, nothing else in it. */
function asSignature(picture: Sharp): Sharp {
  return picture
    .resize(WIDTH, HEIGHT, { fit: 'inside', withoutEnlargement: true })
    .extend({ top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN, background: 'white' })
    .greyscale()
    .png({ palette: true, colours: 16, compressionLevel: 9 })
}

export type Written = { ok: true; image: string } | { ok: false; reason: 'nothing-written' | 'too-large' }

/** The name as a hand would write it, as far as a font does. Refused: what leaves nothing to be seen. */
export async function typedSignature(name: string): Promise<Written> {
  const written = firstLetters(name.replace(/\s+/g, ' ').trim(), NAME_MOST)
  return SEEN.test(written) ? inTheHost(await inkOf(written)) : { ok: false, reason: 'nothing-written' }
}

/** Anything but accents alone, spaces, and what stands for nothing: of those the font has nothing to draw. */
const SEEN = /[^\p{Default_Ignorable_Code_Point}\p{C}\p{M}\p{Z}\u2800\ufffc]/u

async function inkOf(written: string): Promise<Buffer> {
  const text = written.replace(/[&<>"']/g, (sign) => `&#${String(sign.charCodeAt(0))};`)
  const sharp = await imaging()
  const picture = sharp({ text: { text, font: 'DejaVu Serif Italic', fontfile: hand(), dpi: 190, wrap: 'none' } })
  // White on black, turned over before there is a margin: sharp would turn that over, too.
  return picture.negate().png().toBuffer()
}

/** In a font that comes along: a server may have none. */
function hand(): string {
  return createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSerif-Italic.ttf')
}

/** Who signs with a drawing, as they are named: the patient, or whose account acts for them. */
export function signerOf(scope: ChartScope): string {
  return scope.relationship === 'self' ? nameOf(scope) : scope.account.name
}
