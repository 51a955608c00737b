import { expect } from 'chai'
import { speakAll, wordsIn } from '../../module/platform/i18n.js'

describe('words with values in them', () => {
  const speech = speakAll([
    wordsIn(
      {
        hello: 'Hello, {{name}}',
        day_one: '{{count}} day',
        day_other: '{{count}} days',
        both: '{{name}} and {{name}}',
      },
      { hello: 'Hola, {{name}}', day_one: '{{count}} día', day_other: '{{count}} días', both: '{{name}} y {{name}}' },
    ),
  ])

  it('say each reader’s own, time after time', () => {
    const say = speech.in('en')
    expect([say('hello', { name: 'Leo' }), say('hello', { name: 'Maria' })]).to.deep.equal([
      'Hello, Leo',
      'Hello, Maria',
    ])
    expect(speech.in('es')('both', { name: 'Leo' })).to.equal('Leo y Leo')
  })

  it('go by the count', () => {
    const say = speech.in('es')
    expect([1, 2, 1, 0].map((count) => say('day', { count }))).to.deep.equal(['1 día', '2 días', '1 día', '0 días'])
  })

  it('take what is typed as it is', () => {
    expect(speech.in('en')('hello', { name: '$& {{name}} $t(day)' })).to.equal('Hello, $& {{name}} $t(day)')
  })
})
