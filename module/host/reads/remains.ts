/** What Foyer wrote in the host's tables and leaves there when it goes: the practice's own from then on. */
import type { Queryable } from '../../platform/database.js'
import { NEW_PORTAL_USER } from '../noteTypes.js'
import { countPaper, paperIn, type PaperRemains } from './paperRemains.js'

/** How many of each; of what cannot be told apart from the host's own rows, those that surely are Foyer's. */
export interface Remains {
  appointments: number
  trackers: number
  trackerElements: number
  /** Opened when their patient arrived; each has one line in the list of forms. */
  encounters: number
  notes: number
  /** The kind of note that tells of registrations, and profiles that hold what a group alone is asked for. */
  listOptions: number
  logRows: number
  /** Groups whose portal right in the host was set from Foyer's pages, and staff who were made addressees there. */
  rights: number
  addressees: number
  /** Documents, forms, profiles and sign-ins. */
  paper: PaperRemains
}

/**
 * Counted by the audit trail, which names every event that was touched, and by the host's log, in which Foyer begins
 * what it says with its name. `tables`: those of Foyer's that are there; nothing is counted of what none tells. Reads
 * the whole log once: for a command, not for a page that is opened often.
 */
export async function countRemains(db: Queryable, tables: readonly string[]): Promise<Remains> {
  const hasTrail = tables.includes('foyer_audit')
  const visits = hasTrail ? await countVisits(db) : undefined
  const encounters = hasTrail ? await countEncounters(db) : undefined
  const log = hasTrail ? await countLog(db) : undefined
  const registrations = tables.includes('foyer_registration_links') ? await countRegistrations(db) : undefined
  const changes = tables.includes('foyer_acl_history') ? await lastingChanges(db) : []
  return {
    appointments: visits?.appointments ?? 0,
    trackers: visits?.trackers ?? 0,
    trackerElements: visits?.elements ?? 0,
    encounters: encounters?.count ?? 0,
    notes: (log?.notes ?? 0) + (registrations?.notes ?? 0),
    listOptions: registrations?.listOptions ?? 0,
    logRows: (log?.said ?? 0) + (log?.signIns ?? 0),
    rights: changes.filter(({ permission }) => permission === 'portal:use').length,
    addressees: changes.filter(({ permission }) => permission === 'addressee').length,
    paper: await countPaper(db, tables),
  }
}

/** A series' visit is named by its event and its day: `appointment:4711-20261124`. */
const touched = `SELECT DISTINCT CAST(SUBSTRING_INDEX(SUBSTRING(subject, 13), '-', 1) AS UNSIGNED) AS eid
                   FROM foyer_audit WHERE subject LIKE 'appointment:%'`

function countVisits(db: Queryable): Promise<{ appointments: number; trackers: number; elements: number } | undefined> {
  return db.first(
    // sql-safe: a constant
    `WITH touched AS (${touched})
     SELECT (SELECT COUNT(*) FROM touched JOIN openemr_postcalendar_events event ON event.pc_eid = touched.eid) AS appointments,
            (SELECT COUNT(*) FROM touched JOIN patient_tracker tracker ON tracker.eid = touched.eid) AS trackers,
            (SELECT COUNT(*) FROM touched JOIN patient_tracker tracker ON tracker.eid = touched.eid
               JOIN patient_tracker_element element ON element.pt_tracker_id = tracker.id) AS elements`,
  )
}

/** Those of which the trail has the number (checkingIn.ts), as far as nobody has removed them. */
function countEncounters(db: Queryable): Promise<{ count: number } | undefined> {
  return db.first(
    `SELECT COUNT(*) AS count FROM foyer_audit a
       JOIN form_encounter e ON e.pid = a.pid AND e.encounter = CAST(JSON_UNQUOTE(JSON_EXTRACT(a.details, '$.encounter')) AS UNSIGNED)
      WHERE a.subject LIKE 'appointment:%' AND JSON_EXTRACT(a.details, '$.encounter') IS NOT NULL`,
  )
}

/** `Foyer:` in base64, as the log keeps its comments (facts §11.1). */
const SAYS_FOYER = `${Buffer.from('Foyer:').toString('base64')}%`

/**
 * Notes are those of the same second, about the same patient, as something that the log has of Foyer. Signing in is
 * logged in the host's own words (facts §11.2), so these rows are counted by the trail.
 */
function countLog(db: Queryable): Promise<{ said: number; notes: number; signIns: number } | undefined> {
  return db.first(
    `WITH said AS (SELECT date, patient_id FROM log WHERE comments LIKE :saysFoyer)
     SELECT (SELECT COUNT(*) FROM said) AS said,
            (SELECT COUNT(*) FROM foyer_audit
              WHERE event IN ('patient.signed-in', 'patient.sign-in-refused')) AS signIns,
            (SELECT COUNT(DISTINCT note.id) FROM said
               JOIN pnotes note ON note.pid = said.patient_id AND note.date = said.date AND note.title <> :ofRegistrations) AS notes`,
    { saysFoyer: SAYS_FOYER, ofRegistrations: NEW_PORTAL_USER },
  )
}

/** A registration names its note, which is of a kind that is added with the first one. What Foyer adds to lists says so. */
function countRegistrations(db: Queryable): Promise<{ notes: number; listOptions: number } | undefined> {
  return db.first(
    `SELECT (SELECT COUNT(*) FROM foyer_registrations r JOIN pnotes note ON note.id = r.note_id) AS notes,
            (SELECT COUNT(*) FROM list_options o
              WHERE o.notes = 'foyer'
                AND (o.list_id = 'Document_Template_Profiles'
                  OR (o.list_id = 'note_type' AND o.option_id = :option
                    AND EXISTS (SELECT 1 FROM pnotes note WHERE note.title = :option)))) AS listOptions`,
    { option: NEW_PORTAL_USER },
  )
}

/** What was changed in the host's own access control, and stands so: a group's portal right, a user as an addressee. */
function lastingChanges(db: Queryable): Promise<Array<{ permission: string }>> {
  return db.select(
    `SELECT permission FROM foyer_acl_history
      WHERE id IN (SELECT MAX(id) FROM foyer_acl_history GROUP BY subject, permission)
        AND ((permission = 'portal:use' AND subject LIKE 'group:%' AND effect <> 'default')
          OR (permission = 'addressee' AND effect = 'on'))`,
  )
}

/**
 * Rows that Foyer added to a host table, or changed there; null where what it did cannot be told from the host's own
 * doing: counters, locks, keys, and rules of access of which only the rights are counted.
 */
export function remainsIn(table: string, remains: Remains): number | null {
  return byTable[table]?.(remains) ?? paperIn(table, remains.paper) ?? null
}

const byTable: Readonly<Record<string, (remains: Remains) => number>> = {
  openemr_postcalendar_events: ({ appointments }) => appointments,
  patient_tracker: ({ trackers }) => trackers,
  patient_tracker_element: ({ trackerElements }) => trackerElements,
  form_encounter: ({ encounters }) => encounters,
  forms: ({ encounters }) => encounters,
  pnotes: ({ notes }) => notes,
  list_options: ({ listOptions }) => listOptions,
  log: ({ logRows }) => logRows,
  log_comment_encrypt: ({ logRows }) => logRows,
  users: ({ addressees }) => addressees,
  gacl_aco_map: ({ rights }) => rights,
}
