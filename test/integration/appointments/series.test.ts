import { expect } from 'chai'
import { appointmentsOf, findAppointment } from '../../../module/features/appointments/ofPatient.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import { booked, cancel, eventRow, hostSets, newChart, practiceDuring, statusOf, TUESDAY } from './visits.js'

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
