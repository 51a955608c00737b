import type { Day, WallClock } from '../platform/clock.js'
import type { Queryable, Tx } from '../platform/database.js'
import { opaqueId, sha256 } from '../platform/ids.js'
import type { HostSite } from './detect.js'
import type { Globals } from './globals.js'
import { dayOrNone } from './unset.js'

/** A patient's login in the host's own portal: one row a chart (facts §3.1). */
export interface PatientCredential {
  pid: number
  /** The stable account name: owner id in the host's mail, user in its log. */
  accountName: string
  hash: string
  /** True: current. False: made or reset by staff, must be changed first. */
  current: boolean
  /** The chart's allow_patient_portal is 'YES'. */
  allowed: boolean
  /** The e-mail on record, compared exactly where enforce_signin_email asks (facts §3.1). */
  email: string
  patientName: string
}

interface CredentialRow {
  pid: number
  portal_login_username: string | null
  portal_username: string | null
  portal_pwd: string | null
  portal_pwd_status: number | null
  allow_patient_portal: string
  email: string
  fname: string
  lname: string
}

/** By login name, compared as the host's web login does: the collation ignores case (facts §3.1). */
export async function findPatientCredential(db: Queryable, loginName: string): Promise<PatientCredential | undefined> {
  const rows = await db.select<CredentialRow>(
    `SELECT c.pid, c.portal_login_username, c.portal_username, c.portal_pwd, c.portal_pwd_status, p.allow_patient_portal, p.email, p.fname, p.lname
       FROM patient_access_onsite c JOIN patient_data p ON p.pid = c.pid
      WHERE c.portal_login_username = :loginName LIMIT 3`,
    { loginName },
  )
  // Nothing in the host keeps login names unique: of several, only the one typed to the letter opens.
  const [row, other] = rows.length > 1 ? rows.filter((each) => each.portal_login_username === loginName) : rows
  if (!row || other) return undefined
  return {
    pid: row.pid,
    accountName: row.portal_username ?? '',
    hash: row.portal_pwd ?? '',
    current: row.portal_pwd_status === 1,
    allowed: row.allow_patient_portal === 'YES',
    email: row.email,
    patientName: `${row.fname} ${row.lname}`.trim(),
  }
}

/** Keeps the hash in the form that the host's globals now ask for, as the host does after a sign-in (facts §3.3). */
export async function replaceHash(tx: Tx, pid: number, before: string, after: string): Promise<void> {
  await changeHash(tx, pid, before, after)
  // It is the same password: one that staff made stays one that staff made.
  await tx.change(`UPDATE foyer_credentials SET fingerprint = :after WHERE open_pid = :pid AND fingerprint = :before`, {
    pid,
    before: sha256(before),
    after: sha256(after),
  })
}

/** Puts something in the hash's place that no password can be of. False: it is another hash by now, and stays. */
export async function makeUnusable(tx: Tx, pid: number, before: string): Promise<boolean> {
  return changeHash(tx, pid, before, `${UNUSABLE}${opaqueId()}`)
}

/** No hash begins so: neither portal takes it, whatever is typed (facts §3.3, "empty or unknown never verifies"). */
const UNUSABLE = '!'

export function isUnusable(hash: string): boolean {
  return hash.startsWith(UNUSABLE)
}

async function changeHash(tx: Tx, pid: number, before: string, after: string): Promise<boolean> {
  const changed = await tx.change(
    `UPDATE patient_access_onsite SET portal_pwd = :after WHERE pid = :pid AND BINARY portal_pwd = BINARY :before`,
    { pid, before, after },
  )
  return changed === 1
}

/** A chart as whoever gives access to the portal needs it, read when they look (openemr#12874). */
export interface PortalChart {
  pid: number
  /** patient_data.id: a part of the default account name, and of nothing else (facts §1.2). */
  id: number
  chartNumber: string
  firstName: string
  lastName: string
  born: Day | undefined
  /** An option of the host's list `language`, as the chart has it: `spanish`, `English`. */
  language: string
  /** allow_patient_portal is 'YES'. */
  allowed: boolean
  /** The patient agreed to e-mail (hipaa_allowemail). */
  mayMail: boolean
  /** Asked at sign-in where the host's enforce_signin_email is 1 (facts §3.1). */
  email: string
  /** Goes before `email` for letters (facts §3.2). */
  emailDirect: string
  /** When the chart's demographics were last changed, where the host knows. */
  changedAt: WallClock | undefined
  /** Undefined: no row. */
  login: { accountName: string; loginName: string; hash: string; status: number | null } | undefined
}

interface ChartRow {
  pid: number
  id: number
  pubpid: string
  fname: string
  lname: string
  DOB: string | null
  language: string
  allow_patient_portal: string
  hipaa_allowemail: string
  email: string
  email_direct: string
  date: WallClock | null
  login_pid: number | null
  portal_username: string | null
  portal_login_username: string | null
  portal_pwd: string | null
  portal_pwd_status: number | null
}

/** One statement. Undefined: no such patient. */
export async function readPortalChart(db: Queryable, pid: number): Promise<PortalChart | undefined> {
  const row = await db.first<ChartRow>(
    `SELECT p.pid, p.id, p.pubpid, p.fname, p.lname, p.DOB, p.language, p.allow_patient_portal, p.hipaa_allowemail,
            p.email, p.email_direct, p.date, c.pid AS login_pid, c.portal_username, c.portal_login_username,
            c.portal_pwd, c.portal_pwd_status
       FROM patient_data p LEFT JOIN patient_access_onsite c ON c.pid = p.pid
      WHERE p.pid = :pid`,
    { pid },
  )
  return row && chartOf(row)
}

function chartOf(row: ChartRow): PortalChart {
  const login = row.login_pid !== null && {
    accountName: row.portal_username ?? '',
    loginName: row.portal_login_username ?? '',
    hash: row.portal_pwd ?? '',
    status: row.portal_pwd_status,
  }
  return {
    pid: row.pid,
    id: row.id,
    chartNumber: row.pubpid,
    firstName: row.fname,
    lastName: row.lname,
    born: dayOrNone(row.DOB),
    language: row.language,
    allowed: row.allow_patient_portal === 'YES',
    mayMail: row.hipaa_allowemail === 'YES',
    email: row.email.trim(),
    emailDirect: row.email_direct.trim(),
    changedAt: dayOrNone(row.date),
    login: login || undefined,
  }
}

/** Whether new login names are e-mail addresses. Before 7.0.3, which brought the global, they always were (facts §10.1). */
export function loginNamesAreEmails(site: HostSite, globals: Globals): boolean {
  const asked = globals.get('use_email_for_portal_username')
  return asked === undefined ? !site.has('patient_data', 'last_updated') : asked === '1'
}

/**
 * Whether somebody else signs in or is known by this name, as the host's own check does (facts §3.4): capitals and
 * accents don't count.
 */
export async function loginNameTaken(db: Queryable, pid: number, loginName: string): Promise<boolean> {
  const other = await db.first(
    `(SELECT pid FROM patient_access_onsite WHERE portal_login_username = :loginName AND NOT (pid <=> :pid) LIMIT 1)
      UNION ALL
     (SELECT pid FROM patient_access_onsite WHERE portal_username = :loginName AND NOT (pid <=> :pid) LIMIT 1)`,
    { loginName, pid },
  )
  return other !== undefined
}

export interface NewCredential {
  pid: number
  accountName: string
  loginName: string
  hash: string
  /** 0: the host's own portal asks for another one; 1: it does not (facts §3.1). */
  status: 0 | 1
  at: WallClock
}

/**
 * The row that the host's own dialog writes (facts §3.2), made or replaced. A reset link of the host's that is still
 * out ends with it: a reset leaves one way in.
 */
export async function saveCredential(tx: Tx, credential: NewCredential): Promise<void> {
  await tx.change(
    `INSERT INTO patient_access_onsite
       (pid, portal_username, portal_login_username, portal_pwd, portal_pwd_status, portal_onetime, date_created)
     VALUES (:pid, :accountName, :loginName, :hash, :status, NULL, :at)
     ON DUPLICATE KEY UPDATE portal_username = VALUES(portal_username),
       portal_login_username = VALUES(portal_login_username), portal_pwd = VALUES(portal_pwd),
       portal_pwd_status = VALUES(portal_pwd_status), portal_onetime = NULL`,
    { ...credential },
  )
}

export interface ChartChange {
  pid: number
  /** users.id */
  by: number
  at: WallClock
}

/** Opens the host's portal to the chart: upper case, and never 1 (facts §12.10). */
export async function allowPatientPortal(tx: Tx, { pid, by, at }: ChartChange): Promise<void> {
  await tx.change(
    `UPDATE patient_data SET allow_patient_portal = 'YES', date = :at, updated_by = :by WHERE pid = :pid`,
    { pid, by, at },
  )
}

/** The trusted address (facts §3.2). The one that sign-in asks for is another column and stays. */
export async function correctEmail(tx: Tx, { pid, by, at }: ChartChange, email: string): Promise<void> {
  await tx.change(`UPDATE patient_data SET email_direct = :email, date = :at, updated_by = :by WHERE pid = :pid`, {
    ...{ pid, by, at, email },
  })
}

/** Ends the host's log line of a sign-in here: whoever comes in at the host's own portal leaves none. */
export const FOYER_SIGN_IN = 'Module:Foyer'

/**
 * Whether the host's log shows that the patient came into its own portal since then (facts §11.2). What Foyer wrote is
 * no sign of it: one whose password is still to be changed does not get in here by it.
 */
export async function signedInAtHost(db: Queryable, pid: number, since: WallClock): Promise<boolean> {
  const entry = await db.first(
    `SELECT id FROM log
      WHERE patient_id = :pid AND event = 'login' AND success = 1 AND log_from = 'onsite-portal' AND date >= :since
        AND COALESCE(user_notes, '') <> :here LIMIT 1`,
    { pid, since, here: FOYER_SIGN_IN },
  )
  return entry !== undefined
}

/** The hash as it stands, held until the transaction ends. '' where there is none. */
export async function holdHash(tx: Tx, pid: number): Promise<string> {
  const row = await tx.first<{ portal_pwd: string | null }>(
    `SELECT portal_pwd FROM patient_access_onsite WHERE pid = :pid FOR UPDATE`,
    { pid },
  )
  return row?.portal_pwd ?? ''
}
