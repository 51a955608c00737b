import { familyIndexes } from '../module/host/indexes.js'
import { table, type Step } from './step.js'

const file = '0010-codes'

/**
 * PINs and access codes: what opens one chart to one named person, once. The symbols that people type are keyed out of
 * `nonce` (access/codeSymbols.ts); the row keeps their keyed hash. `active_key` is there while it can be used: one for
 * a patient and a recipient. `family`: what was made in one press, and is printed on one sheet.
 */
const codesTable = table(
  file,
  'codes',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind VARCHAR(8) NOT NULL,
    nonce CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    code_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pid BIGINT NOT NULL,
    recipient VARCHAR(255) NOT NULL,
    relationship VARCHAR(32) NOT NULL,
    extent VARCHAR(32) NOT NULL,
    family CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    language VARCHAR(8) NOT NULL,
    letter_id BIGINT UNSIGNED NULL,
    active_key VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NULL,
    issued_by VARCHAR(255) NOT NULL,
    issued_at DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    redeemed_at DATETIME(3) NULL,
    redeemed_account BIGINT UNSIGNED NULL,
    revoked_at DATETIME(3) NULL,
    revoked_by VARCHAR(255) NULL,
    revoked_reason VARCHAR(255) NULL,
    UNIQUE KEY code_hash (code_hash),
    UNIQUE KEY one_active (active_key),
    KEY of_patient (pid, id),
    KEY of_family (family)`,
)

/** Who tried what, and what became of it: staff see it beside the PIN. Nothing that was typed is kept. */
const triesTable = table(
  file,
  'code_tries',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    code_id BIGINT UNSIGNED NULL,
    pid BIGINT NULL,
    account_id BIGINT UNSIGNED NULL,
    outcome VARCHAR(16) NOT NULL,
    at DATETIME(3) NOT NULL,
    KEY of_code (code_id, id),
    KEY of_patient (pid, id)`,
)

const indexes: Step[] = familyIndexes.map(({ name, table: host, columns }) => ({
  name: `${file}/index-${name}`,
  up: `CREATE INDEX ${name} ON ${host} (${columns.join(', ')})`,
  down: `DROP INDEX ${name} ON ${host}`,
}))

export const codes: readonly Step[] = [codesTable, triesTable, ...indexes]
