import { staffCredentialIndexes } from '../module/host/indexes.js'
import { table, type Step } from './step.js'

const file = '0009-credentials'

/**
 * A password that staff made for a patient, from its making until the patient has an own one. `fingerprint`: SHA-256 of
 * the hash that was stored in the host, so that one changed elsewhere is known as the patient's own. `open_pid`: the
 * pid as long as it is open, one at a time. `used_at`: seen to sign in at the host's own portal, which does not ask for
 * a change. `ended`: changed, replaced, expired.
 */
const credentials = table(
  file,
  'credentials',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    pid BIGINT NOT NULL,
    fingerprint CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    made_by VARCHAR(255) NOT NULL,
    made_at DATETIME(3) NOT NULL,
    expires_at DATETIME(3) NOT NULL,
    used_at DATETIME(3) NULL,
    ended_at DATETIME(3) NULL,
    ended VARCHAR(16) NULL,
    open_pid BIGINT NULL,
    UNIQUE KEY open_one (open_pid),
    KEY of_patient (pid, id),
    KEY age (ended_at, expires_at)`,
)

const indexes: Step[] = staffCredentialIndexes.map(({ name, table: host, columns }) => ({
  name: `${file}/index-${name}`,
  up: `CREATE INDEX ${name} ON ${host} (${columns.join(', ')})`,
  down: `DROP INDEX ${name} ON ${host}`,
}))

export const staffCredentials: readonly Step[] = [credentials, ...indexes]
