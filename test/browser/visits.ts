import { OFFICE_VISIT, type SignInName, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'

export interface Wish {
  by?: SignInName
  /** Them, signed in already. */
  visitor?: Visitor
  /** Whose record; their own unless said. */
  record?: string
  /** YYYY-MM-DD */
  date: string
  /** HH:MM */
  time: string
  reason?: string
}

/** Requests a visit with Dr. Lee by plain HTTP; gives its pc_eid. */
export async function requestVisit(practice: TestPractice, wish: Wish): Promise<number> {
  const by = wish.by ?? 'john'
  const patient = wish.visitor ?? (await practice.patientVisitor(by))
  const base = `/portal/records/${wish.record ?? practice.records[by]}/appointments`
  const answer = await patient.post(base, {
    provider: String(practice.staff.lee),
    category: String(OFFICE_VISIT),
    date: wish.date,
    time: wish.time,
    reason: wish.reason ?? '',
  })
  const eid = Number(/appointments\/(\d+)$/.exec(answer.location ?? '')?.[1])
  if (answer.status !== 303 || !eid) throw new Error(`The request was answered with ${answer.status}`)
  return eid
}

/** How an event stands in the host's calendar. */
export async function hostStatus(practice: TestPractice, eid: number): Promise<string | undefined> {
  const row = await practice.db.first<{ status: string }>(
    `SELECT pc_apptstatus AS status FROM openemr_postcalendar_events WHERE pc_eid = :eid`,
    { eid },
  )
  return row?.status
}

/** How many events of a patient the calendar holds, in whatever status. */
export async function eventsOf(practice: TestPractice, pid: number): Promise<number> {
  const row = await practice.db.first<{ n: number }>(
    `SELECT COUNT(*) AS n FROM openemr_postcalendar_events WHERE pc_pid = :pid`,
    { pid: String(pid) },
  )
  return row?.n ?? 0
}
