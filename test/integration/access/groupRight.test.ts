/** A group's right to work in the portal, written into the host's own rights as the host itself writes it. */
import { expect } from 'chai'
import { readStanding } from '../../../module/host/gacl.js'
import { describeOnEverySite } from '../../support/database.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import { decideForGroup, groupNamed, may, rowsChanged } from './deciding.js'

/** Monday 2026-11-23, 08:00 in New York. */
const SECONDS = 1795438800

describeOnEverySite('The right to work in the portal, given to a group', (site) => {
  let practice: TestPractice
  let doc: number
  let writeList: Record<string, unknown>

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
    doc = (await groupNamed(practice, 'doc')).id
    const row = await practice.db.first<Record<string, unknown>>(
      `SELECT acl.* FROM gacl_acl acl JOIN gacl_aro_groups_map map ON map.acl_id = acl.id
        WHERE map.group_id = :doc AND acl.return_value = 'write'`,
      { doc },
    )
    writeList = row ?? {}
  })
  after(() => practice.leave())

  it('is not theirs to begin with', async () => {
    expect(await may(practice, 'dr.lee', 'dashboard:view')).to.equal(false)
  })

  it('joins the group’s list of what it may write, whose date it sets, and nothing else changes', async () => {
    const changed = await rowsChanged(practice, () =>
      decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'allow' }),
    )
    expect(changed).to.deep.equal([
      `- gacl_acl: ${line(writeList)}`,
      `+ gacl_acl: ${line({ ...writeList, updated_date: SECONDS })}`,
      `+ gacl_aco_map: ${line({ acl_id: writeList['id'], section_value: 'patientportal', value: 'portal' })}`,
    ])
    expect(await may(practice, 'dr.lee', 'dashboard:view')).to.equal(true)
    expect(await may(practice, 'nurse', 'dashboard:view')).to.equal(false)
  })

  it('is written once, however often it is given', async () => {
    const again = () => decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'allow' })
    expect(await rowsChanged(practice, again)).to.deep.equal([])
  })

  it('leaves the list as it was when it is taken back', async () => {
    const changed = await rowsChanged(practice, () =>
      decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'default' }),
    )
    expect(changed).to.deep.equal([
      `- gacl_aco_map: ${line({ acl_id: writeList['id'], section_value: 'patientportal', value: 'portal' })}`,
    ])
    expect(await may(practice, 'dr.lee', 'dashboard:view')).to.equal(false)
  })

  it('is denied by a list of its own that takes the next number, and by a rule that binds superusers too', async () => {
    await decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'allow' })
    const before = await number()
    const deny = () =>
      decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'deny', reason: 'They call instead' })
    const changed = await rowsChanged(practice, deny)
    const id = before + 1
    const made = {
      ...{ allow: 0, enabled: 1, id, note: 'Not in the patient portal', return_value: 'deny' },
      ...{ section_value: 'system', updated_date: SECONDS },
    }
    expect(changed.filter((each) => each.includes('gacl_'))).to.deep.equal([
      `+ gacl_acl: ${line(made)}`,
      `- gacl_acl_seq: ${line({ id: before })}`,
      `+ gacl_acl_seq: ${line({ id })}`,
      `- gacl_aco_map: ${line({ acl_id: writeList['id'], section_value: 'patientportal', value: 'portal' })}`,
      `+ gacl_aco_map: ${line({ acl_id: id, section_value: 'patientportal', value: 'portal' })}`,
      `+ gacl_aro_groups_map: ${line({ acl_id: id, group_id: doc })}`,
    ])
    expect(changed.filter((each) => each.includes('foyer_'))).to.have.length(1)
    expect(changed.find((each) => each.includes('foyer_acl_rules'))).to.match(/"effect":"deny".*They call instead/)
    expect((await readStanding(practice.db, 'dr.lee')).rights.has('patientportal/portal')).to.equal(false)
  })

  it('is whole again when it is given after a denial, and the denial’s list is gone', async () => {
    await decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'allow' })
    expect(await practice.db.select(`SELECT id FROM gacl_acl WHERE allow = 0`)).to.deep.equal([])
    expect(await practice.db.select(`SELECT id FROM foyer_acl_rules`)).to.deep.equal([])
    expect(await may(practice, 'dr.lee', 'dashboard:view')).to.equal(true)
    await decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'default' })
  })

  it('takes a list of its own where the group has none to write in, and leaves the host’s placeholder behind', async () => {
    await practice.db.transaction(async (tx) => {
      await tx.change(
        `UPDATE gacl_acl SET enabled = 0 WHERE id IN (SELECT acl_id FROM gacl_aro_groups_map WHERE group_id = :doc)`,
        { doc },
      )
    })
    const before = await number()
    await decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'allow' })
    const made = await practice.db.select(
      `SELECT acl.id, acl.allow, acl.return_value, acl.section_value, map.group_id, object.value
         FROM gacl_acl acl JOIN gacl_aro_groups_map map ON map.acl_id = acl.id JOIN gacl_aco_map object ON object.acl_id = acl.id
        WHERE acl.id = :id`,
      { id: before + 1 },
    )
    expect(made).to.deep.equal([
      { id: before + 1, allow: 1, return_value: 'write', section_value: 'system', group_id: doc, value: 'portal' },
    ])
    expect(await may(practice, 'dr.lee', 'dashboard:view')).to.equal(true)
    await decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'default' })
    const left = await practice.db.select(`SELECT section_value, value FROM gacl_aco_map WHERE acl_id = :id`, {
      id: before + 1,
    })
    expect(left).to.deep.equal([{ section_value: 'placeholder', value: 'filler' }])
    await practice.db.transaction(async (tx) => {
      await tx.change(
        `UPDATE gacl_acl SET enabled = 1 WHERE id IN (SELECT acl_id FROM gacl_aro_groups_map WHERE group_id = :doc)`,
        { doc },
      )
    })
  })

  it('cannot be parted from other groups here when they share its list', async () => {
    await decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'allow' })
    const front = (await groupNamed(practice, 'front')).id
    const share = (sql: string) =>
      practice.db.transaction((tx) => tx.change(sql, { id: Number(writeList['id']), front }))
    await share(`INSERT INTO gacl_aro_groups_map (acl_id, group_id) VALUES (:id, :front)`)
    for (const effect of ['default', 'deny'] as const) {
      const changed = await rowsChanged(practice, async () => {
        const outcome = await decideForGroup(practice, 'doc', { permission: 'portal:use', effect })
        expect(outcome).to.deep.equal({ ok: false, reason: 'shared' })
      })
      expect(changed).to.deep.equal([])
    }
    await share(`DELETE FROM gacl_aro_groups_map WHERE acl_id = :id AND group_id = :front`)
    await decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'default' })
  })

  it('of superusers is the host’s own: only a denial of ours keeps them out, and the host’s rows stay', async () => {
    await decideForGroup(practice, 'doc', { permission: 'access:manage', effect: 'allow' })
    await decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'allow' })
    for (const effect of ['default', 'deny'] as const) {
      const changed = await rowsChanged(practice, () =>
        decideForGroup(practice, 'admin', { permission: 'portal:use', effect }),
      )
      expect(changed.filter((each) => each.includes('gacl_'))).to.deep.equal([])
    }
    expect(await may(practice, 'admin', 'dashboard:view')).to.equal(false)
    await decideForGroup(practice, 'admin', { permission: 'portal:use', effect: 'default', by: 'dr.lee' })
    expect(await may(practice, 'admin', 'dashboard:view')).to.equal(true)
    await decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'default' })
    await decideForGroup(practice, 'doc', { permission: 'access:manage', effect: 'default' })
  })

  it('is told to the host’s log and to the audit trail in the same transaction', async () => {
    await decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'allow' })
    const logged = await practice.db.first<{ event: string; category: string; user: string; comment: string }>(
      `SELECT event, category, user, CONVERT(FROM_BASE64(comments) USING utf8mb4) AS comment FROM log ORDER BY id DESC LIMIT 1`,
    )
    expect(logged).to.deep.equal({
      ...{ event: 'security-administration-update', category: 'Security', user: 'admin' },
      comment: 'Foyer: group Physicians, patientportal/portal allow',
    })
    const audit = await practice.db.first<{ event: string; subject: string; actor_id: string; details: unknown }>(
      `SELECT event, subject, actor_id, details FROM foyer_audit ORDER BY id DESC LIMIT 1`,
    )
    expect(audit).to.include({ event: 'access.changed', subject: 'group:doc', actor_id: 'admin' })
    await decideForGroup(practice, 'doc', { permission: 'portal:use', effect: 'default' })
  })

  async function number(): Promise<number> {
    return (await practice.db.first<{ id: number }>(`SELECT id FROM gacl_acl_seq`))?.id ?? 0
  }
})

/** As the dump writes a row. */
function line(row: Record<string, unknown>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))))
}
