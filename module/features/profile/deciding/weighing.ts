/** A proposal beside the chart as it is now: what there is to decide, and a mark by which a page knows that it is still so. */
import type { Portal } from '../../../access/portal.js'
import { chartValues, plainChart, type ChartValues } from '../../../host/profile/chart.js'
import {
  fieldsBeside,
  formerSubscribers,
  insuranceFields,
  policiesOf,
  policyMeant,
  type Policy,
} from '../../../host/profile/insurance.js'
import { fieldsHere, type ProfileField } from '../../../host/profile/layout.js'
import { day as dayOf } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'
import { sha256 } from '../../../platform/ids.js'
import type { Change } from '../changes.js'
import { asidesIn, fieldStates, type Aside, type FieldState, type Values } from '../merging.js'
import { columnsAside, isChartNewer } from '../newerChart.js'

export interface Weighed {
  fields: readonly ProfileField[]
  states: readonly FieldState[]
  /** What the host's own portal sent besides: nothing of it is decided here. */
  asides: readonly Aside[]
  /** Of what was proposed and what the chart says: another one, and the page shows something that is no longer so. */
  mark: string
  chart: ChartValues
  /** Of insurance: the one that it is about. */
  policy: Policy | undefined
}

/** Undefined: there is no such chart. With `lock` the rows stay as they are until the transaction ends. */
export async function weigh(
  db: Queryable,
  portal: Portal,
  change: Change,
  lock?: 'lock',
): Promise<Weighed | undefined> {
  const { base, kind, pid, proposed } = change
  const chart = await chartValues(db, portal.site, pid, lock)
  if (!chart) return undefined
  const policy = kind === 'insurance' ? await policyOf(db, portal, change, lock) : undefined
  const fields =
    kind === 'profile'
      ? await fieldsHere(db, portal.site)
      : fieldsBeside(await insuranceFields(db, portal.site), policy)
  const now = kind === 'profile' ? plainChart(chart) : (policy?.values ?? {})
  const columns = fields.map(({ column }) => column)
  const states = fieldStates(columns, base, proposed, now, await isChartNewer(db, portal, change, lock))
  const asides = kind === 'profile' ? asidesIn(columnsAside(columns), base, proposed, now) : []
  const clears = formerSubscribers(policy, proposedIn(states)).map((column) => [column, policy?.unshown[column]])
  const shown = [policy?.id ?? 0, policy?.values['date'] ?? '', states, clears, asides]
  const mark = sha256(JSON.stringify(shown)).slice(0, 32)
  return { fields, states, asides, mark, chart, policy }
}

/** What would be written if all of it were accepted. */
export function proposedIn(states: readonly FieldState[]): Values {
  return Object.fromEntries(states.map(({ column, proposed }) => [column, proposed]))
}

async function policyOf(
  db: Queryable,
  { clock, site }: Portal,
  { insuranceType, pid, proposed }: Change,
  lock: 'lock' | undefined,
): Promise<Policy | undefined> {
  const policies = await policiesOf(db, site, { pid, day: dayOf(clock.now()), ...(lock ? { lock } : {}) })
  return policyMeant(policies, insuranceType, proposed['date'])
}
