import { expect } from 'chai'
import { calendarReadiness } from '../../../module/features/appointments/calendarReadiness.js'
import { followCalendar } from '../../../module/features/appointments/followHost.js'
import { overlapsOf } from '../../../module/features/appointments/overlaps.js'
import { describeOnEverySite } from '../../support/database.js'
import { hostClosesDay } from './hostScreens.js'
import { ask, booked, newChart, practiceDuring } from './visits.js'

describeOnEverySite('the calendar of every site', (site) => {
  const practice = practiceDuring(site)

  it('closes the days of its holidays, listed or in the calendar, for new requests', async () => {
    await hostClosesDay(practice, '2026-11-26', 'Thanksgiving')
    const wish = { day: '2026-11-26', time: '09:00' }
    expect(await ask(practice, await newChart(practice), wish)).to.include({ ok: false, reason: 'slot-taken' })
    if (!practice.portal.site.has('calendar_external', 'date')) return
    await practice.db.sequelize.query(
      `INSERT INTO calendar_external (date, description, source) VALUES ('2026-11-27', 'Day after', 'csv')`,
    )
    const after = await ask(practice, await newChart(practice), { ...wish, day: '2026-11-27' })
    expect(after).to.include({ ok: false, reason: 'slot-taken' })
  })

  it('says who can be requested, and is followed', async () => {
    const all = await calendarReadiness(practice.portal, practice.db, { visits: true })
    expect(all.filter(({ issue }) => !issue).map(({ username }) => username)).to.deep.equal(['dr.lee', 'dr.osei'])
    const eid = await booked(practice, await newChart(practice), { day: '2026-11-25', time: '10:00' })
    const closed = await hostClosesDay(practice, '2026-11-25', 'Flood')
    await followCalendar.run(practice.portal)
    const over = await overlapsOf(practice.portal, practice.db, [eid])
    expect(over.get(eid)?.map(({ otherEid }) => otherEid)).to.deep.equal([closed])
    const flags = await practice.db.select(`SELECT pc_eid FROM foyer_appointment_overlaps WHERE cleared_at IS NULL`)
    expect(flags).to.have.length(1)
  })
})
