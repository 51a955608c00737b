/** The search for the chart of somebody who registers, timed over a practice that is there (practice.ts). */
import type { Claim } from '../../module/access/matching/matching.js'
import { waysTo } from '../../module/features/registration/keys.js'
import { detectHost } from '../../module/host/detect.js'
import { chartsAlong } from '../../module/host/reads/candidates.js'
import { chance, pick, seededRandom, type Random } from '../../module/demo/random.js'
import { connectDatabase, type Queryable, type Tx } from '../../module/platform/database.js'
import { measured } from './load.js'
import { ZONE } from './practice.js'

const NEWCOMERS = 200
const WARM = 20

export interface CandidatesMeasured {
  /** Milliseconds. */
  p50: number
  p95: number
  most: number
  /** Rows that the database looked at, of half of the searches and of the worst. */
  rowsP50: number
  rowsMost: number
  /** Charts found for one of them, on average. */
  found: number
}

/** One after the other on one connection. Newcomers are charts of the practice, some with a slip, some with its commonest names. */
export async function measureCandidates(
  url: string,
  tell: (line: string) => void = console.log,
): Promise<CandidatesMeasured> {
  const db = connectDatabase({ url, zone: ZONE, pool: 1 })
  try {
    const site = await detectHost(db)
    const claims = await newcomers(db)
    return await db.transaction(async (tx) => {
      const search = (claim: Claim) =>
        chartsAlong(tx, site, waysTo(claim), { lastName: claim.lastName, born: claim.born })
      for (const claim of claims.slice(0, WARM)) await search(claim)
      const times: number[] = []
      const rows: number[] = []
      let found = 0
      for (const claim of claims) {
        const before = await rowsRead(tx)
        const began = performance.now()
        found += (await search(claim)).length
        times.push(performance.now() - began)
        rows.push((await rowsRead(tx)) - before)
      }
      rows.sort((a, b) => a - b)
      const { p50, p95 } = measured(times, 1)
      const result = {
        ...{ p50, p95, most: Math.max(...times) },
        ...{ rowsP50: rows[Math.floor(rows.length / 2)] ?? 0, rowsMost: rows.at(-1) ?? 0 },
        found: found / claims.length,
      }
      tell(
        `candidates of ${String(claims.length)} newcomers: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, most ${result.most.toFixed(1)} ms; ` +
          `rows looked at ${String(result.rowsP50)}, most ${String(result.rowsMost)}; ${result.found.toFixed(1)} charts each`,
      )
      return result
    })
  } finally {
    await db.close()
  }
}

interface Known {
  fname: string
  lname: string
  DOB: string | null
  sex: string
  phone_cell: string
  phone_home: string
  email: string
}

async function newcomers(db: Queryable): Promise<Claim[]> {
  const random = seededRandom(20261122)
  const span = await db.first<{ least: number; most: number }>(
    `SELECT MIN(pid) AS least, MAX(pid) AS most FROM patient_data`,
  )
  const { least = 1, most = 1 } = span ?? {}
  const pids = Array.from({ length: NEWCOMERS }, () => least + Math.floor(random() * (most - least + 1)))
  const charts = await db.select<Known>(
    `SELECT fname, lname, DOB, sex, phone_cell, phone_home, email FROM patient_data WHERE pid IN (:pids)`,
    { pids },
  )
  const common = await commonest(db, pids)
  return charts.map((chart) => claimOf(random, chance(random, 0.3) ? { ...chart, ...common } : chart))
}

/** Of a stretch of the practice, which is enough to know. */
async function commonest(db: Queryable, [from = 1]: readonly number[]): Promise<Pick<Known, 'fname' | 'lname'>> {
  const most = (column: 'fname' | 'lname') =>
    db.first<{ name: string }>(
      // sql-safe: a column of ours
      `SELECT ${column} AS name FROM patient_data WHERE pid BETWEEN :least AND :most GROUP BY ${column} ORDER BY COUNT(*) DESC LIMIT 1`,
      { least: Math.max(1, from - 5000), most: from + 5000 },
    )
  const [first, last] = [await most('fname'), await most('lname')]
  return { fname: first?.name ?? '', lname: last?.name ?? '' }
}

/** One in five has the day and the year a little wrong, and one in five another number. */
function claimOf(random: Random, { DOB, email, fname, lname, phone_cell, phone_home, sex }: Known): Claim {
  const born = DOB ?? '1980-01-01'
  return {
    ...{ forWhom: 'me', firstName: fname, middleName: '', lastName: lname, birthName: '', sex, postalCode: '' },
    born: chance(random, 0.2) ? `${born.slice(0, 8)}${pick(random, ['03', '11', '27'])}` : born,
    phone: chance(random, 0.2) ? '212 555 0100' : phone_cell || phone_home,
    email,
  }
}

async function rowsRead(tx: Tx): Promise<number> {
  const rows = await tx.select<{ Value: string }>(`SHOW SESSION STATUS LIKE 'Handler_read%'`)
  return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
}
