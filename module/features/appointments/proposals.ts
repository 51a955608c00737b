/** Times that the practice proposed, and what became of each. */
import type { Portal } from '../../access/portal.js'
import { utc, type Day } from '../../platform/clock.js'
import type { Queryable, Tx } from '../../platform/database.js'

export interface Proposal {
  id: number
  /** Where the request stood when the first was made; `provider`: users.id. */
  from: { day: Day; start: string; provider: number }
  day: Day
  /** HH:MM */
  start: string
  /** What the practice wrote with it. */
  note: string
  /** Staff who may overbook knew that another visit lies there. */
  overAnother: boolean
  state: string
  answer: string
  /** It waits for the patient. */
  open: boolean
  /** Username. */
  proposedBy: string
}

interface Row {
  id: number
  from_day: Day
  from_start: string
  from_provider: string
  day: Day
  start_time: string
  note: string
  over_another: number
  state: string
  answer: string | null
  open_eid: number | null
  proposed_by: string
}

/** The one that waits for the patient, else the last of those that are over; undefined: none was ever made. */
export async function lastProposal(db: Queryable, eid: number): Promise<Proposal | undefined> {
  const row = await db.first<Row>(
    // Not simply the last: when a second proposal is taken back, the first waits again.
    `SELECT id, from_day, from_start, from_provider, day, start_time, note, over_another, state, answer, open_eid, proposed_by
       FROM foyer_appointment_proposals WHERE pc_eid = :eid ORDER BY open_eid IS NULL, id DESC LIMIT 1`,
    { eid },
  )
  return (
    row && {
      ...{ id: row.id, day: row.day, start: row.start_time.slice(0, 5) },
      from: { day: row.from_day, start: row.from_start.slice(0, 5), provider: Number(row.from_provider) },
      overAnother: row.over_another !== 0,
      ...{ note: row.note, state: row.state, answer: row.answer ?? '', open: row.open_eid !== null },
      proposedBy: row.proposed_by,
    }
  )
}

/** The proposal that waits for the patient, if there is one. */
export async function openProposal(db: Queryable, eid: number): Promise<Proposal | undefined> {
  const last = await lastProposal(db, eid)
  return last?.open ? last : undefined
}

/** 'accepted': also when it was agreed on otherwise; 'replaced': by another; 'lapsed': its time came without an answer. */
export type ProposalEnd =
  { state: 'accepted' | 'withdrawn' | 'replaced' | 'lapsed' } | { state: 'answered'; answer: string }

/** Ends the proposal that waits for this visit's patient; nothing where none does. */
export async function endProposal(tx: Tx, portal: Portal, eid: number, end: ProposalEnd): Promise<void> {
  await tx.change(
    `UPDATE foyer_appointment_proposals
        SET state = :state, answer = :answer, answered_at = :now, open_eid = NULL WHERE open_eid = :eid`,
    { eid, answer: null, ...end, now: utc(portal.clock.now()) },
  )
}
