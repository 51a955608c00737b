import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { disable } from '../../../module/lifecycle/disable.js'
import { uninstall } from '../../../module/lifecycle/uninstall.js'
import { describeOnEverySite } from '../../support/database.js'
import { difference, dumpRows, dumpSchema, type Dump } from '../../support/dump.js'
import { OFFICE_VISIT, openPractice, type TestPractice } from '../../support/practice.js'
import { makeSiteFolder, type SiteFolderForTest } from '../../support/chart.js'
import { readArchive } from './archived.js'
import { hostFor } from './guest.js'
import { doPaperwork, prepareForPaper } from './paperwork.js'

const TUESDAY = '2026-11-24'

describeOnEverySite('a portal that was lived in is taken out', (site) => {
  let practice: TestPractice
  let folder: string
  let files: SiteFolderForTest
  let schema: Dump
  let rows: Dump

  before(async function () {
    this.timeout(60_000)
    const host = await hostFor(site)
    schema = await dumpSchema(host.db)
    await host.leave()
    folder = await mkdtemp(join(tmpdir(), 'foyer-traces-'))
    files = await makeSiteFolder()
    practice = await openPractice({ site, env: { FOYER_HOST_SITE_DIR: files.dir } })
    await prepareForPaper(practice)
    rows = hostsOwn(await dumpRows(practice.db))
  })
  after(async () => {
    await practice.leave()
    await rm(folder, { recursive: true, force: true })
    await files.remove()
  })

  it('and leaves in the EMR what people did there, as module.json tells, and nothing else', async function () {
    this.timeout(60_000)
    const { db, lifecycle } = practice
    await live(practice)
    await disable(lifecycle)
    const file = join(folder, 'archive')
    const store = { dataDir: folder, store: practice.portal.files }
    const outcome = await uninstall({ ...lifecycle, files: store, exportTo: file, discard: false })
    expect(outcome).to.include({ ok: true, changed: true })

    expect(difference(schema, await dumpSchema(db))).to.deep.equal([])
    const lines = difference(rows, await dumpRows(db))
    const changes = lines.map((line) => ({ sign: line[0], table: /^. (\w+):/.exec(line)?.[1] ?? line }))
    const tables = [...new Set(changes.map(({ table }) => table))].sort()
    const told = lifecycle.manifest.hostWrites
      .filter(({ table, afterUninstall }) => !afterUninstall.startsWith('Removed') || registers.includes(table))
      .map(({ table }) => table)
    expect(tables.filter((table) => !told.includes(table))).to.deep.equal([])
    expect(told.filter((table) => !tables.includes(table))).to.deep.equal([])
    for (const table of registers) {
      expect(changes.filter((change) => change.table === table)).to.deep.equal([{ sign: '-', table }])
    }

    // The archive counts the rows that are new, or no longer what they were.
    const { head } = await readArchive(file)
    const countedIn = (table: string) => head.hostWrites?.find((write) => write.table === table)?.rows
    const added = (table: string) => changes.filter((change) => change.table === table && change.sign === '+').length
    for (const table of told.filter((name) => !(name in notCounted))) {
      // Maria's password was hashed anew at her sign-in, as the EMR does it, too: nobody is told of that.
      const untold = table === 'patient_access_onsite' ? 1 : 0
      expect(countedIn(table), table).to.equal(added(table) - untold)
    }
    for (const table of Object.keys(notCounted)) expect(countedIn(table), table).to.equal(null)
  })
})

/** What the archive gives no number of, each for its reason. */
const notCounted: Readonly<Record<string, string>> = {
  modules: 'Foyer’s own place, which goes',
  module_acl_sections: 'with it',
  gacl_acl: 'rules: their rights are counted, in gacl_aco_map',
  gacl_acl_seq: 'a counter',
  gacl_aro_groups_map: 'with its rule',
  users_secure: 'the EMR counts there, too',
  sequences: 'a counter',
  keys: 'the EMR makes them in the very same way',
}

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
  // Who arrives gets an encounter, as the EMR has it.
  const today = await practice.event({ providerId: staff.osei, pid: practice.patients.john, start: '11:00' })
  await press(`/appointments/${String(today)}/status`, { status: '@' })
  await press(`/registrations/${String(registration?.id)}/chart`, {})
  await press('/access/groups/front', { permission: 'portal:use', effect: 'allow', reason: 'Reception' })
  await press('/access/groups/clin', { permission: 'portal:use', effect: 'deny', reason: 'Not their work' })
  await press('/access/users/nurse/addressee', { on: '1' })
  await doPaperwork(practice, maria, admin)
}
