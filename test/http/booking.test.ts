/** Somebody without an account books from the practice's website (D9). */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { createAccount } from '../../module/access/accounts.js'
import { findAccount, scopeOf } from '../../module/access/scope.js'
import { calendarFile } from '../../module/features/appointments/patient/calendarFile.js'
import { findAppointment } from '../../module/features/appointments/ofPatient.js'
import type { RecordContext } from '../../module/web/routes.js'
import { hashOwnPassword } from '../../module/access/ownPasswords.js'
import { sweep } from '../../module/access/sweep.js'
import { countStatements } from '../../module/platform/database.js'
import { OFFICE_VISIT, openPractice, type TestPractice } from '../support/practice.js'
import { deliver } from '../support/mailServer.js'
import { visitor, type Page, type Visitor } from '../support/visitor.js'
import { lettersTo, tokenTo, valueOf, workFor } from '../support/newcomers.js'

const PASSWORD = 'quiet-Harbor-lantern-7'
const TUESDAY = '2026-11-24'

describe('Somebody without an account', function () {
  this.timeout(60_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    await practice.setting('registrationsPerAddress', '1000')
  })
  beforeEach(() => practice.setting('publicBooking', 'on'))
  after(() => practice.leave())

  const pia = { firstName: 'Pia', lastName: 'Novak', born: '1990-02-03', phone: '212 555 0100', reason: 'A cough' }
  const at = (time: string) => ({
    ...{ provider: String(practice.staff.lee), category: String(OFFICE_VISIT), date: TUESDAY, time },
  })

  it('chooses a time that patients are offered too, and says who they are', async () => {
    const someone = await practice.visitor()
    const wish = `provider=${String(practice.staff.lee)}&category=${String(OFFICE_VISIT)}`
    const book = await someone.get(`/portal/book?${wish}`)
    const maria = await practice.patientVisitor('maria')
    const own = await maria.get(`/portal/records/${practice.records.maria}/appointments/new?${wish}`)
    expect(timesIn(book)).to.deep.equal(timesIn(own)).and.to.include(`${TUESDAY}T10:00`)
    const who = await someone.get(`/portal/book/details?${wish}&time=${TUESDAY}T10:00`)
    expect(who.status).to.equal(200)
    expect(who.body).to.contain('Susan Lee').and.to.contain('10:00').and.to.contain('The time is not held yet')
  })

  it('asks the database as often for a full calendar as for an empty one', async () => {
    const path = `/portal/book?provider=${String(practice.staff.osei)}&category=${String(OFFICE_VISIT)}`
    const few = await statementsOf(path)
    for (let day = 24; day < 28; day += 1) {
      for (const start of ['09:00', '10:30', '11:15', '13:00', '15:45'])
        await practice.event({ providerId: practice.staff.osei, date: `2026-11-${String(day)}`, start })
    }
    const many = await statementsOf(path)
    expect(many).to.deep.equal(few)
    expect(few.length, few.join('\n')).to.be.within(2, 6)
  })

  it('has booked nothing until they open the link, press its button, and choose a password', async () => {
    const before = await rows(practice)
    const someone = await practice.visitor()
    const page = await ask(someone, { ...at('10:00'), ...pia, email: 'pia@example.org' })
    expect(page.location).to.equal('/portal/book/sent')
    expect((await someone.follow(page)).body).to.contain('the time is not held')
    expect(await rows(practice), 'no account, no event, no request, no registration').to.deep.equal(before)

    const path = await linkTo(practice, 'pia@example.org')
    const other = await practice.visitor()
    const wish = await other.get(path)
    expect(wish.status).to.equal(200)
    expect(wish.body)
      .to.contain('Pia Novak')
      .and.to.contain('10:00')
      .and.not.to.match(/1990-02-03|A cough|555 0100/)
    expect(await rows(practice), 'looking books nothing').to.deep.equal(before)
    const pressed = await other.post(path, fieldsOf(wish))
    expect(pressed.location).to.equal(path)
    const made = await other.follow(pressed)
    expect(made.body)
      .to.contain('Your visit is requested')
      .and.to.match(/\w{4}-\w{4}/)

    const request = await practice.db.first(
      `SELECT r.pid, r.state, r.reason, r.open_seat = CONCAT('r', a.own_record, ':1') AS seat, r.record = a.own_record AS own,
              a.email, a.password_hash, a.email_verified_at IS NOT NULL AS verified, a.display_name
         FROM foyer_appointment_requests r JOIN foyer_accounts a ON a.id = r.account_id WHERE a.email = 'pia@example.org'`,
    )
    expect(request).to.deep.equal({
      ...{ pid: null, state: 'requested', reason: 'A cough', seat: 1, own: 1, email: 'pia@example.org' },
      ...{ password_hash: null, verified: 1, display_name: 'Pia Novak' },
    })
    await deliver(practice)
    await deliver(practice)
    const registrations = await practice.db.select(
      `SELECT state, for_whom, relationship, first_name, last_name, born, phone, email FROM foyer_registrations`,
    )
    expect(registrations).to.deep.equal([
      {
        ...{ state: 'waiting', for_whom: 'me', relationship: 'self', first_name: 'Pia', last_name: 'Novak' },
        ...{ born: '1990-02-03', phone: '212 555 0100', email: 'pia@example.org' },
      },
    ])

    const reset = /href="(\/portal\/reset\?token=[^"]+)"/.exec(made.body)?.[1] ?? ''
    const token = reset.split('=')[1] ?? ''
    expect((await other.post('/portal/reset', { token, password: PASSWORD }, { from: reset })).status).to.equal(303)
    expect((await other.signIn('/portal/sign-in', 'pia@example.org', PASSWORD)).status).to.equal(303)
    const home = await other.follow(await other.get('/portal'))
    expect(home.body).to.contain('Pia Novak').and.to.contain('10:00')
    const later = await (await practice.visitor()).get(path)
    expect(later.body).not.to.contain('/portal/reset')
  })

  it('is answered alike whoever’s the address is: same status, place, page and letter', async () => {
    const asked = []
    const addresses = ['pia@example.org', 'maria.santos@example.org', 'nobody@example.org']
    for (const email of addresses) {
      const someone = await practice.visitor()
      const page = await ask(someone, { ...at('10:30'), ...pia, email })
      const then = await someone.follow(page)
      asked.push({ status: page.status, to: page.location, then: withoutTokens(then.body) })
    }
    expect(new Set(asked.map((each) => JSON.stringify(each)))).to.have.property('size', 1)
    const letters = await practice.db.select<{ kind: string; facts: unknown }>(
      `SELECT kind, facts FROM foyer_letters WHERE recipient IN (:addresses) ORDER BY id DESC LIMIT 3`,
      { addresses },
    )
    expect(letters.map(({ kind }) => kind)).to.deep.equal(Array(3).fill('booking.verify'))
    expect(JSON.stringify(letters)).not.to.match(/Pia|Novak|cough|1990/)
  })

  it('who has one is signed in by no link: the time goes along to their record', async () => {
    const wished = { ...at('11:00'), ...pia, email: 'jon.own@example.org' }
    const account = await practice.db.transaction((tx) =>
      createAccount(tx, practice.clock, {
        ...{ email: 'jon.own@example.org', verified: true, displayName: 'Jon Own', language: 'en' },
        passwordHash: null,
      }),
    )
    await practice.db.transaction(async (tx) => {
      const hash = await hashOwnPassword(PASSWORD)
      await tx.change(`UPDATE foyer_accounts SET password_hash = :hash WHERE id = :id`, { hash, id: account?.id })
    })
    const someone = await practice.visitor()
    await ask(someone, wished)
    const path = await linkTo(practice, 'jon.own@example.org')
    const before = await rows(practice)
    const known = await someone.get(path)
    expect(known.body).to.contain('Sign in to send this').and.not.to.contain(`action="${path}"`)
    expect((await someone.post(path, at('11:00'))).status).to.equal(409)
    expect(await rows(practice)).to.deep.equal(before)
    expect((await someone.get('/portal')).location).to.match(/^\/portal\/sign-in/)

    const href = /href="(\/portal\/sign-in\?next=[^"]+)"/.exec(known.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const next = new URL(href, 'http://x').searchParams.get('next') ?? ''
    await someone.get(href)
    const fields = { username: 'jon.own@example.org', password: PASSWORD, next }
    const inside = await someone.post('/portal/sign-in', fields)
    expect(inside.location).to.match(/^\/portal\/account\/booking\?/)
    const check = await someone.follow(await someone.follow(inside))
    expect(check.path).to.match(/^\/portal\/records\/[\w-]{22}\/appointments\/new\/check\?/)
    expect(check.body).to.contain('11:00').and.to.contain('Susan Lee')
  })

  it('is asked for whom, where an account opens several records', async () => {
    const maria = await practice.patientVisitor('maria')
    const chosen = `provider=${String(practice.staff.lee)}&category=${String(OFFICE_VISIT)}`
    const book = await maria.get(`/portal/book?${chosen}`)
    expect(book.location).to.equal(`/portal/account/booking?${chosen}`)
    const whom = await maria.follow(book)
    expect(whom.body).to.contain('Leo Santos').and.to.contain('Ana Santos').and.to.contain('Maria Santos')
    expect(whom.body).to.contain(`/portal/records/${practice.records.leo}/appointments/new?provider=`)
    expect(whom.body).not.to.contain(practice.records.ownOfMaria)
    expect(whom.body).not.to.contain(practice.records.john)
  })

  it('whose time is taken before they send it reads which are near it, and nothing that was typed is lost', async () => {
    const someone = await practice.visitor()
    await practice.event({ providerId: practice.staff.lee, date: TUESDAY, start: '09:30' })
    const typed = { ...pia, email: 'late@example.org' }
    const page = await ask(someone, { ...at('09:30'), ...typed })
    expect(page.status).to.equal(409)
    for (const value of ['Pia', 'Novak', '1990-02-03', '212 555 0100', 'late@example.org'])
      expect(page.body).to.contain(`value="${value}"`)
    expect(page.body).to.contain('A cough').and.to.contain('name="at" value="2026-11-24T09:')
    expect(await lettersTo(practice, 'late@example.org')).to.equal(0)
  })

  it('whose time is taken before they open the link has another one with a press, and it was never held', async () => {
    const path = await wishFor('taken@example.org', '14:00')
    const shown = await (await practice.visitor()).get(path)
    const eid = await practice.event({ providerId: practice.staff.lee, date: TUESDAY, start: '14:00' })
    expect(eid, 'the practice may lay a visit there').to.be.greaterThan(0)
    const before = await rows(practice)
    const someone = await practice.visitor()
    const late = await someone.post(path, fieldsOf(shown), { from: path })
    expect(late.status).to.equal(409)
    expect(late.body).to.contain('Pia Novak').and.to.contain('The nearest free times')
    expect(await rows(practice), 'no account either').to.deep.equal(before)
    const near = /name="at" value="([^"]+)"/.exec(late.body)?.[1] ?? ''
    const { provider, category } = fieldsOf(late)
    const done = await someone.post(path, { provider: provider ?? '', category: category ?? '', at: near })
    expect(done.location).to.equal(path)
    expect(await bookedBy('taken@example.org')).to.deep.equal([
      { at: `${near.replace('T', ' ')}:00`, state: 'requested' },
    ])
    expect((await someone.follow(done)).body).to.contain(near.slice(11))
  })

  it('chooses any other time behind the link, from the same free times', async () => {
    const path = await wishFor('other@example.org', '14:30')
    const someone = await practice.visitor()
    const wish = await someone.get(path)
    const href = /href="(\/portal\/book\?link=[^"]+)"/.exec(wish.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
    const choose = await someone.get(href)
    expect(choose.body).to.contain(`action="${path}"`)
    const { provider, category } = at('')
    const other = await someone.get(`${path}?provider=${provider}&category=${category}&time=${TUESDAY}T15:30`)
    expect(other.body).to.contain('15:30').and.to.contain('Pia Novak')
    await someone.post(path, fieldsOf(other))
    expect(await bookedBy('other@example.org')).to.deep.equal([{ at: `${TUESDAY} 15:30:00`, state: 'requested' }])
  })

  it('who presses twenty times at once has one account and one visit', async () => {
    const path = await wishFor('twenty@example.org', '15:00')
    const someone = await practice.visitor()
    const wish = await someone.get(path)
    const pages = await Promise.all(Array.from({ length: 20 }, () => someone.post(path, fieldsOf(wish))))
    expect(new Set(pages.map(({ location }) => location))).to.deep.equal(new Set([path]))
    expect(await bookedBy('twenty@example.org')).to.have.length(1)
    const calendar = await practice.db.select(
      `SELECT pc_eid FROM openemr_postcalendar_events WHERE pc_eventDate = :day AND pc_startTime = '15:00:00' AND pc_aid = :lee AND pc_catid = 5`,
      { day: TUESDAY, lee: String(practice.staff.lee) },
    )
    expect(calendar).to.have.length(1)
  })

  it('eight who want one time: one has it, the others read which are near', async () => {
    const paths = []
    for (let who = 0; who < 8; who += 1) paths.push(await wishFor(`one-of-eight-${String(who)}@example.org`, '16:00'))
    const pages = await Promise.all(
      paths.map(async (path) => (await practice.visitor()).post(path, at('16:00'), { from: path })),
    )
    expect(pages.map(({ status }) => status).sort()).to.deep.equal([303, ...Array<number>(7).fill(409)])
    const accounts = await practice.db.first(
      `SELECT COUNT(*) AS n FROM foyer_accounts WHERE email LIKE 'one-of-eight-%'`,
    )
    expect(accounts, 'who got nothing has no account either').to.deep.equal({ n: 1 })
  })

  it('two links of one address, pressed at once, make one account; the other is to sign in', async () => {
    const paths = [await wishFor('two@example.org', '11:15'), await wishFor('two@example.org', '11:30')]
    const opened = await Promise.all(
      paths.map(async (path) => {
        const visitor = await practice.visitor()
        await visitor.get(path)
        return { path, visitor }
      }),
    )
    const pages = await Promise.all(opened.map(({ path, visitor }) => visitor.post(path, {})))
    expect(pages.map(({ status }) => status).sort()).to.deep.equal([303, 409])
    expect(await bookedBy('two@example.org')).to.have.length(1)
  })

  it('who forges another time, kind of visit or person has the form’s own limits in the way, and the link still opens', async () => {
    const path = await wishFor('forger@example.org', '13:30')
    const someone = await practice.visitor()
    const before = await rows(practice)
    const wrong: [string, Record<string, string>][] = [
      ['off the grid', { time: '13:37' }],
      ['at night', { time: '03:00' }],
      ['in the past', { date: '2026-11-20', time: '09:00' }],
      ['too far', { date: '2029-11-20', time: '09:00' }],
      ['no such day', { date: '2026-02-31' }],
      ['not theirs to ask', { category: '2' }],
      ['nobody', { provider: '999999' }],
      ['confirmed by themselves', { status: '-' }],
    ]
    for (const [what, fields] of wrong) {
      const page = await someone.post(path, { ...at('13:30'), ...fields }, { from: path })
      expect(page.status, what).to.equal(422)
    }
    await practice.setting('earliestRequest', '2880')
    expect((await someone.post(path, at('13:30'))).status, 'too soon').to.equal(422)
    await practice.setting('earliestRequest', '0')
    expect(await rows(practice)).to.deep.equal(before)
    expect((await someone.post(path, at('13:30'))).status).to.equal(303)
  })

  it('reads at each field what is missing, and keeps what was typed', async () => {
    const someone = await practice.visitor()
    const page = await ask(someone, { ...at('10:15'), ...pia, phone: '12', born: '2027-01-01', email: 'pia' })
    expect(page.status).to.equal(422)
    expect(page.body)
      .to.contain('Enter the phone number with its area code')
      .and.to.contain('This date of birth can’t be right')
      .and.to.contain('Enter your e-mail address')
      .and.to.contain('value="Novak"')
    const nobody = await ask(someone, {
      ...at('10:15'),
      firstName: '',
      lastName: ' ',
      born: '',
      phone: '',
      email: '',
      reason: 'x',
    })
    for (const text of [
      'the first name',
      'the last name',
      'the date of birth',
      'a phone number',
      'your e-mail address',
    ])
      expect(nobody.body).to.contain(`Enter ${text}`)
  })

  it('in a hurry without the work, or as a program, is not taken for a person', async () => {
    const someone = await practice.visitor()
    const fields = { ...at('10:15'), ...pia }
    const quick = await ask(someone, { ...fields, email: 'quick@example.org' }, { work: '' })
    expect(quick.status).to.equal(422)
    expect(quick.body).to.contain('quick@example.org')
    expect((await ask(someone, { ...fields, email: 'quick@example.org' }, { stamp: 'forged.stamp' })).status).to.equal(
      422,
    )
    const program = await ask(someone, { ...fields, email: 'program@example.org' }, { website: 'http://x' })
    expect(program.location).to.equal('/portal/book/sent')
    expect(await lettersTo(practice, 'program@example.org')).to.equal(0)
    await ask(someone, { ...fields, email: 'person@example.org' })
    expect(await lettersTo(practice, 'person@example.org')).to.equal(1)
  })

  it('fills nobody’s mailbox, and from one address only so many come', async () => {
    for (let time = 0; time < 5; time += 1) await wishFor('victim@example.org', '10:15')
    expect(await lettersTo(practice, 'victim@example.org')).to.equal(3)
    await practice.setting('registrationsPerAddress', '1')
    const page = await ask(await practice.visitor(), { ...at('10:15'), ...pia, email: 'flood@example.org' })
    expect(page.status).to.equal(429)
    expect(Number(page.headers.get('Retry-After'))).to.be.greaterThan(0)
    expect(await lettersTo(practice, 'flood@example.org')).to.equal(0)
    await practice.setting('registrationsPerAddress', '1000')
  })

  it('finds no door where the practice has shut it, nor behind a link that was sent before', async () => {
    const path = await wishFor('shut@example.org', '11:45')
    const open = await wishFor('shut2@example.org', '10:45')
    const maria = await practice.patientVisitor('maria')
    const someone = await practice.visitor()
    await someone.get(open)
    await practice.setting('publicBooking', 'off')
    const before = await rows(practice)
    for (const address of ['', '/details', '/sent', path.slice('/portal/book'.length)])
      expect((await someone.get(`/portal/book${address}`)).status, address).to.equal(404)
    expect((await someone.post('/portal/book', { ...at('10:15'), ...pia, email: 'x@example.org' })).status).to.equal(
      404,
    )
    expect((await someone.post(open, at('10:45'))).status).to.equal(404)
    expect((await maria.get('/portal/account/booking')).status).to.equal(404)
    expect((await someone.get('/portal/sign-in')).body).not.to.contain('/portal/book')
    expect(await rows(practice)).to.deep.equal(before)
    await practice.setting('publicBooking', 'on')
    expect((await someone.post(open, at('10:45'))).status).to.equal(303)
  })

  it('has a day for the link; it is of another purpose than others, and what was never sent is forgotten', async () => {
    const path = await wishFor('slow@example.org', '16:30')
    const someone = await practice.visitor()
    const token = path.split('/').at(-1) ?? ''
    expect((await someone.get(`/portal/register/${token}`)).status).to.equal(404)
    expect((await someone.get(`/portal/reset?token=${token}`)).status).to.equal(404)
    practice.clock.set('2026-11-24T09:00:00')
    expect((await someone.get(path)).status).to.equal(404)
    expect((await someone.post(path, at('16:30'), { from: '/portal/sign-in' })).status).to.equal(404)
    practice.clock.set('2026-11-24T12:00:00')
    await sweep(practice.db, practice.clock, {
      lives: [{ idle: 600, limit: 600 }],
      eventDays: 30,
    })
    const left = await practice.db.first(
      `SELECT SUM(made_at IS NULL) AS waiting, SUM(made_at IS NOT NULL) > 0 AS made FROM foyer_booking_wishes`,
    )
    expect(left).to.deep.equal({ waiting: '0', made: 1 })
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('comes back from the address of a visit of theirs, signed out', async () => {
    const someone = await practice.visitor()
    const again = `/portal/records/${practice.records.john}/appointments/new?provider=${String(practice.staff.osei)}&category=${String(OFFICE_VISIT)}`
    const door = await someone.follow(await someone.get(again))
    const href = `/portal/book?provider=${String(practice.staff.osei)}&category=${String(OFFICE_VISIT)}`
    expect(door.body.replaceAll('&amp;', '&')).to.contain(`href="${href}"`)
    expect((await someone.get(href)).body).to.match(/selected>Kofi Osei/)
    expect((await someone.get('/portal/sign-in')).body).to.contain('href="/portal/book"')
  })

  it('comes back from the calendar file of a visit, where the practice lets people', async () => {
    const { db, patients, portal, records, staff } = practice
    const eid = await practice.event({ providerId: staff.osei, pid: patients.john, date: '2026-11-30', start: '11:00' })
    const account = await findAccount(db, portal, practice.accounts.john)
    const scope = account && scopeOf(account, records.john)
    const appointment = scope && (await findAppointment(portal, db, scope, String(eid)))
    if (!appointment) throw new Error('no visit')
    const file = (): string => {
      const known = { ...portal, config: { ...portal.config, baseUrl: 'https://portal.example.org/foyer' } }
      const context = { portal: known, t: portal.speech.in('en') } as RecordContext
      return calendarFile(context, appointment, 'https://portal.example.org/foyer/portal').replace(/\r\n[ \t]/g, '')
    }
    const address = `https://portal.example.org/foyer/portal/book?provider=${String(staff.osei)}&category=${String(OFFICE_VISIT)}`
    expect(file()).to.contain(`Book another visit: ${address}`)
    await practice.setting('publicBooking', 'off')
    expect(file()).not.to.contain('/portal/book')
  })

  /** What a page asks, in this process: signed out, so that a session is not among it. */
  async function statementsOf(path: string): Promise<string[]> {
    let counted: Promise<string[]> = Promise.resolve([])
    const server = createServer((request, response) => {
      const ended = new Promise<void>((resolve) => response.on('close', () => resolve()))
      counted = countStatements(() => {
        practice.app(request, response)
        return ended
      }).then(({ count }) => count.sql.map((sql) => sql.replace(/\s+/g, ' ').slice(0, 40)))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const page = await visitor(`http://localhost:${String((server.address() as AddressInfo).port)}`).get(path)
    expect(page.status).to.equal(200)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    return counted
  }

  /** Somebody has asked for this time; where their letter leads. */
  async function wishFor(email: string, time: string): Promise<string> {
    const page = await ask(await practice.visitor(), { ...at(time), ...pia, email })
    if (page.location !== '/portal/book/sent') throw new Error(`${email}: ${String(page.status)} ${page.body}`)
    return linkTo(practice, email)
  }

  function bookedBy(email: string): Promise<{ at: string; state: string }[]> {
    return practice.db.select(
      `SELECT CONCAT(e.pc_eventDate, ' ', e.pc_startTime) AS at, r.state
         FROM foyer_appointment_requests r JOIN foyer_accounts a ON a.id = r.account_id
         JOIN openemr_postcalendar_events e ON e.pc_eid = r.pc_eid WHERE a.email = :email`,
      { email },
    )
  }

  function ask(someone: Visitor, fields: Record<string, string>, more: Record<string, string> = {}): Promise<Page> {
    return askFor(someone, fields, more)
  }
})

async function askFor(someone: Visitor, fields: Record<string, string>, more: Record<string, string>): Promise<Page> {
  const { provider = '', category = '', date = '', time = '' } = fields
  const form = await someone.get(`/portal/book/details?provider=${provider}&category=${category}&time=${date}T${time}`)
  const stamp = valueOf(form, 'stamp')
  return someone.post('/portal/book', { ...fields, stamp, work: workFor(stamp), website: '', ...more })
}

function timesIn({ body }: Page): string[] {
  return [...body.matchAll(/name="time" value="([^"]+)"/g)].map((found) => found[1] ?? '')
}

/** What the form of a wish would send. */
function fieldsOf(page: Page): Record<string, string> {
  return Object.fromEntries(['provider', 'category', 'date', 'time'].map((name) => [name, valueOf(page, name)]))
}

async function linkTo(practice: TestPractice, email: string): Promise<string> {
  return `/portal/book/${await tokenTo(practice, email, 'booking.verify')}`
}

function withoutTokens(body: string): string {
  return body
    .replace(/(name="_(?:csrf|once)" value=")[^"]*/g, '$1')
    .replace(/nonce="[^"]*"/g, '')
    .replace(/(class="reference"|figures)[^<]*<[^<]*/g, '')
}

/** How many there are of everything that a booking makes. */
function rows({ db }: TestPractice): Promise<object | undefined> {
  return db.first(
    `SELECT (SELECT COUNT(*) FROM foyer_accounts) AS accounts, (SELECT COUNT(*) FROM foyer_registrations) AS registrations,
            (SELECT COUNT(*) FROM foyer_appointment_requests) AS requests,
            (SELECT COUNT(*) FROM openemr_postcalendar_events) AS events`,
  )
}
