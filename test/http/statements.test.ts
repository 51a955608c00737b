/**
 * What a page costs the database: a shell and a patient's page six statements at most, a card one, and as many for two
 * hundred rows as for one. What every request costs besides (its session, the person and what they may do, the line of
 * the audit trail that says what was seen, BEGIN and COMMIT) is counted apart and printed.
 */
import { expect } from 'chai'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { addEvent } from '../../module/host/site/days.js'
import { PDF } from '../../module/host/templates.js'
import { utc } from '../../module/platform/clock.js'
import { countStatements, type StatementCount } from '../../module/platform/database.js'
import { INTAKE, keepForm } from '../support/forms.js'
import { loginOf, OFFICE_VISIT, openPractice, passwordOf, type TestPractice } from '../support/practice.js'
import { beginAs, pathOf, pdfOf, sendAs, sendTemplate } from '../support/filling.js'
import { proposeInHost } from '../support/profiles.js'
import { manySubmissions } from '../support/submissions.js'
import { visitor, type Visitor } from '../support/visitor.js'
import { nameOf, pathTo, sampleFor } from './asking.js'
import { HTMX } from './portals.js'
import { clearSamples } from './samples.js'
import { addTemplates } from './samplesTemplates.js'

const MANY = 200
/** Of a patient's page and of a shell; of a card. */
const PAGE = 6
const CARD = 1

interface Cost {
  /** The page's own. */
  own: string[]
  session: number
  rights: number
  audit: number
  transactional: number
  /** Characters of the page: that the rows are on it. */
  length: number
}

interface Asked {
  what: string
  who: Visitor
  path: string
  most: number
  /** Asked for as htmx does: the fragment alone. */
  card?: true
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
    // What waits is counted for each of her pages, as for one who has just changed something.
    admin.cookies.set('foyer_changed', '1')

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

  const asked = (): Asked[] => {
    const record = `/portal/records/${practice.records.maria}`
    const choose = `provider=${String(practice.staff.lee)}&category=${String(OFFICE_VISIT)}`
    const hall = '/staff/portal'
    const panel = `${hall}/patients/${String(practice.patients.maria)}`
    const page = (what: string, who: Visitor, path: string): Asked => ({ what, who, path, most: PAGE })
    const card = (what: string, path: string): Asked => ({ what, who: admin, path, most: CARD, card: true })
    return [
      page('home', maria, record),
      page('records', maria, '/portal/records'),
      page('list', maria, `${record}/appointments`),
      page('profile', maria, `${record}/profile`),
      page('profile, a form', maria, `${record}/profile/edit/address`),
      page('choose', maria, `${record}/appointments/new?${choose}`),
      page('hall', admin, hall),
      card('hall: requests', `${hall}/appointments/waiting`),
      card('hall: online', `${hall}/cards/online`),
      card('hall: activity', `${hall}/cards/activity`),
      card('hall: statistics', `${hall}/cards/statistics`),
      page('queue', admin, `${hall}/appointments`),
      page('panel', admin, panel),
      card('panel: access', `${panel}/access`),
      card('panel: grants', `${panel}/grants`),
      card('panel: waiting', `${panel}/waiting`),
      card('panel: appointments', `${panel}/appointments`),
      card('panel: activity', `${panel}/activity`),
      card('panel: letters', `${panel}/letters`),
      page('profile changes', admin, `${hall}/profile-changes`),
      card('panel: profile changes', `${panel}/profile-changes`),
      page('templates', admin, `${hall}/templates`),
      page('asking for a document', admin, `${hall}/templates/asking/${String(practice.patients.maria)}`),
      card('panel: documents asked', `${panel}/documents-asked`),
      page('documents to audit', admin, `${hall}/documents`),
      card('hall: documents to audit', `${hall}/documents/waiting`),
      card('panel: documents sent', `${panel}/sent-documents`),
      page('search', admin, `${hall}/patients?q=santos`),
      card('search, as one types', `${hall}/patients?q=santos`),
    ]
  }

  const whats = [
    ...[
      'home',
      'records',
      'list',
      'profile',
      'profile, a form',
      'choose',
      'hall',
      'hall: requests',
      'hall: online',
      'hall: activity',
    ],
    ...['hall: statistics', 'queue', 'panel', 'panel: access', 'panel: grants', 'panel: waiting'],
    ...[
      'panel: appointments',
      'panel: activity',
      'panel: letters',
      'profile changes',
      'panel: profile changes',
      'templates',
      'asking for a document',
      'panel: documents asked',
      'documents to audit',
      'hall: documents to audit',
      'panel: documents sent',
      'search',
      'search, as one types',
    ],
  ]

  for (const what of whats) {
    it(`of ${what} within its budget, and as often for ${String(MANY)} rows as for one`, () => {
      const [one, many] = [costOf(withOne, what), costOf(withMany, what)]
      console.log(
        `        ${what}: ${String(many.own.length)}; besides: session ${String(many.session)}, person and rights ` +
          `${String(many.rights)}, audit ${String(many.audit)}, BEGIN and COMMIT ${String(many.transactional)}`,
      )
      const most = asked().find((each) => each.what === what)?.most
      expect(many.own.length, many.own.join('\n')).to.be.at.most(most ?? 0)
      expect(many.own.length, many.own.join('\n')).to.equal(one.own.length)
      expect(many.session + many.rights, 'session, person and rights').to.be.within(2, 4)
    })
  }

  it('and the rows are on the pages', () => {
    const full = ['list', 'hall: requests', 'queue', 'panel: waiting', 'panel: appointments', 'search']
    for (const what of [
      ...full,
      'panel: activity',
      'panel: grants',
      'hall: online',
      'profile changes',
      'templates',
      'asking for a document',
      'panel: documents asked',
      'documents to audit',
    ]) {
      expect(costOf(withMany, what).length, what).to.be.greaterThan(costOf(withOne, what).length + 500)
    }
    // Its ten rows are there from the beginning: who signed in, who was given a record.
    expect(costOf(withMany, 'hall: activity').length).to.be.greaterThan(2000)
  })

  it('and knows every page that is listed here', () => {
    expect(asked().map(({ what }) => what)).to.deep.equal(whats)
  })

  it(`and on every other page of a record no more than ${String(PAGE)}, of the table of routes`, async () => {
    const over: string[] = []
    const routes = practice.routes.filter(({ audience, method }) => audience === 'record' && method === 'get')
    for (const route of routes) {
      const sample = await sampleFor(practice, route, practice.patients.maria)
      const page = await maria.get(pathTo(route, practice.records.maria, sample))
      expect(page.status, nameOf(route)).to.be.oneOf([200, 303])
      const { own } = costIn(await counted)
      if (own.length > PAGE) over.push(`${nameOf(route)}: ${own.join('\n')}`)
      await clearSamples(practice)
    }
    expect(routes.length).to.be.greaterThan(30)
    expect(over, over.join('\n')).to.deep.equal([])
  })

  it(`and no more than ${String(PAGE)} for a document that asks the chart for everything, and holds a form and a PDF`, async () => {
    await keepForm(practice, INTAKE)
    const file = await sendTemplate(practice, { pid: 0, content: await pdfOf('House rules'), mime: PDF })
    const everything = [
      '{ParseAsHTML}{PatientName} {DEM:occupation} {HIS:tobacco} {DOS} {ChiefComplaint} {Allergies} {LBFhealth:note}',
      `{CurrentDate:Y-m-d} {TextInput} {Questionnaire:Before your visit} {AcknowledgePdf:${String(file)}:House rules}`,
      '{PatientSignature}',
    ]
    const content = everything.map((line) => `<p>${line}</p>`).join('')
    const pid = practice.patients.maria
    const record = practice.records.maria
    const over: string[] = []
    const look = async (path: string) => {
      expect((await maria.get(path)).status, path).to.equal(200)
      const { own } = costIn(await counted)
      if (own.length > PAGE) over.push(`${path}: ${own.join('\n')}`)
    }
    const id = await beginAs(maria, record, await sendTemplate(practice, { pid, content }))
    for (const rest of ['', '/check', '/document.pdf']) await look(pathOf(record, id, rest))
    const sent = await beginAs(maria, record, await sendTemplate(practice, { pid }))
    expect((await sendAs(maria, record, sent)).status).to.equal(303)
    for (const rest of ['', '/receipt', '/document.pdf']) await look(pathOf(record, sent, rest))
    expect(over, over.join('\n')).to.deep.equal([])
  })

  it(`and ${String(CARD)} for whatever the hall and the panel load by themselves`, async () => {
    const panel = `/staff/portal/patients/${String(practice.patients.maria)}`
    const over: string[] = []
    for (const shell of ['/staff/portal', panel]) {
      const { body } = await admin.get(shell)
      const cards = [...body.matchAll(/class="slot"[^>]*? hx-get="([^"]+)"/g)].map(([, path = '']) => path)
      expect(cards.length, shell).to.be.greaterThan(5)
      for (const path of cards) {
        expect((await admin.get(path.replaceAll('&amp;', '&'), HTMX)).status, path).to.equal(200)
        const { own } = costIn(await counted)
        if (own.length > CARD) over.push(`${path}: ${own.join('\n')}`)
      }
    }
    expect(over, over.join('\n')).to.deep.equal([])
  })

  function costOf(costs: Map<string, Cost>, what: string): Cost {
    const cost = costs.get(what)
    if (!cost) throw new Error(`nobody asked for ${what}`)
    return cost
  }

  async function countAll(): Promise<Map<string, Cost>> {
    const all = new Map<string, Cost>()
    for (const { what, who, path, card } of asked()) {
      const page = await who.get(path, card ? HTMX : {})
      expect(page.status, path).to.equal(200)
      all.set(what, { ...costIn(await counted), length: page.body.length })
    }
    return all
  }

  const kinds: readonly [kind: 'session' | 'rights' | 'audit', sql: RegExp][] = [
    ['session', /^(SELECT data|UPDATE foyer_sessions|INSERT INTO foyer_sessions)/],
    // Staff: the user, and what their groups allow; patients: the account with its records.
    ['rights', /FROM users u JOIN users_secure|gacl_aro|FROM foyer_accounts a\s+LEFT JOIN patient_access_onsite/],
    ['audit', /^INSERT INTO foyer_audit/],
  ]

  function costIn({ sql, transactional }: StatementCount): Omit<Cost, 'length'> {
    const kindOf = (statement: string) => kinds.find(([, is]) => is.test(statement))?.[0]
    const count = (kind: string) => sql.filter((statement) => kindOf(statement) === kind).length
    const own = sql.filter((statement) => kindOf(statement) === undefined)
    return { own, session: count('session'), rights: count('rights'), audit: count('audit'), transactional }
  }

  /** So many of each: waiting, confirmed and past visits of Maria’s, busy times of her doctor, people of her name. */
  async function fill(rows: number): Promise<void> {
    const { accounts, clock, patients, staff } = practice
    const event = { providerId: staff.lee, category: OFFICE_VISIT, minutes: 15, at: '2026-11-20 08:00:00' }
    const by = { userId: 1, username: 'admin' }
    const now = utc(clock.now())
    await practice.db.transaction(async (tx) => {
      for (let at = 0; at < rows; at += 1) {
        const start = `${String(9 + (at % 8)).padStart(2, '0')}:${['00', '15', '30', '45'][at % 4] ?? '00'}`
        const ahead = { ...event, date: `2026-12-${String(1 + (at % 28)).padStart(2, '0')}`, start }
        await addEvent(tx, { ...ahead, pid: patients.maria, by: 'patient' })
        await addEvent(tx, { ...ahead, pid: patients.maria, by })
        await addEvent(tx, { ...event, date: '2026-10-05', start, pid: patients.maria, by })
        await addEvent(tx, { ...ahead, date: '2026-11-25', by })
        await tx.insert(
          `INSERT INTO foyer_audit (at, actor_kind, actor_id, actor_name, pid, event, subject, details)
           VALUES (:now, 'account', :id, 'maria.santos', :pid, 'appointment.requested', :subject, '{}')`,
          { now, id: String(accounts.maria), pid: patients.maria, subject: `appointment:${String(at)}` },
        )
      }
    })
    await addTemplates(practice, rows)
    await manySubmissions(practice, rows)
    for (let at = 0; at < rows; at += 1) {
      const pid = await practice.patient({ fname: `Pat${String(at)}`, lname: 'Santos' })
      for (const of of [pid, patients.maria]) await proposeInHost(practice, of, { city: 'Rome' })
      await practice.db.transaction(async (tx) => {
        const name = `${String(rows)}-${String(at)}`
        const id = await tx.insert(
          `INSERT INTO foyer_accounts (own_record, host_pid, display_name, created_at) VALUES (:own, :pid, :name, :now)`,
          { own: `own-${name}`, pid, name, now },
        )
        await tx.insert(
          `INSERT INTO foyer_grants (record, account_id, pid, relationship, extent, valid_from, granted_by, granted_at)
           VALUES (:record, :id, :pid, 'other', 'full', :now, 'test', :now)`,
          { record: `grant-${name}`, id, pid: patients.maria, now },
        )
        await tx.insert(
          `INSERT INTO foyer_sessions (id_hash, audience, owner, data, created_at, seen_at)
           VALUES (:hash, 'patient', :owner, '{}', :now, :now)`,
          { hash: name, owner: String(id), now },
        )
      })
    }
  }
})
