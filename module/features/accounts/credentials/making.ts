/**
 * Staff make a patient's sign-in, or a new password for one: the row that the host's own dialog writes, which both
 * portals accept, and beside it the note that this password is not yet the patient's own.
 */
import { createHmac } from 'node:crypto'
import { judgePassword, type PasswordFlaw } from '../../../access/passwordPolicy.js'
import { accountsEntered } from '../../../access/personAccount.js'
import type { Portal } from '../../../access/portal.js'
import { endSessions } from '../../../access/sessions.js'
import { noteStaffCredential } from '../../../access/staffCredentials.js'
import { loginNameTaken, readPortalChart, saveCredential, type PortalChart } from '../../../host/credentials.js'
import { hashHostPassword, hashSettings } from '../../../host/php/passwords.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { wallClock, type Utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { firstResult, onceOf, rememberResult } from '../../../platform/once.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'
import { logAccess } from './hostLog.js'
import { accountNameOf } from './names.js'
import { tellPatient } from './telling.js'

export interface CredentialWish {
  pid: number
  loginName: string
  password: string
  /** The host's own portal asks for a new one too; only asked where its global leaves that to staff. */
  changeInHost: boolean
  /** What `stateOf` said when the form was shown: somebody else's reset meanwhile is not passed over. */
  seen: string | undefined
  /** The form's `_once`. */
  token: string | undefined
}

export type MakeOutcome =
  | { ok: true; kind: 'created' | 'reset' }
  | { ok: false; reason: 'not-found' | 'not-allowed' | 'login-name-taken' | 'used-otherwise' }
  | { ok: false; reason: 'flawed'; flaw: PasswordFlaw }
  /** Somebody else made one since the form was shown. */
  | { ok: false; reason: 'changed'; by: string; at: Utc | undefined }

/**
 * Makes the credential or replaces its password, in one transaction with the letter, and ends every session of the
 * patient's own account. A second press of the same form is told what the first one did.
 */
export async function makeCredential(portal: Portal, actor: Actor, wish: CredentialWish): Promise<MakeOutcome> {
  const before = await readPortalChart(portal.db, wish.pid)
  if (!before) return { ok: false, reason: 'not-found' }
  const { flaw } = judgeFor(portal, before, wish)
  if (flaw) return { ok: false, reason: 'flawed', flaw }
  // Outside the transaction: it takes its time, and holds nobody up.
  const hash = await hashHostPassword(wish.password, hashSettings(portal.globals()))
  return portal.db.transaction((tx) => make(tx, portal, actor, wish, hash))
}

/** The policy's judgement on a password for this patient: nothing of their name, login name, birth date or address is one. */
export function judgeFor(
  portal: Portal,
  chart: PortalChart,
  { loginName, password }: { loginName: string; password: string },
) {
  const { born, email, emailDirect, firstName, lastName } = chart
  const about = [firstName, lastName, email, emailDirect, accountNameOf(chart), loginName, born ?? '']
  return judgePassword(portal, password, about)
}

async function make(tx: Tx, portal: Portal, actor: Actor, wish: CredentialWish, hash: string): Promise<MakeOutcome> {
  const { pid } = wish
  // Login names too: nothing in the host keeps them unique.
  await takeTurn(tx, ['login-names', chartTurn(pid)])
  const once = onceIn(portal, actor, wish)
  const first = once && (await firstResult(tx, portal.clock, once))
  if (first?.state === 'used-otherwise') return { ok: false, reason: 'used-otherwise' }
  if (first?.state === 'done') return { ok: true, kind: first.result === 'reset' ? 'reset' : 'created' }

  const chart = await readPortalChart(tx, pid)
  if (!chart) return { ok: false, reason: 'not-found' }
  if (!chart.allowed) return { ok: false, reason: 'not-allowed' }
  if (wish.seen !== undefined && wish.seen !== stateOf(portal, chart)) return whoWasFaster(tx, pid)
  if (await loginNameTaken(tx, pid, wish.loginName)) return { ok: false, reason: 'login-name-taken' }

  const kind = (chart.login?.hash ?? '') === '' ? 'created' : 'reset'
  await write(tx, portal, actor, { chart, wish, hash, kind })
  if (once) await rememberResult(tx, once, kind)
  return { ok: true, kind }
}

interface Write {
  chart: PortalChart
  wish: CredentialWish
  hash: string
  kind: 'created' | 'reset'
}

async function write(tx: Tx, portal: Portal, actor: Actor, { chart, wish, hash, kind }: Write): Promise<void> {
  const { pid } = chart
  const at = wallClock(portal.clock.now())
  const { loginName } = wish
  const status = statusFor(portal, wish.changeInHost)
  await saveCredential(tx, { pid, accountName: accountNameOf(chart), loginName, hash, status, at })
  await noteStaffCredential(tx, portal, { pid, hash, by: actor })
  const ended = await signOut(tx, pid)
  // The host's own words (facts §3.2).
  await logAccess(tx, actor, { at, pid, comment: 'updated credentials' })
  const event = kind === 'reset' ? 'credential.reset' : 'credential.created'
  const details = { status, loginNameChanged: loginName !== chart.login?.loginName, sessionsEnded: ended }
  await recordAudit(tx, portal.clock, actor, { event, subject: `patient:${String(pid)}`, pid, details })
  await publish(tx, portal.clock, { event, payload: { pid }, key: `patient:${String(pid)}` })
  await tellPatient(tx, portal, chart, { kind: event, by: actor })
}

/** portal_pwd_status as the host's global says: 1 never asks, 2 leaves it to staff, anything else always asks (facts §3.2). */
function statusFor({ globals }: Portal, changeInHost: boolean): 0 | 1 {
  const rule = globals().get('portal_force_credential_reset')
  if (rule === '2') return changeInHost ? 0 : 1
  return rule === '1' ? 1 : 0
}

/** Wherever somebody is signed in by this login, in whichever account, they are out now. How many that were. */
async function signOut(tx: Tx, pid: number): Promise<number> {
  let ended = 0
  for (const account of await accountsEntered(tx, pid)) ended += await endSessions(tx, 'patient', account)
  return ended
}

async function whoWasFaster(tx: Tx, pid: number): Promise<MakeOutcome> {
  const row = await tx.first<{ made_by: string; made_at: Utc }>(
    `SELECT made_by, made_at FROM foyer_credentials WHERE pid = :pid ORDER BY id DESC LIMIT 1`,
    { pid },
  )
  return { ok: false, reason: 'changed', by: row?.made_by ?? '', at: row?.made_at }
}

/** Stands for the credential as it is, without telling anything of it. */
export function stateOf({ secret }: Portal, { login }: PortalChart): string {
  const state = login ? `${login.loginName}\n${login.hash}` : ''
  return createHmac('sha256', secret).update(`credential-state:${state}`).digest('base64url').slice(0, 22)
}

function onceIn(portal: Portal, actor: Actor, { token, pid, loginName, password, changeInHost }: CredentialWish) {
  if (token === undefined) return undefined
  // Keyed: what is kept of the form must not be a hash by which a weak password could be found.
  const kept = createHmac('sha256', portal.secret).update(`once:${password}`).digest('base64url')
  return onceOf(`staff:${actor.id}`, token, { pid, loginName, kept, changeInHost })
}
