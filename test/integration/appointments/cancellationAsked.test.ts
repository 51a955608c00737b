import { expect } from 'chai'
import type { PatientScope } from '../../../module/access/scope.js'
import { acceptCancellation, refuseCancellation } from '../../../module/features/appointments/cancellationDecisions.js'
import { withdrawCancellation } from '../../../module/features/appointments/cancellationRequests.js'
import { lastCancellation } from '../../../module/features/appointments/cancellationWishes.js'
import { appointmentsOf, findAppointment } from '../../../module/features/appointments/ofPatient.js'
import type { Actor } from '../../../module/platform/audit.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import {
  cancel,
  chart,
  colleague,
  holderOf,
  hostSets,
  newChart,
  practiceDuring,
  statusOf,
  TUESDAY,
  watched,
} from './visits.js'

const admin: Actor = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined }

describeOnEverySite('a patient asks the practice to cancel', (site) => {
  const practice = practiceDuring(site)
  beforeEach(() => practice.clock.set(`${MONDAY}T08:00:00`))

  const soon = async (scope: { pid: number }, start = '15:00') =>
    practice.event({ providerId: practice.staff.lee, pid: scope.pid, date: MONDAY, start })
  const weekly = async (scope: { pid: number }) =>
    practice.event({
      ...{ providerId: practice.staff.osei, pid: scope.pid, date: TUESDAY, start: '15:00' },
      repeats: { every: 1, unit: 'week' },
    })
  const withdraw = (scope: PatientScope, id: number | string) =>
    withdrawCancellation(practice.portal, holderOf(scope), { scope, id: String(id) })
  const rows = () => practice.db.select(`SELECT id FROM foyer_cancellation_requests`)

  it('too late to do so alone: the visit stands, the wish waits for staff, the provider gets a note; nothing else is touched', async function () {
    this.timeout(60_000)
    const scope = await newChart(practice)
    const eid = await soon(scope)
    const { result, written } = await watched(practice, () => cancel(practice, scope, eid))
    expect(result).to.deep.include({ ok: true, asked: true })
    expect(written.went).to.deep.equal({})
    expect(Object.keys(written.came).sort()).to.deep.equal([
      ...['foyer_audit', 'foyer_cancellation_requests', 'foyer_outbox', 'log', 'log_comment_encrypt', 'pnotes'],
    ])
    expect(written.came['foyer_cancellation_requests']?.[0]).to.include({
      ...{ pc_eid: eid, day: MONDAY, of_series: 0, pid: scope.pid, record: scope.record, state: 'requested' },
      ...{ reason: 'I am travelling', open_key: String(eid), account_id: scope.account.id },
    })
    expect(String(written.came['pnotes']?.[0]?.['body'])).to.contain('A Cancellation request was received')
    expect(written.came['foyer_outbox']?.[0]).to.include({ event: 'appointment.cancellation-requested' })
    const { next } = await appointmentsOf(practice.portal, practice.db, scope)
    expect(next.map((each) => [each.eid, each.cancellationAsked])).to.deep.equal([[eid, true]])
  })

  it('twenty times at once, and has asked once', async () => {
    const scope = await newChart(practice)
    const eid = await soon(scope, '15:15')
    const before = (await rows()).length
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => cancel(practice, scope, eid)))
    expect(outcomes.every((each) => each.ok && each.asked)).to.equal(true)
    expect(await rows()).to.have.lengthOf(before + 1)
  })

  it('by either of the rows of one visit with several providers, and has asked once', async () => {
    const scope = await newChart(practice)
    const eids = [await soon(scope, '16:00')]
    eids.push(await practice.event({ providerId: practice.staff.osei, pid: scope.pid, date: MONDAY, start: '16:00' }))
    for (const eid of eids) await hostSets(practice, eid, 'pc_multiple = 12')
    const before = (await rows()).length
    for (const eid of eids) expect(await cancel(practice, scope, eid)).to.include({ ok: true, asked: true })
    expect(await rows()).to.have.lengthOf(before + 1)
  })

  it('and may take it back, once, until the practice has decided', async () => {
    const scope = await newChart(practice)
    const eid = await soon(scope, '15:30')
    await cancel(practice, scope, eid)
    expect(await withdraw(scope, eid)).to.deep.equal({ ok: true })
    expect(await withdraw(scope, eid)).to.include({ ok: false, reason: 'not-open' })
    expect(await lastCancellation(practice.db, scope, { eid, day: MONDAY })).to.include({ state: 'withdrawn' })
    expect(await statusOf(practice, eid)).to.equal('-')
    expect(await cancel(practice, scope, eid), 'and asks once more').to.include({ ok: true, asked: true })
  })

  it('reads why the practice did not, and the visit stands', async () => {
    const scope = await newChart(practice)
    const eid = await soon(scope, '15:45')
    await cancel(practice, scope, eid)
    const member = await colleague(practice, 'admin')
    await refuseCancellation(practice.portal, member, admin, { id: String(eid), reason: 'The fee is due either way' })
    expect(await lastCancellation(practice.db, scope, { eid, day: MONDAY })).to.include({
      ...{ state: 'refused', decisionReason: 'The fee is due either way' },
    })
    expect(await withdraw(scope, eid)).to.include({ ok: false, reason: 'not-open' })
    expect(await statusOf(practice, eid)).to.equal('-')
  })

  it('of one day of a series, each day by itself; what the practice takes out stays to be read of', async () => {
    const scope = await newChart(practice)
    const eid = await weekly(scope)
    const [first, second] = [`${String(eid)}-20261201`, `${String(eid)}-20261208`]
    for (const id of [first, second]) expect(await cancel(practice, scope, id)).to.include({ ok: true, asked: true })
    const member = await colleague(practice, 'admin')
    expect(await acceptCancellation(practice.portal, member, admin, { id: first, late: false })).to.include({
      ok: true,
    })
    const read = (id: string) => findAppointment(practice.portal, practice.db, scope, id)
    expect(await read(first)).to.include({ standing: 'cancelled', day: '2026-12-01' })
    expect(await read(second)).to.include({ standing: 'confirmed', day: '2026-12-08' })
    const { next } = await appointmentsOf(practice.portal, practice.db, scope)
    expect(next.find((each) => each.id === second)?.cancellationAsked).to.equal(true)
    expect(next.some((each) => each.id === first)).to.equal(false)
  })

  it('is not somebody else: neither asks nor takes back for another patient', async () => {
    const [maria, john] = [await chart(practice, 'maria'), await chart(practice, 'john')]
    const eid = await soon(maria, '16:30')
    expect(await cancel(practice, john, eid)).to.include({ ok: false, reason: 'not-found' })
    expect(await cancel(practice, maria, eid)).to.include({ ok: true, asked: true })
    expect(await withdraw(john, eid)).to.deep.equal({ ok: false, reason: 'not-found' })
    expect(await withdraw(maria, eid)).to.deep.equal({ ok: true })
  })

  it('nor stands in the name of the one to whom the host gave the visit, who may ask anew', async () => {
    const [maria, john] = [await newChart(practice), await newChart(practice)]
    const { portal } = practice
    const eid = await soon(maria, '16:45')
    expect(await cancel(practice, maria, eid)).to.include({ ok: true, asked: true })
    await hostSets(practice, eid, `pc_pid = '${String(john.pid)}'`)
    const accept = async () =>
      acceptCancellation(portal, await colleague(practice, 'admin'), admin, { id: String(eid), late: false })
    expect(await accept()).to.deep.equal({ ok: false, reason: 'no-request' })
    expect(await statusOf(practice, eid)).to.equal('-')
    const visit = { eid, day: MONDAY }
    expect(await lastCancellation(practice.db, john, visit)).to.equal(undefined)
    expect(await lastCancellation(practice.db, maria, visit)).to.include({ state: 'requested' })
    expect(await withdraw(john, eid)).to.include({ ok: false, reason: 'not-open' })

    expect(await cancel(practice, john, eid)).to.include({ ok: true, asked: true })
    expect(await lastCancellation(practice.db, maria, visit)).to.include({ state: 'done' })
    expect(await lastCancellation(practice.db, john, visit)).to.include({ state: 'requested' })
    expect(await accept()).to.include({ ok: true })
  })
})
