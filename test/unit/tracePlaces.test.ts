/** What staff read of a link that was wrong is in words, whichever page was seen and whatever was sent. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { placeOf, placeText, thingText } from '../../module/features/registration/staff/tracePlaces.js'
import { traceWords } from '../../module/features/registration/staff/traceWords.js'
import { languages, speakAll } from '../../module/platform/i18n.js'
import { packageRoot } from '../../module/platform/root.js'
import { features } from '../../module/portal.js'
import { addressOf } from '../../module/web/routes.js'

describe('The words of what a wrong link opened', () => {
  const addresses = [
    ...new Set(
      features
        .flatMap(({ routes }) => routes)
        .filter(({ audience }) => audience === 'record' || audience === 'account')
        .map(addressOf),
    ),
  ]
  const speech = speakAll([traceWords])

  it('are there for every page of patients', () => {
    expect(addresses).to.include.members(['/portal/records/:record', '/portal/records/:record/appointments'])
    const wordless = addresses.filter((address) => !((placeOf(address) ?? '') in traceWords.en))
    expect(wordless, 'name each in registration/staff/tracePlaces.ts').to.deep.equal([])
  })

  it('hold no page that is not there', () => {
    const named = new Set(addresses.map(placeOf))
    const keys = Object.keys(traceWords.en).filter((key) => key.startsWith('registrations.place.'))
    const stray = keys.filter((key) => key !== 'registrations.place.other' && !named.has(key))
    expect(stray).to.deep.equal([])
  })

  it('tell two pages apart as far as the trail keeps their addresses', () => {
    const kept = new Map(addresses.map((address) => [address.slice(0, 64), placeOf(address)]))
    expect(kept.size).to.equal(addresses.length)
    for (const [address, place] of kept) expect(placeOf(address), address).to.equal(place)
  })

  it('show no address, number pattern or kind as the trail writes it, in either language', () => {
    for (const language of languages) {
      const t = speech.in(language)
      for (const address of [...addresses, '/portal/records/:record/gone', '']) {
        expect(placeText(t, address), address)
          .to.match(/\p{L}/u)
          .and.not.match(/[:/]|registrations\./)
      }
      for (const subject of [...subjectKinds().map((kind) => `${kind}:104`), 'own', 'nobody-knows:1']) {
        expect(thingText(t, subject), subject)
          .to.match(/\p{L}/u)
          .and.not.match(/:|registrations\.|\{\{/)
      }
    }
  })

  it('name every kind of thing that the trail tells of a patient', () => {
    expect(subjectKinds()).to.include.members(['appointment', 'submission', 'form-response', 'profile-change'])
    const wordless = subjectKinds().filter((kind) => !(`registrations.thing.${kind}` in traceWords.en))
    expect(wordless).to.deep.equal(ofPractice)
  })
})

/** What the practice keeps for itself, of no patient. */
const ofPractice = ['delivery', 'form-draft', 'form-rule', 'group', 'setting']

/** Each kind that stands before a colon where something says `subject`. */
function subjectKinds(): string[] {
  const folder = join(packageRoot(), 'module')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const kinds = files.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    return [...text.matchAll(/subject[:= ]+(?:[^`'\n]*\?\s*)?`([a-z-]+):/g)].map(([, kind = '']) => kind)
  })
  return [...new Set(kinds)].sort()
}
