import { BEGINNING, chainKey, link, markOf, type Anchor, type ChainedRow } from './auditChain.js'
import { anchorFiles, keepAnchorFile, storeAnchor, storedAnchor } from './auditAnchors.js'
import { utc, type Clock, type Utc } from './clock.js'
import type { Database, Tx } from './database.js'
import { opaqueId } from './ids.js'
import { takeTurn } from './turns.js'

export interface Sealing {
  db: Database
  clock: Clock
  /** FOYER_SECRET. */
  secret: string
  /** FOYER_DATA_DIR, where the second anchor goes; undefined: nowhere. */
  folder: string | undefined
  /** How many rows this visit seals at most, rounded up to ROWS_AT_ONCE; the rest waits for the next. Undefined: all. */
  most?: number
}

export interface Sealed {
  /** Rows that got their seal. */
  rows: number
  /** Why the anchor file could not be written; undefined: it was. */
  withoutFile: string | undefined
}

/** The chain does not end where its anchors say: it is not gone on with until somebody has looked at it. */
export class ChainBroken extends Error {}

const ROWS_AT_ONCE = 2000
/** Minutes for which a transaction may keep a row to itself. */
const LATE_MINUTES = 15
/** Seconds after which an anchor is renewed even though nothing was sealed. */
const RENEWED_AFTER = 60

/**
 * Gives every committed row that has none its seal. A row whose transaction took longer than that of a later id gets
 * its seal later: none is passed over, and none can slip in before one that has its seal. A row that says it is older
 * than LATE_MINUTES before the last visit, when it was not there, was not written by Foyer: it gets no seal, and
 * verifying names it. Requests never wait for this: it locks only rows that are committed. Throws ChainBroken.
 */
export async function sealAudit(sealing: Sealing): Promise<Sealed> {
  const { db, folder, most = Infinity, secret } = sealing
  const key = chainKey(secret)
  await refuseOtherEnd(sealing, key)
  let rows = 0
  for (;;) {
    const { sealed, anchor } = await sealSome(sealing, key)
    rows += sealed
    if (sealed === ROWS_AT_ONCE && rows < most) continue
    const withoutFile =
      folder === undefined || !anchor ? undefined : await keepAnchorFile(db, folder, key, anchor).then(nothing, said)
    return { rows, withoutFile }
  }
}

function nothing(): undefined {
  return undefined
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The anchor file knows more than the database: the rows' end was cut off, or an older copy was put back. */
async function refuseOtherEnd({ db, folder }: Sealing, key: string): Promise<void> {
  if (folder === undefined) return
  const stored = await storedAnchor(db, key)
  const files = await anchorFiles(db, folder, key)
  for (const { path, anchor } of files) {
    if (anchor && stored && stored !== 'forged' && anchor.chain === stored.chain && anchor.seq > stored.seq) {
      throw new ChainBroken(
        `The audit trail ends at seal ${stored.seq}, and ${path} knows of ${anchor.seq}. Run foyer audit verify; ` +
          `where an older copy of the database was put back on purpose, remove that file.`,
      )
    }
  }
}

/** The anchor, if it is another than before. */
async function sealSome({ db, clock }: Sealing, key: string): Promise<{ sealed: number; anchor: Anchor | undefined }> {
  return db.transaction(async (tx) => {
    await takeTurn(tx, ['audit-seal'])
    const end = await endOf(tx, key)
    const now = clock.now()
    const rows = await unsealed(tx, end.at)
    if (rows.length === 0 && end.at >= utc(now.minus({ seconds: RENEWED_AFTER })))
      return { sealed: 0, anchor: undefined }
    const anchor = await seal(tx, key, end, rows)
    // While more are waiting this visit is not over: were it to end here, those would be taken for late ones.
    const renewed = rows.length === ROWS_AT_ONCE ? anchor : { ...anchor, at: later(end.at, utc(now)) }
    await storeAnchor(tx, key, renewed)
    return { sealed: rows.length, anchor: renewed }
  })
}

/** Where to go on: the anchor, once the last seal agrees with it. */
async function endOf(tx: Tx, key: string): Promise<Anchor> {
  const anchor = await storedAnchor(tx, key)
  const last = await tx.first<{ seq: number; hash: string }>(
    `SELECT seq, hash FROM foyer_audit_seals ORDER BY seq DESC LIMIT 1`,
  )
  if (anchor === undefined && !last) return { chain: opaqueId(), seq: 0, hash: BEGINNING, at: '' }
  if (anchor === undefined || anchor === 'forged') {
    throw new ChainBroken('The anchor of the audit trail is gone, or was not written with this FOYER_SECRET.')
  }
  if ((last?.seq ?? 0) !== anchor.seq || (last?.hash ?? BEGINNING) !== anchor.hash) {
    throw new ChainBroken(`The audit trail does not end at seal ${anchor.seq}, as its anchor says.`)
  }
  return anchor
}

async function unsealed(tx: Tx, before: Utc): Promise<ChainedRow[]> {
  return tx.select<ChainedRow>(
    `SELECT id, at, actor_kind, actor_id, actor_name, pid, record, relationship, event, subject,
            CAST(details AS CHAR) AS details, request_id
       FROM foyer_audit WHERE unsealed = 1 AND at >= :earliest ORDER BY id LIMIT ${ROWS_AT_ONCE}`,
    { earliest: earliestAfter(before) },
  )
}

/** The oldest time that a row may bear which was not there at a visit of sealing. */
export function earliestAfter(visit: Utc): string {
  if (visit === '') return '1000-01-01 00:00:00.000'
  const at = new Date(`${visit.replace(' ', 'T')}Z`).getTime() - LATE_MINUTES * 60_000
  return new Date(at).toISOString().replace('T', ' ').slice(0, 23)
}

async function seal(tx: Tx, key: string, end: Anchor, rows: readonly ChainedRow[]): Promise<Anchor> {
  if (rows.length === 0) return end
  let { seq, hash } = end
  const seals = rows.map((row) => {
    seq += 1
    hash = link(hash, row)
    return [seq, row.id, hash, markOf(key, hash)]
  })
  await tx.change(`INSERT INTO foyer_audit_seals (seq, audit_id, hash, mark) VALUES :seals`, { seals })
  await tx.change(
    `UPDATE foyer_audit a JOIN foyer_audit_seals s ON s.audit_id = a.id SET a.unsealed = NULL WHERE s.seq > :from`,
    { from: end.seq },
  )
  return { ...end, seq, hash }
}

/** A clock that was set back does not take the anchor back. */
function later(a: Utc, b: Utc): Utc {
  return a > b ? a : b
}
