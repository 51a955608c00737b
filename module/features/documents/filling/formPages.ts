/** A document as its patient fills it, saves it, and reads it once it is sent. */
import { z } from 'zod'
import { nameOf } from '../../../access/scope.js'
import { opaqueId, isOpaqueId } from '../../../platform/ids.js'
import { utc } from '../../../platform/clock.js'
import type { Language } from '../../../platform/i18n.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { typedBy } from '../../../web/typed.js'
import { ownCopyIsReleased } from '../chart/released.js'
import { isDrawn, isMarked, labelOf, templateNodes, type TemplateValues } from '../directives.js'
import { pinnedContents, valuesOfPinned } from '../pinned.js'
import { marksOf } from '../submissions.js'
import type { Answers } from './answers.js'
import { contentsOf } from './contents.js'
import { isOfOtherText, markIn, type Filling } from './filling.js'
import type { Page } from './filledRows.js'
import { callText, documentHref, found, namedIn, nextText, standingTag, type Found } from './found.js'
import { saveDraft, type SaveInput, type SaveOutcome } from './saving.js'
import { mayChange, mayRemove, mayWithdraw } from './standing.js'
import type { KeptText } from './surroundings.js'
import { saidLabel, typedInOther } from './there.js'

/** GET …/documents/filled/:id. `?kept=<id>`: with a text in it that was kept aside. */
export async function one(context: RecordContext): Promise<Answer> {
  const { query, show, t } = context
  const filling = await found(context)
  if (!filling) return show.notFound()
  const { kept } = filling
  if (!mayChange(filling.standing)) return readPage(context, filling, kept)
  const used = kept.find(({ id }) => String(id) === query['kept'])
  const shown = { ...filling.answers, ...ofFields(filling, used?.answers ?? {}) }
  return formPage(context, filling, kept, {
    ...{ answers: shown, errors: {}, said: used ? t('filling.kept.used') : undefined },
  })
}

/** Only of fields that there are. */
function ofFields({ fields }: Filling, answers: Answers): Answers {
  return Object.fromEntries(fields.flatMap(({ name }) => (name in answers ? [[name, answers[name] ?? '']] : [])))
}

interface Shown {
  answers: Answers
  /** By field, in words. */
  errors: Readonly<Record<string, string>>
  /** What somebody else has saved in the meantime. */
  newer?: Answers | undefined
  said?: string | undefined
  page?: Page | undefined
  /** What the page knew, where it is not shown anew. */
  seen?: string | undefined
  status?: number
}

async function formPage(
  context: RecordContext,
  filling: Filling,
  kept: readonly KeptText[],
  shown: Shown,
): Promise<Answer> {
  const { language, portal, scope, show, t } = context
  const { document, fields, filled, parts, sent, standing } = filling
  const named = namedIn(context)
  if (!named) return show.notFound()
  const { values } = await contentsOf(portal, portal.db, named.scope, filling, {
    ...{ language, now: portal.clock.now(), to: context },
  })
  const marks = standing === 'returned' && sent ? marksOf(sent) : {}
  const filledIn = { ...values, answers: shown.answers, errors: { ...marks, ...shown.errors } }
  const page = {
    title: document.title,
    for: nameOf(scope),
    status: standingTag(context, standing),
    returned:
      standing === 'returned' ? { reason: sent?.reason ?? '', marks: errorsIn(context, filling, marks) } : undefined,
    errors: errorsIn(context, filling, shown.errors),
    said: shown.said,
    newer: shown.newer && differences(context, filling, shown.newer, shown.answers),
    kept: shown.newer ? [] : kept.map((text) => keptView(context, filling, text)),
    action: documentHref(context, document.id),
    page: shown.page?.on ?? opaqueId(),
    number: shown.page?.number ?? 0,
    seen: shown.seen ?? markIn(portal, filling, filling.answers),
    there: thereView(context, filling),
    by: typedBy(context),
    nodes: templateNodes(parts, filledIn, 'fill', t),
    saved: filled ? t('filling.savedAt', { when: writeInstant(context, filled.saved_at) }) : '',
    signs: fields.some(({ by, kind }) => kind === 'signature' && by !== 'staff'),
    listHref: context.url(context.here('/documents/asked')),
    removeAction: mayRemove(standing) ? documentHref(context, document.id, '/removal') : undefined,
  }
  const options = { title: document.title, ...(shown.status === undefined ? {} : { status: shown.status }) }
  return shown.status === undefined
    ? show.page('/documents/filling/form', page, options)
    : show.refused('/documents/filling/form', page, options)
}

/** At the fields, in the order in which they stand there. */
export function errorsIn(
  { t }: RecordContext,
  { fields }: Pick<Filling, 'fields'>,
  errors: Readonly<Record<string, string>>,
): FieldError[] {
  return fields.flatMap((field) => {
    const text = errors[field.name]
    return text === undefined ? [] : [{ name: field.name, text: `${labelOf(field, t)}: ${text}` }]
  })
}

function keptView(context: RecordContext, filling: Filling, { answers, id, savedAt }: KeptText) {
  const { t } = context
  const { document, fields, standing } = filling
  return {
    title: t('filling.kept.title', { when: writeInstant(context, savedAt) }),
    lines: differences(context, filling, filling.answers, answers),
    useHref:
      mayChange(standing) && fields.some(({ name }) => name in answers)
        ? documentHref(context, document.id, `?kept=${String(id)}`)
        : undefined,
    dismissAction: documentHref(context, document.id, `/kept/${String(id)}/dismissal`),
  }
}

/** Where two texts differ, both of them; and what was typed in fields that are no more. */
function differences(context: RecordContext, { fields }: Filling, theirs: Answers, mine: Answers) {
  const { t } = context
  const inFields = fields.flatMap((field) => {
    const [there, here] = [theirs[field.name] ?? '', mine[field.name] ?? '']
    if (there === here || !(field.name in mine)) return []
    return [{ label: labelOf(field, t), theirs: saidText(context, there), mine: saidText(context, here) }]
  })
  const gone = Object.entries(mine).filter(([name]) => !fields.some((field) => field.name === name))
  return [
    ...inFields,
    ...gone.map(([label, value]) => ({ label: saidLabel(t, label), theirs: '', mine: saidText(context, value) })),
  ]
}

function saidText({ t }: RecordContext, value: string): string {
  if (value === '') return t('filling.differs.nothing')
  if (isDrawn(value)) return t('filling.differs.signed')
  return isMarked(value) ? '☑' : value
}

/** That the host's own portal changed it since it was saved here, and what it said before where that is not in it any more. */
function thereView(context: RecordContext, { filled, standing, there }: Filling) {
  if (!there || !filled) return undefined
  const { t } = context
  const when = writeInstant(context, filled.saved_at)
  return {
    text: t(there.text ? `filling.there.${mayChange(standing) ? 'text' : 'sent'}` : 'filling.there.answers', { when }),
    lines: Object.entries(there.before).map(([label, value]) => ({
      label: saidLabel(t, label),
      said: saidText(context, value),
    })),
  }
}

async function readPage(context: RecordContext, filling: Filling, kept: readonly KeptText[]): Promise<Answer> {
  const { portal, scope, show, t, url, here } = context
  const { document, parts, sent, standing } = filling
  const named = namedIn(context)
  if (!named) return show.notFound()
  const { language, values } = await shownOf(context, named, filling)
  const isReleased = sent === undefined || (await ownCopyIsReleased(portal, named.scope, sent))
  const page = {
    title: document.title,
    for: nameOf(scope),
    status: standingTag(context, standing),
    receipt: sent?.receipt ?? '',
    sent: sent ? t('filling.sentAt', { when: writeInstant(context, sent.sent_at) }) : '',
    reason: standing === 'denied' ? (sent?.reason ?? '') : '',
    next: isReleased ? nextText(context, standing) : callText(context, 'filling.next.closed'),
    there: isReleased && filling.there?.text ? thereView(context, filling) : undefined,
    kept: isReleased ? kept.map((text) => keptView(context, filling, text)) : [],
    /** Undefined: staff took it back, here as on every other way to it. */
    nodes: isReleased ? templateNodes(parts, values, 'read', portal.speech.in(language)) : undefined,
    /** Of the document's text, where it is not the page's. */
    language: language === context.language ? undefined : language,
    pdfHref: isReleased && sent?.file_id != null ? documentHref(context, document.id, '/document.pdf') : undefined,
    withdrawAction: mayWithdraw(standing, sent) ? documentHref(context, document.id, '/withdrawal') : undefined,
    listHref: url(here('/documents/asked')),
  }
  return show.page('/documents/filling/read', page, { title: t('filling.read.title', { title: document.title }) })
}

/** As its patient sent it. As of now only what was sent in the host's own portal and is not in the queue yet. */
async function shownOf(
  { language, portal }: RecordContext,
  { scope }: Found,
  filling: Filling,
): Promise<{ language: Language; values: TemplateValues }> {
  const { answers, sent } = filling
  const pinned = sent && sent.state !== 'withdrawn' ? await pinnedContents(portal.db, sent.id) : undefined
  if (pinned) return { language: pinned.language, values: valuesOfPinned(pinned, answers) }
  const { values } = await contentsOf(portal, portal.db, scope, filling, { language, now: portal.clock.now() })
  return { language, values }
}

/** What only staff and the server say of a document: refused where it is sent, rather than passed over. */
const notTheirs = Object.fromEntries(
  ['state', 'status', 'type', 'denial_reason', 'signature_type', 'sign_kind', 'category'].map((name) => [
    name,
    z.undefined('filling.notYours').optional(),
  ]),
)

const Draft = z.looseObject({
  ...notTheirs,
  page: z.string().refine(isOpaqueId).catch(opaqueId),
  number: z.coerce.number().int().min(0).max(1_000_000_000).catch(0),
  seen: z.string().catch(''),
  then: z.enum(['save', 'check']).catch('save'),
})

/** POST …/documents/filled/:id: a draft, by a press or by itself. */
export async function save(context: RecordContext): Promise<Answer> {
  const { actor, form, portal, show } = context
  const named = namedIn(context)
  const filling = await found(context)
  if (!named || !filling) return show.notFound()
  const posted = form(Draft)
  if (!posted.ok) {
    const said = Object.values(posted.errors).map((key) => ({ text: context.t(key) }))
    return refusedForm(context, filling, posted.typed, {}, said)
  }
  const { number, page: on, seen, then, ...body } = posted.value
  const byItself = context.query['by'] === 'itself'
  const input: SaveInput = { ...named, body, page: { on, number, seen }, byItself }
  const outcome = await saveDraft(portal, actor, input)
  return byItself ? savedByItself(context, outcome) : savedByPress(context, filling, input, outcome, then)
}

/** The form again, with what its page had typed and knew. */
export async function typedBefore(context: RecordContext): Promise<Answer> {
  const filling = await found(context)
  const posted = context.form(Draft)
  if (!filling) return context.show.notFound()
  if (!posted.ok) return context.show.problem(422)
  const { number, page: on, seen, ...body } = posted.value
  const page = { on, number, seen }
  if (!mayChange(filling.standing)) {
    const { show, t } = context
    const actions = [
      {
        label: t('filling.read.title', { title: filling.document.title }),
        href: documentHref(context, filling.document.id),
      },
    ]
    return show.problem(409, { what: t('typed.tooLate'), next: t('typed.tooLate.next'), actions })
  }
  return refusedForm(context, filling, body, {}, [{ text: context.t('typed.again') }], page)
}

/** A line in the page that stays open. */
function savedByItself(context: RecordContext, outcome: SaveOutcome): Answer {
  const { portal, show, t } = context
  const line = (kind: 'saved' | 'kept' | 'refused', text: string, errors: FieldError[] = []) => ({
    ...{ kind, text, errors, href: documentHref(context, namedIn(context)?.id ?? 0) },
  })
  const title = t('filling.save')
  const view = '/documents/filling/saved'
  if (outcome.ok) {
    const time = writeInstant(context, utc(portal.clock.now()))
    return show.page(view, line('saved', t('filling.savedNow', { time })), { title })
  }
  switch (outcome.reason) {
    case 'not-found':
      return show.notFound()
    case 'invalid':
      return show.refused(view, line('refused', t('filling.notSaved')), { title })
    case 'newer':
      return show.refused(view, line('kept', t('filling.newer.short')), { title, status: 409 })
    case 'over':
      return show.refused(view, line('kept', t('filling.over.short')), { title, status: 409 })
  }
}

async function savedByPress(
  context: RecordContext,
  filling: Filling,
  { body, id, page }: SaveInput,
  outcome: SaveOutcome,
  then: 'save' | 'check',
): Promise<Answer> {
  const { here, show, t } = context
  if (outcome.ok) {
    const to = here(`/documents/filled/${String(id)}`)
    return then === 'check'
      ? show.seeOther(`${to}/check`)
      : show.seeOther(to, { kind: 'success', key: 'filling.saved' })
  }
  switch (outcome.reason) {
    case 'not-found':
      return show.notFound()
    case 'over':
      // The page of what was sent shows what was typed here, kept aside.
      return show.seeOther(here(`/documents/filled/${String(id)}`), { kind: 'warning', key: 'filling.over.short' })
    case 'invalid': {
      const errors = Object.fromEntries(Object.entries(outcome.errors).map(([name, key]) => [name, t(key)]))
      return refusedForm(context, filling, body, errors, [])
    }
    case 'newer': {
      const now = (await found(context)) ?? filling
      return formPage(context, now, [], {
        ...{ answers: outcome.mine, errors: {}, newer: outcome.theirs, page: { ...page, number: page.number + 1 } },
        status: 409,
      })
    }
  }
}

/** The form again, with everything that was typed but what cannot be kept. */
async function refusedForm(
  context: RecordContext,
  filling: Filling,
  body: Readonly<Record<string, unknown>>,
  errors: Readonly<Record<string, string>>,
  others: readonly FieldError[],
  page?: Page,
): Promise<Answer> {
  if (page && isOfOtherText(context.portal, filling, page.seen)) {
    // There are no such fields any more: what was typed in them is shown beside the form.
    const { answers } = filling
    const shown = { answers: { ...answers, ...typedInOther(filling, body) }, errors: {}, newer: answers, status: 422 }
    return formPage(context, filling, [], { ...shown, page })
  }
  const typed = filling.fields.map(({ name, kind }): [string, string] => {
    const value = body[name]
    const said = typeof value === 'string' && !value.startsWith('data:') ? value : ''
    return [name, said === '' && kind === 'signature' ? (filling.answers[name] ?? '') : said]
  })
  const said = others.map(({ text }) => text).join(' ')
  return formPage(context, filling, [], {
    ...{ answers: Object.fromEntries(typed), errors, said: said === '' ? undefined : said, status: 422 },
    ...{ page, seen: page?.seen },
  })
}
