import { column, key, type Step } from './step.js'

const file = '0024-family-bars'

/**
 * Which accounts were merged into one: whoever lost the access to a chart is known by all of theirs. `lost_login`: whose
 * login of the host's the account had when staff took that chart from its holder.
 */
export const familyBars: readonly Step[] = [
  key(file, 'accounts', 'merged', 'merged_into'),
  column(file, 'accounts', 'lost_login', 'BIGINT NULL'),
  key(file, 'accounts', 'lost', 'lost_login'),
]
