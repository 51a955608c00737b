/** The database of a portal that fails where a test says, in what a request of the test's asks of it and nowhere else. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestPractice } from '../support/practice.js'

/** Stands in what a broken statement says, and nowhere else in the world. */
export const BROKEN = 'marker-of-what-broke-7731'

/** Whether this statement fails. */
export type Breaks = (sql: string) => boolean

type Answers = (error: Error) => void
interface Connection {
  /** Who answers comes last. Where nobody does, rows come one by one. */
  query: (asked: string | { sql: string }, ...more: unknown[]) => EventEmitter
}
interface Pool {
  getConnection: (options: unknown) => Promise<Connection>
}

/** The practice's portal on an address of its own: what each request asks of the database goes by `breaks`. */
export async function breakable(practice: TestPractice, breaks: () => Breaks) {
  const asking = new AsyncLocalStorage<Breaks>()
  const { connectionManager: pool } = practice.portal.db.sequelize as unknown as { connectionManager: Pool }
  const known = new WeakSet<Connection>()
  const getConnection = pool.getConnection.bind(pool)
  pool.getConnection = async (options) => {
    const connection = await getConnection(options)
    if (!known.has(connection)) watch(connection)
    known.add(connection)
    return connection
  }

  function watch(connection: Connection): void {
    const query = connection.query.bind(connection)
    connection.query = (asked, ...more) => {
      const answers = more.at(-1)
      const sql = typeof asked === 'string' ? asked : asked.sql
      const isWork = !/^(START TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|SET )/.test(sql)
      if (!isWork || typeof answers !== 'function' || asking.getStore()?.(sql) !== true) return query(asked, ...more)
      // As the driver's own errors are: with the statement, which quotes what people typed.
      const error = Object.assign(new Error(`${BROKEN}: ${sql}`), { sql, sqlMessage: BROKEN, code: 'ER_MARKER' })
      setImmediate(() => (answers as Answers)(error))
      return new EventEmitter()
    }
  }

  const server: Server = createServer((request, response) => {
    asking.run(breaks(), () => {
      practice.app(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://localhost:${String((server.address() as AddressInfo).port)}`,
    close: () => {
      pool.getConnection = getConnection
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
