/**
 * What was answered so far, as two devices may have written it. Each path keeps its last values with the revision that
 * brought them: what changed on one side only is taken; what changed on both is asked.
 */
import { sameValues, type Answers, type Path, type Value } from '../../../access/questionnaires/model.js'

/** Who writes: a page that was opened, and the how-manieth time it sends what stands in it. */
export interface Hand {
  id: string
  count: number
}

/** Values of one path: the revision that brought them, they (none: cleared), and whose hand it was. */
type Step = readonly [number, readonly Value[], string, number]

export type Written = ReadonlyMap<Path, readonly Step[]>

/** Steps of a path that are kept: who is further behind than this is asked. */
const STEPS_KEPT = 12

export function readWritten(text: string): Written {
  return new Map(JSON.parse(text) as [Path, Step[]][])
}

export function writeWritten(written: Written): string {
  return JSON.stringify([...written])
}

/** As they stand now; what was cleared is not among them. */
export function answersIn(written: Written): Answers {
  const latest = [...written].map(([path, steps]) => [path, steps.at(-1)?.[1] ?? []] as const)
  return new Map(latest.filter(([, values]) => values.length > 0))
}

export interface Posted {
  values: ReadonlyMap<Path, readonly Value[]>
  /** The revision that the page showed. */
  seen: number
  hand: Hand
  /** A page that shows what this hand said beside what stands in the form: what it sends settles that. */
  settles?: string | undefined
}

export interface Conflict {
  path: Path
  /** What another device wrote meanwhile. */
  theirs: readonly Value[]
}

export interface Merge {
  written: Written
  /** Whether anything is different now. */
  changed: boolean
  /** Not taken: changed here and elsewhere. */
  conflicts: readonly Conflict[]
}

/** Takes in what a page says; what it changes is of the revision `next`. */
export function merge(written: Written, { values: posted, seen, hand }: Posted, next: number): Merge {
  const after = new Map(written)
  const conflicts: Conflict[] = []
  for (const [path, values] of posted) {
    const steps = written.get(path) ?? []
    const fate = fateOf(steps, values, seen, hand)
    if (fate === 'conflict') conflicts.push({ path, theirs: steps.at(-1)?.[1] ?? [] })
    if (fate === 'taken') after.set(path, [...steps, [next, values, hand.id, hand.count] as const].slice(-STEPS_KEPT))
  }
  return { written: after, changed: [...after].some(([path, steps]) => written.get(path) !== steps), conflicts }
}

function fateOf(
  steps: readonly Step[],
  values: readonly Value[],
  seen: number,
  hand: Hand,
): 'taken' | 'passed' | 'conflict' {
  const latest = steps.at(-1)
  if (sameValues(latest?.[1] ?? [], values)) return 'passed'
  // The same page: what it sends later counts, and what arrives late does not.
  if (latest?.[2] === hand.id) return hand.count < latest[3] ? 'passed' : 'taken'
  const shown = valuesAt(steps, seen)
  if (shown !== undefined && sameValues(shown, values)) return 'passed'
  return (latest?.[0] ?? 0) > seen ? 'conflict' : 'taken'
}

/** What the page showed. Undefined: too long ago to know. */
function valuesAt(steps: readonly Step[], seen: number): readonly Value[] | undefined {
  const before = steps.findLast(([revision]) => revision <= seen)
  if (before) return before[1]
  return steps.length < STEPS_KEPT ? [] : undefined
}
