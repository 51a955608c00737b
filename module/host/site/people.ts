/**
 * People and their days, written as the host itself writes them: by its user administration, its demographics form, its
 * calendar, its credentials dialog. For the demo practice and for tests; the portal's own writes are elsewhere.
 */
import { randomBytes } from 'node:crypto'
import type { Day, WallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { phpSerialize } from '../php/serialize.js'
import { insertRow, insertRows, type Row } from './table.js'

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

type Columns = ReadonlyMap<string, { nullable: boolean }>

/** Asked once a connection pool: a site's columns stay as they are while people are added by the hundred. */
const asked = new WeakMap<Tx['sequelize'], Map<string, Columns>>()

async function columnsOf(tx: Tx, table: string): Promise<Columns> {
  const known = asked.get(tx.sequelize) ?? new Map<string, Columns>()
  asked.set(tx.sequelize, known)
  const columns = known.get(table) ?? (await readColumns(tx, table))
  known.set(table, columns)
  return columns
}

async function readColumns(tx: Tx, table: string): Promise<Columns> {
  const rows = await tx.select<{ name: string; nullable: string }>(
    `SELECT column_name AS name, is_nullable AS nullable FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = :table`,
    { table },
  )
  return new Map(rows.map(({ name, nullable }) => [name, { nullable: nullable === 'YES' }]))
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

export type Weekday = 'sun' | 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat'
/** `HH:MM`, on the practice's wall. */
export type TimeOfDay = string

export type Repeats =
  | { every: number; unit: 'day' | 'week' | 'month' | 'year' | 'workday' }
  /** The nth (5: the last) such weekday of every so many months. */
  | { nth: 1 | 2 | 3 | 4 | 5; weekday: Weekday; months: 1 | 2 | 3 | 4 | 6 | 12 }
  | { weekdays: readonly Weekday[] }

export interface NewEvent {
  providerId: number
  /** None: the provider's own time. */
  pid?: number
  /** pc_catid. */
  category: number
  /** The category's name unless given. */
  title?: string
  date: Day
  start: TimeOfDay
  minutes: number
  allDay?: boolean
  /** A status of the host's list, `-` unless given. */
  status?: string
  comment?: string
  repeats?: Repeats
  /** The last day of the repetition; none: it goes on. */
  lastDay?: Day
  /** Days left out of the repetition. */
  except?: readonly Day[]
  /** In Office only: the one category these hours are for. */
  preferredCategory?: number
  facilityId?: number
  room?: string
  /** Staff in the host's calendar, or the patient in the host's own portal: that always asks (`^`) and tracks nothing. */
  by: { userId: number; username: string } | 'patient'
  at: WallClock
}

/** One calendar row and, for a patient's single visit by staff, its flow-board rows (facts §2.3–2.6). Answers pc_eid. */
export async function addEvent(tx: Tx, event: NewEvent): Promise<number> {
  const status = event.by === 'patient' ? '^' : (event.status ?? '-')
  const eid = await insertRow(tx, 'openemr_postcalendar_events', {
    pc_catid: event.category,
    pc_multiple: 0,
    pc_aid: String(event.providerId),
    pc_pid: event.pid === undefined ? '' : String(event.pid),
    pc_title: event.title ?? (await categoryName(tx, event.category)),
    pc_time: event.at,
    pc_hometext: event.comment ?? '',
    pc_informant: event.by === 'patient' ? String(event.providerId) : String(event.by.userId),
    pc_eventDate: firstDate(event),
    pc_endDate: event.lastDay ?? (await noEnd(tx)),
    pc_duration: event.minutes * 60,
    pc_recurrtype: recurrenceType(event.repeats),
    pc_recurrspec: event.by === 'patient' ? PORTAL_RECURRENCE : recurrence(event.repeats, event.except ?? []),
    pc_startTime: `${event.start}:00`,
    pc_endTime: laterBy(event.start, event.minutes),
    pc_alldayevent: event.allDay ? 1 : 0,
    pc_apptstatus: status,
    pc_prefcatid: event.preferredCategory ?? 0,
    pc_location: event.by === 'patient' ? PORTAL_LOCATION : STAFF_LOCATION,
    pc_eventstatus: 1,
    pc_sharing: 1,
    pc_facility: event.facilityId ?? 0,
    pc_billing_location: event.facilityId ?? 0,
    pc_room: event.room ?? '',
  })
  if (event.pid !== undefined && !event.repeats && event.by !== 'patient') {
    await track(tx, { eid, pid: event.pid, event, status, username: event.by.username })
  }
  return eid
}

export interface NewOfficeHours {
  providerId: number
  weekdays: readonly Weekday[]
  from: TimeOfDay
  until: TimeOfDay
  firstDay: Day
  /** None: they go on. */
  lastDay?: Day
  /** The one category that these hours are for. */
  preferredCategory?: number
  facilityId?: number
  by: { userId: number; username: string }
  at: WallClock
}

const IN_OFFICE = 2
const OUT_OF_OFFICE = 3

/**
 * A provider's weekly hours: In Office where they begin and Out Of Office where they end (facts §2.8), each one row,
 * weekly for one weekday, by days of the week for several. Answers both pc_eid.
 */
export async function addOfficeHours(
  tx: Tx,
  { weekdays, from, until, firstDay, preferredCategory, ...rest }: NewOfficeHours,
): Promise<{ in: number; out: number }> {
  const [only] = weekdays
  const repeats: Repeats = weekdays.length === 1 ? { every: 1, unit: 'week' } : { weekdays }
  const date = weekdays.length === 1 && only ? nextOf(firstDay, [only]) : firstDay
  const both = { ...rest, date, minutes: 0, repeats }
  const preferred = preferredCategory === undefined ? {} : { preferredCategory }
  return {
    in: await addEvent(tx, { ...both, ...preferred, category: IN_OFFICE, start: from }),
    out: await addEvent(tx, { ...both, category: OUT_OF_OFFICE, start: until }),
  }
}

async function categoryName(tx: Tx, category: number): Promise<string> {
  const row = await tx.first<{ name: string }>(
    `SELECT pc_catname AS name FROM openemr_postcalendar_categories WHERE pc_catid = :category`,
    { category },
  )
  return row?.name ?? ''
}

/** Up to 8.0 the column takes no NULL and a zero date says "none" (facts §12.25). */
async function noEnd(tx: Tx): Promise<Day | null> {
  const columns = await columnsOf(tx, 'openemr_postcalendar_events')
  return columns.get('pc_endDate')?.nullable ? null : '0000-00-00'
}

const weekdays: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** By days of the week, the row begins on the first of them (facts §2.4). */
function firstDate({ date, repeats }: NewEvent): Day {
  return repeats && 'weekdays' in repeats ? nextOf(date, repeats.weekdays) : date
}

function nextOf(from: Day, days: readonly Weekday[]): Day {
  const on = new Date(`${from}T00:00:00Z`)
  for (let ahead = 0; ahead < 7; ahead += 1) {
    if (days.some((each) => weekdays.indexOf(each) === on.getUTCDay())) break
    on.setUTCDate(on.getUTCDate() + 1)
  }
  return on.toISOString().slice(0, 10)
}

function recurrenceType(repeats: Repeats | undefined): 0 | 1 | 2 | 3 {
  if (!repeats) return 0
  if ('unit' in repeats) return 1
  return 'nth' in repeats ? 2 : 3
}

const units = { day: '0', week: '1', month: '2', year: '3', workday: '4' }

/** The six strings of facts §2.4, in the host's order, as PHP writes them. */
function recurrence(repeats: Repeats | undefined, except: readonly Day[]): string {
  const spec = { freq: '', type: '', num: '1', day: '0', onFreq: '0' }
  if (repeats && 'unit' in repeats) {
    Object.assign(spec, { freq: String(repeats.every), type: units[repeats.unit] })
  } else if (repeats && 'nth' in repeats) {
    const day = String(weekdays.indexOf(repeats.weekday))
    Object.assign(spec, { freq: '1', type: '0', num: String(repeats.nth), day, onFreq: String(repeats.months) })
  } else if (repeats) {
    const days = repeats.weekdays.map((each) => weekdays.indexOf(each) + 1).sort((a, b) => a - b)
    Object.assign(spec, { freq: days.join(','), type: '6' })
  }
  return phpSerialize({
    event_repeat_freq: spec.freq,
    event_repeat_freq_type: spec.type,
    event_repeat_on_num: spec.num,
    event_repeat_on_day: spec.day,
    event_repeat_on_freq: spec.onFreq,
    exdate: except.map((each) => each.replaceAll('-', '')).join(','),
  })
}

const PORTAL_RECURRENCE = phpSerialize({
  event_repeat_freq: null,
  event_repeat_freq_type: '0',
  event_repeat_on_num: '1',
  event_repeat_on_day: '0',
  event_repeat_on_freq: '1',
})

const STAFF_LOCATION = location('')
const PORTAL_LOCATION = location(null)

/** Six keys that nobody reads (facts §2.3). */
function location(value: '' | null): string {
  const keys = ['event_location', 'event_street1', 'event_street2', 'event_city', 'event_state', 'event_postal']
  return phpSerialize(Object.fromEntries(keys.map((key) => [key, value])))
}

/** Hours may pass 23: the host does not wrap at midnight (facts §2.3). */
function laterBy(start: TimeOfDay, minutes: number): string {
  const [hour = 0, minute = 0] = start.split(':').map(Number)
  const end = hour * 60 + minute + minutes
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(Math.floor(end / 60))}:${two(end % 60)}:00`
}

interface Tracked {
  eid: number
  pid: number
  event: NewEvent
  status: string
  username: string
}

async function track(tx: Tx, { eid, pid, event, status, username }: Tracked): Promise<void> {
  const tracker = await insertRow(tx, 'patient_tracker', {
    date: event.at,
    apptdate: event.date,
    appttime: `${event.start}:00`,
    eid,
    pid,
    original_user: username,
    lastseq: '1',
  })
  const first = { start_datetime: event.at, room: event.room ?? '', status, seq: '1', user: username }
  await insertRows(tx, 'patient_tracker_element', [{ pt_tracker_id: tracker, ...first }])
}
