import { mkdtempSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { addOfficeHours } from '../../../module/host/site/days.js'
import { addPatient, addPortalCredential, addStaff } from '../../../module/host/site/people.js'
import { disable } from '../../../module/lifecycle/disable.js'
import { doctor, type Finding } from '../../../module/lifecycle/doctor.js'
import { enable } from '../../../module/lifecycle/enable.js'
import { install } from '../../../module/lifecycle/install.js'
import { english, say } from '../../../module/lifecycle/said.js'
import { words as lifecycleWords } from '../../../module/lifecycle/words.js'
import { standingClock } from '../../../module/platform/clock.js'
import { readConfig } from '../../../module/platform/config.js'
import { speakAll } from '../../../module/platform/i18n.js'
import { clamd } from '../../support/clamd.js'
import { describeOnEverySite } from '../../support/database.js'
import { hostFor, type Guest } from './guest.js'
import { installFirstVersion, stepsSince } from './older.js'

const at = '2026-01-05 10:00:00'
/** What the clock of these examinations says in UTC. */
const NOW = '2026-01-05 15:00:00.000'
const by = { userId: 1, username: 'admin' }
const hash = '$2y$04$vsGpk.OloR1OMRfO5Z31X.F3BtvMs1uEGmonYEkdGq5EVqsciV0EW'
const siteFolder = mkdtempSync(join(tmpdir(), 'foyer-doctor-site-'))
const wellConfigured = {
  FOYER_SECRET: 's'.repeat(32),
  FOYER_BASE_URL: 'https://portal.example.org',
  FOYER_HOST_SITE_DIR: siteFolder,
  FOYER_SMTP_URL: 'smtp://mail.example.org:587',
}

before(() => mkdir(join(siteFolder, 'documents')))
after(() => rm(siteFolder, { recursive: true }))

describeOnEverySite('doctor', (site) => {
  let guest: Guest

  before(async function () {
    this.timeout(60_000)
    guest = await hostFor(site)
    await set('portal_onsite_two_enable', '0')
    await set('portal_onsite_two_address', 'https://your_web_site.com/openemr/portal')
    await set('patient_reminder_sender_email', '')
    await set('gbl_time_zone', '')
  })
  after(() => guest.leave())

  it('finds on a bare site what is in the way, and says how to mend each', async () => {
    const findings = await examine({})
    for (const check of ['steps', 'portal', 'hostsPortal', 'providers', 'secret']) {
      expect(findings.find((each) => each.check === check)?.state, check).to.equal('problem')
    }
    for (const check of ['portalAddress', 'hostsMail', 'zone', 'baseUrl']) {
      expect(findings.find((each) => each.check === check)?.state, check).to.equal('warning')
    }
    // Administrators hold the right from the start (facts §4.3).
    expect(findings.find(({ check }) => check === 'portalRight')).to.include({ state: 'ok' })
    expect(findings.find(({ check }) => check === 'host')).to.include({ state: 'ok' })
    for (const { state, fix, check } of findings) expect(fix === undefined, check).to.equal(state === 'ok')
  })

  it('is content once all of it is mended', async () => {
    const { db, context } = guest
    await install(context)
    await enable(context)
    await set('portal_onsite_two_enable', '1')
    await set('portal_onsite_two_address', 'https://portal.example.org/portal')
    await set('patient_reminder_sender_email', 'desk@example.org')
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
    await everyJobRan()
    expect((await examine(wellConfigured)).filter(({ state }) => state !== 'ok')).to.deep.equal([])
  })

  it('says all of it in Spanish, too', async () => {
    const t = speakAll([lifecycleWords]).in('es')
    for (const { check, found } of await examine(wellConfigured)) {
      expect(t(`doctor.${check}`)).not.to.equal(`doctor.${check}`)
      expect(say(found, t)).not.to.match(/\{\{|doctor\./)
    }
    expect(say((await examined('providers', wellConfigured)).found, t)).to.equal('Todos tienen horario: dr.lee')
  })

  it('tells of each provider whom nobody can ask for a time, and why', async () => {
    const { db } = guest
    await db.transaction(async (tx) => {
      const staff = { fname: 'Ada', lname: 'Marsh', hash, group: 'doc', authorized: true, at } as const
      await addStaff(tx, { ...staff, username: 'dr.marsh' })
      const providerId = await addStaff(tx, { ...staff, username: 'dr.past' })
      const hours = { weekdays: ['mon'], from: '09:00', until: '12:00' } as const
      await addOfficeHours(tx, { ...hours, providerId, firstDay: '2025-01-06', lastDay: '2025-12-29', by, at })
      const later = await addStaff(tx, { ...staff, username: 'dr.later' })
      await addOfficeHours(tx, { ...hours, providerId: later, firstDay: '2026-09-07', by, at })
      const gone = await addStaff(tx, { ...staff, username: 'dr.gone' })
      await addOfficeHours(tx, { ...hours, providerId: gone, firstDay: '2025-01-06', by, at })
      await tx.change(`UPDATE users SET active = 0 WHERE id = :gone`, { gone })
      const kept = await addStaff(tx, { ...staff, username: 'dr.kept' })
      const reserved = { preferredCategory: 11 }
      await addOfficeHours(tx, { ...hours, ...reserved, providerId: kept, firstDay: '2025-01-06', by, at })
      const nurse = await addStaff(tx, { ...staff, username: 'nurse', authorized: false })
      await addOfficeHours(tx, { ...hours, providerId: nurse, firstDay: '2025-01-06', by, at })
    })
    const { state, found } = await examined('providers', wellConfigured)
    expect(state).to.equal('warning')
    expect(english(found)).to.equal(
      'With: dr.lee. Without: dr.gone (has hours, but is not active in the EMR), ' +
        'dr.kept (hours are kept for visits that patients may not request), ' +
        'dr.later (hours begin after the days that are offered), dr.marsh (no In Office event), ' +
        'dr.past (hours ended on 2025-12-29), nurse (has hours, but is not marked as a provider)',
    )
    const t = speakAll([lifecycleWords]).in('es')
    expect(say(found, t))
      .to.include('dr.past (su horario terminó el 2025-12-29)')
      .and.not.match(/doctor\.|\{\{/)
  })

  it('tells of patients who were let in and have nothing to sign in with', async () => {
    await guest.db.transaction((tx) =>
      addPatient(tx, { fname: 'Leo', lname: 'Ruiz', dob: '2016-02-03', sex: 'Male', allowPortal: 'YES', at }),
    )
    await finds('credentials', 'warning', /^1 of 2 authorised patients has nothing/)
  })

  it('tells of mail that Foyer cannot send, and of a sender that it cannot bear', async () => {
    const { FOYER_SMTP_URL: _none, ...without } = wellConfigured
    expect(await examined('foyersMail', without)).to.include({ state: 'warning' })
    expect(english((await examined('foyersMail', wellConfigured)).found)).to.equal(
      'By mail.example.org:587 (FOYER_SMTP_URL), from desk@example.org',
    )
    await set('patient_reminder_sender_email', '')
    await finds('foyersMail', 'warning', /from no-reply@portal\.example\.org, since no sender is set$/)
    await setting('mailSender', 'the desk')
    await finds('foyersMail', 'warning', /“the desk” is no e-mail address/)
    await setting('mailSender', 'portal@example.org')
    await finds('foyersMail', 'ok', /from portal@example\.org$/)
    await guest.db.transaction((tx) => tx.change(`DELETE FROM foyer_settings WHERE name = 'mailSender'`))
    await set('patient_reminder_sender_email', 'desk@example.org')
    const sms = { ...wellConfigured, FOYER_SMS_URL: 'https://sms.example.org/send?key=hidden' }
    expect(english((await examined('foyersSms', sms)).found)).to.equal('By sms.example.org (FOYER_SMS_URL)')
    expect(await examined('foyersSms', wellConfigured)).to.include({ state: 'ok' })
  })

  it('tells of a right that nobody holds', async () => {
    const { db } = guest
    await db.transaction((tx) => tx.change(`UPDATE gacl_acl SET enabled = 0`))
    await finds('portalRight', 'problem', /^Nobody at work: /)
    await db.transaction((tx) => tx.change(`UPDATE gacl_acl SET enabled = 1`))
  })

  it('tells of a stored setting that cannot be used', async () => {
    const { db } = guest
    await db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_settings (name, value, updated_at, updated_by) VALUES ('patientIdle', '0', '2026-01-05', 'admin')`,
      ),
    )
    await finds('settings', 'warning', /patientIdle is “0” \(.*5.*240/)
  })

  it('tells of two zones for one practice, and of a zone that is none', async () => {
    await finds('zone', 'warning', /but the EMR writes its times in America\/New_York/, {
      ...{ FOYER_TIME_ZONE: 'America/Chicago' },
    })
    await set('gbl_time_zone', 'Eastern')
    await finds('zone', 'warning', /“Eastern” is no zone/)
  })

  it('tells of a job that has stopped, one that fails, and that none has run', async () => {
    const { db, context } = guest
    const [first, second] = context.manifest.jobs
    await changeJob(first?.name, `succeeded_at = '2026-01-01 09:00:00.000'`)
    await changeJob(second?.name, `outcome = 'failed', error_code = 'ER_LOCK'`)
    const late = `${String(first?.name)} (2026-01-01 09:00:00 UTC), ${String(second?.name)} (failed, ER_LOCK)`
    await finds('jobs', 'warning', new RegExp(`: ${late.replace(/[()]/g, '\\$&')}$`))
    await db.transaction((tx) => tx.change(`DELETE FROM foyer_jobs`))
    await finds('jobs', 'warning', /^None has run yet$/)
  })

  it('tells of mail that the EMR cannot send', async () => {
    await set('EMAIL_METHOD', 'SMTP')
    await set('SMTP_HOST', '')
    await finds('hostsMail', 'warning', /SMTP_HOST/)
    await set('SMTP_HOST', 'mail.example.org')
    await finds('hostsMail', 'ok', /^SMTP by mail\.example\.org:25, from desk@example\.org$/)
    await set('patient_reminder_sender_email', 'nobody')
    await finds('hostsMail', 'warning', /patient_reminder_sender_email/)
  })

  it('tells when it shares a name, an origin or a place with the EMR’s own portal', async () => {
    const beside = async (theirs: string, ours: string): Promise<string | undefined> => {
      await set('portal_onsite_two_address', theirs)
      const { state, found } = await examined('beside', { ...wellConfigured, FOYER_BASE_URL: ours })
      return `${state} ${found.key}`
    }
    const emr = 'https://emr.example.org'
    expect(await beside(`${emr}/openemr/portal`, 'https://portal.example.org')).to.equal('ok doctor.beside.apart')
    expect(await beside(`${emr}:8443/portal`, emr)).to.equal('ok doctor.beside.sameHost')
    expect(await beside(`${emr}/openemr/portal/`, emr)).to.equal('warning doctor.beside.sameOrigin')
    expect(await beside(`${emr}/foyer/portal/`, `${emr}/foyer`)).to.equal('ok doctor.beside.here')
    expect(await beside(`${emr}/portal/sites`, emr)).to.equal('problem doctor.beside.samePath')
    expect(await beside(`${emr}/portal`, `${emr}/portal`)).to.equal('problem doctor.beside.samePath')
    expect(await beside(`${emr}/portals`, emr)).to.equal('warning doctor.beside.sameOrigin')
    expect(await beside('', emr)).to.equal('ok doctor.beside.unknown')
  })

  it('tells of an EMR that links pages which it may not show', async () => {
    const linked = { connectorPresent: true }
    expect((await examined('framing', wellConfigured, linked)).state).to.equal('warning')
    const env = { ...wellConfigured, FOYER_EMR_ORIGIN: 'https://emr.example.org' }
    expect((await examined('framing', env, linked)).state).to.equal('ok')
    expect((await examined('framing', wellConfigured)).state).to.equal('ok')
  })

  it('tells of a portal that is off, without a word on its jobs', async () => {
    await disable(guest.context)
    await finds('portal', 'problem', /^Switched off$/)
    await finds('jobs', 'ok', /^The portal is switched off/)
    await enable(guest.context)
  })

  async function finds(check: string, state: string, found: RegExp, env: Record<string, string> = {}): Promise<void> {
    const finding = await examined(check, { ...wellConfigured, ...env })
    expect(finding.state, check).to.equal(state)
    expect(english(finding.found)).to.match(found)
  }

  async function examined(check: string, env: Record<string, string>, more = {}): Promise<Finding> {
    const finding = (await examine(env, more)).find((each) => each.check === check)
    if (!finding) throw new Error(`doctor does not look at ${check}`)
    return finding
  }

  function examine(env: Record<string, string>, more: { connectorPresent?: boolean } = {}): Promise<Finding[]> {
    const { db, context } = guest
    const clock = standingClock('America/New_York', '2026-01-05T10:00:00')
    return doctor({ db, config: readConfig(env), clock, manifest: context.manifest, connectorPresent: false, ...more })
  }

  async function everyJobRan(): Promise<void> {
    const { db, context } = guest
    await db.transaction(async (tx) => {
      for (const { name } of context.manifest.jobs) {
        await tx.insert(
          `INSERT INTO foyer_jobs (name, due_at, succeeded_at, outcome) VALUES (:name, :now, :now, 'ok')`,
          { name, now: NOW },
        )
      }
    })
  }

  async function changeJob(name: string | undefined, change: string): Promise<void> {
    await guest.db.transaction((tx) => tx.change(`UPDATE foyer_jobs SET ${change} WHERE name = :name`, { name }))
  }

  async function setting(name: string, value: string): Promise<void> {
    await guest.db.transaction((tx) =>
      tx.change(
        `REPLACE INTO foyer_settings (name, value, updated_at, updated_by) VALUES (:name, :value, '2026-01-05', 'admin')`,
        { name, value },
      ),
    )
  }

  async function set(name: string, value: string): Promise<void> {
    await guest.db.transaction((tx) =>
      tx.change(`REPLACE INTO globals (gl_name, gl_index, gl_value) VALUES (:name, 0, :value)`, { name, value }),
    )
  }
})

describe('doctor looks at what was installed', () => {
  let guest: Guest

  before(async () => {
    guest = await hostFor('demo')
    await installFirstVersion(guest)
  })
  after(() => guest.leave())

  it('by an older Foyer, and says how far it is behind', async () => {
    const { db, context } = guest
    const { clock, manifest } = context
    const findings = await doctor({ db, config: readConfig({}), clock, manifest, connectorPresent: false })
    const steps = findings.find(({ check }) => check === 'steps')
    expect(steps?.state).to.equal('problem')
    expect(steps && english(steps.found)).to.equal(
      `Version 0.1.0, ${String(stepsSince.length)} steps behind ${manifest.version}`,
    )
    // There is no table of jobs yet.
    expect(findings.find(({ check }) => check === 'jobs')?.found.key).to.equal('doctor.jobs.none')
  })
})

describe('doctor looks at where files go', () => {
  let guest: Guest
  let folder: string

  before(async () => {
    guest = await hostFor('demo')
    folder = await mkdtemp(join(tmpdir(), 'foyer-doctor-'))
  })
  after(async () => {
    await guest.leave()
    await rm(folder, { recursive: true, force: true })
  })

  it('and whether it may write there', async () => {
    await writeFile(join(folder, 'file'), '')
    expect(await at('dataDir', { FOYER_DATA_DIR: folder })).to.equal('ok doctor.dataDir.is')
    expect(await at('dataDir', { FOYER_DATA_DIR: join(folder, 'to', 'be') })).to.equal('ok doctor.dataDir.toBe')
    expect(await at('dataDir', { FOYER_DATA_DIR: join(folder, 'file') })).to.equal('warning doctor.dataDir.no')
  })

  it('and whether the EMR’s site folder is one', async () => {
    const documents = join(folder, 'documents')
    const siteDir = (): Promise<string> => at('siteDir', { FOYER_HOST_SITE_DIR: folder })
    expect(await at('siteDir', {})).to.equal('warning doctor.siteDir.not-configured')
    expect(await siteDir()).to.equal('warning doctor.siteDir.missing')
    await writeFile(documents, '')
    expect(await siteDir()).to.equal('warning doctor.siteDir.not-a-folder')
    await rm(documents)
    await symlink(folder, documents)
    expect(await siteDir()).to.equal('warning doctor.siteDir.a-link')
    await rm(documents)
    await mkdir(documents)
    expect(await siteDir()).to.equal('ok doctor.siteDir.is')
  })

  it('and whether files can be encrypted as the EMR does it', async () => {
    const { db } = guest
    expect(await at('fileKeys', {})).to.equal('ok doctor.fileKeys.missing')
    await db.append("INSERT INTO `keys` (name, value) VALUES ('sevena', 'short'), ('sevenb', 'short')")
    expect(await at('fileKeys', {})).to.equal('warning doctor.fileKeys.unusable')
    const value = Buffer.alloc(32, 7).toString('base64')
    await db.append('UPDATE `keys` SET value = :value', { value })
    expect(await at('fileKeys', {})).to.equal('ok doctor.fileKeys.there')
    await db.append(`UPDATE globals SET gl_value = '0' WHERE gl_name = 'drive_encryption'`)
    expect(await at('fileKeys', {})).to.equal('ok doctor.fileKeys.not-needed')
  })

  it('and whether a scanner answers', async () => {
    const socket = join(folder, 'clamd.sock')
    expect(await at('scanner', {})).to.equal('ok doctor.scanner.none')
    expect(await at('scanner', { FOYER_CLAMD: socket })).to.equal('warning doctor.scanner.no')
    const there = await clamd(socket)
    try {
      expect(await at('scanner', { FOYER_CLAMD: socket })).to.equal('ok doctor.scanner.is')
    } finally {
      await there.stop()
    }
    const other = createServer((line) => line.once('data', () => line.end('What?\0')))
    await new Promise<void>((listens) => other.listen(socket, listens))
    try {
      expect(await at('scanner', { FOYER_CLAMD: socket })).to.equal('warning doctor.scanner.no')
    } finally {
      other.close()
    }
  })

  async function at(check: string, env: Record<string, string>): Promise<string> {
    const { db, context } = guest
    const { clock, manifest } = context
    const findings = await doctor({ db, config: readConfig(env), clock, manifest, connectorPresent: false })
    const finding = findings.find((each) => each.check === check)
    return `${String(finding?.state)} ${String(finding?.found.key)}`
  }
})
