/** The library of templates, what was asked of whom, and who belongs to whom it was asked of. */
import type { Day, Utc, WallClock } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'

export interface LibraryRow {
  id: number
  name: string
  category: string
  mime: string
  modified: WallClock
  size: number
  /** 0: it was never changed in Foyer. */
  version: number
  retired: number
  /** Open requests. */
  asked: number
}

export interface LibraryWish {
  /** Part of its name; '' for all. */
  search: string
  /** undefined: of all. */
  category: string | undefined
  retired: boolean
}

const ROWS_MOST = 500

/** By name. One statement. */
export function libraryTemplates(db: Queryable, { category, retired, search }: LibraryWish): Promise<LibraryRow[]> {
  const inCategory = category === undefined ? '' : 'AND t.category = :category'
  return db.select<LibraryRow>(
    // sql-safe: constants
    `SELECT t.id, COALESCE(t.template_name, '') AS name, t.category, COALESCE(t.mime, '') AS mime, t.modified_date AS modified, t.size,
            COALESCE((SELECT MAX(v.version) FROM foyer_template_versions v WHERE v.template_id = t.id), 0) AS version,
            x.template_id IS NOT NULL AS retired,
            (SELECT COUNT(*) FROM foyer_document_requests r WHERE r.source_id = t.id AND r.withdrawn_at IS NULL) AS asked
       FROM document_templates t
       LEFT JOIN foyer_template_retirements x ON x.template_id = t.id
      WHERE t.pid = -1 AND t.category <> 'notification_template' AND (x.template_id IS NOT NULL) = :retired
        AND INSTR(COALESCE(t.template_name, ''), :search) > 0 ${inCategory}
      ORDER BY t.template_name, t.id LIMIT ${String(ROWS_MOST)}`,
    { category: category ?? null, retired, search },
  )
}

/** Who is asked. `set`: option of the list of groups, or of profiles. */
export type Target = { kind: 'patient'; pid: number } | { kind: 'group' | 'profile'; set: string } | { kind: 'all' }

/** By the host's own rule of who is in a group (facts §6.1). */
const belongs: Readonly<Record<Target['kind'], string>> = {
  patient: 'p.pid = :pid',
  group: 'INSTR(p.patient_groups, :set) > 0',
  profile: `EXISTS (SELECT 1 FROM document_template_profiles g WHERE g.template_id = 0 AND g.category = 'Group' AND g.active = 1
              AND g.profile = :set AND g.member_of <> '' AND INSTR(p.patient_groups, g.member_of) > 0)`,
  all: 'TRUE',
}

function valuesOf(target: Target): { pid: number | null; set: string | null } {
  return {
    pid: target.kind === 'patient' ? target.pid : null,
    set: target.kind === 'group' || target.kind === 'profile' ? target.set : null,
  }
}

export interface Recipients {
  count: number
  /** How many of them the practice lets into the portal. */
  inPortal: number
  /** The first of them by name. */
  some: { pid: number; fname: string; lname: string; born: Day | null }[]
}

/** How many are asked, and the first `most` by name. Two statements, however many they are. */
export async function recipientsOf(db: Queryable, target: Target, most: number): Promise<Recipients> {
  const values = valuesOf(target)
  const where = belongs[target.kind]
  const counted = await db.first<{ count: number; inPortal: string | null }>(
    // sql-safe: a constant
    `SELECT COUNT(*) AS count, SUM(p.allow_patient_portal = 'YES') AS inPortal FROM patient_data p WHERE ${where}`,
    values,
  )
  const some = await db.select<Recipients['some'][number]>(
    // sql-safe: a constant and a number
    `SELECT p.pid, p.fname, p.lname, p.DOB AS born FROM patient_data p WHERE ${where}
      ORDER BY p.lname, p.fname, p.pid LIMIT ${String(Math.trunc(most))}`,
    values,
  )
  return { count: counted?.count ?? 0, inPortal: Number(counted?.inPortal ?? 0), some }
}

export interface RequestRow {
  id: number
  template_id: number
  source_id: number
  /** Of the library, as it is called now. */
  name: string
  target: Target['kind']
  pid: number | null
  fname: string | null
  lname: string | null
  set_name: string
  recurring: number
  period_days: number
  due_on: Day | null
  /** Of each round, as staff said. */
  due_days: number | null
  remind_days: number | null
  host_row: number | null
  asked_by: string
  asked_at: Utc
  withdrawn_at: Utc | null
  /** Of one patient: the state of their latest document of it. */
  state: string | null
}

const requestColumns = `r.id, r.template_id, r.source_id, COALESCE(t.template_name, '') AS name, r.target, r.pid, p.fname, p.lname, r.set_name,
         r.recurring, r.period_days, r.due_on, r.due_days, r.remind_days, r.host_row, r.asked_by, r.asked_at, r.withdrawn_at,
         (SELECT d.denial_reason FROM onsite_documents d WHERE d.pid = r.pid AND d.file_path = CAST(r.template_id AS CHAR)
           ORDER BY d.id DESC LIMIT 1) AS state
    FROM foyer_document_requests r
    LEFT JOIN document_templates t ON t.id = r.source_id
    LEFT JOIN patient_data p ON p.pid = r.pid`

/** Requests that were not taken back, the newest first. One statement. */
export function openRequests(
  db: Queryable,
  of: { sourceId: number } | { pid: number } | 'sets',
  most: number,
): Promise<RequestRow[]> {
  const where = of === 'sets' ? `r.target <> 'patient'` : 'pid' in of ? 'r.pid = :pid' : 'r.source_id = :sourceId'
  return db.select<RequestRow>(
    // sql-safe: constants and a number
    `SELECT ${requestColumns} WHERE ${where} AND r.withdrawn_at IS NULL ORDER BY r.id DESC LIMIT ${String(Math.trunc(most))}`,
    of === 'sets' ? {} : of,
  )
}

export function findRequest(db: Queryable, id: number): Promise<RequestRow | undefined> {
  return db.first<RequestRow>(`SELECT ${requestColumns} WHERE r.id = :id`, { id }) // sql-safe: constants
}

export interface ProfileLine {
  profile: string
  kind: 'template' | 'group'
  template_id: number
  /** Of a template its name, of a group its option. */
  name: string
  recurring: number
  period: number
  event_trigger: string
}

/** What is in each profile, and which groups have it. The rules of what was sent one by one are not among them. */
export function profileLines(db: Queryable): Promise<ProfileLine[]> {
  return db.select<ProfileLine>(
    `SELECT m.profile, IF(m.template_id = 0, 'group', 'template') AS kind, m.template_id,
            IF(m.template_id = 0, m.member_of, COALESCE(t.template_name, m.template_name)) AS name,
            m.recurring, m.period, m.event_trigger
       FROM document_template_profiles m LEFT JOIN document_templates t ON t.id = m.template_id
      WHERE m.profile <> '' AND (m.template_id > 0 OR (m.category = 'Group' AND m.active = 1))
      ORDER BY name LIMIT 2000`,
  )
}

/** Somebody whose account opens a chart that a request is about. What it opens today is for the caller to say. */
export interface LetterRow {
  pid: number
  born: Day | null
  relationship: string
  extent: string
  exempt: number
  valid_until: Utc | null
  account_id: number
  /** Of a round after the first: when it opened. */
  opens_on: Day | null
  language: string | null
  email: string | null
  spoken: string | null
  trusted: string | null
  may_mail: string | null
}

export interface LetterWish {
  target: Target
  /** again, remind: of a round after the first, that it has come, and that its day is near. */
  kind: 'asked' | 'due' | 'again' | 'remind'
  requestId: number
  /** document_templates.id as patients fill it. */
  templateId: number
  /** The practice's clock: what was sent since then need not be reminded of. */
  askedAt: WallClock
  /** Days from one document to the next; of rounds. */
  period: number
  /** again, remind: the round opened on one of these days. */
  opensFrom: Day
  opensUntil: Day
  /** remind: days after a round opens by which it is due; from when on it opened, if its day is not over. */
  toAnswer: number
  dueFrom: Day
  /** When today began: who was told of the round since then need not be reminded of it. */
  morning: Utc
  now: Utc
  after: number
  most: number
}

const made = `SELECT MAX(x.id) FROM onsite_documents x WHERE x.pid = p.pid AND x.file_path = CAST(:templateId AS CHAR)`
const wasSent = `d.denial_reason IN ('In Review', 'Locked')`

/** Their latest document of it, and the one before. */
const ofRounds = `JOIN onsite_documents d ON d.id = (${made}) LEFT JOIN onsite_documents e ON e.id = (${made} AND x.id < d.id)`

/** As dueDocuments.ts has it: a period after the document of the round before was made. */
const opens = (before: 'e' | 'd') => `DATE_ADD(DATE(${before}.create_date), INTERVAL :period DAY)`

/** Of the round that is begun, or comes next. */
const atHand = `IF(${wasSent}, ${opens('d')}, ${opens('e')})`

const concerns: Readonly<Record<LetterWish['kind'], { joins: string; opensOn: string; which: string }>> = {
  asked: { joins: '', opensOn: 'NULL', which: 'TRUE' },
  due: {
    ...{ joins: '', opensOn: 'NULL' },
    which: `NOT EXISTS (SELECT 1 FROM onsite_documents d WHERE d.pid = p.pid AND d.file_path = CAST(:templateId AS CHAR)
              AND ${wasSent} AND d.create_date >= :askedAt)`,
  },
  again: {
    ...{ joins: ofRounds, opensOn: opens('d') },
    // sql-safe: constants
    which: `${wasSent} AND d.create_date >= :askedAt AND ${opens('d')} BETWEEN :opensFrom AND :opensUntil
              AND NOT EXISTS (SELECT 1 FROM foyer_document_rounds o WHERE o.request_id = :requestId AND o.pid = p.pid
                                AND o.opens_on = ${opens('d')} AND o.told_at IS NOT NULL)`,
  },
  remind: {
    opensOn: atHand,
    // sql-safe: constants
    joins: `${ofRounds} LEFT JOIN foyer_document_rounds o ON o.request_id = :requestId AND o.pid = p.pid AND o.opens_on = ${atHand}`,
    // sql-safe: constants
    which: `IF(${wasSent}, d.create_date, e.create_date) >= :askedAt AND ${atHand} BETWEEN :opensFrom AND :opensUntil
              AND o.reminded_at IS NULL AND (o.told_at IS NULL OR o.told_at < :morning)
              AND (${atHand} >= :dueFrom OR o.told_at < DATE_ADD(${atHand}, INTERVAL :toAnswer DAY))`,
  },
}

/**
 * The next `most` patients after this pid to whose accounts it is told, each with every account that opens the chart.
 * Goes from the accounts to the charts: a practice has more charts than accounts. One statement.
 */
export function lettersDue(db: Queryable, wish: LetterWish): Promise<LetterRow[]> {
  const { kind, most, target, ...values } = wish
  const { joins, opensOn, which } = concerns[kind]
  const running = `g.revoked_at IS NULL AND g.valid_from <= :now AND (g.valid_until IS NULL OR g.valid_until > :now)`
  return db.select<LetterRow>(
    // sql-safe: constants and a number
    `SELECT g.pid, w.born, w.opens_on, g.relationship, g.extent, g.exempt_at IS NOT NULL AS exempt, g.valid_until, a.id AS account_id, a.language, IF(a.email_verified_at IS NULL, NULL, a.email) AS email,
            h.language AS spoken, TRIM(IF(h.email_direct = '', h.email, h.email_direct)) AS trusted, h.hipaa_allowemail AS may_mail
       FROM (SELECT DISTINCT g.pid, p.DOB AS born, ${opensOn} AS opens_on FROM foyer_grants g
               JOIN foyer_accounts b ON b.id = g.account_id AND b.disabled_at IS NULL
               JOIN patient_data p ON p.pid = g.pid AND p.allow_patient_portal = 'YES' AND p.deceased_date IS NULL
               ${joins}
              WHERE ${running} AND g.pid > :after AND ${belongs[target.kind]} AND ${which}
              ORDER BY g.pid LIMIT ${String(Math.trunc(most))}) w
       JOIN foyer_grants g ON g.pid = w.pid AND ${running}
       JOIN foyer_accounts a ON a.id = g.account_id AND a.disabled_at IS NULL
       LEFT JOIN patient_data h ON h.pid = a.host_pid
      ORDER BY g.pid, a.id`,
    { ...valuesOf(target), ...values },
  )
}
