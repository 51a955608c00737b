/**
 * A practice of any size to measure against: one provider per 1,500 patients, ten visits a patient over two and a half
 * years, at most 24 a day in one calendar, three weeks of them still to come. Laid in set by set, so that a million
 * patients take minutes; kept in a folder and used again on the same day.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DateTime } from 'luxon'
import { layInPaper, type Run } from './paper.js'
import { startMariadb, type Mariadb } from '../../module/demo/mariadb.js'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import { addOfficeHours } from '../../module/host/site/days.js'
import { addFacility, addStaff, addSystemUsers } from '../../module/host/site/people.js'
import { createSite } from '../../module/host/site/schema.js'
import { enable } from '../../module/lifecycle/enable.js'
import { install } from '../../module/lifecycle/install.js'
import { upgrade } from '../../module/lifecycle/upgrade.js'
import { systemClock } from '../../module/platform/clock.js'
import { connectDatabase, type Database } from '../../module/platform/database.js'
import { loadManifest } from '../../module/platform/settings.js'

export const ZONE = 'America/New_York'
export const PASSWORD = 'bench-Pass-1'
export const VISITORS = 20
const PATIENTS_A_PROVIDER = 1500
const VISITS_A_PATIENT = 10
const VISITS_A_DAY = 24
const WORKING_DAYS = (PATIENTS_A_PROVIDER * VISITS_A_PATIENT) / VISITS_A_DAY
const WORKING_DAYS_AHEAD = 15
/** One of so many charts has a request waiting. */
const CHARTS_A_REQUEST = 500
/** Goes up when what is made changes. */
const EDITION = 3

export interface BenchPractice {
  mariadb: Mariadb
  url: string
  /** Seconds that making it took; 0 when it was there. */
  seconds: number
  /** Host login names, each of a chart of its own. */
  patients: readonly string[]
  staff: readonly string[]
  /** pid of each of `patients`. */
  pids: readonly number[]
}

// As much memory as a small practice's server gives its database; the same whatever the size.
const MEMORY = ['--innodb-buffer-pool-size=2G', '--innodb-log-file-size=512M']

/** The practice of this size, made when it is not there yet. */
export async function benchPractice(
  folder: string,
  size: number,
  tell: (line: string) => void,
): Promise<BenchPractice> {
  const home = join(folder, String(size))
  const sign = join(home, 'made')
  const today = DateTime.now().setZone(ZONE).toISODate() ?? ''
  const wanted = `edition ${String(EDITION)}, ${today}`
  const began = Date.now()
  const there = existsSync(sign) && readFileSync(sign, 'utf8') === wanted
  if (!there) {
    rmSync(home, { recursive: true, force: true })
    mkdirSync(home, { recursive: true })
    tell(`making a practice of ${size.toLocaleString('en')} patients`)
    const making = await startMariadb({ dataDir: home, durable: false, more: MEMORY })
    try {
      await make(making, size, tell)
    } finally {
      await making.stop()
    }
    writeFileSync(sign, wanted)
  }
  const mariadb = await startMariadb({ dataDir: home, more: MEMORY })
  const url = mariadb.url('bench')
  if (there) await renew(url)
  return {
    mariadb,
    url,
    seconds: there ? 0 : (Date.now() - began) / 1000,
    patients: pidsOf(size).map((pid) => loginOf(pid)),
    pids: pidsOf(size),
    staff: Array.from({ length: VISITORS }, (_, at) => staffLogin(at)),
  }
}

/** Spread over the whole practice. */
function pidsOf(size: number): number[] {
  return Array.from({ length: VISITORS }, (_, at) => 1 + Math.floor((at * size) / VISITORS))
}

const loginOf = (pid: number): string => `patient.${String(pid)}`
const staffLogin = (at: number): string => `clerk.${String(at + 1)}`

async function make(mariadb: Mariadb, size: number, tell: (line: string) => void): Promise<void> {
  const server = connectDatabase({ url: mariadb.adminUrl, zone: ZONE, pool: 1 })
  await server.sequelize.query('CREATE DATABASE bench CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci')
  await server.close()
  const url = mariadb.url('bench')
  const db = connectDatabase({ url, zone: ZONE, pool: 2 })
  try {
    await createSite(db, { gbl_time_zone: ZONE, portal_onsite_two_enable: '1', enforce_signin_email: '0' })
    const providers = await hire(db, Math.ceil(size / PATIENTS_A_PROVIDER))
    const run = (sql: string, values: Record<string, unknown> = {}) =>
      db.sequelize.query(sql, { replacements: values }).then(() => undefined)
    await layIn(run, size, providers, tell)
    await bring(db, url, [install, enable])
    await openAccounts(run, db)
    await layInPaper(run, size, pidsOf(size))
    await run(
      'ANALYZE TABLE patient_data, openemr_postcalendar_events, patient_access_onsite, foyer_grants, foyer_accounts',
    )
  } finally {
    await db.close()
  }
}

/** Clerks who hold the portal right, and providers with office hours. Answers the first and last users.id of the providers. */
async function hire(db: Database, providers: number): Promise<{ first: number; count: number }> {
  const at = DateTime.now().setZone(ZONE).toFormat('yyyy-MM-dd HH:mm:ss')
  const hash = await hashHostPassword(PASSWORD, cheapest)
  return db.transaction(async (tx) => {
    const facilityId = await addFacility(tx, { name: 'Bench practice' })
    await addSystemUsers(tx)
    const person = { hash, at, facilityId }
    for (let clerk = 0; clerk < VISITORS; clerk += 1) {
      const username = staffLogin(clerk)
      await addStaff(tx, {
        ...person,
        username,
        fname: 'Clerk',
        lname: String(clerk),
        group: 'admin',
        authorized: false,
      })
    }
    const by = { userId: 1, username: staffLogin(0) }
    const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const
    const firstDay = DateTime.now().setZone(ZONE).minus({ years: 3 }).toISODate() ?? ''
    const ids: number[] = []
    for (let each = 1; each <= providers; each += 1) {
      const username = `doctor.${String(each)}`
      const name = { fname: `Doctor${String(each)}`, lname: `Number${String(each)}` }
      const providerId = await addStaff(tx, { ...person, ...name, username, group: 'doc', authorized: true })
      await addOfficeHours(tx, { providerId, weekdays, from: '09:00', until: '12:00', firstDay, by, at })
      await addOfficeHours(tx, { providerId, weekdays, from: '13:00', until: '17:00', firstDay, by, at })
      ids.push(providerId)
    }
    return { first: ids[0] ?? 0, count: ids.length }
  })
}

// Signing in is not what is measured.
const cheapest = hashSettings(
  new Map([
    ['gbl_auth_hash_algo', 'BCRYPT'],
    ['gbl_auth_bcrypt_hash_cost', '5'],
  ]),
)

async function layIn(
  run: Run,
  size: number,
  providers: { first: number; count: number },
  tell: (line: string) => void,
): Promise<void> {
  await run('CREATE TABLE bench_days (d INT PRIMARY KEY, day DATE NOT NULL)')
  await run('INSERT INTO bench_days (d, day) VALUES :days', { days: workingDays() })
  await run(
    `CREATE TABLE bench_numbers (n INT PRIMARY KEY) AS SELECT seq AS n FROM seq_1_to_${String(size)}`, // sql-safe: a number
  )
  tell('charts')
  await run(
    `INSERT INTO patient_data (uuid, pid, pubpid, fname, lname, mname, DOB, sex, email, street, city, state, postal_code,
                               country_code, language, providerID, allow_patient_portal, hipaa_allowemail, date, regdate)
     SELECT UNHEX(MD5(CONCAT('chart', n))), n, n,
            CONCAT(ELT(1 + n % 23, ${firsts}), ELT(1 + n DIV 23 % 17, ${middles})),
            CONCAT(ELT(1 + n DIV 7 % 29, ${starts}), ELT(1 + n DIV 203 % 31, ${ends})), '',
            DATE_ADD('1935-01-01', INTERVAL (n * 7919 % 30000) DAY), IF(n % 2, 'Female', 'Male'),
            CONCAT('patient', n, '@example.org'), CONCAT(n % 900, ' Main Street'), 'Springfield', 'NY', '12345', 'USA', '',
            :first + (n - 1) DIV ${String(PATIENTS_A_PROVIDER)}, IF(n % 5 < 3 OR n % 50 = 1, 'YES', ''), 'YES', :at, :at
       FROM bench_numbers`,
    { first: providers.first, at: '2024-01-02 09:00:00' },
  )
  await run(
    `INSERT INTO patient_access_onsite (pid, portal_username, portal_login_username, portal_pwd, portal_pwd_status, date_created)
     SELECT n, CONCAT('patient', n), CONCAT('patient.', n), :hash, 1, :at FROM bench_numbers WHERE n % 3 = 0`,
    { hash: await hashHostPassword(PASSWORD, cheapest), at: '2024-01-02 09:00:00' },
  )
  await run(
    `INSERT IGNORE INTO patient_access_onsite (pid, portal_username, portal_login_username, portal_pwd, portal_pwd_status, date_created)
     SELECT n, CONCAT('patient', n), CONCAT('patient.', n), :hash, 1, :at FROM bench_numbers WHERE n IN (:pids)`,
    { hash: await hashHostPassword(PASSWORD, cheapest), at: '2024-01-02 09:00:00', pids: pidsOf(size) },
  )
  await run(`UPDATE patient_data SET allow_patient_portal = 'YES' WHERE pid IN (:pids)`, { pids: pidsOf(size) })
  for (let round = 0; round < VISITS_A_PATIENT; round += 1) {
    tell(`visits, ${String(round + 1)} of ${String(VISITS_A_PATIENT)} a patient`)
    await run(visits, {
      round,
      first: providers.first,
      requests: CHARTS_A_REQUEST,
      ahead: WORKING_DAYS - WORKING_DAYS_AHEAD,
    })
  }
  await run('DROP TABLE bench_days')
  await run('DROP TABLE bench_numbers')
}

const firsts = listed('Ma Le An Jo Ami Lu So Ka El Vi Da Ro Fe Na Ta Be Mi Ha Zo Pe Ra Co Gi')
const middles = listed('ria o na hn na is fia rin len ctor vid sa lix dia mas nito kel')
const starts = listed(
  'San Car Yus Rey Lop Mar Kim Ngu Pat Bro Gar Mil Wil And Tho Jac Whi Har Cla Lew Rob Wal You All Kin Wri Sco Tor Hil',
)
const ends = listed(
  'tos ter uf es ez tin son yen el wn cia ler iams erson mas kson te ris rk is inson ker ng en g ght tt res l man ford',
)

function listed(words: string): string {
  return words
    .split(' ')
    .map((word) => `'${word}'`)
    .join(', ')
}

/**
 * The round-th visit of every patient. A provider's 15,000 visits fill 625 working days, 24 a day from 09:00 to 12:00 and
 * from 13:00 to 16:00: none lies over another.
 */
const visits = `
  INSERT INTO openemr_postcalendar_events
    (pc_catid, pc_multiple, pc_aid, pc_pid, pc_title, pc_time, pc_hometext, pc_informant, pc_eventDate, pc_endDate, pc_duration,
     pc_recurrtype, pc_recurrspec, pc_startTime, pc_endTime, pc_alldayevent, pc_apptstatus, pc_prefcatid, pc_location,
     pc_eventstatus, pc_sharing, pc_facility, pc_billing_location, pc_room)
  SELECT 5, 0, :first + (n - 1) DIV ${String(PATIENTS_A_PROVIDER)}, n, 'Office Visit', CONCAT(day, ' 08:00:00'), '', '1', day, NULL, 900, 0,
         'a:5:{s:17:"event_repeat_freq";N;s:22:"event_repeat_freq_type";s:1:"0";s:19:"event_repeat_on_num";s:1:"1";s:19:"event_repeat_on_day";s:1:"0";s:20:"event_repeat_on_freq";s:1:"1";}',
         SEC_TO_TIME(start), SEC_TO_TIME(start + 900), 0,
         IF(d >= :ahead, IF(n % :requests = 7, '^', '-'), ELT(1 + n % 10, '>', '>', '>', '>', '>', '>', '>', '-', 'x', '?')),
         0, '', 1, 1, 0, 0, ''
    FROM (SELECT n, d, day, 32400 + 900 * (slot + IF(slot >= 12, 4, 0)) AS start
            FROM (SELECT n, (:round * ${String(PATIENTS_A_PROVIDER)} + (n * 7919) % ${String(PATIENTS_A_PROVIDER)}) DIV ${String(VISITS_A_DAY)} AS at,
                         (:round * ${String(PATIENTS_A_PROVIDER)} + (n * 7919) % ${String(PATIENTS_A_PROVIDER)}) % ${String(VISITS_A_DAY)} AS slot FROM bench_numbers) placed
            JOIN bench_days ON d = at) timed`

/** Number of the working day, and its date: the last ones are still to come. */
function workingDays(): [number, string][] {
  const today = DateTime.now().setZone(ZONE).startOf('day')
  const after = (count: number): DateTime[] => {
    const days: DateTime[] = []
    const step = Math.sign(count)
    for (let day = today; days.length < Math.abs(count);) {
      day = day.plus({ days: step })
      if (day.weekday <= 5) days.push(day)
    }
    return days
  }
  const all = [...after(WORKING_DAYS_AHEAD - WORKING_DAYS).reverse(), ...after(WORKING_DAYS_AHEAD)]
  return all.map((day, at) => [at, day.toISODate() ?? ''])
}

/** A practice that was made before this version goes on under it. */
async function renew(url: string): Promise<void> {
  const db = connectDatabase({ url, zone: ZONE, pool: 2 })
  try {
    await bring(db, url, [upgrade])
  } finally {
    await db.close()
  }
}

async function bring(db: Database, url: string, verbs: readonly (typeof install)[]): Promise<void> {
  const context = {
    url,
    db,
    clock: systemClock(ZONE),
    manifest: loadManifest(),
    actor: { kind: 'system', id: 'bench', name: 'Bench', requestId: undefined } as const,
    connectorPresent: false,
    dryRun: false,
    tell: () => undefined,
  }
  for (const verb of verbs) {
    const outcome = await verb(context)
    if (!outcome.ok) throw new Error(outcome.message)
  }
}

/** Every fifth chart is in use: its account, opened by its own grant. */
async function openAccounts(run: Run, db: Database): Promise<void> {
  await run(
    `INSERT INTO foyer_accounts (own_record, host_pid, display_name, created_at)
     SELECT LEFT(TO_BASE64(UNHEX(MD5(CONCAT('own', pid)))), 22), pid, portal_login_username, '2026-01-02 09:00:00'
       FROM patient_access_onsite WHERE pid % 5 = 0`,
  )
  await run(
    `INSERT INTO foyer_grants (record, account_id, pid, relationship, extent, valid_from, granted_by, granted_at)
     SELECT LEFT(TO_BASE64(UNHEX(MD5(CONCAT('self', host_pid)))), 22), id, host_pid, 'self', 'full', created_at, 'bench', created_at
       FROM foyer_accounts`,
  )
  await run(
    `INSERT INTO foyer_settings (name, value, updated_at, updated_by) VALUES ('signInTriesPerAddress', '1000', '2026-01-02 09:00:00', 'bench')`,
  )
  const counted = await db.first<{ events: number }>(`SELECT COUNT(*) AS events FROM openemr_postcalendar_events`)
  if ((counted?.events ?? 0) === 0) throw new Error('the practice has no visits')
}
