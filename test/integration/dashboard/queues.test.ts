import { expect } from 'chai'
import { createConnection } from 'mysql2/promise'
import { appointments } from '../../../module/features/appointments/index.js'
import { countQueues } from '../../../module/features/dashboard/queues.js'
import { seededRandom } from '../../../module/demo/random.js'
import { MONDAY } from '../../support/practice.js'
import { practiceDuring } from '../appointments/visits.js'

const queue = appointments.queue

describe('the number of what waits', () => {
  const practice = practiceDuring()

  async function onPage(): Promise<{ badge: number; rows: number; hall: number }> {
    const admin = await practice.staffVisitor('admin')
    const { body } = await admin.get('/staff/portal/appointments')
    const hall = (await admin.get('/staff/portal')).body
    const badge = /count-appointments">(?:<span class="count">(\d+)<)?/.exec(body)?.[1] ?? '0'
    const row = /portal\/appointments">[^<]*<\/a><\/th>[^]*?<\/tr>/.exec(hall)?.[0] ?? ''
    return {
      badge: Number(badge),
      rows: body.match(/data-test="waiting"/g)?.length ?? 0,
      hall: Number(/class="figures">(\d+)</.exec(row)?.[1] ?? '0'),
    }
  }

  it('is nothing where nothing waits', async () => {
    expect(await countQueues(practice.portal, queue ? [queue] : [])).to.deep.equal(
      new Map([['appointments', { count: 0, oldestMinutes: undefined, taken: 0 }]]),
    )
    expect(await onPage()).to.deep.equal({ badge: 0, rows: 0, hall: 0 })
  })

  it('is that of its list, whatever the calendar holds', async () => {
    const { staff, patients } = practice
    const random = seededRandom(19)
    const statuses = ['^', '-', 'x', '^', '@', '^', '%', '*', '^']
    const holders = [...Object.values(patients), 0]
    for (let at = 0; at < 40; at += 1) {
      const pid = holders[Math.floor(random() * holders.length)] ?? 0
      await practice.event({
        providerId: random() < 0.5 ? staff.lee : staff.osei,
        ...(pid === 0 ? {} : { pid }),
        date: `2026-${random() < 0.3 ? '10' : '12'}-${String(1 + Math.floor(random() * 27)).padStart(2, '0')}`,
        start: `${String(9 + Math.floor(random() * 7)).padStart(2, '0')}:00`,
        ...(random() < 0.5 ? { by: 'patient' as const } : {}),
        // Two providers' rows are one visit.
        ...(at % 10 === 0 ? { multiple: 7, date: '2026-12-10' } : {}),
      })
    }
    const events = await practice.db.select<{ pc_eid: number }>(
      `SELECT pc_eid FROM openemr_postcalendar_events WHERE pc_catid = 5`,
    )
    for (const { pc_eid: eid } of events) {
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE openemr_postcalendar_events SET pc_apptstatus = :status WHERE pc_eid = :eid`, {
          eid,
          status: statuses[Math.floor(random() * statuses.length)],
        }),
      )
    }
    // Providers, categories and charts that are gone, as the host leaves them behind.
    await lose('pc_aid', '4711', events[1]?.pc_eid)
    await lose('pc_catid', '4711', events[2]?.pc_eid)
    await lose('pc_pid', '4711', events[3]?.pc_eid)
    for (const { pc_eid: eid } of events.slice(3, 7)) await askOff(eid)
    const { badge, hall, rows } = await onPage()
    expect(rows).to.be.within(5, 45)
    expect(badge).to.equal(rows)
    expect(hall).to.equal(rows)
  })

  function lose(column: 'pc_aid' | 'pc_catid' | 'pc_pid', value: string, eid = 0): Promise<number> {
    return practice.db.transaction((tx) =>
      // sql-safe: one of three names
      tx.change(`UPDATE openemr_postcalendar_events SET ${column} = :value, pc_apptstatus = '^' WHERE pc_eid = :eid`, {
        value,
        eid,
      }),
    )
  }

  function askOff(eid: number): Promise<number> {
    return practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_cancellation_requests
           (receipt, pc_eid, day, of_series, account_id, record, pid, reason, state, created_at, open_key)
         VALUES (:receipt, :eid, '2026-12-10', 0, :account, :record, :pid, 'Away', 'requested', '2026-11-20 09:00:00', :eid)`,
        {
          receipt: `TEST-${String(eid).padStart(4, '0')}`,
          ...{ eid, account: practice.accounts.maria, record: practice.records.maria, pid: practice.patients.maria },
        },
      ),
    )
  }

  it('goes with the age of the oldest', async () => {
    practice.clock.set(`${MONDAY}T09:30:00`)
    const state = (await countQueues(practice.portal, queue ? [queue] : [])).get('appointments')
    expect(state?.oldestMinutes).to.be.at.least(90)
  })

  it('is a moment old at most, and never older than what its reader has just done', async () => {
    const admin = await practice.staffVisitor('admin')
    const path = '/staff/portal/appointments'
    const badge = async () => {
      const { body } = await admin.get(path)
      return Number(/count-appointments">(?:<span class="count">(\d+)<)?/.exec(body)?.[1] ?? '0')
    }
    const first = await badge()
    const [here = 0, there = 0, elsewhere = 0] = await practice.db
      .select<{ pc_eid: number }>(
        `SELECT e.pc_eid FROM openemr_postcalendar_events e
          WHERE e.pc_apptstatus = '^' AND e.pc_multiple = 0 AND e.pc_pid IN (:pids)
            AND NOT EXISTS (SELECT 1 FROM foyer_cancellation_requests asked WHERE asked.pc_eid = e.pc_eid) LIMIT 3`,
        { pids: Object.values(practice.patients) },
      )
      .then((rows) => rows.map(({ pc_eid: eid }) => eid))
    expect(admin.cookies.has('foyer_changed')).to.equal(false)
    expect((await admin.post(`${path}/${String(here)}/status`, { status: '-' })).status).to.equal(303)
    expect(await badge()).to.equal(first - 1)
    // What another process changes, as the EMR's own: the browser of whoever did it carries word.
    expect(admin.cookies.has('foyer_changed')).to.equal(true)
    await changeElsewhere(there)
    expect(await badge()).to.equal(first - 2)
    admin.cookies.delete('foyer_changed')
    await changeElsewhere(elsewhere)
    const began = Date.now()
    while ((await badge()) !== first - 3 && Date.now() - began < 10_000);
    expect(await badge()).to.equal(first - 3)
  })

  async function changeElsewhere(eid: number): Promise<void> {
    const connection = await createConnection(practice.url)
    await connection.query(`UPDATE openemr_postcalendar_events SET pc_apptstatus = '-' WHERE pc_eid = ?`, [eid])
    await connection.end()
  }

  it('is not there for staff who may not see the queue', async () => {
    await practice.rule('user:admin', 'appointments:process', 'deny')
    const admin = await practice.staffVisitor('admin')
    const hall = await admin.get('/staff/portal')
    expect(hall.status).to.equal(200)
    expect(hall.body).not.to.include('count-appointments').and.not.include('href="/staff/portal/appointments"')
    expect((await admin.get('/staff/portal/appointments/waiting')).status).to.equal(403)
  })
})
