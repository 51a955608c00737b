import { expect } from 'chai'
import { processMany, type BulkAction } from '../../../module/features/appointments/bulk.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import { deskOf, requestRow, wishToCancel } from './deciding.js'
import { booked, chart, hostSets, newChart, practiceDuring, statusOf, TUESDAY } from './visits.js'

describeOnEverySite('the same done to several', (site) => {
  const practice = practiceDuring(site)
  before(() => practice.setting('openRequestLimit', '50'))
  beforeEach(() => practice.clock.set(`${MONDAY}T08:00:00`))

  async function many(ids: readonly (number | string)[], action: BulkAction, reason = '') {
    const { member } = await deskOf(practice)
    const token = opaqueId()
    const actor = { kind: 'staff', id: member.username, name: member.name, requestId: undefined } as const
    await processMany(practice.portal, member, actor, { ids: ids.map(String), action, reason, undo: token })
    return token
  }

  it('confirms those that can be, tells of each that cannot why, and takes all of it back', async () => {
    const day = '2026-12-01'
    const eids = []
    for (const time of ['09:00', '09:15', '09:30', '09:45'])
      eids.push(await booked(practice, await newChart(practice), { day, time }))
    const [one = 0, two = 0, laid = 0, gone = 0] = eids
    await practice.event({ providerId: practice.staff.lee, pid: practice.patients.john, date: day, start: '09:30' })
    const [desk, lee] = [await deskOf(practice), await deskOf(practice, 'lee')]
    await desk.setStatus(gone, 'x')
    const held = await booked(practice, await newChart(practice), { day, time: '10:00' })
    await lee.claim(held)

    const token = await many([one, laid, gone, two, held, 4711, 'nonsense', one], 'confirm')

    const press = await desk.press(token)
    expect(press?.deeds.map(({ eid, what }) => [eid, what])).to.deep.equal([
      [one, 'confirmed'],
      [two, 'confirmed'],
    ])
    expect(press?.failures.map(({ id, reason }) => [id, reason])).to.deep.equal([
      ...[
        [String(laid), 'overlap'],
        [String(gone), 'over'],
        [String(held), 'claimed'],
      ],
      ...[
        ['4711', 'not-found'],
        ['nonsense', 'not-found'],
      ],
    ])
    expect(await desk.undo(token)).to.deep.equal({ ok: true, undone: 2, kept: [] })
    for (const eid of [one, two, laid, held]) expect(await statusOf(practice, eid)).to.equal('^')
  })

  it('takes back what it can, and says which it cannot', async () => {
    const day = '2026-12-02'
    const [one, two] = [
      await booked(practice, await newChart(practice), { day, time: '09:00' }),
      await booked(practice, await newChart(practice), { day, time: '09:15' }),
    ]
    const token = await many([one, two], 'confirm')
    const desk = await deskOf(practice)
    await desk.setStatus(two, '*')
    const outcome = await desk.undo(token)
    expect(outcome).to.deep.include({ ok: true, undone: 1 })
    expect(outcome.ok && outcome.kept.map(({ deed, why }) => [deed.eid, why])).to.deep.equal([[two, 'changed-since']])
    expect([await statusOf(practice, one), await statusOf(practice, two)]).to.deep.equal(['^', '*'])
  })

  it('takes back all but what fails, and that when they press again: once each', async () => {
    const day = '2026-12-07'
    const eids: number[] = []
    for (const time of ['09:00', '09:15', '09:30'])
      eids.push(await booked(practice, await newChart(practice), { day, time }))
    const [one = 0, two = 0, three = 0] = eids
    const token = await many(eids, 'confirm')
    const desk = await deskOf(practice)
    await practice.db.sequelize.query(
      `CREATE TRIGGER test_failure BEFORE INSERT ON foyer_audit FOR EACH ROW
         IF NEW.subject = 'appointment:${String(two)}' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the disk is full'; END IF`,
    )
    const outcome = await desk.undo(token)
    expect(outcome).to.deep.include({ ok: true, undone: 2 })
    expect(outcome.ok && outcome.kept.map(({ deed, why }) => [deed.eid, why])).to.deep.equal([[two, 'failed']])
    const statuses = async () => Promise.all([one, two, three].map((eid) => statusOf(practice, eid)))
    expect(await statuses()).to.deep.equal(['^', '-', '^'])

    const admin = await practice.staffVisitor('admin')
    const again = await admin.post('/staff/portal/appointments/undo', { token })
    expect(again.status).to.equal(409)
    expect(again.body).to.include(
      'One was not taken back: something went wrong; try it once more. (Example, Pat, Mon 7 Dec, 09:15)',
    )
    expect(again.body, 'the way back').to.include(`value="${token}"`)
    await practice.db.sequelize.query(`DROP TRIGGER test_failure`)
    await desk.setStatus(three, '-')
    expect(await desk.undo(token)).to.deep.equal({ ok: true, undone: 1, kept: [] })
    expect(await statuses()).to.deep.equal(['^', '^', '-'])
    expect(await desk.undo(token)).to.deep.equal({ ok: false, reason: 'too-late' })
  })

  it('does the others where something goes wrong with one, and says which, to be tried again', async () => {
    const day = '2026-12-08'
    const eids: number[] = []
    for (const time of ['09:00', '09:15', '09:30'])
      eids.push(await booked(practice, await newChart(practice), { day, time }))
    const [one = 0, two = 0, three = 0] = eids
    await practice.db.sequelize.query(
      `CREATE TRIGGER test_failure BEFORE UPDATE ON openemr_postcalendar_events FOR EACH ROW
         IF OLD.pc_eid = ${String(two)} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the disk is full'; END IF`,
    )
    const admin = await practice.staffVisitor('admin')
    const done = await admin.follow(
      await admin.post('/staff/portal/appointments/bulk', { 'id[]': eids.map(String), action: 'confirm' }),
    )
    await practice.db.sequelize.query(`DROP TRIGGER test_failure`)
    expect(done.status).to.equal(200)
    expect(done.body).to.include('2 confirmed. One was not: something went wrong; try it once more.')
    const told = done.body.slice(done.body.indexOf('data-test="not-done"'), done.body.indexOf('</section>'))
    expect(told).to.match(
      new RegExp(`<a href="/staff/portal/appointments/${String(two)}">Example, Pat, Tue 8 Dec[^<]*09:15</a>`),
    )
    const statuses = async () => Promise.all(eids.map((eid) => statusOf(practice, eid)))
    expect(await statuses()).to.deep.equal(['-', '^', '-'])
    const desk = await deskOf(practice)
    expect((await desk.press(await many([one, two, three], 'confirm')))?.deeds.map(({ eid }) => eid)).to.include(two)
    expect(await statuses()).to.deep.equal(['-', '-', '-'])
  })

  it('declines with one reason for all, wishes to cancel among them; a wish cannot be confirmed', async () => {
    const day = '2026-12-03'
    const asked = await booked(practice, await newChart(practice), { day, time: '09:00' })
    const { pid } = await chart(practice, 'maria')
    const visit = await practice.event({ providerId: practice.staff.lee, pid, date: TUESDAY, start: '16:00' })
    const wish = `cancellation:${await wishToCancel(practice, visit)}`
    const desk = await deskOf(practice)
    expect((await desk.press(await many([wish], 'confirm')))?.failures).to.deep.equal([
      { what: 'failed', id: wish, reason: 'is-cancellation' },
    ])
    const press = await desk.press(await many([asked, wish], 'decline', 'We are closed'))
    expect(press?.deeds.map(({ what }) => what)).to.deep.equal(['declined', 'refused'])
    expect([await statusOf(practice, asked), await statusOf(practice, visit)]).to.deep.equal(['x', '-'])
  })

  it('claims and gives back', async () => {
    const day = '2026-12-04'
    const eids = [
      await booked(practice, await newChart(practice), { day, time: '09:00' }),
      await booked(practice, await newChart(practice), { day, time: '09:15' }),
    ]
    await many(eids, 'claim')
    for (const eid of eids) expect(await requestRow(practice, eid)).to.include({ claimed_by: 'admin' })
    await many(eids, 'release')
    for (const eid of eids) expect(await requestRow(practice, eid)).to.include({ claimed_by: null })
  })
})

describe('the page for it', () => {
  const practice = practiceDuring()
  before(() => practice.setting('openRequestLimit', '50'))

  it('says how many were done and why others were not, and offers the way back for a while', async () => {
    const eids: string[] = []
    for (const time of ['09:00', '09:15', '09:30'])
      eids.push(String(await booked(practice, await newChart(practice), { time })))
    await practice.event({ providerId: practice.staff.lee, pid: practice.patients.john, date: TUESDAY, start: '09:30' })
    const admin = await practice.staffVisitor('admin')
    const done = await admin.follow(
      await admin.post('/staff/portal/appointments/bulk', { 'id[]': eids, action: 'confirm' }),
    )
    expect(done.status).to.equal(200)
    expect(done.body).to.include('2 confirmed. One was not: another appointment lies over it.')
    const token = /name="token" value="([\w-]{22})"/.exec(done.body)?.[1] ?? ''
    const back = await admin.follow(await admin.post('/staff/portal/appointments/undo', { token }))
    expect(back.body).to.include('Taken back. Everything stands as it did before.')
    expect((await admin.post('/staff/portal/appointments/undo', { token })).status).to.equal(409)
    practice.clock.set(`${MONDAY}T08:02:00`)
    expect((await admin.get(done.path)).body).not.to.include(token)
  })

  it('does nothing to a row that was moved since the page came, for whatever press, and all else to the others', async () => {
    const [stays, byHost, declined] = [
      await booked(practice, await newChart(practice), { time: '13:00' }),
      await booked(practice, await newChart(practice), { time: '13:15' }),
      await booked(practice, await newChart(practice), { time: '13:30' }),
    ]
    const admin = await practice.staffVisitor('admin')
    const queue = (await admin.get('/staff/portal/appointments')).body
    const tick = (eid: number) => new RegExp(`name="id\\[\\]" value="(${String(eid)} [^"]+)"`).exec(queue)?.[1] ?? ''
    expect(tick(byHost)).to.equal(`${String(byHost)} ^ ${TUESDAY} 13:15`)
    for (const eid of [byHost, declined])
      await hostSets(practice, eid, `pc_startTime = '16:00:00', pc_endTime = '16:15:00'`)

    const post = async (fields: Record<string, string | string[]>) =>
      admin.follow(await admin.post('/staff/portal/appointments/bulk', fields))
    const done = await post({ 'id[]': [tick(stays), tick(byHost)], action: 'confirm' })
    expect(done.body).to.include('1 confirmed. One was not: it was moved or changed meanwhile')
    const refused = await post({ 'id[]': tick(declined), action: 'decline', reason: 'We are closed' })
    expect(refused.body).to.include('One was not: it was moved or changed meanwhile')
    for (const [eid, status] of [
      [stays, '-'],
      [byHost, '^'],
      [declined, '^'],
    ] as const)
      expect(await statusOf(practice, eid)).to.equal(status)
    // The way to decline asks for its reason on a page of its own, which keeps what was seen.
    const asks = await admin.post('/staff/portal/appointments/bulk', { 'id[]': tick(declined), action: 'decline' })
    expect(asks.body).to.include(`value="${tick(declined)}"`)
  })

  it('refuses nothing ticked, and asks for the reason before it declines', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '11:00' })
    const admin = await practice.staffVisitor('admin')
    const post = (fields: Record<string, string>) => admin.post('/staff/portal/appointments/bulk', fields)
    const nothing = await post({ action: 'confirm' })
    expect(nothing.status).to.equal(422)
    expect(nothing.body).to.include('Tick at least one row first.')
    const page = await post({ 'id[]': String(eid), action: 'decline' })
    expect(page.status).to.equal(200)
    expect(page.body).to.include(`value="${String(eid)}"`)
    expect((await post({ 'id[]': String(eid), action: 'decline', asked: '1' })).status).to.equal(422)
    expect(await statusOf(practice, eid)).to.equal('^')
    expect((await post({ 'id[]': String(eid), action: 'decline', reason: 'We are closed' })).status).to.equal(303)
    expect(await statusOf(practice, eid)).to.equal('x')
  })
})
