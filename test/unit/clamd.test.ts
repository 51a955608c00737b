/** The scanner is asked in its own words, and every answer of it, and none, has its outcome. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import { clamdVersion, scan } from '../../module/platform/clamd.js'
import { opaqueId } from '../../module/platform/ids.js'
import { clamd, EICAR, type Clamd } from '../support/clamd.js'

const times = { connecting: 500, silence: 300 }
const ofBytes = (...parts: Array<string | Buffer>) => Readable.from(parts.map((part) => Buffer.from(part)))

describe('The virus scanner', () => {
  let peer: Clamd
  before(async () => {
    peer = await clamd()
  })
  after(() => peer.stop())
  beforeEach(() => Object.assign(peer.manner, { silent: false, mute: false, most: Infinity }))

  it('calls a harmless file clean, of whatever length, and has heard all of it', async () => {
    for (const length of [0, 1, 64 * 1024, 64 * 1024 + 1, 3_000_000]) {
      expect(await scan(peer.address, ofBytes(Buffer.alloc(length, 7)), times)).to.deep.equal({ outcome: 'clean' })
      expect(peer.heard.at(-1)).to.equal(length)
    }
  })

  it('finds the test virus, also between two chunks, and says its name', async () => {
    const cut = Buffer.alloc(64 * 1024 - 30, 65)
    for (const body of [
      ofBytes(EICAR),
      ofBytes(cut, EICAR, 'more'),
      ofBytes(cut, EICAR.slice(0, 10), EICAR.slice(10)),
    ]) {
      expect(await scan(peer.address, body, times)).to.deep.equal({
        outcome: 'infected',
        virus: 'Eicar-Test-Signature',
      })
    }
  })

  it('is reached by a socket’s path as well', async () => {
    const other = await clamd(join(tmpdir(), `clamd-${opaqueId()}`))
    try {
      expect(await scan(other.address, ofBytes(EICAR), times)).to.have.property('outcome', 'infected')
      expect(await clamdVersion(other.address, times)).to.match(/^ClamAV 1\.4\.1/)
    } finally {
      await other.stop()
    }
    expect(await scan(other.address, ofBytes('x'), times)).to.have.property('outcome', 'unreachable')
    expect(await clamdVersion(other.address, times)).to.equal(undefined)
  })

  it('that takes less than the file has says so', async () => {
    peer.manner.most = 100_000
    const outcome = await scan(peer.address, ofBytes(Buffer.alloc(64 * 1024), Buffer.alloc(64 * 1024)), times)
    expect(outcome).to.deep.equal({ outcome: 'too-large' })
  })

  it('that is silent, or hangs up without a word, is not taken for one that found nothing', async () => {
    peer.manner.silent = true
    expect(await scan(peer.address, ofBytes('x'), times)).to.deep.equal({
      ...{ outcome: 'unreachable', why: 'no answer in time' },
    })
    Object.assign(peer.manner, { silent: false, mute: true })
    expect(await scan(peer.address, ofBytes('x'), times)).to.have.property('outcome', 'unreachable')
  })

  it('does not swallow that the file itself cannot be read', async () => {
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('x')
        await Promise.resolve()
        throw new Error('not as written')
      })(),
    )
    let fault: unknown
    await scan(peer.address, broken, times).catch((error: unknown) => (fault = error))
    expect(fault).to.have.property('message', 'not as written')
  })
})
