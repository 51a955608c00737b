import type { Queryable } from '../../platform/database.js'

/** "Santos, Leo" of each of these charts, by pid; those that are gone are left out. One statement, none for nobody. */
export async function patientNames(db: Queryable, pids: readonly number[]): Promise<Map<number, string>> {
  if (pids.length === 0) return new Map()
  const rows = await db.select<{ pid: number; lname: string; fname: string }>(
    `SELECT pid, lname, fname FROM patient_data WHERE pid IN (:pids)`,
    { pids: [...new Set(pids)] },
  )
  return new Map(rows.map(({ pid, lname, fname }) => [pid, [lname, fname].filter((part) => part !== '').join(', ')]))
}
