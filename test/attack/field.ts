/** What the attackers share: who holds what just now, where they aim, and what was done so far. */
import type { Portal } from '../../module/access/portal.js'
import type { ChartScope, PatientScope } from '../../module/access/scope.js'
import type { StaffMember } from '../../module/access/staff.js'
import type { Actor } from '../../module/platform/audit.js'
import type { Day } from '../../module/platform/clock.js'
import type { Database, Tx } from '../../module/platform/database.js'
import { NEW_PATIENT, OFFICE_VISIT, type TestPractice } from '../support/practice.js'
import type { Witness } from './witness.js'

export interface Counts {
  /** Asked for and got. */
  booked: number
  /** The same without an account, behind a link. */
  bookedPublicly: number
  /** Refused: somebody has it. */
  taken: number
  /** Refused for another reason. */
  refused: number
  cancelled: number
  confirmed: number
  declined: number
  /** Asked for again at another time: in place, or beside a confirmed visit. */
  moved: number
  /** Put elsewhere by staff, and taken there by the patient. */
  proposed: number
  accepted: number
  /** Declined with another time named, and that one taken. */
  offered: number
  alternatives: number
  /** Taken back by who did it, so that the visit stands again; and made anew out of one that had come to its end. */
  undone: number
  reopened: number
  /** Laid over another, knowingly: confirmed where it was, or put there. */
  overbooked: number
  overproposed: number
  /** Of the host's visits with both providers, those that Foyer confirmed. */
  together: number
  /** Staff's decisions that came too late, or over a row of the host. */
  notDecided: number
  /** Rows that the host laid into the days, and took out again. */
  hostRows: number
  hostCancelled: number
  /** What nobody should ever see: an answer that is an error. */
  errors: number
}

export const days: readonly Day[] = ['2026-11-24', '2026-11-25', '2026-11-26']
/** Minutes by pc_catid (facts §2.2). */
export const visits = { [OFFICE_VISIT]: 15, [NEW_PATIENT]: 30 }

export interface Visit {
  eid: number
  /** Whose it is. */
  scope: PatientScope
  minutes: number
  /** The confirmed visit that goes when this one is confirmed. */
  replaces?: number
}

export interface Field {
  practice: TestPractice
  portal: Portal
  member: StaffMember
  scopes: readonly ChartScope[]
  providers: readonly number[]
  witness: Witness
  counts: Counts
  /** What still may be given back: Foyer's, by its event. */
  visits: Map<number, Visit>
  /** What somebody is at just now, and how many: who moves a visit is alone with it, so that the witness knows where it is. */
  inHand: Map<number, number>
  /** Where each of Foyer's stands, as it was last put there. */
  places: Map<number, Place>
  /** Declined or given back: what may be made anew. */
  closed: Visit[]
  /** Declined with a time named instead. */
  offers: Visit[]
  /** Visits of the host with both providers that wait: pc_eid of each row. */
  together: Set<readonly [number, number]>
  hostRows: Set<number>
  /** Where they all want to be just now. */
  hot: { provider: number; day: Day; minute: number }
  over: boolean
  error: string | undefined
}

export const now = (): number => performance.now()

export const patient: Actor = { kind: 'account', id: '1', name: 'maria.santos', requestId: undefined }
export const staff: Actor = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined }

/**
 * The portal on the attacker's own connections, and when the last statement was over of the transaction that wrote into
 * the calendar. Not of a later one: a deed that tidies up behind itself holds nothing any more by then, and what the host
 * writes in between lies over the deed, not the deed over it.
 */
export function onOwnPool(field: Field, db: Database): { portal: Portal; lastStatement: () => number } {
  let last: number | undefined
  const watched: Database = {
    ...db,
    transaction: (work) =>
      db.transaction(async (tx) => {
        const calendar = watchingCalendar(tx)
        const result = await work(calendar.tx)
        if (calendar.written()) last = now()
        return result
      }),
  }
  const lastStatement = (): number => {
    if (last === undefined) throw new Error('said to be done, and nothing was written into the calendar')
    return last
  }
  return { portal: { ...field.portal, db: watched }, lastStatement }
}

function watchingCalendar(tx: Tx): { tx: Tx; written: () => boolean } {
  let written = false
  const note = (sql: string): void => {
    written ||= /^\s*(INSERT INTO|UPDATE) openemr_postcalendar_events/.test(sql)
  }
  return {
    tx: {
      ...tx,
      insert: (sql, values) => {
        note(sql)
        return tx.insert(sql, values)
      },
      change: (sql, values) => {
        note(sql)
        return tx.change(sql, values)
      },
    },
    written: () => written,
  }
}

export interface Place {
  provider: number
  day: Day
  minute: number
}

export function hold(
  { places, witness: seen }: Field,
  eid: number,
  { provider, day, minute }: Place,
  minutes: number,
  when: { notBefore: number; committed: number; deliberate?: boolean },
): void {
  places.set(eid, { provider, day, minute })
  seen.held({ eid, by: 'foyer', column: columnOf(provider, day), from: minute, to: minute + minutes, ...when })
}

/** With one of the visits that nobody moves just now; alone with it when it is to be moved. */
export async function withVisit(field: Field, alone: boolean, deed: (visit: Visit) => Promise<void>): Promise<void> {
  const { inHand } = field
  const busy = (eid: number): boolean => {
    const count = inHand.get(eid) ?? 0
    return count === ALONE || (alone && count > 0)
  }
  const visit = anyIf([...field.visits.values()].filter(({ eid }) => !busy(eid)))
  if (!visit) return
  const { eid } = visit
  inHand.set(eid, alone ? ALONE : (inHand.get(eid) ?? 0) + 1)
  try {
    await deed(visit)
  } finally {
    inHand.set(eid, alone ? 0 : (inHand.get(eid) ?? 1) - 1)
  }
}

const ALONE = -1

/** Somewhere in office hours: every other time where all the others are. */
export function aim({ hot, providers }: Field, grid: number): { provider: number; day: Day; minute: number } {
  const near = Math.random() < 0.5
  const around = near ? hot.minute + 60 * (Math.random() - 0.5) : 540 + Math.random() * 480
  const minute = Math.min(1005, Math.max(540, Math.round(around / grid) * grid))
  return near ? { ...hot, minute } : { provider: any(providers), day: any(days), minute }
}

export function columnOf(provider: number, day: Day): string {
  return `${String(provider)} ${day}`
}

export function timeOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

export function any<Thing>(things: readonly Thing[]): Thing {
  const thing = anyIf(things)
  if (thing === undefined) throw new Error('nothing to choose from')
  return thing
}

export function anyIf<Thing>(things: readonly Thing[]): Thing | undefined {
  return things[Math.floor(Math.random() * things.length)]
}
