/** What a patient is asked for now: by the host's visibility rule (facts §6.1), and by whom and until when in Foyer. */
import { DateTime } from 'luxon'
import { day as dayOf, daysBetween, daysLater, utc, type Day, type Utc, type WallClock } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { IN_REVIEW, LOCKED } from '../onsiteDocuments.js'

export interface DueDocument {
  /** document_templates.id: what onsite_documents.file_path will hold. */
  templateId: number
  /** template_name: what onsite_documents.doc_type will hold. */
  name: string
  category: string
  profile: string
  /** `text/plain`, `text/html`, `application/pdf`, `application/text`. */
  mime: string
  /** To this patient alone, to everybody, or through a profile of one of the patient's groups. */
  via: 'patient' | 'all' | 'profile'
  /**
   * - new: never begun
   * - begun: a draft that is not sent, or one that came back
   * - again: it was sent, and is asked for anew
   * - offered: it was sent; nobody asks for it anew, and the host lets it be filled once more
   */
  state: 'new' | 'begun' | 'again' | 'offered'
  /** onsite_documents.id of the latest document made of it: the one to go on with, if `begun`. */
  documentId: number | undefined
  /** denial_reason of that document. */
  documentState: string | undefined
  /** State of what was sent of it last (foyer_submissions), and what staff say to it. */
  sentState: string | undefined
  reason: string | undefined
  sentAt: WallClock
  /** foyer_document_requests.id; undefined: asked by one of OpenEMR's own screens. */
  requestId: number | undefined
  /** undefined: no date was set. */
  dueOn: Day | undefined
  overdue: boolean
}

interface Row {
  id: number
  template_name: string
  category: string
  profile: string
  mime: string | null
  via: DueDocument['via']
  send_date: WallClock
  event_trigger: string | null
  recurring: number | null
  period: number | null
  document_id: number | null
  denial_reason: string | null
  sent_state: string | null
  reason: string | null
  create_date: WallClock | null
  request_id: number | null
  request_recurring: number | null
  period_days: number | null
  due_on: Day | null
  due_days: number | null
  asked_at: Utc | null
  /** Of the document before the latest. */
  before_date: WallClock | null
}

/** The documents of this patient, those that are due first before others. One statement. */
export async function dueDocuments(db: Queryable, { pid }: { pid: number }, now: DateTime): Promise<DueDocument[]> {
  const rows = await db.select<Row>(listed, { pid })
  const once = new Map<number, Row>()
  // Of two profiles that hold the same template, the request of Foyer's counts before the host's own.
  for (const row of rows) if (!once.has(row.id)) once.set(row.id, row)
  return [...once.values()]
    .flatMap((row) => dueOf(row, now))
    .sort((a, b) => (a.dueOn ?? '9').localeCompare(b.dueOn ?? '9') || a.sentAt.localeCompare(b.sentAt))
}

const wanted = `t.id, COALESCE(t.template_name, '') AS template_name, t.category, t.mime, t.send_date`
const notShown = `t.template_name <> 'Help' AND t.category <> 'notification_template'`

/** Sent to this patient or to all; and what the profiles of their groups hold. */
const shown =
  // sql-safe: constants
  `SELECT ${wanted}, t.profile, IF(t.pid = 0, 'all', 'patient') AS via, m.event_trigger, m.recurring, m.period
     FROM document_templates t
     LEFT JOIN document_template_profiles m ON m.template_id = t.id
    WHERE t.pid IN (:pid, 0) AND ${notShown}
   UNION ALL
   SELECT ${wanted}, m.profile, 'profile' AS via, m.event_trigger, m.recurring, m.period
     FROM document_template_profiles g
     JOIN patient_data p ON p.pid = :pid AND INSTR(p.patient_groups, g.member_of) > 0
     JOIN document_template_profiles m ON m.profile = g.profile AND m.template_id > 0
     JOIN document_templates t ON t.id = m.template_id AND t.pid = -1
    WHERE g.template_id = 0 AND g.category = 'Group' AND g.active = 1 AND g.member_of <> '' AND ${notShown}`

const listed =
  // sql-safe: constants
  `SELECT s.*, d.id AS document_id, d.denial_reason, d.create_date, u.state AS sent_state, u.reason,
          b.create_date AS before_date, r.id AS request_id, r.recurring AS request_recurring, r.period_days, r.due_on, r.due_days, r.asked_at
     FROM (${shown}) s
     LEFT JOIN onsite_documents d ON d.id = (
       SELECT MAX(x.id) FROM onsite_documents x WHERE x.pid = :pid AND x.file_path = CAST(s.id AS CHAR))
     LEFT JOIN onsite_documents b ON b.id = (
       SELECT MAX(x.id) FROM onsite_documents x WHERE x.pid = :pid AND x.file_path = CAST(s.id AS CHAR) AND x.id < d.id)
     LEFT JOIN foyer_submissions u ON u.id = (SELECT MAX(z.id) FROM foyer_submissions z WHERE z.onsite_id = d.id)
     LEFT JOIN foyer_document_requests r ON r.id = (
       SELECT MAX(y.id) FROM foyer_document_requests y
        WHERE y.template_id = s.id AND y.withdrawn_at IS NULL
          AND (y.pid = :pid OR y.target = 'all' OR (y.target IN ('group', 'profile') AND s.via = 'profile'
            AND s.profile IN (y.set_name, CONCAT('foyer_', y.set_name)))))
    ORDER BY s.id, r.id IS NULL`

function dueOf(row: Row, now: DateTime): DueDocument[] {
  const state = stateOf(row, now)
  if (state === undefined) return []
  const dueOn = state === 'offered' ? undefined : dayOfRound(row, now)
  return [
    {
      templateId: row.id,
      name: row.template_name,
      category: row.category,
      profile: row.profile,
      mime: row.mime ?? 'text/plain',
      via: row.via,
      state,
      documentId: row.document_id ?? undefined,
      documentState: row.denial_reason ?? undefined,
      sentState: row.sent_state ?? undefined,
      reason: row.reason ?? undefined,
      sentAt: row.send_date,
      requestId: row.request_id ?? undefined,
      dueOn,
      overdue: dueOn !== undefined && dueOn < dayOf(now) && state !== 'offered',
    },
  ]
}

/** The day that was set is that of the first round; each later one is due some days after it opens. */
function dayOfRound(row: Row, now: DateTime): Day | undefined {
  const { asked_at: asked, due_days: said, due_on: due } = row
  if (asked === null || due === null) return undefined
  const opens = laterRound(row, now)
  if (opens === undefined) return due
  const askedOn = dayOf(DateTime.fromSQL(asked, { zone: 'utc' }).setZone(now.zone))
  return daysLater(opens, roundDays(askedOn, due, said))
}

/** When the round of the document at hand, or of the next one, opened. Undefined: it is the first since it was asked for. */
function laterRound(row: Row, now: DateTime): Day | undefined {
  const { asked_at: asked, period_days: period, request_recurring: recurs } = row
  const before = row.document_id === null || isUnsent(row) ? row.before_date : row.create_date
  if (recurs !== 1 || asked === null || before === null || asked > asUtc(before, now)) return undefined
  return daysLater(before.slice(0, 10), period ?? 0)
}

/** Days from the one on which a round opens to the one on which it is due: as staff said, else as in the first. */
export function roundDays(asked: Day, due: Day, said: number | null): number {
  return said ?? Math.max(0, daysBetween(asked, due))
}

function isUnsent({ denial_reason }: Row): boolean {
  return denial_reason !== LOCKED && denial_reason !== IN_REVIEW
}

/** The document at hand is not one that was begun before it was asked for. */
function isOfRequest({ asked_at, create_date, document_id, ...row }: Row, now: DateTime): boolean {
  if (document_id === null || isUnsent({ asked_at, create_date, document_id, ...row })) return true
  return asked_at !== null && create_date !== null && asked_at > asUtc(create_date, now)
}

function asUtc(at: WallClock, now: DateTime): Utc {
  return utc(DateTime.fromSQL(at, { zone: now.zone }))
}

/** Undefined: it is not asked for now. */
function stateOf(row: Row, now: DateTime): DueDocument['state'] | undefined {
  if (row.document_id === null) return 'new'
  if (isUnsent(row)) return 'begun'
  if (row.request_id !== null && isOfRequest(row, now)) return 'again'
  const { once, period } = ruleOf(row)
  if (once) return undefined
  if (period === undefined) return 'offered'
  const next = daysLater((row.create_date ?? row.send_date).slice(0, 10), period)
  return next > dayOf(now) ? undefined : 'again'
}

/** What Foyer asked goes before what the host keeps of it: its own screens rewrite that. */
function ruleOf(row: Row): { once: boolean; period: number | undefined } {
  if (row.request_id !== null) {
    const recurs = row.request_recurring === 1
    return { once: !recurs, period: recurs ? (row.period_days ?? 0) : undefined }
  }
  const recurs = row.recurring === 1 && (row.period ?? 0) > 0
  return { once: row.event_trigger === 'once', period: recurs ? (row.period ?? 0) : undefined }
}
