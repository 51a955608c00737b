import { column, table, type Step } from './step.js'

const file = '0011-families'

/** Staff may keep a guardian's grant as it is despite the patient's age; `version` grows with every change. */
const grants: readonly Step[] = [
  column(file, 'grants', 'exempt_by', 'VARCHAR(255) NULL'),
  column(file, 'grants', 'exempt_at', 'DATETIME(3) NULL'),
  column(file, 'grants', 'exempt_reason', 'VARCHAR(255) NULL'),
  column(file, 'grants', 'version', 'INT NOT NULL DEFAULT 1'),
]

/** What staff decided about a grant, and why. `what`: changed, revoked, restored, exempted, exemption-ended. */
const changes = table(
  file,
  'grant_changes',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    grant_id BIGINT UNSIGNED NOT NULL,
    what VARCHAR(16) NOT NULL,
    before_it JSON NOT NULL,
    after_it JSON NOT NULL,
    reason VARCHAR(255) NOT NULL,
    changed_by VARCHAR(255) NOT NULL,
    at DATETIME(3) NOT NULL,
    KEY of_grant (grant_id, id)`,
)

/** What both sides of a grant were told is coming: each change once. `kind`: adolescent, adult, ended. */
const notices = table(
  file,
  'grant_notices',
  `
    grant_id BIGINT UNSIGNED NOT NULL,
    kind VARCHAR(16) NOT NULL,
    day DATE NOT NULL,
    told_at DATETIME(3) NOT NULL,
    PRIMARY KEY (grant_id, kind, day)`,
)

export const families: readonly Step[] = [...grants, changes, notices]
