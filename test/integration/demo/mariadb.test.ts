import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { startMariadb, type Mariadb, type MariadbOptions } from '../../../module/demo/mariadb.js'
import { findMariadb } from '../../../module/demo/mariadbPrograms.js'
import { processesWhere } from '../../../module/demo/processes.js'
import { connectDatabase } from '../../../module/platform/database.js'
import { CannotStart } from '../../../module/platform/cannotStart.js'
import { fileOf, loader } from '../../support/command.js'

describe("the demo's database", function () {
  this.timeout(60_000)
  let folder: string
  let running: Mariadb[]
  let starters: ChildProcess[]

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'foyer-mariadb-test-'))
    running = []
    starters = []
  })

  afterEach(async () => {
    await Promise.all(starters.map(endNow))
    await Promise.all(running.map((each) => each.stop()))
    for (const pid of serversOn(folder)) process.kill(pid, 'SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  const start = async (options: Partial<MariadbOptions> = {}): Promise<Mariadb> => {
    const mariadb = await startMariadb({ dataDir: folder, durable: false, ...options })
    running.push(mariadb)
    return mariadb
  }

  /** Another process that starts the database, says so, and then waits to be killed. */
  const startElsewhere = async (until: (said: string) => boolean): Promise<Starter> => {
    const starter = elsewhere(folder)
    starters.push(starter.child)
    await starter.until(until)
    return starter
  }

  it('keeps its data from one start to the next', async () => {
    const first = await start({ durable: true })
    await query(first.adminUrl, `CREATE DATABASE practice`)
    await query(first.url('practice'), `CREATE TABLE visit (reason text)`)
    await query(first.url('practice'), `INSERT INTO visit VALUES ('a cough')`)
    await first.stop()
    expect(serversOn(folder), 'servers after the stop').to.be.empty

    const second = await start()
    expect(await query(second.url('practice'), `SELECT reason FROM visit`)).to.deep.equal([{ reason: 'a cough' }])
  })

  it('listens on the loopback, under a password that only its owner can read', async () => {
    const { port, adminUrl } = await start()
    const accounts = await query(
      adminUrl,
      `SELECT User AS user, Host AS host FROM mysql.global_priv WHERE User <> 'mariadb.sys'`,
    )
    expect(accounts).to.have.deep.members([
      { user: 'foyer', host: '127.0.0.1' },
      { user: 'root', host: 'localhost' },
    ])
    expect(await query(adminUrl, `SELECT @@bind_address AS address`)).to.deep.equal([{ address: '127.0.0.1' }])
    for (const user of ['root', 'foyer']) {
      const refused = await failureOf(query(`mysql://${user}@127.0.0.1:${String(port)}/mysql`, `SELECT 1`))
      expect(refused, user).to.have.property('code', 'ER_ACCESS_DENIED_ERROR')
    }
    for (const secret of ['password', 'accounts.sql']) {
      expect(statSync(join(folder, secret)).mode & 0o077, secret).to.equal(0)
    }
  })

  it('lets only one start have the folder', async () => {
    const first = await start()
    await refused(startMariadb({ dataDir: folder }), `${folder} is in use by process ${String(process.pid)}`)
    await first.stop()
    await first.stop()

    const other = await startElsewhere((said) => said.includes('ready'))
    await refused(startMariadb({ dataDir: folder }), `${folder} is in use by process ${String(other.child.pid)}`)
  })

  it('recovers from a killed start: ends the server that was left, keeps what was committed', async () => {
    const killed = await startElsewhere((said) => said.includes('ready'))
    const url = /ready (\S+)/.exec(killed.said())?.[1] ?? ''
    await query(url, `CREATE DATABASE practice`)
    await endNow(killed.child)
    const [left, ...more] = serversOn(folder)
    expect(left, 'the server that is left').to.be.a('number')
    expect(more).to.be.empty

    const log: string[] = []
    const next = await start({ log: (line) => log.push(line) })
    expect(log).to.deep.equal(['Found a database server that an earlier start left running: stopping it first.'])
    expect(serversOn(folder)).to.have.lengthOf(1).and.not.include(left)
    expect(await query(next.adminUrl, `SHOW DATABASES LIKE 'practice'`)).to.have.lengthOf(1)
  })

  it('recovers from a start that was killed while it made its first data', async () => {
    const unfinished = join(folder, 'data.unfinished')
    const starter = elsewhere(folder)
    starters.push(starter.child)
    while (serversOn(folder).length === 0) await sleep(2)
    await endNow(starter.child)
    expect(existsSync(unfinished), 'half-made data').to.equal(true)
    expect(existsSync(join(folder, 'data')), 'whole data').to.equal(false)

    const next = await start()
    expect(await query(next.adminUrl, `SELECT 1 AS one`)).to.deep.equal([{ one: 1 }])
    expect(existsSync(unfinished), 'half-made data').to.equal(false)
    expect(serversOn(folder)).to.have.lengthOf(1)
  })

  it('takes the lock of a process that is gone, even if another has its number by now', async () => {
    writeFileSync(join(folder, 'lock'), `${String(process.ppid)} born at another time`)
    await start()
    const holder = readFileSync(join(folder, 'lock'), 'utf8')
    expect(holder).to.match(new RegExp(`^${String(process.pid)} .+`))
  })

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`outlives a ${signal} to all that its starter runs, so that the starter can end it in order`, async () => {
      const starter = await startElsewhere((said) => said.includes('ready'))
      process.kill(-(starter.child.pid ?? 0), signal)
      await starter.until((said) => said.includes('still answers'))
      await starter.until((said) => said.includes('stopped'))
      expect(serversOn(folder)).to.be.empty
    })
  }

  it('keeps its temporary tables where no other server that starts sweeps them away', async () => {
    const mariadb = await startMariadb({ dataDir: folder })
    const db = connectDatabase({ url: mariadb.adminUrl, zone: 'UTC', pool: 1 })
    try {
      const row = await db.first<{ place: string }>('SELECT @@tmpdir AS place')
      expect(row?.place).to.equal(join(folder, 'tmp'))
    } finally {
      await db.close()
      await mariadb.stop()
    }
  })

  it('says in one line that the folder cannot be written', async () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    await refused(startMariadb({ dataDir: join(file, 'data') }), `Cannot write in ${join(file, 'data')} (ENOTDIR)`)
    if (!existsSync('/proc/self')) return
    await refused(startMariadb({ dataDir: '/proc/foyer/data' }), 'Cannot write in /proc/foyer/data (ENOENT)')
  })

  it('says in one line that the port is taken, and leaves the folder free', async () => {
    const blocker = createServer()
    await new Promise<void>((done) => blocker.listen(0, '127.0.0.1', () => done()))
    const address = blocker.address()
    const port = typeof address === 'object' && address ? address.port : 0
    try {
      await refused(startMariadb({ dataDir: folder, port }), `Port ${String(port)} on 127.0.0.1 is taken`)
    } finally {
      blocker.close()
    }
    expect((await start({ port })).port).to.equal(port)
  })

  it('runs in a folder deeper than a socket may be', async () => {
    const deep = join(folder, ...Array.from({ length: 6 }, () => 'a-long-name-of-a-folder'))
    const mariadb = await start({ dataDir: deep })
    expect(Buffer.byteLength(mariadb.socket)).to.be.below(108)
    expect(existsSync(mariadb.socket), 'the socket').to.equal(true)
    await mariadb.stop()
    expect(existsSync(dirname(mariadb.socket)), "the socket's folder, afterwards").to.equal(false)
  })
})

describe("finding MariaDB's programs", () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'foyer-programs-test-'))
  })

  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('says what to install where they are missing and cannot be installed', () => {
    expect(() => findMariadb({ path: folder, folders: [] })).to.throw(CannotStart, 'Install mariadb-server-core')
  })

  it('installs them as root with apt-get, and says so in one line', function () {
    if (process.getuid?.() !== 0) this.skip()
    const programs = ['mariadbd', 'mariadb-install-db'].map((name) => join(folder, name))
    program(
      'apt-get',
      `[ "$1" = update ] || { echo "$@" > ${folder}/asked; touch ${programs.join(' ')}; chmod +x ${programs.join(' ')}; }`,
    )
    const log: string[] = []
    const found = findMariadb({ path: folder, folders: ['/bin'], log: (line) => log.push(line) })
    expect(found).to.deep.equal({ server: programs[0], installer: programs[1] })
    expect(log).to.have.lengthOf(1)
    expect(readFileSync(join(folder, 'asked'), 'utf8')).to.match(
      /^install .*--no-install-recommends mariadb-server-core/,
    )
  })

  it("passes on apt-get's own reason when it fails", function () {
    if (process.getuid?.() !== 0) this.skip()
    program('apt-get', `echo 'E: Unable to locate package mariadb-server-core' >&2; exit 100`)
    expect(() => findMariadb({ path: folder, folders: [] })).to.throw(CannotStart, 'Unable to locate package')
  })

  const program = (name: string, script: string): void => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
})

interface Starter {
  child: ChildProcess
  said(): string
  until(check: (said: string) => boolean): Promise<void>
}

function elsewhere(folder: string): Starter {
  const mariadb = pathToFileURL(fileOf('demo/mariadb')).href
  const script = `
    import { startMariadb } from '${mariadb}'
    import { createConnection } from 'mysql2/promise'
    const server = await startMariadb({ dataDir: '${folder}' })
    const waiting = setInterval(() => {}, 1000)
    const endInOrder = async () => {
      await new Promise((done) => setTimeout(done, 200)) // Long enough for a server that was told, too, to be gone.
      const connection = await createConnection({ uri: server.adminUrl })
      await connection.query('SELECT 1')
      console.log('still answers')
      await connection.end()
      await server.stop()
      console.log('stopped')
      clearInterval(waiting)
    }
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, endInOrder)
    console.log('ready', server.adminUrl)`
  // A process group of its own, as a command at a terminal has one.
  const child = spawn(process.execPath, [...loader(), '--input-type=module', '-e', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  let allSaid = false
  child.stdout.on('data', (text: Buffer) => (said += text.toString())).once('close', () => (allSaid = true))
  return {
    child,
    said: () => said,
    async until(check) {
      while (!check(said)) {
        if (allSaid) throw new Error(`It ended; it had said: ${said}`)
        await sleep(5)
      }
    },
  }
}

async function endNow(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await ended
}

function serversOn(folder: string): number[] {
  return processesWhere(
    (words) => words.some((word) => word.startsWith(`--datadir=${folder}/`)) && (words[0] ?? '').endsWith('mariadbd'),
  )
}

async function query(url: string, sql: string): Promise<RowDataPacket[]> {
  const connection = await createConnection({ uri: url })
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql)
    return Array.isArray(rows) ? rows.map((row) => ({ ...row })) : []
  } finally {
    await connection.end()
  }
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('It did not fail'),
    (error: unknown) => error,
  )
}

async function refused(work: Promise<unknown>, message: string): Promise<void> {
  const error = await failureOf(work)
  expect(error).to.be.instanceOf(CannotStart)
  expect((error as Error).message)
    .to.include(message)
    .and.not.include('\n')
}
