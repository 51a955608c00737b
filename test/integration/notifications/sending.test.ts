import { expect } from 'chai'
import { findLetter, sendAgain, writeLetter, type NewLetter } from '../../../module/access/letters.js'
import { sendLetter } from '../../../module/features/notifications/sending.js'
import type { Actor } from '../../../module/platform/audit.js'
import { openLog } from '../../../module/platform/log.js'
import { MOST_ATTEMPTS } from '../../../module/platform/outbox.js'
import { features } from '../../../module/portal.js'
import { deliver, startMailServer, type MailServer } from '../../support/mailServer.js'
import { MORNING, openPractice, type TestPractice } from '../../support/practice.js'

const admin: Actor = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined }

describe('A letter to a patient', function () {
  this.timeout(60_000)
  let server: MailServer
  let practice: TestPractice
  const logged: string[] = []

  before(async () => {
    server = await startMailServer()
    practice = await openPractice({
      env: { FOYER_SMTP_URL: server.url, FOYER_BASE_URL: 'https://portal.example.org/foyer' },
      log: openLog({ level: 'debug', destination: { write: (line: string) => void logged.push(line) } }),
    })
    await practice.setting('mailSender', 'desk@practice.example.org')
    await practice.setting('practiceName', 'Elm Street Practice')
  })
  beforeEach(async () => {
    practice.clock.set(MORNING)
    await server.take()
    await practice.db.transaction(async (tx) => {
      await tx.change(`DELETE FROM foyer_outbox`)
      await tx.change(`DELETE FROM foyer_letters`)
    })
  })
  after(async () => {
    await practice.leave()
    await server.close()
  })

  const write = (letter: Partial<NewLetter> = {}) =>
    practice.db.transaction((tx) =>
      writeLetter(tx, practice.portal, {
        ...{ kind: 'credential.reset', channel: 'mail', to: 'maria.santos@example.org', language: 'en' },
        ...{ pid: practice.patients.maria, by: admin, ...letter },
      }),
    )
  const letter = (id: number) => findLetter(practice.db, id)
  const later = (minutes: number) => practice.clock.set(practice.clock.now().plus({ minutes }).toISO())
  const mailsTo = (to: string) => server.mails.filter(({ recipients }) => recipients.includes(to))

  it('goes out as it is worded, in the patient’s language, from the practice', async () => {
    const id = await write({ language: 'es', to: 'luis.reyes@example.org', pid: practice.patients.luis })
    await deliver(practice)
    const [mail, ...more] = mailsTo('luis.reyes@example.org')
    expect(more).to.deep.equal([])
    expect(mail?.subject).to.equal('Se restableció su contraseña del portal de Elm Street Practice')
    expect(mail?.from).to.deep.include({ address: 'desk@practice.example.org', name: 'Elm Street Practice' })
    expect(mail?.text).to.include('https://portal.example.org/foyer/portal/sign-in')
    expect(mail?.html).to.include('href="https://portal.example.org/foyer/portal/sign-in"')
    expect(mail?.headers.find(({ key }) => key === 'auto-submitted')?.value).to.equal('auto-generated')
    expect(await letter(id)).to.include({ state: 'sent', errorCode: undefined })
  })

  it('is the same letter when it is sent a second time, so that a mail server can tell', async () => {
    const to = 'twice@example.org'
    const id = await write({ to })
    await deliver(practice)
    // The process died between the server's yes and ours.
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_letters SET state = 'failed', message_id = NULL WHERE id = :id`, { id }),
    )
    await practice.db.transaction((tx) => sendAgain(tx, practice.portal, { id, pid: practice.patients.maria }))
    await deliver(practice)
    const ids = mailsTo(to).map(({ messageId }) => messageId)
    expect(ids).to.deep.equal([`<foyer-letter-${String(id)}@practice.example.org>`, ids[0]])
  })

  it('is not sent twice because somebody is told twice', async () => {
    const id = await write({ to: 'once@example.org' })
    await deliver(practice)
    await sendLetter(practice.portal, kinds(), heard(id))
    expect(mailsTo('once@example.org')).to.have.length(1)
  })

  it('that the server refuses for good has failed, and is not tried again by itself', async () => {
    server.refuse(550)
    const id = await write({ to: 'gone@example.org' })
    await deliver(practice)
    expect(await letter(id)).to.include({ state: 'failed', errorCode: '550' })
    await server.take()
    later(24 * 60)
    await deliver(practice)
    expect(server.refused.filter((to) => to === 'gone@example.org')).to.have.length(1)
    expect(mailsTo('gone@example.org')).to.deep.equal([])
  })

  it('waits for a mail server that is away for two hours, and is then delivered once, in order', async () => {
    const to = 'patient@example.org'
    await server.leave()
    const ids = [await write({ to })]
    for (let passed = 0; passed < 120; passed += 10) {
      await deliver(practice)
      expect((await letter(ids[0] ?? 0))?.state).to.equal('waiting')
      later(10)
      if (passed === 30 || passed === 60) ids.push(await write({ to, kind: 'credential.created' }))
    }
    expect((await letter(ids[0] ?? 0))?.errorCode).to.equal('ESOCKET')
    await server.take()
    for (let hours = 0; hours < 12; hours += 1) {
      await deliver(practice)
      later(60)
    }
    await server.until(({ mails }) => mails.filter(({ recipients }) => recipients.includes(to)).length === ids.length)
    expect(mailsTo(to).map(({ messageId }) => Number(/letter-(\d+)@/.exec(messageId ?? '')?.[1]))).to.deep.equal(ids)
    for (const id of ids) expect(await letter(id)).to.include({ state: 'sent' })
  })

  it('does not keep another person’s letter waiting', async () => {
    server.refuse(451)
    await write({ to: 'full@example.org' })
    await deliver(practice)
    await server.take()
    await write({ to: 'quick@example.org', pid: practice.patients.john })
    await deliver(practice)
    expect(mailsTo('quick@example.org')).to.have.length(1)
    expect(mailsTo('full@example.org')).to.deep.equal([])
  })

  it('is given up after the last try, and stands as failed until somebody deals with it', async () => {
    server.refuse(451)
    const id = await write({ to: 'full@example.org' })
    for (let tries = 0; tries < MOST_ATTEMPTS; tries += 1) {
      expect((await letter(id))?.state, `after ${String(tries)} tries`).to.equal('waiting')
      await deliver(practice)
      later(8 * 60)
    }
    expect(await letter(id)).to.include({ state: 'failed', errorCode: '451' })
  })

  it('of a practice without a mail server has failed at once, and says why', async () => {
    const id = await write({ to: 'nobody@example.org' })
    await sendLetter({ ...practice.portal, post: { close: () => undefined } }, kinds(), heard(id))
    expect(await letter(id)).to.include({ state: 'failed', errorCode: 'no-mail-server' })
  })

  it('that was refused beforehand is never tried', async () => {
    const id = await write({ to: 'unasked@example.org', refused: 'no-consent' })
    await deliver(practice)
    expect(mailsTo('unasked@example.org')).to.deep.equal([])
    expect(await letter(id)).to.include({ state: 'refused', errorCode: 'no-consent' })
  })

  it('leaves neither an address nor a name in the outbox or in the log', async () => {
    server.refuse(451)
    await write({ to: 'maria.santos@example.org' })
    await deliver(practice)
    const outbox = await practice.db.select<{ payload: string; order_key: string }>(
      `SELECT CAST(payload AS CHAR) AS payload, order_key FROM foyer_outbox WHERE event = 'letter.written'`,
    )
    expect(outbox).to.have.length(1)
    expect(logged.join('')).to.include('an event was not heard')
    for (const said of [JSON.stringify(outbox), logged.join('')]) expect(said).not.to.match(/maria|santos|@example/i)
  })

  const kinds = () => features.flatMap((feature) => feature.letters ?? [])
  const heard = (id: number) => ({ id: 1, event: 'letter.written', payload: { letter: id }, lastTry: false })
})
