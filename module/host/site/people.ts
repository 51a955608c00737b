/**
 * People, written as the host itself writes them: by its user administration, its demographics form, its credentials
 * dialog. For the demo practice and for tests; the portal's own writes are elsewhere.
 */
import { randomBytes } from 'node:crypto'
import type { Day, WallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { columnsOf } from './columns.js'
import { insertRow, type Row } from './table.js'

export type HostGroup = 'admin' | 'clin' | 'doc' | 'front' | 'back' | 'breakglass'

export interface NewFacility {
  name: string
  phone?: string
  street?: string
  city?: string
  state?: string
  postalCode?: string
}

/** A place where patients are seen. Answers facility.id. */
export function addFacility(tx: Tx, { postalCode, ...facility }: NewFacility): Promise<number> {
  const postal: Row = postalCode === undefined ? {} : { postal_code: postalCode }
  return insertRow(tx, 'facility', { ...facility, ...postal, country_code: 'US' })
}

export interface NewStaff {
  username: string
  fname: string
  lname: string
  /** As the host keeps it: bcrypt $2y$ and the like (facts §3.3). */
  hash: string
  /** The phpGACL group. */
  group: HostGroup
  /** Sees patients: has a column in the calendar. */
  authorized?: boolean
  facilityId?: number
  /** An addressee for patients' messages (facts §4.4). */
  portalUser?: boolean
  email?: string
  title?: string
  specialty?: string
  /** When the password was set. */
  at: WallClock
}

/** A staff member who can sign in: user, password, practice group, permissions (facts §3.7). Answers users.id. */
export async function addStaff(tx: Tx, staff: NewStaff): Promise<number> {
  const id = await addUser(tx, {
    username: staff.username,
    password: 'NoLongerUsed',
    fname: staff.fname,
    lname: staff.lname,
    authorized: staff.authorized ? 1 : 0,
    calendar: staff.authorized ? 1 : 0,
    facility_id: staff.facilityId ?? 0,
    portal_user: staff.portalUser ? 1 : 0,
    email: staff.email ?? '',
    title: staff.title ?? '',
    specialty: staff.specialty ?? '',
  })
  await insertRow(tx, 'users_secure', {
    id,
    username: staff.username,
    password: staff.hash,
    last_update_password: staff.at,
  })
  await insertRow(tx, 'groups', { name: 'Default', user: staff.username })
  await addToGroup(tx, staff.username, `${staff.fname} ${staff.lname}`, staff.group)
  return id
}

/** The host's pseudo-users, as its installer leaves them after the first administrator (facts §4.4). Nobody signs in as them. */
export async function addSystemUsers(tx: Tx): Promise<void> {
  const pseudo = { password: 'NoLogin', authorized: 0, active: 0 }
  await addUser(tx, { ...pseudo, username: 'phimail-service', lname: 'phiMail Gateway' })
  await addUser(tx, { ...pseudo, username: 'portal-user', lname: 'Patient Portal User' })
  await addUser(tx, { ...pseudo, username: 'oe-system', lname: 'System Operation User' })
  await addToGroup(tx, 'oe-system', 'System Operation User', 'admin')
}

function addUser(tx: Tx, user: Row): Promise<number> {
  return insertRow(tx, 'users', { active: 1, info: '', abook_type: '', ...user })
}

async function addToGroup(tx: Tx, username: string, name: string, group: HostGroup): Promise<void> {
  // The counter counts first and gives then (facts §4.6, §12.5).
  await tx.change(`UPDATE gacl_aro_seq SET id = LAST_INSERT_ID(id + 1)`)
  const id = (await tx.first<{ id: number }>(`SELECT LAST_INSERT_ID() AS id`))?.id
  const groupId = (await tx.first<{ id: number }>(`SELECT id FROM gacl_aro_groups WHERE value = :group`, { group }))?.id
  if (id === undefined || groupId === undefined) throw new Error(`This site has no group ${group}`)
  await insertRow(tx, 'gacl_aro', { id, section_value: 'users', value: username, order_value: 10, name, hidden: 0 })
  await insertRow(tx, 'gacl_groups_aro_map', { group_id: groupId, aro_id: id })
}

export interface NewPatient {
  fname: string
  lname: string
  mname?: string
  /** Date of birth. */
  dob: Day
  sex: 'Female' | 'Male' | 'UNK'
  email?: string
  phoneHome?: string
  phoneCell?: string
  street?: string
  city?: string
  state?: string
  postalCode?: string
  /** An option of the host's list `language`. */
  language?: string
  /** Of the patient's own doctor. */
  providerId?: number
  /** Whether the practice opened its portal to the chart (facts §12.10). */
  allowPortal?: 'YES' | 'NO' | ''
  /** Needs an interpreter for this language: a column whose name the host corrected in 8.1. */
  interpreter?: string
  /** Anything else, by the host's own column names; a column this version does not have yet is left out. */
  columns?: Row
  at: WallClock
}

/** A new chart, as the host's registration form makes one. Answers the pid: the greatest so far and one (facts §1.2). */
export async function addPatient(tx: Tx, patient: NewPatient): Promise<number> {
  const has = await columnsOf(tx, 'patient_data')
  const pid =
    (await tx.first<{ pid: number }>(`SELECT COALESCE(MAX(pid), 0) + 1 AS pid FROM patient_data FOR UPDATE`))?.pid ?? 1
  const uuid = newUuid()
  const id = await insertRow(tx, 'patient_data', {
    uuid,
    pid,
    pubpid: String(pid),
    fname: patient.fname,
    lname: patient.lname,
    mname: patient.mname ?? '',
    DOB: patient.dob,
    sex: patient.sex,
    email: patient.email ?? '',
    phone_home: patient.phoneHome ?? '',
    phone_cell: patient.phoneCell ?? '',
    street: patient.street ?? '',
    city: patient.city ?? '',
    state: patient.state ?? '',
    postal_code: patient.postalCode ?? '',
    country_code: 'USA',
    language: patient.language ?? '',
    providerID: patient.providerId ?? null,
    allow_patient_portal: patient.allowPortal ?? '',
    hipaa_allowemail: patient.email ? 'YES' : 'NO',
    date: patient.at,
    regdate: patient.at,
    [has.has('interpreter') ? 'interpreter' : 'interpretter']: patient.interpreter ?? '',
    ...whatFits(patient.columns ?? {}, has),
  })
  await registerUuid(tx, { uuid, table: 'patient_data', id, at: patient.at })
  return pid
}

/** Columns of a patient that came after 7.0.1 (facts §1.1). */
const later = [
  'preferred_name',
  'nationality_country',
  'tribal_affiliations',
  'sex_identified',
  'interpreter_needed',
  'pronoun',
]

function whatFits(columns: Row, has: ReadonlyMap<string, unknown>): Row {
  const missing = Object.keys(columns).filter((name) => !has.has(name))
  const unknown = missing.filter((name) => !later.includes(name))
  if (unknown.length > 0) throw new Error(`patient_data has no column ${unknown.join(', ')}`)
  return Object.fromEntries(Object.entries(columns).filter(([name]) => has.has(name)))
}

/** Sixteen random bytes, marked as a version 4 (facts §12.6). */
function newUuid(): Buffer {
  const bytes = randomBytes(16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes
}

async function registerUuid(tx: Tx, of: { uuid: Buffer; table: string; id: number; at: WallClock }): Promise<void> {
  await insertRow(tx, 'uuid_registry', { uuid: of.uuid, table_name: of.table, table_id: 'id', created: of.at })
}

export interface NewPortalCredential {
  pid: number
  /** The account's name: also the patient's mailbox key (facts §3.1). */
  username: string
  /** What the patient types; null until chosen. */
  loginName: string | null
  hash: string
  /** 0: made by staff, to be changed at the next sign-in; 1: current. */
  status: 0 | 1
  at: WallClock
}

/** The patient's sign-in to the host's own portal. It opens only while the chart allows the portal. */
export async function addPortalCredential(tx: Tx, credential: NewPortalCredential): Promise<void> {
  await insertRow(tx, 'patient_access_onsite', {
    pid: credential.pid,
    portal_username: credential.username,
    portal_login_username: credential.loginName,
    portal_pwd: credential.hash,
    portal_pwd_status: credential.status,
    date_created: credential.at,
  })
}
