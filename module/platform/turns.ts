import type { Tx } from './database.js'

/**
 * Waits until everything named is ours, and keeps it until the transaction ends: what is done to the same provider or
 * for the same patient is done one after the other. Always in sorted order, so that two never wait in a ring.
 */
export async function takeTurn(tx: Tx, names: readonly string[]): Promise<void> {
  for (const name of [...new Set(names)].sort()) {
    await tx.change(
      // Unlike INSERT IGNORE this takes an existing row exclusively at once: no upgrade, no ring.
      `INSERT INTO foyer_turns (name) VALUES (:name) ON DUPLICATE KEY UPDATE name = VALUES(name)`,
      { name },
    )
  }
}
