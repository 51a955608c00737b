/** Whom forms are for: charts, and who has an appointment or an age that a rule names. */
import { daysLater, type Day } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { readGlobals, weekendOf } from '../globals.js'
import { occurrences, recurringEvent, type RecurrenceColumns } from '../recurrence.js'

export async function chartIsThere(db: Queryable, pid: number): Promise<boolean> {
  return (await db.first(`SELECT 1 AS there FROM patient_data WHERE pid = :pid`, { pid })) !== undefined
}

/** A chart with a date of death; the host's zero date is none (facts §12.3). */
export async function hasDied(db: Queryable, pid: number): Promise<boolean> {
  const row = await db.first(`SELECT 1 AS there FROM patient_data WHERE pid = :pid AND deceased_date >= '1000-01-01'`, {
    pid,
  })
  return row !== undefined
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
  /** It is one day of a series: the days of one are asked for one by one. */
  inSeries: boolean
}

/** A rule as these reads ask for it. `form`: form_key. */
interface RuleToAsk {
  id: number
  form: string
  /** Asked again so many days after it was answered. */
  everyDays?: number | undefined
  ageFrom: number | undefined
  ageUntil: number | undefined
}

interface Within {
  from: Day
  until: Day
  most: number
  /** Only this visit. */
  eid?: number | undefined
  /** Only visits of this chart. */
  pid?: number | undefined
}

/** The word by which one visit is asked for once: `r3:e4711`, of a day in a series `r3:e4711-20261124`. */
export function occasionOf(ruleId: number, { eid, day, inSeries }: Pick<AskedFor, 'eid' | 'day' | 'inSeries'>): string {
  return `r${String(ruleId)}:e${String(eid)}${inSeries ? `-${day.replaceAll('-', '')}` : ''}`
}

/**
 * Visits of a kind between two days for which a rule has not asked yet, each day of a series by itself, the soonest
 * first: of charts that somebody opens in the portal, and requests of own records. Cancelled, missed and declined ones
 * count as none (facts §2.1). Nobody for whom the form is open already: they would be asked in vain, run after run, and
 * keep the others waiting.
 */
export async function appointmentsToAsk(
  db: Queryable,
  rule: RuleToAsk & { categoryId: number },
  within: Within,
): Promise<AskedFor[]> {
  const single = await singleVisits(db, rule, within)
  const series = await daysOfSeries(db, rule, within)
  return [...single, ...series]
    .sort((one, other) => (one.day === other.day ? one.eid - other.eid : one.day < other.day ? -1 : 1))
    .slice(0, within.most)
}

interface VisitRow {
  pid: number | null
  account_id: number | null
  record: string | null
  eid: number
  day: Day
}

const askedFor = (row: VisitRow, day: Day, inSeries: boolean): AskedFor => ({
  ...{ pid: row.pid ?? undefined, accountId: row.account_id ?? undefined, record: row.record ?? undefined },
  ...{ eid: row.eid, day, inSeries },
})

// The columns of Foyer that hold such words are ascii: compared with anything else their index would not be used.
const ascii = (text: string): string => `CONVERT(${text} USING ascii) COLLATE ascii_bin` // sql-safe: constants, from below

/** Of a visit `e`: whose it is, `p` with a chart and `r` without. */
const visits = `openemr_postcalendar_events e
       LEFT JOIN patient_data p ON p.pid = CAST(NULLIF(e.pc_pid, '') AS UNSIGNED)
       LEFT JOIN foyer_appointment_requests r ON r.pc_eid = e.pc_eid AND r.pid IS NULL`

const visitColumns = `p.pid, r.account_id, IF(p.pid IS NULL, r.record, NULL) AS record, e.pc_eid AS eid, e.pc_eventDate AS day`

/** The form is open for this person: openKeyOf says the same (access/formAssignments.ts). */
const open = (whose: string): string =>
  // sql-safe: constants, from below
  `EXISTS (SELECT 1 FROM foyer_form_assignments w
            WHERE w.open_key = ${ascii(`SHA2(CONCAT(${whose}, ' ', :form), 256)`)} AND w.opens_on <= :today)`

/** A chart `p` that the portal is open for, of somebody alive: without a date of death, or with the host's zero date (facts §12.3). */
const alive = `(p.deceased_date IS NULL OR p.deceased_date < '1000-01-01')`
const reachable = `p.allow_patient_portal = 'YES' AND ${alive}`

// sql-safe: constants, from above
const meant = `e.pc_catid = :categoryId AND e.pc_apptstatus NOT IN ('x', '%', '?', '!', '>')
        AND (:eid = 0 OR e.pc_eid = :eid) AND (:pid = 0 OR p.pid = :pid)
        AND (p.pid IS NULL AND r.record IS NOT NULL
             OR ${reachable} AND EXISTS (SELECT 1 FROM foyer_grants g WHERE g.pid = p.pid AND g.revoked_at IS NULL))
        AND NOT ${open(`IF(p.pid IS NULL, CONCAT('record:', r.record), CONCAT('pid:', p.pid))`)}`

const ofAge = (day: string): string =>
  // sql-safe: constants, from below
  `(:ageless OR p.DOB > '1000-01-01' AND TIMESTAMPDIFF(YEAR, p.DOB, ${day}) >= :ageFrom
             AND TIMESTAMPDIFF(YEAR, p.DOB, ${day}) < :ageUntil)`

async function singleVisits(
  db: Queryable,
  rule: RuleToAsk & { categoryId: number },
  { from, until, most, eid, pid }: Within,
): Promise<AskedFor[]> {
  const rows = await db.select<VisitRow>(
    // sql-safe: constants and a number
    `SELECT ${visitColumns} FROM ${visits}
      WHERE e.pc_eventDate BETWEEN :today AND :until AND e.pc_recurrtype = 0 AND ${meant} AND ${ofAge('e.pc_eventDate')}
        AND NOT EXISTS (SELECT 1 FROM foyer_form_assignments a
                         WHERE a.occasion = ${ascii(`CONCAT('r', :rule, ':e', e.pc_eid)`)})
        AND NOT EXISTS (SELECT 1 FROM foyer_form_assignments a
                         WHERE a.rule_id = :rule AND a.pid = p.pid AND a.due_on = e.pc_eventDate AND a.state <> 'withdrawn')
      ORDER BY e.pc_eventDate, e.pc_eid LIMIT ${String(Math.trunc(most))}`,
    { ...bound(rule), today: from, until, eid: eid ?? 0, pid: pid ?? 0 },
  )
  return rows.map((row) => askedFor(row, row.day, false))
}

const bound = (rule: RuleToAsk & { categoryId: number }) => ({
  ...{ rule: rule.id, form: rule.form, categoryId: rule.categoryId },
  ...agesOf(rule),
})

function agesOf({ ageFrom, ageUntil }: Pick<RuleToAsk, 'ageFrom' | 'ageUntil'>) {
  const ageless = ageFrom === undefined && ageUntil === undefined ? 1 : 0
  return { ageless, ageFrom: ageFrom ?? 0, ageUntil: ageUntil ?? 1000 }
}

/** Every series of the kind that goes on, and of its days those that come and were not asked for. */
async function daysOfSeries(
  db: Queryable,
  rule: RuleToAsk & { categoryId: number },
  { from, until, eid, pid }: Within,
): Promise<AskedFor[]> {
  const rows = await db.select<VisitRow & RecurrenceColumns>(
    // sql-safe: constants
    `SELECT ${visitColumns}, e.pc_eventDate, e.pc_endDate, e.pc_recurrtype, e.pc_recurrspec FROM ${visits}
      WHERE e.pc_recurrtype IN (1, 2, 3) AND e.pc_eventDate <= :until
        AND (e.pc_endDate IS NULL OR e.pc_endDate < '1000-01-01' OR e.pc_endDate >= :today)
        AND ${meant} AND ${ofAge(':today')}
      ORDER BY e.pc_eid`,
    { ...bound(rule), today: from, until, eid: eid ?? 0, pid: pid ?? 0 },
  )
  if (rows.length === 0) return []
  const weekend = weekendOf(await readGlobals(db))
  const days = rows.flatMap((row) =>
    occurrences(recurringEvent(row, weekend), from, daysLater(until, 1)).map((day) => askedFor(row, day, true)),
  )
  const asked = await askedOccasions(db, rule.id, from)
  return days.filter((each) => !asked.has(occasionOf(rule.id, each)))
}

/** The days of series from a day on for which this rule has asked. */
async function askedOccasions(db: Queryable, ruleId: number, from: Day): Promise<ReadonlySet<string>> {
  const rows = await db.select<{ occasion: string }>(
    `SELECT occasion FROM foyer_form_assignments WHERE occasion LIKE :ofRule AND due_on >= :from`,
    { ofRule: `r${String(ruleId)}:e%-%`, from },
  )
  return new Set(rows.map(({ occasion }) => occasion))
}

/**
 * Charts that somebody opens in the portal, of an age that a rule names, which it has not asked yet and who have not got
 * the form open. A rule that recurs asks anew who answered so long ago and was not asked again, as while it was off. What
 * staff asked by hand and was answered at that age is an answer too: nobody is asked the same again for the rule's sake.
 */
export async function agesToAsk(
  db: Queryable,
  rule: RuleToAsk,
  { today, most, pid }: { today: Day; most: number; pid?: number },
): Promise<number[]> {
  const rows = await db.select<{ pid: number }>(
    // sql-safe: constants and a number
    `SELECT DISTINCT p.pid FROM foyer_grants g JOIN patient_data p ON p.pid = g.pid
      WHERE g.revoked_at IS NULL AND p.DOB > '1000-01-01' AND ${reachable}
        AND (:pid = 0 OR p.pid = :pid)
        AND TIMESTAMPDIFF(YEAR, p.DOB, :today) >= :ageFrom AND TIMESTAMPDIFF(YEAR, p.DOB, :today) < :ageUntil
        AND NOT EXISTS (SELECT 1 FROM foyer_form_assignments a
                         WHERE a.rule_id = :rule AND a.pid = p.pid
                           AND (:recurs = 0 OR a.state <> 'sent' OR a.closed_at >= :answeredSince))
        AND NOT EXISTS (SELECT 1 FROM foyer_form_assignments h
                         WHERE h.pid = p.pid AND h.form_key = :form AND h.state = 'sent' AND h.rule_id IS NULL
                           AND (:recurs = 0 OR h.closed_at >= :answeredSince)
                           AND TIMESTAMPDIFF(YEAR, p.DOB, h.closed_at) >= :ageFrom)
        AND NOT ${open(`CONCAT('pid:', p.pid)`)}
      ORDER BY p.pid LIMIT ${String(Math.trunc(most))}`,
    {
      ...{ rule: rule.id, form: rule.form, today, pid: pid ?? 0, ...agesOf(rule) },
      ...{ recurs: rule.everyDays === undefined ? 0 : 1, answeredSince: daysLater(today, -(rule.everyDays ?? 0)) },
    },
  )
  return rows.map(({ pid }) => pid)
}

/** Whether what a rule asked recurs: it is switched on, and names this chart on that day by its age. */
export async function stillNamed(
  db: Queryable,
  ruleId: number,
  { day, pid }: { day: Day; pid: number | undefined },
): Promise<boolean> {
  const row = await db.first(
    // sql-safe: a constant
    `SELECT 1 AS there FROM foyer_form_rules r LEFT JOIN patient_data p ON p.pid = :pid
      WHERE r.id = :ruleId AND r.active = 1
        AND (r.age_from IS NULL AND r.age_until IS NULL
             OR p.DOB > '1000-01-01' AND ${reachable}
                AND TIMESTAMPDIFF(YEAR, p.DOB, :day) >= COALESCE(r.age_from, 0)
                AND TIMESTAMPDIFF(YEAR, p.DOB, :day) < COALESCE(r.age_until, 1000))`,
    { ruleId, day, pid: pid ?? null },
  )
  return row !== undefined
}

/** What a rule asked before a visit and that still waits, with the visit as it is now. */
export interface AskedBefore {
  id: number
  ruleId: number
  pid: number | undefined
  accountId: number | undefined
  record: string | undefined
  dueOn: Day | undefined
  /** The day on which the visit takes place now; undefined: it takes place no more, or is another's or of another kind. */
  day: Day | undefined
}

interface AskedRow {
  id: number
  rule_id: number
  occasion: string
  pid: number | null
  account_id: number | null
  record: string | null
  due_on: Day | null
  standing: 0 | 1
}

const askedVisit = `CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(a.occasion, ':e', -1), '-', 1) AS UNSIGNED)`

/**
 * Those that a rule asked before visits (`eid`: before this one) and whose visit has changed since, from an assignment on
 * so many at most; `next`: from where to go on. Missed visits have not been taken back by anybody: what was asked stays.
 */
export async function askedBeforeVisits(
  db: Queryable,
  rule: { id: number; categoryId: number },
  { eid = 0, after, most }: { eid?: number | undefined; after: number; most: number },
): Promise<{ asked: AskedBefore[]; next: number | undefined }> {
  const rows = await db.select<AskedRow & RecurrenceColumns>(
    // sql-safe: constants and a number
    `SELECT a.id, a.rule_id, a.occasion, a.pid, a.account_id, a.record, a.due_on,
            e.pc_eventDate, e.pc_endDate, COALESCE(e.pc_recurrtype, 0) AS pc_recurrtype, e.pc_recurrspec,
            e.pc_eid IS NOT NULL AND e.pc_apptstatus NOT IN ('x', '%') AND e.pc_catid = :categoryId
              AND (a.pid IS NULL OR e.pc_pid = CAST(a.pid AS CHAR)) AS standing
       FROM foyer_form_assignments a LEFT JOIN openemr_postcalendar_events e ON e.pc_eid = ${askedVisit}
      WHERE a.rule_id = :rule AND a.state = 'waiting' AND a.occasion IS NOT NULL AND a.id > :after
        AND (:eid = 0 OR a.occasion = CONVERT(:one USING ascii) COLLATE ascii_bin
             OR a.occasion LIKE CONVERT(:days USING ascii) COLLATE ascii_bin)
      ORDER BY a.id LIMIT ${String(Math.trunc(most))}`,
    { rule: rule.id, categoryId: rule.categoryId, eid, after, ...occasionsOf(rule.id, eid) },
  )
  const next = rows.length < most ? undefined : rows.at(-1)?.id
  const weekend = rows.some(({ pc_recurrtype: type }) => Number(type) > 0)
    ? weekendOf(await readGlobals(db))
    : new Set<number>()
  const asked = rows.map((row) => askedBefore(row, row.standing === 1 ? dayOfVisit(row, weekend) : undefined))
  return { asked: asked.filter(({ day, dueOn }) => day === undefined || day !== dueOn), next }
}

function occasionsOf(ruleId: number, eid: number): { one: string; days: string } {
  const one = occasionOf(ruleId, { eid, day: '', inSeries: false })
  return { one, days: `${one}-%` }
}

function askedBefore(row: AskedRow, day: Day | undefined): AskedBefore {
  return {
    ...{ id: row.id, ruleId: row.rule_id, pid: row.pid ?? undefined, accountId: row.account_id ?? undefined },
    ...{ record: row.record ?? undefined, dueOn: row.due_on ?? undefined, day },
  }
}

/** Of a day in a series: that day, as long as the series still has it. */
function dayOfVisit(row: AskedRow & RecurrenceColumns, weekend: ReadonlySet<number>): Day | undefined {
  const day = /-(\d{4})(\d{2})(\d{2})$/.exec(row.occasion)?.slice(1).join('-')
  if (day === undefined) return row.pc_eventDate ?? undefined
  return occurrences(recurringEvent(row, weekend), day, daysLater(day, 1))[0]
}
