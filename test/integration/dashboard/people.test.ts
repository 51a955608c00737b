/** Who is online, and how one patient stands towards the portal. */
import { expect } from 'chai'
import { portalAccess } from '../../../module/host/reads/portalAccess.js'
import { seenSince } from '../../../module/host/reads/online.js'
import { patientWaits } from '../../../module/host/reads/waiting.js'
import { utc, wallClock } from '../../../module/platform/clock.js'
import { MONDAY } from '../../support/practice.js'
import { booked, chart, practiceDuring, setStatus, TUESDAY } from '../appointments/visits.js'

describe('staff see', () => {
  const practice = practiceDuring()
  const minutesAgo = (minutes: number) => utc(practice.clock.now().minus({ minutes }))
  const online = async ({ each = 40, patients = 15, staff = 15 } = {}) => {
    const since = { patient: minutesAgo(patients), staff: minutesAgo(staff) }
    const rows = await seenSince(practice.db, { since, young: minutesAgo(12 * 60), each })
    return rows.map((row) => [row.audience, row.first_name, row.total])
  }

  it('patients and colleagues who were there within a quarter of an hour, each once', async () => {
    expect(await online()).to.deep.equal([])
    await practice.patientVisitor('maria')
    await practice.patientVisitor('maria')
    practice.clock.set(`${MONDAY}T08:05:00`)
    await practice.patientVisitor('john')
    await practice.staffVisitor('lee')
    expect(await online()).to.have.deep.members([
      ['patient', 'John', 2],
      ['patient', 'Maria', 2],
      ['staff', 'Susan', 1],
    ])
    // Of a crowd, the latest; whoever is of the staff stands beside it.
    expect(await online({ each: 1 })).to.have.deep.members([
      ['patient', 'John', 2],
      ['staff', 'Susan', 1],
    ])
    expect(await online({ patients: 5 })).to.have.deep.members([
      ['patient', 'John', 1],
      ['staff', 'Susan', 1],
    ])
    practice.clock.set(`${MONDAY}T08:17:00`)
    expect((await online()).map(([, name]) => name)).to.have.members(['John', 'Susan'])
    practice.clock.set(`${MONDAY}T08:30:00`)
    expect(await online()).to.deep.equal([])
  })

  it('whether a patient may sign in, with what, and when they last did', async () => {
    const { patients } = practice
    const since = { awake: minutesAgo(60), young: minutesAgo(12 * 60) }
    expect(await portalAccess(practice.db, patients.maria, since)).to.deep.equal({
      ...{ allowed: true, credential: 'current', loginName: 'maria.santos', madeBy: '', expiresAt: undefined },
      ...{ lastSignIn: '2026-11-23 13:00:00.000', sessions: 2 },
    })
    expect(await portalAccess(practice.db, patients.ana, since)).to.deep.equal({
      ...{ allowed: true, credential: 'none', loginName: '', madeBy: '', expiresAt: undefined },
      ...{ lastSignIn: undefined, sessions: 0 },
    })
    const sessions = async (of: Partial<typeof since>) =>
      (await portalAccess(practice.db, patients.maria, { ...since, ...of }))?.sessions
    expect(await sessions({ awake: minutesAgo(5) }), 'seen too long ago').to.equal(0)
    expect(await sessions({ young: minutesAgo(5) }), 'at the end of their time').to.equal(0)
    expect(await portalAccess(practice.db, 999_999, since)).to.equal(undefined)
  })

  it('what of a patient waits, the longest wait first, and nothing of others', async () => {
    const { osei } = practice.staff
    const inHostPortal = await practice.event({
      ...{ providerId: osei, pid: practice.patients.john, date: TUESDAY, start: '11:00', by: 'patient' as const },
      at: `${MONDAY} 07:40:00`,
    })
    const asked = await booked(practice, await chart(practice, 'john'))
    await booked(practice, await chart(practice, 'maria'), { time: '10:00' })
    const now = practice.clock.now()
    const at = { utc: utc(now), wall: wallClock(now), today: MONDAY }
    const waits = async () => (await patientWaits(practice.db, practice.patients.john, at, 10)).map((row) => row.pc_eid)
    expect(await waits()).to.deep.equal([inHostPortal, asked])
    await setStatus(practice, inHostPortal, '-')
    expect(await waits()).to.deep.equal([asked])
  })
})
