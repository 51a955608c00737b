import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { detectHost, type HostSite } from '../host/detect.js'
import { removeRegistration, registration } from '../host/modules.js'
import { removeNoteType } from '../host/noteTypes.js'
import { countRemains } from '../host/reads/remains.js'
import type { Queryable } from '../platform/database.js'
import { readState } from '../platform/state.js'
import { archiveTo, type Archiving } from './archive.js'
import { refuse, type LifecycleContext, type Outcome } from './context.js'
import { noteLeaving, removeOwn, wasLeaving } from './dataFolder.js'
import { close, mayBeOpen, UNTIL_CLOSED } from './disable.js'
import { readJournal, stepsDown } from './migrate.js'
import { perform, type Deed, type Plan } from './plan.js'
import type { Said } from './said.js'
import { countUse, whatStays } from './use.js'
import { whyTooOld } from './version.js'

export interface UninstallContext extends LifecycleContext {
  /** Where an archive of every foyer_* row goes before they do; undefined: none is made. */
  exportTo: string | undefined
  /** What patients left may be lost. */
  discard: boolean
  /** How so many milliseconds are waited; the machine's timer where nothing else is given. */
  pause?: (milliseconds: number) => Promise<unknown>
}

/**
 * Takes Foyer out of the host: its tables, its indexes, its line in the host's list. What patients and staff did in
 * the host's own tables stays (module.json, hostWrites). Refused: 'in-use' when patients have used it, if only while it was
 * being closed, and neither `exportTo` nor `discard` is given, 'cannot-export' (also where files are sealed by a secret that is not known), 'not-a-host', 'newer-installed', 'host-busy'.
 */
export function uninstall(context: UninstallContext): Promise<Outcome> {
  return perform(context, async (connection): Promise<Plan> => {
    const { db, manifest, exportTo, discard } = context
    const host = await detectHost(db)
    const tables = await tablesThere(db, manifest.tables)
    if (tables.length === 0 && !(await registration(db))) {
      const deeds = wasLeaving(context) ? await removeOwn(context) : []
      return { ok: true, deeds, already: { key: 'life.isOut' } }
    }
    const [journal, state] = [await readJournal(db), await readState(db)]
    const tooOld = whyTooOld(manifest.version, state?.version, journal)
    if (tooOld) return tooOld

    const use = await countUse(db, tables)
    const remains = await countRemains(db, tables)
    const remarks = [...whatGoes([...use.patients, ...use.practice], context), whatStays(remains)]
    if (use.patients.length > 0 && exportTo === undefined && !discard) {
      return refuse('in-use', { key: 'life.inUse', params: { use: use.patients } }, remarks)
    }
    if (exportTo !== undefined && existsSync(exportTo)) {
      return refuse('cannot-export', { key: 'life.fileExists', params: { file: exportTo } })
    }
    if (exportTo !== undefined && use.files > 0 && !context.files?.store) {
      return refuse('cannot-export', { key: 'life.filesSealed', params: { count: use.files } })
    }
    const archiving = { connection, context, host, tables }
    const open = await mayBeOpen(db, state)
    return {
      ok: true,
      deeds: [
        ...(state?.enabled ? [close(context)] : []),
        ...(open ? [settle(context)] : []),
        ...(open && exportTo === undefined && !discard ? [lookAgain(context, tables)] : []),
        ...(exportTo === undefined ? [] : [archive(exportTo, archiving)]),
        leave(context, host, tables),
        ...stepsDown({ connection, ...context }),
        // Last: until the tables are gone, a command that is killed can still be asked for the archive.
        ...(await removeOwn(context)),
      ],
      already: { key: 'life.isOut' },
      remarks,
    }
  })
}

function whatGoes(what: readonly Said[], { exportTo, discard }: UninstallContext): Said[] {
  if (what.length === 0) return []
  if (exportTo !== undefined) return [{ key: 'life.kept', params: { what } }]
  return [{ key: discard ? 'life.discarded' : 'life.lost', params: { what } }]
}

/** What is done until then is part of what is kept or lost, and no process fails over a table that has gone. */
function settle({ pause = sleep }: UninstallContext): Deed {
  return {
    says: { key: 'life.settle', params: { seconds: UNTIL_CLOSED } },
    does: async () => {
      await pause(UNTIL_CLOSED * 1000)
    },
  }
}

/** Nobody had used it when this was planned: somebody may have come in until its doors were closed. */
function lookAgain({ db }: UninstallContext, tables: readonly string[]): Deed {
  return {
    says: { key: 'life.lookAgain' },
    does: async () => {
      const { patients: use } = await countUse(db, tables)
      return use.length === 0 ? undefined : refuse('in-use', { key: 'life.usedMeanwhile', params: { use } })
    },
  }
}

function archive(file: string, archiving: Omit<Archiving, 'remains'>): Deed {
  const { context, tables } = archiving
  return {
    says: { key: 'life.archive', params: { tables: tables.length, file } },
    // Counted again: people may have gone on until the portal was closed.
    does: async () => archiveTo(file, { ...archiving, remains: await countRemains(context.db, tables) }),
  }
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

/** From here on it counts as not installed; a command that is killed after this is run again. */
function leave(context: LifecycleContext, site: HostSite, tables: readonly string[]): Deed {
  return {
    says: { key: 'life.leave' },
    does: async () => {
      await noteLeaving(context)
      await context.db.transaction(async (tx) => {
        await removeRegistration(tx, site)
        await removeNoteType(tx)
        if (tables.includes('foyer_state')) await tx.change(`DELETE FROM foyer_state`)
      })
    },
  }
}
