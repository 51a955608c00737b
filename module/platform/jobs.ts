/**
 * What runs by itself. Every process looks each second for what is due; one takes it, for all of them. A job is held
 * by a row of foyer_jobs that only one can change: held for a minute, longer while it runs, so that the hold of a
 * process that died ends by itself. Only while the module is enabled.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { utc, type Clock, type Utc } from './clock.js'
import type { Database } from './database.js'
import { errorCode } from './errorCode.js'
import { opaqueId } from './ids.js'
import type { Log } from './log.js'

export interface RunnableJob {
  name: string
  everySeconds: number
  /** In every process at once, since what it works on is locked row by row. Else in one process at a time. */
  everywhere?: boolean
  /** `goOn` says whether to begin with another piece of the work: not while stopping, nor once disabled. */
  run: (goOn: () => boolean) => Promise<void>
}

export interface JobsSetup {
  db: Database
  clock: Clock
  log: Log
  enabled: () => boolean
  jobs: readonly RunnableJob[]
}

export interface Jobs {
  /** Begins to look. Keeps no process alive. */
  start(): void
  /** Runs what is due now, and waits for it. */
  runDue(): Promise<void>
  /** Looks no more, and waits for what is running. */
  stop(): Promise<void>
  /** Names of the jobs that have not succeeded anywhere for several of their periods. */
  failing(): Promise<string[]>
}

const LOOK_EVERY_MS = 1000
/** Jobs of one process at a time: pages need the connections more. */
const AT_ONCE = 3

export function keepJobs(setup: JobsSetup): Jobs {
  const { db, clock, log, jobs } = setup
  const running = new Map<string, Promise<void>>()
  /** Of jobs that run everywhere: when this process did so last, and what it last wrote down of that. */
  const here = new Map<string, { begun: Utc; noted?: Utc; outcome?: string }>()
  let known = false
  let stopping = false
  let looking: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  /** Since when this process could have run them. */
  let since: Utc | undefined

  const goOn = (): boolean => !stopping && setup.enabled()

  function start(): void {
    timer = setTimeout(() => {
      looking = look().finally(() => {
        if (!stopping) start()
      })
    }, LOOK_EVERY_MS).unref()
  }

  async function look(): Promise<void> {
    await begin().catch((error: unknown) => {
      // The database may be away: a later look finds it again.
      log.warn({ err: error }, 'what is due could not be read')
    })
  }

  /** Begins what is due, and does not wait for it. */
  async function begin(): Promise<void> {
    if (!goOn()) {
      since = undefined
      return
    }
    const now = utc(clock.now())
    since ??= now
    if (!known) await introduce(db, jobs, now)
    known = true
    beginHere(now)
    const due = await dueNames(db, now)
    for (const job of jobs) {
      if (job.everywhere || !due.has(job.name) || running.has(job.name)) continue
      if (running.size >= AT_ONCE) return
      keep(job.name, runForAll(setup, job, goOn))
    }
  }

  function beginHere(now: Utc): void {
    for (const job of jobs.filter(({ everywhere }) => everywhere)) {
      const last = here.get(job.name)
      if (running.has(job.name) || (last && last.begun > before(clock, job.everySeconds))) continue
      here.set(job.name, { ...last, begun: now })
      keep(job.name, runHere(job))
    }
  }

  function keep(name: string, run: Promise<void>): void {
    const kept = run
      .catch((error: unknown) => {
        log.warn({ err: error, job: name }, 'how a job went could not be written down')
      })
      .finally(() => running.delete(name))
    running.set(name, kept)
  }

  async function runHere(job: RunnableJob): Promise<void> {
    const started = utc(clock.now())
    const code = await outcomeOf(setup, job, goOn)
    const last = here.get(job.name)
    const outcome = code ?? 'ok'
    if (last?.noted !== undefined && last.outcome === outcome && last.noted > before(clock, NOTE_EVERY_SECONDS)) return
    await note(db, job, { started, finished: utc(clock.now()), code, due: after(clock, job.everySeconds) })
    here.set(job.name, { begun: started, noted: started, outcome })
  }

  return {
    start,
    async runDue() {
      for (;;) {
        await begin()
        if (running.size === 0) return
        await Promise.all(running.values())
      }
    },
    async stop() {
      stopping = true
      clearTimeout(timer)
      await looking
      await Promise.all(running.values())
    },
    failing: async () => (since === undefined || !goOn() ? [] : failingNames(setup, since)),
  }
}

/** A job that this Foyer knows and the table doesn't yet is due at once. */
async function introduce(db: Database, jobs: readonly RunnableJob[], now: Utc): Promise<void> {
  await db.transaction(async (tx) => {
    for (const { name } of jobs) {
      await tx.change(
        `INSERT INTO foyer_jobs (name, due_at) VALUES (:name, :now) ON DUPLICATE KEY UPDATE name = VALUES(name)`,
        { name, now },
      )
    }
  })
}

const free = `due_at <= :now AND (running_until IS NULL OR running_until <= :now)`

async function dueNames(db: Database, now: Utc): Promise<Set<string>> {
  const rows = await db.select<{ name: string }>(`SELECT name FROM foyer_jobs WHERE ${free}`, { now })
  return new Set(rows.map(({ name }) => name))
}

/** Nothing where another process was faster. */
async function runForAll(setup: JobsSetup, job: RunnableJob, goOn: () => boolean): Promise<void> {
  const { db, clock } = setup
  const runner = opaqueId()
  if (!(await take(setup, job, runner))) return
  const started = utc(clock.now())
  const due = after(clock, job.everySeconds)
  const letGo = new AbortController()
  const held = holdOn(setup, job, runner, letGo.signal)
  const code = await outcomeOf(setup, job, goOn)
  letGo.abort()
  await held
  await note(db, job, { started, finished: utc(clock.now()), code, due }, runner)
}

const HOLD_SECONDS = 60
const HOLD_ON_EVERY_MS = 20_000

/** The one statement that says whose it is: two of them cannot both find it free. */
async function take({ db, clock }: JobsSetup, { name }: RunnableJob, runner: string): Promise<boolean> {
  const taken = await db.transaction((tx) =>
    tx.change(
      `UPDATE foyer_jobs SET runner = :runner, running_until = :until, started_at = :now
        WHERE name = :name AND ${free}`,
      { name, runner, now: utc(clock.now()), until: after(clock, HOLD_SECONDS) },
    ),
  )
  return taken === 1
}

async function holdOn(
  { db, clock, log }: JobsSetup,
  { name }: RunnableJob,
  runner: string,
  signal: AbortSignal,
): Promise<void> {
  while (await waits(signal)) {
    const hold = { name, runner, until: after(clock, HOLD_SECONDS) }
    await db
      .transaction((tx) =>
        tx.change(`UPDATE foyer_jobs SET running_until = :until WHERE name = :name AND runner = :runner`, hold),
      )
      .catch((error: unknown) => {
        // There are two more tries before another process takes it for dead.
        log.warn({ err: error, job: name }, 'a running job could not be held on to')
      })
  }
}

function waits(signal: AbortSignal): Promise<boolean> {
  return sleep(HOLD_ON_EVERY_MS, true, { signal, ref: false }).catch(() => false)
}

/** undefined: it went well. Else in one word what went wrong; the log has more. */
async function outcomeOf({ log }: JobsSetup, job: RunnableJob, goOn: () => boolean): Promise<string | undefined> {
  try {
    await job.run(goOn)
    return undefined
  } catch (error) {
    log.error({ err: error, job: job.name }, 'a job failed; it runs again when it is due')
    return errorCode(error)
  }
}

/** How often a job that runs everywhere writes down that all is well. */
const NOTE_EVERY_SECONDS = 30

interface Run {
  started: Utc
  finished: Utc
  code: string | undefined
  due: Utc
}

/** How a run ended. One whose hold has passed to another runner meanwhile leaves no note. */
async function note(db: Database, { name }: RunnableJob, run: Run, runner: string | null = null): Promise<void> {
  await db.transaction((tx) =>
    tx.change(
      `UPDATE foyer_jobs
          SET runner = NULL, running_until = NULL, started_at = :started, finished_at = :finished, outcome = :outcome,
              error_code = :code, succeeded_at = COALESCE(:succeeded, succeeded_at), due_at = :due
        WHERE name = :name AND runner <=> :runner`,
      {
        name,
        runner,
        started: run.started,
        finished: run.finished,
        outcome: run.code === undefined ? 'ok' : 'failed',
        code: run.code ?? null,
        succeeded: run.code === undefined ? run.finished : null,
        due: run.due,
      },
    ),
  )
}

const SEVERAL_PERIODS = 3
/** However often it runs: a restart of the database must not look like a job that fails. */
const AT_LEAST_SECONDS = 60

async function failingNames({ db, clock, jobs }: JobsSetup, since: Utc): Promise<string[]> {
  const rows = await db.select<{ name: string; succeeded_at: Utc | null }>(`SELECT name, succeeded_at FROM foyer_jobs`)
  const succeeded = new Map(rows.map((row) => [row.name, row.succeeded_at ?? '']))
  return jobs.flatMap(({ name, everySeconds }) => {
    const patience = before(clock, Math.max(SEVERAL_PERIODS * everySeconds, AT_LEAST_SECONDS))
    return since < patience && (succeeded.get(name) ?? '') < patience ? [name] : []
  })
}

function after(clock: Clock, seconds: number): Utc {
  return utc(clock.now().plus({ seconds }))
}

function before(clock: Clock, seconds: number): Utc {
  return utc(clock.now().minus({ seconds }))
}
