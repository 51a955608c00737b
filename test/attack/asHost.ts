/** What the host's own screens do meanwhile: nobody is asked. */
import { QueryTypes } from 'sequelize'
import type { Database } from '../../module/platform/database.js'
import { OFFICE_VISIT } from '../support/practice.js'
import { aim, any, anyIf, columnOf, now, timeOf, type Field } from './field.js'
/** As the host's calendar does: one INSERT by itself, nobody asked, whatever is there; at any minute, of any length. */
export async function writeAsHost(field: Field, db: Database): Promise<void> {
  const { provider, day, minute } = aim(field, 5)
  const minutes = any([10, 20, 25, 40])
  const notBefore = now()
  const [eid] = await db.sequelize.query(
    `INSERT INTO openemr_postcalendar_events
       (pc_catid, pc_multiple, pc_aid, pc_pid, pc_title, pc_time, pc_hometext, pc_informant, pc_eventDate, pc_duration,
        pc_recurrtype, pc_recurrspec, pc_startTime, pc_endTime, pc_eventstatus, pc_sharing)
     VALUES (:category, 0, :provider, '', 'Office Visit', '2026-11-23 08:00:00', '', '1', :day, :seconds, 0, '', :start, :end, 1, 1)`,
    {
      type: QueryTypes.INSERT,
      replacements: {
        category: OFFICE_VISIT,
        provider: String(provider),
        day,
        seconds: minutes * 60,
        start: timeOf(minute),
        end: timeOf(minute + minutes),
      },
    },
  )
  const when = { notBefore, committed: now() }
  field.witness.held({ eid, by: 'host', column: columnOf(provider, day), from: minute, to: minute + minutes, ...when })
  field.hostRows.add(eid)
  field.counts.hostRows += 1
}

export async function cancelAsHost(field: Field, db: Database): Promise<void> {
  const eid = anyIf([...field.hostRows])
  if (eid === undefined) return
  field.hostRows.delete(eid)
  field.witness.releasing(eid, now())
  await db.sequelize.query(`UPDATE openemr_postcalendar_events SET pc_apptstatus = 'x' WHERE pc_eid = :eid`, {
    replacements: { eid },
  })
  field.counts.hostCancelled += 1
}
