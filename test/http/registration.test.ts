/** Somebody who is nobody yet registers, and staff find the chart. */
import { expect } from 'chai'
import { followNotes } from '../../module/features/registration/closing.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'
import { lettersTo, tokenTo, valueOf, workFor } from '../support/newcomers.js'

const PASSWORD = 'quiet-Harbor-lantern-7'

describe('Somebody who registers', function () {
  this.timeout(60_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  const john = {
    ...{ forWhom: 'me', relationship: '', firstName: 'Jon', middleName: '', lastName: 'Carter', birthName: '' },
    ...{ born: '1961-01-17', sex: 'Male', phone: '212 555 0199', postalCode: '10025', message: '', holderName: '' },
  }

  it('proves an address, says who they are, and waits with an empty account of their own', async () => {
    const { visitor, page, receipt } = await registered(practice, 'jon@example.org', john)
    expect(page.status).to.equal(303)
    const row = await practice.db.first(
      `SELECT r.state, r.for_whom, r.relationship, a.email, a.email_verified_at IS NOT NULL AS verified, a.host_pid,
              (SELECT COUNT(*) FROM foyer_grants g WHERE g.account_id = a.id) AS grants
         FROM foyer_registrations r JOIN foyer_accounts a ON a.id = r.account_id WHERE r.receipt = :receipt`,
      { receipt },
    )
    expect(row).to.deep.equal({
      ...{ state: 'waiting', for_whom: 'me', relationship: 'self', email: 'jon@example.org', verified: 1 },
      ...{ host_pid: null, grants: 0 },
    })
    const home = await visitor.follow(await visitor.get('/portal'))
    expect(home.body).to.contain('Jon Carter').and.to.contain('Being reviewed')
    expect((await visitor.get(`/portal/records/${practice.records.john}`)).status).to.equal(404)
    const again = await practice.visitor()
    expect((await again.signIn('/portal/sign-in', 'jon@example.org', PASSWORD)).status).to.equal(303)
  })

  it('is answered alike whether the address has an account, is a patient’s, or neither', async () => {
    const asked = []
    for (const email of ['jon@example.org', 'maria.santos@example.org', 'nobody@example.org']) {
      const someone = await practice.visitor()
      const page = await askFor(someone, email)
      const then = await someone.follow(page)
      asked.push({ status: page.status, to: page.location, then: withoutTokens(then.body) })
    }
    expect(new Set(asked.map((each) => JSON.stringify(each)))).to.have.property('size', 1)
    const kinds = await practice.db.select<{ recipient: string; kind: string }>(
      `SELECT recipient, kind FROM foyer_letters WHERE recipient IN ('jon@example.org', 'maria.santos@example.org', 'nobody@example.org') ORDER BY id DESC LIMIT 3`,
    )
    expect(Object.fromEntries(kinds.map(({ kind, recipient }) => [recipient, kind]))).to.deep.equal({
      'jon@example.org': 'registration.known',
      'maria.santos@example.org': 'registration.verify',
      'nobody@example.org': 'registration.verify',
    })
  })

  it('is told to the holder of a closed account, who is to call the practice, and to nobody else', async () => {
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_accounts SET disabled_at = '2026-11-23 13:00:00' WHERE email = 'jon@example.org'`),
    )
    const [closed, stranger] = [await practice.visitor(), await practice.visitor()]
    const pages = [await askFor(closed, 'jon@example.org'), await askFor(stranger, 'nobody.yet@example.org')]
    expect(pages[0]?.location).to.equal(pages[1]?.location)
    const letter = await practice.db.first(
      `SELECT kind FROM foyer_letters WHERE recipient = 'jon@example.org' ORDER BY id DESC LIMIT 1`,
    )
    expect(letter).to.deep.equal({ kind: 'account.closed' })
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_accounts SET disabled_at = NULL WHERE email = 'jon@example.org'`),
    )
  })

  it('is answered alike by staff’s side too: what they said is compared for staff alone', async () => {
    const pages = []
    for (const [at, lastName] of ['Carter', 'Unknownson'].entries()) {
      const { page, visitor } = await registered(practice, `same${String(at)}@example.org`, { ...john, lastName })
      const shown = await visitor.follow(page)
      pages.push(
        withoutTokens(shown.body)
          .replaceAll(lastName, '…')
          .replaceAll(receiptIn(page), '…')
          .replace(/\w{4}-\w{4}/g, '…'),
      )
    }
    expect(pages[0]).to.equal(pages[1])
  })

  it('is not taken in a hurry without the work, and what was typed stays', async () => {
    const someone = await practice.visitor()
    const form = await someone.get('/portal/register')
    const fields = { email: 'quick@example.org', stamp: valueOf(form, 'stamp'), work: '', website: '' }
    const quick = await someone.post('/portal/register', fields)
    expect(quick.status).to.equal(422)
    expect(quick.body).to.contain('quick@example.org').and.to.contain(fields.stamp)
    const done = await someone.post('/portal/register', { ...fields, work: workFor(fields.stamp) })
    expect(done.location).to.equal('/portal/register/sent')
    expect((await someone.post('/portal/register', { ...fields, stamp: 'forged.stamp' })).status).to.equal(422)
  })

  it('takes each form once: another one waits, or works, anew', async () => {
    const someone = await practice.visitor()
    const stamp = valueOf(await someone.get('/portal/register'), 'stamp')
    expect(valueOf(await someone.get('/portal/register'), 'stamp'), 'in the same millisecond').to.not.equal(stamp)
    const fields = { stamp, work: workFor(stamp), website: '' }
    const pages = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        someone.post('/portal/register', { ...fields, email: `once${String(at)}@example.org` }),
      ),
    )
    expect(pages.map(({ status }) => status).sort()).to.deep.equal([303, ...Array<number>(9).fill(422)])
    const refused = pages.find(({ status }) => status === 422)
    expect(refused && valueOf(refused, 'stamp'), 'a new form').to.not.be.oneOf(['', stamp])
  })

  it('is a program where it fills in what people don’t see: answered alike, and nothing is sent', async () => {
    const page = await askFor(await practice.visitor(), 'program@example.org', { website: 'http://x' })
    expect(page.location).to.equal('/portal/register/sent')
    expect(await lettersTo(practice, 'program@example.org')).to.equal(0)
    await askFor(await practice.visitor(), 'person@example.org')
    expect(await lettersTo(practice, 'person@example.org')).to.equal(1)
  })

  it('fills nobody’s mailbox, and from one address only so many come', async () => {
    for (let time = 0; time < 5; time += 1) await askFor(await practice.visitor(), 'victim@example.org')
    expect(await lettersTo(practice, 'victim@example.org')).to.equal(3)
    await practice.setting('registrationsPerAddress', '1')
    const page = await askFor(await practice.visitor(), 'late@example.org')
    expect(page.status).to.equal(429)
    expect(Number(page.headers.get('Retry-After'))).to.be.greaterThan(0)
    await practice.setting('registrationsPerAddress', '1000')
  })

  it('finds no door where the practice has shut it', async () => {
    await practice.setting('selfRegistration', 'off')
    const someone = await practice.visitor()
    expect((await someone.get('/portal/register')).status).to.equal(404)
    expect((await someone.get('/portal/register/sent')).status).to.equal(404)
    await someone.get('/portal/sign-in')
    expect((await someone.post('/portal/register', { email: 'x@example.org' })).status).to.equal(404)
    await practice.setting('selfRegistration', 'on')
    expect((await someone.get('/portal/register')).status).to.equal(200)
  })

  it('opens a link once, within a day, and gets what was typed back where something is missing', async () => {
    const someone = await practice.visitor()
    await askFor(someone, 'ana@example.org')
    const path = await linkTo(practice, 'ana@example.org')
    const fields = { ...john, firstName: 'Ana', phone: '12', password: 'short' }
    const wrong = await someone.post(path, fields, { from: path })
    expect(wrong.status).to.equal(422)
    expect(wrong.body).to.contain('value="Ana"').and.to.contain('Enter the phone number with its area code')
    const weak = await someone.post(path, { ...fields, phone: john.phone })
    expect(weak.status).to.equal(422)
    expect(weak.body).not.to.contain('value="short"')
    const child = await someone.post(path, { ...fields, phone: john.phone, forWhom: 'child', password: PASSWORD })
    expect(child.body).to.contain('Choose what you are to the patient').and.to.contain('Enter your own name')
    expect((await someone.post(path, { ...fields, phone: john.phone, password: PASSWORD })).status).to.equal(303)
    const other = await practice.visitor()
    expect((await other.get(path)).status).to.equal(404)

    await askFor(await practice.visitor(), 'tomorrow@example.org')
    const old = await linkTo(practice, 'tomorrow@example.org')
    expect((await other.get(old)).status).to.equal(200)
    practice.clock.set('2026-11-24T09:00:00')
    expect((await other.get(old)).status).to.equal(404)
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('who sends one form twenty times at once makes one registration', async () => {
    const maria = await practice.patientVisitor('maria')
    const form = await maria.get('/portal/account/registrations/new')
    const pia = {
      ...john,
      forWhom: 'child',
      relationship: 'mother',
      firstName: 'Pia',
      lastName: 'Santos',
      born: '2020-02-02',
    }
    const once = valueOf(form, '_once')
    const pages = await Promise.all(
      Array.from({ length: 20 }, () => maria.post('/portal/account/registrations', { ...pia, _once: once })),
    )
    expect(new Set(pages.map(({ location }) => location))).to.have.property('size', 1)
    const count = await practice.db.first(`SELECT COUNT(*) AS n FROM foyer_registrations WHERE first_name = 'Pia'`)
    expect(count).to.deep.equal({ n: 1 })
    const other = await maria.post('/portal/account/registrations', { ...pia, firstName: 'Ida', _once: once })
    expect(other.status).to.equal(422)
    expect(other.body).to.contain('value="Ida"')
    const accents = await maria.post('/portal/account/registrations', { ...pia, firstName: 'PÍA' })
    expect(accents.location).to.equal(pages[0]?.location)
  })

  it('of another account there is nothing to see and nothing to do', async () => {
    const { receipt } = await registered(practice, 'mine@example.org', { ...john, firstName: 'Mina' })
    const amina = await practice.patientVisitor('amina')
    const before = await practice.db.select(`SELECT * FROM foyer_registrations WHERE receipt = :receipt`, { receipt })
    expect((await amina.get(`/portal/account/registrations/${receipt}`)).status).to.equal(404)
    for (const [path, fields] of [
      ['answer', { answer: 'x' }],
      ['withdrawal', {}],
    ] as const) {
      const more = { ...fields, account: '1', account_id: '1', pid: String(practice.patients.maria) }
      expect((await amina.post(`/portal/account/registrations/${receipt}/${path}`, more)).status, path).to.equal(404)
    }
    expect(
      await practice.db.select(`SELECT * FROM foyer_registrations WHERE receipt = :receipt`, { receipt }),
    ).to.deep.equal(before)
  })
})

describe('Staff who find the chart of somebody who registered', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    await practice.rule('group:front', 'portal:use', 'allow')
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  const amina = {
    ...{ forWhom: 'me', relationship: '', firstName: 'Amina', middleName: '', lastName: 'Yusuf', birthName: '' },
    ...{
      born: '1948-07-30',
      sex: 'Female',
      phone: '212 555 0123',
      postalCode: '',
      message: 'Dr. Lee’s',
      holderName: '',
    },
  }

  const waiting = async (email: string, fields: Record<string, string>) => {
    const { receipt, visitor } = await registered(practice, email, fields)
    const row = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_registrations WHERE receipt = :receipt`, {
      receipt,
    })
    return { id: row?.id ?? 0, visitor, receipt, path: `/staff/portal/registrations/${String(row?.id)}` }
  }

  it('see what was said beside the chart, point by point, and the look is in the trail', async () => {
    const { path } = await waiting('amina1@example.org', amina)
    const page = await admin.get(path)
    expect(page.status).to.equal(200)
    expect(page.body)
      .to.contain('Yusuf, Amina')
      .and.to.contain('Suggested')
      .and.to.contain('Date of birth')
      .and.to.contain('Dr. Lee’s')
    const opener = `<a href="/staff/portal/accounts/${String(practice.accounts.amina)}">amina.yusuf</a> (the patient, `
    expect(page.body, 'who opens her chart already').to.contain(`Opened already by: ${opener}`)
    expect(page.body, 'and is called like her').to.contain('a like name: perhaps the same person')
    const seen = await practice.db.first(
      `SELECT COUNT(*) AS n FROM foyer_audit WHERE event = 'patient.viewed' AND pid = :pid AND subject LIKE '%registrations/:id'`,
      { pid: practice.patients.amina },
    )
    expect(seen).to.deep.equal({ n: 1 })
    const empty = await admin.post(`${path}/refusal`, { reason: '' })
    expect(empty.status).to.equal(422)
  })

  it('make no chart of a form that no page of theirs has sent', async () => {
    const { path } = await waiting('nochart@example.org', { ...amina, firstName: 'Nora' })
    const charts = async () => (await practice.db.first<{ n: number }>(`SELECT COUNT(*) AS n FROM patient_data`))?.n
    const before = await charts()
    for (const wrong of [{ version: 'x' }, { move: 'yes please' }]) {
      expect((await admin.post(`${path}/chart`, wrong, { from: path })).status).to.equal(422)
    }
    expect(await charts()).to.equal(before)
  })

  it('link it, and the record is there', async () => {
    const { path, visitor, id } = await waiting('amina2@example.org', amina)
    const linked = await admin.post(`${path}/link`, { pid: String(practice.patients.amina) }, { from: path })
    expect(linked.status).to.equal(303)
    const home = await visitor.follow(await visitor.get('/portal'))
    expect(home.status).to.equal(200)
    expect(home.path).to.match(/^\/portal\/records\//)
    expect(home.body).to.contain('Amina')
    const row = await practice.db.first(`SELECT state, pid, decided_by FROM foyer_registrations WHERE id = :id`, { id })
    expect(row).to.deep.equal({ state: 'linked', pid: practice.patients.amina, decided_by: 'admin' })
  })

  it('two at once: one is done, the other reads who did it', async () => {
    const { path } = await waiting('amina3@example.org', amina)
    const front = await practice.staffVisitor('front')
    await front.get(path)
    await admin.get(path)
    const pid = String(practice.patients.amina)
    const pages = await Promise.all([
      admin.post(`${path}/link`, { pid }),
      front.post(`${path}/refusal`, { reason: 'Please call' }),
    ])
    expect(pages.map(({ status }) => status).sort()).to.deep.equal([303, 409])
    const lost = pages.find(({ status }) => status === 409)
    expect(lost?.body).to.match(/Nothing was changed\. It stands at “(Linked|Declined)” already: (admin|front)/)
  })

  it('one who has it keeps others from deciding, until they take it over', async () => {
    const { path } = await waiting('amina4@example.org', amina)
    const front = await practice.staffVisitor('front')
    expect((await front.post(`${path}/claim`, {}, { from: path })).status).to.equal(303)
    const kept = await admin.post(`${path}/refusal`, { reason: 'Typed before' }, { from: path })
    expect(kept.status).to.equal(409)
    expect(kept.body).to.contain('front').and.to.contain('Typed before')
    expect((await admin.post(`${path}/claim`, { take: 'front' })).status).to.equal(303)
    expect((await admin.post(`${path}/refusal`, { reason: 'Please call us' })).status).to.equal(303)
  })

  it('ask, are answered, and decide on what they have read', async () => {
    const { path, receipt, visitor } = await waiting('amina5@example.org', { ...amina, born: '1948-07-03' })
    const before = await admin.get(path)
    await admin.post(`${path}/question`, { question: 'Which street?', version: valueOf(before, 'version') })
    const home = await visitor.follow(await visitor.get('/portal'))
    expect(home.body).to.contain('Which street?')
    const mine = `/portal/account/registrations/${receipt}`
    expect((await visitor.post(`${mine}/answer`, { answer: ' ' }, { from: mine })).status).to.equal(422)
    expect((await visitor.post(`${mine}/answer`, { answer: 'Elm Street' }, { from: mine })).status).to.equal(303)
    const stale = await admin.post(`${path}/refusal`, { reason: 'No', version: valueOf(before, 'version') })
    expect(stale.status).to.equal(409)
    expect(stale.body).to.contain('Elm Street')
    expect((await admin.post(`${path}/refusal`, { reason: 'Please call us first' })).status).to.equal(303)
    expect((await visitor.get(mine)).body).to.contain('Please call us first')
    const letters = await practice.db.select<{ facts: unknown; kind: string }>(
      `SELECT kind, facts FROM foyer_letters WHERE recipient = 'amina5@example.org' ORDER BY id`,
    )
    expect(letters.map(({ kind }) => kind)).to.deep.equal([
      ...['registration.verify', 'registration.question', 'registration.refused'],
    ])
    expect(JSON.stringify(letters)).not.to.match(/street|call us|Amina/i)
  })

  it('see that a question did not arrive, and send it again or see to it, on its page and on the account’s', async () => {
    const { id, path } = await waiting('amina17@example.org', { ...amina, born: '1948-07-05' })
    const version = valueOf(await admin.get(path), 'version')
    await admin.post(`${path}/question`, { question: 'Which street?', version })
    const row = await practice.db.first<{ account: number; letter: number }>(
      `SELECT r.account_id AS account, MAX(l.id) AS letter
         FROM foyer_registrations r JOIN foyer_letters l ON l.account_id = r.account_id WHERE r.id = :id`,
      { id },
    )
    if (!row) throw new Error('no letter')
    const fail = () =>
      practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_letters SET state = 'failed', error_code = '550' WHERE id = :letter`, row),
      )
    const state = async () =>
      (await practice.db.first<{ state: string }>(`SELECT state FROM foyer_letters WHERE id = :letter`, row))?.state
    const account = `/staff/portal/accounts/${String(row.account)}`
    const act = (of: string, what: 'attempt' | 'closing') =>
      admin.post(`${of}/letters/${String(row.letter)}/${what}`, {}, { from: path })
    await fail()
    for (const page of [path, account]) {
      const { body } = await admin.get(page)
      expect(body, page)
        .to.contain('Not delivered')
        .and.to.contain(`${account}/letters/${String(row.letter)}/attempt`)
    }
    expect((await act('/staff/portal/accounts/1', 'closing')).status, 'another’s').to.equal(404)
    expect((await act(`/staff/portal/patients/${String(practice.patients.john)}`, 'closing')).status).to.equal(404)
    expect((await act(account, 'attempt')).location).to.equal(account)
    expect(await state()).to.equal('waiting')
    await fail()
    expect((await act(account, 'closing')).status).to.equal(303)
    expect(await state()).to.equal('closed')
    expect((await act(account, 'closing')).status, 'a second time').to.equal(409)
    await fail()
    await practice.rule('user:front', 'letters:manage', 'deny')
    const front = await practice.staffVisitor('front')
    const seen = await front.get(path)
    expect([seen.status, seen.body.includes('/letters/')], 'not theirs to deal with').to.deep.equal([200, false])
    expect((await front.post(`${account}/letters/${String(row.letter)}/closing`, {}, { from: path })).status).to.equal(
      403,
    )
  })

  it('find it among the closed ones once its note was completed in the EMR, and reopen it', async () => {
    const { id, path, receipt, visitor } = await waiting('amina16@example.org', { ...amina, born: '1948-07-04' })
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE pnotes n JOIN foyer_registrations r ON r.note_id = n.id
            SET n.message_status = 'Done', n.activity = 0, n.update_by = :by WHERE r.id = :id`,
        { id, by: practice.staff.lee },
      ),
    )
    expect((await admin.get(path)).body).to.contain('The note in the EMR’s messages was completed by dr.lee')
    await followNotes.run(practice.portal)
    const mine = await visitor.get(`/portal/account/registrations/${receipt}`)
    expect(mine.body).to.contain('The practice closed this request').and.to.contain('ask for it again')
    expect((await admin.get('/staff/portal/registrations')).body).not.to.contain(path)
    const closed = await admin.get('/staff/portal/registrations?view=closed')
    expect(closed.body).to.contain(path).and.to.contain('dr.lee, ')
    const page = await admin.get(path)
    expect(page.body).to.contain('Closed: dr.lee').and.to.contain(`${path}/reopening`)
    expect((await admin.post(`${path}/reopening`, {}, { from: path })).location).to.equal(path)
    expect((await admin.get('/staff/portal/registrations')).body).to.contain(path)
    expect((await visitor.get(`/portal/account/registrations/${receipt}`)).body).to.contain('Being reviewed')
  })

  it('ask about somebody whom an account with a chart has registered: it stands on the home of its own chart', async () => {
    const maria = await practice.patientVisitor('maria')
    const { records } = practice
    const child = { forWhom: 'child', relationship: 'mother', firstName: 'Nia', lastName: 'Santos' }
    const nia = { ...amina, ...child, born: '2019-05-06' }
    await maria.post('/portal/account/registrations', nia, { from: '/portal/account/registrations/new' })
    const row = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_registrations WHERE first_name = 'Nia'`)
    const path = `/staff/portal/registrations/${String(row?.id)}`
    const asks = 'The practice has a question about registering Nia.'
    expect((await maria.get(`/portal/records/${records.maria}`)).body, 'before').not.to.contain(asks)
    const version = valueOf(await admin.get(path), 'version')
    expect((await admin.post(`${path}/question`, { question: 'Her other parent?', version })).status).to.equal(303)
    const home = await maria.get(`/portal/records/${records.maria}`)
    expect(home.body).to.contain(asks).and.to.contain('href="/portal/account/registrations"')
    expect((await maria.get(`/portal/records/${records.leo}`)).body, 'a child’s').not.to.contain(asks)
  })

  it('join two accounts of a person; a reason that is missing is asked for there, and the choice stays', async () => {
    const path = (id: number) => `/staff/portal/accounts/${String(id)}`
    const emails = { one: 'amina.one@example.org', two: 'amina.two@example.org' }
    for (const email of Object.values(emails)) await waiting(email, amina)
    const [one, two] = await practice.db.select<{ id: number }>(
      `SELECT id FROM foyer_accounts WHERE email IN (:one, :two) ORDER BY id`,
      emails,
    )
    if (!one || !two) throw new Error('no accounts')
    const empty = await admin.post(`${path(one.id)}/merging`, { into: String(two.id), reason: '' })
    expect(empty.status).to.equal(422)
    expect(empty.body)
      .to.contain('href="#merge-reason"')
      .and.to.contain('id="merge-reason-error"')
      .and.to.contain(`value="${String(two.id)}" checked`)
      .and.not.contain('id="field-reason-error"')
    const joined = await admin.post(`${path(one.id)}/merging`, { into: String(two.id), reason: 'One person' })
    expect(joined.location).to.equal(path(two.id))
  })

  it('who are no portal staff see none of it', async () => {
    const { id, path } = await waiting('amina6@example.org', amina)
    expect((await admin.get(path)).status).to.equal(200)
    const nurse = await practice.staffVisitor('nurse')
    expect((await nurse.get(path)).status).to.equal(403)
    const pid = String(practice.patients.amina)
    await nurse.get('/emr')
    expect((await nurse.post(`${path}/link`, { pid })).status).to.equal(403)
    expect(await practice.db.first(`SELECT state FROM foyer_registrations WHERE id = :id`, { id })).to.deep.equal({
      state: 'waiting',
    })
  })
})

function withoutTokens(body: string): string {
  return body
    .replace(/(name="_(?:csrf|once)" value=")[^"]*/g, '$1')
    .replace(/nonce="[^"]*"/g, '')
    .replace(/(class="reference"|figures)[^<]*<[^<]*/g, '')
}

function receiptIn(page: Page): string {
  return page.location?.split('/').at(-1) ?? ''
}

async function askFor(someone: Visitor, email: string, more: Record<string, string> = {}): Promise<Page> {
  const form = await someone.get('/portal/register')
  const stamp = valueOf(form, 'stamp')
  return someone.post('/portal/register', { email, stamp, work: workFor(stamp), website: '', ...more })
}

async function linkTo(practice: TestPractice, email: string): Promise<string> {
  return `/portal/register/${await tokenTo(practice, email, 'registration.verify')}`
}

async function registered(practice: TestPractice, email: string, fields: Record<string, string>) {
  const visitor = await practice.visitor()
  await askFor(visitor, email)
  const path = await linkTo(practice, email)
  const page = await visitor.post(path, { ...fields, password: PASSWORD }, { from: path })
  if (page.status !== 303) throw new Error(`${email}: ${String(page.status)} ${page.body.slice(0, 2000)}`)
  return { visitor, page, receipt: receiptIn(page) }
}
