import { table, type Step } from './step.js'

const file = '0012-registrations'

/**
 * Who says to be whose patient, or whose parent. States: waiting (for staff), asked (for an answer), linked, refused,
 * withdrawn, merged. `open_key` is there while it is open: one for an account and a person, however often it is sent.
 */
const said = table(
  file,
  'registrations',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    receipt CHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account_id BIGINT UNSIGNED NOT NULL,
    for_whom VARCHAR(8) NOT NULL,
    relationship VARCHAR(32) NOT NULL,
    first_name VARCHAR(255) NOT NULL,
    middle_name VARCHAR(255) NOT NULL,
    last_name VARCHAR(255) NOT NULL,
    birth_name VARCHAR(255) NOT NULL,
    born DATE NOT NULL,
    sex VARCHAR(16) NOT NULL,
    phone VARCHAR(40) NOT NULL,
    email VARCHAR(255) NOT NULL,
    postal_code VARCHAR(20) NOT NULL,
    message TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    question TEXT NULL,
    asked_by VARCHAR(255) NULL,
    asked_at DATETIME(3) NULL,
    answer TEXT NULL,
    answered_at DATETIME(3) NULL,
    claimed_by VARCHAR(255) NULL,
    claimed_at DATETIME(3) NULL,
    decided_by VARCHAR(255) NULL,
    decided_at DATETIME(3) NULL,
    decision_reason TEXT NULL,
    pid BIGINT NULL,
    note_id BIGINT NULL,
    version INT NOT NULL DEFAULT 1,
    created_at DATETIME(3) NOT NULL,
    open_key VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NULL,
    UNIQUE KEY receipt (receipt),
    UNIQUE KEY one_open (open_key),
    KEY waiting (state, created_at),
    KEY age (created_at),
    KEY of_account (account_id),
    KEY of_patient (pid),
    KEY person (born, last_name),
    CONSTRAINT foyer_registrations_account FOREIGN KEY (account_id) REFERENCES foyer_accounts (id)`,
)

/**
 * What linking did, so that a wrong link is taken back exactly: the grant as it was before (NULL: there was none), what
 * the chart said before, the row of the host's portal that was made for it, and which bookings moved along.
 */
const links = table(
  file,
  'registration_links',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    registration_id BIGINT UNSIGNED NOT NULL,
    account_id BIGINT UNSIGNED NOT NULL,
    pid BIGINT NOT NULL,
    record CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    grant_before JSON NULL,
    allowed_before VARCHAR(31) NULL,
    made_access TINYINT NOT NULL,
    new_chart TINYINT NOT NULL,
    moved JSON NOT NULL,
    linked_by VARCHAR(255) NOT NULL,
    linked_at DATETIME(3) NOT NULL,
    undone_by VARCHAR(255) NULL,
    undone_at DATETIME(3) NULL,
    undone_reason TEXT NULL,
    KEY of_registration (registration_id),
    KEY of_patient (pid),
    KEY age (linked_at),
    CONSTRAINT foyer_registration_links_of FOREIGN KEY (registration_id) REFERENCES foyer_registrations (id)`,
)

/**
 * By what a chart is found again, whoever spelled the name: one row a chart, kept by a job. Names as they sound
 * (access/matching/phonetic.ts), telephones by their last digits, e-mail addresses hashed; '' and NULL find nothing.
 * \`day_key\`: day and month in order of size, the same when they were exchanged. \`fingerprint\`: of what it was made of; \`changed_at\`: last_updated of the chart then, where the host has it.
 */
const keys = table(
  file,
  'chart_keys',
  `
    pid BIGINT NOT NULL PRIMARY KEY,
    born DATE NULL,
    day_key CHAR(4) CHARACTER SET ascii COLLATE ascii_bin NULL,
    last_key VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NULL,
    second_key VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NULL,
    birth_key VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NULL,
    first_key VARCHAR(12) CHARACTER SET ascii COLLATE ascii_bin NULL,
    phone1 CHAR(10) CHARACTER SET ascii COLLATE ascii_bin NULL,
    phone2 CHAR(10) CHARACTER SET ascii COLLATE ascii_bin NULL,
    phone3 CHAR(10) CHARACTER SET ascii COLLATE ascii_bin NULL,
    email1 CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
    email2 CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
    fingerprint CHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    changed_at DATETIME NULL,
    KEY born_last (born, last_key),
    KEY born_second (born, second_key),
    KEY born_birth (born, birth_key),
    KEY born_first (born, first_key),
    KEY name_born (last_key, first_key, born),
    KEY name_day (last_key, first_key, day_key),
    KEY phone1 (phone1),
    KEY phone2 (phone2),
    KEY phone3 (phone3),
    KEY email1 (email1),
    KEY email2 (email2)`,
)

/** How far the pass over all charts is, so that it goes on where it was. */
const pass = table(
  file,
  'chart_pass',
  `
    name VARCHAR(16) NOT NULL PRIMARY KEY,
    pid BIGINT NOT NULL,
    began_at DATETIME NOT NULL,
    finished_at DATETIME NULL`,
)

export const registrations: readonly Step[] = [said, links, keys, pass]
