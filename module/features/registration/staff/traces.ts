/**
 * Everything that was seen, sent and filed through a link: by the account, and by staff on what the account had sent.
 * It is asked of the trail, so it is the same after the link was taken back.
 */
import { movedIn, type Moved } from '../../../access/ownRecord.js'
import type { Utc } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'
import { accountsOf, type Link } from './links.js'

/** seen: looked at or taken away; sent: sent, changed or asked for; staff: what the practice made of that. */
type TraceKind = 'seen' | 'sent' | 'staff'

export interface Trace {
  id: number
  at: Utc
  kind: TraceKind
  event: string
  subject: string
  /** Who did it. */
  by: string
}

interface Traces {
  /** Of all, whatever is shown. */
  counts: Record<TraceKind, number>
  /** Newest first. */
  rows: Trace[]
  /** Where the next page goes on: the rows before this one. Undefined: there is none. */
  next: number | undefined
}

const looks = `('patient.viewed', 'patient.downloaded')`
const kindOf = `CASE WHEN a.actor_kind <> 'account' THEN 'staff' WHEN a.event IN ${looks} THEN 'seen' ELSE 'sent' END`

/** `before`: foyer_audit.id, for the next page. Two statements besides what names the accounts and what moved. */
export async function tracesOf(
  db: Queryable,
  link: Link,
  { before, most }: { before: number | undefined; most: number },
): Promise<Traces> {
  const values = await whatCounts(db, link)
  const counted = await db.select<{ kind: TraceKind; count: number }>(
    `SELECT ${kindOf} AS kind, COUNT(*) AS count FROM foyer_audit a JOIN (${found}) found ON found.id = a.id GROUP BY kind`, // sql-safe: constants
    values,
  )
  const rows = await db.select<Trace>(
    // sql-safe: constants and a number
    `SELECT a.id, a.at, ${kindOf} AS kind, a.event, a.subject, a.actor_name AS \`by\`
       FROM foyer_audit a JOIN (${found}) found ON found.id = a.id
      WHERE :before = 0 OR a.id < :before ORDER BY a.id DESC LIMIT ${String(Math.trunc(most) + 1)}`,
    { ...values, before: before ?? 0 },
  )
  const shown = rows.slice(0, most)
  return {
    counts: { seen: 0, sent: 0, staff: 0, ...Object.fromEntries(counted.map(({ count, kind }) => [kind, count])) },
    rows: shown,
    next: rows.length > most ? shown.at(-1)?.id : undefined,
  }
}

// sql-safe: a name of ours
const theirs = (row: string) => `${row}.actor_kind = 'account' AND ${row}.actor_id IN (:accounts)
  AND ${row}.at BETWEEN :since AND :until AND (${row}.pid = :pid OR ${row}.record = :record)`

/** What they did; what others did to the same things since; and to what moved into the chart along; and which codes were lost. */
// sql-safe: constants
const found = `SELECT t.id FROM foyer_audit t WHERE ${theirs('t')}
   UNION SELECT o.id FROM foyer_audit o
     JOIN (SELECT DISTINCT s.subject FROM foyer_audit s
            WHERE ${theirs('s')} AND s.event NOT IN ${looks} AND s.subject LIKE '%:%'
              AND s.subject NOT LIKE 'account:%' AND s.subject NOT LIKE 'code:%') sent ON sent.subject = o.subject
    WHERE o.actor_kind <> 'account' AND o.at BETWEEN :since AND :until
   UNION SELECT m.id FROM foyer_audit m
    WHERE m.subject IN (:moved) AND m.actor_kind <> 'account' AND m.at BETWEEN :since AND :until
   UNION SELECT l.id FROM foyer_audit l
    WHERE l.event = 'code.lost' AND l.pid = :pid AND l.record = :record AND l.at BETWEEN :since AND :until`

const FOR_EVER = '9999-12-31 00:00:00.000' as Utc

async function whatCounts(db: Queryable, link: Link) {
  const own = await db.first<{ own_record: string }>(`SELECT own_record FROM foyer_accounts WHERE id = :id`, {
    id: link.account_id,
  })
  const moved = await movedIn(db, link.moved, own?.own_record ?? '', link.pid)
  return {
    accounts: (await accountsOf(db, link)).map(String),
    ...{ pid: link.pid, record: link.record, since: link.linked_at, until: link.undone_at ?? FOR_EVER },
    moved: ['', ...subjectsOf(moved)],
  }
}

function subjectsOf({ bookings, responses, submissions }: Moved): string[] {
  return [
    ...bookings.map(({ eid }) => `appointment:${String(eid)}`),
    ...responses.map((id) => `form-response:${String(id)}`),
    ...submissions.map((id) => `submission:${String(id)}`),
  ]
}
