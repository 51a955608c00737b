import { table, type Step } from './step.js'

const file = '0017-submissions'

/**
 * What a patient has sent for staff to audit. `kind`: document (a filled template; `onsite_id` is its row in the host) or
 * upload. States: waiting (for staff), returned (for correction), denied, charted, withdrawn. `pid` is NULL while the
 * account has no chart. `file_id` holds the very bytes that will be filed. `open_key` is there while it is open: one
 * submission for a document. `batch` names what was sent together. `host_mark` is the SHA-256 of the host's row as it
 * was sent. `filing_due_at`: staff have ticked it with others; until then they can take that back.
 */
const sent = table(
  file,
  'submissions',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    receipt CHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(16) NOT NULL,
    account_id BIGINT UNSIGNED NULL,
    record CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL,
    pid BIGINT NULL,
    onsite_id INT UNSIGNED NULL,
    activity_id BIGINT NULL,
    file_id BIGINT UNSIGNED NULL,
    title VARCHAR(255) NOT NULL,
    note TEXT NOT NULL,
    batch CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL,
    state VARCHAR(16) NOT NULL,
    scan VARCHAR(16) NULL,
    category_id INT NULL,
    claimed_by VARCHAR(255) NULL,
    claimed_at DATETIME(3) NULL,
    decided_by VARCHAR(255) NULL,
    decided_at DATETIME(3) NULL,
    reason TEXT NULL,
    marks JSON NULL,
    document_id INT NULL,
    filed_name VARCHAR(255) NULL,
    version INT NOT NULL DEFAULT 1,
    sent_at DATETIME(3) NOT NULL,
    open_key VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    host_mark CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    filing_due_at DATETIME(3) NULL,
    UNIQUE KEY receipt (receipt),
    UNIQUE KEY one_open (open_key),
    KEY waiting (state, sent_at),
    KEY taken (state, claimed_at),
    KEY holder (claimed_by, state, sent_at),
    KEY filing_due (filing_due_at),
    KEY of_patient (pid, sent_at),
    KEY of_account (account_id, sent_at),
    KEY of_document (onsite_id),
    CONSTRAINT foyer_submissions_account FOREIGN KEY (account_id) REFERENCES foyer_accounts (id),
    CONSTRAINT foyer_submissions_file FOREIGN KEY (file_id) REFERENCES foyer_files (id)`,
)

export const submissions: readonly Step[] = [sent]
