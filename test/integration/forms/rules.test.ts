/** Forms that are asked by themselves. */
import { expect } from 'chai'
import { followRules, formRules, makeRule, switchRule, type NewRule } from '../../../module/access/formRules.js'
import { requestAppointment } from '../../../module/features/appointments/booking.js'
import { askAfter, askJob } from '../../../module/features/forms/answering/asking.js'
import { formLines } from '../../../module/features/forms/answering/ofPatient.js'
import { lockEvent } from '../../../module/host/events.js'
import { splitDay } from '../../../module/host/seriesDays.js'
import { describeOnEverySite } from '../../support/database.js'
import { answer, ask, filling, INTAKE, keepForm, no, nurse, sendNow, somebody, text } from '../../support/forms.js'
import { MONDAY, NEW_PATIENT, OFFICE_VISIT, openPractice, type TestPractice } from '../../support/practice.js'
import { person } from '../registration/people.js'

/** Kinds of appointments that nobody else here has. */
const FOLLOW_UP = 4711
const THERAPY = 4712

describeOnEverySite('A rule that asks forms', (site) => {
  let practice: TestPractice
  let forms = 0

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
  })
  after(() => practice.leave())
  afterEach(async () => {
    for (const { id } of await formRules(practice.db)) {
      await practice.db.transaction((tx) => switchRule(tx, practice, nurse, { id, active: false }))
    }
  })

  const rule = async (more: Partial<NewRule>) => {
    const form = more.form ?? (await keepForm(practice, { ...INTAKE, id: `rule-${String((forms += 1))}` }))
    const none = { categoryId: undefined, ageFrom: undefined, ageUntil: undefined, everyDays: undefined }
    const outcome = await practice.db.transaction((tx) =>
      makeRule(tx, practice, nurse, { daysBefore: 14, dueDays: undefined, ...none, ...more, form }),
    )
    if (!outcome.ok) throw new Error(outcome.reason)
    return form
  }
  const asked = (form: string) =>
    practice.db.select<{ pid: number | null; due_on: string | null; record: string | null }>(
      `SELECT pid, due_on, record FROM foyer_form_assignments WHERE form_key = :form ORDER BY pid`,
      { form },
    )
  const holder = async (pid: number) => {
    const grant = await practice.db.first<{ account_id: number; record: string }>(
      `SELECT account_id, record FROM foyer_grants WHERE pid = :pid AND revoked_at IS NULL LIMIT 1`,
      { pid },
    )
    return somebody(practice, grant?.account_id ?? 0, grant?.record ?? '')
  }
  const visit = (pid: number, date: string, category = OFFICE_VISIT, status = '-') =>
    practice.event({ providerId: practice.staff.lee, pid, date, start: '15:00', category, status })

  it('asks who has an appointment of its kind soon, once, due on its day', async () => {
    const { patients } = practice
    const form = await rule({ categoryId: OFFICE_VISIT })
    await visit(patients.john, '2026-11-27')
    await visit(patients.amina, '2026-11-27', NEW_PATIENT)
    await visit(patients.luis, '2026-11-27', OFFICE_VISIT, 'x')
    await visit(patients.maria, '2027-01-15')
    await followRules(practice.portal)
    await followRules(practice.portal)
    expect(await asked(form)).to.deep.equal([{ pid: patients.john, due_on: '2026-11-27', record: null }])
  })

  it('asks who asks for an appointment without a chart, in their own record', async () => {
    const form = await rule({ categoryId: OFFICE_VISIT })
    const who = await person(practice, 'visitor@example.org')
    const scope = { kind: 'own', account: { id: who.accountId, name: 'New' }, record: who.ownRecord } as const
    const booked = await requestAppointment(practice.portal, who.actor, {
      ...{ scope, provider: practice.staff.lee, category: OFFICE_VISIT, day: '2026-11-24', time: '10:00' },
      ...{ reason: 'New here', once: undefined },
    })
    if (!booked.ok) throw new Error(booked.reason)
    await followRules(practice.portal, booked.eid)
    expect(await asked(form)).to.deep.include({ pid: null, due_on: '2026-11-24', record: who.ownRecord })
  })

  it('asks by age whoever is in the portal, from the birthday on, and not again', async () => {
    const { patients } = practice
    const form = await rule({ ageFrom: 60, ageUntil: 70, dueDays: 10 })
    await followRules(practice.portal)
    await followRules(practice.portal)
    // John was born on 1961-01-17; Amina is older, the others are younger.
    expect(await asked(form)).to.deep.equal([{ pid: patients.john, due_on: '2026-12-03', record: null }])
    const born = await rule({ ageFrom: 41, ageUntil: 42 })
    await followRules(practice.portal)
    expect(await asked(born)).to.deep.equal([])
    practice.clock.set('2027-04-02T08:00:00')
    await followRules(practice.portal)
    expect((await asked(born)).map(({ pid }) => pid)).to.deep.equal([patients.maria])
    practice.clock.set(`${MONDAY}T08:00:00`)
  })

  it('reaches everybody, however many have the form already from somebody else', async () => {
    const { patients } = practice
    const first = [await practice.patient(), await practice.patient(), await practice.patient()]
    const last = await practice.patient()
    for (const pid of [...first, last]) {
      await practice.db.transaction((tx) =>
        tx.change(
          `INSERT INTO foyer_grants (account_id, pid, record, relationship, extent, valid_from, granted_by, granted_at)
           SELECT account_id, :pid, :record, relationship, extent, valid_from, granted_by, granted_at FROM foyer_grants WHERE pid = :john LIMIT 1`,
          { pid, record: `r${String(pid)}`.padEnd(22, 'x'), john: patients.john },
        ),
      )
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE patient_data SET DOB = '1930-05-05', allow_patient_portal = 'YES' WHERE pid = :pid`, { pid }),
      )
      await visit(pid, '2026-11-26', NEW_PATIENT)
    }
    const byAge = await rule({ ageFrom: 95, ageUntil: 100 })
    const byVisit = await rule({ categoryId: NEW_PATIENT, ageFrom: 95, ageUntil: 100 })
    for (const pid of first) {
      await ask(practice, byAge, { pid })
      await ask(practice, byVisit, { pid })
    }
    await followRules(practice.portal, undefined, 2)
    expect((await asked(byAge)).map(({ pid }) => pid)).to.include(last)
    expect((await asked(byVisit)).map(({ pid }) => pid)).to.include(last)
  })

  it('asks before each day of a series that comes, and once the one before is answered', async () => {
    const { patients } = practice
    const form = await rule({ categoryId: THERAPY, daysBefore: 14, ageFrom: 60, ageUntil: 70 })
    await practice.event({
      ...{ providerId: practice.staff.osei, pid: patients.john, date: '2026-08-05', start: '08:00', category: THERAPY },
      repeats: { every: 1, unit: 'week' },
    })
    const john = await holder(patients.john)
    const answered = async () => {
      const waiting = await practice.db.first<{ id: number }>(
        `SELECT id FROM foyer_form_assignments WHERE form_key = :form AND state = 'waiting'`,
        { form },
      )
      const id = waiting?.id ?? 0
      await answer(practice, john, id, { name: text('John'), smoke: no })
      expect((await sendNow(practice, john, id)).ok).to.equal(true)
    }
    const days = async () => (await asked(form)).map(({ due_on: day }) => day)
    await followRules(practice.portal)
    expect(await days()).to.deep.equal(['2026-11-25'])
    await answered()
    await followRules(practice.portal)
    await followRules(practice.portal)
    expect(await days()).to.deep.equal(['2026-11-25', '2026-12-02'])
    // The next is not within the fortnight.
    await answered()
    await followRules(practice.portal)
    expect(await days()).to.deep.equal(['2026-11-25', '2026-12-02'])
    practice.clock.set('2026-11-25T08:00:00')
    await followRules(practice.portal)
    expect(await days()).to.deep.equal(['2026-11-25', '2026-12-02', '2026-12-09'])
    practice.clock.set(`${MONDAY}T08:00:00`)
  })

  it('follows the visit: due on its new day, no longer asked without it, gone on with when it is back', async () => {
    const pid = practice.patients.john
    const form = await rule({ categoryId: FOLLOW_UP, daysBefore: 30 })
    const eid = await visit(pid, '2026-12-01', FOLLOW_UP)
    const told = (event: string) =>
      askAfter
        .find((each) => each.event === event)
        ?.hear(practice.portal, {
          ...{ id: 1, event, payload: { eid, pid }, lastTry: false },
        })
    const standing = () =>
      practice.db.select<{ id: number; due_on: string; state: string; reason: string | null }>(
        `SELECT id, due_on, state, reason FROM foyer_form_assignments WHERE form_key = :form ORDER BY id`,
        { form },
      )
    const change = (to: string) =>
      practice.db.transaction(
        (tx) => tx.change(`UPDATE openemr_postcalendar_events SET ${to} WHERE pc_eid = :eid`, { eid }), // sql-safe: the test's own
      )
    await told('appointment.confirmed')
    const [first] = await standing()
    expect(first).to.include({ due_on: '2026-12-01', state: 'waiting' })
    const john = await holder(pid)
    await answer(practice, john, first?.id ?? 0, { name: text('Johnny') })

    await change(`pc_eventDate = '2026-12-03'`)
    await told('appointment.moved')
    expect(await standing()).to.deep.equal([{ ...first, due_on: '2026-12-03' }])

    await change(`pc_apptstatus = 'x'`)
    await told('appointment.cancelled')
    expect(await standing()).to.deep.equal([
      { ...first, due_on: '2026-12-03', state: 'withdrawn', reason: 'visit-off' },
    ])
    const lines = await formLines(practice.db, john.scope, MONDAY)
    expect(lines.find(({ id }) => id === first?.id)).to.include({ kind: 'off', begun: true, dueOn: '2026-12-03' })

    await change(`pc_apptstatus = '-'`)
    await told('appointment.status-set')
    const [, again] = await standing()
    expect(again).to.include({ due_on: '2026-12-03', state: 'waiting' })
    const draft = await filling(practice, john, again?.id ?? 0)
    expect(draft?.answers.get('name')).to.deep.equal(text('Johnny'))
    expect((await formLines(practice.db, john.scope, MONDAY)).filter(({ kind }) => kind === 'off')).to.deep.equal([])

    // Sent, it stays as it is, whatever becomes of the visit.
    await answer(practice, john, again?.id ?? 0, { smoke: no })
    await sendNow(practice, john, again?.id ?? 0)
    await change(`pc_apptstatus = 'x'`)
    await told('appointment.declined')
    expect((await standing()).map(({ state }) => state)).to.deep.equal(['withdrawn', 'sent'])
  })

  it('follows what the host does alone: an event that is gone, or a day taken out of its series', async () => {
    const pid = practice.patients.john
    const form = await rule({ categoryId: FOLLOW_UP, daysBefore: 30 })
    const gone = await visit(pid, '2026-12-10', FOLLOW_UP)
    await askJob.run(practice.portal)
    expect((await asked(form)).map(({ due_on: day }) => day)).to.deep.equal(['2026-12-10'])
    await practice.db.transaction((tx) =>
      tx.change(`DELETE FROM openemr_postcalendar_events WHERE pc_eid = :gone`, { gone }),
    )
    const series = await practice.event({
      ...{ providerId: practice.staff.osei, pid, date: '2026-12-01', start: '09:00', category: FOLLOW_UP },
      ...{ repeats: { every: 1, unit: 'week' } as const, lastDay: '2026-12-15' },
    })
    await askJob.run(practice.portal)
    const states = () =>
      practice.db.select<{ due_on: string; state: string }>(
        `SELECT due_on, state FROM foyer_form_assignments WHERE form_key = :form ORDER BY id`,
        { form },
      )
    expect(await states()).to.deep.equal([
      { due_on: '2026-12-10', state: 'withdrawn' },
      { due_on: '2026-12-01', state: 'waiting' },
    ])
    await practice.db.transaction(async (tx) => {
      const event = await lockEvent(tx, series)
      if (!event) throw new Error('no series')
      await splitDay(tx, event, '2026-12-01', {
        status: 'x',
        at: `${MONDAY} 08:00:00`,
        noEndDate: practice.portal.site.noEndDate,
      })
    })
    await askJob.run(practice.portal)
    expect(await states()).to.deep.equal([
      { due_on: '2026-12-10', state: 'withdrawn' },
      { due_on: '2026-12-01', state: 'withdrawn' },
      { due_on: '2026-12-08', state: 'waiting' },
    ])
  })

  const opensOf = async (form: string) =>
    practice.db.select<{
      id: number
      opens_on: string
      every_days: number | null
      note: string
      due_on: string | null
      asked_by: string
    }>(
      `SELECT id, opens_on, every_days, note, due_on, asked_by FROM foyer_form_assignments WHERE form_key = :form AND state = 'waiting'`,
      { form },
    )
  const answerWaiting = async (form: string, pid: number) => {
    const [waiting] = await opensOf(form)
    const who = await holder(pid)
    await answer(practice, who, waiting?.id ?? 0, { name: text('John'), smoke: no })
    expect((await sendNow(practice, who, waiting?.id ?? 0)).ok).to.equal(true)
  }

  it('asks once for what staff ask again and again, and staff’s own asking goes on as they say', async () => {
    const pid = practice.patients.john
    const form = await rule({ ageFrom: 60, ageUntil: 70, everyDays: 400 })
    await rule({ form, categoryId: FOLLOW_UP, daysBefore: 5 })
    await ask(practice, form, { pid }, { everyDays: 30, note: 'As agreed' })
    await followRules(practice.portal)
    await answerWaiting(form, pid)
    // Answered for staff, it is not asked once more for the rule by age; the one by visit has its turn for each.
    await followRules(practice.portal)
    expect((await opensOf(form))[0]).to.include({ opens_on: '2026-12-23', every_days: 30, note: 'As agreed' })

    const eid = await visit(pid, '2026-11-26', FOLLOW_UP)
    await askJob.run(practice.portal)
    expect((await opensOf(form))[0]).to.include({ opens_on: MONDAY, due_on: '2026-11-26' })
    await answerWaiting(form, pid)
    await askJob.run(practice.portal)
    expect((await opensOf(form))[0]).to.include({ opens_on: '2026-12-23' })
    // What recurs does not end with the visit.
    await practice.db.transaction((tx) =>
      tx.change(`DELETE FROM openemr_postcalendar_events WHERE pc_eid = :eid`, { eid }),
    )
    await askJob.run(practice.portal)
    expect((await opensOf(form))[0]).to.include({ opens_on: '2026-12-23', every_days: 30 })

    await ask(practice, form, { pid }, { everyDays: 10, note: 'Sooner now' })
    const said = { every_days: 10, note: 'Sooner now', asked_by: nurse.name }
    expect((await opensOf(form))[0]).to.include({ opens_on: MONDAY, ...said })
  })

  it('by age counts what staff asked and was answered at that age, for as long as it recurs', async () => {
    const { clock, patients } = practice
    const once = await rule({ ageFrom: 60, ageUntil: 70 })
    const again = await rule({ ageFrom: 60, ageUntil: 70, everyDays: 100 })
    const later = await rule({ ageFrom: 66, ageUntil: 70 })
    for (const form of [once, again, later]) {
      await ask(practice, form, { pid: patients.john })
      await answerWaiting(form, patients.john)
    }
    const times = async () => Promise.all([once, again, later].map(async (form) => (await asked(form)).length))
    await followRules(practice.portal)
    expect(await times()).to.deep.equal([1, 1, 1])
    clock.set('2027-03-04T08:00:00')
    await followRules(practice.portal)
    // Answered at 65, it is not what the rule asks at 66.
    expect(await times()).to.deep.equal([1, 2, 2])
    clock.set(`${MONDAY}T08:00:00`)
  })

  it('that recurs does so while it is switched on and the age is right, and takes up again what it left', async () => {
    const { clock, patients } = practice
    const pid = patients.john
    const form = await rule({ ageFrom: 60, ageUntil: 70, everyDays: 30 })
    const [made] = (await formRules(practice.db)).filter((each) => each.form === form)
    const switchTo = (active: boolean) =>
      practice.db.transaction((tx) => switchRule(tx, practice, nurse, { id: made?.id ?? 0, active }))
    await followRules(practice.portal)
    await answerWaiting(form, pid)
    expect((await opensOf(form))[0]).to.include({ opens_on: '2026-12-23' })
    clock.set('2026-12-23T08:00:00')
    await switchTo(false)
    await answerWaiting(form, pid)
    expect(await opensOf(form)).to.deep.equal([])
    await switchTo(true)
    await followRules(practice.portal)
    expect(await opensOf(form)).to.deep.equal([])
    clock.set('2027-02-01T08:00:00')
    await followRules(practice.portal)
    expect((await opensOf(form))[0]).to.include({ opens_on: '2027-02-01' })
    // John is seventy before it would be his turn again.
    clock.set('2031-01-10T08:00:00')
    await answerWaiting(form, pid)
    expect(await opensOf(form)).to.deep.equal([])
    clock.set(`${MONDAY}T08:00:00`)
  })

  it('asks nobody who has died, and nobody whose chart is not open in the portal', async () => {
    const pid = practice.patients.john
    const chart = (to: string) =>
      practice.db.transaction((tx) => tx.change(`UPDATE patient_data SET ${to} WHERE pid = :pid`, { pid })) // sql-safe: the test's own
    const byAge = await rule({ ageFrom: 60, ageUntil: 70 })
    const byVisit = await rule({ categoryId: FOLLOW_UP, daysBefore: 60 })
    await visit(pid, '2027-01-12', FOLLOW_UP)
    await chart(`deceased_date = '2026-11-20 00:00:00'`)
    await followRules(practice.portal)
    expect([...(await asked(byAge)), ...(await asked(byVisit))]).to.deep.equal([])
    await chart(`deceased_date = NULL, allow_patient_portal = 'NO'`)
    await followRules(practice.portal)
    expect([...(await asked(byAge)), ...(await asked(byVisit))]).to.deep.equal([])
    await chart(`allow_patient_portal = 'YES'`)
    await followRules(practice.portal)
    expect([...(await asked(byAge)), ...(await asked(byVisit))].map((row) => row.pid)).to.deep.equal([pid, pid])
  })

  it('names somebody, and ages in their order', async () => {
    let said: unknown
    await rule({}).catch((error: unknown) => (said = error))
    expect(String(said)).to.include('nobody-named')
    await rule({ ageFrom: 40, ageUntil: 40 }).catch((error: unknown) => (said = error))
    expect(String(said)).to.include('ages-wrong')
  })

  it('that is switched off asks nobody', async () => {
    const form = await rule({ ageFrom: 0 })
    for (const { id } of await formRules(practice.db)) {
      await practice.db.transaction((tx) => switchRule(tx, practice, nurse, { id, active: false }))
    }
    await followRules(practice.portal)
    expect(await asked(form)).to.deep.equal([])
  })
})
