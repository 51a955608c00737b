import { fillingIndexes } from '../module/host/indexes.js'
import { table, type Step } from './step.js'

const file = '0019-filling'

/**
 * What Foyer knows besides the host of a document that a patient fills (`onsite_id`, its row there). `version_id`: the
 * template's bytes as they were when it was begun (foyer_template_versions), with their SHA-256; NULL where it was begun
 * in the host's own portal, whose copy it goes by. `saved_on` and `saved_number` name the page that saved last and which
 * of its saves it was; `saved_mark` is the mark of what it left, so that a save made elsewhere since is seen, the host's
 * own portal included. `field_values` only where the site keeps none itself.
 */
const filled = table(
  file,
  'filled',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    onsite_id INT UNSIGNED NOT NULL,
    pid BIGINT NOT NULL,
    account_id BIGINT UNSIGNED NULL,
    template_id BIGINT UNSIGNED NULL,
    version_id BIGINT UNSIGNED NULL,
    sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    saved_at DATETIME(3) NOT NULL,
    saved_on CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NULL,
    saved_number INT NOT NULL DEFAULT 0,
    saved_mark CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    field_values LONGTEXT NULL,
    sign_kind VARCHAR(8) NULL,
    signer VARCHAR(255) NULL,
    signed_at DATETIME(3) NULL,
    UNIQUE KEY document (onsite_id),
    KEY of_patient (pid),
    CONSTRAINT foyer_filled_account FOREIGN KEY (account_id) REFERENCES foyer_accounts (id)`,
)

/** The PDFs that a document asks to be read, as they were when it was begun. */
const read = table(
  file,
  'filled_pdfs',
  `
    filled_id BIGINT UNSIGNED NOT NULL,
    template_id BIGINT UNSIGNED NOT NULL,
    version_id BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (filled_id, template_id),
    CONSTRAINT foyer_filled_pdfs_filled FOREIGN KEY (filled_id) REFERENCES foyer_filled (id) ON DELETE CASCADE`,
)

/** The questionnaires that stand in a document, by their field: what was asked of the patient for it (foyer_form_assignments). */
const forms = table(
  file,
  'filled_forms',
  `
    filled_id BIGINT UNSIGNED NOT NULL,
    field VARCHAR(64) NOT NULL,
    assignment_id BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (filled_id, field),
    CONSTRAINT foyer_filled_forms_filled FOREIGN KEY (filled_id) REFERENCES foyer_filled (id) ON DELETE CASCADE`,
)

/** What was typed on a page that did not know of a later save from elsewhere: kept until somebody has looked at it. */
const kept = table(
  file,
  'kept_texts',
  `
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    filled_id BIGINT UNSIGNED NOT NULL,
    saved_on CHAR(22) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    saved_number INT NOT NULL,
    field_values LONGTEXT NOT NULL,
    saved_at DATETIME(3) NOT NULL,
    UNIQUE KEY page (filled_id, saved_on),
    CONSTRAINT foyer_kept_texts_filled FOREIGN KEY (filled_id) REFERENCES foyer_filled (id) ON DELETE CASCADE`,
)

const indexes: Step[] = fillingIndexes.map(({ name, table: host, columns }) => ({
  name: `${file}/index-${name}`,
  up: `CREATE INDEX ${name} ON ${host} (${columns.join(', ')})`,
  down: `DROP INDEX ${name} ON ${host}`,
}))

/** What a patient fills: which version, and drafts. */
export const filling: readonly Step[] = [filled, read, forms, kept, ...indexes]
