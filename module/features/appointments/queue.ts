/** What waits for staff, and what the patient's panel shows of appointments. */
import type { PanelCard, Queue } from '../../feature.js'
import type { Portal } from '../../access/portal.js'
import { readText } from '../../host/events.js'
import { patientAppointments } from '../../host/reads/appointments.js'
import { waitingAppointments, type WaitingRow } from '../../host/reads/staffAppointments.js'
import { BOOKED, readStatuses } from '../../host/statuses.js'
import { dayOrNone } from '../../host/unset.js'
import { day as dayOf, utc, wallClock } from '../../platform/clock.js'
import { bornText, personName } from '../../web/person.js'
import type { StaffContext } from '../../web/routes.js'
import { writeAge, writeShortDay, writeTime } from '../../web/times.js'
import { standingOf } from './appointment.js'
import { statusTag } from './patientPages.js'

const ROWS_SHOWN = 50

export function nowOf(portal: Portal): { utc: string; wall: string } {
  const now = portal.clock.now()
  return { utc: utc(now), wall: wallClock(now) }
}

export const queue: Queue = {
  key: 'appointments',
  title: 'appointments.queue.title',
  path: '/appointments',
  permission: 'appointments:process',
  async read(portal, db, limit) {
    const [first] = await waitingAppointments(db, nowOf(portal), limit)
    return { count: first?.total ?? 0, oldestMinutes: first && first.oldest_seconds / 60 }
  },
  card: async (context) => ({ view: '/appointments/staff/waiting', content: await waitingPage(context) }),
}

/** The queue's rows, its count and its age, from one statement. */
export async function waitingPage(context: StaffContext) {
  const { portal, t, url } = context
  const rows = await waitingAppointments(portal.db, nowOf(portal), ROWS_SHOWN)
  const [first] = rows
  const count = first?.total ?? 0
  return {
    title: t('appointments.queue.title'),
    refreshHref: url('/staff/portal/appointments/waiting'),
    count,
    oldest: first ? t('queue.oldest', { age: writeAge(first.oldest_seconds / 60) }) : undefined,
    summary: first ? t('queue.summary', { count, age: writeAge(first.oldest_seconds / 60) }) : undefined,
    more: Math.max(0, count - rows.length),
    /** Sent alone, it brings the navigation's count along. */
    fragment: context.fragment,
    rows: rows.map((row) => waitingView(context, row)),
  }
}

function waitingView(context: StaffContext, row: WaitingRow) {
  const { language, portal, url } = context
  const today = dayOf(portal.clock.now())
  const base = `/staff/portal/appointments/${String(row.pc_eid)}`
  return {
    eid: row.pc_eid,
    href: url(base),
    statusAction: url(`${base}/status`),
    declineHref: url(`${base}/decline`),
    patient: personName(row.last_name, row.first_name),
    patientHref: row.pid === null ? undefined : url(`/staff/portal/patients/${String(row.pid)}`),
    born: bornText(context, dayOrNone(row.born)),
    what: row.category,
    provider: row.provider,
    when: `${writeShortDay(row.pc_eventDate ?? '', language, today)}, ${writeTime(row.start ?? '00:00')}`,
    overdue: (row.pc_eventDate ?? '') < today,
    reason: row.reason ?? readText(row.text),
    waiting: writeAge(row.waiting_seconds / 60),
    status: row.status,
  }
}

const PANEL_ROWS = 8

/** The patient's panel: what is to come and what waits, with the host's own status words. */
export const panelCard: PanelCard = {
  permission: 'appointments:process',
  async show(context, pid) {
    const { portal, language, url, t } = context
    const today = dayOf(portal.clock.now())
    const rows = await patientAppointments(portal.db, pid, today)
    const statuses = await readStatuses(portal.db)
    const single = rows.filter((row) => row.pc_recurrtype === 0)
    return {
      view: '/appointments/staff/panel',
      content: {
        title: t('appointments.title'),
        rows: single.slice(0, PANEL_ROWS).map((row) => {
          const status = statuses.find((each) => each.id === row.status)
          return {
            href: url(`/staff/portal/appointments/${String(row.pc_eid)}`),
            when: `${writeShortDay(row.pc_eventDate ?? '', language, today)}, ${writeTime(row.start ?? '00:00')}`,
            what: row.category,
            provider: row.provider,
            status: {
              ...statusTag(context, standingOf(row.status, row.state)),
              // The host's "- None" says less than our own word for a booked visit.
              ...(status && status.id !== BOOKED ? { text: status.title } : {}),
              ...(status ? { swatch: status.colour } : {}),
            },
          }
        }),
        series: rows.length - single.length,
        more: Math.max(0, single.length - PANEL_ROWS),
      },
    }
  },
}
