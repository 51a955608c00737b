/** The host's own screens, which ask nobody: rows written, moved and deleted by themselves. */
import { QueryTypes } from 'sequelize'
import { OFFICE_VISIT, type TestPractice } from '../../support/practice.js'
import { TUESDAY } from './visits.js'

/** The host's numbers (facts §2.2). */
export const HOLIDAYS = 6
export const CLOSED = 7
export const LUNCH = 8
export const RESERVED = 11
export const GROUP_THERAPY = 15

/** Columns of a calendar row; what is not named is that of a visit of a quarter of an hour at nine on Tuesday. */
export async function hostWrites(
  practice: TestPractice,
  columns: Record<string, string | number | null>,
): Promise<number> {
  const row = {
    ...{
      pc_catid: OFFICE_VISIT,
      pc_multiple: 0,
      pc_aid: String(practice.staff.lee),
      pc_pid: '',
      pc_title: 'Office Visit',
    },
    ...{ pc_time: '2026-11-23 08:00:00', pc_hometext: '', pc_informant: '1', pc_eventDate: TUESDAY, pc_duration: 900 },
    ...{ pc_recurrtype: 0, pc_recurrspec: '', pc_startTime: '09:00:00', pc_endTime: '09:15:00', pc_alldayevent: 0 },
    ...{ pc_apptstatus: '-', pc_eventstatus: 1, pc_sharing: 1, pc_facility: 0 },
    ...columns,
  }
  const names = Object.keys(row)
  const [eid] = await practice.db.sequelize.query(
    `INSERT INTO openemr_postcalendar_events (${names.join(', ')}) VALUES (${names.map((name) => `:${name}`).join(', ')})`,
    { type: QueryTypes.INSERT, replacements: row },
  )
  return eid
}

/** A holiday as the host's list of holidays makes its events: no provider, no hour, a day's length. */
export function hostClosesDay(
  practice: TestPractice,
  day: string,
  title: string,
  columns: Record<string, string | number | null> = {},
): Promise<number> {
  return hostWrites(practice, {
    ...{ pc_catid: HOLIDAYS, pc_aid: '0', pc_pid: '0', pc_title: title, pc_eventDate: day, pc_duration: 86_400 },
    ...{ pc_startTime: null, pc_endTime: null, pc_alldayevent: 1, pc_informant: null, pc_sharing: 2 },
    ...columns,
  })
}

/** One visit with several providers: a row in the calendar of each, under one number (facts §2.3). */
export async function hostWritesForAll(
  practice: TestPractice,
  providers: readonly number[],
  columns: Record<string, string | number | null>,
): Promise<number[]> {
  const [row] = await practice.db.select<{ next: number }>(
    `SELECT MAX(pc_multiple) + 1 AS next FROM openemr_postcalendar_events`,
  )
  const eids = []
  for (const provider of providers) {
    eids.push(await hostWrites(practice, { pc_multiple: row?.next ?? 1, pc_aid: String(provider), ...columns }))
  }
  return eids
}

/** Staff of the host delete for good (facts §2.6). */
export async function hostDeletes(practice: TestPractice, eid: number): Promise<void> {
  await practice.db.sequelize.query(`DELETE FROM openemr_postcalendar_events WHERE pc_eid = :eid`, {
    replacements: { eid },
  })
}
