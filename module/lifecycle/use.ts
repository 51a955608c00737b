/** What people left: in Foyer's own tables, which go with it, and in the host's, which stay. */
import type { Remains } from '../host/reads/remains.js'
import type { Queryable } from '../platform/database.js'
import type { Said } from './said.js'
import type { LifecycleKey } from './words.js'

interface Kind {
  table: string
  key: LifecycleKey
  where: string
}

/** Any of these, and patients have used it. */
const ofPatients: readonly Kind[] = [
  { table: 'foyer_accounts', key: 'life.accounts', where: 'TRUE' },
  { table: 'foyer_grants', key: 'life.grants', where: 'TRUE' },
  { table: 'foyer_appointment_requests', key: 'life.requests', where: 'TRUE' },
  { table: 'foyer_cancellation_requests', key: 'life.cancellations', where: 'TRUE' },
  { table: 'foyer_submissions', key: 'life.submissions', where: 'TRUE' },
  { table: 'foyer_files', key: 'life.files', where: `state = 'kept'` },
  { table: 'foyer_audit', key: 'life.patientEntries', where: 'pid IS NOT NULL OR record IS NOT NULL' },
]

/** What an administrator would miss besides. */
const ofThePractice: readonly Kind[] = [
  { table: 'foyer_audit', key: 'life.otherEntries', where: 'pid IS NULL AND record IS NULL' },
  { table: 'foyer_settings', key: 'life.settings', where: 'TRUE' },
  { table: 'foyer_acl_rules', key: 'life.rules', where: 'TRUE' },
]

/** What patients left, and with it what the practice did, each kind that there is counted. */
export async function countUse(
  db: Queryable,
  tables: readonly string[],
): Promise<{ patients: readonly Said[]; practice: readonly Said[]; files: number }> {
  const patients = await count(db, tables, ofPatients)
  const files = patients.find(({ key }) => key === 'life.files')?.params?.['count']
  return { patients, practice: await count(db, tables, ofThePractice), files: Number(files ?? 0) }
}

async function count(db: Queryable, tables: readonly string[], kinds: readonly Kind[]): Promise<Said[]> {
  const there = kinds.filter(({ table }) => tables.includes(table))
  const rows = await Promise.all(
    there.map(({ table, where }) =>
      // sql-safe: names and conditions from the lists above
      db.first<{ rows: number }>(`SELECT COUNT(*) AS \`rows\` FROM ${table} WHERE ${where}`),
    ),
  )
  return counted(there.map(({ key }, index) => [key, rows[index]?.rows ?? 0]))
}

function counted(kinds: ReadonlyArray<readonly [LifecycleKey, number]>): Said[] {
  return kinds.filter(([, count]) => count > 0).map(([key, count]) => ({ key, params: { count } }))
}

/** What of Foyer's writing stays in the host, in a sentence. What only goes with it (a category, an identifier) goes without saying. */
export function whatStays(remains: Remains): Said {
  const { paper } = remains
  const what = counted([
    ['life.appointments', remains.appointments],
    ['life.trackers', remains.trackers],
    ['life.encounters', remains.encounters],
    ['life.notes', remains.notes],
    ['life.charts', paper.charts ?? 0],
    ['life.credentials', paper.credentials ?? 0],
    ['life.filed', paper.filed ?? 0],
    ['life.filled', paper.filled ?? 0],
    ['life.signatures', paper.signatures ?? 0],
    ['life.templates', paper.templates ?? 0],
    ['life.questionnaires', paper.questionnaires ?? 0],
    ['life.answers', paper.answers ?? 0],
    ['life.insurances', paper.insurances ?? 0],
    ['life.activities', paper.activities ?? 0],
    ['life.logRows', remains.logRows],
    ['life.rights', remains.rights],
    ['life.addressees', remains.addressees],
  ])
  return what.length > 0 ? { key: 'life.stays', params: { what } } : { key: 'life.staysNothing' }
}
