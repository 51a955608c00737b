/** The next number from 0 up to, not including, 1. */
export type Random = () => number

/** The same row of numbers for the same seed, on every machine: the demo's people are always the same people. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One of the values. Throws where there is none. */
export function pick<Value>(random: Random, values: readonly Value[]): Value {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('Nothing to choose from')
  return value
}

/** True as often as the probability, from 0 to 1, says. */
export function chance(random: Random, probability: number): boolean {
  return random() < probability
}
