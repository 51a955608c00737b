/** What runs by itself and what could not be delivered, as staff see it and decide on it. */
import { expect } from 'chai'
import { connectDatabase } from '../../module/platform/database.js'
import { openLog } from '../../module/platform/log.js'
import { deliverEvents, MOST_ATTEMPTS, publish, type PublishedEvent } from '../../module/platform/outbox.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { HTMX, letIn } from './portals.js'

const PAGE = '/staff/portal/operations'

describe('The page of background work', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    ;({ admin } = await letIn(practice))
  })
  beforeEach(async () => {
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_outbox`))
    await admin.get(PAGE)
  })
  after(() => practice.leave())

  const heard: PublishedEvent[] = []
  /** Everything that is due, to a listener that fails with this code, or hears. */
  const deliver = (code?: string) =>
    deliverEvents(
      {
        ...{ db: practice.db, clock: practice.clock, log: openLog({ level: 'silent' }) },
        listeners: [
          {
            ...{ name: 'notify-patient', event: 'appointment.confirmed' },
            hear: (event) => {
              heard.push(event)
              return code === undefined ? Promise.resolve() : Promise.reject(Object.assign(new Error('no'), { code }))
            },
          },
        ],
      },
      () => true,
    )
  /** An event that was given up on; returns the number of its delivery. */
  const giveUp = async (code = 'ECONNREFUSED') => {
    await practice.db.transaction((tx) =>
      publish(tx, practice.clock, {
        event: 'appointment.confirmed',
        payload: { eid: 1, pid: practice.patients.maria },
      }),
    )
    for (let tries = 0; tries < MOST_ATTEMPTS; tries += 1) {
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_outbox_deliveries SET due_at = '2026-01-01 00:00:00' WHERE state = 'waiting'`),
      )
      await deliver(code)
    }
    const row = await practice.db.first<{ id: number }>(`SELECT MAX(id) AS id FROM foyer_outbox_deliveries`)
    return row?.id ?? 0
  }
  const delivery = (id: number) =>
    practice.db.first<Record<string, unknown>>(`SELECT * FROM foyer_outbox_deliveries WHERE id = :id`, { id })
  const isDone = async () =>
    (await practice.db.first<{ done_at: string | null }>(`SELECT done_at FROM foyer_outbox`))?.done_at !== null
  const audit = (event: string) =>
    practice.db.select<Record<string, unknown>>(
      `SELECT actor_id, subject, details FROM foyer_audit WHERE event = :event ORDER BY id DESC LIMIT 1`,
      { event },
    )
  const decision = (id: number, what: string) => `${PAGE}/deliveries/${String(id)}/${what}`

  it('lists what was given up on, with the reason in words and its age, and counts it in the navigation', async () => {
    await giveUp()
    await giveUp('no-listener')
    practice.clock.set('2026-11-23T08:50:00')
    const page = await admin.get(PAGE)
    practice.clock.set('2026-11-23T08:00:00')
    expect(page.status).to.equal(200)
    expect(page.body).to.include('appointment.confirmed').and.include('notify-patient').and.include('8 tries')
    expect(page.body).to.include('The other side could not be reached (ECONNREFUSED)')
    expect(page.body).to.include('Nothing in this version of Foyer acts on it any more')
    expect(page.body).to.include('>50 min<')
    expect(page.body).to.match(/count-operations"><span class="count">2</)
    const spanish = await admin.get(`${PAGE}?lang=es`)
    await admin.get(`${PAGE}?lang=en`)
    expect(spanish.body).to.include('No se pudo contactar con la otra parte').and.include('Intentar de nuevo')
    expect(spanish.body).not.to.match(/operations\.[a-z]+(\.|<)/)
  })

  it('says so when everything was delivered, and counts nothing', async () => {
    const page = await admin.get(PAGE)
    expect(page.body).to.include('Everything was delivered')
    expect(page.body).to.match(/count-operations"><\/span>/)
  })

  it('tries one again when staff say so, from the beginning, and keeps who did', async () => {
    const id = await giveUp()
    const answer = await admin.post(decision(id, 'attempt'))
    expect(answer).to.include({ status: 303, location: PAGE })
    expect((await admin.follow(answer)).body)
      .to.include('tried again now')
      .and.include('Everything was delivered')
    expect(await delivery(id)).to.include({ state: 'waiting', attempts: 0 })
    heard.length = 0
    await deliver()
    expect(heard).to.have.length(1)
    expect(await delivery(id)).to.include({ state: 'done' })
    expect(await isDone()).to.equal(true)
    expect((await audit('delivery.tried-again'))[0]).to.deep.include({
      actor_id: 'admin',
      subject: `delivery:${String(id)}`,
    })
  })

  it('sets one aside with a reason, which it must have, and then it is done', async () => {
    const id = await giveUp()
    const form = await admin.get(decision(id, 'setting-aside'))
    expect(form.status).to.equal(200)
    const without = await admin.post(decision(id, 'setting-aside'), { reason: '  ' })
    expect(without.status).to.equal(422)
    expect(without.body).to.include('Say why it need not be delivered').and.include('href="#field-reason"')
    expect(await delivery(id)).to.include({ state: 'dead' })
    const answer = await admin.post(decision(id, 'setting-aside'), { reason: 'Told by phone' })
    expect(answer).to.include({ status: 303, location: PAGE })
    expect(await delivery(id)).to.include({ state: 'aside', closed_by: 'admin', closed_reason: 'Told by phone' })
    expect(await isDone()).to.equal(true)
    const [line] = await audit('delivery.set-aside')
    expect(line).to.deep.include({ actor_id: 'admin', subject: `delivery:${String(id)}` })
    expect(JSON.stringify(line), 'what a person typed is no part of the trail').not.to.include('Told by phone')
    heard.length = 0
    await deliver()
    expect(heard).to.deep.equal([])
  })

  it('says that somebody else was faster, whatever they decided', async () => {
    const id = await giveUp()
    await admin.post(decision(id, 'setting-aside'), { reason: 'Told by phone' })
    for (const [what, fields] of [['attempt', {}], ['setting-aside', { reason: 'Once more' }]] as const) {
      const late = await admin.post(decision(id, what), fields)
      expect(late.status, what).to.equal(409)
      expect(late.body, what).to.include('Somebody else has already decided')
    } // prettier-ignore
    expect(await delivery(id)).to.include({ closed_reason: 'Told by phone', state: 'aside' })
    expect((await admin.get(decision(id, 'setting-aside'))).status).to.equal(404)
  })

  it('decides once when two people press at the same moment', async () => {
    const id = await giveUp()
    const other = await practice.staffVisitor('admin')
    await other.get(PAGE)
    const answers = await Promise.all([
      admin.post(decision(id, 'setting-aside'), { reason: 'One' }),
      other.post(decision(id, 'setting-aside'), { reason: 'Two' }),
    ])
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 409])
  })

  it('answers an htmx press with the rows and the count', async () => {
    const id = await giveUp()
    await giveUp()
    const moved = await admin.post(decision(id, 'attempt'), {}, { headers: HTMX })
    expect(moved).to.include({ status: 303, location: `${PAGE}/undelivered` })
    const rows = await admin.get(`${PAGE}/undelivered`, HTMX)
    expect(rows.body).to.include('id="undelivered"').and.not.include('<html')
    expect(rows.body).to.match(/hx-swap-oob="outerHTML:\.count-operations"><span class="count">1</)
  })

  it('shows of each job when it last ran, how that went, and when it runs again', async () => {
    const job = async (name: string) => {
      const { body } = await admin.get(PAGE)
      return body.split('<tr data-job=').find((part) => part.startsWith(`"${name}"`)) ?? ''
    }
    expect(await job('sweep')).to.include('Not yet run')
    await practice.jobs.runDue()
    expect(await job('sweep'))
      .to.include('Went well')
      .and.include('08:00')
      .and.include('08:10')
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_jobs SET outcome = 'failed', error_code = 'ER_LOCKED' WHERE name = 'sweep'`),
    )
    expect(await job('sweep')).to.include('Failed (ER_LOCKED)')
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_jobs SET running_until = '2026-11-23 13:01:00' WHERE name = 'sweep'`),
    )
    expect(await job('sweep')).to.include('Running')
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_jobs`))
  })

  it('is for who looks after background work only: others see no count, no list', async () => {
    const id = await giveUp()
    await practice.rule('user:dr.lee', 'portal:use', 'allow')
    const lee = await practice.staffVisitor('lee')
    for (const path of [PAGE, `${PAGE}/undelivered`, decision(id, 'setting-aside')]) {
      expect((await lee.get(path)).status, path).to.equal(403)
    }
    expect((await lee.post(decision(id, 'attempt'))).status).to.equal(403)
    expect((await lee.get('/staff/portal')).body)
      .not.to.include('count-operations')
      .and.not.include(`href="${PAGE}"`)
    expect(await delivery(id)).to.include({ state: 'dead' })
  })
})

describe('Readiness', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let nobody: Visitor

  before(async () => {
    practice = await openPractice()
    nobody = await practice.visitor()
  })
  after(() => practice.leave())

  it('names the jobs once one has not succeeded for several periods, and is there again when it has', async () => {
    const parts = async () => {
      const { status, body } = await nobody.get('/ready')
      return { status, jobs: (JSON.parse(body) as { parts: Record<string, string> }).parts['jobs'] }
    }
    await practice.jobs.runDue()
    expect(await parts()).to.deep.equal({ status: 200, jobs: 'ok' })
    const breaker = connectDatabase({ url: practice.url, zone: 'UTC', pool: 1 })
    await breaker.sequelize.query('RENAME TABLE foyer_once TO foyer_once_away')
    practice.clock.set('2026-11-23T08:31:00')
    await practice.jobs.runDue()
    expect(await parts()).to.deep.equal({ status: 503, jobs: 'failing' })
    await breaker.sequelize.query('RENAME TABLE foyer_once_away TO foyer_once')
    await breaker.close()
    practice.clock.set('2026-11-23T08:41:00')
    await practice.jobs.runDue()
    expect(await parts()).to.deep.equal({ status: 200, jobs: 'ok' })
  })
})
