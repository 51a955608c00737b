/**
 * Many at once, with an account and without one, ask for, move, give back, confirm, propose, accept and decline overlapping times of few providers, while
 * the host writes into the same days without asking anybody; and everything that is committed is watched.
 */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { QueryTypes } from 'sequelize'
import { keepWish } from '../../module/access/bookingWishes.js'
import { linkToken } from '../../module/access/links.js'
import type { ChartScope, OwnScope } from '../../module/access/scope.js'
import { staffMember } from '../../module/access/staff.js'
import { acceptProposal } from '../../module/features/appointments/answering.js'
import { cancelAppointment, requestAppointment } from '../../module/features/appointments/booking.js'
import { declineAppointment, processAppointment } from '../../module/features/appointments/processing.js'
import { confirmBooking } from '../../module/features/appointments/public/confirming.js'
import { proposeTime } from '../../module/features/appointments/proposing.js'
import { rescheduleAppointment } from '../../module/features/appointments/rescheduling.js'
import { connectDatabase, type Database, type Queryable } from '../../module/platform/database.js'
import { opaqueId } from '../../module/platform/ids.js'
import { MORNING, NEW_PATIENT, OFFICE_VISIT, openPractice, ZONE, type TestPractice } from '../support/practice.js'
import {
  aim,
  any,
  anyIf,
  columnOf,
  days,
  hold,
  now,
  onOwnPool,
  patient,
  staff,
  timeOf,
  visits,
  withVisit,
  type Counts,
  type Field,
  type Visit,
} from './field.js'
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

async function ask(field: Field, db: Database): Promise<void> {
  const { portal, lastStatement } = onOwnPool(field, db)
  const scope = any(field.scopes)
  const { provider, day, minute } = aim(field, 15)
  const category = any<keyof typeof visits>([OFFICE_VISIT, NEW_PATIENT])
  const input = { scope, provider, category, day, time: timeOf(minute), reason: 'attack', once: undefined }
  const outcome = await requestAppointment(portal, patient, input)
  if (!outcome.ok) {
    if (outcome.reason === 'slot-taken') field.counts.taken += 1
    else field.counts.refused += 1
    return
  }
  // One who asks for what is theirs already gets it once more: nothing was committed.
  if (!outcome.first) return
  field.counts.booked += 1
  const when = { notBefore: lastStatement(), committed: now() }
  const minutes = visits[category]
  hold(field, outcome.eid, { provider, day, minute }, minutes, when)
  field.visits.set(outcome.eid, { eid: outcome.eid, scope, minutes })
}

/** Somebody without an account opens their link: account and request in one, or neither. */
async function book(field: Field, db: Database): Promise<void> {
  const { portal, lastStatement } = onOwnPool(field, db)
  const { provider, day, minute } = aim(field, 15)
  const category = any<keyof typeof visits>([OFFICE_VISIT, NEW_PATIENT])
  const time = { provider, category, day, time: timeOf(minute) }
  const person = {
    firstName: 'Somebody',
    lastName: 'New',
    born: '1990-02-03',
    phone: '2125550100',
    language: 'en',
  } as const
  const email = `${opaqueId()}@example.org`
  const link = await db.transaction((tx) => keepWish(tx, portal, { ...person, ...time, email, reason: 'attack' }))
  const outcome = await confirmBooking(portal, { token: linkToken(portal, link), time, requestId: 'attack' })
  if (!outcome.ok) {
    if (outcome.reason === 'slot-taken') field.counts.taken += 1
    else field.counts.refused += 1
    return
  }
  field.counts.bookedPublicly += 1
  const when = { notBefore: lastStatement(), committed: now() }
  const minutes = visits[category]
  hold(field, outcome.eid, { provider, day, minute }, minutes, when)
  field.visits.set(outcome.eid, { eid: outcome.eid, scope: await ownScope(db, email), minutes })
}

async function ownScope(db: Queryable, email: string): Promise<OwnScope> {
  const account = await db.first<{ id: number; name: string; record: string }>(
    `SELECT id, display_name AS name, own_record AS record FROM foyer_accounts WHERE email = :email`,
    { email },
  )
  if (!account) throw new Error('a request without an account')
  const { id, name, record } = account
  return { kind: 'own', account: { id, name }, record }
}

const giveBack = (field: Field, db: Database): Promise<void> =>
  withVisit(field, false, async (visit) => {
    const { eid, scope } = visit
    const { portal } = onOwnPool(field, db)
    const refused = field.witness.releasing(eid, now())
    const outcome = await cancelAppointment(portal, patient, { scope, id: String(eid), reason: 'attack' })
    if (!outcome.ok || outcome.asked) {
      refused()
      return
    }
    field.visits.delete(eid)
    field.closed.push(visit)
    field.counts.cancelled += 1
  })

const confirm = (field: Field, db: Database): Promise<void> =>
  withVisit(field, false, async (visit) => {
    const { portal, lastStatement } = onOwnPool(field, db)
    const input = { eid: visit.eid, status: '-', note: '', seen: '^' }
    await granting(field, visit, lastStatement, 'confirmed', () =>
      processAppointment(portal, field.member, staff, input),
    )
  })

const accept = (field: Field, db: Database): Promise<void> =>
  withVisit(field, false, async (visit) => {
    const { portal, lastStatement } = onOwnPool(field, db)
    const input = { scope: visit.scope, id: String(visit.eid), proposal: undefined }
    await granting(field, visit, lastStatement, 'accepted', () => acceptProposal(portal, patient, input))
  })

/** Confirmed where it is; what it was to replace is given back by that. */
async function granting(
  field: Field,
  { eid, replaces }: Visit,
  lastStatement: () => number,
  count: 'confirmed' | 'accepted',
  deed: () => Promise<{ ok: boolean }>,
): Promise<void> {
  const refused = replaces === undefined ? undefined : field.witness.releasing(replaces, now())
  const outcome = await deed()
  if (!outcome.ok) {
    refused?.()
    field.counts.notDecided += 1
    return
  }
  if (replaces !== undefined) field.visits.delete(replaces)
  field.witness.confirmed(eid, lastStatement(), now())
  field.counts[count] += 1
}

const decline = (field: Field, db: Database): Promise<void> =>
  withVisit(field, false, async ({ eid }) => {
    const { portal } = onOwnPool(field, db)
    const refused = field.witness.releasing(eid, now())
    const input = { eid, reason: 'attack', seen: '^' }
    const outcome = await declineAppointment(portal, field.member, staff, input)
    if (!outcome.ok) {
      refused()
      field.counts.notDecided += 1
      return
    }
    field.visits.delete(eid)
    field.counts.declined += 1
  })

/** The patient would rather have another time: what is pending goes there, beside what is confirmed a request is made. */
const move = (field: Field, db: Database): Promise<void> =>
  withVisit(field, true, async (visit) => {
    const { portal, lastStatement } = onOwnPool(field, db)
    const { eid, scope, minutes } = visit
    const to = aim(field, 15)
    const { provider, day } = to
    const refused = field.witness.releasing(eid, now())
    const wish = { scope, id: String(eid), provider, day, time: timeOf(to.minute), reason: 'attack', once: undefined }
    const outcome = await rescheduleAppointment(portal, patient, wish)
    if (!outcome.ok || outcome.eid !== eid) refused()
    if (!outcome.ok) {
      if (outcome.reason === 'slot-taken') field.counts.taken += 1
      else field.counts.refused += 1
      return
    }
    hold(field, outcome.eid, to, minutes, { notBefore: lastStatement(), committed: now() })
    if (outcome.eid !== eid) field.visits.set(outcome.eid, { eid: outcome.eid, scope, minutes, replaces: eid })
    field.counts.moved += 1
  })

const propose = (field: Field, db: Database): Promise<void> =>
  withVisit(field, true, async ({ eid, minutes }) => {
    const { portal, lastStatement } = onOwnPool(field, db)
    const to = aim(field, 5)
    const { provider, day } = to
    const refused = field.witness.releasing(eid, now())
    const input = { eid, seen: '^', day, time: timeOf(to.minute), provider, note: 'attack' }
    const outcome = await proposeTime(portal, field.member, staff, input)
    if (!outcome.ok) {
      refused()
      field.counts.notDecided += 1
      return
    }
    hold(field, eid, to, minutes, { notBefore: lastStatement(), committed: now() })
    field.counts.proposed += 1
  })

/** As the host's calendar does: one INSERT by itself, nobody asked, whatever is there; at any minute, of any length. */
async function writeAsHost(field: Field, db: Database): Promise<void> {
  const { provider, day, minute } = aim(field, 5)
  const minutes = any([10, 20, 25, 40])
  const notBefore = now()
  const [eid] = await db.sequelize.query(
    `INSERT INTO openemr_postcalendar_events
       (pc_catid, pc_multiple, pc_aid, pc_pid, pc_title, pc_time, pc_hometext, pc_informant, pc_eventDate, pc_duration,
        pc_recurrtype, pc_recurrspec, pc_startTime, pc_endTime, pc_eventstatus, pc_sharing)
     VALUES (:category, 0, :provider, '', 'Office Visit', '2026-11-23 08:00:00', '', '1', :day, :seconds, 0, '', :start, :end, 1, 1)`,
    {
      type: QueryTypes.INSERT,
      replacements: {
        category: OFFICE_VISIT,
        provider: String(provider),
        day,
        seconds: minutes * 60,
        start: timeOf(minute),
        end: timeOf(minute + minutes),
      },
    },
  )
  const when = { notBefore, committed: now() }
  field.witness.held({ eid, by: 'host', column: columnOf(provider, day), from: minute, to: minute + minutes, ...when })
  field.hostRows.add(eid)
  field.counts.hostRows += 1
}

async function cancelAsHost(field: Field, db: Database): Promise<void> {
  const eid = anyIf([...field.hostRows])
  if (eid === undefined) return
  field.hostRows.delete(eid)
  field.witness.releasing(eid, now())
  await db.sequelize.query(`UPDATE openemr_postcalendar_events SET pc_apptstatus = 'x' WHERE pc_eid = :eid`, {
    replacements: { eid },
  })
  field.counts.hostCancelled += 1
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
