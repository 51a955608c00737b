/** A proposal beside the chart as it is now: what there is to decide, and a mark by which a page knows that it is still so. */
import type { Portal } from '../../../access/portal.js'
import { chartValues, plainChart, type ChartValues } from '../../../host/profile/chart.js'
import { insuranceFields, policiesOf, type Policy } from '../../../host/profile/insurance.js'
import { fieldsHere, type ProfileField } from '../../../host/profile/layout.js'
import { day as dayOf } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'
import { sha256 } from '../../../platform/ids.js'
import type { Change } from '../changes.js'
import { fieldStates, type FieldState } from '../merging.js'

export interface Weighed {
  fields: readonly ProfileField[]
  states: readonly FieldState[]
  /** Of what was proposed and what the chart says: another one, and the page shows something that is no longer so. */
  mark: string
  chart: ChartValues
  /** Of insurance: the one that runs. */
  policy: Policy | undefined
}

/** Undefined: there is no such chart. With `lock` the rows stay as they are until the transaction ends. */
export async function weigh(
  db: Queryable,
  { clock, site }: Portal,
  change: Change,
  lock?: 'lock',
): Promise<Weighed | undefined> {
  const { base, insuranceType, kind, pid, proposed } = change
  const chart = await chartValues(db, site, pid, lock)
  if (!chart) return undefined
  const fields = await (kind === 'profile' ? fieldsHere : insuranceFields)(db, site)
  const policies =
    kind === 'insurance' ? await policiesOf(db, site, { pid, day: dayOf(clock.now()), ...(lock ? { lock } : {}) }) : []
  const policy = policies.find(({ type }) => type === insuranceType)
  const now = kind === 'profile' ? plainChart(chart) : (policy?.values ?? {})
  const columns = fields.map(({ column }) => column)
  const states = fieldStates(columns, base, proposed, now)
  return { fields, states, mark: sha256(JSON.stringify(states)).slice(0, 32), chart, policy }
}
