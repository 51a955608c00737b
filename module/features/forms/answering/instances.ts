/** Repeating groups as they are saved: without empty instances between full ones. */
import type { Path, Value } from '../../../access/questionnaires/model.js'

type Values = ReadonlyMap<Path, readonly Value[]>

/** Everything below this instance is cleared: `meal@1`. */
export function without(values: Values, instance: string): Map<Path, readonly Value[]> {
  return new Map([...values].map(([path, each]) => [path, path.startsWith(`${instance}/`) ? [] : each]))
}

/** Instances that say something move up into the places of those that don't; what they leave is cleared. */
export function compacted(values: Values): Map<Path, readonly Value[]> {
  let all = new Map(values)
  // The innermost first, by what stands before their number: `meal@`.
  for (const start of startsIn(values).sort((one, other) => other.length - one.length)) all = compactedAt(all, start)
  return all
}

function startsIn(values: Values): string[] {
  const starts = [...values.keys()].flatMap((path) =>
    [...path.matchAll(/@\d+\//g)].map(({ index }) => path.slice(0, index + 1)),
  )
  return [...new Set(starts)]
}

function compactedAt(values: Map<Path, readonly Value[]>, start: string): Map<Path, readonly Value[]> {
  const inside = [...values].flatMap(([path, each]) => {
    const found = path.startsWith(start) ? /^(\d+)\/(.*)$/s.exec(path.slice(start.length)) : null
    return found ? [{ path, instance: Number(found[1]), rest: found[2] ?? '', each }] : []
  })
  const full = [...new Set(inside.filter(({ each }) => each.length > 0).map(({ instance }) => instance))].sort(
    (one, other) => one - other,
  )
  const after = new Map(values)
  for (const { path } of inside) after.set(path, [])
  for (const { instance, rest, each } of inside) {
    const place = full.indexOf(instance)
    if (place >= 0 && each.length > 0) after.set(`${start}${String(place)}/${rest}`, each)
  }
  return after
}
