/** The serialized map of the host's own profile review (facts §5.2, §5.3). */
import { phpSerialize, phpUnserialize, type PhpArray } from '../php/serialize.js'
import { plainColumn, storedValue, type ChartValues } from './chart.js'

export interface ProfileMap {
  /** Columns that are in it, as they are compared. */
  values: ReadonlyMap<string, string>
  /** What its sender wrote to the practice. */
  note: string
}

/** Every mapped column as the chart has it, these instead, and the note: as the host's own form would have sent it. */
export function serializeMap(chart: ChartValues, instead: Readonly<Record<string, string>>, note: string): string {
  const entries = [...chart].map(([column, value]): [string, string | null] => {
    const other = instead[column]
    return [column, other === undefined ? value : storedValue(column, other)]
  })
  return phpSerialize(new Map<string, string | null>([...entries, ['note', note]]))
}

/** Undefined: not a map that the host's form wrote. Objects and nested values in it are never read. */
export function readMap(text: string | null): ProfileMap | undefined {
  const read = phpUnserialize(text)
  if (!(read instanceof Map)) return undefined
  const entries: PhpArray = read
  const scalars = [...entries].flatMap(([key, value]): [string, string][] => {
    if (typeof key !== 'string') return []
    if (value === null || typeof value === 'string') return [[key, plainColumn(key, value)]]
    return typeof value === 'number' ? [[key, plainColumn(key, String(value))]] : []
  })
  const values = new Map(scalars)
  const note = values.get('note') ?? ''
  values.delete('note')
  return { values, note }
}
