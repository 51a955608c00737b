import { expect } from 'chai'
import { remembering } from '../../module/platform/remembering.js'

describe('a function that keeps its results', () => {
  function counted(most: number) {
    const asked: number[] = []
    const double = remembering((value: number) => {
      asked.push(value)
      return value * 2
    }, most)
    return { asked, double }
  }

  it('works out each once', () => {
    const { asked, double } = counted(10)
    expect([double(1), double(2), double(1)]).to.deep.equal([2, 4, 2])
    expect(asked).to.deep.equal([1, 2])
  })

  it('keeps no more than it was told to', () => {
    const { asked, double } = counted(2)
    expect([1, 2, 3, 1].map(double)).to.deep.equal([2, 4, 6, 2])
    expect(asked).to.deep.equal([1, 2, 3, 1])
  })
})
