/** Going through the chain again: the first row that is not as it was sealed. */
import type { Connection } from 'mysql2'
import { BEGINNING, link, markOf, type Anchor, type ChainedRow } from './auditChain.js'
import { ANCHOR_STATE, anchorFiles, storedAnchor } from './auditAnchors.js'
import { earliestAfter } from './auditSeal.js'
import type { Database, Queryable } from './database.js'

/** A seal, and the row that it is of; undefined: the row is gone. */
export interface SealedRow {
  seq: number
  auditId: string
  hash: string
  mark: string
  row: ChainedRow | undefined
}

export type Fault =
  /** The row is not as it was sealed: changed, put in another's place, or moved. */
  | 'changed'
  /** Its seal stands, the row is gone. */
  | 'deleted'
  /** Rows before this one are gone, with their seals. */
  | 'missing-before'
  /** Sealed anew by somebody without FOYER_SECRET (or FOYER_SECRET is another one now). */
  | 'resealed'
  /** After this row the end was cut off. */
  | 'cut-off'
  /** Written by somebody else than Foyer: it was not there when it says it was. */
  | 'inserted'
  /** The anchor was taken away, or written by somebody without FOYER_SECRET. */
  | 'anchor'
  /** The chain was begun anew: an anchor file knows another one. */
  | 'begun-anew'
  /** Of an archive: the file is not as it was written, though the chain in it is whole. */
  | 'file'

/** Where the trail first differs from what was sealed. */
export interface BadRow {
  fault: Fault
  /** foyer_audit.id; undefined: it is about the whole. */
  id: string | undefined
  seq: number | undefined
  at: string | undefined
  /** The anchor file that says otherwise. */
  file?: string
}

export interface Verdict {
  bad: BadRow | undefined
  /** Seals that were gone through. */
  rows: number
  /** Rows that wait for their seal. */
  waiting: number
  /** Whether the marks could be checked. */
  keyed: boolean
  /** Where the chain ends: to write down elsewhere. */
  end: Anchor | undefined
}

export interface ChainCheck {
  /** The next seal, in order. What is wrong, if something is: then there is no use in going on. */
  take: (sealed: SealedRow) => BadRow | undefined
  /** After the last. */
  end: () => BadRow | undefined
  /** Seals gone through. */
  rows: () => number
}

/** Begins after `from` (the beginning, unless given), and holds the chain against each of these anchors. */
export function checkChain(
  key: string | undefined,
  anchors: readonly Anchor[],
  from: { seq: number; hash: string } = { seq: 0, hash: BEGINNING },
): ChainCheck {
  let { seq, hash } = from
  let last: BadRow = { fault: 'cut-off', id: undefined, seq: undefined, at: undefined }
  const hashesAt = new Map(anchors.map((anchor) => [anchor.seq, anchor.hash]))
  const furthest = Math.max(0, ...hashesAt.keys())

  function take(sealed: SealedRow): BadRow | undefined {
    const { row, auditId } = sealed
    const bad = (fault: Fault): BadRow => ({ fault, id: auditId, seq: sealed.seq, at: row?.at })
    if (sealed.seq !== seq + 1) return bad('missing-before')
    if (!row) return bad('deleted')
    if (link(hash, row) !== sealed.hash) return bad('changed')
    if (key !== undefined && markOf(key, sealed.hash) !== sealed.mark) return bad('resealed')
    ;({ seq, hash } = sealed)
    const anchored = hashesAt.get(seq)
    if (anchored !== undefined && anchored !== hash) return bad('resealed')
    last = bad('cut-off')
    return undefined
  }

  return { take, end: () => (seq < furthest ? last : undefined), rows: () => seq - from.seq }
}

export interface Verifying {
  db: Database
  /** Of chainKey(); undefined: marks and anchors are taken as they are. */
  key: string | undefined
  /** FOYER_DATA_DIR; undefined: without its anchor. */
  folder: string | undefined
  /** Only so many of the newest; undefined: all. */
  newest?: number
}

/** Names the first bad row of the trail as it is in the database. Reads only. */
export async function verifyTrail({ db, key, folder, newest }: Verifying): Promise<Verdict> {
  // The files first: what they know was sealed before anything that is read after.
  const files = folder === undefined ? [] : await anchorFiles(db, folder, key)
  const stored = await storedAnchor(db, key)
  const verdict = { rows: 0, waiting: 0, keyed: key !== undefined, end: undefined, bad: undefined }
  const wrong = await wrongAnchor(db, stored, files)
  if (wrong) return { ...verdict, bad: wrong }
  const end = stored === 'forged' ? undefined : stored
  const anchors = [...(end ? [end] : []), ...files.flatMap(({ anchor }) => anchor ?? [])]
  const from = end && newest !== undefined && end.seq > newest ? await sealAt(db, end.seq - newest) : undefined
  const check = checkChain(key, anchors, from)
  const [{ waiting, inserted }, chain] = await Promise.all([
    readAround(db, end, newest === undefined),
    readChain(db, check, from?.seq ?? 0, end?.seq ?? 0),
  ])
  return { ...verdict, rows: check.rows(), waiting, end, bad: chain ?? inserted }
}

interface Around {
  waiting: number
  inserted: BadRow | undefined
}

async function wrongAnchor(
  db: Queryable,
  stored: Anchor | 'forged' | undefined,
  files: Awaited<ReturnType<typeof anchorFiles>>,
): Promise<BadRow | undefined> {
  const whole = { id: undefined, seq: undefined, at: undefined }
  if (stored === 'forged') return { fault: 'anchor', ...whole }
  const seals = stored ?? (await db.first(`SELECT seq FROM foyer_audit_seals LIMIT 1`))
  if (seals && !stored) return { fault: 'anchor', ...whole }
  const forged = files.find(({ anchor }) => !anchor)
  if (forged) return { fault: 'anchor', ...whole, file: forged.path }
  const other = files.find(({ anchor }) => anchor?.chain !== stored?.chain)
  return other && { fault: 'begun-anew', ...whole, at: other.anchor?.at, file: other.path }
}

async function sealAt(db: Queryable, seq: number): Promise<{ seq: number; hash: string } | undefined> {
  return db.first(`SELECT seq, hash FROM foyer_audit_seals WHERE seq = :seq`, { seq })
}

/**
 * The driver hands over each row as it comes off the wire: no promise a row, and never more than a packet in memory.
 * After a bad row the rest is let run by, so that the connection can be used again.
 */
async function readChain(db: Database, check: ChainCheck, after: number, until: number): Promise<BadRow | undefined> {
  const pool = db.sequelize.connectionManager
  const connection = (await pool.getConnection({ type: 'read' })) as Connection
  try {
    return await new Promise((resolve, reject) => {
      let bad: BadRow | undefined
      connection
        .query(
          `SELECT s.seq, s.audit_id, s.hash, s.mark, a.id, a.at, a.actor_kind, a.actor_id, a.actor_name, a.pid, a.record,
                  a.relationship, a.event, a.subject, CAST(a.details AS CHAR) AS details, a.request_id
             FROM foyer_audit_seals s LEFT JOIN foyer_audit a ON a.id = s.audit_id
            WHERE s.seq > ? AND s.seq <= ? ORDER BY s.seq`,
          [after, until],
        )
        .on('result', (row) => {
          bad ??= check.take(sealedRow(row as unknown as Joined))
        })
        .on('error', reject)
        .on('end', () => {
          resolve(bad ?? check.end())
        })
    })
  } finally {
    pool.releaseConnection(connection)
  }
}

type Joined = Omit<ChainedRow, 'id'> & { id: number | null; seq: number; audit_id: number; hash: string; mark: string }

function sealedRow(joined: Joined): SealedRow {
  const { seq, audit_id, hash, mark } = joined
  return { seq, auditId: String(audit_id), hash, mark, row: isThere(joined) ? joined : undefined }
}

function isThere(joined: Joined): joined is Joined & ChainedRow {
  return joined.id !== null
}

/** What the chain does not know: rows that wait for their seal, and rows that only say they have one. */
async function readAround(db: Queryable, end: Anchor | undefined, everywhere: boolean): Promise<Around> {
  const [waits] = await db.select<{ waiting: number; id: number | null; at: string | null }>(
    `SELECT COUNT(*) AS waiting,
            MIN(CASE WHEN at < :earliest THEN id END) AS id, MIN(CASE WHEN at < :earliest THEN at END) AS at
       FROM foyer_audit WHERE unsealed = 1`,
    { earliest: end ? earliestAfter(end.at) : '0000-00-00' },
  )
  const hidden = everywhere
    ? await db.first<{ id: number; at: string }>(
        // One statement, so that rows which are sealed meanwhile are either in both or in neither.
        `SELECT a.id, a.at FROM foyer_audit a LEFT JOIN foyer_audit_seals s ON s.audit_id = a.id
          WHERE a.unsealed IS NULL AND (s.seq IS NULL OR s.seq > COALESCE(
                  (SELECT JSON_EXTRACT(value, '$[1]') + 0 FROM foyer_state WHERE name = :state), 0))
          ORDER BY a.id LIMIT 1`,
        { state: ANCHOR_STATE },
      )
    : undefined
  const found = hidden ?? (waits && waits.id !== null ? { id: waits.id, at: waits.at ?? undefined } : undefined)
  return {
    waiting: waits?.waiting ?? 0,
    inserted: found && { fault: 'inserted', id: String(found.id), seq: undefined, at: found.at },
  }
}
