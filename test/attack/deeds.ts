/** What patients, somebody without an account and staff do with visits, each as their pages would have it done. */
import { keepWish } from '../../module/access/bookingWishes.js'
import { linkToken } from '../../module/access/links.js'
import type { OwnScope } from '../../module/access/scope.js'
import { acceptProposal } from '../../module/features/appointments/answering.js'
import { cancelAppointment, requestAppointment } from '../../module/features/appointments/booking.js'
import { declineAppointment, processAppointment } from '../../module/features/appointments/processing.js'
import { confirmBooking } from '../../module/features/appointments/public/confirming.js'
import { proposeTime } from '../../module/features/appointments/proposing.js'
import { rescheduleAppointment } from '../../module/features/appointments/rescheduling.js'
import type { Database, Queryable } from '../../module/platform/database.js'
import { opaqueId } from '../../module/platform/ids.js'
import { NEW_PATIENT, OFFICE_VISIT } from '../support/practice.js'
import {
  aim,
  any,
  hold,
  now,
  onOwnPool,
  patient,
  staff,
  timeOf,
  visits,
  withVisit,
  type Field,
  type Visit,
} from './field.js'
export async function ask(field: Field, db: Database): Promise<void> {
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
export async function book(field: Field, db: Database): Promise<void> {
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

export const giveBack = (field: Field, db: Database): Promise<void> =>
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

export const confirm = (field: Field, db: Database): Promise<void> =>
  withVisit(field, false, async (visit) => {
    const { portal, lastStatement } = onOwnPool(field, db)
    const input = { eid: visit.eid, status: '-', note: '', seen: '^' }
    await granting(field, visit, lastStatement, 'confirmed', () =>
      processAppointment(portal, field.member, staff, input),
    )
  })

export const accept = (field: Field, db: Database): Promise<void> =>
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
  deed: () => Promise<{ ok: boolean; first?: boolean }>,
): Promise<void> {
  const refused = replaces === undefined ? undefined : field.witness.releasing(replaces, now())
  const outcome = await deed()
  if (!outcome.ok) {
    refused?.()
    field.counts.notDecided += 1
    return
  }
  // Accepted already, it stays so: nothing was committed now, and what the host laid over it since is the host's affair.
  if (outcome.first === false) return
  if (replaces !== undefined) field.visits.delete(replaces)
  field.witness.confirmed(eid, lastStatement(), now())
  field.counts[count] += 1
}

export const decline = (field: Field, db: Database): Promise<void> =>
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
export const move = (field: Field, db: Database): Promise<void> =>
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

export const propose = (field: Field, db: Database): Promise<void> =>
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
