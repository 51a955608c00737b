/**
 * How bytes lie in the file store: AES-256-GCM in frames of 64 KiB, so that a file of any length is sealed and opened
 * with little memory, and at its end a frame of nothing. Each frame's nonce is its number and whether it is that last one
 * (the STREAM construction): a frame that is altered, missing, moved or cut off does not open. Each file has a key of its
 * own, made of the secret, the name under which it lies, and a salt in its head; so no nonce is used twice, and no file
 * passes for another.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, type CipherGCM } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

const ALGORITHM = 'aes-256-gcm'
const MAGIC = Buffer.from('FOYF\x01')
const SALT_BYTES = 32
const HEAD_BYTES = MAGIC.length + SALT_BYTES
const TAG_BYTES = 16
const FRAME_BYTES = 64 * 1024
const SEALED_BYTES = FRAME_BYTES + TAG_BYTES

/** The file is not as it was written: altered, cut off, moved from elsewhere, or of another secret. */
export class NotAsWritten extends Error {
  override name = 'NotAsWritten'
}

export interface Sealer {
  /** What lies at the file's beginning. */
  head: Buffer
  /** What these bytes are, sealed: at once, since nothing that could be written waits in memory. */
  add: (bytes: Buffer) => Buffer[]
  /** What closes the last frame, and the frame of nothing. */
  end: () => Buffer[]
}

/** Seals the bytes of the file that lies under `name`. */
export function sealerFor(secret: string, name: string): Sealer {
  const salt = randomBytes(SALT_BYTES)
  const key = keyOf(secret, name, salt)
  let count = 0
  let cipher: CipherGCM | undefined
  let room = FRAME_BYTES

  const begin = (last: boolean): CipherGCM => {
    const begun = createCipheriv(ALGORITHM, key, nonceOf(count, last))
    count += 1
    room = FRAME_BYTES
    return begun
  }
  const close = (open: CipherGCM): Buffer => {
    open.final()
    cipher = undefined
    return open.getAuthTag()
  }
  return {
    head: Buffer.concat([MAGIC, salt]),
    add: (bytes) => {
      const sealed: Buffer[] = []
      for (let at = 0; at < bytes.length;) {
        cipher ??= begin(false)
        const part = bytes.subarray(at, at + room)
        sealed.push(cipher.update(part))
        at += part.length
        room -= part.length
        if (room === 0) sealed.push(close(cipher))
      }
      return sealed
    },
    end: () => {
      const open = cipher ? [close(cipher)] : []
      return [...open, close(begin(true))]
    },
  }
}

export interface Opener {
  /** Bytes of the file as it came, unsealed. */
  length: number
  /** So many bytes from there on, fewer at its end. Throws NotAsWritten. */
  part: (from: number, length: number) => Promise<Buffer>
  /** All of them, a frame at a time. Throws NotAsWritten. */
  all: () => AsyncGenerator<Buffer>
}

/** Opens the file that lies under `name`. Throws NotAsWritten. The handle stays its owner's to close. */
export async function openerFor(handle: FileHandle, secret: string, name: string): Promise<Opener> {
  const { size } = await handle.stat()
  if (size < HEAD_BYTES + TAG_BYTES) throw new NotAsWritten()
  const head = await readExactly(handle, 0, HEAD_BYTES)
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) throw new NotAsWritten()
  const key = keyOf(secret, name, head.subarray(MAGIC.length))
  const sealed = size - HEAD_BYTES - TAG_BYTES
  const frames = Math.ceil(sealed / SEALED_BYTES)
  const length = sealed - frames * TAG_BYTES
  openFrame(key, nonceOf(frames, true), await readExactly(handle, HEAD_BYTES + sealed, TAG_BYTES))

  const frame = async (count: number): Promise<Buffer> => {
    const at = count * SEALED_BYTES
    const bytes = await readExactly(handle, HEAD_BYTES + at, Math.min(SEALED_BYTES, sealed - at))
    return openFrame(key, nonceOf(count, false), bytes)
  }
  return {
    length,
    part: async (from, wanted) => {
      const until = Math.min(from + wanted, length)
      const parts: Buffer[] = []
      for (let count = Math.floor(from / FRAME_BYTES); count * FRAME_BYTES < until; count += 1) {
        const bytes = await frame(count)
        const begins = count * FRAME_BYTES
        parts.push(bytes.subarray(Math.max(0, from - begins), until - begins))
      }
      return Buffer.concat(parts)
    },
    async *all() {
      for (let count = 0; count < frames; count += 1) yield await frame(count)
    },
  }
}

function openFrame(key: Buffer, nonce: Buffer, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new NotAsWritten()
  try {
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
    return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final()])
  } catch {
    throw new NotAsWritten()
  }
}

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  let read = 0
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, length - read, position + read)
    if (bytesRead === 0) throw new NotAsWritten()
    read += bytesRead
  }
  return bytes
}

function nonceOf(count: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(count, 5, 6)
  nonce[11] = last ? 1 : 0
  return nonce
}

function keyOf(secret: string, name: string, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, `file:${name}`, 32))
}
