/** To see, to request and to cancel are three rights: what one does not have is not shown, not answered, and named in words. */
import { expect } from 'chai'
import { grant } from '../../module/access/accounts.js'
import { OFFICE_VISIT, openPractice, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'
import { closeChart } from '../support/withoutChart.js'
import { tokenFor } from './roles.js'

const RIGHTS = ['view', 'request', 'cancel'] as const
type Right = (typeof RIGHTS)[number]
const combinations = Array.from({ length: 8 }, (_, bits) => RIGHTS.filter((_right, at) => (bits >> at) & 1))

describe('Somebody whose grant opens of appointments', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let luis: Visitor
  const records = new Map<string, string>()

  before(async () => {
    practice = await openPractice()
    await practice.setting('openRequestLimit', '50')
    await practice.setting('practicePhone', '555-0147')
    const by = { kind: 'system', id: 'test', name: 'test', requestId: undefined } as const
    for (const rights of combinations) {
      const extent = `only-${rights.join('-')}`
      for (const right of rights) await practice.rule(`extent:${extent}`, `appointments:${right}`, 'allow')
      await practice.rule(`extent:${extent}`, 'home:view', 'allow')
      const pid = await practice.patient({ fname: 'Noa', lname: extent })
      const record = await practice.db.transaction((tx) =>
        grant(tx, practice.clock, { accountId: practice.accounts.luis, pid, relationship: 'proxy', extent, by }),
      )
      records.set(extent, record)
      pids.set(record, pid)
    }
    luis = await practice.patientVisitor('luis')
    await luis.get('/portal/records?lang=en')
  })
  after(() => practice.leave())
  const pids = new Map<string, number>()

  let hour = 9
  const visit = async (record: string, status = '-') => {
    hour = hour === 11 ? 13 : hour === 16 ? 9 : hour + 1
    const start = `${String(hour).padStart(2, '0')}:00`
    const pid = pids.get(record) ?? 0
    return practice.event({ providerId: practice.staff.osei, pid, date: '2026-12-01', start, status })
  }

  for (const rights of combinations) {
    const has = (right: Right) => rights.includes(right)
    it(`${rights.length === 0 ? 'nothing' : rights.join(', ')}: finds that and no more`, async () => {
      const record = records.get(`only-${rights.join('-')}`) ?? ''
      const base = `/portal/records/${record}`
      const eid = String(await visit(record))
      const time = `provider=${String(practice.staff.lee)}&category=${String(OFFICE_VISIT)}&time=2026-11-24T${String(hour).padStart(2, '0')}:00`
      const pages: [Right, string][] = [
        ['view', '/appointments'],
        ['view', `/appointments/${eid}`],
        ['view', `/appointments/${eid}/calendar.ics`],
        ['request', '/appointments/new'],
        ['request', `/appointments/new/check?${time}`],
        ['request', `/appointments/${eid}/rescheduling`],
        ['cancel', `/appointments/${eid}/cancellation`],
      ]
      for (const [right, path] of pages) {
        expect((await luis.get(`${base}${path}`)).status, path).to.equal(has(right) ? 200 : 404)
      }

      const home = await luis.get(base)
      expect(home.status).to.equal(200)
      expect(home.body.includes(`${base}/appointments"`), 'navigation').to.equal(has('view'))
      expect(home.body.includes(`${base}/appointments/new`), 'home: request').to.equal(has('request') && !has('view'))
      if (has('view')) {
        const list = await luis.get(`${base}/appointments`)
        expect(list.body.includes(`${base}/appointments/new"`), 'list: request').to.equal(has('request'))
        const one = await luis.get(`${base}/appointments/${eid}`)
        expect(one.body.includes(`/${eid}/cancellation"`), 'cancel').to.equal(has('cancel'))
        expect(one.body.includes(`/${eid}/rescheduling"`), 'move').to.equal(has('request'))
        // Whom to call instead, in words.
        for (const [page, right, words] of [
          [one, 'cancel', 'You can’t cancel it here. Please call the practice: 555-0147.'],
          [one, 'request', 'You can’t choose another time here. Please call the practice: 555-0147.'],
          [list, 'request', 'You can’t request appointments here. Please call the practice: 555-0147.'],
        ] as const) {
          expect(page.body.includes(words), `${words} (${right})`).to.equal(!has(right))
        }
      }

      await forms(record, base, eid, has)
    })
  }

  async function forms(record: string, base: string, eid: string, has: (right: Right) => boolean): Promise<void> {
    const send = (path: string, body: Record<string, string>): Promise<Page> =>
      luis.post(`${base}${path}`, body, { csrf: tokenFor(practice, luis, base) })
    const count = async () => (await practice.db.select(`SELECT pc_eid FROM openemr_postcalendar_events`)).length
    const events = await count()
    const wish = {
      provider: String(practice.staff.lee),
      category: String(OFFICE_VISIT),
      date: '2026-12-02',
      reason: '',
    }
    const asked = await send('/appointments', { ...wish, time: `${String(hour).padStart(2, '0')}:00` })
    expect(asked.status).to.equal(has('request') ? 303 : 404)
    if (asked.status === 303) {
      expect(asked.location).to.match(has('view') ? /\/appointments\/\d+$/ : /\/appointments\/receipts\/[A-Z0-9-]{9}$/)
      const done = await luis.get(asked.location ?? '')
      expect(done.status).to.equal(200)
      expect(done.body).to.match(/[A-Z0-9]{4}-[A-Z0-9]{4}/)
    }
    const cancelled = await send(`/appointments/${eid}/cancellation`, { reason: 'Better' })
    expect(cancelled.status).to.equal(has('cancel') ? 303 : 404)
    if (has('cancel')) expect(cancelled.location).to.equal(has('view') ? `${base}/appointments/${eid}` : base)
    const row = await practice.db.first<{ status: string }>(
      `SELECT pc_apptstatus AS status FROM openemr_postcalendar_events WHERE pc_eid = :eid`,
      { eid },
    )
    expect(row?.status).to.equal(has('cancel') ? 'x' : '-')
    expect(await count()).to.equal(events + (asked.status === 303 ? 1 : 0))
    expect(record).not.to.equal('')
  }
})

describe('An account’s own record, before any chart is linked', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Visitor
  let john: Visitor

  before(async () => {
    practice = await openPractice()
    maria = await practice.patientVisitor('maria')
    john = await practice.patientVisitor('john')
    await closeChart(practice, 'maria')
    await closeChart(practice, 'john')
  })
  after(() => practice.leave())

  it('takes a request, shows it, moves and cancels it, and says when it is linked; for nobody else it is there', async () => {
    const { records, staff } = practice
    const own = `/portal/records/${records.ownOfMaria}`
    const wish = { provider: String(staff.lee), category: String(OFFICE_VISIT), date: '2026-11-25', reason: 'A cough' }
    const csrf = tokenFor(practice, maria, own)
    expect((await maria.get(`${own}/appointments/new`)).status).to.equal(200)
    const made = await maria.post(`${own}/appointments`, { ...wish, time: '10:00' }, { csrf })
    expect(made.status).to.equal(303)
    const path = made.location ?? ''
    expect(path).to.match(/appointments\/\d+$/)
    const eid = /\d+$/.exec(path)?.[0] ?? ''

    const paths = ['', '/calendar.ics', '/rescheduling', '/cancellation']
    for (const rest of paths) expect((await maria.get(`${path}${rest}`)).status, rest).to.equal(200)
    expect((await maria.get(path)).body).to.include('once the practice has linked your account')
    expect((await maria.get(`${own}/appointments`)).body).to.include(path)
    const home = await maria.get(own)
    expect(home.body).to.include(path).and.to.include('once the practice has linked your account')

    // By everybody else, and by herself under another record, it is not there.
    const others: [Visitor, string][] = [
      [john, records.ownOfJohn],
      [john, records.john],
      [maria, records.maria],
      [maria, records.leo],
      [john, records.ownOfMaria],
    ]
    for (const [who, record] of others) {
      for (const rest of paths) {
        const there = `/portal/records/${record}/appointments/${eid}${rest}`
        expect((await who.get(there)).status, there).to.equal(404)
      }
      const list = await who.get(`/portal/records/${record}/appointments`)
      expect(list.body).not.to.include(`/appointments/${eid}"`)
    }

    const to = { provider: String(staff.lee), date: '2026-11-25', time: '11:00', reason: 'A cough' }
    expect((await maria.post(`${path}/rescheduling`, to, { csrf })).location).to.equal(path)
    expect((await maria.post(`${path}/cancellation`, { reason: 'Well again' }, { csrf })).location).to.equal(path)
    expect((await maria.get(path)).body).to.include('Cancelled')
  })
})
