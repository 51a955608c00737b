import { expect } from 'chai'
import { acceptProposal } from '../../../module/features/appointments/answering.js'
import { lastProposal, openProposal } from '../../../module/features/appointments/proposals.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import { deedsOf, deskOf, heardOf, requestRow, wishToCancel } from './deciding.js'
import {
  ask,
  booked,
  cancel,
  chart,
  eventRow,
  holderOf,
  hostSets,
  newChart,
  statusOf,
  TUESDAY,
  busyPractice,
} from './visits.js'

describeOnEverySite('staff take back what they did', (site) => {
  const practice = busyPractice(site)

  /** Everything that a deed may change, but for when it was last touched. */
  async function standing(eid: number) {
    const event = await eventRow(practice, eid)
    const row = await requestRow(practice, eid)
    // What the patient's page last said is what is so now.
    const request = Object.fromEntries(Object.entries(row).filter(([name]) => !/^(version|told_.*)$/.test(name)))
    const { pc_apptstatus, pc_eventDate, pc_startTime, pc_endTime, pc_aid, pc_hometext } = event
    return { event: { pc_apptstatus, pc_eventDate, pc_startTime, pc_endTime, pc_aid, pc_hometext }, request }
  }

  const deeds: [
    string,
    (desk: Awaited<ReturnType<typeof deskOf>>, eid: number, token: string) => Promise<{ ok: boolean }>,
  ][] = [
    ['a confirmation', (desk, eid, token) => desk.setStatus(eid, '-', token)],
    ['another status', (desk, eid, token) => desk.setStatus(eid, 'CALL', token)],
    ['a decline with other times', (desk, eid, token) => desk.decline(eid, ['2026-12-01T10:00'], token)],
    ['a proposal', (desk, eid, token) => desk.propose(eid, '2026-12-02T11:00', { undo: token })],
    [
      'a proposal with somebody else',
      (desk, eid, token) => desk.propose(eid, '2026-12-02T11:15', { provider: practice.staff.osei, undo: token }),
    ],
    ['a claim', (desk, eid, token) => desk.claim(eid, { kind: 'claim' }, undefined, token)],
    ['a cancellation', (desk, eid, token) => desk.setStatus(eid, 'x', token)],
  ]

  deeds.forEach(([what, deed], at) => {
    it(`${what}: everything stands as before, and the trail and the listeners are told`, async () => {
      const eid = await booked(practice, await newChart(practice), {
        time: `${String(9 + Math.floor(at / 4)).padStart(2, '0')}:${String((at % 4) * 15).padStart(2, '0')}`,
      })
      const before = await standing(eid)
      expect(before.request['open_seat']).not.to.equal(null)
      const desk = await deskOf(practice)
      const token = opaqueId()
      expect(await deed(desk, eid, token)).to.include({ ok: true })
      const between = await standing(eid)
      expect(between).not.to.deep.equal(before)

      expect(await desk.undo(token)).to.deep.equal({ ok: true, undone: 1, kept: [] })

      const after = await standing(eid)
      expect(after).to.deep.equal(before)
      expect((await deedsOf(practice, eid)).at(-1)).to.equal('undone')
      expect((await heardOf(practice, eid)).at(-1)).to.equal('undone')
      expect(
        await practice.db.select(`SELECT id FROM foyer_appointment_alternatives WHERE pc_eid = :eid`, { eid }),
      ).to.deep.equal([])
      expect(
        await practice.db.select(`SELECT id FROM foyer_appointment_proposals WHERE open_eid = :eid`, { eid }),
      ).to.deep.equal([])
      expect(await desk.undo(token)).to.deep.equal({ ok: false, reason: 'too-late' })
    })
  })

  it('a second proposal: the patient is asked for the first again, and accepts it', async () => {
    const scope = await newChart(practice)
    const eid = await booked(practice, scope, { time: '11:00' })
    const desk = await deskOf(practice)
    await desk.propose(eid, '2026-12-03T11:00')
    const first = await openProposal(practice.db, eid)
    const token = opaqueId()
    await desk.propose(eid, '2026-12-03T11:15', { undo: token })
    expect(await desk.undo(token)).to.deep.equal({ ok: true, undone: 1, kept: [] })

    expect(await lastProposal(practice.db, eid)).to.deep.equal(first)
    const input = { scope, id: String(eid), proposal: first?.id }
    expect(await acceptProposal(practice.portal, holderOf(scope), input)).to.deep.equal({ ok: true, first: true })
  })

  it('with one more line on the flow board, as the host would write it', async () => {
    const eid = await booked(practice, await chart(practice, 'john'), { time: '13:00' })
    const desk = await deskOf(practice)
    const token = opaqueId()
    await desk.setStatus(eid, '-', token)
    await desk.undo(token)
    const lines = await practice.db.select<{ seq: string; status: string }>(
      `SELECT e.seq, e.status FROM patient_tracker_element e JOIN patient_tracker t ON t.id = e.pt_tracker_id
        WHERE t.eid = :eid ORDER BY CAST(e.seq AS UNSIGNED)`,
      { eid },
    )
    expect(lines).to.deep.equal([
      { seq: '1', status: '-' },
      { seq: '2', status: '^' },
    ])
  })

  it('a granted wish to cancel: the visit stands again, and the wish waits', async () => {
    const { pid } = await chart(practice, 'maria')
    const eid = await practice.event({ providerId: practice.staff.lee, pid, date: TUESDAY, start: '14:00' })
    const id = await wishToCancel(practice, eid)
    const desk = await deskOf(practice)
    const token = opaqueId()
    await desk.accept(id, false, token)
    expect(await desk.undo(token)).to.deep.equal({ ok: true, undone: 1, kept: [] })
    expect(await statusOf(practice, eid)).to.equal('-')
    expect(
      await practice.db.first(`SELECT state, open_key FROM foyer_cancellation_requests WHERE pc_eid = :eid`, { eid }),
    ).to.deep.equal({ state: 'requested', open_key: id })
  })

  it('not what has changed since, here or in the host', async () => {
    const desk = await deskOf(practice)
    const scope = await newChart(practice)
    for (const [time, change] of [
      ['15:00', (eid: number) => desk.setStatus(eid, '*')],
      ['15:15', (eid: number) => hostSets(practice, eid, `pc_startTime = '16:45:00'`)],
      ['15:30', (eid: number) => hostSets(practice, eid, `pc_hometext = 'Came early'`)],
      ['15:45', (eid: number) => cancel(practice, scope, eid)],
    ] as const) {
      const eid = await booked(practice, scope, { time })
      const token = opaqueId()
      await desk.setStatus(eid, '-', token)
      await change(eid)
      const before = await eventRow(practice, eid)
      const outcome = await desk.undo(token)
      expect(outcome, time).to.deep.include({ ok: true, undone: 0 })
      expect(outcome.ok && outcome.kept.map(({ why }) => why), time).to.deep.equal(['changed-since'])
      expect(await eventRow(practice, eid), time).to.deep.equal(before)
    }
  })

  it('not where the time, the wish or the seat has been given away meanwhile', async () => {
    const desk = await deskOf(practice)
    const kept = async (token: string) => {
      const outcome = await desk.undo(token)
      return outcome.ok ? outcome.kept.map(({ why }) => why) : outcome.reason
    }
    const declined = await booked(practice, await newChart(practice), { time: '09:00', day: '2026-12-10' })
    const first = opaqueId()
    await desk.decline(declined, [], first)
    await booked(practice, await newChart(practice), { time: '09:00', day: '2026-12-10' })
    expect(await kept(first)).to.deep.equal(['overlap'])
    expect(await statusOf(practice, declined)).to.equal('x')

    await practice.setting('openRequestLimit', '1')
    const scope = await newChart(practice)
    const confirmed = await booked(practice, scope, { time: '09:30', day: '2026-12-10' })
    const second = opaqueId()
    await desk.setStatus(confirmed, '-', second)
    expect(await ask(practice, scope, { time: '10:00', day: '2026-12-10' })).to.include({ ok: true })
    expect(await kept(second)).to.deep.equal(['seat-taken'])
    expect(await statusOf(practice, confirmed)).to.equal('-')
    await practice.setting('openRequestLimit', '20')
  })

  it('not an alternative that the patient has taken', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '11:00', day: '2026-12-10' })
    const desk = await deskOf(practice)
    const token = opaqueId()
    await desk.decline(eid, ['2026-12-10T14:00'], token)
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_appointment_alternatives SET taken_eid = 4711 WHERE pc_eid = :eid`, { eid }),
    )
    expect(await desk.undo(token)).to.deep.include({ ok: true, undone: 0 })
    expect(await statusOf(practice, eid)).to.equal('x')
  })

  it('within a minute, and only their own', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '11:30', day: '2026-12-10' })
    const [admin, lee] = [await deskOf(practice), await deskOf(practice, 'lee')]
    const token = opaqueId()
    await admin.setStatus(eid, '-', token)
    expect(await lee.undo(token)).to.deep.equal({ ok: false, reason: 'not-found' })
    practice.clock.set(`${MONDAY}T08:01:00`)
    expect(await admin.undo(token)).to.deep.equal({ ok: false, reason: 'too-late' })
    expect(await statusOf(practice, eid)).to.equal('-')
  })

  it('once, when they press twice at once', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '13:00', day: '2026-12-10' })
    const desk = await deskOf(practice)
    const token = opaqueId()
    await desk.setStatus(eid, '-', token)
    const outcomes = await Promise.all([desk.undo(token), desk.undo(token), desk.undo(token)])
    expect(outcomes.filter(({ ok }) => ok)).to.deep.equal([{ ok: true, undone: 1, kept: [] }])
    expect((await deedsOf(practice, eid)).filter((each) => each === 'undone')).to.have.lengthOf(1)
  })
})
