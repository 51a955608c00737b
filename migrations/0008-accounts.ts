import { column, key, table, type Step } from './step.js'

const file = '0008-accounts'

/** An account may stand on an e-mail and a password of its own: whether the address was proved, and what became of it. */
const accounts: readonly Step[] = [
  column(file, 'accounts', 'email_verified_at', 'DATETIME(3) NULL AFTER email'),
  column(file, 'accounts', 'password_changed_at', 'DATETIME(3) NULL AFTER password_hash'),
  column(file, 'accounts', 'disabled_by', 'VARCHAR(255) NULL'),
  column(file, 'accounts', 'disabled_reason', 'VARCHAR(255) NULL'),
  column(file, 'accounts', 'merged_into', 'BIGINT UNSIGNED NULL'),
]

/** Where somebody is signed in, as they would know it again. */
const sessions: readonly Step[] = [
  column(file, 'sessions', 'address', "VARCHAR(64) NOT NULL DEFAULT ''"),
  column(file, 'sessions', 'device', "VARCHAR(255) NOT NULL DEFAULT ''"),
]

/**
 * A link that is sent to somebody and opens one thing once. Its token is keyed out of the id when the letter is sent
 * (access/links.ts); the row keeps a hash.
 */
const links = table(
  file,
  'links',
  `
    id CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    purpose VARCHAR(32) NOT NULL,
    token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_id BIGINT UNSIGNED NULL,
    facts JSON NOT NULL,
    created_at DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    used_at DATETIME(3) NULL,
    UNIQUE KEY token (token_hash),
    KEY of_account (account_id, purpose),
    KEY age (expires_at)`,
)

/**
 * What was or will be sent, to whom, and whether it arrived at the next server. \`facts\`: what the wording needs, no
 * secret and nothing clinical. States: waiting, sent, failed (given up on), refused (never tried, with the reason),
 * closed (staff dealt with it).
 */
const letters = table(
  file,
  'letters',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    kind VARCHAR(64) NOT NULL,
    channel VARCHAR(8) NOT NULL,
    recipient VARCHAR(255) NOT NULL,
    language VARCHAR(8) NOT NULL,
    pid BIGINT NULL,
    account_id BIGINT UNSIGNED NULL,
    facts JSON NOT NULL,
    state VARCHAR(8) NOT NULL,
    error_code VARCHAR(64) NULL,
    message_id VARCHAR(255) NULL,
    written_by VARCHAR(255) NOT NULL,
    written_at DATETIME(3) NOT NULL,
    sent_at DATETIME(3) NULL,
    closed_by VARCHAR(255) NULL,
    closed_at DATETIME(3) NULL,
    KEY of_patient (pid, id),
    KEY of_account (account_id, id),
    KEY by_state (state, id)`,
)

export const accountsDepth: readonly Step[] = [
  ...accounts,
  key(file, 'accounts', 'by_name', 'display_name'),
  ...sessions,
  links,
  letters,
]
