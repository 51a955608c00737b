import { table, type Step } from './step.js'

const file = '0037-kept-answers'

/**
 * What a page said of a form and did not get into it, since another device had written there or had sent it: the latest of
 * each page (`hand`), until its person says what becomes of it. `answers` are pairs of path and values.
 */
export const keptAnswers: readonly Step[] = [
  table(
    file,
    'form_kept_answers',
    `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    assignment_id BIGINT UNSIGNED NOT NULL,
    hand VARCHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    hand_count INT NOT NULL,
    answers LONGTEXT NOT NULL,
    saved_by BIGINT UNSIGNED NOT NULL,
    saved_at DATETIME(3) NOT NULL,
    UNIQUE KEY page (assignment_id, hand),
    CONSTRAINT foyer_form_kept_answers_assignment FOREIGN KEY (assignment_id) REFERENCES foyer_form_assignments (id) ON DELETE CASCADE`,
  ),
]
