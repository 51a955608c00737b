import { chartDocumentIndexes } from '../module/host/indexes.js'
import { table, type Step } from './step.js'

const file = '0020-chart-documents'

/**
 * Files that are being laid into the EMR's folder: the row is there before the first byte, and goes in the very
 * transaction that makes the document known to the EMR. Whatever is left here later belongs to no document.
 */
const filings = table(
  file,
  'filings',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    pid BIGINT NOT NULL,
    drive_uuid CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at DATETIME(3) NOT NULL,
    UNIQUE KEY drive_uuid (drive_uuid),
    KEY age (created_at)`,
)

/**
 * Who shared a document of the chart with its patient, who took it back, and why: every decision, the one that rules
 * marked by `rules_for` (the document's id; NULL in those before). A document without a row is shared.
 */
const shares = table(
  file,
  'document_shares',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    document_id INT NOT NULL,
    pid BIGINT NOT NULL,
    shared TINYINT NOT NULL,
    reason TEXT NOT NULL,
    decided_by VARCHAR(255) NOT NULL,
    decided_at DATETIME(3) NOT NULL,
    rules_for INT NULL,
    UNIQUE KEY rules_for (rules_for),
    KEY of_document (document_id, decided_at),
    KEY of_patient (pid, decided_at)`,
)

const indexes: Step[] = chartDocumentIndexes.map(({ name, table: host, columns }) => ({
  name: `${file}/index-${name}`,
  up: `CREATE INDEX ${name} ON ${host} (${columns.join(', ')})`,
  down: `DROP INDEX ${name} ON ${host}`,
}))

export const chartDocuments: readonly Step[] = [filings, shares, ...indexes]
