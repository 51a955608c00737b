/**
 * What a file is, by its content. Its name is not believed: it only tells a list of one column from any other text.
 * Documents of an office are told by what is in them, not by the container, which holds other things as well.
 */
import { fileTypeFromBuffer } from 'file-type'

/** The file's bytes, wherever they lie. */
export interface Bytes {
  length: number
  part: (from: number, length: number) => Promise<Buffer>
}

export const UNKNOWN = 'application/octet-stream'

const OFFICE = 'application/vnd.openxmlformats-officedocument'

interface Kind {
  mediaType: string
  /** The first is what a name gets that has none of them. */
  endings: readonly string[]
}

/** What patients may send, by the words of the practice's setting `uploadKinds`; as the host takes it (facts §6.4). */
const kinds = {
  pdf: [{ mediaType: 'application/pdf', endings: ['pdf'] }],
  image: [
    { mediaType: 'image/jpeg', endings: ['jpg', 'jpeg'] },
    { mediaType: 'image/png', endings: ['png'] },
  ],
  word: [
    { mediaType: 'application/msword', endings: ['doc'] },
    { mediaType: `${OFFICE}.wordprocessingml.document`, endings: ['docx'] },
  ],
  excel: [
    { mediaType: 'application/vnd.ms-excel', endings: ['xls'] },
    { mediaType: `${OFFICE}.spreadsheetml.sheet`, endings: ['xlsx'] },
  ],
  powerpoint: [
    { mediaType: 'application/vnd.ms-powerpoint', endings: ['ppt'] },
    { mediaType: `${OFFICE}.presentationml.presentation`, endings: ['pptx'] },
  ],
  odt: [{ mediaType: 'application/vnd.oasis.opendocument.text', endings: ['odt'] }],
  rtf: [{ mediaType: 'application/rtf', endings: ['rtf'] }],
  table: [
    { mediaType: 'text/csv', endings: ['csv'] },
    { mediaType: 'text/tab-separated-values', endings: ['tsv'] },
  ],
} satisfies Record<string, readonly Kind[]>

export type UploadKind = keyof typeof kinds

export const uploadKinds = Object.keys(kinds) as readonly UploadKind[]

/** Of the kinds that there are, those that a setting names. */
export function kindsIn(setting: readonly string[] | 'all'): UploadKind[] {
  return uploadKinds.filter((kind) => setting === 'all' || setting.includes(kind))
}

export function isOfKind(mediaType: string, allowed: readonly UploadKind[]): boolean {
  return partsOf(allowed).some((part) => part.mediaType === mediaType)
}

/** Endings of names without the dot, as people know them: `pdf`, `jpg`. */
export function endingsOf(allowed: readonly UploadKind[]): string[] {
  return partsOf(allowed).flatMap(({ endings }) => endings)
}

/** For a file input's `accept`. Types, too: a phone then offers its camera, and sends JPEG for its own HEIC. */
export function acceptOf(allowed: readonly UploadKind[]): string {
  const types = partsOf(allowed).map(({ mediaType }) => mediaType)
  return [...types, ...endingsOf(allowed).map((ending) => `.${ending}`)].join(',')
}

/** The name with an ending of what it is: whoever saves it opens it as that, and as nothing else. */
export function nameFor(name: string, mediaType: string): string {
  const endings = partsOf(uploadKinds).find((part) => part.mediaType === mediaType)?.endings ?? []
  const ending = /\.(\w{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? ''
  const [usual] = endings
  return usual === undefined || endings.includes(ending) ? name : `${name}.${usual}`
}

function partsOf(some: readonly UploadKind[]): readonly Kind[] {
  return some.flatMap((kind): readonly Kind[] => kinds[kind])
}

const LOOKED_AT = 64 * 1024

/** A media type; UNKNOWN where the content says nothing. */
export async function mediaTypeOf(file: Bytes, name: string): Promise<string> {
  const beginning = await file.part(0, LOOKED_AT)
  const text = textIn(beginning)
  if (text !== undefined) return textType(text, name)
  const found = await fileTypeFromBuffer(beginning)
  if (found === undefined) return UNKNOWN
  if (found.mime === 'application/x-cfb') return compoundType(file, beginning)
  return zipped.test(found.mime) ? zipType(file) : found.mime
}

/** What file-type calls a zip, and what it takes for an office's document by the first names in it. */
const zipped = /^application\/(zip|vnd\.(openxmlformats|oasis|ms-))/

/** Text, when it is nothing but that: UTF-8, UTF-16 with its mark, or the letters of Windows. */
function textIn(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return plain(new TextDecoder('utf-16le').decode(bytes))
  if (bytes.includes(0)) return undefined
  try {
    // The last letter may be cut in two by where we stop looking.
    return plain(new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true }))
  } catch {
    return plain(new TextDecoder('windows-1252').decode(bytes))
  }
}

/** Undefined: with characters that no text has. */
function plain(text: string): string | undefined {
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  return /[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\x81\x8d\x8f\x90\x9d]/.test(text) || text.startsWith('%PDF-')
    ? undefined
    : text
}

function textType(text: string, name: string): string {
  const start = text.replace(/^\ufeff/, '').trimStart()
  if (/^\{\\rtf/.test(start)) return 'application/rtf'
  if (/<svg[\s>]/i.test(start)) return 'image/svg+xml'
  if (markup.test(start)) return 'text/html'
  if (start.startsWith('<?xml')) return 'application/xml'
  const named = /\.(csv|tsv)$/i.exec(name)?.[1]?.toLowerCase()
  if (isTable(start, '\t') || named === 'tsv') return 'text/tab-separated-values'
  if (isTable(start, ',') || isTable(start, ';') || named === 'csv') return 'text/csv'
  return 'text/plain'
}

/** What a browser would take for a page, wherever it stands. */
const markup = /<(!doctype|html|head|body|script|iframe|object|embed|link|meta|style|form|img|a|div|p|br)[\s>/]/i

/** Every line has as many of them as the first, and there are two lines at least. */
function isTable(text: string, separator: string): boolean {
  const lines = text.split(/\r\n?|\n/).filter((line) => line !== '')
  // The last line may be cut off by where we stop looking.
  const whole = text.length < LOOKED_AT / 2 ? lines : lines.slice(0, -1)
  const counts = whole.map((line) => line.replace(/"(?:[^"]|"")*"/g, '').split(separator).length)
  return whole.length > 1 && (counts[0] ?? 0) > 1 && counts.every((count) => count === counts[0])
}

/** By the list at its end, which is what every reader goes by. Macros make it another thing. */
async function zipType(file: Bytes): Promise<string> {
  const names = await namesInZip(file)
  if (names.some((name) => /vbaproject\.bin$/i.test(name))) return 'application/vnd.ms-office.macro'
  if (names.includes('[Content_Types].xml')) {
    if (names.includes('word/document.xml')) return `${OFFICE}.wordprocessingml.document`
    if (names.includes('xl/workbook.xml')) return `${OFFICE}.spreadsheetml.sheet`
    if (names.includes('ppt/presentation.xml')) return `${OFFICE}.presentationml.presentation`
  }
  const first = await file.part(0, 30 + 'mimetype'.length + 80)
  const odt = 'mimetypeapplication/vnd.oasis.opendocument.text'
  // Its first entry, stored as it is, says what it is.
  if (first.subarray(30, 30 + odt.length).toString('latin1') === odt && names.includes('content.xml')) {
    return 'application/vnd.oasis.opendocument.text'
  }
  return 'application/zip'
}

const ZIP_END = 0x06054b50
const ZIP_ENTRY = 0x02014b50
const ZIP_END_BYTES = 22
const ZIP_COMMENT_MOST = 65_535
const ZIP_LIST_MOST = 1024 * 1024

async function namesInZip(file: Bytes): Promise<string[]> {
  const from = Math.max(0, file.length - ZIP_END_BYTES - ZIP_COMMENT_MOST)
  const tail = await file.part(from, file.length - from)
  const end = lastIndex(tail, ZIP_END)
  if (end < 0 || end + ZIP_END_BYTES > tail.length) return []
  const listed = await file.part(tail.readUInt32LE(end + 16), Math.min(tail.readUInt32LE(end + 12), ZIP_LIST_MOST))
  const names: string[] = []
  for (let at = 0; at + 46 <= listed.length && listed.readUInt32LE(at) === ZIP_ENTRY;) {
    const nameBytes = listed.readUInt16LE(at + 28)
    names.push(listed.subarray(at + 46, at + 46 + nameBytes).toString('utf8'))
    at += 46 + nameBytes + listed.readUInt16LE(at + 30) + listed.readUInt16LE(at + 32)
  }
  return names
}

function lastIndex(bytes: Buffer, signature: number): number {
  const sought = Buffer.alloc(4)
  sought.writeUInt32LE(signature)
  return bytes.lastIndexOf(sought)
}

const SECTOR_ENTRIES_BYTES = 4096

/** A compound file (the older Office's, but installers' and mails' too): by the names in the first part of its directory. */
async function compoundType(file: Bytes, head: Buffer): Promise<string> {
  if (head.length < 512) return UNKNOWN
  const sector = 2 ** Math.min(head.readUInt16LE(30), 16)
  const directory = (head.readUInt32LE(48) + 1) * sector
  const entries = await file.part(directory, Math.max(sector, SECTOR_ENTRIES_BYTES))
  const names: string[] = []
  for (let at = 0; at + 128 <= entries.length; at += 128) {
    const bytes = Math.min(Math.max(entries.readUInt16LE(at + 64) - 2, 0), 62)
    names.push(entries.subarray(at, at + bytes).toString('utf16le'))
  }
  if (names.some((name) => /^(macros|_vba_project(_cur)?)$/i.test(name))) return 'application/vnd.ms-office.macro'
  if (names.includes('WordDocument')) return 'application/msword'
  if (names.includes('Workbook') || names.includes('Book')) return 'application/vnd.ms-excel'
  if (names.includes('PowerPoint Document')) return 'application/vnd.ms-powerpoint'
  return 'application/x-cfb'
}
