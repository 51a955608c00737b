/** One event of the calendar, and staff's own way to change its status: past Foyer, so that one sees it arrive there. */
import { z } from 'zod'
import { lockEvent, setStatus } from '../../host/events.js'
import { calendarEntry, calendarProviders, type CalendarEntry } from '../../host/reads/emr.js'
import { timeOfDay } from '../../host/schedule.js'
import { readStatuses } from '../../host/statuses.js'
import { trackVisit } from '../../host/tracker.js'
import { wallClock } from '../../platform/clock.js'
import { can, routes, type StaffContext } from '../../web/routes.js'
import type { Answer } from '../../web/show.js'
import { writeLongDay } from '../../web/times.js'
import { hostName } from './calendar.js'

export const eventRoutes = routes('emr', (r) => {
  r.get('/emr/calendar/:eid', can('emr:use'), (context) => event(context))
  r.post('/emr/calendar/:eid', can('emr:use'), changeStatus)
})

async function event(context: StaffContext, error?: string): Promise<Answer> {
  const { portal, query, show, t } = context
  const entry = await calendarEntry(portal.db, eidIn(context))
  if (!entry) return show.notFound()
  // One occurrence of a series says which by its day.
  const day =
    entry.recurring && /^\d{4}-\d{2}-\d{2}$/.test(query['day'] ?? '') ? (query['day'] ?? entry.day) : entry.day
  const content = await eventPage(context, { ...entry, day }, error)
  const title = t('emr.event')
  return error === undefined
    ? show.page('/emr/event', content, { title })
    : show.refused('/emr/event', content, { title })
}

async function eventPage(context: StaffContext, entry: CalendarEntry, error: string | undefined) {
  const { language, portal, t, url } = context
  const statuses = await readStatuses(portal.db)
  const provider = (await calendarProviders(portal.db)).find(({ id }) => id === entry.providerId)
  const time = entry.allDay
    ? t('emr.event.allDay')
    : `${timeOfDay(entry.start)} – ${timeOfDay(Math.min(24 * 60 - 1, entry.start + entry.minutes))}`
  return {
    name: entry.patient ? hostName(entry.patient) : entry.category,
    chartHref: entry.patient ? url(`/emr/patients/${String(entry.patient.pid)}`) : undefined,
    backHref: url(`/emr/calendar?day=${entry.day}`),
    facts: [
      { term: t('emr.event.category'), text: entry.category },
      { term: t('emr.event.when'), text: `${writeLongDay(entry.day, language)}, ${time}` },
      { term: t('emr.event.provider'), text: provider?.name ?? '' },
      { term: t('emr.event.status'), text: statuses.find(({ id }) => id === entry.status)?.title ?? entry.status },
      { term: t('emr.event.room'), text: entry.room },
      { term: t('emr.event.comment'), text: entry.comment },
    ].filter(({ text }) => text.trim() !== ''),
    isSeries: entry.recurring,
    hasStatus: entry.kind === 'visit' && !entry.recurring,
    action: url(`/emr/calendar/${String(entry.eid)}`),
    statuses: statuses.map(({ id, title }) => ({ value: id, text: title, selected: id === entry.status })),
    errors: error === undefined ? [] : [{ name: 'status', text: error }],
  }
}

const StatusForm = z.object({ status: z.string('form.choose') })

/** What saving the host's own event dialog does: status, who, and the flow board (facts §2.6). */
async function changeStatus(context: StaffContext): Promise<Answer> {
  const { form, portal, show, staff, t } = context
  const asked = form(StatusForm)
  const statuses = await readStatuses(portal.db)
  const status = asked.ok ? statuses.find(({ id }) => id === asked.value.status) : undefined
  if (!status) return event(context, t('form.choose'))
  const at = wallClock(portal.clock.now())
  const changed = await portal.db.transaction(async (tx) => {
    const locked = await lockEvent(tx, eidIn(context))
    if (!locked || locked.recurring) return undefined
    await setStatus(tx, locked, { status: status.id, at, informant: staff.id })
    const { eid, pid, day, start, room } = locked
    if (pid !== undefined) await trackVisit(tx, { eid, pid, day, start, room, status: status.id }, staff.username, at)
    return locked
  })
  if (!changed) return show.notFound()
  return show.seeOther(`/emr/calendar?day=${changed.day}`, { kind: 'success', key: 'emr.event.saved' })
}

function eidIn({ params }: StaffContext): number {
  const eid = params['eid'] ?? ''
  return /^[1-9]\d{0,9}$/.test(eid) ? Number(eid) : 0
}
