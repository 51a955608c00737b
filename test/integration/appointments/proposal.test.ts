import { expect } from 'chai'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import { deedsOf, deskOf, heardOf, requestRow } from './deciding.js'
import {
  ask,
  booked,
  cancel,
  changesIn,
  chart,
  eventRow,
  failing,
  hostSets,
  newChart,
  practiceDuring,
  statusOf,
  TUESDAY,
  watched,
  busyPractice,
} from './visits.js'

describeOnEverySite('the practice proposes another time', (site) => {
  const practice = busyPractice(site)

  it('and the request stands there, held; where it stood is written down, and free again', async () => {
    const maria = await chart(practice, 'maria')
    const eid = await booked(practice, maria)
    const desk = await deskOf(practice)
    practice.clock.set(`${MONDAY}T09:30:00`)

    const { result, written } = await watched(practice, () => desk.propose(eid, `${TUESDAY}T14:00`))

    expect(result).to.deep.equal({ ok: true, eid })
    expect(Object.keys(written.came).sort()).to.deep.equal([
      ...['foyer_appointment_proposals', 'foyer_appointment_requests', 'foyer_audit', 'foyer_outbox', 'log'],
      ...['log_comment_encrypt', 'openemr_postcalendar_events', 'patient_tracker', 'patient_tracker_element'],
    ])
    expect(changesIn(written, 'openemr_postcalendar_events')).to.deep.equal({
      ...{ pc_startTime: '14:00:00', pc_endTime: '14:15:00', pc_time: `${MONDAY} 09:30:00`, pc_informant: '1' },
    })
    expect(changesIn(written, 'foyer_appointment_requests')).to.deep.equal({
      ...{ state: 'proposed', version: 2, decided_by: 'admin', decided_at: `${MONDAY} 14:30:00.000` },
      told_start: '14:00:00',
    })
    expect(written.came['foyer_appointment_proposals']?.[0]).to.deep.include({
      ...{ pc_eid: eid, from_day: TUESDAY, from_start: '09:00:00', from_provider: String(practice.staff.lee) },
      ...{ day: TUESDAY, start_time: '14:00:00', provider_id: String(practice.staff.lee), minutes: 15 },
      ...{ note: 'Dr. Lee is away', state: 'proposed', proposed_by: 'admin', open_eid: eid, answer: null },
    })
    expect(written.came['patient_tracker']?.[0]).to.deep.include({ apptdate: TUESDAY, appttime: '14:00:00', eid })
    expect(written.came['patient_tracker_element']?.[0]).to.deep.include({ status: '^', user: 'admin', seq: '1' })

    expect(await statusOf(practice, eid)).to.equal('^')
    expect(await ask(practice, await newChart(practice), { time: '14:00' })).to.include({ reason: 'slot-taken' })
    expect(await ask(practice, await newChart(practice), { time: '09:00' })).to.include({ ok: true })
  })

  it('also with another provider, whose calendar then holds it', async () => {
    const { lee, osei } = practice.staff
    const eid = await booked(practice, await newChart(practice), { time: '09:30' })
    const desk = await deskOf(practice)
    expect(await desk.propose(eid, `${TUESDAY}T09:30`, { provider: osei })).to.deep.equal({ ok: true, eid })
    expect(await eventRow(practice, eid)).to.include({ pc_aid: String(osei), pc_startTime: '09:30:00' })
    expect(await ask(practice, await newChart(practice), { time: '09:30', provider: osei })).to.include({ ok: false })
    expect(await ask(practice, await newChart(practice), { time: '09:30', provider: lee })).to.include({ ok: true })
  })

  it('for a visit with several providers: all their rows go there, if all of them are free', async () => {
    const { lee, osei } = practice.staff
    const pid = practice.patients.ana
    const at = { pid, date: '2026-12-03', by: 'patient' as const }
    const one = await practice.event({ ...at, providerId: lee, start: '11:00' })
    const other = await practice.event({ ...at, providerId: osei, start: '11:00' })
    for (const eid of [one, other]) await hostSets(practice, eid, `pc_multiple = 9`)
    await practice.event({ providerId: osei, date: '2026-12-04', start: '10:00', pid: practice.patients.john })
    const desk = await deskOf(practice)
    expect(await desk.propose(one, '2026-12-04T10:00')).to.include({ ok: false, reason: 'slot-taken' })
    expect(await desk.propose(one, '2026-12-04T11:00')).to.include({ ok: true })
    for (const eid of [one, other]) {
      expect(await eventRow(practice, eid)).to.include({ pc_eventDate: '2026-12-04', pc_startTime: '11:00:00' })
    }
    const lines = await practice.db.select<{ eid: number }>(
      `SELECT eid FROM patient_tracker WHERE pid = :pid AND apptdate = '2026-12-04' ORDER BY eid`,
      { pid },
    )
    expect(lines.map(({ eid }) => eid)).to.deep.equal([one, other])
  })

  it('outside office hours too, but not in the past, not where it stands, not with somebody who sees no patients', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '10:00' })
    const desk = await deskOf(practice)
    const refused = async (at: string, reason: string, provider?: number) => {
      const { result, written } = await watched(practice, () =>
        desk.propose(eid, at, provider === undefined ? {} : { provider }),
      )
      expect(result).to.deep.include({ ok: false, reason })
      expect(written).to.deep.equal({ came: {}, went: {} })
    }
    await refused(`${MONDAY}T07:45`, 'past')
    await refused(`${TUESDAY}T10:00`, 'same-time')
    await refused(`${TUESDAY}T15:00`, 'no-such-provider', practice.staff.front)
    expect(await desk.propose(eid, `${TUESDAY}T18:00`)).to.include({ ok: true })
  })

  it('not where something else lies: then it names the nearest three that are free', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '10:30', day: '2026-12-08' })
    await booked(practice, await newChart(practice), { time: '11:00', day: '2026-12-08' })
    const desk = await deskOf(practice)
    const { result, written } = await watched(practice, () => desk.propose(eid, '2026-12-08T11:05'))
    expect(written).to.deep.equal({ came: {}, went: {} })
    if (result.ok || result.reason !== 'slot-taken') throw new Error('proposed')
    expect(result.alternatives.map(({ day, minute }) => `${day} ${String(minute)}`)).to.deep.equal([
      ...['2026-12-08 675', '2026-12-08 645', '2026-12-08 690'],
    ])
  })

  it('again, and withdraws: it goes back to where the patient asked for it, if that is still free', async () => {
    const day = '2026-12-09'
    const eid = await booked(practice, await newChart(practice), { time: '09:00', day })
    const desk = await deskOf(practice)
    await desk.propose(eid, `${day}T10:00`)
    await desk.propose(eid, `${day}T11:00`)
    const states = await practice.db.select(
      `SELECT state, from_start, open_eid FROM foyer_appointment_proposals WHERE pc_eid = :eid ORDER BY id`,
      { eid },
    )
    expect(states).to.deep.equal([
      { state: 'replaced', from_start: '09:00:00', open_eid: null },
      { state: 'proposed', from_start: '09:00:00', open_eid: eid },
    ])
    const other = await booked(practice, await newChart(practice), { time: '09:00', day })
    expect(await desk.withdraw(eid)).to.deep.equal({ ok: false, reason: 'overlap' })
    await hostSets(practice, other, `pc_apptstatus = 'x'`)
    expect(await desk.withdraw(eid)).to.deep.equal({ ok: true, eid })
    expect(await eventRow(practice, eid)).to.include({ pc_startTime: '09:00:00', pc_apptstatus: '^' })
    expect(await requestRow(practice, eid)).to.include({ state: 'requested' })
    expect(await desk.withdraw(eid)).to.deep.equal({ ok: false, reason: 'no-proposal' })
    expect(await deedsOf(practice, eid)).to.deep.equal(['requested', 'proposed', 'proposed', 'proposal-withdrawn'])
    expect(await heardOf(practice, eid)).to.deep.equal(['requested', 'proposed', 'proposed', 'proposal-withdrawn'])
  })

  it('to somebody who asked in the host’s own portal, whose request is adopted then', async () => {
    const pid = practice.patients.luis
    const eid = await practice.event({
      providerId: practice.staff.osei,
      pid,
      date: TUESDAY,
      start: '15:30',
      by: 'patient',
    })
    const desk = await deskOf(practice)
    expect(await desk.propose(eid, `${TUESDAY}T16:00`)).to.include({ ok: true })
    expect(await requestRow(practice, eid)).to.deep.include({
      ...{ state: 'proposed', pid, account_id: null, record: null, open_seat: null, reason: '' },
      created_at: `${MONDAY} 12:00:00.000`,
    })
  })

  it('only while it is pending', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '13:00' })
    const desk = await deskOf(practice)
    await desk.setStatus(eid, '-')
    expect(await desk.propose(eid, `${TUESDAY}T16:00`)).to.deep.equal({ ok: false, reason: 'changed', status: '-' })
    await desk.setStatus(eid, 'x')
    expect(await desk.propose(eid, `${TUESDAY}T16:00`)).to.deep.equal({ ok: false, reason: 'over', status: 'x' })
  })

  it('and nothing of it is written when the last statement fails', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '13:30' })
    const desk = await deskOf(practice)
    for (const table of ['patient_tracker_element', 'foyer_outbox', 'log_comment_encrypt']) {
      const mend = await failing(practice, table)
      const { result, written } = await watched(practice, () =>
        desk.propose(eid, `${TUESDAY}T16:30`).catch((error: unknown) => String(error)),
      )
      await mend()
      expect(result, table).to.match(/disk is full/)
      expect(written, table).to.deep.equal({ came: {}, went: {} })
    }
  })
})

describe('a proposal and somebody else at the same moment', () => {
  const practice = practiceDuring()
  before(() => practice.setting('openRequestLimit', '100'))

  it('never lays it over what another patient asked for, in twenty rounds', async function () {
    this.timeout(60_000)
    const desk = await deskOf(practice)
    const winners = new Set<boolean>()
    for (let round = 0; round < 20; round += 1) {
      const day = `2026-12-${String(8 + (round % 4)).padStart(2, '0')}`
      const hour = String(9 + (round % 3)).padStart(2, '0')
      const eid = await booked(practice, await newChart(practice), { day: '2027-01-12', time: '09:00' })
      const scope = await newChart(practice)
      const propose = () => desk.propose(eid, `${day}T${hour}:05`)
      const request = () => ask(practice, scope, { day, time: `${hour}:00` })
      const [first, second] = round % 2 === 0 ? [propose, request] : [request, propose]
      const outcomes = await Promise.all([first(), second()])
      expect(
        outcomes.filter(({ ok }) => ok),
        JSON.stringify(outcomes),
      ).to.have.lengthOf(1)
      const proposed = round % 2 === 0 ? outcomes[0] : outcomes[1]
      winners.add(proposed.ok)
      const rows = await practice.db.select<{ pc_eid: number }>(
        `SELECT pc_eid FROM openemr_postcalendar_events WHERE pc_apptstatus = '^'`,
      )
      for (const { pc_eid: each } of rows) await hostSets(practice, each, `pc_apptstatus = 'x'`)
    }
    expect(winners.size).to.equal(2)
  })

  it('ends in one of the two when its patient cancels, and the trail tells it in that order', async function () {
    this.timeout(60_000)
    const desk = await deskOf(practice)
    for (let round = 0; round < 12; round += 1) {
      const scope = await newChart(practice)
      const eid = await booked(practice, scope, { day: '2026-12-15', time: '09:00' })
      const propose = () => desk.propose(eid, '2026-12-15T14:00')
      const give = () => cancel(practice, scope, eid)
      const [first, second] = round % 2 === 0 ? [propose, give] : [give, propose]
      await Promise.all([first(), second()])
      expect(await statusOf(practice, eid)).to.equal('x')
      const deeds = await deedsOf(practice, eid)
      expect(deeds).to.satisfy((all: string[]) =>
        [
          ['requested', 'cancelled'],
          ['requested', 'proposed', 'cancelled'],
        ].some((each) => each.join() === all.join()),
      )
      expect(await requestRow(practice, eid)).to.include({ state: 'cancelled', open_key: null, open_seat: null })
    }
  })
})
