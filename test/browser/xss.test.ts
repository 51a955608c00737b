/** What anybody writes is text wherever anybody reads it. */
import { expect } from 'chai'
import { writeStaffNote } from '../../module/host/notes.js'
import { openWindow, type Window } from '../support/browser.js'
import { openPracticeWithEmr } from '../support/emr.js'
import { MONDAY, OFFICE_VISIT, openPractice, type TestPractice } from '../support/practice.js'
import type { Fields, Visitor } from '../support/visitor.js'
import { CORPUS, squeezed, STRANGE, typedInto } from './attacks.js'
import { appointmentPage } from './pages/patient.js'
import { declinePage, hallPage, panelPage, queuePage, staffAppointmentPage } from './pages/staff.js'
import { requestVisit } from './visits.js'

describe('A reason that is an attack', function () {
  this.timeout(240_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    await practice.setting('openRequestLimit', '50')
  })
  after(() => practice.leave())

  it('is read as text by staff, on every page that shows it', async () => {
    const requests: { eid: number; payload: string }[] = []
    const visitor = await practice.patientVisitor('john')
    for (const [at, payload] of CORPUS.entries()) {
      const minutes = 9 * 60 + at * 15 + (at >= 12 ? 60 : 0)
      const time = `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
      requests.push({
        eid: await requestVisit(practice, { visitor, date: '2026-11-24', time, reason: payload }),
        payload,
      })
    }
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    const scripts = () =>
      staff.page.evaluate<number>(`document.querySelectorAll('script:not([src^="/assets/"])').length`)
    const foreign = () =>
      staff.page.evaluate<number>(
        `document.querySelectorAll('iframe, base, meta[http-equiv], style, main [onload], main [onerror], main [hx-on\\\\:load]').length`,
      )
    const clean = async () => {
      expect(await scripts()).to.equal(0)
      expect(await foreign()).to.equal(0)
    }

    await staff.open('/staff/portal')
    const hall = await hallPage(staff)
    for (const { eid, payload } of requests)
      expect(squeezed(await hall.row(eid).innerText())).to.contain(squeezed(payload))
    await clean()

    await staff.open('/staff/portal/appointments')
    const queue = await queuePage(staff)
    await clean()
    // The same rows, swapped in by htmx.
    const [first, second] = requests
    await queue.confirm(first?.eid ?? 0)
    await queue.row(first?.eid ?? 0).waitFor({ state: 'detached' })
    expect(await queue.row(second?.eid ?? 0).count()).to.equal(1)
    await clean()

    for (const { eid, payload } of requests.filter((_, at) => at % 4 === 2)) {
      await staff.page.goto(`${staff.origin}/staff/portal/appointments/${eid}`)
      expect(squeezed(await staff.page.locator('main').innerText())).to.contain(squeezed(payload))
      await clean()
    }
    await staffAppointmentPage(staff)
    await staff.open(`/staff/portal/appointments/${second?.eid ?? 0}/decline`)
    const decline = await declinePage(staff)
    await clean()
    await decline.reason.fill(`<img src=x onerror=alert(2)>`)
    await decline.send()
    // Deciding leads on to the next that waits.
    await staffAppointmentPage(staff)
    await staff.open(`/staff/portal/patients/${practice.patients.john}`)
    await panelPage(staff)
    await clean()

    const patient = await openWindow(practice, { as: { patient: 'john' } })
    await patient.open(`/portal/records/${practice.records.john}/appointments/${second?.eid ?? 0}`)
    expect(await (await appointmentPage(patient, 'declined')).text()).to.contain('<img src=x onerror=alert(2)>')
  })

  it('would be seen here if a page let it through', async () => {
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    await staff.context.route('**/staff/portal', async (route) => {
      const answer = await route.fetch()
      const body = (await answer.text()).replace('<main', `${CORPUS[0] ?? ''}${CORPUS[1] ?? ''}<main`)
      await route.fulfill({ response: answer, body })
    })
    await staff.open('/staff/portal')
    await staff.page.waitForLoadState('load')
    expect(staff.troubles.splice(0).join('\n'))
      .to.match(/inline script/)
      .and.to.match(/inline event handler/)
  })
})

const TUESDAY = '2026-11-24'
const WEDNESDAY = '2026-11-25'

/** Every text that somebody types, here or in the EMR, and how many characters it may have. */
const FIELDS = {
  requestReason: 200,
  cancellationReason: 200,
  wishReason: 200,
  reschedulingReason: 200,
  answer: 500,
  declineReason: 500,
  bulkDeclineReason: 500,
  proposalNote: 500,
  statusNote: 500,
  overbookingReason: 200,
  refusalReason: 500,
  ruleOfUser: 255,
  ruleOfGroup: 255,
  ruleOfExtent: 255,
  settingAside: 500,
  practiceName: 100,
  practicePhone: 40,
  firstName: 120,
  lastName: 120,
  doctor: 255,
  category: 100,
  facility: 255,
  room: 20,
  comment: 255,
  eventTitle: 150,
  message: 500,
  nameOfAccount: 100,
} as const

type Field = keyof typeof FIELDS

const TYPED = typedInto(FIELDS)

describe('Whatever is typed, wherever', function () {
  this.timeout(480_000)
  let practice: TestPractice
  let john: Visitor
  let admin: Visitor
  /** The visits that the texts are about. */
  let visits: Awaited<ReturnType<typeof typeEverywhere>>
  const seen = { staff: new Set<string>(), patient: new Set<string>() }

  before(async () => {
    practice = await openPracticeWithEmr()
    await practice.setting('openRequestLimit', '50')
    john = await practice.patientVisitor('john')
    admin = await practice.staffVisitor('admin')
    await typeIntoHost()
    visits = await typeEverywhere()
  })
  after(() => practice.leave())

  it('is text on every page of staff and of the EMR', async () => {
    const staff = await openWindow(practice, { as: { staff: 'admin' } })
    const hall = '/staff/portal'
    const search = encodeURIComponent(CORPUS.join(' ').slice(0, 1000))
    const patient = String(practice.patients.john)
    await readAll(staff, seen.staff, [
      hall,
      `${hall}/appointments`,
      ...[visits.all, visits.closed].flat().map((eid) => `${hall}/appointments/${String(eid)}`),
      `${hall}/appointments/${String(visits.open)}/decline`,
      `${hall}/appointments/${String(visits.open)}/proposal`,
      `${hall}/appointments/${String(visits.wish)}/cancellation`,
      `${hall}/patients/${patient}`,
      `${hall}/patients?q=${search}`,
      `${hall}/audit-trail`,
      `${hall}/audit-trail?q=${search}&actor=${search}&patient=${search}&from=${search}&sort=${search}`,
      ...['', '/users', '/users/front', '/groups/front', '/extents/forms'].map((path) => `${hall}/access${path}`),
      `${hall}/access/users/front?permission=dashboard:view`,
      `${hall}/access/why?who=user:front&permission=dashboard:view`,
      `${hall}/access/why?person=${search}&address=${search}`,
      `${hall}/settings`,
      `${hall}/operations`,
      `${hall}/operations/undelivered`,
      `${hall}/calendar-readiness`,
      ...['', '/calendar', '/messages', '/modules', `/patients/${patient}`].map((path) => `/emr${path}`),
      `/emr/calendar?day=${TUESDAY}`,
      `/emr/calendar?day=${TUESDAY}&view=week`,
      `/emr/calendar/${String(visits.hostEvent)}`,
      `/emr/finder?q=${search}`,
      `/emr/finder?q=Ann`,
    ])
    // Kept in the audit trail’s details, or beside the name of the visit’s kind.
    const notForStaff: Field[] = ['settingAside', 'eventTitle']
    expect(Object.keys(FIELDS).filter((field) => !seen.staff.has(field))).to.deep.equal(notForStaff)
  })

  it('is text on every page of the patient', async () => {
    const patient = await openWindow(practice, { as: { patient: 'john' } })
    const home = `/portal/records/${practice.records.john}`
    const search = encodeURIComponent(CORPUS.join(' ').slice(0, 1000))
    const of = (eid: number, rest = '') => `${home}/appointments/${String(eid)}${rest}`
    const wish = `provider=${String(practice.staff.lee)}&category=${String(OFFICE_VISIT)}`
    await readAll(patient, seen.patient, [
      '/portal/records',
      home,
      `${home}/appointments`,
      `${home}/appointments?before=${search}`,
      ...visits.all.map((eid) => of(eid)),
      ...visits.closed.map((eid) => of(eid)),
      of(visits.open, '/rescheduling'),
      of(visits.open, `/rescheduling/check?provider=${String(practice.staff.lee)}&time=${WEDNESDAY}T16:00`),
      of(visits.open, '/cancellation'),
      `${home}/appointments/new?${wish}&from=${search}`,
      `${home}/appointments/new/check?${wish}&time=${WEDNESDAY}T16:00`,
      `/portal/sign-in?next=${search}`,
    ])
    const told: Field[] = ['requestReason', 'declineReason', 'bulkDeclineReason', 'proposalNote', 'refusalReason']
    const named: Field[] = ['practiceName', 'practicePhone', 'firstName', 'lastName', 'doctor', 'category']
    expect([...told, ...named].filter((field) => !seen.patient.has(field))).to.deep.equal([])
    // What staff write for each other.
    const inside: Field[] = ['comment', 'message', 'overbookingReason', 'ruleOfUser', 'ruleOfGroup', 'settingAside']
    expect(inside.filter((field) => seen.patient.has(field))).to.deep.equal([])
  })

  /** Opens them one after the other, all of it there; says which fields' texts were on them. */
  async function readAll(window: Window, found: Set<string>, paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      expect(await window.open(path), path).to.be.oneOf([200, 422])
      await window.page.waitForLoadState('networkidle')
      const strange = await window.page.evaluate<string[]>(STRANGE)
      expect(strange, path).to.deep.equal([])
      expect(window.troubles, path).to.deep.equal([])
      const content = await window.page.content()
      for (const field of Object.keys(FIELDS)) if (content.includes(`${field}~`)) found.add(field)
    }
  }

  /** Each text by the form that takes it; the visits stand in their order on the pages. */
  async function typeEverywhere() {
    const { patients, staff } = practice
    const posted = async (who: Visitor, path: string, fields: Fields) => {
      const answer = await who.post(path, fields)
      expect(answer.status, `${path}: ${answer.body.slice(0, 3000)}`).to.equal(303)
      return answer
    }
    const request = (date: string, time: string) =>
      requestVisit(practice, { visitor: john, date, time, reason: TYPED.requestReason })
    const byStaff = (eid: number, deed: string, fields: Fields) =>
      posted(admin, `/staff/portal/appointments/${String(eid)}/${deed}`, fields)
    const byJohn = (eid: number, deed: string, fields: Fields) =>
      posted(john, `/portal/records/${practice.records.john}/appointments/${String(eid)}/${deed}`, fields)
    const ofHost = (date: string, start: string, pid = patients.john) => {
      const { comment, eventTitle: title, room } = TYPED
      return practice.event({ providerId: staff.lee, pid, date, start, comment, title, room })
    }

    const open = await request(TUESDAY, '09:00')
    const proposed = await request(TUESDAY, '09:15')
    await byStaff(proposed, 'proposal', { date: TUESDAY, time: '15:00', note: TYPED.proposalNote })
    const answered = await request(TUESDAY, '09:30')
    await byStaff(answered, 'proposal', { date: TUESDAY, time: '15:15', note: TYPED.proposalNote })
    await byJohn(answered, 'answer', { answer: TYPED.answer })
    const confirmed = await request(TUESDAY, '09:45')
    await byStaff(confirmed, 'status', { status: '-', note: TYPED.statusNote })
    const asNext = { provider: String(staff.lee), date: WEDNESDAY, time: '14:00', reason: TYPED.reschedulingReason }
    const moved = await byJohn(confirmed, 'rescheduling', asNext)
    const laidOver = await request(TUESDAY, '10:00')
    await ofHost(TUESDAY, '10:00', patients.maria)
    await byStaff(laidOver, 'overbooking', { reason: TYPED.overbookingReason })

    const declined = await request(TUESDAY, '10:15')
    await byStaff(declined, 'decline', { reason: TYPED.declineReason })
    const many = [await request(TUESDAY, '10:30'), await request(TUESDAY, '10:45')]
    const ids = many.map(String)
    await posted(admin, '/staff/portal/appointments/bulk', {
      ...{ 'id[]': ids, action: 'decline', reason: TYPED.bulkDeclineReason },
    })
    const cancelled = await request(TUESDAY, '11:00')
    await byJohn(cancelled, 'cancellation', { reason: TYPED.cancellationReason })
    // Too soon to be cancelled alone.
    const wish = await ofHost(MONDAY, '15:00')
    await byJohn(wish, 'cancellation', { reason: TYPED.wishReason })
    const refused = await ofHost(MONDAY, '15:30')
    await byJohn(refused, 'cancellation', { reason: TYPED.wishReason })
    await byStaff(refused, 'cancellation/refusal', { reason: TYPED.refusalReason })

    for (const [target, field] of [
      ['users/front', 'ruleOfUser'],
      ['groups/front', 'ruleOfGroup'],
    ] as const) {
      const rule = { permission: 'dashboard:view', effect: 'deny', reason: TYPED[field] }
      await posted(admin, `/staff/portal/access/${target}`, rule)
    }
    await posted(admin, '/staff/portal/access/extents/forms', {
      ...{ permission: 'appointments:view', effect: 'allow', reason: TYPED.ruleOfExtent },
    })
    const { practiceName, practicePhone } = TYPED
    await posted(admin, '/staff/portal/settings', { practiceName, practicePhone })
    const delivery = await undelivered()
    await posted(admin, `/staff/portal/operations/deliveries/${String(delivery)}/setting-aside`, {
      reason: TYPED.settingAside,
    })
    await undelivered()
    const next = Number(/(\d+)$/.exec(moved.location ?? '')?.[1])
    return {
      open,
      wish,
      hostEvent: wish,
      all: [open, proposed, answered, confirmed, next, laidOver, wish, refused],
      closed: [declined, ...many.slice(0, 1), cancelled],
    }
  }

  /** What a listener could not hear. */
  function undelivered(): Promise<number> {
    const at = '2026-11-23 12:00:00.000'
    return practice.db.transaction(async (tx) => {
      const event = await tx.insert(
        `INSERT INTO foyer_outbox (event, payload, created_at, due_at, spread_at)
         VALUES ('appointment.confirmed', :payload, :at, :at, :at)`,
        { payload: JSON.stringify({ pid: practice.patients.john }), at },
      )
      return tx.insert(
        `INSERT INTO foyer_outbox_deliveries (event_id, listener, state, attempts, due_at, finished_at, error_code)
         VALUES (:event, 'notify-patient', 'dead', 8, :at, :at, 'ECONNREFUSED')`,
        { event, at },
      )
    })
  }

  async function typeIntoHost(): Promise<void> {
    const { firstName, lastName, doctor, category, facility } = TYPED
    const { patients, staff } = practice
    await practice.db.transaction(async (tx) => {
      await tx.change(`UPDATE patient_data SET fname = :firstName, lname = :lastName WHERE pid = :pid`, {
        ...{ firstName, lastName, pid: patients.john },
      })
      await tx.change(`UPDATE users SET fname = :doctor WHERE id = :id`, { doctor, id: staff.lee })
      await tx.change(`UPDATE openemr_postcalendar_categories SET pc_catname = :category WHERE pc_catid = :id`, {
        ...{ category, id: OFFICE_VISIT },
      })
      await tx.change(`UPDATE facility SET name = :facility`, { facility })
      await tx.change(`UPDATE foyer_accounts SET display_name = :name WHERE id = :id`, {
        ...{ name: TYPED.nameOfAccount, id: practice.accounts.john },
      })
    })
    const note = { at: '2026-11-23 07:00:00', pid: patients.john, title: 'Other', to: undefined, from: 'admin' }
    await practice.db.transaction((tx) => writeStaffNote(tx, { ...note, text: TYPED.message }))
    await practice.refresh()
  }
})
