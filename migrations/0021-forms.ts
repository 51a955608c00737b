import { table, type Step } from './step.js'

const file = '0021-forms'

/**
 * A questionnaire as patients were asked it, byte for byte: the host changes its rows in place. `form_key` is the host's
 * own id of the questionnaire, or `#12` for a row without one; `repository_id` the row it was read from.
 */
const versions = table(
  file,
  'form_versions',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    form_key VARCHAR(255) NOT NULL,
    repository_id BIGINT UNSIGNED NOT NULL,
    version INT NOT NULL,
    sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    body LONGTEXT NOT NULL,
    kept_at DATETIME(3) NOT NULL,
    UNIQUE KEY body (repository_id, sha256)`,
)

/**
 * Who is asked by itself. `category_id`: whoever has an appointment of this kind (pc_catid), `days_before` it at most;
 * `age_from` and `age_until` (whole years, the first included, the second not): whoever is of that age. Both: both.
 * `every_days`: again so long after the last answers. `due_days`: so long after it was asked; before an appointment it is
 * due on its day.
 */
const rules = table(
  file,
  'form_rules',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    form_key VARCHAR(255) NOT NULL,
    category_id INT NULL,
    days_before INT NOT NULL DEFAULT 14,
    age_from INT NULL,
    age_until INT NULL,
    every_days INT NULL,
    due_days INT NULL,
    active TINYINT(1) NOT NULL DEFAULT 1,
    made_by VARCHAR(255) NOT NULL,
    made_at DATETIME(3) NOT NULL,
    changed_by VARCHAR(255) NULL,
    changed_at DATETIME(3) NULL,
    version INT NOT NULL DEFAULT 1,
    KEY running (active, form_key)`,
)

/**
 * Somebody is asked to answer a questionnaire: a chart (`pid`), or an account's own record while it has none. States:
 * waiting, sent, withdrawn. `origin`: hand, rule, repeat, document. `open_key` is there while it waits: one of a form for
 * a person. `title` is JSON, with its translations. It is asked from `opens_on`. `occasion` is given once: `r3:e4711` for a rule and an appointment. `every_days`: asked again so long after
 * it was answered, until `repeat_until`.
 */
const assignments = table(
  file,
  'form_assignments',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    form_key VARCHAR(255) NOT NULL,
    title TEXT NOT NULL,
    account_id BIGINT UNSIGNED NULL,
    record CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL,
    pid BIGINT NULL,
    from_record CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL,
    state VARCHAR(16) NOT NULL,
    origin VARCHAR(16) NOT NULL,
    rule_id BIGINT UNSIGNED NULL,
    occasion VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NULL,
    opens_on DATE NOT NULL,
    due_on DATE NULL,
    every_days INT NULL,
    repeat_until DATE NULL,
    note VARCHAR(1000) NOT NULL DEFAULT '',
    asked_by VARCHAR(255) NOT NULL,
    asked_at DATETIME(3) NOT NULL,
    reminded_at DATETIME(3) NULL,
    closed_by VARCHAR(255) NULL,
    closed_at DATETIME(3) NULL,
    reason VARCHAR(1000) NULL,
    version INT NOT NULL DEFAULT 1,
    open_key CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    UNIQUE KEY one_open (open_key),
    UNIQUE KEY once (occasion),
    KEY of_patient (pid, state, due_on),
    KEY of_record (record, state, due_on),
    KEY due (state, due_on),
    KEY of_rule (rule_id, pid, asked_at),
    KEY of_form (form_key, state)`,
)

/**
 * What somebody has answered so far. `answers` is JSON: for each path its last values, each with the revision that brought
 * it, so that what two devices wrote can be told apart. Gone with the assignment.
 */
const fillings = table(
  file,
  'form_fillings',
  `
    assignment_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    version_id BIGINT UNSIGNED NOT NULL,
    revision INT NOT NULL DEFAULT 0,
    answers LONGTEXT NOT NULL,
    begun_at DATETIME(3) NOT NULL,
    saved_at DATETIME(3) NOT NULL,
    saved_by BIGINT UNSIGNED NULL,
    CONSTRAINT foyer_form_fillings_assignment FOREIGN KEY (assignment_id) REFERENCES foyer_form_assignments (id) ON DELETE CASCADE,
    CONSTRAINT foyer_form_fillings_version FOREIGN KEY (version_id) REFERENCES foyer_form_versions (id)`,
)

/**
 * What was sent. `answers` are pairs of path and values (access/questionnaires). `host_id` is its row in the host once it
 * is in a chart. `flag`: none, look, urgent. `band` is what the score is called, as JSON. States: waiting (for somebody to
 * look), reviewed. `from_record`: the own record it was sent from, while it lies in the chart that was linked since.
 */
const responses = table(
  file,
  'form_responses',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    receipt CHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    response_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    assignment_id BIGINT UNSIGNED NULL,
    version_id BIGINT UNSIGNED NOT NULL,
    form_key VARCHAR(255) NOT NULL,
    title TEXT NOT NULL,
    account_id BIGINT UNSIGNED NULL,
    record CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL,
    pid BIGINT NULL,
    from_record CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL,
    host_id BIGINT NULL,
    answers LONGTEXT NOT NULL,
    score DECIMAL(12,2) NULL,
    band TEXT NULL,
    flag VARCHAR(16) NOT NULL DEFAULT 'none',
    state VARCHAR(16) NOT NULL DEFAULT 'waiting',
    sent_by BIGINT UNSIGNED NULL,
    sent_at DATETIME(3) NOT NULL,
    claimed_by VARCHAR(255) NULL,
    claimed_at DATETIME(3) NULL,
    reviewed_by VARCHAR(255) NULL,
    reviewed_at DATETIME(3) NULL,
    note TEXT NULL,
    version INT NOT NULL DEFAULT 1,
    UNIQUE KEY receipt (receipt),
    UNIQUE KEY one_answer (assignment_id),
    KEY waiting (state, flag, sent_at),
    KEY of_patient (pid, sent_at),
    KEY of_record (record, sent_at),
    KEY trend (pid, form_key, sent_at),
    CONSTRAINT foyer_form_responses_assignment FOREIGN KEY (assignment_id) REFERENCES foyer_form_assignments (id),
    CONSTRAINT foyer_form_responses_version FOREIGN KEY (version_id) REFERENCES foyer_form_versions (id)`,
)

export const forms: readonly Step[] = [versions, rules, assignments, fillings, responses]
