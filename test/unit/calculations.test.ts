/** Calculations of real instruments, against a model that walks the answers by hand. */
import { expect } from 'chai'
import fc from 'fast-check'
import type { Extension, Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import { pathOf, type Answers, type Form, type Value } from '../../module/access/questionnaires/model.js'
import { readQuestionnaire, type ReadNote } from '../../module/access/questionnaires/reading.js'
import { toResponse } from '../../module/access/questionnaires/response.js'
import { flagOf, partScores, score } from '../../module/access/questionnaires/scoring.js'

const BASE = 'http://hl7.org/fhir/StructureDefinition/'
const calculatedBy = (expression: string, language = 'text/fhirpath'): Extension => ({
  url: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression',
  valueExpression: { language, expression },
})
const variable = (name: string, expression: string): Extension => ({
  url: `${BASE}variable`,
  valueExpression: { name, language: 'text/fhirpath', expression },
})
const band = (from: number, label: string, flag?: string): Extension => ({
  url: 'urn:foyer:fhir:score-band',
  extension: [
    { url: 'from', valueDecimal: from },
    { url: 'label', valueString: label },
    ...(flag === undefined ? [] : [{ url: 'flag', valueCode: flag }]),
  ],
})

/** Four answers, worth 0 to 3. */
const question = (linkId: string): QuestionnaireItem => ({
  ...{ linkId, type: 'choice', text: linkId },
  answerOption: [0, 1, 2, 3].map((value) => ({
    valueCoding: { system: 'urn:x', code: String(value), display: String(value) },
    extension: [{ url: `${BASE}ordinalValue`, valueDecimal: value }],
  })),
})

const groups: Record<string, string[]> = { one: ['a', 'b', 'c'], two: ['d', 'e', 'f'] }
const asked = Object.values(groups).flat()

const result = (linkId: string, expression: string, ...more: Extension[]): QuestionnaireItem => ({
  ...{ linkId, type: 'decimal', text: linkId, readOnly: true },
  extension: [calculatedBy(expression), ...more],
})

function instrument(calculated: QuestionnaireItem[], extension: Extension[] = []): Questionnaire {
  const items = Object.entries(groups).map(([linkId, questions]): QuestionnaireItem => ({
    ...{ linkId, type: 'group', text: linkId },
    item: questions.map(question),
  }))
  return {
    resourceType: 'Questionnaire',
    status: 'active',
    title: 'Scales',
    item: [...items, ...calculated],
    extension,
  }
}

function read(resource: Questionnaire): { form: Form; notes: ReadNote[] } {
  const reading = readQuestionnaire(resource)
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  return { form: reading.questionnaire, notes: reading.notes }
}

type Weights = ReadonlyMap<string, number>

function answersOf(weights: Weights): Answers {
  const coded = (value: number): Value => ({ is: 'coding', value: { system: 'urn:x', code: String(value) } })
  return new Map([...weights].map(([linkId, value]) => [pathOf('', linkId), [coded(value)]]))
}

function valueOf(expression: string, weights: Weights, extension: Extension[] = []): number | undefined {
  const { form, notes } = read(instrument([result('result', expression)], extension))
  expect(notes, expression).to.deep.equal([])
  const outcome = score(form, answersOf(weights))
  return outcome.state === 'scored' ? outcome.value : undefined
}

/** An expression as text, and what it comes to by hand. */
interface Modelled {
  text: string
  value: (weights: Weights) => number | undefined
}

const both = (
  one: number | undefined,
  other: number | undefined,
  work: (one: number, other: number) => number | undefined,
) => (one === undefined || other === undefined ? undefined : work(one, other))

const lists: fc.Arbitrary<{ text: string; of: string[] }> = fc.oneof(
  fc.constantFrom(...Object.keys(groups)).map((group) => ({
    text: `%resource.item.where(linkId='${group}').item`,
    of: groups[group] ?? [],
  })),
  fc.subarray(asked, { minLength: 1 }).map((of) => ({
    text: `%resource.descendants().where(${of.map((linkId) => `linkId='${linkId}'`).join(' or ')})`,
    of,
  })),
  fc.subarray(asked, { minLength: 1 }).map((of) => ({
    text: `%resource.repeat(item).where(linkId in (${of.map((linkId) => `'${linkId}'`).join(' | ')}))`,
    of,
  })),
)
const reading = fc.constantFrom(
  '.answer.value.ordinal()',
  '.answer.value.weight()',
  '.answer.select(value.ordinal())',
  `.answer.value.extension('${BASE}ordinalValue').value`,
  `.answer.valueCoding.extension.where(url='${BASE}ordinalValue').valueDecimal`,
)

const folded: fc.Arbitrary<Modelled> = fc
  .tuple(lists, reading, fc.constantFrom('sum', 'avg', 'min', 'max', 'count'))
  .map(([{ of, text }, how, fold]) => ({
    text: `${text}${how}.${fold}()`,
    value: (weights) => {
      const given = of.flatMap((linkId) => weights.get(linkId) ?? [])
      if (fold === 'count') return given.length
      if (fold === 'avg') return given.length === 0 ? undefined : given.reduce((a, b) => a + b) / given.length
      if (given.length < of.length) return undefined
      if (fold === 'sum') return given.reduce((a, b) => a + b)
      return fold === 'min' ? Math.min(...given) : Math.max(...given)
    },
  }))

const single: fc.Arbitrary<Modelled> = fc.constantFrom(...asked).map((linkId) => ({
  text: `%resource.descendants().where(linkId = '${linkId}').answer.value`,
  value: (weights) => weights.get(linkId),
}))
const constant: fc.Arbitrary<Modelled> = fc
  .constantFrom('0', '1', '2', '0.5', '10')
  .map((text) => ({ text, value: () => Number(text) }))

const { expressions } = fc.letrec<{ expressions: Modelled }>((tie) => ({
  expressions: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(folded, single, constant),
    fc
      .tuple(tie('expressions'), fc.constantFrom('+', '-', '*', '/'), tie('expressions'))
      .map(([left, operator, right]): Modelled => ({
        text: `(${left.text} ${operator} ${right.text})`,
        value: (weights) =>
          both(left.value(weights), right.value(weights), (one, other) => {
            if (operator === '+') return one + other
            if (operator === '-') return one - other
            return operator === '*' ? one * other : other === 0 ? undefined : one / other
          }),
      })),
    fc
      .tuple(tie('expressions'), tie('expressions'), fc.constantFrom('min', 'max'))
      .map(([left, right, fold]): Modelled => ({
        text: `(${left.text} | ${right.text}).${fold}()`,
        value: (weights) =>
          both(left.value(weights), right.value(weights), (one, other) =>
            fold === 'min' ? Math.min(one, other) : Math.max(one, other),
          ),
      })),
    tie('expressions').map((of): Modelled => ({
      text: `-(${of.text})`,
      value: (weights) => both(of.value(weights), 0, (one) => -one),
    })),
  ),
}))

const weightings: fc.Arbitrary<Weights> = fc
  .array(fc.option(fc.nat(3), { nil: undefined, freq: 12 }), { minLength: 6, maxLength: 6 })
  .map(
    (each) => new Map(asked.flatMap((linkId, at) => (each[at] === undefined ? [] : ([[linkId, each[at]]] as const)))),
  )

describe('A calculation', () => {
  it('comes to what a walk over the answers by hand comes to', function () {
    this.timeout(30_000)
    let scored = 0
    fc.assert(
      fc.property(expressions, weightings, ({ text, value }, weights) => {
        const expected = value(weights)
        const found = valueOf(text, weights)
        if (expected === undefined || !Number.isFinite(expected)) expect(found, text).to.equal(undefined)
        else {
          scored += 1
          expect(found, text).to.be.closeTo(expected, 1e-5)
        }
      }),
      { numRuns: 250 },
    )
    expect(scored).to.be.greaterThan(50)
  })

  it('binds as arithmetic does, rounds, and goes by the names that the questionnaire gives', () => {
    const weights = new Map(asked.map((linkId, at) => [linkId, at % 4]))
    const of = (expression: string, ...named: Extension[]) => valueOf(expression, weights, named)
    expect(of('1 + 2 * 3 - 4 / 2')).to.equal(5)
    expect(of('-1 + 3')).to.equal(2)
    expect(of('(10 / 3).round(1)')).to.equal(3.3)
    expect(of('(2 - 5).abs()')).to.equal(3)
    const one = variable('one', `%resource.item.where(linkId='one').item.answer.value.ordinal().sum()`)
    const twice = variable('twice', '%one * 2')
    expect(of('%twice + 1', one, twice)).to.equal(7)
    expect(
      of(`(%resource.item.where(linkId='one').item | %resource.item.where(linkId='two').item).answer.value.sum()`),
    ).to.equal(7)
  })

  it('that says anything else is left out in words, and never half calculated', () => {
    const refused = [
      'today()',
      `%resource.item.where(linkId='nobody').answer.value.avg()`,
      `%resource.descendants().answer.value`,
      `iif(%resource.item.exists(), 1, 2)`,
      `(%resource.descendants().where(linkId='a').answer.value | %resource.descendants().where(linkId='b').answer.value).sum()`,
      `%resource.item.constructor()`,
      `%resource.item.where(linkId='a'`,
      `1 +`,
      `%unknown + 1`,
      `${'('.repeat(60)}1${')'.repeat(60)}`,
      `process.exit(1)`,
      '1 2',
      '',
    ]
    for (const expression of refused) {
      const { form, notes } = read(instrument([result('result', expression)]))
      expect(
        notes.map(({ problem }) => problem),
        expression,
      ).to.deep.equal(['calculation-left-out'])
      expect(form.all.get('result')?.item.calculation, expression).to.equal(undefined)
    }
    // Names that stand for one another, and names that double without end.
    const ring = [variable('x', '%y + 1'), variable('y', '%x + 1')]
    const bomb = Array.from({ length: 60 }, (_, at) =>
      variable(`v${String(at)}`, at === 0 ? '1' : `%v${String(at - 1)} + %v${String(at - 1)}`),
    )
    for (const [name, named] of [
      ['%x', ring],
      ['%v59', bomb],
      ['%v30', bomb],
    ] as const) {
      const before = Date.now()
      const { notes } = read(instrument([result('result', name)], [...named]))
      expect(notes.map(({ problem }) => problem)).to.deep.equal(['calculation-left-out'])
      expect(Date.now() - before).to.be.lessThan(2000)
    }
    const other = instrument([
      { ...result('result', ''), extension: [calculatedBy('1 + 1', 'application/x-fhir-query')] },
    ])
    expect(read(other).notes.map(({ problem }) => problem)).to.deep.equal(['calculation-left-out'])
  })

  it('of scales within a questionnaire is called by the words of each, and the most urgent of them flags it', () => {
    const scale = (linkId: string, ...bands: Extension[]) =>
      result(
        linkId,
        `%resource.item.where(linkId='${linkId.slice(6)}').item.answer.value.ordinal().sum() * 2`,
        ...bands,
      )
    const { form, notes } = read(
      instrument([
        scale('score-one', band(0, 'Calm'), band(8, 'Worried', 'look')),
        scale('score-two', band(0, 'Well'), band(10, 'Low', 'urgent')),
        result(
          'total',
          `%resource.item.where(linkId='score-one').answer.value + %resource.item.where(linkId='score-two').answer.value`,
          band(0, 'Little'),
          band(12, 'Much', 'look'),
        ),
      ]),
    )
    expect(notes).to.deep.equal([])
    const weights = (one: number, two: number) =>
      answersOf(new Map(asked.map((linkId, at) => [linkId, at < 3 ? one : two])))
    const told = (answers: Answers) => ({
      main: score(form, answers),
      parts: partScores(form, answers).map(({ band: called, item, value }) => [item.linkId, value, called?.label.text]),
      flag: flagOf(form, answers),
    })
    const calm = told(weights(0, 1))
    expect(calm.main).to.deep.include({ state: 'scored', value: 6 })
    expect(calm.parts).to.deep.equal([
      ['score-one', 0, 'Calm'],
      ['score-two', 6, 'Well'],
    ])
    expect(calm.flag).to.equal('none')
    const much = told(weights(2, 2))
    expect(much.main.state === 'scored' && much.main.band?.label.text).to.equal('Much')
    expect(much.flag).to.equal('urgent')
    const response = toResponse(form, weights(1, 2), {
      id: 'x',
      status: 'completed',
      authored: '2026-11-23T08:00:00-05:00',
    })
    expect(response.item?.filter(({ linkId }) => /score|total/.test(linkId)).map(({ answer }) => answer)).to.deep.equal(
      [[{ valueDecimal: 6 }], [{ valueDecimal: 12 }], [{ valueDecimal: 18 }]],
    )
  })
})
