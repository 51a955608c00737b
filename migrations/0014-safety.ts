import { safetyIndexes } from '../module/host/indexes.js'
import type { Step } from './step.js'

const file = '0014-safety'

/** Found by what somebody types who forgot how they sign in, without walking a million charts. */
export const safety: readonly Step[] = safetyIndexes.map(({ name, table, columns }) => ({
  name: `${file}/index-${name}`,
  up: `CREATE INDEX ${name} ON ${table} (${columns.join(', ')})`,
  down: `DROP INDEX ${name} ON ${table}`,
}))
