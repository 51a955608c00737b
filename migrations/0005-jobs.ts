import { column, table, type Step } from './step.js'

const file = '0005-jobs'

/**
 * What runs by itself, and how it went. `runner` holds a job until `running_until`, which goes on while it runs: the
 * hold of a process that died ends by itself.
 */
const jobs = table(
  file,
  'jobs',
  `
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    due_at DATETIME(3) NOT NULL,
    runner CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL,
    running_until DATETIME(3) NULL,
    started_at DATETIME(3) NULL,
    finished_at DATETIME(3) NULL,
    succeeded_at DATETIME(3) NULL,
    outcome VARCHAR(16) NULL,
    error_code VARCHAR(64) NULL`,
)

/** Events of one `order_key` are heard in their order. `spread_at`: written down for each of its listeners. */
const outbox: Step[] = [
  column(file, 'outbox', 'order_key', 'VARCHAR(64) NULL'),
  column(file, 'outbox', 'spread_at', 'DATETIME(3) NULL'),
]

/** One event for one listener: waiting, done, dead (given up on), or set aside by staff with their reason. */
const deliveries = table(
  file,
  'outbox_deliveries',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    event_id BIGINT UNSIGNED NOT NULL,
    listener VARCHAR(64) NOT NULL,
    order_key VARCHAR(64) NULL,
    state VARCHAR(8) NOT NULL,
    attempts INT NOT NULL DEFAULT 0,
    due_at DATETIME(3) NOT NULL,
    held_by CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL,
    held_until DATETIME(3) NULL,
    finished_at DATETIME(3) NULL,
    error_code VARCHAR(64) NULL,
    closed_by VARCHAR(255) NULL,
    closed_reason TEXT NULL,
    UNIQUE KEY once_each (event_id, listener),
    KEY waiting (state, listener, due_at),
    KEY in_order (listener, order_key, state, event_id),
    CONSTRAINT foyer_outbox_deliveries_event FOREIGN KEY (event_id) REFERENCES foyer_outbox (id) ON DELETE CASCADE`,
)

export const jobsAndOutbox: readonly Step[] = [jobs, ...outbox, deliveries]
