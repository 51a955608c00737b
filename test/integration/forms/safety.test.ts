/** What must hold of answers whatever is typed, whoever types at once, and wherever it breaks off. */
import { expect } from 'chai'
import fc from 'fast-check'
import type { Database, Tx } from '../../../module/platform/database.js'
import { dumpRows } from '../../support/dump.js'
import {
  answer,
  ask,
  filling,
  INTAKE,
  keepForm,
  no,
  sendNow,
  somebody,
  text,
  whole,
  yes,
  type Somebody,
} from '../../support/forms.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import { answersTo, askedByModel, questionnaires } from '../../support/questionnaires.js'

describe('Answers on their way to the practice', function () {
  this.timeout(180_000)
  let practice: TestPractice
  let maria: Somebody
  let forms = 0

  before(async () => {
    practice = await openPractice()
    maria = await somebody(practice, practice.accounts.maria, practice.records.maria)
  })
  after(() => practice.leave())

  const asked = async (resource = INTAKE) => {
    const key = await keepForm(practice, { ...resource, id: `safety-${String((forms += 1))}` })
    return ask(practice, key, { pid: practice.patients.maria })
  }

  it('are complete whenever they are sent, whatever the form and whatever was answered', async () => {
    const some = questionnaires.chain((resource) =>
      fc.record({ resource: fc.constant(resource), answers: answersTo(resource, 2) }),
    )
    let whole = 0
    await fc.assert(
      fc.asyncProperty(some, async ({ resource, answers }) => {
        const id = await asked(resource)
        await answer(practice, maria, id, answers)
        const instances = Math.max(
          1,
          ...[...answers.keys()].map((path) => Number(/@(\d+)\//.exec(path)?.[1] ?? -1) + 1),
        )
        const required = new Set(
          (JSON.stringify(resource).match(/"linkId":"(q \d+)"[^{}]*?"required":true/g) ?? []).map(
            (found) => /"linkId":"([^"]+)"/.exec(found)?.[1] ?? '',
          ),
        )
        const missing = [...askedByModel(resource, answers, instances)].some(
          (path) => required.has(decodeURIComponent(path.replace(/^.*\//, ''))) && !answers.has(path),
        )
        const outcome = await sendNow(practice, maria, id)
        expect(outcome.ok).to.equal(!missing)
        const rows = await practice.db.select(
          `SELECT r.id FROM foyer_form_responses r JOIN questionnaire_response q ON q.id = r.host_id WHERE r.assignment_id = :id`,
          { id },
        )
        expect(rows).to.have.lengthOf(missing ? 0 : 1)
        if (!missing) whole += 1
      }),
      { numRuns: 60 },
    )
    expect(whole).to.be.greaterThan(5)
  })

  const tables = [
    ...['questionnaire_response', 'uuid_registry', 'foyer_form_responses', 'foyer_form_assignments'],
    ...['foyer_form_fillings', 'foyer_audit', 'foyer_outbox'],
  ]

  it('are a draft or sent, and nothing between, wherever it breaks off', async () => {
    const id = await asked()
    await answer(practice, maria, id, { name: text('Mo'), smoke: no })
    const before = await dumpRows(practice.db, tables)
    let at = 0
    for (; at < 100; at += 1) {
      const fault = { after: at, hit: false }
      const portal = { ...practice.portal, db: breakingOff(practice.portal.db, fault) }
      const outcome = await sendNow(practice, maria, id, portal).catch(() => undefined)
      if (!fault.hit) {
        expect(outcome).to.include({ ok: true })
        break
      }
      expect(outcome, `statement ${String(at)}`).to.equal(undefined)
      expect(await dumpRows(practice.db, tables), `statement ${String(at)}`).to.deep.equal(before)
    }
    expect(at).to.be.greaterThan(10)
  })

  it('are sent once when it is pressed twenty times at once, and say the same number each time', async () => {
    const id = await asked()
    await answer(practice, maria, id, { name: text('Mo'), smoke: no })
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => sendNow(practice, maria, id)))
    const receipts = outcomes.map((outcome) => (outcome.ok ? outcome.receipt : outcome.reason))
    // One that looks after the first is through finds nothing to have looked through.
    expect(new Set(receipts)).to.have.property('size', 1)
    const rows = await practice.db.select(`SELECT id FROM foyer_form_responses WHERE assignment_id = :id`, { id })
    expect(rows).to.have.lengthOf(1)
  })

  it('of two devices are put together where they differ in different questions, and asked where in the same', async () => {
    const id = await asked()
    await answer(practice, maria, id, { name: text('Mo'), smoke: no })
    const seen = (await filling(practice, maria, id))?.revision ?? 0
    // The telephone showed both, and changes one; the computer, which showed the same, changes the other.
    await answer(practice, maria, id, { name: text('Maria'), smoke: no }, seen)
    const second = await answer(practice, maria, id, { name: text('Mo'), smoke: yes }, seen)
    expect(second.ok && second.conflicts).to.deep.equal([])
    const after = (await filling(practice, maria, id))?.answers
    expect([after?.get('name'), after?.get('smoke')]).to.deep.equal([text('Maria'), yes])

    const third = await answer(practice, maria, id, { name: text('M. S.'), much: whole(2) }, seen)
    expect(third.ok && third.conflicts).to.deep.equal([{ path: 'name', theirs: text('Maria') }])
    const last = (await filling(practice, maria, id))?.answers
    expect([last?.get('name'), last?.get('much')]).to.deep.equal([text('Maria'), whole(2)])
  })

  it('are not sent where they are not what was looked through', async () => {
    const id = await asked()
    await answer(practice, maria, id, { name: text('Mo'), smoke: no })
    const seen = (await filling(practice, maria, id))?.revision ?? 0
    await answer(practice, maria, id, { name: text('Maria') })
    const { send } = await import('../../../module/features/forms/answering/submitting.js')
    const outcome = await send(practice.portal, maria.actor, maria.scope, { id: String(id), seen, once: undefined })
    expect(outcome).to.deep.equal({ ok: false, reason: 'changed' })
  })
})

/** The database gone after so many statements of a transaction. */
function breakingOff(db: Database, fault: { after: number; hit: boolean }): Database {
  const counted = <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) => {
    return (...args: Args): Promise<Result> => {
      if (fault.after === 0) {
        fault.hit = true
        return Promise.reject(new Error('the database is gone'))
      }
      fault.after -= 1
      return work(...args)
    }
  }
  return {
    ...db,
    transaction: (work) =>
      db.transaction((tx) => {
        const broken: Tx = {
          ...tx,
          select: counted(tx.select.bind(tx)) as Tx['select'],
          first: counted(tx.first.bind(tx)) as Tx['first'],
          insert: counted(tx.insert.bind(tx)),
          change: counted(tx.change.bind(tx)),
        }
        return work(broken)
      }),
  }
}
