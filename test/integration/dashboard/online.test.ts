/** Whom the card of who is online counts, as the practice has set how long anybody stays signed in. */
import { expect } from 'chai'
import { MONDAY } from '../../support/practice.js'
import { practiceDuring } from '../appointments/visits.js'

describe('the card of who is online names', () => {
  const practice = practiceDuring()
  const everybody = ['Carter, John', 'Lee, Susan']

  before(async () => {
    practice.clock.set(`${MONDAY}T10:00:00`)
    await practice.patientVisitor('john')
    await practice.staffVisitor('lee')
  })

  /** To an administrator who has just signed in. */
  async function named(): Promise<string[]> {
    const admin = await practice.staffVisitor('admin')
    const { body } = await admin.get('/staff/portal/cards/online')
    return everybody.filter((name) => body.includes(name))
  }

  async function idle(patients: number, staff: number): Promise<void> {
    await practice.setting('patientIdle', String(patients))
    await practice.setting('staffIdle', String(staff))
  }

  it('patients and staff for as long as each may be idle, a quarter of an hour at most', async () => {
    practice.clock.set(`${MONDAY}T10:07:00`)
    await idle(5, 30)
    expect(await named()).to.deep.equal(['Lee, Susan'])
    await idle(30, 5)
    expect(await named()).to.deep.equal(['Carter, John'])
    await idle(30, 30)
    expect(await named()).to.deep.equal(everybody)
    practice.clock.set(`${MONDAY}T10:16:00`)
    expect(await named()).to.deep.equal([])
  })

  it('nobody whose session has lasted as long as any may', async () => {
    practice.clock.set(`${MONDAY}T10:10:00`)
    await idle(30, 30)
    await practice.setting('sessionLimit', '3')
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_sessions SET created_at = created_at - INTERVAL 2 HOUR WHERE audience = 'patient'`),
    )
    expect(await named()).to.deep.equal(everybody)
    await practice.setting('sessionLimit', '2')
    expect(await named()).to.deep.equal(['Lee, Susan'])
  })
})
