/** What a host, the `foyer` command and the demo import. */
import type { Server } from 'node:http'
import { CannotStart } from './platform/cannotStart.js'
import { rememberAddress } from './platform/state.js'
import type { Config } from './platform/config.js'
import { openLog, type Log } from './platform/log.js'
import { openPortal, type PortalOptions, type RunningPortal } from './portal.js'
import { serverOf } from './web/server.js'

export { readConfig, type Config } from './platform/config.js'
export { openPortal as createPortal, type PortalOptions, type RunningPortal } from './portal.js'

export interface Serving {
  /** Where it can be reached. */
  address: string
  running: RunningPortal
  /** Ends: no new requests, those under way are finished, then the database is let go. */
  stop: () => Promise<void>
}

/** Serves the portal of FOYER_DATABASE_URL. Throws CannotStart with one line for the person at the terminal. */
export async function serve(config: Config, log: Log = openLog({ level: 'info' })): Promise<Serving> {
  if (config.databaseUrl === undefined) throw new CannotStart('FOYER_DATABASE_URL: needed to serve. See README.md.')
  if (config.secret === undefined) throw new CannotStart('FOYER_SECRET: needed to serve; 32 characters or more.')
  return serveOn({ config, databaseUrl: config.databaseUrl, secret: config.secret, log })
}

/** Opens the portal and listens on the configured address. */
export async function serveOn(options: PortalOptions): Promise<Serving> {
  const { config } = options
  const running = await openPortal(options).catch((error: unknown) => {
    throw reachable(error)
  })
  const server = serverOf(running.app)
  // Slow readers and slow senders don't hold a place for ever. A form has half a minute (web/reading.ts), files longer.
  server.requestTimeout = 45 * 60_000
  server.headersTimeout = 10_000
  try {
    await listen(server, config)
    if (config.baseUrl !== undefined) await rememberAddress(running.portal.db, config.baseUrl)
  } catch (error) {
    await running.close()
    throw error
  }
  return {
    address: config.baseUrl ?? `http://localhost:${String(portOf(server))}`,
    running,
    stop: async () => {
      await close(server)
      await running.close()
    },
  }
}

const LAST_ANSWERS_MS = 5000
const IDLE_LOOK_MS = 50

/** Takes no more requests; each connection goes when its answer is out, all of them after five seconds. */
async function close(server: Server): Promise<void> {
  const idle = setInterval(() => {
    server.closeIdleConnections()
  }, IDLE_LOOK_MS)
  const last = setTimeout(() => {
    server.closeAllConnections()
  }, LAST_ANSWERS_MS)
  await new Promise((resolve) => server.close(resolve))
  clearInterval(idle)
  clearTimeout(last)
}

function reachable(error: unknown): unknown {
  const unreachable = error instanceof Error && error.name.startsWith('SequelizeConnection')
  const accessDenied = error instanceof Error && error.name === 'SequelizeAccessDeniedError'
  if (!unreachable && !accessDenied) return error
  return new CannotStart('FOYER_DATABASE_URL: the database does not answer, or not to this user and password.')
}

function listen(server: Server, config: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        reject(new CannotStart(`Port ${String(config.port)} is in use. Set FOYER_PORT to another one.`))
      } else if (error.code === 'EACCES') {
        reject(
          new CannotStart(`Port ${String(config.port)} may not be opened by this user. Set FOYER_PORT to another one.`),
        )
      } else {
        reject(error)
      }
    })
    server.listen(config.port, config.host, resolve)
  })
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
