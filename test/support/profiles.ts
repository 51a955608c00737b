/** Profiles as the host's own portal and its staff's screen write them, and whoever proposes and decides here. */
import { findAccount, scopeOf, type ChartScope } from '../../module/access/scope.js'
import { staffMember, type StaffMember } from '../../module/access/staff.js'
import type { Portal } from '../../module/access/portal.js'
import { findChange, type Which } from '../../module/features/profile/deciding/deed.js'
import { weigh } from '../../module/features/profile/deciding/weighing.js'
import { mappedColumns } from '../../module/host/profile/fields.js'
import type { Actor } from '../../module/platform/audit.js'
import type { Queryable } from '../../module/platform/database.js'
import type { SignInName, StaffName, TestPractice } from './practice.js'

export interface Sender {
  scope: ChartScope
  actor: Actor
}

/** What the staff page of a proposal shows, as its mark says; '' where there is nothing to show. */
export async function markOf(portal: Portal, which: Which): Promise<string> {
  const change = await findChange(portal.db, which)
  const weighed = change && (await weigh(portal.db, portal, change))
  return weighed?.mark ?? ''
}

/** Whoever is signed in, in one of the records that the account opens. */
export async function senderIn(practice: TestPractice, name: SignInName, record: string): Promise<Sender> {
  const account = await findAccount(practice.db, practice.portal, practice.accounts[name])
  const scope = account && scopeOf(account, record)
  if (!account || scope?.kind !== 'chart') throw new Error(`${name} does not open ${record}`)
  const { relationship } = scope
  const actingAs = { record, relationship }
  return {
    scope,
    actor: { kind: 'account', id: String(account.id), name: account.name, requestId: undefined, actingAs },
  }
}

export async function staffOf(practice: TestPractice, name: StaffName): Promise<{ member: StaffMember; actor: Actor }> {
  const member = await staffMember(practice.db, practice.staff[name])
  if (!member) throw new Error(`nobody is ${name}`)
  return { member, actor: { kind: 'staff', id: member.username, name: member.username, requestId: undefined } }
}

/** PHP's serialize() of a map of texts, written anew here: not by what is tested. */
export function phpMap(entries: readonly (readonly [string, string | null])[]): string {
  const text = (value: string) => `s:${String(Buffer.byteLength(value))}:"${value}";`
  const body = entries.map(([key, value]) => text(key) + (value === null ? 'N;' : text(value))).join('')
  return `a:${String(entries.length)}:{${body}}`
}

/** The chart's row, by column. */
export async function chartRow(db: Queryable, pid: number): Promise<Record<string, string | number | null>> {
  const row = await db.first<Record<string, string | number | null>>(`SELECT * FROM patient_data WHERE pid = :pid`, {
    pid,
  })
  if (!row) throw new Error(`no chart ${String(pid)}`)
  return row
}

/** What the host's own portal would send: the whole map with these instead. */
export async function hostMap(db: Queryable, pid: number, instead: Record<string, string>, note = ''): Promise<string> {
  const row = await chartRow(db, pid)
  const entries = mappedColumns.map((column): [string, string | null] => {
    const value = instead[column] ?? row[column]
    return [column, value == null ? null : String(value)]
  })
  return phpMap([...entries, ['note', note]])
}

/** A proposal from the host's own portal (facts §5.2), about a chart that was changed a day before. Answers its id. */
export async function proposeInHost(
  { db }: Pick<TestPractice, 'db'>,
  pid: number,
  instead: Record<string, string>,
  at = '2026-11-23 07:30:00',
): Promise<number> {
  const updated = await db.first(`SHOW COLUMNS FROM patient_data LIKE 'last_updated'`)
  return db.transaction(async (tx) => {
    const before = `:at - INTERVAL 1 DAY`
    await tx.change(
      `UPDATE patient_data SET date = ${before}${updated ? `, last_updated = ${before}` : ''} WHERE pid = :pid`,
      { at, pid },
    )
    const args = await hostMap(tx, pid, instead)
    return tx.insert(
      `INSERT INTO onsite_portal_activity
         (date, patient_id, activity, require_audit, pending_action, action_taken, status, narrative, table_action,
          table_args, action_user, action_taken_time, checksum)
       VALUES (:at, :pid, 'profile', 1, 'review', '', 'waiting', 'Patient request changes to demographics.', '', :args, 0, NULL, '0')`,
      { at, pid, args },
    )
  })
}

/** The host's own review screen commits what waits, all of it: chart and row (facts §5.2). */
export async function commitInHost(
  { db }: Pick<TestPractice, 'db'>,
  id: number,
  final: Record<string, string>,
): Promise<void> {
  await db.transaction(async (tx) => {
    const row = await tx.first<{ patient_id: number }>(
      `SELECT patient_id FROM onsite_portal_activity WHERE id = :id FOR UPDATE`,
      { id },
    )
    const pid = row?.patient_id ?? 0
    for (const [column, value] of Object.entries(final)) {
      await tx.change(`UPDATE patient_data SET \`${column}\` = :value WHERE pid = :pid`, { value, pid })
    }
    await tx.change(
      `UPDATE onsite_portal_activity
          SET status = 'closed', pending_action = 'completed', action_taken = 'accept', table_action = 'update',
              narrative = 'Changes reviewed and committed to demographics.', table_args = :args, action_user = 1,
              action_taken_time = '2026-11-23 09:00:00'
        WHERE id = :id`,
      { id, args: await hostMap(tx, pid, {}) },
    )
  })
}

export interface HostRow {
  id: number
  patient_id: number
  status: string
  pending_action: string
  action_taken: string
  narrative: string
  table_action: string
  table_args: string
  action_user: number
  action_taken_time: string | null
  require_audit: number
  checksum: string
}

/** The host's rows of a patient's profile, the oldest first. */
export function hostRows(db: Queryable, pid: number): Promise<HostRow[]> {
  return db.select<HostRow>(
    `SELECT id, patient_id, status, pending_action, action_taken, narrative, table_action, table_args, action_user,
            action_taken_time, require_audit, checksum
       FROM onsite_portal_activity WHERE patient_id = :pid AND activity = 'profile' ORDER BY id`,
    { pid },
  )
}

/** A line of the practice's layout of the demographics. */
export async function layOut(
  { db }: Pick<TestPractice, 'db'>,
  column: string,
  line: { uor?: number; editOptions?: string; list?: string },
): Promise<void> {
  await db.transaction((tx) =>
    tx.insert(
      `INSERT INTO layout_options (form_id, field_id, group_id, title, seq, data_type, uor, list_id, edit_options)
       VALUES ('DEM', :column, '1', :column, 10, 2, :uor, :list, :editOptions)`,
      { column, uor: line.uor ?? 1, list: line.list ?? '', editOptions: line.editOptions ?? '' },
    ),
  )
}

/** The forms of a page, by what their fields hold. */
export function fieldValue(body: string, name: string): string {
  const found = new RegExp(`name="${name}"[^>]*value="([^"]*)"|name="${name}" value="([^"]*)"`).exec(body)
  return found?.[1] ?? found?.[2] ?? ''
}
