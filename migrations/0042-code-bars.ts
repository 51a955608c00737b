import { table, type Step } from './step.js'

const file = '0042-code-bars'

/**
 * Staff have looked: the code is for somebody else than the one of that name or address whose access was revoked.
 * `revoked_at` is the grant's: revoked anew, it is another revocation, which nobody has looked at.
 */
export const codeBars: readonly Step[] = [
  table(
    file,
    'code_bars',
    `
    code_id BIGINT UNSIGNED NOT NULL,
    grant_id BIGINT UNSIGNED NOT NULL,
    revoked_at DATETIME(3) NOT NULL,
    looked_by VARCHAR(255) NOT NULL,
    looked_at DATETIME(3) NOT NULL,
    PRIMARY KEY (code_id, grant_id, revoked_at),
    CONSTRAINT foyer_code_bars_code FOREIGN KEY (code_id) REFERENCES foyer_codes (id)`,
  ),
]
