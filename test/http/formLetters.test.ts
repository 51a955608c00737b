/** Who hears of a form: everybody who may answer it, in a child's record too. */
import { expect } from 'chai'
import { grant } from '../../module/access/accounts.js'
import { remindJob } from '../../module/features/forms/letters/telling.js'
import { answer, ask, INTAKE, keepForm, no, sendNow, somebody, text } from '../support/forms.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'

describe('Forms', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
    admin = await practice.staffVisitor('admin')
  })
  after(() => practice.leave())

  it('of a child are asked of whoever may answer for the child, and of nobody who may not any more', async () => {
    const { db, clock, accounts, patients, records } = practice
    const told = async () => {
      const rows = await db.select<{ kind: string; recipient: string; account_id: number | null }>(
        `SELECT kind, recipient, account_id FROM foyer_letters WHERE pid = :leo AND kind LIKE 'form.%' ORDER BY id`,
        { leo: patients.leo },
      )
      await db.transaction((tx) => tx.change(`DELETE FROM foyer_letters WHERE pid = :leo`, { leo: patients.leo }))
      return rows.map((row) => [row.kind, row.recipient, row.account_id])
    }
    const open = (accountId: number, extent: string) =>
      db.transaction((tx) =>
        grant(tx, clock, {
          ...{ accountId, pid: patients.leo, relationship: 'proxy', extent },
          by: { kind: 'system', id: 'test', name: 'test', requestId: undefined },
        }),
      )
    await open(accounts.amina, 'forms')
    await open(accounts.john, 'appointments')
    const gone = await open(accounts.luis, 'full')
    await db.transaction((tx) =>
      tx.change(`UPDATE foyer_grants SET revoked_at = granted_at WHERE record = :gone`, { gone }),
    )
    const mother = ['maria.santos@example.org', accounts.maria]
    const proxy = ['amina.yusuf@example.org', accounts.amina]
    const key = await keepForm(practice, { ...INTAKE, id: 'of-a-child' })
    const id = await ask(practice, key, { pid: patients.leo })
    await remindJob.run(practice.portal)
    expect(await told()).to.deep.equal([
      ['form.assigned', ...mother],
      ['form.assigned', ...proxy],
    ])
    // What the mother sent and the practice gives back, she hears of.
    const maria = await somebody(practice, accounts.maria, records.leo)
    await answer(practice, maria, id, { name: text('Leo'), smoke: no })
    expect(await sendNow(practice, maria, id)).to.include({ ok: true })
    const row = await db.first<{ id: number }>(`SELECT id FROM foyer_form_responses WHERE assignment_id = :id`, { id })
    const path = `/staff/portal/forms/${String(row?.id)}`
    const { body } = await admin.get(path)
    const shown = (name: string) => new RegExp(`name="${name}" value="(\\d*)"`).exec(body)?.[1] ?? ''
    const returned = await admin.post(`${path}/return`, {
      ...{ version: shown('version'), pid: shown('pid'), text: 'Once more.' },
    })
    expect(returned.status, returned.body).to.equal(303)
    expect(await told()).to.deep.equal([
      ['form.returned', ...mother],
      ['form.returned', ...proxy],
    ])
    await db.transaction((tx) =>
      tx.change(`DELETE FROM foyer_grants WHERE pid = :leo AND account_id IN (:others)`, {
        ...{ leo: patients.leo, others: [accounts.amina, accounts.john, accounts.luis] },
      }),
    )
  })
})
