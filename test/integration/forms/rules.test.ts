/** Forms that are asked by themselves. */
import { expect } from 'chai'
import { followRules, formRules, makeRule, switchRule, type NewRule } from '../../../module/access/formRules.js'
import { requestAppointment } from '../../../module/features/appointments/booking.js'
import { describeOnEverySite } from '../../support/database.js'
import { INTAKE, keepForm, nurse } from '../../support/forms.js'
import { MONDAY, NEW_PATIENT, OFFICE_VISIT, openPractice, type TestPractice } from '../../support/practice.js'
import { person } from '../registration/people.js'

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
    const form = await keepForm(practice, { ...INTAKE, id: `rule-${String((forms += 1))}` })
    const none = { categoryId: undefined, ageFrom: undefined, ageUntil: undefined, everyDays: undefined }
    const outcome = await practice.db.transaction((tx) =>
      makeRule(tx, practice, nurse, { form, daysBefore: 14, dueDays: undefined, ...none, ...more }),
    )
    if (!outcome.ok) throw new Error(outcome.reason)
    return form
  }
  const asked = (form: string) =>
    practice.db.select<{ pid: number | null; due_on: string | null; record: string | null }>(
      `SELECT pid, due_on, record FROM foyer_form_assignments WHERE form_key = :form ORDER BY pid`,
      { form },
    )
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
