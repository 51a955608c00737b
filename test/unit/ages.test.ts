/** What a grant opens as the patient grows up (R13): at the birthday's local midnight, and never more than was given. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import fc from 'fast-check'
import {
  ageSteps,
  birthday,
  bornForBirthday,
  guardians,
  narrower,
  openingOn,
  switchSteps,
  type AgedGrant,
  type AgeRules,
} from '../../module/access/ages.js'
import { openingNow } from '../../module/access/scope.js'
import { daysLater, standingClock, type Day } from '../../module/platform/clock.js'
import { packageRoot } from '../../module/platform/root.js'
import { loadManifest, settingsFrom } from '../../module/platform/settings.js'

const extents = ['appointments', 'forms', 'full', 'appointments+forms']
const relationships = ['self', 'mother', 'father', 'guardian', 'proxy', 'spouse', 'child', 'other']

const days = fc.integer({ min: 0, max: 20_000 }).map((ahead) => daysLater('1996-01-01', ahead))
/** Leap days more often than the calendar has them. */
const births = fc.oneof(days, fc.constantFrom('1996-02-29', '2000-02-29', '2004-02-29', '2008-02-28', '2008-03-01'))
const ages = {
  adolescentAge: fc.integer({ min: 10, max: 17 }),
  adolescentExtent: fc.constantFrom('full', 'forms', 'appointments', 'none'),
  adultAge: fc.integer({ min: 16, max: 21 }),
}
const former = fc.record({ ...ages, until: days, reason: fc.constant('') })
/** Every other practice has set other ages, from some day on. */
const someRules = fc.record({ ...ages, agesBefore: fc.option(former, { nil: undefined }) })
const someGrants = fc.record({
  relationship: fc.constantFrom(...relationships),
  extent: fc.constantFrom(...extents),
  born: fc.option(births, { nil: undefined }),
  exempt: fc.boolean(),
  endsOn: fc.option(days, { nil: undefined }),
})

describe('What a grant opens on a day', () => {
  it('is what was given, less what the patient’s age takes, unless staff kept it: as a plain count of years says', () => {
    fc.assert(
      fc.property(someGrants, days, someRules, (grant, today, rules) => {
        expect(openingOn(grant, today, rules).extent).to.equal(modelOf(grant, today, rules))
      }),
      { numRuns: 5000 },
    )
  })

  it('stays so until the day that is named as the next change, and is then what was said', () => {
    fc.assert(
      fc.property(someGrants, days, someRules, (grant, today, rules) => {
        const { extent, change } = openingOn(grant, today, rules)
        if (!change) {
          for (const years of [1, 5, 30]) {
            expect(modelOf(grant, daysLater(today, years * 366), rules)).to.equal(extent)
          }
          return
        }
        expect(change.on > today).to.equal(true)
        expect(modelOf(grant, daysLater(change.on, -1), rules)).to.equal(extent)
        expect(modelOf(grant, change.on, rules))
          .to.equal(change.to)
          .and.not.to.equal(extent)
      }),
      { numRuns: 5000 },
    )
  })

  it('is never more than was granted, by the rules that the module comes with', () => {
    const opened = openedBy(readFileSync(join(packageRoot(), 'acl', 'policy.csv'), 'utf8'))
    for (const one of extents) {
      for (const other of [...extents, 'none']) {
        const both = narrower(one, other)
        expect([...opened(one)], `${one} and ${other}`).to.include.members([...opened(both)])
        expect([...opened(other)], `${one} and ${other}`).to.include.members([...opened(both)])
        expect([...opened(narrower(other, one))]).to.have.members([...opened(both)])
      }
    }
    expect(opened('appointments').size).to.be.greaterThan(2)
  })

  it('is what was given where the chart has no birth date that is one', () => {
    const rules = { adolescentAge: 13, adolescentExtent: 'appointments', adultAge: 18 }
    for (const born of [undefined, '1990-00-00', '1990-05-00', '']) {
      const opening = openingOn({ relationship: 'mother', extent: 'full', born, exempt: false }, '2026-11-23', rules)
      expect(opening, born).to.deep.equal({ extent: 'full', why: 'granted', change: undefined })
    }
  })
})

describe('At the 13th and the 18th birthday', () => {
  const settings = settingsFrom(loadManifest(), new Map())
  const at = (zone: string, instant: string, born: Day, relationship = 'mother', exempt = false) => {
    const clock = standingClock(zone, instant)
    const grant = { relationship, extent: 'full', born, exempt, validUntil: undefined }
    return openingNow(grant, { clock, settings: () => settings }).extent ?? 'nothing'
  }

  // Instants as a server in UTC counts them; the practice's midnight is what turns.
  const table: readonly (readonly [zone: string, born: Day, instant: string, opens: string])[] = [
    ['America/New_York', '2013-11-24', '2026-11-24T04:59:59.999Z', 'full'],
    ['America/New_York', '2013-11-24', '2026-11-24T05:00:00.000Z', 'appointments'],
    ['UTC', '2013-11-24', '2026-11-23T23:59:59.999Z', 'full'],
    ['UTC', '2013-11-24', '2026-11-24T00:00:00.000Z', 'appointments'],
    ['Pacific/Auckland', '2013-11-24', '2026-11-23T10:59:59.999Z', 'full'],
    ['Pacific/Auckland', '2013-11-24', '2026-11-23T11:00:00.000Z', 'appointments'],
    // In summer midnight is an hour earlier in UTC.
    ['America/New_York', '2008-07-04', '2026-07-04T03:59:59.999Z', 'appointments'],
    ['America/New_York', '2008-07-04', '2026-07-04T04:00:00.000Z', 'nothing'],
    // The day on which clocks go back has 25 hours and one midnight.
    ['America/New_York', '2013-11-01', '2026-11-01T03:59:59.999Z', 'full'],
    ['America/New_York', '2013-11-01', '2026-11-01T04:00:00.000Z', 'appointments'],
    // Where clocks go forward at midnight, the day begins at one o'clock.
    ['America/Santiago', '2008-09-06', '2026-09-06T03:59:59.999Z', 'appointments'],
    ['America/Santiago', '2008-09-06', '2026-09-06T04:00:00.000Z', 'nothing'],
    // Born on 29 February: 1 March in a year without one, the day itself in a year with one.
    ['America/New_York', '2008-02-29', '2021-02-28T17:00:00.000Z', 'full'],
    ['America/New_York', '2008-02-29', '2021-03-01T04:59:59.999Z', 'full'],
    ['America/New_York', '2008-02-29', '2021-03-01T05:00:00.000Z', 'appointments'],
    ['America/New_York', '2008-02-29', '2026-02-28T17:00:00.000Z', 'appointments'],
    ['America/New_York', '2008-02-29', '2026-03-01T05:00:00.000Z', 'nothing'],
    ['UTC', '2000-02-29', '2018-03-01T00:00:00.000Z', 'nothing'],
  ]
  for (const [zone, born, instant, opens] of table) {
    it(`${instant} opens ${opens} of somebody born on ${born} at a practice in ${zone}`, () => {
      for (const guardian of guardians) expect(at(zone, instant, born, guardian)).to.equal(opens)
      for (const nobody of ['self', 'proxy', 'spouse', 'other'])
        expect(at(zone, instant, born, nobody)).to.equal('full')
      expect(at(zone, instant, born, 'mother', true)).to.equal('full')
    })
  }
})

describe('Who has a birthday', () => {
  it('is found by birth date, leap days among them', () => {
    fc.assert(
      fc.property(births, days, fc.nat(60), fc.integer({ min: 10, max: 21 }), (born, from, length, years) => {
        const until = daysLater(from, length)
        const day = birthday(born, years)
        const range = bornForBirthday(years, from, until)
        expect(born >= range.from && born <= range.until).to.equal(day >= from && day <= until)
      }),
      { numRuns: 20_000 },
    )
  })

  it('and whose grant changes then, as each grant by itself says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...extents), births, fc.record(ages), (extent, born, rules) => {
        const grant = { relationship: 'father', extent, born, exempt: false }
        const found = ageSteps(rules, extents).filter((step) => step.extents.includes(extent))
        const changing = (['adolescent', 'adult'] as const).filter((why) => {
          const on = birthday(born, why === 'adult' ? rules.adultAge : rules.adolescentAge)
          const [before, after] = [openingOn(grant, daysLater(on, -1), rules), openingOn(grant, on, rules)]
          return before.extent !== after.extent && after.why === why
        })
        expect(found.map(({ why }) => why)).to.deep.equal(changing)
      }),
    )
  })
})

describe('Whom other ages concern on the day from which on they count', () => {
  it('is found by birth date and extent, as each grant by itself says', () => {
    fc.assert(
      fc.property(fc.constantFrom(...extents), births, fc.record(ages), former, (extent, born, now, agesBefore) => {
        const rules = { ...now, agesBefore }
        const grant = { relationship: 'mother', extent, born, exempt: false }
        const [eve, on] = [daysLater(agesBefore.until, -1), agesBefore.until]
        const found = switchSteps(rules, extents).filter(
          (step) => born >= step.bornFrom && born <= step.bornUntil && step.extents.includes(extent),
        )
        const changes = modelOf(grant, eve, rules) !== modelOf(grant, on, rules)
        expect(found).to.have.length(changes ? 1 : 0)
        if (changes) expect(openingOn(grant, eve, rules).change).to.include({ on, why: 'rules' })
      }),
      { numRuns: 3000 },
    )
  })
})

/** Years are counted by comparing month and day as they are written: nothing of how birthdays are computed. */
function modelOf(grant: AgedGrant, today: Day, rules: AgeRules): string | undefined {
  if (grant.endsOn !== undefined && today >= grant.endsOn) return undefined
  const guardian = ['mother', 'father', 'guardian'].includes(grant.relationship)
  if (!guardian || grant.exempt || grant.born === undefined) return grant.extent
  const had = today.slice(5) >= grant.born.slice(5) ? 0 : 1
  const years = Number(today.slice(0, 4)) - Number(grant.born.slice(0, 4)) - had
  const before = rules.agesBefore
  const { adolescentAge, adolescentExtent, adultAge } = before !== undefined && today < before.until ? before : rules
  if (years >= adultAge) return undefined
  if (years < adolescentAge || adolescentExtent === 'full') return grant.extent
  const opened = grant.extent === 'full' ? ['appointments', 'forms'] : grant.extent.split('+')
  return opened.includes(adolescentExtent) ? adolescentExtent : undefined
}

function openedBy(policy: string): (extent: string) => Set<string> {
  const lines = policy.split('\n').map((line) => line.split(',').map((part) => part.trim()))
  return (extent) =>
    new Set(
      lines
        .filter(([, subject = '']) => extent.split('+').includes(subject.replace('extent:', '')))
        .map(([, , permission = '']) => permission),
    )
}
