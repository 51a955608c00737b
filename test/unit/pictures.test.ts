/** A patient's picture, as it is passed on. */
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import sharp from 'sharp'
import { encodeAnew, paintPicture, PictureFailed } from '../../module/platform/files/pictures.js'

const anew = async (type: 'image/jpeg' | 'image/png', bytes: Buffer) => {
  const { readable, result } = await encodeAnew(type, Readable.from([bytes], { objectMode: false }), buffer)
  return { readable, bytes: result }
}

/** A file in the store that is not as it was written. */
async function* altered(): AsyncGenerator<Buffer> {
  yield Buffer.alloc(100_000)
  await Promise.resolve()
  throw new Error('not as it was written')
}

const turnsLater = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

describe('A picture that a patient sends', function () {
  this.timeout(30_000)

  it('loses where and by what it was taken, and stands upright as it was held', async () => {
    const red = sharp({ create: { width: 40, height: 20, channels: 3, background: '#c00' } })
    const taken = await red
      .withExif({ IFD0: { Make: 'Telephone of Maria' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const before = await sharp(taken).metadata()
    expect(before.exif, 'the picture tells something').to.be.an.instanceOf(Buffer)
    expect([before.width, before.height, before.orientation]).to.deep.equal([40, 20, 6])

    const { readable, bytes } = await anew('image/jpeg', taken)
    const after = await sharp(bytes).metadata()
    expect(readable).to.equal(true)
    expect(after.exif).to.equal(undefined)
    expect(after.orientation).to.equal(undefined)
    expect([after.format, after.width, after.height]).to.deep.equal(['jpeg', 20, 40])
  })

  it('that carries something behind its end carries it no further', async () => {
    const plain = await sharp({ create: { width: 9, height: 9, channels: 4, background: '#0c08' } })
      .png()
      .toBuffer()
    const { readable, bytes } = await anew(
      'image/png',
      Buffer.concat([plain, Buffer.from('<script>alert(1)</script>')]),
    )
    expect(readable).to.equal(true)
    expect(bytes.includes('script')).to.equal(false)
    expect(await sharp(bytes).metadata()).to.include({ format: 'png', channels: 4, width: 9 })
  })

  it('that is none, or only half of one, is not readable, and nothing comes of it', async () => {
    const whole = await sharp({ create: { width: 200, height: 200, channels: 3, background: '#00c' } })
      .jpeg()
      .toBuffer()
    for (const bytes of [Buffer.from('\xff\xd8\xff\xe0 no picture', 'latin1'), whole.subarray(0, whole.length / 2)]) {
      expect(await anew('image/jpeg', bytes)).to.deep.equal({ readable: false, bytes: Buffer.alloc(0) })
    }
  })

  it('whose bytes in the store were altered is that, and neither unreadable nor the machine’s fault', async () => {
    const outcome = await encodeAnew('image/jpeg', Readable.from(altered(), { objectMode: false }), buffer).catch(
      String,
    )
    expect(outcome).to.equal('Error: not as it was written')
  })

  it('that can be read, and that nothing can be made of here, is not called unreadable', async () => {
    // Wider than a JPEG can be.
    const wide = await sharp({ create: { width: 70_000, height: 2, channels: 3, background: '#0c0' } })
      .png()
      .toBuffer()
    const outcome = await anew('image/jpeg', wide).catch((error: unknown) => error)
    expect(outcome).to.be.an.instanceOf(PictureFailed)
    expect(await anew('image/png', wide)).to.include({ readable: true })
  })

  it('of more points than anybody needs is refused as none that can be shown', async () => {
    const huge = await sharp({ create: { width: 10_001, height: 10_000, channels: 3, background: '#000' } })
      .png({ compressionLevel: 1 })
      .toBuffer()
    expect(await anew('image/png', huge)).to.include({ readable: false })
  })

  it('is not called unreadable when it was the machine that failed, however much of it was left to read', async () => {
    process.execArgv.push('--no-such-option')
    try {
      for (const pieces of [1, 200]) {
        const source = Readable.from(Array<Buffer>(pieces).fill(Buffer.alloc(64_000)), { objectMode: false })
        const outcome = await encodeAnew('image/jpeg', source, buffer).catch((error: unknown) => error)
        expect(outcome, String(pieces)).to.be.an.instanceOf(PictureFailed)
      }
    } finally {
      process.execArgv.pop()
    }
  })
})

describe('A picture that staff look at', function () {
  this.timeout(30_000)

  const opened = (bytes: Buffer) => () => Promise.resolve(Readable.from([bytes], { objectMode: false }))

  it('is made anew from its dots, upright and no larger than a screen, whatever kind of picture it is', async () => {
    const dots = sharp({ create: { width: 2400, height: 1200, channels: 3, background: '#0c0' } })
    const held = await dots.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer()
    const upright = await sharp(await paintPicture(opened(held))).metadata()
    expect(upright).to.include({ format: 'png', width: 800, height: 1600 })
    expect(upright.orientation).to.equal(undefined)
    for (const bytes of [await dots.clone().webp().toBuffer(), await dots.clone().gif().toBuffer()]) {
      expect(await sharp(await paintPicture(opened(bytes))).metadata()).to.include({ width: 1600, height: 800 })
    }
  })

  it('does not wait for what patients send meanwhile', async () => {
    const slow = new PassThrough()
    const arriving = encodeAnew('image/png', slow, buffer)
    try {
      const small = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#00c' } })
        .png()
        .toBuffer()
      expect(await paintPicture(opened(small))).to.be.an.instanceOf(Buffer)
    } finally {
      slow.end()
      await arriving
    }
  })

  it('is none where it is drawn by commands, damaged, or of more points than anybody needs', async () => {
    const drawn = Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    )
    const whole = await sharp({ create: { width: 200, height: 200, channels: 3, background: '#00c' } })
      .jpeg()
      .toBuffer()
    const huge = await sharp({ create: { width: 10_001, height: 10_000, channels: 3, background: '#000' } })
      .png({ compressionLevel: 1 })
      .toBuffer()
    for (const bytes of [drawn, whole.subarray(0, whole.length / 2), huge]) {
      expect(await paintPicture(opened(bytes))).to.equal(undefined)
    }
  })

  it('is told to come again where many wait already, and is painted when they are done', async () => {
    let away: (error: Error) => void = () => undefined
    const store = new Promise<Readable>((_resolve, reject) => {
      away = reject
    })
    const waiting = Array.from({ length: 16 }, () => paintPicture(() => store).catch(String))
    const one = await Promise.race([paintPicture(() => store).catch((error: unknown) => error), turnsLater()])
    expect(one).to.be.an.instanceOf(PictureFailed)
    away(new Error('not there'))
    expect(new Set(await Promise.all(waiting))).to.deep.equal(new Set(['Error: not there']))
    expect(await paintPicture(opened(Buffer.from('none')))).to.equal(undefined)
  })
})
