/** Documents of the charts, and what patients have sent: as many as a practice of this size gathers. */
export type Run = (sql: string, values?: Record<string, unknown>) => Promise<void>

/** Submissions stop growing here: what waits for an audit does not grow with the years. */
const SUBMISSIONS_MOST = 100_000
/** One submission of so many still waits for staff. */
const SUBMISSIONS_A_WAITING = 500
/** Documents in the chart of each patient who is measured; everybody has one. */
const DOCUMENTS_OF_A_VISITOR = 30

/** Once for each practice: what is there already is left as it is. */
export async function layInPaper(run: Run, size: number, visitors: readonly number[]): Promise<void> {
  const sent = Math.min(size, SUBMISSIONS_MOST)
  await run(
    `INSERT INTO documents (id, uuid, type, size, date, url, mimetype, owner, foreign_id, docdate, hash, name, drive_uuid,
                            storagemethod, path_depth, encrypted, revision)
     SELECT seq, UNHEX(MD5(CONCAT('document', seq))), 'file_url', 40000, '2026-03-02 09:00:00',
            CONCAT('file:///site/documents/', seq, '/', MD5(seq)), 'application/pdf', 1, seq, '2026-03-02', SHA2(seq, 512),
            CONCAT('Letter ', seq, '.pdf'), UNHEX(MD5(CONCAT('drive', seq))), 0, 1, 0, '2026-03-02 09:00:00'
       FROM seq_1_to_${String(size)}`, // sql-safe: a number
  )
  for (const [at, pid] of visitors.entries()) {
    await run(
      `INSERT INTO documents (id, uuid, type, size, date, url, mimetype, owner, foreign_id, docdate, hash, name, drive_uuid,
                              storagemethod, path_depth, encrypted, revision)
       SELECT :first + seq, UNHEX(MD5(CONCAT('more', :pid, '-', seq))), 'file_url', 40000, '2026-03-02 09:00:00',
              CONCAT('file:///site/documents/', :pid, '/', MD5(CONCAT('m', :pid, seq))), 'application/pdf', 1, :pid,
              DATE_SUB('2026-03-02', INTERVAL seq DAY), SHA2(seq, 512), CONCAT('Result ', seq, '.pdf'),
              UNHEX(MD5(CONCAT('moredrive', :pid, '-', seq))), 0, 1, 0, '2026-03-02 09:00:00'
         FROM seq_1_to_${String(DOCUMENTS_OF_A_VISITOR)}`, // sql-safe: a number
      { pid, first: size + at * DOCUMENTS_OF_A_VISITOR },
    )
  }
  await run(
    `INSERT INTO categories_to_documents (category_id, document_id)
     SELECT (SELECT id FROM categories WHERE name = 'Medical Record' LIMIT 1), id FROM documents`,
  )
  await run(`UPDATE sequences SET id = (SELECT MAX(id) FROM documents) + 1`)
  await run(
    `INSERT INTO foyer_submissions (receipt, kind, pid, title, note, state, sent_at, decided_by, decided_at, open_key)
     SELECT UPPER(LEFT(MD5(CONCAT('receipt', seq)), 9)), 'document', seq, 'Privacy notice', '',
            IF(seq % ${String(SUBMISSIONS_A_WAITING)} = 3, 'waiting', 'charted'),
            DATE_SUB('2026-11-20 09:00:00', INTERVAL seq % 5000 MINUTE),
            IF(seq % ${String(SUBMISSIONS_A_WAITING)} = 3, NULL, 'admin'),
            IF(seq % ${String(SUBMISSIONS_A_WAITING)} = 3, NULL, '2026-11-20 10:00:00'), NULL
       FROM seq_1_to_${String(sent)}`, // sql-safe: numbers
  )
  await run('ANALYZE TABLE documents, categories_to_documents, foyer_submissions')
}
