import { expect } from 'chai'
import { lookAgainAfter, markOverlaps } from '../../../module/features/appointments/overlapLooks.js'
import { overlapsOf } from '../../../module/features/appointments/overlaps.js'
import { countStatements } from '../../../module/platform/database.js'
import { VACATION } from '../../support/practice.js'
import { hostClosesDay, hostDeletes, hostWrites, hostWritesForAll, LUNCH, RESERVED } from './hostScreens.js'
import { booked, hostSets, newChart, setStatus, TUESDAY, type Row, practiceForEach } from './visits.js'

describe('what the host lays over a visit of Foyer’s', () => {
  const practice = practiceForEach()

  const visit = async (time = '10:00', day = TUESDAY) => booked(practice, await newChart(practice), { time, day })
  const flags = () =>
    practice.db.select<Row>(
      `SELECT pc_eid, other_eid, day FROM foyer_appointment_overlaps WHERE cleared_at IS NULL ORDER BY pc_eid, other_eid`,
    )
  const told = async () =>
    (await practice.db.select<Row>(`SELECT id FROM foyer_outbox WHERE event = 'appointment.overlapped'`)).length
  const seen = async (eid: number) => (await overlapsOf(practice.portal, practice.db, [eid])).get(eid)

  /** As when the event of its commit is heard. */
  const lookAgain = async (eid: number, event = 'appointment.requested') => {
    const listener = lookAgainAfter.find((each) => each.event === event)
    await listener?.hear(practice.portal, { id: 1, event, payload: { eid }, lastTry: false })
  }

  it('is seen at the next read, flagged by the next look, and told once', async () => {
    const eid = await visit()
    const other = await hostWrites(practice, { pc_startTime: '10:10:00', pc_pid: String(practice.patients.john) })
    expect(await seen(eid)).to.deep.equal([{ otherEid: other, start: '10:10', kind: 'visit', title: 'Office Visit' }])
    await markOverlaps(practice.portal)
    await markOverlaps(practice.portal)
    expect(await flags()).to.deep.equal([{ pc_eid: eid, other_eid: other, day: TUESDAY }])
    expect(await told()).to.equal(1)
    const trail = await practice.db.select<Row>(
      `SELECT actor_kind, actor_id, subject FROM foyer_audit WHERE event = 'appointment.overlapped'`,
    )
    expect(trail).to.deep.equal([{ actor_kind: 'system', actor_id: 'EMR', subject: `appointment:${String(eid)}` }])
  })

  it('is cleared when it has gone, was cancelled or moved away, and flagged anew when it comes back', async () => {
    const eid = await visit()
    const other = await hostWrites(practice, { pc_startTime: '09:50:00' })
    for (const [away, back] of [
      [`pc_apptstatus = 'x'`, `pc_apptstatus = '-'`],
      [`pc_startTime = '09:45:00'`, `pc_startTime = '09:50:00'`],
      [`pc_aid = '${String(practice.staff.osei)}'`, `pc_aid = '${String(practice.staff.lee)}'`],
    ] as const) {
      await markOverlaps(practice.portal)
      expect(await flags(), back).to.have.length(1)
      await hostSets(practice, other, away)
      expect(await seen(eid), away).to.equal(undefined)
      await markOverlaps(practice.portal)
      expect(await flags(), away).to.deep.equal([])
      await hostSets(practice, other, back)
    }
    await markOverlaps(practice.portal)
    await hostDeletes(practice, other)
    await markOverlaps(practice.portal)
    expect(await flags()).to.deep.equal([])
  })

  it('is no overlap that ends where the visit begins, is office hours, cancelled, or another provider’s', async () => {
    const eid = await visit()
    await hostWrites(practice, { pc_startTime: '09:45:00' })
    await hostWrites(practice, { pc_startTime: '10:15:00' })
    await hostWrites(practice, { pc_startTime: '10:00:00', pc_catid: 2 })
    await hostWrites(practice, { pc_startTime: '10:05:00', pc_catid: 3 })
    await hostWrites(practice, { pc_startTime: '10:00:00', pc_apptstatus: '%' })
    await hostWrites(practice, { pc_startTime: '10:00:00', pc_aid: String(practice.staff.osei) })
    await hostWrites(practice, { pc_startTime: '10:00:00', pc_eventDate: '2026-11-25' })
    await markOverlaps(practice.portal)
    expect(await flags()).to.deep.equal([])
    expect(await seen(eid)).to.equal(undefined)
  })

  it('without a length takes one slot, all day its days, and past midnight the morning after', async () => {
    const eid = await visit('09:00', '2026-11-25')
    const others = [
      await hostWrites(practice, { pc_startTime: '08:50:00', pc_duration: 0, pc_eventDate: '2026-11-25' }),
      await hostWrites(practice, {
        pc_startTime: '00:00:00',
        pc_duration: 0,
        pc_alldayevent: 1,
        pc_eventDate: '2026-11-25',
      }),
      await hostWrites(practice, {
        pc_startTime: '20:00:00',
        pc_duration: 14 * 3600,
        pc_eventDate: '2026-11-24',
        pc_catid: RESERVED,
      }),
    ]
    await hostWrites(practice, {
      pc_startTime: '20:00:00',
      pc_duration: 13 * 3600,
      pc_eventDate: '2026-11-24',
      pc_catid: RESERVED,
    })
    await hostWrites(practice, { pc_startTime: '08:45:00', pc_duration: 0, pc_eventDate: '2026-11-25' })
    await markOverlaps(practice.portal)
    expect((await flags()).map((each) => each['other_eid'])).to.deep.equal(others)
    expect((await seen(eid))?.map(({ start }) => start)).to.deep.equal([undefined, '08:50', '20:00'])
  })

  it('may be a series, a vacation of days in one row, or a day that the practice closes', async () => {
    const eid = await visit('10:00', '2026-12-08')
    const lunch = await practice.event({
      ...{ providerId: practice.staff.lee, category: LUNCH, date: '2026-11-03', start: '10:10', minutes: 30 },
      ...{ repeats: { every: 1, unit: 'week' }, except: ['2026-12-01'] },
    })
    const vacation = await hostWrites(practice, {
      ...{ pc_catid: VACATION, pc_title: 'Vacation', pc_eventDate: '2026-12-06', pc_startTime: '00:00:00' },
      ...{ pc_duration: 3 * 86_400, pc_alldayevent: 1 },
    })
    const closed = await hostClosesDay(practice, '2026-12-08', 'Flood')
    await hostClosesDay(practice, '2026-12-09', 'Other day')
    await hostClosesDay(practice, '2026-12-08', 'Other house', { pc_facility: 99 })
    await markOverlaps(practice.portal)
    await markOverlaps(practice.portal)
    expect((await flags()).map((each) => each['other_eid'])).to.deep.equal([lunch, vacation, closed])
    expect(await told()).to.equal(3)
    expect(await seen(eid)).to.deep.equal([
      { otherEid: closed, start: undefined, kind: 'closed', title: 'Flood' },
      { otherEid: vacation, start: undefined, kind: 'own', title: 'Vacation' },
      { otherEid: lunch, start: '10:10', kind: 'own', title: 'Lunch' },
    ])
    await hostSets(practice, closed, `pc_apptstatus = 'x'`)
    expect((await seen(eid))?.map(({ otherEid }) => otherEid)).to.deep.equal([vacation, lunch])
    await markOverlaps(practice.portal)
    expect((await flags()).map((each) => each['other_eid'])).to.deep.equal([lunch, vacation])
  })

  it('is told on the visit’s page with what it is, before anybody has looked', async () => {
    const eid = await visit()
    await hostWrites(practice, { pc_startTime: '10:10:00', pc_pid: String(practice.patients.john) })
    const admin = await practice.staffVisitor('admin')
    const page = async () => (await admin.get(`/staff/portal/appointments/${String(eid)}`)).body
    expect(await page()).to.include('Overlaps with another appointment at 10:10')
    await hostClosesDay(practice, TUESDAY, 'Flood', { pc_alldayevent: 0, pc_duration: 0 })
    expect(await page()).to.include('The practice is closed then: Flood')
  })

  it('in the calendar of any of its providers', async () => {
    const { lee, osei } = practice.staff
    const pending = { pc_pid: String(practice.patients.john), pc_startTime: '10:00:00', pc_apptstatus: '^' }
    const [first = 0] = await hostWritesForAll(practice, [lee, osei], pending)
    expect(await setStatus(practice, first, '-')).to.include({ ok: true })
    await markOverlaps(practice.portal)
    expect(await flags()).to.deep.equal([])
    const other = await hostWrites(practice, { pc_aid: String(osei), pc_startTime: '10:05:00' })
    await markOverlaps(practice.portal)
    const found = await flags()
    expect(found.map((each) => each['other_eid'])).to.deep.equal([other])
  })

  it('is found as soon as the visit is committed, where no lock could hold it off', async () => {
    const eid = await visit()
    const closed = await hostClosesDay(practice, TUESDAY, 'Flood')
    await lookAgain(eid)
    await lookAgain(eid)
    expect(await flags()).to.deep.equal([{ pc_eid: eid, other_eid: closed, day: TUESDAY }])
    expect(await told()).to.equal(1)
    const lonely = await visit('15:00', '2026-11-25')
    await lookAgain(lonely, 'appointment.confirmed')
    expect(await flags()).to.have.length(1)
  })

  it('costs as many statements for a hundred visits as for one', async () => {
    const cost = async () => {
      const { count } = await countStatements(() => markOverlaps(practice.portal))
      return count.statements
    }
    await visit()
    const one = await cost()
    const eids: number[] = []
    for (let at = 0; at < 24; at += 1) {
      eids.push(
        await visit(
          `${String(9 + Math.floor(at / 4) + (at >= 12 ? 1 : 0)).padStart(2, '0')}:${String((at % 4) * 15).padStart(2, '0')}`,
          '2026-11-26',
        ),
      )
    }
    expect(await cost()).to.equal(one)
    const { count } = await countStatements(() => overlapsOf(practice.portal, practice.db, eids))
    expect(count.statements).to.equal(1)
  })

  describe('far ahead of more visits than are looked at every minute', () => {
    const limits = { near: 2, walked: 1, changed: 50 }
    const look = () => markOverlaps(practice.portal, limits)
    /** The hour at which the host writes it: what it is told by. */
    const at = (time: string) => ({ pc_time: `2026-11-23 ${time}` })
    const seenFar = async () => (await flags()).map((each) => [each['pc_eid'], each['other_eid']])

    /** A visit on each of these days; the first two are near. */
    async function visits(days: readonly string[]): Promise<number[]> {
      const eids = []
      for (const day of days) eids.push(await visit('10:00', day))
      return eids
    }
    const DAYS = [TUESDAY, '2026-11-25', '2026-12-01', '2026-12-02', '2026-12-08', '2026-12-09', '2026-12-15']

    it('is flagged by the very next look: a visit, a series, an absence, a closed day, an old one set active or moved', async () => {
      const eids = await visits(DAYS)
      const old = await hostWrites(practice, {
        pc_eventDate: '2026-12-15',
        pc_apptstatus: 'x',
        pc_startTime: '10:05:00',
      })
      await look()
      expect(await flags()).to.deep.equal([])

      practice.clock.set('2026-11-23T09:00:00')
      const single = await hostWrites(practice, {
        pc_eventDate: '2026-12-15',
        pc_startTime: '10:10:00',
        ...at('09:00:00'),
      })
      const lunch = await practice.event({
        ...{ providerId: practice.staff.lee, category: LUNCH, date: '2026-12-01', start: '10:10', minutes: 30 },
        ...{ repeats: { every: 2, unit: 'week' }, lastDay: '2026-12-10' },
      })
      const away = await hostWrites(practice, {
        ...{ pc_catid: VACATION, pc_eventDate: '2026-12-07', pc_startTime: '00:00:00', ...at('09:00:00') },
        ...{ pc_duration: 2 * 86_400, pc_alldayevent: 1 },
      })
      const closed = await hostClosesDay(practice, '2026-12-09', 'Flood', at('09:00:00'))
      await look()
      expect(await seenFar()).to.deep.equal([
        [eids[2], lunch],
        [eids[4], away],
        [eids[5], closed],
        [eids[6], single],
      ])

      practice.clock.set('2026-11-23T10:00:00')
      await hostSets(practice, old, `pc_apptstatus = '-', pc_time = '2026-11-23 10:00:00'`)
      await hostSets(practice, single, `pc_eventDate = '2026-12-02', pc_time = '2026-11-23 10:00:00'`)
      await hostSets(practice, closed, `pc_apptstatus = 'x', pc_time = '2026-11-23 10:00:00'`)
      await look()
      expect(await seenFar()).to.deep.equal([
        [eids[2], lunch],
        [eids[3], single],
        [eids[4], away],
        [eids[6], old],
      ])
    })

    it('in the calendar of any of its providers, too', async () => {
      await visits(DAYS)
      const { lee, osei } = practice.staff
      const together = { pc_pid: String(practice.patients.john), pc_startTime: '11:00:00', pc_apptstatus: '^' }
      const [first = 0] = await hostWritesForAll(practice, [lee, osei], { ...together, pc_eventDate: '2026-12-16' })
      expect(await setStatus(practice, first, '-')).to.include({ ok: true })
      await look()
      practice.clock.set('2026-11-23T09:00:00')
      const other = await hostWrites(practice, {
        ...{ pc_aid: String(osei), pc_eventDate: '2026-12-16', pc_startTime: '11:05:00', ...at('09:00:00') },
      })
      await look()
      expect(await seenFar()).to.deep.equal([[first, other]])
    })

    it('is found in its turn where nothing says that it was written, and cleared when it was deleted', async () => {
      const eids = await visits(DAYS)
      const other = await hostWrites(practice, { pc_eventDate: '2026-12-15', pc_startTime: '14:00:00' })
      await look()
      practice.clock.set('2026-11-23T09:00:00')
      await hostSets(practice, other, `pc_startTime = '10:05:00'`)
      const rounds = async (until: () => Promise<boolean>) => {
        for (let round = 1; round <= 10; round += 1) {
          await look()
          if (await until()) return round
        }
        return 0
      }
      // Five days are far, one each round: every one of them has its turn, whatever the minute.
      expect(await rounds(async () => (await flags()).length === 1)).to.be.within(1, 5)
      expect(await seenFar()).to.deep.equal([[eids[6], other]])
      await hostDeletes(practice, other)
      expect(await rounds(async () => (await flags()).length === 0)).to.be.within(1, 6)
      expect(await told()).to.equal(1)
    })

    it('is looked for everywhere when more was written than is worth being looked at one by one', async () => {
      const eids = await visits(DAYS)
      await look()
      practice.clock.set('2026-11-23T09:00:00')
      for (const start of ['12:00:00', '12:15:00', '12:30:00'])
        await hostWrites(practice, { pc_eventDate: '2026-12-15', pc_startTime: start, ...at('09:00:00') })
      const other = await hostWrites(practice, {
        pc_eventDate: '2026-12-15',
        pc_startTime: '10:05:00',
        ...at('09:00:00'),
      })
      await markOverlaps(practice.portal, { ...limits, changed: 3 })
      expect(await seenFar()).to.deep.equal([[eids[6], other]])
    })

    it('costs as many statements for thirty rows written as for one', async () => {
      await visits(DAYS)
      await look()
      const cost = async (minute: string, rows: number) => {
        practice.clock.set(`2026-11-23T${minute}:00`)
        for (let at = 0; at < rows; at += 1) {
          await hostWrites(practice, {
            pc_eventDate: '2026-12-15',
            pc_startTime: '15:00:00',
            pc_time: `2026-11-23 ${minute}:00`,
          })
        }
        return (await countStatements(look)).count.statements
      }
      expect(await cost('10:00', 30)).to.equal(await cost('09:00', 1))
    })
  })

  it('is found by two looks at once without a second flag', async () => {
    const eid = await visit()
    await hostWrites(practice, { pc_startTime: '10:05:00' })
    await Promise.all([1, 2, 3, 4].map((at) => (at % 2 ? markOverlaps(practice.portal) : lookAgain(eid))))
    expect(await flags()).to.have.length(1)
    expect(await told()).to.equal(1)
  })
})
