/** What the page is given on which staff propose another time. */
import { calendarProviders } from '../../../host/reads/emr.js'
import type { StaffAppointmentRow } from '../../../host/reads/staffAppointments.js'
import type { StaffContext } from '../../../web/routes.js'
import type { FreeTime } from '../availability.js'
import { languageOf, repliesFor, replyAsked } from './replies.js'
import { choicesOf, timeChoices } from './times.js'
import { errorsOf, type Told } from './told.js'
import { visitView } from './visitView.js'

export interface ProposeTyped {
  provider?: number | undefined
  date?: string | undefined
  time?: string | undefined
  slot?: string | undefined
  note?: string | undefined
  /** `2026-11-24T10:00`, when it is taken. */
  wanted?: string | undefined
  /** The nearest free ones then. */
  free?: readonly FreeTime[] | undefined
  error?: Told | undefined
  /** Staff may lay it over what is there. */
  mayOverbook?: boolean
}

/** The visit, the ready answers, and free times of the chosen provider. */
export async function proposePage(context: StaffContext, row: StaffAppointmentRow, typed: ProposeTyped = {}) {
  const { portal, query, url } = context
  const language = languageOf(context, row)
  const asked = /^[1-9]\d{0,9}$/.exec(query['provider'] ?? '')?.[0]
  const provider = typed.provider ?? (asked === undefined ? undefined : Number(asked)) ?? row.provider_id ?? 0
  const base = `/staff/portal/appointments/${String(row.pc_eid)}`
  const times = typed.free
    ? choicesOf(context, typed.free, [])
    : await timeChoices(context, row, provider, [typed.slot ?? ''])
  const chosen = times.some((time) => time.chosen)
  const providers = await calendarProviders(portal.db)
  // Once it is known to be taken, a free one stands chosen instead; the wanted one is kept for who may lay it over.
  const typedTime = (typed.date ?? '') !== '' && !typed.free
  return {
    ...visitView(context, row),
    action: url(`${base}/proposal`),
    takeOverAction: url(`${base}/claim`),
    takeFrom: typed.error?.takeFrom,
    overbookAction: typed.mayOverbook === true ? url(`${base}/overbooking`) : undefined,
    // The nearest stands chosen, so that one press does it.
    times: times.map((time) => ({ ...time, chosen: time.chosen || (time.nearest && !typedTime && !chosen) })),
    providers: providers.map(({ id, name }) => ({ value: String(id), text: name, selected: id === provider })),
    providerId: provider,
    date: typed.free ? '' : (typed.date ?? ''),
    time: typed.free ? '' : (typed.time ?? ''),
    wanted: typed.wanted ?? '',
    replies: repliesFor(context, 'proposal', language, '/proposal'),
    note: typed.note ?? replyAsked(context, 'proposal', language) ?? '',
    ...errorsOf(typed.error),
  }
}
