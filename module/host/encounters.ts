/** The encounter that the host opens in the chart of whoever arrives (facts §2.6, §10.2), with the values that it writes. */
import { readText } from './events.js'
import type { Globals } from './globals.js'
import { nextId } from './sequence.js'
import { daysLater, type Day, type WallClock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'

/** Of the host's auto_create_new_encounters: none; one a patient and day; one for each appointment. */
export type OpensEncounters = 'never' | 'one-a-day' | 'each-visit'

/** What the practice has set (facts §10.2). Not set at all, the host opens none (facts §10.0). */
export function opensEncounters(globals: Globals): OpensEncounters {
  const value = Number(globals.get('auto_create_new_encounters') ?? 0)
  if (!(value > 0)) return 'never'
  return value === 2 ? 'each-visit' : 'one-a-day'
}

export interface Arrival {
  pid: number
  /** Of several providers the rows of all (facts §2.3); the first is the visit's own. */
  eids: readonly number[]
  day: Day
  /** The staff user who checks them in. */
  user: { id: number; username: string }
  at: WallClock
  globals: Globals
}

/**
 * Opens the visit's encounter and notes its number on the flow board, in the rows of all its providers. Answers
 * form_encounter.encounter, the number that the host's staff know it by; undefined: there is one, of this visit or, where
 * the practice has one a day, of this patient and day. The caller holds the patient's turn and has written the visit's
 * lines on the flow board. The row's uuid stays NULL, and the host fills it in (facts §12.6).
 */
export async function openEncounter(tx: Tx, arrival: Arrival): Promise<number | undefined> {
  if (await hasEncounter(tx, arrival)) return undefined
  const visit = await visitOf(tx, arrival)
  if (!visit) return undefined
  const encounter = await nextId(tx)
  const { at, day, eids, globals, pid, user } = arrival
  const reason = globals.get('auto_create_prevent_reason') === '1' ? '' : readText(visit.text) || NO_REASON
  const id = await tx.insert(
    `INSERT INTO form_encounter
       (date, onset_date, reason, facility, facility_id, billing_facility, provider_id, pid, encounter, pos_code, pc_catid)
     VALUES (:day, :day, :reason, :facility, :facilityId, :billing, :provider, :pid, :encounter, :pos, :category)`,
    {
      ...{ day: `${day} 00:00:00`, reason, pid, encounter, facility: visit.facility ?? '' },
      ...{ facilityId: visit.facility_id, billing: visit.billing_id, provider: Number(visit.provider) },
      ...{ pos: visit.pos_code, category: visit.category },
    },
  )
  await tx.insert(
    `INSERT INTO forms (date, encounter, form_name, form_id, pid, user, groupname, authorized, formdir)
     VALUES (:at, :encounter, 'New Patient Encounter', :id, :pid, :username, :group, 1, 'newpatient')`,
    { at, encounter, id, pid, username: user.username, group: visit.groupname ?? 'Default' },
  )
  await tx.change(
    `UPDATE patient_tracker SET encounter = :encounter WHERE eid IN (:eids) AND pid = :pid AND apptdate = :day`,
    { encounter, eids, pid, day },
  )
  return encounter
}

/** The host's own words, where nothing is written on the visit. */
const NO_REASON = 'Please indicate visit reason'

/** Of this visit, whatever the time that it had; of this patient's day, where one a day is enough. */
async function hasEncounter(tx: Tx, { day, eids, globals, pid }: Arrival): Promise<boolean> {
  const ofVisit = await tx.first(
    `SELECT id FROM patient_tracker WHERE eid IN (:eids) AND pid = :pid AND apptdate = :day AND encounter <> 0 LIMIT 1`,
    { eids, pid, day },
  )
  if (ofVisit) return true
  if (opensEncounters(globals) === 'each-visit') return false
  const ofDay = await tx.first(
    `SELECT id FROM form_encounter WHERE pid = :pid AND date >= :day AND date < :next LIMIT 1`,
    { pid, day, next: daysLater(day, 1) },
  )
  return ofDay !== undefined
}

interface VisitRow {
  text: string | null
  provider: string | null
  category: number
  facility_id: number
  billing_id: number
  facility: string | null
  pos_code: number | null
  groupname: string | null
}

/** The visit, where it takes place, and who checks them in: where the visit names no place, it is theirs. */
function visitOf(db: Queryable, { eids, user }: Arrival): Promise<VisitRow | undefined> {
  return db.first<VisitRow>(
    `SELECT e.pc_hometext AS text, e.pc_aid AS provider, e.pc_catid AS category,
            IF(e.pc_facility > 0, e.pc_facility, u.facility_id) AS facility_id,
            IF(e.pc_billing_location > 0, e.pc_billing_location, IF(e.pc_facility > 0, e.pc_facility, u.facility_id)) AS billing_id,
            COALESCE(f.name, u.facility) AS facility, f.pos_code,
            (SELECT g.name FROM \`groups\` g WHERE g.user = u.username AND COALESCE(g.name, '') <> '' ORDER BY g.id LIMIT 1) AS groupname
       FROM openemr_postcalendar_events e
       JOIN users u ON u.id = :user
       LEFT JOIN facility f ON f.id = IF(e.pc_facility > 0, e.pc_facility, u.facility_id)
      WHERE e.pc_eid = :eid`,
    { eid: eids[0] ?? 0, user: user.id },
  )
}
