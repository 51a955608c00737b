/** How the jobs of module.json went, for staff. */
import type { Utc } from '../../platform/clock.js'
import { utc } from '../../platform/clock.js'
import type { Queryable } from '../../platform/database.js'
import { loadManifest } from '../../platform/settings.js'
import { writeInstant } from '../../web/instant.js'
import type { StatusTag } from '../../web/layout.js'
import type { StaffContext } from '../../web/routes.js'

interface RunRow {
  name: string
  due_at: Utc
  running_until: Utc | null
  started_at: Utc | null
  finished_at: Utc | null
  outcome: 'ok' | 'failed' | null
  error_code: string | null
}

export interface JobView {
  name: string
  description: string
  last: string
  status: StatusTag
  next: string
}

/** Of the file that this process runs with: it does not change under it. */
const { jobs } = loadManifest()

export async function jobViews(context: StaffContext): Promise<JobView[]> {
  const rows = new Map((await readRuns(context.portal.db)).map((row) => [row.name, row]))
  return jobs.map(({ name, description }) => {
    const row = rows.get(name)
    return {
      name,
      description: description[context.language],
      last: row?.finished_at == null ? '–' : writeInstant(context, row.finished_at),
      status: statusOf(context, row),
      next: nextOf(context, row),
    }
  })
}

function readRuns(db: Queryable): Promise<RunRow[]> {
  return db.select<RunRow>(
    `SELECT name, due_at, running_until, started_at, finished_at, outcome, error_code FROM foyer_jobs`,
  )
}

function statusOf({ portal, t }: StaffContext, row: RunRow | undefined): StatusTag {
  if (row && isRunning(row, utc(portal.clock.now()))) return { tone: 'info', text: t('operations.job.running') }
  if (row?.outcome == null) return { tone: 'neutral', text: t('operations.job.never') }
  if (row.outcome === 'ok') return { tone: 'success', text: t('operations.job.ok') }
  return { tone: 'warning', text: t('operations.job.failed', { code: row.error_code ?? '' }) }
}

function nextOf(context: StaffContext, row: RunRow | undefined): string {
  const now = utc(context.portal.clock.now())
  if (!row || isRunning(row, now)) return '–'
  return row.due_at <= now ? context.t('operations.job.due') : writeInstant(context, row.due_at)
}

function isRunning(row: RunRow, now: Utc): boolean {
  return row.running_until !== null && row.running_until > now
}
