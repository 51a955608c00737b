/** What the patient's pages are given: plain text in the reader's language, addresses ready to use. */
import { DateTime } from 'luxon'
import { nameOf } from '../../access/scope.js'
import { day as dayOf, type Utc } from '../../platform/clock.js'
import { opaqueId } from '../../platform/ids.js'
import type { FieldError, StatusTag, Tone } from '../../web/layout.js'
import type { RecordContext, RequestContext } from '../../web/routes.js'
import { writeLeaf, writeShortDay } from '../../web/times.js'
import type { Alternative, Proposal } from './answering.js'
import {
  appointmentId,
  isOpen,
  mayBeAskedFor,
  hasBegun,
  whyNotCancel,
  whyNotMove,
  type Appointment,
  type CancelRefusal,
  type MoveRefusal,
  type Standing,
} from './appointment.js'
import type { CancellationRequest } from './cancellationWishes.js'
import type { HistoryStep } from './history.js'
import type { PatientAppointments } from './ofPatient.js'

export interface AppointmentView {
  id: string
  href: string
  /** "Tue 24 Nov, 10:15" */
  when: string
  /** For <time datetime>. */
  datetime: string
  weekday: string
  dayOfMonth: string
  month: string
  what: string
  /** "with Susan Lee" */
  with: string
  /** "Susan Lee" */
  who: string
  place: string
  address: string
  phone: string
  status: StatusTag
  /** What is still to be decided about a visit that stands: "You asked to cancel". */
  pending: string | undefined
}

export function viewOf(context: RecordContext, appointment: Appointment): AppointmentView {
  const { language, t, url, here } = context
  return {
    id: appointment.id,
    href: url(here(`/appointments/${appointment.id}`)),
    when: whenOf(context, appointment),
    datetime: `${appointment.day}T${appointment.start}`,
    ...writeLeaf(appointment.day, language),
    what: appointment.category.name,
    with:
      appointment.provider.name === ''
        ? t('appointments.noProvider')
        : t('appointments.with', { name: appointment.provider.name }),
    who: appointment.provider.name === '' ? t('appointments.noProvider') : appointment.provider.name,
    place: appointment.place.name,
    address: appointment.place.address,
    phone: appointment.place.phone,
    status: isOver(context, appointment)
      ? { tone: 'neutral', icon: 'check-lg', text: t('appointments.standing.over') }
      : statusTag(context, appointment.standing),
    pending: isOpen(appointment) ? pendingOf(context, appointment) : undefined,
  }
}

export function whenOf(
  { language, portal }: RecordContext,
  { day, start, allDay }: { day: string; start: string; allDay?: boolean },
): string {
  const written = writeShortDay(day, language, dayOf(portal.clock.now()))
  return allDay === true ? written : `${written}, ${start}`
}

function pendingOf({ t }: RecordContext, appointment: Appointment): string | undefined {
  if (appointment.cancellationAsked) return t('appointments.askCancel.waits')
  return appointment.replacedBy === undefined ? undefined : t('appointments.moving.waits')
}

function isOver({ portal }: RecordContext, appointment: Appointment): boolean {
  return appointment.standing === 'confirmed' && hasBegun(appointment, portal.clock.now())
}

const tones: Record<Standing, { tone: Tone; icon: string }> = {
  requested: { tone: 'info', icon: 'hourglass-split' },
  proposed: { tone: 'warning', icon: 'calendar-event' },
  confirmed: { tone: 'success', icon: 'calendar-check' },
  cancelled: { tone: 'neutral', icon: 'calendar-x' },
  declined: { tone: 'danger', icon: 'x-circle' },
  missed: { tone: 'neutral', icon: 'slash-circle' },
  removed: { tone: 'neutral', icon: 'calendar-x' },
}

export function statusTag({ t }: RequestContext, standing: Standing): StatusTag {
  return { ...tones[standing], text: t(`appointments.standing.${standing}`) }
}

/** So many days of one series are shown; the others on demand. */
const SERIES_SHOWN = 6

export function listPage(context: RecordContext, all: PatientAppointments, paged: boolean) {
  const { here, may, t, url } = context
  const view = (appointment: Appointment) => viewOf(context, appointment)
  const { shown, folded } = foldSeries(all.next)
  return {
    newHref: may('appointments:request') ? url(here('/appointments/new')) : undefined,
    callToRequest: may('appointments:request') ? undefined : callTo(context, 'appointments.callToRequest'),
    /** A later page of what is over shows nothing else. */
    onlyPast: paged,
    firstHref: paged ? url(here('/appointments')) : undefined,
    proposed: all.requested.filter((each) => each.standing === 'proposed').map(view),
    requested: all.requested.filter((each) => each.standing !== 'proposed').map(view),
    next: shown.map(view),
    series: folded.map((days) => ({
      label: t('appointments.series.all', { count: days.length, name: days[0]?.category.name ?? '' }),
      days: days.map(view),
    })),
    past: all.past.map((each) => ({ ...view(each), rebookHref: rebookHref(context, each) })),
    olderHref: all.older === undefined ? undefined : url(here(`/appointments?before=${all.older}`)),
  }
}

/** The first days of each series, and the rest of each by itself. */
function foldSeries(next: readonly Appointment[]): { shown: Appointment[]; folded: Appointment[][] } {
  const series = new Map<number, Appointment[]>()
  const shown = next.filter((each) => {
    if (!each.ofSeries) return true
    const days = series.get(each.eid) ?? []
    series.set(each.eid, [...days, each])
    return days.length < SERIES_SHOWN
  })
  return {
    shown,
    folded: [...series.values()].map((days) => days.slice(SERIES_SHOWN)).filter((days) => days.length > 0),
  }
}

function rebookHref(context: RecordContext, { category, provider }: Appointment): string | undefined {
  if (!context.may('appointments:request') || category.id === 0) return undefined
  const who = provider.id === undefined ? {} : { provider: String(provider.id) }
  const query = new URLSearchParams({ ...who, category: String(category.id) })
  return context.url(context.here(`/appointments/new?${query.toString()}`))
}

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
      ahead || around.cancellation?.state === 'done' ? cancellationView(context, appointment, around) : undefined,
    calendarHref: ahead ? url(here(`${base}/calendar.ics`)) : undefined,
    ...(ahead && !asked ? controls(context, appointment, refusal) : { notes: [] }),
    rebookHref: isOpen(appointment) && ahead ? undefined : rebookHref(context, appointment),
    callToRequest: !ahead && !may('appointments:request') ? callTo(context, 'appointments.callToRequest') : undefined,
    history: around.history.map((step) => historyLine(context, step)),
    errors: around.refusal ? [errorOf(around.refusal)] : [],
    practicePhone: portal.practice().phone,
  }
}

function errorOf({ text, answerError }: Refusal): FieldError {
  return answerError === undefined ? { text } : { name: 'answer', text: answerError }
}

function nextText({ t }: RecordContext, appointment: Appointment, ahead: boolean): string {
  const standing = isOpen(appointment) && !ahead ? 'over' : appointment.standing
  const moves = standing === 'requested' && appointment.replaces !== undefined ? 'Move' : ''
  return t(`appointments.next.${standing}${moves}`, { name: appointment.provider.name })
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

function askNote({ portal, t }: RecordContext, refusal: CancelRefusal | undefined): string {
  const count = Math.ceil(portal.settings().minimumNotice / 60)
  return `${t(`appointments.notCancelled.${refusal ?? 'too-late'}`, { count })} ${t('appointments.askCancel.note')}`
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

/** "To cancel, please call the practice: 555-0100." */
export function callTo(context: RecordContext, key: string): string {
  return `${context.t(key)} ${callPractice(context)}`
}

export function callPractice({ portal, t }: RequestContext): string {
  const { phone } = portal.practice()
  return phone === '' ? t('appointments.call') : t('appointments.callAt', { phone })
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
  const ahead = all.filter((each) => !hasBegun(each, portal.clock.now()))
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

/** An instant of ours as the practice's wall says it. */
function timeText(context: RecordContext, at: Utc): string {
  const there = DateTime.fromSQL(at, { zone: 'utc' }).setZone(context.portal.clock.zone)
  return whenOf(context, { day: dayOf(there), start: there.toFormat('HH:mm') })
}

export interface CancellationTyped {
  reason: string
  errors: Readonly<Record<string, string>>
  refusal: CancelRefusal | undefined
}

export function cancellationPage(context: RecordContext, appointment: Appointment, typed: CancellationTyped) {
  const { here, may, t, url } = context
  const missing = Object.values(typed.errors)[0]
  const asking = mayBeAskedFor(typed.refusal)
  return {
    title: t(asking ? 'appointments.askCancel.title' : 'appointments.cancel.title'),
    backHref: url(here(may('appointments:view') ? `/appointments/${appointment.id}` : '')),
    action: url(here(`/appointments/${appointment.id}/cancellation`)),
    appointment: viewOf(context, appointment),
    patient: nameOf(context.scope),
    reason: typed.reason,
    reasonError: typed.errors['reason'] === undefined ? undefined : t(typed.errors['reason']),
    errors: missing === undefined ? [] : [{ name: 'reason', text: t(missing) }],
    asking: asking ? askNote(context, typed.refusal) : undefined,
    send: t(asking ? 'appointments.askCancel.send' : 'appointments.cancel.send'),
    refused:
      typed.refusal === undefined || asking
        ? undefined
        : [
            t(`appointments.notCancelled.${typed.refusal}`),
            typed.refusal === 'already-cancelled' ? '' : callPractice(context),
          ]
            .join(' ')
            .trim(),
  }
}

/** What was sent, for those who may not see the list that it stands in. */
export function receiptPage(context: RecordContext, appointment: Appointment) {
  const { here, t, url } = context
  const view = viewOf(context, appointment)
  return {
    title: t('appointments.receiptTitle'),
    number: appointment.receipt,
    next: nextText(context, appointment, true),
    lines: [
      { term: t('appointments.for'), text: nameOf(context.scope) },
      { term: t('appointments.when'), text: view.when },
      { term: t('appointments.what'), text: `${view.what} ${view.with}` },
      { term: t('appointments.status'), text: view.status.text },
    ],
    actions: [{ label: t('home.title'), href: url(here('')) }],
  }
}
