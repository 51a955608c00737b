import { templateIndexes } from '../module/host/indexes.js'
import { table, type Step } from './step.js'

const file = '0018-templates'

/**
 * A template as it was, byte for byte (`sha256` of `content`): what a patient saw and signed is one of these.
 * `template_id` is document_templates.id of the library; `changed`: in a word what the version did (`written`,
 * `uploaded`, `edited`, `back`, `host` for a change that one of the host's own screens made).
 */
const versions = table(
  file,
  'template_versions',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    template_id BIGINT UNSIGNED NOT NULL,
    version INT UNSIGNED NOT NULL,
    sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    mime VARCHAR(31) NOT NULL,
    content MEDIUMBLOB NOT NULL,
    changed VARCHAR(16) NOT NULL,
    note VARCHAR(255) NOT NULL DEFAULT '',
    made_by VARCHAR(255) NOT NULL,
    made_at DATETIME(3) NOT NULL,
    UNIQUE KEY version (template_id, version),
    KEY content (template_id, sha256)`,
)

/** Not offered any more when documents are asked for. What was asked for stays. */
const retired = table(
  file,
  'template_retirements',
  `
    template_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    retired_by VARCHAR(255) NOT NULL,
    retired_at DATETIME(3) NOT NULL`,
)

/**
 * Who was asked for what. `template_id`: the row of document_templates that patients fill; `source_id`: the library's.
 * Of a set (`target` group, profile, all) there is this one row, whoever belongs to it. `host_row`: the row of
 * document_template_profiles that says it to the host. Days: `due_on`, `remind_days` before it.
 */
const requests = table(
  file,
  'document_requests',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    template_id BIGINT UNSIGNED NOT NULL,
    source_id BIGINT UNSIGNED NOT NULL,
    target VARCHAR(8) NOT NULL,
    pid BIGINT NULL,
    set_name VARCHAR(64) NOT NULL DEFAULT '',
    recurring TINYINT NOT NULL DEFAULT 0,
    period_days INT NOT NULL DEFAULT 0,
    due_on DATE NULL,
    remind_days INT NULL,
    host_row BIGINT UNSIGNED NULL,
    asked_by VARCHAR(255) NOT NULL,
    asked_at DATETIME(3) NOT NULL,
    withdrawn_by VARCHAR(255) NULL,
    withdrawn_at DATETIME(3) NULL,
    KEY of_patient (pid, withdrawn_at),
    KEY of_template (template_id, withdrawn_at),
    KEY of_source (source_id, withdrawn_at)`,
)

/**
 * Letters that a request brings, told patient by patient in the order of their pids: up to which it has come. `kind`
 * asked, due, again; `day` from which on it is told.
 */
const notices = table(
  file,
  'document_notices',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    request_id BIGINT UNSIGNED NOT NULL,
    kind VARCHAR(8) NOT NULL,
    day DATE NOT NULL,
    after_pid BIGINT NOT NULL DEFAULT 0,
    letters INT UNSIGNED NOT NULL DEFAULT 0,
    done_at DATETIME(3) NULL,
    UNIQUE KEY once (request_id, kind, day),
    KEY waiting (done_at, day),
    CONSTRAINT foyer_document_notices_request FOREIGN KEY (request_id) REFERENCES foyer_document_requests (id)`,
)

const indexes: Step[] = templateIndexes.map(({ name, table: host, columns }) => ({
  name: `${file}/index-${name}`,
  up: `CREATE INDEX ${name} ON ${host} (${columns.join(', ')})`,
  down: `DROP INDEX ${name} ON ${host}`,
}))

/** Templates: their versions, and what was asked of whom. */
export const templates: readonly Step[] = [versions, retired, requests, notices, ...indexes]
