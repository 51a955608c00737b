import { expect } from 'chai'
import { rank, type Chart, type Claim, type Field, type Match } from '../../module/access/matching/matching.js'
import { indexOf } from './matchingMaps.js'
import { peopleOf, type Registrant } from './matchingPeople.js'

const PLACEHOLDERS = ['Baby', 'Baby Boy', 'Baby Girl', 'Newborn', 'Twin A']

const maria: Claim = {
  forWhom: 'me',
  firstName: 'Maria',
  middleName: '',
  lastName: 'Santos',
  birthName: '',
  born: '1986-04-02',
  sex: 'Female',
  phone: '212 555 0142',
  email: 'maria@example.org',
  postalCode: '10025',
}

const chart: Chart = {
  pid: 1,
  firstName: 'Maria',
  middleName: '',
  lastName: 'Santos',
  birthName: '',
  preferredName: '',
  born: '1986-04-02',
  sex: 'Female',
  phones: ['(212) 555-0142'],
  emails: ['Maria@Example.org'],
  postalCodes: ['10025-1234'],
}

function matched(claim: Partial<Claim>, other: Partial<Chart> = {}, family: Chart[] = []): Match {
  const [match] = rank({ ...maria, ...claim }, [{ ...chart, ...other }], { placeholders: PLACEHOLDERS, family })
  if (!match) throw new Error('no match')
  return match
}

function howOf(match: Match, field: Field): string | undefined {
  return match.points.find((point) => point.field === field)?.how
}

describe('A chart is found by what somebody says of themselves', () => {
  it('each point shows both sides, and the points make the score', () => {
    const match = matched({})
    expect(match.standing).to.equal('suggested')
    expect(match.points.map(({ field }) => field)).to.deep.equal([
      ...['first', 'last', 'born', 'sex', 'phone', 'email', 'postalCode'],
    ])
    expect(match.points.reduce((sum, { points }) => sum + points, 0)).to.equal(match.score)
    expect(match.points.find(({ field }) => field === 'phone')).to.include({
      theirs: '212 555 0142',
      ours: '(212) 555-0142',
    })
  })

  const likenesses: readonly [string, Partial<Claim>, Partial<Chart>, Field, string][] = [
    ['an accent', { firstName: 'María' }, {}, 'first', 'same'],
    ['a nickname', { firstName: 'Bill' }, { firstName: 'William' }, 'first', 'nickname'],
    ['a nickname in Spanish', { firstName: 'Pepe' }, { firstName: 'José' }, 'first', 'nickname'],
    ['a letter', { lastName: 'Santso' }, {}, 'last', 'letter'],
    ['how it sounds', { lastName: 'Jimenez' }, { lastName: 'Gimenes' }, 'last', 'sound'],
    ['one of two last names', { lastName: 'Santos' }, { lastName: 'Santos Rivera' }, 'last', 'part'],
    ['the name at birth', { lastName: 'Keller', birthName: 'Santos' }, {}, 'birthName', 'same'],
    ['the name at birth in the chart', {}, { lastName: 'Keller', birthName: 'Santos' }, 'birthName', 'same'],
    ['names in each other’s place', { firstName: 'Santos', lastName: 'Maria' }, {}, 'swapped', 'same'],
    ['a name not given yet', {}, { firstName: 'Baby Girl' }, 'first', 'placeholder'],
    ['a preferred name', { firstName: 'Lupe' }, { firstName: 'Ana', preferredName: 'Lupe' }, 'first', 'same'],
    ['an initial', { middleName: 'J' }, { middleName: 'Jane' }, 'middle', 'initial'],
    ['day and month exchanged', { born: '1986-02-04' }, {}, 'born', 'exchanged'],
    ['a digit of the date', { born: '1987-04-02' }, {}, 'born', 'slip'],
    ['a telephone without its area', { phone: '555-0142' }, {}, 'phone', 'same'],
  ]
  for (const [what, claim, other, field, how] of likenesses) {
    it(`by ${what}`, () => {
      expect(howOf(matched(claim, other), field)).to.equal(how)
    })
  }

  it('a child’s sibling whom the account opens already speaks for the child', () => {
    const leo = { ...chart, pid: 2, firstName: 'Leo', emails: [] }
    expect(howOf(matched({ firstName: 'Ana' }, { firstName: 'Ana' }, [leo]), 'sibling')).to.equal('same')
    const stranger = { ...leo, lastName: 'Other', phones: ['646 555 0199'] }
    expect(howOf(matched({ firstName: 'Ana' }, { firstName: 'Ana' }, [stranger]), 'sibling')).to.equal(undefined)
  })

  it('a placeholder speaks neither for nor against, and another first name speaks against', () => {
    const unnamed = matched({}, { firstName: 'Baby Girl' })
    expect(unnamed.points.find(({ field }) => field === 'first')?.points).to.equal(0)
    const twin = matched({}, { firstName: 'Elena' })
    expect(twin.points.find(({ field }) => field === 'first')?.points).to.be.lessThan(0)
    expect(twin.standing, 'with the same date, telephone, e-mail and last name').not.to.equal('suggested')
  })

  it('of two that come out alike neither is suggested', () => {
    const both = [chart, { ...chart, pid: 2 }]
    expect(rank(maria, both, { placeholders: [], family: [] }).map(({ standing }) => standing)).to.deep.equal([
      'possible',
      'possible',
    ])
  })

  it('is the right one at 99.5 % precision and 95 % recall among a hundred thousand', function () {
    this.timeout(60_000)
    const began = process.cpuUsage()
    const { charts, registrants } = peopleOf({ charts: 100_000, registrants: 6000, seed: 20261122 })
    const find = indexOf(charts, PLACEHOLDERS)
    const tally = { suggested: 0, right: 0, known: 0, found: 0, among: 0 }
    for (const registrant of registrants) count(tally, registrant, find(registrant.claim))
    // Not the clock's: a busy machine is not a slow rule.
    const { system, user } = process.cpuUsage(began)
    const seconds = (system + user) / 1_000_000
    const [precision, recall] = [tally.right / tally.suggested, tally.right / tally.known]
    const percent = (part: number) => `${(part * 100).toFixed(2)} %`
    console.log(
      `        precision ${percent(precision)}, recall ${percent(recall)}, among the candidates ${percent(tally.found / tally.known)}, ` +
        `${(tally.among / registrants.length).toFixed(1)} candidates each; ${String(tally.suggested)} suggestions, ${seconds.toFixed(1)} s of work`,
    )
    expect(precision).to.be.at.least(0.995)
    expect(recall).to.be.at.least(0.95)
    expect(seconds).to.be.lessThan(20)
  })
})

interface Tally {
  suggested: number
  right: number
  known: number
  found: number
  among: number
}

function count(tally: Tally, { claim, pid }: Registrant, candidates: readonly Chart[]): void {
  const [top] = rank(claim, candidates, { placeholders: PLACEHOLDERS, family: [] })
  if (pid !== undefined) tally.known += 1
  if (candidates.some((each) => each.pid === pid)) tally.found += 1
  tally.among += candidates.length
  if (top?.standing !== 'suggested') return
  tally.suggested += 1
  if (top.chart.pid === pid) tally.right += 1
}
