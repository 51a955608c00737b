/** The flags of visits over which something of the host's lies: each is told once, and goes when it lies there no more. */
import type { Portal } from '../../access/portal.js'
import type { Overlap } from '../../host/reads/overlaps.js'
import { recordAudit } from '../../platform/audit.js'
import { utc, type Day, type Utc } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import { publish } from '../../platform/outbox.js'
import { takeTurn } from '../../platform/turns.js'
import { theHost } from './overlaps.js'

/** What was looked at: what was flagged there before and was not found again is there no more. */
export interface Look {
  /** Of these visits everything was looked at; undefined: of all. */
  eids?: readonly number[]
  /** On this day and later. */
  from?: Day
  /** Not on this day or later. */
  until?: Day
  /** When: a flag that was set later is not ours to clear. */
  looked: Utc
}

interface Flag {
  pc_eid: number
  other_eid: number
  day: Day
  found_at: Utc
}

/** The first look at a calendar in disorder takes a few minutes. */
const FLAGS_AT_ONCE = 500

/** Flags what was found and was not flagged, and clears what was flagged there and was not found. */
export async function keepFlags(portal: Portal, found: readonly Overlap[], look: Look): Promise<void> {
  const differ = difference(await standingFlags(portal.db, look), found, look)
  if (differ.set.length === 0 && differ.cleared.length === 0) return
  await portal.db.transaction(async (tx) => {
    await takeTurn(tx, ['overlaps'])
    const { set, cleared } = difference(await standingFlags(tx, look), found, look)
    for (const overlap of set.slice(0, FLAGS_AT_ONCE)) await flag(portal, tx, overlap)
    for (const each of cleared.slice(0, FLAGS_AT_ONCE)) await clear(portal, tx, each)
  })
}

function standingFlags(db: Queryable, { eids, from, until }: Look): Promise<Flag[]> {
  const visits = eids === undefined ? '' : 'AND pc_eid IN (:eids)'
  const since = from === undefined ? '' : 'AND day >= :from'
  const these = `${visits} ${since} ${until === undefined ? '' : 'AND day < :until'}` // sql-safe: constants
  return db.select<Flag>(
    `SELECT pc_eid, other_eid, day, found_at FROM foyer_appointment_overlaps WHERE cleared_at IS NULL ${these}`, // sql-safe: constants
    { eids: eids ?? [0], from: from ?? null, until: until ?? null },
  )
}

function difference(
  standing: readonly Flag[],
  found: readonly Overlap[],
  { looked }: Look,
): { set: Overlap[]; cleared: Flag[] } {
  const name = (each: Pick<Overlap, 'pc_eid' | 'other_eid' | 'day'>) =>
    `${String(each.pc_eid)} ${String(each.other_eid)} ${each.day}`
  const before = new Set(standing.map(name))
  const now = new Map(found.map((each) => [name(each), each]))
  return {
    set: [...now].filter(([key]) => !before.has(key)).map(([, each]) => each),
    cleared: standing.filter((each) => !now.has(name(each)) && each.found_at <= looked),
  }
}

async function flag(portal: Portal, tx: Tx, { pc_eid: eid, other_eid: other, day, pid }: Overlap): Promise<void> {
  await tx.change(
    `INSERT INTO foyer_appointment_overlaps (pc_eid, other_eid, day, found_at) VALUES (:eid, :other, :day, :now)
     ON DUPLICATE KEY UPDATE found_at = VALUES(found_at), cleared_at = NULL`,
    { eid, other, day, now: utc(portal.clock.now()) },
  )
  await recordAudit(tx, portal.clock, theHost, {
    event: 'appointment.overlapped',
    subject: `appointment:${String(eid)}`,
    pid: pid ?? undefined,
    details: { other, day },
  })
  await publish(tx, portal.clock, { event: 'appointment.overlapped', payload: { eid, pid, other, day } })
}

async function clear(portal: Portal, tx: Tx, { pc_eid: eid, other_eid: other, day }: Flag): Promise<void> {
  await tx.change(
    `UPDATE foyer_appointment_overlaps SET cleared_at = :now WHERE pc_eid = :eid AND other_eid = :other AND day = :day`,
    { eid, other, day, now: utc(portal.clock.now()) },
  )
}
