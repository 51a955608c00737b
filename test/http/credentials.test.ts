import { expect } from 'chai'
import { verifyHostPassword } from '../../module/host/php/passwords.js'
import { opaqueId } from '../../module/platform/ids.js'
import { textOfPdf } from '../support/pdfText.js'
import { MORNING, openPractice, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'
import { giveHostRight } from './roles.js'

describe('Staff give a patient access, page by page', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    await practice.setting('practiceName', 'Elm Street Practice')
    admin = await practice.staffVisitor('admin')
  })
  beforeEach(() => {
    practice.clock.set(MORNING)
  })
  after(() => practice.leave())

  const base = (pid: number) => `/staff/portal/patients/${String(pid)}`
  const someone = (more: Parameters<TestPractice['patient']>[0] = {}) =>
    practice.patient({ fname: 'Nina', lname: 'Moss', email: `nina${String((made += 1))}@example.org`, ...more })
  let made = 0
  const dialogOf = (pid: number, who = admin) => who.get(`${base(pid)}/credential`)
  const valueOf = (page: Page, name: string) =>
    new RegExp(`name="${name}"[^>]* value="([^"]*)"`).exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const fieldsOf = (page: Page) => ({
    loginName: valueOf(page, 'loginName'),
    password: valueOf(page, 'password'),
    seen: valueOf(page, 'seen'),
    _once: valueOf(page, '_once'),
  })
  const save = (pid: number, fields: Record<string, string>, who = admin) => who.post(`${base(pid)}/credential`, fields)
  const madeFor = async (pid: number) => {
    const fields = fieldsOf(await dialogOf(pid))
    const page = await save(pid, fields)
    expect(page.status, page.body).to.equal(200)
    return { ...fields, page }
  }
  const hashOf = async (pid: number) =>
    (
      await practice.db.first<{ portal_pwd: string }>(`SELECT portal_pwd FROM patient_access_onsite WHERE pid = :pid`, {
        pid,
      })
    )?.portal_pwd

  it('allowed first, then a sign-in, then the sheet, shown once and kept nowhere', async () => {
    const pid = await someone({ allowPortal: '', email: 'nina@example.org' })
    const closed = await dialogOf(pid)
    expect(closed.body).to.include('Allow the portal').and.not.include('name="password"')
    const allowed = await admin.follow(await admin.post(`${base(pid)}/credential/authorisation`))
    expect(allowed.path).to.equal(`${base(pid)}/credential`)
    expect(allowed.body).to.include('The portal is allowed')
    const fields = fieldsOf(allowed)
    expect(fields.loginName).to.equal('nina@example.org')
    const saved = await save(pid, fields)
    expect(saved.status, saved.body).to.equal(200)
    expect(saved.headers.get('cache-control')).to.equal('no-store')
    for (const shown of [fields.password, 'nina@example.org', '/portal/sign-in', 'Nina Moss', 'Monday 30 November']) {
      expect(saved.body).to.include(shown)
    }
    expect(await verifyHostPassword(fields.password, await hashOf(pid))).to.equal(true)
    for (const later of [await dialogOf(pid), await admin.get(base(pid)), await admin.get(`${base(pid)}/access`)]) {
      expect(later.status).to.equal(200)
      expect(later.body).not.to.include(fields.password)
    }
    const card = await admin.get(`${base(pid)}/access`)
    expect(card.body).to.include('Temporary until Mon 30 Nov, made by').and.include('Make another password')
  })

  it('with another password at each press of Change', async () => {
    const pid = await someone()
    const seen = new Set([valueOf(await dialogOf(pid), 'password')])
    for (let press = 0; press < 3; press += 1) {
      seen.add(valueOf(await admin.get(`${base(pid)}/credential/password`), 'password'))
      const part = await admin.get(`${base(pid)}/credential/password`, { 'HX-Request': 'true' })
      expect(part.body).not.to.include('<html')
      seen.add(valueOf(part, 'password'))
    }
    expect(seen).to.have.length(7)
    expect(await hashOf(pid)).to.equal(undefined)
  })

  it('with a password of their own, judged while it is typed as when it is saved', async () => {
    const pid = await someone()
    const judged = async (password: string) =>
      (
        await admin.post(
          `${base(pid)}/credential/judgement`,
          { password, loginName: 'nina.moss' },
          { from: `${base(pid)}/credential`, headers: { 'HX-Request': 'true' } },
        )
      ).body
    const fields = fieldsOf(await dialogOf(pid))
    for (const [password, why] of [
      ['short', 'Too short'],
      ['password1234', 'Many people use this one'],
      ['NinaMossNinaMoss', 'made of your or the patient’s name'],
    ] as const) {
      expect(await judged(password)).to.include(why)
      const refused = await save(pid, { ...fields, password })
      expect(refused.status).to.equal(422)
      expect(refused.body).to.include(why).and.include(`value="${password}"`).and.include('href="#field-password"')
      expect(await hashOf(pid), 'nothing is saved').to.equal(undefined)
    }
    const own = 'Two herons & 1 "gate"'
    expect(await judged(own))
      .to.include('tag-')
      .and.not.include('tag-warning')
    const saved = await save(pid, { ...fields, password: own })
    expect(saved.status, saved.body).to.equal(200)
    expect(await verifyHostPassword(own, await hashOf(pid))).to.equal(true)
  })

  it('or is told at the field what is missing or taken, with what was typed', async () => {
    const pid = await someone()
    const fields = fieldsOf(await dialogOf(pid))
    for (const [typed, field, why] of [
      [{ loginName: '' }, 'loginName', 'Type a login name'],
      [{ loginName: 'maria.santos' }, 'loginName', 'Somebody else has this login name'],
      [{ loginName: 'x'.repeat(101) }, 'loginName', 'at most 100'],
      [{ password: '' }, 'password', 'Type a password'],
      [{ password: 'a\u0007bell-in-the-tower' }, 'password', 'can’t be used'],
    ] as const) {
      const refused = await save(pid, { ...fields, ...typed })
      expect(refused.status, JSON.stringify(typed)).to.equal(422)
      expect(refused.body).to.include(why).and.include(`href="#field-${field}"`)
      expect(refused.body).to.include(`name="_once" value="${fields._once}"`)
    }
    expect((await save(pid, fields)).status, 'mended, the same form is taken').to.equal(200)
  })

  it('once, however often the form is sent, with the same summary each time', async () => {
    const pid = await someone()
    const fields = fieldsOf(await dialogOf(pid))
    const pressed = await Promise.all(Array.from({ length: 20 }, () => save(pid, fields)))
    const sheets = new Set(pressed.map(({ body }) => /<article[^]*<\/article>/.exec(body)?.[0] ?? body))
    expect(pressed.map(({ status }) => status)).to.deep.equal(Array.from({ length: 20 }, () => 200))
    expect([...sheets]).to.have.length(1)
    const rows = await practice.db.select(`SELECT id FROM foyer_credentials WHERE pid = :pid`, { pid })
    const letters = await practice.db.select(`SELECT id FROM foyer_letters WHERE pid = :pid`, { pid })
    expect([rows.length, letters.length]).to.deep.equal([1, 1])
    const other = await save(pid, { ...fields, password: 'quiet+Harbour-93-fog' })
    expect(other.status).to.equal(422)
    expect(await verifyHostPassword(fields.password, await hashOf(pid))).to.equal(true)
  })

  it('not over what a colleague made meanwhile, unless they save again', async () => {
    const pid = await someone()
    const [mine, theirs] = [fieldsOf(await dialogOf(pid)), fieldsOf(await dialogOf(pid))]
    expect((await save(pid, theirs)).status).to.equal(200)
    const lost = await save(pid, mine)
    expect(lost.status).to.equal(409)
    expect(lost.body).to.include('has made a password for this patient meanwhile').and.not.include(mine.password)
    expect(await verifyHostPassword(theirs.password, await hashOf(pid))).to.equal(true)
    const again = fieldsOf(lost)
    expect((await save(pid, again)).status).to.equal(200)
    expect(await verifyHostPassword(again.password, await hashOf(pid))).to.equal(true)
  })

  it('and corrects the trusted address on the way', async () => {
    const pid = await someone({ email: 'old@example.org' })
    expect((await dialogOf(pid)).body)
      .to.include('old@example.org')
      .and.include('contact e-mail, since no trusted')
    const bad = await admin.post(`${base(pid)}/trusted-email`, { email: 'not an address' })
    expect(bad.status).to.equal(422)
    expect(bad.body).to.include('value="not an address"').and.include('href="#field-email"')
    const done = await admin.follow(await admin.post(`${base(pid)}/trusted-email`, { email: 'new@example.org' }))
    expect(done.body)
      .to.match(/data-test="trusted-email">new@example\.org</)
      .and.include('trusted e-mail')
  })

  it('and hears when the patient will not be written to, and why', async () => {
    const pid = await someone({ columns: { hipaa_allowemail: 'NO' } })
    expect((await dialogOf(pid)).body).to.include('no consent to e-mail')
    const { page } = await madeFor(pid)
    expect(page.body).to.include('The patient was not written to: the chart has no consent')
    const there = await someone()
    // This practice has no mail server: said before it is saved, and after.
    expect((await dialogOf(there)).body).to.include('No message will arrive: this practice has no mail server')
    expect((await madeFor(there)).page.body).to.include('this practice has no mail server')
  })

  describe('The sheet as PDF', () => {
    const pdf = (pid: number, password: string, who = admin) =>
      who.post(`${base(pid)}/credential/sheet`, { password }, { from: `${base(pid)}/credential` })
    const bytes = async (pid: number, password: string) => {
      const token = /name="_csrf" value="([^"]+)"/.exec((await dialogOf(pid)).body)?.[1] ?? ''
      const response = await fetch(`${admin.origin}${base(pid)}/credential/sheet`, {
        method: 'POST',
        headers: { cookie: [...admin.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        body: new URLSearchParams({ _csrf: token, password }),
      })
      return { response, text: await textOfPdf(Buffer.from(await response.arrayBuffer())) }
    }

    it('is one page with what the page shows, in the patient’s language', async () => {
      const pid = await someone({ fname: 'Lucía', lname: 'Peña', language: 'Spanish' })
      const { loginName, page, password } = await madeFor(pid)
      const { response, text } = await bytes(pid, password)
      expect(response.headers.get('content-type')).to.include('application/pdf')
      expect(response.headers.get('content-disposition')).to.include('attachment')
      expect(response.headers.get('cache-control')).to.equal('no-store')
      expect(text.pages).to.equal(1)
      for (const line of [password, loginName, 'Lucía Peña', 'Contraseña temporal', 'lunes 30 de noviembre']) {
        expect(text.lines, text.lines.join('\n')).to.include(line)
        expect(page.body).to.include(line)
      }
      expect(text.text).to.include('Su portal del paciente en Elm Street Practice')
      const seen = await practice.db.select(
        `SELECT subject FROM foyer_audit WHERE event = 'patient.downloaded' AND pid = :pid`,
        { pid },
      )
      expect(seen).to.deep.equal([{ subject: '/staff/portal/patients/:pid/credential/sheet' }])
    })

    it('keeps every name readable, or says the chart’s number instead', async () => {
      for (const [fname, lname] of [
        ['Łukasz', 'Nguyễn'],
        ['Анна', 'Ковальчук'],
      ] as const) {
        const pid = await someone({ fname, lname })
        expect((await bytes(pid, (await madeFor(pid)).password)).text.lines).to.include(`${fname} ${lname}`)
      }
      const other = await someone({ fname: '小明', lname: '王' })
      const unknown = await bytes(other, (await madeFor(other)).password)
      expect(unknown.text.lines).to.include(`Chart ${String(other)}`)
    })

    it('is refused where it could not show what must be typed; the page can', async () => {
      const pid = await someone()
      const fields = { ...fieldsOf(await dialogOf(pid)), loginName: '小明.王' }
      const page = await save(pid, fields)
      expect(page.status, page.body).to.equal(200)
      expect(page.body).to.include('小明.王').and.include('The PDF cannot show every letter')
      expect((await pdf(pid, fields.password)).status).to.equal(422)
    })

    it('says the address that sign-in asks for, where the EMR asks', async () => {
      const pid = await someone({ email: 'asked@example.org' })
      await practice.global('enforce_signin_email', '1')
      const { password } = await madeFor(pid)
      const { text } = await bytes(pid, password)
      await practice.global('enforce_signin_email', '0')
      expect(text.lines).to.include('asked@example.org').and.include('E-mail, which is asked for too')
    })

    it('is for the password that opens the portal now, and for no other', async () => {
      const pid = await someone()
      const first = (await madeFor(pid)).password
      expect((await pdf(pid, first)).status, 'it is there').to.equal(200)
      expect((await pdf(pid, 'quiet+Harbour-93-fog')).status, 'another').to.equal(409)
      expect((await pdf(pid, '')).status, 'none').to.equal(409)
      const second = (await madeFor(pid)).password
      const over = await pdf(pid, first)
      expect([over.status, over.headers.get('content-type')], 'replaced').to.deep.equal([
        409,
        'text/html; charset=utf-8',
      ])
      await practice.db.transaction((tx) =>
        tx.change(
          `UPDATE foyer_credentials SET ended_at = made_at, ended = 'changed', open_pid = NULL WHERE pid = :pid`,
          {
            pid,
          },
        ),
      )
      expect((await pdf(pid, second)).status, 'the patient’s own by now').to.equal(409)
      expect((await pdf(practice.patients.maria, 'demo-maria.santos-Pass1')).status, 'never staff’s').to.equal(409)
    })
  })

  describe('What was sent', () => {
    const failed = async (pid: number, state = 'failed') =>
      practice.db.transaction((tx) =>
        tx.insert(
          `INSERT INTO foyer_letters (kind, channel, recipient, language, pid, facts, state, error_code, written_by, written_at)
           VALUES ('credential.reset', 'mail', 'nina@example.org', 'en', :pid, '{}', :state, '550', 'Ann Admin', '2026-11-23 12:00:00.000')`,
          { pid, state },
        ),
      )
    const stateOf = async (id: number) =>
      (await practice.db.first<{ state: string }>(`SELECT state FROM foyer_letters WHERE id = :id`, { id }))?.state
    const act = (pid: number, id: number, what: 'attempt' | 'closing') =>
      admin.post(`${base(pid)}/letters/${String(id)}/${what}`, {}, { from: `${base(pid)}/credential` })

    it('stands on the panel until somebody has dealt with what failed', async () => {
      const pid = await someone()
      const [lost, gone] = [await failed(pid), await failed(pid, 'refused')]
      const card = await admin.get(`${base(pid)}/letters`)
      expect(card.body).to.include('Your portal password at Elm Street Practice was reset')
      expect(card.body).to.include('to nina@example.org').and.include('Not delivered').and.include('Not sent')
      expect(card.body).to.include('refused it for good (code 550)')
      expect((await act(pid, lost, 'attempt')).status).to.equal(303)
      expect((await act(pid, gone, 'closing')).status).to.equal(303)
      expect([await stateOf(lost), await stateOf(gone)]).to.deep.equal(['waiting', 'closed'])
      const after = await admin.get(`${base(pid)}/letters`)
      expect(after.body).to.include('On its way').and.include('Dealt with').and.not.include('Not delivered')
      expect((await act(pid, gone, 'closing')).status, 'a second time').to.equal(409)
    })

    it('goes again to the chart’s address as it is now, which is said before, and not where the chart has none', async () => {
      const pid = await someone()
      const [lost, refused] = [await failed(pid), await failed(pid, 'refused')]
      const recipientOf = async (id: number) =>
        (await practice.db.first<{ recipient: string }>(`SELECT recipient FROM foyer_letters WHERE id = :id`, { id }))
          ?.recipient
      const chart = (email: string, may = 'YES') =>
        practice.db.transaction((tx) =>
          tx.change(`UPDATE patient_data SET email = :email, hipaa_allowemail = :may WHERE pid = :pid`, {
            email,
            may,
            pid,
          }),
        )
      await chart('')
      const none = await admin.get(`${base(pid)}/letters`)
      expect(none.body).to.not.include(`/letters/${String(lost)}/attempt`)
      const tried = await act(pid, lost, 'attempt')
      expect([tried.status, tried.body.includes('demographics first')]).to.deep.equal([409, true])
      expect([await stateOf(lost), await recipientOf(lost)]).to.deep.equal(['failed', 'nina@example.org'])
      await chart('nina.new@example.org', 'NO')
      expect((await act(pid, lost, 'attempt')).status, 'no consent').to.equal(409)

      await chart('nina.new@example.org')
      const now = await admin.get(`${base(pid)}/letters`)
      expect(now.body.match(/It would go to nina\.new@example\.org/g)).to.have.length(2)
      for (const id of [lost, refused]) {
        expect((await act(pid, id, 'attempt')).status).to.equal(303)
        expect([await stateOf(id), await recipientOf(id)]).to.deep.equal(['waiting', 'nina.new@example.org'])
      }
      expect((await act(pid, lost, 'attempt')).status, 'once').to.equal(409)
    })

    it('stands there however much was sent since, and is dealt with all the same', async () => {
      const pid = await someone()
      const [lost, gone] = [await failed(pid), await failed(pid, 'refused')]
      await practice.db.transaction((tx) =>
        tx.change(
          `INSERT INTO foyer_letters (kind, channel, recipient, language, pid, facts, state, written_by, written_at)
           VALUES ${Array.from({ length: 201 }, () => `('credential.created', 'mail', 'nina@example.org', 'en', :pid, '{}', 'sent', 'Ann Admin', '2026-11-23 12:00:00.000')`).join(', ')}`,
          { pid },
        ),
      )
      const card = await admin.get(`${base(pid)}/letters`)
      expect(card.body.match(/data-test="letter"/g), 'both, and the ten newest').to.have.length(12)
      expect(card.body.indexOf('Not delivered'), 'what waits stands first').to.be.within(0, card.body.indexOf('Sent'))
      expect((await act(pid, lost, 'attempt')).status).to.equal(303)
      expect((await act(pid, gone, 'closing')).status).to.equal(303)
      expect([await stateOf(lost), await stateOf(gone)]).to.deep.equal(['waiting', 'closed'])
    })

    it('is one patient’s: a letter under another’s number is not there', async () => {
      const id = await failed(await someone())
      expect((await act(await someone(), id, 'closing')).status).to.equal(404)
      expect(await stateOf(id)).to.equal('failed')
    })
  })

  it('only by who may: not without the right, not against a rule, not while signed out', async () => {
    const pid = await someone()
    const { password } = await madeFor(pid)
    const kept = await hashOf(pid)
    await giveHostRight(practice, 'front')
    await practice.rule('user:front', 'credentials:reset', 'deny')
    const asks = async (who: Visitor) => [
      (await dialogOf(pid, who)).status,
      (await who.get(`${base(pid)}/credential/password`)).status,
      (await save(pid, { loginName: 'x', password, _once: opaqueId() }, who)).status,
      (await who.post(`${base(pid)}/credential/sheet`, { password })).status,
      (await who.post(`${base(pid)}/trusted-email`, { email: 'thief@example.org' })).status,
      (await who.post(`${base(pid)}/credential/authorisation`)).status,
    ]
    const front = await practice.staffVisitor('front')
    await front.get(base(pid))
    expect(await asks(front)).to.deep.equal(Array.from({ length: 6 }, () => 403))
    expect((await front.get(`${base(pid)}/access`)).body)
      .to.include('Temporary until')
      .and.not.include('/credential')
    const nurse = await practice.staffVisitor('nurse')
    expect((await dialogOf(pid, nurse)).status).to.equal(403)
    expect((await dialogOf(pid, await practice.visitor())).status).to.equal(303)
    expect(await hashOf(pid)).to.equal(kept)
  })
})
