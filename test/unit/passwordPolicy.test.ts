import { expect } from 'chai'
import { judgePassword } from '../../module/access/passwordPolicy.js'
import { loadManifest, settingsFrom } from '../../module/platform/settings.js'

function judge(password: string, about: string[] = [], globals: Record<string, string> = {}) {
  const portal = {
    globals: () => new Map(Object.entries(globals)),
    settings: () => settingsFrom(loadManifest(), new Map()),
  }
  return judgePassword(portal, password, about)
}
const flaw = (...given: Parameters<typeof judge>) => judge(...given).flaw?.reason

describe('A password that somebody chooses', () => {
  it('needs twelve characters, or as many as the host asks for where that is more', () => {
    expect(flaw('otter-lamps')).to.equal('too-short')
    expect(flaw('otter-lamps4')).to.equal(undefined)
    expect(flaw('otter-lamps4', [], { gbl_minimum_password_length: '14' })).to.equal('too-short')
    expect(flaw('otter-lamps4', [], { gbl_minimum_password_length: '9' })).to.equal(undefined)
  })

  it('counts characters as people do', () => {
    expect(flaw('🦦🦦🐢🐢🪔🪔🌵🌵🍋🍋🚲')).to.equal('too-short')
    expect(flaw('ñandú áspero')).to.equal(undefined)
  })

  it('may be a whole sentence, but no longer than the hash keeps', () => {
    expect(flaw('a sentence of more than sixty-four letters is welcome here too')).to.equal(undefined)
    expect(flaw('x1y2z'.repeat(15))).to.equal('too-long')
  })

  it('is not one of those that are tried first, nor one of them dressed up', () => {
    for (const worn of ['administrator', 'Password2026!', 'P@ssw0rd2026', 'iloveyou!!!!!!', 'Qwerty123456']) {
      expect(flaw(worn), worn).to.equal('common')
    }
  })

  it('is not the same few characters again and again, nor a row of the keyboard', () => {
    expect(flaw('abababababab')).to.equal('too-simple')
    expect(flaw('abcdefghijklm')).to.equal('too-simple')
    expect(flaw('mlkjihgfedcba')).to.equal('too-simple')
  })

  it('is not hardly anything but one’s own name', () => {
    const maria = ['María Santos', 'maria.santos', 'maria@example.org']
    expect(flaw('mariasantos1986', maria)).to.equal('about-you')
    expect(flaw('Santos!1986!maria', maria)).to.equal('about-you')
    expect(flaw('maria collects umbrellas', maria)).to.equal(undefined)
  })

  it('is not hardly anything but a date of birth, however it is written', () => {
    const kim = ['Kim Novak', '2017-05-03']
    const born = ['2017-05-03']
    const written = [
      '20170503--ahoy',
      '03.05.2017 hi',
      '05/03/2017 hi',
      '3-5-2017 ahoy',
      'hi 030517 ~~~~',
      '170503 = ahoy',
    ]
    for (const each of written) expect(flaw(each, born), each).to.equal('about-you')
    expect(flaw('3.5.2017 = kim', kim), 'with the name').to.equal('about-you')
    expect(flaw('2018.05.03 ahoy', born), 'another year').to.equal(undefined)
    expect(flaw('03.05.2017 was a sunny day', kim)).to.equal(undefined)
  })

  it('needs the host’s four kinds of characters only where its globals say so', () => {
    expect(flaw('otter lamps drift', [], { secure_password: '1' })).to.equal('needs-kinds')
    expect(flaw('Otter lamps 4 drift', [], { secure_password: '1' })).to.equal(undefined)
    expect(flaw('otter lamps drift', [], { secure_password: '0' })).to.equal(undefined)
  })

  it('is stronger the longer it is, in words for the meter', () => {
    expect(judge('short').strength).to.equal(0)
    expect(judge('otter-lamps4').strength).to.equal(1)
    expect(judge('otter-lamps-4th').strength).to.equal(1)
    expect(judge('otter lamps drift').strength).to.equal(2)
    expect(judge('otter lamps drift by the harbour').strength).to.equal(3)
  })
})
