/** The file store: what goes in comes out, whole and unread by others, or not at all; and no name becomes a path (T17). */
import { mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import fc from 'fast-check'
import { NotAsWritten } from '../../module/platform/files/frames.js'
import { readableName } from '../../module/platform/files/names.js'
import { fileStore, storageKey, TooLong, type FileStore } from '../../module/platform/files/store.js'
import { sha256 } from '../../module/platform/ids.js'
import { filesIn } from '../support/files.js'

const FRAME = 64 * 1024
const lengths = [0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 3 * FRAME + 7]

describe('The file store', () => {
  let folder: string
  let store: FileStore
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foyer-store-'))
    store = fileStore(folder, 'a secret that only the tests know, 42 long')
  })
  afterEach(() => rm(folder, { recursive: true }))

  const bytesOf = (length: number) => Buffer.from(Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) % 251))
  const pathOf = (key: string) => join(folder, key.slice(0, 2), key)
  const faultOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'none',
      (error: unknown) => error,
    )

  it('gives back what it was given, of every length, however it came in pieces', async () => {
    for (const length of lengths) {
      const bytes = bytesOf(length)
      for (const piece of [1000, FRAME, FRAME + 1, Math.max(length, 1)]) {
        const pieces = Array.from({ length: Math.ceil(length / piece) }, (_, at) =>
          bytes.subarray(at * piece, (at + 1) * piece),
        )
        const stored = await store.receive(Readable.from(pieces, { objectMode: false }), length)
        expect(stored).to.include({ bytes: length, sha256: sha256(bytes as unknown as string) })
        expect((await store.read(stored.key)).equals(bytes), `${String(length)} in ${String(piece)}`).to.equal(true)
        expect((await buffer(await store.open(stored.key))).equals(bytes)).to.equal(true)
      }
    }
  })

  it('gives any part of it', async () => {
    const bytes = bytesOf(3 * FRAME + 7)
    const { key } = await store.keep(bytes)
    const places = fc.tuple(fc.nat(bytes.length + 10), fc.nat(2 * FRAME))
    await fc.assert(
      fc.asyncProperty(places, async ([from, length]) => {
        const part = await store.look(key, (file) => file.part(from, length))
        return part.equals(bytes.subarray(from, from + length))
      }),
      { numRuns: 60 },
    )
  })

  it('keeps nothing of what is longer than it may be, and leaves the rest of it to its owner', async () => {
    const source = Readable.from([bytesOf(FRAME), bytesOf(FRAME), bytesOf(10)], { objectMode: false })
    expect(await faultOf(store.receive(source, FRAME + 5))).to.be.an.instanceOf(TooLong)
    expect(source.destroyed).to.equal(false)
    expect(await filesIn(folder)).to.deep.equal([])
  })

  it('keeps nothing of what breaks off', async () => {
    const source = Readable.from(
      (async function* () {
        yield bytesOf(FRAME * 2)
        await Promise.resolve()
        throw new Error('the line broke')
      })(),
      { objectMode: false },
    )
    expect(await faultOf(store.receive(source, 1e9))).to.have.property('message', 'the line broke')
    expect(await filesIn(folder)).to.deep.equal([])
  })

  it('never tells bytes that are not as they were written: altered, cut off, longer, swapped, or of another secret', async () => {
    const bytes = bytesOf(2 * FRAME + 100)
    const { key } = await store.keep(bytes)
    const whole = await readFile(pathOf(key))
    const altered = (at: number) => Buffer.from(whole.map((byte, index) => (index === at ? byte ^ 1 : byte)))
    const sealedFrame = FRAME + 16
    const head = whole.length - (bytes.length + 4 * 16)
    const frame = (at: number) => whole.subarray(head + at * sealedFrame, head + (at + 1) * sealedFrame)
    const faults: Record<string, Buffer> = {
      ...{
        'the head': altered(0),
        'the salt': altered(9),
        'a byte': altered(head + 5),
        'the tag': altered(whole.length - 1),
      },
      ...{ 'cut in a frame': whole.subarray(0, head + 500), 'cut at a frame': whole.subarray(0, head + sealedFrame) },
      ...{ 'cut to the head': whole.subarray(0, head), empty: Buffer.alloc(0) },
      longer: Buffer.concat([whole, Buffer.alloc(20)]),
      swapped: Buffer.concat([whole.subarray(0, head), frame(1), frame(0), frame(2)]),
      'without its middle': Buffer.concat([whole.subarray(0, head), frame(0), frame(2)]),
    }
    for (const [fault, wrong] of Object.entries(faults)) {
      await writeFile(pathOf(key), wrong)
      expect(await faultOf(store.read(key)), fault).to.be.an.instanceOf(NotAsWritten)
      expect(await faultOf(buffer(await store.open(key))), fault).to.be.an.instanceOf(NotAsWritten)
    }
    await writeFile(pathOf(key), whole)
    const other = storageKey()
    await mkdir(join(folder, other.slice(0, 2)), { recursive: true })
    await rename(pathOf(key), pathOf(other))
    expect(await faultOf(store.read(other)), 'another’s name').to.be.an.instanceOf(NotAsWritten)
    await rename(pathOf(other), pathOf(key))
    const stranger = fileStore(folder, 'another secret, of another installation')
    expect(await faultOf(stranger.read(key))).to.be.an.instanceOf(NotAsWritten)
    expect((await store.read(key)).equals(bytes)).to.equal(true)
    await truncate(pathOf(key), head)
    expect(await faultOf(store.read(key))).to.be.an.instanceOf(NotAsWritten)
  })

  it('takes no name for a path: not up, not absolute, not long, and follows no link', async () => {
    for (const name of [
      '../../etc/passwd',
      '/etc/passwd',
      '..',
      '',
      'a'.repeat(33),
      'ab\0',
      'AB'.repeat(16),
      `${'a'.repeat(30)}/x`,
    ]) {
      expect(await faultOf(store.read(name)), name).to.have.property('message', 'not a name of the file store')
      expect(await faultOf(store.keep(Buffer.from('x'), name)), name).to.have.property('message')
      expect(await faultOf(Promise.resolve().then(() => store.remove(name))), name).to.have.property('message')
    }
    const key = storageKey()
    const secret = join(folder, 'elsewhere')
    await writeFile(secret, 'of somebody else')
    await mkdir(join(folder, key.slice(0, 2)), { recursive: true })
    await symlink(secret, pathOf(key))
    expect(await faultOf(store.read(key))).to.have.property('code', 'ELOOP')
    await store.receive(Readable.from([Buffer.from('mine')], { objectMode: false }), 10, key)
    expect(await readFile(secret, 'utf8'), 'what a link leads to is not written').to.equal('of somebody else')
  })

  it('lies there for its owner alone', async () => {
    const { key } = await store.keep(Buffer.from('x'))
    const { stat } = await import('node:fs/promises')
    expect((await stat(pathOf(key))).mode & 0o777).to.equal(0o600)
    expect((await stat(join(folder, key.slice(0, 2)))).mode & 0o777).to.equal(0o700)
  })
})

describe('The name of a file', () => {
  it('is for people to read, and never a path', () => {
    const names: Array<[string, string]> = [
      ['letter.pdf', 'letter.pdf'],
      ['../../../etc/passwd', 'passwd'],
      ['C:\\Users\\Maria\\scan.pdf', 'scan.pdf'],
      ['/absolute/name.png', 'name.png'],
      ['a\0b\n.pdf', 'ab.pdf'],
      ['\u202Efdp.exe', 'fdp.exe'],
      ['…/..', 'file'],
      ['...', 'file'],
      ['', 'file'],
      ['.htaccess', 'htaccess'],
      ['a<b>"c|d?.pdf', 'a_b__c_d_.pdf'],
      ['Analítica de José.pdf'.normalize('NFD'), 'Analítica de José.pdf'],
    ]
    for (const [sent, shown] of names) expect(readableName(sent), JSON.stringify(sent)).to.equal(shown)
  })

  it('is shortened by letters, keeping its ending', () => {
    const long = readableName(`${'日本語の名前👩‍👧'.repeat(60)}.pdf`)
    expect(Array.from(long).length).to.be.at.most(160)
    expect(long).to.match(/…\.pdf$/)
    expect(long).to.not.match(/\uFFFD/)
  })

  it('whatever was sent, has no separator, nothing that cannot be seen, and an end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (sent) => {
        const name = readableName(sent)
        return (
          name.length > 0 && Array.from(name).length <= 160 && !/[/\\\p{Cc}]/u.test(name) && !/^\.{1,2}$/.test(name)
        )
      }),
    )
  })
})
