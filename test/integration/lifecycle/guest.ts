import { connectDatabase, type Database } from '../../../module/platform/database.js'
import { systemClock } from '../../../module/platform/clock.js'
import { loadManifest } from '../../../module/platform/settings.js'
import type { Outcome } from '../../../module/lifecycle/context.js'
import { english } from '../../../module/lifecycle/said.js'
import type { UninstallContext } from '../../../module/lifecycle/uninstall.js'
import { freshDatabase, type SiteName } from '../../support/database.js'

/** A host and what the module's life needs to act on it. `told` is what the last verbs said. */
export interface Guest {
  db: Database
  url: string
  told: string[]
  context: UninstallContext
  leave(): Promise<void>
}

/** A site as its installer leaves it, without Foyer. */
export async function hostFor(site: SiteName, onServer?: string): Promise<Guest> {
  const { url, drop } = await freshDatabase(site, onServer)
  return guestAt(url, drop)
}

/** The same of a database that is there already. */
export function guestAt(url: string, drop: () => Promise<void> = () => Promise.resolve()): Guest {
  const db = connectDatabase({ url, zone: 'America/New_York', pool: 5 })
  const told: string[] = []
  return {
    db,
    url,
    told,
    context: {
      url,
      db,
      clock: systemClock('America/New_York'),
      manifest: loadManifest(),
      actor: { kind: 'system', id: 'test', name: 'test', requestId: undefined },
      connectorPresent: false,
      dryRun: false,
      discard: false,
      exportTo: undefined,
      tell: (line) => told.push(line),
      // No other process serves this database: whoever tests that one does waits for it in its own way.
      pause: () => Promise.resolve(),
    },
    async leave() {
      await db.close()
      await drop()
    },
  }
}

/** What an outcome says, as a command says it. */
export function saidBy(outcome: Outcome): string[] {
  return outcome.ok ? outcome.sentences.map(english) : [outcome.message]
}

/** What a patient's first sign-in leaves. */
export async function someoneUsesIt({ db }: Guest): Promise<void> {
  await db.transaction((tx) =>
    tx.insert(
      `INSERT INTO foyer_accounts (own_record, host_pid, display_name, created_at) VALUES (:record, 1, 'Ana Ejemplo', :now)`,
      { record: 'a'.repeat(22), now: '2026-01-05 15:00:00.000' },
    ),
  )
}
