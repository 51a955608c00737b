/** Another time for a visit that they have: the steps of a new one, and what keeps it where it is. */
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { parseAppointmentId, whyNotMove, type Appointment, type MoveRefusal } from '../appointment.js'
import { requestable } from '../openings.js'
import { rescheduleAppointment, wishToMove, type MoveOutcome } from '../rescheduling.js'
import { whyNotOffered, whyNotRequested, type CheckTyped } from './choicePages.js'
import {
  chosenErrors,
  chosenIn,
  ChosenOther,
  Reason,
  showCheck,
  showChoice,
  startAgain,
  statusOf,
  typedIn,
} from './choosing.js'
import { find, made, refused, showOne } from './visit.js'
import { chosenAmong } from './providerChoice.js'
import { whyNotMoved } from './visitPage.js'
import { callPractice } from './visitView.js'

/** GET …/rescheduling: the same kind of visit, with the same provider unless they say otherwise. */
export async function chooseOther(context: RecordContext): Promise<Answer> {
  const { portal, query, show } = context
  const appointment = await find(context)
  if (!appointment) return show.notFound()
  const why = whyNotMove(appointment, portal.clock.now(), portal.settings().minimumNotice)
  if (why) return notMoved(context, appointment, why)
  const { categories, providers } = await requestable(portal, portal.db)
  const wanted = query['provider'] ?? String(appointment.provider.id ?? '')
  const among = chosenAmong(providers, wanted, query['who'])
  const { provider } = among
  const kind = categories.find((each) => each.id === appointment.category.id)
  if (!kind) return refused(context, 422, { text: notOfThisKind(context) })
  const category = { ...kind, minutes: appointment.minutes > 0 ? appointment.minutes : kind.minutes }
  const notes = provider ? [] : [await whyNotOffered(context, wanted)]
  const offered = { categories: [category], among, category, notes }
  return showChoice(context, appointment, { ...offered, provider: provider ?? providers[0] })
}

function notOfThisKind(context: RecordContext): string {
  return `${context.t('appointments.notMoved.kind')} ${callPractice(context)}`
}

function notMoved(context: RecordContext, appointment: Appointment, why: MoveRefusal): Answer | Promise<Answer> {
  if (why === 'not-found') return context.show.notFound()
  const status = why === 'already-cancelled' || why === 'already-asked' ? 409 : 422
  const text = whyNotMoved(context, why)
  return context.may('appointments:view')
    ? showOne(context, appointment, status, { text })
    : context.show.problem(status, { what: text })
}

/** GET …/rescheduling/check */
export async function checkOther(context: RecordContext): Promise<Answer> {
  const { portal, show } = context
  const appointment = await find(context)
  if (!appointment) return show.notFound()
  const chosen = ChosenOther.safeParse(chosenIn(context))
  if (!chosen.success) return chooseOther(context)
  const why = whyNotMove(appointment, portal.clock.now(), portal.settings().minimumNotice)
  if (why) return notMoved(context, appointment, why)
  const wish = await wishToMove(portal, appointment, chosen.data.provider)
  if ('reason' in wish) return show.notFound()
  const typed = { ...chosen.data, reason: appointment.reason }
  return showCheck(context, { ...wish, purpose: appointment, typed }, 200)
}

/** POST …/rescheduling */
export async function reschedule(context: RecordContext): Promise<Answer> {
  const { actor, form, once, params, portal, scope } = context
  const appointment = await find(context)
  if (!appointment) return context.show.notFound()
  const chosen = form(ChosenOther)
  const said = form(Reason)
  const typed = typedIn(chosen.typed)
  if (!chosen.ok) return otherAgain(context, appointment, typed, 422, chosenErrors(chosen.errors))
  if (!said.ok) return otherAgain(context, appointment, { ...typed, ...chosen.value }, 422, said.errors)

  const wish = { ...chosen.value, reason: said.value.reason }
  const id = params['id'] ?? ''
  const outcome = await rescheduleAppointment(portal, actor, {
    ...wish,
    scope,
    id,
    once: once({ ...wish, id, record: scope.record }),
  })
  if (outcome.ok) {
    const inPlace = outcome.eid === parseAppointmentId(id)?.eid
    return made(context, outcome.eid, inPlace ? 'appointments.moving.moved' : 'appointments.moving.asked')
  }
  if (outcome.reason === 'not-movable') return notMoved(context, outcome.appointment ?? appointment, outcome.why)
  return otherAgain(context, appointment, wish, statusOf(outcome), {}, outcome)
}

/** As `again`, for a visit that is to be moved. */
async function otherAgain(
  context: RecordContext,
  appointment: Appointment,
  typed: CheckTyped,
  status: number,
  errors: Readonly<Record<string, string>>,
  refusal?: Exclude<MoveOutcome, { ok: true } | { reason: 'not-movable' }>,
): Promise<Answer> {
  const wish = await wishToMove(context.portal, appointment, typed.provider)
  if (!('reason' in wish)) {
    const checked = { ...wish, purpose: appointment, typed, errors, ...(refusal ? { refusal } : {}) }
    return showCheck(context, checked, status)
  }
  const what = errors['at'] === 'appointments.notYours' ? context.t(errors['at']) : whyNotRequested(context, wish)
  return startAgain(context, what, `/appointments/${appointment.id}/rescheduling`)
}
