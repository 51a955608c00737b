/** The second step: the link was opened and the button pressed. Account, request and registration, or none of them. */
import { createAccount } from '../../../access/accounts.js'
import { lockWish, settleWish, wishOfLink, type BookingTime, type BookingWish } from '../../../access/bookingWishes.js'
import { makeLink, useLink } from '../../../access/links.js'
import { passwordMark } from '../../../access/ownPasswords.js'
import type { Portal } from '../../../access/portal.js'
import type { OwnScope } from '../../../access/scope.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import type { Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { providerTurn, takeTurn } from '../../../platform/turns.js'
import type { FreeTime } from '../availability.js'
import { asking, requestInTurn, type RequestRefusal } from '../booking.js'
import type { Wish } from '../openings.js'
import { allOrNothing } from '../requests.js'

export interface ConfirmInput {
  token: string
  /** The time that the page showed; another than the wish's where that was taken. */
  time: BookingTime
  requestId: string
}

export type ConfirmOutcome =
  /** `first`: this press did it. */
  | { ok: true; eid: number; first: boolean }
  /** Too old, or never a link of ours. */
  | { ok: false; reason: 'no-link' }
  /** The address has an account: who has it signs in. */
  | { ok: false; reason: 'has-account' }
  | RequestRefusal

/**
 * Makes the account, proved and without a password, its request under the same guard and limits as everybody's, and
 * hands on who it is. Refused, nothing of it has happened and the link still opens: another time can be chosen.
 */
export async function confirmBooking(portal: Portal, input: ConfirmInput): Promise<ConfirmOutcome> {
  const known = await wishOfLink(portal.db, portal, input.token)
  if (!known) return { ok: false, reason: 'no-link' }
  return asking<ConfirmOutcome>(portal, input.time, async (wish, at) => {
    const outcome = await allOrNothing(portal, (tx) => confirmInTurn(portal, tx, known.id, input, wish, at))
    return !outcome.ok && outcome.reason === 'taken' ? 'taken' : outcome
  })
}

async function confirmInTurn(
  portal: Portal,
  tx: Tx,
  id: number,
  { time, requestId }: ConfirmInput,
  wish: Wish,
  at: FreeTime,
): Promise<ConfirmOutcome | { ok: false; reason: 'taken' }> {
  // Before the first look, as everybody does (platform/turns.ts). The account's own record is nobody else's to know yet.
  await takeTurn(tx, [providerTurn(time.provider)])
  const asked = await lockWish(tx, id)
  if (asked?.made) return { ok: true, eid: asked.made.eid, first: false }
  if (!asked || !(await useLink(tx, portal, asked.linkId))) return { ok: false, reason: 'no-link' }
  const made = await makeAccount(portal, tx, asked, requestId)
  if (!made) return { ok: false, reason: 'has-account' }
  const { actor, scope } = made
  const wanted = { ...time, scope, reason: asked.reason, once: undefined }
  const outcome = await requestInTurn(portal, tx, actor, wanted, wish, at)
  if (outcome === 'taken') return { ok: false, reason: 'taken' }
  if (!outcome.ok) return outcome
  const accountId = scope.account.id
  const passwordLink = await linkToPassword(portal, tx, accountId, asked.email)
  await settleWish(tx, portal, id, { accountId, eid: outcome.eid, passwordLink }, time)
  // Who they say they are goes to the registrations, so that staff find the chart.
  await publish(tx, portal.clock, {
    event: 'booking.made',
    payload: { wish: id, account: accountId, eid: outcome.eid },
  })
  return { ok: true, eid: outcome.eid, first: true }
}

/** Undefined: the address has an account already. */
async function makeAccount(
  portal: Portal,
  tx: Tx,
  { email, firstName, lastName, language }: BookingWish,
  requestId: string,
): Promise<{ actor: Actor; scope: OwnScope } | undefined> {
  const displayName = `${firstName} ${lastName}`
  const wanted = { email, verified: true, passwordHash: null, displayName, language }
  const account = await createAccount(tx, portal.clock, wanted)
  if (!account) return undefined
  const { id, ownRecord: record } = account
  const actor: Actor = {
    ...{ kind: 'account', id: String(id), name: displayName, requestId },
    actingAs: { record, relationship: undefined },
  }
  await recordAudit(tx, portal.clock, actor, {
    ...{ event: 'account.made', subject: `account:${String(id)}`, record, details: { how: 'booking' } },
  })
  await publish(tx, portal.clock, { event: 'account.made', payload: { account: id } })
  return { actor, scope: { kind: 'own', account: { id, name: displayName }, record } }
}

/** Minutes: as long as a link that somebody asks for who forgot theirs. */
const PASSWORD_MINUTES = 60

/** To choose the account's first password by, on the page that follows. It opens nothing once there is one. */
function linkToPassword(portal: Portal, tx: Tx, accountId: number, email: string): Promise<string> {
  const facts = { of: 'own', before: passwordMark(undefined), email }
  return makeLink(tx, portal, { purpose: 'reset-password', accountId, minutes: PASSWORD_MINUTES, facts })
}
