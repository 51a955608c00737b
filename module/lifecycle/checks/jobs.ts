/** What runs by itself: whether each did, when it was due. */
import { DateTime } from 'luxon'
import { saysNoSuchTable, type Queryable } from '../../platform/database.js'
import type { ModuleState } from '../../platform/state.js'
import type { Said } from '../said.js'
import { findingsOf, said, type Examined, type Finding } from './finding.js'

const { ok, warning } = findingsOf('foyer')

export async function jobs({ db, clock, manifest }: Examined, state: ModuleState | undefined): Promise<Finding> {
  if (!state?.enabled) return ok('jobs', 'doctor.jobs.off')
  const ran = await readRuns(db)
  const fix = said('doctor.jobs.fix')
  if (ran.size === 0) return warning('jobs', said('doctor.jobs.none'), fix)
  const now = clock.now().toMillis()
  const late = manifest.jobs.flatMap((job) => whyNot(job, ran.get(job.name), now) ?? [])
  if (late.length > 0) return warning('jobs', said('doctor.jobs.late', { list: late }), fix)
  const newest = manifest.jobs.map(({ name }) => ran.get(name)?.succeeded ?? '').reduce((a, b) => (a > b ? a : b), '')
  return ok('jobs', 'doctor.jobs.fine', { count: manifest.jobs.length, when: timeOf(newest) })
}

interface Run {
  name: string
  /** UTC. */
  succeeded: string | null
  outcome: string | null
  code: string | null
}

/** By the job's name; none where the table is not there yet. */
async function readRuns(db: Queryable): Promise<Map<string, Run>> {
  const runs = await db
    .select<Run>(`SELECT name, succeeded_at AS succeeded, outcome, error_code AS code FROM foyer_jobs`)
    .catch((error: unknown) => {
      if (saysNoSuchTable(error)) return []
      throw error
    })
  return new Map(runs.map((run) => [run.name, run]))
}

/** A job may miss its turn twice: a process is being replaced, or another job takes longer. */
const TURNS = 3
/** Seconds for which even the quickest job may be silent. */
const SILENT = 60

function whyNot(job: { name: string; everySeconds: number }, run: Run | undefined, now: number): Said | undefined {
  const { name } = job
  if (run?.outcome === 'failed' && run.code !== null) return said('doctor.jobs.failed', { name, code: run.code })
  if (run?.succeeded == null) return said('doctor.jobs.never', { name })
  const silent = (now - instantOf(run.succeeded).toMillis()) / 1000
  return silent > Math.max(TURNS * job.everySeconds, SILENT) ? lastTime(name, run) : undefined
}

function lastTime(name: string, run: Run | undefined): Said {
  if (run?.succeeded == null) return said('doctor.jobs.never', { name })
  return said('doctor.jobs.one', { name, when: timeOf(run.succeeded) })
}

function timeOf(utc: string): string {
  return instantOf(utc).toFormat('yyyy-MM-dd HH:mm:ss')
}

function instantOf(utc: string): DateTime {
  return DateTime.fromSQL(utc, { zone: 'utc' })
}
