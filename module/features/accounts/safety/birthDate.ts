/**
 * Who types a PIN is in at once; that the address is theirs is proved later. Mistyped, its letters go to a stranger, so
 * that where the account opens a patient's record a letter alone proves nothing: the patient's date of birth is asked
 * too, as it was with the PIN.
 */
import { tryLimits } from '../../../access/limits.js'
import type { Portal } from '../../../access/portal.js'
import { findPatient } from '../../../host/patients.js'
import type { Queryable } from '../../../platform/database.js'
import type { FieldError } from '../../../web/layout.js'
import type { DoorContext } from '../../../web/routes.js'

/** Part of the views that ask for it: /accounts/safety/birth-date. */
export interface BirthDateField {
  typed: string
  error?: string | undefined
}

/** Undefined: not asked. The address is proved, or the account opens nobody's record. */
export async function birthDateField(
  db: Queryable,
  accountId: number | undefined,
  typed = '',
  error?: string,
): Promise<BirthDateField | undefined> {
  const pids = accountId === undefined ? [] : await recordsUnproved(db, accountId)
  return pids.length === 0 ? undefined : { typed, error }
}

/** The patients whose records an account opens whose address nobody has proved yet. */
async function recordsUnproved(db: Queryable, accountId: number): Promise<number[]> {
  const rows = await db.select<{ pid: number }>(
    `SELECT g.pid FROM foyer_grants g JOIN foyer_accounts a ON a.id = g.account_id
      WHERE a.id = :accountId AND a.email_verified_at IS NULL AND g.revoked_at IS NULL`,
    { accountId },
  )
  return rows.map(({ pid }) => pid)
}

/** Seconds. */
const DAY = 24 * 60 * 60

export interface Shown {
  accountId: number | undefined
  /** To which the link was sent: whoever tries there takes no tries from who gets the next one elsewhere. */
  email: string
  birthDate: string
}

/**
 * What is wrong with the date of birth that was typed, with the status that says it. Undefined: nothing, or it is not
 * asked. As many tries in a day as a PIN has in its window.
 */
export async function birthDateRefused(
  { address, portal, t }: Pick<DoorContext, 'address' | 'portal' | 't'>,
  { accountId, email, birthDate }: Shown,
): Promise<{ error: FieldError & { name: 'birthDate' }; status: 422 | 429 } | undefined> {
  const pids = accountId === undefined ? [] : await recordsUnproved(portal.db, accountId)
  if (pids.length === 0) return undefined
  const error = (text: string, status: 422 | 429) => ({ error: { name: 'birthDate', text }, status }) as const
  if (birthDate === '') return error(t('codes.typed.missingDate'), 422)
  const limits = limitsOf(portal)
  const trying = { audience: 'patient', targets: [`account ${String(accountId)} ${email}`], address }
  const room = await limits.take(trying)
  if (!room.ok) return error(t('verify.birthDate.tooMany', { phone: portal.practice().phone }), 429)
  const patients = await Promise.all(pids.map((pid) => findPatient(portal.db, pid)))
  if (!patients.some((patient) => patient?.born === birthDate)) return error(t('verify.birthDate.wrong'), 422)
  await limits.forgive(trying)
  return undefined
}

function limitsOf({ db, settings }: Portal) {
  return tryLimits(db, 'birth-date', DAY, () => {
    const { pinTries: perAccount, signInTriesPerAddress: perAddress } = settings()
    return { perAccount, perAddress }
  })
}
