/** Two of the staff at one thing: one is done, the other is told who was faster, and when. */
import { expect } from 'chai'
import { OFFICE_VISIT, openPractice, type TestPractice } from '../support/practice.js'

describe('Two of the staff with the same request open', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let minute = 0

  before(async () => {
    practice = await openPractice()
    await practice.setting('openRequestLimit', '50')
    await practice.rule('user:dr.lee', 'portal:use', 'allow')
  })
  after(() => practice.leave())

  async function request(): Promise<string> {
    const john = await practice.patientVisitor('john')
    const time = `${String(9 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
    minute += 15
    const answer = await john.post(`/portal/records/${practice.records.john}/appointments`, {
      ...{ provider: String(practice.staff.lee), category: String(OFFICE_VISIT) },
      ...{ date: '2026-11-24', time, reason: 'Cough' },
    })
    return `/staff/portal/appointments/${/(\d+)$/.exec(answer.location ?? '')?.[1] ?? ''}`
  }

  it('who press at once: one 303, one 409 that names the other and the time', async () => {
    const [admin, lee] = [await practice.staffVisitor('admin'), await practice.staffVisitor('lee')]
    for (let round = 0; round < 6; round += 1) {
      const path = await request()
      const pages = [await admin.get(path), await lee.get(path)]
      const version = /name="version" value="([^"]+)"/.exec(pages[0]?.body ?? '')?.[1] ?? ''
      expect(version).to.match(/^\^ 2026-11-24 \d\d:\d\d$/)
      const answers = await Promise.all([
        admin.post(`${path}/status`, { status: '-', version }),
        lee.post(`${path}/decline`, { reason: 'We are closed', version }),
      ])
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 409])
      const [won, lost] = answers[0].status === 303 ? ['Administrator', answers[1]] : ['Susan Lee', answers[0]]
      expect(lost.body).to.include(`${won} was a moment faster (Mon 23 Nov, 08:00)`)
    }
  })

  it('of whom one has claimed it: the other is told who, and can take it over', async () => {
    const [admin, lee] = [await practice.staffVisitor('admin'), await practice.staffVisitor('lee')]
    const path = await request()
    expect((await lee.post(`${path}/claim`)).status).to.equal(303)
    const refused = await admin.post(`${path}/status`, { status: '-' })
    expect(refused.status).to.equal(409)
    expect(refused.body)
      .to.match(/dr\.lee has had it since \d\d:\d\d/)
      .and.to.include('name="take" value="dr.lee"')
    expect((await admin.post(`${path}/claim`, { take: 'dr.lee' })).status).to.equal(303)
    expect((await lee.post(`${path}/status`, { status: '-' })).status).to.equal(409)
    expect((await admin.post(`${path}/status`, { status: '-' })).status).to.equal(303)
  })

  it('of which the patient moved it meanwhile: nobody confirms a time that they did not see', async () => {
    const admin = await practice.staffVisitor('admin')
    const path = await request()
    const page = await admin.get(path)
    const version = /name="version" value="([^"]+)"/.exec(page.body)?.[1] ?? ''
    await practice.db.sequelize.query(
      `UPDATE openemr_postcalendar_events SET pc_startTime = '16:00:00', pc_endTime = '16:15:00' WHERE pc_eid = :eid`,
      { replacements: { eid: path.split('/').at(-1) } },
    )
    expect((await admin.post(`${path}/status`, { status: '-', version })).status).to.equal(409)
    expect((await admin.post(`${path}/status`, { status: '-' })).status).to.equal(303)
  })
})
