/**
 * What the chart said when a form was opened, sealed into it: what the patient did not touch is not proposed, even where
 * the practice changed it meanwhile, and what they did touch shows against what they saw.
 */
import type { Portal } from '../../../access/portal.js'
import { seal, unseal } from '../../../platform/sealed.js'
import type { Values } from '../merging.js'

const PURPOSE = 'profile-seen'

export function sealSeen({ secret }: Pick<Portal, 'secret'>, record: string, values: Values): string {
  return seal(secret, PURPOSE, JSON.stringify({ record, values }))
}

/** Undefined: not sealed by us, or for another record. */
export function openSeen({ secret }: Pick<Portal, 'secret'>, record: string, sealed: string): Values | undefined {
  const text = unseal(secret, PURPOSE, sealed)
  if (text === undefined) return undefined
  const read = JSON.parse(text) as { record: string; values: Values }
  return read.record === record ? read.values : undefined
}
