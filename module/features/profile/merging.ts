/**
 * What a proposal means for the chart as it is now, and what a decision on it writes. Pure. Three values meet in a
 * field: what the patient saw (base), what they propose, and what the chart says by now.
 */

/** By column, as compared: trimmed, '' for nothing. */
export type Values = Readonly<Record<string, string>>

/** What the patient saw, by column; null: nobody knows, it came from the host's own portal. */
export type Seen = Readonly<Record<string, string | null>>

export interface FieldState {
  column: string
  /** What the patient saw; undefined: nobody knows, it was proposed in the host's own portal. */
  base: string | undefined
  proposed: string
  chart: string
  /**
   * - open: to be decided
   * - conflict: the chart was changed since the patient saw it, to something else than they propose
   * - unknown: the chart was changed since, and nobody knows what the patient saw: their wish, or what it said before
   * - there: the chart says so already
   */
  standing: 'open' | 'conflict' | 'unknown' | 'there'
}

/** The fields that a proposal is about, in the order of `columns`. `isChartNewer`: it was changed since it was sent. */
export function fieldStates(
  columns: readonly string[],
  base: Seen | undefined,
  proposed: Values,
  chart: Values,
  isChartNewer = false,
): FieldState[] {
  return columns.flatMap((column): FieldState[] => {
    const wanted = proposed[column]
    const seen = base ? base[column] : null
    if (wanted === undefined || seen === undefined) return []
    const now = chart[column] ?? ''
    // Without a base it is what differs from the chart: the host's map holds every column.
    if (seen === null ? !base && isSame(wanted, now) : isSame(wanted, seen)) return []
    const standing = standingOf(wanted, now, seen, base !== undefined || isChartNewer)
    return [{ column, base: seen ?? undefined, proposed: wanted, chart: now, standing }]
  })
}

function standingOf(wanted: string, now: string, seen: string | null, isNewer: boolean): FieldState['standing'] {
  if (isSame(wanted, now)) return 'there'
  if (seen === null) return isNewer ? 'unknown' : 'open'
  return isSame(seen, now) ? 'open' : 'conflict'
}

/** What the host's own portal sent beyond the fields that are decided here. */
export interface Aside {
  column: string
  proposed: string
  chart: string
}

/** Of these columns what differs from the chart and came from the host's own portal: named, and never written. */
export function asidesIn(columns: readonly string[], base: Seen | undefined, proposed: Values, chart: Values): Aside[] {
  return columns.flatMap((column) => {
    const [wanted, now] = [proposed[column], chart[column] ?? '']
    const isTheirs = base === undefined || base[column] === null
    return wanted === undefined || !isTheirs || isSame(wanted, now) ? [] : [{ column, proposed: wanted, chart: now }]
  })
}

/** Whether two values are the same to a person who reads them. */
export function isSame(one: string, other: string): boolean {
  return one.trim() === other.trim()
}

export interface Choice {
  /** '' when nothing was chosen. */
  outcome: 'accept' | 'refuse' | ''
  /** What staff would write instead of what was proposed; undefined: as proposed. */
  value?: string | undefined
  note: string
}

export interface Outcome {
  column: string
  outcome: 'accepted' | 'edited' | 'refused'
  /** What the chart said before. */
  before: string
  proposed: string
  /** What it says from then on. */
  after: string
  note: string
}

export type Decision =
  | { ok: true; outcomes: Outcome[]; writes: Values }
  /** Fields for which nothing was chosen. */
  | { ok: false; undecided: string[] }

/**
 * Field by field: what is accepted is written as proposed, or as staff mended it; what is refused leaves the chart
 * alone. A conflict, and what nobody knows to be newer than the chart, is never decided by itself: it takes a choice.
 * With `all`, what is open counts as accepted where nothing else was chosen: what was refused stays refused.
 */
export function decide(states: readonly FieldState[], choices: ReadonlyMap<string, Choice>, all: boolean): Decision {
  const undecided: string[] = []
  const outcomes: Outcome[] = []
  for (const state of states) {
    const { column, chart: before, proposed, standing } = state
    const choice = choices.get(column) ?? { outcome: '', note: '' }
    const assumed = standing === 'there' || (all && standing === 'open') ? 'accept' : ''
    const outcome = choice.outcome === '' ? assumed : choice.outcome
    if (outcome === '') {
      undecided.push(column)
    } else if (outcome === 'refuse') {
      outcomes.push({ column, outcome: 'refused', before, proposed, after: before, note: choice.note })
    } else {
      const after = (choice.value ?? proposed).trim()
      const kind = isSame(after, proposed) ? 'accepted' : 'edited'
      outcomes.push({ column, outcome: kind, before, proposed, after, note: choice.note })
    }
  }
  if (undecided.length > 0) return { ok: false, undecided }
  return { ok: true, outcomes, writes: writesOf(outcomes) }
}

/** Only what changes. */
function writesOf(outcomes: readonly Outcome[]): Values {
  const changed = outcomes.filter(({ after, before, outcome }) => outcome !== 'refused' && !isSame(after, before))
  return Object.fromEntries(changed.map(({ after, column }) => [column, after]))
}

/** What the host's own screen made of it: read off its final values, since it keeps no word to each field. */
export function outcomesInHost(columns: readonly string[], base: Seen, proposed: Values, final: Values): Outcome[] {
  return fieldStates(columns, base, proposed, final).map(({ base: seen, chart, column, proposed: wanted }) => {
    // Where nobody knows what it said before, another value than the proposed one is none of theirs.
    const before = seen ?? (isSame(chart, wanted) ? '' : chart)
    const outcome = isSame(chart, wanted) ? 'accepted' : isSame(chart, before) ? 'refused' : 'edited'
    return { column, outcome, before, proposed: wanted, after: chart, note: '' }
  })
}
