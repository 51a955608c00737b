import { overlapIndexes } from '../module/host/indexes.js'
import type { Step } from './step.js'

const file = '0025-overlaps'

/** What was written into the calendar since the last look, without walking all that stands in it. */
export const overlapLooks: readonly Step[] = overlapIndexes.map(({ name, table, columns }) => ({
  name: `${file}/index-${name}`,
  up: `CREATE INDEX ${name} ON ${table} (${columns.join(', ')})`,
  down: `DROP INDEX ${name} ON ${table}`,
}))
