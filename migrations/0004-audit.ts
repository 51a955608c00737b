import { column, key, table, type Step } from './step.js'

const file = '0004-audit'

/**
 * The trail says as whom somebody acted, is found by time, person and event, and is sealed into a chain. `unsealed` is
 * 1 until a row has its seal, then NULL: rows that wait are found at once, however late they were committed.
 */
const trail: readonly Step[] = [
  column(file, 'audit', 'relationship', 'VARCHAR(32) NULL AFTER record'),
  column(file, 'audit', 'unsealed', 'TINYINT NULL DEFAULT 1'),
  key(file, 'audit', 'waiting', 'unsealed'),
  key(file, 'audit', 'by_time', 'at'),
  key(file, 'audit', 'by_event', 'event, at'),
  key(file, 'audit', 'by_actor', 'actor_name, at'),
]

/** The chain has an order of its own, since ids are given out before rows are committed. */
const seals = table(
  file,
  'audit_seals',
  `
    seq BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    audit_id BIGINT UNSIGNED NOT NULL,
    hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    mark CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    UNIQUE KEY of_row (audit_id)`,
)

export const auditChain: readonly Step[] = [...trail, seals]
