/** One item of a draft: what it asks, how it is answered, when it is shown. */
import type { Questionnaire, QuestionnaireItem } from 'fhir/r4.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { answersTo, operators, questionsFor } from './conditions.js'
import { type YesNo } from './itemKinds.js'
import { findItem } from './drafting.js'
import { draftPath, idIn, refused, seenVersion } from './draftPages.js'
import { changeDraft, findDraft, type Draft } from './drafts.js'
import { applyItem, typedOf, type ItemTyped } from './itemFields.js'
import { hasChoices, hasLength, hasWorth, itemKinds, type ItemFault } from './itemKinds.js'
import { controlId, ItemForm, typedFrom } from './itemForm.js'

/** Empty rows that a page without JavaScript offers besides what is there. */
const MORE_CHOICES = 3
const MORE_CONDITIONS = 1

/** GET …/item?item=<linkId> */
export async function item(context: StaffContext): Promise<Answer> {
  const { portal, query, show } = context
  const found = await findDraft(portal.db, idIn(context))
  const placed = found && findItem(found.questionnaire, query['item'] ?? '')
  if (!placed) return show.notFound()
  return itemAnswer(context, found, placed.item, typedOf(found.questionnaire, placed.item, yesNo(context)))
}

interface Shown {
  faults?: readonly ItemFault[]
  /** Blank rows more than usual. */
  more?: string
}

function itemAnswer(
  context: StaffContext,
  found: Draft,
  of: QuestionnaireItem,
  typed: ItemTyped,
  { faults = [], more = '' }: Shown = {},
): Answer {
  const { show, t } = context
  const page = itemPage(context, found, of, typed, faults, more)
  const options = { title: t('building.item.title'), wide: true }
  const view = '/forms/building/item'
  return faults.length > 0 ? show.refused(view, page, options) : show.page(view, page, options)
}

function itemPage(
  context: StaffContext,
  { id, questionnaire, title, version }: Draft,
  of: QuestionnaireItem,
  typed: ItemTyped,
  faults: readonly ItemFault[],
  more: string,
) {
  const { t, url } = context
  const words = yesNo(context)
  const blankChoices = MORE_CHOICES + (more === 'choices' ? MORE_CHOICES : 0)
  const blankConditions = MORE_CONDITIONS + (more === 'conditions' ? MORE_CONDITIONS : 0)
  const asked = questionsFor(questionnaire, of.linkId)
  const said = faults.map((fault) => ({ id: controlId(fault), text: faultText(context, fault) }))
  const { kind } = typed
  return {
    ...{ version, linkId: of.linkId, typed },
    backHref: url(draftPath(id)),
    draftTitle: title,
    action: url(`${draftPath(id)}/item`),
    kinds: kindOptions(context, of, kind),
    asksFor: {
      answer: kind !== 'group' && kind !== 'display',
      choices: hasChoices(kind),
      length: hasLength(kind),
      unit: kind === 'quantity',
      worth: hasWorth(kind),
      yesNo: kind === 'boolean',
      repeats: kind !== 'display',
    },
    repeatsLabel: t(kind === 'group' ? 'building.field.repeatsGroup' : 'building.field.repeats'),
    choices: [...typed.choices, ...Array.from({ length: blankChoices }, () => blankChoice)],
    conditions: [...typed.conditions, ...Array.from({ length: blankConditions }, () => blankCondition)].map(
      (condition) => ({
        answer: condition.answer,
        questions: questionOptions(context, asked, condition.question),
        operators: operators.map((value) => ({
          ...{ value, text: t(`building.operator.${value}`), selected: value === condition.operator },
        })),
      }),
    ),
    /** What may be written as the answer to each question: the list beside the field, narrowed with JavaScript. */
    answers: asked.flatMap((question) =>
      [...answersTo(question, words)].map((text) => ({ question: question.linkId, text })),
    ),
    canCondition: asked.length > 0,
    urgentOptions: ['', 'true', 'false'].map((value) => ({
      ...{ value, selected: value === typed.urgentWhen },
      text: value === '' ? t('building.urgent.never') : t(value === 'true' ? 'building.yes' : 'building.no'),
    })),
    errors: said,
    errorAt: Object.fromEntries(said.map(({ id: at, text }) => [at, text])),
  }
}

const blankChoice = { was: '', place: '', text: '', textEs: '', value: '', urgent: false }
const blankCondition = { question: '', operator: '=', answer: '' }

function kindOptions({ t }: StaffContext, of: QuestionnaireItem, kind: string) {
  const some: readonly string[] = (of.item?.length ?? 0) > 0 ? ['group'] : itemKinds
  return some.map((value) => ({ value, text: t(`building.kind.${value}`), selected: value === kind }))
}

function questionOptions({ t }: StaffContext, asked: readonly QuestionnaireItem[], chosen: string) {
  return [
    { value: '', text: t('building.condition.none') },
    ...asked.map(({ linkId, text }) => ({ value: linkId, text: text ?? linkId, selected: linkId === chosen })),
  ]
}

function faultText({ t }: StaffContext, { allowed = '', reason, row }: ItemFault): string {
  const said = t(`building.wrong.${reason}`, { allowed })
  return row === undefined ? said : t('building.wrong.row', { row: row + 1, said })
}

export function yesNo({ t }: Pick<StaffContext, 't'>): YesNo {
  return { yes: t('building.yes'), no: t('building.no') }
}

/** POST …/item: saved, or the form again with what was typed. */
export async function changeOne(context: StaffContext): Promise<Answer> {
  const { form, portal, show, staff } = context
  const asked = form(ItemForm.extend({ version: seenVersion }))
  const found = await findDraft(portal.db, idIn(context))
  if (!asked.ok || !found)
    return found ? tooLong(context, found, asked.typed, Object.keys(asked.ok ? {} : asked.errors)) : show.notFound()
  const { item: linkId, more, version } = asked.value
  const placed = findItem(found.questionnaire, linkId)
  if (!placed) return show.notFound()
  const typed = typedFrom(asked.value)
  if (more !== '') return itemAnswer(context, found, placed.item, typed, { more })
  const words = yesNo(context)
  const outcome = await changeDraft(portal, staff, { id: found.id, seen: version }, (questionnaire: Questionnaire) => {
    const applied = applyItem(questionnaire, linkId, typed, words)
    return applied.ok ? applied : { ok: false as const, reason: 'faults' as const, faults: applied.faults }
  })
  if (outcome.ok) return show.seeOther(draftPath(found.id), { kind: 'success', key: 'building.done.item' })
  return outcome.reason === 'faults'
    ? itemAnswer(context, found, placed.item, typed, { faults: outcome.faults })
    : refused(context, outcome)
}

/** A field that is longer than anything asks for: everything short stays, and it is said which. */
function tooLong(
  context: StaffContext,
  found: Draft,
  typed: Readonly<Record<string, string>>,
  fields: string[],
): Answer {
  const placed = findItem(found.questionnaire, typed['item'] ?? '')
  if (!placed) return context.show.problem(422)
  const before = typedOf(found.questionnaire, placed.item, yesNo(context))
  const { text = before.text, textEs = before.textEs, initial = before.initial } = typed
  const faults = fields.map((field) => ({ field, reason: 'too-long' }))
  return itemAnswer(context, found, placed.item, { ...before, text, textEs, initial }, { faults })
}
