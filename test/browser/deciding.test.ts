/** What staff decide besides yes and no: another time, other times instead, a wish to cancel, and who has it. */
import { expect } from 'chai'
import { openWindow } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { receiptNumber } from '../../module/platform/ids.js'
import {
  declineManyPage,
  declinePage,
  proposalPage,
  queuePage,
  staffAppointmentPage,
  wishToCancelPage,
} from './pages/staff.js'
import { hostStatus, requestVisit } from './visits.js'

describe('Staff who decide', function () {
  this.timeout(240_000)
  let practice: TestPractice

  beforeEach(async () => {
    practice = await openPractice()
    await practice.setting('openRequestLimit', '20')
  })
  afterEach(() => practice.leave())

  for (const scripts of [true, false]) {
    it(`propose another time, where the nearest free one stands chosen, ${scripts ? 'with' : 'without'} JavaScript`, async () => {
      const eid = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
      const next = await requestVisit(practice, { by: 'amina', date: '2026-11-24', time: '11:00' })
      const staff = await openWindow(practice, { as: { staff: 'admin' }, scripts })
      await staff.open('/staff/portal/appointments')
      await (await queuePage(staff)).propose(eid)
      const page = await proposalPage(staff)
      expect(await page.chosen()).to.match(/^2026-11-24T(09:45|10:15)$/)
      await page.date.fill('2026-11-24')
      await page.time.fill('11:00')
      await page.note.fill('Dr. Lee is away, “sorry” <indeed>')
      await page.send()

      const taken = await proposalPage(staff, 409)
      expect(await taken.errors.lines()).to.deep.equal([staff.say('appointments.proposal.taken')])
      expect(await taken.note.inputValue()).to.equal('Dr. Lee is away, “sorry” <indeed>')
      await taken.date.fill('')
      await taken.time.fill('')
      const wanted = (await taken.times.first().getAttribute('value')) ?? ''
      await taken.choose(wanted)
      await taken.send()

      const one = await staffAppointmentPage(staff, 'staff appointment: next')
      expect(new URL(staff.page.url()).pathname).to.match(new RegExp(`/${String(next)}$`))
      await one.news.getByText(staff.say('appointments.done.proposed')).waitFor()
      const row = await practice.db.first(
        `SELECT CONCAT(pc_eventDate, 'T', LEFT(pc_startTime, 5)) AS at, pc_apptstatus AS status
           FROM openemr_postcalendar_events WHERE pc_eid = :eid`,
        { eid },
      )
      expect(row).to.deep.equal({ at: wanted, status: '^' })
    })
  }

  it('have the provider’s day, the patient’s other visits and the history before them', async () => {
    const eid = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    const { lee, osei } = practice.staff
    const { amina, john } = practice.patients
    await practice.event({ providerId: lee, pid: amina, date: '2026-11-24', start: '09:30' })
    await practice.event({ providerId: osei, pid: john, date: '2026-11-25', start: '14:00' })
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open(`/staff/portal/appointments/${String(eid)}`)
    const page = await staffAppointmentPage(staff)
    expect(await page.day.innerText())
      .to.contain('Yusuf, Amina')
      .and.to.contain(staff.say('appointments.thisOne'))
    expect(await page.text()).to.contain('Kofi Osei')
    expect(await page.history.first().innerText()).to.contain(staff.say('appointments.history.requested'))
  })

  it('begin with a ready answer, change it, and offer other times', async () => {
    const eid = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open(`/staff/portal/appointments/${String(eid)}/decline`)
    await (await declinePage(staff)).begin(1)
    const page = await declinePage(staff)
    expect(await page.reason.inputValue()).to.equal(staff.say('appointments.reply.decline.1'))
    await page.reason.fill('Dr. Lee is away')
    for (const at of await page.times.evaluateAll((all) =>
      all.slice(0, 2).map((each) => (each as unknown as { value: string }).value),
    )) {
      await page.offer(at)
    }
    await page.send()
    await queuePage(staff, 'queue: empty')
    const offers = await practice.db.select(`SELECT id FROM foyer_appointment_alternatives WHERE pc_eid = :eid`, {
      eid,
    })
    expect(offers).to.have.lengthOf(2)
  })

  it('decline several for one reason', async () => {
    const one = await requestVisit(practice, { date: '2026-11-24', time: '10:00' })
    const two = await requestVisit(practice, { date: '2026-11-24', time: '11:00' })
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open('/staff/portal/appointments')
    const queue = await queuePage(staff)
    await queue.tick(one)
    await queue.tick(two)
    await queue.withTicked('appointments.decline.open')
    const page = await declineManyPage(staff)
    await page.reason.fill('We are closed')
    await page.send()
    await queuePage(staff, 'queue: empty')
    expect([await hostStatus(practice, one), await hostStatus(practice, two)]).to.deep.equal(['x', 'x'])
  })

  it('refuse a wish to cancel with a reason, or grant it', async () => {
    const { lee } = practice.staff
    const eids: number[] = []
    for (const start of ['15:00', '16:00']) {
      const eid = await practice.event({ providerId: lee, pid: practice.patients.maria, date: '2026-11-23', start })
      eids.push(eid)
      await practice.db.transaction((tx) =>
        tx.insert(
          `INSERT INTO foyer_cancellation_requests
             (receipt, pc_eid, day, of_series, account_id, record, pid, reason, state, open_key, created_at)
           VALUES (:receipt, :eid, '2026-11-23', 0, :account, :record, :pid, 'A fever', 'requested', :eid, '2026-11-23 12:00:00')`,
          {
            ...{ receipt: receiptNumber(), eid, account: practice.accounts.maria },
            ...{ record: practice.records.maria, pid: practice.patients.maria },
          },
        ),
      )
    }
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.open('/staff/portal/appointments')
    await (await queuePage(staff, 'queue: wishes')).openOne(eids[0] ?? 0)
    await (await wishToCancelPage(staff)).refuse()
    const refused = await wishToCancelPage(staff, 422)
    expect(await refused.errors.lines()).to.deep.equal([staff.say('appointments.decline.missingReason')])
    await refused.reason.fill('The room is kept for you')
    await refused.refuse()
    await staff.page.waitForURL(new RegExp(`/${String(eids[1])}/cancellation`))
    await (await wishToCancelPage(staff)).accept()
    await queuePage(staff, 'queue: empty')
    expect([await hostStatus(practice, eids[0] ?? 0), await hostStatus(practice, eids[1] ?? 0)]).to.deep.equal([
      '-',
      'x',
    ])
  })
})
