/**
 * Who belongs to a patient, as the chart says: guardians and contacts, and the charts of brothers and sisters. Versions
 * from 7.0.4 on have persons with relations of their own besides the chart's columns (facts, Appendix A1, A10).
 */
import type { Day } from '../platform/clock.js'
import type { Queryable } from '../platform/database.js'
import type { HostSite } from './detect.js'
import { homeKey, plainAddress } from './homes.js'
import { dayOrNone } from './unset.js'

/** A patient as a family page needs them. */
export interface FamilyMember {
  pid: number
  firstName: string
  lastName: string
  born: Day | undefined
  /** An option of the host's list of languages. */
  language: string
  email: string
  cell: string
  /** hipaa_allowemail, hipaa_allowsms: the patient agreed. */
  mailAllowed: boolean
  smsAllowed: boolean
}

/** Somebody who is no patient here but stands in the chart. */
export interface Contact {
  name: string
  /** As the chart says it; '' where it doesn't. */
  relationship: string
  phone: string
  email: string
  /** Where it was read: the guardian's columns, the mother's name, the emergency contact, a person of their own. */
  source: 'guardian' | 'mother' | 'emergency' | 'person'
}

export interface Family {
  patient: FamilyMember
  contacts: Contact[]
}

interface ChartRow {
  pid: number
  fname: string
  lname: string
  DOB: string | null
  language: string
  email: string
  email_direct: string
  phone_cell: string
  hipaa_allowemail: string
  hipaa_allowsms: string
  guardiansname: string | null
  guardianrelationship: string | null
  guardianphone: string | null
  guardianemail: string | null
  mothersname: string
  contact_relationship: string
  phone_contact: string
}

const memberColumns =
  'p.pid, p.fname, p.lname, p.DOB, p.language, p.email, p.email_direct, p.phone_cell, p.hipaa_allowemail, p.hipaa_allowsms'

/** The chart's contacts, guardians first. At most two statements. Undefined: no such patient. */
export async function readFamily(db: Queryable, site: HostSite, pid: number): Promise<Family | undefined> {
  const row = await db.first<ChartRow>(
    // sql-safe: a constant
    `SELECT ${memberColumns}, p.guardiansname, p.guardianrelationship, p.guardianphone, p.guardianemail, p.mothersname,
            p.contact_relationship, p.phone_contact
       FROM patient_data p WHERE p.pid = :pid`,
    { pid },
  )
  if (!row) return undefined
  const persons = hasPersons(site) ? await personsOf(db, pid) : []
  return { patient: memberOf(row), contacts: onceEach([...contactsIn(row), ...persons]) }
}

function contactsIn(row: ChartRow): Contact[] {
  const all: Contact[] = [
    {
      name: row.guardiansname ?? '',
      relationship: row.guardianrelationship ?? '',
      phone: row.guardianphone ?? '',
      email: row.guardianemail ?? '',
      source: 'guardian',
    },
    { name: row.mothersname, relationship: 'mother', phone: '', email: '', source: 'mother' },
    { name: row.contact_relationship, relationship: '', phone: row.phone_contact, email: '', source: 'emergency' },
  ]
  return all.map((contact) => ({ ...contact, name: contact.name.trim() })).filter(({ name }) => name !== '')
}

/** One line a person: the guardian is often the mother and the emergency contact too. */
function onceEach(contacts: readonly Contact[]): Contact[] {
  const byName = new Map<string, Contact>()
  for (const contact of contacts) {
    const key = contact.name.toLowerCase()
    const known = byName.get(key)
    byName.set(key, {
      ...(known ?? contact),
      relationship: known?.relationship || contact.relationship,
      phone: known?.phone || contact.phone,
      email: known?.email || contact.email,
    })
  }
  return [...byName.values()]
}

function hasPersons(site: HostSite): boolean {
  return (
    site.has('contact_relation', 'target_id') && site.has('person', 'last_name') && site.has('contact_telecom', 'value')
  )
}

interface PersonRow {
  first_name: string | null
  last_name: string | null
  relationship: string | null
  phone: string | null
  email: string | null
}

/** Persons whose contact points to the chart, and persons to whom the chart's contact points. */
async function personsOf(db: Queryable, pid: number): Promise<Contact[]> {
  const rows = await db.select<PersonRow>(
    `SELECT h.first_name, h.last_name, r.relationship,
            (SELECT t.value FROM contact_telecom t WHERE t.contact_id = r.person_contact AND t.\`system\` = 'phone' ORDER BY t.\`rank\`, t.id LIMIT 1) AS phone,
            (SELECT t.value FROM contact_telecom t WHERE t.contact_id = r.person_contact AND t.\`system\` = 'email' ORDER BY t.\`rank\`, t.id LIMIT 1) AS email
       FROM (SELECT c.foreign_id AS person_id, c.id AS person_contact, cr.relationship, cr.contact_priority AS priority
               FROM contact_relation cr JOIN contact c ON c.id = cr.contact_id AND c.foreign_table_name = 'person'
              WHERE cr.target_table = 'patient_data' AND cr.target_id = :pid AND COALESCE(cr.active, 1) = 1
              UNION
             SELECT cr.target_id, own.id, cr.relationship, cr.contact_priority
               FROM contact c JOIN contact_relation cr ON cr.contact_id = c.id AND cr.target_table = 'person'
               LEFT JOIN contact own ON own.foreign_id = cr.target_id AND own.foreign_table_name = 'person'
              WHERE c.foreign_id = :pid AND c.foreign_table_name = 'patient_data' AND COALESCE(cr.active, 1) = 1) r
       JOIN person h ON h.id = r.person_id AND COALESCE(h.active, 1) = 1
      ORDER BY r.priority, h.id`,
    { pid },
  )
  return rows.map((row) => ({
    name: [row.first_name, row.last_name].filter((part) => part !== null && part !== '').join(' '),
    relationship: row.relationship ?? '',
    phone: row.phone ?? '',
    email: row.email ?? '',
    source: 'person',
  }))
}

interface SiblingRow extends ChartRow {
  street: string
  postal_code: string
  phone_home: string
  related: number
}

const siblingColumns = `${memberColumns}, p.guardiansname, p.guardianrelationship, p.guardianphone, p.guardianemail, p.mothersname,
            p.contact_relationship, p.phone_contact, p.street, p.postal_code, p.phone_home` // sql-safe: constants

const SIBLINGS_MOST = 100
/** What more charts than this have in common is no family's: a home for children, a telephone of the practice's own. */
const SHARED_BY_MOST = 10

export interface Siblings {
  linked: FamilyMember[]
  /** Of no guardian in common as the charts say it, but of a telephone or a home: staff ask the family. */
  perhaps: PerhapsSibling[]
}

export interface PerhapsSibling extends FamilyMember {
  shares: ('phone' | 'address')[]
}

/**
 * Charts of the same family: the same guardian or mother by name, and an address or a telephone in common; or relations
 * to the same person. One statement over the indexes of last names, of home telephones and of relations, and one over the
 * keys of charts for those who share less.
 */
export async function readSiblings(db: Queryable, site: HostSite, pid: number): Promise<Siblings> {
  const columns = siblingColumns
  const sameGuardian = `(p.guardiansname <> '' AND p.guardiansname IN (me.guardiansname, me.mothersname)
            OR p.mothersname <> '' AND p.mothersname IN (me.guardiansname, me.mothersname))`
  const related = hasPersons(site)
    ? `UNION SELECT ${columns}, 1 AS related FROM contact_relation mine
         JOIN contact_relation theirs ON theirs.contact_id = mine.contact_id AND theirs.target_table = 'patient_data' AND COALESCE(theirs.active, 1) = 1
         JOIN patient_data p ON p.pid = theirs.target_id AND p.pid <> :pid
        WHERE mine.target_table = 'patient_data' AND mine.target_id = :pid AND COALESCE(mine.active, 1) = 1`
    : ''
  const rows = await db.select<SiblingRow>(
    // sql-safe: constants
    `SELECT ${columns}, 1 AS related FROM patient_data p WHERE p.pid = :pid
      UNION SELECT ${columns}, 0 AS related FROM patient_data me JOIN patient_data p ON p.lname = me.lname AND p.pid <> me.pid
       WHERE me.pid = :pid AND ${sameGuardian}
      UNION SELECT ${columns}, 0 AS related FROM patient_data me JOIN patient_data p ON p.phone_home = me.phone_home AND p.pid <> me.pid
       WHERE me.pid = :pid AND me.phone_home <> '' AND ${sameGuardian}
      ${related} LIMIT ${String(SIBLINGS_MOST)}`, // sql-safe: constants
    { pid },
  )
  const me = rows.find((row) => row.pid === pid)
  if (!me) return { linked: [], perhaps: [] }
  const siblings = new Map<number, FamilyMember>()
  for (const row of rows) {
    if (row.pid !== pid && (row.related === 1 || atHomeTogether(me, row))) siblings.set(row.pid, memberOf(row))
  }
  return { linked: [...siblings.values()].sort(byAge), perhaps: await readPerhaps(db, me, siblings) }
}

function byAge(a: FamilyMember, b: FamilyMember): number {
  return (a.born ?? '').localeCompare(b.born ?? '') || a.pid - b.pid
}

/** Held against what the charts say: keys only lead to them. At most one statement. */
async function readPerhaps(
  db: Queryable,
  me: SiblingRow,
  linked: ReadonlyMap<number, FamilyMember>,
): Promise<PerhapsSibling[]> {
  const rows = await chartsSharing(db, me)
  const few = (shared: (row: SiblingRow) => boolean) => rows.filter(shared).length <= SHARED_BY_MOST
  const phones = phonesOf(me).filter((phone) => few((row) => phonesOf(row).includes(phone)))
  const isOfOneFamily = few((row) => liveTogether(me, row))
  const sharedWith = (row: SiblingRow): PerhapsSibling['shares'] => [
    ...(phonesOf(row).some((each) => phones.includes(each)) ? (['phone'] as const) : []),
    ...(isOfOneFamily && liveTogether(me, row) ? (['address'] as const) : []),
  ]
  return rows
    .filter(({ pid }) => !linked.has(pid))
    .map((row) => ({ ...memberOf(row), shares: sharedWith(row) }))
    .filter(({ shares }) => shares.length > 0)
    .sort(byAge)
}

/** Over the indexes of foyer_chart_keys, a range of one each: patient_data has none of cell phones or of streets. */
async function chartsSharing(db: Queryable, me: SiblingRow): Promise<SiblingRow[]> {
  const values: Record<string, string | number> = { pid: me.pid }
  const ways: string[] = []
  const lookFor = (columns: readonly string[], value: string) => {
    const name = `w${String(ways.length)}`
    values[name] = value
    for (const column of columns) {
      ways.push(
        `(SELECT pid FROM foyer_chart_keys WHERE ${column} = :${name} AND pid <> :pid LIMIT ${String(SHARED_BY_MOST + 1)})`, // sql-safe: columns of ours
      )
    }
  }
  for (const phone of new Set(phonesOf(me))) lookFor(['phone1', 'phone2', 'phone3'], phone)
  const home = homeKey(me.street, me.postal_code)
  if (home !== undefined) lookFor(['home_key'], home)
  if (ways.length === 0) return []
  return db.select<SiblingRow>(
    `SELECT ${siblingColumns}, 0 AS related FROM (${ways.join(' UNION ')}) found JOIN patient_data p ON p.pid = found.pid`, // sql-safe: constants and columns of ours
    values,
  )
}

/** The same street and postal code, or a telephone in common, however it is written. */
function atHomeTogether(one: SiblingRow, other: SiblingRow): boolean {
  return liveTogether(one, other) || phonesOf(one).some((phone) => phonesOf(other).includes(phone))
}

function liveTogether(one: SiblingRow, other: SiblingRow): boolean {
  const home = ({ street, postal_code: code }: SiblingRow) =>
    street === '' ? '' : `${plainAddress(street)} ${plainAddress(code)}`
  return home(one) !== '' && home(one) === home(other)
}

function phonesOf(row: SiblingRow): string[] {
  return [row.phone_home, row.phone_cell, row.phone_contact, row.guardianphone ?? '']
    .map(digits)
    .filter((each) => each !== '')
}

/** The last ten: with and without a country's code. '' for what is no telephone number. */
function digits(phone: string): string {
  const all = phone.replace(/\D/g, '')
  return all.length < 7 ? '' : all.slice(-10)
}

function memberOf(row: ChartRow): FamilyMember {
  return {
    pid: row.pid,
    firstName: row.fname,
    lastName: row.lname,
    born: dayOrNone(row.DOB),
    language: row.language,
    // The trusted address is the direct one where there is one (facts §3.2).
    email: row.email_direct.trim() === '' ? row.email : row.email_direct,
    cell: row.phone_cell,
    mailAllowed: row.hipaa_allowemail === 'YES',
    smsAllowed: row.hipaa_allowsms === 'YES',
  }
}

/** These charts, by pid, as they stand under the lock of their turns. One statement, none for nobody. */
export async function membersOf(db: Queryable, pids: readonly number[]): Promise<Map<number, FamilyMember>> {
  if (pids.length === 0) return new Map()
  const rows = await db.select<ChartRow>(
    // sql-safe: a constant
    `SELECT ${memberColumns}, NULL AS guardiansname, NULL AS guardianrelationship, NULL AS guardianphone,
            NULL AS guardianemail, '' AS mothersname, '' AS contact_relationship, '' AS phone_contact
       FROM patient_data p WHERE p.pid IN (:pids)`,
    { pids },
  )
  return new Map(rows.map((row) => [row.pid, memberOf(row)]))
}
