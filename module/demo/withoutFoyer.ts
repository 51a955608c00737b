import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { sha256 } from '../platform/ids.js'

export interface Closable {
  close: () => Promise<void>
}

/**
 * Answers for the demo's EMR while Foyer is uninstalled: its sign-in went with Foyer's tables, so nobody can come in.
 * Only who uninstalled it holds the token, and may post it to /emr/modules/install.
 */
export async function serveWithoutFoyer(options: {
  port: number
  host: string
  token: string
  /** The address, without a host, at which the installed module answers. */
  to: string
  install: () => Promise<void>
}): Promise<Closable> {
  const server = createServer((request, response) => {
    void answer(request, response).catch(() =>
      say(response, 500, ['That did not work. End the demo and start it again.']),
    )
  })
  await new Promise<void>((done, failed) => {
    server.once('error', failed).listen(options.port, options.host, () => done())
  })
  return {
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeIdleConnections()
      }),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isInstall = request.method === 'POST' && (request.url ?? '').endsWith('/emr/modules/install')
    if (!isInstall || !sameToken(new URLSearchParams(await bodyOf(request)).get('token'), options.token)) {
      say(response, request.url === '/health' ? 200 : 503, uninstalled)
      return
    }
    await options.install()
    response.writeHead(303, { Location: options.to, 'Cache-Control': 'no-store', Connection: 'close' }).end()
  }
}

const uninstalled = [
  'Foyer is not installed in this EMR. End the demo with Ctrl-C and start it again: it is installed then.',
  'Foyer no está instalado en este sistema. Termine la demostración con Ctrl-C y vuelva a empezarla.',
]

function say(response: ServerResponse, status: number, lines: readonly string[]): void {
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', Connection: 'close' }
  response.writeHead(status, headers).end(`${lines.join('\n')}\n`)
}

const MOST_CHARACTERS = 4096

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of request) {
    body += String(part)
    if (body.length > MOST_CHARACTERS) return ''
  }
  return body
}

function sameToken(given: string | null, token: string): boolean {
  return given !== null && timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(token)))
}
