import { expect } from 'chai'
import { addOfficeHours } from '../../../module/host/site/days.js'
import { addPatient, addPortalCredential, addStaff } from '../../../module/host/site/people.js'
import { doctor, type Finding } from '../../../module/lifecycle/doctor.js'
import { enable } from '../../../module/lifecycle/enable.js'
import { install } from '../../../module/lifecycle/install.js'
import { standingClock } from '../../../module/platform/clock.js'
import { readConfig } from '../../../module/platform/config.js'
import { describeOnEverySite } from '../../support/database.js'
import { hostFor, type Guest } from './guest.js'

const at = '2026-01-05 10:00:00'
const by = { userId: 1, username: 'admin' }
const hash = '$2y$04$vsGpk.OloR1OMRfO5Z31X.F3BtvMs1uEGmonYEkdGq5EVqsciV0EW'

describeOnEverySite('doctor', (site) => {
  let guest: Guest

  before(async function () {
    this.timeout(60_000)
    guest = await hostFor(site)
    await set('portal_onsite_two_enable', '0')
    await set('portal_onsite_two_address', 'https://your_web_site.com/openemr/portal')
    await set('gbl_time_zone', '')
  })
  after(() => guest.leave())

  it('finds on a bare site what is in the way, and says how to mend each', async () => {
    const findings = await examine({})
    expect(stateOf(findings, 'EMR')).to.equal('ok')
    for (const name of ['Foyer’s tables', 'Portal', 'Patient portal in the EMR', 'Providers’ schedules', 'Secret']) {
      expect(stateOf(findings, name), name).to.equal('problem')
    }
    for (const name of ['Portal address in the EMR’s mails', 'Time zone', 'Public address']) {
      expect(stateOf(findings, name), name).to.equal('warning')
    }
    // Administrators hold the right from the start (facts §4.3).
    expect(findings.find(({ name }) => name === 'Who may work in the portal')).to.include({ state: 'ok' })
    for (const { state, fix, name } of findings) expect(fix === '', name).to.equal(state === 'ok')
  })

  it('is content once all of it is mended', async () => {
    const { db, context } = guest
    await install(context)
    await enable(context)
    await set('portal_onsite_two_enable', '1')
    await set('portal_onsite_two_address', 'https://portal.example.org/portal')
    await set('gbl_time_zone', 'America/New_York')
    await db.transaction(async (tx) => {
      const providerId = await addStaff(tx, {
        ...{ username: 'dr.lee', fname: 'Min', lname: 'Lee', hash, group: 'doc', authorized: true, at },
      })
      // Every provider of the bare site is its administrator.
      await tx.change(`UPDATE users SET authorized = 0 WHERE username = 'admin'`)
      const weekdays = ['mon', 'tue'] as const
      await addOfficeHours(tx, { providerId, weekdays, from: '09:00', until: '12:00', firstDay: '2025-09-01', by, at })
      const pid = await addPatient(tx, {
        fname: 'Ana',
        lname: 'Ruiz',
        dob: '1980-02-03',
        sex: 'Female',
        allowPortal: 'YES',
        at,
      })
      await addPortalCredential(tx, { pid, username: 'AnaRuiz1', loginName: 'ana.ruiz', hash, status: 1, at })
    })
    const findings = await examine(wellConfigured)
    expect(findings.filter(({ state }) => state !== 'ok')).to.deep.equal([])
  })

  it('tells of a provider without hours, and of one whose hours are over', async () => {
    const { db } = guest
    await db.transaction(async (tx) => {
      const staff = { fname: 'Ada', lname: 'Marsh', hash, group: 'doc', authorized: true, at } as const
      await addStaff(tx, { ...staff, username: 'dr.marsh' })
      const providerId = await addStaff(tx, { ...staff, username: 'dr.past' })
      const hours = { weekdays: ['mon'], from: '09:00', until: '12:00' } as const
      await addOfficeHours(tx, { ...hours, providerId, firstDay: '2025-01-06', lastDay: '2025-12-29', by, at })
    })
    const schedules = (await examine(wellConfigured)).find(({ name }) => name === 'Providers’ schedules')
    expect(schedules).to.include({ state: 'warning', found: 'With: dr.lee. Without: dr.marsh, dr.past' })
  })

  it('tells of patients who were let in and have nothing to sign in with', async () => {
    await guest.db.transaction((tx) =>
      addPatient(tx, { fname: 'Leo', lname: 'Ruiz', dob: '2016-02-03', sex: 'Male', allowPortal: 'YES', at }),
    )
    const credentials = (await examine(wellConfigured)).find(({ name }) => name === 'Patients’ credentials')
    expect(credentials).to.include({ state: 'warning' })
    expect(credentials?.found).to.match(/^1 of 2 /)
  })

  it('tells of a right that nobody holds', async () => {
    const { db } = guest
    await db.transaction((tx) => tx.change(`UPDATE gacl_acl SET enabled = 0`))
    expect(stateOf(await examine(wellConfigured), 'Who may work in the portal')).to.equal('problem')
    await db.transaction((tx) => tx.change(`UPDATE gacl_acl SET enabled = 1`))
  })

  it('tells of a stored setting that cannot be used', async () => {
    const { db } = guest
    await db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_settings (name, value, updated_at, updated_by) VALUES ('patientIdle', '0', '2026-01-05', 'admin')`,
      ),
    )
    const settings = (await examine(wellConfigured)).find(({ name }) => name === 'Settings')
    expect(settings?.state).to.equal('warning')
    expect(settings?.found).to.contain('patientIdle is “0” (a whole number from 5 to 240)')
  })

  it('tells of two zones for one practice, and of a zone that is none', async () => {
    const two = await examine({ ...wellConfigured, FOYER_TIME_ZONE: 'America/Chicago' })
    expect(stateOf(two, 'Time zone')).to.equal('warning')
    await set('gbl_time_zone', 'Eastern')
    const none = (await examine(wellConfigured)).find(({ name }) => name === 'Time zone')
    expect(none?.found).to.contain('“Eastern” is no zone')
  })

  const wellConfigured = { FOYER_SECRET: 's'.repeat(32), FOYER_BASE_URL: 'https://portal.example.org' }

  async function examine(env: Record<string, string>): Promise<Finding[]> {
    const { db, context } = guest
    const clock = standingClock('America/New_York', '2026-01-05T10:00:00')
    return doctor({ db, config: readConfig(env), clock, manifest: context.manifest, connectorPresent: false })
  }

  async function set(name: string, value: string): Promise<void> {
    await guest.db.transaction((tx) =>
      tx.change(`REPLACE INTO globals (gl_name, gl_index, gl_value) VALUES (:name, 0, :value)`, { name, value }),
    )
  }
})

function stateOf(findings: readonly Finding[], name: string): string | undefined {
  return findings.find((finding) => finding.name === name)?.state
}
