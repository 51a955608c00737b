import { expect } from 'chai'
import { appointmentsOf, findAppointment } from '../../../module/features/appointments/ofPatient.js'
import { describeOnEverySite } from '../../support/database.js'
import { booked, cancel, chart, decline, newChart, setStatus, TUESDAY, busyPractice } from './visits.js'

describeOnEverySite('a patient’s own appointments', (site) => {
  const practice = busyPractice(site)

  const listed = async (scope: Awaited<ReturnType<typeof newChart>>) => {
    const { requested, next, past } = await appointmentsOf(practice.portal, practice.db, scope)
    const said = (each: (typeof next)[number]) => `${each.id} ${each.standing}`
    return { requested: requested.map(said), next: next.map(said), past: past.map(said) }
  }

  it('stand as what became of them, the soonest first, what is over the newest first', async () => {
    const scope = await newChart(practice)
    const visit = (date: string, start: string, status = '-') =>
      practice.event({ providerId: practice.staff.lee, pid: scope.pid, date, start, status })
    const later = await booked(practice, scope, { day: '2026-12-01', time: '09:00' })
    const sooner = await booked(practice, scope, { time: '09:00' })
    const confirmed = await booked(practice, scope, { time: '09:30' })
    const declined = await booked(practice, scope, { time: '10:00' })
    const cancelled = await booked(practice, scope, { time: '10:30' })
    const removed = await booked(practice, scope, { time: '11:00' })
    await setStatus(practice, confirmed, '-')
    await decline(practice, declined)
    await cancel(practice, scope, cancelled)
    await practice.db.sequelize.query(`DELETE FROM openemr_postcalendar_events WHERE pc_eid = :removed`, {
      replacements: { removed },
    })
    const byHost = await visit('2026-11-25', '09:00')
    const cancelledLate = await visit('2026-11-26', '09:00', '%')
    const missed = await visit('2026-11-20', '09:00', '?')
    const been = await visit('2026-11-19', '09:00', '>')

    expect(await listed(scope)).to.deep.equal({
      requested: [`${String(sooner)} requested`, `${String(later)} requested`],
      next: [`${String(confirmed)} confirmed`, `${String(byHost)} confirmed`],
      past: [
        ...[`${String(cancelledLate)} cancelled`, `${String(removed)} removed`, `${String(cancelled)} cancelled`],
        ...[`${String(declined)} declined`, `${String(missed)} missed`, `${String(been)} confirmed`],
      ],
    })
    const why = await findAppointment(practice.portal, practice.db, scope, String(declined))
    expect(why).to.include({ standing: 'declined', decisionReason: 'We are closed then', reason: 'Sore throat' })
  })

  it('of a series stand day by day, under an address of their own, but for the days taken out', async () => {
    const scope = await newChart(practice)
    const eid = await practice.event({
      ...{ providerId: practice.staff.osei, pid: scope.pid, date: '2026-11-10', start: '15:00', minutes: 30 },
      ...{ repeats: { every: 1, unit: 'week' }, lastDay: '2026-12-15', except: ['2026-12-01'] },
    })
    const { next, past } = await listed(scope)
    expect(next).to.deep.equal(['20261124', '20261208', '20261215'].map((day) => `${String(eid)}-${day} confirmed`))
    expect(past).to.deep.equal(['20261117', '20261110'].map((day) => `${String(eid)}-${day} confirmed`))
    const one = await findAppointment(practice.portal, practice.db, scope, `${String(eid)}-20261208`)
    expect(one).to.include({
      day: '2026-12-08',
      start: '15:00',
      minutes: 30,
      ofSeries: true,
      id: `${String(eid)}-20261208`,
    })
    for (const id of [String(eid), `${String(eid)}-20261201`, `${String(eid)}-20261222`]) {
      expect(await findAppointment(practice.portal, practice.db, scope, id)).to.equal(undefined)
    }
  })

  it('pass from next to past the minute they begin', async () => {
    const scope = await newChart(practice)
    const eid = await practice.event({ providerId: practice.staff.lee, pid: scope.pid, date: TUESDAY, start: '16:00' })
    practice.clock.set(`${TUESDAY}T15:59:00`)
    expect(await listed(scope)).to.deep.include({ next: [`${String(eid)} confirmed`] })
    practice.clock.set(`${TUESDAY}T16:00:00`)
    expect(await listed(scope)).to.deep.include({ next: [], past: [`${String(eid)} confirmed`] })
  })

  it('are nobody else’s: not by list, not by address, not by the address of a day', async () => {
    const [maria, john] = [await chart(practice, 'maria'), await chart(practice, 'john')]
    const eid = await booked(practice, maria, { day: '2026-12-02', time: '14:00' })
    const series = await practice.event({
      ...{ providerId: practice.staff.osei, pid: maria.pid, date: '2026-12-02', start: '15:00' },
      repeats: { every: 1, unit: 'week' },
    })
    const ids = [String(eid), `${String(series)}-20261209`]
    for (const id of ids) {
      expect(await findAppointment(practice.portal, practice.db, maria, id)).to.include({ id })
      expect(await findAppointment(practice.portal, practice.db, john, id)).to.equal(undefined)
    }
    expect(await listed(john)).to.deep.equal({ requested: [], next: [], past: [] })
  })
})
