/** What was typed at one device while another had written there: where it goes with the form that it was typed for. */
import { expect } from 'chai'
import { takeAnswersBack } from '../../../module/access/formFiling.js'
import { dropOldDrafts } from '../../../module/access/formVisits.js'
import { utc } from '../../../module/platform/clock.js'
import { answer, ask, INTAKE, keepForm, no, sendNow, somebody, text, type Somebody } from '../../support/forms.js'
import { MONDAY, openPractice, type TestPractice } from '../../support/practice.js'

describe('What was typed beside a form', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Somebody
  let forms = 0

  before(async () => {
    practice = await openPractice()
    maria = await somebody(practice, practice.accounts.maria, practice.records.maria)
  })
  after(() => practice.leave())

  const ofMaria = () => ({ pid: practice.patients.maria })
  const kept = async (id: number) =>
    (
      await practice.db.select<{ answers: string }>(
        `SELECT answers FROM foyer_form_kept_answers WHERE assignment_id = :id`,
        { id },
      )
    ).map(({ answers }) => answers)
  /** Asked, answered, and answered otherwise by a page that knew nothing of it. */
  const typedTwice = async () => {
    const key = await keepForm(practice, { ...INTAKE, id: `beside-${String((forms += 1))}` })
    const id = await ask(practice, key, ofMaria())
    await answer(practice, maria, id, { name: text('Phone'), smoke: no })
    await answer(practice, maria, id, { name: text('Desk') }, 0)
    expect(await kept(id)).to.have.length(1)
    return { id, key }
  }
  const change = (sql: string, id: number) => practice.db.transaction((tx) => tx.change(sql, { id }))
  const visitOff = (id: number) =>
    change(
      `UPDATE foyer_form_assignments SET state = 'withdrawn', open_key = NULL, closed_at = asked_at WHERE id = :id`,
      id,
    )

  it('stays with what was sent', async () => {
    const { id } = await typedTwice()
    expect(await sendNow(practice, maria, id)).to.include({ ok: true })
    expect((await kept(id))[0]).to.contain('Desk')
  })

  it('goes on with the draft when the form is asked again, and goes with it when it is not', async () => {
    const first = await typedTwice()
    await visitOff(first.id)
    const again = await ask(practice, first.key, ofMaria())
    expect([await kept(first.id), (await kept(again)).length]).to.deep.equal([[], 1])

    const second = await typedTwice()
    await visitOff(second.id)
    practice.clock.set('2027-03-04T08:00:00')
    await dropOldDrafts(practice)
    practice.clock.set(`${MONDAY}T08:00:00`)
    expect(await kept(second.id)).to.deep.equal([])
    expect(await kept(again)).to.have.length(1)
  })

  it('is in nobody else’s chart once it was opened by mistake', async () => {
    const [drafted, sent] = [await typedTwice(), await typedTwice()]
    expect(await sendNow(practice, maria, sent.id)).to.include({ ok: true })
    const { accounts, clock, db, patients, records } = practice
    const since = utc(clock.now().minus({ hours: 1 }))
    await db.transaction((tx) =>
      takeAnswersBack(tx, { accounts: [accounts.maria], pid: patients.maria, since }, { record: records.ownOfJohn }),
    )
    expect([await kept(drafted.id), await kept(sent.id)]).to.deep.equal([[], []])
  })
})
