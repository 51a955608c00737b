import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { disable } from '../../../module/lifecycle/disable.js'
import { uninstall } from '../../../module/lifecycle/uninstall.js'
import { describeOnEverySite } from '../../support/database.js'
import { difference, dumpRows, dumpSchema, type Dump } from '../../support/dump.js'
import { OFFICE_VISIT, openPractice, type TestPractice } from '../../support/practice.js'
import { readArchive } from './archived.js'
import { hostFor } from './guest.js'

const TUESDAY = '2026-11-24'

describeOnEverySite('a portal that was lived in is taken out', (site) => {
  let practice: TestPractice
  let folder: string
  let schema: Dump
  let rows: Dump

  before(async function () {
    this.timeout(60_000)
    const host = await hostFor(site)
    schema = await dumpSchema(host.db)
    await host.leave()
    folder = await mkdtemp(join(tmpdir(), 'foyer-traces-'))
    practice = await openPractice({ site })
    rows = hostsOwn(await dumpRows(practice.db))
  })
  after(async () => {
    await practice.leave()
    await rm(folder, { recursive: true, force: true })
  })

  it('and leaves in the EMR what people did there, as module.json tells, and nothing else', async function () {
    this.timeout(60_000)
    const { db, lifecycle } = practice
    await live(practice)
    await disable(lifecycle)
    const file = join(folder, 'archive')
    const outcome = await uninstall({ ...lifecycle, exportTo: file, discard: false })
    expect(outcome).to.include({ ok: true, changed: true })

    expect(difference(schema, await dumpSchema(db))).to.deep.equal([])
    const lines = difference(rows, await dumpRows(db))
    const changes = lines.map((line) => ({ sign: line[0], table: /^. (\w+):/.exec(line)?.[1] ?? line }))
    const tables = [...new Set(changes.map(({ table }) => table))].sort()
    const told = lifecycle.manifest.hostWrites
      .filter(({ table, afterUninstall }) => !afterUninstall.startsWith('Removed') || registers.includes(table))
      .map(({ table }) => table)
    expect(tables.filter((table) => !told.includes(table))).to.deep.equal([])
    expect(told.filter((table) => !tables.includes(table) && !ofPaper.includes(table))).to.deep.equal([])
    for (const table of registers) {
      expect(changes.filter((change) => change.table === table)).to.deep.equal([{ sign: '-', table }])
    }

    // The archive counts the rows that are new.
    const { head } = await readArchive(file)
    for (const table of ['pnotes', 'log', 'log_comment_encrypt', 'patient_tracker', 'patient_tracker_element']) {
      const counted = head.hostWrites?.find((write) => write.table === table)?.rows
      const added = changes.filter((change) => change.table === table && change.sign === '+')
      expect(counted, table).to.equal(added.length)
    }
    expect(head.hostWrites?.find((write) => write.table === 'openemr_postcalendar_events')?.rows).to.equal(2)
    expect(head.hostWrites?.find((write) => write.table === 'users')?.rows).to.equal(1)
    expect(head.hostWrites?.find((write) => write.table === 'gacl_aco_map')?.rows).to.equal(2)
    expect(head.hostWrites?.find((write) => write.table === 'patient_data')?.rows).to.equal(1)
    expect(head.hostWrites?.find((write) => write.table === 'list_options')?.rows).to.equal(1)
  })
})

/** Of documents, forms and profiles, which this life has none of: their own tests say what is written there. */
const ofPaper = [
  ...['categories_to_documents', 'document_template_profiles', 'document_templates', 'documents', 'insurance_data'],
  ...['keys', 'onsite_documents', 'onsite_portal_activity', 'onsite_signatures', 'questionnaire_repository'],
  ...['questionnaire_response', 'sequences', 'uuid_registry'],
]

/** Foyer's own place in the EMR's list, which goes. */
const registers = ['module_acl_sections', 'modules']

function hostsOwn(dump: Dump): Dump {
  return new Map([...dump].filter(([table]) => !table.startsWith('foyer_')))
}

/** Something of each kind that Foyer does in the EMR's tables. */
async function live(practice: TestPractice): Promise<void> {
  const { staff, records } = practice
  // Kept in another form than it asks for from now on: the sign-in hashes anew.
  await practice.global('gbl_auth_bcrypt_hash_cost', '6')
  const maria = await practice.patientVisitor('maria')
  await practice.global('gbl_auth_bcrypt_hash_cost', '5')

  const home = `/portal/records/${records.maria}/appointments`
  const wish = { provider: String(staff.lee), category: String(OFFICE_VISIT), reason: 'Cough' }
  for (const [date, time] of [
    [TUESDAY, '10:00'],
    [TUESDAY, '11:00'],
  ] as const) {
    const made = await maria.post(home, { ...wish, date, time }, { from: `${home}/new` })
    expect(made.status, `${date} ${time}`).to.equal(303)
  }
  const [first, second] = await practice.db.select<{ eid: number }>(
    `SELECT pc_eid AS eid FROM foyer_appointment_requests ORDER BY id`,
  )

  const child = { forWhom: 'child', relationship: 'mother', firstName: 'Pia', lastName: 'Santos', born: '2020-02-03' }
  const asked = { ...child, phone: '212 555 0100' }
  const own = '/portal/account/registrations'
  expect((await maria.post(own, asked, { from: `${own}/new` })).status, own).to.equal(303)
  const registration = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_registrations`)

  const mistaken = await practice.visitor()
  const wrong = { username: 'front', password: 'not this one' }
  expect((await mistaken.post('/staff/sign-in', wrong, { from: '/staff/sign-in' })).status).to.equal(401)

  const admin = await practice.staffVisitor('admin')
  const staffs = '/staff/portal'
  const press = async (path: string, fields: Record<string, string>): Promise<void> => {
    const page = await admin.post(`${staffs}${path}`, fields, { from: staffs })
    expect(page.status, path).to.equal(303)
  }
  await press(`/appointments/${String(first?.eid)}/status`, { status: '-' })
  await press(`/appointments/${String(second?.eid)}/decline`, { reason: 'Away that day' })
  await press(`/registrations/${String(registration?.id)}/chart`, {})
  await press('/access/groups/front', { permission: 'portal:use', effect: 'allow', reason: 'Reception' })
  await press('/access/groups/clin', { permission: 'portal:use', effect: 'deny', reason: 'Not their work' })
  await press('/access/users/nurse/addressee', { on: '1' })
}
