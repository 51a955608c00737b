import { table, type Step } from './step.js'

const file = '0006-access'

/**
 * What became of each rule: foyer_acl_rules keeps the one that holds, this every change, the host's own rows among
 * them. `effect` and `was`: allow, deny, default; on, off for an addressee.
 */
export const accessHistory: readonly Step[] = [
  table(
    file,
    'acl_history',
    `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    at DATETIME(3) NOT NULL,
    subject VARCHAR(191) NOT NULL,
    permission VARCHAR(64) NOT NULL,
    was VARCHAR(8) NOT NULL,
    effect VARCHAR(8) NOT NULL,
    reason VARCHAR(255) NOT NULL,
    author VARCHAR(255) NOT NULL,
    KEY of_subject (subject, id)`,
  ),
]
