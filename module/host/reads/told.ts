/** What a patient's page last said of a request's event, beside what the host's calendar says now. */
import type { Tx } from '../../platform/database.js'

/** Notes that Foyer itself has just brought the event to where it stands: nobody needs to be told of it again. */
export async function rememberTold(tx: Tx, eid: number): Promise<void> {
  await tx.change(
    `UPDATE foyer_appointment_requests r JOIN openemr_postcalendar_events e ON e.pc_eid = r.pc_eid
        SET r.told_status = e.pc_apptstatus, r.told_day = e.pc_eventDate, r.told_start = e.pc_startTime, r.told_provider = e.pc_aid
      WHERE r.pc_eid = :eid`,
    { eid },
  )
}
