import { column, key, type Step } from './step.js'

const file = '0039-limited-tries'

/**
 * Tries that were turned away before anything was looked at: one row an hour of each code that was typed, with how many
 * they were. `limited_key` names the hour and the code.
 */
export const limitedTries: readonly Step[] = [
  column(file, 'code_tries', 'tries', 'INT UNSIGNED NOT NULL DEFAULT 1'),
  column(file, 'code_tries', 'limited_key', 'VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL'),
  key(file, 'code_tries', 'one_an_hour', 'limited_key', 'UNIQUE KEY'),
]
