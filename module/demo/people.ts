/** Who works in the demo practice, and whom the README names. All of them are made up. */
import type { NewStaff } from '../host/site/people.js'
import { chance, pick, type Random } from './random.js'

export const practice = {
  name: 'Harbor Lane Family Practice',
  phone: '(202) 555-0140',
  street: '12 Harbor Lane',
  city: 'Millbrook',
  state: 'NY',
  postalCode: '12545',
}

/** Whoever signs in as `name` types this. */
export function passwordOf(username: string): string {
  return `demo-${username}-Pass1`
}

type Worker = Pick<NewStaff, 'fname' | 'lname' | 'group' | 'title' | 'specialty' | 'authorized' | 'portalUser'> & {
  /** What the list of sign-ins says of them. */
  says: string
}

export const staff = {
  admin: { fname: 'Robin', lname: 'Adler', group: 'admin', says: 'Administrators: holds Patient Portal' },
  'dr.lee': {
    ...{ fname: 'Hannah', lname: 'Lee', title: 'Dr.', specialty: 'Family Medicine', group: 'doc' },
    ...{ authorized: true, portalUser: true, says: 'Physicians: has a schedule' },
  },
  'dr.osei': {
    ...{ fname: 'Kwame', lname: 'Osei', title: 'Dr.', specialty: 'Internal Medicine', group: 'doc' },
    ...{ authorized: true, portalUser: true, says: 'Physicians: has a schedule' },
  },
  'dr.marsh': {
    ...{ fname: 'Ellen', lname: 'Marsh', title: 'Dr.', specialty: 'Pediatrics', group: 'doc' },
    ...{ authorized: true, says: 'Physicians: no schedule, so no times to offer' },
  },
  nurse: { fname: 'Nadia', lname: 'Petrova', group: 'clin', portalUser: true, says: 'Clinicians' },
  front: { fname: 'Felix', lname: 'Dubois', group: 'front', says: 'Front Office' },
} as const satisfies Record<string, Worker>

export type StaffName = keyof typeof staff

export interface Resident {
  fname: string
  lname: string
  sex: 'Female' | 'Male'
  /** In whole years today. */
  age: number
  email: string
  phone: string
  street: string
  /** An option of the host's list of languages. */
  language: string
  doctor: 'dr.lee' | 'dr.osei' | 'dr.marsh'
  portal: 'YES' | 'NO' | ''
  mothersName?: string
  guardian?: string
}

const santosHome = { street: '41 Mill Street', phone: '(202) 555-0111', email: 'maria.santos@example.org' }

/** By the name they sign in with; the children have none. */
export const residents = {
  'maria.santos': {
    ...{ fname: 'Maria', lname: 'Santos', sex: 'Female', age: 41, language: 'English', doctor: 'dr.lee' },
    ...{ portal: 'YES', ...santosHome },
  },
  leo: {
    ...{ fname: 'Leo', lname: 'Santos', sex: 'Male', age: 9, language: 'English', doctor: 'dr.lee', portal: 'YES' },
    ...{ mothersName: 'Maria Santos', guardian: 'Maria Santos', ...santosHome },
  },
  ana: {
    ...{ fname: 'Ana', lname: 'Santos', sex: 'Female', age: 15, language: 'English', doctor: 'dr.lee', portal: 'YES' },
    ...{ mothersName: 'Maria Santos', guardian: 'Maria Santos', ...santosHome },
  },
  'john.carter': {
    ...{ fname: 'John', lname: 'Carter', sex: 'Male', age: 57, language: 'English', doctor: 'dr.osei' },
    ...{ portal: 'YES', street: '8 Orchard Row', phone: '(202) 555-0122', email: 'john.carter@example.org' },
  },
  'amina.yusuf': {
    ...{ fname: 'Amina', lname: 'Yusuf', sex: 'Female', age: 74, language: 'Arabic', doctor: 'dr.osei' },
    ...{ portal: 'YES', street: '3 Ferry Court', phone: '(202) 555-0133', email: 'amina.yusuf@example.org' },
  },
  'luis.reyes': {
    ...{ fname: 'Luis', lname: 'Reyes', sex: 'Male', age: 46, language: 'Spanish', doctor: 'dr.lee' },
    ...{ portal: 'YES', street: '17 Station Road', phone: '(202) 555-0144', email: 'luis.reyes@example.org' },
  },
} as const satisfies Record<string, Resident>

export type ResidentName = keyof typeof residents

/** Those who can sign in, and what the list of sign-ins says of them. */
export const signIns = {
  'maria.santos': 'mother of Leo (9) and Ana (15)',
  'john.carter': 'for himself only',
  'amina.yusuf': 'Luis Reyes acts for her',
  'luis.reyes': 'in Spanish; also acts for Amina Yusuf',
} as const satisfies Partial<Record<ResidentName, string>>

export interface OpenedRecord {
  to: keyof typeof signIns
  chart: ResidentName
  relationship: 'mother' | 'proxy'
}

/** Charts that an account opens besides its own. */
export const openedRecords: readonly OpenedRecord[] = [
  { to: 'maria.santos', chart: 'leo', relationship: 'mother' },
  { to: 'maria.santos', chart: 'ana', relationship: 'mother' },
  { to: 'luis.reyes', chart: 'amina.yusuf', relationship: 'proxy' },
]

/** Sixty more, in families of one to five that share a name, an address and a telephone. */
export function neighbours(random: Random): Resident[] {
  const people: Resident[] = []
  for (let house = 0; people.length < SIXTY; house += 1) people.push(...family(random, house))
  return people.slice(0, SIXTY)
}

const SIXTY = 60

function family(random: Random, house: number): Resident[] {
  // In order, so that no two families have one name.
  const surname = surnames[house % surnames.length] ?? 'Doe'
  const shared = {
    phone: `(202) 555-0${String(150 + (house % 50))}`,
    street: `${String(2 + house * 3)} ${pick(random, streets)}`,
    language: pick(random, ['English', 'English', 'English', 'English', 'Spanish', 'Portuguese', 'Vietnamese']),
  }
  const adult = (lname: string, sex: Resident['sex'], age: number): Resident => {
    const fname = pick(random, sex === 'Female' ? women : men)
    return {
      ...shared,
      ...{ fname, lname, sex, age, doctor: pick(random, doctors), portal: pick(random, ['YES', 'NO', '', '']) },
      email: chance(random, 0.6) ? `${plain(fname)}.${plain(lname)}@example.org` : '',
    }
  }
  const mother = adult(surname, 'Female', 28 + Math.floor(random() * 50))
  const father = adult(surname, 'Male', Math.max(27, mother.age + Math.floor(random() * 9) - 3))
  if (mother.age > 55) return chance(random, 0.5) ? [mother, father] : [mother]

  const other = surnames[(house + 17) % surnames.length] ?? 'Doe'
  // Where the custom is two surnames, children have one of each parent.
  const childName = chance(random, 0.25)
    ? `${surname.split(' ')[0] ?? surname} ${other.split(' ')[0] ?? other}`
    : surname
  const children = Array.from({ length: Math.floor(random() * 4) }, (): Resident => {
    const sex = chance(random, 0.5) ? 'Female' : 'Male'
    const parent = `${mother.fname} ${mother.lname}`
    return {
      ...{ ...shared, fname: pick(random, sex === 'Female' ? girls : boys), lname: childName, sex },
      ...{ age: Math.floor(random() * 18), email: '', doctor: 'dr.marsh', portal: '' },
      ...{ mothersName: parent, guardian: parent },
    }
  })
  return chance(random, 0.3) ? [mother, ...children] : [mother, father, ...children]
}

/** As an e-mail address can hold it. */
function plain(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z]+/g, '-')
}

const doctors = ['dr.lee', 'dr.osei', 'dr.marsh'] as const

const surnames = [
  ...[
    'Abbott',
    'García López',
    'Nguyen',
    "O'Brien",
    'Müller',
    'Okafor',
    'Rossi',
    'Hernández Ruiz',
    'Kowalski',
    'Smith',
  ],
  ...[
    'Haddad',
    'Van der Berg',
    'Núñez',
    'Johansson',
    'Patel',
    'De la Cruz',
    'Ivanova',
    'Brown-Taylor',
    'Kim',
    'Ferreira',
  ],
  ...['Dvořák', 'Silva Souza', 'Cohen', 'Ramírez Peña', 'Walker', 'Yılmaz', 'Moreau', 'Tan', 'Fitzgerald', 'Ōno'],
]
const women = ['Elena', 'Grace', 'Zoë', 'Mei', 'Fatima', 'Ingrid', 'Rosa', 'Joan', 'Priya', 'Chloé', 'Ruth', 'Beatriz']
const men = ['Daniel', 'José', 'Omar', 'Henry', 'André', 'Viktor', 'Minh', 'Samuel', 'Raj', 'Björn', 'Peter', 'Tomás']
const girls = ['Mia', 'Sofía', 'Lily', 'Noor', 'Anya', 'Inés', 'Ella', 'Thảo']
const boys = ['Noah', 'Mateo', 'Finn', 'Adam', 'Luca', 'Iván', 'Jack', 'Émile']
const streets = ['Mill Street', 'Orchard Row', 'Chapel Hill', 'Station Road', 'Bridge Street', 'Ferry Court']
