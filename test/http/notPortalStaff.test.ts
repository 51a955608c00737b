/** Staff who are not portal staff see no queue, no count, no panel and nothing that opens a portal to anybody. */
import { expect } from 'chai'
import type { Route } from '../../module/web/routes.js'
import { openPracticeWithEmr } from '../support/emr.js'
import { type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'
import { askAt, nameOf, pathTo, sampleFor } from './asking.js'
import { clearSamples, type Sample } from './samples.js'

/** Anything of the patient whose request waits, and what only portal staff are shown. */
const TELLING = ['Santos', 'Maria', 'maria.santos', 'class="count"', 'sidenav-link', 'data-test="waiting"']

describe('Staff without the portal right', function () {
  this.timeout(120_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPracticeWithEmr()
    await practice.setting('signInTriesPerAddress', '10000')
    await waitingRequest()
  })
  after(() => practice.leave())

  for (const name of ['front', 'nurse', 'lee'] as const) {
    it(`are refused every staff route, as a page and as a fragment, and are told nothing by it (${name})`, async () => {
      const someone = await practice.staffVisitor(name)
      const rooms = practice.routes.filter(({ audience }) => audience === 'staff')
      expect(rooms.length).to.be.greaterThan(10)
      const faults: string[] = []
      for (const route of rooms) {
        // The first few are enough where none should be.
        if (faults.length >= 5) break
        const sample = await sampleFor(practice, route, practice.patients.maria)
        for (const htmx of [false, true]) {
          const page = await ask(someone, route, sample, htmx)
          const told = TELLING.filter((each) => page.body.includes(each))
          if (page.status !== 403 || told.length > 0) {
            faults.push(`${nameOf(route)}${htmx ? ', htmx' : ''}: ${page.status} ${told.join()}`)
          }
        }
        await clearSamples(practice)
      }
      expect(faults).to.deep.equal([])
    })
  }

  it('find no way to the portal and no count of its queues in the EMR’s own pages, which portal staff do', async () => {
    await waitingRequest()
    const portalLink = /href="\/staff\/portal(\/[\w/-]*)?"/
    for (const path of ['/emr', '/emr/calendar', '/emr/finder', '/emr/messages', chart()]) {
      const front = await (await practice.staffVisitor('front')).get(path)
      expect(front.status, path).to.be.oneOf([200, 303])
      expect(front.body, path).not.to.match(portalLink)
      expect(front.body, path).not.to.contain('count-appointments')
      expect(front.body, path).not.to.contain('emr-panel')
    }
    const admin = await practice.staffVisitor('admin')
    expect((await admin.get('/emr/finder')).body).to.match(portalLink)
    expect((await admin.get(chart())).body).to.contain('emr-panel')
  })

  it('get in with the right, and out again when it is taken back, within the same sign-in', async () => {
    const front = await practice.staffVisitor('front')
    const admin = await practice.staffVisitor('admin')
    const decide = (effect: string) =>
      admin.post(
        '/staff/portal/access/groups/front',
        { permission: 'portal:use', effect, reason: 'A test' },
        {
          from: '/staff/portal/access/groups/front?permission=portal:use',
        },
      )
    expect((await front.get('/staff/portal')).status).to.equal(403)
    expect((await decide('allow')).status).to.equal(303)
    const inside = await front.get('/staff/portal/appointments')
    expect(inside.status).to.equal(200)
    expect(inside.body).to.contain('Santos')
    expect((await front.get('/emr/finder')).body).to.match(/href="\/staff\/portal/)
    expect((await decide('default')).status).to.equal(303)
    expect((await front.get('/staff/portal')).status).to.equal(403)
  })

  function chart(): string {
    return `/emr/patients/${String(practice.patients.maria)}`
  }

  async function waitingRequest(): Promise<void> {
    const { patients, staff } = practice
    await practice.event({
      providerId: staff.lee,
      pid: patients.maria,
      date: '2026-11-25',
      start: '09:00',
      by: 'patient',
    })
  }

  async function ask(someone: Visitor, route: Route, sample: Sample, htmx: boolean): Promise<Page> {
    const path = pathTo(route, '', sample)
    return askAt(practice, someone, route, { path, sample, headers: htmx ? { 'HX-Request': 'true' } : {} })
  }
})
