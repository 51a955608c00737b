/**
 * The same function, which keeps its results: for pure ones of one value that are asked the same few questions over and
 * over. It forgets everything when it knows `most`, so that it never grows without end.
 */
export function remembering<Value, Result>(work: (value: Value) => Result, most: number): (value: Value) => Result {
  const known = new Map<Value, Result>()
  return (value) => {
    const before = known.get(value)
    if (before !== undefined) return before
    const result = work(value)
    if (known.size >= most) known.clear()
    known.set(value, result)
    return result
  }
}
