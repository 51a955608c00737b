/**
 * `npm run attack:booking [-- --seconds 60] [--without-guard]`: tries for a minute to make Foyer book one time twice.
 * Exit 0: it never did. Exit 1: it did, or an answer was an error. With --without-guard the attacked code has its guard
 * taken out first, to show that this can see.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { attack, type Verdict } from './attack.js'
import type { Counts } from './field.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    workers: { type: 'string', default: '8' },
    'without-guard': { type: 'boolean', default: false },
  },
})

/** Starts over in a process whose modules are loaded without the guard. */
function again(imports: string[]): number {
  const words = ['--seconds', values.seconds, '--workers', values.workers]
  const node = ['--import', 'tsx', ...imports, 'test/attack/booking.ts', ...words]
  return spawnSync(process.execPath, node, { stdio: 'inherit' }).status ?? 1
}

async function main(): Promise<number> {
  const seconds = Number(values.seconds)
  const workers = Number(values.workers)
  console.log(`${String(workers)} attackers, 2 providers, 3 days, ${String(seconds)} s`)
  const verdict = await attack({ seconds, workers, tell: (counts, second) => console.log(line(counts, second)) })
  console.log(line(verdict.counts, seconds))
  return conclude(verdict)
}

const columns: readonly (readonly [keyof Counts, string])[] = [
  ['booked', 'booked'],
  ['bookedPublicly', 'without account'],
  ['taken', 'taken'],
  ['refused', 'refused'],
  ['cancelled', 'cancelled'],
  ['confirmed', 'confirmed'],
  ['declined', 'declined'],
  ['moved', 'moved'],
  ['proposed', 'proposed'],
  ['accepted', 'accepted'],
  ['offered', 'offered'],
  ['alternatives', 'alternatives'],
  ['undone', 'undone'],
  ['reopened', 'reopened'],
  ['overbooked', 'overbooked'],
  ['overproposed', 'laid over'],
  ['together', 'together'],
  ['notDecided', 'not decided'],
  ['hostRows', 'host rows'],
  ['hostCancelled', 'taken out'],
  ['errors', 'errors'],
]

function line(counts: Counts, second: number): string {
  return [`${String(second).padStart(4)} s`, ...columns.map(([key, word]) => `${word} ${String(counts[key])}`)].join(
    '  ',
  )
}

function conclude({ overlaps, standing, error, deadlocks }: Verdict): number {
  console.log(`deadlocks that the database resolved: ${String(deadlocks)}`)
  for (const { what, over, later } of overlaps.slice(0, 10)) {
    const span = (event: typeof later) =>
      `event ${String(event.eid)} (minutes ${String(event.from)} to ${String(event.to)})`
    console.log(`overlap: ${what} ${span(later)} over the ${over.by}'s ${span(over)}, provider and day ${later.column}`)
  }
  for (const pair of standing.slice(0, 10)) console.log(`overlap standing in the calendar: events ${pair}`)
  // Most are seen both ways: by the attackers, and in the calendar.
  const found = Math.max(overlaps.length, standing.length)
  if (error !== undefined) console.log(`an answer was an error: ${error}`)
  console.log(
    found > 0 ? `FAILED: Foyer committed ${String(found)} overlaps` : error === undefined ? 'no overlap' : 'FAILED',
  )
  return found > 0 || error !== undefined ? 1 : 0
}

process.exitCode = values['without-guard'] ? again(['--import', './test/attack/withoutGuard.mjs']) : await main()
