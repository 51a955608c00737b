import { expect } from 'chai'
import { latelyOf } from '../../module/platform/lately.js'

describe('what every page asks for', () => {
  /** A practice whose answers are counted. */
  function practice({ keepFor = 60_000 } = {}) {
    const state = { asked: 0, changedAt: 0 }
    const here = {}
    const ask = latelyOf((_here: object, word: string) => Promise.resolve({ word, number: (state.asked += 1) }), {
      ...{ keepFor, changedAt: () => state.changedAt, answers: ({ word }, wanted) => word === wanted },
    })
    return { state, here, ask: (word = 'requests', how = {}) => ask(here, word, how), of: ask }
  }

  it('is asked of the database once in a while', async () => {
    const { ask, state } = practice()
    const first = await ask()
    expect(await ask()).to.equal(first)
    expect(state.asked).to.equal(1)
  })

  it('is asked anew when its answer is old', async () => {
    const { ask, state } = practice({ keepFor: 0 })
    await ask()
    await ask()
    expect(state.asked).to.equal(2)
  })

  it('is asked anew after a change, also after one while it was being answered', async () => {
    const { here, state } = practice()
    const answers: Array<(number: number) => void> = []
    const ask = latelyOf(() => new Promise<number>((answer) => answers.push(answer)), {
      ...{ keepFor: 60_000, changedAt: () => state.changedAt, answers: () => true },
    })
    const early = ask(here, undefined)
    state.changedAt = performance.now()
    answers[0]?.(1)
    expect(await early).to.equal(1)
    const late = ask(here, undefined)
    expect(answers).to.have.length(2)
    answers[1]?.(2)
    expect(await late).to.equal(2)
    expect(await ask(here, undefined)).to.equal(2)
  })

  it('is asked anew for whoever has just changed something elsewhere, and theirs serves the others', async () => {
    const { ask, state } = practice()
    await ask()
    const theirs = await ask('requests', { fresh: true })
    expect(state.asked).to.equal(2)
    expect(await ask()).to.equal(theirs)
  })

  it('is asked anew where the last answer says nothing of it', async () => {
    const { ask } = practice()
    await ask('requests')
    expect((await ask('documents')).word).to.equal('documents')
  })

  it('keeps the answer to the later question, whichever comes first', async () => {
    const { here } = practice()
    const answers: Array<(text: string) => void> = []
    const ask = latelyOf(() => new Promise<string>((answer) => answers.push(answer)), {
      ...{ keepFor: 60_000, changedAt: () => 0, answers: () => true },
    })
    const early = ask(here, undefined)
    const began = performance.now()
    while (performance.now() === began);
    const late = ask(here, undefined)
    answers[1]?.('late')
    await late
    answers[0]?.('early')
    await early
    expect(await ask(here, undefined)).to.equal('late')
  })

  it('is told apart by whom it is asked of, and forgets what failed', async () => {
    const { ask, of } = practice()
    const one = await ask()
    expect(await of({}, 'requests')).not.to.equal(one)
    let fails = true
    const shaky = latelyOf(() => (fails ? Promise.reject(new Error('away')) : Promise.resolve('back')), {
      ...{ keepFor: 60_000, changedAt: () => 0, answers: () => true },
    })
    const here = {}
    const said = await shaky(here, undefined).catch((error: unknown) => error)
    expect(said).to.be.an('error')
    fails = false
    expect(await shaky(here, undefined)).to.equal('back')
  })
})
