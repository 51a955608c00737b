/**
 * A small practice with Foyer installed and enabled, on any of the sites, with the portal open on it. The clock stands
 * (Monday 2026-11-23, 08:00 in New York) and is moved by hand.
 */
import type { AddressInfo } from 'node:net'
import { grant } from '../../module/access/accounts.js'
import { addEvent, addOfficeHours, type NewEvent } from '../../module/host/site/days.js'
import { addPatient, addPortalCredential, addStaff, type NewPatient } from '../../module/host/site/people.js'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import type { LifecycleContext } from '../../module/lifecycle/context.js'
import { enable } from '../../module/lifecycle/enable.js'
import { install } from '../../module/lifecycle/install.js'
import type { Actor } from '../../module/platform/audit.js'
import { removeAnchorFiles } from '../../module/platform/auditAnchors.js'
import { standingClock, utc } from '../../module/platform/clock.js'
import { readConfig } from '../../module/platform/config.js'
import { connectDatabase, type Database } from '../../module/platform/database.js'
import { opaqueId } from '../../module/platform/ids.js'
import { openLog, type Log } from '../../module/platform/log.js'
import { loadManifest } from '../../module/platform/settings.js'
import { openPortal, type PortalOptions, type RunningPortal } from '../../module/portal.js'
import { serverOf } from '../../module/web/server.js'
import { preparedDatabase, type SiteName } from './database.js'
import { visitor, type Visitor } from './visitor.js'

export const ZONE = 'America/New_York'
export const MONDAY = '2026-11-23'
export const MORNING = `${MONDAY}T08:00:00`

/** facts §2.2 */
export const OFFICE_VISIT = 5
export const NEW_PATIENT = 10
export const VACATION = 4

export interface TestPractice extends RunningPortal {
  url: string
  db: Database
  clock: ReturnType<typeof standingClock>
  staff: Record<StaffName, number>
  patients: Record<PatientName, number>
  /** Account ids of those who may sign in. */
  accounts: Record<SignInName, number>
  /** Opaque ids of records: `maria` her own chart, `leo` his chart for Maria, `ofJohn` John's account without chart … */
  records: Record<RecordName, string>
  /** An event as staff write it; returns pc_eid. */
  event: (event: Partial<NewEvent> & Pick<NewEvent, 'providerId'>) => Promise<number>
  /** A patient of one's own; returns pid. */
  patient: (patient?: Partial<NewPatient>) => Promise<number>
  /** Sets a host global and lets the portal know. */
  global: (name: string, value: string) => Promise<void>
  /** Sets one of Foyer's settings and lets the portal know. */
  setting: (name: string, value: string) => Promise<void>
  /** Adds a rule of the practice and lets the portal know. */
  rule: (subject: string, permission: string, effect: 'allow' | 'deny') => Promise<void>
  /** Somebody with a browser of their own, signed out. Listens on first use. */
  visitor: () => Promise<Visitor>
  patientVisitor: (name: SignInName) => Promise<Visitor>
  staffVisitor: (name: StaffName) => Promise<Visitor>
  lifecycle: LifecycleContext
  leave: () => Promise<void>
}

export type StaffName = 'admin' | 'lee' | 'osei' | 'marsh' | 'nurse' | 'front'
export type PatientName = 'maria' | 'leo' | 'ana' | 'john' | 'amina' | 'luis'
export type SignInName = 'maria' | 'john' | 'amina' | 'luis'
export type RecordName =
  'maria' | 'leo' | 'ana' | 'john' | 'amina' | 'aminaForLuis' | 'luis' | 'ownOfMaria' | 'ownOfJohn'

export const passwordOf = (name: string): string => `demo-${name}-Pass1`

export interface PracticeOptions {
  site?: SiteName
  at?: string
  log?: Log
  /** Env as `foyer serve` reads it. */
  env?: Record<string, string>
  /** The host's own pages, as the demo brings them. */
  shell?: PortalOptions['shell']
}

export async function openPractice(options: PracticeOptions = {}): Promise<TestPractice> {
  const { site = 'demo', at = MORNING } = options
  const { url, drop, told: people } = await preparedDatabase(`practice ${site} ${at}`, site, (on) => prepare(on, at))
  const db = connectDatabase({ url, zone: ZONE, pool: 5 })
  const clock = standingClock(ZONE, at)
  const lifecycle = lifecycleOn(url, db, clock)
  const config = readConfig({ FOYER_TIME_ZONE: ZONE, ...options.env })
  // Of whoever had the database before.
  await removeAnchorFiles(db, config.dataDir)
  const running = await openPortal({
    config,
    databaseUrl: url,
    secret: 'a secret that only the tests know, 42 long',
    log: options.log ?? openLog({ level: 'silent' }),
    clock,
    jobs: false,
    ...(options.shell ? { shell: options.shell } : {}),
  })
  const listening = listener(running)
  const signedIn = async (door: string, username: string): Promise<Visitor> => {
    const someone = visitor(await listening.address())
    await someone.signIn(door, username, passwordOf(username))
    return someone
  }
  return {
    ...running,
    ...people,
    url,
    db,
    clock,
    lifecycle,
    event: (event) =>
      db.transaction((tx) =>
        addEvent(tx, {
          category: OFFICE_VISIT,
          date: MONDAY,
          start: '09:00',
          minutes: 15,
          by: { userId: people.staff.admin, username: 'admin' },
          at: `${MONDAY} 07:00:00`,
          ...event,
        }),
      ),
    patient: (patient) => db.transaction((tx) => addPatient(tx, { ...somebody, ...patient })),
    global: async (name, value) => {
      await setGlobal(db, name, value)
      await running.refresh()
    },
    setting: async (name, value) => {
      await db.transaction((tx) =>
        tx.change(
          `INSERT INTO foyer_settings (name, value, updated_at, updated_by) VALUES (:name, :value, :now, 'test')
           ON DUPLICATE KEY UPDATE value = VALUES(value)`,
          { name, value, now: utc(clock.now()) },
        ),
      )
      await running.refresh()
    },
    rule: async (subject, permission, effect) => {
      await db.transaction(async (tx) => {
        await tx.insert(
          `INSERT INTO foyer_acl_rules (subject, permission, effect, reason, author, created_at)
           VALUES (:subject, :permission, :effect, 'test', 'test', :now)`,
          { subject, permission, effect, now: utc(clock.now()) },
        )
        await tx.change(`UPDATE foyer_state SET value = value + 1 WHERE name = 'policyVersion'`)
      })
      await running.refresh()
    },
    visitor: async () => visitor(await listening.address()),
    patientVisitor: (name) => signedIn('/portal/sign-in', loginOf(name)),
    staffVisitor: (name) => signedIn('/staff/sign-in', staffLogins[name]),
    leave: async () => {
      await listening.stop()
      await running.close()
      await db.close()
      await drop()
    },
  }
}

/** Foyer installed and enabled, and people; tells who they are. */
async function prepare(url: string, at: string) {
  const db = connectDatabase({ url, zone: ZONE, pool: 5 })
  const clock = standingClock(ZONE, at)
  const lifecycle = lifecycleOn(url, db, clock)
  try {
    await setGlobal(db, 'gbl_time_zone', ZONE)
    await setGlobal(db, 'enforce_signin_email', '0')
    await setGlobal(db, 'calendar_interval', '15')
    await mustBeDone(install(lifecycle))
    await mustBeDone(enable(lifecycle))
    return await settle(db, clock)
  } finally {
    await db.close()
  }
}

function lifecycleOn(url: string, db: Database, clock: LifecycleContext['clock']): LifecycleContext {
  return {
    url,
    db,
    clock,
    manifest: loadManifest(),
    actor: tester,
    connectorPresent: false,
    dryRun: false,
    tell: () => undefined,
  }
}

const tester: Actor = { kind: 'system', id: 'test', name: 'test', requestId: undefined }

const somebody: NewPatient = {
  fname: 'Pat',
  lname: 'Example',
  dob: '1980-01-01',
  sex: 'UNK',
  allowPortal: 'YES',
  at: `${MONDAY} 07:00:00`,
}

const staffLogins: Record<StaffName, string> = {
  admin: 'admin',
  lee: 'dr.lee',
  osei: 'dr.osei',
  marsh: 'dr.marsh',
  nurse: 'nurse',
  front: 'front',
}

const logins: Record<SignInName, string> = {
  maria: 'maria.santos',
  john: 'john.carter',
  amina: 'amina.yusuf',
  luis: 'luis.reyes',
}

export function loginOf(name: SignInName): string {
  return logins[name]
}

/** People with passwords that cost little to check: bcrypt at its cheapest. */
async function settle(db: Database, clock: ReturnType<typeof standingClock>) {
  const cheap = hashSettings(
    new Map([
      ['gbl_auth_hash_algo', 'BCRYPT'],
      ['gbl_auth_bcrypt_hash_cost', '5'],
    ]),
  )
  await setGlobal(db, 'gbl_auth_hash_algo', 'BCRYPT')
  await setGlobal(db, 'gbl_auth_bcrypt_hash_cost', '5')
  const hashes = new Map<string, string>()
  for (const username of [...Object.values(staffLogins), ...Object.values(logins)]) {
    hashes.set(username, await hashHostPassword(passwordOf(username), cheap))
  }
  const hashOf = (username: string) => hashes.get(username) ?? ''
  const at = `${MONDAY} 07:00:00`

  return db.transaction(async (tx) => {
    const member = (
      username: string,
      fname: string,
      lname: string,
      group: 'doc' | 'clin' | 'front',
      authorized: boolean,
    ) => addStaff(tx, { username, fname, lname, group, authorized, hash: hashOf(username), facilityId: 1, at })
    const staff: Record<StaffName, number> = {
      admin: 1,
      lee: await member('dr.lee', 'Susan', 'Lee', 'doc', true),
      osei: await member('dr.osei', 'Kofi', 'Osei', 'doc', true),
      marsh: await member('dr.marsh', 'Ellen', 'Marsh', 'doc', true),
      nurse: await member('nurse', 'Nora', 'Quinn', 'clin', false),
      front: await member('front', 'Fred', 'Ray', 'front', false),
    }
    const by = { userId: 1, username: 'admin' }
    const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const
    for (const providerId of [staff.lee, staff.osei]) {
      await addOfficeHours(tx, { providerId, weekdays, from: '09:00', until: '12:00', firstDay: '2026-11-02', by, at })
      await addOfficeHours(tx, { providerId, weekdays, from: '13:00', until: '17:00', firstDay: '2026-11-02', by, at })
    }
    const chart = (fname: string, lname: string, dob: string, sex: NewPatient['sex'], email = '') =>
      addPatient(tx, { fname, lname, dob, sex, email, allowPortal: 'YES', providerId: staff.lee, at })
    const patients: Record<PatientName, number> = {
      maria: await chart('Maria', 'Santos', '1986-04-02', 'Female', 'maria.santos@example.org'),
      leo: await chart('Leo', 'Santos', '2017-05-03', 'Male'),
      ana: await chart('Ana', 'Santos', '2011-09-14', 'Female'),
      john: await chart('John', 'Carter', '1961-01-17', 'Male', 'john.carter@example.org'),
      amina: await chart('Amina', 'Yusuf', '1948-07-30', 'Female', 'amina.yusuf@example.org'),
      luis: await chart('Luis', 'Reyes', '1979-12-11', 'Male', 'luis.reyes@example.org'),
    }
    const account = async (name: SignInName, language: string | null = null) => {
      const username = loginOf(name)
      const pid = patients[name]
      await addPortalCredential(tx, {
        pid,
        username: `${name}${String(pid)}`,
        loginName: username,
        hash: hashOf(username),
        status: 1,
        at,
      })
      const own = opaqueId()
      const id = await tx.insert(
        `INSERT INTO foyer_accounts (own_record, host_pid, display_name, language, created_at) VALUES (:own, :pid, :name, :language, :now)`,
        { own, pid, name: username, language, now: utc(clock.now()) },
      )
      return {
        id,
        own,
        self: await grant(tx, clock, { accountId: id, pid, relationship: 'self', extent: 'full', by: tester }),
      }
    }
    const [maria, john, amina, luis] = [
      await account('maria'),
      await account('john'),
      await account('amina'),
      await account('luis', 'es'),
    ]
    const other = (accountId: number, pid: number, relationship: string) =>
      grant(tx, clock, { accountId, pid, relationship, extent: 'full', by: tester })
    const records: Record<RecordName, string> = {
      maria: maria.self,
      john: john.self,
      amina: amina.self,
      luis: luis.self,
      leo: await other(maria.id, patients.leo, 'mother'),
      ana: await other(maria.id, patients.ana, 'mother'),
      aminaForLuis: await other(luis.id, patients.amina, 'proxy'),
      ownOfMaria: maria.own,
      ownOfJohn: john.own,
    }
    const accounts: Record<SignInName, number> = { maria: maria.id, john: john.id, amina: amina.id, luis: luis.id }
    await tx.change(`UPDATE users_secure SET password = :hash WHERE id = 1`, { hash: hashOf('admin') })
    return { staff, patients, accounts, records }
  })
}

async function setGlobal(db: Database, name: string, value: string): Promise<void> {
  await db.transaction((tx) =>
    tx.change(
      `INSERT INTO globals (gl_name, gl_index, gl_value) VALUES (:name, 0, :value) ON DUPLICATE KEY UPDATE gl_value = VALUES(gl_value)`,
      { name, value },
    ),
  )
}

async function mustBeDone(work: ReturnType<typeof install>): Promise<void> {
  const outcome = await work
  if (!outcome.ok) throw new Error(outcome.message)
}

function listener(running: RunningPortal): { address: () => Promise<string>; stop: () => Promise<void> } {
  const server = serverOf(running.app)
  let ready: Promise<string> | undefined
  return {
    address: () =>
      (ready ??= new Promise((resolve) => {
        server.listen(0, '127.0.0.1', () => {
          resolve(`http://localhost:${String((server.address() as AddressInfo).port)}`)
        })
      })),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}
