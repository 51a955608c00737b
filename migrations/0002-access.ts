import { table } from './step.js'

const file = '0002-access'

/**
 * Who comes in. An account is a host credential (host_pid) or an e-mail with a password of its own; each has one
 * record of its own, and opens others by grants. Opaque ids are 22 characters of base64url, 128 random bits.
 */
export const accessTables = [
  table(
    file,
    'accounts',
    `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    own_record CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    host_pid BIGINT NULL,
    email VARCHAR(255) NULL,
    password_hash VARCHAR(255) NULL,
    display_name VARCHAR(255) NOT NULL,
    language VARCHAR(8) NULL,
    created_at DATETIME(3) NOT NULL,
    disabled_at DATETIME(3) NULL,
    UNIQUE KEY own_record (own_record),
    UNIQUE KEY host_pid (host_pid),
    UNIQUE KEY email (email)`,
  ),
  table(
    file,
    'grants',
    `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    record CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_id BIGINT UNSIGNED NOT NULL,
    pid BIGINT NOT NULL,
    relationship VARCHAR(32) NOT NULL,
    extent VARCHAR(32) NOT NULL,
    valid_from DATETIME(3) NOT NULL,
    valid_until DATETIME(3) NULL,
    granted_by VARCHAR(255) NOT NULL,
    granted_at DATETIME(3) NOT NULL,
    revoked_at DATETIME(3) NULL,
    revoked_by VARCHAR(255) NULL,
    revoked_reason VARCHAR(255) NULL,
    UNIQUE KEY record (record),
    UNIQUE KEY once_each (account_id, pid),
    KEY of_patient (pid),
    CONSTRAINT foyer_grants_account FOREIGN KEY (account_id) REFERENCES foyer_accounts (id)`,
  ),
  table(
    file,
    'sessions',
    `
    id_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    audience VARCHAR(8) NOT NULL,
    owner VARCHAR(64) NULL,
    data TEXT NOT NULL,
    created_at DATETIME(3) NOT NULL,
    seen_at DATETIME(3) NOT NULL,
    KEY of_owner (audience, owner),
    KEY age (seen_at)`,
  ),
  table(
    file,
    'attempts',
    `
    \`key\` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    points INT NOT NULL DEFAULT 0,
    expire BIGINT UNSIGNED NULL`,
  ),
  table(
    file,
    'acl_rules',
    `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    subject VARCHAR(191) NOT NULL,
    permission VARCHAR(64) NOT NULL,
    effect VARCHAR(5) NOT NULL,
    reason VARCHAR(255) NOT NULL,
    author VARCHAR(255) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    UNIQUE KEY one_each (subject, permission)`,
  ),
]
