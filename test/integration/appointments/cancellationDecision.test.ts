import { expect } from 'chai'
import { findAppointment } from '../../../module/features/appointments/ofPatient.js'
import { describeOnEverySite } from '../../support/database.js'
import { deedsOf, deskOf, requestRow, wishToCancel } from './deciding.js'
import {
  ask,
  booked,
  changesIn,
  chart,
  eventRow,
  failing,
  hostSets,
  newChart,
  statusOf,
  TUESDAY,
  watched,
  busyPractice,
} from './visits.js'

describeOnEverySite('a patient’s wish to cancel', (site) => {
  const practice = busyPractice(site)

  async function visitAt(start: string, more: object = {}): Promise<number> {
    const { pid } = await chart(practice, 'maria')
    return practice.event({ providerId: practice.staff.lee, pid, date: TUESDAY, start, ...more })
  }
  const wishRow = (id: string) =>
    practice.db.first(
      `SELECT state, open_key, decided_by, decision_reason FROM foyer_cancellation_requests
        WHERE pc_eid = :eid ORDER BY id DESC LIMIT 1`,
      { eid: Number(id.split('-')[0]) },
    )

  it('is granted: the visit leaves the calendar with the patient’s words, and its time is free', async () => {
    const eid = await visitAt('09:00')
    const id = await wishToCancel(practice, eid)
    const desk = await deskOf(practice)
    const { result, written } = await watched(practice, () => desk.accept(id))
    expect(result).to.deep.equal({ ok: true, eid })
    expect(changesIn(written, 'openemr_postcalendar_events')).to.deep.include({
      ...{ pc_apptstatus: 'x', pc_hometext: 'Cancelled as the patient asked: A fever' },
    })
    expect(Object.keys(written.came).sort()).to.deep.equal([
      ...['foyer_audit', 'foyer_cancellation_requests', 'foyer_outbox', 'log', 'log_comment_encrypt'],
      ...['openemr_postcalendar_events', 'patient_tracker', 'patient_tracker_element'],
    ])
    expect(await wishRow(id)).to.deep.equal({
      ...{ state: 'done', open_key: null, decided_by: 'admin', decision_reason: null },
    })
    expect(await ask(practice, await newChart(practice), { time: '09:00' })).to.include({ ok: true })
    expect(await desk.accept(id)).to.deep.equal({ ok: false, reason: 'no-request' })
  })

  it('as late where the site has that status, and not where it has put it away', async () => {
    const eid = await visitAt('09:30')
    const id = await wishToCancel(practice, eid)
    const desk = await deskOf(practice)
    const put = (activity: number) =>
      practice.db.sequelize.query(
        `UPDATE list_options SET activity = :activity WHERE list_id = 'apptstat' AND option_id = '%'`,
        { replacements: { activity } },
      )
    await put(0)
    expect(await desk.accept(id, true)).to.deep.equal({ ok: false, reason: 'unknown-status' })
    await put(1)
    expect(await desk.accept(id, true)).to.include({ ok: true })
    expect(await statusOf(practice, eid)).to.equal('%')
  })

  it('of what was booked here closes its request too', async () => {
    const eid = await booked(practice, await chart(practice, 'maria'), { time: '10:00' })
    const desk = await deskOf(practice)
    await desk.setStatus(eid, '-')
    await desk.accept(await wishToCancel(practice, eid))
    expect(await requestRow(practice, eid)).to.include({ state: 'cancelled', open_key: null, open_seat: null })
  })

  it('for one day of a series: that day gets a row of its own, the others stay', async () => {
    const maria = await chart(practice, 'maria')
    const eid = await practice.event({
      ...{ providerId: practice.staff.osei, pid: maria.pid, date: '2026-11-10', start: '15:00', minutes: 30 },
      ...{ repeats: { every: 1, unit: 'week' as const }, lastDay: '2026-12-15' },
    })
    const id = await wishToCancel(practice, eid, '2026-12-01', true)
    const desk = await deskOf(practice)
    expect(await desk.accept(id)).to.deep.equal({ ok: true, eid })
    expect(String((await eventRow(practice, eid))['pc_recurrspec'])).to.include('20261201')
    const single = await practice.db.first<{ pc_eid: number }>(
      `SELECT pc_eid FROM openemr_postcalendar_events
        WHERE pc_pid = :pid AND pc_eventDate = '2026-12-01' AND pc_recurrtype = 0 AND pc_apptstatus = 'x'`,
      { pid: String(maria.pid) },
    )
    expect(single).not.to.equal(undefined)
    const left = await findAppointment(practice.portal, practice.db, maria, `${String(eid)}-20261208`)
    expect(left).to.include({ standing: 'confirmed' })
    expect(await wishRow(id)).to.include({ state: 'done', open_key: null })
  })

  it('for one day of a series with several providers: in the calendar of each, and on the flow board of each', async () => {
    const maria = await chart(practice, 'maria')
    const { osei, marsh } = practice.staff
    const series: number[] = []
    for (const providerId of [osei, marsh]) {
      const eid = await practice.event({
        ...{ providerId, pid: maria.pid, date: '2026-11-12', start: '16:00', minutes: 30 },
        ...{ repeats: { every: 1, unit: 'week' as const }, lastDay: '2026-12-17' },
      })
      await hostSets(practice, eid, `pc_multiple = 70`)
      series.push(eid)
    }
    // A day that only one of them left out stays left out there.
    const [first = 0, second = 0] = series
    const spec = String((await eventRow(practice, second))['pc_recurrspec'])
    const without = spec.replace(/s:6:"exdate";(s:0:"";|N;)/, 's:6:"exdate";s:8:"20261119";')
    await hostSets(practice, second, `pc_recurrspec = '${without}'`)
    const id = await wishToCancel(practice, first, '2026-12-03', true)
    expect(await (await deskOf(practice)).accept(id)).to.deep.equal({ ok: true, eid: first })

    const exdates = [
      String((await eventRow(practice, first))['pc_recurrspec']),
      String((await eventRow(practice, second))['pc_recurrspec']),
    ].map((each) => /"exdate";s:\d+:"([\d,]*)"/.exec(each)?.[1])
    expect(exdates).to.deep.equal(['20261203', '20261119,20261203'])
    const days = await practice.db.select<{ aid: string; multiple: number; status: string; board: string | null }>(
      `SELECT e.pc_aid AS aid, e.pc_multiple AS multiple, e.pc_apptstatus AS status, b.status AS board
         FROM openemr_postcalendar_events e
         LEFT JOIN patient_tracker t ON t.eid = e.pc_eid AND t.apptdate = '2026-12-03' AND t.pid = :pid
         LEFT JOIN patient_tracker_element b ON b.pt_tracker_id = t.id
        WHERE e.pc_pid = :pid AND e.pc_eventDate = '2026-12-03' AND e.pc_recurrtype = 0 ORDER BY e.pc_eid`,
      { pid: maria.pid },
    )
    const [{ multiple } = { multiple: 0 }] = days
    // A number of their own: what is done to the series is not done to them.
    expect(multiple).to.be.greaterThan(70)
    expect(days).to.deep.equal([osei, marsh].map((aid) => ({ aid: String(aid), multiple, status: 'x', board: 'x' })))
    expect(await findAppointment(practice.portal, practice.db, maria, `${String(first)}-20261210`)).to.include({
      ...{ standing: 'confirmed', several: true },
    })
  })

  it('for a day that the host has taken out of its series is settled; of a series that cannot be read it stays', async () => {
    const maria = await chart(practice, 'maria')
    const series = (start: string) =>
      practice.event({
        ...{ providerId: practice.staff.osei, pid: maria.pid, date: '2026-11-13', start, minutes: 30 },
        ...{ repeats: { every: 1, unit: 'week' as const }, lastDay: '2026-12-18' },
      })
    const [ended, unread] = [await series('10:00'), await series('11:00')]
    const ids = [
      await wishToCancel(practice, ended, '2026-12-04', true),
      await wishToCancel(practice, unread, '2026-12-04', true),
    ] as const
    await hostSets(practice, ended, `pc_endDate = '2026-12-03'`)
    await hostSets(practice, unread, `pc_recurrspec = 'a:1:{broken'`)
    const desk = await deskOf(practice)
    const { result, written } = await watched(practice, () => desk.accept(ids[0]))
    expect(result).to.include({ ok: true })
    expect(Object.keys(written.came)).not.to.include('openemr_postcalendar_events')
    expect(await wishRow(ids[0])).to.include({ state: 'done' })
    expect(await desk.accept(ids[1])).to.deep.equal({ ok: false, reason: 'unreadable-series' })
    expect(await wishRow(ids[1])).to.include({ state: 'requested' })
    expect(await desk.refuse(ids[1])).to.include({ ok: true })
  })

  it('is refused with a reason that the patient reads, and the visit stays', async () => {
    const eid = await visitAt('11:00')
    const id = await wishToCancel(practice, eid)
    const desk = await deskOf(practice)
    const { result, written } = await watched(practice, () => desk.refuse(id))
    expect(result).to.deep.equal({ ok: true, eid })
    expect(Object.keys(written.came)).not.to.include('openemr_postcalendar_events')
    expect(await wishRow(id)).to.deep.equal({
      ...{ state: 'refused', open_key: null, decided_by: 'admin', decision_reason: 'The room is kept for you' },
    })
    expect(await deedsOf(practice, eid)).to.deep.equal(['cancellation-refused'])
  })

  it('whose visit the host has cancelled meanwhile is settled, and the calendar is left alone', async () => {
    const eid = await visitAt('11:30')
    const id = await wishToCancel(practice, eid)
    await hostSets(practice, eid, `pc_apptstatus = '%'`)
    const desk = await deskOf(practice)
    expect(await desk.accept(id)).to.include({ ok: true })
    expect(await statusOf(practice, eid)).to.equal('%')
    expect(await wishRow(id)).to.include({ state: 'done' })
  })

  it('is decided whole or not at all', async () => {
    const eid = await visitAt('13:00')
    const id = await wishToCancel(practice, eid)
    const desk = await deskOf(practice)
    for (const table of ['foyer_outbox', 'log_comment_encrypt']) {
      const mend = await failing(practice, table)
      const { result, written } = await watched(practice, () =>
        desk.accept(id).catch((error: unknown) => String(error)),
      )
      await mend()
      expect(result, table).to.match(/disk is full/)
      expect(written, table).to.deep.equal({ came: {}, went: {} })
    }
  })

  it('is decided once when two decide at once', async () => {
    const [admin, lee] = [await deskOf(practice), await deskOf(practice, 'lee')]
    for (let round = 0; round < 6; round += 1) {
      const eid = await visitAt('14:00', { date: `2026-12-${String(8 + round).padStart(2, '0')}` })
      const id = await wishToCancel(practice, eid)
      const outcomes = await Promise.all(
        round % 2 === 0 ? [admin.accept(id), lee.refuse(id)] : [lee.refuse(id), admin.accept(id)],
      )
      expect(outcomes.filter(({ ok }) => ok)).to.have.lengthOf(1)
      expect(outcomes.find(({ ok }) => !ok)).to.deep.equal({ ok: false, reason: 'no-request' })
      expect(await statusOf(practice, eid)).to.equal(
        ((await wishRow(id)) as { state: string }).state === 'done' ? 'x' : '-',
      )
    }
  })
})
