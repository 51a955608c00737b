/** Documents of the charts, and what patients have sent: as many as a practice of this size gathers. */
export type Run = (sql: string, values?: Record<string, unknown>) => Promise<void>

/** Submissions stop growing here: what waits for an audit does not grow with the years. */
const SUBMISSIONS_MOST = 100_000
/** One submission of so many still waits for staff; one of so many of those has somebody who sees to it. */
const SUBMISSIONS_A_WAITING = 20
const WAITING_A_CLAIM = 7
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
    `INSERT INTO foyer_files (id, storage_key, state, kept_by, bytes, sha256, media_type, name, created_at)
     SELECT seq, MD5(CONCAT('file', seq)), 'kept', CONCAT('submission:', seq), 40000, SHA2(seq, 256), 'application/pdf',
            CONCAT('Letter ', seq, '.pdf'), '2026-11-20 09:00:00'
       FROM seq_1_to_${String(sent)}`, // sql-safe: a number
  )
  await run(
    `INSERT INTO foyer_submissions (id, receipt, kind, account_id, pid, file_id, title, note, state, scan, sent_at, claimed_by,
                                    claimed_at, decided_by, decided_at, open_key)
     SELECT w.id, UPPER(LEFT(MD5(CONCAT('receipt', w.id)), 9)), IF(w.id % 2, 'upload', 'document'), a.id, w.id,
            IF(w.waits OR w.id % 2 = 0, w.id, NULL), CONCAT('Letter ', w.id), '', IF(w.waits, 'waiting', 'charted'), 'clean',
            DATE_SUB(:now, INTERVAL w.id % 5000 MINUTE), IF(w.waits AND w.id % :claimed = 0, :clerk, NULL),
            IF(w.waits AND w.id % :claimed = 0, :now, NULL), IF(w.waits, NULL, :clerk), IF(w.waits, NULL, :now), NULL
       FROM (SELECT seq AS id, seq % :waiting = 3 AS waits FROM seq_1_to_${String(sent)}) w
       LEFT JOIN foyer_accounts a ON a.host_pid = w.id`, // sql-safe: a number
    { now: '2026-11-20 09:00:00', clerk: 'clerk.2', claimed: WAITING_A_CLAIM, waiting: SUBMISSIONS_A_WAITING },
  )
  await run('ANALYZE TABLE documents, categories_to_documents, foyer_files, foyer_submissions')
}
