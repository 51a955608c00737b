/** What was done to a visit and by whom, as the audit trail has it. */
import { DateTime } from 'luxon'
import { day as dayOf, type Utc } from '../../../platform/clock.js'
import type { StaffContext } from '../../../web/routes.js'
import { writeShortDay } from '../../../web/times.js'

interface HistoryRow {
  at: Utc
  actor_name: string
  event: string
  /** What the patient was told of a refused wish to cancel. */
  why: string | null
  /** The encounter that was opened with it. */
  encounter: string | null
}

const HISTORY_SHOWN = 30

/** What was done to a visit, as the audit trail has it: one read. Who looked at it is not told here. */
export async function historyOf(context: StaffContext, eid: number) {
  const { t } = context
  const rows = await deedRows(context, eid, HISTORY_SHOWN)
  return rows.flatMap((row) => {
    const key = `appointments.history.${row.event.replace('appointment.', '')}`
    const what = t(key)
    const opened = row.encounter === null ? '' : t('appointments.history.encounter', { encounter: row.encounter })
    return what === key ? [] : [{ what: `${what}${opened}`, why: row.why ?? '', ...whoAndWhen(context, row) }]
  })
}

/** Who did something to a visit last, and when: what somebody who came a moment later is told. */
export async function lastDeed(context: StaffContext, eid: number): Promise<{ who: string; when: string } | undefined> {
  const [last] = await deedRows(context, eid, 1)
  return last && whoAndWhen(context, last)
}

function deedRows({ portal }: StaffContext, eid: number, most: number): Promise<HistoryRow[]> {
  return portal.db.select<HistoryRow>(
    `SELECT a.at, a.actor_name, a.event, JSON_UNQUOTE(JSON_EXTRACT(a.details, '$.encounter')) AS encounter,
            IF(a.event = 'appointment.cancellation-refused',
               (SELECT c.decision_reason FROM foyer_cancellation_requests c
                 WHERE c.pc_eid = :eid AND c.state = 'refused' AND c.decided_at <= a.at ORDER BY c.id DESC LIMIT 1),
               NULL) AS why
       FROM foyer_audit a
      WHERE a.subject = :subject AND a.event LIKE 'appointment.%' ORDER BY a.id DESC LIMIT ${String(most)}`, // sql-safe: a number of ours
    { eid, subject: `appointment:${String(eid)}` },
  )
}

function whoAndWhen({ language, portal }: StaffContext, { at, actor_name: who }: HistoryRow) {
  const there = DateTime.fromSQL(at, { zone: 'utc' }).setZone(portal.clock.zone)
  const today = dayOf(portal.clock.now())
  return { who, when: `${writeShortDay(dayOf(there), language, today)}, ${there.toFormat('HH:mm')}` }
}
