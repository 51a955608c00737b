import { profileIndexes } from '../module/host/indexes.js'
import { table, type Step } from './step.js'

const file = '0022-profile-changes'

/**
 * What a patient proposed and what became of it, beside the host's row (`activity_id`); of insurance, for which the
 * host has no such row, alone. `base`: the values that the patient saw, by column; `proposed`: what they would have
 * instead; `outcomes`: field by field, with the practice's word to each. States: waiting, decided, withdrawn, removed
 * (the host's row went). `open_key` is there while it waits: one for a row of the host, one for a kind of insurance.
 */
const changes = table(
  file,
  'profile_changes',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    receipt CHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(16) NOT NULL,
    insurance_type VARCHAR(16) NULL,
    activity_id BIGINT NULL,
    pid BIGINT NOT NULL,
    account_id BIGINT UNSIGNED NULL,
    record CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL,
    acted_by VARCHAR(255) NOT NULL,
    relationship VARCHAR(32) NULL,
    base JSON NULL,
    proposed JSON NOT NULL,
    note TEXT NOT NULL,
    outcomes JSON NULL,
    state VARCHAR(16) NOT NULL,
    claimed_by VARCHAR(255) NULL,
    claimed_at DATETIME(3) NULL,
    decided_by VARCHAR(255) NULL,
    decided_at DATETIME(3) NULL,
    version INT NOT NULL DEFAULT 1,
    created_at DATETIME(3) NOT NULL,
    changed_at DATETIME(3) NOT NULL,
    open_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    UNIQUE KEY receipt (receipt),
    UNIQUE KEY one_open (open_key),
    KEY of_activity (activity_id),
    KEY of_patient (pid, id),
    KEY waiting (state, kind, created_at)`,
)

const indexes: Step[] = profileIndexes.map(({ name, table: host, columns }) => ({
  name: `${file}/index-${name}`,
  up: `CREATE INDEX ${name} ON ${host} (${columns.join(', ')})`,
  down: `DROP INDEX ${name} ON ${host}`,
}))

export const profileChanges: readonly Step[] = [changes, ...indexes]
