/** Whom forms are for: charts, and who has an appointment or an age that a rule names. */
import type { Day } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'

export async function chartIsThere(db: Queryable, pid: number): Promise<boolean> {
  return (await db.first(`SELECT 1 AS there FROM patient_data WHERE pid = :pid`, { pid })) !== undefined
}

/** A chart as FHIR refers to it: by its uuid where it has one (facts §12.6), by name in any case. */
export async function chartReference(
  db: Queryable,
  pid: number,
): Promise<{ reference?: string; display: string } | undefined> {
  const row = await db.first<{ name: string; uuid: string | null }>(
    `SELECT TRIM(CONCAT_WS(' ', fname, lname)) AS name, LOWER(HEX(uuid)) AS uuid FROM patient_data WHERE pid = :pid`,
    { pid },
  )
  if (!row) return undefined
  const uuid = row.uuid?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  const display = row.name === '' ? String(pid) : row.name
  return uuid === undefined || uuid === '' ? { display } : { reference: `Patient/${uuid}`, display }
}

export interface AskedFor {
  pid: number | undefined
  accountId: number | undefined
  record: string | undefined
  eid: number
  day: Day
}

/**
 * Appointments of a kind between two days for which a rule has not asked yet: of charts that somebody opens in the portal,
 * and requests of own records. Cancelled, missed and declined ones count as none (facts §2.1).
 */
export async function appointmentsToAsk(
  db: Queryable,
  rule: { id: number; categoryId: number; ageFrom: number | undefined; ageUntil: number | undefined },
  { from, until, most, eid }: { from: Day; until: Day; most: number; eid?: number | undefined },
): Promise<AskedFor[]> {
  const rows = await db.select<{
    pid: number | null
    account_id: number | null
    record: string | null
    eid: number
    day: Day
  }>(
    // sql-safe: constants and a number
    `SELECT p.pid, r.account_id, IF(p.pid IS NULL, r.record, NULL) AS record, e.pc_eid AS eid, e.pc_eventDate AS day
       FROM openemr_postcalendar_events e
       LEFT JOIN patient_data p ON p.pid = CAST(NULLIF(e.pc_pid, '') AS UNSIGNED)
       LEFT JOIN foyer_appointment_requests r ON r.pc_eid = e.pc_eid AND r.pid IS NULL
      WHERE e.pc_eventDate BETWEEN :from AND :until AND e.pc_catid = :categoryId
        AND e.pc_apptstatus NOT IN ('x', '%', '?', '!', '>') AND (:eid = 0 OR e.pc_eid = :eid)
        AND (p.pid IS NULL AND r.record IS NOT NULL
             OR EXISTS (SELECT 1 FROM foyer_grants g WHERE g.pid = p.pid AND g.revoked_at IS NULL))
        AND (:ageless OR p.DOB > '1000-01-01' AND TIMESTAMPDIFF(YEAR, p.DOB, e.pc_eventDate) >= :ageFrom
             AND TIMESTAMPDIFF(YEAR, p.DOB, e.pc_eventDate) < :ageUntil)
        AND NOT EXISTS (SELECT 1 FROM foyer_form_assignments a WHERE a.occasion = CONCAT('r', :rule, ':e', e.pc_eid))
      ORDER BY e.pc_eventDate, e.pc_eid LIMIT ${String(Math.trunc(most))}`,
    { rule: rule.id, categoryId: rule.categoryId, from, until, eid: eid ?? 0, ...agesOf(rule) },
  )
  return rows.map((row) => ({
    ...{ pid: row.pid ?? undefined, accountId: row.account_id ?? undefined, record: row.record ?? undefined },
    ...{ eid: row.eid, day: row.day },
  }))
}

function agesOf({ ageFrom, ageUntil }: { ageFrom: number | undefined; ageUntil: number | undefined }) {
  const ageless = ageFrom === undefined && ageUntil === undefined ? 1 : 0
  return { ageless, ageFrom: ageFrom ?? 0, ageUntil: ageUntil ?? 1000 }
}

/** Charts that somebody opens in the portal, of an age that a rule names, which it has not asked yet. */
export async function agesToAsk(
  db: Queryable,
  rule: { id: number; ageFrom: number | undefined; ageUntil: number | undefined },
  { today, most }: { today: Day; most: number },
): Promise<number[]> {
  const rows = await db.select<{ pid: number }>(
    // sql-safe: constants and a number
    `SELECT DISTINCT p.pid FROM foyer_grants g JOIN patient_data p ON p.pid = g.pid
      WHERE g.revoked_at IS NULL AND p.DOB > '1000-01-01' AND p.allow_patient_portal = 'YES'
        AND TIMESTAMPDIFF(YEAR, p.DOB, :today) >= :ageFrom AND TIMESTAMPDIFF(YEAR, p.DOB, :today) < :ageUntil
        AND NOT EXISTS (SELECT 1 FROM foyer_form_assignments a
                         WHERE a.rule_id = :rule AND a.pid = p.pid)
      ORDER BY p.pid LIMIT ${String(Math.trunc(most))}`,
    { rule: rule.id, today, ...agesOf(rule) },
  )
  return rows.map(({ pid }) => pid)
}
