/** Two processes on one practice: what is changed through one acts in the other within five seconds. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { disable } from '../../../module/lifecycle/disable.js'
import { enable } from '../../../module/lifecycle/enable.js'
import { elsewhere } from '../../http/portals.js'
import { loginOf, openPractice, type TestPractice } from '../../support/practice.js'
import { visitor, type Page, type Visitor } from '../../support/visitor.js'

const WITHIN_MS = 5000

describe('Two processes on one practice', function () {
  this.timeout(60_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  const there = (work: (origin: string) => Promise<void>) => elsewhere(practice, {}, ({ origin }) => work(origin))
  /** The same person, with the same cookies, at the other process. */
  const movedTo = (origin: string, someone: Visitor): Visitor => {
    const moved = visitor(origin)
    for (const [name, value] of someone.cookies) moved.cookies.set(name, value)
    return moved
  }

  it('share sign-ins: made in one they open the other, ended in one they are over in the other', () =>
    there(async (origin) => {
      const maria = await practice.patientVisitor('maria')
      const home = `/portal/records/${practice.records.maria}`
      expect((await movedTo(origin, maria).get(home)).status).to.equal(200)
      await maria.post('/portal/sign-out', {}, { from: home })
      expect((await movedTo(origin, maria).get(home)).status).to.equal(303)
    }))

  it('share what may be done: a deny given in one refuses in the other within five seconds, and is taken back so', () =>
    there(async (origin) => {
      const admin = movedTo(origin, await practice.staffVisitor('admin'))
      const settings = () => admin.get('/staff/portal/settings')
      expect((await settings()).status).to.equal(200)
      await practice.rule('user:admin', 'settings:manage', 'deny')
      await within(settings, ({ status }) => status === 403)
      await practice.db.transaction(async (tx) => {
        await tx.change(`DELETE FROM foyer_acl_rules WHERE subject = 'user:admin'`)
        await tx.change(`UPDATE foyer_state SET value = value + 1 WHERE name = 'policyVersion'`)
      })
      await within(settings, ({ status }) => status === 200)
      await practice.refresh()
    }))

  it('share settings: what is saved in one counts in the other within five seconds', () =>
    there(async (origin) => {
      const admin = await practice.staffVisitor('admin')
      const door = () => visitor(origin).get('/portal/sign-in')
      expect((await door()).body).not.to.include('Riverside Clinic')
      await admin.post(
        '/staff/portal/settings',
        { practiceName: 'Riverside Clinic' },
        { from: '/staff/portal/settings' },
      )
      await within(door, ({ body }) => body.includes('Riverside Clinic'))
    }))

  it('count wrong passwords together', async () => {
    await practice.setting('signInTries', '4')
    await there(async (origin) => {
      const doors = [(await practice.visitor()).origin, origin]
      const statuses: number[] = []
      for (let tries = 0; tries < 6; tries += 1) {
        const page = await visitor(doors[tries % 2] ?? '').signIn('/portal/sign-in', loginOf('john'), 'wrong')
        statuses.push(page.status)
      }
      expect(statuses).to.deep.equal([401, 401, 401, 401, 429, 429])
    })
  })

  it('close together: disabled through one, the other’s pages are gone within five seconds, and its jobs rest', () =>
    there(async (origin) => {
      const maria = movedTo(origin, await practice.patientVisitor('maria'))
      const ready = () => maria.get('/ready')
      expect((await ready()).status).to.equal(200)
      await disable(practice.lifecycle)
      await within(
        () => maria.get('/portal/sign-in'),
        ({ status }) => status === 404,
      )
      expect((await ready()).status).to.equal(503)
      practice.clock.set('2026-11-23T09:00:00')
      const runs = () => practice.db.select(`SELECT name, started_at FROM foyer_jobs ORDER BY name`)
      const before = await runs()
      expect(before).not.to.deep.equal([])
      // Two looks of the other process, had it still been at work.
      await sleep(2100)
      expect(await runs()).to.deep.equal(before)
      await enable(practice.lifecycle)
      await within(ready, ({ status }) => status === 200)
      while (JSON.stringify(await runs()) === JSON.stringify(before)) await sleep(50)
    }))
})

async function within(ask: () => Promise<Page>, holds: (page: Page) => boolean): Promise<void> {
  const began = performance.now()
  while (!holds(await ask())) {
    expect(performance.now() - began, 'milliseconds').to.be.lessThan(WITHIN_MS)
    await sleep(50)
  }
}
