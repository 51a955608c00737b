import { column, table, type Step } from './step.js'

const file = '0026-sent-contents'

/**
 * What a document said that its patient sent, besides its template and the answers: the chart's values, its day, its
 * language, whose it is and who signed, resolved once. It is made again from these alone. `contents` is JSON (Pinned).
 */
const sent = table(
  file,
  'sent_contents',
  `
    submission_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    contents LONGTEXT NOT NULL,
    CONSTRAINT foyer_sent_contents_submission FOREIGN KEY (submission_id) REFERENCES foyer_submissions (id) ON DELETE CASCADE`,
)

/**
 * `signings`: by field, who typed or drew the signature that stands there, JSON. `awaits_signature`: the practice's own is
 * still to come. `filing_sha256`: of the bytes that were shown when it was ticked to be filed.
 */
export const sentContents: readonly Step[] = [
  sent,
  column(file, 'filled', 'signings', 'LONGTEXT NULL'),
  column(file, 'submissions', 'awaits_signature', 'TINYINT NOT NULL DEFAULT 0'),
  column(file, 'submissions', 'filing_sha256', 'CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL'),
]
