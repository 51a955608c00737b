/** "Why?": somebody and something, put to the decision that admits, and every rule that it rests on. */
import { explainPatient, explainStaff, explainSubjects, type Explanation, type Step } from '../../access/explain.js'
import { accountMay, findAccount, owesFactorFor, patientMay, scopeOf, type PatientScope } from '../../access/scope.js'
import { staffMay, staffMember } from '../../access/staff.js'
import { factorStep, type WhyContext, type WhyStep } from '../../feature.js'
import { PORTAL_RIGHT, readAccessLists, type AccessLists, type HostGroup } from '../../host/gacl.js'
import { searchPatients } from '../../host/patients.js'
import { findStaffByName, searchStaff, type StaffUser } from '../../host/staff.js'
import { addressOf, type Route, type StaffContext } from '../../web/routes.js'
import { extents, groupsToDecideOn, patientPermissions, staffPermissions } from './matrix.js'
import { accountOfRecord, openedRecords, type OpenedRecord } from './people.js'
import { standingOfUser } from './standing.js'
import { permissionName, stepViews, subjectName, type About, type StepView } from './wording.js'

/** As it stands in the address: a question can be sent to a colleague. */
export interface Asked {
  /** What was typed of a name. */
  person: string
  /** Who was picked: `user:<username>` or `record:<opaque id>`. */
  who: string
  permission: string
  address: string
}

export function askedIn({ query }: StaffContext): Asked {
  const short = (name: string) => (query[name] ?? '').trim().slice(0, 300)
  return { person: short('person'), who: short('who'), permission: short('permission'), address: short('address') }
}

/** The form that asks, with what was typed. */
export function whyForm(context: StaffContext, asked?: Asked, errors: Readonly<Record<string, string>> = {}) {
  const { t, url } = context
  const options = (list: typeof staffPermissions) =>
    list.map(({ name }) => ({ value: name, text: permissionName(context, name), selected: name === asked?.permission }))
  return {
    action: url('/staff/portal/access/why'),
    person: asked?.person ?? '',
    address: asked?.address ?? '',
    groups: [
      { label: t('access.why.staffGroup'), options: options(staffPermissions) },
      { label: t('access.why.patientGroup'), options: options(patientPermissions) },
    ],
    errors: Object.entries(errors).map(([name, key]) => ({ name, text: t(key) })),
    fieldErrors: Object.fromEntries(Object.entries(errors).map(([name, key]) => [name, t(key)])),
  }
}

/** What is asked about: a permission, on the pages of one audience. */
export interface Thing {
  permission: string
  audience: 'staff' | 'account' | 'record' | 'anyone'
  /** Of a page: `POST /staff/portal/appointments/:id/decline`. */
  page?: string
}

/** The thing that was chosen, or every page at the address that was typed. Empty: there is none. */
export function thingsAsked(routes: readonly Route[], base: string, { permission, address }: Asked): Thing[] {
  if (address !== '') return routesAt(routes, pathIn(address, base)).map(thingOfRoute)
  if (staffPermissions.some(({ name }) => name === permission)) return [{ permission, audience: 'staff' }]
  if (patientPermissions.some(({ name }) => name === permission)) return [{ permission, audience: 'record' }]
  return []
}

function pathIn(address: string, base: string): string {
  const path = address.replace(/^https?:\/\/[^/]*/i, '').replace(/[?#].*$/, '')
  const below = base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length) : path
  return below.replace(/(.)\/+$/, '$1')
}

function routesAt(routes: readonly Route[], path: string): Route[] {
  const segments = path.split('/')
  return routes.filter((route) => {
    const pattern = addressOf(route).split('/')
    const fits = (part: string, at: number) => (part.startsWith(':') ? Boolean(segments[at]) : part === segments[at])
    return pattern.length === segments.length && pattern.every(fits)
  })
}

function thingOfRoute(route: Route): Thing {
  const audiences = { patientDoor: 'anyone', staffDoor: 'anyone', emr: 'staff', staff: 'staff' } as const
  const { audience, method, permission } = route
  return {
    permission,
    audience: audience === 'account' || audience === 'record' ? audience : audiences[audience],
    page: `${method.toUpperCase()} ${addressOf(route)}`,
  }
}

/** Somebody as they are picked: a staff user, or whoever opens a record. */
export interface Choice {
  who: string
  text: string
  /** Whose data the line shows. */
  pid: number | undefined
}

const FOUND_MOST = 10

/** Staff users by name, and the records of patients by name with who opens them. */
export async function choicesFor(context: StaffContext, person: string): Promise<Choice[]> {
  const { db } = context.portal
  const users = await searchStaff(db, person, FOUND_MOST)
  const patients = await searchPatients(db, person, FOUND_MOST)
  const opened = await openedRecords(
    db,
    patients.map(({ pid }) => pid),
  )
  const nameOf = (pid: number) => {
    const patient = patients.find((each) => each.pid === pid)
    return patient ? `${patient.firstName} ${patient.lastName}` : ''
  }
  return [
    ...users.map(({ username, name }) => ({ who: `user:${username}`, text: `${name} (${username})`, pid: undefined })),
    ...opened.map((record) => ({
      who: `record:${record.record}`,
      text: recordText(context, record, nameOf(record.pid)),
      pid: record.pid,
    })),
  ]
}

function recordText({ t }: WhyContext, { account, extent }: OpenedRecord, patient: string): string {
  if (extent === 'own') return t('access.why.ownRecord', { account })
  const known = extents.some(({ name }) => name === extent)
  return t('access.why.ofRecord', { patient, account, extent: known ? t(`access.extent.${extent}`) : extent })
}

export interface Answer {
  what: string
  page: string | undefined
  verdict: boolean
  /** Why nothing was asked of the rules at all. */
  closed: string | undefined
  steps: StepView[]
  fixes: { label: string; href: string }[]
  /** Asked after the rules, and owed. */
  factor?: WhyStep
}

export interface Answered {
  name: string
  pid: number | undefined
  answers: Answer[]
}

/** Undefined: nobody is called so. */
export async function answersOn(
  context: WhyContext,
  who: string,
  things: readonly Thing[],
): Promise<Answered | undefined> {
  const [, kind, id = ''] = /^(user|record):(.+)$/.exec(who) ?? []
  if (kind === 'user') return answersOnUser(context, id, things)
  return kind === 'record' ? answersOnRecord(context, id, things) : undefined
}

async function answersOnUser(
  context: WhyContext,
  username: string,
  things: readonly Thing[],
): Promise<Answered | undefined> {
  const { portal, t } = context
  const user = await findStaffByName(portal.db, username)
  if (!user) return undefined
  const policy = portal.policy()
  // Read as a request of theirs reads it; the access lists tell which of them brought a right.
  const member = await staffMember(portal.db, user.id)
  const lists = await readAccessLists(portal.db)
  const about: About = { lists, hostRules: standingOfUser(lists, user).hostRules }
  const answers = things.map((thing) => {
    const closed = closedToUser(context, thing, member !== undefined)
    if (closed !== undefined || !member) return refused(context, thing, closed)
    const explanation = explainStaff(policy, member.subjects, thing.permission)
    const verdict = staffMay(policy, member, thing.permission)
    return answer(context, thing, verdict, explanation, about, fixesForUser(context, user, explanation, about))
  })
  return { name: t('access.why.named', { name: user.name, username }), pid: undefined, answers }
}

function closedToUser({ t }: WhyContext, { audience }: Thing, atWork: boolean): string | undefined {
  if (audience === 'account' || audience === 'record') return t('access.why.forPatients')
  return atWork ? undefined : t('access.why.notAtWork')
}

async function answersOnRecord(
  context: WhyContext,
  record: string,
  things: readonly Thing[],
): Promise<Answered | undefined> {
  const { portal, t } = context
  const opened = await accountOfRecord(portal.db, record)
  if (!opened) return undefined
  const policy = portal.policy()
  const account = await findAccount(portal.db, portal, opened.accountId)
  const scope = account && scopeOf(account, record)
  const lists = await readAccessLists(portal.db)
  const answers = things.map((thing) => {
    if (thing.audience === 'staff') return refused(context, thing, t('access.why.forStaff'))
    if (!scope) return refused(context, thing, t('access.why.closed'))
    const isOfAccount = thing.audience === 'account'
    const owes = !isOfAccount && owesFactorFor(account, scope)
    const verdict = isOfAccount ? accountMay(policy, thing.permission) : patientMay(policy, scope, thing.permission)
    const explanation = isOfAccount
      ? explainSubjects(policy, ['anyone', 'account'], thing.permission)
      : explainPatient(policy, scope, thing.permission)
    const fixes = fixesForRecord(context, scope, explanation, lists)
    const byRules = answer(context, thing, verdict, explanation, { lists, hostRules: [] }, fixes)
    return owes ? owing(context, byRules) : byRules
  })
  const name = scope?.kind === 'chart' ? `${scope.patient.firstName} ${scope.patient.lastName}` : ''
  return { name: recordText(context, opened, name || t('access.why.aChart')), pid: opened.pid || undefined, answers }
}

function answer(
  context: WhyContext,
  { permission, page }: Thing,
  verdict: boolean,
  explanation: Explanation,
  about: About,
  fixes: Answer['fixes'],
): Answer {
  const steps = stepViews(context, explanation, about)
  return {
    what: permissionName(context, permission),
    page,
    verdict,
    closed: undefined,
    steps,
    fixes: verdict ? [] : fixes,
  }
}

/** Whatever the rules say, the record asks a second factor first. */
function owing(context: WhyContext, { fixes, steps, verdict, ...asked }: Answer): Answer {
  const factor = factorStep(context, false)
  return {
    ...{ ...asked, verdict: false, factor },
    // The rules decide where they refuse: they are asked first.
    steps: verdict ? steps.map((step) => ({ ...step, decides: false })) : steps,
    fixes: verdict ? [...factor.fixes] : fixes,
  }
}

function refused(context: WhyContext, { permission, page }: Thing, closed: string | undefined): Answer {
  return { what: permissionName(context, permission), page, verdict: false, closed, steps: [], fixes: [] }
}

/** For each step that says no: where what denies is decided; where nothing does, the groups that could be allowed. */
function fixesForUser(context: WhyContext, user: StaffUser, { steps }: Explanation, about: About): Answer['fixes'] {
  return steps
    .filter((step) => !step.allows)
    .flatMap((step) => {
      const denying = denialsOf(step, about)
      if (denying.length > 0) return denialFixes(context, denying, step.permission, about.lists)
      if (!staffPermissions.some(({ name }) => name === step.permission)) return []
      return groupsOfUser(about.lists, user).map((group) => groupFix(context, group, step.permission))
    })
}

/** Subjects that a denial names, in the rules or in the host's access lists. */
function denialsOf({ permission, rules }: Step, { lists, hostRules }: About): string[] {
  const denials = rules.filter(({ rule, decides }) => decides && rule.effect === 'deny').map(({ rule }) => rule.subject)
  const inHost = hostRules.filter(({ right, allow }) => right === PORTAL_RIGHT && allow === 0)
  const groups = lists.groups.filter(({ id }) => inHost.some(({ groupId }) => groupId === id))
  const ofHost = permission === 'portal:use' ? groups.map(({ value }) => `group:${value}`) : []
  return [...new Set([...denials, ...ofHost])]
}

function groupFix(context: WhyContext, { name, value }: HostGroup, permission: string): Answer['fixes'][number] {
  const key = permission === 'portal:use' ? 'access.fix.portalRight' : 'access.fix.allowGroup'
  const href = changeAddress(context, `group:${value}`, permission) ?? ''
  return { label: context.t(key, { group: name }), href }
}

function groupsOfUser(lists: AccessLists, user: StaffUser): HostGroup[] {
  const decidedOn = groupsToDecideOn(lists)
  return standingOfUser(lists, user).groups.filter(({ id }) => decidedOn.some((group) => group.id === id))
}

function fixesForRecord(
  context: WhyContext,
  scope: PatientScope,
  { decisive }: Explanation,
  lists: AccessLists,
): Answer['fixes'] {
  const denials = denialsOf(decisive, { lists, hostRules: [] })
  if (denials.length > 0) return denialFixes(context, denials, decisive.permission, lists)
  const href = changeAddress(context, scope.kind === 'own' ? 'own' : `extent:${scope.extent}`, decisive.permission)
  const canBeGiven = patientPermissions.some(({ name }) => name === decisive.permission)
  return href !== undefined && canBeGiven ? [{ label: context.t('access.fix.allowExtent'), href }] : []
}

function denialFixes(
  context: WhyContext,
  subjects: readonly string[],
  permission: string,
  lists: AccessLists,
): Answer['fixes'] {
  return subjects.flatMap((subject) => {
    const href = changeAddress(context, subject, permission)
    const label = context.t('access.fix.denial', { who: subjectName(context, subject, lists) })
    return href === undefined ? [] : [{ label, href }]
  })
}

/** Where a subject's rule on a permission is decided; undefined for those that only the module speaks of. */
function changeAddress({ url }: WhyContext, subject: string, permission: string): string | undefined {
  const extent = extents.find((each) => each.subject === subject)
  const [, kind, value = ''] = /^(group|user):(.+)$/.exec(subject) ?? []
  const place = extent ? `extents/${extent.name}` : kind && `${kind}s/${encodeURIComponent(value)}`
  return place && url(`/staff/portal/access/${place}?permission=${encodeURIComponent(permission)}`)
}
