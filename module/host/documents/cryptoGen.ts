/**
 * Files as the host encrypts them (facts §6.6): three digits of a version, then base64 of the HMAC over what follows it,
 * sixteen bytes of IV, and AES-256-CBC. Read and written in pieces, so that the largest file takes no more memory than
 * the smallest; nothing of a file is given out before its HMAC has been found right.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { KeyPair, KeyRing } from './keys.js'

const CIPHER = 'aes-256-cbc'
const BLOCK = 16
const PIECE = 256 * 1024
const DIGITS = 3

/** What versions sign with, and how long that is; the first signed nothing. */
const macs: Readonly<Record<number, { hash: string; bytes: number }>> = {
  2: { hash: 'sha256', bytes: 32 },
  3: { hash: 'sha256', bytes: 32 },
  4: { hash: 'sha384', bytes: 48 },
  5: { hash: 'sha384', bytes: 48 },
  6: { hash: 'sha384', bytes: 48 },
  7: { hash: 'sha384', bytes: 48 },
}

/** Writes what comes as the host would, into an empty file. Versions 6 and 7. */
export async function writeSealed(
  file: FileHandle,
  plain: AsyncIterable<Buffer>,
  { version, cipher, mac }: KeyPair & { version: 6 | 7 },
): Promise<void> {
  const signing = createHmac('sha384', mac)
  // The HMAC stands first and is known last. Its 48 bytes are 64 letters, so that what follows begins anew.
  const signature = DIGITS + 64
  let at = await writeAt(file, 0, Buffer.from(`00${String(version)}`.padEnd(signature, '=')))
  for await (const part of inBase64(signed(encrypted(plain, cipher), signing))) at += await writeAt(file, at, part)
  await writeAt(file, DIGITS, Buffer.from(signing.digest('base64')))
}

async function* encrypted(plain: AsyncIterable<Buffer>, key: Buffer): AsyncGenerator<Buffer> {
  const iv = randomBytes(BLOCK)
  const cipher = createCipheriv(CIPHER, key, iv)
  yield iv
  for await (const part of plain) yield cipher.update(part)
  yield cipher.final()
}

async function* signed(parts: AsyncIterable<Buffer>, signing: ReturnType<typeof createHmac>): AsyncGenerator<Buffer> {
  for await (const part of parts) {
    signing.update(part)
    yield part
  }
}

async function* inBase64(parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const part of parts) {
    const all = Buffer.concat([rest, part])
    const whole = all.length - (all.length % 3)
    if (whole > 0) yield Buffer.from(all.toString('base64', 0, whole))
    rest = all.subarray(whole)
  }
  yield Buffer.from(rest.toString('base64'))
}

export async function writeAt(file: FileHandle, at: number, bytes: Buffer): Promise<number> {
  for (let written = 0; written < bytes.length;) {
    written += (await file.write(bytes, written, bytes.length - written, at + written)).bytesWritten
  }
  return bytes.length
}

/** `altered`: not what was written. `no-keys`: the key it was written with is gone. `unknown-format`: not of the host's. */
export type NotOpened = 'altered' | 'no-keys' | 'unknown-format'

export type Opened = { ok: true; body: Readable; bytes: number } | { ok: false; reason: NotOpened }

/** The plain bytes of a file that the host encrypted, and how many they are. Takes the file over, and closes it. */
export async function openSealed(file: FileHandle, ring: KeyRing): Promise<Opened> {
  const checked = await closedUnless(file, async () => check(file, ring))
  if (!checked.ok) {
    await file.close()
    return checked
  }
  const { keys, version, bytes } = checked
  const body = Readable.from(decrypted(sealedBytes(file), keys.cipher, macs[version]?.bytes ?? 0), {
    objectMode: false,
  })
  // A body that nobody begins to read has to let go of the file, too.
  body.once('close', () => void file.close())
  return { ok: true, body, bytes }
}

async function closedUnless<Result>(file: FileHandle, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    await file.close()
    throw error
  }
}

type Checked = { ok: true; keys: KeyPair; version: number; bytes: number } | { ok: false; reason: NotOpened }

/** Reads all of it once: the HMAC first, then, of the last block alone, how much of it is padding. */
async function check(file: FileHandle, ring: KeyRing): Promise<Checked> {
  const version = await versionOf(file)
  if (version === undefined) return { ok: false, reason: 'unknown-format' }
  const keys = await ring.forReading(version)
  if (!keys) return { ok: false, reason: 'no-keys' }
  const { hash, bytes: macBytes } = macs[version] ?? { hash: 'sha256', bytes: 0 }
  const signing = createHmac(hash, keys.mac)
  let [head, tail, length]: [Buffer, Buffer, number] = [Buffer.alloc(0), Buffer.alloc(0), 0]
  for await (const part of sealedBytes(file)) {
    const missing = Math.max(0, macBytes - head.length)
    head = Buffer.concat([head, part.subarray(0, missing)])
    const covered = part.subarray(missing)
    signing.update(covered)
    length += covered.length
    tail = Buffer.concat([tail, covered]).subarray(-2 * BLOCK)
  }
  if (macBytes > 0 && !(head.length === macBytes && timingSafeEqual(head, signing.digest()))) {
    return { ok: false, reason: 'altered' }
  }
  const last = lastBlock(tail, keys.cipher)
  if (length < 2 * BLOCK || length % BLOCK !== 0 || last === undefined) return { ok: false, reason: 'altered' }
  return { ok: true, keys, version, bytes: length - 2 * BLOCK + last }
}

/** How many plain bytes the last block holds. Undefined: it is not padded as it should be. */
function lastBlock(tail: Buffer, key: Buffer): number | undefined {
  try {
    const cipher = createDecipheriv(CIPHER, key, tail.subarray(0, BLOCK))
    return cipher.update(tail.subarray(BLOCK)).length + cipher.final().length
  } catch {
    return undefined
  }
}

async function versionOf(file: FileHandle): Promise<number | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(DIGITS), 0, DIGITS, 0)
  const [, digit] = /^00([1-7])$/.exec(buffer.subarray(0, bytesRead).toString('latin1')) ?? []
  return digit === undefined ? undefined : Number(digit)
}

async function* decrypted(parts: AsyncIterable<Buffer>, key: Buffer, skip: number): AsyncGenerator<Buffer> {
  let head: Buffer = Buffer.alloc(0)
  let cipher: ReturnType<typeof createDecipheriv> | undefined
  for await (const part of parts) {
    if (cipher) {
      yield cipher.update(part)
      continue
    }
    head = Buffer.concat([head, part])
    if (head.length < skip + BLOCK) continue
    cipher = createDecipheriv(CIPHER, key, head.subarray(skip, skip + BLOCK))
    yield cipher.update(head.subarray(skip + BLOCK))
  }
  if (cipher) yield cipher.final()
}

/** What the base64 after the version stands for. */
async function* sealedBytes(file: FileHandle): AsyncGenerator<Buffer> {
  let rest = ''
  for await (const piece of pieces(file, DIGITS)) {
    const text = rest + piece.toString('latin1').replace(/[^\w+/]/g, '')
    const whole = text.length - (text.length % 4)
    if (whole > 0) yield Buffer.from(text.slice(0, whole), 'base64')
    rest = text.slice(whole)
  }
  if (rest !== '') yield Buffer.from(rest, 'base64')
}

/** The bytes of a file from there on. */
export async function* pieces(file: FileHandle, from = 0): AsyncGenerator<Buffer> {
  for (let at = from; ;) {
    // A buffer of its own for each piece: whoever takes it may still be busy with the last one.
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE, at)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
  }
}
