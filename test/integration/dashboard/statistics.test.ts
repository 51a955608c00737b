import { expect } from 'chai'
import { countForStatistics } from '../../../module/features/dashboard/statistics.js'
import { readStatistics } from '../../../module/host/reads/statistics.js'
import { addPortalCredential } from '../../../module/host/site/people.js'
import { countStatements } from '../../../module/platform/database.js'
import { booked, chart, practiceDuring, setStatus } from '../appointments/visits.js'

describe('the statistics of the portal', () => {
  const practice = practiceDuring()
  const monday = '2026-11-23 05:00:00.000'

  it('say that accounts are being counted until the job has counted them', async () => {
    expect((await readStatistics(practice.db, monday)).counts).to.equal(undefined)
    const { body } = await (await practice.staffVisitor('admin')).get('/staff/portal/cards/statistics')
    expect(body).to.include('These are being counted')
  })

  it('count accounts, allowed charts, credentials that nobody used, and who signed in', async () => {
    await practice.patientVisitor('maria')
    await practice.patientVisitor('maria')
    await practice.patientVisitor('john')
    const refused = await practice.patient({ allowPortal: 'NO' })
    await practice.db.transaction((tx) =>
      addPortalCredential(tx, {
        ...{ pid: refused, username: 'pat', loginName: 'pat', hash: '$2y$04$x', status: 0, at: '2026-11-23 07:00:00' },
      }),
    )
    await countForStatistics(practice.portal)
    const { counts } = await readStatistics(practice.db, monday)
    expect(counts).to.include({ accounts: 4, allowed: 6, unused: 1, active: 2 })
    const { body } = await (await practice.staffVisitor('admin')).get('/staff/portal/cards/statistics')
    expect(body).to.match(/Patients allowed<\/dt><dd class="figures">6</)
  })

  it('count again what has changed, and forget who has not come for thirty days', async () => {
    await practice.patient()
    practice.clock.set('2026-12-24T08:00:00')
    await practice.patientVisitor('amina')
    await countForStatistics(practice.portal)
    expect((await readStatistics(practice.db, monday)).counts).to.include({ allowed: 7, active: 1 })
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('tell how long half of this week’s requests waited', async () => {
    await practice.setting('openRequestLimit', '9')
    const john = await chart(practice, 'john')
    const eids: number[] = []
    for (const time of ['09:00', '09:30', '10:00', '10:30']) eids.push(await booked(practice, john, { time }))
    expect(await readStatistics(practice.db, monday)).to.include({ requested: 4, decided: 0, medianSeconds: undefined })
    for (const [at, time] of ['08:10', '08:20', '08:40'].entries()) {
      practice.clock.set(`2026-11-23T${time}:00`)
      await setStatus(practice, eids[at] ?? 0, '-')
    }
    expect(await readStatistics(practice.db, monday)).to.include({
      ...{ requested: 4, decided: 3, medianSeconds: 20 * 60 },
    })
    practice.clock.set('2026-11-23T09:00:00')
    await setStatus(practice, eids[3] ?? 0, '-')
    expect(await readStatistics(practice.db, monday)).to.include({ decided: 4, medianSeconds: 30 * 60 })
    const next = await readStatistics(practice.db, '2026-11-30 05:00:00.000')
    expect(next, 'a week later').to.include({ requested: 0, decided: 0 })
  })

  it('walk over no patients and over no years of requests when they are shown', async () => {
    const { count } = await countStatements(() => readStatistics(practice.db, monday))
    expect(count.sql).to.have.length(1)
    const plan = await practice.db.select<{ table: string | null; type: string | null; key: string | null }>(
      `EXPLAIN ${count.sql[0] ?? ''}`,
    )
    expect(plan.map(({ table }) => table)).not.to.include('patient_data')
    const requests = plan.filter(({ table }) => table === 'foyer_appointment_requests')
    expect(requests).to.have.length.greaterThan(0)
    for (const { key } of requests) expect(key, 'backwards from the newest').to.equal('PRIMARY')
  })
})
