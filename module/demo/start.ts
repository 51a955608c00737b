/**
 * What `npm start` runs. With FOYER_DATABASE_URL it serves that database, as `foyer serve` does; without, it runs the
 * demo practice: a MariaDB of its own in FOYER_DATA_DIR, a small EMR, and the portal in it.
 */
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Feature } from '../feature.js'
import { serve, serveOn, type Serving } from '../index.js'
import { CannotStart } from '../platform/cannotStart.js'
import { readConfig, type Config } from '../platform/config.js'
import { openLog } from '../platform/log.js'
import { opaqueId } from '../platform/ids.js'
import { readyDatabase, reinstall } from './database.js'
import { emrShell, type ModuleHost } from './emr/index.js'
import { greeting } from './greeting.js'
import { startMariadb, type Mariadb } from './mariadb.js'
import { withSiteFolder } from './paperwork.js'
import { letterBox } from './post.js'
import { keptSecret } from './secret.js'
import { serveWithoutFoyer, type Closable } from './withoutFoyer.js'

/** What has been started, to be ended in the other order. */
interface Started {
  mariadb?: Promise<Mariadb>
  serving?: Serving | undefined
  /** In place of it, while the module is uninstalled. */
  without?: Promise<Closable> | undefined
}

await main()

async function main(): Promise<void> {
  const started: Started = {}
  const leaving = endOnSignal(started)
  try {
    const config = readConfig(process.env)
    if (config.databaseUrl === undefined) await startDemo(withSiteFolder(config), started)
    else await serveConfigured(config, started)
  } catch (error) {
    // Stopped in the middle of starting: what was under way fails, and that is all right.
    if (leaving.now) return
    await end(started)
    console.error(inOneLine(error))
    process.exit(1)
  }
}

async function serveConfigured(config: Config, started: Started): Promise<void> {
  started.serving = await serve(config)
  console.log(`Foyer is at ${started.serving.address}/portal, for staff at ${started.serving.address}/staff/portal`)
}

async function startDemo(config: Config, started: Started): Promise<void> {
  await refuseTakenPort(config)
  const tell = (line: string): void => console.log(line)
  started.mariadb = startMariadb({ dataDir: join(config.dataDir, 'mariadb'), port: 'free', log: tell })
  // First of all, since it says in one line when the folder cannot be written.
  const mariadb = await started.mariadb
  const secret = config.secret ?? keptSecret(config.dataDir)
  const databaseUrl = await readyDatabase(mariadb, config, tell)
  const { address } = await openDoors({ config, databaseUrl, secret }, started)
  console.log(greeting(address, config.dataDir))
}

interface Demo {
  config: Config
  databaseUrl: string
  secret: string
}

async function openDoors(demo: Demo, started: Started): Promise<Serving> {
  const host: ModuleHost = {
    databaseUrl: demo.databaseUrl,
    refresh: async () => started.serving?.running.refresh(),
    afterUninstall: () => closeDoors(demo, started),
  }
  const box = demo.config.smtpUrl === undefined ? letterBox(demo.config.dataDir) : undefined
  const shell = (wings: readonly Feature[]): Feature => emrShell(wings, host, box)
  const log = openLog({ level: 'warn' })
  started.serving = await serveOn({ ...demo, log, shell, ...(box ? { post: box.post } : {}) })
  return started.serving
}

/** The module was uninstalled on the Modules page; the token installs it again. */
function closeDoors(demo: Demo, started: Started): string {
  const token = opaqueId()
  setTimeout(() => standIn(demo, started, token), ANSWER_IS_OUT)
  return token
}

/** Milliseconds until the page that holds the token has gone out and its connection is idle, so that it can be closed. */
const ANSWER_IS_OUT = 300

function standIn(demo: Demo, started: Started, token: string): void {
  const { serving } = started
  if (!serving) return
  started.serving = undefined
  // It stops listening at once; what it is still answering may take a while.
  const stopped = serving.stop()
  const { config } = demo
  const to = `${config.baseUrl === undefined ? '' : new URL(config.baseUrl).pathname.replace(/\/$/, '')}/emr/modules`
  const port = config.port === 0 ? Number(new URL(serving.address).port) : config.port
  const install = (): Promise<void> => openAgain(demo, started, stopped)
  started.without = serveWithoutFoyer({ port, host: config.host, token, to, install })
  started.without.catch((error: unknown) => console.error(inOneLine(error)))
}

async function openAgain(demo: Demo, started: Started, stopped: Promise<void>): Promise<void> {
  const without = await started.without
  started.without = undefined
  await stopped
  await reinstall(demo.databaseUrl, demo.config)
  // Not awaited: this answer is the last that it gives.
  void without?.close()
  await openDoors(demo, started)
}

/** Found out before the database is started: the usual reason is that the demo runs already. */
async function refuseTakenPort({ port, host }: Config): Promise<void> {
  if (port === 0) return
  const probe = createServer()
  await new Promise<void>((free, taken) => {
    probe.once('error', (error: NodeJS.ErrnoException) => taken(portRefusal(port, error)))
    probe.listen(port, host, () => probe.close(() => free()))
  })
}

function portRefusal(port: number, error: NodeJS.ErrnoException): Error {
  const why = { EADDRINUSE: 'is in use', EACCES: 'may not be opened by this user' }[error.code ?? '']
  if (why === undefined) return new CannotStart(`FOYER_HOST: cannot listen there (${error.code ?? error.message}).`)
  return new CannotStart(`Port ${String(port)} ${why}. Set FOYER_PORT to another one.`)
}

/** Ctrl-C, a polite kill, a closed terminal, and the end of the npm that started us. */
function endOnSignal(started: Started): { now: boolean } {
  const leaving = { now: false }
  const leave = (): void => {
    if (leaving.now) return
    leaving.now = true
    void end(started).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(inOneLine(error))
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', leave)
  process.on('SIGTERM', leave)
  // Not under nohup, which wants to outlive the terminal.
  if (process.stdout.isTTY) process.on('SIGHUP', leave)
  // npm passes a SIGTERM on to its shell only; the shell then goes without a word to us.
  const parent = process.ppid
  if (process.env['npm_lifecycle_event'] !== undefined) {
    setInterval(() => {
      if (process.ppid !== parent) leave()
    }, 500).unref()
  }
  return leaving
}

async function end({ serving, without, mariadb }: Started): Promise<void> {
  await serving?.stop()
  await (await without?.catch(() => undefined))?.close()
  // A server that did not start has nothing to stop, and has said why already.
  await (await mariadb?.catch(() => undefined))?.stop()
}

function inOneLine(error: unknown): string {
  if (error instanceof CannotStart) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
