/** The patient's verbs: propose, change what was proposed, take it back. Each one transaction; the chart is untouched. */
import type { Portal } from '../../../access/portal.js'
import type { ChartScope } from '../../../access/scope.js'
import { writeHostLog } from '../../../host/log.js'
import {
  addActivity,
  isOpenActivity,
  lockActivity,
  lockOpenActivity,
  renewActivity,
  withdrawActivity,
  type ActivityRow,
} from '../../../host/profile/activity.js'
import { chartValues, plainChart, plainColumn, type ChartValues } from '../../../host/profile/chart.js'
import { fieldsHere } from '../../../host/profile/layout.js'
import { serializeMap } from '../../../host/profile/map.js'
import { changeByReceipt, changeOfActivity, changesOf } from '../../../host/reads/profileChanges.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { wallClock } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { firstResult, rememberResult, type Once } from '../../../platform/once.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { addChange, changeOf, endChange, renewChange, type Change } from '../changes.js'
import { asidesIn, fieldStates, isSame, type Seen, type Values } from '../merging.js'
import { columnsAside, isChartNewer } from '../newerChart.js'
import { settleByHost } from '../settling.js'

export interface Proposal {
  /** Fields of the form, read and found fit. */
  values: Values
  /** The same fields as the patient saw them in the chart. */
  seen: Values
  /** To the practice. */
  note: string
}

export type Proposed =
  | { ok: true; receipt: string }
  /** It says what the chart says: what waited is taken back, and there is nothing to decide. */
  | { ok: true; receipt: undefined }
  | { ok: false; reason: 'nothing' }
  | { ok: false; reason: 'used-otherwise' }
  /** There is no such chart any more. */
  | { ok: false; reason: 'no-chart' }

/**
 * Puts the fields that differ from what the patient saw into the one open row of the host, over what waits there
 * already; the rest of the row's map says what the chart says now. What the host's own portal had sent of other fields
 * stays in the row for its own screen, and is never decided here.
 */
export function proposeProfile(
  portal: Portal,
  actor: Actor,
  scope: ChartScope,
  proposal: Proposal,
  once: Once | undefined,
): Promise<Proposed> {
  const { clock, db, site } = portal
  const { pid } = scope
  return db.transaction(async (tx): Promise<Proposed> => {
    await takeTurn(tx, [chartTurn(pid)])
    const before = once && (await firstResult(tx, clock, once))
    if (before?.state === 'used-otherwise') return { ok: false, reason: 'used-otherwise' }
    if (before?.state === 'done') return { ok: true, receipt: before.result === '' ? undefined : before.result }
    const open = await lockOpenActivity(tx, pid)
    await settleOthers(tx, portal, pid, open?.id)
    const chart = await chartValues(tx, site, pid, 'lock')
    if (!chart) return { ok: false, reason: 'no-chart' }
    const known = open && (await changeOfRow(tx, open))
    const columns = (await fieldsHere(tx, site)).map(({ column }) => column)
    const isNewer = known !== undefined && (await isChartNewer(tx, portal, known, 'lock'))
    const merged = merge(columns, chart, known && { ...known, isNewer }, proposal)
    if (Object.keys({ ...merged.pending, ...merged.asides }).length === 0) {
      if (!open || !known) return { ok: false, reason: 'nothing' }
      await takeBackWhole(tx, portal, actor, scope, open, known)
      if (once) await rememberResult(tx, once, '')
      return { ok: true, receipt: undefined }
    }
    const receipt = await keep(tx, portal, actor, scope, { open, known, chart, ...merged, note: proposal.note })
    if (once) await rememberResult(tx, once, receipt)
    return { ok: true, receipt }
  })
}

/** What the host has closed since is over before another begins. */
async function settleOthers(tx: Tx, portal: Portal, pid: number, open: number | undefined): Promise<void> {
  for (const row of await changesOf(tx, pid, 20)) {
    if (row.state === 'waiting' && row.activity_id !== null && row.activity_id !== open) {
      await settleByHost(tx, portal, row.activity_id)
    }
  }
}

/** With the host's row as it is locked: it may be newer than what this transaction sees otherwise. */
async function changeOfRow(
  tx: Tx,
  { id, pending_action, status, table_args }: ActivityRow,
): Promise<Change | undefined> {
  const row = await changeOfActivity(tx, id)
  return row && changeOf({ ...row, host_args: table_args, host_status: status, host_pending: pending_action })
}

interface Merged {
  /** What differs from what was seen, by column. */
  pending: Values
  /** What the patient saw of every field. */
  base: Seen
  /** What the host's own portal had sent of other columns. */
  asides: Values
}

function merge(
  columns: readonly string[],
  chart: ChartValues,
  known: (Change & { isNewer: boolean }) | undefined,
  { seen, values }: Pick<Proposal, 'seen' | 'values'>,
): Merged {
  const now = Object.fromEntries(columns.map((column) => [column, plainColumn(column, chart.get(column))]))
  const waiting = known ? fieldStates(columns, known.base, known.proposed, now, known.isNewer) : []
  const before = new Map(waiting.map(({ column, proposed }) => [column, proposed]))
  const pending = new Map(before)
  const asides = known ? asidesOf(columns, chart, known) : {}
  const base: Record<string, string | null> = { ...now, ...nobodyKnows(Object.keys(asides)) }
  for (const { base: was, column, standing } of waiting) {
    base[column] = was ?? (standing === 'open' ? (now[column] ?? '') : null)
  }
  for (const column of columns) {
    const value = values[column]
    if (value === undefined) continue
    const was = seen[column] ?? now[column] ?? ''
    const differs = !isSame(value, was)
    if (differs) pending.set(column, value)
    else pending.delete(column)
    // The form had it in it already: sent once more, nobody knows any better whose wish it is.
    if (differs && base[column] === null && isSame(value, before.get(column) ?? '')) continue
    base[column] = differs ? was : (now[column] ?? '')
  }
  return { pending: Object.fromEntries(pending), base, asides }
}

function asidesOf(columns: readonly string[], chart: ChartValues, { base, proposed }: Change): Values {
  const asides = asidesIn(columnsAside(columns), base, proposed, plainChart(chart))
  return Object.fromEntries(asides.map(({ column, proposed: theirs }) => [column, theirs]))
}

function nobodyKnows(columns: readonly string[]): Seen {
  return Object.fromEntries(columns.map((column) => [column, null]))
}

interface Keeping extends Merged {
  open: ActivityRow | undefined
  known: Change | undefined
  chart: ChartValues
  note: string
}

/** Answers the receipt: the same one for as long as it is one proposal. */
async function keep(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  scope: ChartScope,
  { asides, base, chart, known, note, open, pending }: Keeping,
): Promise<string> {
  const { pid } = scope
  const args = serializeMap(chart, { ...asides, ...pending }, note)
  const at = wallClock(portal.clock.now())
  const activityId = open?.id ?? (await addActivity(tx, { pid, args, at }))
  if (open) await renewActivity(tx, { id: open.id, pid, args })
  const change = { base, proposed: pending, note }
  if (known?.id !== undefined) await renewChange(tx, portal, known.id, change)
  const row =
    known?.id === undefined
      ? await addChange(tx, portal, { ...change, ...senderOf(actor, scope), kind: 'profile', activityId })
      : { id: known.id, receipt: known.receipt ?? '' }
  await tellOfSender(tx, portal, actor, scope, {
    ...{ event: open ? 'profile.proposal-changed' : 'profile.proposed', id: row.id, receipt: row.receipt },
    columns: Object.keys(pending),
  })
  return row.receipt
}

export function senderOf(actor: Actor, scope: ChartScope) {
  const { account, pid, record, relationship } = scope
  return { pid, accountId: account.id, record, actedBy: actor.name, relationship }
}

async function takeBackWhole(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  scope: ChartScope,
  open: ActivityRow,
  known: Change,
): Promise<void> {
  await withdrawActivity(tx, { id: open.id, pid: scope.pid, at: wallClock(portal.clock.now()) })
  await endOwn(tx, portal, actor, scope, known)
}

/** Foyer's row, made now where there was none, ends as taken back. */
async function endOwn(tx: Tx, portal: Portal, actor: Actor, scope: ChartScope, known: Change): Promise<void> {
  const { activityId, base, id, note, receipt = '' } = known
  const row =
    id === undefined && activityId !== undefined
      ? await addChange(tx, portal, {
          ...{ ...senderOf(actor, scope), kind: 'profile', activityId, base, proposed: {}, note },
        })
      : { id: id ?? 0, receipt }
  await endChange(tx, portal, row.id, { state: 'withdrawn', by: null, outcomes: [] })
  const columns: string[] = []
  await tellOfSender(tx, portal, actor, scope, { event: 'profile.withdrawn', ...row, columns })
}

export interface SendersDeed {
  event: string
  id: number
  receipt: string
  /** Names only. */
  columns: readonly string[]
}

/** The trail, the event, and the host's log. Names of fields, never what is in them. */
export async function tellOfSender(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  { pid, record }: ChartScope,
  { columns, event, id, receipt }: SendersDeed,
): Promise<void> {
  const subject = `profile-change:${String(id)}`
  const fields = columns.join(' ')
  await recordAudit(tx, portal.clock, actor, { event, subject, pid, record, details: { receipt, fields } })
  await publish(tx, portal.clock, { event, payload: { change: id, pid }, key: subject })
  await writeHostLog(tx, {
    ...{ at: wallClock(portal.clock.now()), event: 'profile audit transaction', user: 'portal-user', pid },
    ...{ comment: `Foyer: ${event}, ${receipt}`, success: true, from: 'onsite-portal' },
  })
}

export type Withdrawn =
  | { ok: true; whole: boolean }
  | { ok: false; reason: 'not-found' }
  /** The practice has decided, or it was taken back before. */
  | { ok: false; reason: 'over' }

/** Which proposal: by its receipt; 'open': the one that waits in the host, whoever wrote it there. */
export interface Wanted {
  receipt: string
  /** Only this field of it. */
  column: string | undefined
}

/** Takes back a proposal that waits, or one field of it. With its last field it is gone as a whole. */
export function withdraw(portal: Portal, actor: Actor, scope: ChartScope, wanted: Wanted): Promise<Withdrawn> {
  const { pid } = scope
  return portal.db.transaction(async (tx): Promise<Withdrawn> => {
    await takeTurn(tx, [chartTurn(pid)])
    const change = await wantedChange(tx, pid, wanted.receipt)
    if (!change) return { ok: false, reason: 'not-found' }
    if (change.state !== 'waiting') return { ok: false, reason: 'over' }
    if (change.kind === 'insurance') {
      await endOwn(tx, portal, actor, scope, change)
      return { ok: true, whole: true }
    }
    const open = change.activityId === undefined ? undefined : await lockActivity(tx, change.activityId)
    if (open?.patient_id !== pid || !isOpenActivity(open)) return { ok: false, reason: 'over' }
    const chart = await chartValues(tx, portal.site, pid, 'lock')
    if (!chart) return { ok: false, reason: 'not-found' }
    return withdrawProfile(tx, portal, actor, scope, { change, chart, open, column: wanted.column })
  })
}

async function wantedChange(tx: Tx, pid: number, receipt: string): Promise<Change | undefined> {
  if (receipt !== 'open') {
    const row = await changeByReceipt(tx, pid, receipt)
    return row && changeOf(row)
  }
  const open = await lockOpenActivity(tx, pid)
  return open && changeOfRow(tx, open)
}

async function withdrawProfile(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  scope: ChartScope,
  {
    change,
    chart,
    column,
    open,
  }: { change: Change; chart: ChartValues; open: ActivityRow; column: string | undefined },
): Promise<Withdrawn> {
  const columns = (await fieldsHere(tx, portal.site)).map((field) => field.column)
  if (column !== undefined && !columns.includes(column)) return { ok: false, reason: 'not-found' }
  const was = change.base?.[column ?? ''] ?? plainColumn(column ?? '', chart.get(column ?? ''))
  const without = column === undefined ? {} : { [column]: was }
  const known = { ...change, isNewer: await isChartNewer(tx, portal, change, 'lock') }
  const { asides, base, pending } = merge(columns, chart, known, { values: without, seen: without })
  if (column === undefined || Object.keys(pending).length === 0) {
    await takeBackWhole(tx, portal, actor, scope, open, change)
    return { ok: true, whole: true }
  }
  await keep(tx, portal, actor, scope, { asides, base, chart, known: change, note: change.note, open, pending })
  return { ok: true, whole: false }
}
