/** What staff can do here, as a table of contents. */
import { z } from 'zod'
import { readText } from '../../host/events.js'
import { staffAppointment, type StaffAppointmentRow } from '../../host/reads/staffAppointments.js'
import { BOOKED, isCancelled, PENDING, readStatuses } from '../../host/statuses.js'
import { dayOrNone } from '../../host/unset.js'
import { day as dayOf } from '../../platform/clock.js'
import { optionalText, text } from '../../web/forms.js'
import { bornText, personName } from '../../web/person.js'
import { can, routes, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { writeAge, writeLongDay, writeTime } from '../../web/times.js'
import { parseAppointmentId, standingOf } from './appointment.js'
import { statusTag } from './patientPages.js'
import { declineAppointment, processAppointment, type ProcessOutcome } from './processing.js'
import { nowOf, waitingPage } from './queue.js'

export const staffRoutes = routes('staff', (r) => {
  r.get('/appointments', can('appointments:process'), (context) => waiting(context))
  r.get('/appointments/waiting', can('appointments:process'), refresh, { poll: true })
  r.get('/appointments/:id', can('appointments:process'), (context) => one(context))
  r.post('/appointments/:id/status', can('appointments:process'), setStatus)
  r.get('/appointments/:id/decline', can('appointments:process'), (context) => askWhy(context))
  r.post('/appointments/:id/decline', can('appointments:process'), decline)
})

async function waiting(context: StaffContext, refusal?: Refusal): Promise<Answer> {
  const page = await waitingPage(context)
  const title = context.t('appointments.queue.title')
  if (!refusal) return context.show.page('/appointments/staff/queue', page, { title })
  const flash = { kind: 'warning', text: refusal.text } as const
  return context.show.page('/appointments/staff/queue', page, { title, status: refusal.status, flash })
}

/** The rows alone, as the dashboard and the queue ask for them by themselves. */
async function refresh(context: StaffContext): Promise<Answer> {
  const page = await waitingPage(context)
  return context.show.page('/appointments/staff/waiting', page, { title: context.t('appointments.queue.title') })
}

interface Refusal {
  status: number
  text: string
}

const StatusForm = z.object({
  status: z.string('form.choose').min(1, 'form.choose').max(15, 'form.choose'),
  note: optionalText(500),
  version: optionalText(15),
})

async function setStatus(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff } = context
  const asked = form(StatusForm)
  if (!asked.ok) return one(context, { status: 422, text: context.t('form.choose') })
  const { status, note, version } = asked.value
  const outcome = await processAppointment(portal, staff, actor, {
    eid: eidIn(context),
    status,
    note,
    seen: version || undefined,
  })
  return answer(context, outcome, status === BOOKED ? 'appointments.confirmed' : 'appointments.statusSet', note)
}

async function askWhy(context: StaffContext, refusal?: { typed: string; error: string }): Promise<Answer> {
  const { portal, show, t, url } = context
  const row = await staffAppointment(portal.db, nowOf(portal), eidIn(context))
  if (!row) return show.notFound()
  const page = {
    ...staffView(context, row),
    action: url(`/staff/portal/appointments/${String(row.pc_eid)}/decline`),
    backHref: url('/staff/portal/appointments'),
    typed: refusal?.typed ?? '',
    error: refusal?.error,
    errors: refusal ? [{ name: 'reason', text: refusal.error }] : [],
  }
  const title = t('appointments.decline.title')
  if (refusal) return show.refused('/appointments/staff/decline', page, { title })
  return show.page('/appointments/staff/decline', page, { title })
}

const DeclineForm = z.object({ reason: text(500, 'appointments.decline.missingReason'), version: optionalText(15) })

async function decline(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(DeclineForm)
  if (!asked.ok) {
    const error = t(asked.errors['reason'] ?? 'form.choose')
    return askWhy(context, { typed: asked.typed['reason'] ?? '', error })
  }
  const { reason, version } = asked.value
  const outcome = await declineAppointment(portal, staff, actor, {
    eid: eidIn(context),
    reason,
    seen: version || undefined,
  })
  return answer(context, outcome, 'appointments.declined', '')
}

function eidIn({ params }: StaffContext): number {
  return parseAppointmentId(params['id'] ?? '')?.eid ?? 0
}

/** Deciding leads on to the next that waits; a refusal says what is so now, where the row was. */
async function answer(context: StaffContext, outcome: ProcessOutcome, done: string, note: string): Promise<Answer> {
  const { fragment, show } = context
  if (outcome.ok) {
    return show.seeOther(fragment ? '/staff/portal/appointments/waiting' : '/staff/portal/appointments', {
      kind: 'success',
      key: done,
    })
  }
  if (outcome.reason === 'not-found') return show.notFound()
  const refusal = await refusalOf(context, outcome)
  if (!fragment) return one(context, refusal, note)
  const page = await waitingPage(context)
  const flash = { kind: 'warning', text: refusal.text } as const
  const title = context.t('appointments.queue.title')
  return show.page('/appointments/staff/waiting', page, { title, status: refusal.status, flash })
}

async function refusalOf(context: StaffContext, outcome: Extract<ProcessOutcome, { ok: false }>): Promise<Refusal> {
  const { portal, t } = context
  if (outcome.reason === 'over' || outcome.reason === 'changed') {
    const title =
      (await readStatuses(portal.db)).find((status) => status.id === outcome.status)?.title ?? outcome.status
    return { status: 409, text: t(`appointments.notProcessed.${outcome.reason}`, { status: title }) }
  }
  return { status: outcome.reason === 'overlap' ? 409 : 422, text: t(`appointments.notProcessed.${outcome.reason}`) }
}

async function one(context: StaffContext, refusal?: Refusal, note = ''): Promise<Answer> {
  const { portal, show, t, url } = context
  const row = await staffAppointment(portal.db, nowOf(portal), eidIn(context))
  if (!row) return show.notFound()
  const statuses = await readStatuses(portal.db)
  const base = `/staff/portal/appointments/${String(row.pc_eid)}`
  const page = {
    ...staffView(context, row),
    hostStatus: statuses.find((status) => status.id === row.status)?.title ?? row.status,
    swatch: statuses.find((status) => status.id === row.status)?.colour,
    backHref: url('/staff/portal/appointments'),
    statusAction: url(`${base}/status`),
    declineHref: row.status === PENDING ? url(`${base}/decline`) : undefined,
    mayDecide: !isCancelled(row.status) && row.pc_recurrtype === 0,
    series: row.pc_recurrtype !== 0,
    pending: row.status === PENDING,
    statuses: statuses
      .filter((status) => status.id !== row.status)
      .map((status) => ({ value: status.id, text: status.title, selected: false })),
    note,
    errors: refusal ? [{ text: refusal.text }] : [],
  }
  const title = t('appointments.one.title')
  if (refusal) return show.refused('/appointments/staff/one', page, { title, status: refusal.status })
  return show.page('/appointments/staff/one', page, { title })
}

function staffView(context: StaffContext, row: StaffAppointmentRow) {
  const { language, portal, t, url } = context
  const standing = standingOf(row.status, row.state)
  return {
    eid: row.pc_eid,
    version: row.status,
    patient: personName(row.last_name, row.first_name),
    patientHref: row.pid === null ? undefined : url(`/staff/portal/patients/${String(row.pid)}`),
    born: bornText(context, dayOrNone(row.born)),
    what: row.category,
    provider: row.provider,
    place: row.place,
    when: `${writeLongDay(row.pc_eventDate ?? '', language)}, ${writeTime(row.start ?? '00:00')}`,
    minutes: Math.round(row.seconds / 60),
    past: (row.pc_eventDate ?? '') < dayOf(portal.clock.now()),
    reason: row.reason ?? readText(row.text),
    decisionReason: row.decision_reason ?? '',
    receipt: row.receipt,
    origin: t(row.request_id === null ? 'appointments.origin.host' : 'appointments.origin.foyer'),
    waiting: writeAge(row.waiting_seconds / 60),
    status: statusTag(context, standing),
  }
}
