import { expect } from 'chai'
import type { RequestOutcome } from '../../../module/features/appointments/booking.js'
import { onceOf } from '../../../module/platform/once.js'
import { opaqueId } from '../../../module/platform/ids.js'
import { connectDatabase, type Tx } from '../../../module/platform/database.js'
import { takeTurn } from '../../../module/platform/turns.js'
import { NEW_PATIENT, OFFICE_VISIT, ZONE } from '../../support/practice.js'
import { ask, booked, cancel, newChart, overlapping, practiceDuring, setStatus, untilWaiting } from './visits.js'

describe('many ask at once', () => {
  const practice = practiceDuring()

  const requestsOf = (pid: number) =>
    practice.db.select(`SELECT pc_eid FROM openemr_postcalendar_events WHERE pc_pid = :pid`, { pid: String(pid) })
  const firsts = (outcomes: RequestOutcome[]) => outcomes.filter((each) => each.ok && each.first)

  it('one form pressed twenty times makes one request and gives twenty equal answers', async function () {
    this.timeout(30_000)
    const scope = await newChart(practice)
    const once = onceOf('account:1', opaqueId(), { time: '09:00' })
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => ask(practice, scope, { once })))
    const events = await requestsOf(scope.pid)
    expect(events).to.have.lengthOf(1)
    expect(new Set(outcomes.map((each) => each.ok && each.eid)).size).to.equal(1)
    expect(outcomes.every(({ ok }) => ok)).to.equal(true)
    expect(firsts(outcomes)).to.have.lengthOf(1)
  })

  it('a form that was answered gives its answer again, also when the visit was cancelled since', async () => {
    const scope = await newChart(practice)
    const wish = { time: '11:00', once: onceOf('account:1', opaqueId(), { time: '11:00' }) }
    const eid = await booked(practice, scope, wish)
    await cancel(practice, scope, eid)
    expect(await ask(practice, scope, wish)).to.deep.equal({ ok: true, eid, first: false })
    expect(await requestsOf(scope.pid)).to.have.lengthOf(1)
  })

  it('the same token with another wish is refused', async () => {
    const scope = await newChart(practice)
    const token = opaqueId()
    const form = (time: string) => ({ time, once: onceOf('account:1', token, { time }) })
    expect(await ask(practice, scope, form('09:30'))).to.include({ ok: true })
    expect(await ask(practice, scope, form('09:45'))).to.deep.equal({ ok: false, reason: 'used-otherwise' })
    expect(await requestsOf(scope.pid)).to.have.lengthOf(1)
  })

  it('without a token, the same wish made twenty times is one', async function () {
    this.timeout(30_000)
    const scope = await newChart(practice)
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => ask(practice, scope, { time: '10:00' })))
    expect(await requestsOf(scope.pid)).to.have.lengthOf(1)
    expect(new Set(outcomes.map((each) => each.ok && each.eid)).size).to.equal(1)
    expect(firsts(outcomes)).to.have.lengthOf(1)
  })

  it('eight patients for overlapping times of unequal length: one gets it, the others are shown where there is room', async function () {
    this.timeout(30_000)
    const scopes = []
    for (let number = 0; number < 8; number += 1) scopes.push(await newChart(practice))
    const outcomes = await Promise.all(
      scopes.map((scope, number) =>
        ask(practice, scope, {
          ...(number % 2 === 0 ? { time: '14:15', category: OFFICE_VISIT } : { time: '14:00', category: NEW_PATIENT }),
        }),
      ),
    )
    expect(firsts(outcomes)).to.have.lengthOf(1)
    expect(await overlapping(practice)).to.deep.equal([])
    for (const outcome of outcomes) {
      if (outcome.ok) continue
      expect(outcome.reason).to.equal('slot-taken')
      expect(outcome.reason === 'slot-taken' && outcome.alternatives).to.have.lengthOf(3)
    }
    const loser = outcomes.find((each) => !each.ok)
    const [there] = loser?.reason === 'slot-taken' ? loser.alternatives : []
    const time = `${String(Math.floor((there?.minute ?? 0) / 60)).padStart(2, '0')}:${String((there?.minute ?? 0) % 60).padStart(2, '0')}`
    expect(await ask(practice, await newChart(practice), { day: there?.day ?? '', time })).to.include({ ok: true })
  })

  it('one patient for many times gets as many as the limit says, and not one more', async function () {
    this.timeout(30_000)
    const scope = await newChart(practice)
    const providers = [practice.staff.lee, practice.staff.osei]
    const times = ['09:00', '09:30', '10:00', '10:30', '11:00', '13:00', '13:30', '14:00']
    const wishes = times.flatMap((time) => providers.map((provider) => ({ time, provider, day: '2026-12-02' })))
    const outcomes = await Promise.all(wishes.map((wish) => ask(practice, scope, wish)))
    expect(firsts(outcomes)).to.have.lengthOf(3)
    expect(outcomes.filter((each) => !each.ok && each.reason === 'too-many')).to.have.lengthOf(13)
  })

  it('patients of different providers do not make each other wait in a ring', async function () {
    this.timeout(60_000)
    let tries = 0
    const counting = {
      ...practice.db,
      transaction: <Result>(work: (tx: Tx) => Promise<Result>) =>
        practice.db.transaction((tx) => {
          tries += 1
          return work(tx)
        }),
    }
    // The index of series has nothing between two providers of whom the second never had a single visit.
    for (const providerId of [practice.staff.lee, practice.staff.osei]) {
      await practice.event({ providerId, date: '2026-11-19' })
    }
    const counted = { ...practice, portal: { ...practice.portal, db: counting } }
    const scopes = []
    for (let number = 0; number < 16; number += 1) scopes.push(await newChart(practice))
    const providers = [practice.staff.lee, practice.staff.osei]
    const outcomes = await Promise.all(
      scopes.map((scope, number) =>
        ask(counted, scope, {
          provider: providers[number % 2] ?? 0,
          day: '2026-12-03',
          time: `${String(9 + Math.floor(number / 8))}:${['00', '15', '30', '45'][Math.floor(number / 2) % 4] ?? ''}`.padStart(
            5,
            '0',
          ),
        }),
      ),
    )
    expect(firsts(outcomes)).to.have.lengthOf(16)
    // None was the victim of a deadlock and had to be tried again.
    expect(tries).to.equal(16)
  })

  it('and sees what the host committed while a patient waited for their turn', async () => {
    const scope = await newChart(practice)
    const wish = { day: '2026-12-08', time: '09:00' }
    let asking: Promise<RequestOutcome> | undefined
    await practice.db.transaction(async (tx) => {
      await takeTurn(tx, [`provider:${String(practice.staff.lee)}`])
      asking = ask(practice, scope, wish)
      await untilWaiting(practice, 'foyer_turns')
      await practice.event({ providerId: practice.staff.lee, date: '2026-12-08', start: '09:10', minutes: 5 })
    })
    expect(await asking).to.include({ ok: false, reason: 'slot-taken' })
  })
})

describe('while a time is being taken', () => {
  const practice = practiceDuring()

  const day = '2026-12-08'
  const insert = (date: string, start: string, seconds: number, recurrence = '0') =>
    `INSERT INTO openemr_postcalendar_events
       (pc_catid, pc_multiple, pc_aid, pc_pid, pc_title, pc_eventDate, pc_duration, pc_recurrtype, pc_recurrspec, pc_startTime, pc_eventstatus, pc_sharing)
     VALUES (5, 0, :provider, '', 'by the host', '${date}', ${String(seconds)}, ${recurrence}, '', '${start}', 1, 1)`
  const deeds: [string, (there: { beside: number; before: number }) => string][] = [
    ['lay a visit over it', () => insert(day, '09:05:00', 300)],
    ['lay a long one over it, from the evening before', () => insert('2026-12-07', '23:00:00', 12 * 3600)],
    ['begin a series in the past that falls on it', () => insert('2026-11-03', '09:00:00', 900, '1')],
    [
      'move a visit of that day to it',
      ({ beside }) =>
        `UPDATE openemr_postcalendar_events SET pc_startTime = '09:00:00', pc_title = 'by the host' WHERE pc_eid = ${String(beside)}`,
    ],
    [
      'move a visit of another day to it',
      ({ before }) =>
        `UPDATE openemr_postcalendar_events SET pc_eventDate = '${day}', pc_title = 'by the host' WHERE pc_eid = ${String(before)}`,
    ],
  ]
  for (const [what, sql] of deeds) {
    it(`the host cannot ${what}: it waits until the patient has the time`, async () => {
      const { lee, osei } = practice.staff
      const there = {
        beside: await practice.event({ providerId: lee, date: day, start: '16:00' }),
        before: await practice.event({ providerId: lee, date: '2026-11-30', start: '09:00' }),
      }
      const host = connectDatabase({ url: practice.url, zone: ZONE, pool: 2 })
      let committed = false
      let writing: Promise<unknown> = Promise.resolve()
      const watching = {
        ...practice.db,
        transaction: <Result>(work: (tx: Tx) => Promise<Result>) =>
          practice.db.transaction(async (tx) => {
            const result = await work(tx)
            writing = host.sequelize
              .query(sql(there), { replacements: { provider: String(lee) } })
              .then(() => (committed = true))
            await untilWaiting(practice, 'by the host', () => committed)
            expect(committed).to.equal(false)
            return result
          }),
      }
      const elsewhere = { ...practice, portal: { ...practice.portal, db: watching } }
      const scope = await newChart(practice)

      const outcome = await ask(elsewhere, scope, { day, time: '09:00' })

      expect(outcome).to.include({ ok: true })
      await writing
      expect(committed).to.equal(true)
      await host.close()
      // What lies over it now is the host's doing, and staff see it when they want to confirm.
      const eid = outcome.ok ? outcome.eid : 0
      if (!what.startsWith('begin'))
        expect(await setStatus(practice, eid, '-')).to.deep.equal({ ok: false, reason: 'overlap' })
      await practice.db.sequelize.query(
        `UPDATE openemr_postcalendar_events SET pc_apptstatus = 'x' WHERE pc_aid IN ('${String(lee)}', '${String(osei)}') AND pc_catid = 5`,
      )
    })
  }
})
