/** A registration of somebody whose access opens from a day to come on, and what such a day is after a wrong link. */
import { expect } from 'chai'
import { grant } from '../../../module/access/accounts.js'
import { issueCodes, type NewCodes } from '../../../module/access/codeIssuing.js'
import { redeemCode } from '../../../module/access/codeRedeeming.js'
import { findCode } from '../../../module/access/codes.js'
import { findAccount } from '../../../module/access/scope.js'
import { requestAppointment } from '../../../module/features/appointments/booking.js'
import { linkRegistration } from '../../../module/features/registration/staff/linking.js'
import { mergeAccounts } from '../../../module/features/registration/staff/merging.js'
import { unlinkRegistration } from '../../../module/features/registration/staff/unlinking.js'
import { deliver } from '../../support/mailServer.js'
import { somebody } from '../../support/forms.js'
import { MORNING, OFFICE_VISIT, openPractice, type TestPractice } from '../../support/practice.js'
import type { Visitor } from '../../support/visitor.js'
import { administrator, person, register, type Person } from './people.js'

const DAY = '2027-01-04'
const BEGINS = '2027-01-04 05:00:00.000'
const BORN = '2019-03-04'

describe('A day from which on access opens', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let staff: Awaited<ReturnType<typeof administrator>>
  let admin: Visitor
  let made = 0

  before(async () => {
    practice = await openPractice()
    staff = await administrator(practice)
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  const someone = (): Promise<Person> => person(practice, `d${String((made += 1))}@example.org`)
  const childOf = (firstName: string) => ({ forWhom: 'child', relationship: 'mother', born: BORN, firstName }) as const
  const chart = (fname: string) => practice.patient({ fname, lname: 'Example', dob: BORN })
  const link = (id: number, pid: number, from?: string) =>
    linkRegistration(practice.portal, staff.member, staff.actor, { id, pid, move: false, seen: undefined, from })
  const unlink = (id: number) =>
    unlinkRegistration(practice.portal, staff.member, staff.actor, { id, reason: 'Another Ida' })
  const opensLater = ({ accountId }: Person, pid: number, extent = 'forms') =>
    practice.db.transaction((tx) =>
      grant(tx, practice.clock, {
        ...{ accountId, pid, relationship: 'mother', extent, from: BEGINS, by: staff.actor },
      }),
    )
  const grantOf = ({ accountId }: Person, pid: number) =>
    practice.db.first<{ id: number; said: string }>(
      `SELECT id, CONCAT_WS(' ', relationship, extent, valid_from) AS said FROM foyer_grants
        WHERE account_id = :accountId AND pid = :pid AND revoked_at IS NULL`,
      { accountId, pid },
    )
  const opens = async ({ accountId }: Person, pid: number) => {
    const account = await findAccount(practice.db, practice.portal, accountId)
    return account?.records.find((record) => record.pid === pid)?.extent
  }
  const useCode = async ({ accountId }: Person, pid: number, more: Partial<NewCodes>) => {
    const issued = await issueCodes(practice.portal, staff.actor, {
      ...{ kind: 'code', pids: [pid], recipient: 'U', relationship: 'guardian', extent: 'forms', language: 'en' },
      ...more,
    })
    const id = issued.ok ? (issued.codes[0]?.id ?? 0) : 0
    const symbols = (await findCode(practice.db, practice.portal, { pid, id }))?.symbols ?? ''
    const typed = { symbols, born: BORN, address: '192.0.2.1', requestId: 'test' }
    const redeemed = await redeemCode(practice.portal, { kind: 'account', id: accountId, name: 'U' }, typed)
    expect(redeemed).to.include({ ok: true })
  }

  it('is not put forward by a link: staff read the day and where it is changed, and link then', async () => {
    const [who, pid] = [await someone(), await chart('Ida')]
    await opensLater(who, pid)
    const id = await register(practice, who, childOf('Ida'))
    const before = await grantOf(who, pid)
    expect(await link(id, pid)).to.deep.equal({ ok: false, reason: 'not-begun', from: BEGINS })
    expect(await grantOf(who, pid)).to.deep.equal(before)
    expect(await opens(who, pid)).to.equal(undefined)

    const path = `/staff/portal/registrations/${String(id)}`
    const page = await admin.get(`${path}?chart=${String(pid)}`)
    expect(page.body).to.contain('opens on Mon 4 Jan 2027').and.contain('change the first day of that access')
    expect(page.body).to.contain(`/patients/${String(pid)}/grants/${String(before?.id)}`)
    expect(page.body, 'nothing to press').to.not.contain(`name="pid" value="${String(pid)}"`)
    const pressed = await admin.post(`${path}/link`, { pid: String(pid) }, { from: path })
    expect([pressed.status, pressed.body.includes('opens on Mon 4 Jan 2027')]).to.deep.equal([422, true])

    practice.clock.set(`${DAY}T08:00:00`)
    expect(await link(id, pid)).to.include({ ok: true })
    expect(await opens(who, pid)).to.equal('full')
    practice.clock.set(MORNING)
  })

  it('can be said where a registration is linked, to a chart or to a new one, but for one’s own', async () => {
    const [who, pid] = [await someone(), await chart('Mia')]
    const id = await register(practice, who, childOf('Mia'))
    const path = `/staff/portal/registrations/${String(id)}`
    expect((await admin.get(`${path}?chart=${String(pid)}`)).body).to.contain('name="from"')
    const press = (from: string, rest = '/link') =>
      admin.post(`${path}${rest}`, { pid: String(pid), from }, { from: path })
    for (const [from, words] of [
      ['2026-11-22', 'The first day is over'],
      ['soon', 'not a day of the calendar'],
    ] as const) {
      for (const rest of ['/link', '/chart']) {
        const refused = await press(from, rest)
        expect([refused.status, refused.body.includes(words)], `${from} ${rest}`).to.deep.equal([422, true])
        expect(refused.body).to.contain(`value="${from}"`)
      }
    }
    expect((await press(DAY)).status).to.equal(303)
    expect(await grantOf(who, pid)).to.include({ said: `mother full ${BEGINS}` })
    expect(await opens(who, pid)).to.equal(undefined)
    await deliver(practice)
    const told = `SELECT kind, recipient FROM foyer_letters WHERE pid = :pid AND recipient LIKE 'd%'`
    const recipient = `d${String(made)}@example.org`
    expect(await practice.db.select(told, { pid })).to.deep.equal([{ kind: 'family.access-opens', recipient }])
    // Once it is said there, it is changed there.
    practice.clock.set(`${DAY}T08:00:00`)
    const again = await register(practice, who, { ...childOf('Mia'), relationship: 'guardian' })
    expect(await link(again, pid, '2027-02-01')).to.deep.equal({ ok: false, reason: 'has-access' })
    expect(await opens(who, pid)).to.equal('full')
    practice.clock.set(MORNING)

    const own = await register(practice, await someone(), { firstName: 'Zoe' })
    expect((await admin.get(`/staff/portal/registrations/${String(own)}`)).body).to.not.contain('name="from"')
    const theirs = await practice.patient({ fname: 'Zoe', lname: 'Example', dob: '1980-01-01' })
    expect(await link(own, theirs, DAY)).to.deep.equal({ ok: false, reason: 'own-later' })
    expect(await link(own, theirs)).to.include({ ok: true })
  })

  it('stays that of a PIN or code that was used while a wrong link stood', async () => {
    const [who, pid] = [await someone(), await chart('Uma')]
    const id = await register(practice, who, childOf('Uma'))
    expect(await link(id, pid)).to.include({ ok: true })
    await useCode(who, pid, { from: DAY })
    expect(await opens(who, pid), 'by the link').to.equal('full')
    expect(await unlink(id)).to.include({ ok: true, codesLost: 0 })
    expect(await grantOf(who, pid)).to.include({ said: `guardian forms ${BEGINS}` })
    expect(await opens(who, pid)).to.equal(undefined)
  })

  it('is so again after a wrong link that came with another account', async () => {
    const [who, other, pid] = [await someone(), await someone(), await chart('Ola')]
    await opensLater(who, pid)
    const id = await register(practice, other, childOf('Ola'))
    expect(await link(id, pid)).to.include({ ok: true })
    const wish = { from: other.accountId, into: who.accountId, reason: 'One person' }
    expect(await mergeAccounts(practice.portal, staff.member, staff.actor, wish)).to.deep.equal({ ok: true })
    expect(await opens(who, pid), 'as far as the link').to.equal('full')
    // Used meanwhile, it opens nothing sooner than staff have said.
    await useCode(who, pid, { relationship: 'mother' })
    expect(await unlink(id)).to.include({ ok: true, codesLost: 1 })
    expect(await grantOf(who, pid)).to.include({ said: `mother forms ${BEGINS}` })
    expect(await opens(who, pid)).to.equal(undefined)
  })

  it('leaves what a link opened in words that anybody reads, and nothing as the trail writes it', async () => {
    const { accounts, records } = practice
    const john = await practice.patientVisitor('john')
    const pid = await chart('Eva')
    const who = {
      ...{ accountId: accounts.john, ownRecord: records.ownOfJohn },
      actor: { kind: 'account', id: String(accounts.john), name: 'John Carter', requestId: undefined } as const,
    }
    const id = await register(practice, who, { ...childOf('Eva'), relationship: 'father' })
    const linked = await link(id, pid)
    const record = linked.ok ? linked.record : ''
    for (const page of ['', '/appointments', '/appointments/new', '/documents', '/documents/upload', '/profile']) {
      expect((await john.get(`/portal/records/${record}${page}`)).status, page).to.equal(200)
    }
    const { scope, actor } = await somebody(practice, who.accountId, record)
    const wish = { provider: practice.staff.lee, category: OFFICE_VISIT, day: '2026-11-24', time: '10:00' }
    const asked = { ...wish, scope, reason: 'Cough', once: undefined }
    expect(await requestAppointment(practice.portal, actor, asked)).to.include({ ok: true })
    const { body } = await admin.get(`/staff/portal/registrations/${String(id)}/unlinking`)
    const lines = [...body.matchAll(/<li data-test="trace">([\s\S]*?)<\/li>/g)].map(([, line = '']) => line)
    expect(lines).to.have.length(7)
    expect(lines[0]).to.match(/requested an appointment for[\s\S]*Visit no\. \d+: Tue 24 Nov, 10:00/)
    for (const words of ['the home page of the record', 'the list of the visits', 'the profile']) {
      expect(
        lines.some((line) => line.includes(`Looked at: ${words}<`)),
        words,
      ).to.equal(true)
    }
    for (const line of lines)
      expect(line)
        .to.contain('john.carter')
        .and.not.match(/\/portal|:record|appointment:|registrations\./)
  })
})
