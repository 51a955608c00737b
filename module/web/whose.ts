/** Of whom something is shown: the pid of a chart, or the own record of an account where there is no chart. */
export type Whose = number | { record: string }

/** Whose a row is: its chart, else the own record that it lies in; none where it names neither. */
export function whoseOf(...rows: ReadonlyArray<{ pid?: unknown; record?: string | null | undefined }>): Whose[] {
  return rows.flatMap(({ pid, record }): Whose[] => {
    // The calendar keeps pids as text (facts §2.3).
    const number = Number.parseInt(String(pid), 10)
    if (number > 0) return [number]
    return record == null || record === '' ? [] : [{ record }]
  })
}

/** The same for the same person, of whichever kind. */
export function keyOf(whose: Whose): string {
  return typeof whose === 'number' ? String(whose) : `record:${whose.record}`
}
