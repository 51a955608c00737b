import { column, type Step } from './step.js'

const file = '0038-first-hashes'

/**
 * The hash with which staff made a password, sealed, as long as its row is open: the host may create the hash anew from
 * the same password.
 */
export const firstHashes: readonly Step[] = [
  column(file, 'credentials', 'first_hash', 'VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NULL'),
]
