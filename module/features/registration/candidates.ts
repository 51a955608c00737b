import type { Portal } from '../../access/portal.js'
import { chartsAlong, chartsOpenedBy, type ChartRow } from '../../host/reads/candidates.js'
import { waysTo } from './keys.js'
import { placeholdersOf, refreshKeys } from './keeping.js'
import { rank, type Claim, type Match } from '../../access/matching/matching.js'

export interface Candidate extends Match {
  chart: ChartRow
}

const SHOWN_MOST = 8
/** Below this there is nothing but a telephone in common. */
const SHOWN_FROM = 14

/**
 * Whom of the practice's patients this may be, best first: two statements. The keys of what is shown are made anew
 * where the chart says something else by now.
 */
export async function candidatesFor(portal: Portal, claim: Claim, accountId: number): Promise<Candidate[]> {
  const exact = { lastName: claim.lastName, born: claim.born }
  const [charts, family] = await Promise.all([
    chartsAlong(portal.db, portal.site, waysTo(claim), exact),
    chartsOpenedBy(portal.db, portal.site, accountId),
  ])
  const byPid = new Map(charts.map((chart) => [chart.pid, chart]))
  const ranked = rank(claim, charts, { placeholders: placeholdersOf(portal), family })
  const shown = ranked
    .filter(({ score }) => score >= SHOWN_FROM)
    .slice(0, SHOWN_MOST)
    .flatMap((match) => {
      const chart = byPid.get(match.chart.pid)
      return chart ? [{ ...match, chart }] : []
    })
  await refreshKeys(
    portal,
    shown.map(({ chart }) => chart),
  )
  return shown
}

/** One chart that staff named, with its points; never suggested by itself. */
export async function scoreChart(portal: Portal, claim: Claim, chart: ChartRow, accountId: number): Promise<Candidate> {
  const family = await chartsOpenedBy(portal.db, portal.site, accountId)
  const [match] = rank(claim, [chart], { placeholders: placeholdersOf(portal), family })
  if (!match) throw new Error('A chart was not scored')
  return { ...match, chart, standing: match.standing === 'suggested' ? 'possible' : match.standing }
}
