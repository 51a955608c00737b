/** Another subscriber of an insurance, on the host's own tables: what speaks of the former one goes, all else stays. */
import { expect } from 'chai'
import { decideChange } from '../../../module/features/profile/deciding/decisions.js'
import { proposeInsurance } from '../../../module/features/profile/proposing/proposingInsurance.js'
import { insertRow } from '../../../module/host/site/table.js'
import { describeOnEverySite } from '../../support/database.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import { markOf, senderIn, staffOf } from '../../support/profiles.js'

/** On the form: what whoever proposes leaves there is theirs. */
const SHOWN = {
  ...{ subscriber_fname: 'Carlos', subscriber_lname: 'Santos', subscriber_relationship: 'spouse' },
  subscriber_DOB: '1985-05-05',
}

describeOnEverySite('An insurance of another subscriber', (site) => {
  let practice: TestPractice

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
  })
  after(() => practice.leave())

  it('says nothing more of the former one in the same row, and all else as before', async () => {
    const { db, patients, portal, records } = practice
    const pid = patients.maria
    const maria = await senderIn(practice, 'maria', records.maria)
    const admin = await staffOf(practice, 'admin')
    const all = [...(portal.site.columns.get('insurance_data') ?? [])]
    const unseen = all.filter((column) => column.startsWith('subscriber_') && !(column in SHOWN))
    expect(unseen).to.include.members(['subscriber_mname', 'subscriber_ss', 'subscriber_sex', 'subscriber_employer'])
    await db.transaction((tx) =>
      insertRow(tx, 'insurance_data', {
        ...{ pid, type: 'primary', date: '2026-03-01', provider: '41', policy_number: 'B-1', copay: '15' },
        ...{ accept_assignment: 'TRUE', policy_type: '', ...SHOWN },
        ...Object.fromEntries(unseen.map((column) => [column, 'x'])),
      }),
    )
    const row = () => db.first<Record<string, unknown>>(`SELECT * FROM insurance_data WHERE pid = :pid`, { pid })
    const before = await row()
    const proposal = { values: { subscriber_fname: 'Rosa' }, seen: { subscriber_fname: 'Carlos' }, note: '' }
    await proposeInsurance(portal, maria.actor, maria.scope, { ...proposal, type: 'primary' }, undefined)
    const open = await db.first<{ id: number }>(
      `SELECT id FROM foyer_profile_changes WHERE kind = 'insurance' AND state = 'waiting'`,
    )
    const which = { kind: 'insurance', id: open?.id ?? 0 } as const
    const decided = await decideChange(portal, admin.member, admin.actor, {
      ...{ which, pid, mark: await markOf(portal, which), choices: new Map(), all: true, companyId: undefined },
    })
    expect(decided).to.include({ ok: true })
    expect(await row()).to.deep.equal({
      ...before,
      subscriber_fname: 'Rosa',
      ...Object.fromEntries(unseen.map((column) => [column, null])),
    })
  })
})
