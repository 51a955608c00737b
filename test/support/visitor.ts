import { Agent, request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

/** Somebody with a browser of their own, without JavaScript: keeps cookies, reads the forms of the page that is open, posts them. */
export interface Visitor {
  /** The portal's address, without a slash at its end. */
  origin: string
  get: (path: string, headers?: Record<string, string>) => Promise<Page>
  /** Posts to a path with the token of a page that was opened before (or of `from`). */
  post: (path: string, fields?: Fields, options?: PostOptions) => Promise<Page>
  /** Follows one redirect, if the page is one. */
  follow: (page: Page) => Promise<Page>
  signIn: (door: string, username: string, password: string) => Promise<Page>
  cookies: Map<string, string>
}

export type Fields = Record<string, string | readonly string[]>

export interface PostOptions {
  headers?: Record<string, string>
  /** Opened first for its token; otherwise the last token seen is sent. */
  from?: string
  /** false: without a token; a text: this one. */
  csrf?: boolean | string
}

export interface Page {
  status: number
  headers: Headers
  body: string
  /** Where a redirect leads: path and query. */
  location: string | undefined
  path: string
}

export function visitor(origin: string): Visitor {
  const cookies = new Map<string, string>()
  let token = ''

  async function ask(path: string, { body = '', headers = {}, method = 'GET' }: Asked): Promise<Page> {
    const answer = await sent(`${origin}${path}`, method, { ...usual, ...cookieHeader(path), ...headers }, body)
    for (const cookie of answer.headers.getSetCookie()) keep(cookie)
    token = /name="_csrf" value="([^"]+)"/.exec(answer.body)?.[1] ?? token
    return { ...answer, location: answer.headers.get('location') ?? undefined, path }
  }

  function cookieHeader(path: string): Record<string, string> {
    // foyer_portal is for /portal only, as its Path says.
    const sent = [...cookies].filter(([name]) => name !== 'foyer_portal' || path.startsWith('/portal'))
    return sent.length === 0 ? {} : { Cookie: sent.map(([name, value]) => `${name}=${value}`).join('; ') }
  }

  function keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split(';')
    const at = pair.indexOf('=')
    const gone = attributes.some((each) => /expires=thu, 01 jan 1970/i.test(each))
    if (gone) cookies.delete(pair.slice(0, at))
    else cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }

  const someone: Visitor = {
    origin,
    cookies,
    get: (path, headers = {}) => ask(path, { headers }),
    async post(path, fields = {}, { headers = {}, from, csrf = true } = {}) {
      if (from !== undefined) await ask(from, {})
      const form = new URLSearchParams()
      if (csrf !== false) form.append('_csrf', typeof csrf === 'string' ? csrf : token)
      for (const [name, value] of Object.entries(fields)) {
        for (const each of typeof value === 'string' ? [value] : value) form.append(name, each)
      }
      const typed = { 'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8' }
      return ask(path, { method: 'POST', body: form.toString(), headers: { ...typed, ...headers } })
    },
    follow: (page) => (page.location === undefined ? Promise.resolve(page) : ask(page.location, {})),
    async signIn(door, username, password) {
      const page = await someone.post(door, { username, password }, { from: door })
      // The signed-out token died with the sign-in: fetch one of the new session.
      if (page.status === 303) await someone.follow(await someone.follow(page))
      return page
    },
  }
  return someone
}

interface Asked {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
}

/** As a program says that takes any answer. Packed ones would cost a good part of a test's time. */
const usual = { Accept: '*/*', 'Accept-Language': '*', 'Accept-Encoding': 'identity', 'User-Agent': 'node' }

const agent = new Agent({ keepAlive: true })

/** By node:http, since fetch() takes several times as long. */
async function sent(
  url: string,
  method: string,
  headers: Record<string, string>,
  body: string,
): Promise<Pick<Page, 'status' | 'headers' | 'body'>> {
  const length = method === 'GET' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const send = () => {
      const asked = request(url, { agent, method, headers: { ...headers, ...length } })
      asked.on('response', resolve)
      // The server had closed this connection by the time that it was used again: it has not seen the request.
      asked.on('error', (error) => (asked.reusedSocket && isReset(error) ? send() : reject(error)))
      asked.end(body)
    }
    send()
  })
  const told = new Headers()
  for (let at = 0; at < answer.rawHeaders.length; at += 2) {
    told.append(answer.rawHeaders[at] ?? '', answer.rawHeaders[at + 1] ?? '')
  }
  return { status: answer.statusCode ?? 0, headers: told, body: await text(answer) }
}

function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}
