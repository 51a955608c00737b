import { expect } from 'chai'
import { appointmentsOf, findAppointment } from '../../../module/features/appointments/ofPatient.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import { setStatusOfDay } from '../../../module/features/appointments/dayOfSeries.js'
import { deskOf } from './deciding.js'
import {
  booked,
  cancel,
  eventRow,
  hostSets,
  newChart,
  practiceDuring,
  setStatus,
  statusOf,
  TUESDAY,
  type Row,
} from './visits.js'

type Scope = Awaited<ReturnType<typeof newChart>>

describeOnEverySite('a visit with several providers', (site) => {
  const practice = practiceDuring(site)
  beforeEach(() => practice.clock.set(`${MONDAY}T08:00:00`))

  let group = 40
  const together = async (scope: Scope, date: string, start: string) => {
    group += 1
    const eids: number[] = []
    for (const providerId of [practice.staff.lee, practice.staff.osei]) {
      eids.push(await practice.event({ providerId, pid: scope.pid, date, start }))
    }
    for (const eid of eids) await hostSets(practice, eid, `pc_multiple = ${String(group)}`)
    return eids as [number, number]
  }

  it('stands once, under its first row, and names everybody', async () => {
    const scope = await newChart(practice)
    const [first, second] = await together(scope, '2026-11-26', '09:00')
    const { next } = await appointmentsOf(practice.portal, practice.db, scope)
    expect(next.map((each) => [each.id, each.provider.name, each.several])).to.deep.equal([
      [String(first), 'Susan Lee, Kofi Osei', true],
    ])
    const bySecond = await findAppointment(practice.portal, practice.db, scope, String(second))
    expect(bySecond).to.include({ id: String(first), eid: first })
  })

  it('stands once when it is over, too', async () => {
    const scope = await newChart(practice)
    const [first] = await together(scope, '2026-11-17', '09:00')
    const { past } = await appointmentsOf(practice.portal, practice.db, scope)
    expect(past.map((each) => each.id)).to.deep.equal([String(first)])
  })

  it('is cancelled whole, by either of its rows, and another patient’s of the same number is not touched', async () => {
    const [scope, other] = [await newChart(practice), await newChart(practice)]
    for (const [which, date] of ['2026-12-01', '2026-12-02'].entries()) {
      const eids = await together(scope, date, '10:00')
      const theirs = await practice.event({ providerId: practice.staff.lee, pid: other.pid, date: '2026-12-03' })
      await hostSets(practice, theirs, `pc_multiple = ${String(group)}`)
      expect(await cancel(practice, scope, eids[which] ?? 0)).to.include({ ok: true, asked: false })
      for (const eid of eids) {
        expect(await eventRow(practice, eid)).to.include({ pc_apptstatus: 'x', pc_hometext: 'I am travelling' })
      }
      expect(await statusOf(practice, theirs)).to.equal('-')
    }
  })
})

describeOnEverySite('one day of a series', (site) => {
  const practice = practiceDuring(site)
  beforeEach(() => practice.clock.set(`${MONDAY}T08:00:00`))

  async function weekly(start: string, status = '-'): Promise<number[]> {
    const { pid } = await newChart(practice)
    const eids: number[] = []
    for (const providerId of [practice.staff.osei, practice.staff.marsh]) {
      const eid = await practice.event({
        ...{ providerId, pid, date: '2026-11-10', start, minutes: 30 },
        ...{ repeats: { every: 1, unit: 'week' as const }, lastDay: '2026-12-15' },
      })
      await hostSets(practice, eid, `pc_multiple = ${String(group)}, pc_apptstatus = '${status}'`)
      eids.push(eid)
    }
    group += 1
    return eids
  }
  let group = 80
  const setDay = async (eid: number, day: string, status: string, seen?: string) => {
    const { member, actor } = await deskOf(practice)
    return setStatusOfDay(practice.portal, member, actor, { eid, day, status, note: 'By telephone', seen })
  }
  const rows = (pid: unknown, day: string) =>
    practice.db.select<Row>(
      `SELECT e.pc_eid, e.pc_aid, e.pc_apptstatus AS status, e.pc_informant AS informant, b.status AS board
         FROM openemr_postcalendar_events e
         LEFT JOIN patient_tracker t ON t.eid = e.pc_eid AND t.apptdate = e.pc_eventDate
         LEFT JOIN patient_tracker_element b ON b.pt_tracker_id = t.id
        WHERE e.pc_pid = :pid AND e.pc_eventDate = :day AND e.pc_recurrtype = 0 ORDER BY e.pc_eid`,
      { pid, day },
    )

  it('gets a status of its own in the calendar and on the flow board of each provider; the others stay', async () => {
    const [eid = 0] = await weekly('09:00')
    const { pc_pid: pid } = await eventRow(practice, eid)
    const outcome = await setDay(eid, TUESDAY, '*', `- ${TUESDAY} 09:00`)
    const { osei, marsh } = practice.staff
    const own = await rows(pid, TUESDAY)
    expect(outcome).to.deep.equal({ ok: true, eid: own[0]?.['pc_eid'], status: '*' })
    const informant = String((await deskOf(practice)).member.id)
    expect(own.map(({ pc_eid: _, ...each }) => each)).to.deep.equal(
      [osei, marsh].map((aid) => ({ pc_aid: String(aid), status: '*', informant, board: '*' })),
    )
    expect(await statusOf(practice, eid)).to.equal('-')
    expect(await setDay(eid, TUESDAY, '+')).to.deep.equal({ ok: false, reason: 'changed', status: '-' })
    // What is done to that day from now on is done to it alone.
    expect(await setStatus(practice, Number(own[0]?.['pc_eid']), '+')).to.include({ ok: true })
    for (const { pc_eid } of own) expect(await statusOf(practice, Number(pc_eid))).to.equal('+')
    expect(await statusOf(practice, eid)).to.equal('-')
  })

  it('of a pending series is confirmed alone, unless something lies over it; what is no day of it is refused', async () => {
    const [eid = 0] = await weekly('10:00', '^')
    const { pc_pid: pid } = await eventRow(practice, eid)
    await practice.event({
      providerId: practice.staff.marsh,
      pid: practice.patients.john,
      date: TUESDAY,
      start: '10:15',
    })
    expect(await setDay(eid, TUESDAY, '-')).to.deep.equal({ ok: false, reason: 'overlap' })
    expect(await rows(pid, TUESDAY)).to.deep.equal([])
    expect(await setDay(eid, '2026-12-01', '-')).to.include({ ok: true })
    for (const day of ['2026-12-02', '2027-01-05', '2026-13-99'])
      expect(await setDay(eid, day, '-'), day).to.deep.equal({ ok: false, reason: 'changed', status: '^' })
    await hostSets(practice, eid, `pc_recurrspec = 'x'`)
    expect(await setDay(eid, '2026-12-08', '-')).to.deep.equal({ ok: false, reason: 'unreadable-series' })
  })
})

describe('the staff’s pages of a series', () => {
  const practice = practiceDuring()

  it('lead from the queue to its days, and take a status for one of them', async () => {
    const { pid } = await newChart(practice)
    const eid = await practice.event({
      ...{ providerId: practice.staff.osei, pid, date: '2026-11-17', start: '09:00', minutes: 30 },
      ...{ repeats: { every: 1, unit: 'week' as const }, lastDay: '2026-12-15' },
    })
    await hostSets(practice, eid, `pc_apptstatus = '^'`)
    const admin = await practice.staffVisitor('admin')
    const queue = (await admin.get('/staff/portal/appointments')).body
    expect(queue)
      .to.include('A series: open it to decide day by day')
      .and.not.to.include(`id="confirm-${String(eid)}"`)
    expect(queue).not.to.include('The day is over')
    const path = `/staff/portal/appointments/${String(eid)}`
    const page = (await admin.get(path)).body
    expect(page).not.to.include('name="status"')
    const days = [...page.matchAll(new RegExp(`href="${path}-(\\d{8})"`, 'g'))].map(([, day]) => day)
    expect(days).to.include.members(['20261124', '20261201', '20261208', '20261215'])

    const day = await admin.get(`${path}-20261201`)
    expect(day.body).to.include('This is one day of a series').and.include(`value="^ 2026-12-01 09:00"`)
    const refused = await admin.post(`${path}/status`, { status: '-' })
    expect([refused.status, refused.body.includes('Open one of its days')]).to.deep.equal([422, true])
    const stale = await admin.post(`${path}-20261201/status`, { status: '-', version: '^ 2026-12-01 10:00' })
    expect(stale.status).to.equal(409)
    const done = await admin.post(`${path}-20261201/status`, { status: '-', version: '^ 2026-12-01 09:00' })
    expect(done.status).to.equal(303)
    const own = Number(/(\d+)$/.exec(done.location ?? '')?.[1])
    expect(await eventRow(practice, own)).to.include({ pc_eventDate: '2026-12-01', pc_apptstatus: '-' })
    expect((await admin.follow(done)).body).to.include('The status of this day is set.')
    expect(await statusOf(practice, eid)).to.equal('^')
  })
})

describe('a long list of what is over', () => {
  const practice = practiceDuring()

  const pages = async (scope: Scope) => {
    const found: string[][] = []
    let below: string | undefined
    do {
      const { past, older } = await appointmentsOf(practice.portal, practice.db, scope, below)
      found.push(past.map((each) => each.id))
      below = older
    } while (below !== undefined && found.length < 20)
    return found
  }

  it('comes page by page, each visit once, the newest first, whatever it is: single, of a series, removed, cancelled', async function () {
    this.timeout(60_000)
    const scope = await newChart(practice)
    const eids: number[] = []
    for (let week = 0; week < 30; week += 1) {
      const date = new Date(Date.UTC(2026, 9, 26) - week * 7 * 86_400_000).toISOString().slice(0, 10)
      // Two at one moment: the place in the list tells them apart.
      for (let at = 0; at < 2; at += 1) {
        eids.push(await practice.event({ providerId: practice.staff.lee, pid: scope.pid, date, start: '09:00' }))
      }
    }
    const series = await practice.event({
      ...{ providerId: practice.staff.osei, pid: scope.pid, date: '2026-06-02', start: '15:00' },
      ...{ repeats: { every: 1, unit: 'week' } as const, lastDay: '2026-11-10' },
    })
    const removed = await booked(practice, scope, { time: '09:00' })
    await practice.db.sequelize.query(`DELETE FROM openemr_postcalendar_events WHERE pc_eid = :removed`, {
      replacements: { removed },
    })
    const cancelled = await booked(practice, scope, { time: '09:30' })
    await cancel(practice, scope, cancelled)

    const found = await pages(scope)
    const all = found.flat()
    expect(found.slice(0, -1).map((page) => page.length)).to.deep.equal(found.slice(0, -1).map(() => 20))
    expect(new Set(all).size, 'none twice').to.equal(all.length)
    for (const eid of [...eids, removed, cancelled]) expect(all).to.include(String(eid))
    expect(all.filter((id) => id.startsWith(`${String(series)}-`))).to.have.lengthOf(24)
    expect(all).to.have.lengthOf(eids.length + 24 + 2)
    expect(all.slice(0, 3)).to.deep.equal([String(cancelled), String(removed), `${String(series)}-20261110`])
    expect(all.at(-1)).to.equal(String(eids.at(-2)))
  })

  it('begins at the top for a place that is none', async () => {
    const scope = await newChart(practice)
    const eid = await practice.event({ providerId: practice.staff.lee, pid: scope.pid, date: '2026-11-19' })
    for (const below of ['', 'x', '20261399-0900-1', '20260230-0900-1', '20261119-2570-1', "1' OR '1'='1"]) {
      const { past } = await appointmentsOf(practice.portal, practice.db, scope, below)
      expect(
        past.map((each) => each.id),
        below,
      ).to.deep.equal([String(eid)])
    }
  })

  it('shows a removed one by its address, and not to anybody else', async () => {
    const [scope, other] = [await newChart(practice), await newChart(practice)]
    const eid = await booked(practice, scope, { day: TUESDAY, time: '11:00' })
    await practice.db.sequelize.query(`DELETE FROM openemr_postcalendar_events WHERE pc_eid = :eid`, {
      replacements: { eid },
    })
    const read = (who: Scope) => findAppointment(practice.portal, practice.db, who, String(eid))
    expect(await read(scope)).to.include({ standing: 'removed', start: '11:00' })
    expect(await read(other)).to.equal(undefined)
  })
})
