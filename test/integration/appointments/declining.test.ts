import { expect } from 'chai'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import { deskOf } from './deciding.js'
import { booked, newChart, statusOf, TUESDAY, watched, busyPractice } from './visits.js'

describeOnEverySite('staff decline and name other times', (site) => {
  const practice = busyPractice(site)

  const offersOf = (eid: number) =>
    practice.db.select(
      `SELECT day, start_time, provider_id, category_id, minutes, offered_by, taken_eid
         FROM foyer_appointment_alternatives WHERE pc_eid = :eid ORDER BY day, start_time`,
      { eid },
    )

  it('of the same provider and the same length, which are kept but not held', async () => {
    const eid = await booked(practice, await newChart(practice))
    const desk = await deskOf(practice)
    const result = await desk.decline(eid, [`${TUESDAY}T10:00`, '2026-11-25T09:30', `${TUESDAY}T10:00`])
    expect(result).to.deep.equal({ ok: true, eid, status: 'x' })
    const same = {
      provider_id: String(practice.staff.lee),
      category_id: 5,
      minutes: 15,
      offered_by: 'admin',
      taken_eid: null,
    }
    expect(await offersOf(eid)).to.deep.equal([
      { ...same, day: TUESDAY, start_time: '10:00:00' },
      { ...same, day: '2026-11-25', start_time: '09:30:00' },
    ])
    expect(await booked(practice, await newChart(practice), { time: '10:00' })).to.be.greaterThan(eid)
  })

  it('each of them free at that moment, or nothing is declined', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '11:00' })
    await booked(practice, await newChart(practice), { time: '11:30' })
    const desk = await deskOf(practice)
    for (const [times, gone] of [
      [[`${TUESDAY}T11:30`, `${TUESDAY}T11:45`], `${TUESDAY}T11:30`],
      [[`${TUESDAY}T11:45`, `${TUESDAY}T11:00`], `${TUESDAY}T11:00`],
      [[`${TUESDAY}T12:15`], `${TUESDAY}T12:15`],
      [[`${TUESDAY}T13:07`], `${TUESDAY}T13:07`],
      [[`${MONDAY}T08:30`], `${MONDAY}T08:30`],
      [['2027-06-07T10:00'], '2027-06-07T10:00'],
    ] as const) {
      const { result, written } = await watched(practice, () => desk.decline(eid, times))
      const [day, time] = gone.split('T')
      expect(result, gone).to.deep.equal({ ok: false, reason: 'not-free', times: [{ day, time }] })
      expect(written, gone).to.deep.equal({ came: {}, went: {} })
    }
    expect(await statusOf(practice, eid)).to.equal('^')
  })

  it('three at most', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '13:00' })
    const desk = await deskOf(practice)
    const four = ['14:00', '14:15', '14:30', '14:45'].map((time) => `${TUESDAY}T${time}`)
    expect(await desk.decline(eid, four)).to.deep.equal({ ok: false, reason: 'too-many' })
    const admin = await practice.staffVisitor('admin')
    const path = `/staff/portal/appointments/${String(eid)}/decline`
    const page = await admin.post(path, { reason: 'We are closed', 'alternative[]': four })
    expect(page.status).to.equal(422)
    expect(page.body).to.include('Offer at most three times').and.to.include('We are closed')
    expect(await statusOf(practice, eid)).to.equal('^')
    expect((await admin.post(path, { reason: 'We are closed', 'alternative[]': four.slice(1) })).status).to.equal(303)
    expect(await offersOf(eid)).to.have.lengthOf(3)
  })
})
