/**
 * What patients and staff do besides: times that are offered and taken, presses taken back, what has ended made anew,
 * visits laid over others knowingly, and the host's visits with several providers.
 */
import { QueryTypes } from 'sequelize'
import { alternativesOf } from '../../module/features/appointments/alternatives.js'
import { takeAlternative } from '../../module/features/appointments/answering.js'
import { overbook } from '../../module/features/appointments/overbooking.js'
import { declineAppointment, processAppointment } from '../../module/features/appointments/processing.js'
import { proposeTime } from '../../module/features/appointments/proposing.js'
import { reopenAppointment } from '../../module/features/appointments/reopening.js'
import { undoPress } from '../../module/features/appointments/undo.js'
import type { Database } from '../../module/platform/database.js'
import { opaqueId } from '../../module/platform/ids.js'
import { OFFICE_VISIT } from '../support/practice.js'
import {
  aim,
  any,
  anyIf,
  columnOf,
  hold,
  now,
  onOwnPool,
  patient,
  staff,
  timeOf,
  withVisit,
  type Field,
} from './field.js'

/** Declined, with another time of the same provider named instead. */
export const offer = (field: Field, db: Database): Promise<void> =>
  withVisit(field, true, async (visit) => {
    const { eid } = visit
    const at = field.places.get(eid)
    if (!at) return
    const { portal } = onOwnPool(field, db)
    const refused = field.witness.releasing(eid, now())
    const { day, minute } = aim(field, 15)
    const alternatives = [{ day, time: timeOf(minute) }]
    const input = { eid, reason: 'attack', alternatives, seen: '^' }
    const outcome = await declineAppointment(portal, field.member, staff, input)
    if (!outcome.ok) {
      refused()
      field.counts.notDecided += 1
      return
    }
    field.visits.delete(eid)
    field.offers.push(visit)
    field.counts.offered += 1
  })

/** The patient takes what was named, if nobody else has. */
export async function take(field: Field, db: Database): Promise<void> {
  const visit = anyIf(field.offers)
  if (!visit) return
  const { portal, lastStatement } = onOwnPool(field, db)
  const { eid, minutes, scope } = visit
  const [named] = await alternativesOf(db, eid)
  if (!named) return
  const input = { scope, id: String(eid), alternative: named.id, once: undefined }
  const outcome = await takeAlternative(portal, patient, input)
  field.offers = field.offers.filter((each) => each.eid !== eid)
  if (!outcome.ok) {
    field.counts.taken += 1
    return
  }
  if (!outcome.first) return
  const [hours = 0, mins = 0] = named.start.split(':').map(Number)
  const place = { provider: named.providerId, day: named.day, minute: hours * 60 + mins }
  hold(field, outcome.eid, place, named.minutes, { notBefore: lastStatement(), committed: now() })
  field.visits.set(outcome.eid, { eid: outcome.eid, scope, minutes })
  field.counts.alternatives += 1
}

/** Declined by mistake, and taken back: it stands where it stood, unless somebody has its time by now. */
export const regret = (field: Field, db: Database): Promise<void> =>
  withVisit(field, true, async (visit) => {
    const { eid, minutes } = visit
    const at = field.places.get(eid)
    if (!at) return
    const { portal, lastStatement } = onOwnPool(field, db)
    const token = opaqueId()
    const refused = field.witness.releasing(eid, now())
    const input = { eid, reason: 'attack', seen: '^', undo: token }
    if (!(await declineAppointment(portal, field.member, staff, input)).ok) {
      refused()
      field.counts.notDecided += 1
      return
    }
    const undone = await undoPress(portal, field.member, staff, token)
    if (!undone.ok || undone.undone === 0) {
      field.visits.delete(eid)
      field.closed.push(visit)
      field.counts.declined += 1
      return
    }
    hold(field, eid, at, minutes, { notBefore: lastStatement(), committed: now() })
    field.counts.undone += 1
  })

/** What has come to its end is made anew, at the same time. */
export async function reopen(field: Field, db: Database): Promise<void> {
  const visit = anyIf(field.closed)
  const at = visit && field.places.get(visit.eid)
  if (!visit || !at) return
  const { portal, lastStatement } = onOwnPool(field, db)
  const outcome = await reopenAppointment(portal, field.member, staff, visit.eid)
  if (!outcome.ok) {
    field.counts.notDecided += 1
    return
  }
  const { minutes, scope } = visit
  hold(field, outcome.eid, at, minutes, { notBefore: lastStatement(), committed: now() })
  field.visits.set(outcome.eid, { eid: outcome.eid, scope, minutes })
  field.counts.reopened += 1
}

/** Confirmed where it is, whatever the host has laid over it. */
export const overbookOne = (field: Field, db: Database): Promise<void> =>
  withVisit(field, true, async ({ eid, replaces }) => {
    if (replaces !== undefined) return
    const { portal } = onOwnPool(field, db)
    const outcome = await overbook(portal, field.member, staff, { eid, reason: 'attack', seen: '^' })
    if (outcome.ok) field.counts.overbooked += 1
    else field.counts.notDecided += 1
  })

/** Put where others are, knowingly. */
export const overpropose = (field: Field, db: Database): Promise<void> =>
  withVisit(field, true, async ({ eid, minutes }) => {
    const { portal, lastStatement } = onOwnPool(field, db)
    const to = aim(field, 5)
    const refused = field.witness.releasing(eid, now())
    const input = {
      eid,
      seen: '^',
      day: to.day,
      time: timeOf(to.minute),
      provider: to.provider,
      note: '',
      over: 'attack',
    }
    const outcome = await proposeTime(portal, field.member, staff, input)
    if (!outcome.ok) {
      refused()
      field.counts.notDecided += 1
      return
    }
    hold(field, eid, to, minutes, { notBefore: lastStatement(), committed: now(), deliberate: true })
    field.counts.overproposed += 1
  })

/** A patient asks for both providers in the host's own portal: a row in the calendar of each, whatever is there. */
export async function writeTogether(field: Field, db: Database): Promise<void> {
  const { day, minute } = aim(field, 15)
  const { pid } = any(field.scopes)
  const multiple = 1000 + Math.floor(Math.random() * 1_000_000)
  const eids: number[] = []
  for (const provider of field.providers) {
    const notBefore = now()
    const [eid] = await db.sequelize.query(
      `INSERT INTO openemr_postcalendar_events
         (pc_catid, pc_multiple, pc_aid, pc_pid, pc_title, pc_time, pc_hometext, pc_informant, pc_eventDate, pc_duration,
          pc_recurrtype, pc_recurrspec, pc_startTime, pc_endTime, pc_eventstatus, pc_sharing, pc_apptstatus)
       VALUES (:category, :multiple, :provider, :pid, 'Office Visit', '2026-11-23 08:00:00', '', '1', :day, 900, 0, '',
               :start, :end, 1, 1, '^')`,
      {
        type: QueryTypes.INSERT,
        replacements: {
          ...{ category: OFFICE_VISIT, multiple, provider: String(provider), pid: String(pid), day },
          ...{ start: timeOf(minute), end: timeOf(minute + 15) },
        },
      },
    )
    const when = { notBefore, committed: now() }
    field.witness.held({ eid, by: 'host', column: columnOf(provider, day), from: minute, to: minute + 15, ...when })
    eids.push(eid)
  }
  const [one = 0, other = 0] = eids
  field.together.add([one, other])
}

/** By either of its rows: in the calendars of both. */
export async function confirmTogether(field: Field, db: Database): Promise<void> {
  const rows = anyIf([...field.together])
  if (!rows) return
  const { portal, lastStatement } = onOwnPool(field, db)
  const input = { eid: any(rows), status: '-', note: '', seen: '^' }
  const outcome = await processAppointment(portal, field.member, staff, input)
  if (!outcome.ok) {
    field.counts.notDecided += 1
    return
  }
  field.together.delete(rows)
  for (const eid of rows) field.witness.confirmed(eid, lastStatement(), now())
  field.counts.together += 1
}

export async function declineTogether(field: Field, db: Database): Promise<void> {
  const rows = anyIf([...field.together])
  if (!rows) return
  const { portal } = onOwnPool(field, db)
  const refused = rows.map((eid) => field.witness.releasing(eid, now()))
  const outcome = await declineAppointment(portal, field.member, staff, { eid: any(rows), reason: 'attack', seen: '^' })
  if (outcome.ok) field.together.delete(rows)
  else for (const each of refused) each()
}
