/** PINs over the web: made for a family, printed, sent, redeemed; whatever is wrong with one looks the same. */
import { expect } from 'chai'
import { redeemCode } from '../../module/access/codeRedeeming.js'
import { issueCodes, revokeCode } from '../../module/access/codeIssuing.js'
import { findCode, type Code } from '../../module/access/codes.js'
import { keepChartKeys } from '../../module/features/registration/keeping.js'
import { qrPath } from '../../module/web/qrCode.js'
import { MORNING, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { person, register } from '../integration/registration/people.js'
import { textOfPdf } from '../support/pdfText.js'
import type { Page, Visitor } from '../support/visitor.js'

const nurse = { kind: 'staff', id: 'admin', name: 'Robin Adler', requestId: 'test' } as const
const LEO = '2017-05-03'
const PASSWORD = 'Four unrelated words, 7 here'

describe('PINs on the portal’s pages', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor
  let people = 0

  before(async () => {
    practice = await openPractice()
    await practice.setting('signInTries', '100')
    await practice.setting('signInTriesPerAddress', '10000')
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())
  beforeEach(async () => {
    practice.clock.set(MORNING)
    await practice.setting('pinTries', '50')
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
  })

  const home = { guardiansname: 'Eva Novak', guardianrelationship: 'mother', guardianphone: '(202) 555-0177' }
  const child = (columns: Record<string, string> = home, more = {}) =>
    practice.patient({
      ...{ fname: `Kim${String((people += 1))}`, lname: 'Novak', dob: LEO, allowPortal: '', columns, ...more },
    })
  const codesOf = async (pid: number): Promise<Code[]> => {
    const rows = await practice.db.select<{ id: number }>(`SELECT id FROM foyer_codes WHERE pid = :pid ORDER BY id`, {
      pid,
    })
    const found = await Promise.all(rows.map(({ id }) => findCode(practice.db, practice.portal, { pid, id })))
    return found.flatMap((code) => code ?? [])
  }
  const pinFor = async (pid: number, recipient = 'Eva Novak'): Promise<Code> => {
    const issued = await issueCodes(practice.portal, nurse, {
      ...{ kind: 'pin', pids: [pid], recipient, relationship: 'mother', extent: 'full', language: 'en' },
    })
    const code = issued.ok && (await findCode(practice.db, practice.portal, { pid, id: issued.codes[0]?.id ?? 0 }))
    if (!code) throw new Error('no PIN')
    return code
  }
  const family = (pid: number) => `/staff/portal/patients/${String(pid)}/family`

  describe('in Family Contacts', () => {
    it('are made for the patient and the siblings that are ticked, in one press, and stand on one sheet', async () => {
      const [kim, sam, other] = [
        await child({ ...home, guardianphone: '(202) 555-0188' }, { phoneHome: '202-555-0188' }),
        await child({ ...home, guardianphone: '' }, { lname: 'Dvorak', phoneHome: '202-555-0188' }),
        await child({ ...home, guardianphone: '(202) 555-9999' }),
      ]
      const page = await admin.get(family(kim))
      expect(page.status).to.equal(200)
      expect(page.body).to.match(/value="contact:Eva Novak" checked/)
      expect(boxes(page)).to.deep.equal([`${String(kim)} checked`, `${String(sam)} checked`])

      const outsider = { recipient: 'contact:Eva Novak', 'register[]': [String(kim), String(other)] }
      expect((await admin.post(family(kim), outsider)).status).to.equal(422)
      const made = await admin.post(family(kim), {
        ...{ recipient: 'contact:Eva Novak', language: 'es', 'register[]': [String(kim), String(sam)] },
      })
      expect(made.status).to.equal(303)
      const sheet = await admin.follow(made)
      expect(sheet.status).to.equal(200)
      expect(sheet.body).to.contain('lang="es"').and.contain('Para Eva Novak')
      for (const pid of [kim, sam]) {
        const [code] = await codesOf(pid)
        const symbols = code?.symbols ?? 'none'
        expect(sheet.body).to.contain(`${symbols.slice(0, 4)}-${symbols.slice(4)}`)
        // The same text makes the same squares.
        expect(sheet.body).to.contain(`d="${qrPath(`http://localhost:8080/portal/join#${symbols}`).path}"`)
        expect(code).to.include({ standing: 'pending', relationship: 'mother' })
      }
      expect(await codesOf(other)).to.deep.equal([])
      const file = await fetch(`${admin.origin}${(made.location ?? '').replace(/\?.*/, '')}/pdf`, {
        headers: { cookie: [...admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      })
      expect([file.status, file.headers.get('cache-control')]).to.deep.equal([200, 'no-store'])
      const paper = await textOfPdf(Buffer.from(await file.arrayBuffer()))
      expect(paper.pages).to.equal(1)
      for (const pid of [kim, sam]) {
        const { symbols = 'none' } = (await codesOf(pid))[0] ?? {}
        expect(paper.lines).to.include(`${symbols.slice(0, 4)}-${symbols.slice(4)}`)
      }
      expect(paper.text).to.contain('Para Eva Novak').and.contain('Escanee el código QR')
      const letters = await practice.db.select(`SELECT id FROM foyer_letters WHERE pid IN (:pids)`, {
        pids: [kim, sam],
      })
      expect(letters, 'no message is sent from here').to.deep.equal([])
      expect((await admin.get(family(kim))).body).to.contain('Pending')
    })

    it('are offered unticked to children who share but a telephone or a home, and say which', async () => {
      const [street, postalCode, phoneCell] = ['12 Oak Lane', '10031', '(202) 555-0122']
      const kim = await child({ ...home, guardianphone: phoneCell }, { street, postalCode })
      const sam = await child({}, { lname: 'Dvorak', phoneCell })
      const ola = await child({}, { lname: 'Maly', street, postalCode })
      await child({}, { lname: 'Dvorak', dob: '1986-02-02', phoneCell, street, postalCode })
      await keepChartKeys.run(practice.portal)
      const page = await admin.get(family(kim))
      expect(boxes(page)).to.deep.equal([`${String(kim)} checked`, String(sam), String(ola)])
      const said = [...page.body.matchAll(/data-test="shares">([^<]+)</g)].map(([, text]) => text)
      expect(said).to.deep.equal(['Same telephone number', 'Same address'])

      const wanted = { recipient: 'contact:Eva Novak', 'register[]': [String(kim), String(sam)] }
      const nameless = await admin.post(family(kim), { ...wanted, recipient: '' }, { from: family(kim) })
      expect(boxes(nameless)).to.deep.equal([`${String(kim)} checked`, `${String(sam)} checked`, String(ola)])
      expect((await admin.post(family(kim), wanted)).status).to.equal(303)
      expect((await codesOf(sam)).map(({ standing }) => standing)).to.deep.equal(['pending'])
      expect(await codesOf(ola)).to.deep.equal([])
    })

    it('are refused with the reason and the way out', async () => {
      const kim = await child()
      const wanted = { recipient: 'contact:Eva Novak', 'register[]': String(kim) }
      const first = await admin.post(family(kim), wanted, { from: family(kim) })
      const again = await admin.post(family(kim), wanted)
      expect(again.status).to.equal(422)
      const [code] = await codesOf(kim)
      const reissue = `/staff/portal/patients/${String(kim)}/codes/${String(code?.id)}/reissue`
      expect(again.body).to.contain('This person has one for').and.contain(`formaction="${reissue}"`)
      const reissued = await admin.post(reissue, wanted)
      expect(reissued.status).to.equal(303)
      expect(reissued.location).to.not.equal(first.location)
      expect((await codesOf(kim)).map(({ standing }) => standing)).to.deep.equal(['revoked', 'pending'])
      expect((await admin.follow(first)).body).to.contain('Revoked: it opens nothing.')

      const baby = await child(home, { fname: 'Baby Girl' })
      const none = await admin.post(family(baby), { ...wanted, 'register[]': String(baby) })
      expect(none.status).to.equal(422)
      expect(none.body).to.contain('has no given name in the chart yet')
      const dateless = await child(home, { dob: '0000-00-00' })
      expect((await admin.get(family(dateless))).body).to.contain('No date of birth in the chart yet')
      const never = await admin.post(family(dateless), { ...wanted, 'register[]': String(dateless) })
      expect([never.status, never.body.includes('has no date of birth, without which')]).to.deep.equal([422, true])

      const eva = await practice.db.transaction((tx) =>
        tx.insert(
          `INSERT INTO foyer_accounts (own_record, display_name, created_at) VALUES ('of-eva-of-eva-of-eva-e', 'Eva Novak', '2026-01-01')`,
        ),
      )
      const limited = await child(home)
      const grant = await practice.db.transaction((tx) =>
        tx.insert(
          `INSERT INTO foyer_grants (record, account_id, pid, relationship, extent, valid_from, valid_until, granted_by, granted_at)
           VALUES ('eva-limited-limited-ev', :eva, :limited, 'mother', 'appointments', '2026-01-01', '2030-01-01', 'x', '2026-01-01')`,
          { eva, limited },
        ),
      )
      const one = `/staff/portal/patients/${String(limited)}/codes/new`
      const fields = { recipient: 'contact:Eva Novak', extent: 'forms', deliver: 'print' }
      const unlike = await admin.post(one, fields, { from: one })
      expect(unlike.status).to.equal(422)
      expect(unlike.body).to.contain('opens the record of')
      expect(unlike.body).to.contain(`href="/staff/portal/patients/${String(limited)}/grants/${String(grant)}"`)
      expect(
        (await admin.post(family(kim), { recipient: 'other', name: ' ', 'register[]': String(kim) })).status,
      ).to.equal(422)
      expect((await admin.post(family(kim), { recipient: 'contact:Eva Novak' })).body).to.contain(
        'Tick at least one record',
      )
    })

    it('are for portal staff only: the others get none, see none, and find no way there', async () => {
      const kim = await child()
      const code = await pinFor(kim)
      const front = await practice.staffVisitor('front')
      const paths = [
        ...[
          family(kim),
          `/staff/portal/patients/${String(kim)}/codes`,
          `/staff/portal/patients/${String(kim)}/welcome`,
        ],
        `/staff/portal/patients/${String(kim)}/sheets/${code.family}`,
        `/staff/portal/patients/${String(kim)}/sheets/${code.family}/pdf`,
        `/staff/portal/patients/${String(kim)}/codes/${String(code.id)}`,
      ]
      for (const path of paths) {
        expect((await admin.get(path)).status, path).to.equal(200)
        expect((await front.get(path)).status, path).to.equal(403)
      }
    })

    it('stand on the sheet of their own patient only, which no look changes', async () => {
      const [kim, other] = [await child(), await child()]
      const code = await pinFor(kim)
      const at = (pid: number, rest: string) => `/staff/portal/patients/${String(pid)}/${rest}`
      for (const rest of [`sheets/${code.family}`, `sheets/${code.family}/pdf`, `codes/${String(code.id)}`]) {
        expect((await admin.get(at(kim, rest))).status, rest).to.equal(200)
        expect((await admin.get(at(other, rest))).status, rest).to.equal(404)
      }
      for (const rest of ['reissue', 'revocation', 'letter']) {
        const body = { reason: 'x', deliver: 'mail', email: 'eva@example.org', asked: '1' }
        expect((await admin.post(at(other, `codes/${String(code.id)}/${rest}`), body)).status, rest).to.equal(404)
      }
      expect((await codesOf(kim)).map(({ id, standing }) => [id, standing])).to.deep.equal([[code.id, 'pending']])
    })
  })

  it('that are tried too often say so in their history, once an hour', async () => {
    await practice.setting('pinTries', '3')
    const code = await pinFor(await child())
    for (let at = 0; at < 5; at += 1) {
      const redeemer = { kind: 'account', id: 9000 + at, name: 'x' } as const
      const typed = {
        symbols: code.symbols ?? '',
        born: '2001-01-01',
        address: `192.0.2.${String(at)}`,
        requestId: 'test',
      }
      await redeemCode(practice.portal, redeemer, typed)
    }
    const page = await admin.get(`/staff/portal/patients/${String(code.pid)}/codes/${String(code.id)}`)
    expect(page.body).to.include('too many tries within the hour (2 more)')
    expect(page.body.match(/wrong date of birth/gi)).to.have.length(3)
  })

  it('are not made where the person has registered: the way out is that request, for who may process it', async () => {
    const pid = await child(home, { fname: 'Nadia', phoneHome: '(202) 555-0145' })
    const wanted = { recipient: 'contact:Eva Novak', 'register[]': String(pid) }
    const parent = await person(practice, 'nadia.parent@example.org')
    const theirs = { forWhom: 'child', relationship: 'mother', lastName: 'Novak', born: LEO } as const
    const sure = await register(practice, parent, { ...theirs, firstName: 'Nadia' })
    const refused = await admin.post(family(pid), wanted, { from: family(pid) })
    expect(refused.status).to.equal(422)
    expect(refused.body)
      .to.contain(`href="/staff/portal/registrations/${String(sure)}"`)
      .and.contain('Approve that request instead')
    await practice.rule('user:admin', 'registrations:process', 'deny')
    const without = await admin.post(family(pid), wanted)
    expect(without.status).to.equal(422)
    expect(without.body).to.contain('Nadia').and.not.contain('/staff/portal/registrations/')
    await practice.db.transaction(async (tx) => {
      await tx.change(`DELETE FROM foyer_acl_rules WHERE permission = 'registrations:process'`)
      await tx.change(`UPDATE foyer_state SET value = value + 1 WHERE name = 'policyVersion'`)
      await tx.change(`DELETE FROM foyer_registrations WHERE id = :sure`, { sure })
    })
    await practice.refresh()

    // Somebody who may be this child: staff look, say no, and it is made.
    const perhaps = await register(practice, parent, { ...theirs, firstName: 'Tomas', phone: '202-555-0145' })
    const asked = await admin.post(family(pid), wanted)
    expect(asked.status).to.equal(422)
    expect(asked.body).to.match(new RegExp(`name="notRegistered\\[\\]"[^>]* value="${String(perhaps)}"`))
    expect(await codesOf(pid)).to.deep.equal([])
    const made = await admin.post(family(pid), { ...wanted, 'notRegistered[]': String(perhaps) })
    expect(made.status, made.body).to.equal(303)
    expect((await codesOf(pid)).map(({ standing }) => standing)).to.deep.equal(['pending'])
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_registrations WHERE id = :perhaps`, { perhaps }))
  })

  it('are offered from an appointment, to who may issue them', async () => {
    const pid = await child()
    const eid = await practice.event({ providerId: practice.staff.lee, pid, date: '2026-11-24', by: 'patient' })
    const ways = ['welcome', 'family'].map((way) => `href="/staff/portal/patients/${String(pid)}/${way}"`)
    for (const path of ['/staff/portal/appointments', `/staff/portal/appointments/${String(eid)}`]) {
      const { body } = await admin.get(path)
      for (const way of ways) expect(body, path).to.contain(way)
    }
    await practice.rule('user:admin', 'pins:issue', 'deny')
    const { body } = await admin.get('/staff/portal/appointments')
    for (const way of ways) expect(body).to.not.contain(way)
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_acl_rules WHERE permission = 'pins:issue'`))
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_state SET value = value + 1 WHERE name = 'policyVersion'`),
    )
    await practice.refresh()
  })

  describe('redeemed', () => {
    const join = (someone: Visitor, pin: string, more: Record<string, string> = {}) =>
      someone.post(
        '/portal/join',
        { pin, birthDate: LEO, email: `eva${String((people += 1))}@example.org`, password: PASSWORD, ...more },
        { from: '/portal/join' },
      )

    it('by somebody without an account open the record and sign them in', async () => {
      const pid = await child()
      const code = await pinFor(pid)
      const eva = await practice.visitor()
      const spoken = `${code.symbols?.slice(0, 4).toLowerCase() ?? ''} ${code.symbols?.slice(4) ?? ''}`
      const joined = await join(eva, spoken, { email: 'eva.novak@example.org' })
      expect(joined.status).to.equal(303)
      const receipt = await eva.follow(joined)
      expect(receipt.body).to.contain('The record is open').and.contain('you are their mother')
      const record = /href="(\/portal\/records\/[\w-]{22})"/.exec(receipt.body)?.[1] ?? ''
      expect((await eva.get(record)).status).to.equal(200)
      expect((await admin.get(`/staff/portal/patients/${String(pid)}/codes`)).body).to.contain('Registered')
    })

    it('by an account open one record more under a session of another name', async () => {
      const john = await practice.patientVisitor('john')
      const before = john.cookies.get('foyer_portal')
      const code = await pinFor(await child())
      const done = await john.post(
        '/portal/codes',
        { pin: code.symbols ?? '', birthDate: LEO },
        { from: '/portal/codes' },
      )
      expect(done.status).to.equal(303)
      expect((await john.follow(done)).status).to.equal(200)
      const old = await practice.visitor()
      old.cookies.set('foyer_portal', before ?? '')
      expect((await old.get('/portal/records')).status).to.equal(303)
      expect((await john.get('/portal/records')).status).to.equal(200)
      expect((await john.get('/portal/join')).location).to.equal('/portal/codes')
    })

    it('tell at the field what is missing, and keep what was typed', async () => {
      const someone = await practice.visitor()
      const page = await join(someone, '', { email: 'not an address', password: 'short', birthDate: '' })
      expect(page.status).to.equal(422)
      for (const field of ['pin', 'birthDate', 'email', 'password'])
        expect(page.body).to.contain(`id="field-${field}-error"`)
      expect(page.body).to.contain('value="not an address"')
    })

    it('tell who has them that their password is made of the child’s name, and nobody else', async () => {
      const pid = await child(home, { fname: 'Quentin' })
      const code = await pinFor(pid)
      const someone = await practice.visitor()
      const named = { email: 'quentins@example.org', password: 'Quentin-Novak-2017' }
      const wrong = await join(someone, 'AAAABBBB', named)
      const told = await join(someone, code.symbols ?? '', named)
      expect([wrong.status, told.status]).to.deep.equal([422, 422])
      expect(told.body).to.contain('id="field-password-error"').and.contain('the patient’s name')
      expect(wrong.body).to.not.contain('id="field-password-error"')
      expect((await admin.get(`/staff/portal/patients/${String(pid)}/codes/${String(code.id)}`)).body).to.contain(
        'Refused: the password chosen was made of a name',
      )
      expect((await join(someone, code.symbols ?? '', { email: 'quentins@example.org' })).status).to.equal(303)

      // What was typed is told before the PIN is looked at, and costs no try.
      await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
      for (const password of ['03.05.2017 = Ok', 'Someone-Else@7']) {
        const typed = await join(await practice.visitor(), 'AAAABBBB', { email: 'someone-else@example.org', password })
        expect(typed.body, password).to.contain('date of birth or address').and.not.contain('could not be opened')
      }
      expect(await practice.db.select(`SELECT points FROM foyer_attempts WHERE \`key\` LIKE 'code-%'`)).to.deep.equal(
        [],
      )
    })

    it('leave a used-up address alone: an account with it exists', async () => {
      const code = await pinFor(await child())
      const email = 'taken@example.org'
      expect(
        (await join(await practice.visitor(), (await pinFor(await child())).symbols ?? '', { email })).status,
      ).to.equal(303)
      const page = await join(await practice.visitor(), code.symbols ?? '', { email })
      expect(page.status).to.equal(422)
      expect(page.body).to.contain('Sign in with it, and enter the PIN then')
      const wrong = await join(await practice.visitor(), 'AAAAAAAA', { email })
      expect(wrong.body).to.not.contain('Sign in with it, and enter the PIN then')
    })

    it('answer alike whatever is wrong, in words, status and time, to who is signed in and to who is not', async function () {
      this.timeout(120_000)
      await practice.setting('pinTries', '50')
      const kinds = await wrongOnes(await child())
      const john = await practice.patientVisitor('john')
      await john.get('/portal/codes')
      await expectAlike(kinds, 16, (body) => john.post('/portal/codes', body))
      const someone = await practice.visitor()
      await someone.get('/portal/join')
      const asNew = { email: 'Barred.One@example.org', password: PASSWORD }
      await expectAlike(kinds, 12, (body) => someone.post('/portal/join', { ...asNew, ...body }))
      expect(await practice.db.select(`SELECT id FROM foyer_accounts WHERE email = :email`, asNew)).to.deep.equal([])
    })

    async function expectAlike(
      kinds: ReadonlyArray<[string, Record<string, string>]>,
      rounds: number,
      send: (body: Record<string, string>) => Promise<Page>,
    ): Promise<void> {
      const said = new Set<string>()
      // How often each was much slower, or much faster, than the others of its round: a busy machine is so to all of them.
      const [slow, fast] = [new Map<string, number>(), new Map<string, number>()]
      for (let round = 0; round < rounds; round += 1) {
        const times: Array<[string, number]> = []
        for (let at = 0; at < kinds.length; at += 1) {
          const [kind, body] = kinds[(at + round) % kinds.length] ?? ['', {}]
          await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
          const began = process.hrtime.bigint()
          const page = await send(body)
          times.push([kind, Number(process.hrtime.bigint() - began) / 1e6])
          said.add(`${String(page.status)} ${bare(page, body)}`)
        }
        const usual = times.map(([, ms]) => ms).sort((x, y) => x - y)[Math.floor(times.length / 2)] ?? 0
        for (const [kind, ms] of times) {
          if (ms > usual * 1.3) slow.set(kind, (slow.get(kind) ?? 0) + 1)
          if (ms < usual / 1.3) fast.set(kind, (fast.get(kind) ?? 0) + 1)
        }
      }
      expect(said.size, 'answers').to.equal(1)
      expect([...said][0]?.slice(0, 3)).to.equal('422')
      for (const [kind, often] of [...slow, ...fast]) expect(often, kind).to.be.lessThan(rounds * 0.8)
    }

    async function wrongOnes(pid: number): Promise<Array<[string, Record<string, string>]>> {
      const { accounts, clock, db, portal } = practice
      const typed = (code: Code, birthDate = LEO) => ({ pin: code.symbols ?? '', birthDate })
      const shut = await child()
      const [wrongDate, revoked, used, barred, closed] = [
        await pinFor(pid, 'One'),
        await pinFor(pid, 'Two'),
        await pinFor(pid, 'Three'),
        await pinFor(await child(), 'Five'),
        await pinFor(shut, 'Six'),
      ]
      await db.transaction((tx) =>
        tx.change(`UPDATE patient_data SET allow_patient_portal = 'NO' WHERE pid = :shut`, { shut }),
      )
      // Whoever comes with this address is taken for John.
      await db.transaction((tx) =>
        tx.change(`UPDATE patient_data SET email = 'barred.one@example.org' WHERE pid = :john`, {
          john: practice.patients.john,
        }),
      )
      await revokeCode(portal, nurse, { pid, id: revoked.id, reason: 'x' })
      await db.transaction((tx) =>
        tx.change(`UPDATE foyer_codes SET redeemed_at = issued_at, redeemed_account = 1 WHERE id = :id`, {
          id: used.id,
        }),
      )
      await db.transaction((tx) =>
        tx.change(
          `INSERT INTO foyer_grants (record, account_id, pid, relationship, extent, valid_from, granted_by, granted_at, revoked_at)
           VALUES ('barred-barred-barred-3', :john, :pid, 'father', 'full', '2026-01-01', 'x', '2026-01-01', '2026-01-02')`,
          { john: accounts.john, pid: barred.pid },
        ),
      )
      clock.set('2026-11-10T08:00:00')
      const expired = await pinFor(pid, 'Four')
      clock.set(MORNING)
      return [
        ['wrong PIN', { pin: 'AAAABBBB', birthDate: LEO }],
        ['wrong date', typed(wrongDate, '2017-05-04')],
        ['revoked', typed(revoked)],
        ['used', typed(used)],
        ['expired', typed(expired)],
        ['barred', typed(barred)],
        ['closed', typed(closed)],
        ['no PIN at all', { pin: 'OOOO-1111-no', birthDate: LEO }],
      ]
    }

    it('give out no more once there were too many tries, right or wrong, until the hour is over', async () => {
      await practice.setting('pinTries', '3')
      const code = await pinFor(await child())
      const john = await practice.patientVisitor('john')
      const typed = { pin: code.symbols ?? '', birthDate: LEO }
      for (let at = 0; at < 3; at += 1) {
        expect(
          (await john.post('/portal/codes', { ...typed, pin: 'AAAABBBB' }, { from: '/portal/codes' })).status,
        ).to.equal(422)
      }
      expect((await john.post('/portal/codes', typed)).status).to.equal(429)
      practice.clock.set('2026-11-23T09:00:01')
      const back = await practice.visitor()
      await back.signIn('/portal/sign-in', 'john.carter', passwordOf('john.carter'))
      expect((await back.post('/portal/codes', typed, { from: '/portal/codes' })).status).to.equal(303)
    })
  })
})

function boxes({ body }: Page): string[] {
  return [...body.matchAll(/name="register\[\]" id="[\w-]+" value="(\d+)"( checked)?/g)].map(
    ([, pid = '', checked = '']) => `${pid}${checked}`,
  )
}

/** The page without what differs from answer to answer, and without what was typed. */
function bare({ body }: Page, typed: Record<string, string>): string {
  const typedOut = Object.values(typed).reduce((text, value) => text.replaceAll(`value="${value}"`, 'value=""'), body)
  return typedOut
    .replace(/nonce="[^"]+"/g, '')
    .replace(/name="_csrf" value="[^"]+"/g, '')
    .replace(/name="_once" value="[^"]+"/g, '')
    .replace(/\b[\w-]{22}\b/g, '')
}
