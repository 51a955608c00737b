import { column, table, type Step } from './step.js'

const file = '0032-returned-uploads'

/**
 * What a patient had sent before under the same number, and staff returned: its name and hash, who returned it and why.
 * `file_id` holds its bytes until the submission is decided; then it is NULL.
 */
const earlier = table(
  file,
  'earlier_files',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    submission_id BIGINT UNSIGNED NOT NULL,
    file_id BIGINT UNSIGNED NULL,
    name VARCHAR(255) NOT NULL,
    media_type VARCHAR(127) NULL,
    sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    sent_at DATETIME(3) NOT NULL,
    returned_by VARCHAR(255) NULL,
    returned_at DATETIME(3) NULL,
    reason TEXT NULL,
    KEY of_submission (submission_id, id),
    CONSTRAINT foyer_earlier_files_submission FOREIGN KEY (submission_id) REFERENCES foyer_submissions (id) ON DELETE CASCADE,
    CONSTRAINT foyer_earlier_files_file FOREIGN KEY (file_id) REFERENCES foyer_files (id)`,
)

/** `replaces`: the returned submission (foyer_submissions.id) that an uploaded file is sent in place of. */
export const returnedUploads: readonly Step[] = [earlier, column(file, 'uploads', 'replaces', 'BIGINT UNSIGNED NULL')]
