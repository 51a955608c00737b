import { column, key, table, type Step } from './step.js'

const file = '0023-form-reviews'

/**
 * A questionnaire that somebody is building: FHIR, as far as it is. `form_key`: whose next version it will be (NULL: a new
 * one), `based_on` the version it began from. `open_key` is there while it is open: one draft for each questionnaire.
 */
const drafts = table(
  file,
  'form_drafts',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    form_key VARCHAR(255) NULL,
    based_on INT NULL,
    title VARCHAR(255) NOT NULL,
    body LONGTEXT NOT NULL,
    made_by VARCHAR(255) NOT NULL,
    made_at DATETIME(3) NOT NULL,
    changed_by VARCHAR(255) NOT NULL,
    changed_at DATETIME(3) NOT NULL,
    version INT NOT NULL DEFAULT 1,
    open_key VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    UNIQUE KEY one_open (open_key),
    KEY age (changed_at)`,
)

/**
 * The queue of answers is read off an index, whatever its length. `asked_again`: the assignment by which staff sent the
 * form back to be answered anew. `told_at`: when the patient was written to that something is asked of them.
 */
const reviewing: Step[] = [
  key(file, 'form_responses', 'queue', 'state, flag, sent_at, claimed_at'),
  key(file, 'form_responses', 'claimed', 'claimed_by, state'),
  column(file, 'form_responses', 'asked_again', 'BIGINT UNSIGNED NULL'),
  column(file, 'form_assignments', 'told_at', 'DATETIME(3) NULL'),
  key(file, 'form_assignments', 'untold', 'state, told_at, opens_on'),
]

export const formReviews: readonly Step[] = [drafts, ...reviewing]
