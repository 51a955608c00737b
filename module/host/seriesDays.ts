/** One day of a series in the host's calendar, taken out of it for a row of its own (facts §2.4). */
import { rowsOf, type LockedEvent } from './events.js'
import { phpSerialize, phpUnserialize, type PhpArray, type PhpValue } from './php/serialize.js'
import type { RecurrenceColumns } from './recurrence.js'
import type { Day, WallClock } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'

/** How a series repeats, as it stands; undefined: no such event. The caller holds its lock. */
export function recurrenceOf(tx: Tx, eid: number): Promise<RecurrenceColumns | undefined> {
  return tx.first<RecurrenceColumns>(
    `SELECT pc_eventDate, pc_endDate, pc_recurrtype, pc_recurrspec FROM openemr_postcalendar_events WHERE pc_eid = :eid`,
    { eid },
  )
}

export interface DayOfSeries {
  status: string
  at: WallClock
  /** Replaces the comment. */
  text?: string
  /** The staff user who decides (facts §2.6). */
  informant?: number
  noEndDate: string | null
}

/**
 * Takes one day out of a series and gives it a single row of its own with this status, as the host does when staff
 * change only the current day (facts §2.4: exdate, written `Ymd`). Of several providers each gets such a row, and the
 * new rows a number of their own, the next one (facts §2.3). Answers their pc_eid in the order of the series' rows: the
 * visit goes by the first. The caller holds the turns of all providers, and has seen that the series can be read.
 */
export async function splitDay(tx: Tx, event: LockedEvent, day: Day, as: DayOfSeries): Promise<number[]> {
  const rows = await tx.select<{ eid: number; spec: string | null }>(
    `SELECT pc_eid AS eid, pc_recurrspec AS spec FROM openemr_postcalendar_events WHERE pc_eid IN (:eids) ORDER BY pc_eid`,
    { eids: await rowsOf(tx, event) },
  )
  const multiple = rows.length > 1 ? await nextMultiple(tx) : 0
  const eids: number[] = []
  for (const { eid, spec } of rows) {
    await tx.change(`UPDATE openemr_postcalendar_events SET pc_recurrspec = :spec WHERE pc_eid = :eid`, {
      spec: withException(spec, day),
      eid,
    })
    eids.push(await insertDay(tx, eid, multiple, day, as))
  }
  return eids
}

/** As the host counts (facts §2.3). It has no index, but a day of a series with several providers is rare. */
async function nextMultiple(tx: Tx): Promise<number> {
  const row = await tx.first<{ next: number | null }>(
    `SELECT MAX(pc_multiple) + 1 AS next FROM openemr_postcalendar_events`,
  )
  return row?.next ?? 1
}

function insertDay(tx: Tx, eid: number, multiple: number, day: Day, as: DayOfSeries): Promise<number> {
  const text = as.text === undefined ? 'pc_hometext' : ':text'
  const informant = as.informant === undefined ? 'pc_informant' : ':informant'
  return tx.insert(
    `INSERT INTO openemr_postcalendar_events
       (pc_catid, pc_multiple, pc_aid, pc_pid, pc_gid, pc_title, pc_time, pc_hometext, pc_informant, pc_eventDate, pc_endDate,
        pc_duration, pc_recurrtype, pc_recurrspec, pc_startTime, pc_endTime, pc_alldayevent, pc_apptstatus,
        pc_prefcatid, pc_location, pc_eventstatus, pc_sharing, pc_facility, pc_billing_location, pc_room)
     SELECT pc_catid, :multiple, pc_aid, pc_pid, pc_gid, pc_title, :at, ${text}, ${informant}, :day, :endDate,
            pc_duration, 0, :single, pc_startTime, pc_endTime, pc_alldayevent, :status,
            pc_prefcatid, pc_location, pc_eventstatus, pc_sharing, pc_facility, pc_billing_location, pc_room
       FROM openemr_postcalendar_events WHERE pc_eid = :eid`, // sql-safe: constants
    {
      ...{ eid, multiple, day, at: as.at, status: as.status, single: notRepeated },
      ...{ text: as.text ?? null, endDate: as.noEndDate },
      informant: as.informant === undefined ? null : String(as.informant),
    },
  )
}

// What the host's staff screens write for a single visit (facts §2.4).
const notRepeated = phpSerialize({
  event_repeat_freq: '',
  event_repeat_freq_type: '',
  event_repeat_on_num: '1',
  event_repeat_on_day: '0',
  event_repeat_on_freq: '0',
  exdate: '',
})

/** The recurrence with one more day left out; every other key as it was. */
function withException(spec: string | null, day: Day): string {
  const fields = phpUnserialize(spec)
  if (!(fields instanceof Map)) throw new Error('a series whose recurrence cannot be read has no days')
  const before: PhpValue | undefined = (fields as PhpArray).get('exdate')
  const days = typeof before === 'string' && before !== '' ? before.split(',') : []
  const after = [...days, day.replaceAll('-', '')].join(',')
  return phpSerialize(new Map<string | number, PhpValue>([...(fields as PhpArray), ['exdate', after]]))
}
