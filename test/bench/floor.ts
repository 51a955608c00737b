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

interface Page {
  statements: readonly string[]
  headers: Record<string, string>
  lines: readonly string[]
}

const pages = new Map<string, Page>()
for (const { path, cookie, statements, headers, body } of JSON.parse(readFileSync(file, 'utf8')) as Captured[]) {
  pages.set(`${cookie}\n${path}`, { statements, headers, lines: body.split(/(?<=\n)/) })
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
