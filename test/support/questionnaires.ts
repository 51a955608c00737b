/** Questionnaires made up at random, answers to them, and what is asked by a model that only tries until nothing changes. */
import fc from 'fast-check'
import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import type { Answers, Path, Value } from '../../module/access/questionnaires/model.js'

const kinds = [
  'boolean',
  'integer',
  'decimal',
  'date',
  'time',
  'string',
  'text',
  'choice',
  'open-choice',
  'quantity',
  'url',
] as const
type Kind = (typeof kinds)[number]

interface Plan {
  kind: Kind
  required: boolean
  repeats: boolean
  /** 0..: which earlier question decides; undefined: none. */
  conditions: { before: number; operator: number; answer: number }[]
  any: boolean
  place: 'top' | 'group' | 'repeating'
}

const plan: fc.Arbitrary<Plan> = fc.record({
  kind: fc.constantFrom(...kinds),
  required: fc.boolean(),
  repeats: fc.boolean(),
  conditions: fc.array(fc.record({ before: fc.nat(20), operator: fc.nat(20), answer: fc.nat(2) }), { maxLength: 2 }),
  any: fc.boolean(),
  place: fc.constantFrom('top', 'group', 'repeating'),
})

const days = ['2026-01-01', '2026-06-15', '2026-12-31']
const codes = ['none', 'some', 'much']

/** One of three answers of a kind: enough that conditions hold now and then. */
export function answerOfKind(kind: Kind, at: number): Value {
  const n = at % 3
  switch (kind) {
    case 'boolean':
      return { is: 'boolean', value: n === 1 }
    case 'integer':
      return { is: 'integer', value: n }
    case 'decimal':
      return { is: 'decimal', value: n + 0.5 }
    case 'date':
      return { is: 'date', value: days[n] ?? '' }
    case 'time':
      return { is: 'time', value: `0${String(n + 7)}:30:00` }
    case 'choice':
    case 'open-choice':
      return { is: 'coding', value: { system: 'urn:test', code: codes[n] ?? '', display: `Answer ${codes[n] ?? ''}` } }
    case 'quantity':
      return { is: 'quantity', value: { value: n + 1, unit: 'cm', system: 'http://unitsofmeasure.org', code: 'cm' } }
    case 'url':
      return { is: 'uri', value: `https://example.org/${String(n)}` }
    default:
      return { is: 'string', value: `text ${String(n)}` }
  }
}

function fhirAnswer(kind: Kind, at: number): Record<string, unknown> {
  const value = answerOfKind(kind, at)
  const suffix = {
    boolean: 'Boolean',
    integer: 'Integer',
    decimal: 'Decimal',
    date: 'Date',
    time: 'Time',
    coding: 'Coding',
    quantity: 'Quantity',
    uri: 'String',
    string: 'String',
    dateTime: 'DateTime',
  }[value.is]
  return { [`answer${suffix}`]: value.value }
}

const operatorsOf = (kind: Kind): string[] =>
  ['integer', 'decimal', 'date', 'time', 'quantity'].includes(kind)
    ? ['exists', '=', '!=', '>', '<', '>=', '<=']
    : ['exists', '=', '!=']

/** A questionnaire: loose questions, a group, a group that repeats; each may depend on questions before it. */
export const questionnaires: fc.Arbitrary<Questionnaire> = fc
  .array(plan, { minLength: 1, maxLength: 10 })
  .map((plans) => {
    const made: { linkId: string; plan: Plan }[] = []
    const top: QuestionnaireItem[] = []
    const group: QuestionnaireItem = { linkId: 'g/1', text: 'A group', type: 'group', item: [] }
    const repeating: QuestionnaireItem = { linkId: 'r@1', text: 'Several', type: 'group', repeats: true, item: [] }
    for (const [at, each] of plans.entries()) {
      const linkId = `q ${String(at)}`
      const visible = made.filter((other) => other.plan.place !== 'repeating' || each.place === 'repeating')
      const conditions = each.conditions.flatMap(({ before, operator, answer }) => {
        const decider = visible[before % Math.max(1, visible.length)]
        if (!decider) return []
        const of = operatorsOf(decider.plan.kind)
        const chosen = of[operator % of.length] ?? '='
        const said = chosen === 'exists' ? { answerBoolean: answer !== 0 } : fhirAnswer(decider.plan.kind, answer)
        return [{ question: decider.linkId, operator: chosen, ...said }]
      })
      const item = itemOf(linkId, each, conditions as NonNullable<QuestionnaireItem['enableWhen']>)
      const into = each.place === 'top' ? top : each.place === 'group' ? group.item : repeating.item
      into?.push(item)
      made.push({ linkId, plan: each })
    }
    const groups = [group, repeating].filter(({ item }) => (item ?? []).length > 0)
    return {
      resourceType: 'Questionnaire',
      url: 'urn:foyer:test',
      version: '1',
      status: 'active',
      title: 'A test',
      item: [...top, ...groups],
    }
  })

function itemOf(
  linkId: string,
  { kind, required, repeats, any }: Plan,
  conditions: NonNullable<QuestionnaireItem['enableWhen']>,
): QuestionnaireItem {
  const choice = kind === 'choice' || kind === 'open-choice'
  return {
    linkId,
    type: kind,
    text: `Question ${linkId}`,
    required,
    repeats,
    ...(conditions.length > 0 ? { enableWhen: conditions, enableBehavior: any ? 'any' : 'all' } : {}),
    ...(choice
      ? {
          answerOption: codes.map((code) => ({
            valueCoding: { system: 'urn:test', code, display: `Answer ${code}` },
          })),
        }
      : {}),
    ...(kind === 'quantity'
      ? {
          extension: [
            {
              url: 'http://hl7.org/fhir/StructureDefinition/questionnaire-unit',
              valueCoding: { system: 'http://unitsofmeasure.org', code: 'cm', display: 'cm' },
            },
          ],
        }
      : {}),
  }
}

interface Spot {
  item: QuestionnaireItem
  path: Path
  within: string
}

/** Every place of a question, with `instances` of each group that repeats. */
export function spotsOf(items: readonly QuestionnaireItem[], instances: number, within = ''): Spot[] {
  return items.flatMap((item): Spot[] => {
    if (item.type !== 'group') return [{ item, path: `${within}${encodeURIComponent(item.linkId)}`, within }]
    if (item.repeats !== true) return spotsOf(item.item ?? [], instances, within)
    return Array.from({ length: instances }, (_, at) =>
      spotsOf(item.item ?? [], instances, `${within}${encodeURIComponent(item.linkId)}@${String(at)}/`),
    ).flat()
  })
}

/** Some answers: for each spot none, one, or several where it takes them. */
export function answersTo(questionnaire: Questionnaire, instances: number): fc.Arbitrary<Map<Path, Value[]>> {
  const spots = spotsOf(questionnaire.item ?? [], instances)
  return fc
    .tuple(...spots.map(({ item }) => fc.uniqueArray(fc.nat(2), { maxLength: item.repeats === true ? 3 : 1 })))
    .map(
      (chosen) =>
        new Map(
          spots.flatMap(({ item, path }, at) => {
            const values = (chosen[at] ?? []).map((n) => answerOfKind(item.type as Kind, n))
            return values.length > 0 ? [[path, values] as const] : []
          }),
        ),
    )
}

/** What is asked, by trying: everything is asked at first, and is looked at again until nothing changes. */
export function askedByModel(questionnaire: Questionnaire, answers: Answers, instances: number): Set<Path> {
  const spots = spotsOf(questionnaire.item ?? [], instances)
  let asked = new Set(spots.map(({ path }) => path))
  for (;;) {
    const next = new Set(spots.filter((spot) => holds(spot, spots, answers, asked)).map(({ path }) => path))
    if (next.size === asked.size && [...next].every((path) => asked.has(path))) return asked
    asked = next
  }
}

function holds({ item, within }: Spot, spots: readonly Spot[], answers: Answers, asked: ReadonlySet<Path>): boolean {
  const results = (item.enableWhen ?? []).map((condition) => {
    const decider = spots.find(
      (other) => other.item.linkId === condition.question && (other.within === within || other.within === ''),
    )
    const values = decider && asked.has(decider.path) ? (answers.get(decider.path) ?? []) : []
    const said = condition as unknown as Record<string, unknown>
    const wanted = Object.entries(said).find(([name]) => name.startsWith('answer'))?.[1]
    const scalars = values.map((value) => scalar(value.value))
    const to = scalar(wanted)
    switch (condition.operator) {
      case 'exists':
        return values.length > 0 === wanted
      case '=':
        return scalars.some((each) => each === to)
      case '!=':
        return scalars.every((each) => each !== to)
      case '>':
        return scalars.some((each) => each > to)
      case '<':
        return scalars.some((each) => each < to)
      case '>=':
        return scalars.some((each) => each >= to)
      default:
        return scalars.some((each) => each <= to)
    }
  })
  if (results.length === 0) return true
  return item.enableBehavior === 'any' ? results.some(Boolean) : results.every(Boolean)
}

function scalar(value: unknown): string | number {
  if (typeof value === 'object' && value !== null) {
    const { code, value: number } = value as { code?: string; value?: number }
    return number ?? code ?? ''
  }
  return typeof value === 'boolean' ? Number(value) : (value as string | number)
}
