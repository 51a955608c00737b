/** What the practice offers is accepted, answered or taken. */
import { z } from 'zod'
import { chosenId, text } from '../../../web/forms.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { acceptProposal, answerProposal, takeAlternative, type AnswerOutcome } from '../answering.js'
import { notTheirs } from './notTheirs.js'
import { backTo, made, refused } from './visit.js'

/** The proposal that the page showed, so that nobody accepts what they did not see. */
const Shown = z.object({ ...notTheirs, proposal: chosenId('form.choose').optional() })

const Answered = z.object({ ...Shown.shape, answer: text(500, 'appointments.proposed.missingAnswer') })

/** POST …/acceptance of the proposed time. */
export async function accept(context: RecordContext): Promise<Answer> {
  const { actor, form, params, portal, scope, t } = context
  const said = form(Shown)
  if (!said.ok) return refused(context, 422, { text: t(Object.values(said.errors)[0] ?? 'form.choose') })
  const id = params['id'] ?? ''
  const outcome = await acceptProposal(portal, actor, { scope, id, proposal: said.value.proposal })
  return afterAnswer(context, outcome, 'appointments.proposed.accepted')
}

/** POST …/answer to the proposed time, in words. */
export async function answer(context: RecordContext): Promise<Answer> {
  const { actor, form, params, portal, scope, t } = context
  const said = form(Answered)
  if (!said.ok) {
    const text = t(Object.values(said.errors)[0] ?? 'form.choose')
    const wrong = said.errors['answer'] === undefined ? {} : { answerError: t(said.errors['answer']) }
    return refused(context, 422, { text, answer: said.typed['answer'] ?? '', ...wrong })
  }
  const { proposal, answer } = said.value
  const outcome = await answerProposal(portal, actor, { scope, id: params['id'] ?? '', proposal, answer })
  return afterAnswer(context, outcome, 'appointments.proposed.answered', answer)
}

function afterAnswer(
  context: RecordContext,
  outcome: AnswerOutcome,
  done: string,
  typed?: string,
): Answer | Promise<Answer> {
  if (outcome.ok) return backTo(context, context.params['id'] ?? '', done)
  if (outcome.reason === 'not-found') return context.show.notFound()
  const text = context.t(`appointments.notAnswered.${outcome.reason}`)
  return refused(context, 409, { text, ...(typed === undefined ? {} : { answer: typed }) })
}

/** POST …/alternatives/:alternative: one of the times that were named when it was declined. */
export async function take(context: RecordContext): Promise<Answer> {
  const { actor, form, once, params, portal, scope, t } = context
  const said = form(z.object(notTheirs))
  if (!said.ok) return refused(context, 422, { text: t('appointments.notYours') })
  const id = params['id'] ?? ''
  const alternative = Number(/^[1-9]\d{0,9}$/.exec(params['alternative'] ?? '')?.[0] ?? 0)
  const outcome = await takeAlternative(portal, actor, {
    ...{ scope, id, alternative, once: once({ id, alternative, record: scope.record }) },
  })
  if (outcome.ok) return made(context, outcome.eid, 'appointments.offered.taken')
  if (outcome.reason === 'not-found') return context.show.notFound()
  if (outcome.reason === 'used-otherwise') return refused(context, 422, { text: t('form.twice') })
  const words = outcome.reason === 'gone' ? `gone${outcome.left.length === 0 ? 'All' : ''}` : outcome.reason
  return refused(context, 409, {
    text: t(`appointments.offered.${words}`),
    ...(outcome.reason === 'gone' ? { left: outcome.left } : {}),
  })
}
