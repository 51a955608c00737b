import { refuse, type Refused } from './context.js'
import type { Journal } from './migrate.js'

/** Below zero when `a` is the older of two versions (x.y.z), above when the newer. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number)
  const right = b.split('.').map(Number)
  const at = [0, 1, 2].find((part) => (left[part] ?? 0) !== (right[part] ?? 0)) ?? 0
  return (left[at] ?? 0) - (right[at] ?? 0)
}

/** Refuses where the database was written by a newer Foyer: what that one knows, this one cannot keep whole. */
export function whyTooOld(own: string, installed: string | undefined, journal: Journal): Refused | undefined {
  const newer = installed !== undefined && compareVersions(installed, own) > 0
  if (!newer && journal.unknown.length === 0) return undefined
  const said = newer
    ? ({ key: 'life.newerInstalled', params: { version: installed, own } } as const)
    : ({ key: 'life.newerSteps', params: { own } } as const)
  return refuse('newer-installed', said)
}
