import { expect } from 'chai'
import { acceptProposal } from '../../../module/features/appointments/answering.js'
import { appointmentsOf, findAppointment } from '../../../module/features/appointments/ofPatient.js'
import { proposeTime } from '../../../module/features/appointments/proposing.js'
import { rescheduleAppointment } from '../../../module/features/appointments/rescheduling.js'
import type { PatientScope } from '../../../module/access/scope.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import {
  booked,
  cancel,
  chart,
  colleague,
  eventRow,
  holderOf,
  hostSets,
  ownRecord,
  practiceDuring,
  setStatus,
  statusOf,
  TUESDAY,
  watched,
} from './visits.js'

describeOnEverySite('an account asks for a visit before any chart is known', (site) => {
  const practice = practiceDuring(site)
  before(() => practice.setting('openRequestLimit', '20'))

  const read = (scope: PatientScope, eid: number) => findAppointment(practice.portal, practice.db, scope, String(eid))

  it('and it stands in the provider’s day as the category’s name and no person, with a note that says whose it is', async function () {
    this.timeout(60_000)
    const own = ownRecord(practice, 'maria')
    const { result, written } = await watched(practice, () => booked(practice, own))
    // The host shows "10:00 ^Office Visit": status, title, no patient (architecture, Scope).
    expect(await eventRow(practice, result)).to.include({
      ...{ pc_pid: '', pc_title: 'Office Visit', pc_apptstatus: '^', pc_aid: String(practice.staff.lee) },
      pc_informant: 'undefined',
    })
    expect(written.came['foyer_appointment_requests']?.[0]).to.include({
      ...{ pid: null, record: own.record, account_id: practice.accounts.maria, open_seat: `r${own.record}:1` },
    })
    expect(written.came['pnotes']?.[0]).to.include({ pid: 0, assigned_to: 'dr.lee' })
    expect(String(written.came['pnotes']?.[0]?.['body'])).to.contain(
      'received from portal account maria.own (not linked to a chart)',
    )
    expect(written.came['foyer_audit']?.[0]).to.include({ pid: null, record: own.record })
  })

  it('and sees it there, confirmed when staff confirm, moved and cancelled as its own', async () => {
    const own = ownRecord(practice, 'maria')
    const eid = await booked(practice, own, { time: '10:00' })
    expect(await read(own, eid)).to.include({ standing: 'requested', start: '10:00' })
    const moved = await rescheduleAppointment(practice.portal, holderOf(own), {
      ...{ scope: own, id: String(eid), provider: practice.staff.lee, day: TUESDAY, time: '10:30', reason: '' },
      once: undefined,
    })
    expect(moved).to.deep.equal({ ok: true, eid, first: true })
    expect(await setStatus(practice, eid, '-')).to.include({ ok: true })
    expect(await read(own, eid)).to.include({ standing: 'confirmed', start: '10:30' })
    practice.clock.set(`${MONDAY}T09:00:00`)
    expect(await cancel(practice, own, eid)).to.include({ ok: true, asked: false })
    expect(await statusOf(practice, eid)).to.equal('x')
    expect(await read(own, eid)).to.include({ standing: 'cancelled' })
    practice.clock.set(`${MONDAY}T08:00:00`)
  })

  it('accepts what the practice proposes', async () => {
    const own = ownRecord(practice, 'maria')
    const eid = await booked(practice, own, { time: '11:00' })
    const admin = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined } as const
    const outcome = await proposeTime(practice.portal, await colleague(practice, 'admin'), admin, {
      ...{ eid, seen: undefined, day: TUESDAY, time: '11:30', provider: undefined, note: '' },
    })
    expect(outcome).to.include({ ok: true })
    expect(await read(own, eid)).to.include({ standing: 'proposed', start: '11:30' })
    const accepted = await acceptProposal(practice.portal, holderOf(own), {
      ...{ scope: own, id: String(eid), proposal: undefined },
    })
    expect(accepted).to.deep.equal({ ok: true, first: true })
    expect(await read(own, eid)).to.include({ standing: 'confirmed' })
  })

  it('and nobody else does: not another account, not the chart of the same person, not when the event is given to a chart', async () => {
    const [own, johns] = [ownRecord(practice, 'maria'), ownRecord(practice, 'john')]
    const eid = await booked(practice, own, { time: '13:00' })
    expect(await read(own, eid)).to.include({ eid })
    for (const scope of [johns, await chart(practice, 'maria'), await chart(practice, 'john')]) {
      expect(await read(scope, eid)).to.equal(undefined)
      const { requested, next, past } = await appointmentsOf(practice.portal, practice.db, scope)
      expect([...requested, ...next, ...past].filter((each) => each.eid === eid)).to.deep.equal([])
      expect(await cancel(practice, scope, eid)).to.include({ ok: false, reason: 'not-found' })
    }
    const { requested } = await appointmentsOf(practice.portal, practice.db, own)
    expect(requested.map((each) => each.eid)).to.include(eid)
    await hostSets(practice, eid, `pc_pid = '${String(practice.patients.john)}'`)
    expect(await read(own, eid)).to.equal(undefined)
  })
})
