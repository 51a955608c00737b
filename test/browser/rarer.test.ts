/** Pages that are opened more rarely: each is looked at once in the light and once in the dark; at 320 px and mirrored on the way. */
import { expect } from 'chai'
import { addressOf } from '../../module/web/routes.js'
import { pathTo, sampleFor } from '../http/asking.js'
import { openWindow, type Tab } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { withoutChart } from '../support/withoutChart.js'
import { receiptNumber } from '../../module/platform/ids.js'
import { arrive } from './pages/arrive.js'
import { errorsOn, homePage, listPage } from './pages/patient.js'
import { declinePage, proposalPage, queuePage, staffAppointmentPage, wishToCancelPage } from './pages/staff.js'
import { requestVisit } from './visits.js'

const STAFF = '/staff/portal'

/** Has page objects of its own (pages/templates.ts, pages/formBuilder.ts). */
const ELSEWHERE = new Set([
  ...['', '/new', '/lists', '/asking/:pid', '/:id', '/:id/edit'].map((path) => `${STAFF}/templates${path}`),
  ...['/:id', '/library', '/library/:id', '/library/drafts/:id'].map((path) => `${STAFF}/forms${path}`),
  ...['item', 'score', 'preview'].map((path) => `${STAFF}/forms/library/drafts/:id/${path}`),
])

const isFragmentOrFile = /\/(file|waiting)$/

describe('A page that is opened more rarely', function () {
  this.timeout(480_000)
  let practice: TestPractice
  let requested: number
  let proposed: number
  let soon: number
  let undelivered: number

  before(async () => {
    practice = await openPractice()
    const { lee } = practice.staff
    const { john, maria } = practice.patients
    requested = await requestVisit(practice, { by: 'maria', date: '2026-11-24', time: '10:00', reason: 'A cough' })
    proposed = await requestVisit(practice, { by: 'amina', date: '2026-11-25', time: '10:00' })
    const admin = await practice.staffVisitor('admin')
    await admin.post(`${STAFF}/appointments/${proposed}/proposal`, { date: '2026-11-25', time: '14:30', note: 'Later' })
    await admin.post(`${STAFF}/settings`, { practiceName: 'Foyer Practice' })
    // The calendar's own: it lies over the request.
    await practice.event({ providerId: lee, pid: john, date: '2026-11-24', start: '10:00' })
    soon = await practice.event({ providerId: lee, pid: maria, start: '15:00' })
    await askToCancel(soon)
    undelivered = await leaveUndelivered(maria)
  })
  after(() => practice.leave())

  for (const theme of ['light', 'dark'] as const) {
    it(`of the staff who decide is sound in the ${theme}`, async () => {
      const tab = await openWindow(practice, { as: { staff: 'admin' }, theme })
      await tab.open(`${STAFF}/appointments`)
      await queuePage(tab, 'queue: every kind')
      await tab.open(`${STAFF}/appointments?view=proposed`)
      await queuePage(tab, 'queue: the patient’s turn')
      await tab.open(`${STAFF}/appointments/${requested}`)
      await staffAppointmentPage(tab, 'staff appointment: laid over')
      await tab.open(`${STAFF}/appointments/${proposed}`)
      await staffAppointmentPage(tab, 'staff appointment: proposed')
      await tab.open(`${STAFF}/appointments/${requested}/decline?reply=1`)
      await declinePage(tab)
      await tab.open(`${STAFF}/appointments/${requested}/proposal`)
      await proposalPage(tab)
      await tab.open(`${STAFF}/appointments/${soon}/cancellation`)
      await wishToCancelPage(tab)
      await tab.open(`${STAFF}/calendar-readiness`)
      await arrive(tab, { name: 'calendar readiness', path: /\/calendar-readiness$/ })
    })

    it(`of those who look after the portal is sound in the ${theme}`, async () => {
      const tab = await openWindow(practice, { as: { staff: 'admin' }, theme })
      await tab.open(`${STAFF}/audit-trail`)
      await arrive(tab, { name: 'audit trail', path: /\/audit-trail$/ })
      await tab.open(`${STAFF}/audit-trail?from=yesterday&actor=admin`)
      await arrive(tab, { name: 'audit trail: narrowed', path: /\/audit-trail$/, status: tab.status() })
      await tab.open(`${STAFF}/audit-trail?q=nothing-of-this-name`)
      await arrive(tab, { name: 'audit trail: nothing', path: /\/audit-trail$/ })
      await tab.open(`${STAFF}/settings`)
      await arrive(tab, { name: 'settings', path: /\/settings$/ })
      await saveNoNumber(tab)
      await tab.open(`${STAFF}/operations`)
      await arrive(tab, { name: 'operations', path: /\/operations$/ })
      await tab.open(`${STAFF}/operations/deliveries/${undelivered}/setting-aside`)
      await arrive(tab, { name: 'setting aside', path: /\/setting-aside$/ })
    })
  }

  it('of templates and forms is sound, each of the table of routes that no other test opens', async () => {
    const rooms = /^\/staff\/portal\/(templates|forms)(\/|$)/
    const routes = practice.routes.filter((route) => route.method === 'get' && rooms.test(addressOf(route)))
    const opened = routes.filter(
      (route) => !isFragmentOrFile.test(addressOf(route)) && !ELSEWHERE.has(addressOf(route)),
    )
    expect(ELSEWHERE.size).to.equal(
      [...ELSEWHERE].filter((each) => routes.some((route) => addressOf(route) === each)).length,
    )
    expect(opened.length).to.be.greaterThan(8)
    const tab = await openWindow(practice, { as: { staff: 'admin' }, theme: 'light' })
    for (const route of opened) {
      const path = pathTo(route, '', await sampleFor(practice, route, practice.patients.maria))
      await tab.open(path)
      await arrive(tab, { name: `staff ${addressOf(route)}`, path: new RegExp(`^${path.replace(/\?.*/, '')}$`) })
    }
  })

  it('of staff reads as well on a phone, in Spanish', async () => {
    const tab = await openWindow(practice, { as: { staff: 'admin' }, width: 'phone', language: 'es' })
    await tab.open(`${STAFF}/appointments/${requested}`)
    await staffAppointmentPage(tab, 'staff appointment: laid over')
    await tab.open(`${STAFF}/audit-trail`)
    await arrive(tab, { name: 'audit trail', path: /\/audit-trail$/ })
    await tab.open(`${STAFF}/operations`)
    await arrive(tab, { name: 'operations', path: /\/operations$/ })
  })

  it('of a patient without a chart is sound', async () => {
    const own = `/portal/records/${practice.records.ownOfMaria}`
    await withoutChart(practice, 'maria', async () => {
      const tab = await openWindow(practice, { as: { patient: 'maria' }, theme: 'dark' })
      await tab.open(own)
      await homePage(tab, 'home: no chart, nothing next')
      await tab.open(`${own}/appointments`)
      await listPage(tab, 'list: no chart, nothing next')
    })
  })

  /** Says at the field what is wrong, and keeps what was typed. */
  async function saveNoNumber(tab: Tab): Promise<void> {
    const field = tab.page.locator('[name=openRequestLimit]')
    await field.fill('many')
    await tab.page.locator('#save').click()
    await arrive(tab, { name: 'settings: refused', path: /\/settings$/, status: 422 })
    expect(await errorsOn(tab).lines()).to.have.lengthOf(1)
    expect(await field.inputValue()).to.equal('many')
  }

  /** Too late to cancel alone. */
  async function askToCancel(eid: number): Promise<void> {
    const { accounts, db, patients, records } = practice
    await db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_cancellation_requests
           (receipt, pc_eid, day, of_series, account_id, record, pid, reason, state, open_key, created_at)
         VALUES (:receipt, :eid, '2026-11-23', 0, :account, :record, :pid, 'A fever', 'requested', :eid, '2026-11-23 12:00:00')`,
        { receipt: receiptNumber(), eid, account: accounts.maria, record: records.maria, pid: patients.maria },
      ),
    )
  }

  /** An event that its listener did not take, eight times. */
  async function leaveUndelivered(pid: number): Promise<number> {
    const at = '2026-11-23 12:00:00.000'
    return practice.db.transaction(async (tx) => {
      const event = await tx.insert(
        `INSERT INTO foyer_outbox (event, payload, created_at, due_at, spread_at)
         VALUES ('appointment.confirmed', :payload, :at, :at, :at)`,
        { payload: JSON.stringify({ pid }), at },
      )
      return tx.insert(
        `INSERT INTO foyer_outbox_deliveries (event_id, listener, state, attempts, due_at, finished_at, error_code)
         VALUES (:event, 'notify-patient', 'dead', 8, :at, :at, 'ECONNREFUSED')`,
        { event, at },
      )
    })
  }
})
