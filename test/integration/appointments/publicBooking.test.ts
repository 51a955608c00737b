/** What a booking without an account leaves in the host: the same row as any request of an account without a chart. */
import { expect } from 'chai'
import { keepWish, type NewBookingWish } from '../../../module/access/bookingWishes.js'
import { linkToken } from '../../../module/access/links.js'
import { confirmBooking } from '../../../module/features/appointments/public/confirming.js'
import { describeOnEverySite } from '../../support/database.js'
import { deliver } from '../../support/mailServer.js'
import { NEW_PATIENT, OFFICE_VISIT } from '../../support/practice.js'
import { booked, eventRow, ownRecord, practiceDuring, setStatus, TUESDAY, watched } from './visits.js'

describeOnEverySite('somebody without an account books a visit', (site) => {
  const practice = practiceDuring(site)

  const pia = {
    ...{
      firstName: 'Pia',
      lastName: 'Novák-Åberg',
      born: '1990-02-03',
      phone: '212 555 0100',
      email: 'pia@example.org',
    },
    ...{ reason: 'Tos “seca”', language: 'es' as const },
  }
  const wish = (more: Partial<NewBookingWish> = {}): NewBookingWish => ({
    ...{ ...pia, provider: practice.staff.lee, category: OFFICE_VISIT, day: TUESDAY, time: '10:00' },
    ...more,
  })

  async function linkFor(wanted: NewBookingWish): Promise<string> {
    const link = await practice.db.transaction((tx) => keepWish(tx, practice.portal, wanted))
    return linkToken(practice.portal, link)
  }

  async function confirmed(wanted: NewBookingWish) {
    return confirmBooking(practice.portal, { token: await linkFor(wanted), time: wanted, requestId: 'test' })
  }

  it('and nothing is in the host before the link was opened', async function () {
    this.timeout(60_000)
    const { written } = await watched(practice, () => linkFor(wish({ email: 'early@example.org' })))
    expect(Object.keys(written.came).sort()).to.deep.equal(['foyer_booking_wishes', 'foyer_links'])
  })

  it('and it stands in the provider’s day as the category’s name and no person, as an account’s own request does', async function () {
    this.timeout(60_000)
    const { result, written } = await watched(practice, () => confirmed(wish()))
    if (!result.ok) throw new Error(result.reason)
    const row = await eventRow(practice, result.eid)
    expect(row).to.include({
      ...{ pc_pid: '', pc_title: 'Office Visit', pc_apptstatus: '^', pc_aid: String(practice.staff.lee) },
      ...{ pc_eventDate: TUESDAY, pc_startTime: '10:00:00', pc_duration: 900, pc_informant: 'undefined' },
    })
    const own = await booked(practice, ownRecord(practice, 'maria'), { time: '11:00' })
    const like = await eventRow(practice, own)
    const differ = Object.keys(like).filter((column) => like[column] !== row[column])
    expect(differ.sort(), 'nothing else is other than in a request of who is signed in').to.deep.equal(
      differ
        .filter((column) => ['pc_eid', 'pc_endTime', 'pc_hometext', 'pc_startTime', 'uuid'].includes(column))
        .sort(),
    )
    expect(row['pc_hometext']).to.contain('Tos “seca”')
    expect(written.came['pnotes']).to.have.length(1)
    expect(String(written.came['pnotes']?.[0]?.['body'])).to.contain(
      'received from portal account Pia Novák-Åberg (not linked to a chart)',
    )
    expect(written.came['foyer_appointment_requests']?.[0]).to.include({ pid: null, minutes: 15, state: 'requested' })
    expect(written.came['foyer_audit']?.map(({ event }) => event)).to.deep.equal([
      'account.made',
      'appointment.requested',
    ])
  })

  it('and waits among the registrations, once, however often the event is heard; with the note that the host’s staff see', async function () {
    this.timeout(60_000)
    const { written } = await watched(practice, async () => {
      await deliver(practice)
      await deliver(practice)
    })
    expect(written.came['foyer_registrations']).to.have.length(1)
    expect(written.came['foyer_registrations']?.[0]).to.include({
      ...{
        first_name: 'Pia',
        last_name: 'Novák-Åberg',
        born: '1990-02-03',
        email: 'pia@example.org',
        state: 'waiting',
      },
      relationship: 'self',
    })
    expect(written.came['pnotes']?.map(({ title }) => title)).to.deep.equal(['New Patient Portal User'])
    // Heard again when the first one is closed by now: nothing in the registrations themselves would keep it out.
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_registrations SET state = 'withdrawn', open_key = NULL`),
    )
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_outbox_deliveries SET state = 'waiting', finished_at = NULL WHERE listener = 'register-who-booked'`,
      ),
    )
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_outbox SET done_at = NULL WHERE event = 'booking.made'`),
    )
    await deliver(practice)
    expect(await practice.db.first(`SELECT COUNT(*) AS n FROM foyer_registrations`)).to.deep.equal({ n: 1 })
  })

  it('and of what is refused nothing is left: no account, no row, and the link still opens', async () => {
    const taken = wish({ email: 'late@example.org', category: NEW_PATIENT, time: '09:45' })
    const token = await linkFor(taken)
    const late = await confirmBooking(practice.portal, { token, time: taken, requestId: 'test' })
    expect(late).to.include({ ok: false, reason: 'slot-taken' })
    if (late.ok || late.reason !== 'slot-taken') return
    expect(late.alternatives).to.have.length(3)
    expect(
      await practice.db.first(`SELECT COUNT(*) AS n FROM foyer_accounts WHERE email = 'late@example.org'`),
    ).to.deep.equal({ n: 0 })
    const time = { ...taken, time: '13:00' }
    const outcome = await confirmBooking(practice.portal, { token, time, requestId: 'test' })
    expect(outcome).to.include({ ok: true, first: true })
    if (outcome.ok) expect(await setStatus(practice, outcome.eid, '-')).to.include({ ok: true })
    expect(await confirmBooking(practice.portal, { token, time, requestId: 'test' })).to.deep.equal({
      ...outcome,
      first: false,
    })
  })
})
