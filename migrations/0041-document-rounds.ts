import { column, table, type Step } from './step.js'

const file = '0041-document-rounds'

/**
 * Of a document that recurs: to whom it was told that a round has come, and that its day is near. `opens_on` is a period
 * after the day on which the document of the round before was made.
 */
const rounds = table(
  file,
  'document_rounds',
  `
    request_id BIGINT UNSIGNED NOT NULL,
    pid BIGINT NOT NULL,
    opens_on DATE NOT NULL,
    told_at DATETIME(3) NULL,
    reminded_at DATETIME(3) NULL,
    PRIMARY KEY (request_id, pid, opens_on),
    KEY of_patient (pid),
    CONSTRAINT foyer_document_rounds_request FOREIGN KEY (request_id) REFERENCES foyer_document_requests (id)`,
)

/** Rounds of before were told by their day alone: those are not told once more. NULL: all are told one by one. */
const from = column(file, 'document_requests', 'rounds_from', 'DATE NULL')

const fromLast: Step = {
  name: `${file}/rounds-told`,
  up: `UPDATE foyer_document_requests r
          JOIN (SELECT request_id, MAX(day) AS day FROM foyer_document_notices WHERE kind = 'again' AND done_at IS NOT NULL GROUP BY request_id) n
            ON n.request_id = r.id
           SET r.rounds_from = DATE_ADD(n.day, INTERVAL 1 DAY) WHERE r.rounds_from IS NULL`,
  // The column goes with it.
  down: 'DO 0',
}

/** Days after a round opens by which it is due. NULL: as many as the first had, by the day that was set. */
const dueDays = column(file, 'document_requests', 'due_days', 'INT NULL')

export const documentRounds: readonly Step[] = [rounds, from, fromLast, dueDays]
