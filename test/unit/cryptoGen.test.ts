import { createHmac, randomBytes } from 'node:crypto'
import { mkdtemp, open, rm, stat, writeFile, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import { openSealed, writeSealed } from '../../module/host/documents/cryptoGen.js'
import { versionToWrite, type KeyRing } from '../../module/host/documents/keys.js'
import { cipherKey, macKey, sealedByOpenssl, sha3 } from '../support/sealedFiles.js'

const keys = { cipher: cipherKey, mac: macKey }
const ring: KeyRing = { forReading: () => Promise.resolve(keys) }
const MIB = 1024 * 1024

describe('The host’s encryption of files', () => {
  let folder = ''
  let made = 0
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foyer-sealed-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const holding = async (text: string): Promise<FileHandle> => {
    const path = join(folder, String((made += 1)))
    await writeFile(path, text)
    return open(path)
  }
  const plainOf = async (text: string, with_: KeyRing = ring): Promise<string> => {
    const opened = await openSealed(await holding(text), with_)
    if (!opened.ok) return opened.reason
    const plain = await buffer(opened.body)
    expect(opened.bytes).to.equal(plain.length)
    return plain.toString('utf8')
  }

  for (const [version, sealed] of Object.entries(sealedByOpenssl.versions)) {
    it(`of version ${version} is read as openssl wrote it`, async () => {
      expect(await plainOf(sealed)).to.equal(sealedByOpenssl.plain)
    })
  }

  it('is read where the last block is whole', async () => {
    const { plain, seven } = sealedByOpenssl.wholeBlocks
    expect(await plainOf(seven)).to.equal(plain)
  })

  it('sums the plain bytes as openssl does', () => {
    expect(sha3(sealedByOpenssl.plain)).to.equal(sealedByOpenssl.sha3)
  })

  it('gives out nothing of what was altered anywhere, cut short, or written with another key', async () => {
    const sealed = sealedByOpenssl.versions[7]
    for (let at = 3; at < sealed.length - 2; at += 7) {
      const altered = `${sealed.slice(0, at)}${sealed.charAt(at) === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
      expect(await plainOf(altered), `letter ${String(at)}`).to.equal('altered')
    }
    for (const length of [3, 40, 67, 100, sealed.length - 4]) {
      expect(await plainOf(sealed.slice(0, length)), `${String(length)} letters`).to.equal('altered')
    }
    const other: KeyRing = { forReading: () => Promise.resolve({ cipher: macKey, mac: cipherKey }) }
    expect(await plainOf(sealed, other)).to.equal('altered')
    expect(await plainOf(sealed, { forReading: () => Promise.resolve(undefined) })).to.equal('no-keys')
    for (const text of ['', '00', '008abc', '000abc', 'plain text']) {
      expect(await plainOf(text), text).to.equal('unknown-format')
    }
  })

  it('is written as the format says, whatever the length and however it comes', async () => {
    for (const length of [0, 1, 15, 16, 17, 47, 48, 4095, 100_003]) {
      const plain = randomBytes(length)
      for (const step of [1 + Math.floor(length / 3), 7, 64 * 1024]) {
        if (length / step > 2000) continue
        const path = join(folder, String((made += 1)))
        const file = await open(path, 'wx+')
        await writeSealed(file, inSteps(plain, step), { ...keys, version: 6 })
        const whole = (await file.readFile({ encoding: 'latin1' })) || (await (await open(path)).readFile('latin1'))
        expect(whole.slice(0, 3)).to.equal('006')
        const raw = Buffer.from(whole.slice(3), 'base64')
        expect(raw.toString('base64')).to.equal(whole.slice(3))
        const signature = createHmac('sha384', macKey).update(raw.subarray(48)).digest()
        expect(raw.subarray(0, 48).equals(signature)).to.equal(true)
        const opened = await openSealed(file, ring)
        expect(opened.ok && (await buffer(opened.body)).equals(plain)).to.equal(true)
      }
    }
  })

  it('takes no more memory for 50 MiB than for little, both ways', async function () {
    this.timeout(60_000)
    const path = join(folder, 'large')
    const file = await open(path, 'wx+')
    const piece = randomBytes(64 * 1024)
    const most = watchMemory()
    await writeSealed(file, repeated(piece, (50 * MIB) / piece.length), { ...keys, version: 7 })
    expect((await stat(path)).size).to.be.greaterThan(66 * MIB)
    const opened = await openSealed(file, ring)
    if (!opened.ok) throw new Error(opened.reason)
    expect(opened.bytes).to.equal(50 * MIB)
    let read = 0
    for await (const part of opened.body) read += (part as Buffer).length
    expect(read).to.equal(50 * MIB)
    // The file is 67 MiB as it lies there, and 50 in the clear: held whole in either form it would show.
    expect(most()).to.be.lessThan(40 * MIB)
  })
})

describe('The version that files are written in', () => {
  it('is what the host of that version reads', () => {
    const of = (version: string) => versionToWrite({ version })
    expect(['7.0.1', '7.0.3', '7.0.4', '8.0.0', '8.2.0'].map(of)).to.deep.equal([6, 6, 7, 7, 7])
  })
})

async function* inSteps(bytes: Buffer, step: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += step) yield await Promise.resolve(bytes.subarray(at, at + step))
}

async function* repeated(piece: Buffer, times: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < times; at += 1) yield await Promise.resolve(piece)
}

/** How much more is in use at most than now, outside of the heap that a collection would clear. */
function watchMemory(): () => number {
  const used = (): number => process.memoryUsage().arrayBuffers
  const before = used()
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, used() - before)
  }, 5)
  return () => {
    clearInterval(timer)
    return most
  }
}
