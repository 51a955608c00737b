/** What a patient does with a visit after it was asked for, with and without JavaScript. */
import { expect } from 'chai'
import { staffMember } from '../../module/access/staff.js'
import { declineAppointment } from '../../module/features/appointments/processing.js'
import { proposeTime } from '../../module/features/appointments/proposing.js'
import { openWindow, type WindowOptions } from '../support/browser.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { closeChart } from '../support/withoutChart.js'
import { arrive } from './pages/arrive.js'
import { appointmentPage, cancellationPage, choosePage, homePage, listPage, moveCheckPage } from './pages/patient.js'
import { hostStatus, requestVisit } from './visits.js'

const admin = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined } as const

describe('A visit that was asked for', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    await practice.setting('openRequestLimit', '50')
  })
  after(() => practice.leave())

  const staff = async () => {
    const member = await staffMember(practice.db, practice.staff.admin)
    if (!member) throw new Error('no administrator')
    return member
  }
  const propose = async (eid: number, date: string, time: string) => {
    const outcome = await proposeTime(practice.portal, await staff(), admin, {
      ...{ eid, seen: undefined, day: date, time, provider: undefined, note: 'Dr. Lee is late that day' },
    })
    expect(outcome).to.include({ ok: true })
  }
  const decline = async (eid: number, day: string, times: string[]) => {
    const outcome = await declineAppointment(practice.portal, await staff(), admin, {
      ...{ eid, seen: undefined, reason: 'We are full then', alternatives: times.map((time) => ({ day, time })) },
    })
    expect(outcome).to.include({ ok: true })
  }

  const readers: [string, WindowOptions, string][] = [
    ['at a desk', {}, '2026-11-24'],
    ['on a phone without JavaScript, in Spanish', { width: 'phone', scripts: false, language: 'es' }, '2026-11-25'],
  ]
  for (const [place, options, date] of readers) {
    it(`is moved, proposed otherwise, answered, accepted, and asked to be cancelled, ${place}`, async () => {
      const eid = await requestVisit(practice, { by: 'john', date, time: '10:00', reason: 'A cough' })
      const tab = await openWindow(practice, { as: { patient: 'john' }, ...options })
      const { say } = tab
      const mine = `/portal/records/${practice.records.john}`

      await tab.open(`${mine}/appointments/${eid}`)
      await (await appointmentPage(tab, 'requested')).move()
      const choose = await choosePage(tab, 'move')
      expect(await choose.preselected()).to.equal((await choose.times())[0])
      await choose.choose(`${date}T14:00`)
      await choose.go()
      const check = await moveCheckPage(tab)
      expect(await check.facts())
        .to.contain('10:00')
        .and.to.contain('14:00')
      await check.send()
      const moved = await appointmentPage(tab, 'requested')
      await moved.news.getByText(say('appointments.moving.moved')).waitFor()
      expect(moved.eid).to.equal(eid)
      expect(await moved.text()).to.contain('14:00')

      await propose(eid, date, '15:00')
      await tab.open(mine)
      const home = await homePage(tab, 'home: proposal')
      expect(await home.needs.innerText())
        .to.contain('15:00')
        .and.to.contain('14:00')
      await home.needs.getByRole('link').click()
      const proposed = await appointmentPage(tab, 'proposed')
      await proposed.sendAnswer()
      const empty = await appointmentPage(tab, 'proposed', { kind: 'nothing answered', status: 422, path: '/answer' })
      expect(await empty.errors.lines()).to.deep.equal([say('appointments.proposed.missingAnswer')])
      await empty.answer.fill('After four would be better')
      await empty.sendAnswer()
      const answered = await appointmentPage(tab, 'requested')
      await answered.news.getByText(say('appointments.proposed.answered')).waitFor()

      await propose(eid, date, '16:15')
      await tab.open(mine)
      await (await homePage(tab, 'home: proposal')).accept()
      const confirmed = await appointmentPage(tab, 'confirmed')
      await confirmed.news.getByText(say('appointments.proposed.accepted')).waitFor()
      expect(await hostStatus(practice, eid)).to.equal('-')
      expect((await confirmed.history()).map((line) => line.replace(/ (mar|mié|Tue|Wed).*/i, ''))).to.deep.equal(
        ['requested', 'moved', 'proposed', 'proposal-answered', 'proposed', 'proposal-accepted'].map((step) =>
          say(`appointments.steps.${step}`, { when: '' }).trim(),
        ),
      )

      // Today's, too late to be cancelled alone.
      const { lee } = practice.staff
      const start = options.scripts === false ? '15:00' : '16:00'
      const soon = await practice.event({ providerId: lee, pid: practice.patients.john, start })
      await tab.open(`${mine}/appointments/${soon}`)
      await (await appointmentPage(tab, 'confirmed')).askToCancel()
      const asking = await cancellationPage(tab, 'cancellation: asked of the practice')
      await asking.reason.fill('My child is ill')
      await asking.ask()
      const asked = await appointmentPage(tab, 'confirmed', { kind: 'cancellation asked' })
      await asked.news.getByText(say('appointments.askCancel.asked')).waitFor()
      expect(await asked.wish.innerText()).to.contain('My child is ill')
      expect(await hostStatus(practice, soon)).to.equal('-')
      await asked.keep()
      const kept = await appointmentPage(tab, 'confirmed')
      await kept.news.getByText(say('appointments.askCancel.withdrawn')).waitFor()
      expect(await kept.wish.count()).to.equal(0)
    })

    it(`is declined with other times, one of which is taken in one press, ${place}`, async () => {
      const eid = await requestVisit(practice, { by: 'john', date, time: '09:00', reason: 'A cough' })
      await decline(eid, date, ['11:00', '11:30', '13:00'])
      const tab = await openWindow(practice, { as: { patient: 'john' }, ...options })
      const mine = `/portal/records/${practice.records.john}`
      await tab.open(mine)
      const home = await homePage(tab, 'home: other times')
      await home.needs.getByRole('link').last().click()
      const declined = await appointmentPage(tab, 'declined', { kind: 'declined with other times' })
      expect(await declined.offers.count()).to.equal(3)
      await practice.event({ providerId: practice.staff.lee, date, start: '11:00' })
      await declined.offers.first().click()

      const late = await appointmentPage(tab, 'declined', {
        ...{ kind: 'an offered time is gone', status: 409, path: String.raw`/alternatives/\d+` },
      })
      expect(await late.errors.lines()).to.deep.equal([tab.say('appointments.offered.gone')])
      expect(await late.offers.count()).to.equal(2)
      await late.offers.first().click()
      const taken = await appointmentPage(tab, 'confirmed')
      await taken.news.getByText(tab.say('appointments.offered.taken')).waitFor()
      expect(await taken.text()).to.contain('11:30')
      expect(await hostStatus(practice, taken.eid)).to.equal('-')
    })
  }

  it('is told as it stands now to who accepts what the practice has changed meanwhile', async () => {
    const eid = await requestVisit(practice, { by: 'amina', date: '2026-11-27', time: '10:00' })
    await propose(eid, '2026-11-27', '11:00')
    const tab = await openWindow(practice, { as: { patient: 'amina' }, width: 'phone' })
    await tab.open(`/portal/records/${practice.records.amina}/appointments/${eid}`)
    const proposed = await appointmentPage(tab, 'proposed')
    await propose(eid, '2026-11-27', '13:00')
    await proposed.accept()
    const changed = await appointmentPage(tab, 'proposed', {
      ...{ kind: 'another time proposed meanwhile', status: 409, path: '/acceptance' },
    })
    expect(await changed.errors.lines()).to.deep.equal([tab.say('appointments.notAnswered.changed')])
    expect(await changed.proposal.innerText()).to.contain('13:00')
    await changed.accept()
    await appointmentPage(tab, 'confirmed')
  })

  it('keeps two children apart in two tabs, whatever is done with their visits', async () => {
    const first = await openWindow(practice, { as: { patient: 'maria' } })
    const second = await first.tab()
    const { records } = practice
    const base = (record: string) => `/portal/records/${record}/appointments`
    const maria = await practice.patientVisitor('maria')
    const ask = (record: string, time: string) =>
      requestVisit(practice, { visitor: maria, record, date: '2026-11-30', time })
    const [leos, anas] = [await ask(records.leo, '10:00'), await ask(records.ana, '11:00')]
    await propose(leos, '2026-11-30', '13:00')
    await propose(anas, '2026-11-30', '14:00')

    await first.open(`${base(records.leo)}/${leos}`)
    const leo = await appointmentPage(first, 'proposed')
    await second.open(`${base(records.ana)}/${anas}`)
    const ana = await appointmentPage(second, 'proposed')
    // The tab that was opened first acts last.
    await ana.accept()
    expect(await (await appointmentPage(second, 'confirmed')).text()).to.contain('Ana Santos')
    expect(await hostStatus(practice, leos)).to.equal('^')
    await leo.answer.fill('Only in the morning')
    await leo.sendAnswer()
    expect(await (await appointmentPage(first, 'requested')).text()).to.contain('Leo Santos')
    expect(await hostStatus(practice, anas)).to.equal('-')

    await (await appointmentPage(first, 'requested')).move()
    const forLeo = await choosePage(first, 'move')
    await (await appointmentPage(second, 'confirmed')).move()
    const forAna = await choosePage(second, 'move')
    await forLeo.choose('2026-11-24T13:30')
    await forAna.choose('2026-11-24T13:45')
    await forAna.go()
    await forLeo.go()
    const [checkLeo, checkAna] = [await moveCheckPage(first), await moveCheckPage(second)]
    expect(await checkLeo.facts()).to.contain('Leo Santos')
    expect(await checkAna.facts()).to.contain('Ana Santos')
    await checkLeo.send()
    await checkAna.send()
    expect((await appointmentPage(first, 'requested')).eid).to.equal(leos)
    // Ana's was confirmed: it stays, and the new time is a request of its own.
    expect((await appointmentPage(second, 'requested')).eid).not.to.equal(anas)
    expect(await hostStatus(practice, anas)).to.equal('-')
    expect(await second.open(`${base(records.ana)}/${leos}/rescheduling`)).to.equal(404)
    expect(await second.open(`${base(records.leo)}/${leos}/rescheduling`)).to.equal(200)
  })

  for (const width of ['phone', 'desktop'] as const) {
    it(`has pages that are sound on a ${width}`, async () => {
      const { records, patients, staff: doctors } = practice
      const time = width === 'phone' ? '09:00' : '10:30'
      const proposed = await requestVisit(practice, { by: 'luis', date: '2026-12-01', time })
      await propose(proposed, '2026-12-02', time)
      const declined = await requestVisit(practice, { by: 'luis', date: '2026-12-03', time })
      await decline(declined, '2026-12-04', [time])
      const confirmed = await practice.event({
        ...{ providerId: doctors.osei, pid: patients.luis, date: '2026-12-07', start: time },
      })
      await practice.event({
        ...{ providerId: doctors.osei, pid: patients.luis, date: '2026-11-24', start: time },
        repeats: { every: 1, unit: 'week' },
      })
      for (let day = 1; day < 8; day += 1) {
        await practice.event({
          providerId: doctors.osei,
          pid: patients.luis,
          date: `2026-10-0${String(day)}`,
          start: time,
        })
      }
      const tab = await openWindow(practice, { as: { patient: 'luis' }, width, language: 'es' })
      const mine = `/portal/records/${records.luis}`
      await tab.open(mine)
      await homePage(tab, 'home: proposal and other times')
      await tab.open(`${mine}/appointments`)
      await listPage(tab, 'list: long')
      await tab.page.locator('details summary').first().click()
      await listPage(tab, 'list: series opened')
      await tab.open(`${mine}/appointments?before=20261103-0900-1`)
      await listPage(tab, 'older list')
      await tab.open(`${mine}/appointments/${proposed}`)
      await appointmentPage(tab, 'proposed')
      await tab.open(`${mine}/appointments/${declined}`)
      await appointmentPage(tab, 'declined', { kind: 'declined with other times' })
      await tab.open(`${mine}/appointments/${confirmed}/rescheduling`)
      await choosePage(tab, 'move')
      await tab.open(
        `${mine}/appointments/${confirmed}/rescheduling/check?provider=${doctors.osei}&time=2026-12-08T13:00`,
      )
      await moveCheckPage(tab)
      const row = await practice.db.first<{ receipt: string }>(
        `SELECT receipt FROM foyer_appointment_requests WHERE pc_eid = :proposed`,
        { proposed },
      )
      await tab.open(`${mine}/appointments/receipts/${row?.receipt ?? ''}`)
      await arrive(tab, { name: 'receipt', path: /\/receipts\/[\w-]+$/ })
      await tab.open(`${mine}/appointments/new?category=12&provider=999`)
      await choosePage(tab, 'choose: not what was looked for')
    })
  }

  it('is asked for without a chart, and the home of that record shows it', async () => {
    const own = practice.records.ownOfMaria
    const maria = await practice.patientVisitor('maria')
    await closeChart(practice, 'maria')
    const eid = await requestVisit(practice, { visitor: maria, record: own, date: '2026-12-09', time: '09:00' })
    const tab = await openWindow(practice, { as: { patient: 'maria' }, width: 'phone' })
    await tab.open(`/portal/records/${own}`)
    const home = await homePage(tab, 'home: no chart')
    expect(await home.next.innerText()).to.contain(tab.say('appointments.notLinked'))
    await home.openAppointments()
    expect(await (await listPage(tab, 'list: no chart')).appointments.count()).to.equal(1)
    await tab.open(`/portal/records/${own}/appointments/${eid}`)
    await appointmentPage(tab, 'requested')
  })
})
