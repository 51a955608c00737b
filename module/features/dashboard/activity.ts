/** What has happened, in words: who did what, to whom, and the way to it. */
import type { Fragment, HallCard, PanelCard } from '../../feature.js'
import { recentActivity, type ActivityRow } from '../../host/reads/activity.js'
import type { Translate } from '../../platform/i18n.js'
import { personName } from '../../web/person.js'
import type { StaffContext } from '../../web/routes.js'
import { writeInstant } from '../../web/instant.js'
import { activityWords } from './activityWords.js'
import { whoseOf } from '../../web/whose.js'

/** The events that are told: those that there are words for. Looking at something is not among them. */
export const told = Object.keys(activityWords.en).flatMap((key) => /^activity\.(.+)$/.exec(key)?.[1] ?? [])

const HALL_ROWS = 10
const PANEL_ROWS = 12

/** The practice's newest. Opened alone it leads on to the older ones. */
export const activityCard: HallCard = {
  key: 'activity',
  title: 'dashboard.activityTitle',
  permission: 'patients:view',
  everySeconds: 60,
  show: (context) => listed(context, HALL_ROWS, '/staff/portal/cards/activity'),
}

export const patientActivityCard: PanelCard = {
  key: 'activity',
  title: 'dashboard.patientActivityTitle',
  permission: 'patients:view',
  show: (context, pid) => listed(context, PANEL_ROWS, `/staff/portal/patients/${String(pid)}/activity`, pid),
}

async function listed(context: StaffContext, most: number, address: string, pid?: number): Promise<Fragment> {
  const { portal, query, t, url } = context
  const before = /^[1-9]\d{0,15}$/.exec(query['before'] ?? '')?.[0]
  const rows = await recentActivity(portal.db, {
    events: told,
    before: before === undefined ? undefined : Number(before),
    limit: most + 1,
    ...(pid === undefined ? {} : { pid }),
  })
  const shown = rows.slice(0, most)
  const last = shown.at(-1)
  return {
    view: '/dashboard/activity',
    content: {
      title: t(pid === undefined ? 'dashboard.activityTitle' : 'dashboard.patientActivityTitle'),
      rows: shown.map((row) => rowView(context, row, pid === undefined)),
      olderHref: rows.length > most && last ? url(`${address}?before=${String(last.id)}`) : undefined,
    },
    about: whoseOf(...shown),
  }
}

function rowView(context: StaffContext, row: ActivityRow, named: boolean) {
  const { t } = context
  return {
    at: writeInstant(context, row.at),
    who: row.actor_kind === 'system' ? t('dashboard.activity.system') : row.actor_name,
    what: t(`activity.${row.event}`),
    patient: named ? patientOf(t, row) : '',
    href: placeOf(context, row),
  }
}

/** The patient's name; the account's where there is no chart, unless its holder did it; '' for what is about nobody. */
function patientOf(t: Translate, row: ActivityRow): string {
  const { actor_name: actor, own_name: own, pid } = row
  if (pid === null) return own === null || own === actor ? '' : t('dashboard.activity.ownRecord', { name: own })
  if (row.last_name === null) return t('dashboard.activity.chartGone', { pid: String(pid) })
  return personName(row.last_name, row.first_name)
}

/** Where the thing is now: an appointment, else the patient it is about. */
function placeOf({ may, url }: StaffContext, { pid, subject }: ActivityRow): string | undefined {
  const appointment = /^appointment:(\d+(?:-\d{8})?)$/.exec(subject)?.[1]
  if (appointment !== undefined && may('appointments:process')) return url(`/staff/portal/appointments/${appointment}`)
  return pid === null ? undefined : url(`/staff/portal/patients/${String(pid)}`)
}
