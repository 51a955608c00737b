/**
 * How many requests of one patient may wait at a time. Each takes a numbered seat of its patient's, `p12:1` or
 * `r<record>:1` for an account's own record, and a unique key keeps two from one seat, whoever asks at the same moment.
 */
import { pidOf, type PatientScope } from '../../access/scope.js'
import type { Portal } from '../../access/portal.js'
import { pendingVisits, type PendingRow } from '../../host/reads/appointments.js'
import { day as dayOf } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'
import { patientTurn } from '../../platform/turns.js'
import { whoseOf } from './ofPatient.js'

/** Whoever does something for this patient takes this turn first (platform/turns.ts). */
export function turnOf(scope: PatientScope): string {
  return patientTurn({ pid: pidOf(scope), record: scope.record })
}

/**
 * A seat that is free, for whoever holds the patient's turn; undefined: as many wait as the practice takes. What was
 * asked for in the host's own portal waits too, without a seat, and counts. Seats whose event the host's screens have
 * decided, moved into the past or removed are given back here.
 */
export async function freeSeat(portal: Portal, tx: Tx, scope: PatientScope): Promise<string | undefined> {
  const waiting = await waitingOf(portal, tx, scope)
  const taken = new Set(waiting.map((each) => each.seat))
  const owner = ownerOf(scope)
  const held = await tx.select<{ id: number; seat: string }>(
    `SELECT id, open_seat AS seat FROM foyer_appointment_requests WHERE open_seat LIKE :seats`,
    // `_` stands for any letter, and a record's name may hold one: what is not this owner's goes again below.
    { seats: `${owner}:%` },
  )
  for (const { id, seat } of held) {
    if (taken.has(seat) || !seat.startsWith(`${owner}:`)) continue
    await tx.change(`UPDATE foyer_appointment_requests SET open_seat = NULL WHERE id = :id`, { id })
  }
  const limit = portal.settings().openRequestLimit
  if (isFull(portal, waiting)) return undefined
  const seats = Array.from({ length: limit }, (_, index) => `${owner}:${String(index + 1)}`)
  return seats.find((seat) => !taken.has(seat))
}

/** The visits of this patient's that wait for the practice. */
export function waitingOf(portal: Portal, db: Queryable, scope: PatientScope): Promise<PendingRow[]> {
  return pendingVisits(db, whoseOf(scope), dayOf(portal.clock.now()))
}

/** As many wait as the practice takes. */
export function isFull(portal: Pick<Portal, 'settings'>, waiting: readonly PendingRow[]): boolean {
  return waiting.length >= portal.settings().openRequestLimit
}

function ownerOf(scope: PatientScope): string {
  return scope.kind === 'chart' ? `p${String(scope.pid)}` : `r${scope.record}`
}
