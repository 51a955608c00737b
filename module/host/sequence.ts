import type { Tx } from '../platform/database.js'

/**
 * The next number of the host's one counter of documents, encounters and more (facts §12.5). Its row stays locked until
 * the transaction ends, so that no number is given twice.
 */
export async function nextId(tx: Tx): Promise<number> {
  const counted = await tx.change(`UPDATE sequences SET id = LAST_INSERT_ID(id + 1)`)
  const row = await tx.first<{ id: number }>(`SELECT LAST_INSERT_ID() AS id`)
  if (counted !== 1 || !row) throw new Error('The EMR’s counter of documents and encounters has no row, or several')
  return row.id
}
