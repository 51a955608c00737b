/** What doctor asks the host: whether those who are to use the portal can. */
import type { Queryable } from '../platform/database.js'
import { calendarIndexes } from './indexes.js'

/** How many patients the practice has let into the portal, and how many of those have nothing to sign in with. */
export async function countAuthorisedPatients(
  db: Queryable,
): Promise<{ authorised: number; withoutCredential: number }> {
  const counts = await db.first<{ authorised: number; with_credential: string | null }>(
    `SELECT COUNT(*) AS authorised, SUM(credential.portal_pwd <> '') AS with_credential
       FROM patient_data patient LEFT JOIN patient_access_onsite credential ON credential.pid = patient.pid
      WHERE patient.allow_patient_portal = 'YES'`,
  )
  const authorised = counts?.authorised ?? 0
  return { authorised, withoutCredential: authorised - Number(counts?.with_credential ?? 0) }
}

/** Whether the indexes stand by which calendars are read: not before Foyer's steps have run. */
export async function calendarIsIndexed(db: Queryable): Promise<boolean> {
  const names = calendarIndexes.map(({ name }) => name)
  const row = await db.first<{ there: number }>(
    `SELECT COUNT(DISTINCT INDEX_NAME) AS there FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'openemr_postcalendar_events' AND INDEX_NAME IN (:names)`,
    { names },
  )
  return row?.there === names.length
}
