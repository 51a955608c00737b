/** Who looked at whose data: a line in the audit trail before the page is there, and no page without its line. */
import { expect } from 'chai'
import { createConnection } from 'mysql2/promise'
import { grant } from '../../module/access/accounts.js'
import type { Actor } from '../../module/platform/audit.js'
import { answer, ask, INTAKE, keepForm, no, sendNow, somebody, text } from '../support/forms.js'
import { OFFICE_VISIT, openPractice, type TestPractice } from '../support/practice.js'
import { aSubmission, pathOfSubmission } from '../support/submissions.js'
import type { Page, Visitor } from '../support/visitor.js'
import { withoutChart } from '../support/withoutChart.js'
import { nameOf, pathTo, sampleFor } from './asking.js'
import { HTMX, letIn } from './portals.js'
import { TUESDAY } from './sampleMakers.js'
import { clearSamples } from './samples.js'

/** Pages that leave another line than a view, each for its reason. */
const toldOtherwise: Readonly<Record<string, string>> = {
  'GET /staff/portal/audit-trail': 'audit-trail.viewed',
  'GET /staff/portal/audit-trail/export': 'audit-trail.exported',
}

interface Line {
  actor_kind: string
  actor_id: string
  pid: number | null
  record: string | null
  relationship: string | null
  event: string
  subject: string
  details: string
}

describe('A look at a patient’s data', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    ;({ maria, admin } = await letIn(practice))
  })
  after(() => practice.leave())

  it('by a mother stands there with her account, her child’s chart, and as whom she looked', async () => {
    const { accounts, patients, records } = practice
    const came = await linesOf(() => maria.get(`/portal/records/${records.leo}/appointments`))
    expect(came.lines).to.deep.equal([
      {
        ...{ actor_kind: 'account', actor_id: String(accounts.maria), pid: patients.leo, record: records.leo },
        ...{ relationship: 'mother', event: 'patient.viewed', subject: '/portal/records/:record/appointments' },
        details: '{}',
      },
    ])
    expect(came.page.status).to.equal(200)
  })

  it('by the patient stands there as the patient’s own, each time', async () => {
    const home = `/portal/records/${practice.records.maria}`
    const came = await linesOf(async () => {
      await maria.get(home)
      return maria.get(home)
    })
    expect(came.lines.map(({ pid, relationship }) => [pid, relationship])).to.deep.equal([
      [practice.patients.maria, 'self'],
      [practice.patients.maria, 'self'],
    ])
  })

  it('in a file is a file taken away', async () => {
    const { patients, records, staff } = practice
    const eid = await practice.event({ providerId: staff.lee, pid: patients.maria, date: '2026-11-27', start: '10:00' })
    const path = `/portal/records/${records.maria}/appointments/${String(eid)}/calendar.ics`
    const came = await linesOf(() => maria.get(path))
    expect(came.page.headers.get('content-type')).to.match(/calendar/)
    expect(came.lines.map(({ event, pid }) => [event, pid])).to.deep.equal([['patient.downloaded', patients.maria]])
  })

  it('by an account at its own record, which has no chart, names that record', async () => {
    const record = practice.records.ownOfMaria
    const came = await withoutChart(practice, 'maria', () =>
      linesOf(() => maria.get(`/portal/records/${record}/appointments`)),
    )
    expect(came.page.status).to.equal(200)
    expect(came.lines).to.have.length(1)
    expect(came.lines[0]).to.include({
      actor_id: String(practice.accounts.maria),
      pid: null,
      record,
      relationship: null,
    })
  })

  it('by staff at what came from an own record names that record, and the trail its account', async () => {
    const { accounts, db, records, staff } = practice
    const record = records.ownOfMaria
    const own = { pid: undefined, accountId: accounts.maria, record }
    const submission = await aSubmission(practice, { ...own, title: 'Card of mine' })
    const key = await keepForm(practice, INTAKE)
    const asked = await ask(practice, key, { accountId: accounts.maria, record })
    const who = await somebody(practice, accounts.maria, record)
    await answer(practice, who, asked, { name: text('Mo'), smoke: no })
    expect(await sendNow(practice, who, asked)).to.include({ ok: true })
    const sent = await db.first<{ id: number }>(`SELECT id FROM foyer_form_responses WHERE record = :record`, {
      record,
    })
    const booking = `/portal/records/${record}/appointments`
    const visit = {
      provider: String(staff.lee),
      category: String(OFFICE_VISIT),
      reason: 'Cough',
      date: TUESDAY,
      time: '10:00',
    }
    expect((await maria.post(booking, visit, { from: `${booking}/new` })).status).to.equal(303)
    const event = await db.first<{ eid: number }>(`SELECT pc_eid AS eid FROM foyer_appointment_requests`)
    const child = { forWhom: 'child', relationship: 'mother', firstName: 'Pia', lastName: 'Santos', born: '2020-02-03' }
    const another = '/portal/account/registrations'
    const registered = await maria.post(another, { ...child, phone: '212 555 0100' }, { from: `${another}/new` })
    expect(registered.status).to.equal(303)
    const registration = await db.first<{ id: number }>(`SELECT id FROM foyer_registrations`)
    const one = `/staff/portal/registrations/${String(registration?.id)}`
    for (const [path, shows] of [
      ['/staff/portal/appointments', 'Cough'],
      [`/staff/portal/appointments/${String(event?.eid)}`, 'Cough'],
      ['/staff/portal/documents', 'Card of mine'],
      [pathOfSubmission(submission), 'Card of mine'],
      ['/staff/portal/forms', 'Before your visit'],
      [`/staff/portal/forms/${String(sent?.id)}`, 'Mo'],
      [`/staff/portal/forms/${String(sent?.id)}/file`, 'Mo'],
      ['/staff/portal/registrations', 'Pia'],
      [one, 'Pia'],
      [`/staff/portal/accounts/${String(accounts.maria)}`, 'maria'],
    ] as const) {
      const came = await linesOf(() => admin.get(path))
      expect(came.page.body, path).to.include(shows)
      expect(
        came.lines.map((line) => line.record),
        path,
      ).to.include(record)
    }
    const trail = await admin.get('/staff/portal/audit-trail')
    expect(trail.body).to.match(/saw maria\.santos \(no chart\)/)
    await clearSamples(practice)
  })

  it('is none where there is nothing to see, or somebody else’s record', async () => {
    const { records } = practice
    for (const [path, status] of [
      [`/portal/records/${records.john}`, 404],
      [`/portal/records/${records.maria}/appointments/999999`, 404],
      [`/portal/records/${records.maria}/nowhere`, 404],
    ] as const) {
      const came = await linesOf(() => maria.get(path))
      expect(came.page.status, path).to.equal(status)
      expect(came.lines, path).to.deep.equal([])
    }
  })

  it('by staff stands there for each patient on the page', async () => {
    const { patients, staff } = practice
    const waiting = { providerId: staff.lee, by: 'patient' as const, date: '2026-11-27' }
    await practice.event({ ...waiting, pid: patients.john, start: '11:00' })
    await practice.event({ ...waiting, pid: patients.amina, start: '11:30' })
    const came = await linesOf(() => admin.get('/staff/portal/appointments'))
    expect(came.page.body).to.include('Carter, John')
    expect(came.lines.map(({ pid }) => pid)).to.have.members([patients.john, patients.amina])
    for (const line of came.lines) {
      expect(line).to.include({ actor_kind: 'staff', actor_id: 'admin', event: 'patient.viewed', record: null })
      expect(line).to.include({ subject: '/staff/portal/appointments', details: '{"listed":2}' })
    }
  })

  it('by staff in the search and on the panel names whom they found', async () => {
    const { patients } = practice
    const found = await linesOf(() => admin.get('/staff/portal/patients?q=santos'))
    expect(found.lines.map(({ pid }) => pid)).to.have.members([patients.maria, patients.leo, patients.ana])
    const panel = await linesOf(() => admin.get(`/staff/portal/patients/${String(patients.leo)}`))
    expect(panel.lines.map(({ pid, subject }) => [pid, subject])).to.deep.include([
      patients.leo,
      '/staff/portal/patients/:pid',
    ])
    expect(new Set(panel.lines.map(({ pid }) => pid))).to.deep.equal(new Set([patients.leo]))
  })

  it('that a page takes by itself is noted once, and again for who is new in it and after ten minutes', async () => {
    const { clock, patients, staff } = practice
    const nurse = await practice.staffVisitor('admin')
    const poll = () => linesOf(() => nurse.get('/staff/portal/appointments/waiting', HTMX))
    const first = await poll()
    expect(first.lines.map(({ pid }) => pid)).to.have.members([patients.john, patients.amina])
    expect((await poll()).lines).to.deep.equal([])
    await practice.event({ providerId: staff.osei, by: 'patient', date: '2026-11-27', pid: patients.luis })
    expect((await poll()).lines.map(({ pid }) => pid)).to.deep.equal([patients.luis])
    expect((await poll()).lines).to.deep.equal([])
    clock.set('2026-11-23T08:09:59')
    expect((await poll()).lines).to.deep.equal([])
    clock.set('2026-11-23T08:10:00')
    expect((await poll()).lines).to.have.length(3)
    // Another session has not been shown them.
    const another = await practice.staffVisitor('admin')
    const theirs = await linesOf(() => another.get('/staff/portal/appointments/waiting', HTMX))
    expect(theirs.lines).to.have.length(3)
    clock.set('2026-11-23T08:00:00')
  })

  it('that cannot be written down is not had', async () => {
    const pages: [Visitor, string, string][] = [
      [maria, `/portal/records/${practice.records.leo}`, 'Leo'],
      [maria, `/portal/records/${practice.records.leo}/appointments`, 'Leo'],
      [admin, '/staff/portal/appointments', 'Carter'],
    ]
    for (const [who, path, name] of pages) {
      expect((await who.get(path)).body, path).to.include(name)
      await practice.db.sequelize.query('RENAME TABLE foyer_audit TO away')
      const page = await who.get(path).finally(() => practice.db.sequelize.query('RENAME TABLE away TO foyer_audit'))
      expect(page.status, path).to.equal(503)
      expect(page.headers.get('retry-after')).to.equal('10')
      expect(page.body).to.include('We couldn’t note in the audit trail')
      expect(page.body).not.to.include(name)
    }
  })

  it('is on disk before anything of it is sent', async () => {
    const { leo } = practice.records
    const other = await createConnection({ uri: practice.url })
    try {
      await other.query('LOCK TABLES foyer_audit WRITE')
      let answered = false
      const page = maria.get(`/portal/records/${leo}`).finally(() => (answered = true))
      await untilOneWaits()
      // Long enough for a page to come that has nothing to write.
      for (let at = 0; at < 3; at += 1) expect((await maria.get('/portal/records')).status).to.equal(200)
      expect(answered).to.equal(false)
      await other.query('UNLOCK TABLES')
      expect((await page).status).to.equal(200)
    } finally {
      await other.end()
    }
  })

  it('that comes with a refusal is one too: the page with what was typed shows the record', async () => {
    const { patients, records } = practice
    const path = `/portal/records/${records.leo}/appointments`
    const came = await linesOf(() => maria.post(path, {}, { from: `${path}/new` }))
    expect(came.page.status).to.equal(422)
    expect(came.lines.at(-1)).to.include({ pid: patients.leo, event: 'patient.viewed' })
  })

  it('is in the trail for every page of staff and of a record that names who they are', async function () {
    this.timeout(120_000)
    const pid = await practice.patient({
      fname: 'Quentin',
      lname: 'Quixley',
      dob: '1971-03-04',
      email: 'q@example.org',
    })
    const by: Actor = { kind: 'staff', id: 'admin', name: 'admin', requestId: undefined }
    const wanted = { accountId: practice.accounts.maria, pid, relationship: 'self', extent: 'full', by } as const
    const record = await practice.db.transaction((tx) => grant(tx, practice.clock, wanted))
    const pages = practice.routes.filter(
      ({ audience, method }) => method === 'get' && /^(staff|record)$/.test(audience),
    )
    const forgotten: string[] = []
    let named = 0
    for (const route of pages) {
      const sample = await sampleFor(practice, route, pid)
      // What asks by itself tells each session once: another session for each.
      const who =
        route.audience === 'staff'
          ? route.poll
            ? await practice.staffVisitor('admin')
            : admin
          : route.poll
            ? await practice.patientVisitor('maria')
            : maria
      const { lines, page } = await linesOf(() => who.get(pathTo(route, record, sample)))
      if (page.status !== 200 || !page.body.includes('Quixley')) continue
      named += 1
      if (!lines.some((line) => line.pid === pid)) forgotten.push(nameOf(route))
    }
    expect(forgotten.filter((name) => !(name in toldOtherwise))).to.deep.equal([])
    expect(named).to.be.greaterThan(60)
  })

  async function linesOf(work: () => Promise<Page>): Promise<{ lines: Line[]; page: Page }> {
    const before = await practice.db.first<{ id: number }>(`SELECT COALESCE(MAX(id), 0) AS id FROM foyer_audit`)
    const page = await work()
    const lines = await practice.db.select<Line>(
      `SELECT actor_kind, actor_id, pid, record, relationship, event, subject, CAST(details AS CHAR) AS details
         FROM foyer_audit
        WHERE id > :id AND event IN ('patient.viewed', 'patient.downloaded') ORDER BY id`,
      { id: before?.id ?? 0 },
    )
    return { lines, page }
  }

  /** Until the insert of a view stands before the locked table. */
  async function untilOneWaits(): Promise<void> {
    for (;;) {
      const waiting = await practice.db.select(
        `SELECT ID FROM information_schema.PROCESSLIST
          WHERE DB = DATABASE() AND INFO LIKE 'INSERT INTO foyer_audit%' AND STATE LIKE '%lock%'`,
      )
      if (waiting.length > 0) return
    }
  }
})
