import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { sweep } from '../../../module/access/sweep.js'
import { standingClock } from '../../../module/platform/clock.js'
import { connectDatabase, type Database, type Tx } from '../../../module/platform/database.js'
import { openLog } from '../../../module/platform/log.js'
import {
  deliverEvents,
  MOST_ATTEMPTS,
  pauseAfter,
  publish,
  type OutboxEvent,
  type OutboxListener,
  type PublishedEvent,
} from '../../../module/platform/outbox.js'
import { openPractice, ZONE, type TestPractice } from '../../support/practice.js'

const AT = '2026-11-23T08:00:00'

describe('What others do after something has happened', function () {
  this.timeout(60_000)
  let practice: TestPractice
  /** The second process's connections. */
  let elsewhere: Database
  let clock: ReturnType<typeof standingClock>
  const log = openLog({ level: 'silent' })

  before(async () => {
    practice = await openPractice()
    elsewhere = connectDatabase({ url: practice.url, zone: ZONE, pool: 5 })
  })
  beforeEach(async () => {
    clock = standingClock(ZONE, AT)
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_outbox`))
  })
  after(async () => {
    await elsewhere.close()
    await practice.leave()
  })

  const happened = (event: Partial<OutboxEvent> = {}) =>
    practice.db.transaction((tx) => publish(tx, clock, { event: 'visit.confirmed', payload: { eid: 1 }, ...event }))
  const deliver = (listeners: readonly OutboxListener[], db: Database = practice.db, goOn = () => true) =>
    deliverEvents({ db, clock, log, listeners }, goOn)
  const later = (hours: number) => clock.set(clock.now().plus({ hours }).toISO())
  const deliveries = () =>
    practice.db.select<{
      listener: string
      state: string
      attempts: number
      error_code: string | null
      due_at: string
    }>(`SELECT listener, state, attempts, error_code, due_at FROM foyer_outbox_deliveries ORDER BY id`)
  const events = () =>
    practice.db.select<{ id: number; done_at: string | null }>(`SELECT id, done_at FROM foyer_outbox ORDER BY id`)

  const ear = (name: string, hear: (event: PublishedEvent) => void | Promise<void> = () => undefined) => {
    const heard: PublishedEvent[] = []
    const listener: OutboxListener = {
      ...{ name, event: 'visit.confirmed' },
      hear: async (event) => {
        heard.push(event)
        await hear(event)
      },
    }
    return { heard, listener }
  }

  it('happens once for each who listens, with what was published; the event is done then', async () => {
    const [mail, count] = [ear('mail'), ear('count')]
    await happened({ payload: { eid: 4711, pid: 8 }, key: 'appointment:4711' })
    expect(await deliver([mail.listener, count.listener])).to.equal(2)
    const [event] = await events()
    const expected = {
      id: event?.id,
      event: 'visit.confirmed',
      payload: { eid: 4711, pid: 8 },
      key: 'appointment:4711',
      lastTry: false,
    }
    for (const { heard } of [mail, count]) expect(heard).to.deep.equal([expected])
    expect(event?.done_at).to.equal('2026-11-23 13:00:00.000')
    later(48)
    expect(await deliver([mail.listener, count.listener])).to.equal(0)
  })

  it('is nothing where nobody listens: the event is done at once', async () => {
    const { listener } = ear('mail')
    await happened({ event: 'visit.wondered-about' })
    await deliver([listener])
    expect((await events())[0]?.done_at).to.be.a('string')
    expect(await deliveries()).to.deep.equal([])
  })

  it('does not happen when what it tells of was taken back', async () => {
    const { listener, heard } = ear('mail')
    await practice.db
      .transaction(async (tx) => {
        await publish(tx, clock, { event: 'visit.confirmed', payload: {} })
        throw new Error('taken back')
      })
      .catch(() => undefined)
    await deliver([listener])
    expect(heard).to.deep.equal([])
  })

  for (const failures of [1, 3, MOST_ATTEMPTS - 1]) {
    it(`is tried again with growing pauses until it succeeds: after ${String(failures)} failures`, async () => {
      const mail = ear('mail', () => {
        if (mail.heard.length <= failures) throw Object.assign(new Error('Maria'), { code: 'ECONNREFUSED' })
      })
      await happened()
      const pauses: number[] = []
      for (let tries = 1; tries <= failures; tries += 1) {
        await deliver([mail.listener])
        const [row] = await deliveries()
        expect(row).to.include({ state: 'waiting', attempts: tries, error_code: 'ECONNREFUSED' })
        const due = Date.parse(`${row?.due_at.replace(' ', 'T') ?? ''}Z`)
        pauses.push(due - clock.now().toMillis())
        clock.set(new Date(due - 1).toISOString())
        await deliver([mail.listener])
        expect(mail.heard, 'a moment too early').to.have.length(tries)
        clock.set(new Date(due).toISOString())
      }
      await deliver([mail.listener])
      expect(mail.heard).to.have.length(failures + 1)
      expect(new Set(mail.heard.map(({ id }) => id)).size, 'under the same id').to.equal(1)
      expect([...pauses].sort((a, b) => a - b)).to.deep.equal(pauses)
      expect((await deliveries())[0]).to.include({ state: 'done', error_code: null })
      expect((await events())[0]?.done_at).to.be.a('string')
    })
  }

  it('pauses from seconds to six hours, never two in step', () => {
    expect([1, 2, 3, 7, 8, 30].map((attempts) => pauseAfter(attempts, 0.5))).to.deep.equal([
      ...[10, 40, 160, 21600, 21600, 21600],
    ])
    expect([0, 1].map((random) => Math.round(pauseAfter(2, random)))).to.deep.equal([32, 48])
  })

  it('is given up on after eight tries, and that is not the end of the event', async () => {
    const mail = ear('mail', () => Promise.reject(new TypeError('no')))
    await happened()
    // Another listener succeeds last of all: it must not close what is still open.
    const late = ear('late')
    for (let tries = 1; tries <= MOST_ATTEMPTS + 3; tries += 1) {
      await deliver([mail.listener])
      later(24)
    }
    await practice.db.transaction((tx) => addDelivery(tx, late.listener.name))
    await deliver([late.listener])
    expect((await deliveries())[1]).to.include({ listener: 'late', state: 'done' })
    expect(mail.heard).to.have.length(MOST_ATTEMPTS)
    expect((await deliveries())[0]).to.include({ state: 'dead', attempts: MOST_ATTEMPTS, error_code: 'TypeError' })
    expect((await events())[0]?.done_at).to.equal(null)
  })

  it('goes on for the others when one of them fails', async () => {
    const [broken, mail] = [ear('broken', () => Promise.reject(new Error('no'))), ear('mail')]
    for (let each = 0; each < 5; each += 1) await happened()
    await deliver([broken.listener, mail.listener])
    expect(mail.heard).to.have.length(5)
    expect((await deliveries()).filter(({ state }) => state === 'done').map(({ listener }) => listener)).to.deep.equal(
      Array(5).fill('mail'),
    )
  })

  it('goes on for the others when one of them does not come back for a while', async () => {
    const way = gate()
    const [slow, mail] = [ear('slow', () => way.passed), ear('mail')]
    for (let each = 0; each < 5; each += 1) await happened()
    const delivering = deliver([slow.listener, mail.listener])
    await until(() => mail.heard.length === 5)
    expect(slow.heard).to.have.length(1)
    way.open()
    await delivering
    expect(slow.heard).to.have.length(5)
  })

  it('keeps the order of one key, while other keys go on', async () => {
    let broken = true
    const order: string[] = []
    const mail = ear('mail', ({ key, payload }) => {
      if (key === 'a' && payload['n'] === 1 && broken) throw new Error('no')
      order.push(`${String(key)}${String(payload['n'])}`)
    })
    for (const [key, n] of [['a', 1], ['b', 1], ['a', 2], ['b', 2]] as const) await happened({ key, payload: { n } }) // prettier-ignore
    await deliver([mail.listener])
    expect(order).to.deep.equal(['b1', 'b2'])
    broken = false
    later(1)
    await deliver([mail.listener])
    expect(order).to.deep.equal(['b1', 'b2', 'a1', 'a2'])
  })

  it('keeps it over all processes, too', async () => {
    const order: Record<string, number[]> = {}
    const mail = ear('mail', async ({ key = '', payload }) => {
      await sleep(Math.random() * 20)
      ;(order[key] ??= []).push(Number(payload['n']))
    })
    const keys = ['a', 'b']
    for (let n = 0; n < 10; n += 1) for (const key of keys) await happened({ key, payload: { n } })
    const all = async () => {
      while ((await events()).some(({ done_at }) => done_at === null)) {
        await Promise.all([practice.db, elsewhere, practice.db, elsewhere].map((db) => deliver([mail.listener], db)))
      }
    }
    await all()
    for (const key of keys) expect(order[key], key).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('happens once for each event when several processes deliver at once', async () => {
    const [mail, count] = [ear('mail', () => sleep(1)), ear('count')]
    for (let each = 0; each < 60; each += 1) await happened()
    const both = () => Promise.all([practice.db, elsewhere].map((db) => deliver([mail.listener, count.listener], db)))
    const delivered = await both()
    const rest = await both()
    expect([...delivered, ...rest].reduce((sum, each) => sum + each, 0)).to.equal(120)
    expect(Math.min(...delivered), 'both took their share').to.be.greaterThan(0)
    for (const { heard } of [mail, count]) {
      expect(heard).to.have.length(60)
      expect(new Set(heard.map(({ id }) => id)).size).to.equal(60)
    }
    expect((await events()).filter(({ done_at }) => done_at === null)).to.deep.equal([])
  })

  it('happens again, under the same id, when its process was killed before it could say so', async () => {
    const mail = ear('mail')
    const killed: OutboxListener = {
      ...mail.listener,
      hear: async (event) => {
        await mail.listener.hear(event)
        // What a kill leaves: the mark is never made.
        await new Promise(() => undefined)
      },
    }
    await happened()
    // Nobody hears what it still tries when its time is over, a minute later: this practice may be gone by then.
    void deliver([killed], elsewhere).catch(() => undefined)
    await until(() => mail.heard.length === 1)
    expect(await deliver([mail.listener]), 'still held').to.equal(0)
    clock.set('2026-11-23T08:02:00')
    expect(await deliver([mail.listener])).to.equal(1)
    expect(mail.heard.map(({ id }) => id)).to.deep.equal(Array(2).fill(mail.heard[0]?.id))
    expect((await deliveries())[0]).to.include({ state: 'done', attempts: 2 })
  })

  it('is given up on, too, when it takes its process down each time', async () => {
    const mail = ear('mail', () => Promise.reject(new Error('no')))
    await happened()
    await deliver([mail.listener])
    // What eight kills leave: each try was counted before it began.
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_outbox_deliveries SET attempts = :most, due_at = :now`, {
        most: MOST_ATTEMPTS,
        now: '2026-11-23 13:00:00.000',
      }),
    )
    await deliver([mail.listener])
    expect(mail.heard).to.have.length(1)
    expect((await deliveries())[0]).to.include({ state: 'dead', error_code: 'never-returned' })
  })

  it('is shown to staff when its listener is no more, after a day', async () => {
    const mail = ear('mail', () => Promise.reject(new Error('no')))
    await happened()
    await deliver([mail.listener])
    later(23)
    await deliver([])
    expect((await deliveries())[0]).to.include({ state: 'waiting' })
    later(2)
    await deliver([])
    expect((await deliveries())[0]).to.include({ state: 'dead', error_code: 'no-listener' })
  })

  it('stops between two events when it is told to', async () => {
    const mail = ear('mail')
    for (let each = 0; each < 5; each += 1) await happened()
    await deliver([mail.listener], practice.db, () => mail.heard.length < 2)
    expect(mail.heard).to.have.length(2)
  })

  it('is forgotten some weeks after it is done; what was given up on is not', async () => {
    const [mail, broken] = [ear('mail'), ear('broken', () => Promise.reject(new Error('no')))]
    await happened()
    await deliver([mail.listener])
    await happened()
    for (let tries = 1; tries <= MOST_ATTEMPTS; tries += 1) {
      await deliver([broken.listener])
      later(24)
    }
    const keeping = { lives: [{ idle: 20, limit: 12 }], eventDays: 30 }
    later(24 * 20)
    await sweep(practice.db, clock, keeping)
    expect(await events()).to.have.length(2)
    later(24 * 10)
    await sweep(practice.db, clock, keeping)
    expect((await events()).map(({ done_at }) => done_at)).to.deep.equal([null])
    expect((await deliveries()).map(({ state }) => state)).to.deep.equal(['dead'])
  })
})

/** The same event for one listener more. */
async function addDelivery(tx: Tx, listener: string): Promise<void> {
  await tx.change(
    `INSERT INTO foyer_outbox_deliveries (event_id, listener, state, due_at)
     SELECT event_id, :listener, 'waiting', due_at FROM foyer_outbox_deliveries`,
    { listener },
  )
}

function gate(): { passed: Promise<void>; open: () => void } {
  let open = (): void => undefined
  const passed = new Promise<void>((resolve) => (open = resolve))
  return { passed, open: () => open() }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5)
}
