import { table } from './step.js'

const file = '0001-module'

/** What the module knows of itself. Times in foyer_* tables are UTC. */
export const moduleTables = [
  table(
    file,
    'state',
    `
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    value VARCHAR(255) NOT NULL`,
  ),
  table(
    file,
    'settings',
    `
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at DATETIME(3) NOT NULL,
    updated_by VARCHAR(255) NOT NULL`,
  ),
  table(
    file,
    'audit',
    `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    at DATETIME(3) NOT NULL,
    actor_kind VARCHAR(16) NOT NULL,
    actor_id VARCHAR(64) NOT NULL,
    actor_name VARCHAR(255) NOT NULL,
    pid BIGINT NULL,
    record CHAR(22) NULL,
    event VARCHAR(64) NOT NULL,
    subject VARCHAR(64) NOT NULL,
    details JSON NOT NULL,
    request_id CHAR(22) NULL,
    KEY of_patient (pid, at),
    KEY of_actor (actor_kind, actor_id, at)`,
  ),
  table(
    file,
    'outbox',
    `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    event VARCHAR(64) NOT NULL,
    payload JSON NOT NULL,
    created_at DATETIME(3) NOT NULL,
    due_at DATETIME(3) NOT NULL,
    attempts INT NOT NULL DEFAULT 0,
    done_at DATETIME(3) NULL,
    KEY waiting (done_at, due_at)`,
  ),
  table(
    file,
    'turns',
    `
    name VARCHAR(64) NOT NULL PRIMARY KEY`,
  ),
  table(
    file,
    'once',
    `
    owner VARCHAR(80) NOT NULL,
    token CHAR(22) NOT NULL,
    body_hash CHAR(64) NOT NULL,
    result VARCHAR(255) NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (owner, token),
    KEY age (created_at)`,
  ),
]
