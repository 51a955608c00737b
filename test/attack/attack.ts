/**
 * Many at once, with an account and without one, ask for, move, give back, confirm, propose, accept and decline overlapping
 * times of few providers, while the host writes into the same days without asking anybody; and everything that is
 * committed is watched.
 */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import type { ChartScope } from '../../module/access/scope.js'
import { staffMember } from '../../module/access/staff.js'
import { connectDatabase, type Database, type Queryable } from '../../module/platform/database.js'
import { opaqueId } from '../../module/platform/ids.js'
import { MORNING, openPractice, ZONE, type TestPractice } from '../support/practice.js'
import { cancelAsHost, writeAsHost } from './asHost.js'
import { accept, ask, book, confirm, decline, giveBack, move, propose } from './deeds.js'
import { any, days, now, type Counts, type Field } from './field.js'
import {
  confirmTogether,
  declineTogether,
  offer,
  overbookOne,
  overpropose,
  regret,
  reopen,
  take,
  writeTogether,
} from './knowingly.js'
import { witness, type Overlap } from './witness.js'

export interface AttackOptions {
  seconds: number
  workers: number
  /** Each second: what was done so far. */
  tell: (counts: Counts, second: number) => void
}

export interface Verdict {
  counts: Counts
  /** By what the attackers saw. */
  overlaps: Overlap[]
  /** Pairs of pc_eid, by what stands in the calendar. */
  standing: string[]
  /** The first error, if any. */
  error: string | undefined
  deadlocks: number
}

const PATIENTS = 40

/** Until the time is over or the first overlap is found. */
export async function attack({ seconds, workers, tell }: AttackOptions): Promise<Verdict> {
  const practice = await openPractice({ at: MORNING })
  const pools: Database[] = []
  try {
    await practice.setting('openRequestLimit', '50')
    const field = await prepare(practice)
    const fighters = Array.from({ length: workers }, () => {
      const db = connectDatabase({ url: practice.url, zone: ZONE, pool: 3 })
      pools.push(db)
      return fight(field, db)
    })
    const watching = watch(practice.db, field, seconds, tell).finally(() => (field.over = true))
    await Promise.all([...fighters, watching])
    const standing = await overlapsStanding(practice.db)
    const { counts, error } = field
    return { counts, overlaps: field.witness.overlaps(), standing, error, deadlocks: await deadlocks(practice.db) }
  } finally {
    for (const pool of pools) await pool.close()
    await practice.leave()
  }
}

async function prepare(practice: TestPractice): Promise<Field> {
  const member = await staffMember(practice.db, practice.staff.admin)
  if (!member) throw new Error('no staff')
  const scopes: ChartScope[] = []
  for (let number = 1; number <= PATIENTS; number += 1) {
    const pid = await practice.patient({ fname: `Patient${String(number)}`, providerId: practice.staff.lee })
    scopes.push({
      kind: 'chart',
      account: { id: practice.accounts.maria, name: 'maria.santos' },
      record: opaqueId(),
      pid,
      relationship: 'self',
      extent: 'full',
      patient: {
        firstName: `Patient${String(number)}`,
        lastName: 'Example',
        born: '1980-01-01',
        providerId: practice.staff.lee,
      },
    })
  }
  const providers = [practice.staff.lee, practice.staff.osei]
  const counts: Counts = {
    ...{ booked: 0, bookedPublicly: 0, taken: 0, refused: 0, cancelled: 0, confirmed: 0, declined: 0, notDecided: 0 },
    ...{ moved: 0, proposed: 0, accepted: 0, offered: 0, alternatives: 0, undone: 0, reopened: 0 },
    ...{ overbooked: 0, overproposed: 0, together: 0 },
    ...{ hostRows: 0, hostCancelled: 0, errors: 0 },
  }
  const field = { practice, portal: practice.portal, member, scopes, providers, witness: witness(), counts }
  const hot = { provider: practice.staff.lee, day: '2026-11-24', minute: 540 }
  const nothing = {
    places: new Map(),
    closed: [],
    offers: [],
    together: new Set<readonly [number, number]>(),
    hostRows: new Set<number>(),
  }
  return { ...field, visits: new Map(), inHand: new Map(), ...nothing, hot, over: false, error: undefined }
}

/** One attacker, on connections of its own, with the deeds of patients, staff and host by chance. */
async function fight(field: Field, db: Database): Promise<void> {
  const deeds = [
    ...many(10, () => ask(field, db)),
    ...many(4, () => book(field, db)),
    ...many(5, () => giveBack(field, db)),
    ...many(3, () => confirm(field, db)),
    ...many(2, () => decline(field, db)),
    ...many(3, () => move(field, db)),
    ...many(3, () => propose(field, db)),
    ...many(2, () => accept(field, db)),
    ...many(3, () => offer(field, db)),
    ...many(4, () => take(field, db)),
    ...many(2, () => regret(field, db)),
    ...many(2, () => reopen(field, db)),
    ...many(1, () => overbookOne(field, db)),
    ...many(1, () => overpropose(field, db)),
    ...many(1, () => writeTogether(field, db)),
    ...many(2, () => confirmTogether(field, db)),
    ...many(1, () => declineTogether(field, db)),
    ...many(2, () => writeAsHost(field, db)),
    ...many(2, () => cancelAsHost(field, db)),
  ]
  while (!field.over) {
    // A deed that finds nothing to do must not keep the clock from ticking.
    await setImmediate()
    try {
      await any(deeds)()
    } catch (error) {
      field.counts.errors += 1
      field.error ??= error instanceof Error ? (error.stack ?? error.message) : String(error)
    }
  }
}

function many<Thing>(count: number, thing: Thing): Thing[] {
  return Array.from({ length: count }, () => thing)
}
async function watch(db: Queryable, field: Field, seconds: number, tell: AttackOptions['tell']): Promise<void> {
  const began = now()
  let told = 0
  while (!field.over) {
    await sleep(100)
    field.hot = { provider: any(field.providers), day: any(days), minute: 540 + Math.floor(Math.random() * 32) * 15 }
    const passed = (now() - began) / 1000
    if (Math.floor(passed) > told) {
      told = Math.floor(passed)
      const found = field.witness.overlaps().length > 0 || (await overlapsStanding(db)).length > 0
      tell(field.counts, told)
      field.over = found
    }
    if (passed >= seconds) field.over = true
  }
}

/** In one consistent view of the calendar: no two active visits that Foyer took may share a minute. */
async function overlapsStanding(db: Queryable): Promise<string[]> {
  const rows = await db.select<{ one: number; other: number }>(
    `SELECT a.pc_eid AS one, b.pc_eid AS other
       FROM foyer_appointment_requests ra
       JOIN openemr_postcalendar_events a ON a.pc_eid = ra.pc_eid
       JOIN openemr_postcalendar_events b ON b.pc_aid = a.pc_aid AND b.pc_eventDate = a.pc_eventDate AND b.pc_eid > a.pc_eid
       JOIN foyer_appointment_requests rb ON rb.pc_eid = b.pc_eid
      WHERE a.pc_apptstatus NOT IN ('x', '%') AND b.pc_apptstatus NOT IN ('x', '%')
        AND TIME_TO_SEC(a.pc_startTime) < TIME_TO_SEC(b.pc_startTime) + b.pc_duration
        AND TIME_TO_SEC(b.pc_startTime) < TIME_TO_SEC(a.pc_startTime) + a.pc_duration`,
  )
  // What was laid over another knowingly is no mistake, unless it was taken back; the witness knows which of two came later.
  const meant = await db.select<{ subject: string }>(
    `SELECT subject FROM foyer_audit WHERE event IN ('appointment.overbooked', 'appointment.undone')
      GROUP BY subject HAVING MAX(IF(event = 'appointment.overbooked', id, 0)) > MAX(IF(event = 'appointment.undone', id, 0))`,
  )
  const subjects = new Set(meant.map(({ subject }) => subject))
  return rows
    .filter((row) => ![row.one, row.other].some((eid) => subjects.has(`appointment:${String(eid)}`)))
    .map(({ one, other }) => `${String(one)} and ${String(other)}`)
}

async function deadlocks(db: Queryable): Promise<number> {
  const row = await db.first<{ Value: string }>(`SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'`)
  return Number(row?.Value ?? 0)
}
