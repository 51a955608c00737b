/**
 * Whether somebody waits already who has registered themselves as this patient, or for them: a PIN now would make a
 * second account. Judged as the reconcile screen judges it (matching/matching.ts), so that a letter more or another
 * first name for the same person is seen here, too.
 */
import { findChart } from '../host/reads/candidates.js'
import type { Day } from '../platform/clock.js'
import type { Queryable } from '../platform/database.js'
import { rank, type Claim } from './matching/matching.js'
import type { Portal } from './portal.js'

export interface WaitingRegistration {
  registration: number
  /** sure: it would be the suggestion for this chart, or staff have linked it; perhaps: worth a look. */
  is: 'sure' | 'perhaps'
}

interface Row extends Omit<Claim, 'forWhom'> {
  id: number
  pid: number | null
  forWhom: 'me' | 'child'
}

/** A practice's queue is dozens; so many are looked at, the newest first. */
const OPEN_MOST = 2000

/** The open registration that comes nearest to this patient. Two statements. */
export async function waitingRegistration(
  db: Queryable,
  { settings, site }: Pick<Portal, 'settings' | 'site'>,
  patient: { pid: number; born: Day | undefined },
): Promise<WaitingRegistration | undefined> {
  const chart = await findChart(db, site, patient.pid)
  const open = await db.select<Row>(
    `SELECT id, pid, for_whom AS forWhom, first_name AS firstName, middle_name AS middleName, last_name AS lastName,
            birth_name AS birthName, born, sex, phone, email, postal_code AS postalCode
       FROM foyer_registrations WHERE state IN ('waiting', 'asked') ORDER BY created_at DESC LIMIT ${String(OPEN_MOST)}`, // sql-safe: a number
  )
  const linked = open.find(({ pid }) => pid === patient.pid)
  if (linked) return { registration: linked.id, is: 'sure' }
  if (!chart) return undefined
  const names = settings().placeholderNames
  const knowing = { placeholders: names === 'all' ? [] : names, family: [] }
  const [best] = open
    .flatMap((claim) => rank(claim, [chart], knowing).map(({ score, standing }) => ({ id: claim.id, score, standing })))
    .filter(({ standing }) => standing !== 'weak')
    .sort((a, b) => b.score - a.score || a.id - b.id)
  return best && { registration: best.id, is: best.standing === 'suggested' ? 'sure' : 'perhaps' }
}
