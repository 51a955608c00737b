/** Keeps the search keys of every chart current (job chart-keys): new charts at once, changed ones on a pass over all. */
import type { Portal } from '../../access/portal.js'
import type { Job } from '../../feature.js'
import {
  chartsAfter,
  endOfStretch,
  forgetGoneCharts,
  keptFingerprints,
  lastKeyedChart,
  perhapsChanged,
  writeChartKeys,
  type ChartRow,
} from '../../host/reads/candidates.js'
import { wallClock } from '../../platform/clock.js'
import { sha256 } from '../../platform/ids.js'
import { keysOfChart } from './keys.js'

/** Charts that are read and written at a time. */
const BATCH = 2000
/** Charts of the pass that one run looks at: a million take an hour. */
const STRETCH = 10_000
/** So long a run goes on with charts that have no keys yet; what is left waits for the next. */
const RUN_MS = 20_000

export const keepChartKeys: Job = {
  name: 'chart-keys',
  everySeconds: 30,
  run: async (portal) => {
    const began = Date.now()
    // In this order new charts are looked at a second time by a later run, not within the same second.
    await passOver(portal)
    while ((await keyNewCharts(portal)) === BATCH && Date.now() - began < RUN_MS);
  },
}

/** Makes keys of the next charts that have none yet. Returns how many. */
async function keyNewCharts(portal: Portal): Promise<number> {
  const charts = await chartsAfter(portal.db, portal.site, await lastKeyedChart(portal.db), BATCH)
  await keep(portal, charts)
  return charts.length
}

/** Looks at the next stretch of charts for what was changed in them; where it began and ended stands in foyer_chart_pass. */
async function passOver(portal: Portal): Promise<void> {
  const { db, site } = portal
  const after = (await db.first<{ pid: number }>(`SELECT pid FROM foyer_chart_pass WHERE name = 'charts'`))?.pid ?? 0
  const until = await endOfStretch(db, after, STRETCH)
  const charts = until === undefined ? [] : await perhapsChanged(db, site, after, until)
  for (let at = 0; at < charts.length; at += BATCH) await refreshKeys(portal, charts.slice(at, at + BATCH))
  await db.transaction((tx) => forgetGoneCharts(tx, after, until ?? Number.MAX_SAFE_INTEGER))
  const now = wallClock(portal.clock.now())
  await db.transaction((tx) =>
    tx.change(
      `INSERT INTO foyer_chart_pass (name, pid, began_at, finished_at) VALUES ('charts', :pid, :now, NULL)
       ON DUPLICATE KEY UPDATE finished_at = IF(:isOver, :now, finished_at), began_at = IF(:isOver, :now, began_at), pid = :pid`,
      { pid: until ?? 0, now, isOver: until === undefined },
    ),
  )
}

/** Writes the keys of those that are others than their chart says. What is shown of a chart is found by what it says. */
export async function refreshKeys(portal: Portal, charts: readonly ChartRow[]): Promise<void> {
  const kept = await keptFingerprints(
    portal.db,
    charts.map(({ pid }) => pid),
  )
  const old = charts.filter((chart) => {
    const before = kept.get(chart.pid)
    return before?.fingerprint !== fingerprintOf(portal, chart) || before.changedAt !== chart.changedAt
  })
  await keep(portal, old, kept)
}

type Kept = Awaited<ReturnType<typeof keptFingerprints>>

async function keep(portal: Portal, charts: readonly ChartRow[], before: Kept = new Map()): Promise<void> {
  if (charts.length === 0) return
  const placeholders = placeholdersOf(portal)
  const made = charts.map((chart) => {
    const fingerprint = fingerprintOf(portal, chart)
    // The host's times are whole seconds: a chart may be changed twice in one. So it is looked at once more.
    const isSettled = before.get(chart.pid)?.fingerprint === fingerprint
    const keys = { ...keysOfChart(chart, placeholders) }
    return { pid: chart.pid, keys, fingerprint, changedAt: isSettled ? chart.changedAt : undefined }
  })
  await portal.db.transaction((tx) => writeChartKeys(tx, made))
}

/** First names that are to be given still, as the practice lists them. */
export function placeholdersOf(portal: Portal): readonly string[] {
  const names = portal.settings().placeholderNames
  return names === 'all' ? [] : names
}

/** Of everything that keys are made of, the practice's placeholder names among it. */
function fingerprintOf(portal: Portal, chart: ChartRow): string {
  const { born, lastName, firstName, birthName, phones, emails, street, postalCodes } = chart
  const home = [street, postalCodes]
  const made = [born ?? '', lastName, firstName, birthName, phones, emails, home, placeholdersOf(portal)]
  return sha256(JSON.stringify(made)).slice(0, 16)
}
