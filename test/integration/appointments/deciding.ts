/** What the tests of the staff's verbs share. */
import { acceptCancellation, refuseCancellation } from '../../../module/features/appointments/cancellationDecisions.js'
import type { ClaimHow } from '../../../module/access/claiming.js'
import { claimAppointment } from '../../../module/features/appointments/claims.js'
import { overbook } from '../../../module/features/appointments/overbooking.js'
import { declineAppointment, processAppointment } from '../../../module/features/appointments/processing.js'
import { proposeTime, withdrawProposal } from '../../../module/features/appointments/proposing.js'
import { reopenAppointment } from '../../../module/features/appointments/reopening.js'
import { pressOf } from '../../../module/features/appointments/press.js'
import { undoPress } from '../../../module/features/appointments/undo.js'
import type { Actor } from '../../../module/platform/audit.js'
import { opaqueId, receiptNumber } from '../../../module/platform/ids.js'
import { utc } from '../../../module/platform/clock.js'
import type { StaffName, TestPractice } from '../../support/practice.js'
import { chart, colleague, eventRow, TUESDAY, type Row } from './visits.js'

/** Somebody of the staff at work, with every verb at hand. */
export async function deskOf(practice: TestPractice, name: StaffName = 'admin') {
  const member = await colleague(practice, name)
  const actor: Actor = { kind: 'staff', id: member.username, name: member.name, requestId: undefined }
  const { portal } = practice
  const by = [portal, member, actor] as const
  return {
    member,
    actor,
    setStatus: (eid: number, status: string, undo?: string) =>
      processAppointment(...by, { eid, status, note: '', seen: undefined, undo }),
    decline: (eid: number, times: readonly string[] = [], undo?: string) =>
      declineAppointment(...by, {
        eid,
        reason: 'We are closed then',
        alternatives: times.map(timeOf),
        seen: undefined,
        undo,
      }),
    propose: (
      eid: number,
      at: string,
      more: { provider?: number; over?: string; note?: string; seen?: string; undo?: string } = {},
    ) => {
      const { day, time } = timeOf(at)
      const { provider, note = 'Dr. Lee is away', over, seen, undo } = more
      return proposeTime(...by, { eid, day, time, provider, note, seen, undo, ...(over === undefined ? {} : { over }) })
    },
    withdraw: (eid: number, undo?: string) => withdrawProposal(...by, { eid, seen: undefined, undo }),
    overbook: (eid: number, reason = 'A sick child', undo?: string) =>
      overbook(...by, { eid, reason, seen: undefined, undo }),
    claim: (eid: number, how: ClaimHow = { kind: 'claim' }, cancellation?: string, undo?: string) =>
      claimAppointment(...by, { eid, cancellation, how, undo }),
    accept: (id: string, late = false, undo?: string) => acceptCancellation(...by, { id, late, undo }),
    refuse: (id: string, undo?: string) => refuseCancellation(...by, { id, reason: 'The room is kept for you', undo }),
    reopen: (eid: number) => reopenAppointment(...by, eid),
    press: (token: string) => pressOf(portal, practice.db, member, token),
    undo: (token: string) => undoPress(...by, token),
    token: opaqueId,
  }
}

/** `2026-11-24T10:00` */
function timeOf(at: string): { day: string; time: string } {
  const [day = '', time = ''] = at.split('T')
  return { day, time }
}

/** Our row beside an event. */
export async function requestRow(practice: TestPractice, eid: number): Promise<Row> {
  const row = await practice.db.first<Row>(`SELECT * FROM foyer_appointment_requests WHERE pc_eid = :eid`, { eid })
  if (!row) throw new Error(`no request of ${String(eid)}`)
  return row
}

/** What the audit trail says was done to a visit, in order. */
export async function deedsOf(practice: TestPractice, eid: number): Promise<string[]> {
  const rows = await practice.db.select<{ event: string }>(
    `SELECT event FROM foyer_audit WHERE subject = :subject ORDER BY id`,
    { subject: `appointment:${String(eid)}` },
  )
  return rows.map(({ event }) => event.replace('appointment.', ''))
}

/** What listeners hear of a visit, in order. */
export async function heardOf(practice: TestPractice, eid: number): Promise<string[]> {
  const rows = await practice.db.select<{ event: string }>(
    `SELECT event FROM foyer_outbox WHERE JSON_VALUE(payload, '$.eid') = :eid ORDER BY id`,
    { eid: String(eid) },
  )
  return rows.map(({ event }) => event.replace('appointment.', ''))
}

/** By Maria's account the practice is asked to cancel this patient's visit; answers its address. */
export async function wishToCancel(
  practice: TestPractice,
  eid: number,
  day = TUESDAY,
  ofSeries = false,
): Promise<string> {
  const { account, record } = await chart(practice, 'maria')
  const pid = Number((await eventRow(practice, eid))['pc_pid'])
  const id = ofSeries ? `${String(eid)}-${day.replaceAll('-', '')}` : String(eid)
  await practice.db.transaction((tx) =>
    tx.insert(
      `INSERT INTO foyer_cancellation_requests
         (receipt, pc_eid, day, of_series, account_id, record, pid, reason, state, open_key, created_at)
       VALUES (:receipt, :eid, :day, :ofSeries, :account, :record, :pid, 'A fever', 'requested', :id, :now)`,
      {
        ...{ receipt: receiptNumber(), eid, day, ofSeries: ofSeries ? 1 : 0, account: account.id, record, pid, id },
        now: utc(practice.clock.now()),
      },
    ),
  )
  return id
}
