/** What becomes of a field in which three values meet: what the patient saw, what they propose, what the chart says now. */
import { expect } from 'chai'
import { decide, fieldStates, outcomesInHost, type Choice } from '../../module/features/profile/merging.js'

// Letters stand for values; '' for nothing.
const VALUES = ['', 'a', 'b', 'c']
const OUTCOMES = ['', 'accept', 'refuse'] as const

/** As a person would say it, without looking at how it is done. */
function model(seen: string | undefined, wanted: string, now: string): 'none' | 'open' | 'conflict' | 'there' {
  if (seen === undefined) return wanted === now ? 'none' : 'open'
  if (wanted === seen) return 'none'
  if (wanted === now) return 'there'
  return now === seen ? 'open' : 'conflict'
}

describe('A field of a proposal', () => {
  it('is nothing, open, in conflict or there already, whatever three values meet', () => {
    for (const seen of [undefined, ...VALUES]) {
      for (const wanted of VALUES) {
        for (const now of VALUES) {
          const base = seen === undefined ? undefined : { street: seen }
          const [state] = fieldStates(['street'], base, { street: wanted }, { street: now })
          expect(state?.standing ?? 'none', `${String(seen)} ${wanted} ${now}`).to.equal(model(seen, wanted, now))
        }
      }
    }
  })

  it('is written only when it was accepted and differs from the chart; a conflict takes a choice, also of all, and what was refused stays so', () => {
    for (const seen of VALUES) {
      for (const wanted of VALUES) {
        for (const now of VALUES) {
          for (const outcome of OUTCOMES) {
            for (const value of [undefined, 'z']) {
              for (const all of [false, true]) {
                const states = fieldStates(['street'], { street: seen }, { street: wanted }, { street: now })
                const choice: Choice = { outcome, value, note: '' }
                const decision = decide(states, new Map([['street', choice]]), all)
                const what = JSON.stringify({ seen, wanted, now, outcome, value, all })
                const standing = model(seen, wanted, now)
                if (standing === 'none') {
                  expect(decision, what).to.deep.equal({ ok: true, outcomes: [], writes: {} })
                  continue
                }
                const byItself = standing === 'there' || (all && standing === 'open')
                const accepted = outcome === 'accept' || (outcome === '' && byItself)
                const refused = outcome === 'refuse'
                expect(decision.ok, what).to.equal(accepted || refused)
                if (!decision.ok) continue
                const after = accepted ? (value ?? wanted) : now
                expect(decision.writes, what).to.deep.equal(after === now ? {} : { street: after })
                expect(decision.outcomes[0], what).to.include({ before: now, proposed: wanted, after })
              }
            }
          }
        }
      }
    }
  })

  it('that was refused is not written by “accept all”, which takes the others', () => {
    const proposed = { DOB: '1980-02-01', city: 'Boston' }
    const chart = { DOB: '1980-01-02', city: 'New York' }
    const refuse: Choice = { outcome: 'refuse', note: 'Your passport says otherwise' }
    const decision = decide(fieldStates(['DOB', 'city'], chart, proposed, chart), new Map([['DOB', refuse]]), true)
    expect(decision.ok && decision.writes).to.deep.equal({ city: 'Boston' })
    const outcomes = decision.ok ? decision.outcomes.map(({ column, outcome }) => [column, outcome]) : []
    expect(outcomes).to.deep.equal([
      ['DOB', 'refused'],
      ['city', 'accepted'],
    ])
  })

  it('that the practice mended says so', () => {
    const states = fieldStates(['city'], { city: 'New York' }, { city: 'bostn' }, { city: 'New York' })
    const decision = decide(
      states,
      new Map([['city', { outcome: 'accept', value: 'Boston', note: 'Spelling' }]]),
      false,
    )
    expect(decision).to.deep.equal({
      ok: true,
      writes: { city: 'Boston' },
      outcomes: [
        { column: 'city', outcome: 'edited', before: 'New York', proposed: 'bostn', after: 'Boston', note: 'Spelling' },
      ],
    })
  })

  it('of which nobody knows what was seen takes a choice where the chart is newer, also of all', () => {
    const asked = [
      { base: undefined, isNewer: false, standing: 'open' },
      { base: undefined, isNewer: true, standing: 'unknown' },
      { base: { street: null }, isNewer: false, standing: 'unknown' },
    ] as const
    for (const { base, isNewer, standing } of asked) {
      const states = fieldStates(['street'], base, { street: 'a' }, { street: 'b' }, isNewer)
      expect(states.map((state) => state.standing)).to.deep.equal([standing])
      expect(decide(states, new Map(), true).ok).to.equal(standing === 'open')
      expect(decide(states, new Map([['street', { outcome: 'refuse', note: '' }]]), false)).to.include({ ok: true })
    }
    const there = fieldStates(['street'], { street: null }, { street: 'a' }, { street: 'a' })
    expect(there.map(({ standing }) => standing)).to.deep.equal(['there'])
    const [outcome] = outcomesInHost(['street'], { street: null }, { street: 'a' }, { street: 'b' })
    expect(outcome).to.include({ outcome: 'refused', before: 'b', after: 'b' })
  })

  it('that is not on the page is never decided', () => {
    const states = fieldStates(['city'], undefined, { city: 'Boston', providerID: '7' }, { city: '', providerID: '1' })
    const accept: Choice = { outcome: 'accept', note: '' }
    const decision = decide(
      states,
      new Map([
        ['city', accept],
        ['providerID', accept],
      ]),
      true,
    )
    expect(decision.ok && decision.writes).to.deep.equal({ city: 'Boston' })
  })

  it('decided on the host’s own screen is read off what its row says in the end', () => {
    const base = { city: 'Rome', street: 'Old', state: 'NY', phone_cell: '1' }
    const proposed = { city: 'Oslo', street: 'New', state: 'CA' }
    const final = { city: 'Oslo', street: 'Old', state: 'TX', phone_cell: '1' }
    const outcomes = outcomesInHost(['city', 'street', 'state', 'phone_cell'], base, proposed, final)
    expect(outcomes.map(({ column, outcome }) => [column, outcome])).to.deep.equal([
      ['city', 'accepted'],
      ['street', 'refused'],
      ['state', 'edited'],
    ])
  })
})
