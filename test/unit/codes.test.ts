import { expect } from 'chai'
import fc from 'fast-check'
import { guardians } from '../../module/access/ages.js'
import { joined, type Granted } from '../../module/access/codeJoining.js'
import { CODE_ALPHABET, codeHash, codeSymbols, spacedSymbols, typedSymbols } from '../../module/access/codeSymbols.js'
import { widerExtent } from '../../module/access/codes.js'
import { isPlaceholderName } from '../../module/access/placeholderNames.js'
import { openingNow } from '../../module/access/scope.js'
import { daysLater, standingClock, utc } from '../../module/platform/clock.js'
import { opaqueId } from '../../module/platform/ids.js'
import { loadManifest, settingsFrom } from '../../module/platform/settings.js'
import { qrPath } from '../../module/web/qrCode.js'

const portal = { secret: 'a secret that only the tests know, 42 long' }

describe('The symbols of a PIN', () => {
  it('are eight that nobody mistakes for one another, each as often as the others', () => {
    expect(CODE_ALPHABET).to.have.length(31)
    expect(CODE_ALPHABET).to.not.match(/[01ILO]/)
    const often = new Map<string, number>()
    const pins = Array.from({ length: 4000 }, () => codeSymbols(portal, opaqueId()))
    for (const pin of pins) {
      expect(pin).to.match(new RegExp(`^[${CODE_ALPHABET}]{8}$`))
      for (const symbol of pin) often.set(symbol, (often.get(symbol) ?? 0) + 1)
    }
    expect(new Set(pins)).to.have.length(4000)
    // 32,000 symbols, 1,032 of each: five standard deviations are 158.
    for (const symbol of CODE_ALPHABET) expect(often.get(symbol), symbol).to.be.within(874, 1190)
  })

  it('are the same again of the same nonce, and others under another secret', () => {
    const nonce = opaqueId()
    expect(codeSymbols(portal, nonce)).to.equal(codeSymbols(portal, nonce))
    expect(codeSymbols({ secret: 'another' }, nonce)).to.not.equal(codeSymbols(portal, nonce))
    const symbols = codeSymbols(portal, nonce)
    expect(codeHash(portal, symbols)).to.match(/^[0-9a-f]{64}$/)
    expect(codeHash({ secret: 'another' }, symbols)).to.not.equal(codeHash(portal, symbols))
  })

  it('are read however they are typed', () => {
    for (const typed of ['K7QA-9M4X', 'k7qa9m4x', ' K7QA 9M4X ', 'k7qa–9m4x', 'K 7 Q A.9 M 4 X']) {
      expect(typedSymbols(typed), typed).to.equal('K7QA9M4X')
    }
    expect(typedSymbols(spacedSymbols('K7QA9M4X'))).to.equal('K7QA9M4X')
  })

  it('make a QR code of their own', () => {
    const address = 'https://portal.example.org/portal/join#'
    const [one, same, other] = ['K7QA9M4X', 'K7QA9M4X', 'K7QA9M4Y'].map((symbols) => qrPath(address + symbols).path)
    expect(one).to.equal(same).and.not.equal(other)
  })
})

describe('A name that is none yet', () => {
  const names = loadManifest().settings.find(({ name }) => name === 'placeholderNames')?.default as readonly string[]
  const isNone = (first: string, last = 'Santos') => isPlaceholderName(first, last, names)

  it('is each of the practice’s list, in any capitals, with accents, signs, the last name or a number', () => {
    const dress: Array<(name: string) => string> = [
      (name) => name,
      (name) => name.toUpperCase(),
      (name) => name.toLowerCase().replaceAll(' ', '-'),
      (name) => ` ${name}. `,
      (name) => name.replaceAll(' ', ''),
      (name) => name.replace(/a/g, 'á').replace(/o/g, 'ò'),
      (name) => `${name} Santos`,
      (name) => `${name} 2`,
      (name) => `${name} B`,
      (name) => `${name}1`,
    ]
    for (const name of names) for (const put of dress) expect(isNone(put(name)), put(name)).to.equal(true)
  })

  it('is one of those that hospitals write', () => {
    const written = [
      'BG',
      'BB',
      'bg santos',
      'B.G.',
      'Baby Boy A',
      'Babygirl',
      'Newborn Girl',
      'Male Twin',
      'Twin II',
      '',
      ' - ',
    ]
    for (const name of written) expect(isNone(name), name).to.equal(true)
  })

  it('is no given name, however close', () => {
    const given = [
      'Ana',
      'Boyd',
      'Bob',
      'Babette',
      'Malena',
      'Girlie',
      'Infanta',
      'Testa',
      'Twinkle',
      'B',
      'Baby Ana',
      'Santos',
      'Bo',
      'Gil',
    ]
    for (const name of given) expect(isNone(name), name).to.equal(false)
    expect(isPlaceholderName('Ann', 'Baby', names)).to.equal(false)
    expect(isPlaceholderName('Ann Boy', 'Boy', names)).to.equal(false)
  })

  it('is decided by the list: what the practice strikes out is a name', () => {
    expect(
      isPlaceholderName(
        'Boy',
        'Santos',
        names.filter((name) => !name.includes('Boy')),
      ),
    ).to.equal(false)
    expect(isPlaceholderName('Neonate', 'Santos', names)).to.equal(false)
    expect(isPlaceholderName('Neonate', 'Santos', [...names, 'Neonate'])).to.equal(true)
  })
})

describe('Two codes of one record', () => {
  it('open together what each opens, whichever comes first', () => {
    const extent = fc.constantFrom('full', 'forms', 'appointments')
    fc.assert(
      fc.property(extent, extent, extent, (one, two, three) => {
        const all = widerExtent(widerExtent(one, two), three)
        expect(all).to.equal(widerExtent(three, widerExtent(two, one)))
        const parts = all.split('+')
        for (const each of [one, two, three]) expect(parts.includes(each) || parts.includes('full')).to.equal(true)
        for (const part of parts) expect([one, two, three]).to.include(part)
      }),
    )
  })
})

describe('A grant with what a code gives', () => {
  const TODAY = '2026-11-23'
  const extents = ['appointments', 'forms', 'full', 'appointments+forms']
  const relationships = ['self', 'mother', 'guardian', 'proxy', 'other']
  const settings = settingsFrom(loadManifest(), new Map())
  const rulesOn = (day: string) => ({
    clock: standingClock('America/New_York', `${day}T08:00:00`),
    settings: () => settings,
  })
  const years = Array.from({ length: 26 }, (_, at) => rulesOn(daysLater(TODAY, at * 183)))
  const begins = fc.option(
    fc.constantFrom(-90, 0, 30, 400, 2000).map((days) => `${daysLater(TODAY, days)} 05:00:00.000`),
    { nil: undefined },
  )
  const grants = fc.record({
    relationship: fc.constantFrom(...relationships),
    extent: fc.constantFrom(...extents),
    from: begins,
    until: fc.option(
      fc.integer({ min: -400, max: 4000 }).map((days) => `${daysLater(TODAY, days)} 05:00:00`),
      {
        nil: undefined,
      },
    ),
    exempt: fc.boolean(),
  })
  const codes = fc.record({
    ...{ relationship: fc.constantFrom(...relationships), extent: fc.constantFrom(...extents), from: begins },
  })
  const births = fc.integer({ min: 0, max: 21 * 365 }).map((days) => daysLater(TODAY, -days))

  it('opens on no day more than both, none before its own, takes nothing away, and leaves a parent a parent', () => {
    fc.assert(
      fc.property(grants, codes, births, (grant, code, born) => {
        const isAhead = ({ from }: Pick<Granted, 'from'>, rules: ReturnType<typeof rulesOn>) =>
          from !== undefined && from > utc(rules.clock.now())
        const parts = (one: Granted, rules: ReturnType<typeof rulesOn>) =>
          isAhead(one, rules) ? [] : partsBegun(one, rules)
        const partsBegun = (one: Granted, rules: ReturnType<typeof rulesOn>) => {
          const { extent = 'none' } = openingNow({ ...one, born, validUntil: one.until }, rules)
          return extent === 'none' ? [] : extent === 'full' ? ['full', 'appointments', 'forms'] : extent.split('+')
        }
        const today = rulesOn(TODAY)
        const row = joined(grant, code, born, today)
        const relationship = grant.relationship === 'self' ? 'self' : code.relationship
        const said = { ...code, relationship, until: undefined, exempt: false }
        if (isAhead(grant, today) && grant.from !== code.from) {
          expect(row, 'staff keep it closed until then').to.equal(undefined)
          return
        }
        if (partsBegun(grant, today).length === 0) {
          expect(row).to.deep.equal(said)
          return
        }
        if (!row) return
        for (const rules of years) {
          const [both, had, given] = [parts(row, rules), parts(grant, rules), parts(said, rules)]
          expect(both).to.include.members(had)
          expect([...had, ...given]).to.include.members(both)
        }
        expect(partsBegun(row, today)).to.include.members(partsBegun(said, today))
        const parents: readonly string[] = guardians
        if (parents.includes(grant.relationship)) expect(row.relationship).to.be.oneOf(parents)
      }),
      { numRuns: 1000 },
    )
  })
})
