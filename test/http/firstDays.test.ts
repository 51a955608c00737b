/** Access from a day to come on: given by a PIN or code, or put off by staff; both sides know, and nothing opens before. */
import { expect } from 'chai'
import { createAccount, grant } from '../../module/access/accounts.js'
import { findCode, type Code } from '../../module/access/codes.js'
import { hashOwnPassword } from '../../module/access/ownPasswords.js'
import { factorOwner } from '../../module/access/secondFactors.js'
import type { Actor } from '../../module/platform/audit.js'
import { deliver } from '../support/mailServer.js'
import { MORNING, openPractice, type TestPractice } from '../support/practice.js'
import { textOfPdf } from '../support/pdfText.js'
import { setUpFactor } from '../support/secondFactors.js'
import type { Visitor } from '../support/visitor.js'

const tester: Actor = { kind: 'system', id: 'test', name: 'test', requestId: undefined }
const LEO = '2017-05-03'
const DAY = '2027-01-04'
const PASSWORD = 'Four unrelated words, 7 here'

describe('Access from a day to come on', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor
  let maria: Visitor
  let people = 0

  before(async () => {
    practice = await openPractice()
    await practice.setting('signInTriesPerAddress', '10000')
  })
  after(() => practice.leave())
  beforeEach(() => comeIn(MORNING))

  const comeIn = async (at: string): Promise<void> => {
    practice.clock.set(at)
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
    admin = await practice.staffVisitor('admin')
    maria = await practice.patientVisitor('maria')
  }
  const child = (more = {}) =>
    practice.patient({
      ...{
        fname: `Kim${String((people += 1))}`,
        lname: 'Novak',
        dob: LEO,
        allowPortal: '',
        email: 'novak@example.org',
      },
      ...{ columns: { hipaa_allowemail: 'YES' }, ...more },
    })
  const pathOf = (pid: number, rest: string) => `/staff/portal/patients/${String(pid)}/${rest}`
  const newCode = (pid: number, more: Record<string, string> = {}) =>
    admin.post(
      pathOf(pid, 'codes/new'),
      {
        ...{ recipient: 'other', name: 'Maria Santos', relationship: 'mother', extent: 'forms', deliver: 'print' },
        ...{ language: 'en', from: DAY, ...more },
      },
      { from: pathOf(pid, 'codes/new') },
    )
  const codeOf = async (pid: number): Promise<Code> => {
    const row = await practice.db.first<{ id: number }>(
      `SELECT id FROM foyer_codes WHERE pid = :pid ORDER BY id DESC LIMIT 1`,
      { pid },
    )
    const code = await findCode(practice.db, practice.portal, { pid, id: row?.id ?? 0 })
    if (!code) throw new Error('no code')
    return code
  }
  const recordOf = async (pid: number): Promise<string> =>
    (await practice.db.first<{ record: string }>(`SELECT record FROM foyer_grants WHERE pid = :pid`, { pid }))
      ?.record ?? ''
  const lettersOf = async (pid: number) => {
    await deliver(practice)
    const rows = await practice.db.select<{ kind: string; recipient: string; facts: unknown }>(
      `SELECT kind, recipient, facts FROM foyer_letters WHERE pid = :pid AND kind LIKE 'family.%' ORDER BY id`,
      { pid },
    )
    return rows.map(({ kind, recipient }) => `${kind} ${recipient}`)
  }
  /** What stands between two headings of the account's page. */
  const familyOf = async (visitor: Visitor) => {
    const { body } = await visitor.get('/portal/account')
    return body.slice(body.indexOf('id="family"'))
  }

  it('is used early by somebody with an account: told on the receipt and on their page, and open on its day', async () => {
    const pid = await child()
    const made = await newCode(pid)
    expect(made.status).to.equal(303)
    expect((await admin.follow(made)).body).to.contain('is open from 4 Jan 2027 on')
    const code = await codeOf(pid)
    expect((await admin.get(pathOf(pid, `codes/${String(code.id)}`))).body).to.contain('Opens from')

    const used = await maria.post(
      '/portal/codes',
      { pin: code.symbols ?? '', birthDate: LEO },
      { from: '/portal/codes' },
    )
    const record = await recordOf(pid)
    expect([used.status, used.location]).to.deep.equal([303, `/portal/codes/receipts/${record}`])
    const receipt = await maria.follow(used)
    expect(receipt.body).to.contain('The record opens later').and.contain('Opens on 4 Jan 2027')
    expect(receipt.body).to.not.contain(`/portal/records/${record}`)

    const page = await familyOf(maria)
    expect(page).to.contain('data-test="coming"').and.contain('Opens on 4 Jan 2027').and.contain('Kim')
    const line = /<li data-test="coming">[\s\S]*?<\/li>/.exec(page)?.[0] ?? ''
    expect(line).to.contain('Kim')
    expect(line, 'no link, no birth date, nothing that it opens').to.not.match(/href|2017|forms/)
    expect((await maria.get(`/portal/records/${record}`)).status).to.equal(404)
    expect((await admin.get(pathOf(pid, 'grants'))).body).to.contain('Not yet open')

    await comeIn(`${DAY}T08:00:00`)
    expect((await maria.get(`/portal/records/${record}`)).status).to.equal(200)
    expect(await familyOf(maria)).to.not.contain('data-test="coming"')
  })

  it('is used early by somebody who makes an account with it', async () => {
    const pid = await child()
    expect((await newCode(pid, { name: 'Nora Novak' })).status).to.equal(303)
    const { symbols = '' } = await codeOf(pid)
    const nora = await practice.visitor()
    const typed = { pin: symbols, birthDate: LEO, email: 'nora.novak@example.org', password: PASSWORD }
    const joined = await nora.post('/portal/join', typed, { from: '/portal/join' })
    expect(joined.location).to.equal(`/portal/codes/receipts/${await recordOf(pid)}`)
    expect((await nora.follow(joined)).body).to.contain('The record opens later')
    expect(await lettersOf(pid), 'who has proved no address has read it there').to.deep.equal([
      'family.access-opens novak@example.org',
    ])
  })

  it('is told to both sides, once for a day, in words that name nobody', async () => {
    const pid = await child()
    await newCode(pid)
    await maria.post(
      '/portal/codes',
      { pin: (await codeOf(pid)).symbols ?? '', birthDate: LEO },
      { from: '/portal/codes' },
    )
    const both = ['family.access-opens maria.santos@example.org', 'family.access-opens novak@example.org']
    expect(await lettersOf(pid)).to.have.members(both)
    const row = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_grants WHERE pid = :pid`, { pid })
    const path = pathOf(pid, `grants/${String(row?.id)}`)
    const change = { relationship: 'mother', extent: 'full', until: '', reason: 'Custody' }
    await admin.post(path, { ...change, from: DAY }, { from: path })
    expect(await lettersOf(pid), 'of that day they know').to.have.length(2)
    await admin.post(path, { ...change, from: '2027-02-01' })
    expect(await lettersOf(pid), 'put off by staff').to.deep.equal([...both, ...both])
    await admin.post(path, { ...change, from: '' })
    expect(await lettersOf(pid), 'open at once').to.have.length(4)
    for (const [from, told] of [
      ['2027-02-01', 6],
      [DAY, 8],
      ['2027-02-01', 10],
    ] as const) {
      await admin.post(path, { ...change, from })
      expect(await lettersOf(pid), 'another day than they know').to.have.length(told)
    }
    const facts = await practice.db.select(
      `SELECT facts FROM foyer_letters WHERE pid = :pid AND kind LIKE 'family.%'`,
      {
        pid,
      },
    )
    expect(JSON.stringify(facts))
      .to.contain('2027-02-01')
      .and.to.not.match(/Kim|Novak|Santos/)
  })

  it('stands on the patient’s own page among those who open their record', async () => {
    const { accounts, clock, db } = practice
    const pid = await practice.patient({ fname: 'Ida', lname: 'Novak', dob: '1990-05-03' })
    const own = { email: 'ida.novak@example.org', verified: true, displayName: 'Ida Novak', language: 'en' }
    const passwordHash = await hashOwnPassword(PASSWORD)
    await db.transaction(async (tx) => {
      const account = await createAccount(tx, clock, { ...own, passwordHash })
      const opens = { pid, extent: 'full', by: tester }
      await grant(tx, clock, { ...opens, accountId: account?.id ?? 0, relationship: 'self' })
      await grant(tx, clock, {
        ...{ ...opens, accountId: accounts.maria, relationship: 'proxy', from: '2027-01-04 05:00:00.000' },
      })
    })
    const ida = await practice.visitor()
    await ida.signIn('/portal/sign-in', own.email, PASSWORD)
    expect(await familyOf(ida)).to.contain('Opens on 4 Jan 2027, may open everything')
    expect(await familyOf(maria)).to.contain('Ida Novak')
    await db.transaction((tx) =>
      tx.change(`UPDATE foyer_grants SET revoked_at = '2026-11-23' WHERE pid = :pid`, { pid }),
    )
    expect(await familyOf(maria), 'revoked').to.not.contain('Ida Novak')
  })

  it('is said on the sheet and in the welcome, and can be given to a whole family', async () => {
    const pid = await child({ columns: { guardiansname: 'Eva Novak', guardianrelationship: 'mother' } })
    const wanted = { recipient: 'contact:Eva Novak', 'register[]': String(pid), language: 'es', from: DAY }
    const made = await admin.post(pathOf(pid, 'family'), wanted, { from: pathOf(pid, 'family') })
    expect(made.status).to.equal(303)
    expect((await admin.follow(made)).body).to.contain('Lo que abre estará abierto desde el 4 ene 2027')
    const file = await fetch(`${admin.origin}${(made.location ?? '').replace(/\?.*/, '')}/pdf`, {
      headers: { cookie: [...admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    const paper = await textOfPdf(Buffer.from(await file.arrayBuffer()))
    expect(paper.text).to.contain('4 ene 2027')
  })

  it('is refused in words that say the day and the way out, at the desk and in the history', async () => {
    const pid = await child()
    await newCode(pid)
    await maria.post(
      '/portal/codes',
      { pin: (await codeOf(pid)).symbols ?? '', birthDate: LEO },
      { from: '/portal/codes' },
    )
    const row = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_grants WHERE pid = :pid`, { pid })
    const again = await newCode(pid, { extent: 'full', from: '' })
    expect(again.status).to.equal(422)
    expect(again.body).to.contain('opens on Mon 4 Jan').and.contain('change the first day of that access')
    expect(again.body).to.contain(pathOf(pid, `grants/${String(row?.id)}`))

    expect((await newCode(pid, { name: 'Somebody Else', extent: 'full', from: '' })).status).to.equal(303)
    const code = await codeOf(pid)
    const used = await maria.post(
      '/portal/codes',
      { pin: code.symbols ?? '', birthDate: LEO },
      { from: '/portal/codes' },
    )
    expect(used.status).to.equal(422)
    expect(used.body, 'who types it is told no more than of any other').to.not.contain('first day')
    const page = await admin.get(pathOf(pid, `codes/${String(code.id)}`))
    expect(page.body).to.contain('opens on a later day').and.contain('change the first day of that access')
  })

  it('is not given for a day that is over or is none, nor for a patient’s own record', async () => {
    const pid = await child({ dob: '1990-05-03' })
    for (const [typed, words] of [
      [{ from: '2026-11-22' }, 'This day is over'],
      [{ from: 'soon' }, 'not a day of the calendar'],
      [{ from: '2026-02-31' }, 'not a day of the calendar'],
      [{ recipient: 'self', from: DAY }, 'opens as soon as the PIN or code is used'],
    ] as const) {
      const answer = await newCode(pid, { relationship: 'proxy', ...typed })
      expect([answer.status, answer.body.includes(words)], words).to.deep.equal([422, true])
      expect(answer.body, 'what was typed is there still').to.contain(`value="${typed.from}"`)
    }
    expect((await newCode(pid, { relationship: 'proxy', from: '2026-11-23' })).status, 'today').to.equal(303)
    expect((await codeOf(pid)).opensFrom).to.equal(undefined)
  })

  it('is no reason to help its holder with a lost second factor before its day', async () => {
    const { accounts, clock, db } = practice
    const pid = await child()
    const opens = { accountId: accounts.maria, pid, relationship: 'mother', extent: 'full', by: tester }
    await db.transaction((tx) => grant(tx, clock, { ...opens, from: '2027-01-04 05:00:00.000' }))
    await setUpFactor(practice, factorOwner({ kind: 'account', id: accounts.maria }))
    const help = pathOf(pid, `second-factors/${String(accounts.maria)}`)
    expect((await admin.get(help)).status).to.equal(404)
    practice.clock.set(`${DAY}T08:00:00`)
    expect((await (await practice.staffVisitor('admin')).get(help)).status).to.equal(200)
    await db.transaction((tx) => tx.change(`DELETE FROM foyer_totp`))
  })
})
