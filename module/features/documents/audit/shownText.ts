/**
 * A text file as it is, part by part: every byte of it stands in one of them, in its order. What a reader would not see,
 * or what turns the direction of writing, is written out, so that nothing hides in it.
 */
import type { StoredFile } from '../../../access/storedFiles.js'
import type { FileStore } from '../../../platform/files/store.js'

export function isText({ mediaType }: Pick<StoredFile, 'mediaType'>): boolean {
  return ['text/plain', 'text/csv', 'text/tab-separated-values'].includes(mediaType)
}

/** Bytes of one part: some hundreds of lines, whatever they are. */
const PART_BYTES = 32 * 1024

export interface TextLine {
  /** Of the whole file, from 1. Undefined: it goes on from the part before. */
  number: number | undefined
  text: string
}

export interface TextPart {
  lines: TextLine[]
  /** From 1; the last one where a later one was asked for. */
  part: number
  last: number
  /** As a person calls it. */
  encoding: 'UTF-8' | 'Windows-1252'
}

/** Read from its beginning, since lines are counted; never more of it in memory than one part. */
export async function textPart(files: Pick<FileStore, 'look'>, file: StoredFile, asked: number): Promise<TextPart> {
  const last = Math.max(1, Math.ceil(file.bytes / PART_BYTES))
  const part = Math.min(asked, last)
  return files.look(file.key, async (opened) => {
    const start = (part - 1) * PART_BYTES
    const before = await linesBefore(opened, start)
    // A letter that stands across the border belongs to the part in which it begins.
    const bytes = await opened.part(start, PART_BYTES + LETTER_BYTES)
    const from = part === 1 ? markLength(bytes) : restOfLetter(bytes, 0)
    const until = Math.min(PART_BYTES, bytes.length)
    const own = bytes.subarray(from, until + restOfLetter(bytes, until))
    const { encoding, text } = decoded(own)
    const continued = part > 1 && !before.atLineStart
    const lines = linesIn(text).map((line, at) => ({
      number: continued && at === 0 ? undefined : before.lines + at + (continued ? 0 : 1),
      text: writtenOut(line),
    }))
    return { lines, part, last, encoding }
  })
}

type Opened = Parameters<Parameters<FileStore['look']>[1]>[0]

const NEWLINE = 0x0a
const LETTER_BYTES = 4

/** `lines`: begun so far. */
async function linesBefore(opened: Opened, start: number): Promise<{ lines: number; atLineStart: boolean }> {
  let newlines = 0
  let last = NEWLINE
  for (let at = 0; at < start; at += PART_BYTES) {
    const bytes = await opened.part(at, PART_BYTES)
    for (const byte of bytes) if (byte === NEWLINE) newlines += 1
    last = bytes[bytes.length - 1] ?? last
  }
  const atLineStart = last === NEWLINE
  return { atLineStart, lines: atLineStart ? newlines : newlines + 1 }
}

/** Bytes from there on that only go on with a letter of UTF-8. */
function restOfLetter(bytes: Buffer, from: number): number {
  let length = 0
  while (length < LETTER_BYTES - 1 && ((bytes[from + length] ?? 0) & 0xc0) === 0x80) length += 1
  return length
}

/** What some programs put in front to say that it is UTF-8. */
function markLength(bytes: Buffer): number {
  return bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0
}

function decoded(bytes: Buffer): Pick<TextPart, 'encoding'> & { text: string } {
  try {
    return { encoding: 'UTF-8', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { encoding: 'Windows-1252', text: new TextDecoder('windows-1252').decode(bytes) }
  }
}

/** An end of line at the end begins no other. */
function linesIn(text: string): string[] {
  const lines = text.split(/\r?\n/)
  if (lines.length > 1 && lines.at(-1) === '') lines.pop()
  return lines
}

/** Control characters as the pictures that there are for them, the rest by its number. */
function writtenOut(line: string): string {
  return line
    .replace(/[\p{Cc}]/gu, (sign) => (sign === '\t' ? sign : pictureOf(sign)))
    .replace(
      /[\p{Cf}\p{Zl}\p{Zp}]/gu,
      (sign) => `⟨U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
    )
}

function pictureOf(sign: string): string {
  const code = sign.charCodeAt(0)
  if (code === 0x7f) return '\u2421'
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : `⟨U+00${code.toString(16).toUpperCase()}⟩`
}
