import { expect } from 'chai'
import { gathering, gatheringOf, type Several } from '../../module/platform/gathering.js'

describe('work for all who ask at about the same time', () => {
  /** A server that answers when it is told to. */
  function server() {
    const runs: Array<{ asks: readonly string[]; answer: (text: string) => void; fail: (error: Error) => void }> = []
    const ask = gathering(
      (asks: Several<string>) =>
        new Promise<string>((answer, fail) => {
          runs.push({ asks: [...asks], answer, fail })
        }),
    )
    /** The run of this number, once it has begun. */
    const begun = async (at: number) => {
      for (let turn = 0; turn < 50; turn += 1) {
        const run = runs[at]
        if (run) return run
        await Promise.resolve()
      }
      throw new Error('It has not begun')
    }
    return { ask, begun, runs }
  }

  it('is done once for those who come together', async () => {
    const { ask, begun, runs } = server()
    const both = Promise.all([ask('one'), ask('two')])
    const { answer, asks } = await begun(0)
    expect(asks).to.deep.equal(['one', 'two'])
    answer('done')
    expect(await both).to.deep.equal(['done', 'done'])
    expect(runs).to.have.length(1)
  })

  it('is done anew for whoever comes while it is under way, and for all of them at once', async () => {
    const { ask, begun } = server()
    const early = ask('early')
    const first = await begun(0)
    const late = Promise.all([ask('late'), ask('later')])
    first.answer('old')
    expect(await early).to.equal('old')
    const second = await begun(1)
    expect(second.asks).to.deep.equal(['late', 'later'])
    second.answer('new')
    expect(await late).to.deep.equal(['new', 'new'])
  })

  it('fails for those whose work failed, and goes on for the next', async () => {
    const { ask, begun } = server()
    const failed = ask('early').catch((error: unknown) => error)
    const first = await begun(0)
    const late = ask('late')
    first.fail(new Error('away'))
    expect(await failed)
      .to.be.an('error')
      .with.property('message', 'away')
    const second = await begun(1)
    second.answer('back')
    expect(await late).to.equal('back')
  })

  it('rests in proportion to what it took, so that it never keeps the database busy by itself', async () => {
    const began: number[] = []
    const ask = gathering(
      async () => {
        began.push(performance.now())
        await new Promise((resolve) => setTimeout(resolve, 10))
      },
      { restFor: 3 },
    )
    await ask(1)
    await ask(2)
    const [first = 0, second = 0] = began
    expect(second - first).to.be.greaterThan(35)
  })

  it('is kept apart for each place that is asked', async () => {
    const ask = gatheringOf((place: { name: string }, asks: Several<number>) =>
      Promise.resolve(`${place.name}: ${asks.join()}`),
    )
    const [here, there] = [{ name: 'here' }, { name: 'there' }]
    expect(await Promise.all([ask(here, 1), ask(there, 2), ask(here, 3)])).to.deep.equal([
      'here: 1,3',
      'there: 2',
      'here: 1,3',
    ])
  })
})
