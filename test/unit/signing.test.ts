/** What a signature looks like: ink on white paper, up to its edges. */
import { expect } from 'chai'
import sharp from 'sharp'
import { drawnSignature, typedSignature } from '../../module/features/documents/filling/signing.js'

const WHITE = 255

/** Spaces of no width, joiners, marks of direction, accents without a letter, fillers, tags, a blank of Braille. */
const UNSEEN = [
  ...['\u200b', '\u200d', '\u2060', '\ufeff', '\u200f', '\u202e', '\u2066', '\u00ad', '\u0301', '\u20dd', '\ufe0f'],
  ...['\u115f', '\u3164', '\u2800', '\ufffc', '\ufff9', '\u180e', '\u{e0041}', '\u{1d173}', '\u3000'],
]

describe('A signature', () => {
  it('that was typed is dark on white, with a white margin', async () => {
    const typed = await typedSignature('Maria Santos')
    await expectInkOnPaper(typed.ok ? typed.image : '')
  })

  it('that was typed is refused where nothing of it can be seen, wherever the letters come from', async () => {
    for (const code of UNSEEN) {
      for (const name of [code, code.repeat(150), `${code} ${code}`]) {
        const why = JSON.stringify(name.slice(0, 4))
        expect(await typedSignature(name), why).to.deep.equal({ ok: false, reason: 'nothing-written' })
      }
    }
    // What can be seen comes after more than stands on the picture.
    expect(await typedSignature('\u200b'.repeat(300) + 'M')).to.include({ ok: false })
    for (const name of ['محمد علی\u200cرضا', 'Zoe\u0308', 'X', '李', 'M\u200b', '"<&>\'', '👩‍👩‍👧']) {
      expect(await typedSignature(name), name).to.include({ ok: true })
    }
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
