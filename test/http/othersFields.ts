/** What fields of forms name: nothing that is anybody's, something beside what the address names, or something by itself. */
import type { Route } from '../../module/web/routes.js'
import { loginOf, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { nameOf, pathTo } from './asking.js'
import { samples, type Sample } from './samples.js'

/** Words, numbers and marks of what was seen, and what is the practice's own: its people, lists, times and forms. */
export const namesNobody = new Set([
  ...['current', 'password', 'email', 'language', 'code', 'checked', 'reason', 'name', 'changeInHost', 'seen', 'note'],
  ...['relationship', 'deliver', 'mobile', 'asked', 'extent', 'until', 'birthDate', 'adolescentAge', 'adultAge'],
  ...['adolescentExtent', 'when', 'forWhom', 'firstName', 'middleName', 'lastName', 'birthName', 'born', 'sex'],
  ...[
    'phone',
    'postalCode',
    'message',
    'answer',
    'to',
    'release',
    'take',
    'move',
    'despite',
    'question',
    'date',
    'time',
  ],
  ...['at', 'slot', 'category', 'provider', 'action', 'status', 'state', 'then', 'alternative[]', 'wanted', 'late'],
  ...['content', 'preview', 'anyway', 'title', 'on', 'group', 'profile', 'dueOn', 'remindDays', 'everyDays'],
  ...['page', 'number', 'type', 'denial_reason', 'signature_type', 'sign_kind', 'signer', 'denial', 'tell', 'all'],
  ...['json', 'sample', 'from', 'titleEs', 'description', 'descriptionEs', 'kind', 'text', 'item', 'way', 'counted'],
  ...['bandFrom', 'bandLabel', 'bandLabelEs', 'bandFlag', 'categoryId', 'daysBefore', 'ageFrom', 'ageUntil', 'dueDays'],
  ...[
    'save',
    'active',
    'companyId',
    'form',
    'field',
    'permission',
    'effect',
    'city',
    'companyId',
    'textEs',
    'required',
  ],
  ...['repeats', 'maxLength', 'unit', 'initial', 'urgentFrom', 'urgentWhen', 'behaviour', 'choiceWas', 'choicePlace'],
  ...[
    'choiceText',
    'choiceTextEs',
    'choiceValue',
    'choiceUrgent',
    'whenQuestion',
    'whenOperator',
    'whenAnswer',
    'more',
  ],
  // What becomes of what the address names.
  'go',
  // One's own, sealed to whoever is signed in, or a name of a parent as the family wrote it.
  ...['sealed', 'recipient', 'outcome_city', 'outcome_policy_number'],
  // Of what the address names: how often it was written.
  'version',
])

/** Read as a whole, by the questions that they put: nothing is looked up by what they say. */
export const wholesale = [
  'POST /portal/records/:record/documents/filled/:id',
  'POST /portal/records/:record/forms/:id',
  'POST /portal/records/:record/forms/:id/draft',
  'POST /portal/records/:record/profile/edit/:section',
  'POST /portal/records/:record/profile/insurance/:type',
  'POST /staff/portal/settings',
]

const SUBMISSIONS = 'POST /staff/portal/documents/submissions/:id'
const VISITS = 'POST /staff/portal/appointments/:id'
const [gone, lost] = [
  [404, 409, 422],
  [409, 422],
]

/** The field names what the address does too, or what it must belong to; with what a pair that is none is answered. */
export const bothNamed: Readonly<Record<string, readonly number[]>> = {
  ...Object.fromEntries(
    ['filing', 'signature', 'return', 'denial'].flatMap((deed) =>
      ['submission', 'pid', 'sha256'].map((field) => [`${SUBMISSIONS}/${deed} ${field}`, gone]),
    ),
  ),
  ...Object.fromEntries(
    ['status', 'decline', 'proposal', 'overbooking', 'proposal/withdrawal'].map((deed) => [
      `${VISITS}/${deed} version`,
      lost,
    ]),
  ),
  'POST /staff/portal/documents/filing id[]': [303],
  'POST /staff/portal/forms/assignments/:id/withdrawal pid': gone,
  'POST /staff/portal/forms/:id/claim pid': gone,
  'POST /staff/portal/forms/:id/review pid': gone,
  'POST /staff/portal/forms/:id/return pid': gone,
  'POST /staff/portal/profile-changes/:id/decision pid': gone,
  'POST /staff/portal/profile-changes/insurance/:id/decision pid': gone,
  'POST /staff/portal/patients/:pid/family register[]': gone,
  'POST /staff/portal/patients/:pid/credential loginName': gone,
  'POST /staff/portal/templates/asking/:pid template': gone,
  'POST /portal/records/:record/appointments/:id/acceptance proposal': gone,
  'POST /portal/records/:record/appointments/:id/answer proposal': gone,
  'POST /portal/records/:record/documents/filled/:id/submission seen': gone,
  'POST /portal/records/:record/documents/archive document': gone,
}

/** The field names something by itself, and why that is nobody else's affair. */
export const named: Readonly<Record<string, string>> = {
  'POST /portal/account/sessions/ending session': 'its own sentence',
  'POST /staff/portal/appointments/undo token': 'its own sentence',
  'POST /staff/portal/documents/filing/undo token': 'its own sentence',
  'POST /staff/portal/appointments/bulk id[]': 'whichever rows of the queue are ticked',
  'POST /staff/portal/registrations/:id/link pid': 'whichever chart staff recognise them as',
  'POST /staff/portal/accounts/:account/merging into': 'whichever account is the same person’s',
  'POST /staff/portal/forms/assigning pid': 'whoever is asked',
  'POST /staff/portal/forms/rules pid': 'not read',
  'POST /staff/portal/templates/:id/asking template': 'not read: the address names it',
  'POST /staff/portal/patients/:pid/credential/judgement loginName': 'only held against the password',
  'POST /portal/codes pin': 'whoever holds it, once (pins.test.ts)',
  'POST /portal/codes _once': 'a press of the same account (codesOnce.test.ts)',
  'POST /staff/portal/patients/:pid/codes/:code/reissue pin': 'not read',
  'POST /portal/account/second-factor/passkeys passkey': 'an answer to one’s own question (secondFactor.test.ts)',
  'POST /staff/portal/account/passkeys passkey': 'an answer to one’s own question (secondFactor.test.ts)',
  ...Object.fromEntries(
    ['family', 'welcome', 'codes/new'].map((path) => [
      `POST /staff/portal/patients/:pid/${path} notRegistered[]`,
      'silences a question about one of the same patient (pins.test.ts)',
    ]),
  ),
  ...Object.fromEntries(
    ['family', 'welcome', 'codes/new'].map((path) => [
      `POST /staff/portal/patients/:pid/${path} notBarred[]`,
      'a grant of the same chart, or nothing (codesDespite.test.ts)',
    ]),
  ),
  'POST /staff/portal/patients/:pid/codes/:code/bars bars[]':
    'a grant of the same chart, or nothing (codesDespite.test.ts)',
  'POST /staff/portal/patients/:pid/credential _once': 'a press of the same member',
  'POST /staff/portal/patients/:pid/documents _once': 'a press of the same member',
}

/** What the page of one's own would send along, where its sample leaves that out. */
export async function ownFields(
  practice: TestPractice,
  admin: Visitor,
  route: Route,
  own: Sample,
): Promise<Record<string, string>> {
  const name = nameOf(route)
  if (name.startsWith(VISITS)) {
    const seen = await fieldsOf(admin, `/staff/portal/appointments/${own.params?.['id'] ?? ''}`, ['version'])
    // A time at which nobody's sample stands.
    return { ...seen, ...(name.endsWith('/proposal') ? { time: '10:45' } : {}) }
  }
  if (name.endsWith('/decision')) {
    return fieldsOf(admin, pathTo(route, '', own).replace(/\/decision$/, ''), ['pid', 'version'])
  }
  if (/\/(acceptance|answer)$/.test(name)) return { proposal: await proposalOf(practice, own) }
  return {}
}

/** What the other's form would say in this field. */
export async function othersValue(
  practice: TestPractice,
  admin: Visitor,
  route: Route,
  { body, field, theirs }: { field: string; theirs: Sample; body: Record<string, string> },
): Promise<string> {
  const { john } = practice.patients
  switch (`${nameOf(route)} ${field}`) {
    case 'POST /staff/portal/documents/filing id[]':
      return [...(body[field] ?? '').split('.').slice(0, 2), await othersBytes(practice)].join('.')
    case 'POST /staff/portal/patients/:pid/credential loginName':
      return loginOf('john')
    case 'POST /staff/portal/templates/asking/:pid template':
      // A copy that was sent to another.
      return (await askedDocument(practice, john)).params?.['template'] ?? ''
    case 'POST /staff/portal/patients/:pid/family register[]':
      return String(john)
  }
  if (field === 'sha256') return othersBytes(practice)
  const there = { ...(await ownFields(practice, admin, route, theirs)), ...theirs.body }
  return field === 'pid' ? String(john) : (there[field] ?? '')
}

/** SHA-256 of what John sent: a filled document, unlike every file. */
async function othersBytes(practice: TestPractice): Promise<string> {
  const sample = await samples[`${SUBMISSIONS}/return`]?.(practice, practice.patients.john)
  return sample?.body?.['sha256'] ?? ''
}

async function askedDocument(practice: TestPractice, pid: number): Promise<Sample> {
  return (await samples['POST /portal/records/:record/documents/asked/:template']?.(practice, pid)) ?? {}
}

async function fieldsOf(who: Visitor, path: string, names: readonly string[]): Promise<Record<string, string>> {
  const { body } = await who.get(path)
  return Object.fromEntries(
    names.map((name) => [name, new RegExp(`name="${name}" value="([^"]+)"`).exec(body)?.[1] ?? '']),
  )
}

async function proposalOf({ db }: TestPractice, { params }: Sample): Promise<string> {
  const row = await db.first<{ id: number }>(`SELECT id FROM foyer_appointment_proposals WHERE pc_eid = :eid`, {
    eid: params?.['id'] ?? '',
  })
  return String(row?.id ?? '')
}
