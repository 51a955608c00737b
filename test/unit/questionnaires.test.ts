import { expect } from 'chai'
import fc from 'fast-check'
import { Fhir } from 'fhir'
import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import { readSum, writeSum } from '../../module/access/questionnaires/calculation.js'
import { checkAnswers } from '../../module/access/questionnaires/checking.js'
import { enabledItems, flat, stand } from '../../module/access/questionnaires/enabling.js'
import {
  isQuestion,
  readAnswers,
  writeAnswers,
  type Form,
  type Value,
} from '../../module/access/questionnaires/model.js'
import { readQuestionnaire } from '../../module/access/questionnaires/reading.js'
import { readResponse, toResponse } from '../../module/access/questionnaires/response.js'
import { bandOf, flagOf, score, urgentIn } from '../../module/access/questionnaires/scoring.js'
import { samples } from '../../module/features/forms/building/samples/index.js'
import { answersTo, askedByModel, questionnaires } from '../support/questionnaires.js'

const fhir = new Fhir()
const facts = {
  id: '0b6e2f3a-6a0e-4a3e-9c56-0f6f4f6b8e11',
  status: 'completed',
  authored: '2026-11-23T08:00:00-05:00',
} as const

const INSTANCES = 2
const filled = questionnaires.chain((questionnaire) =>
  fc.record({ questionnaire: fc.constant(questionnaire), answers: answersTo(questionnaire, INSTANCES) }),
)

function read(json: unknown): Form {
  const reading = readQuestionnaire(json)
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
  return reading.questionnaire
}

function valid(resource: unknown): void {
  const result = fhir.validate(resource as object, { errorOnUnexpected: true })
  // It takes a condition's `answerBoolean: false` or `answerInteger: 0` for no answer at all.
  const errors = result.messages.filter(
    ({ severity, location }) => String(severity) === 'error' && !/enableWhen\[\d+\]\.answer\[x\]$/.test(location ?? ''),
  )
  expect(errors, JSON.stringify(errors)).to.have.lengthOf(0)
}

const questionnaire = (...item: QuestionnaireItem[]): Questionnaire => ({
  resourceType: 'Questionnaire',
  status: 'active',
  title: 'A test',
  item,
})

const problemsOf = (...item: QuestionnaireItem[]): string[] => {
  const reading = readQuestionnaire(questionnaire(...item))
  return reading.ok ? [] : reading.problems.map(({ linkId, problem }) => `${linkId ?? ''}: ${problem}`)
}

describe('What a questionnaire asks', () => {
  it('is what trying until nothing changes comes to, whatever the conditions and answers', () => {
    fc.assert(
      fc.property(filled, ({ questionnaire, answers }) => {
        const form = read(questionnaire)
        const asked = flat(stand(form, answers).tree({ atLeast: () => INSTANCES }))
        const questions = asked.filter(({ item }) => isQuestion(item)).map(({ path }) => path)
        expect(questions.sort()).to.deep.equal([...askedByModel(questionnaire, answers, INSTANCES)].sort())
      }),
      { numRuns: 400 },
    )
  })

  it('leaves an answer out that hangs on a question no longer asked', () => {
    const form = read(
      questionnaire(
        { linkId: 'a', type: 'boolean', text: 'A' },
        {
          linkId: 'b',
          type: 'boolean',
          text: 'B',
          enableWhen: [{ question: 'a', operator: '=', answerBoolean: true }],
        },
        {
          linkId: 'c',
          type: 'boolean',
          text: 'C',
          enableWhen: [{ question: 'b', operator: '=', answerBoolean: true }],
        },
      ),
    )
    const yes: Value[] = [{ is: 'boolean', value: true }]
    const no: Value[] = [{ is: 'boolean', value: false }]
    const asked = (a: Value[]) =>
      enabledItems(
        form,
        new Map([
          ['a', a],
          ['b', yes],
        ] as const),
      ).map(({ item }) => item.linkId)
    expect(asked(yes)).to.deep.equal(['a', 'b', 'c'])
    expect(asked(no)).to.deep.equal(['a'])
  })

  it('asks what stands below a question once that is answered', () => {
    const form = read(
      questionnaire({
        ...{ linkId: 'a', type: 'string', text: 'A' },
        item: [
          { linkId: 'help', type: 'display', text: 'As on the card' },
          { linkId: 'b', type: 'string', text: 'B', required: true },
        ],
      }),
    )
    expect(flat(enabledItems(form, new Map())).map(({ path }) => path)).to.deep.equal(['a', 'help'])
    const answers = new Map([['a', [{ is: 'string', value: 'x' }]]] as [string, Value[]][])
    expect(checkAnswers(form, answers).map(({ path, problem }) => [path, problem])).to.deep.equal([['b', 'required']])
    answers.set('b', [{ is: 'string', value: 'y' }])
    const response = toResponse(form, answers, facts)
    valid(response)
    expect(response.item?.[0]?.answer?.[0]?.item?.[0]?.linkId).to.equal('b')
  })
})

describe('A questionnaire that comes in', () => {
  const condition = { question: 'b', operator: '=', answerBoolean: true } as const

  it('is refused where asking depends on itself, each item named', () => {
    const problems = problemsOf(
      { linkId: 'a', type: 'boolean', text: 'A', enableWhen: [condition] },
      { linkId: 'b', type: 'boolean', text: 'B', enableWhen: [{ ...condition, question: 'a' }] },
      { linkId: 'c', type: 'boolean', text: 'C', enableWhen: [condition] },
    )
    expect(problems).to.have.members(['a: condition-ring', 'b: condition-ring'])
  })

  const cases: [string, QuestionnaireItem[], string][] = [
    ['a file', [{ linkId: 'a', type: 'attachment', text: 'A' }], 'a: kind-not-supported'],
    ['an unknown type', [{ linkId: 'a', type: 'colour' as 'text', text: 'A' }], 'a: kind-unknown'],
    [
      'two of one linkId',
      [
        { linkId: 'a', type: 'text', text: 'A' },
        { linkId: 'a', type: 'text', text: 'B' },
      ],
      'a: link-id-twice',
    ],
    ['a choice of nothing', [{ linkId: 'a', type: 'choice', text: 'A' }], 'a: no-options'],
    [
      'a list kept elsewhere',
      [{ linkId: 'a', type: 'choice', text: 'A', answerValueSet: 'http://example.org/vs' }],
      'a: options-elsewhere',
    ],
    [
      'a condition on nothing',
      [{ linkId: 'a', type: 'text', text: 'A', enableWhen: [condition] }],
      'a: condition-question-unknown',
    ],
    [
      'a condition of another type',
      [
        { linkId: 'b', type: 'text', text: 'B' },
        { linkId: 'a', type: 'text', text: 'A', enableWhen: [condition] },
      ],
      'a: condition-kind',
    ],
    [
      'a condition on a question of some instance',
      [
        { linkId: 'g', type: 'group', repeats: true, item: [{ linkId: 'b', type: 'boolean', text: 'B' }] },
        { linkId: 'a', type: 'text', text: 'A', enableWhen: [condition] },
      ],
      'a: condition-in-other-group',
    ],
    [
      'what nobody can answer',
      [{ linkId: 'a', type: 'text', text: 'A', required: true, readOnly: true }],
      'a: never-answerable',
    ],
    [
      'a first answer of another type',
      [{ linkId: 'a', type: 'integer', text: 'A', initial: [{ valueString: 'x' }] }],
      'a: initial-wrong',
    ],
    [
      'a rule of its own',
      [
        {
          ...{ linkId: 'a', type: 'text', text: 'A' },
          extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/regex', valueString: '^x$' }],
        },
      ],
      'a: extension-binding',
    ],
  ]
  for (const [what, items, problem] of cases) {
    it(`is refused with ${what}, at its item`, () => {
      expect(problemsOf(...items)).to.include(problem)
    })
  }

  it('that is anything else is refused, never thrown over', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ resourceType: fc.constant('Questionnaire'), item: fc.jsonValue() })),
        (json) => {
          expect(readQuestionnaire(json).ok).to.equal(false)
        },
      ),
    )
    const deep = (depth: number): unknown =>
      depth === 0 ? [] : [{ linkId: String(depth), type: 'group', item: deep(depth - 1) }]
    expect(readQuestionnaire({ resourceType: 'Questionnaire', item: deep(5000) }).ok).to.equal(false)
  })

  const extended = (extension: unknown) => ({ ...questionnaire({ linkId: 'a', type: 'text', text: 'A' }), extension })
  const asking = (item: object) => questionnaire({ linkId: 'a', type: 'choice', text: 'A', ...item })
  const malformed: [string, unknown][] = [
    ['an extension without its address', extended([{}])],
    ['translations that are no list', asking({ _text: { extension: {} } })],
    ['a weight that is no list', asking({ answerOption: [{ valueCoding: { code: '1', extension: {} } }] })],
    [
      'a weight in words',
      asking({ answerOption: [{ valueCoding: { code: '1', extension: [{ url: 'x', valueDecimal: '3' }] } }] }),
    ],
    [
      'a list of choices that is none',
      {
        ...asking({ answerValueSet: '#l' }),
        contained: [{ resourceType: 'ValueSet', id: 'l', compose: { include: {} } }],
      },
    ],
    ['an expression that is a number', extended([{ url: 'x', valueExpression: { expression: 5 } }])],
  ]
  for (const [what, resource] of malformed) {
    it(`is refused with ${what}`, () => {
      const reading = readQuestionnaire(resource)
      expect(reading.ok ? [] : reading.problems.map(({ problem }) => problem)).to.deep.equal(['not-a-questionnaire'])
    })
  }

  it('that was changed anywhere, to anything, is read or refused', () => {
    const placesIn = (value: unknown, way: string[] = []): string[][] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([name, part]) => [[...way, name], ...placesIn(part, [...way, name])])
        : []
    const changed = (value: unknown, [name, ...way]: readonly string[], to: unknown): unknown => {
      if (name === undefined) return to
      if (typeof value !== 'object' || value === null) return value
      const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>
      copy[name] = changed(copy[name], way, to)
      return copy
    }
    const withPlaces = samples.map((resource) => ({ resource, places: placesIn(resource) }))
    const anything = fc.oneof(
      fc.constantFrom<unknown>(undefined, null, 5, '', {}, [], [{}], [null], { extension: {} }),
      fc.jsonValue(),
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...withPlaces),
        fc.array(fc.tuple(fc.nat(), anything), { minLength: 1, maxLength: 3 }),
        ({ resource, places }, changes) => {
          const resulting = changes.reduce<unknown>(
            (now, [at, to]) => changed(now, places[at % places.length] ?? [], to),
            resource,
          )
          const reading = readQuestionnaire(JSON.stringify(resulting))
          if (reading.ok) checkAnswers(reading.questionnaire, new Map())
          else expect(reading.problems).not.to.have.lengthOf(0)
        },
      ),
      { numRuns: 800 },
    )
  })

  it('may name its answers in a list of its own', () => {
    const form = read({
      ...questionnaire({ linkId: 'a', type: 'choice', text: 'A', answerValueSet: '#list' }),
      contained: [
        {
          ...{ resourceType: 'ValueSet', id: 'list', status: 'active' },
          compose: { include: [{ system: 'urn:x', concept: [{ code: '1', display: 'One' }] }] },
        },
      ],
    })
    expect(form.all.get('a')?.item.options.map(({ label }) => label.text)).to.deep.equal(['One'])
  })

  it('tells what it leaves out', () => {
    const reading = readQuestionnaire(
      questionnaire({
        ...{ linkId: 'a', type: 'decimal', text: 'A', readOnly: true },
        extension: [
          { url: 'http://example.org/own', valueString: 'x' },
          {
            url: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression',
            valueExpression: { language: 'text/fhirpath', expression: 'today()' },
          },
        ],
      }),
    )
    expect(reading.ok && reading.notes.map(({ problem }) => problem)).to.deep.equal([
      'extension-left-out',
      'calculation-left-out',
    ])
  })
})

describe('Answers', () => {
  it('go out as FHIR that an independent validator takes, and come back as they counted', () => {
    fc.assert(
      fc.property(filled, ({ questionnaire, answers }) => {
        valid(questionnaire)
        const form = read(questionnaire)
        const response = toResponse(form, answers, { ...facts, subject: { display: 'Leo Santos' } })
        valid(response)
        const back = readResponse(form, response)
        if (!back.ok) throw new Error(JSON.stringify(back.problems))
        expect(toResponse(form, back.answers, facts).item).to.deep.equal(response.item)
        expect(readAnswers(writeAnswers(back.answers))).to.deep.equal(back.answers)
      }),
      { numRuns: 100 },
    )
  })

  it('lack exactly what is required, asked and not there', () => {
    fc.assert(
      fc.property(filled, ({ questionnaire, answers }) => {
        const form = read(questionnaire)
        const instances = Math.max(
          1,
          ...[...answers.keys()].map((path) => Number(/@(\d+)\//.exec(path)?.[1] ?? -1) + 1),
        )
        const asked = askedByModel(questionnaire, answers, instances)
        const missing = [...asked].filter((path) => {
          const linkId = decodeURIComponent(path.replace(/^.*\//, ''))
          return form.all.get(linkId)?.item.required === true && !answers.has(path)
        })
        const found = checkAnswers(form, answers).filter(({ problem }) => problem === 'required')
        expect(found.map(({ path }) => path).sort()).to.deep.equal(missing.sort())
      }),
      { numRuns: 400 },
    )
  })

  it('are held to their bounds', () => {
    const url = (name: string) => `http://hl7.org/fhir/StructureDefinition/${name}`
    const form = read(
      questionnaire(
        {
          ...{ linkId: 'n', type: 'integer', text: 'N' },
          extension: [
            { url: url('minValue'), valueInteger: 1 },
            { url: url('maxValue'), valueInteger: 10 },
          ],
        },
        { linkId: 'free', type: 'integer', text: 'F' },
        { linkId: 's', type: 'string', text: 'S', maxLength: 3 },
        { linkId: 'd', type: 'date', text: 'D' },
        { linkId: 'u', type: 'url', text: 'U' },
      ),
    )
    const found = (path: string, value: Value) =>
      checkAnswers(form, new Map([[path, [value]]])).map(({ problem }) => problem)
    expect(found('n', { is: 'integer', value: 0 })).to.deep.equal(['too-small'])
    expect(found('n', { is: 'integer', value: 11 })).to.deep.equal(['too-large'])
    expect(found('n', { is: 'integer', value: 10 })).to.deep.equal([])
    // FHIR's own bounds, where the question has none.
    expect(found('free', { is: 'integer', value: 2 ** 31 })).to.deep.equal(['too-large'])
    expect(found('free', { is: 'integer', value: -(2 ** 31) - 1 })).to.deep.equal(['too-small'])
    expect(found('free', { is: 'integer', value: 2 ** 31 - 1 })).to.deep.equal([])
    expect(found('s', { is: 'string', value: 'four' })).to.deep.equal(['too-long'])
    expect(found('d', { is: 'date', value: '2026-02-30' })).to.deep.equal(['not-a-day'])
    expect(found('u', { is: 'uri', value: 'javascript:alert(1)' })).to.deep.equal(['not-an-address'])
    expect(found('x', { is: 'string', value: 'y' })).to.deep.equal(['unknown-item'])
  })
})

describe('What is calculated from answers', () => {
  const calculated = (type: 'integer' | 'decimal') =>
    read(
      questionnaire(
        { linkId: 'a', type: 'decimal', text: 'A' },
        { linkId: 'b', type: 'decimal', text: 'B' },
        {
          ...{ linkId: 'sum', type, text: 'Sum', readOnly: true },
          extension: [
            {
              url: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression',
              valueExpression: {
                language: 'text/fhirpath',
                expression:
                  "%resource.item.where(linkId='a').answer.value * %resource.item.where(linkId='b').answer.value",
              },
            },
          ],
        },
      ),
    )
  const given = (a: number, b: number) =>
    new Map<string, Value[]>([
      ['a', [{ is: 'decimal', value: a }]],
      ['b', [{ is: 'decimal', value: b }]],
    ])
  const sumIn = (form: Form, answers: ReadonlyMap<string, Value[]>) =>
    toResponse(form, answers, facts).item?.find(({ linkId }) => linkId === 'sum')?.answer

  it('is refused at the largest number typed where FHIR’s integer does not hold it, and never goes out', () => {
    const form = calculated('integer')
    expect(checkAnswers(form, given(46_341, 46_341)).map(({ problem }) => problem)).to.deep.equal(['sum-too-large'])
    expect(checkAnswers(form, given(2, -2_000_000_000))).to.deep.equal([
      { path: 'b', linkId: 'b', problem: 'sum-too-large' },
    ])
    for (const answers of [given(46_341, 46_341), given(1e200, 1e200)]) {
      expect(sumIn(form, answers)).to.equal(undefined)
      expect(score(form, answers).state).to.equal('missing')
      valid(toResponse(form, answers, facts))
    }
    expect(checkAnswers(form, given(1, 2 ** 31 - 1))).to.deep.equal([])
    expect(sumIn(form, given(1, 2 ** 31 - 1))).to.deep.equal([{ valueInteger: 2 ** 31 - 1 }])
  })

  it('is refused where it is more than is kept of a score, be it without end or no number', () => {
    const form = calculated('decimal')
    for (const answers of [given(1e6, 1e4), given(-1e6, 1e4), given(1e200, 1e200)]) {
      expect(checkAnswers(form, answers).map(({ problem }) => problem)).to.deep.equal(['sum-too-large'])
      expect(score(form, answers)).to.deep.equal({ state: 'missing', missing: [] })
    }
    expect(checkAnswers(form, given(9_999_999_999, 1))).to.deep.equal([])
    expect(sumIn(form, given(0.1, 3))).to.deep.equal([{ valueDecimal: 0.3 }])
  })

  it('is never imported with an integer that FHIR has no room for', () => {
    const first = (value: number) =>
      problemsOf({ linkId: 'n', type: 'integer', text: 'N', initial: [{ valueInteger: value }] })
    expect(first(2 ** 31 - 1)).to.deep.equal([])
    expect(first(2 ** 31)).to.deep.equal(['n: initial-wrong'])
  })
})

describe('A group that repeats', () => {
  const group = (required: boolean) =>
    read(
      questionnaire({
        ...{ linkId: 'g', type: 'group', repeats: true, required },
        extension: [
          { url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-minOccurs', valueInteger: 2 },
          { url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs', valueInteger: 3 },
        ],
        item: [{ linkId: 'x', type: 'string', text: 'X' }],
      }),
    )
  const found = (required: boolean, ...filled: number[]) =>
    checkAnswers(
      group(required),
      new Map(filled.map((at): [string, Value[]] => [`g@${String(at)}/x`, [{ is: 'string', value: 'y' }]])),
    ).map(({ limit, path, problem }) => [path, problem, limit])

  it('is filled in as often as it must be, once it is begun or required', () => {
    expect(found(true, 0)).to.deep.equal([['g@1', 'too-few', '2']])
    expect(found(false, 1)).to.deep.equal([['g@0', 'too-few', '2']])
    expect(found(true, 0, 1)).to.deep.equal([])
    expect(found(false, 0, 1, 2)).to.deep.equal([])
    expect(found(false)).to.deep.equal([])
    expect(found(true)).to.deep.equal([
      ['g@0', 'group-required', undefined],
      ['g@1', 'too-few', '2'],
    ])
  })
})

describe('A condition on a day and a time', () => {
  const shown = (operator: '=' | '!=' | '>' | '<', day: string, answer: string) => {
    const form = read(
      questionnaire(
        { linkId: 'when', type: 'dateTime', text: 'When?' },
        { linkId: 'b', type: 'boolean', text: 'B', enableWhen: [{ question: 'when', operator, answerDateTime: day }] },
      ),
    )
    const answers = new Map<string, Value[]>([['when', [{ is: 'dateTime', value: answer }]]])
    return enabledItems(form, answers).some(({ item }) => item.linkId === 'b')
  }

  it('holds on that day, where the answer was given', () => {
    expect(shown('=', '2026-01-02', '2026-01-02T23:30:00-05:00')).to.equal(true)
    expect(shown('!=', '2026-01-02', '2026-01-02T23:30:00-05:00')).to.equal(false)
    expect(shown('=', '2026-01-02', '2026-01-03T00:30:00-05:00')).to.equal(false)
    expect(shown('>', '2026-01-02', '2026-01-02T12:00:00Z')).to.equal(false)
    expect(shown('>', '2026-01-02', '2026-01-03T00:00:00+01:00')).to.equal(true)
    expect(shown('<', '2026-01-02', '2026-01-01T23:59:00-05:00')).to.equal(true)
    expect(shown('=', '2026-01-02T12:00:00Z', '2026-01-02T07:00:00-05:00')).to.equal(true)
  })
})

describe('Scores', () => {
  const scale = (key: 'phq9' | 'gad7') => {
    const found = samples.find(({ id }) => id === (key === 'phq9' ? 'foyer-phq-9' : 'foyer-gad-7'))
    return read(found)
  }
  /** Each question that counts answered by its option of this weight. */
  const all = (form: Form, weightOf: (linkId: string) => number) =>
    new Map(
      [...form.all.values()].flatMap(({ item }) => {
        const option = item.options.find(({ ordinal }) => ordinal === weightOf(item.linkId))
        return option ? [[encodeURIComponent(item.linkId), [option.value]] as const] : []
      }),
    )

  it('of PHQ-9 and GAD-7 run over the whole of their scale and are banded as published', () => {
    const [phq9, gad7] = [scale('phq9'), scale('gad7')]
    expect(
      score(
        phq9,
        all(phq9, () => 3),
      ),
    ).to.include({ state: 'scored', value: 27 })
    expect(
      score(
        gad7,
        all(gad7, () => 3),
      ),
    ).to.include({ state: 'scored', value: 21 })
    expect([0, 4, 5, 9, 10, 14, 15, 19, 20, 27].map((value) => bandOf(phq9, value)?.label.text)).to.deep.equal([
      ...['Minimal', 'Minimal', 'Mild', 'Mild', 'Moderate', 'Moderate'],
      ...['Moderately severe', 'Moderately severe', 'Severe', 'Severe'],
    ])
    expect([4, 5, 10, 15].map((value) => bandOf(gad7, value)?.label.text)).to.deep.equal([
      ...['Minimal', 'Mild', 'Moderate', 'Severe'],
    ])
  })

  it('are none while an answer is missing, and say which', () => {
    const phq9 = scale('phq9')
    const answers = all(phq9, () => 1)
    const [, second = ''] = [...answers.keys()]
    answers.delete(second)
    expect(score(phq9, answers)).to.deep.equal({ state: 'missing', missing: [decodeURIComponent(second)] })
  })

  it('flag the ninth question of PHQ-9 at once, whatever the sum', () => {
    const phq9 = scale('phq9')
    const ninth = [...phq9.all.values()].find(({ item }) => item.codes.some(({ code }) => code === '44260-8'))?.item
    if (!ninth) throw new Error('no ninth question')
    const with9 = (weight: number) => all(phq9, (linkId) => (linkId === ninth.linkId ? weight : 0))
    expect([flagOf(phq9, with9(0)), urgentIn(phq9, with9(0))]).to.deep.equal(['none', []])
    expect([flagOf(phq9, with9(1)), urgentIn(phq9, with9(1)).map(({ linkId }) => linkId)]).to.deep.equal([
      'urgent',
      [ninth.linkId],
    ])
  })

  it('come by an expression that is read as it is written, and by no other', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 }), (linkIds) => {
        expect(readSum(writeSum(linkIds))).to.deep.equal(linkIds)
      }),
    )
    expect(readSum(`%resource.item.where(linkId='a').answer.value.ordinal().sum() + 1`)).to.equal(undefined)
  })

  it('are counted by a question that is only shown, and decide what is asked', () => {
    const weight = (value: number) => ({
      valueCoding: { system: 'urn:x', code: String(value), display: String(value) },
      extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/ordinalValue', valueDecimal: value }],
    })
    const form = read(
      questionnaire(
        { linkId: 'a', type: 'choice', text: 'A', answerOption: [0, 1, 2].map(weight) },
        { linkId: 'b', type: 'choice', text: 'B', answerOption: [0, 1, 2].map(weight) },
        {
          ...{ linkId: 'sum', type: 'decimal', text: 'Sum', readOnly: true },
          extension: [
            {
              url: 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression',
              valueExpression: { language: 'text/fhirpath', expression: writeSum(['a', 'b']) },
            },
          ],
        },
        {
          ...{ linkId: 'more', type: 'text', text: 'More' },
          enableWhen: [{ question: 'sum', operator: '>=', answerDecimal: 3 }],
        },
      ),
    )
    const answers = (a: number, b: number) =>
      new Map(
        [a, b].map((n, at) => [at === 0 ? 'a' : 'b', [form.all.get('a')?.item.options[n]?.value as Value]] as const),
      )
    expect(flat(enabledItems(form, answers(1, 1))).map(({ path }) => path)).not.to.include('more')
    expect(flat(enabledItems(form, answers(1, 2))).map(({ path }) => path)).to.include('more')
    const response = toResponse(form, answers(1, 2), facts)
    expect(response.item?.find(({ linkId }) => linkId === 'sum')?.answer).to.deep.equal([{ valueDecimal: 3 }])
    valid(response)
  })
})

describe('The samples that the project brings', () => {
  for (const resource of samples) {
    it(`${String(resource.title)} is FHIR that validates and that patients can be asked`, () => {
      valid(resource)
      const reading = readQuestionnaire(resource)
      expect(reading.ok && reading.notes).to.deep.equal([])
    })
  }
})
