import { column, type Step } from './step.js'

const file = '0035-failed-filings'

/**
 * `filing_failed`: why what staff had ticked could not be filed when it was due, as the words for it are keyed, and
 * `filing_failed_at`: when; both NULL once it is ticked again or decided. `picture_tries`: how often a picture was begun
 * to be encoded anew.
 */
export const failedFilings: readonly Step[] = [
  column(file, 'submissions', 'filing_failed', 'VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL'),
  column(file, 'submissions', 'filing_failed_at', 'DATETIME(3) NULL'),
  column(file, 'uploads', 'picture_tries', 'INT NOT NULL DEFAULT 0'),
]
