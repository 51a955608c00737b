/** Staff decide field by field: one transaction, in which the chart gets what was accepted and nothing else. */
import type { Portal } from '../../../access/portal.js'
import type { StaffMember } from '../../../access/staff.js'
import { closeActivity } from '../../../host/profile/activity.js'
import { writeChart } from '../../../host/profile/chart.js'
import {
  formerSubscribers,
  insuranceCompanies,
  isDayTaken,
  placementOf,
  writePolicy,
} from '../../../host/profile/insurance.js'
import { serializeMap } from '../../../host/profile/map.js'
import type { Actor } from '../../../platform/audit.js'
import { day as dayOf, wallClock, type Day } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { endChange, type Change } from '../changes.js'
import { decide, type Choice, type Outcome, type Values } from '../merging.js'
import { endsBeforeItBegins, faultIn, type FieldFaults } from '../reading.js'
import { readWhomToTell, tellFormerAddress, tellSender } from '../telling.js'
import { inHand, rowOf, tellOfDecision, whyNotNow, type NotDecided, type Which } from './deed.js'
import { weigh, type Weighed } from './weighing.js'

export interface Decided {
  which: Which
  /** As the form says whose it is; another patient's is not found. */
  pid: number
  /** What the page showed (weighing.ts): nothing else is decided. */
  mark: string
  choices: ReadonlyMap<string, Choice>
  /** Accept whatever is open. */
  all: boolean
  /** Of insurance: insurance_companies.id. */
  companyId: number | undefined
}

export type DecisionOutcome =
  | { ok: true; outcomes: readonly Outcome[] }
  | NotDecided
  /** The patient changed it, or somebody the chart, since the page was opened. */
  | { ok: false; reason: 'changed' }
  /** Fields for which nothing was chosen. */
  | { ok: false; reason: 'undecided'; columns: readonly string[] }
  /** What staff would write can't stand in the chart. */
  | { ok: false; reason: 'unfit'; faults: FieldFaults }

export function decideChange(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  input: Decided,
): Promise<DecisionOutcome> {
  return inHand(portal, input.which, input.pid, async (tx, change): Promise<DecisionOutcome> => {
    if (!change) return { ok: false, reason: 'not-found' }
    const refusal = whyNotNow(portal, member, change)
    if (refusal) return refusal
    const weighed = await weigh(tx, portal, change, 'lock')
    if (!weighed) return { ok: false, reason: 'not-found' }
    if (input.mark !== weighed.mark) return { ok: false, reason: 'changed' }
    const decision = decide(weighed.states, input.choices, input.all)
    if (!decision.ok) return { ok: false, reason: 'undecided', columns: decision.undecided }
    const { outcomes, writes } = decision
    const faults = await faultsIn(tx, portal, change, weighed, writes, input.companyId)
    if (Object.keys(faults).length > 0) return { ok: false, reason: 'unfit', faults }
    return carryOut(tx, portal, member, actor, { change, weighed, outcomes, writes, companyId: input.companyId })
  })
}

/** What can't stand in the chart; of an insurance also its company, which whoever decides chooses, and its first day. */
async function faultsIn(
  tx: Tx,
  { clock }: Portal,
  { insuranceType: type, pid }: Change,
  { fields, policy: before }: Weighed,
  writes: Values,
  companyId: number | undefined,
): Promise<FieldFaults> {
  const faults: Record<string, string> = {}
  for (const field of fields) {
    const value = writes[field.column]
    const fault = value === undefined ? undefined : faultIn(field, value, clock)
    if (fault !== undefined) faults[field.column] = fault
  }
  if (type === undefined || Object.keys(writes).length === 0) return faults
  const write = { pid, type, before, values: writes, today: dayOf(clock.now()) }
  if (endsBeforeItBegins(daysWritten(before, writes, write.today))) {
    faults[writes['date_end'] === undefined ? 'date' : 'date_end'] ??= 'profile.fault.endsBefore'
  }
  if (faults['date'] === undefined && (await isDayTaken(tx, write))) faults['date'] = 'profileChanges.fault.dayTaken'
  if (writes['company'] === undefined) return faults
  const known = companyId !== undefined && (await insuranceCompanies(tx)).some(({ id }) => id === companyId)
  return known ? faults : { ...faults, company: 'profileChanges.fault.company' }
}

/** First and last day of the row as it will stand, where either is written: only one of the two may be accepted. */
function daysWritten(before: Weighed['policy'], writes: Values, today: Day): Values {
  if (writes['date'] === undefined && writes['date_end'] === undefined) return {}
  const placement = placementOf(before, writes['date'], today)
  if (placement.is === 'another') return { date: placement.first, date_end: writes['date_end'] ?? '' }
  const { date = '', date_end = '' } = { ...before?.values, ...writes }
  return { date, date_end }
}

interface Deed {
  change: Change
  weighed: Weighed
  outcomes: readonly Outcome[]
  writes: Values
  companyId: number | undefined
}

async function carryOut(
  tx: Tx,
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  deed: Deed,
): Promise<DecisionOutcome> {
  const { change, outcomes, weighed, writes } = deed
  const { pid } = change
  const whom = await readWhomToTell(tx, change)
  const row = await rowOf(tx, portal, change)
  if (change.kind === 'profile') await commit(tx, portal, member, deed)
  else await commitPolicy(tx, portal, deed)
  await endChange(tx, portal, row.id, { state: 'decided', by: member.username, outcomes })
  const clears = change.kind === 'insurance' ? formerSubscribers(weighed.policy, writes) : []
  const left = weighed.asides.map(({ column }) => column)
  await tellOfDecision(tx, portal, member, actor, { change, row, outcomes, clears, left })
  await tellSender(tx, portal, actor, { whom, change, receipt: row.receipt })
  if ('email' in writes || 'email_direct' in writes) await tellFormerAddress(tx, portal, actor, { whom, pid })
  return { ok: true, outcomes }
}

/** The accepted columns, and the host's row as its own screen would leave it. */
async function commit(
  tx: Tx,
  { clock }: Portal,
  member: StaffMember,
  { change: { activityId = 0, note, pid }, weighed, writes }: Deed,
): Promise<void> {
  await writeChart(tx, pid, writes)
  await closeActivity(tx, {
    ...{ id: activityId, pid, by: member.id, at: wallClock(clock.now()) },
    args: serializeMap(weighed.chart, writes, note),
    committed: Object.keys(writes).length > 0,
  })
}

async function commitPolicy(
  tx: Tx,
  { clock, site }: Portal,
  { change: { insuranceType, pid }, companyId, weighed, writes }: Deed,
): Promise<void> {
  if (insuranceType === undefined || Object.keys(writes).length === 0) return
  await writePolicy(tx, {
    ...{ site, pid, type: insuranceType, before: weighed.policy, values: writes, today: dayOf(clock.now()) },
    companyId: writes['company'] === undefined ? undefined : companyId,
  })
}
