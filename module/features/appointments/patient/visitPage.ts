/** What the page of one visit is given: where it stands, what its patient can do with it, what became of it. */
import { DateTime } from 'luxon'
import { nameOf } from '../../../access/scope.js'
import { opaqueId } from '../../../platform/ids.js'
import type { FieldError } from '../../../web/layout.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Alternative } from '../alternatives.js'
import type { Proposal } from '../proposals.js'
import {
  appointmentId,
  hasBegun,
  isOpen,
  mayBeAskedFor,
  whyNotCancel,
  whyNotMove,
  type Appointment,
  type CancelRefusal,
  type MoveRefusal,
} from '../appointment.js'
import type { CancellationRequest } from '../cancellationWishes.js'
import type { HistoryStep } from '../history.js'
import { askNote } from './cancellationPage.js'
import { callPractice, callTo, nextText, rebookHref, timeText, viewOf, whenOf } from './visitView.js'

export interface Refusal {
  text: string
  answer?: string
  answerError?: string
  /** The alternatives that can still be taken, by id. */
  left?: readonly number[]
}

/** What a page of one appointment tells besides the appointment itself. */
export interface Around {
  proposal: Proposal | undefined
  alternatives: Alternative[]
  cancellation: CancellationRequest | undefined
  history: HistoryStep[]
  /** What went wrong with an answer that was just sent, and what was typed. */
  refusal?: Refusal
}

/** Everything on the page of one visit. */
export function appointmentPage(context: RecordContext, appointment: Appointment, around: Around) {
  const { here, may, portal, t, url } = context
  const now = portal.clock.now()
  const refusal = whyNotCancel(appointment, now, portal.settings().minimumNotice)
  const ahead = isOpen(appointment) && refusal !== 'already-over'
  const asked = around.cancellation?.state === 'requested' && ahead
  const base = `/appointments/${appointment.id}`
  return {
    backHref: url(here('/appointments')),
    appointment: viewOf(context, appointment),
    patient: nameOf(context.scope),
    reason: appointment.reason,
    decisionReason: appointment.decisionReason,
    receipt: appointment.receipt,
    requestedAt: appointment.requestedAt === undefined ? undefined : timeText(context, appointment.requestedAt),
    next: nextText(context, appointment, ahead),
    notLinked: context.scope.kind === 'own' && ahead ? t('appointments.notLinked') : undefined,
    proposal: ahead ? proposalView(context, appointment, around) : undefined,
    alternatives: alternativesView(context, appointment, around),
    takenHref: takenHref(context, around.alternatives),
    moves: movesOf(context, appointment),
    cancellation:
      ahead || settledWishes.includes(around.cancellation?.state)
        ? cancellationView(context, appointment, around)
        : undefined,
    calendarHref: ahead ? url(here(`${base}/calendar.ics`)) : undefined,
    ...(ahead && !asked ? controls(context, appointment, refusal) : { notes: [] }),
    rebookHref: isOpen(appointment) && ahead ? undefined : rebookHref(context, appointment),
    callToRequest: !ahead && !may('appointments:request') ? callTo(context, 'appointments.callToRequest') : undefined,
    history: around.history.map((step) => historyLine(context, step)),
    errors: around.refusal ? [errorOf(around.refusal)] : [],
    practicePhone: portal.practice().phone,
  }
}

/** What became of a wish to cancel is told when the visit is over, too. */
const settledWishes: readonly (CancellationRequest['state'] | undefined)[] = ['done', 'lapsed']

function errorOf({ text, answerError }: Refusal): FieldError {
  return answerError === undefined ? { text } : { name: 'answer', text: answerError }
}

/** What its patient can do with it here, and whom to call for the rest. */
function controls(context: RecordContext, appointment: Appointment, refusal: CancelRefusal | undefined) {
  const { here, may, portal, t, url } = context
  const base = `/appointments/${appointment.id}`
  const whyNot = whyNotMove(appointment, portal.clock.now(), portal.settings().minimumNotice)
  const [mayCancel, mayMove] = [may('appointments:cancel'), may('appointments:request')]
  const canCancel = refusal === undefined || mayBeAskedFor(refusal)
  const notes = [
    mayCancel
      ? mayBeAskedFor(refusal)
        ? askNote(context, refusal)
        : undefined
      : callTo(context, 'appointments.callToCancel'),
    mayMove ? (whyNot ? moveNote(context, whyNot, refusal) : undefined) : callTo(context, 'appointments.callToMove'),
  ]
  return {
    cancelHref: mayCancel && canCancel ? url(here(`${base}/cancellation`)) : undefined,
    cancelText: t(refusal === undefined ? 'appointments.cancel.open' : 'appointments.askCancel.open'),
    moveHref: mayMove && whyNot === undefined ? url(here(`${base}/rescheduling`)) : undefined,
    notes: notes.filter((note) => note !== undefined),
  }
}

/** Not said twice: what keeps it from being cancelled keeps it from being moved, too. */
function moveNote(context: RecordContext, why: MoveRefusal, cancelling: CancelRefusal | undefined): string | undefined {
  if (why === 'already-asked') return undefined
  return why === cancelling && context.may('appointments:cancel')
    ? callTo(context, 'appointments.callToMove')
    : whyNotMoved(context, why)
}

/** Why another time cannot be asked for here, and what to do instead. */
export function whyNotMoved(context: RecordContext, why: MoveRefusal): string {
  const count = Math.ceil(context.portal.settings().minimumNotice / 60)
  const said = context.t(`appointments.notMoved.${why}`, { count })
  return why === 'already-asked' || why === 'already-cancelled' ? said : `${said} ${callPractice(context)}`
}

function proposalView(context: RecordContext, appointment: Appointment, { proposal, refusal }: Around) {
  if (appointment.standing !== 'proposed' || !proposal?.open) return undefined
  const { here, may, t, url } = context
  const base = `/appointments/${appointment.id}`
  return {
    id: proposal.id,
    text: t('appointments.proposed.text', { when: whenOf(context, appointment), name: appointment.provider.name }),
    before: t('appointments.proposed.before', { when: whenOf(context, proposal.from) }),
    note: proposal.note,
    mayAnswer: may('appointments:request'),
    callToAnswer: callTo(context, 'appointments.callToAnswer'),
    acceptAction: url(here(`${base}/acceptance`)),
    answerAction: url(here(`${base}/answer`)),
    answer: refusal?.answer ?? '',
    answerError: refusal?.answerError,
  }
}

function alternativesView(context: RecordContext, appointment: Appointment, { alternatives: all, refusal }: Around) {
  const { here, portal, url } = context
  if (appointment.standing !== 'declined' || all.some((each) => each.takenEid !== undefined)) return []
  if (!context.may('appointments:request')) return []
  const ahead = all.filter((each) => !each.closed && !hasBegun(each, portal.clock.now()))
  const left = ahead.filter((each) => refusal?.left?.includes(each.id) ?? true)
  return left.map((each) => ({
    id: each.id,
    label: whenOf(context, each),
    action: url(here(`/appointments/${appointment.id}/alternatives/${String(each.id)}`)),
    once: opaqueId(),
  }))
}

function takenHref({ here, url }: RecordContext, all: readonly Alternative[]): string | undefined {
  const taken = all.find((each) => each.takenEid !== undefined)
  return taken?.takenEid === undefined ? undefined : url(here(`/appointments/${String(taken.takenEid)}`))
}

/** The other visit, where one is to take the place of another. */
function movesOf(context: RecordContext, { replaces, replacedBy, standing }: Appointment) {
  const { here, t, url } = context
  const href = (eid: number) => url(here(`/appointments/${appointmentId(eid, undefined)}`))
  if (replaces) {
    const when = replaces.day === undefined ? undefined : whenOf(context, { day: replaces.day, start: replaces.start })
    return {
      text:
        when === undefined
          ? t('appointments.moving.insteadGone')
          : t(standing === 'confirmed' ? 'appointments.moving.insteadDone' : 'appointments.moving.instead', { when }),
      href: when === undefined ? undefined : href(replaces.eid),
    }
  }
  if (replacedBy === undefined) return undefined
  return {
    text: t(standing === 'cancelled' ? 'appointments.moving.movedTo' : 'appointments.moving.waits'),
    href: href(replacedBy),
  }
}

function cancellationView(context: RecordContext, appointment: Appointment, { cancellation }: Around) {
  if (!cancellation || cancellation.state === 'withdrawn') return undefined
  const { here, may, t, url } = context
  return {
    tone: cancellation.state === 'refused' ? 'warning' : 'info',
    text: t(`appointments.askCancel.${cancellation.state}`, { at: timeText(context, cancellation.askedAt) }),
    receipt: cancellation.receipt,
    reason: cancellation.reason,
    decisionReason: cancellation.decisionReason,
    withdrawAction:
      cancellation.state === 'requested' && may('appointments:cancel')
        ? url(here(`/appointments/${appointment.id}/cancellation/withdrawal`))
        : undefined,
  }
}

function historyLine(context: RecordContext, { at, by, details, what }: HistoryStep) {
  const { account, t } = context
  const to = details['moved'] ?? joined(details['day'], details['start'])
  const [day, start] = typeof to === 'string' ? to.split(' ') : []
  const known = day !== undefined && start !== undefined && DateTime.fromISO(day).isValid
  const line = t(`appointments.steps.${what}`, {
    when: known ? whenOf(context, { day, start: start.slice(0, 5) }) : '',
  })
  return {
    at: timeText(context, at),
    datetime: at.replace(' ', 'T') + 'Z',
    text: by === undefined || by === account.name ? line : `${line} (${by})`,
  }
}

function joined(day: unknown, start: unknown): string | undefined {
  return typeof day === 'string' && typeof start === 'string' ? `${day} ${start}` : undefined
}
