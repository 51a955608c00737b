/** A proposed change: what Foyer's row and the host's say together, and how it is taken in hand. */
import type { Portal } from '../../access/portal.js'
import { profileFields } from '../../host/profile/fields.js'
import { readMap } from '../../host/profile/map.js'
import { isOpenActivity } from '../../host/profile/activity.js'
import type { ChangeRow } from '../../host/reads/profileChanges.js'
import { utc, type Utc, type WallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { receiptNumber } from '../../platform/ids.js'
import { outcomesInHost, type Outcome, type Seen, type Values } from './merging.js'

export const insuranceTypes = ['primary', 'secondary', 'tertiary'] as const
export type InsuranceType = (typeof insuranceTypes)[number]

/**
 * - waiting: for staff
 * - decided: field by field; here or on the host's own screen
 * - withdrawn: taken back; removed: deleted on the host's own screen
 */
export type ChangeState = 'waiting' | 'decided' | 'withdrawn' | 'removed'

export interface Change {
  /** Foyer's row; undefined: proposed in the host's own portal and not in hand here yet. */
  id: number | undefined
  receipt: string | undefined
  kind: 'profile' | 'insurance'
  insuranceType: InsuranceType | undefined
  activityId: number | undefined
  pid: number
  accountId: number | undefined
  record: string | undefined
  actedBy: string
  relationship: string | undefined
  /** What the patient saw; undefined: nobody knows. */
  base: Seen | undefined
  /** Of a profile that waits: every value of the host's map; else what would change. */
  proposed: Values
  note: string
  state: ChangeState
  outcomes: readonly Outcome[]
  claimedBy: string | undefined
  claimedAt: Utc | undefined
  decidedBy: string | undefined
  /** Of a decision here; `decidedInHost` of one on the host's own screen. */
  decidedAt: Utc | undefined
  decidedInHost: WallClock | undefined
  createdAt: Utc | undefined
  /** In the host's own portal, where Foyer has no row. */
  sentInHost: WallClock | undefined
}

/** Joins the two rows. The host's says whether it is open, and what it is about while it is. */
export function changeOf(row: ChangeRow): Change {
  const kind = row.kind ?? 'profile'
  const base = valuesIn<Seen>(row.base)
  const stored = valuesIn(row.proposed) ?? {}
  const map = kind === 'profile' ? readMap(row.host_args) : undefined
  const open = row.state === null || row.state === 'waiting'
  const waits =
    open && (kind === 'insurance' || isOpenActivity({ status: row.host_status, pending_action: row.host_pending }))
  const state = !open ? (row.state as ChangeState) : waits ? 'waiting' : endedInHost(row)
  const inHost = open && state === 'decided'
  const final = map ? Object.fromEntries(map.values) : {}
  return {
    id: row.id ?? undefined,
    receipt: row.receipt ?? undefined,
    kind,
    insuranceType: insuranceTypes.find((type) => type === row.insurance_type),
    activityId: row.activity_id ?? row.host_id ?? undefined,
    pid: Number(row.pid ?? row.host_pid),
    accountId: row.account_id ?? undefined,
    record: row.record ?? undefined,
    actedBy: row.acted_by ?? '',
    relationship: row.relationship ?? undefined,
    base,
    proposed: waits && kind === 'profile' ? final : stored,
    note: (waits && map ? map.note : row.note) ?? '',
    state,
    outcomes: inHost ? outcomesInHost(allColumns, base ?? {}, stored, final) : outcomesIn(row.outcomes),
    claimedBy: row.claimed_by ?? undefined,
    claimedAt: row.claimed_at ?? undefined,
    decidedBy: (inHost ? row.host_decided_by : row.decided_by) ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    decidedInHost: inHost ? (row.host_decided_at ?? undefined) : undefined,
    createdAt: row.created_at ?? undefined,
    sentInHost: row.host_date ?? undefined,
  }
}

const allColumns = profileFields.map(({ column }) => column)

function endedInHost({ host_id, host_status }: ChangeRow): ChangeState {
  return host_id === null || host_status === 'deleted' ? 'removed' : 'decided'
}

function valuesIn<Read = Values>(json: unknown): Read | undefined {
  const read: unknown = typeof json === 'string' ? JSON.parse(json) : json
  return read === null || read === undefined ? undefined : (read as Read)
}

function outcomesIn(json: unknown): Outcome[] {
  const read: unknown = typeof json === 'string' ? JSON.parse(json) : json
  return Array.isArray(read) ? (read as Outcome[]) : []
}

export interface NewChange {
  kind: 'profile' | 'insurance'
  insuranceType?: InsuranceType
  activityId?: number
  pid: number
  accountId: number | undefined
  record: string | undefined
  actedBy: string
  relationship: string | undefined
  base: Seen | undefined
  proposed: Values
  note: string
}

/** Foyer's row of a change. Answers its id and its receipt. The caller has the chart's turn. */
export async function addChange(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  change: NewChange,
): Promise<{ id: number; receipt: string }> {
  const receipt = receiptNumber()
  const { activityId, base, insuranceType, pid } = change
  const id = await tx.insert(
    `INSERT INTO foyer_profile_changes
       (receipt, kind, insurance_type, activity_id, pid, account_id, record, acted_by, relationship, base, proposed, note,
        state, created_at, changed_at, open_key)
     VALUES (:receipt, :kind, :insuranceType, :activityId, :pid, :accountId, :record, :actedBy, :relationship, :base,
        :proposed, :note, 'waiting', :now, :now, :openKey)`,
    {
      ...{ receipt, kind: change.kind, pid, actedBy: change.actedBy, note: change.note },
      insuranceType: insuranceType ?? null,
      activityId: activityId ?? null,
      accountId: change.accountId ?? null,
      record: change.record ?? null,
      relationship: change.relationship ?? null,
      base: base === undefined ? null : JSON.stringify(base),
      proposed: JSON.stringify(change.proposed),
      now: utc(clock.now()),
      openKey:
        change.kind === 'profile'
          ? `activity:${String(activityId ?? 0)}`
          : `insurance:${String(pid)}:${insuranceType ?? ''}`,
    },
  )
  return { id, receipt }
}

/** The same sender, or another who may, changes what is proposed while it waits. */
export async function renewChange(
  tx: Tx,
  { clock }: Pick<Portal, 'clock'>,
  id: number,
  { base, note, proposed }: Pick<NewChange, 'base' | 'note' | 'proposed'>,
): Promise<void> {
  await tx.change(
    `UPDATE foyer_profile_changes SET base = :base, proposed = :proposed, note = :note, changed_at = :now, version = version + 1
      WHERE id = :id`,
    {
      ...{ id, note, proposed: JSON.stringify(proposed), now: utc(clock.now()) },
      base: base === undefined ? null : JSON.stringify(base),
    },
  )
}

export interface Ending {
  state: Exclude<ChangeState, 'waiting'>
  /** Username; null: its sender, or nobody knows. */
  by: string | null
  outcomes: readonly Outcome[]
}

/** It waits no longer. */
export async function endChange(tx: Tx, { clock }: Pick<Portal, 'clock'>, id: number, ending: Ending): Promise<void> {
  await tx.change(
    `UPDATE foyer_profile_changes
        SET state = :state, outcomes = :outcomes, decided_by = :by, decided_at = :now, claimed_by = NULL,
            claimed_at = NULL, open_key = NULL, changed_at = :now, version = version + 1
      WHERE id = :id`,
    { id, state: ending.state, by: ending.by, outcomes: JSON.stringify(ending.outcomes), now: utc(clock.now()) },
  )
}

/** Who has claimed it and since when, as long as the claim has not lapsed (setting claimMinutes). */
export function holderOf(portal: Portal, { claimedAt, claimedBy }: Change): { by: string; since: Utc } | undefined {
  if (claimedBy === undefined || claimedAt === undefined || claimedAt <= claimedSince(portal)) return undefined
  return { by: claimedBy, since: claimedAt }
}

/** A claim made earlier than this has lapsed. */
export function claimedSince(portal: Portal): Utc {
  return utc(portal.clock.now().minus({ minutes: portal.settings().claimMinutes }))
}
