/** The host has several ways to say that there is nothing: NULL, a zero date, 0 (facts §12.3). */
import type { Day } from '../platform/clock.js'

export function dayOrNone(value: string | null): Day | undefined {
  return value === null || value.startsWith('0000') ? undefined : value
}

export function idOrNone(value: number | null): number | undefined {
  return value !== null && value > 0 ? value : undefined
}
