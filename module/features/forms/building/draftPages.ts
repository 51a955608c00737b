/** The builder: what is in a draft, in order, with everything that can be done to it. Works by plain forms. */
import { z } from 'zod'
import type { Questionnaire } from 'fhir/r4.js'
import { readQuestionnaire, type ReadNote, type ReadProblem } from '../../../access/questionnaires/reading.js'
import { optionalText, text } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { addItem, directions, itemsInOrder, moveItem, removeItem, type ItemKind, type PlacedItem } from './drafting.js'
import { changeDraft, discardDraft, findDraft, type Draft, type DraftRefusal } from './drafts.js'
import { hasChoices, itemKinds } from './itemKinds.js'
import { isUrgentChoice, urgentOf } from './marks.js'
import { publishDraft } from './publishing.js'
import { scoreItemOf } from './scoreRule.js'
import { translated, translationOf } from './translations.js'

export interface Told {
  status: number
  errors: FieldError[]
}

export const LIBRARY = '/staff/portal/forms/library'

export function draftPath(id: number): string {
  return `${LIBRARY}/drafts/${String(id)}`
}

export function idIn({ params }: Pick<StaffContext, 'params'>): number {
  return Number(/^[1-9]\d{0,15}$/.exec(params['id'] ?? '')?.[0] ?? 0)
}

/** The version that the page showed, as the form posts it. */
export const seenVersion = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
  .optional()
  .catch(undefined)

/** GET /forms/library/drafts/:id, or once more with why nothing was changed. */
export async function draft(context: StaffContext, told?: Told, typed?: Record<string, string>): Promise<Answer> {
  const { portal, show } = context
  const found = await findDraft(portal.db, idIn(context))
  if (!found) return show.notFound()
  const page = draftPage(context, found, told?.errors ?? [], typed)
  const name = found.title || context.t('building.untitled')
  // The questionnaire that is published has this name too.
  const options = { title: context.t('building.draft.pageTitle', { name }), wide: true }
  return told
    ? show.refused('/forms/building/draft', page, { ...options, status: told.status })
    : show.page('/forms/building/draft', page, options)
}

function draftPage(context: StaffContext, found: Draft, errors: FieldError[], typed: Record<string, string> = {}) {
  const { t, url } = context
  const { questionnaire } = found
  const base = draftPath(found.id)
  const reading = readQuestionnaire(questionnaire)
  return {
    ...outlinePage(context, found),
    backHref: url(LIBRARY),
    heading: found.title || t('building.untitled'),
    changed: t('building.draft.changed', { by: found.changed_by, at: writeInstant(context, found.changed_at) }),
    of: found.form_key === null ? t('building.draft.new') : t('building.draft.next', { version: found.based_on ?? 1 }),
    typed: {
      title: typed['title'] ?? questionnaire.title ?? questionnaire.name ?? '',
      titleEs: typed['titleEs'] ?? translationOf(questionnaire._title),
      description: typed['description'] ?? questionnaire.description ?? '',
      descriptionEs: typed['descriptionEs'] ?? translationOf(questionnaire._description),
    },
    fieldsAction: url(base),
    itemsAction: url(`${base}/items`),
    scoreHref: url(`${base}/score`),
    score: scoreItemOf(questionnaire) ? t('building.score.has') : t('building.score.none'),
    previewHref: url(`${base}/preview`),
    publishAction: url(`${base}/publication`),
    discardAction: url(`${base}/discarding`),
    kinds: itemKinds.map((kind) => ({ value: kind, text: t(`building.kind.${kind}`), selected: kind === 'choice' })),
    groups: [
      { value: '', text: t('building.group.none') },
      ...itemsInOrder(questionnaire)
        .filter(({ item }) => item.type === 'group')
        .map(({ item }) => ({ value: item.linkId, text: item.text ?? item.linkId })),
    ],
    problems: reading.ok ? [] : reading.problems.map((problem) => problemText(context, problem)),
    notes: reading.ok ? reading.notes.map((note) => problemText(context, note)) : [],
    errors,
    errorAt: Object.fromEntries(errors.flatMap(({ name, text: said }) => (name === undefined ? [] : [[name, said]]))),
  }
}

/** "smoking: it depends on a question that is not there (history.x)": what stands in the way, and where. */
export function problemText({ t }: Pick<StaffContext, 't'>, { detail = '', linkId, problem }: ReadProblem | ReadNote) {
  return { linkId: linkId ?? '', text: t(`building.problem.${problem}`, { detail }) }
}

/** View: /forms/building/outline. */
function outlinePage(context: StaffContext, { id, questionnaire, version }: Draft) {
  const { url } = context
  return {
    version,
    moveAction: url(`${draftPath(id)}/moving`),
    removeAction: url(`${draftPath(id)}/removal`),
    items: itemsInOrder(questionnaire).map((placed) => itemLine(context, id, questionnaire, placed)),
  }
}

function itemLine(context: StaffContext, id: number, questionnaire: Questionnaire, placed: PlacedItem) {
  const { t, url } = context
  const { at, depth, group, isFirst, isLast, item } = placed
  const before = itemsInOrder(questionnaire).find((each) => each.group === group && each.at === at - 1)
  const { from, when } = urgentOf(item)
  const urgent = from !== undefined || when !== undefined || (item.answerOption ?? []).some(isUrgentChoice)
  const marks = [
    ...(item.required === true ? ['required'] : []),
    ...(item.repeats === true ? [item.type === 'group' ? 'repeats' : 'several'] : []),
    ...((item.enableWhen?.length ?? 0) > 0 ? ['conditional'] : []),
    ...(item === scoreItemOf(questionnaire) ? ['sum'] : []),
  ]
  const known = itemKinds.some((kind) => kind === item.type)
  return {
    linkId: item.linkId,
    text: item.text ?? item.linkId,
    depth: Math.min(depth, 6),
    kind: known ? t(`building.kind.${item.type}`) : item.type,
    choices: hasChoices(item.type) ? t('building.choices.count', { count: item.answerOption?.length ?? 0 }) : '',
    marks: marks.map((mark) => t(`building.mark.${mark}`)),
    urgent,
    href: url(`${draftPath(id)}/item?item=${encodeURIComponent(item.linkId)}`),
    /** In which ways it can go. */
    ways: directions
      .filter((way) => ({ up: !isFirst, down: !isLast, in: before?.item.type === 'group', out: group !== '' })[way])
      .map((way) => ({ way, label: t(`building.move.${way}`) })),
  }
}

const DraftFields = z.object({
  title: text(200, 'building.missing.title'),
  titleEs: optionalText(200),
  description: optionalText(2000),
  descriptionEs: optionalText(2000),
  version: seenVersion,
})

/** POST /forms/library/drafts/:id: what it is called. */
export async function changeFields(context: StaffContext): Promise<Answer> {
  const { form, portal, show, staff, t } = context
  const asked = form(DraftFields)
  if (!asked.ok) {
    const errors = Object.entries(asked.errors).map(([name, key]) => ({ name, text: t(key) }))
    return draft(context, { status: 422, errors }, asked.typed)
  }
  const { description, descriptionEs, title, titleEs, version } = asked.value
  const outcome = await changeDraft<never>(portal, staff, { id: idIn(context), seen: version }, (before) => {
    const { _description, _title, description: _said, title: _called, ...rest } = before
    const described = description === '' ? {} : translated('description', description, _description, descriptionEs)
    return { ok: true, questionnaire: { ...rest, ...translated('title', title, _title, titleEs), ...described } }
  })
  if (!outcome.ok) return refused(context, outcome)
  return show.seeOther(draftPath(idIn(context)), { kind: 'success', key: 'building.done.saved' })
}

const NewItem = z.object({
  kind: z.enum(itemKinds, 'building.wrong.kind'),
  text: text(2000, 'building.wrong.text'),
  group: optionalText(200),
  version: seenVersion,
})

/** POST …/items: a new one, and on to its page. */
export async function add(context: StaffContext): Promise<Answer> {
  const { form, portal, show, staff, t } = context
  const asked = form(NewItem)
  if (!asked.ok) {
    const errors = Object.entries(asked.errors).map(([name, key]) => ({ name, text: t(key) }))
    return draft(context, { status: 422, errors })
  }
  const { group, kind, text: said, version } = asked.value
  let made = ''
  const outcome = await changeDraft<never>(portal, staff, { id: idIn(context), seen: version }, (questionnaire) => {
    const added = addItem(questionnaire, { text: said, type: kind satisfies ItemKind }, group)
    made = added.linkId
    return { ok: true, questionnaire: added.questionnaire }
  })
  if (!outcome.ok) return refused(context, outcome)
  return show.seeOther(`${draftPath(idIn(context))}/item?item=${encodeURIComponent(made)}`)
}

const ItemNamed = { item: z.string().max(200), version: seenVersion }

/** POST …/moving: up, down, into the group before it, out of the group around it. */
export async function move(context: StaffContext): Promise<Answer> {
  const { form, portal, show, staff } = context
  const asked = form(z.object({ ...ItemNamed, way: z.enum(directions as ['up', 'down', 'in', 'out']) }))
  if (!asked.ok) return show.problem(422)
  const { item, version, way } = asked.value
  const outcome = await changeDraft<never>(portal, staff, { id: idIn(context), seen: version }, (questionnaire) => ({
    ok: true,
    questionnaire: moveItem(questionnaire, item, way),
  }))
  return outcome.ok ? outlined(context, outcome.draft) : refused(context, outcome)
}

/** POST …/removal: with everything in it. */
export async function remove(context: StaffContext): Promise<Answer> {
  const { form, portal, show, staff } = context
  const asked = form(z.object(ItemNamed))
  if (!asked.ok) return show.problem(422)
  const { item, version } = asked.value
  const outcome = await changeDraft(portal, staff, { id: idIn(context), seen: version }, (questionnaire) =>
    removeItem(questionnaire, item),
  )
  return outcome.ok ? outlined(context, outcome.draft) : refused(context, outcome)
}

/** The outline alone where that is what was asked for; else the whole page again. */
function outlined(context: StaffContext, changed: Draft): Answer {
  const { fragment, show } = context
  if (!fragment) return show.seeOther(draftPath(changed.id))
  return show.page('/forms/building/outline', outlinePage(context, changed), { title: changed.title })
}

type Refusal = DraftRefusal | { ok: false; reason: 'asked-for'; by: string[] }

/** Why nothing was changed, above the page as it is now: 409. */
export async function refused(context: StaffContext, refusal: Refusal): Promise<Answer> {
  const { show } = context
  if (refusal.reason === 'not-found') return show.notFound()
  return draft(context, { status: 409, errors: [{ text: refusalText(context, refusal) }] })
}

export function refusalText(context: StaffContext, refusal: Exclude<Refusal, { reason: 'not-found' }>): string {
  const { t } = context
  return refusal.reason === 'changed'
    ? t('building.not.changed', { by: refusal.by, at: writeInstant(context, refusal.at) })
    : t('building.not.asked-for', { by: refusal.by.join(', ') })
}

/** POST …/publication: the next version from now on; patients who are in the middle of the last one finish that. */
export async function publish(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, staff } = context
  const asked = form(z.object({ version: seenVersion }))
  const seen = asked.ok ? asked.value.version : undefined
  const outcome = await publishDraft(portal, staff, actor, { id: idIn(context), seen })
  if (outcome.ok) {
    return show.seeOther(`${LIBRARY}/${String(outcome.formId)}`, { kind: 'success', key: 'building.done.published' })
  }
  if (outcome.reason === 'unreadable') {
    const errors = outcome.problems.map((problem) => ({ text: saidProblem(context, problem) }))
    return draft(context, { status: 422, errors })
  }
  if (outcome.reason === 'no-tables') {
    return draft(context, { status: 422, errors: [{ text: context.t('building.not.no-tables') }] })
  }
  return refused(context, outcome)
}

export function saidProblem(context: Pick<StaffContext, 't'>, problem: ReadProblem | ReadNote): string {
  const { linkId, text: said } = problemText(context, problem)
  return linkId === '' ? said : `${linkId}: ${said}`
}

/** POST …/discarding */
export async function discard(context: StaffContext): Promise<Answer> {
  const { actor, portal, show } = context
  const outcome = await discardDraft(portal, actor, idIn(context))
  if (!outcome.ok) return refused(context, outcome)
  return show.seeOther(LIBRARY, { kind: 'success', key: 'building.done.discarded' })
}
