import { expect } from 'chai'
import { acceptProposal } from '../../../module/features/appointments/answering.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import { deedsOf, deskOf } from './deciding.js'
import { booked, eventRow, holderOf, newChart, overlapping, practiceDuring, statusOf, TUESDAY } from './visits.js'

describeOnEverySite('staff lay one visit over another', (site) => {
  const practice = practiceDuring(site)
  beforeEach(() => practice.clock.set(`${MONDAY}T08:00:00`))

  async function laidOver(time: string): Promise<number> {
    const eid = await booked(practice, await newChart(practice), { time })
    await practice.event({ providerId: practice.staff.lee, pid: practice.patients.john, date: TUESDAY, start: time })
    return eid
  }

  it('by confirming it with a reason that the calendar shows, and the trail names it', async () => {
    const eid = await laidOver('09:00')
    const desk = await deskOf(practice)
    expect(await desk.setStatus(eid, '-')).to.deep.equal({ ok: false, reason: 'overlap' })
    expect(await desk.overbook(eid, 'A sick child')).to.deep.equal({ ok: true, eid, status: '-' })
    expect(await eventRow(practice, eid)).to.include({
      pc_apptstatus: '-',
      pc_hometext: 'Sore throat\nOverbooked: A sick child',
    })
    expect(await deedsOf(practice, eid)).to.deep.equal(['requested', 'overbooked'])
  })

  it('by proposing a time that is taken', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '10:00' })
    await practice.event({ providerId: practice.staff.lee, pid: practice.patients.john, date: TUESDAY, start: '11:00' })
    const desk = await deskOf(practice)
    expect(await desk.propose(eid, `${TUESDAY}T11:00`)).to.include({ reason: 'slot-taken' })
    expect(await desk.propose(eid, `${TUESDAY}T11:00`, { over: 'She waits on the phone' })).to.include({ ok: true })
    expect(await eventRow(practice, eid)).to.include({
      ...{ pc_apptstatus: '^', pc_startTime: '11:00:00' },
      pc_hometext: 'Sore throat\nOverbooked: She waits on the phone',
    })
    expect(await deedsOf(practice, eid)).to.deep.equal(['requested', 'overbooked'])
    expect((await overlapping(practice)).length).to.be.greaterThan(0)
  })

  it('and what was taken back is no leave to lie over anything: neither a confirmation nor a second proposal', async () => {
    const desk = await deskOf(practice)
    const day = '2026-12-03'
    for (const [time, overbooks] of [
      ['14:00', (eid: number, undo: string) => desk.overbook(eid, 'A sick child', undo)],
      ['15:00', (eid: number, undo: string) => desk.propose(eid, `${day}T16:00`, { over: 'A sick child', undo })],
    ] as const) {
      const scope = await newChart(practice)
      const eid = await booked(practice, scope, { time, day: '2026-12-02' })
      expect(await desk.propose(eid, `${day}T${time}`)).to.include({ ok: true })
      const hosts = () =>
        practice.event({ providerId: practice.staff.lee, pid: practice.patients.john, date: day, start: time })
      const token = opaqueId()
      // While it is proposed over, the first time is free: the host takes it then, or before.
      if (time === '14:00') await hosts()
      else
        await practice.event({ providerId: practice.staff.lee, pid: practice.patients.ana, date: day, start: '16:00' })
      expect(await overbooks(eid, token)).to.include({ ok: true })
      expect(await desk.undo(token)).to.deep.equal({ ok: true, undone: 1, kept: [] })
      if (time === '15:00') await hosts()
      const accepted = await acceptProposal(practice.portal, holderOf(scope), {
        scope,
        id: String(eid),
        proposal: undefined,
      })
      expect(accepted, time).to.deep.equal({ ok: false, reason: 'taken' })
      expect(await statusOf(practice, eid), time).to.equal('^')
    }
  })

  it('only a request: what is confirmed or over stays as it is', async () => {
    const eid = await laidOver('13:00')
    const desk = await deskOf(practice)
    await desk.overbook(eid)
    expect(await desk.overbook(eid)).to.deep.equal({ ok: false, reason: 'changed', status: '-' })
    await desk.setStatus(eid, 'x')
    expect(await desk.overbook(eid)).to.deep.equal({ ok: false, reason: 'over', status: 'x' })
    expect(await statusOf(practice, eid)).to.equal('x')
  })
})

describe('the address for it', () => {
  const practice = practiceDuring()
  before(() => practice.rule('user:dr.lee', 'portal:use', 'allow'))

  it('is open to who may lay over, and wants a reason', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '09:00' })
    await practice.event({ providerId: practice.staff.lee, pid: practice.patients.john, date: TUESDAY, start: '09:00' })
    const path = `/staff/portal/appointments/${String(eid)}`
    const [admin, lee] = [await practice.staffVisitor('admin'), await practice.staffVisitor('lee')]
    expect((await lee.get(path)).body).not.to.include('/overbooking')
    expect((await lee.post(`${path}/overbooking`, { reason: 'Because' })).status).to.equal(403)
    expect((await admin.get(path)).body).to.include('/overbooking')
    const refused = await admin.post(`${path}/overbooking`, { reason: ' ' })
    expect(refused.status).to.equal(422)
    expect(refused.body).to.include('Write why it is laid over another appointment')
    expect(await statusOf(practice, eid)).to.equal('^')
    expect((await admin.post(`${path}/overbooking`, { reason: 'A sick child' })).status).to.equal(303)
    expect((await admin.get(path)).body).to.include('Overbooked: A sick child')
    expect(await statusOf(practice, eid)).to.equal('-')
  })
})
