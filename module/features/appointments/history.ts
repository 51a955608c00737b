/** What became of a visit, step by step: read off the trail of what was done to it, so that no step is left out. */
import { pidOf, type PatientScope } from '../../access/scope.js'
import type { Utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import type { Appointment } from './appointment.js'

export interface HistoryStep {
  at: Utc
  /** `requested`, `proposed`, …: a key of `appointments.steps`. */
  what: string
  /** Display name of the account that did it; undefined: the practice. */
  by: string | undefined
  details: Readonly<Record<string, unknown>>
}

/** What a patient is told of; a status of the practice's own (chart pulled, reminder done) is not. */
const told = [
  ...['requested', 'confirmed', 'declined', 'cancelled', 'reopened', 'overbooked'],
  ...[
    'proposed',
    'proposal-accepted',
    'proposal-answered',
    'proposal-withdrawn',
    'proposal-lapsed',
    'alternative-taken',
  ],
  ...['moved', 'move-requested'],
  ...['cancellation-requested', 'cancellation-withdrawn', 'cancellation-refused', 'cancellation-granted'],
  'cancellation-lapsed',
  ...['booked-again', 'undone', 'removed', 'status-set'],
]

interface Row {
  at: Utc
  event: string
  actor_kind: string
  actor_name: string
  details: unknown
}

/**
 * The oldest first. Of one day of a series, only what was said of that day. What was done while the practice had given
 * the event to somebody else is theirs.
 */
export async function historyOf(db: Queryable, scope: PatientScope, appointment: Appointment): Promise<HistoryStep[]> {
  const rows = await db.select<Row>(
    `SELECT at, event, actor_kind, actor_name, details FROM foyer_audit
      WHERE subject = :subject AND event IN (:events) AND (pid = :pid OR (:pid IS NULL AND pid IS NULL AND record = :record))
      ORDER BY id LIMIT 200`,
    {
      subject: `appointment:${String(appointment.eid)}`,
      events: told.map((each) => `appointment.${each}`),
      pid: pidOf(scope) ?? null,
      record: scope.record,
    },
  )
  const steps = rows.flatMap((row): HistoryStep[] => {
    const details = detailsOf(row.details)
    const by = row.actor_kind === 'account' ? row.actor_name : undefined
    const what = nameOf(row.event.replace(/^appointment\./, ''), by, details)
    return what === undefined ? [] : [{ at: row.at, what, by, details }]
  })
  return appointment.ofSeries ? steps.filter((each) => each.details['day'] === appointment.day) : steps
}

/** Undefined: a step of the practice's own. What the host's screens set is told by what it makes of the request. */
function nameOf(event: string, by: string | undefined, details: HistoryStep['details']): string | undefined {
  const { state } = details
  const what = event === 'status-set' ? (state === 'confirmed' || state === 'cancelled' ? state : undefined) : event
  return what === 'cancelled' && by === undefined ? 'cancelled-by-practice' : what
}

/** MariaDB keeps JSON as text, MySQL gives it read. */
function detailsOf(details: unknown): Readonly<Record<string, unknown>> {
  const read: unknown = typeof details === 'string' ? JSON.parse(details) : details
  return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {}
}
