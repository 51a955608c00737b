/** A PIN goes out with a welcome: the letter says it, nothing else does, and staff see whether it arrived. */
import { expect } from 'chai'
import { issueCodes, revokeCode, sendCode, type Sending } from '../../../module/access/codeIssuing.js'
import { findCode, type Code } from '../../../module/access/codes.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import { deliver, startMailServer, type MailServer } from '../../support/mailServer.js'

const nurse = { kind: 'staff', id: 'admin', name: 'Robin Adler', requestId: 'test' } as const

describe('A welcome with a PIN', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let server: MailServer

  before(async () => {
    server = await startMailServer()
    practice = await openPractice({
      env: { FOYER_SMTP_URL: server.url, FOYER_BASE_URL: 'https://portal.example.org/x' },
    })
  })
  after(async () => {
    await practice.leave()
    await server.close()
  })

  const issue = async (pid: number, to: string, language: 'en' | 'es' = 'en'): Promise<Code> => {
    const issued = await issueCodes(practice.portal, nurse, {
      ...{ kind: 'pin', pids: [pid], recipient: 'Eva Novak', relationship: 'mother', extent: 'full', language },
      send: { channel: 'mail', to, asked: true },
    })
    return one(pid, issued.ok ? (issued.codes[0]?.id ?? 0) : 0)
  }
  const one = async (pid: number, id: number): Promise<Code> => {
    const code = await findCode(practice.db, practice.portal, { pid, id })
    if (!code) throw new Error('no such PIN')
    return code
  }
  const sentTo = (to: string) => server.mails.filter(({ recipients }) => recipients.includes(to))

  it('carries the PIN and a link that no server reads it from, in the family’s language, and no name', async () => {
    const pid = await practice.patient({ fname: 'Kim', lname: 'Novakova', dob: '2017-05-03' })
    const code = await issue(pid, 'eva@example.org', 'es')
    expect(code.letter).to.include({ state: 'waiting' })
    await deliver(practice)
    const [mail] = sentTo('eva@example.org')
    const symbols = code.symbols ?? 'none'
    for (const text of [mail?.text, mail?.html]) {
      expect(text).to.contain(`${symbols.slice(0, 4)}-${symbols.slice(4)}`)
      expect(text).to.contain(`https://portal.example.org/x/portal/join#${symbols}`)
      expect(text).to.contain('30 de noviembre')
      for (const name of ['Kim', 'Novak', 'Eva']) expect(text).to.not.contain(name)
    }
    expect(mail?.subject).to.contain('portal del paciente').and.not.contain(symbols)
    expect((await one(pid, code.id)).letter).to.include({ state: 'sent', to: 'eva@example.org' })
    const letters = await practice.db.select(`SELECT * FROM foyer_letters WHERE pid = :pid`, { pid })
    expect(JSON.stringify(letters)).to.not.contain(symbols).and.not.contain(symbols.slice(4))
  })

  it('does not go once the PIN is revoked', async () => {
    const pid = await practice.patient({ dob: '2017-05-03' })
    const code = await issue(pid, 'late@example.org')
    await revokeCode(practice.portal, nurse, { pid, id: code.id, reason: 'Wrong address' })
    await deliver(practice)
    expect(sentTo('late@example.org')).to.deep.equal([])
    expect((await one(pid, code.id)).letter).to.include({ state: 'failed', errorCode: 'over' })
  })

  it('that is turned away stands with the PIN, which can be sent to another address', async () => {
    const pid = await practice.patient({ dob: '2017-05-03' })
    server.refuse(550)
    const code = await issue(pid, 'typo@example.org')
    await deliver(practice)
    expect((await one(pid, code.id)).letter).to.include({ state: 'failed', errorCode: '550' })
    await server.take()
    const send: Sending = { channel: 'mail', to: 'right@example.org', asked: false }
    const again = (asked: boolean) =>
      sendCode(practice.portal, nurse, { pid, id: code.id, send: { ...send, asked }, language: 'en' })
    expect(await again(false)).to.deep.equal({ ok: false, reason: 'no-consent' })
    expect(await again(true)).to.include({ ok: true })
    await deliver(practice)
    expect(sentTo('right@example.org')).to.have.length(1)
    expect((await one(pid, code.id)).letter).to.include({ state: 'sent', to: 'right@example.org' })
  })
})
