/** What the staff's pages are given: one visit with everything needed to decide, and the forms of each decision. */
import { DateTime } from 'luxon'
import { readText } from '../../host/events.js'
import {
  colleagues,
  providerDay,
  staffAppointment,
  visitsOfPatient,
  type DayEntry,
  type StaffAppointmentRow,
} from '../../host/reads/staffAppointments.js'
import { minuteOfDay, timeOfDay } from '../../host/schedule.js'
import { CANCELLED_LATE, isCancelled, PENDING, readStatuses, type AppointmentStatus } from '../../host/statuses.js'
import { calendarProviders } from '../../host/reads/emr.js'
import { day as dayOf, daysLater, type Day, type Utc } from '../../platform/clock.js'
import { isLanguage, type Language } from '../../platform/i18n.js'
import type { FieldOption } from '../../web/layout.js'
import { personName } from '../../web/person.js'
import type { StaffContext } from '../../web/routes.js'
import { writeAge, writeDay, writeLongDay, writeShortDay, writeTime } from '../../web/times.js'
import { wishOf } from './alternatives.js'
import { standingOf } from './appointment.js'
import type { FreeTime } from './availability.js'
import { overlapText } from './calendarPages.js'
import type { CancellationRow } from './cancellations.js'
import { nearestOpenings } from './openings.js'
import { overlapsOf } from './overlaps.js'
import { statusTag } from './patientPages.js'
import { nowOf, personOf, pidOf, visitLine } from './queue.js'
import { openProposal, versionOf, type OpenProposal } from './requests.js'
import { staffWords } from './staffWords.js'
import { UNDO_SHOWN, type PressDone } from './undo.js'

/** What a visit's page and each of its forms begin with. */
export function visitView(context: StaffContext, row: StaffAppointmentRow) {
  const { language, portal, staff, t, url } = context
  const base = `/staff/portal/appointments/${String(row.pc_eid)}`
  return {
    eid: row.pc_eid,
    version: versionOf({ status: row.status, day: row.pc_eventDate ?? '', start: row.start ?? '00:00' }),
    ...personOf(context, row),
    what: row.category,
    provider: row.provider,
    place: row.place,
    when: whenText(language, row.pc_eventDate ?? '', row.start),
    minutes: Math.round(row.seconds / 60),
    past: (row.pc_eventDate ?? '') < dayOf(portal.clock.now()),
    reason: row.reason || readText(row.text),
    decisionReason: row.decision_reason ?? '',
    answer: row.status === PENDING ? (row.answer ?? '') : '',
    receipt: row.receipt,
    origin: t(row.account_name === null ? 'appointments.origin.host' : 'appointments.origin.foyer'),
    waiting: writeAge(row.waiting_seconds / 60),
    status: statusTag(context, standingOf(row.status, row.state)),
    holder: row.holder === null ? undefined : row.holder_name || row.holder,
    mine: row.holder === staff.username,
    backHref: url('/staff/portal/appointments'),
    hereHref: url(base),
    overlapped: row.overlapped === 1,
  }
}

function whenText(language: Language, day: Day, start: string | null): string {
  return `${writeLongDay(day, language)}, ${writeTime(start ?? '00:00')}`
}

export interface Told {
  status: number
  text: string
  /** The field at which it stands. */
  field?: string
  /** Somebody else has it: they can be relieved of it. */
  takeOver?: boolean
}

/** One visit, with its provider's day, its patient's other visits and its history around it. */
export async function visitPage(
  context: StaffContext,
  row: StaffAppointmentRow,
  told?: Told,
  typed: Record<string, string> = {},
) {
  const { may, portal, t, url } = context
  const { db } = portal
  const base = `/staff/portal/appointments/${String(row.pc_eid)}`
  const pending = row.status === PENDING
  const series = row.pc_recurrtype !== 0
  const over = isCancelled(row.status)
  const statuses = await readStatuses(db)
  const proposal = pending ? await openProposal(db, row.pc_eid) : undefined
  const beside = await besideOf(context, row)
  const open = pending && !series
  const status = statuses.find((each) => each.id === row.status)
  return {
    ...visitView(context, row),
    ...beside,
    hostStatus: status?.title ?? row.status,
    swatch: status?.colour,
    pending: open,
    series,
    over,
    mayDecide: !over && !series,
    statusAction: url(`${base}/status`),
    declineHref: open ? url(`${base}/decline`) : undefined,
    proposeHref: open ? url(`${base}/proposal`) : undefined,
    claimAction: open && !proposal ? url(`${base}/claim`) : undefined,
    overbookAction: open && beside.laidOver && may('appointments:overbook') ? url(`${base}/overbooking`) : undefined,
    reopenAction: over && !series ? url(`${base}/reopening`) : undefined,
    withdrawAction: proposal ? url(`${base}/proposal/withdrawal`) : undefined,
    proposal: proposal && proposalView(context, proposal),
    statuses: statusOptions(statuses, row.status),
    checkInNote: opensEncounters(context) && statuses.some((each) => each.checkIn) ? t('appointments.checkInNote') : '',
    replies: repliesFor(context, 'note', context.language),
    noteHref: url(base),
    note: typed['note'] ?? replyAsked(context, 'note', context.language) ?? '',
    moves: row.replaces === null ? undefined : url(`/staff/portal/appointments/${String(row.replaces)}`),
    takeOver: told?.takeOver === true,
    errors: told ? [{ text: told.text, ...(told.field === undefined ? {} : { name: told.field }) }] : [],
    errorAt: told?.field === undefined ? {} : { [told.field]: told.text },
    overReason: typed['reason'] ?? '',
  }
}

function statusOptions(statuses: readonly AppointmentStatus[], now: string): FieldOption[] {
  return statuses
    .filter((status) => status.id !== now)
    .map((status) => ({ value: status.id, text: status.title, selected: false }))
}

/** In the EMR, who arrives gets an encounter (facts §10.2); Foyer opens none. */
function opensEncounters({ portal }: StaffContext): boolean {
  return Number(portal.globals().get('auto_create_new_encounters') ?? 0) > 0
}

/** What stands around a visit: four reads, and the colleagues to whom it can be handed. */
export async function besideOf(context: StaffContext, row: StaffAppointmentRow, on?: Day) {
  const { portal, staff, t } = context
  const { db } = portal
  const today = dayOf(portal.clock.now())
  const day = on ?? row.pc_eventDate ?? today
  const entries = row.provider_id === null ? [] : await providerDay(db, portal.globals(), row.provider_id, day)
  const pid = pidOf(row)
  const others = pid === undefined ? [] : await visitsOfPatient(db, pid, daysLater(today, -30))
  const people = await colleagues(db)
  const overlaps = entries.filter((entry) => liesOver(entry, row))
  const over = (await overlapsOf(portal, db, [row.pc_eid])).get(row.pc_eid) ?? []
  return {
    dayTitle: t('appointments.day', { provider: row.provider, day: writeShortDay(day, context.language, today) }),
    entries: entries.map((entry) => entryView(context, entry, row)),
    laidOver: overlaps.length > 0 || over.length > 0,
    overlaps: over.map((each) => overlapText(context, each)),
    others: others
      .filter((each) => each.pc_eid !== row.pc_eid && each.pc_recurrtype === 0)
      .slice(0, OTHERS_SHOWN)
      .map((each) => visitLine(context, each)),
    history: await historyOf(context, row.pc_eid),
    colleagues: people
      .filter((each) => each.username !== staff.username && each.username !== row.holder)
      .map((each) => ({ value: each.username, text: each.name, selected: false })),
  }
}

const OTHERS_SHOWN = 8

function liesOver(entry: DayEntry, row: StaffAppointmentRow): boolean {
  if (entry.eid === row.pc_eid || entry.cancelled || entry.kind === 'in' || entry.kind === 'out') return false
  const from = minuteOfDay(row.start ?? '') ?? 0
  const until = from + Math.max(1, Math.round(row.seconds / 60))
  return entry.allDay || (entry.start < until && from < entry.start + Math.max(1, entry.minutes))
}

function entryView(context: StaffContext, entry: DayEntry, row: StaffAppointmentRow) {
  const { t, url } = context
  const ofSomebody = entry.kind === 'visit'
  return {
    time: entry.allDay ? t('appointments.allDay') : timeOfDay(entry.start % 1440),
    text: ofSomebody ? personName(entry.lastName, entry.firstName) || t('appointments.queue.noPerson') : entry.category,
    detail: ofSomebody ? entry.category : '',
    minutes: entry.kind === 'in' || entry.kind === 'out' || entry.allDay ? 0 : entry.minutes,
    href: ofSomebody && entry.eid !== row.pc_eid ? url(`/staff/portal/appointments/${String(entry.eid)}`) : undefined,
    this: entry.eid === row.pc_eid,
    cancelled: entry.cancelled,
    overlaps: liesOver(entry, row),
    pid: entry.pid,
  }
}

interface HistoryRow {
  at: Utc
  actor_name: string
  event: string
}

const HISTORY_SHOWN = 30

/** What was done to a visit, as the audit trail has it: one read. Who looked at it is not told here. */
async function historyOf(context: StaffContext, eid: number) {
  const { t } = context
  const rows = await deedRows(context, eid, HISTORY_SHOWN)
  return rows.flatMap((row) => {
    const key = `appointments.history.${row.event.replace('appointment.', '')}`
    const what = t(key)
    return what === key ? [] : [{ what, ...whoAndWhen(context, row) }]
  })
}

/** Who did something to a visit last, and when: what somebody who came a moment later is told. */
export async function lastDeed(context: StaffContext, eid: number): Promise<{ who: string; when: string } | undefined> {
  const [last] = await deedRows(context, eid, 1)
  return last && whoAndWhen(context, last)
}

function deedRows({ portal }: StaffContext, eid: number, most: number): Promise<HistoryRow[]> {
  return portal.db.select<HistoryRow>(
    `SELECT at, actor_name, event FROM foyer_audit
      WHERE subject = :subject AND event LIKE 'appointment.%' ORDER BY id DESC LIMIT ${String(most)}`, // sql-safe: a number of ours
    { subject: `appointment:${String(eid)}` },
  )
}

function whoAndWhen({ language, portal }: StaffContext, { at, actor_name: who }: HistoryRow) {
  const there = DateTime.fromSQL(at, { zone: 'utc' }).setZone(portal.clock.zone)
  const today = dayOf(portal.clock.now())
  return { who, when: `${writeShortDay(dayOf(there), language, today)}, ${there.toFormat('HH:mm')}` }
}

function proposalView({ language }: StaffContext, proposal: OpenProposal) {
  return {
    from: whenText(language, proposal.from_day, proposal.from_start),
    note: proposal.note,
    by: proposal.proposed_by,
  }
}

/** Everybody of whom a visit's page shows something. */
export function aboutOf(row: StaffAppointmentRow, entries: readonly { pid: number | undefined }[]): number[] {
  const pids = [pidOf(row), ...entries.map((entry) => entry.pid)]
  return [...new Set(pids.flatMap((pid) => pid ?? []))]
}

type ReplyKind = 'decline' | 'proposal' | 'note'

const replyCount: Record<ReplyKind, number> = { decline: 3, proposal: 3, note: 2 }

/** Ready answers, to begin with and to change: in the language that the reader has chosen, where it is known. */
export function repliesFor({ url, params }: StaffContext, kind: ReplyKind, language: Language, path = '') {
  return Array.from({ length: replyCount[kind] }, (_, index) => ({
    text: replyText(kind, language, index + 1),
    href: url(`/staff/portal/appointments/${params['id'] ?? ''}${path}?reply=${String(index + 1)}`),
  }))
}

/** The ready answer that the address asks for. */
export function replyAsked({ query }: StaffContext, kind: ReplyKind, language: Language): string | undefined {
  const number = Number(/^[1-9]$/.exec(query['reply'] ?? '')?.[0] ?? 0)
  return number >= 1 && number <= replyCount[kind] ? replyText(kind, language, number) : undefined
}

function replyText(kind: ReplyKind, language: Language, number: number): string {
  const words: Readonly<Record<string, string>> = staffWords[language]
  return words[`appointments.reply.${kind}.${String(number)}`] ?? ''
}

/** What the patient reads, in what they read. */
export function languageOf({ portal }: StaffContext, row: StaffAppointmentRow): Language {
  return isLanguage(row.account_language) ? row.account_language : portal.settings().defaultLanguage
}

const OFFERED = 9

/** Free times of a provider nearest to the requested one, as choices. */
export async function timeChoices(
  context: StaffContext,
  row: StaffAppointmentRow,
  provider: number | undefined,
  chosen: readonly string[],
) {
  const { portal } = context
  const providerId = provider ?? row.provider_id ?? 0
  const minutes = Math.round(row.seconds / 60)
  const at = { day: row.pc_eventDate ?? '', minute: minuteOfDay(row.start ?? '') ?? 0 }
  const wish = wishOf({ providerId, categoryId: row.category_id, minutes })
  const free = await nearestOpenings(portal, portal.db, wish, at, OFFERED)
  return choicesOf(context, free, chosen)
}

/** By time; `free` comes with the nearest first. */
function choicesOf({ language, portal }: StaffContext, free: readonly FreeTime[], chosen: readonly string[]) {
  const today = dayOf(portal.clock.now())
  const [nearest] = free
  return [...free]
    .sort((a, b) => (a.day === b.day ? a.minute - b.minute : a.day < b.day ? -1 : 1))
    .map((time) => ({
      value: `${time.day}T${timeOfDay(time.minute)}`,
      text: `${writeShortDay(time.day, language, today)}, ${timeOfDay(time.minute)}`,
      nearest: time === nearest,
      chosen: chosen.includes(`${time.day}T${timeOfDay(time.minute)}`),
    }))
}

export interface DeclineTyped {
  reason?: string | undefined
  alternatives?: readonly string[]
  error?: Told | undefined
}

export async function declinePage(context: StaffContext, row: StaffAppointmentRow, typed: DeclineTyped = {}) {
  const { url } = context
  const language = languageOf(context, row)
  const base = `/staff/portal/appointments/${String(row.pc_eid)}`
  return {
    ...visitView(context, row),
    action: url(`${base}/decline`),
    takeOverAction: typed.error?.takeOver === true ? url(`${base}/claim`) : undefined,
    times: await timeChoices(context, row, undefined, typed.alternatives ?? []),
    replies: repliesFor(context, 'decline', language, '/decline'),
    typed: typed.reason ?? replyAsked(context, 'decline', language) ?? '',
    ...errorsOf(typed.error),
  }
}

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
    takeOverAction: typed.error?.takeOver === true ? url(`${base}/claim`) : undefined,
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

function errorsOf(told: Told | undefined) {
  return {
    errors: told ? [{ text: told.text, ...(told.field === undefined ? {} : { name: told.field }) }] : [],
    errorAt: told?.field === undefined ? {} : { [told.field]: told.text },
  }
}

export interface CancellationTyped {
  reason?: string | undefined
  error?: Told | undefined
}

/** A wish to cancel, with the visit that it is about. */
export async function cancellationPage(
  context: StaffContext,
  row: StaffAppointmentRow,
  wish: CancellationRow,
  id: string,
  typed: CancellationTyped = {},
) {
  const { language, portal, staff, t, url } = context
  const base = `/staff/portal/appointments/${id}/cancellation`
  const beside = await besideOf(context, row, wish.day)
  const statuses = await readStatuses(portal.db)
  const asked = nowOf(portal)
  const held = wish.claimed_by !== null && (wish.claimed_at ?? '') > asked.claimedSince ? wish.claimed_by : undefined
  return {
    ...visitView(context, row),
    ...beside,
    when: whenText(language, wish.day, row.start),
    wish: wish.reason,
    receipt: wish.receipt,
    ofSeries: wish.of_series === 1,
    holder: held,
    mine: held === staff.username,
    acceptAction: url(base),
    refuseAction: url(`${base}/refusal`),
    claimAction: url(`${base}/claim`),
    late: statuses.find((status) => status.id === CANCELLED_LATE)?.title,
    askedAt: writeDay(wish.created_at.slice(0, 10), language),
    why: t(wish.of_series === 1 ? 'appointments.cancellationAsked.series' : 'appointments.cancellationAsked.late'),
    takeOver: typed.error?.takeOver === true,
    typed: typed.reason ?? '',
    ...errorsOf(typed.error),
  }
}

/** What one press did, with the way back while it stands. Nothing where there is none to take back or to tell. */
export function undoView({ t, url }: StaffContext, token: string, press: PressDone | undefined, target?: string) {
  if (!press?.open) return undefined
  return {
    action: url('/staff/portal/appointments/undo'),
    token,
    text: pressText(t, press),
    seconds: UNDO_SHOWN,
    empty: press.deeds.length === 0,
    ...(target === undefined ? {} : { target }),
  }
}

/** "3 confirmed. 1 was not: another appointment lies over it." */
export function pressText(t: StaffContext['t'], { deeds, failures }: PressDone): string {
  const [only] = deeds
  if (only && deeds.length === 1 && failures.length === 0) return t(`appointments.done.${only.what}`)
  return [
    ...counted(deeds.map((deed) => deed.what)).map(([what, count]) => t(`appointments.doneMany.${what}`, { count })),
    ...counted(failures.map((failure) => failure.reason)).map(([reason, count]) =>
      t('appointments.notDone', { count, why: t(`appointments.why.${reason}`) }),
    ),
  ].join(' ')
}

export function counted<Name extends string>(names: readonly Name[]): [Name, number][] {
  const counts = new Map<Name, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts]
}

export function findVisit(context: StaffContext, eid: number): Promise<StaffAppointmentRow | undefined> {
  return staffAppointment(context.portal.db, nowOf(context.portal), eid)
}
