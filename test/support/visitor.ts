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

  async function ask(path: string, init: RequestInit): Promise<Page> {
    const response = await fetch(`${origin}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { ...cookieHeader(path), ...(init.headers as Record<string, string>) },
    })
    for (const cookie of response.headers.getSetCookie()) keep(cookie)
    const body = await response.text()
    token = /name="_csrf" value="([^"]+)"/.exec(body)?.[1] ?? token
    return {
      status: response.status,
      headers: response.headers,
      body,
      location: response.headers.get('location') ?? undefined,
      path,
    }
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
      return ask(path, { method: 'POST', body: form, headers })
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
