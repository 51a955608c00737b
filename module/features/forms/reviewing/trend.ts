/** A score over time, drawn on the server: a line with its points, and what it says in words beside it. */
import type { Utc } from '../../../platform/clock.js'

export interface Measured {
  at: Utc
  value: number
}

export interface Trend {
  width: number
  height: number
  /** Points of the line, as SVG has them. */
  line: string
  points: { x: number; y: number; label: string }[]
  /** Horizontal lines with their numbers. */
  marks: { y: number; text: string }[]
  left: number
  right: number
}

const WIDTH = 640
const HEIGHT = 200
const PAD = { left: 36, right: 12, top: 12, bottom: 12 }

/** Undefined with fewer than two: there is nothing to compare. `lowest` and `highest`: of the scale, where it has ends. */
export function trendOf(
  measured: readonly Measured[],
  scale: { lowest: number | undefined; highest: number | undefined },
  label: (each: Measured) => string,
): Trend | undefined {
  if (measured.length < 2) return undefined
  const inOrder = [...measured].sort((one, other) => (one.at < other.at ? -1 : 1))
  const values = inOrder.map(({ value }) => value)
  const bottom = Math.min(scale.lowest ?? 0, ...values)
  const top = Math.max(scale.highest ?? bottom + 1, bottom + 1, ...values)
  const y = (value: number) => rounded(PAD.top + ((top - value) / (top - bottom)) * (HEIGHT - PAD.top - PAD.bottom))
  const times = inOrder.map(({ at }) => Date.parse(`${at.replace(' ', 'T')}Z`))
  const [from = 0, until = 0] = [times[0], times.at(-1)]
  const x = (at: number) => {
    const share = until === from ? 0.5 : ((times[at] ?? from) - from) / (until - from)
    return rounded(PAD.left + share * (WIDTH - PAD.left - PAD.right))
  }
  const points = inOrder.map((each, at) => ({ x: x(at), y: y(each.value), label: label(each) }))
  return {
    ...{ width: WIDTH, height: HEIGHT, points, left: PAD.left, right: WIDTH - PAD.right },
    line: points.map((point) => `${String(point.x)},${String(point.y)}`).join(' '),
    marks: [bottom, rounded((bottom + top) / 2), top].map((value) => ({ y: y(value), text: String(value) })),
  }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
