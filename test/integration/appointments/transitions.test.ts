/** The state machine of a request, told once as a table: what staff may do from where, and where it leads. */
import { expect } from 'chai'
import { PENDING } from '../../../module/host/statuses.js'
import { MONDAY } from '../../support/practice.js'
import { deskOf, requestRow } from './deciding.js'
import { booked, eventRow, newChart, practiceDuring, statusOf } from './visits.js'

type Desk = Awaited<ReturnType<typeof deskOf>>
const states = ['requested', 'proposed', 'confirmed', 'declined', 'cancelled'] as const
type State = (typeof states)[number]

/** What becomes of it, or why it stays. `again`: a new event, the old one stays what it is. */
const table: Record<string, Record<State, State | 'again' | `refused: ${string}`>> = {
  confirm: {
    ...{ requested: 'confirmed', proposed: 'confirmed', confirmed: 'confirmed' },
    ...{ declined: 'refused: over', cancelled: 'refused: over' },
  },
  'put back': {
    ...{ requested: 'requested', proposed: 'proposed', confirmed: 'requested' },
    ...{ declined: 'refused: over', cancelled: 'refused: over' },
  },
  cancel: {
    ...{ requested: 'cancelled', proposed: 'cancelled', confirmed: 'cancelled' },
    ...{ declined: 'refused: over', cancelled: 'refused: over' },
  },
  decline: {
    ...{ requested: 'declined', proposed: 'declined', confirmed: 'refused: changed' },
    ...{ declined: 'refused: over', cancelled: 'refused: over' },
  },
  propose: {
    ...{ requested: 'proposed', proposed: 'proposed', confirmed: 'refused: changed' },
    ...{ declined: 'refused: over', cancelled: 'refused: over' },
  },
  withdraw: {
    ...{ requested: 'refused: no-proposal', proposed: 'requested', confirmed: 'refused: changed' },
    ...{ declined: 'refused: over', cancelled: 'refused: over' },
  },
  overbook: {
    ...{ requested: 'confirmed', proposed: 'confirmed', confirmed: 'refused: changed' },
    ...{ declined: 'refused: over', cancelled: 'refused: over' },
  },
  're-open': {
    ...{ requested: 'refused: still-open', proposed: 'refused: still-open', confirmed: 'refused: still-open' },
    ...{ declined: 'again', cancelled: 'again' },
  },
}

const deeds: Record<string, (desk: Desk, eid: number) => Promise<{ ok: boolean; reason?: string; eid?: number }>> = {
  confirm: (desk, eid) => desk.setStatus(eid, '-'),
  'put back': (desk, eid) => desk.setStatus(eid, PENDING),
  cancel: (desk, eid) => desk.setStatus(eid, 'x'),
  decline: (desk, eid) => desk.decline(eid),
  propose: (desk, eid) => desk.propose(eid, '2026-12-09T15:00'),
  withdraw: (desk, eid) => desk.withdraw(eid),
  overbook: (desk, eid) => desk.overbook(eid),
  're-open': (desk, eid) => desk.reopen(eid),
}

const into: Record<State, (desk: Desk, eid: number) => Promise<unknown>> = {
  requested: () => Promise.resolve(),
  proposed: (desk, eid) => desk.propose(eid, '2026-12-08T14:00'),
  confirmed: (desk, eid) => desk.setStatus(eid, '-'),
  declined: (desk, eid) => desk.decline(eid),
  cancelled: (desk, eid) => desk.setStatus(eid, 'x'),
}

const statusIn: Record<State, string> = { requested: '^', proposed: '^', confirmed: '-', declined: 'x', cancelled: 'x' }

describe('a request', () => {
  const practice = practiceDuring()
  before(() => practice.setting('openRequestLimit', '50'))
  beforeEach(() => practice.clock.set(`${MONDAY}T08:00:00`))
  afterEach(() =>
    practice.db.sequelize.query(`UPDATE openemr_postcalendar_events SET pc_apptstatus = 'x' WHERE pc_pid <> ''`),
  )

  for (const [deed, row] of Object.entries(table)) {
    for (const from of states) {
      const to = row[from]
      it(`that is ${from}: ${deed} → ${to}`, async () => {
        const desk = await deskOf(practice)
        const eid = await booked(practice, await newChart(practice), { day: '2026-12-08', time: '09:00' })
        await into[from](desk, eid)
        expect(await requestRow(practice, eid)).to.include({ state: from })
        const before = await eventRow(practice, eid)

        const outcome = await deeds[deed]?.(desk, eid)

        if (to === 'again' || to.startsWith('refused')) {
          expect(await eventRow(practice, eid)).to.deep.equal(before)
          expect(await requestRow(practice, eid)).to.include({ state: from })
        }
        if (to.startsWith('refused')) {
          expect(outcome).to.include({ ok: false, reason: to.replace('refused: ', '') })
          return
        }
        expect(outcome).to.include({ ok: true })
        const end = to === 'again' ? 'confirmed' : (to as State)
        const now = to === 'again' ? (outcome?.eid ?? 0) : eid
        expect(now === eid).to.equal(to !== 'again')
        expect(await statusOf(practice, now)).to.equal(statusIn[end])
        const request = await requestRow(practice, now)
        expect(request).to.include({ state: end })
        // Who is through with it holds no seat and no wish; a proposal is open exactly while it waits for the patient.
        if (end !== 'requested' && end !== 'proposed') {
          expect(request).to.include({ open_seat: null, open_key: null })
        }
        const open = await practice.db.select(`SELECT id FROM foyer_appointment_proposals WHERE open_eid = :now`, {
          now,
        })
        expect(open).to.have.lengthOf(end === 'proposed' ? 1 : 0)
      })
    }
  }
})

describe('an appointment that is booked again', () => {
  const practice = practiceDuring()
  before(() => practice.setting('openRequestLimit', '50'))

  it('is a new event at its time with a number of its own, which its patient sees; the old one stays', async () => {
    const desk = await deskOf(practice)
    const scope = await newChart(practice)
    const eid = await booked(practice, scope)
    const old = await requestRow(practice, eid)
    await desk.decline(eid)
    const outcome = await desk.reopen(eid)
    if (!outcome.ok) throw new Error(outcome.reason)
    const row = await requestRow(practice, outcome.eid)
    expect(row).to.include({
      account_id: old['account_id'],
      record: old['record'],
      pid: scope.pid,
      reason: 'Sore throat',
    })
    expect(row['receipt']).not.to.equal(old['receipt'])
    expect(await eventRow(practice, outcome.eid)).to.include({
      ...{ pc_title: 'Office Visit', pc_startTime: '09:00:00', pc_endTime: '09:15:00', pc_apptstatus: '-' },
    })
    expect(
      await practice.db.select(`SELECT eid FROM patient_tracker WHERE eid = :eid`, { eid: outcome.eid }),
    ).to.have.lengthOf(1)
    expect(await statusOf(practice, eid)).to.equal('x')
    expect(await desk.reopen(eid)).to.deep.equal({ ok: false, reason: 'overlap' })
  })

  it('not when its time is over', async () => {
    const desk = await deskOf(practice)
    const eid = await booked(practice, await newChart(practice), { time: '10:00' })
    await desk.decline(eid)
    practice.clock.set('2026-11-24T10:00:00')
    expect(await desk.reopen(eid)).to.deep.equal({ ok: false, reason: 'past' })
  })
})

describe('a visit that moves another', () => {
  const practice = practiceDuring()
  before(() => practice.setting('openRequestLimit', '50'))

  async function moving(oldAt: string, newAt: string) {
    const scope = await newChart(practice)
    const desk = await deskOf(practice)
    const old = await booked(practice, scope, { time: oldAt })
    await desk.setStatus(old, '-')
    const next = await booked(practice, scope, { time: newAt })
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_appointment_requests SET replaces_eid = :old WHERE pc_eid = :next`, { old, next }),
    )
    return { desk, old, next }
  }

  it('takes it off the calendar when it is confirmed, and both are told of', async () => {
    const { desk, old, next } = await moving('09:00', '09:30')
    expect(await desk.setStatus(next, '-')).to.include({ ok: true })
    expect(await eventRow(practice, old)).to.include({
      pc_apptstatus: 'x',
      pc_hometext: 'Sore throat\nMoved to 2026-11-24 09:30',
    })
    expect(await requestRow(practice, old)).to.include({ state: 'cancelled', told_status: 'x' })
    const told = await practice.db.select<{ event: string }>(`SELECT event FROM foyer_outbox ORDER BY id DESC LIMIT 2`)
    expect(told.map(({ event }) => event)).to.deep.equal(['appointment.confirmed', 'appointment.cancelled'])
  })

  it('leaves it when it is declined, and when it cannot be confirmed', async () => {
    const declined = await moving('10:00', '10:30')
    await declined.desk.decline(declined.next)
    expect(await statusOf(practice, declined.old)).to.equal('-')
    const laid = await moving('11:00', '11:30')
    await practice.event({
      providerId: practice.staff.lee,
      pid: practice.patients.john,
      date: '2026-11-24',
      start: '11:30',
    })
    expect(await laid.desk.setStatus(laid.next, '-')).to.deep.equal({ ok: false, reason: 'overlap' })
    expect(await statusOf(practice, laid.old)).to.equal('-')
  })

  it('and both stand again when it is taken back', async () => {
    const { desk, old, next } = await moving('13:00', '13:30')
    const token = desk.token()
    await desk.setStatus(next, '-', token)
    expect(await desk.undo(token)).to.deep.equal({ ok: true, undone: 1, kept: [] })
    expect([await statusOf(practice, old), await statusOf(practice, next)]).to.deep.equal(['-', '^'])
    expect(await requestRow(practice, old)).to.include({ state: 'confirmed' })
  })
})
