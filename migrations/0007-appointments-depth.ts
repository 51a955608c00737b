import { calendarIndexes } from '../module/host/indexes.js'
import { column, key, table, type Step } from './step.js'

const file = '0007-appointments-depth'

/**
 * A request takes one of its patient's numbered seats while it is open: as many can wait as there are seats, and a
 * unique key says so. `replaces_eid` is the visit that this one moves. `told_*` is what the patient's page last said of
 * the event, so that what the host's own screens changed since can be told.
 */
const requests: Step[] = [
  column(file, 'appointment_requests', 'open_seat', 'VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NULL'),
  key(file, 'appointment_requests', 'seat', 'open_seat', 'UNIQUE KEY'),
  column(file, 'appointment_requests', 'replaces_eid', 'INT UNSIGNED NULL'),
  column(file, 'appointment_requests', 'told_status', 'VARCHAR(15) NULL'),
  column(file, 'appointment_requests', 'told_day', 'DATE NULL'),
  column(file, 'appointment_requests', 'told_start', 'TIME NULL'),
  column(file, 'appointment_requests', 'told_provider', 'VARCHAR(30) NULL'),
  key(file, 'appointment_requests', 'ahead', 'day, state'),
  key(file, 'appointment_requests', 'replaces', 'replaces_eid'),
  key(file, 'appointment_requests', 'told', 'told_day, state'),
]

/** The practice asks for another time. The event stands at the proposed one; `from_*` is where it stood before. */
const proposals = table(
  file,
  'appointment_proposals',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    pc_eid INT UNSIGNED NOT NULL,
    from_day DATE NOT NULL,
    from_start TIME NOT NULL,
    from_provider VARCHAR(30) NOT NULL,
    day DATE NOT NULL,
    start_time TIME NOT NULL,
    provider_id VARCHAR(30) NOT NULL,
    minutes INT NOT NULL,
    note TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    proposed_by VARCHAR(255) NOT NULL,
    proposed_at DATETIME(3) NOT NULL,
    answer TEXT NULL,
    answered_at DATETIME(3) NULL,
    open_eid INT UNSIGNED NULL,
    UNIQUE KEY one_open (open_eid),
    KEY of_event (pc_eid)`,
)

/** Times that the practice named when it declined; the patient can take one that is still free. */
const alternatives = table(
  file,
  'appointment_alternatives',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    pc_eid INT UNSIGNED NOT NULL,
    provider_id VARCHAR(30) NOT NULL,
    category_id INT NOT NULL,
    day DATE NOT NULL,
    start_time TIME NOT NULL,
    minutes INT NOT NULL,
    offered_by VARCHAR(255) NOT NULL,
    offered_at DATETIME(3) NOT NULL,
    taken_eid INT UNSIGNED NULL,
    taken_at DATETIME(3) NULL,
    KEY of_event (pc_eid)`,
)

/** What a patient may not cancel alone: too late, or one day of a series. Staff decide. `open_key`: the visit's address. */
const cancellations = table(
  file,
  'cancellation_requests',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    receipt CHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pc_eid INT UNSIGNED NOT NULL,
    day DATE NOT NULL,
    of_series TINYINT NOT NULL,
    account_id BIGINT UNSIGNED NOT NULL,
    record CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pid BIGINT NULL,
    reason TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    claimed_by VARCHAR(255) NULL,
    claimed_at DATETIME(3) NULL,
    decided_by VARCHAR(255) NULL,
    decided_at DATETIME(3) NULL,
    decision_reason TEXT NULL,
    created_at DATETIME(3) NOT NULL,
    open_key VARCHAR(24) CHARACTER SET ascii COLLATE ascii_bin NULL,
    UNIQUE KEY receipt (receipt),
    UNIQUE KEY open_wish (open_key),
    KEY of_event (pc_eid, day),
    KEY waiting (state, created_at)`,
)

/** Active events that the host's screens laid over one of Foyer's. */
const overlaps = table(
  file,
  'appointment_overlaps',
  `
    pc_eid INT UNSIGNED NOT NULL,
    other_eid INT UNSIGNED NOT NULL,
    day DATE NOT NULL,
    found_at DATETIME(3) NOT NULL,
    cleared_at DATETIME(3) NULL,
    PRIMARY KEY (pc_eid, other_eid, day),
    KEY standing (cleared_at, day)`,
)

/** What staff did in one press and may take back for a short while: each event with its status before and after. */
const undo = table(
  file,
  'undo',
  `
    token CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    staff VARCHAR(255) NOT NULL,
    deeds JSON NOT NULL,
    done_at DATETIME(3) NOT NULL,
    undone_at DATETIME(3) NULL,
    KEY age (done_at)`,
)

const indexes: Step[] = calendarIndexes.map(({ name, table: host, columns }) => ({
  name: `${file}/index-${name}`,
  up: `CREATE INDEX ${name} ON ${host} (${columns.join(', ')})`,
  down: `DROP INDEX ${name} ON ${host}`,
}))

/** What became of a visit, step by step, is read off the trail of what was done to it. */
const historyOfOne = key(file, 'audit', 'of_subject', 'subject, id')

export const appointmentDepth: readonly Step[] = [
  ...requests,
  proposals,
  alternatives,
  cancellations,
  overlaps,
  undo,
  historyOfOne,
  ...indexes,
]
