import { existsSync } from 'node:fs'
import { detectHost, type HostSite } from '../host/detect.js'
import { removeRegistration, registration } from '../host/modules.js'
import type { Queryable } from '../platform/database.js'
import { readState } from '../platform/state.js'
import { archiveTo } from './archive.js'
import { refuse, type LifecycleContext, type Outcome } from './context.js'
import { close } from './disable.js'
import { readJournal, stepsDown } from './migrate.js'
import { perform, type Deed, type Plan } from './plan.js'
import { whyTooOld } from './version.js'

export interface UninstallContext extends LifecycleContext {
  /** Where an archive of every foyer_* row goes before they do; undefined: none is made. */
  exportTo: string | undefined
  /** What patients left may be lost. */
  discard: boolean
}

/**
 * Takes Foyer out of the host: its tables, its indexes, its line in the host's list. What patients and staff did in
 * the host's own tables stays (module.json, hostWrites). Refused: 'in-use' when patients have used it and neither
 * `exportTo` nor `discard` is given, 'cannot-export', 'not-a-host', 'newer-installed', 'host-busy'.
 */
export function uninstall(context: UninstallContext): Promise<Outcome> {
  return perform(context, async (connection): Promise<Plan> => {
    const { db, manifest, exportTo, discard } = context
    const site = await detectHost(db)
    const tables = await tablesThere(db, manifest.tables)
    if (tables.length === 0 && !(await registration(db))) {
      return { ok: true, deeds: [], already: 'Foyer is not installed here.' }
    }
    const [journal, state] = [await readJournal(db), await readState(db)]
    const tooOld = whyTooOld(manifest.version, state?.version, journal)
    if (tooOld) return tooOld

    const use = await countUse(db, tables)
    if (use.length > 0 && exportTo === undefined && !discard) {
      return refuse(
        'in-use',
        `Patients have used the portal: ${use.join(', ')}. Nothing was removed. ` +
          'Give --export FILE to keep all of it in an archive first, or --discard to lose it.',
      )
    }
    if (exportTo !== undefined && existsSync(exportTo)) {
      return refuse('cannot-export', `${exportTo} exists already and is not overwritten. Give another file.`)
    }
    return {
      ok: true,
      deeds: [
        ...(state?.enabled ? [close(context)] : []),
        ...(exportTo === undefined ? [] : [archive({ ...context, exportTo }, site, tables)]),
        leave(context, site, tables),
        ...stepsDown({ connection, ...context }),
      ],
      already: '',
    }

    function archive(into: UninstallContext & { exportTo: string }, host: HostSite, from: readonly string[]): Deed {
      return {
        says: `Write every row of ${from.length} tables to ${into.exportTo}.`,
        does: () => archiveTo(into.exportTo, { connection, context, host, tables: from }),
      }
    }
  })
}

/** Those of Foyer's tables that are there: all, or fewer where a command before was killed. */
async function tablesThere(db: Queryable, names: readonly string[]): Promise<string[]> {
  const rows = await db.select<{ name: string }>(
    `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN (:names)`,
    { names },
  )
  const there = new Set(rows.map(({ name }) => name))
  return names.filter((name) => there.has(name))
}

/** What patients left, each kind counted: `3 accounts`. */
async function countUse(db: Queryable, tables: readonly string[]): Promise<string[]> {
  const kinds = [
    { table: 'foyer_accounts', what: 'account', where: 'TRUE' },
    { table: 'foyer_grants', what: 'grant', where: 'TRUE' },
    { table: 'foyer_appointment_requests', what: 'appointment request', where: 'TRUE' },
    { table: 'foyer_audit', what: 'audit entry', where: 'pid IS NOT NULL OR record IS NOT NULL' },
  ].filter(({ table }) => tables.includes(table))
  const counts = await Promise.all(
    kinds.map(({ table, where }) =>
      // sql-safe: names and conditions from the list above
      db.first<{ rows: number }>(`SELECT COUNT(*) AS \`rows\` FROM ${table} WHERE ${where}`),
    ),
  )
  return kinds.flatMap(({ what }, index) => {
    const rows = counts[index]?.rows ?? 0
    return rows > 0 ? [inWords(rows, what)] : []
  })
}

function inWords(count: number, what: string): string {
  if (count === 1) return `1 ${what}`
  return `${count} ${what.endsWith('y') ? `${what.slice(0, -1)}ies` : `${what}s`}`
}

/** From here on it counts as not installed; a command that is killed after this is run again. */
function leave({ db }: LifecycleContext, site: HostSite, tables: readonly string[]): Deed {
  return {
    says: `Take Foyer out of the EMR’s list of modules.`,
    does: () =>
      db.transaction(async (tx) => {
        await removeRegistration(tx, site)
        if (tables.includes('foyer_state')) await tx.change(`DELETE FROM foyer_state`)
      }),
  }
}
