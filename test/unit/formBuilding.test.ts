/** What staff build is a questionnaire that others read: nothing is lost on the way out, back in, or by looking at it. */
import { expect } from 'chai'
import fc from 'fast-check'
import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import { createRequire } from 'node:module'
import { readQuestionnaire } from '../../module/access/questionnaires/reading.js'
import { pathOf, type Answers, type Form, type Value } from '../../module/access/questionnaires/model.js'
import { score } from '../../module/access/questionnaires/scoring.js'
import {
  addItem,
  directions,
  findItem,
  itemsInOrder,
  moveItem,
  removeItem,
  type Direction,
} from '../../module/features/forms/building/drafting.js'
import { applyItem, typedOf, type ItemTyped } from '../../module/features/forms/building/itemFields.js'
import { itemKinds } from '../../module/features/forms/building/itemKinds.js'
import { samples } from '../../module/features/forms/building/samples/index.js'
import { applyScore, scoreOf } from '../../module/features/forms/building/scoreRule.js'

interface Validator {
  validate: (
    resource: object,
    options: { errorOnUnexpected: boolean },
  ) => { valid: boolean; messages: { severity: string; message: string; location?: string }[] }
}
const { Fhir } = createRequire(import.meta.url)('fhir') as { Fhir: new () => Validator }

const words = { yes: 'Yes', no: 'No' }

const empty: Questionnaire = { resourceType: 'Questionnaire', title: 'Ours', status: 'draft', subjectType: ['Patient'] }

describe('A questionnaire that staff build', () => {
  for (const sample of samples) {
    it(`of Foyer’s own, ${sample.title ?? ''}, is FHIR to another’s validator and is read without a word`, () => {
      expectValid(sample)
      const read = readQuestionnaire(JSON.stringify(sample))
      expect(read.ok && read.notes).to.deep.equal([])
    })

    it(`of Foyer’s own, ${sample.title ?? ''}, says everything in Spanish too`, () => {
      const form = formOf(sample)
      const texts = [...form.all.values()].flatMap(({ item }) => [item.text, ...item.options.map(({ label }) => label)])
      for (const said of [form.title, form.description, ...texts, ...form.bands.map(({ label }) => label)]) {
        expect(said.in['es'], said.text).to.be.a('string').that.is.not.empty
      }
    })

    it(`of Foyer’s own, ${sample.title ?? ''}, stays as it is when each item is opened and saved`, () => {
      for (const { item } of itemsInOrder(sample)) {
        const applied = applyItem(sample, item.linkId, typedOf(sample, item, words), words)
        expect(applied.ok && applied.questionnaire, item.linkId).to.deep.equal(sample)
      }
      const scored = applyScore(sample, scoreOf(sample))
      expect(scored.ok && scored.questionnaire).to.deep.equal(sample)
    })
  }

  it('goes out as FHIR, comes in again, and is the same in every field of the builder', () => {
    fc.assert(
      fc.property(fc.array(someItem, { minLength: 1, maxLength: 12 }), (wanted) => {
        const built = wanted.reduce(built1, empty)
        const out = JSON.stringify(built)
        expectValid(JSON.parse(out) as Questionnaire)
        const form = formOf(out)
        expect(form.resource).to.deep.equal(built)
        expect(fieldsOf(form.resource)).to.deep.equal(fieldsOf(built))
        // And what was typed is what stands there: nothing was bent into something else.
        const typed = wanted.filter(({ kind }) => kind !== 'group').map(essence)
        const there = itemsInOrder(form.resource).map(({ item }) => typedOf(form.resource, item, words))
        expect(there.filter(({ kind }) => kind !== 'group').map(essence)).to.have.deep.members(typed)
      }),
      { numRuns: 60 },
    )
  })

  it('loses and doubles nothing, however its items are moved', () => {
    const moves = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...directions)), { maxLength: 40 })
    fc.assert(
      fc.property(fc.array(someItem, { minLength: 1, maxLength: 10 }), moves, (wanted, all) => {
        const built = wanted.reduce(built1, empty)
        const moved = all.reduce((each, [which, direction]) => movedSome(each, which, direction), built)
        expect(linkIds(moved).sort()).to.deep.equal(linkIds(built).sort())
        for (const { item } of itemsInOrder(built)) {
          const { item: _below, ...now } = findItem(moved, item.linkId)?.item ?? { linkId: '', type: 'group' as const }
          const { item: _before, ...before } = item
          expect(now).to.deep.equal(before)
        }
      }),
    )
  })

  it('keeps a question that others depend on, and says which', () => {
    const [, , intake] = samples
    if (!intake) throw new Error('no intake')
    expect(removeItem(intake, 'history.operated')).to.deep.equal({
      ok: false,
      reason: 'asked-for',
      by: ['history.operations'],
    })
    expect(removeItem(intake, 'history').ok).to.equal(true)
  })

  it('takes choices and conditions in words, and names the row that is none', () => {
    const { questionnaire: first, linkId } = addItem(empty, { type: 'choice', text: 'Smoke?' }, '')
    const choices = [choice('Yes', '3', true), choice('', '', false), choice('Never', '', false)]
    const applied = applyItem(first, linkId, { ...blank, kind: 'choice', text: 'Do you smoke?', choices }, words)
    if (!applied.ok) throw new Error(JSON.stringify(applied.faults))
    const { questionnaire } = applied
    const more = addItem(questionnaire, { type: 'integer', text: 'How many?' }, '')
    const shown = (answer: string) =>
      applyItem(
        more.questionnaire,
        more.linkId,
        { ...blank, kind: 'integer', text: 'How many?', conditions: [{ question: linkId, operator: '=', answer }] },
        words,
      )
    expect(shown('Sometimes')).to.deep.equal({
      ok: false,
      faults: [{ field: 'whenAnswer', row: 0, reason: 'answer', allowed: 'Yes, Never' }],
    })
    const well = shown('never')
    const item = well.ok ? findItem(well.questionnaire, more.linkId)?.item : undefined
    expect(item?.enableWhen).to.deep.equal([
      { question: linkId, operator: '=', answerCoding: { system: 'urn:foyer:choices', code: 'c2' } },
    ])
  })

  it('scores what a plain sum says, with the band that a plain list says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: -2, max: 9 }), { minLength: 1, maxLength: 5 }), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        fc.uniqueArray(fc.integer({ min: -20, max: 80 }), { maxLength: 4 }),
        (weights, picks, bands) => {
          const form = formOf(scoredBy(weights, bands))
          const chosen = weights.map((each, at) => each[(picks[at] ?? 0) % each.length] ?? 0)
          const answers = new Map<string, Value[]>(
            weights.map((each, at) => {
              const code = `c${String(((picks[at] ?? 0) % each.length) + 1)}`
              return [
                pathOf('', `q${String(at + 1)}`),
                [{ is: 'coding', value: { system: 'urn:foyer:choices', code } }],
              ]
            }),
          )
          const total = chosen.reduce((sum, each) => sum + each, 0)
          const result = score(form, answers)
          expect(result.state === 'scored' && result.value).to.equal(total)
          const named = [...bands]
            .sort((one, other) => one - other)
            .filter((from) => from <= total)
            .at(-1)
          expect(result.state === 'scored' && result.band?.label.text).to.equal(
            named === undefined ? undefined : `from ${String(named)}`,
          )
        },
      ),
    )
  })

  it('keeps a score that others depend on, and says which', () => {
    const scored = scoredBy([[0, 1]], [])
    const sum = itemsInOrder(scored).at(-1)?.item.linkId ?? ''
    const asked: QuestionnaireItem = {
      ...{ linkId: 'more', type: 'boolean', text: 'Shall we call you?' },
      enableWhen: [{ question: sum, operator: '>', answerDecimal: 0 }],
    }
    const none = { counted: [], name: '', bands: [] }
    expect(applyScore({ ...scored, item: [...(scored.item ?? []), asked] }, none)).to.deep.equal({
      ok: false,
      faults: [{ field: 'counted', reason: 'sum-asked-for', allowed: '“Shall we call you?”' }],
    })
    expect(applyScore(scored, none).ok).to.equal(true)
  })

  it('scores PHQ-9 from 0 to 27 and GAD-7 from 0 to 21, in the bands of their authors', () => {
    const [phq9, gad7] = samples
    if (!phq9 || !gad7) throw new Error('no scales')
    const bandAt = (form: Form, wanted: number) => {
      const result = score(form, answersWorth(form, wanted))
      return result.state === 'scored' && result.value === wanted ? result.band?.label.text : result.state
    }
    const [ofPhq9, ofGad7] = [formOf(phq9), formOf(gad7)]
    const named = (form: Form, at: readonly number[]) => at.map((value) => bandAt(form, value))
    expect(named(ofPhq9, [0, 4, 5, 9, 10, 14, 15, 19, 20, 27])).to.deep.equal(
      ['Minimal', 'Mild', 'Moderate', 'Moderately severe', 'Severe'].flatMap((each) => [each, each]),
    )
    expect(named(ofGad7, [0, 4, 5, 9, 10, 14, 15, 21])).to.deep.equal(
      ['Minimal', 'Mild', 'Moderate', 'Severe'].flatMap((each) => [each, each]),
    )
  })
})

const choice = (text: string, value: string, urgent: boolean) => ({
  was: '',
  place: '',
  text,
  textEs: '',
  value,
  urgent,
})

const blank: ItemTyped = {
  ...{ kind: 'string', text: '', textEs: '', required: false, repeats: false, maxLength: '', unit: '', initial: '' },
  ...{ urgentFrom: '', urgentWhen: '', choices: [], conditions: [], behaviour: 'all' },
}

const phrase = fc
  .string({ minLength: 1, maxLength: 30 })
  .map((text) => text.trim())
  .filter((text) => text !== '')

const someItem = fc
  .record({
    kind: fc.constantFrom(...itemKinds),
    text: phrase,
    textEs: fc.oneof(fc.constant(''), phrase),
    required: fc.boolean(),
    repeats: fc.boolean(),
    urgent: fc.boolean(),
    maxLength: fc.constantFrom('', '40'),
    choices: fc.uniqueArray(fc.tuple(phrase, fc.constantFrom('', '0', '1', '2.5', '-1'), fc.boolean()), {
      minLength: 1,
      maxLength: 5,
      selector: ([text]) => text.toLowerCase(),
    }),
  })
  .map(({ choices, kind, maxLength, urgent, ...plain }): ItemTyped => {
    const isChoice = kind === 'choice' || kind === 'open-choice'
    const isText = ['string', 'text', 'url', 'open-choice'].includes(kind)
    return {
      ...blank,
      ...plain,
      kind,
      ...(kind === 'display' ? { required: false, repeats: false } : {}),
      maxLength: isText ? maxLength : '',
      unit: kind === 'quantity' ? 'kg' : '',
      urgentFrom: urgent && ['integer', 'decimal', 'quantity'].includes(kind) ? '7' : '',
      urgentWhen: urgent && kind === 'boolean' ? 'true' : '',
      choices: isChoice ? choices.map((each) => choice(...each)) : [],
    }
  })

/** Typed in as a new item: into the last group there is, when its words begin with an early letter. */
function built1(questionnaire: Questionnaire, typed: ItemTyped): Questionnaire {
  const group = itemsInOrder(questionnaire).findLast(({ item }) => item.type === 'group' && item.repeats !== true)
  const into = typed.text < 'm' ? (group?.item.linkId ?? '') : ''
  const added = addItem(questionnaire, { type: typed.kind as QuestionnaireItem['type'], text: 'new' }, into)
  const applied = applyItem(added.questionnaire, added.linkId, typed, words)
  if (!applied.ok) throw new Error(JSON.stringify(applied.faults))
  return applied.questionnaire
}

/** What was typed, but for what the builder adds itself. */
function essence({ choices, ...typed }: ItemTyped) {
  return { ...typed, choices: choices.map(({ text, textEs, urgent, value }) => ({ text, textEs, urgent, value })) }
}

function fieldsOf(questionnaire: Questionnaire) {
  return itemsInOrder(questionnaire).map(({ at, group, item }) => ({
    at,
    group,
    typed: typedOf(questionnaire, item, words),
  }))
}

function linkIds(questionnaire: Questionnaire): string[] {
  return itemsInOrder(questionnaire).map(({ item }) => item.linkId)
}

function movedSome(questionnaire: Questionnaire, which: number, direction: Direction): Questionnaire {
  const all = linkIds(questionnaire)
  return moveItem(questionnaire, all[which % all.length] ?? '', direction)
}

function scoredBy(weights: readonly (readonly number[])[], bands: readonly number[]): Questionnaire {
  const asked = weights.reduce((questionnaire, each, at) => {
    const choices = each.map((weight, of) => choice(`${String(of)}. choice`, String(weight), false))
    return built1(questionnaire, { ...blank, kind: 'choice', text: `q ${String(at)}`, choices })
  }, empty)
  const scored = applyScore(asked, {
    counted: linkIds(asked),
    name: 'Sum',
    bands: bands.map((from) => ({ from: String(from), label: `from ${String(from)}`, labelEs: '', flag: 'none' })),
  })
  if (!scored.ok) throw new Error(JSON.stringify(scored.faults))
  return scored.questionnaire
}

/** Answers to every question that counts, worth so much together. */
function answersWorth(form: Form, wanted: number): Answers {
  const counted = [...form.all.values()].filter(({ item }) => item.options.some(({ ordinal }) => ordinal !== undefined))
  let left = wanted
  return new Map(
    counted.map(({ item }) => {
      const worth = Math.min(3, left)
      left -= worth
      const option = item.options.find(({ ordinal }) => ordinal === worth)
      return [pathOf('', item.linkId), option ? [option.value] : []]
    }),
  )
}

function formOf(resource: Questionnaire | string): Form {
  const read = readQuestionnaire(typeof resource === 'string' ? resource : JSON.stringify(resource))
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return read.questionnaire
}

function expectValid(resource: Questionnaire): void {
  const { messages, valid } = new Fhir().validate(resource, { errorOnUnexpected: true })
  expect(valid, JSON.stringify(messages.filter(({ severity }) => severity === 'error'))).to.equal(true)
}
