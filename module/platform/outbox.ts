/**
 * What others do after something has happened. An event is published in the transaction that it tells of. Afterwards
 * it is written down for each of its listeners, and each delivery lives by itself: one that fails is tried again with
 * growing pauses, holds up nobody but later events of its own key, and is shown to staff when it never succeeds.
 *
 * A delivery is held by a lease in its row while it is heard, not by an open transaction: listeners send mail and wait
 * for others' servers, and a transaction of that length would keep a connection and row locks, and forget the attempt
 * when its process is killed. The lease of one that was killed ends by itself; then the event is heard again, under the
 * same id.
 */
import { utc, type Clock, type Utc } from './clock.js'
import type { Database, Queryable, Tx } from './database.js'
import { errorCode } from './errorCode.js'
import { opaqueId } from './ids.js'
import type { Log } from './log.js'
import { takeTurn } from './turns.js'

/** Something happened that others may act on afterwards: e-mails, counters, notices. Ids only, no clinical content. */
export interface OutboxEvent {
  event: string
  payload: Record<string, string | number | boolean | null>
  /**
   * Events of one key are heard in the order in which they were published: publish them under one lock, such as the
   * row or the turn of the thing that the key names (`appointment:4711`).
   */
  key?: string
}

export interface PublishedEvent extends OutboxEvent {
  /** The same each time that it is heard. */
  id: number
  /** It is not tried again when this time fails too. */
  lastTry: boolean
}

/** Publishes inside the caller's transaction, so that an event is there exactly when what it tells of is. */
export async function publish(tx: Tx, clock: Clock, { event, payload, key }: OutboxEvent): Promise<void> {
  const now = utc(clock.now())
  await tx.insert(
    `INSERT INTO foyer_outbox (event, payload, order_key, created_at, due_at)
     VALUES (:event, :payload, :key, :now, :now)`,
    { event, payload: JSON.stringify(payload), key: key ?? null, now },
  )
}

export interface OutboxListener {
  /** One name may hear several kinds of events: those of one key are in order for the name. */
  name: string
  event: string
  hear: (event: PublishedEvent) => Promise<void>
}

export interface DeliverySetup {
  db: Database
  clock: Clock
  log: Log
  listeners: readonly OutboxListener[]
}

/**
 * Delivers what is due, in any number of processes at once. Each listener has a line of its own, so that a slow one is
 * waited for by nobody else. Returns how many deliveries succeeded; begins no other once `goOn` says no.
 */
export async function deliverEvents(setup: DeliverySetup, goOn: () => boolean): Promise<number> {
  while (goOn() && (await spread(setup)) === SPREAD_AT_ONCE);
  await buryUnheard(setup)
  const names = [...new Set(setup.listeners.map(({ name }) => name))]
  const lines = await Promise.allSettled(names.map((name) => deliverTo(setup, name, goOn)))
  return lines.reduce((sum, line) => {
    if (line.status === 'rejected') throw line.reason
    return sum + line.value
  }, 0)
}

const SPREAD_AT_ONCE = 200

/**
 * Writes new events down for their listeners, in order. Not row by row with the others (SKIP LOCKED): a later event of
 * a key must not be there before an earlier one. The turn is short, and read without locks, so that publishers never
 * wait for it. What nobody listens to is done.
 */
async function spread({ db, clock, listeners }: DeliverySetup): Promise<number> {
  return db.transaction(async (tx) => {
    await takeTurn(tx, ['outbox'])
    const now = utc(clock.now())
    const fresh = await tx.select<{ id: number; event: string; order_key: string | null }>(
      // sql-safe: a number of ours
      `SELECT id, event, order_key FROM foyer_outbox
        WHERE done_at IS NULL AND due_at <= :now AND spread_at IS NULL ORDER BY id LIMIT ${String(SPREAD_AT_ONCE)}`,
      { now },
    )
    for (const event of fresh) {
      for (const listener of listeners.filter((each) => each.event === event.event)) {
        await tx.insert(
          `INSERT INTO foyer_outbox_deliveries (event_id, listener, order_key, state, due_at)
           VALUES (:id, :listener, :key, 'waiting', :now)`,
          { id: event.id, listener: listener.name, key: event.order_key, now },
        )
      }
    }
    if (fresh.length > 0) await markSpread(tx, fresh, listeners, now)
    return fresh.length
  })
}

async function markSpread(
  tx: Tx,
  fresh: ReadonlyArray<{ id: number; event: string }>,
  listeners: readonly OutboxListener[],
  now: Utc,
): Promise<void> {
  const unheard = fresh.filter(({ event }) => !listeners.some((listener) => listener.event === event))
  await tx.change(
    `UPDATE foyer_outbox SET spread_at = :now, done_at = IF(id IN (:unheard), :now, NULL) WHERE id IN (:ids)`,
    { now, ids: fresh.map(({ id }) => id), unheard: [0, ...unheard.map(({ id }) => id)] },
  )
}

/** For a listener that is no more; not at once, since a newer Foyer that knows it may run beside this one. */
const UNHEARD_HOURS = 24

async function buryUnheard({ db, clock, listeners }: DeliverySetup): Promise<void> {
  const values = {
    names: ['', ...listeners.map(({ name }) => name)],
    before: utc(clock.now().minus({ hours: UNHEARD_HOURS })),
  }
  const unheard = `state = 'waiting' AND listener NOT IN (:names) AND due_at <= :before`
  const found = await db.first(`SELECT id FROM foyer_outbox_deliveries WHERE ${unheard} LIMIT 1`, values)
  if (!found) return
  await db.transaction((tx) =>
    tx.change(
      `UPDATE foyer_outbox_deliveries SET state = 'dead', error_code = 'no-listener', finished_at = :now WHERE ${unheard}`,
      { ...values, now: utc(clock.now()) },
    ),
  )
}

async function deliverTo(setup: DeliverySetup, name: string, goOn: () => boolean): Promise<number> {
  let delivered = 0
  while (goOn()) {
    const taken = await takeDelivery(setup, name)
    if (!taken) break
    if (await deliverOne(setup, taken)) delivered += 1
  }
  return delivered
}

interface Delivery {
  id: number
  listener: string
  eventId: number
  holder: string
  attempts: number
}

/** Longer than a listener may take. */
const HOLD_SECONDS = 120
const LOOK_AT = 20

/**
 * Takes the next delivery that is due and that no earlier event of its key keeps waiting. Others' are skipped, not
 * waited for (SKIP LOCKED: MySQL 8, MariaDB 10.6). Found without locks and taken by its id, so that no gap is locked.
 * That none of its key waits before it can only have come true, never false, in between.
 */
async function takeDelivery({ db, clock }: DeliverySetup, listener: string): Promise<Delivery | undefined> {
  const now = utc(clock.now())
  const ids = await deliverable(db, listener, now)
  if (ids.length === 0) return undefined
  const holder = opaqueId()
  return db.transaction(async (tx) => {
    const row = await tx.first<{ id: number; event_id: number; attempts: number }>(
      `SELECT id, event_id, attempts FROM foyer_outbox_deliveries FORCE INDEX (PRIMARY)
        WHERE id IN (:ids) AND ${waiting} ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
      { ids, now },
    )
    if (!row) return undefined
    await tx.change(
      `UPDATE foyer_outbox_deliveries SET held_by = :holder, held_until = :until, attempts = attempts + 1 WHERE id = :id`,
      { id: row.id, holder, until: utc(clock.now().plus({ seconds: HOLD_SECONDS })) },
    )
    return { id: row.id, listener, eventId: row.event_id, holder, attempts: row.attempts + 1 }
  })
}

const waiting = `state = 'waiting' AND due_at <= :now AND (held_until IS NULL OR held_until <= :now)`

async function deliverable(db: Queryable, listener: string, now: Utc): Promise<number[]> {
  const rows = await db.select<{ id: number }>(
    // sql-safe: a number of ours
    `SELECT delivery.id FROM foyer_outbox_deliveries delivery
      WHERE delivery.listener = :listener AND ${waiting}
        AND NOT EXISTS (SELECT 1 FROM foyer_outbox_deliveries earlier
                         WHERE earlier.listener = :listener AND earlier.order_key = delivery.order_key
                           AND earlier.state = 'waiting' AND earlier.event_id < delivery.event_id)
      ORDER BY delivery.id LIMIT ${String(LOOK_AT)}`,
    { listener, now },
  )
  return rows.map(({ id }) => id)
}

/** True: it was heard. */
async function deliverOne(setup: DeliverySetup, delivery: Delivery): Promise<boolean> {
  try {
    // The attempt is counted before: an event that takes its process down with it comes to an end, too.
    if (delivery.attempts > MOST_ATTEMPTS) throw new NeverReturned()
    await inTime(hear(setup, delivery))
  } catch (error) {
    await fail(setup, delivery, error)
    return false
  }
  await succeed(setup, delivery)
  return true
}

async function hear({ db, listeners }: DeliverySetup, { listener: name, eventId, attempts }: Delivery): Promise<void> {
  const event = await readEvent(db, eventId)
  const listener = listeners.find((each) => each.name === name && each.event === event.event)
  if (!listener) throw new NoListener()
  await listener.hear({ ...event, lastTry: attempts >= MOST_ATTEMPTS })
}

class NoListener extends Error {
  override name = 'no-listener'
}

/** Its listener began and its process was gone, time and again. */
class NeverReturned extends Error {
  override name = 'never-returned'
}

class TooSlow extends Error {
  override name = 'too-slow'
}

const HEAR_SECONDS = 60

async function inTime(hearing: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new TooSlow())
    }, HEAR_SECONDS * 1000)
  })
  try {
    await Promise.race([hearing, late])
  } finally {
    clearTimeout(timer)
  }
}

async function readEvent(db: Queryable, id: number): Promise<Omit<PublishedEvent, 'lastTry'>> {
  const row = await db.first<{ event: string; payload: string | OutboxEvent['payload']; order_key: string | null }>(
    `SELECT event, payload, order_key FROM foyer_outbox WHERE id = :id`,
    { id },
  )
  if (!row) throw new Error('an event is gone that is still to be delivered')
  // MySQL gives the value of JSON, MariaDB its text.
  const payload = typeof row.payload === 'string' ? (JSON.parse(row.payload) as OutboxEvent['payload']) : row.payload
  return { id, event: row.event, payload, ...(row.order_key === null ? {} : { key: row.order_key }) }
}

async function succeed({ db, clock }: DeliverySetup, { id, eventId, holder }: Delivery): Promise<void> {
  const now = utc(clock.now())
  await db.transaction(async (tx) => {
    await lockEvent(tx, eventId)
    await tx.change(
      `UPDATE foyer_outbox_deliveries
          SET state = 'done', finished_at = :now, held_by = NULL, held_until = NULL, error_code = NULL
        WHERE id = :id AND held_by = :holder`,
      { id, holder, now },
    )
    await finishEvent(tx, eventId, now)
  })
}

/** One after the other, the last of an event's deliveries sees that it is the last. */
export async function lockEvent(tx: Tx, id: number): Promise<void> {
  await tx.first(`SELECT id FROM foyer_outbox WHERE id = :id FOR UPDATE`, { id })
}

/**
 * An event is done when nobody waits for it and nobody has been given up on. The caller holds its lock, and has read
 * nothing before it: what is seen here is what is so.
 */
export async function finishEvent(tx: Tx, id: number, now: Utc): Promise<void> {
  const open = await tx.first(
    `SELECT id FROM foyer_outbox_deliveries WHERE event_id = :id AND state IN ('waiting', 'dead') LIMIT 1`,
    { id },
  )
  if (!open) await tx.change(`UPDATE foyer_outbox SET done_at = :now WHERE id = :id`, { id, now })
}

/** About ten hours in all, from some seconds to six hours apart: a mail server that is mended by the morning. */
export const MOST_ATTEMPTS = 8

async function fail(
  { db, clock, log }: DeliverySetup,
  { id, listener, holder, attempts }: Delivery,
  error: unknown,
): Promise<void> {
  const dead = attempts >= MOST_ATTEMPTS
  log[dead ? 'error' : 'warn']({ err: error, listener, delivery: id, attempts }, 'an event was not heard')
  const now = clock.now()
  await db.transaction((tx) =>
    tx.change(
      `UPDATE foyer_outbox_deliveries
          SET state = :state, due_at = :due, finished_at = :finished, held_by = NULL, held_until = NULL, error_code = :code
        WHERE id = :id AND held_by = :holder`,
      {
        id,
        holder,
        state: dead ? 'dead' : 'waiting',
        due: utc(now.plus({ seconds: pauseAfter(attempts, Math.random()) })),
        finished: dead ? utc(now) : null,
        code: errorCode(error),
      },
    ),
  )
}

const FIRST_PAUSE_SECONDS = 10
const LONGEST_PAUSE_SECONDS = 6 * 60 * 60

/** Seconds until the next try: four times as long each time, a fifth more or less, so that not all come back at once. */
export function pauseAfter(attempts: number, random: number): number {
  const pause = Math.min(FIRST_PAUSE_SECONDS * 4 ** (attempts - 1), LONGEST_PAUSE_SECONDS)
  return pause * (0.8 + 0.4 * random)
}
