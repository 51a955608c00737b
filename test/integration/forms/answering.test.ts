/** Forms on the way from the practice to a patient and back into the chart. */
import { expect } from 'chai'
import { Fhir } from 'fhir'
import { withdrawForm } from '../../../module/access/formAssignments.js'
import { fhirOf, moveFormsToAccount } from '../../../module/access/formFiling.js'
import { linkRegistration } from '../../../module/features/registration/staff/linking.js'
import { unlinkRegistration } from '../../../module/features/registration/staff/unlinking.js'
import { activeVersion, retire } from '../../../module/host/questionnaires.js'
import { wallClock } from '../../../module/platform/clock.js'
import { describeOnEverySite } from '../../support/database.js'
import { dumpRows } from '../../support/dump.js'
import {
  answer,
  ask,
  filling,
  INTAKE,
  keepForm,
  no,
  nurse,
  questionnaire,
  sendNow,
  somebody,
  text,
  whole,
  yes,
  type Somebody,
} from '../../support/forms.js'
import { MONDAY, openPractice, type TestPractice } from '../../support/practice.js'
import { administrator, person, register } from '../registration/people.js'

const enough = { name: text('Mo'), smoke: no }

describeOnEverySite('A form', (site) => {
  let practice: TestPractice
  let maria: Somebody
  let forLeo: Somebody

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
    const { accounts, records } = practice
    maria = await somebody(practice, accounts.maria, records.maria)
    forLeo = await somebody(practice, accounts.maria, records.leo)
  })
  after(() => practice.leave())

  const ofMaria = () => ({ pid: practice.patients.maria })
  let forms = 0
  const another = (resource = INTAKE) => keepForm(practice, { ...resource, id: `test-${String((forms += 1))}` })

  interface HostRow {
    id: number
    response_id: string
    patient_id: number
    questionnaire_id: string
    questionnaire_foreign_id: number
    questionnaire_name: string
    status: string
    version: number
    form_score: number | null
    create_time: string
    questionnaire: string
    questionnaire_response: string
    uuid: string
  }
  const hostRow = async (receipt: string) =>
    practice.db.first<HostRow>(
      `SELECT q.*, LOWER(HEX(q.uuid)) AS uuid FROM questionnaire_response q
         JOIN foyer_form_responses r ON r.host_id = q.id WHERE r.receipt = :receipt`,
      { receipt },
    )

  it('is answered into the chart as the host lists it, and goes out as FHIR that validates', async () => {
    const key = await another()
    const id = await ask(practice, key, { pid: practice.patients.leo })
    await answer(practice, forLeo, id, {
      ...{ name: text('Leo'), smoke: yes, much: whole(3) },
      ...{ 'meal@0/meal.what': text('Soup'), 'meal@1/meal.what': text('Bread') },
    })
    const outcome = await sendNow(practice, forLeo, id)
    if (!outcome.ok) throw new Error(outcome.reason)
    const row = await hostRow(outcome.receipt)
    expect(row).to.include({
      ...{ patient_id: practice.patients.leo, questionnaire_id: key, questionnaire_name: INTAKE.title },
      ...{ status: 'completed', version: 1, create_time: `${MONDAY} 08:00:00`, form_score: null },
    })
    expect(row?.uuid).to.equal(row?.response_id.replaceAll('-', ''))
    const registered = await practice.db.select(
      `SELECT table_name, table_id FROM uuid_registry WHERE uuid = UNHEX(:uuid)`,
      { uuid: row?.uuid ?? '' },
    )
    expect(registered).to.deep.equal([{ table_name: 'questionnaire_response', table_id: 'id' }])
    const active = await activeVersion(practice.db, practice.portal.site, key)
    expect([row?.questionnaire_foreign_id, row?.questionnaire]).to.deep.equal([active?.id, active?.questionnaire])

    const response = JSON.parse(row?.questionnaire_response ?? '') as fhir4.QuestionnaireResponse
    const check = new Fhir().validate(response, { errorOnUnexpected: true })
    expect(check.messages.filter(({ severity }) => String(severity) === 'error')).to.deep.equal([])
    expect(response.item?.map(({ linkId }) => linkId)).to.deep.equal(['name', 'smoke', 'much', 'meal', 'meal'])
    const sent = await practice.db.first<{ id: number }>(
      `SELECT id FROM foyer_form_responses WHERE receipt = :receipt`,
      {
        receipt: outcome.receipt,
      },
    )
    expect(await fhirOf(practice.db, practice.portal, sent?.id ?? 0)).to.deep.equal(response)
  })

  it('of a new version stands in a row of its own, and the one before is no longer active', async () => {
    const key = await another()
    await keepForm(practice, { ...INTAKE, title: 'Anew' }, key)
    const rows = await practice.db.select(
      `SELECT version, active, name, lform, status FROM questionnaire_repository WHERE questionnaire_id = :key ORDER BY id`,
      { key },
    )
    expect(rows).to.deep.equal([
      { version: 1, active: 0, name: INTAKE.title, lform: null, status: 'active' },
      { version: 2, active: 1, name: 'Anew', lform: null, status: 'active' },
    ])
    if (practice.portal.site.has('questionnaire_repository', 'category')) {
      const row = await practice.db.first(
        `SELECT category FROM questionnaire_repository WHERE questionnaire_id = :key`,
        { key },
      )
      expect(row).to.deep.equal({ category: 'Intake' })
    }
  })

  it('stays as it was begun when the practice changes it meanwhile', async () => {
    const key = await another()
    const id = await ask(practice, key, ofMaria())
    await answer(practice, maria, id, enough)
    const before = (await filling(practice, maria, id))?.version.body
    await keepForm(practice, questionnaire({ linkId: 'other', type: 'text', text: 'Other', required: true }), key)
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE questionnaire_repository SET questionnaire = '{}' WHERE questionnaire_id = :key AND version = 1`,
        { key },
      ),
    )
    const outcome = await sendNow(practice, maria, id)
    expect(outcome.ok && (await hostRow(outcome.receipt))?.questionnaire).to.equal(before)
  })

  it('that the host put there, without an id of its own, is asked and answered all the same', async () => {
    const rowId = await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO questionnaire_repository (name, type, active, status, questionnaire, lform)
         VALUES ('From the host', 'Questionnaire', 1, 'draft', :json, '{"lform":1}')`,
        { json: JSON.stringify({ ...INTAKE, status: 'draft' }) },
      ),
    )
    const id = await ask(practice, `#${String(rowId)}`, ofMaria())
    await answer(practice, maria, id, enough)
    const outcome = await sendNow(practice, maria, id)
    expect(outcome.ok && (await hostRow(outcome.receipt))).to.include({
      questionnaire_foreign_id: rowId,
      questionnaire_name: 'From the host',
    })
  })

  it('is not sent while something is missing that is required and asked', async () => {
    const id = await ask(practice, await another(), ofMaria())
    await answer(practice, maria, id, { name: text('Mo'), smoke: yes })
    const outcome = await sendNow(practice, maria, id)
    expect(outcome.ok ? [] : outcome.reason === 'incomplete' && outcome.problems.map(({ path }) => path)).to.deep.equal(
      ['much'],
    )
    await answer(practice, maria, id, { smoke: no })
    expect(await sendNow(practice, maria, id)).to.include({ ok: true })
  })

  it('waits once for a person, and again when it recurs', async () => {
    const key = await another()
    const id = await ask(practice, key, ofMaria(), { everyDays: 7, repeatUntil: '2026-12-05' })
    let again: unknown
    await ask(practice, key, ofMaria()).catch((error: unknown) => (again = error))
    expect(String(again)).to.equal('Error: waits-already')
    await answer(practice, maria, id, enough)
    expect(await sendNow(practice, maria, id)).to.include({ ok: true })
    const waiting = () =>
      practice.db.select<{ id: number; opens_on: string; due_on: string; origin: string }>(
        `SELECT id, opens_on, due_on, origin FROM foyer_form_assignments WHERE form_key = :key AND state = 'waiting'`,
        { key },
      )
    const [next] = await waiting()
    expect(next).to.include({ opens_on: '2026-11-30', due_on: '2026-12-07', origin: 'repeat' })
    practice.clock.set('2026-11-30T08:00:00')
    await answer(practice, maria, next?.id ?? 0, enough)
    expect(await sendNow(practice, maria, next?.id ?? 0)).to.include({ ok: true })
    expect(await waiting()).to.deep.equal([])
    practice.clock.set(`${MONDAY}T08:00:00`)
  })

  it('that opens on a later day is begun, answered and sent by nobody before that day of the practice’s', async () => {
    const id = await ask(practice, await another(), ofMaria(), { opensOn: '2027-03-01' })
    const closed = { ok: false, reason: 'not-open', opensOn: '2027-03-01' }
    practice.clock.set('2027-02-28T23:59:00')
    expect(await answer(practice, maria, id, enough)).to.include(closed)
    expect(await sendNow(practice, maria, id)).to.include(closed)
    expect(await filling(practice, maria, id)).to.equal(undefined)
    // What was begun while it could be is not sent either.
    practice.clock.set('2027-03-01T00:01:00')
    expect(await answer(practice, maria, id, enough)).to.include({ ok: true })
    practice.clock.set('2027-02-28T23:59:00')
    expect(await sendNow(practice, maria, id)).to.include(closed)
    practice.clock.set('2027-03-01T00:01:00')
    expect(await sendNow(practice, maria, id)).to.include({ ok: true })
    practice.clock.set(`${MONDAY}T08:00:00`)
  })

  it('is due in every round as many days after it opens as in the first', async () => {
    const key = await another()
    const id = await ask(practice, key, ofMaria(), { everyDays: 30, dueOn: '2026-11-26' })
    const next = async () =>
      practice.db.first<{ id: number; opens_on: string; due_on: string }>(
        `SELECT id, opens_on, due_on FROM foyer_form_assignments WHERE form_key = :key AND state = 'waiting'`,
        { key },
      )
    const answered = async (round: number, day: string) => {
      practice.clock.set(`${day}T08:00:00`)
      await answer(practice, maria, round, enough)
      expect(await sendNow(practice, maria, round)).to.include({ ok: true })
      return next()
    }
    const second = await answered(id, '2026-11-25')
    expect(second).to.include({ opens_on: '2026-12-25', due_on: '2026-12-28' })
    // Late: the days are those of the round.
    expect(await answered(second?.id ?? 0, '2027-01-04')).to.include({ opens_on: '2027-02-03', due_on: '2027-02-06' })
    practice.clock.set(`${MONDAY}T08:00:00`)
  })

  it('that staff take back waits no more, keeps nothing that was begun, and only for its own patient', async () => {
    const id = await ask(practice, await another(), ofMaria())
    await answer(practice, maria, id, enough)
    const takeBack = (pid: number) =>
      practice.db.transaction((tx) =>
        withdrawForm(tx, practice.portal, nurse, { id, of: { pid }, reason: 'Not needed' }),
      )
    expect(await takeBack(practice.patients.john)).to.deep.equal({ ok: false, reason: 'not-found' })
    expect(await takeBack(practice.patients.maria)).to.deep.equal({ ok: true })
    expect(await takeBack(practice.patients.maria)).to.include({ ok: false, reason: 'not-waiting', state: 'withdrawn' })
    expect(await sendNow(practice, maria, id)).to.deep.equal({ ok: false, reason: 'over' })
    expect(await filling(practice, maria, id)).to.equal(undefined)
  })

  it('begins with what the questionnaire says at first, which can be cleared', async () => {
    const id = await ask(
      practice,
      await another(
        questionnaire(
          { linkId: 'a', type: 'boolean', text: 'A', initial: [{ valueBoolean: true }] },
          {
            ...{ linkId: 'b', type: 'string', text: 'B', required: true },
            enableWhen: [{ question: 'a', operator: '=', answerBoolean: true }],
          },
        ),
      ),
      ofMaria(),
    )
    await answer(practice, maria, id, {})
    expect((await filling(practice, maria, id))?.answers.get('a')).to.deep.equal(yes)
    expect(await sendNow(practice, maria, id)).to.include({ ok: false, reason: 'incomplete' })
    await answer(practice, maria, id, { a: [] })
    expect((await filling(practice, maria, id))?.answers.has('a')).to.equal(false)
    expect(await sendNow(practice, maria, id)).to.include({ ok: true })
  })

  it('that the practice has retired is begun by nobody', async () => {
    const key = await another()
    const id = await ask(practice, key, ofMaria())
    await practice.db.transaction((tx) => retire(tx, key, wallClock(practice.clock.now())))
    expect(await answer(practice, maria, id, enough)).to.deep.equal({ ok: false, reason: 'not-begun' })
  })

  it('asked of two accounts that become one is the one’s that stays, and asked once', async () => {
    const [kept, gone] = [await person(practice, 'kept@example.org'), await person(practice, 'gone@example.org')]
    const to = (who: typeof kept) => ({ accountId: who.accountId, record: who.ownRecord })
    const [both, theirs] = [await another(), await another()]
    await ask(practice, both, to(kept))
    const twin = await ask(practice, both, to(gone))
    const alone = await ask(practice, theirs, to(gone))
    await practice.db.transaction((tx) =>
      moveFormsToAccount(
        tx,
        practice,
        { own_record: gone.ownRecord },
        { id: kept.accountId, own_record: kept.ownRecord },
      ),
    )
    const rows = await practice.db.select(
      `SELECT id, state, account_id, record FROM foyer_form_assignments WHERE id IN (:ids) ORDER BY id`,
      { ids: [twin, alone] },
    )
    const owner = { account_id: kept.accountId, record: kept.ownRecord }
    expect(rows).to.deep.equal([
      { id: twin, state: 'withdrawn', ...owner },
      { id: alone, state: 'waiting', ...owner },
    ])
    const who = await somebody(practice, kept.accountId, kept.ownRecord)
    await answer(practice, who, alone, enough)
    expect(await sendNow(practice, who, alone)).to.include({ ok: true })
  })

  it('answered without a chart is filed once the account is linked, and taken out when the link was wrong', async () => {
    const who = await person(practice, 'new@example.org')
    const own = await somebody(practice, who.accountId, who.ownRecord)
    const to = { accountId: who.accountId, record: who.ownRecord }
    const id = await ask(practice, await another(), to)
    const waits = await ask(practice, await another(), to)
    await answer(practice, own, id, enough)
    const outcome = await sendNow(practice, own, id)
    if (!outcome.ok) throw new Error(outcome.reason)
    expect(await hostRow(outcome.receipt)).to.equal(undefined)

    const staff = await administrator(practice)
    const pid = await practice.patient({ fname: 'Nell', lname: 'New' })
    const registration = await register(practice, who)
    const unlinked = await dumpRows(practice.db, ['questionnaire_response', 'uuid_registry'])
    const linked = await linkRegistration(practice.portal, staff.member, staff.actor, {
      ...{ id: registration, pid, move: true, seen: undefined },
    })
    expect(linked).to.include({ ok: true })
    expect(await hostRow(outcome.receipt)).to.include({ patient_id: pid, status: 'completed' })
    const owner = () =>
      practice.db.select(`SELECT pid FROM foyer_form_assignments WHERE id IN (:ids) ORDER BY id`, { ids: [id, waits] })
    expect(await owner()).to.deep.equal([{ pid }, { pid }])

    await unlinkRegistration(practice.portal, staff.member, staff.actor, { id: registration, reason: 'Another person' })
    expect(await hostRow(outcome.receipt)).to.equal(undefined)
    expect(await owner()).to.deep.equal([{ pid: null }, { pid: null }])
    expect(await dumpRows(practice.db, ['questionnaire_response', 'uuid_registry'])).to.deep.equal(unlinked)
    await answer(practice, own, waits, enough)
    expect(await sendNow(practice, own, waits)).to.include({ ok: true })
  })
})
