/**
 * What an address says never becomes a part of a statement but as a quoted value: every parameter that a page reads is
 * given every payload, and every statement that is sent then has the shape of one that a plain address sends. Which
 * parameters a page reads is seen while it reads them.
 */
import { expect } from 'chai'
import { escape } from 'mysql2'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { countStatements, type StatementCount } from '../../module/platform/database.js'
import { addressOf, type Handler, type RequestContext, type Route } from '../../module/web/routes.js'
import { openPracticeWithEmr } from '../support/emr.js'
import { loginOf, OFFICE_VISIT, passwordOf, type TestPractice } from '../support/practice.js'
import { visitor, type Visitor } from '../support/visitor.js'
import { nameOf, pathTo, sampleFor } from './asking.js'
import { BREAKING, MARK, PAYLOADS, TEXTS } from './payloads.js'
import type { Sample } from './samples.js'

/** What forms and links of ours send, and what people type: each brings the statements that it may. */
const PLAIN = [
  ...['', '1', 'x', 'santos', 'maria santos', 'santos, maria', 'santos 1986-04-02', 'maria santos 1986-04-02'],
  ...['1986-04-02', 'nobody here', 'zantos, x', 'zantos 1986-04-03', 'zan tos 1986-04-03', 'admin', 'signed'],
  ...['2026-12-01', '2026-12-01T10:00', 'time', 'actor', 'patient', 'asc', 'desc', 'views', 'mine', 'week'],
  ...['A'.repeat(22), 'user:front', 'user:nobody', 'record:nobody', 'portal:use', '/portal'],
]

const SEARCH = ['q', 'from', 'until', 'actor', 'patient', 'event', 'kind', 'sort', 'dir', 'page']
const MOMENT = ['provider', 'category', 'at', 'date', 'time']

/** Pages that read the whole address by a schema: the names in it. */
const READ_WHOLE: Readonly<Record<string, readonly string[]>> = {
  'GET /staff/portal/audit-trail': SEARCH,
  'GET /staff/portal/audit-trail/export': SEARCH,
  'GET /portal/records/:record/appointments/new/check': MOMENT,
  'GET /portal/records/:record/appointments/:id/rescheduling/check': MOMENT,
}

/** Read before any page is. */
const READ_BY_ALL = ['lang']

/** One of so many payloads: of a name that is new, of names in company, and of what all pages read by the same code. */
const FEWER_SHARES = 4
const SHARES = 8
const ALL_SHARES = 24

describe('What an address says', function () {
  this.timeout(600_000)
  let practice: TestPractice
  let server: Server
  let maria: Visitor
  let admin: Visitor
  /** Of the last request. */
  let counted: Promise<StatementCount>
  const restore: (() => void)[] = []
  /** What the last page read of its address. */
  let read = { names: new Set<string>(), whole: false }

  before(async () => {
    practice = await openPracticeWithEmr()
    for (const route of practice.routes) if (route.method === 'get') watchReading(route)
    server = createServer((request, response) => {
      const ended = new Promise<void>((resolve) => response.on('close', () => resolve()))
      const work = countStatements(() => {
        practice.app(request, response)
        return ended
      })
      counted = work.then(({ count }) => count)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const origin = `http://localhost:${String((server.address() as AddressInfo).port)}`
    maria = visitor(origin)
    await maria.signIn('/portal/sign-in', loginOf('maria'), passwordOf('maria.santos'))
    admin = visitor(origin)
    await admin.signIn('/staff/sign-in', 'admin', passwordOf('admin'))
  })
  after(async () => {
    for (const undo of restore) undo()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await practice.leave()
  })

  /** What a page may keep for a second is asked for anew after any change. */
  function forgetCounts(): Promise<number> {
    return practice.db.transaction((tx) => tx.change(`UPDATE foyer_jobs SET name = name WHERE FALSE`))
  }

  it('is written as the server reads it: one character set, and a backslash escapes', async () => {
    const spoken = await practice.portal.db.first<{ client: string; mode: string }>(
      `SELECT @@character_set_client AS client, @@sql_mode AS mode`,
    )
    expect(spoken?.client).to.equal('utf8mb4')
    expect(spoken?.mode).not.to.match(/NO_BACKSLASH_ESCAPES|ANSI_QUOTES/)
  })

  it('never becomes a part of a statement but as a quoted value, whatever it is and whichever page reads it', async () => {
    const faults: string[] = []
    const readOn: string[] = []
    let asked = 0
    let turn = 0
    const met = new Set<string>()
    const first = (route: Route) => Number(!route.path.endsWith('/export'))
    const gets = practice.routes.filter(({ method }) => method === 'get').sort((a, b) => first(a) - first(b))
    for (const route of gets) {
      const name = nameOf(route)
      const sample = await sampleOf(route)
      const base = sample.query ?? {}
      const known = new Set<string>()
      // It grows with what is asked, takes long, and reads by the same schema as the list: all names at once.
      const isFile = route.path.endsWith('/export')
      const ask = async (path: string) => {
        read = { names: new Set(), whole: false }
        asked += 1
        const page = await whoFor(route).get(path)
        // An address that cannot be read at all; all else is answered as usual.
        if (page.status >= 500) faults.push(`${String(page.status)}: ${path}`)
        if (read.whole && !(name in READ_WHOLE)) faults.push(`${name} reads the whole address: name what it looks for`)
        return (await counted).sql.map(shapeOf)
      }
      const plainly = async (query: Record<string, string>) => {
        await forgetCounts()
        for (const shape of await ask(pathTo(route, record(), { ...sample, query }))) known.add(shape)
        for (const each of read.names) names.add(each)
      }
      const learned = new Set<string>()
      const learn = async (name: string) => {
        if (learned.has(name)) return
        learned.add(name)
        const plain = met.has(name) ? PLAIN.filter((_, at) => at < 10) : PLAIN
        for (const value of plain) await plainly({ ...base, [name]: value })
      }
      const fuzz = async (path: string, ...given: string[]) => {
        const shapes = await ask(path)
        for (const found of read.names) names.add(found)
        for (const shape of shapes) {
          // What plain values of it bring is found out where it is asked for: mostly it is what the page sends anyway.
          for (const each of given) if (!known.has(shape) && !shape.includes(MARK)) await learn(each)
          if (known.has(shape) && !shape.includes(MARK)) continue
          faults.push(`${path}\n    ${shape}`)
        }
      }

      /** Places of the payloads whose turn it is. */
      const due = (share: number) => [...PAYLOADS.keys()].filter((at) => at % share === turn % share)
      const names = new Set<string>([...READ_BY_ALL, ...Object.keys(base), ...(READ_WHOLE[name] ?? [])])
      await plainly({})
      await plainly(base)
      if (isFile) {
        for (const value of PLAIN) await plainly(valued(names, value))
        for (const payload of TEXTS.filter((_, at) => at % SHARES === 0))
          await fuzz(pathTo(route, record(), { query: valued(names, payload) }))
        readOn.push(...[...names].map((each) => `${name} ?${each}`))
        continue
      }
      // What is read only sometimes is found on the way: as long as names come up, all that are new are asked for together.
      for (let before = 0; before < names.size;) {
        before = names.size
        const fresh = [...names].filter((each) => each !== 'lang' && !met.has(each))
        if (fresh.length === 0) break
        for (const value of PLAIN) await plainly({ ...valued(fresh, value), ...base })
      }
      // Where a name is read first it is asked for alone: what breaks out of each kind of place, and some of the others.
      // On the other pages that read it, with all that they read, each with another payload; then alone, lest one that is
      // refused keep the next from being read.
      const metBefore = new Set(met)
      for (const each of names) {
        if (met.has(each) || READ_BY_ALL.includes(each)) continue
        met.add(each)
        turn += 1
        for (const [at, payload] of PAYLOADS.entries()) {
          const isDue = at % FEWER_SHARES === turn % FEWER_SHARES || BREAKING.has(payload)
          if (isDue) await fuzz(pathWith(route, sample, base, [spelled(each, payload, at + turn)]), each)
        }
      }
      const again = [...names].filter((each) => metBefore.has(each))
      turn += 1
      for (const at of due(again.length > 0 ? SHARES : ALL_SHARES)) {
        const all = [...again, ...READ_BY_ALL].map((each, index) => spelled(each, payloadAt(at + index * SHARES), at))
        await fuzz(pathWith(route, sample, base, all), ...again)
      }
      for (const each of again.length > 1 ? again : []) {
        turn += 1
        for (const at of due(ALL_SHARES)) {
          await fuzz(pathWith(route, sample, base, [spelled(each, payloadAt(at), at)]), each)
        }
      }
      // The parts of its path take turns: each payload comes to some of them.
      for (const param of addressOf(route).matchAll(/:(\w+)/g)) {
        turn += 1
        const kind = `${route.audience} ${param[0]}`
        for (const at of due(met.has(kind) ? ALL_SHARES : SHARES))
          await fuzz(pathOf(route, sample, param[1] ?? '', payloadAt(at)))
        met.add(kind)
      }
      readOn.push(...[...names].map((each) => `${name} ?${each}`))
      if (faults.length > 20) break
    }
    console.log(`        ${String(asked)} addresses, ${String(readOn.length)} parameters`)
    expect(faults.slice(0, 10), faults.slice(0, 10).join('\n')).to.deep.equal([])
    expect(readOn).to.include.members([
      'GET /staff/portal/audit-trail ?sort',
      'GET /staff/portal/patients ?q',
      'GET /staff/portal/appointments ?provider',
      'GET /portal/records/:record/appointments ?before',
      'GET /portal/records/:record/appointments/new ?from',
      'GET /staff/portal/access/why ?who',
      'GET /emr/calendar ?day',
    ])
  })

  it('sorts by what is on the list; by anything else as if nothing had been said', async () => {
    const orderOf = async (query: string) => {
      const page = await admin.get(`/staff/portal/audit-trail${query}`)
      expect(page.status, query).to.equal(200)
      const { sql } = await counted
      return sql.filter((each) => /FROM foyer_audit a\b.*ORDER BY/s.test(each)).map((each) => orderIn(shapeOf(each)))
    }
    const usual = await orderOf('')
    expect(usual).to.deep.equal(['a.at DESC, a.id DESC'])
    for (const payload of PAYLOADS) {
      expect(await orderOf(`?sort=${payload}`), payload).to.deep.equal(usual)
      expect(await orderOf(`?sort=actor&dir=${payload}`), payload).to.deep.equal(['a.actor_name ASC, a.id ASC'])
    }
    expect(await orderOf('?sort=a.pid')).to.deep.equal(usual)
    expect(await orderOf('?sort=pid')).to.deep.equal(usual)
    expect(await orderOf('?sort=__proto__')).to.deep.equal(usual)
    expect(await orderOf('?sort=constructor')).to.deep.equal(usual)
    expect(await orderOf('?sort=patient&dir=desc')).to.deep.equal(['a.pid DESC, a.id DESC'])
  })

  it('would be seen here if it were put into a statement as it stands', () => {
    const quoted = (value: string) => shapeOf(`SELECT 1 FROM t WHERE a = ${value} AND b = 'c'`)
    const sorted = (key: string) => shapeOf(`SELECT 1 FROM t ORDER BY ${key}`)
    for (const text of TEXTS) {
      expect(quoted(escape(text)), text).to.equal(quoted(`'x'`))
      expect(sorted(text), text).not.to.equal(sorted('a.at'))
      if (/(?<![\\'])'(?!')|\\$/.test(text)) expect(quoted(`'${text}'`), text).not.to.equal(quoted(`'x'`))
    }
  })

  const record = () => practice.records.maria

  function whoFor({ audience }: Route): Visitor {
    return audience === 'staff' || audience === 'emr' || audience === 'staffDoor' ? admin : maria
  }

  /** With as much in the address as leads farthest into the page. */
  async function sampleOf(route: Route): Promise<Sample> {
    const sample = await sampleFor(practice, route, practice.patients.maria)
    if (!addressOf(route).endsWith('/appointments/new')) return sample
    const query = { provider: String(practice.staff.lee), category: String(OFFICE_VISIT), from: '2026-12-01' }
    return { ...sample, query }
  }

  function pathWith(route: Route, sample: Sample, base: Record<string, string>, last: readonly string[]): string {
    const names = last.map((each) => each.split(/[=[]/)[0])
    const others = Object.fromEntries(Object.entries(base).filter(([each]) => !names.includes(each)))
    const path = pathTo(route, record(), { ...sample, query: others })
    return `${path}${path.endsWith('?') ? '' : '&'}${last.join('&')}`
  }

  /** The payload as one of the path's own parts. */
  function pathOf(route: Route, sample: Sample, param: string, payload: string): string {
    const path = addressOf(route)
    const at = path.split('/').indexOf(`:${param}`)
    return pathTo(route, record(), { params: sample.params ?? {} })
      .split('/')
      .map((part, index) => (index === at ? payload.replaceAll('%2F', '') : part))
      .join('/')
  }

  function watchReading(route: Route): void {
    // The table pairs each route with its context.
    const handle = route.handle as Handler<RequestContext>
    const watched: Handler<RequestContext> = (context) => handle({ ...context, query: watchedQuery(context.query) })
    const replace = (by: Handler<RequestContext>) => Object.assign(route, { handle: by })
    replace(watched)
    restore.push(() => replace(handle))
  }

  function watchedQuery(query: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return new Proxy(query, {
      get: (target, name) => {
        // Taken whole, a query gives names of ours as well.
        if (typeof name === 'string' && /^\w+$/.test(name)) read.names.add(name)
        return Reflect.get(target, name) as unknown
      },
      ownKeys: (target) => {
        read.whole = true
        return Reflect.ownKeys(target)
      },
      getOwnPropertyDescriptor: (target, name) => Reflect.getOwnPropertyDescriptor(target, name),
    })
  }
})

/** All of them with the same value. */
function valued(names: Iterable<string>, value: string): Record<string, string> {
  return Object.fromEntries([...names].map((each) => [each, value]))
}

function payloadAt(at: number): string {
  return PAYLOADS[at % PAYLOADS.length] ?? ''
}

/** The parameter as addresses may spell it: mostly once, now and then twice, as a list, or with the payload in its name. */
function spelled(name: string, payload: string, at: number): string {
  if (at % 16 === 13) return `${name}=${payload}&${name}=${payload}`
  if (at % 16 === 14) return `${name}[]=${payload}`
  if (at % 16 === 15) return `${name}[${payload}]=${payload}`
  return `${name}=${payload}`
}

const literals = /'(?:[^'\\]|\\[^]|'')*'|"(?:[^"\\]|\\[^]|"")*"|\b\d+(?:\.\d+)?\b|\bNULL\b/g

/** A statement without its values: how many there are in a list, or lines in an INSERT, is no shape. */
function shapeOf(sql: string): string {
  return sql
    .replace(literals, '?')
    .replace(/\s+/g, ' ')
    .replace(/\?(?:, ?\?)+/g, '?…')
    .replace(/(\(\?…?\))(?:, ?\(\?…?\))+/g, '$1…')
    .replace(/IN \(\?…?\)/g, 'IN (?)')
}

/** By what the outermost list is sorted. */
function orderIn(shape: string): string {
  return (shape.split('ORDER BY ').at(-1) ?? '').replace(/ LIMIT.*/, '')
}
