import { firstIndexes } from '../module/host/indexes.js'
import { table, type Step } from './step.js'

const file = '0003-appointments'

/**
 * A request stands beside its event row in the host's calendar: the event says what is so, the request who asked,
 * when, and what became of it. open_key is there while the request is open, so that the same wish made twice is one.
 */
export const appointmentTables = [
  table(
    file,
    'appointment_requests',
    `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    receipt CHAR(9) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pc_eid INT UNSIGNED NOT NULL,
    account_id BIGINT UNSIGNED NULL,
    record CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL,
    pid BIGINT NULL,
    provider_id VARCHAR(30) NOT NULL,
    category_id INT NOT NULL,
    day DATE NOT NULL,
    start_time TIME NOT NULL,
    minutes INT NOT NULL,
    reason TEXT NOT NULL,
    state VARCHAR(16) NOT NULL,
    open_key VARCHAR(100) NULL,
    version INT NOT NULL DEFAULT 1,
    claimed_by VARCHAR(255) NULL,
    claimed_at DATETIME(3) NULL,
    decided_by VARCHAR(255) NULL,
    decided_at DATETIME(3) NULL,
    decision_reason TEXT NULL,
    created_at DATETIME(3) NOT NULL,
    UNIQUE KEY receipt (receipt),
    UNIQUE KEY event (pc_eid),
    UNIQUE KEY open_wish (open_key),
    KEY of_patient (pid, day),
    KEY of_record (record, day),
    CONSTRAINT foyer_appointment_requests_account FOREIGN KEY (account_id) REFERENCES foyer_accounts (id)`,
  ),
]

/** Host tables get indexes only, all named foyer_*; uninstall takes them away again. */
export const appointmentIndexes: Step[] = firstIndexes.map((index) => ({
  name: `${file}/index-${index.name}`,
  up: `CREATE INDEX ${index.name} ON ${index.table} (${index.columns.join(', ')})`,
  down: `DROP INDEX ${index.name} ON ${index.table}`,
}))
