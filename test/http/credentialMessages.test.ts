/** Staff gave a patient access: whether the message that says so goes out stands where they gave it. */
import { expect } from 'chai'
import { deliver, startMailServer, type MailServer } from '../support/mailServer.js'
import { MORNING, openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'

describe('The message that access was given', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let server: MailServer
  let admin: Visitor
  let made = 0

  before(async () => {
    server = await startMailServer()
    practice = await openPractice({ env: { FOYER_SMTP_URL: server.url, FOYER_BASE_URL: 'http://portal.example.org' } })
    admin = await practice.staffVisitor('admin')
  })
  beforeEach(async () => {
    practice.clock.set(MORNING)
    await server.take()
  })
  after(async () => {
    await practice.leave()
    await server.close()
  })

  const base = (pid: number) => `/staff/portal/patients/${String(pid)}`
  const someone = () =>
    practice.patient({ fname: 'Nina', lname: 'Moss', email: `nina${String((made += 1))}@example.org` })
  const give = async (pid: number) => {
    const path = `${base(pid)}/credential`
    const login = { loginName: `moss${String(pid)}`, password: 'wander-47-Kettle@pine' }
    const saved = await admin.post(path, login, { from: path })
    expect(saved.status, saved.body).to.equal(200)
    return saved.body
  }
  /** As the dialog asks by itself, and as a page of its own. */
  const inDialog = async (pid: number) =>
    (await admin.get(`${base(pid)}/credential/message`, { 'HX-Request': 'true' })).body
  const asPage = async (pid: number) => (await admin.get(`${base(pid)}/credential/message`)).body
  const asksOn = /hx-trigger="every 3s"/

  it('is on its way, is asked after, and is sent', async () => {
    const pid = await someone()
    const sheet = await give(pid)
    expect(sheet)
      .to.match(asksOn)
      .and.include('On its way')
      .and.include(`${base(pid)}/credential/message`)
    expect(sheet, 'without JavaScript the sheet stays').to.match(/target="_blank"[^>]*>See whether it went/)
    expect(await inDialog(pid))
      .to.match(asksOn)
      .and.not.include('<html')
    expect(await asPage(pid))
      .to.match(/<h1[^>]*>The message to the patient/)
      .and.include(`href="${base(pid)}"`)
    await deliver(practice)
    for (const body of [await inDialog(pid), await asPage(pid)]) {
      expect(body).to.include('The mail server took the message').and.not.match(asksOn)
      expect(body, 'the password is shown once').to.not.include('wander-47-Kettle')
    }
  })

  it('that is refused for good is told with the server’s code and what to do, there and when the dialog opens again', async () => {
    const pid = await someone()
    server.refuse(550)
    await give(pid)
    await deliver(practice)
    for (const body of [await inDialog(pid), await asPage(pid)]) {
      expect(body).to.include('Not delivered').and.include('code 550').and.include('Correct the address in the chart')
      expect(body).to.not.match(asksOn)
    }
    const again = (await admin.get(`${base(pid)}/credential`)).body
    expect(again).to.match(/data-test="last-message"[^]*did not go[^]*code 550/)
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_letters SET state = 'closed' WHERE pid = :pid`, { pid }),
    )
    expect((await admin.get(`${base(pid)}/credential`)).body).to.not.include('last-message')
    expect(await inDialog(pid)).to.include('Somebody has dealt with')
  })

  it('that is put off is tried again, and said so meanwhile', async () => {
    const pid = await someone()
    server.refuse(451)
    await give(pid)
    await deliver(practice)
    expect(await inDialog(pid))
      .to.include('code 451')
      .and.include('tried again by itself')
      .and.match(asksOn)
    await server.take()
    practice.clock.set('2026-11-23T12:00:00')
    await deliver(practice)
    admin = await practice.staffVisitor('admin')
    expect(await inDialog(pid)).to.include('The mail server took the message')
  })

  it('is asked for by nobody who gives no access, and for nobody who was given none', async () => {
    const pid = await someone()
    expect((await admin.get(`${base(pid)}/credential/message`)).status).to.equal(404)
    await give(pid)
    await practice.rule('user:admin', 'credentials:reset', 'deny')
    expect((await admin.get(`${base(pid)}/credential/message`)).status).to.equal(403)
  })
})
