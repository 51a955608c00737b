/** The database is killed under load and comes back some seconds later (R8). */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { startMariadb, type Mariadb } from '../../module/demo/mariadb.js'
import { connectDatabase } from '../../module/platform/database.js'
import { openPractice, type SignInName, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'

const USERS = 50
const AWAY_MS = 5000
const RECOVERY_MS = 2000

describe('When the database is killed under load and comes back', function () {
  this.timeout(180_000)
  let folder: string
  let mariadb: Mariadb
  let practice: TestPractice
  let patients: Visitor[]
  let admin: Visitor

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'foyer-outage-'))
    // Each commit is on the disk before it is answered, as in a practice.
    mariadb = await startMariadb({ dataDir: folder })
    practice = await onServer(mariadb, () => openPractice())
    await practice.setting('signInTries', '100')
    const names: SignInName[] = ['maria', 'john', 'amina', 'luis']
    patients = await Promise.all(names.map((name) => practice.patientVisitor(name)))
    admin = await practice.staffVisitor('admin')
    await admin.get('/staff/portal/settings')
    practice.jobs.start()
  })
  after(async () => {
    await practice.leave()
    await mariadb.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('says so kindly meanwhile, answers again within two seconds, and has lost nothing that it said was done', async () => {
    const answers: { page: Page; at: number }[] = []
    const kept: string[] = []
    let going = true
    const note = (page: Page) => answers.push({ page, at: performance.now() })

    const user = async (number: number) => {
      const names = ['maria', 'john', 'amina', 'luis'] as const
      const [who, name] = [patients[number % 4], names[number % 4]]
      while (going && who && name) note(await who.get(`/portal/records/${practice.records[name]}`))
    }
    const writer = async () => {
      for (let number = 1; going; number += 1) {
        const page = await admin.post('/staff/portal/settings', { practicePhone: String(number) })
        note(page)
        if (page.status === 303) kept.push(String(number))
      }
    }
    const users = [...Array.from({ length: USERS }, (_, number) => user(number)), writer()]

    while (kept.length < 3) await sleep(20)
    const killed = performance.now()
    process.kill(Number(readFileSync(join(folder, 'mariadbd.pid'), 'utf8')), 'SIGKILL')
    await mariadb.stop()
    await sleep(AWAY_MS)
    // From here on it may answer before we are told that it does.
    const coming = performance.now()
    mariadb = await startMariadb({ dataDir: folder, port: mariadb.port })
    const back = performance.now()
    const keptBefore = kept.length
    await sleep(2 * RECOVERY_MS)
    while (kept.length === keptBefore) await sleep(20)
    going = false
    await Promise.all(users)

    const statuses = (from: number, until: number) =>
      answers.filter(({ at }) => at >= from && at < until).map(({ page }) => page.status)
    expect(new Set(statuses(0, killed))).to.deep.equal(new Set([200, 303]))
    const away = answers.filter(({ at }) => at > killed + 500 && at < coming)
    expect(away.length).to.be.greaterThan(USERS)
    for (const { page } of away) {
      expect(page.status).to.equal(503)
      expect(Number(page.headers.get('Retry-After'))).to.be.greaterThan(0)
      expect(page.body)
        .to.match(/We’ll be back shortly|Volvemos en breve/)
        .and.include(page.headers.get('X-Request-Id'))
    }
    expect(answers.filter(({ page }) => page.status === 500)).to.deep.equal([])
    const after = statuses(back + RECOVERY_MS, Infinity)
    expect(after.length).to.be.greaterThan(USERS)
    expect(
      after.filter((status) => status >= 500),
      'after the recovery',
    ).to.deep.equal([])

    const written = await trail(practice.url)
    expect(
      kept.filter((number) => !written.has(number)),
      'said to be done, and lost',
    ).to.deep.equal([])
    expect((await admin.get('/ready')).status).to.equal(200)
  })
})

/** What the audit trail has of it, asked over a connection of its own. */
async function trail(url: string): Promise<Set<string>> {
  const db = connectDatabase({ url, zone: 'UTC', pool: 1 })
  try {
    const rows = await db.select<{ details: { after: string } }>(
      `SELECT details FROM foyer_audit WHERE event = 'settings.changed' AND subject = 'setting:practicePhone'`,
    )
    return new Set(rows.map(({ details }) => details.after))
  } finally {
    await db.close()
  }
}

/** Tests share a server; what this one does to its own nobody else should feel. */
async function onServer<Result>(mariadb: Mariadb, work: () => Promise<Result>): Promise<Result> {
  const shared = process.env['FOYER_TEST_MARIADB']
  process.env['FOYER_TEST_MARIADB'] = mariadb.adminUrl
  try {
    return await work()
  } finally {
    if (shared === undefined) delete process.env['FOYER_TEST_MARIADB']
    else process.env['FOYER_TEST_MARIADB'] = shared
  }
}
