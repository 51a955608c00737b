/**
 * A MariaDB of our own, for the demo practice and for the tests: started, stopped and, after a killed start,
 * recovered. It listens on the loopback only, under a password that never leaves its folder.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import { CannotStart } from '../platform/cannotStart.js'
import { lockFolder } from './folderLock.js'
import { findMariadb, type MariadbPrograms } from './mariadbPrograms.js'
import { birthOf, processesWhere } from './processes.js'

export interface MariadbOptions {
  /** The server's own folder: made when missing, used again with its data when there. */
  dataDir: string
  /** 'free' (the default): one that nobody listens on. */
  port?: number | 'free'
  /** Every commit is on the disk before it is answered (the default). Tests do without. */
  durable?: boolean
  /** Further words for the server, which win over ours: more memory for a larger practice. */
  more?: readonly string[]
  /** Told, in one line each, what takes a person by surprise: an installation, a recovery. */
  log?: (line: string) => void
}

export interface Mariadb {
  /** mysql://user:password@127.0.0.1:port/database, with every right on every database. */
  url(database: string): string
  /** The same, in the server's own database `mysql`: for CREATE DATABASE and DROP DATABASE. */
  adminUrl: string
  port: number
  socket: string
  /** Ends the server, its data written, and frees the folder. Again: nothing more. */
  stop(): Promise<void>
}

/**
 * Starts a server on the folder: about a second the first time, a few tenths later. Throws CannotStart, in one line:
 * MariaDB missing, the folder not writable or in use by another living process, the port taken, the server refusing.
 */
export async function startMariadb(options: MariadbOptions): Promise<Mariadb> {
  const folder = makeFolder(options.dataDir)
  const programs = findMariadb({ log: options.log })
  const lock = lockFolder(folder)
  try {
    await endForgottenServer(folder, options.log)
    await makeData(folder, programs)
    const password = keepPassword(folder)
    const { child, port, socket } = await startServer(folder, programs, options, password)
    const url = (database: string): string => `mysql://${USER}:${password}@127.0.0.1:${String(port)}/${database}`
    let stopped: Promise<void> | undefined
    return {
      url,
      adminUrl: url('mysql'),
      port,
      socket,
      stop: () =>
        (stopped ??= endServer(child).then(() => {
          removeShortFolder(folder)
          lock.release()
        })),
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

const USER = 'foyer'

function makeFolder(dataDir: string): string {
  const folder = resolve(dataDir)
  try {
    makeWithParents(folder)
    writeFileSync(join(folder, '.writable'), '')
    rmSync(join(folder, '.writable'))
  } catch (error) {
    throw new CannotStart(
      `Cannot write in ${folder} (${(error as NodeJS.ErrnoException).code ?? 'unknown'}). Set FOYER_DATA_DIR to a folder that can be written.`,
    )
  }
  return folder
}

/** One folder at a time: Node's own way of making all of them never comes back from a place like /proc. */
function makeWithParents(folder: string): void {
  if (existsSync(folder)) return
  makeWithParents(dirname(folder))
  mkdirSync(folder)
}

/**
 * Ends what a killed start left running: its server, or the making of its first data. For whoever holds the folder, or
 * knows its starter to be gone. Found by command lines: a pid file may be missing, and its number another program's by now.
 */
export async function endForgottenServer(dataDir: string, log?: (line: string) => void): Promise<void> {
  const folder = resolve(dataDir)
  for (const pid of mariadbProcesses(`--datadir=${unfinishedIn(folder)}`)) await endProcess(pid, ['SIGKILL'])
  for (const pid of mariadbProcesses(`--datadir=${dataIn(folder)}`)) {
    log?.('Found a database server that an earlier start left running: stopping it first.')
    await endProcess(pid, ['SIGTERM', 'SIGKILL'])
  }
}

/** The server, or its installer, which is a script and stands second after its shell. */
function mariadbProcesses(dataDirWord: string): number[] {
  const programs = ['mariadbd', 'mariadb-install-db']
  return processesWhere(
    (words) => words.includes(dataDirWord) && words.slice(0, 2).some((word) => programs.includes(basename(word))),
  )
}

async function endProcess(pid: number, signals: readonly NodeJS.Signals[]): Promise<void> {
  const birth = birthOf(pid)
  const runs = (): boolean => birth !== undefined && birthOf(pid) === birth
  for (const signal of signals) {
    if (runs()) process.kill(pid, signal)
    for (const limit = Date.now() + STOP_LIMIT; runs() && Date.now() < limit;) await sleep(25)
  }
}

const STOP_LIMIT = 20_000

function dataIn(folder: string): string {
  return join(folder, 'data')
}

function unfinishedIn(folder: string): string {
  return join(folder, 'data.unfinished')
}

/** Under another name until it is whole: what a killed start leaves is never taken for a database. */
async function makeData(folder: string, { installer }: MariadbPrograms): Promise<void> {
  const data = dataIn(folder)
  const unfinished = unfinishedIn(folder)
  rmSync(unfinished, { recursive: true, force: true })
  if (existsSync(data)) return
  const words = ['--no-defaults', `--datadir=${unfinished}`, ...asWhom(), LOG_SIZE]
  const more = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve']
  await run(installer, [...words, ...more], ownTemporaries(folder))
  renameSync(unfinished, data)
}

// The default of 96 MB is written out whole, for a practice of sixty patients.
const LOG_SIZE = '--innodb-log-file-size=16M'

/**
 * A folder for temporary tables that is this server's alone: each MariaDB that starts sweeps every #sql file out of its
 * own, and in a shared /tmp that would be the tables on which another one's queries are working.
 */
function ownTemporaries(folder: string): NodeJS.ProcessEnv {
  const temporaries = join(folder, 'tmp')
  if (!existsSync(temporaries)) mkdirSync(temporaries, { mode: 0o700 })
  return { ...process.env, TMPDIR: temporaries }
}

/** MariaDB refuses to run as root unless told to. */
function asWhom(): string[] {
  return process.getuid?.() === 0 ? [`--user=${userInfo().username}`] : []
}

async function run(program: string, words: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
  const code = await new Promise<number | null>((done, failed) => child.once('error', failed).once('close', done))
  if (code !== 0) throw new CannotStart(`${basename(program)} failed: ${lastLine(said)}`)
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}

/** One password a folder, made once, in files that only their owner reads. */
function keepPassword(folder: string): string {
  const file = join(folder, 'password')
  if (!existsSync(file)) {
    // Whole or not at all: what a killed start cut short would be a password, too, and a short one.
    writeFileSync(`${file}.new`, randomBytes(24).toString('base64url'), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  const password = readFileSync(file, 'utf8')
  const account = `${USER}@'127.0.0.1'`
  // Said again at each start, since the start before may have been killed between any two of these.
  const accounts = [
    `DELETE FROM mysql.proxies_priv`,
    `DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost')`,
    `FLUSH PRIVILEGES`,
    // sql-safe: a name of ours, and a password of 32 letters that we drew; an init file binds no values
    `ALTER USER root@localhost IDENTIFIED BY '${password}'`,
    `CREATE USER IF NOT EXISTS ${account}`,
    `ALTER USER ${account} IDENTIFIED BY '${password}'`,
    `GRANT ALL ON *.* TO ${account} WITH GRANT OPTION`, // sql-safe: as above
  ]
  writeFileSync(accountsIn(folder), accounts.map((line) => `${line};\n`).join(''), { mode: 0o600 })
  return password
}

function accountsIn(folder: string): string {
  return join(folder, 'accounts.sql')
}

interface Server {
  child: ChildProcess
  port: number
  socket: string
}

async function startServer(
  folder: string,
  programs: MariadbPrograms,
  options: MariadbOptions,
  password: string,
): Promise<Server> {
  const socket = socketFor(folder)
  const errorLog = join(folder, 'error.log')
  for (let attempt = 1; ; attempt += 1) {
    const wanted = options.port ?? 'free'
    const port = wanted === 'free' ? await freePort() : wanted
    const logged = existsSync(errorLog) ? statSync(errorLog).size : 0
    const words = serverWords({
      folder,
      socket,
      errorLog,
      port,
      durable: options.durable ?? true,
      more: options.more ?? [],
    })
    // A session of its own: Ctrl-C at the terminal is for us, and the server ends when we say so.
    const child = spawn(programs.server, words, { detached: true, stdio: 'ignore', env: ownTemporaries(folder) })
    try {
      await untilReady(child, { host: '127.0.0.1', port, user: USER, password })
      child.unref()
      return { child, port, socket }
    } catch (error) {
      await endServer(child)
      const said = existsSync(errorLog) ? readFileSync(errorLog).subarray(logged).toString() : ''
      const portTaken = said.includes('Address already in use')
      if (portTaken && wanted === 'free' && attempt < 3) continue
      if (portTaken)
        throw new CannotStart(
          `Port ${String(port)} on 127.0.0.1 is taken by another program: the database needs another port.`,
        )
      const reason = said.split('\n').find((line) => line.includes('[ERROR]')) ?? (error as Error).message
      throw new CannotStart(`MariaDB does not start: ${reason.replace(/^.*\[ERROR\] /, '')} (more in ${errorLog})`)
    }
  }
}

function serverWords(server: {
  folder: string
  socket: string
  errorLog: string
  port: number
  durable: boolean
  more: readonly string[]
}): string[] {
  return [
    '--no-defaults',
    ...asWhom(),
    `--datadir=${dataIn(server.folder)}`,
    `--port=${String(server.port)}`,
    '--bind-address=127.0.0.1',
    `--socket=${server.socket}`,
    `--pid-file=${join(server.folder, 'mariadbd.pid')}`,
    `--init-file=${accountsIn(server.folder)}`,
    `--log-error=${server.errorLog}`,
    '--skip-name-resolve',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_general_ci',
    '--innodb-buffer-pool-size=128M',
    LOG_SIZE,
    ...(server.durable
      ? ['--innodb-flush-log-at-trx-commit=1']
      : ['--innodb-flush-log-at-trx-commit=0', '--skip-innodb-doublewrite']),
    ...server.more,
  ]
}

/** The system allows a socket's path 107 bytes: a deep folder gets a short path elsewhere, the same each time. */
function socketFor(folder: string): string {
  const socket = join(folder, 'mariadbd.sock')
  if (Buffer.byteLength(socket) < 100) return socket
  const short = shortFolderFor(folder)
  mkdirSync(short, { recursive: true, mode: 0o700 })
  if (lstatSync(short).uid !== process.getuid?.()) {
    throw new CannotStart(`${short} belongs to another user: remove it, or set FOYER_DATA_DIR to a shorter path.`)
  }
  chmodSync(short, 0o700)
  return join(short, 's.sock')
}

function shortFolderFor(folder: string): string {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  return join(tmpdir(), `foyer-${String(process.getuid?.() ?? 0)}-${name}`)
}

function removeShortFolder(folder: string): void {
  rmSync(shortFolderFor(folder), { recursive: true, force: true })
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer()
    probe.once('error', failed).listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address ? address.port : 0
      probe.close(() => found(port))
    })
  })
}

const START_LIMIT = 60_000

async function untilReady(
  child: ChildProcess,
  account: { host: string; port: number; user: string; password: string },
): Promise<void> {
  let failure: Error | undefined
  child.once('error', (error) => (failure = error))
  child.once('exit', (code) => (failure ??= new Error(`it ended with code ${String(code)}`)))
  for (const limit = Date.now() + START_LIMIT; Date.now() < limit;) {
    if (failure) throw failure
    if (await answers(account)) return
    await sleep(20)
  }
  throw new Error(`no answer within ${String(START_LIMIT / 1000)} seconds`)
}

async function answers(account: { host: string; port: number; user: string; password: string }): Promise<boolean> {
  try {
    const connection = await createConnection({ ...account, connectTimeout: 1000 })
    await connection.end()
    return true
  } catch {
    return false
  }
}

async function endServer(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT)
  await ended
  clearTimeout(killer)
}
