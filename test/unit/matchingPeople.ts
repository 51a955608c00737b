/**
 * A population to find people in: names as unevenly spread as in life, families with one telephone, twins; and people
 * who register with what goes wrong in life: married names, slips, nicknames, a new number. The same for the same seed.
 */
import { chance, pick, seededRandom, type Random } from '../../module/demo/random.js'
import type { Chart, Claim } from '../../module/access/matching/matching.js'

export interface Registrant {
  claim: Claim
  /** Undefined: not a patient here. */
  pid: number | undefined
}

interface Wanted {
  charts: number
  registrants: number
  seed: number
}

export function peopleOf(wanted: Wanted): { charts: Chart[]; registrants: Registrant[] } {
  const random = seededRandom(wanted.seed)
  const charts: Chart[] = []
  while (charts.length < wanted.charts) charts.push(...familyOf(random, charts.length + 1))
  const registrants = Array.from({ length: wanted.registrants }, () => registrantOf(random, charts))
  return { charts, registrants }
}

const surnames =
  'Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez'.split(
    ' ',
  )
const girls =
  'Mary Maria Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Sandra Margaret Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Laura Sharon Cynthia Dorothy Amy Kathleen Angela Shirley Emma Brenda Pamela Nicole Anna Ana Samantha Katherine Christine Debra Rachel Carolyn Janet Sofia Isabella Valentina Camila Lucia Elena Rosa Carmen Guadalupe Teresa Gabriela Daniela Alejandra Paula Andrea Julia Marta Silvia Ines Beatriz'.split(
    ' ',
  )
const boys =
  'James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark Donald Steven Andrew Paul Joshua Kenneth Kevin Brian Timothy Ronald George Jason Edward Jeffrey Ryan Jacob Nicholas Gary Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Jose Juan Luis Carlos Miguel Francisco Antonio Manuel Alejandro Diego Javier Fernando Rafael Pedro Pablo Sergio Andres Ricardo Eduardo Alberto Hector Mario Enrique Raul Victor Oscar Leo'.split(
    ' ',
  )
const nicknames: Readonly<Record<string, string>> = {
  ...{ William: 'Bill', Robert: 'Bob', Richard: 'Rick', Michael: 'Mike', Joseph: 'Joe', Thomas: 'Tom', Daniel: 'Dan' },
  ...{ Elizabeth: 'Liz', Katherine: 'Kate', Jennifer: 'Jen', Francisco: 'Paco', Jose: 'Pepe', Guadalupe: 'Lupe' },
}
const syllables =
  'ba be bo ca co da de do fa fe ga go ka ke la le lo ma me mi mo na ne ni no pa pe ra re ri ro sa se so ta te ti to va ve vi za'.split(
    ' ',
  )
const endings = ['n', 'r', 's', 'ez', 'son', 'ski', 'man', 'ini', 'ek', 'o']

/** Half of all people share a hundred names, the other half have rare ones. */
function surnameOf(random: Random): string {
  if (chance(random, 0.5)) return surnames[Math.floor(surnames.length * random() ** 2)] as string
  const made = pick(random, syllables) + pick(random, syllables) + pick(random, syllables) + pick(random, endings)
  return made.charAt(0).toUpperCase() + made.slice(1)
}

function firstNameOf(random: Random, sex: string): string {
  const names = sex === 'Female' ? girls : boys
  return names[Math.floor(names.length * random() ** 1.5)] as string
}

function dayOf(random: Random, from: number, until: number): string {
  const year = from + Math.floor(random() * (until - from))
  const two = (number: number) => String(number).padStart(2, '0')
  return `${String(year)}-${two(1 + Math.floor(random() * 12))}-${two(1 + Math.floor(random() * 28))}`
}

function phoneOf(random: Random): string {
  const digits = (count: number) => String(Math.floor(random() * 10 ** count)).padStart(count, '0')
  return `${pick(random, ['212', '646', '718', '917'])}-${digits(3)}-${digits(4)}`
}

/** One chart, or two or three that share telephone and address; one in fifty such pairs are twins' (1 % of all charts). */
function familyOf(random: Random, pid: number): Chart[] {
  const lastName = surnameOf(random)
  const phone = phoneOf(random)
  const postal = String(10_000 + Math.floor(random() * 400))
  const roll = random()
  const twins = roll < 0.0052
  const count = twins ? 2 : roll < 0.05 ? 2 + Math.floor(random() * 2) : 1
  const twinsBorn = dayOf(random, 1950, 2020)
  return Array.from({ length: count }, (_, at) => {
    const sex = pick(random, ['Female', 'Male'])
    const firstName = firstNameOf(random, sex)
    const born = twins ? twinsBorn : dayOf(random, at === 0 ? 1940 : 1970, at === 0 ? 2000 : 2024)
    const email = `${firstName}.${lastName}.${String(pid + at)}@example.org`.toLowerCase()
    const middleName = chance(random, 0.3) ? firstNameOf(random, sex) : ''
    return {
      ...{ pid: pid + at, firstName, middleName, lastName, birthName: '', preferredName: '', born, sex },
      phones: count > 1 || chance(random, 0.85) ? [phone] : [],
      emails: chance(random, 0.5) ? [email] : [],
      postalCodes: chance(random, 0.95) ? [postal] : [],
    }
  })
}

/** One of ten is no patient here; a third of those is the brother, sister or twin of one. */
function registrantOf(random: Random, charts: readonly Chart[]): Registrant {
  const chart = pick(random, charts)
  if (!chance(random, 0.1)) return { claim: withSlips(random, claimOf(random, chart)), pid: chart.pid }
  const family = familyOf(random, 0)[0]
  const of = family ? (chance(random, 0.33) ? siblingOf(random, chart) : family) : chart
  return { claim: withSlips(random, claimOf(random, of)), pid: undefined }
}

function siblingOf(random: Random, chart: Chart): Chart {
  const names = [...girls, ...boys].filter((name) => name !== chart.firstName)
  const born = chance(random, 0.5) ? chart.born : dayOf(random, 1950, 2020)
  return { ...chart, firstName: pick(random, names), middleName: '', born, emails: [] }
}

/** Most give what the chart has; some have a new number, another address, no middle name. */
function claimOf(random: Random, chart: Chart): Claim {
  return {
    forWhom: 'me',
    firstName: chart.firstName,
    middleName: chance(random, 0.6) ? chart.middleName : '',
    lastName: chart.lastName,
    birthName: '',
    born: chart.born ?? '',
    sex: chance(random, 0.9) ? chart.sex : '',
    phone: chance(random, 0.8) ? (chart.phones[0] ?? phoneOf(random)) : phoneOf(random),
    email: chance(random, 0.7) ? (chart.emails[0] ?? 'new@example.org') : `other${String(random())}@example.org`,
    postalCode: chance(random, 0.85) ? (chart.postalCodes[0] ?? '') : '94110',
  }
}

const MARRIED = 0.03
const SLIPS = 0.05
const NICKNAMES = 0.3

function withSlips(random: Random, claim: Claim): Claim {
  const called = chance(random, NICKNAMES) ? (nicknames[claim.firstName] ?? claim.firstName) : claim.firstName
  const named = chance(random, MARRIED)
    ? { ...claim, lastName: surnameOf(random), birthName: chance(random, 0.6) ? claim.lastName : '' }
    : { ...claim, firstName: called }
  if (!chance(random, SLIPS)) return named
  const where = Math.floor(random() * 3)
  if (where === 0) return { ...named, firstName: slipIn(random, named.firstName) }
  if (where === 1) return { ...named, lastName: slipIn(random, named.lastName) }
  return { ...named, born: slippedDay(random, named.born) }
}

function slipIn(random: Random, name: string): string {
  const at = 1 + Math.floor(random() * (name.length - 2))
  const letter = pick(random, 'aeiourstlnm'.split(''))
  switch (Math.floor(random() * 4)) {
    case 0:
      return name.slice(0, at) + name.slice(at + 1)
    case 1:
      return name.slice(0, at) + letter + name.slice(at)
    case 2:
      return name.slice(0, at) + letter + name.slice(at + 1)
    default:
      return name.slice(0, at) + name.charAt(at + 1) + name.charAt(at) + name.slice(at + 2)
  }
}

function slippedDay(random: Random, born: string): string {
  const [year = '', month = '', day = ''] = born.split('-')
  if (Number(day) <= 12 && chance(random, 0.4)) return [year, day, month].join('-')
  const unit = String((Number(day.slice(1)) + 1 + Math.floor(random() * 8)) % 10)
  const slipped = `${day.slice(0, 1)}${unit}`
  if (chance(random, 0.5)) return [String(Number(year) + (chance(random, 0.5) ? 1 : 10)), month, day].join('-')
  return [year, month, slipped === '00' ? '05' : slipped].join('-')
}
