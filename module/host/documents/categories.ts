/** The chart's categories: a tree kept as a nested set, each with the right that opens it (facts §6.5, §4.2). */
import type { Queryable } from '../../platform/database.js'
import { readStanding } from '../gacl.js'

export interface ChartCategory {
  id: number
  name: string
  /** The names from below the root down to its own: `Onsite Portal`, `Reviewed`. */
  path: readonly string[]
  /** `patients|docs`; '' for everybody's. */
  acoSpec: string
}

/** All of them in the tree's order, but for the root. */
export async function chartCategories(db: Queryable): Promise<ChartCategory[]> {
  const rows = await db.select<{ id: number; name: string | null; acoSpec: string; lft: number; rght: number }>(
    `SELECT id, name, aco_spec AS acoSpec, lft, rght FROM categories ORDER BY lft, id`,
  )
  const above: { name: string; rght: number }[] = []
  return rows.flatMap(({ id, name, acoSpec, lft, rght }) => {
    while ((above.at(-1)?.rght ?? Infinity) < lft) above.pop()
    above.push({ name: name ?? '', rght })
    const path = above.slice(1).map((each) => each.name)
    return path.length === 0 ? [] : [{ id, name: name ?? '', path, acoSpec }]
  })
}

/** Where what staff have audited belongs, and what patients have sent: by name, since ids differ between sites. */
export type PortalCategory = 'Reviewed' | 'Patient'

/** The host's own fallback for what was reviewed (facts §6.3). */
const MEDICAL_RECORD = 3

/** The portal's own branch first, a category of that name elsewhere else. Undefined: the practice has none. */
export function portalCategory(all: readonly ChartCategory[], name: PortalCategory): ChartCategory | undefined {
  const named = all.filter((each) => each.name.toLowerCase() === name.toLowerCase())
  const inBranch = named.find(({ path }) => path.at(-2)?.toLowerCase() === 'onsite portal')
  return inBranch ?? named[0] ?? all.find(({ id }) => id === MEDICAL_RECORD)
}

/** The `aco_spec` of those categories that a staff user may open, and file into. One statement. */
export async function openSpecs(
  db: Queryable,
  username: string,
  all: readonly Pick<ChartCategory, 'acoSpec'>[],
): Promise<ReadonlySet<string>> {
  const specs = [...new Set(all.map(({ acoSpec }) => acoSpec))]
  const { rights } = await readStanding(db, username, specs.filter(Boolean).map(rightOf))
  return new Set(specs.filter((spec) => spec === '' || rights.has(rightOf(spec))))
}

/** The host writes `section|value` here, and `section/value` is how rights are named in Foyer. */
function rightOf(spec: string): string {
  return spec.replace('|', '/')
}
