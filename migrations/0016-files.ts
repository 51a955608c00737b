import { table, type Step } from './step.js'

const file = '0016-files'

/**
 * What lies in the file store (platform/files): a row is there before the first byte and goes after the last. `arriving`
 * until something refers to it, then `kept` (`kept_by`, as `submission:12`); `dropped` once nothing does any more, until
 * its bytes are gone. What is not kept within a day goes again. `storage_key` is random and the file's name on disk.
 */
const files = table(
  file,
  'files',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    storage_key CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    state VARCHAR(16) NOT NULL,
    kept_by VARCHAR(64) NULL,
    bytes BIGINT UNSIGNED NULL,
    sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    media_type VARCHAR(127) NULL,
    name VARCHAR(255) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    UNIQUE KEY storage_key (storage_key),
    KEY age (state, created_at)`,
)

/**
 * Files that a patient has sent, until they are with staff. States: checking (`due_at`: when next, `held_until`: by a
 * process), sent (`submission_id`), refused (`reason`; `virus` as the scanner calls it; its bytes are gone). `batch`
 * names what was sent together, by whom (`sender`, `relationship`) and in which record.
 */
const uploads = table(
  file,
  'uploads',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    batch CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_id BIGINT UNSIGNED NOT NULL,
    sender VARCHAR(255) NOT NULL,
    relationship VARCHAR(64) NULL,
    record CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pid BIGINT NULL,
    file_id BIGINT UNSIGNED NULL,
    name VARCHAR(255) NOT NULL,
    media_type VARCHAR(127) NOT NULL,
    note TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    reason VARCHAR(32) NULL,
    virus VARCHAR(120) NULL,
    scan VARCHAR(16) NULL,
    submission_id BIGINT UNSIGNED NULL,
    attempts INT NOT NULL DEFAULT 0,
    due_at DATETIME(3) NULL,
    held_until DATETIME(3) NULL,
    sent_at DATETIME(3) NOT NULL,
    checked_at DATETIME(3) NULL,
    KEY together (batch),
    KEY due (state, due_at),
    KEY of_patient (pid, sent_at),
    KEY of_record (record, sent_at),
    CONSTRAINT foyer_uploads_account FOREIGN KEY (account_id) REFERENCES foyer_accounts (id),
    CONSTRAINT foyer_uploads_file FOREIGN KEY (file_id) REFERENCES foyer_files (id)`,
)

export const storedFiles: readonly Step[] = [files, uploads]
