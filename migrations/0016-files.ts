import { table, type Step } from './step.js'

const file = '0016-files'

/**
 * What lies in the file store (platform/files): a row is there before the first byte and goes after the last. \`arriving\`
 * until it is whole, then \`kept\` once something refers to it (\`kept_by\`, as \`submission:12\`); what is not kept within a
 * day goes again. \`storage_key\` is random and the file's name on disk.
 */
const files = table(
  file,
  'files',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    storage_key CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    state VARCHAR(16) NOT NULL,
    kept_by VARCHAR(64) NULL,
    bytes BIGINT UNSIGNED NULL,
    sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    media_type VARCHAR(127) NULL,
    name VARCHAR(255) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    UNIQUE KEY storage_key (storage_key),
    KEY age (state, created_at)`,
)

export const storedFiles: readonly Step[] = [files]
