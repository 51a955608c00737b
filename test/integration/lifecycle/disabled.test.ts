import { expect } from 'chai'
import { DateTime } from 'luxon'
import { createConnection, type Connection } from 'mysql2/promise'
import { disable } from '../../../module/lifecycle/disable.js'
import { enable } from '../../../module/lifecycle/enable.js'
import { openPractice, passwordOf, type TestPractice } from '../../support/practice.js'
import { visitor, type Page, type Visitor } from '../../support/visitor.js'
import { eventually, freePort, serve, type Serving } from './serving.js'

/** Milliseconds within which every process hears of it. */
const SOON = 5000
/** Visitors who open pages all the time. */
const CROWD = 6

describe('the portal is switched off in the middle of a busy day, with two processes', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let serving: Serving
  let origin: string

  before(async () => {
    // The processes go by the real clock: whoever was let in was so before now.
    practice = await openPractice({ at: DateTime.now().minus({ hours: 1 }).toFormat("yyyy-MM-dd'T'HH:mm:ssZZ") })
    const port = await freePort()
    origin = `http://127.0.0.1:${String(port)}`
    serving = serve(practice, { FOYER_PORT: String(port), FOYER_WORKERS: '2', FOYER_TIME_ZONE: 'America/New_York' })
    await serving.until('Foyer is at')
    await eventually(() => serving.children().length === 2)
  })
  after(async () => {
    await serving.end('SIGKILL')
    await practice.leave()
  })

  it('who was being served is served to the end, later ones find nothing, and nothing goes on behind', async () => {
    const { db, lifecycle, records } = practice
    const maria = await patient()
    const admin = await staffMember()
    const home = `/portal/records/${records.maria}`
    const crowd = beginCrowd([home, '/staff/portal'].map((path) => ({ who: path === home ? maria : admin, path })))
    try {
      await eventually(() => crowd.statuses().filter((status) => status === 200).length > 20)

      const wait = await holdTurn(practice, maria, home)
      await disable(lifecycle)
      const off = Date.now()

      await eventually(async () => (await allReady(origin)) === 503)
      expect(Date.now() - off, 'until the last process had heard of it').to.be.below(SOON)
      await crowd.goOnUntil(off + SOON + 500)
      expect(crowd.statuses(off + SOON), 'later than that').to.satisfy(only(404))
      expect(crowd.statuses(), 'at any time').to.satisfy(only(200, 303, 401, 404))

      const inFlight = await wait.letGo()
      expect(inFlight.status, 'what was in flight').to.equal(303)
      expect(
        await db.first(`SELECT pc_apptstatus AS status FROM openemr_postcalendar_events WHERE pc_eid = :eid`, wait),
      ).to.deep.equal({ status: 'x' })

      await noJobBegins(practice)
    } finally {
      await crowd.end()
    }
  })

  it('and on again: patients sign in anew, staff go on, and what was asked for stands', async () => {
    const { db, lifecycle, records } = practice
    const home = `/portal/records/${records.maria}`
    const before = await patientCookie()
    expect(await db.select(`SELECT id_hash FROM foyer_sessions WHERE audience = 'patient'`)).to.deep.equal([])
    await db.transaction((tx) => tx.change(`UPDATE foyer_jobs SET succeeded_at = NULL`))

    await enable(lifecycle)
    const on = Date.now()
    await eventually(async () => (await allReady(origin)) === 200)
    expect(Date.now() - on).to.be.below(SOON)

    expect((await before.get(home)).location, 'the old sign-in').to.match(/\/portal\/sign-in/)
    const again = await patient()
    const page = await again.get(`${home}/appointments`)
    expect(page.status).to.equal(200)
    expect((await (await staffMember()).get('/staff/portal')).status).to.equal(200)
    await eventually(async () => {
      const idle = await db.select(
        `SELECT name FROM foyer_jobs WHERE succeeded_at IS NULL AND due_at < UTC_TIMESTAMP(3)`,
      )
      return idle.length === 0
    })
  })

  let cookies: Map<string, string> | undefined

  async function patient(): Promise<Visitor> {
    const someone = visitor(origin)
    const page = await someone.signIn('/portal/sign-in', 'maria.santos', passwordOf('maria.santos'))
    expect(page.status).to.equal(303)
    cookies ??= new Map(someone.cookies)
    return someone
  }

  /** The browser that was signed in before it was switched off. */
  function patientCookie(): Promise<Visitor> {
    const someone = visitor(origin)
    for (const [name, value] of cookies ?? []) someone.cookies.set(name, value)
    return Promise.resolve(someone)
  }

  async function staffMember(): Promise<Visitor> {
    const someone = visitor(origin)
    expect((await someone.signIn('/staff/sign-in', 'admin', passwordOf('admin'))).status).to.equal(303)
    return someone
  }
})

/** What the processes answer, asked often enough that each is: 503 when all say so, 200 when all do. */
async function allReady(origin: string): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => fetch(`${origin}/ready`, { headers: { Connection: 'close' } })),
  )
  await Promise.all(answers.map((answer) => answer.text()))
  const statuses = new Set(answers.map(({ status }) => status))
  return statuses.size === 1 ? (answers[0]?.status ?? 0) : 0
}

interface Crowd {
  /** Of requests that were sent since then (milliseconds); of all without one. */
  statuses: (since?: number) => number[]
  goOnUntil: (time: number) => Promise<void>
  end: () => Promise<void>
}

function beginCrowd(wishes: ReadonlyArray<{ who: Visitor; path: string }>): Crowd {
  const seen: Array<{ sent: number; status: number }> = []
  let ended = false
  const goOn = async (place: number): Promise<void> => {
    const wish = wishes[place % wishes.length]
    if (!wish) return
    while (!ended) {
      const sent = Date.now()
      const { status } = await wish.who.get(wish.path, { Connection: 'close' })
      seen.push({ sent, status })
    }
  }
  const all = Array.from({ length: CROWD }, (_, place) => goOn(place))
  return {
    statuses: (since = 0) => seen.filter(({ sent }) => sent >= since).map(({ status }) => status),
    goOnUntil: (time) => eventually(() => Date.now() > time),
    async end() {
      ended = true
      await Promise.all(all)
    },
  }
}

function only(...allowed: readonly number[]): (statuses: number[]) => boolean {
  return (statuses) => statuses.length > 0 && statuses.every((status) => allowed.includes(status))
}

/** A cancellation that has been admitted and waits for its turn. */
async function holdTurn(
  { url, db, event, staff, patients }: TestPractice,
  who: Visitor,
  home: string,
): Promise<{ eid: number; letGo: () => Promise<Page> }> {
  const date = DateTime.now().plus({ days: 30 }).toFormat('yyyy-MM-dd')
  const eid = await event({ providerId: staff.lee, pid: patients.maria, date, start: '10:00' })
  const holding: Connection = await createConnection({ uri: url })
  const turn = `patient:${String(patients.maria)}`
  await holding.query(`START TRANSACTION`)
  await holding.query(`INSERT INTO foyer_turns (name) VALUES (?) ON DUPLICATE KEY UPDATE name = VALUES(name)`, [turn])
  const path = `${home}/appointments/${String(eid)}/cancellation`
  const answer = who.post(path, { reason: 'In flight' }, { from: path })
  await eventually(async () => {
    const waiting = await db.select(
      `SELECT ID FROM information_schema.PROCESSLIST
        WHERE DB = DATABASE() AND ID <> CONNECTION_ID() AND INFO LIKE 'INSERT INTO foyer_turns%' AND INFO LIKE :turn`,
      { turn: `%${turn}%` },
    )
    return waiting.length > 0
  })
  return {
    eid,
    async letGo() {
      await holding.query(`ROLLBACK`)
      holding.destroy()
      return answer
    },
  }
}

/** All are due, and none begins for longer than a process takes to look. */
async function noJobBegins({ db }: TestPractice): Promise<void> {
  const begun = (): Promise<object[]> => db.select(`SELECT name, started_at FROM foyer_jobs ORDER BY name`)
  await db.transaction((tx) => tx.change(`UPDATE foyer_jobs SET due_at = '2020-01-01 00:00:00.000'`))
  const before = await begun()
  expect(before).not.to.deep.equal([])
  const until = Date.now() + 2500
  await eventually(() => Date.now() > until)
  expect(await begun()).to.deep.equal(before)
}
