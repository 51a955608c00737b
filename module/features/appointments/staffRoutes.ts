/** What staff can do here, as a table of contents. */
import { z } from 'zod'
import { waitingAppointments, type StaffAppointmentRow } from '../../host/reads/staffAppointments.js'
import { readStatuses } from '../../host/statuses.js'
import { isOpaqueId, opaqueId } from '../../platform/ids.js'
import { chosenId, optionalText, text } from '../../web/forms.js'
import { can, routes, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import type { OfferedTime } from './alternatives.js'
import { parseAppointmentId } from './appointment.js'
import { processMany, waitingIdOf } from './bulk.js'
import { acceptCancellation, refuseCancellation, type CancellationOutcome } from './cancellationDecisions.js'
import { openCancellation } from './cancellations.js'
import { claimAppointment, type ClaimHow, type ClaimOutcome } from './claims.js'
import { overbook } from './overbooking.js'
import { declineAppointment, processAppointment, type DeclineOutcome, type ProcessOutcome } from './processing.js'
import { proposeTime, withdrawProposal, type ProposeOutcome } from './proposing.js'
import { filterOf, filterQuery, nowOf, pathOfRow, waitingPage } from './queue.js'
import { reopenAppointment } from './reopening.js'
import {
  aboutOf,
  cancellationPage,
  counted,
  declinePage,
  findVisit,
  lastDeed,
  proposePage,
  undoView,
  visitPage,
  type DeclineTyped,
  type ProposeTyped,
  type Told,
} from './staffPages.js'
import { pressOf, undoPress } from './undo.js'

const process = can('appointments:process')

export const staffRoutes = routes('staff', (r) => {
  r.get('/appointments', process, (context) => waiting(context))
  r.get('/appointments/waiting', process, (context) => waiting(context), { poll: true })
  r.post('/appointments/bulk', process, decideOnMany)
  r.post('/appointments/undo', process, undo)

  r.get('/appointments/:id', process, (context) => one(context))
  r.post('/appointments/:id/status', process, setStatus)
  r.post('/appointments/:id/claim', process, (context) => claim(context, false))
  r.get('/appointments/:id/decline', process, (context) => askWhy(context))
  r.post('/appointments/:id/decline', process, decline)
  r.get('/appointments/:id/proposal', process, (context) => askWhen(context))
  r.post('/appointments/:id/proposal', process, propose)
  r.post('/appointments/:id/proposal/withdrawal', process, withdraw)
  r.post('/appointments/:id/overbooking', can('appointments:overbook'), layOver)
  r.post('/appointments/:id/reopening', process, reopen)

  r.get('/appointments/:id/cancellation', process, (context) => wish(context))
  r.post('/appointments/:id/cancellation', process, grantWish)
  r.post('/appointments/:id/cancellation/refusal', process, refuseWish)
  r.post('/appointments/:id/cancellation/claim', process, (context) => claim(context, true))
})

/** The queue: the whole page, or its rows alone as the page and the hall ask for them by themselves. */
async function waiting(context: StaffContext, told?: Told): Promise<Answer> {
  const { fragment, show, t } = context
  const undo = await undoOf(context, '#appointment-queue')
  // The way back has been gone: the notice that led there goes.
  const page = { ...(await waitingPage(context)), undone: told !== undefined || context.query['undone'] === '1' }
  const options = {
    title: t('appointments.queue.title'),
    about: page.about,
    ...(told ? { status: told.status, flash: { kind: 'warning', text: told.text } as const } : {}),
  }
  return show.page(fragment ? '/appointments/staff/waiting' : '/appointments/staff/queue', { ...page, undo }, options)
}

/** What the press did that led here, as long as it can be taken back. */
async function undoOf(context: StaffContext, target?: string) {
  const token = context.query['undo'] ?? ''
  if (!isOpaqueId(token)) return undefined
  const { portal, staff } = context
  return undoView(context, token, await pressOf(portal, portal.db, staff, token), target)
}

const StatusForm = z.object({
  status: z.string('form.choose').min(1, 'form.choose').max(15, 'form.choose'),
  note: optionalText(500),
  version: optionalText(40),
})

async function setStatus(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(StatusForm)
  if (!asked.ok) return one(context, { status: 422, text: t('form.choose'), field: 'status' }, asked.typed)
  const { status, note, version } = asked.value
  const token = opaqueId()
  const input = { eid: eidIn(context), status, note, seen: version || undefined, undo: token }
  return decided(context, await processAppointment(portal, staff, actor, input), token, asked.typed)
}

async function decided(
  context: StaffContext,
  outcome: ProcessOutcome,
  token: string,
  typed: Record<string, string>,
): Promise<Answer> {
  if (outcome.ok) return onward(context, token)
  if (outcome.reason === 'not-found') return context.show.notFound()
  const told = await whyNot(context, outcome)
  return context.fragment ? waiting(context, told) : one(context, told, typed)
}

/** Deciding leads on: from the queue to the queue, from a page to the next that waits and that nobody else is at. */
async function onward(context: StaffContext, token: string): Promise<Answer> {
  const { form, fragment, portal, show, staff } = context
  const filter = filterOf(context)
  const queue = `/staff/portal/appointments${fragment ? '/waiting' : ''}${filterQuery(filter, { undo: token })}`
  const asked = form(z.object({ then: optionalText(8) }))
  if (fragment || !asked.ok || asked.value.then !== 'next') return show.seeOther(queue)
  const here = eidIn(context)
  const rows = await waitingAppointments(portal.db, nowOf(portal), 20, filter)
  const next = rows.find(
    (row) => row.shown === 1 && row.pc_eid !== here && (row.holder === null || row.holder === staff.username),
  )
  return show.seeOther(next ? `${pathOfRow(next)}?undo=${token}` : queue)
}

type Refusal = { ok: false; reason: string; status?: string; by?: string }

/** Why nothing was changed, in words; a lost race is 409. */
async function whyNot(context: StaffContext, refusal: Refusal): Promise<Told> {
  const { portal, t } = context
  const { reason } = refusal
  if (reason === 'claimed') {
    const by = refusal.by ?? ''
    return { status: 409, text: t('appointments.notProcessed.claimed', { by }), takeOver: true }
  }
  if (reason === 'over' || reason === 'changed') {
    const { status = '' } = refusal
    const title = (await readStatuses(portal.db)).find((each) => each.id === status)?.title ?? status
    const last = await lastDeed(context, eidIn(context))
    const key = `appointments.notProcessed.${reason}${last ? 'By' : ''}`
    return { status: 409, text: t(key, { status: title, by: last?.who ?? '', at: last?.when ?? '' }) }
  }
  const lost = ['overlap', 'no-proposal', 'no-request', 'still-open', 'past'].includes(reason)
  return { status: lost ? 409 : 422, text: t(`appointments.notProcessed.${reason}`) }
}

async function one(context: StaffContext, told?: Told, typed: Record<string, string> = {}): Promise<Answer> {
  const { show, t } = context
  const row = await findVisit(context, eidIn(context))
  if (!row) return show.notFound()
  const page = { ...(await visitPage(context, row, told, typed)), undo: await undoOf(context) }
  const options = { title: t('appointments.one.title'), about: aboutOf(row, page.entries) }
  if (told) return show.refused('/appointments/staff/one', page, { ...options, status: told.status })
  return show.page('/appointments/staff/one', page, options)
}

const ClaimForm = z.object({ to: optionalText(255), release: optionalText(1), take: optionalText(1) })

/** Without a field: for me. */
async function claim(context: StaffContext, ofCancellation: boolean): Promise<Answer> {
  const { actor, form, fragment, params, portal, show, staff } = context
  const asked = form(ClaimForm)
  if (!asked.ok) return show.problem(422)
  const outcome = await claimAppointment(portal, staff, actor, {
    eid: eidIn(context),
    cancellation: ofCancellation ? params['id'] : undefined,
    how: howOf(asked.value),
  })
  if (!outcome.ok) return notClaimed(context, outcome, ofCancellation)
  const kind = { kind: 'success', key: `appointments.claim.${howOf(asked.value).kind}` } as const
  const filter = filterQuery(filterOf(context))
  if (fragment) return show.seeOther(`/staff/portal/appointments/waiting${filter}`, kind)
  const page = `/staff/portal/appointments/${params['id'] ?? ''}${ofCancellation ? '/cancellation' : ''}`
  return show.seeOther(filter === '' ? page : `/staff/portal/appointments${filter}`, kind)
}

function howOf({ to, release, take }: z.output<typeof ClaimForm>): ClaimHow {
  if (to !== '') return { kind: 'hand-over', to }
  if (release === '1') return { kind: 'release' }
  return { kind: take === '1' ? 'take' : 'claim' }
}

async function notClaimed(
  context: StaffContext,
  outcome: Extract<ClaimOutcome, { ok: false }>,
  ofCancellation: boolean,
): Promise<Answer> {
  if (outcome.reason === 'not-found') return context.show.notFound()
  const told = await whyNot(context, outcome)
  const at = outcome.reason === 'no-such-colleague' ? { ...told, field: 'to' } : told
  if (context.fragment) return waiting(context, at)
  return ofCancellation ? wish(context, { error: at }) : one(context, at)
}

async function askWhy(context: StaffContext, typed: DeclineTyped = {}): Promise<Answer> {
  return form(context, '/appointments/staff/decline', 'appointments.decline.title', typed.error, (row) =>
    declinePage(context, row, typed),
  )
}

/** A form about one visit, by itself or with what was wrong with it. */
async function form(
  context: StaffContext,
  view: string,
  title: string,
  told: Told | undefined,
  page: (row: StaffAppointmentRow) => Promise<object>,
): Promise<Answer> {
  const { show, t } = context
  const row = await findVisit(context, eidIn(context))
  if (!row) return show.notFound()
  const options = { title: t(title), about: aboutOf(row, []) }
  const content = await page(row)
  return told ? show.refused(view, content, { ...options, status: told.status }) : show.page(view, content, options)
}

/** One, several, or none of a field that may be ticked more than once. */
const several = z
  .union([z.string().transform((one) => [one]), z.array(z.string())], 'form.choose')
  .optional()
  .default([])

const DeclineForm = z.object({
  reason: text(500, 'appointments.decline.missingReason'),
  version: optionalText(40),
  'alternative[]': several.refine((all) => all.length <= 3, 'appointments.decline.tooMany'),
})

async function decline(context: StaffContext): Promise<Answer> {
  const { actor, form: read, portal, staff, t } = context
  const ticked = read(z.object({ 'alternative[]': several }))
  const alternatives = ticked.ok ? ticked.value['alternative[]'] : []
  const asked = read(DeclineForm)
  if (!asked.ok) {
    const [field = 'reason', key = 'form.choose'] = Object.entries(asked.errors)[0] ?? []
    const error = { status: 422, text: t(key), field: field === 'reason' ? 'reason' : 'alternatives' }
    return askWhy(context, { reason: asked.typed['reason'] ?? '', alternatives, error })
  }
  const { reason, version } = asked.value
  const offered = alternatives.map(timeOf)
  if (offered.some((time) => time === undefined)) {
    const error = { status: 422, text: t('form.choose'), field: 'alternatives' }
    return askWhy(context, { reason, alternatives, error })
  }
  const token = opaqueId()
  const outcome = await declineAppointment(portal, staff, actor, {
    eid: eidIn(context),
    reason,
    alternatives: offered.flatMap((time) => time ?? []),
    seen: version || undefined,
    undo: token,
  })
  return outcome.ok ? onward(context, token) : notDeclined(context, outcome, { reason, alternatives })
}

async function notDeclined(
  context: StaffContext,
  outcome: Extract<DeclineOutcome, { ok: false }>,
  typed: DeclineTyped,
): Promise<Answer> {
  const { show, t } = context
  if (outcome.reason === 'not-found') return show.notFound()
  if (outcome.reason !== 'not-free') return askWhy(context, { ...typed, error: await whyNot(context, outcome) })
  const gone = outcome.times.map((time) => `${time.day}T${time.time}`)
  const error = { status: 409, text: t('appointments.decline.notFree'), field: 'alternatives' }
  const left = (typed.alternatives ?? []).filter((each) => !gone.includes(each))
  return askWhy(context, { ...typed, alternatives: left, error })
}

/** `2026-11-24T10:00` */
function timeOf(value: string): OfferedTime | undefined {
  const [, day = '', time = ''] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})$/.exec(value) ?? []
  return isDay(day) ? { day, time } : undefined
}

function isDay(value: string): boolean {
  const read = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(read.valueOf()) && read.toISOString().startsWith(value)
}

async function askWhen(context: StaffContext, typed: ProposeTyped = {}): Promise<Answer> {
  return form(context, '/appointments/staff/proposal', 'appointments.proposal.title', typed.error, (row) =>
    proposePage(context, row, typed),
  )
}

const timeFields = {
  /** One of the times that were offered. */
  slot: optionalText(16),
  date: optionalText(10),
  time: optionalText(5),
  provider: chosenId('appointments.proposal.badProvider').optional(),
  note: optionalText(500),
  version: optionalText(40),
}
const ProposeForm = z.object(timeFields)

async function propose(context: StaffContext): Promise<Answer> {
  const { actor, form: read, portal, staff, t } = context
  const asked = read(ProposeForm)
  if (!asked.ok) {
    const [field = 'date', key = 'form.choose'] = Object.entries(asked.errors)[0] ?? []
    return askWhen(context, { ...asked.typed, provider: undefined, error: { status: 422, text: t(key), field } })
  }
  const typed = asked.value
  const wanted = wantedTime(typed)
  if (!wanted) {
    const error = { status: 422, text: t('appointments.proposal.badTime'), field: 'date' }
    return askWhen(context, { ...typed, error })
  }
  const token = opaqueId()
  const outcome = await proposeTime(portal, staff, actor, {
    eid: eidIn(context),
    day: wanted.day,
    time: wanted.time,
    provider: typed.provider,
    note: typed.note,
    seen: typed.version || undefined,
    undo: token,
  })
  return outcome.ok ? onward(context, token) : notProposed(context, outcome, typed)
}

/** What was typed goes before what was wanted a moment ago, and that before what stands chosen. */
function wantedTime(typed: WantedTime): OfferedTime | undefined {
  const { slot = '', date = '', time = '', wanted = '' } = typed
  return timeOf(date !== '' || time !== '' ? `${date}T${time}` : wanted || slot)
}

interface WantedTime {
  slot?: string | undefined
  date?: string | undefined
  time?: string | undefined
  wanted?: string | undefined
}

async function notProposed(
  context: StaffContext,
  outcome: Extract<ProposeOutcome, { ok: false }>,
  typed: ProposeTyped,
): Promise<Answer> {
  const { may, show, t } = context
  switch (outcome.reason) {
    case 'not-found':
      return show.notFound()
    case 'slot-taken': {
      const error = { status: 409, text: t('appointments.proposal.taken'), field: 'date' }
      const wanted = wantedTime(typed)
      return askWhen(context, {
        ...typed,
        wanted: wanted && `${wanted.day}T${wanted.time}`,
        free: outcome.alternatives,
        mayOverbook: may('appointments:overbook'),
        error,
      })
    }
    case 'past':
    case 'same-time':
    case 'no-such-provider': {
      const field = outcome.reason === 'no-such-provider' ? 'provider' : 'date'
      const error = { status: 422, text: t(`appointments.proposal.${outcome.reason}`), field }
      return askWhen(context, { ...typed, error })
    }
    default:
      return askWhen(context, { ...typed, error: await whyNot(context, outcome) })
  }
}

async function withdraw(context: StaffContext): Promise<Answer> {
  const { actor, form: read, portal, show, staff } = context
  const asked = read(z.object({ version: optionalText(40) }))
  const token = opaqueId()
  const seen = (asked.ok && asked.value.version) || undefined
  const outcome = await withdrawProposal(portal, staff, actor, { eid: eidIn(context), seen, undo: token })
  if (outcome.ok) return show.seeOther(`/staff/portal/appointments/${String(outcome.eid)}?undo=${token}`)
  if (outcome.reason === 'not-found') return show.notFound()
  return one(context, await whyNot(context, outcome))
}

const OverbookForm = z.object({
  ...timeFields,
  wanted: optionalText(16),
  reason: text(200, 'appointments.overbook.missingReason'),
})

/** Confirms where it stands; with a date and a time, proposes there. */
async function layOver(context: StaffContext): Promise<Answer> {
  const { actor, form: read, portal, staff, t } = context
  const asked = read(OverbookForm)
  if (!asked.ok) {
    const [field = 'reason', key = 'form.choose'] = Object.entries(asked.errors)[0] ?? []
    const error = { status: 422, text: t(key), field }
    const { slot = '', date = '', wanted = '' } = asked.typed
    if (slot === '' && date === '' && wanted === '') return one(context, error, asked.typed)
    return askWhen(context, { ...asked.typed, provider: undefined, mayOverbook: true, error })
  }
  const typed = asked.value
  const token = opaqueId()
  const press = { eid: eidIn(context), seen: typed.version || undefined, undo: token }
  const wanted = wantedTime(typed)
  if (wanted) {
    const { day, time } = wanted
    const { note, provider, reason: over } = typed
    const outcome = await proposeTime(portal, staff, actor, { ...press, day, time, provider, note, over })
    return outcome.ok ? onward(context, token) : notProposed(context, outcome, typed)
  }
  const outcome = await overbook(portal, staff, actor, { ...press, reason: typed.reason })
  return decided(context, outcome, token, asked.typed)
}

async function reopen(context: StaffContext): Promise<Answer> {
  const { actor, portal, show, staff } = context
  const outcome = await reopenAppointment(portal, staff, actor, eidIn(context))
  if (outcome.ok) {
    const flash = { kind: 'success', key: 'appointments.reopened' } as const
    return show.seeOther(`/staff/portal/appointments/${String(outcome.eid)}`, flash)
  }
  if (outcome.reason === 'not-found') return show.notFound()
  return one(context, await whyNot(context, outcome))
}

async function wish(context: StaffContext, typed: { reason?: string; error?: Told } = {}): Promise<Answer> {
  const { params, portal, show, t } = context
  const id = params['id'] ?? ''
  const row = await findVisit(context, eidIn(context))
  const open = row && (await openCancellation(portal.db, id))
  if (!row || !open) return row && typed.error ? one(context, typed.error) : show.notFound()
  const page = { ...(await cancellationPage(context, row, open, id, typed)), undo: await undoOf(context) }
  const options = { title: t('appointments.cancellationAsked.title'), about: aboutOf(row, page.entries) }
  if (!typed.error) return show.page('/appointments/staff/cancellation', page, options)
  return show.refused('/appointments/staff/cancellation', page, { ...options, status: typed.error.status })
}

async function grantWish(context: StaffContext): Promise<Answer> {
  const { actor, form: read, params, portal, staff } = context
  const asked = read(z.object({ late: optionalText(1) }))
  const token = opaqueId()
  const late = asked.ok && asked.value.late === '1'
  const outcome = await acceptCancellation(portal, staff, actor, { id: params['id'] ?? '', late, undo: token })
  return decidedOnWish(context, outcome, token)
}

async function refuseWish(context: StaffContext): Promise<Answer> {
  const { actor, form: read, params, portal, staff, t } = context
  const asked = read(z.object({ reason: text(500, 'appointments.decline.missingReason') }))
  if (!asked.ok) {
    const error = { status: 422, text: t(asked.errors['reason'] ?? 'form.choose'), field: 'reason' }
    return wish(context, { reason: asked.typed['reason'] ?? '', error })
  }
  const token = opaqueId()
  const { reason } = asked.value
  const outcome = await refuseCancellation(portal, staff, actor, { id: params['id'] ?? '', reason, undo: token })
  return decidedOnWish(context, outcome, token, reason)
}

async function decidedOnWish(
  context: StaffContext,
  outcome: CancellationOutcome,
  token: string,
  reason = '',
): Promise<Answer> {
  if (outcome.ok) return onward(context, token)
  if (outcome.reason === 'not-found') return context.show.notFound()
  const error = await whyNot(context, outcome)
  return context.fragment ? waiting(context, error) : wish(context, { reason, error })
}

const BulkForm = z.object({
  'id[]': several.refine((ids) => ids.length > 0, 'appointments.bulk.nothing'),
  action: z.enum(['confirm', 'claim', 'release', 'decline'], 'form.choose'),
  reason: optionalText(500),
})

async function decideOnMany(context: StaffContext): Promise<Answer> {
  const { actor, form: read, portal, show, staff, t } = context
  const asked = read(BulkForm)
  if (!asked.ok) {
    const [key = 'form.choose'] = Object.values(asked.errors)
    return waiting(context, { status: 422, text: t(key) })
  }
  const { action, reason } = asked.value
  const ids = asked.value['id[]']
  if (action === 'decline' && reason === '') return askWhyMany(context, ids)
  const token = opaqueId()
  await processMany(portal, staff, actor, { ids, action, reason, undo: token })
  return show.seeOther(`/staff/portal/appointments${filterQuery(filterOf(context), { undo: token })}`)
}

/** One reason for all of them: asked on a page of its own. */
function askWhyMany({ form: read, show, t, url }: StaffContext, ids: readonly string[]): Answer {
  const asked = read(z.object({ asked: optionalText(1) }))
  const again = asked.ok && asked.value.asked === '1'
  const page = {
    action: url('/staff/portal/appointments/bulk'),
    backHref: url('/staff/portal/appointments'),
    ids: ids.filter((id) => waitingIdOf(id) !== undefined),
    lead: t('appointments.bulk.lead', { count: ids.length }),
    errors: again ? [{ name: 'reason', text: t('appointments.decline.missingReason') }] : [],
    error: again ? t('appointments.decline.missingReason') : undefined,
  }
  const title = t('appointments.bulk.title')
  return again
    ? show.refused('/appointments/staff/declineMany', page, { title })
    : show.page('/appointments/staff/declineMany', page, { title })
}

async function undo(context: StaffContext): Promise<Answer> {
  const { actor, form: read, fragment, portal, show, staff, t } = context
  const asked = read(z.object({ token: z.string().refine(isOpaqueId) }))
  if (!asked.ok) return waiting(context, { status: 422, text: t('appointments.undo.not-found') })
  const outcome = await undoPress(portal, staff, actor, asked.value.token)
  if (!outcome.ok) return waiting(context, { status: 409, text: t(`appointments.undo.${outcome.reason}`) })
  if (outcome.kept.length === 0) {
    const flash = { kind: 'success', key: 'appointments.undo.done' } as const
    return show.seeOther(`/staff/portal/appointments${fragment ? '/waiting?undone=1' : ''}`, flash)
  }
  const kept = counted(outcome.kept.map(({ why }) => why)).map(([why, count]) =>
    t('appointments.undo.kept', { count, why: t(`appointments.why.${why}`) }),
  )
  const undone = outcome.undone === 0 ? [] : [t('appointments.undo.some', { count: outcome.undone })]
  return waiting(context, { status: 409, text: [...undone, ...kept].join(' ') })
}

function eidIn({ params }: StaffContext): number {
  return parseAppointmentId(params['id'] ?? '')?.eid ?? 0
}
