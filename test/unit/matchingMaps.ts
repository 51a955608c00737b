/** The search for charts without a database: what the statistics of matching are made with. */
import type { Chart, Claim } from '../../module/access/matching/matching.js'
import { keysOfChart, waysTo, type ChartKeys, type Way } from '../../module/features/registration/keys.js'

/** As the database has it (host/reads/candidates.ts). */
const MOST_A_WAY = 40

/** The ways of keys.ts over maps, as the database goes them over its indexes. */
export function indexOf(charts: readonly Chart[], placeholders: readonly string[]): (claim: Claim) => Chart[] {
  const maps = new Map<string, Map<string, Chart[]>>()
  const keyed = charts.map((each) => ({ each, keys: keysOfChart(each, placeholders) }))
  const mapOf = (columns: readonly (keyof ChartKeys)[]): Map<string, Chart[]> => {
    const name = columns.join()
    const known = maps.get(name)
    if (known) return known
    const made = new Map<string, Chart[]>()
    for (const { each, keys } of keyed) {
      const value = columns.map((column) => keys[column] ?? '').join('|')
      const there = made.get(value)
      if (there) there.push(each)
      else made.set(value, [each])
    }
    maps.set(name, made)
    return made
  }
  const along = ({ columns, between }: Way): Chart[] => {
    const names = Object.keys(columns) as (keyof ChartKeys)[]
    const found = mapOf(names).get(names.map((name) => columns[name]).join('|')) ?? []
    const inRange = between ? found.filter(({ born = '' }) => born >= between[0] && born <= between[1]) : found
    return inRange.slice(0, MOST_A_WAY)
  }
  return (claim) => [...new Set(waysTo(claim).flatMap(along))]
}
