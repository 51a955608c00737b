/** What Foyer writes of a profile, the host's own screens can read and commit; what they do, Foyer sees. */
import { expect } from 'chai'
import { changeOf, type Change } from '../../../module/features/profile/changes.js'
import { claimChange } from '../../../module/features/profile/deciding/claims.js'
import { decideChange } from '../../../module/features/profile/deciding/decisions.js'
import { proposeProfile, withdraw } from '../../../module/features/profile/proposing/proposing.js'
import { followProfiles } from '../../../module/features/profile/settling.js'
import type { Choice } from '../../../module/features/profile/merging.js'
import { readMap } from '../../../module/host/profile/map.js'
import { checksumOf } from '../../../module/host/log.js'
import { changeOfActivity, changesOf } from '../../../module/host/reads/profileChanges.js'
import { describeOnEverySite } from '../../support/database.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import {
  chartRow,
  commitInHost,
  hostMap,
  hostRows,
  proposeInHost,
  senderIn,
  staffOf,
  type Sender,
  markOf,
} from '../../support/profiles.js'

describeOnEverySite('A proposed change of a profile', (site) => {
  let practice: TestPractice
  let maria: Sender
  let admin: Awaited<ReturnType<typeof staffOf>>
  let pid: number

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
    maria = await senderIn(practice, 'maria', practice.records.maria)
    admin = await staffOf(practice, 'admin')
    pid = practice.patients.maria
  })
  after(() => practice.leave())

  beforeEach(() =>
    practice.db.transaction(async (tx) => {
      await tx.change(`DELETE FROM onsite_portal_activity`)
      await tx.change(`DELETE FROM foyer_profile_changes`)
      await tx.change(`DELETE FROM foyer_letters`)
      await tx.change(
        `UPDATE patient_data SET street = '1 Old Road', city = 'New York', phone_cell = '' WHERE pid = :pid`,
        {
          pid,
        },
      )
    }),
  )

  const propose = async (values: Record<string, string>, note = ''): Promise<string> => {
    const row = await chartRow(practice.db, pid)
    const seen = Object.fromEntries(Object.keys(values).map((column) => [column, String(row[column] ?? '')]))
    const sent = await proposeProfile(practice.portal, maria.actor, maria.scope, { values, seen, note }, undefined)
    if (!sent.ok || sent.receipt === undefined) throw new Error('not proposed')
    return sent.receipt
  }
  const accept = (...columns: string[]) =>
    new Map(columns.map((column): [string, Choice] => [column, { outcome: 'accept', note: '' }]))
  const decide = async (id: number, choices: ReadonlyMap<string, Choice>, all = false) => {
    const mark = await markOf(practice.portal, { kind: 'profile', id })
    return decideChange(practice.portal, admin.member, admin.actor, {
      ...{ which: { kind: 'profile', id }, pid, mark, choices, all, companyId: undefined },
    })
  }
  const known = async (id: number): Promise<Change> => {
    const row = await changeOfActivity(practice.db, id)
    if (!row) throw new Error('no such change')
    return changeOf(row)
  }

  it('is the row that the host’s own portal writes, its map whole and byte for byte, and the chart is untouched', async () => {
    const before = await chartRow(practice.db, pid)
    await propose({ street: '7 Peña Street', city: 'Boston' }, 'Moved in May')
    expect(await chartRow(practice.db, pid)).to.deep.equal(before)
    const rows = await hostRows(practice.db, pid)
    expect(rows).to.have.lengthOf(1)
    expect(rows[0]).to.include({
      ...{
        status: 'waiting',
        pending_action: 'review',
        action_taken: '',
        require_audit: 1,
        action_user: 0,
        checksum: '0',
      },
      ...{ narrative: 'Patient request changes to demographics.', table_action: '', action_taken_time: null },
    })
    const wanted = { street: '7 Peña Street', city: 'Boston' }
    expect(rows[0]?.table_args).to.equal(await hostMap(practice.db, pid, wanted, 'Moved in May'))
  })

  it('goes into the one open row, and keeps its receipt, however often it is changed', async () => {
    const first = await propose({ street: '7 New Street' })
    const second = await propose({ city: 'Boston' })
    expect(second).to.equal(first)
    const [row, ...others] = await hostRows(practice.db, pid)
    expect(others).to.deep.equal([])
    expect(Object.fromEntries(readMap(row?.table_args ?? '')?.values ?? [])).to.include({
      ...{ street: '7 New Street', city: 'Boston', pid: String(pid), allow_patient_portal: 'YES' },
    })
  })

  it('of several that the host left, goes into the oldest', async () => {
    const newer = await proposeInHost(practice, pid, { city: 'Rome' }, '2026-11-22 08:00:00')
    const older = await proposeInHost(practice, pid, { city: 'Oslo' }, '2026-11-21 08:00:00')
    await propose({ street: '7 New Street' })
    const rows = await hostRows(practice.db, pid)
    const of = (id: number) => readMap(rows.find((row) => row.id === id)?.table_args ?? '')?.values
    expect(of(older)?.get('street')).to.equal('7 New Street')
    expect(of(older)?.get('city')).to.equal('Oslo')
    expect(of(newer)?.get('street')).to.equal('1 Old Road')
  })

  it('from the host’s own portal waits here too, and is decided as its own screen would commit it', async () => {
    const id = await proposeInHost(practice, pid, {
      street: '7 Host Street',
      ref_providerID: '999',
      allow_patient_portal: 'NO',
    })
    expect((await changesOf(practice.db, pid, 10)).map((row) => row.host_id)).to.deep.equal([id])
    const before = await chartRow(practice.db, pid)
    expect(await decide(id, accept('street'))).to.include({ ok: true })
    const { last_updated: _one, ...after } = await chartRow(practice.db, pid)
    const { last_updated: _other, ...expected } = before
    expect(after).to.deep.equal({ ...expected, street: '7 Host Street' })
    const [row] = await hostRows(practice.db, pid)
    expect(row).to.include({
      ...{ status: 'closed', pending_action: 'completed', action_taken: 'accept', table_action: 'update' },
      ...{ narrative: 'Changes reviewed and committed to demographics.', action_user: practice.staff.admin },
      ...{ action_taken_time: '2026-11-23 08:00:00', table_args: await hostMap(practice.db, pid, {}) },
    })
    expect(await known(id)).to.include({ state: 'decided', decidedBy: 'admin' })
  })

  it('that staff refuse whole is closed, and the chart stays as it was', async () => {
    await propose({ street: '7 New Street' })
    const [open] = await hostRows(practice.db, pid)
    const before = await chartRow(practice.db, pid)
    const refuse = new Map<string, Choice>([['street', { outcome: 'refuse', note: 'Not what your letter says' }]])
    expect(await decide(open?.id ?? 0, refuse)).to.include({ ok: true })
    expect(await chartRow(practice.db, pid)).to.deep.equal(before)
    const [row] = await hostRows(practice.db, pid)
    expect(row).to.include({ status: 'closed', pending_action: 'completed', action_taken: 'reject' })
    expect(row?.table_args).to.equal(await hostMap(practice.db, pid, {}))
    expect((await known(open?.id ?? 0)).outcomes).to.deep.equal([
      {
        ...{
          column: 'street',
          outcome: 'refused',
          before: '1 Old Road',
          proposed: '7 New Street',
          after: '1 Old Road',
        },
        note: 'Not what your letter says',
      },
    ])
  })

  it('committed on the host’s own screen is decided for its sender, field by field, and a letter tells', async () => {
    await propose({ street: '7 New Street', city: 'Boston', phone_cell: '212 555 0101' })
    const [open] = await hostRows(practice.db, pid)
    const id = open?.id ?? 0
    await commitInHost(practice, id, { street: '7 New Street', phone_cell: '212 555 0199' })
    // Already before the job has been there.
    expect(await known(id)).to.include({ state: 'decided', decidedBy: 'admin', decidedInHost: '2026-11-23 09:00:00' })
    await followProfiles.run(practice.portal)
    const settled = await known(id)
    expect(settled.outcomes.map(({ after, column, outcome }) => [column, outcome, after])).to.deep.equal([
      ['phone_cell', 'edited', '212 555 0199'],
      ['street', 'accepted', '7 New Street'],
      ['city', 'refused', 'New York'],
    ])
    await followProfiles.run(practice.portal)
    const letters = await practice.db.select<{ kind: string; facts: string }>(`SELECT kind, facts FROM foyer_letters`)
    expect(letters.map(({ kind }) => kind)).to.deep.equal(['profile.decided'])
    expect(JSON.stringify(letters)).to.not.contain('555')
    expect(await decide(id, new Map(), true)).to.include({ ok: false, reason: 'over', by: 'admin' })
  })

  it('deleted on the host’s own screen was removed by the practice, and another can follow', async () => {
    const first = await propose({ street: '7 New Street' })
    const [open] = await hostRows(practice.db, pid)
    await practice.db.transaction((tx) =>
      tx.change(`DELETE FROM onsite_portal_activity WHERE id = :id`, { id: open?.id ?? 0 }),
    )
    expect(await known(open?.id ?? 0)).to.include({ state: 'removed' })
    const second = await propose({ street: '8 New Street' })
    expect(second).to.not.equal(first)
    const states = await practice.db.select<{ state: string }>(`SELECT state FROM foyer_profile_changes ORDER BY id`)
    expect(states.map(({ state }) => state)).to.deep.equal(['removed', 'waiting'])
  })

  it('is taken back field by field, and with the last one as a whole', async () => {
    const receipt = await propose({ street: '7 New Street', city: 'Boston' })
    expect(await withdraw(practice.portal, maria.actor, maria.scope, { receipt, column: 'city' })).to.deep.equal({
      ...{ ok: true, whole: false },
    })
    const [row] = await hostRows(practice.db, pid)
    expect(row?.table_args).to.equal(await hostMap(practice.db, pid, { street: '7 New Street' }))
    expect(await withdraw(practice.portal, maria.actor, maria.scope, { receipt, column: 'street' })).to.deep.equal({
      ...{ ok: true, whole: true },
    })
    expect((await hostRows(practice.db, pid))[0]).to.include({ status: 'deleted', pending_action: 'none' })
    expect(await withdraw(practice.portal, maria.actor, maria.scope, { receipt, column: undefined })).to.deep.equal({
      ...{ ok: false, reason: 'over' },
    })
  })

  it('from the host’s own portal is taken back here too', async () => {
    const id = await proposeInHost(practice, pid, { city: 'Rome' })
    const wanted = { receipt: 'open', column: undefined }
    expect(await withdraw(practice.portal, maria.actor, maria.scope, wanted)).to.include({ ok: true })
    expect(await known(id)).to.include({ state: 'withdrawn' })
  })

  it('stands in the host’s log with a checksum that the host finds right, and without what was written', async () => {
    await propose({ street: '7 Secret Street' })
    const [open] = await hostRows(practice.db, pid)
    await claimChange(
      practice.portal,
      admin.member,
      admin.actor,
      { kind: 'profile', id: open?.id ?? 0 },
      { kind: 'claim' },
    )
    await decide(open?.id ?? 0, accept('street'))
    const rows = await practice.db.select<Record<string, string | number | null>>(
      `SELECT l.date, l.event, l.category, l.user, l.groupname, l.comments, l.user_notes, l.patient_id, l.success,
              l.crt_user, l.log_from, l.menu_item_id, l.ccda_doc_id, e.checksum
         FROM log l JOIN log_comment_encrypt e ON e.log_id = l.id WHERE l.event = 'profile audit transaction'
        ORDER BY l.id DESC LIMIT 2`,
    )
    expect(rows.map((row) => row['log_from'])).to.deep.equal(['portal-dashboard', 'onsite-portal'])
    for (const { checksum, ...row } of rows) {
      expect(checksumOf(Object.values(row))).to.equal(checksum)
      const said = Buffer.from(String(row['comments']), 'base64').toString()
      expect(said).to.not.contain('Secret')
    }
    const trail = await practice.db.select(`SELECT details FROM foyer_audit WHERE event LIKE 'profile.%'`)
    expect(JSON.stringify(trail)).to.contain('street').and.to.not.contain('Secret')
  })
})
