/** The handlers of one set of answers: look, claim, mark as read, ask again, export. */
import { z } from 'zod'
import { fhirOf } from '../../../access/formFiling.js'
import { waitingAnswers } from '../../../host/reads/formReviews.js'
import { utc } from '../../../platform/clock.js'
import { claimedHow, claimFields } from '../../../web/claiming.js'
import { optionalText, text } from '../../../web/forms.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { claimAnswers, returnAnswers, reviewAnswers, type ClaimOutcome, type ReturnOutcome } from './deciding.js'
import { askedOf, askedQuery, FORMS, waiting } from './queue.js'
import { reviewPage, type Typed } from './reviewPage.js'
import { claimedSince, findAnswers } from './sentAnswers.js'
import { whoseOf } from '../../../web/whose.js'

function idIn({ params }: StaffContext): number {
  return Number(/^[1-9]\d{0,14}$/.exec(params['id'] ?? '')?.[0] ?? 0)
}

/** GET /forms/:id, or once more with why nothing was changed. */
export async function review(
  context: StaffContext,
  told?: { status: number; error: FieldError },
  typed: Typed = {},
): Promise<Answer> {
  const { portal, show } = context
  const sent = await findAnswers(portal.db, idIn(context))
  if (!sent) return show.notFound()
  const page = await reviewPage(context, sent, told ? [told.error] : [], typed)
  const options = { title: `${context.t('reviewing.answers')}: ${page.title}`, wide: true, about: whoseOf(sent) }
  return told
    ? show.refused('/forms/reviewing/review', page, { ...options, status: told.status })
    : show.page('/forms/reviewing/review', page, options)
}

/** Whose it is, as the page said it: checked against what is there. */
const whose = z
  .string()
  .regex(/^\d{0,15}$/)
  .optional()
  .default('')
const version = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
  .optional()

const ReviewClaimForm = z.object({ ...claimFields, pid: whose })

/** POST …/claim. Without a field: for me. */
export async function claim(context: StaffContext): Promise<Answer> {
  const { actor, form, fragment, portal, show, staff } = context
  const asked = form(ReviewClaimForm)
  if (!asked.ok) return show.problem(422)
  const how = claimedHow(asked.value)
  const outcome = await claimAnswers(portal, staff, actor, { id: idIn(context), pid: asked.value.pid }, how)
  if (!outcome.ok) return notDone(context, outcome, {}, outcome.reason === 'no-such-colleague' ? 'to' : undefined)
  const flash = { kind: 'success' as const, key: `reviewing.claim.${how.kind}` }
  if (fragment) return show.seeOther(`${FORMS}/waiting${askedQuery(askedOf(context))}`, flash)
  return show.seeOther(`${FORMS}/${String(idIn(context))}`, flash)
}

/** POST …/review */
export async function markReviewed(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(z.object({ pid: whose, version, note: optionalText(2000) }))
  if (!asked.ok) {
    const error = { name: 'note', text: t(asked.errors['note'] ?? 'form.tooLong') }
    return review(context, { status: 422, error }, { note: asked.typed['note'] ?? '' })
  }
  const { note, pid, version: seen } = asked.value
  const outcome = await reviewAnswers(portal, staff, actor, { id: idIn(context), pid, note, seen })
  return outcome.ok ? onward(context, 'reviewing.done.reviewed') : notDone(context, outcome, { note })
}

/** POST …/return */
export async function askAgain(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(z.object({ pid: whose, version, text: text(1000, 'reviewing.missing.text') }))
  if (!asked.ok) {
    const error = { name: 'text', text: t(asked.errors['text'] ?? 'reviewing.missing.text') }
    return review(context, { status: 422, error }, { text: asked.typed['text'] ?? '' })
  }
  const { pid, text: said, version: seen } = asked.value
  const outcome = await returnAnswers(portal, staff, actor, { id: idIn(context), pid, text: said, seen })
  return outcome.ok ? onward(context, 'reviewing.done.returned') : notDone(context, outcome, { text: said })
}

/** Deciding leads on to the next that waits and that nobody else is at; else to the queue. */
async function onward({ portal, show, staff }: StaffContext, key: string): Promise<Answer> {
  const now = { utc: utc(portal.clock.now()), claimedSince: claimedSince(portal) }
  const rows = await waitingAnswers(portal.db, now, 'waiting', staff.username, 20)
  const next = rows.find(({ holder }) => holder === null || holder === staff.username)
  return show.seeOther(next ? `${FORMS}/${String(next.id)}` : FORMS, { kind: 'success', key })
}

type Refusal = Extract<ClaimOutcome | ReturnOutcome, { ok: false }>

/** A lost race is 409 and says who did it. */
async function notDone(context: StaffContext, refusal: Refusal, typed: Typed, name?: string): Promise<Answer> {
  if (refusal.reason === 'not-found') return context.show.notFound()
  const status = refusal.reason === 'no-such-colleague' || refusal.reason === 'no-such-form' ? 422 : 409
  const text = whyText(context, refusal)
  if (context.fragment) return waiting(context, { status, text })
  const error = { text, ...(name === undefined ? {} : { name }) }
  return review(context, { status, error }, typed)
}

function whyText(context: StaffContext, refusal: Exclude<Refusal, { reason: 'not-found' }>): string {
  const { t } = context
  if (refusal.reason === 'claimed')
    return t('reviewing.not.claimed', { by: refusal.by, at: writeInstant(context, refusal.since) })
  if (refusal.reason !== 'over') return t(`reviewing.not.${refusal.reason}`)
  const at = refusal.at === undefined ? '' : writeInstant(context, refusal.at)
  return t('reviewing.not.over', { by: refusal.by ?? '', at })
}

/** GET …/file: a FHIR R4 QuestionnaireResponse. */
export async function file(context: StaffContext): Promise<Answer> {
  const { portal, show } = context
  const sent = await findAnswers(portal.db, idIn(context))
  if (!sent) return show.notFound()
  const response = await fhirOf(portal.db, portal, sent.id)
  const name = `questionnaire-response-${sent.receipt}.json`
  return show.file('application/fhir+json; charset=utf-8', name, JSON.stringify(response, undefined, 2), whoseOf(sent))
}
