/** What answers add up to, what that is called, and whether somebody should look at them at once. */
import { flat, stand, weightOfValue, type Asked, type Standing } from './enabling.js'
import { askedBy, type Expression } from './expression.js'
import { hasLoinc, instrumentOf } from './instruments.js'
import {
  isQuestion,
  sameValue,
  type Answers,
  type Band,
  type Flag,
  type Form,
  type Item,
  type ItemKind,
} from './model.js'

export type Score =
  /** Nothing in this questionnaire counts. */
  | { state: 'none' }
  /** No number is better than a wrong one: these linkIds are not answered. */
  | { state: 'missing'; missing: readonly string[] }
  | { state: 'scored'; value: number; band: Band | undefined }

/**
 * What the questionnaire itself calculates: where that is several things, the first that goes into no other. Else the sum
 * of the questions which count in a scale that is known, or of every question whose answers have weights.
 */
export function score(form: Form, answers: Answers): Score {
  const main = mainOf(form)
  if (main) return scored(stand(form, answers), main.calculation, bandsOfMain(form, main.item), main.item.kind)
  const counted = countedIn(form)
  if (!counted) return { state: 'none' }
  return scored(stand(form, answers), { is: 'answers', how: 'sum', of: counted }, form.bands)
}

function scored(standing: Standing, calculation: Expression, bands: readonly Band[], kind?: ItemKind): Score {
  const { value, missing } = standing.calculated(calculation, '', kind)
  return value === undefined ? { state: 'missing', missing } : { state: 'scored', value, band: bandIn(bands, value) }
}

interface Calculating {
  item: Item
  calculation: Expression
}

function calculating(form: Form): Calculating[] {
  return [...form.all.values()].flatMap(({ item }) =>
    item.calculation ? [{ item, calculation: item.calculation }] : [],
  )
}

function mainOf(form: Form): Calculating | undefined {
  const all = calculating(form)
  const used = new Set(all.flatMap(({ calculation }) => askedBy(calculation)))
  return all.find(({ item }) => !used.has(item.linkId)) ?? all[0]
}

function bandsOfMain(form: Form, item: Item): readonly Band[] {
  return item.bands.length > 0 ? item.bands : form.bands
}

/** One of several scales of a questionnaire. */
export interface PartScore {
  item: Item
  value: number
  band: Band | undefined
}

/** Everything else that it calculates and that is asked: its scales beside the main one, each with what it is called. */
export function partScores(form: Form, answers: Answers): PartScore[] {
  const main = mainOf(form)?.item
  const standing = stand(form, answers)
  return calculating(form).flatMap(({ calculation, item }): PartScore[] => {
    const placed = form.all.get(item.linkId)
    if (item === main || !placed || placed.around.length > 0 || !standing.isAsked(placed, '')) return []
    const { value } = standing.calculated(calculation, '', item.kind)
    return value === undefined ? [] : [{ item, value, band: bandIn(item.bands, value) }]
  })
}

/** linkIds of the questions that its score is the plain sum of. Undefined: it has no score, or another calculation. */
export function countedIn(form: Form): readonly string[] | undefined {
  const items = [...form.all.values()].map(({ item }) => item)
  const main = mainOf(form)?.calculation
  if (main) return main.is === 'answers' && main.how === 'sum' ? main.of : undefined
  const scale = instrumentOf(form.codes)?.counted ?? []
  const questions = items.filter((item) => item.options.some(({ ordinal }) => ordinal !== undefined))
  const known = questions.filter(({ codes }) => hasLoinc(codes, scale))
  // A scale of which a question is not recognised is not half scored.
  const counted = scale.length > 0 && known.length === scale.length ? known : questions
  return counted.length === 0 ? undefined : counted.map(({ linkId }) => linkId)
}

/** What the main score is called. */
export function bandOf(form: Form, value: number): Band | undefined {
  const main = mainOf(form)
  return bandIn(main ? bandsOfMain(form, main.item) : form.bands, value)
}

function bandIn(bands: readonly Band[], value: number): Band | undefined {
  return bands.findLast(({ from }) => value >= from)
}

/** The highest score there can be, where every question that counts has weights: what a chart of it goes up to. */
export function highestScore(form: Form): number | undefined {
  const counted = countedIn(form) ?? []
  const highest = counted.map((linkId) => {
    const weights = form.all.get(linkId)?.item.options.flatMap(({ ordinal }) => ordinal ?? []) ?? []
    return weights.length === 0 ? NaN : Math.max(...weights)
  })
  const total = highest.reduce((sum, each) => sum + each, 0)
  return counted.length === 0 || Number.isNaN(total) ? undefined : total
}

/** The questions whose answers may mean that the patient needs help at once. */
export function urgentIn(form: Form, answers: Answers): Item[] {
  return urgentAsked(form, answers).map(({ item }) => item)
}

/** The same, each where it stands. */
export function urgentAsked(form: Form, answers: Answers): Asked[] {
  const standing = stand(form, answers)
  return flat(standing.tree()).filter(({ item, within }) => isUrgent(standing, item, within))
}

function isUrgent(standing: Standing, item: Item, within: string): boolean {
  const placed = standing.form.all.get(item.linkId)
  if (!placed || !isQuestion(item)) return false
  return standing.valuesOf(placed, within).some((value) => {
    if (item.options.some((option) => option.urgent && sameValue(option.value, value))) return true
    if (item.urgentWhen !== undefined && value.value === item.urgentWhen) return true
    return item.urgentFrom !== undefined && (weightOfValue(item, value) ?? -Infinity) >= item.urgentFrom
  })
}

/** How soon somebody should look: at once where an answer is urgent, soon where the score says so. */
export function flagOf(form: Form, answers: Answers): Flag {
  if (urgentIn(form, answers).length > 0) return 'urgent'
  const result = score(form, answers)
  const bands = [
    result.state === 'scored' ? result.band : undefined,
    ...partScores(form, answers).map(({ band }) => band),
  ]
  const flags = bands.map((band) => band?.flag ?? 'none')
  return (['urgent', 'look'] as const).find((flag) => flags.includes(flag)) ?? 'none'
}
