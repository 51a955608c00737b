import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { processesWhere } from '../../../module/demo/processes.js'
import { programOf } from '../../support/command.js'
import { visitor, type Visitor } from '../../support/visitor.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

describe('starting the demo', function () {
  this.timeout(300_000)
  let folder: string
  let port: number
  let started: Start[]

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'foyer-start-test-'))
    port = await freePort()
  })

  beforeEach(() => {
    started = []
  })

  afterEach(async () => {
    for (const { child, ended } of started) {
      child.kill('SIGKILL')
      await ended()
    }
    for (const pid of serversOn(folder)) process.kill(pid, 'SIGKILL')
    await until(() => serversOn(folder).length === 0)
  })

  after(() => rmSync(folder, { recursive: true, force: true }))

  const start = (env: Record<string, string> = {}): Start => {
    const one = run({ FOYER_DATA_DIR: folder, FOYER_PORT: String(port), ...env })
    started.push(one)
    return one
  }

  const whenOpen = async (env?: Record<string, string>): Promise<Start> => {
    const one = start(env)
    await one.until((said) => said.includes('Ctrl-C ends it'))
    return one
  }

  it('makes the practice, says where to go and as whom, and answers', async () => {
    const { said } = await whenOpen()
    const base = `http://localhost:${String(port)}`
    expect(said()).to.include(`${base}/emr`).and.include(`${base}/portal`).and.include(`${base}/staff/portal`)
    for (const name of ['admin', 'dr.lee', 'dr.osei', 'dr.marsh', 'nurse', 'front', 'maria.santos', 'john.carter']) {
      expect(said()).to.match(new RegExp(`^ +${name} +demo-${name}-Pass1 `, 'm'))
    }
    expect((await fetch(`${base}/ready`)).status).to.equal(200)
    expect(statSync(join(folder, 'secret')).mode & 0o077).to.equal(0)
    const [practice] = await query(folder, `SELECT name FROM facility`)
    expect(practice).to.deep.equal({ name: 'Harbor Lane Family Practice' })
    const sent = await query(folder, `SELECT title, state FROM foyer_submissions WHERE kind = 'upload' ORDER BY id`)
    expect(sent).to.deep.equal([
      { title: 'Letter of the eye clinic.pdf', state: 'waiting' },
      { title: 'Insurance card.jpg', state: 'waiting' },
      { title: 'Referral.pdf', state: 'returned' },
    ])
    // Filled in the EMR's own portal: within a minute Foyer finds it there.
    const filled = await query(folder, `SELECT doc_type FROM onsite_documents WHERE denial_reason = 'In Review'`)
    expect(filled).to.deep.equal([{ doc_type: 'Privacy notice' }])
  })

  it('stops everything on Ctrl-C and keeps the data for the next start, which is quick', async () => {
    const first = await whenOpen()
    const secret = readFileSync(join(folder, 'secret'), 'utf8')
    await query(folder, `UPDATE patient_data SET email = 'kept@example.org' WHERE fname = 'Maria'`)
    process.kill(first.child.pid ?? 0, 'SIGINT')
    expect(await first.ended()).to.deep.equal({ code: 0, stderr: '' })
    expect(serversOn(folder), 'database servers').to.be.empty

    const began = Date.now()
    const second = await whenOpen()
    expect(Date.now() - began, 'milliseconds').to.be.below(15_000)
    expect(second.said()).to.not.include('Making the demo practice')
    expect(await query(folder, `SELECT email FROM patient_data WHERE fname = 'Maria'`)).to.deep.equal([
      { email: 'kept@example.org' },
    ])
    expect(readFileSync(join(folder, 'secret'), 'utf8')).to.equal(secret)
    process.kill(second.child.pid ?? 0, 'SIGTERM')
    expect(await second.ended()).to.deep.equal({ code: 0, stderr: '' })
    expect(serversOn(folder), 'database servers').to.be.empty
  })

  it('stops in the middle of starting, too', async () => {
    const other = join(folder, 'other')
    const one = start({ FOYER_DATA_DIR: other })
    await one.until((said) => said.includes('Making the demo practice'))
    process.kill(one.child.pid ?? 0, 'SIGINT')
    expect((await one.ended()).code).to.equal(0)
    expect(serversOn(other), 'database servers').to.be.empty

    await whenOpen({ FOYER_DATA_DIR: other })
    expect(await query(other, `SELECT COUNT(*) AS patients FROM patient_data`)).to.deep.equal([{ patients: 66 }])
  })

  it('recovers from a start that was killed', async () => {
    const killed = await whenOpen()
    killed.child.kill('SIGKILL')
    await killed.ended()
    expect(serversOn(folder), 'the server that is left').to.have.lengthOf(1)

    const next = await whenOpen()
    expect(next.said()).to.include('Found a database server that an earlier start left running')
    expect((await fetch(`http://localhost:${String(port)}/ready`)).status).to.equal(200)
  })

  it('brings what an older start has left up to date first', async () => {
    const before = await whenOpen()
    // As if this version had come with one index more.
    await query(folder, `DROP INDEX foyer_username ON users`)
    await query(folder, `DELETE FROM foyer_migrations WHERE name LIKE '%foyer_username'`)
    process.kill(before.child.pid ?? 0, 'SIGINT')
    await before.ended()

    await whenOpen()
    expect(await query(folder, `SHOW INDEX FROM users WHERE Key_name = 'foyer_username'`)).to.have.lengthOf(1)
    expect((await fetch(`http://localhost:${String(port)}/ready`)).status).to.equal(200)
  })

  it('lets an administrator disable, uninstall and install again from the Modules page', async () => {
    await whenOpen()
    const base = `http://127.0.0.1:${String(port)}`
    const admin = visitor(base)
    await admin.signIn('/staff/sign-in', 'admin', 'demo-admin-Pass1')
    await press(admin, '/emr/modules/disable')
    await until(async () => (await fetch(`${base}/portal/sign-in`)).status === 404)
    expect(await query(folder, `SELECT mod_active FROM modules WHERE mod_directory = 'foyer'`)).to.deep.equal([
      { mod_active: 0 },
    ])
    await press(admin, '/emr/modules/enable')
    await until(async () => (await fetch(`${base}/portal/sign-in`)).status === 200)

    const page = await press(admin, '/emr/modules/uninstall', { discard: '1' })
    expect(await query(folder, `SHOW TABLES LIKE 'foyer%'`)).to.be.empty
    const token = /name="token" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const post = (body: Record<string, string>): Promise<Response> =>
      fetch(`${base}/emr/modules/install`, { method: 'POST', body: new URLSearchParams(body), redirect: 'manual' })
    await until(async () => (await statusOf(post({ token: 'another' }))) === 503)
    expect(await query(folder, `SHOW TABLES LIKE 'foyer%'`), 'with another token').to.be.empty
    // Again while a connection to the server that has gone is still held open.
    await until(
      async () => (await statusOf(post({ token }))) === 303 && (await statusOf(fetch(`${base}/ready`))) === 200,
    )
    expect(await query(folder, `SELECT COUNT(*) AS grants FROM foyer_grants`)).to.deep.equal([{ grants: 7 }])
  })

  it('says in one line that the port is in use, before it starts a database', async () => {
    const blocker = createServer()
    await new Promise<void>((done) => blocker.listen(port, '127.0.0.1', () => done()))
    const other = join(folder, 'blocked')
    try {
      const one = start({ FOYER_DATA_DIR: other })
      const line = `Port ${String(port)} is in use. Set FOYER_PORT to another one.\n`
      expect(await one.ended()).to.deep.equal({ code: 1, stderr: line })
      expect(existsSync(other), 'a data folder').to.equal(false)
    } finally {
      blocker.close()
    }
  })

  it('says in one line which setting it does not know or cannot use', async () => {
    expect(await start({ FOYER_PROT: '1' }).ended()).to.deep.equal({
      code: 1,
      stderr: 'FOYER_PROT: no such setting. README.md lists every FOYER_* name.\n',
    })
    const { code, stderr } = await start({ FOYER_PORT: 'eighty' }).ended()
    expect([code, stderr]).to.deep.equal([1, 'FOYER_PORT: needs a whole number from 0 to 65535.\n'])
  })

  it('says in one line that its folder cannot be written', async () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    const { code, stderr } = await start({ FOYER_DATA_DIR: join(file, 'data') }).ended()
    expect(code).to.equal(1)
    expect(stderr).to.match(/^Cannot write in .*a-file.* Set FOYER_DATA_DIR to a folder that can be written\.\n$/)
  })

  it('serves the configured database instead, and says in one line that it does not answer', async () => {
    const nowhere = `mysql://foyer:foyer@127.0.0.1:${String(await freePort())}/practice`
    const { code, stderr } = await start({ FOYER_DATABASE_URL: nowhere, FOYER_SECRET: 'x'.repeat(32) }).ended()
    expect(code).to.equal(1)
    expect(stderr).to.match(/^FOYER_DATABASE_URL: [^\n]+\n$/)
  })

  /** Sends the form of the page as it stands, with what is ticked. */
  const press = async (who: Visitor, path: string, fields: Record<string, string> = {}): Promise<string> => {
    await who.get(path)
    return (await who.post(path, fields)).body
  }
})

interface Start {
  child: ChildProcess
  /** Everything on stdout so far. */
  said: () => string
  until: (check: (said: string) => boolean) => Promise<void>
  ended: () => Promise<{ code: number | null; stderr: string }>
}

function run(env: Record<string, string>): Start {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(FOYER_|npm_)/.test(name))
  const child = spawn(process.execPath, programOf('demo/start'), {
    cwd: root,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  const closed = new Promise<number | null>((done) => child.once('close', done))
  return {
    child,
    said: () => stdout,
    until: (check) =>
      until(() => {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`It ended: ${stdout}${stderr}`)
        return check(stdout)
      }),
    ended: async () => ({ code: await closed, stderr }),
  }
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await sleep(20)
}

/** Between two servers nobody answers for a moment. */
async function statusOf(answer: Promise<Response>): Promise<number> {
  return answer.then(
    ({ status }) => status,
    () => 0,
  )
}

function serversOn(folder: string): number[] {
  return processesWhere(
    (words) => words.some((word) => word.startsWith(`--datadir=${folder}/`)) && (words[0] ?? '').endsWith('mariadbd'),
  )
}

/** In the demo's database, over the address that its running server was started with. */
async function query(folder: string, sql: string): Promise<RowDataPacket[]> {
  const [pid] = serversOn(folder)
  const words = readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').split('\0')
  const port = Number(words.find((word) => word.startsWith('--port='))?.slice('--port='.length))
  const password = readFileSync(join(folder, 'mariadb', 'password'), 'utf8')
  const connection = await createConnection({ host: '127.0.0.1', port, user: 'foyer', password, database: 'practice' })
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql)
    return Array.isArray(rows) ? rows.map((row) => ({ ...row })) : []
  } finally {
    await connection.end()
  }
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer()
    probe.once('error', failed).listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => found(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
