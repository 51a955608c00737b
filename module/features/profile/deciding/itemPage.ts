/** One proposal beside the chart: official, proposed, and what was seen where that differs; and everything to decide it. */
import { formerSubscribers, insuranceCompanies, placementOf } from '../../../host/profile/insurance.js'
import { plainValue } from '../../../host/profile/chart.js'
import { whomToTell } from '../../../host/reads/profileChanges.js'
import { colleagues } from '../../../host/reads/staffAppointments.js'
import { day as dayOf } from '../../../platform/clock.js'
import type { FieldError } from '../../../web/layout.js'
import { holderView } from '../../../web/claiming.js'
import { writeInstant, writeMoment } from '../../../web/instant.js'
import { writeDay } from '../../../web/times.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import { knownRelationship } from '../../../access/scope.js'
import { holderOf, type Change } from '../changes.js'
import { controlOf, fieldLabel, valueText } from '../fieldText.js'
import { isSame, type Aside, type FieldState, type Outcome } from '../merging.js'
import { outcomeTag, stateTag } from '../stateTag.js'
import type { Which } from './deed.js'
import { pathOf } from './queue.js'
import { proposedIn, weigh, type Weighed } from './weighing.js'

/** What was typed when nothing came of it, by the form's names. */
export type Typed = Readonly<Record<string, string>>

/** View: /profile/deciding/item */
export async function itemPage(
  context: StaffContext,
  which: Which,
  change: Change,
  errors: readonly FieldError[],
  typed: Typed | undefined,
) {
  const { portal, t, url } = context
  const weighed = await weigh(portal.db, portal, change)
  const open = change.state === 'waiting'
  const base = `/staff/portal${pathOf(which)}`
  const [people, companies] = await Promise.all([
    open ? colleagues(portal.db) : Promise.resolve([]),
    open && change.kind === 'insurance' ? insuranceCompanies(portal.db) : Promise.resolve([]),
  ])
  const states = open ? (weighed?.states ?? []) : []
  const said = (column: string) => plainValue(weighed?.chart.get(column))
  const addresses = states.filter(({ column, standing }) => column.startsWith('email') && standing !== 'there')
  return {
    backHref: url('/staff/portal/profile-changes'),
    patientHref: url(`/staff/portal/patients/${String(change.pid)}`),
    name: personName(said('lname'), said('fname')),
    born: bornText(context, said('DOB') === '' ? undefined : said('DOB')),
    kind: kindText(context, change),
    status: stateTag(context, change),
    open,
    pid: change.pid,
    mark: typed?.['version'] ?? weighed?.mark ?? '',
    facts: factsOf(context, change),
    note: change.note,
    holder:
      change.state === 'waiting'
        ? holderView(context, { holder: holderOf(portal, change)?.by, people, base, choose: 'profile.choose' })
        : undefined,
    action: url(`${base}/decision`),
    lines: states.map((state) => lineView(context, weighed, state, typed, errors)),
    about: open && weighed && change.kind === 'insurance' ? aboutText(context, change, weighed) : undefined,
    clears: open && weighed ? clearsText(context, change, weighed) : undefined,
    company: companyView(context, states, companies, typed, errors),
    conflicts: states.some(({ standing }) => standing === 'conflict'),
    mayAcceptAll: states.length > 1 && states.some(({ standing }) => standing === 'open'),
    /** Where something is refused, "all" is not what it says. */
    acceptAllText: t(
      states.some(({ column }) => typed?.[`outcome_${column}`] === 'refuse')
        ? 'profileChanges.acceptOthers'
        : 'profileChanges.acceptAll',
    ),
    unknown: states.some(({ standing }) => standing === 'unknown'),
    asides: open ? (weighed?.asides ?? []).map((aside) => asideView(context, aside)) : [],
    address: addresses.length > 0 ? await addressText(context, change) : undefined,
    outcomes: open ? [] : change.outcomes.map((each) => outcomeView(context, weighed, each)),
    decided: decidedText(context, change),
    errors,
    nothing: open && states.length === 0 ? t('profileChanges.nothing') : undefined,
  }
}

function kindText({ t }: StaffContext, { insuranceType, kind }: Change): string {
  return t(kind === 'profile' ? 'profile.change.profile' : `profile.insurance.${insuranceType ?? 'primary'}`)
}

function factsOf(context: StaffContext, change: Change) {
  const { t } = context
  const { actedBy, createdAt, receipt, relationship, sentInHost } = change
  const line = (key: string, text: string | undefined) =>
    text === undefined || text === '' ? [] : [{ term: t(`profileChanges.${key}`), text }]
  const who =
    relationship === undefined || relationship === 'self' ? actedBy : `${actedBy}, ${roleOf(context, relationship)}`
  return [
    ...line('receipt', receipt),
    ...line('sentBy', change.id === undefined || change.base === undefined ? t('profileChanges.fromHost') : who),
    ...line('sentAt', createdAt === undefined ? momentText(context, sentInHost) : writeInstant(context, createdAt)),
  ]
}

/** Of the host's row; it may say none. */
function momentText(context: StaffContext, at: string | undefined): string {
  return at === undefined || plainValue(at) === '' ? '' : writeMoment(context, at)
}

/** Of insurance: which row of the chart it is about, and whether it changes that one or adds another. */
function aboutText({ language, portal, t }: StaffContext, { proposed }: Change, { policy }: Weighed): string {
  const placement = placementOf(policy, proposed['date'], dayOf(portal.clock.now()))
  const begins = policy?.values['date'] ?? ''
  const from = begins === '' ? t('profileChanges.insurance.noDay') : writeDay(begins, language)
  if (placement.is !== 'another') {
    const key = placement.is === 'row' && policy?.coming === true ? 'coming' : placement.is
    return t(`profileChanges.insurance.${key}`, { from })
  }
  const day = writeDay(placement.first, language)
  if (policy) return t('profileChanges.insurance.another', { from, day })
  const said = (proposed['date'] ?? '') !== ''
  return t(said ? 'profileChanges.insurance.first' : 'profileChanges.insurance.today', { day })
}

/** What the form does not show of the former subscriber, and what becomes of it with another; undefined: nothing is there. */
function clearsText(
  { portal, t }: StaffContext,
  { proposed }: Change,
  { policy, states }: Weighed,
): string | undefined {
  const columns = formerSubscribers(policy, proposedIn(states))
  if (columns.length === 0) return undefined
  const kinds = ofSubscriber.filter(({ is }) => columns.some((column) => is.test(column)))
  const what = kinds.map(({ kind }) => t(`profileChanges.subscriber.${kind}`)).join(', ')
  const { is } = placementOf(policy, proposed['date'], dayOf(portal.clock.now()))
  return t(is === 'another' ? 'profileChanges.insurance.notTaken' : 'profileChanges.insurance.clears', { what })
}

/** What staff call the columns that no form shows; every `subscriber_` column is one of them. */
const ofSubscriber = [
  { kind: 'mname', is: /^subscriber_mname$/ },
  { kind: 'ss', is: /^subscriber_ss$/ },
  { kind: 'sex', is: /^subscriber_sex$/ },
  { kind: 'address', is: /^subscriber_(?:street|street_line_2|postal_code|city|state|country)$/ },
  { kind: 'phone', is: /^subscriber_phone$/ },
  { kind: 'employer', is: /^subscriber_employer/ },
  {
    kind: 'other',
    is: /^subscriber_(?!mname$|ss$|sex$|street$|street_line_2$|postal_code$|city$|state$|country$|phone$|employer)/,
  },
] as const

function roleOf({ t }: StaffContext, relationship: string): string {
  return t(`profileChanges.role.${knownRelationship(relationship)}`)
}

function lineView(
  context: StaffContext,
  weighed: Weighed | undefined,
  state: FieldState,
  typed: Typed | undefined,
  errors: readonly FieldError[],
) {
  const { t } = context
  const { base, chart, column, proposed, standing } = state
  const field = weighed?.fields.find((each) => each.column === column)
  const fault = errors.find(({ name }) => name === `value_${column}`)?.text
  const chosen = typed ? (typed[`outcome_${column}`] ?? '') : standing === 'open' ? 'accept' : ''
  return {
    column,
    term: fieldLabel(context, column),
    official: valueText(context, field, chart),
    seen: standing === 'conflict' ? valueText(context, field, base ?? '') : undefined,
    proposed: valueText(context, field, proposed),
    standing,
    status: {
      open: { tone: 'info', icon: 'pencil', text: t('profileChanges.standing.open') },
      conflict: { tone: 'warning', text: t('profileChanges.standing.conflict') },
      unknown: { tone: 'warning', icon: 'question-circle', text: t('profileChanges.standing.unknown') },
      there: { tone: 'success', text: t('profileChanges.standing.there') },
    }[standing],
    control:
      field && column !== 'company'
        ? {
            ...controlOf(context, field, {
              name: `value_${column}`,
              value: typed?.[`value_${column}`] ?? proposed,
              error: fault,
            }),
            label: t('profileChanges.value', { field: fieldLabel(context, column) }),
            required: undefined,
            autocomplete: 'off',
          }
        : undefined,
    accept: chosen === 'accept',
    refuse: chosen === 'refuse',
    error: errors.find(({ name }) => name === `outcome_${column}`)?.text,
    note: typed?.[`note_${column}`] ?? '',
    noteError: errors.find(({ name }) => name === `note_${column}`)?.text,
  }
}

function asideView(context: StaffContext, { chart, column, proposed }: Aside) {
  const text = (value: string) =>
    value === '' ? context.t('profile.nothing') : column === 'ss' ? lastOf(value) : value
  return { column, term: fieldLabel(context, column), official: text(chart), proposed: text(proposed) }
}

/** Of a social security number no more than it takes to tell two apart. */
function lastOf(value: string): string {
  return value.length > 4 ? `…${value.slice(-4)}` : '…'
}

function companyView(
  { t }: StaffContext,
  states: readonly FieldState[],
  companies: readonly { id: number; name: string }[],
  typed: Typed | undefined,
  errors: readonly FieldError[],
) {
  const state = states.find(({ column }) => column === 'company')
  if (!state) return undefined
  const named = companies.find(({ name }) => isSame(name.toLowerCase(), state.proposed.toLowerCase()))
  const chosen = typed?.['companyId'] ?? (named ? String(named.id) : '')
  return {
    options: [
      { value: '', text: t('profile.choose') },
      ...companies.map(({ id, name }) => ({ value: String(id), text: name, selected: String(id) === chosen })),
    ],
    error: errors.find(({ name }) => name === 'companyId')?.text,
  }
}

/** Where letters and new passwords go is about to change: whoever accepts it should know. */
async function addressText({ portal, t }: StaffContext, { accountId, pid }: Change): Promise<string> {
  const whom = await whomToTell(portal.db, pid, accountId)
  const own = whom?.account_email ?? ''
  return own === '' ? t('profileChanges.address') : t('profileChanges.addressOwn', { address: own })
}

function outcomeView(context: StaffContext, weighed: Weighed | undefined, outcome: Outcome) {
  const field = weighed?.fields.find((each) => each.column === outcome.column)
  return {
    term: fieldLabel(context, outcome.column),
    before: valueText(context, field, outcome.before),
    proposed: valueText(context, field, outcome.proposed),
    after: valueText(context, field, outcome.after),
    status: outcomeTag(context, outcome),
    note: outcome.note,
  }
}

function decidedText(context: StaffContext, change: Change): string | undefined {
  if (change.state === 'waiting') return undefined
  const { t } = context
  const { decidedAt, decidedInHost } = change
  const at = decidedAt === undefined ? momentText(context, decidedInHost) : writeInstant(context, decidedAt)
  const by = change.decidedBy ?? (change.state === 'withdrawn' ? change.actedBy : t('profileChanges.somebody'))
  return t('profileChanges.decidedBy', { state: stateTag(context, change).text, by, at })
}
