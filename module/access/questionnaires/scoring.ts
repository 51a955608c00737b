/** What answers add up to, what that is called, and whether somebody should look at them at once. */
import { flat, stand, weightOfValue, type Asked, type Standing } from './enabling.js'
import { hasLoinc, instrumentOf } from './instruments.js'
import { isQuestion, sameValue, type Answers, type Band, type Flag, type Form, type Item } from './model.js'

export type Score =
  /** Nothing in this questionnaire counts. */
  | { state: 'none' }
  /** No number is better than a wrong one: these linkIds are not answered. */
  | { state: 'missing'; missing: readonly string[] }
  | { state: 'scored'; value: number; band: Band | undefined }

/**
 * The sum that the questionnaire itself calculates (the first, where there are several); that of the questions which
 * count in a scale that is known; or that of every question whose answers have weights.
 */
export function score(form: Form, answers: Answers): Score {
  const counted = countedIn(form)
  if (!counted) return { state: 'none' }
  const { value, missing } = stand(form, answers).sum(counted, '')
  return value === undefined ? { state: 'missing', missing } : { state: 'scored', value, band: bandOf(form, value) }
}

/** linkIds of the questions that its score is the sum of. Undefined: it has no score. */
export function countedIn(form: Form): readonly string[] | undefined {
  const items = [...form.all.values()].map(({ item }) => item)
  const calculated = items.flatMap(({ sumOf }) => (sumOf ? [sumOf] : []))[0]
  if (calculated) return calculated
  const scale = instrumentOf(form.codes)?.counted ?? []
  const questions = items.filter((item) => item.options.some(({ ordinal }) => ordinal !== undefined))
  const known = questions.filter(({ codes }) => hasLoinc(codes, scale))
  // A scale of which a question is not recognised is not half scored.
  const counted = scale.length > 0 && known.length === scale.length ? known : questions
  return counted.length === 0 ? undefined : counted.map(({ linkId }) => linkId)
}

export function bandOf(form: Form, value: number): Band | undefined {
  return form.bands.findLast(({ from }) => value >= from)
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
  return result.state === 'scored' ? (result.band?.flag ?? 'none') : 'none'
}
