/** What a signature looks like: ink on white paper, up to its edges. */
import { expect } from 'chai'
import sharp from 'sharp'
import { drawnSignature, typedSignature } from '../../module/features/documents/filling/signing.js'

const WHITE = 255

describe('A signature', () => {
  it('that was typed is dark on white, with a white margin', async () => {
    await expectInkOnPaper(await typedSignature('Maria Santos'))
  })

  it('that was drawn is so too, whatever the sheet was', async () => {
    const ink = await sharp({ create: { width: 200, height: 30, channels: 4, background: '#123' } })
      .png()
      .toBuffer()
    const sheet = sharp({
      create: { width: 400, height: 160, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
    const png = await sheet
      .composite([{ input: ink, left: 90, top: 60 }])
      .png()
      .toBuffer()
    const drawn = await drawnSignature(`data:image/png;base64,${png.toString('base64')}`)
    await expectInkOnPaper(drawn.ok ? drawn.image : '')
  })

  async function expectInkOnPaper(image: string): Promise<void> {
    const { data, info } = await sharp(Buffer.from(image.split(',')[1] ?? '', 'base64'))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true })
    const { channels, height, width } = info
    const at = (x: number, y: number) => data[(y * width + x) * channels]
    for (const [x, y] of [
      [0, 0],
      [width - 1, 0],
      [0, height - 1],
      [width - 1, height - 1],
      [Math.floor(width / 2), 1],
    ] as const) {
      expect(at(x, y), `${String(x)}, ${String(y)}`).to.equal(WHITE)
    }
    expect(Math.min(...data), 'ink').to.be.lessThan(WHITE / 2)
  }
})
