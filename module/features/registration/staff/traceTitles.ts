/** What the things of a trace are called where the portal knows it: a file by its name, a visit by its day and time. */
import type { Day } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'

export interface TraceTitle {
  /** A document's, or the names of files that were sent together. */
  title: string | null
  /** Of a visit. */
  day: Day | null
  /** `HH:MM:SS` */
  start: string | null
}

/** By the trail's subjects: `submission:12`. One statement, none for no subject. */
export async function titlesOf(db: Queryable, subjects: readonly string[]): Promise<ReadonlyMap<string, TraceTitle>> {
  const of = (kind: string) =>
    subjects.flatMap((subject) => (subject.startsWith(`${kind}:`) ? [subject.slice(kind.length + 1)] : []))
  const asked = { submissions: of('submission'), appointments: of('appointment'), uploads: of('upload') }
  if (Object.values(asked).every((ids) => ids.length === 0)) return new Map()
  const rows = await db.select<TraceTitle & { subject: string }>(
    `SELECT CONCAT('submission:', id) AS subject, title, NULL AS day, NULL AS start FROM foyer_submissions WHERE id IN (:submissions)
      UNION ALL
     SELECT CONCAT('appointment:', pc_eid), NULL, day, start_time FROM foyer_appointment_requests WHERE pc_eid IN (:appointments)
      UNION ALL
     SELECT CONCAT('upload:', CONVERT(batch USING utf8mb4)), GROUP_CONCAT(name ORDER BY id SEPARATOR ', '), NULL, NULL
       FROM foyer_uploads WHERE batch IN (:uploads) GROUP BY batch`,
    {
      submissions: ['0', ...asked.submissions],
      appointments: ['0', ...asked.appointments],
      uploads: ['', ...asked.uploads],
    },
  )
  return new Map(rows.map(({ subject, ...title }) => [subject, title]))
}
