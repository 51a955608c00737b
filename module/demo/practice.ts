/** Writes the demo practice into an empty site, as its own staff would have written it over the years. */
import { randomBytes } from 'node:crypto'
import type { DateTime } from 'luxon'
import { accountOfCredential, grant } from '../access/accounts.js'
import { findPatientCredential } from '../host/credentials.js'
import { detectHost } from '../host/detect.js'
import { writeStaffNote } from '../host/notes.js'
import { searchPatients } from '../host/patients.js'
import { hashHostPassword } from '../host/php/passwords.js'
import { addClosedDay, addEvent, addOfficeHours, addSharedEvent } from '../host/site/days.js'
import { addFacility, addPatient, addPortalCredential, addStaff, addSystemUsers } from '../host/site/people.js'
import { findStaffLogin } from '../host/staff.js'
import type { Actor } from '../platform/audit.js'
import { day, wallClock, type Clock } from '../platform/clock.js'
import type { Database, Queryable, Tx } from '../platform/database.js'
import { category, schedules, type Scheduled } from './hours.js'
import {
  neighbours,
  openedRecords,
  passwordOf,
  practice,
  residents,
  signIns,
  staff,
  type Resident,
  type ResidentName,
  type StaffName,
} from './people.js'
import { addQuestionnaires } from './questionnaires.js'
import { seededRandom, type Random } from './random.js'
import { earlierBy, tellStories } from './stories.js'
import { addTemplates } from './templates.js'
import { planCalendar, type PlannedCalendar, type PlannedVisit, type Visitor } from './visits.js'

/** Every id that the host gave. */
export interface DemoPeople {
  /** users.id */
  staff: Record<StaffName, number>
  /** pid */
  patients: Record<ResidentName, number>
  /** Pids of the sixty others. */
  neighbours: number[]
  facilityId: number
}

type SignIn = keyof typeof signIns

const SEED = 20_260

/**
 * Fills a site on which Foyer is installed: staff, patients, schedules, visits, notes, and who opens whose record.
 * One transaction: all of it is there or nothing. An `admin` and a facility that are there already are used as they are.
 */
export async function fillPractice(db: Database, clock: Clock): Promise<DemoPeople> {
  const hashes = await hashAll()
  return db.transaction(async (tx) => {
    // Sown inside: a transaction that is tried again makes the same people again.
    const random = seededRandom(SEED)
    const now = clock.now()
    const { facilityId, staff: staffIds } = await addStaffMembers(tx, now, hashes)
    const { people, portalUsers } = await addEverybody(tx, { now, facilityId, staffIds, hashes, random })
    const plan = planCalendar(now, { neighbours: people.neighbours.length, portalUsers }, random)
    await addCalendar(tx, people, plan)
    await addNotes(tx, now, people)
    const accounts = await openRecords(tx, earlierBy(clock, { days: 20 }))
    await tellStories(tx, clock, { ...people, accounts })
    await addQuestionnaires(tx, clock, { by: actor, patients: people.patients, accounts, staffId: staffIds.admin })
    await addTemplates(tx, earlierBy(clock, { days: 2 }), {
      by: actor,
      patients: people.patients,
      staffId: staffIds.admin,
    })
    return people
  })
}

/** Whether a site has been filled. */
export async function isFilled(db: Queryable): Promise<boolean> {
  return (await findStaffLogin(db, await detectHost(db), 'front')) !== undefined
}

/**
 * The Foyer side of it: accounts for who can sign in, and the charts that they open besides their own. Where the
 * accounts are there, nothing is done; after a reinstallation they are made again. Answers the ids of those it made.
 */
export async function openRecords(tx: Tx, clock: Clock): Promise<ReadonlyMap<SignIn, number>> {
  const accounts = new Map<SignIn, number>()
  for (const username of Object.keys(signIns) as SignIn[]) {
    const credential = await findPatientCredential(tx, username)
    if (!credential) continue
    const account = await accountOfCredential(tx, clock, { pid: credential.pid, patientName: credential.patientName })
    if (account.created) accounts.set(username, account.id)
  }
  for (const { to, chart, relationship } of openedRecords) {
    const accountId = accounts.get(to)
    const pid = await pidOf(tx, chart)
    if (accountId === undefined || pid === undefined) continue
    await grant(tx, clock, { accountId, pid, relationship, extent: 'full', by: actor })
  }
  const spanish = accounts.get('luis.reyes')
  if (spanish !== undefined) {
    await tx.change(`UPDATE foyer_accounts SET language = 'es' WHERE id = :spanish`, { spanish })
  }
  return accounts
}

/** Who makes the demo, in Foyer's own audit trail. */
export const actor: Actor = { kind: 'system', id: 'demo', name: 'Demo practice', requestId: undefined }

/** The chart of one of the demo's own. */
export async function pidOf(tx: Queryable, name: ResidentName): Promise<number | undefined> {
  const { fname, lname } = residents[name]
  return (await searchPatients(tx, `${lname}, ${fname}`, 1))[0]?.pid
}

/** PHP's default, bcrypt at cost 10: 60 ms each, so each password once and beside each other. */
async function hashAll(): Promise<ReadonlyMap<string, string>> {
  const settings = { algorithm: 'bcrypt', cost: 10, exact: false } as const
  const passwords = [...Object.keys(staff), ...Object.keys(signIns)].map((name) => [name, passwordOf(name)] as const)
  const all = [...passwords, [NOBODY, randomBytes(24).toString('base64url')] as const]
  return new Map(
    await Promise.all(all.map(async ([name, word]) => [name, await hashHostPassword(word, settings)] as const)),
  )
}

/** The neighbours' password, which nobody knows. */
const NOBODY = ''

async function addStaffMembers(
  tx: Tx,
  now: DateTime,
  hashes: ReadonlyMap<string, string>,
): Promise<{ facilityId: number; staff: Record<StaffName, number> }> {
  const at = wallClock(now.minus({ days: 60 }))
  const admin = await findStaffLogin(tx, await detectHost(tx), 'admin')
  const facilityId = admin ? 1 : await addFacility(tx, practice)
  const ids = new Map<StaffName, number>(admin ? [['admin', admin.id]] : [])
  for (const username of Object.keys(staff) as StaffName[]) {
    if (ids.has(username)) continue
    const { says: _says, ...member } = staff[username]
    const hash = needed(hashes.get(username))
    ids.set(username, await addStaff(tx, { ...member, username, hash, facilityId, email: mailOf(username), at }))
    // The installer makes them right after the first administrator.
    if (username === 'admin') await addSystemUsers(tx)
  }
  return { facilityId, staff: Object.fromEntries(ids) as Record<StaffName, number> }
}

function mailOf(username: string): string {
  return `${username}@harbor-lane.example.org`
}

interface Making {
  now: DateTime
  facilityId: number
  staffIds: Record<StaffName, number>
  hashes: ReadonlyMap<string, string>
  random: Random
}

const WITH_CREDENTIAL = 8

async function addEverybody(tx: Tx, making: Making): Promise<{ people: DemoPeople; portalUsers: number[] }> {
  const pids = new Map<ResidentName, number>()
  for (const name of Object.keys(residents) as ResidentName[]) {
    const pid = await addResident(tx, making, residents[name])
    pids.set(name, pid)
    if (isSignIn(name)) await addCredential(tx, making, residents[name], pid, name)
  }
  const others: number[] = []
  const portalUsers: number[] = []
  for (const resident of neighbours(making.random)) {
    const place = others.push(await addResident(tx, making, resident)) - 1
    if (resident.portal !== 'YES') continue
    // The last ones are let in and have nothing to sign in with yet.
    if (portalUsers.push(place) <= WITH_CREDENTIAL) await addCredential(tx, making, resident, needed(others[place]))
  }
  const { facilityId, staffIds } = making
  const patients = Object.fromEntries(pids) as Record<ResidentName, number>
  return { people: { staff: staffIds, patients, neighbours: others, facilityId }, portalUsers }
}

function isSignIn(name: ResidentName): name is ResidentName & SignIn {
  return name in signIns
}

function addResident(tx: Tx, { now, staffIds, random }: Making, resident: Resident): Promise<number> {
  const { age, phone, doctor, portal, mothersName = '', guardian, ...rest } = resident
  const { city, state, postalCode } = practice
  return addPatient(tx, {
    ...{ ...rest, city, state, postalCode, phoneHome: phone, providerId: staffIds[doctor], allowPortal: portal },
    dob: day(now.minus({ years: age, days: 20 + Math.floor(random() * 320) })),
    at: wallClock(now.minus({ days: 30 + Math.floor(random() * 700) })),
    columns: {
      mothersname: mothersName,
      ...(guardian === undefined ? {} : { guardiansname: guardian, guardianphone: phone }),
    },
  })
}

async function addCredential(
  tx: Tx,
  { now, hashes }: Making,
  { fname, lname }: Resident,
  pid: number,
  loginName?: SignIn,
): Promise<void> {
  // The dialog names an account by the person and the row of the chart (facts §3.1), which here is the pid.
  const username = `${fname}${lname}${String(pid)}`
  const hash = needed(hashes.get(loginName ?? NOBODY))
  const at = wallClock(now.minus({ days: 20 }))
  await addPortalCredential(tx, { pid, username, loginName: loginName ?? username, hash, status: 1, at })
}

async function addCalendar(tx: Tx, people: DemoPeople, plan: PlannedCalendar): Promise<void> {
  const { facilityId } = people
  const written = { facilityId, by: { userId: people.staff.front, username: 'front' } }
  const since = { firstDay: plan.firstDay, at: `${plan.firstDay} 08:00:00` }

  for (const doctor of Object.keys(schedules) as Scheduled[]) {
    const providerId = people.staff[doctor]
    const { hours, lunch } = schedules[doctor]
    for (const { only, ...rest } of hours) {
      const kept = only === undefined ? {} : { preferredCategory: only }
      await addOfficeHours(tx, { ...written, ...since, ...rest, ...kept, providerId })
    }
    if (!lunch) continue
    const { from: start, minutes, weekdays } = lunch
    const noon = { category: category.lunch, date: plan.firstDay, start, minutes, repeats: { weekdays }, at: since.at }
    await addEvent(tx, { ...written, ...noon, providerId })
  }

  const { doctor, date } = plan.vacation
  const away = { category: category.vacation, date, start: '00:00', minutes: 24 * 60, allDay: true, at: since.at }
  await addEvent(tx, { ...written, ...away, providerId: people.staff[doctor] })

  const { closed } = plan
  await addClosedDay(tx, { ...closed, by: written.by, at: since.at })

  const { doctors, ...shared } = plan.together
  const providers = doctors.map((each) => people.staff[each])
  await addSharedEvent(tx, { ...visitOf(shared, people), ...written }, providers)

  const { lastDay, except, ...first } = plan.series
  const weekly = { repeats: { every: 1, unit: 'week' }, lastDay, except } as const
  await addEvent(tx, { ...visitOf(first, people), ...written, ...weekly })

  for (const visit of plan.visits) await addVisit(tx, people, visit, written)
}

async function addVisit(
  tx: Tx,
  people: DemoPeople,
  visit: PlannedVisit,
  written: { facilityId: number; by: { userId: number; username: string } },
): Promise<void> {
  const event = visitOf(visit, people)
  // The host's own portal names no facility (facts §2.5).
  await addEvent(tx, visit.asked ? { ...event, by: 'patient' } : { ...event, ...written })
  if (!visit.asked) return
  const name = await nameOf(tx, event.pid)
  const reason = visit.comment === '' ? '' : ` The reason given is: ${visit.comment}.`
  await writeStaffNote(tx, {
    ...{ at: visit.at, pid: event.pid, title: 'Patient Reminders', to: visit.doctor, from: 'portal-user' },
    text:
      `A New Appointment request was received from portal patient ${name}, for ${visit.date} ${visit.start}.${reason} ` +
      'Use Portal Dashboard to confirm with the patient.',
  })
}

function visitOf(visit: PlannedVisit, people: DemoPeople) {
  const { who, doctor, category: kind, date, start, minutes, status, comment, at } = visit
  return {
    ...{ pid: pidOfVisitor(who, people), providerId: people.staff[doctor], category: kind, date, start, minutes },
    ...{ status, comment, at },
  }
}

function pidOfVisitor(who: Visitor, people: DemoPeople): number {
  return typeof who === 'number' ? needed(people.neighbours[who]) : people.patients[who]
}

async function nameOf(tx: Tx, pid: number): Promise<string> {
  const [patient] = await searchPatients(tx, String(pid), 1)
  return patient ? `${patient.firstName} ${patient.lastName}` : ''
}

async function addNotes(tx: Tx, now: DateTime, { patients, neighbours: others }: DemoPeople): Promise<void> {
  const ago = (hours: number): string => wallClock(now.minus({ hours }))
  const notes = [
    [2, patients['maria.santos'], 'Lab Results', 'nurse', 'dr.lee', 'Blood count of this morning is in the chart.'],
    [6, patients['john.carter'], 'Pharmacy', 'front', 'dr.osei', 'Pharmacy asks about the dose of lisinopril.'],
    [20, needed(others[5]), 'Insurance', 'front', undefined, 'New insurance card: please copy at the next visit.'],
    [30, patients.leo, 'Chart Note', 'dr.lee', 'nurse', 'Please prepare the vaccination record for school.'],
    [52, needed(others[9]), 'Bill/Collect', 'admin', 'front', 'Asked for a copy of the last statement.'],
    [75, patients['amina.yusuf'], 'Referral', 'dr.osei', 'front', 'Referral to physiotherapy: fax went through?'],
  ] as const
  for (const [hours, pid, title, from, to, text] of notes) {
    await writeStaffNote(tx, { at: ago(hours), pid, title, from, to, text })
  }
}

/** What must be there by the way this file goes about it. */
function needed<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('The demo practice is not whole')
  return value
}
