/** Why a rule does not ask a form: what staff asked and was answered is an answer for the rule as well. */
import { expect } from 'chai'
import { followRules, makeRule } from '../../../module/access/formRules.js'
import { formLines } from '../../../module/features/forms/answering/ofPatient.js'
import { day as dayOf } from '../../../module/platform/clock.js'
import { told } from '../access/agreeing.js'
import { answer, ask, INTAKE, keepForm, no, nurse, sendNow, somebody, text } from '../../support/forms.js'
import { openPractice, type TestPractice } from '../../support/practice.js'

describe('Why a form is not asked again', function () {
  this.timeout(60_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())

  it('is told to staff who asked it themselves and had it answered', async () => {
    const { accounts, clock, db, patients, portal, records } = practice
    const { luis } = patients
    const form = await keepForm(practice, { ...INTAKE, id: 'asked-by-hand' })
    const ages = { ageFrom: 0, ageUntil: 120, categoryId: undefined, daysBefore: 14 }
    const rule = { ...ages, form, everyDays: undefined, dueDays: undefined }
    const reasons = () => told(portal, 'asked-form', { kind: 'patient', pid: luis })
    const id = await ask(practice, form, { pid: luis })
    const who = await somebody(practice, accounts.luis, records.luis)
    await answer(practice, who, id, { name: text('Lu'), smoke: no })
    expect(await sendNow(practice, who, id)).to.include({ ok: true })
    await db.transaction((tx) => makeRule(tx, practice, nurse, rule))

    const due = (await reasons()).steps.find(({ key }) => key === 'due')
    expect(due?.holds).to.equal(false)
    expect(due?.detail.join(' ')).to.match(/: answered for staff .+, so the rule does not ask it again\./)
    await followRules(portal)
    const lines = await formLines(db, who.scope, dayOf(clock.now()))
    expect(lines.filter(({ kind }) => kind === 'waiting')).to.deep.equal([])
  })

  it('is not said of what the rule itself asked', async () => {
    const { accounts, db, patients, portal, records } = practice
    const { maria } = patients
    const form = await keepForm(practice, { ...INTAKE, id: 'asked-by-rule' })
    const ages = { ageFrom: 0, ageUntil: 120, categoryId: undefined, daysBefore: 14 }
    await db.transaction((tx) =>
      makeRule(tx, practice, nurse, { ...ages, form, everyDays: undefined, dueDays: undefined }),
    )
    await followRules(portal)
    const who = await somebody(practice, accounts.maria, records.maria)
    const waiting = await db.select<{ id: number }>(
      `SELECT id FROM foyer_form_assignments WHERE pid = :maria AND state = 'waiting'`,
      { maria },
    )
    for (const { id } of waiting) {
      await answer(practice, who, id, { name: text('Mo'), smoke: no })
      expect(await sendNow(practice, who, id)).to.include({ ok: true })
    }
    const { steps } = await told(portal, 'asked-form', { kind: 'patient', pid: maria })
    const due = steps.find(({ key }) => key === 'due')
    expect(due?.detail.join(' ')).to.contain('answered').and.not.to.contain('for staff')
  })
})
