/**
 * `npm run bench [-- --sizes 10000,100000,1000000] [--seconds 5] [--rounds 2] [--pages home,list] [--warm 2500]
 * [--profile]`: how fast the pages are that people open most, at three sizes of practice, beside a floor server in the
 * same run, all sizes in turns page by page, after so many requests of each page that neither server compiles any more. A table on stdout, everything in
 * .data/bench.json. With --profile the server writes a CPU profile into .data/bench.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { lastKeyedChart } from '../../module/host/reads/candidates.js'
import { connectDatabase } from '../../module/platform/database.js'
import { visitor, type Visitor } from '../support/visitor.js'
import { measureCandidates } from './candidates.js'
import { capture, type Captured } from './capture.js'
import { load, measured, warm, type Measured, type Visit } from './load.js'
import { benchPractice, PASSWORD, ZONE, type BenchPractice } from './practice.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, '.data', 'bench')
const SECRET = 'a secret that only the bench knows, 40 long'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10000,100000,1000000' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '2' },
    pages: { type: 'string', default: '' },
    warm: { type: 'string', default: '2500' },
    profile: { type: 'boolean', default: false },
  },
})

const pageNames = ['sign-in', 'home', 'free times', 'list', 'documents', 'dashboard', 'panel', 'audit queue'] as const
type PageName = (typeof pageNames)[number]
const pagesAsked = pageNames.filter((name) => values.pages === '' || values.pages.split(',').includes(name))

interface Row {
  page: PageName
  statements: number
  bytes: number
  foyer: Measured
  floor: Measured
  /** Milliseconds of processor time that the server itself spends on a request. */
  work: { foyer: number; floor: number }
  /** Foyer's requests a second as a share of the floor's. */
  share: number
}

interface SizeResult {
  patients: number
  secondsToMake: number
  /** Of the server process under load, in MiB. */
  mostMemory: number
  rows: Row[]
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const sizes = values.sizes.split(',').map(Number)
  const opened: Opened[] = []
  try {
    for (const size of sizes) opened.push(await open(size, opened.length))
    const results = await measureInTurns(opened)
    for (const result of results) print(result)
    const grown = growth(results)
    for (const { page, ratio } of grown) {
      console.log(`p95 of ${page}: ${ratio.toFixed(2)} times at the largest practice`)
    }
    writeFileSync(join(root, '.data', 'bench.json'), `${JSON.stringify({ results, grown }, null, 2)}\n`)
    for (const { practice } of values.pages === '' ? opened : []) await measureCandidates(practice.url, tell)
  } finally {
    for (const each of opened) await close(each)
  }
}

/** A practice of one size, with Foyer and the floor at work beside it. */
interface Opened {
  size: number
  practice: BenchPractice
  visits: Record<PageName, Visit[]>
  captured: readonly Captured[]
  servers: Record<Side, Started>
  memory: () => number
}

async function open(size: number, at: number): Promise<Opened> {
  const practice = await benchPractice(folder, size, tell)
  const foyer = await startFoyer(practice, PORT + at)
  await allChartsKeyed(practice.url)
  const visits = await signIn(foyer.port, practice)
  const captured = await capture(
    practice.url,
    SECRET,
    pagesAsked.flatMap((name) => visits[name]),
  )
  const file = join(folder, `captured-${String(size)}.json`)
  writeFileSync(file, JSON.stringify(captured))
  const floor = await startFloor(practice.url, file)
  return { size, practice, visits, captured, servers: { foyer, floor }, memory: watchMemory(foyer.child) }
}

async function close({ practice, servers }: Opened): Promise<void> {
  await Promise.all([end(servers.foyer.child), end(servers.floor.child)])
  await practice.mariadb.stop()
}

/** Page by page through all sizes: minutes between two sizes would measure the machine's moods, not the practice. */
async function measureInTurns(opened: readonly Opened[]): Promise<SizeResult[]> {
  const rows = new Map(opened.map((each): [Opened, Row[]] => [each, []]))
  for (const page of pagesAsked) {
    for (const [each, row] of await measurePage(page, opened)) rows.get(each)?.push(row)
  }
  return opened.map((each) => ({
    ...{ patients: each.size, secondsToMake: Math.round(each.practice.seconds) },
    ...{ mostMemory: each.memory(), rows: rows.get(each) ?? [] },
  }))
}

/** In turns, so that whatever else the machine does falls on every size, and on Foyer as on the floor. */
async function measurePage(page: PageName, opened: readonly Opened[]): Promise<Map<Opened, Row>> {
  const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)]
  const taken = new Map(opened.map((each): [Opened, Taken] => [each, { foyer: nothing(), floor: nothing() }]))
  for (const [{ servers, visits }] of taken) {
    for (const side of sides) await warm(servers[side].port, visits[page], Number(values.warm))
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [{ servers, visits }, times] of taken) {
      for (const side of sides) {
        const before = processorTime(servers[side].child)
        times[side].times.push(...(await load(servers[side].port, visits[page], seconds)))
        times[side].work += processorTime(servers[side].child) - before
      }
    }
  }
  return new Map([...taken].map(([each, times]) => [each, rowOf(page, each, times, seconds * rounds)]))
}

type Taken = Record<Side, { times: number[]; work: number }>

function nothing(): Taken[Side] {
  return { times: [], work: 0 }
}

function rowOf(page: PageName, { captured, visits }: Opened, taken: Taken, seconds: number): Row {
  const own = captured.filter(({ path, cookie }) =>
    visits[page].some((visit) => visit.path === path && visit.cookie === cookie),
  )
  const [foyer, floor] = [measured(taken.foyer.times, seconds), measured(taken.floor.times, seconds)]
  return {
    page,
    statements: Math.max(...own.map(({ statements }) => statements.length)),
    bytes: Math.round(own.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0) / own.length),
    foyer,
    floor,
    work: {
      foyer: taken.foyer.work / taken.foyer.times.length,
      floor: taken.floor.work / taken.floor.times.length,
    },
    share: foyer.rate / floor.rate,
  }
}

const sides = ['foyer', 'floor'] as const
type Side = (typeof sides)[number]

// Linux counts a process's time in hundredths of a second.
const TICK_MS = 10

/** User and system time of the process so far, in milliseconds. */
function processorTime(child: ChildProcess): number {
  const fields =
    readFileSync(`/proc/${String(child.pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** What a practice that has just been installed goes through once is not measured: the keys of all its charts. */
async function allChartsKeyed(url: string): Promise<void> {
  const db = connectDatabase({ url, zone: ZONE, pool: 1 })
  try {
    const newest = (await db.first<{ pid: number }>(`SELECT MAX(pid) AS pid FROM patient_data`))?.pid ?? 0
    while ((await lastKeyedChart(db)) < newest) await sleep(500)
  } finally {
    await db.close()
  }
}

interface Started {
  child: ChildProcess
  port: number
}

const PORT = 18_080

async function startFoyer(practice: BenchPractice, port: number): Promise<Started> {
  const profile = values.profile ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : []
  const child = spawn(process.execPath, [...profile, 'dist/module/cli.js', 'serve'], {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      FOYER_DATABASE_URL: practice.url,
      FOYER_SECRET: SECRET,
      FOYER_PORT: String(port),
      FOYER_TIME_ZONE: ZONE,
      FOYER_DATA_DIR: join(folder, `files-${String(port)}`),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  for (;;) {
    if (child.exitCode !== null) throw new Error('foyer serve has ended')
    const ready = await fetch(`http://127.0.0.1:${String(port)}/health`).catch(() => undefined)
    if (ready?.ok) return { child, port }
    await sleep(50)
  }
}

async function startFloor(url: string, file: string): Promise<Started> {
  const words = ['--import', 'tsx', join(root, 'test/bench/floor.ts'), url, file]
  const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const [port] = (await once(lines, 'line')) as [string]
  return { child, port: Number(port) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}

/** Each visitor with a session of their own, one after the other, and where their pages are. */
async function signIn(port: number, practice: BenchPractice): Promise<Record<PageName, Visit[]>> {
  const origin = `http://localhost:${String(port)}`
  const patients: { cookie: string; record: string }[] = []
  for (const name of practice.patients) {
    const someone = visitor(origin)
    await someone.signIn('/portal/sign-in', name, PASSWORD)
    const record = (await someone.get('/portal')).location ?? ''
    patients.push({ cookie: cookieOf(someone, 'foyer_portal'), record })
  }
  const staff: { cookie: string }[] = []
  for (const name of practice.staff) {
    const someone = visitor(origin)
    await someone.signIn('/staff/sign-in', name, PASSWORD)
    staff.push({ cookie: cookieOf(someone, 'foyer_staff') })
  }
  const ofPatient = (path: string) => patients.map(({ cookie, record }) => ({ cookie, path: `${record}${path}` }))
  const ofStaff = (path: (at: number) => string) => staff.map(({ cookie }, at) => ({ cookie, path: path(at) }))
  return {
    'sign-in': patients.map(() => ({ cookie: '', path: '/portal/sign-in' })),
    home: ofPatient(''),
    'free times': ofPatient('/appointments/new'),
    list: ofPatient('/appointments'),
    documents: ofPatient('/documents'),
    dashboard: ofStaff(() => '/staff/portal'),
    panel: ofStaff((at) => `/staff/portal/patients/${String(practice.pids[at] ?? 1)}`),
    'audit queue': ofStaff(() => '/staff/portal/documents'),
  }
}

function cookieOf({ cookies }: Visitor, name: string): string {
  const value = cookies.get(name)
  if (value === undefined) throw new Error('nobody could sign in')
  return `${name}=${value}`
}

const MEBIBYTE = 1024

/** Looks four times a second; the answer is the most that was seen. */
function watchMemory(child: ChildProcess): () => number {
  let most = 0
  const timer = setInterval(() => {
    const status = readStatus(child.pid)
    most = Math.max(most, Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0))
  }, 250)
  return () => {
    clearInterval(timer)
    return Math.round(most / MEBIBYTE)
  }
}

function readStatus(pid: number | undefined): string {
  try {
    return readFileSync(`/proc/${String(pid)}/status`, 'utf8')
  } catch {
    return ''
  }
}

function growth(results: readonly SizeResult[]): { page: PageName; ratio: number }[] {
  const [smallest, largest] = [results[0], results.at(-1)]
  if (!smallest || !largest || smallest === largest) return []
  return largest.rows.flatMap(({ page, foyer }) => {
    const small = smallest.rows.find((row) => row.page === page)
    return small ? [{ page, ratio: foyer.p95 / small.foyer.p95 }] : []
  })
}

function print(result: SizeResult): void {
  const made = result.secondsToMake > 0 ? `, made in ${String(result.secondsToMake)} s` : ''
  console.log(
    `\n${result.patients.toLocaleString('en')} patients${made}; server ${String(result.mostMemory)} MiB at most`,
  )
  console.log(
    '| page | statements | KiB | requests/s | p50 ms | p95 ms | p99 ms | work ms | floor requests/s | floor p95 ms | floor work ms | share of floor |',
  )
  console.log(`|${'---|'.repeat(12)}`)
  for (const { page, statements, bytes, foyer, floor, work, share } of result.rows) {
    const cells = [page, statements, (bytes / 1024).toFixed(1), foyer.rate.toFixed(0), foyer.p50.toFixed(1)]
    const own = [foyer.p95.toFixed(1), foyer.p99.toFixed(1), work.foyer.toFixed(2)]
    const more = [floor.rate.toFixed(0), floor.p95.toFixed(1), work.floor.toFixed(2), share.toFixed(2)]
    console.log(
      `| ${[...cells, ...own, ...more].join(' | ')} |${foyer.failed > 0 ? ` ${String(foyer.failed)} failed` : ''}`,
    )
  }
}

function tell(line: string): void {
  console.error(line)
}

await main()
