import { expect } from 'chai'
import { openWindow } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import {
  appointmentPage,
  cancellationPage,
  checkPage,
  choosePage,
  chooserPage,
  homePage,
  listPage,
} from './pages/patient.js'
import { hallPage, queuePage } from './pages/staff.js'
import { hostStatus } from './visits.js'

describe('Several tabs on one cookie jar', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  it('keep two children apart, whatever the order of the steps', async () => {
    const first = await openWindow(practice, { as: { patient: 'maria' } })
    const second = await first.tab()
    await first.open('/portal')
    await (await chooserPage(first)).open('Leo Santos')
    expect(await (await homePage(first, 'home: child')).record()).to.contain('Leo Santos')
    await second.open('/portal')
    await (await chooserPage(second)).open('Ana Santos')
    expect(await (await homePage(second, 'home: child')).record()).to.contain('Ana Santos')

    await first.open(`/portal/records/${practice.records.leo}/appointments/new`)
    const forLeo = await choosePage(first)
    await second.open(`/portal/records/${practice.records.ana}/appointments/new`)
    const forAna = await choosePage(second)
    await forLeo.choose('2026-11-24T10:00')
    await forAna.choose('2026-11-24T11:00')
    await forLeo.go()
    await forAna.go()
    const leo = await checkPage(first)
    const ana = await checkPage(second)
    expect(await leo.facts())
      .to.contain('Leo Santos')
      .and.not.to.contain('Ana')
    expect(await ana.facts())
      .to.contain('Ana Santos')
      .and.not.to.contain('Leo')
    // The tab that was opened first is sent last.
    await ana.send()
    const anas = (await appointmentPage(second, 'requested')).eid
    await leo.send()
    const leos = (await appointmentPage(first, 'requested')).eid
    expect(await pidOf(leos)).to.equal(String(practice.patients.leo))
    expect(await pidOf(anas)).to.equal(String(practice.patients.ana))

    await first.open(`/portal/records/${practice.records.leo}/appointments`)
    expect(await (await listPage(first)).appointments.allInnerTexts()).to.have.length(1)
    // Leo's appointment is not there in Ana's record, though both are Maria's to see.
    expect(await second.open(`/portal/records/${practice.records.ana}/appointments/${leos}`)).to.equal(404)
    expect(await second.open(`/portal/records/${practice.records.leo}/appointments/${leos}`)).to.equal(200)
  })

  it('keep the patient and the member of staff apart', async () => {
    const patient = await openWindow(practice, { as: { patient: 'amina', staff: 'admin' } })
    const staff = await patient.tab()
    const mine = `/portal/records/${practice.records.amina}`
    await patient.open(`${mine}/appointments/new`)
    const choose = await choosePage(patient)
    await staff.open('/staff/portal')
    await hallPage(staff, 'hall: empty')
    await choose.choose('2026-11-25T10:00')
    await choose.go()
    const check = await checkPage(patient)
    await staff.page.reload()
    await hallPage(staff, 'hall: empty')
    await check.send()
    const eid = (await appointmentPage(patient, 'requested')).eid
    await staff.open('/staff/portal/appointments')
    const queue = await queuePage(staff)
    await queue.confirm(eid)
    await queue.row(eid).waitFor({ state: 'detached' })
    await patient.page.reload()
    await (await appointmentPage(patient, 'confirmed')).cancel()
    const cancellation = await cancellationPage(patient)
    await staff.open('/staff/portal/patients')
    await cancellation.reason.fill('Better')
    await cancellation.send()
    await appointmentPage(patient, 'cancelled')
    expect(await hostStatus(practice, eid)).to.equal('x')

    // Neither is the other's way in.
    await patient.context.clearCookies({ name: 'foyer_staff' })
    await staff.open('/staff/portal')
    expect(new URL(staff.page.url()).pathname).to.equal('/staff/sign-in')
    await patient.open(mine)
    expect(await (await homePage(patient)).record()).to.contain('Amina Yusuf')
  })

  async function pidOf(eid: number): Promise<string | undefined> {
    const row = await practice.db.first<{ pid: string }>(
      `SELECT pc_pid AS pid FROM openemr_postcalendar_events WHERE pc_eid = :eid`,
      { eid },
    )
    return row?.pid
  }
})
