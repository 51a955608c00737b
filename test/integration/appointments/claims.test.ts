import { expect } from 'chai'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY } from '../../support/practice.js'
import { deedsOf, deskOf, requestRow, wishToCancel } from './deciding.js'
import { booked, chart, newChart, practiceDuring, TUESDAY, watched } from './visits.js'

describeOnEverySite('a member of staff claims what waits', (site) => {
  const practice = practiceDuring(site)
  before(async () => {
    await practice.setting('openRequestLimit', '20')
    for (const user of ['dr.lee', 'nurse']) await practice.rule(`user:${user}`, 'portal:use', 'allow')
  })
  beforeEach(() => practice.clock.set(`${MONDAY}T08:00:00`))

  it('and has it: nothing but our row, the trail and the outbox is written', async () => {
    const eid = await booked(practice, await newChart(practice))
    const admin = await deskOf(practice)
    const { result, written } = await watched(practice, () => admin.claim(eid))
    expect(result).to.deep.equal({ ok: true, holder: 'admin' })
    expect(Object.keys(written.came).sort()).to.deep.equal([
      ...['foyer_appointment_requests', 'foyer_audit', 'foyer_outbox'],
    ])
    expect(await requestRow(practice, eid)).to.include({
      claimed_by: 'admin',
      claimed_at: `${MONDAY} 13:00:00.000`,
      version: 1,
    })
  })

  it('then nobody else decides on it, in whatever way, and is told who has it', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '09:30' })
    const [admin, lee] = [await deskOf(practice), await deskOf(practice, 'lee')]
    await lee.claim(eid)
    const refused = { ok: false, reason: 'claimed', by: 'dr.lee', since: `${MONDAY} 13:00:00.000` }
    const deeds: (() => Promise<unknown>)[] = [
      () => admin.setStatus(eid, '-'),
      () => admin.decline(eid),
      () => admin.propose(eid, `${TUESDAY}T14:00`),
      () => admin.overbook(eid),
      () => admin.claim(eid),
      () => admin.claim(eid, { kind: 'release' }),
      () => admin.claim(eid, { kind: 'hand-over', to: 'admin' }),
    ]
    for (const deed of deeds) {
      const { result, written } = await watched(practice, deed)
      expect(result).to.deep.equal(refused)
      expect(written).to.deep.equal({ came: {}, went: {} })
    }
    expect(await lee.setStatus(eid, '-')).to.include({ ok: true })
    // Whoever decides is through with it.
    expect(await requestRow(practice, eid)).to.include({ claimed_by: null, claimed_at: null })
  })

  it('takes over what somebody else has, in so many words, and the trail says from whom', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '10:00' })
    const [admin, lee] = [await deskOf(practice), await deskOf(practice, 'lee')]
    await lee.claim(eid)
    expect(await admin.claim(eid, { kind: 'take', from: 'dr.lee' })).to.deep.equal({ ok: true, holder: 'admin' })
    const told = await practice.db.first<{ event: string; actor_id: string; details: unknown }>(
      `SELECT event, actor_id, JSON_VALUE(details, '$.from') AS details FROM foyer_audit WHERE subject = :subject ORDER BY id DESC LIMIT 1`,
      { subject: `appointment:${String(eid)}` },
    )
    expect(told).to.deep.equal({ event: 'appointment.taken-over', actor_id: 'admin', details: 'dr.lee' })
    expect(await lee.setStatus(eid, '-')).to.include({ reason: 'claimed', by: 'admin' })
  })

  it('hands it over to a colleague who may process requests, to nobody else', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '10:30' })
    const admin = await deskOf(practice)
    await admin.claim(eid)
    for (const to of ['dr.osei', 'nobody', '', "'; --"]) {
      expect(await admin.claim(eid, { kind: 'hand-over', to })).to.deep.equal({
        ok: false,
        reason: 'no-such-colleague',
      })
    }
    expect(await admin.claim(eid, { kind: 'hand-over', to: 'nurse' })).to.deep.equal({ ok: true, holder: 'nurse' })
    expect(await admin.decline(eid)).to.include({ reason: 'claimed', by: 'nurse' })
    const nurse = await deskOf(practice, 'nurse')
    expect(await nurse.claim(eid, { kind: 'release' })).to.deep.equal({ ok: true, holder: undefined })
    expect(await admin.decline(eid)).to.include({ ok: true })
    expect(await deedsOf(practice, eid)).to.deep.equal([
      ...['requested', 'claimed', 'handed-over', 'released', 'declined'],
    ])
  })

  it('for half an hour, or as long as the practice sets: then it has lapsed', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '11:00' })
    const [admin, lee] = [await deskOf(practice), await deskOf(practice, 'lee')]
    await lee.claim(eid)
    practice.clock.set(`${MONDAY}T08:29:59`)
    expect(await admin.setStatus(eid, '-')).to.include({ reason: 'claimed' })
    // Claimed again, it counts from now on.
    await lee.claim(eid)
    practice.clock.set(`${MONDAY}T08:31:00`)
    expect(await admin.setStatus(eid, '-')).to.include({ reason: 'claimed' })
    practice.clock.set(`${MONDAY}T09:00:00`)
    expect(await admin.claim(eid)).to.include({ ok: true, holder: 'admin' })
  })

  it('a wish to cancel as well as a request, and what was asked for in the host’s own portal', async () => {
    const maria = await chart(practice, 'maria')
    const [admin, lee] = [await deskOf(practice), await deskOf(practice, 'lee')]
    const visit = await practice.event({
      providerId: practice.staff.lee,
      pid: maria.pid,
      date: TUESDAY,
      start: '13:00',
    })
    const id = await wishToCancel(practice, visit)
    expect(await lee.claim(visit, { kind: 'claim' }, id)).to.include({ ok: true })
    expect(await admin.accept(id)).to.include({ reason: 'claimed', by: 'dr.lee' })
    expect(await admin.refuse(id)).to.include({ reason: 'claimed', by: 'dr.lee' })
    expect(await lee.refuse(id)).to.include({ ok: true })
    expect(await admin.claim(visit, { kind: 'claim' }, id)).to.include({ reason: 'over' })

    const pid = practice.patients.john
    const asked = await practice.event({
      providerId: practice.staff.lee,
      pid,
      date: TUESDAY,
      start: '14:00',
      by: 'patient',
    })
    expect(await lee.claim(asked)).to.include({ ok: true })
    expect(await admin.decline(asked)).to.include({ reason: 'claimed', by: 'dr.lee' })
  })

  it('not what has come to its end, and not what is nobody’s request', async () => {
    const eid = await booked(practice, await newChart(practice), { time: '11:30' })
    const admin = await deskOf(practice)
    await admin.setStatus(eid, '-')
    expect(await admin.claim(eid)).to.deep.equal({ ok: false, reason: 'over', status: '-' })
    expect(await admin.claim(4711)).to.deep.equal({ ok: false, reason: 'not-found' })
  })
})

describe('two of the staff at once', () => {
  const practice = practiceDuring()
  before(async () => {
    await practice.setting('openRequestLimit', '100')
    await practice.rule('user:dr.lee', 'portal:use', 'allow')
  })

  it('never both claim, in twenty rounds; the other is told who was first', async function () {
    this.timeout(60_000)
    const [admin, lee] = [await deskOf(practice), await deskOf(practice, 'lee')]
    const winners = new Set<unknown>()
    for (let round = 0; round < 20; round += 1) {
      const day = `2026-12-${String(8 + (round % 2)).padStart(2, '0')}`
      const time = `${String(9 + Math.floor(round / 2 / 4)).padStart(2, '0')}:${String((Math.floor(round / 2) % 4) * 15).padStart(2, '0')}`
      const eid = await booked(practice, await newChart(practice), { day, time })
      const [one, other] = round % 2 === 0 ? [admin, lee] : [lee, admin]
      const outcomes = await Promise.all([one.claim(eid), other.claim(eid)])
      const won = outcomes.filter(({ ok }) => ok)
      const { claimed_by: holder } = await requestRow(practice, eid)
      expect(won).to.deep.equal([{ ok: true, holder }])
      expect(outcomes.find(({ ok }) => !ok)).to.include({ reason: 'claimed', by: holder })
      winners.add(holder)
    }
    expect(winners.size).to.equal(2)
  })
})
