/** Answers as a FHIR R4 QuestionnaireResponse, and back. */
import type { QuestionnaireResponse, QuestionnaireResponseItem, Reference } from 'fhir/r4.js'
import { stand, type Asked, type Standing } from './enabling.js'
import { answerOf, isObject, valueIn } from './fhirValues.js'
import {
  instancePrefix,
  isQuestion,
  pathOf,
  type Answers,
  type Form,
  type Item,
  type Path,
  type Value,
} from './model.js'

export interface ResponseFacts {
  /** A uuid in letters. */
  id: string
  status: 'in-progress' | 'completed' | 'amended'
  /** When it was written, with its offset: `2026-11-22T10:15:00-05:00`. */
  authored: string
  /** Of a questionnaire that names no address of its own: `Questionnaire/<id>`. */
  questionnaireId?: string | undefined
  subject?: Reference | undefined
  author?: Reference | undefined
  source?: Reference | undefined
}

/** Everything that is asked and answered, in the order of the questionnaire; nothing else. */
export function toResponse(form: Form, answers: Answers, facts: ResponseFacts): QuestionnaireResponse {
  const standing = stand(form, answers)
  const items = itemsOf(standing, standing.tree())
  const { subject, author, source } = facts
  return {
    resourceType: 'QuestionnaireResponse',
    id: facts.id,
    questionnaire: canonicalOf(form, facts.questionnaireId),
    status: facts.status,
    ...(subject ? { subject } : {}),
    authored: facts.authored,
    ...(author ? { author } : {}),
    ...(source ? { source } : {}),
    ...(items.length > 0 ? { item: items } : {}),
  }
}

/** What names the questionnaire, its version with it. */
export function canonicalOf({ resource }: Form, questionnaireId?: string): string {
  const address = resource.url ?? `Questionnaire/${resource.id ?? questionnaireId ?? 'unnamed'}`
  return resource.version === undefined ? address : `${address}|${resource.version}`
}

function itemsOf(standing: Standing, tree: readonly Asked[]): QuestionnaireResponseItem[] {
  return tree.flatMap((asked): QuestionnaireResponseItem[] => {
    const { item } = asked
    if (item.kind === 'display') return []
    const named = { linkId: item.linkId, ...(item.text.text === '' ? {} : { text: item.text.text }) }
    const below = itemsOf(standing, asked.items)
    if (item.kind === 'group') return below.length > 0 ? [{ ...named, item: below }] : []
    const placed = standing.form.all.get(item.linkId)
    const answers = (placed ? standing.valuesOf(placed, asked.within) : []).map(answerOf)
    if (answers.length === 0) return []
    const [first = {}, ...others] = answers
    return [{ ...named, answer: [below.length > 0 ? { ...first, item: below } : first, ...others] }]
  })
}

export interface ResponseProblem {
  linkId: string | undefined
  problem: 'not-a-response' | 'unknown-item' | 'wrong-answer' | 'too-deep'
}

export type ReadResponse = { ok: true; answers: Answers } | { ok: false; problems: ResponseProblem[] }

const DEPTH_MOST = 24

/** The answers that a response to this questionnaire holds. What the questionnaire does not have is told, not dropped. */
export function readResponse(form: Form, json: unknown): ReadResponse {
  if (!isObject(json) || json['resourceType'] !== 'QuestionnaireResponse') {
    return { ok: false, problems: [{ linkId: undefined, problem: 'not-a-response' }] }
  }
  const answers = new Map<Path, readonly Value[]>()
  const problems: ResponseProblem[] = []

  const readAll = (list: unknown, within: string, depth: number): void => {
    if (list === undefined) return
    if (!Array.isArray(list) || depth > DEPTH_MOST) {
      problems.push({ linkId: undefined, problem: depth > DEPTH_MOST ? 'too-deep' : 'not-a-response' })
      return
    }
    const seen = new Map<string, number>()
    for (const given of list as unknown[]) readOne(given, within, depth, seen)
  }

  const readOne = (given: unknown, within: string, depth: number, seen: Map<string, number>): void => {
    const linkId = isObject(given) && typeof given['linkId'] === 'string' ? given['linkId'] : undefined
    const item = linkId === undefined ? undefined : form.all.get(linkId)?.item
    if (!isObject(given) || !item) {
      problems.push({ linkId, problem: 'unknown-item' })
      return
    }
    if (item.kind === 'group') {
      const instance = seen.get(item.linkId) ?? 0
      seen.set(item.linkId, instance + 1)
      readAll(given['item'], item.repeats ? instancePrefix(within, item.linkId, instance) : within, depth + 1)
    } else if (isQuestion(item)) {
      readAnswers(given['answer'], item, within, depth)
    }
  }

  const readAnswers = (list: unknown, item: Item, within: string, depth: number): void => {
    const values: Value[] = []
    for (const given of Array.isArray(list) ? (list as unknown[]) : []) {
      const value = isObject(given) ? valueIn(given, 'value') : undefined
      if (!isObject(given) || !value) {
        problems.push({ linkId: item.linkId, problem: 'wrong-answer' })
        continue
      }
      values.push(value)
      readAll(given['item'], within, depth + 1)
    }
    if (values.length > 0 && item.calculation === undefined) answers.set(pathOf(within, item.linkId), values)
  }

  readAll(json['item'], '', 1)
  return problems.length > 0 ? { ok: false, problems } : { ok: true, answers }
}
