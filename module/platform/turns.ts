import type { Tx } from './database.js'
import { sha256 } from './ids.js'

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

/** The turn of a provider's calendar (users.id). */
export function providerTurn(id: number | string): string {
  return `provider:${String(id)}`
}

/** The turn of a patient's chart. */
export function chartTurn(pid: number | string): string {
  return `patient:${String(pid)}`
}

/** The turn of what an account has in its own record, before there is a chart. */
export function recordTurn(record: string): string {
  return `record:${record}`
}

/** The turn of a patient: of their chart, or of their account's own record while there is none. */
export function patientTurn({ pid, record }: { pid: number | string | undefined; record: string }): string {
  return pid === undefined ? recordTurn(record) : chartTurn(pid)
}

/** The turn of an account: of what it opens, and of whether there is one. */
export function accountTurn(id: number): string {
  return `account:${String(id)}`
}

/** The turn of what a patient has sent for staff to audit. */
export function submissionTurn(id: number): string {
  return `submission:${String(id)}`
}

/** The turn of a questionnaire: of its versions, whoever makes the next one. */
export function formTurn(key: string): string {
  return `form:${sha256(key).slice(0, 32)}`
}

/** The turn of a template of the library: of its versions, and of who is asked for it. */
export function templateTurn(id: number): string {
  return `template:${String(id)}`
}
