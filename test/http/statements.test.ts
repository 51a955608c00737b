/** What a page costs the database: as many statements for two hundred rows as for one. */
import { expect } from 'chai'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { addEvent } from '../../module/host/site/days.js'
import { countStatements, type StatementCount } from '../../module/platform/database.js'
import { loginOf, OFFICE_VISIT, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { visitor, type Visitor } from '../support/visitor.js'

const MANY = 200

interface Cost extends StatementCount {
  /** Characters of the page: that the rows are on it. */
  length: number
}

describe('A page asks the database', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let server: Server
  let maria: Visitor
  let admin: Visitor
  /** Of the last request. */
  let counted: Promise<StatementCount>
  let withOne: Map<string, Cost>
  let withMany: Map<string, Cost>

  before(async () => {
    practice = await openPractice()
    // Statements are counted around each request, in this process.
    server = createServer((request, response) => {
      const ended = new Promise<void>((resolve) => response.on('close', () => resolve()))
      const work = countStatements(() => {
        practice.app(request, response)
        return ended
      })
      counted = work.then(({ count }) => count)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const origin = `http://localhost:${String((server.address() as AddressInfo).port)}`
    maria = visitor(origin)
    await maria.signIn('/portal/sign-in', loginOf('maria'), passwordOf('maria.santos'))
    admin = visitor(origin)
    await admin.signIn('/staff/sign-in', 'admin', passwordOf('admin'))

    await fill(1)
    withOne = await countAll()
    await fill(MANY)
    withMany = await countAll()
  })
  after(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await practice.leave()
  })

  const pages = (): [what: string, who: Visitor, path: string][] => {
    const record = `/portal/records/${practice.records.maria}`
    return [
      ['home', maria, record],
      ['records', maria, '/portal/records'],
      ['list', maria, `${record}/appointments`],
      [
        'choose',
        maria,
        `${record}/appointments/new?provider=${String(practice.staff.lee)}&category=${String(OFFICE_VISIT)}`,
      ],
      ['hall', admin, '/staff/portal'],
      ['queue', admin, '/staff/portal/appointments'],
      ['waiting', admin, '/staff/portal/appointments/waiting'],
      ['panel', admin, `/staff/portal/patients/${String(practice.patients.maria)}`],
      ['search', admin, '/staff/portal/patients?q=santos'],
    ]
  }

  /** At most so many, whoever asks: session, person and their rights are two or three of them. */
  const most: Record<string, number> = {
    ...{ home: 8, records: 3, list: 6, choose: 8, hall: 7, queue: 6, waiting: 6, panel: 8, search: 6 },
  }

  for (const what of Object.keys(most)) {
    it(`of ${what} as often for ${String(MANY)} rows as for one`, () => {
      const [one, many] = [withOne.get(what), withMany.get(what)]
      console.log(`        ${what}: ${String(one?.statements)} and ${String(many?.statements)} statements`)
      expect(one?.statements).to.be.greaterThan(0)
      expect(many?.statements, many?.sql.join('\n')).to.equal(one?.statements)
      expect(many?.statements, many?.sql.join('\n')).to.be.at.most(most[what] ?? 0)
    })
  }

  it('and the rows are on the pages', () => {
    for (const what of ['list', 'hall', 'queue', 'waiting', 'panel', 'search']) {
      expect(withMany.get(what)?.length, what).to.be.greaterThan((withOne.get(what)?.length ?? 0) + 500)
    }
  })

  it('and knows every page that is listed here', () => {
    expect(pages().map(([what]) => what)).to.deep.equal(Object.keys(most))
  })

  async function countAll(): Promise<Map<string, Cost>> {
    const all = new Map<string, Cost>()
    for (const [what, who, path] of pages()) {
      const page = await who.get(path)
      expect(page.status, path).to.equal(200)
      all.set(what, { ...(await counted), length: page.body.length })
    }
    return all
  }

  /** So many of each: waiting, confirmed and past visits of Maria’s, busy times of her doctor, people of her name. */
  async function fill(rows: number): Promise<void> {
    const { patients, staff } = practice
    const event = { providerId: staff.lee, category: OFFICE_VISIT, minutes: 15, at: '2026-11-20 08:00:00' }
    const by = { userId: 1, username: 'admin' }
    await practice.db.transaction(async (tx) => {
      for (let at = 0; at < rows; at += 1) {
        const start = `${String(9 + (at % 8)).padStart(2, '0')}:${['00', '15', '30', '45'][at % 4] ?? '00'}`
        const ahead = { ...event, date: `2026-12-${String(1 + (at % 28)).padStart(2, '0')}`, start }
        await addEvent(tx, { ...ahead, pid: patients.maria, by: 'patient' })
        await addEvent(tx, { ...ahead, pid: patients.maria, by })
        await addEvent(tx, { ...event, date: '2026-10-05', start, pid: patients.maria, by })
        await addEvent(tx, { ...ahead, date: '2026-11-25', by })
      }
    })
    for (let at = 0; at < rows; at += 1) await practice.patient({ fname: `Pat${String(at)}`, lname: 'Santos' })
  }
})
