import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { jobsOf } from '../../../module/background.js'
import { disable } from '../../../module/lifecycle/disable.js'
import { enable } from '../../../module/lifecycle/enable.js'
import { standingClock } from '../../../module/platform/clock.js'
import { connectDatabase, type Database } from '../../../module/platform/database.js'
import { keepJobs, type Jobs, type RunnableJob } from '../../../module/platform/jobs.js'
import { openLog } from '../../../module/platform/log.js'
import { loadManifest } from '../../../module/platform/settings.js'
import { features } from '../../../module/portal.js'
import { openPractice, ZONE, type TestPractice } from '../../support/practice.js'
import { logInto } from '../../http/portals.js'

const AT = '2026-11-23T08:00:00'

describe('What runs by itself', function () {
  this.timeout(60_000)
  let practice: TestPractice
  /** The second process's connections. */
  let elsewhere: Database
  let clock: ReturnType<typeof standingClock>
  let started: Jobs[]
  const log = openLog({ level: 'silent' })

  before(async () => {
    practice = await openPractice()
    elsewhere = connectDatabase({ url: practice.url, zone: ZONE, pool: 3 })
  })
  beforeEach(async () => {
    clock = standingClock(ZONE, AT)
    started = []
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_jobs`))
  })
  afterEach(() => Promise.all(started.map((each) => each.stop())))
  after(async () => {
    await elsewhere.close()
    await practice.leave()
  })

  const processOn = (db: Database, jobs: readonly RunnableJob[], enabled: () => boolean = () => true): Jobs => {
    const kept = keepJobs({ db, clock, log, enabled, jobs })
    started.push(kept)
    return kept
  }
  const inMinutes = (minutes: number) => {
    clock.set(clock.now().plus({ minutes }).toISO())
  }
  const row = (name: string) =>
    practice.db.first<Record<string, string | null>>(`SELECT * FROM foyer_jobs WHERE name = :name`, { name })

  it('is listed in module.json, all of it and nothing else, with its period', () => {
    const listed = loadManifest().jobs.map(({ name, everySeconds, everywhere }) => ({
      ...{ name, everySeconds, everywhere: everywhere ?? false },
    }))
    const real = jobsOf(practice.portal, features).map(({ name, everySeconds, everywhere }) => ({
      ...{ name, everySeconds, everywhere: everywhere ?? false },
    }))
    const sorted = (all: typeof real) => [...all].sort((a, b) => (a.name < b.name ? -1 : 1))
    expect(sorted(real)).to.deep.equal(sorted(listed))
    expect(new Set(real.map(({ name }) => name)).size).to.equal(real.length)
  })

  it('runs once a period over all processes, whichever is faster', async () => {
    let runs = 0
    const job: RunnableJob = { name: 'tidy', everySeconds: 600, run: async () => sleep(5).then(() => void (runs += 1)) }
    const processes = [practice.db, elsewhere, practice.db, elsewhere].map((db) => processOn(db, [job]))
    const all = () => Promise.all(processes.map((each) => each.runDue()))
    await all()
    expect(runs).to.equal(1)
    inMinutes(9)
    await all()
    expect(runs, 'not due yet').to.equal(1)
    for (let period = 2; period <= 6; period += 1) {
      inMinutes(10)
      await all()
      expect(runs).to.equal(period)
    }
  })

  it('is in one process at a time, for as long as it takes there', async () => {
    const [first, second] = [gate(), gate()]
    const job = (waits: Promise<void>): RunnableJob => ({ name: 'tidy', everySeconds: 1, run: () => waits })
    const here = processOn(practice.db, [job(first.passed)]).runDue()
    await until(async () => ((await row('tidy'))?.['runner'] ?? null) !== null)
    const there = processOn(elsewhere, [job(second.passed)])
    await there.runDue()
    expect((await row('tidy'))?.['outcome'], 'the second found it taken and has run nothing').to.equal(null)
    first.open()
    await here
    expect(await row('tidy')).to.include({ outcome: 'ok', runner: null, running_until: null })
    second.open()
  })

  it('is taken on by another process when its own has died, and not before', async () => {
    let runs = 0
    const dead = processOn(practice.db, [{ name: 'tidy', everySeconds: 600, run: () => new Promise(() => undefined) }])
    void dead.runDue()
    started = []
    await until(async () => ((await row('tidy'))?.['runner'] ?? null) !== null)
    const alive = processOn(elsewhere, [
      { name: 'tidy', everySeconds: 600, run: () => Promise.resolve(void (runs += 1)) },
    ])
    clock.set('2026-11-23T08:00:59')
    await alive.runDue()
    expect(runs).to.equal(0)
    clock.set('2026-11-23T08:01:00')
    await alive.runDue()
    expect(runs).to.equal(1)
  })

  it('says in one word why it failed, goes on with the others, and tries again when it is due', async () => {
    const written: string[] = []
    let broken = true
    const kept = keepJobs({
      ...{ db: practice.db, clock, log: logInto(written), enabled: () => true },
      jobs: [
        {
          name: 'breaks',
          everySeconds: 600,
          run: async () => {
            if (broken) await practice.db.select(`SELECT 'Maria Santos' FROM no_such_table`)
          },
        },
        { name: 'works', everySeconds: 600, run: () => Promise.resolve() },
      ],
    })
    await kept.runDue()
    expect(await row('breaks')).to.include({ outcome: 'failed', error_code: 'ER_NO_SUCH_TABLE', succeeded_at: null })
    expect(await row('works')).to.include({ outcome: 'ok', error_code: null })
    expect(written.join('')).to.include('breaks').and.not.include('Maria')
    broken = false
    inMinutes(5)
    await kept.runDue()
    expect(await row('breaks')).to.include({ outcome: 'failed' })
    inMinutes(5)
    await kept.runDue()
    expect(await row('breaks')).to.include({ outcome: 'ok', error_code: null, succeeded_at: '2026-11-23 13:10:00.000' })
    await kept.stop()
  })

  it('fails readiness once it has not succeeded for three of its periods, by its name', async () => {
    let broken = true
    const run = () => (broken ? Promise.reject(new Error('away')) : Promise.resolve())
    const kept = processOn(practice.db, [
      { name: 'often', everySeconds: 60, run },
      { name: 'seldom', everySeconds: 3600, run },
    ])
    await kept.runDue()
    expect(await kept.failing(), 'a process that has just begun').to.deep.equal([])
    inMinutes(3)
    await kept.runDue()
    expect(await kept.failing()).to.deep.equal([])
    inMinutes(1)
    await kept.runDue()
    expect(await kept.failing()).to.deep.equal(['often'])
    broken = false
    inMinutes(1)
    await kept.runDue()
    expect(await kept.failing()).to.deep.equal([])
  })

  it('does not begin while the module is disabled, and what is under way is let finish', async () => {
    await disable(practice.lifecycle)
    await practice.refresh()
    const way = gate()
    let [runs, pieces] = [0, 0]
    const kept = processOn(
      practice.db,
      [
        {
          name: 'tidy',
          everySeconds: 1,
          run: async (goOn) => {
            runs += 1
            await way.passed
            while (goOn() && pieces < 100) pieces += 1
          },
        },
      ],
      practice.portal.enabled,
    )
    await kept.runDue()
    expect(runs, 'disabled').to.equal(0)
    await enable(practice.lifecycle)
    await practice.refresh()
    const under = kept.runDue()
    await until(() => runs === 1)
    await disable(practice.lifecycle)
    await practice.refresh()
    way.open()
    await under
    expect(await row('tidy'), 'its hold is given back').to.include({ outcome: 'ok', runner: null })
    expect(pieces, 'no further piece of its work').to.equal(0)
    inMinutes(5)
    await kept.runDue()
    expect(runs).to.equal(1)
    await enable(practice.lifecycle)
    await practice.refresh()
  })

  it('is waited for when the process stops, which then begins nothing else', async () => {
    const way = gate()
    let ended = false
    const kept = processOn(practice.db, [
      { name: 'tidy', everySeconds: 1, run: () => way.passed.then(() => void (ended = true)) },
    ])
    kept.start()
    await until(async () => ((await row('tidy'))?.['runner'] ?? null) !== null)
    const stopped = kept.stop()
    let waiting = true
    void stopped.then(() => (waiting = false))
    await row('tidy')
    expect(waiting).to.equal(true)
    way.open()
    await stopped
    expect(ended).to.equal(true)
    expect(await row('tidy')).to.include({ outcome: 'ok', runner: null })
    inMinutes(5)
    await kept.runDue()
    expect((await row('tidy'))?.['started_at']).to.equal('2026-11-23 13:00:00.000')
  })

  it('runs in every process at once where its work is locked row by row', async () => {
    const runs: string[] = []
    const job = (who: string): RunnableJob => ({
      ...{ name: 'deliver', everySeconds: 2, everywhere: true },
      run: () => Promise.resolve(void runs.push(who)),
    })
    const both = [processOn(practice.db, [job('here')]), processOn(elsewhere, [job('there')])]
    for (const each of both) await each.runDue()
    expect(runs.sort()).to.deep.equal(['here', 'there'])
    for (const each of both) await each.runDue()
    expect(runs, 'not due yet').to.have.length(2)
    inMinutes(1)
    for (const each of both) await each.runDue()
    expect(runs).to.have.length(4)
    expect(await row('deliver')).to.include({ outcome: 'ok', succeeded_at: '2026-11-23 13:01:00.000' })
  })
})

/** What waits for it goes on when it is opened. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => (open = resolve))
  return { passed, open: () => open() }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10)
}
