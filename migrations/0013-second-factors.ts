import { table, type Step } from './step.js'

const file = '0013-second-factors'

/** `account:7` or `staff:jane`: the host lets a user name have 255 letters. */
const owner = 'owner VARCHAR(263) NOT NULL'

/** One app that shows codes, for each owner. The secret is sealed; `last_step`: the 30 seconds of the last code used. */
const totp = table(
  file,
  'totp',
  `
    ${owner} PRIMARY KEY,
    secret VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    last_step BIGINT UNSIGNED NOT NULL,
    created_at DATETIME(3) NOT NULL,
    used_at DATETIME(3) NULL`,
)

/** Keyed hashes: the codes themselves were shown once. */
const recoveryCodes = table(
  file,
  'recovery_codes',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    ${owner},
    code_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at DATETIME(3) NOT NULL,
    used_at DATETIME(3) NULL,
    UNIQUE KEY code (code_hash),
    KEY of_owner (owner, used_at)`,
)

/** A credential id may have 1,023 bytes (WebAuthn), so it is found by its hash. */
const passkeys = table(
  file,
  'passkeys',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    ${owner},
    credential_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    credential_id VARCHAR(1400) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    public_key TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    counter BIGINT UNSIGNED NOT NULL,
    transports VARCHAR(255) NOT NULL,
    name VARCHAR(100) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    used_at DATETIME(3) NULL,
    UNIQUE KEY credential (credential_hash),
    KEY of_owner (owner, id)`,
)

/** What a passkey has answered to: no answer counts twice. */
const challenges = table(
  file,
  'used_challenges',
  `
    challenge_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    used_at DATETIME(3) NOT NULL,
    KEY age (used_at)`,
)

export const secondFactors: readonly Step[] = [totp, recoveryCodes, passkeys, challenges]
