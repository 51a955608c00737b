/** A table's cells in columns: spans are minded, widths follow what is in them. */
import type { TableCell, TableRow } from './blocks.js'
import { flatLines, type Line, type Measure } from './lines.js'

export interface GridCell {
  /** From the table's left, in points. */
  x: number
  width: number
  heading: boolean
  lines: readonly Line[]
}

export interface Grid {
  rows: readonly { head: boolean; cells: readonly GridCell[] }[]
}

const PADDING = 5
const COLUMN_LEAST = 36
/** More columns than this would be narrower than a letter: what is beyond goes into the last. */
const COLUMNS_MOST = 12

interface Placed {
  cell: TableCell
  column: number
  columns: number
}

export function gridOf(measure: Measure, rows: readonly TableRow[], width: number): Grid {
  const placed = placedOf(rows)
  const count = Math.max(1, ...placed.flat().map(({ column, columns }) => column + columns))
  const widths = widthsOf(measure, placed, count, width)
  const lefts = widths.map((_each, at) => widths.slice(0, at).reduce((sum, each) => sum + each, 0))
  return {
    rows: placed.map((cells, at) => ({
      head: rows[at]?.head ?? false,
      cells: cells.map(({ cell, column, columns }) => {
        const own = widths.slice(column, column + columns).reduce((sum, each) => sum + each, 0)
        return {
          x: lefts[column] ?? 0,
          width: own,
          heading: cell.heading,
          lines: flatLines(measure, cell.blocks, own - 2 * PADDING),
        }
      }),
    })),
  }
}

/** Which columns each cell takes. A cell over several rows stands in its first; below it is an empty frame. */
function placedOf(rows: readonly TableRow[]): Placed[][] {
  /** By column: for how many rows more it is taken. */
  let taken: number[] = []
  return rows.map(({ cells }) => {
    const placed: Placed[] = []
    const left = [...cells]
    const next = taken.map((each) => Math.max(0, each - 1))
    for (let column = 0; column < COLUMNS_MOST && (left.length > 0 || column < taken.length);) {
      if ((taken[column] ?? 0) > 0) {
        placed.push({ cell: { blocks: [], heading: false, columns: 1, rows: 1 }, column, columns: 1 })
        column += 1
        continue
      }
      const cell = left.shift()
      if (!cell) break
      const last = column === COLUMNS_MOST - 1
      const merged = last ? { ...cell, blocks: [cell, ...left.splice(0)].flatMap((each) => each.blocks) } : cell
      const columns = Math.min(cell.columns, COLUMNS_MOST - column)
      placed.push({ cell: merged, column, columns })
      for (let at = column; at < column + columns; at += 1) next[at] = Math.max(next[at] ?? 0, cell.rows - 1)
      column += columns
    }
    taken = next
    return placed
  })
}

/** Each column as wide as its longest line wants, as far as there is room; none narrower than its longest word. */
function widthsOf(measure: Measure, placed: readonly Placed[][], count: number, width: number): number[] {
  const least = new Array<number>(count).fill(COLUMN_LEAST)
  const wanted = new Array<number>(count).fill(COLUMN_LEAST)
  for (const { cell, column, columns } of placed.flat()) {
    if (columns > 1) continue
    for (const line of flatLines(measure, cell.blocks, width)) {
      const end = Math.max(0, ...line.atoms.map((atom) => atom.x + atom.width))
      const word = Math.max(0, ...line.atoms.map((atom) => atom.width))
      wanted[column] = Math.max(wanted[column] ?? 0, end + 2 * PADDING + 1)
      least[column] = Math.max(least[column] ?? 0, Math.min(word, width / count) + 2 * PADDING + 1)
    }
  }
  const sum = (of: readonly number[]): number => of.reduce((all, each) => all + each, 0)
  const over = sum(least)
  if (over >= width) return least.map((each) => (each * width) / over)
  const more = wanted.map((each, at) => Math.max(0, each - (least[at] ?? 0)))
  const share = sum(more) === 0 ? 0 : Math.min(1, (width - over) / sum(more))
  const filled = least.map((each, at) => each + (more[at] ?? 0) * share)
  // A table of one line a cell is as wide as the page, as the host's templates are.
  const rest = width - sum(filled)
  return filled.map((each) => each + rest / count)
}
