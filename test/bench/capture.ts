/** What one request costs Foyer, told to the floor server: each statement that it sends, and the bytes that it answers. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readConfig } from '../../module/platform/config.js'
import { countStatements } from '../../module/platform/database.js'
import { openLog } from '../../module/platform/log.js'
import { openPortal } from '../../module/portal.js'

export interface Captured {
  path: string
  /** What the visitor's browser sends; '' for a stranger. */
  cookie: string
  status: number
  headers: Record<string, string>
  body: string
  statements: string[]
}

export interface Asked {
  path: string
  cookie: string
}

/** Opens the portal in this process and asks for each address once to warm it, and once to write down what happens. */
export async function capture(databaseUrl: string, secret: string, asked: readonly Asked[]): Promise<Captured[]> {
  const log = openLog({ level: 'silent' })
  const running = await openPortal({ config: readConfig({}), databaseUrl, secret, log })
  let counted: Promise<string[]> = Promise.resolve([])
  const server = createServer((request, response) => {
    const ended = new Promise<void>((resolve) => response.on('close', () => resolve()))
    counted = countStatements(() => {
      running.app(request, response)
      return ended
    }).then(({ count }) => count.sql)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  try {
    const captured: Captured[] = []
    for (const each of asked) {
      await ask(origin, each)
      const { status, headers, body } = await ask(origin, each)
      if (status !== 200) throw new Error(`${each.path} answers ${String(status)}`)
      captured.push({ ...each, status, headers, body, statements: await counted })
    }
    return captured
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await running.close()
  }
}

async function ask(origin: string, { path, cookie }: Asked) {
  const answer = await fetch(`${origin}${path}`, {
    headers: cookie === '' ? {} : { cookie },
    redirect: 'manual',
  })
  // Made anew for each answer by whoever sends it.
  const own = ['connection', 'keep-alive', 'date', 'transfer-encoding', 'content-length']
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => !own.includes(name)))
  return { status: answer.status, headers, body: await answer.text() }
}
