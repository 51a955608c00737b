/** Names that are too long are made shorter, and stay names. */
import { expect } from 'chai'
import { usualName } from '../../module/features/documents/audit/filing.js'
import { firstLetters, shorterName } from '../../module/platform/letters.js'

describe('A name that is too long', () => {
  it('is left as it is where it is not', () => {
    expect(firstLetters('Zoe\u0308', 4)).to.equal('Zoe\u0308')
    expect(shorterName('letter.pdf', 10)).to.equal('letter.pdf')
  })

  it('loses whole letters, never an accent or half of a picture', () => {
    expect(firstLetters('Zoe\u0308', 3)).to.equal('Zo')
    expect(firstLetters('ab👩‍👩‍👧cd', 9)).to.equal('ab')
    expect(firstLetters('a😀b', 2)).to.equal('a')
    // One letter that is longer than all that may stand there.
    expect(firstLetters(`e${'\u0301'.repeat(50)}`, 5)).to.equal(`e${'\u0301'.repeat(4)}`)
  })

  it('keeps the ending that says what opens it', () => {
    expect(shorterName(`${'a'.repeat(300)}.docx`, 200)).to.equal(`${'a'.repeat(195)}.docx`)
    expect(shorterName('a'.repeat(300), 200)).to.equal('a'.repeat(200))
    expect(shorterName(`${'😀'.repeat(150)}.pdf`, 200)).to.equal(`${'😀'.repeat(98)}.pdf`)
  })

  it('is in the chart as short as what staff may say themselves', () => {
    for (const letter of ['ñ', 'n\u0303', '😀', '👩‍👩‍👧', 'x ']) {
      const title = letter.repeat(255 / letter.length)
      for (const [kind, file] of [
        ['document', ''],
        ['upload', `${title}.jpeg`],
      ] as const) {
        const name = usualName({ kind, title }, file)
        expect(name.length, name).to.be.within(180, 200)
        expect(name, 'half a letter').not.to.match(/\p{Cs}/u)
        expect(name).to.match(kind === 'upload' ? /\.jpeg$/ : /\.pdf$/)
      }
    }
  })
})
