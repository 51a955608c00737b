/**
 * PHP's serialize() as the host stores it in recurrence, location and profile columns (facts §2.4, §5.3).
 * Lengths count bytes of UTF-8, not characters. Objects and references are never read: a host row is data, and
 * what PHP would turn into code or cycles has no business in it (facts §12.12).
 */

/** A PHP value without objects and references. Whole numbers stand for PHP's int, all others for its float. */
export type PhpValue = null | boolean | number | string | PhpArray

/**
 * A PHP array in its order. As in PHP, a key that reads as a whole number ('7', not '07') is a number; a list has the
 * keys 0, 1, 2, … A Map, so that no key ('__proto__') means anything to JavaScript.
 */
export type PhpArray = ReadonlyMap<string | number, PhpValue>

/** What can be written: besides PhpValue a JavaScript list, and a plain record in the order of its keys. */
export type PhpWritable =
  | null
  | boolean
  | number
  | string
  | readonly PhpWritable[]
  | ReadonlyMap<string | number, PhpWritable>
  | { readonly [key: string]: PhpWritable }

const DEEPEST = 32
const MOST_BYTES = 4 * 1024 * 1024

/**
 * Writes a value byte for byte as PHP's serialize() does. Throws a RangeError for what phpUnserialize would not read
 * again: more than 32 levels or more than 4 MiB.
 */
export function phpSerialize(value: PhpWritable): string {
  const text = written(value, 0)
  if (Buffer.byteLength(text) > MOST_BYTES) throw new RangeError('Too long to serialize')
  return text
}

function written(value: PhpWritable, depth: number): string {
  if (value === null) return 'N;'
  if (typeof value === 'boolean') return value ? 'b:1;' : 'b:0;'
  if (typeof value === 'number') return writtenNumber(value)
  if (typeof value === 'string') return writtenString(value)
  if (depth >= DEEPEST) throw new RangeError('Too deep to serialize')
  const entries = entriesOf(value)
  const body = entries.map(([key, item]) => writtenKey(key) + written(item, depth + 1)).join('')
  return `a:${entries.length}:{${body}}`
}

function writtenNumber(value: number): string {
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? `i:${value};` : `d:${phpFloat(value)};`
}

/** PHP writes 1.0E+25 and 1.0E-7 where JavaScript writes 1e+25 and 1e-7, and begins with exponents a little earlier. */
function phpFloat(value: number): string {
  if (Number.isNaN(value)) return 'NAN'
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF'
  if (Object.is(value, -0)) return '-0'
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  if (Number(exponent) >= -4 && Number(exponent) <= 16) return String(value)
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent}`
}

function writtenString(value: string): string {
  // Half a surrogate pair becomes the replacement character here, as it would on its way to the database.
  const bytes = Buffer.from(value, 'utf8')
  return `s:${bytes.length}:"${bytes.toString('utf8')}";`
}

function entriesOf(
  value: readonly PhpWritable[] | ReadonlyMap<string | number, PhpWritable> | Readonly<Record<string, PhpWritable>>,
): (readonly [string | number, PhpWritable])[] {
  if (isList(value)) return value.map((item, index) => [index, item] as const)
  const entries =
    value instanceof Map ? [...(value as ReadonlyMap<string | number, PhpWritable>)] : Object.entries(value)
  return [...new Map(entries.map(([key, item]) => [phpKey(key), item]))]
}

function isList(value: object): value is readonly PhpWritable[] {
  return Array.isArray(value)
}

function writtenKey(key: string | number): string {
  return typeof key === 'number' ? `i:${key};` : writtenString(key)
}

/** PHP turns a key that is written exactly as a whole number into that number. */
function phpKey(key: string | number): string | number {
  if (typeof key === 'number') {
    if (!Number.isSafeInteger(key)) throw new RangeError('Not a key of a PHP array')
    return key
  }
  return /^(0|-?[1-9]\d*)$/.test(key) && Number.isSafeInteger(Number(key)) ? Number(key) : key
}

/**
 * Reads what PHP's serialize() wrote. Undefined for anything else: a truncated or malformed text, lengths that do not
 * agree with the bytes, objects, references, more than 32 levels, more than 4 MiB, whole numbers beyond 2^53.
 * Never throws. What follows a complete value is ignored, as PHP does.
 */
export function phpUnserialize(text: string | null | undefined): PhpValue | undefined {
  if (text == null || text.length > MOST_BYTES) return undefined
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length > MOST_BYTES) return undefined
  return readValue({ bytes, at: 0 }, 0)
}

/**
 * Reads a serialized array with string keys of which one wants scalars by name, as the recurrence is. Undefined when
 * it is not an array; what is missing or NULL in it is undefined, numbers come as strings.
 */
export function phpFields(text: string | null | undefined): ((name: string) => string | undefined) | undefined {
  const value = phpUnserialize(text)
  if (!(value instanceof Map)) return undefined
  const fields: PhpArray = value
  return (name) => {
    const field = fields.get(name)
    return typeof field === 'string' || typeof field === 'number' ? String(field) : undefined
  }
}

interface Reading {
  readonly bytes: Buffer
  at: number
}

function readValue(reading: Reading, depth: number): PhpValue | undefined {
  const tag = readUntil(reading, ':', ';')
  switch (tag) {
    case 'N':
      return null
    case 'b':
      return readBoolean(reading)
    case 'i':
      return readWhole(reading)
    case 'd':
      return readFloat(reading)
    case 's':
      return readString(reading)
    case 'a':
      return depth < DEEPEST ? readArray(reading, depth) : undefined
    default:
      return undefined
  }
}

/** Longer than any number that PHP writes. */
const LONGEST_TOKEN = 32

/** The ASCII text before the first of the marks, which is passed over. 'N' alone ends in ';', the other tags in ':'. */
function readUntil(reading: Reading, ...marks: string[]): string | undefined {
  const end = Math.min(reading.bytes.length, reading.at + LONGEST_TOKEN)
  for (let at = reading.at; at < end; at += 1) {
    const mark = String.fromCharCode(reading.bytes[at] ?? 0)
    if (!marks.includes(mark)) continue
    const token = reading.bytes.toString('latin1', reading.at, at)
    if (marks.length > 1 && (mark === ';') !== (token === 'N')) return undefined
    reading.at = at + 1
    return token
  }
  return undefined
}

function readBoolean(reading: Reading): boolean | undefined {
  const token = readUntil(reading, ';')
  return token === '1' ? true : token === '0' ? false : undefined
}

function readWhole(reading: Reading): number | undefined {
  const token = readUntil(reading, ';')
  if (token === undefined || !/^[+-]?\d+$/.test(token)) return undefined
  const value = Number(token)
  // `+ 0`: PHP has no negative zero among its whole numbers.
  return Number.isSafeInteger(value) ? value + 0 : undefined
}

function readFloat(reading: Reading): number | undefined {
  const token = readUntil(reading, ';')
  if (token === 'INF') return Infinity
  if (token === '-INF') return -Infinity
  if (token === 'NAN') return NaN
  return token !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)(E[+-]?\d+)?$/i.test(token) ? Number(token) : undefined
}

const QUOTE = 0x22
const SEMICOLON = 0x3b

function readString(reading: Reading): string | undefined {
  const length = readLength(reading)
  if (length === undefined) return undefined
  const { bytes, at } = reading
  const end = at + 1 + length
  if (bytes[at] !== QUOTE || bytes[end] !== QUOTE || bytes[end + 1] !== SEMICOLON) return undefined
  reading.at = end + 2
  // Between two quotation marks of valid UTF-8 no character is cut in two.
  return bytes.toString('utf8', at + 1, end)
}

function readLength(reading: Reading): number | undefined {
  const token = readUntil(reading, ':')
  return token !== undefined && /^\d{1,9}$/.test(token) ? Number(token) : undefined
}

const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

function readArray(reading: Reading, depth: number): PhpArray | undefined {
  const length = readLength(reading)
  if (length === undefined || reading.bytes[reading.at] !== OPENING_BRACE) return undefined
  reading.at += 1
  const items = new Map<string | number, PhpValue>()
  for (let read = 0; read < length; read += 1) {
    const key = readValue(reading, DEEPEST)
    if (typeof key !== 'string' && !(typeof key === 'number' && Number.isSafeInteger(key))) return undefined
    const item = readValue(reading, depth + 1)
    if (item === undefined) return undefined
    items.set(phpKey(key), item)
  }
  if (reading.bytes[reading.at] !== CLOSING_BRACE) return undefined
  reading.at += 1
  return items
}
