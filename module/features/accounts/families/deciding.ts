/** What staff decide about a grant. It holds from the next request on: every page asks anew what an account may open. */
import { revokeCodesOfBarred } from '../../../access/codeIssuing.js'
import { beginOf, endOf } from '../../../access/grantDays.js'
import { moveOwnRecordOf } from '../../../access/ownRecord.js'
import { letGoOfLogin, takeLoginBack } from '../../../access/personAccount.js'
import type { Portal } from '../../../access/portal.js'
import { findGrant, type ChartGrant } from '../../../host/reads/grants.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import { day as dayOf, utc, type Day, type Utc } from '../../../platform/clock.js'
import type { Tx } from '../../../platform/database.js'
import { publish } from '../../../platform/outbox.js'
import { chartTurn, takeTurn } from '../../../platform/turns.js'

export type Decision =
  /** `from`: closed until that day. Undefined: as it is, and at once where it has not begun. */
  | { what: 'changed'; relationship: string; extent: string; from?: Day | undefined; until: Day | undefined }
  /** Stands against every PIN and code, until it is restored. */
  | { what: 'revoked' }
  | { what: 'restored' }
  /** Kept as it is despite the patient's age. */
  | { what: 'exempted' }
  | { what: 'exemption-ended' }

export interface Deciding {
  pid: number
  /** foyer_grants.id */
  id: number
  /** As the deciding page showed it. Undefined: whatever it is now. */
  version: number | undefined
  /** '' only of a change. */
  reason: string
  decision: Decision
}

export type Outcome =
  | { ok: true }
  | { ok: false; reason: 'not-found' }
  /** Somebody changed it meanwhile. */
  | { ok: false; reason: 'stale' }
  /** It is so already, or is no longer what this would end. */
  | { ok: false; reason: 'over' }

const events = {
  changed: 'grant.changed',
  revoked: 'grant.revoked',
  restored: 'grant.restored',
  exempted: 'grant.exempted',
  'exemption-ended': 'grant.exemption-ended',
} as const

/** One decision, with its line in the grant's history. A self grant keeps its relationship, and no other becomes one. */
export async function decide(portal: Portal, actor: Actor, input: Deciding): Promise<Outcome> {
  const { db, clock } = portal
  const { pid, id, reason, decision } = input
  return db.transaction(async (tx): Promise<Outcome> => {
    // The turn of those who redeem codes for this chart, too.
    await takeTurn(tx, [chartTurn(pid)])
    const before = await findGrant(tx, { pid, id })
    if (!before) return { ok: false, reason: 'not-found' }
    if (input.version !== undefined && input.version !== before.version) return { ok: false, reason: 'stale' }
    if (!applies(before, decision)) return { ok: false, reason: 'over' }

    await write(tx, portal, actor, before, input)
    if (decision.what === 'revoked') await revokeCodesOfBarred(tx, portal, actor, pid)
    if (before.relationship === 'self') {
      if (opensAll(portal, decision))
        await moveOwnRecordOf(tx, portal, before.accountId, { record: before.record, pid })
      const login = { accountId: before.accountId, pid }
      if (decision.what === 'revoked') await letGoOfLogin(tx, login)
      if (decision.what === 'restored') await takeLoginBack(tx, login)
    }
    const after = (await findGrant(tx, { pid, id })) ?? before
    await tx.insert(
      `INSERT INTO foyer_grant_changes (grant_id, what, before_it, after_it, reason, changed_by, at)
       VALUES (:id, :what, :before, :after, :reason, :by, :now)`,
      {
        ...{ id, what: decision.what, reason, by: actor.name, now: utc(clock.now()) },
        ...{ before: JSON.stringify(saidOf(before)), after: JSON.stringify(saidOf(after)) },
      },
    )
    await recordAudit(tx, clock, actor, {
      event: events[decision.what],
      subject: `account:${String(before.accountId)}`,
      pid,
      record: before.record,
      details: saidOf(after),
    })
    const payload = { grant: id, account: before.accountId, pid }
    await publish(tx, clock, { event: events[decision.what], payload, key: `patient:${String(pid)}` })
    return { ok: true }
  })
}

/** From now on their chart opens everything, so that what they entered before belongs there, as with a code. */
function opensAll({ clock }: Pick<Portal, 'clock'>, decision: Decision): boolean {
  if (decision.what !== 'changed' || decision.extent !== 'full') return false
  const today = dayOf(clock.now())
  return (decision.from ?? today) <= today && (decision.until ?? today) >= today
}

function applies(grant: ChartGrant, decision: Decision): boolean {
  switch (decision.what) {
    case 'changed':
      return (grant.relationship === 'self') === (decision.relationship === 'self')
    case 'revoked':
      return grant.revoked === undefined
    case 'restored':
      return grant.revoked !== undefined
    case 'exempted':
      return grant.exemption === undefined
    case 'exemption-ended':
      return grant.exemption !== undefined
  }
}

async function write(
  tx: Tx,
  { clock }: Portal,
  actor: Actor,
  { id, validFrom }: ChartGrant,
  { decision, reason }: Deciding,
): Promise<void> {
  const decided = { id, by: actor.name, reason, now: utc(clock.now()) }
  switch (decision.what) {
    case 'changed': {
      const { relationship, extent, from, until } = decision
      const begins = from === undefined ? earlier(validFrom, decided.now) : beginOf(from, clock.zone)
      await tx.change(
        `UPDATE foyer_grants SET relationship = :relationship, extent = :extent, valid_from = :begins, valid_until = :until, version = version + 1
          WHERE id = :id`,
        { id, relationship, extent, begins, until: until === undefined ? null : endOf(until, clock.zone) },
      )
      return
    }
    case 'revoked':
      await tx.change(
        `UPDATE foyer_grants SET revoked_at = :now, revoked_by = :by, revoked_reason = :reason, version = version + 1
          WHERE id = :id`,
        decided,
      )
      return
    case 'restored':
      await tx.change(
        `UPDATE foyer_grants SET revoked_at = NULL, revoked_by = NULL, revoked_reason = NULL, version = version + 1
          WHERE id = :id`,
        { id },
      )
      return
    case 'exempted':
      await tx.change(
        `UPDATE foyer_grants SET exempt_at = :now, exempt_by = :by, exempt_reason = :reason, version = version + 1
          WHERE id = :id`,
        decided,
      )
      return
    case 'exemption-ended':
      await tx.change(
        `UPDATE foyer_grants SET exempt_at = NULL, exempt_by = NULL, exempt_reason = NULL, version = version + 1
          WHERE id = :id`,
        { id },
      )
  }
}

const earlier = (one: Utc, other: Utc): Utc => (one < other ? one : other)

function saidOf({ relationship, extent, validFrom, validUntil, revoked, exempt }: ChartGrant) {
  return { relationship, extent, from: validFrom, until: validUntil ?? null, revoked: revoked !== undefined, exempt }
}
