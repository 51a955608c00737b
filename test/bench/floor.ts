/**
 * The floor: the same bytes, after the same statements, with nothing in between. node:http, bare mysql2, strings joined.
 * Started with a database address and a file of captured answers; says its port on stdout.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPool } from 'mysql2/promise'
import type { Captured } from './capture.js'

const [url = '', file = ''] = process.argv.slice(2)
const pool = createPool({
  uri: url,
  connectionLimit: 10,
  dateStrings: true,
  supportBigNumbers: true,
  charset: 'utf8mb4_general_ci',
})

const FLOOR_TRAIL = 'foyer_audit_of_floor'
await pool.query(`CREATE TABLE IF NOT EXISTS ${FLOOR_TRAIL} LIKE foyer_audit`)

interface Page {
  statements: readonly string[]
  headers: Record<string, string>
  lines: readonly string[]
}

const pages = new Map<string, Page>()
for (const { path, cookie, statements, headers, body } of JSON.parse(readFileSync(file, 'utf8')) as Captured[]) {
  pages.set(`${cookie}\n${path}`, { statements: statements.map(besideTheTrail), headers, lines: body.split(/(?<=\n)/) })
}

/** Into a table of the same columns and keys: Foyer would have to seal what the floor writes into its own. */
function besideTheTrail(statement: string): string {
  return statement.replace(/^INSERT INTO foyer_audit /, `INSERT INTO ${FLOOR_TRAIL} `)
}

const server = createServer((request, response) => {
  void answer(`${request.headers.cookie ?? ''}\n${request.url ?? ''}`).then((page) => {
    if (!page) return response.writeHead(404).end()
    let body = ''
    for (const line of page.lines) body += line
    return response.writeHead(200, page.headers).end(body)
  })
})

async function answer(key: string): Promise<Page | undefined> {
  const page = pages.get(key)
  for (const statement of page?.statements ?? []) await pool.query(statement)
  return page
}

server.listen(0, '127.0.0.1', () => {
  console.log(String((server.address() as AddressInfo).port))
})
process.once('SIGTERM', () => process.exit(0))
