/** How a questionnaire is scored: which questions count, and what the sum is called from where on. */
import type { Extension, Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import { readSum, writeSum } from '../../../access/questionnaires/calculation.js'
import { extensionAt, extensions, extensionsAt } from '../../../access/questionnaires/fhirValues.js'
import type { Flag } from '../../../access/questionnaires/model.js'
import { ordinalOf } from './marks.js'
import { addItem, changeItem, findItem, itemsInOrder, removeItem } from './drafting.js'
import { isNumber, type ItemFault } from './itemKinds.js'
import { translated, translationOf } from './translations.js'

export interface BandTyped {
  /** '' in a row that is not filled in. */
  from: string
  label: string
  labelEs: string
  flag: Flag
}

export interface ScoreTyped {
  /** linkIds of the questions that count; none: there is no score. */
  counted: readonly string[]
  name: string
  bands: readonly BandTyped[]
}

export const flags: readonly Flag[] = ['none', 'look', 'urgent']

/** The item that holds the sum. Undefined: there is none. */
export function scoreItemOf(questionnaire: Questionnaire): QuestionnaireItem | undefined {
  return itemsInOrder(questionnaire).find(({ item }) => summedBy(item) !== undefined)?.item
}

function summedBy(item: QuestionnaireItem): string[] | undefined {
  return readSum(extensionAt(item, extensions.calculated)?.valueExpression?.expression ?? '')
}

/** Questions of which some choice counts something, and numbers: what can be added up. */
export function countableItems(questionnaire: Questionnaire): QuestionnaireItem[] {
  return itemsInOrder(questionnaire)
    .map(({ item }) => item)
    .filter((item) => summedBy(item) === undefined && isCountable(item))
}

function isCountable({ answerOption, type }: QuestionnaireItem): boolean {
  return (
    type === 'integer' || type === 'decimal' || (answerOption ?? []).some((option) => ordinalOf(option) !== undefined)
  )
}

export function scoreOf(questionnaire: Questionnaire): ScoreTyped {
  const item = scoreItemOf(questionnaire)
  return {
    counted: (item && summedBy(item)) ?? [],
    name: item?.text ?? '',
    bands: extensionsAt(questionnaire, extensions.band).map(bandOf),
  }
}

function bandOf({ extension = [] }: Extension): BandTyped {
  const part = (url: string) => extension.find((each) => each.url === url)
  const flag = flags.find((each) => each === part('flag')?.valueCode) ?? 'none'
  const from = part('from')?.valueDecimal ?? part('from')?.valueInteger
  return {
    from: from === undefined ? '' : String(from),
    label: part('label')?.valueString ?? '',
    labelEs: translationOf(part('label')?._valueString),
    flag,
  }
}

export type Scored = { ok: true; questionnaire: Questionnaire } | { ok: false; faults: ItemFault[] }

/** With this score, or without one where nothing counts. */
export function applyScore(questionnaire: Questionnaire, typed: ScoreTyped): Scored {
  const countable = new Set(countableItems(questionnaire).map(({ linkId }) => linkId))
  const counted = typed.counted.filter((linkId) => countable.has(linkId))
  const filled = typed.bands
    .map((band, row) => ({ band, row }))
    .filter(({ band }) => band.from !== '' || band.label !== '')
  const faults = filled.flatMap(({ band, row }): ItemFault[] => {
    if (!isNumber(band.from)) return [{ field: 'bandFrom', row, reason: 'number' }]
    if (band.label === '') return [{ field: 'bandLabel', row, reason: 'band' }]
    const twice = filled.some((other) => other.row < row && Number(other.band.from) === Number(band.from))
    return twice ? [{ field: 'bandFrom', row, reason: 'twice' }] : []
  })
  if (counted.length === 0 && filled.length > 0) faults.push({ field: 'counted', reason: 'counted' })
  if (faults.length > 0) return { ok: false, faults }
  const bands = filled.map(({ band }) => band)
  if (counted.length > 0) {
    return { ok: true, questionnaire: withBands(withSum(questionnaire, counted, typed.name), bands) }
  }
  const gone = withoutSum(questionnaire)
  return gone.ok ? { ok: true, questionnaire: withBands(gone.questionnaire, bands) } : gone
}

/** Refused while what is shown depends on the sum: each of those is named. */
function withoutSum(questionnaire: Questionnaire): Scored {
  const item = scoreItemOf(questionnaire)
  if (!item) return { ok: true, questionnaire }
  const gone = removeItem(questionnaire, item.linkId)
  if (gone.ok) return gone
  const by = gone.reason === 'asked-for' ? gone.by : []
  const allowed = by.map((linkId) => `“${findItem(questionnaire, linkId)?.item.text ?? linkId}”`).join(', ')
  return { ok: false, faults: [{ field: 'counted', reason: 'sum-asked-for', allowed }] }
}

/** Never asked and never shown to patients: it goes along with the answers. */
function withSum(questionnaire: Questionnaire, counted: readonly string[], name: string): Questionnaire {
  const sum: Extension = {
    url: extensions.calculated,
    valueExpression: { language: 'text/fhirpath', expression: writeSum(counted) },
  }
  const there = scoreItemOf(questionnaire)
  if (!there) {
    const extension = [{ url: extensions.hidden, valueBoolean: true }, sum]
    return addItem(questionnaire, { text: name, type: 'decimal', readOnly: true, extension }, '').questionnaire
  }
  return changeItem(questionnaire, there.linkId, (item) => ({
    ...item,
    ...(name === '' ? {} : { text: name }),
    extension: (item.extension ?? []).map((each) =>
      each.url === extensions.calculated && !isSame(each, counted) ? sum : each,
    ),
  }))
}

function isSame({ valueExpression }: Extension, counted: readonly string[]): boolean {
  const before = readSum(valueExpression?.expression ?? '') ?? []
  return before.length === counted.length && counted.every((linkId) => before.includes(linkId))
}

function withBands(questionnaire: Questionnaire, bands: readonly BandTyped[]): Questionnaire {
  const before = extensionsAt(questionnaire, extensions.band)
  const same = before.length === bands.length && before.every((band, at) => sameBand(bandOf(band), bands[at]))
  if (same) return questionnaire
  const { extension: all = [], ...rest } = questionnaire
  const extension = [...all.filter(({ url }) => url !== extensions.band), ...inOrder(bands).map(bandExtension)]
  return extension.length === 0 ? rest : { ...rest, extension }
}

function sameBand(one: BandTyped, other: BandTyped | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function inOrder(bands: readonly BandTyped[]): BandTyped[] {
  return [...bands].sort((one, other) => Number(one.from) - Number(other.from))
}

/** A band of a score as the resource keeps it. */
export function bandExtension({ flag, from, label, labelEs }: BandTyped): Extension {
  return {
    url: extensions.band,
    extension: [
      { url: 'from', valueDecimal: Number(from) },
      { url: 'label', ...translated('valueString', label, undefined, labelEs) },
      ...(flag === 'none' ? [] : [{ url: 'flag', valueCode: flag }]),
    ],
  }
}
