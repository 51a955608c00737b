/** The second factor at the door: a code of the app, a passkey, or a recovery code. Wrong ones are told alike. */
import { spendChallenge } from '../../../access/challenges.js'
import { tryLimits } from '../../../access/limits.js'
import { readProof } from '../../../access/passkeyCeremonies.js'
import { notePasskeyUse } from '../../../access/passkeys.js'
import type { Portal } from '../../../access/portal.js'
import { useRecoveryCode } from '../../../access/recoveryCodes.js'
import { stranger } from '../../../access/signIn.js'
import { useTotp } from '../../../access/totp.js'
import { recordAudit } from '../../../platform/audit.js'
import type { Tx } from '../../../platform/database.js'
import { writeNotice } from './changing.js'
import { actorOf, subjectOf, type Holder } from './holder.js'

export type FactorKind = 'app' | 'passkey' | 'recovery-code'

export interface Proof {
  by: FactorKind
  /** The code as typed, or the browser's answer as JSON. */
  typed: string
}

export type Proved = { ok: true } | { ok: false; reason: 'wrong' } | { ok: false; reason: 'too-many'; seconds: number }

const WINDOW_SECONDS = 15 * 60

export async function prove(
  portal: Portal,
  holder: Holder,
  proof: Proof,
  { address, requestId }: { address: string; requestId: string },
): Promise<Proved> {
  const trying = { audience: holder.audience, targets: [holder.owner], address }
  const limits = limitsFor(portal, proof.by)
  const room = await limits.take(trying)
  if (!room.ok) return { ok: false, reason: 'too-many', seconds: room.seconds }
  const isTheirs = await accept(portal, holder, proof, requestId)
  if (isTheirs) {
    await limits.forgive(trying)
    return { ok: true }
  }
  await refuse(portal, holder, proof.by, requestId)
  return { ok: false, reason: 'wrong' }
}

/** Somebody who guesses codes keeps nobody from their passkey: that has a count of its own. */
function limitsFor({ db, settings }: Portal, by: FactorKind) {
  const kind = by === 'passkey' ? 'passkey' : 'second-factor'
  return tryLimits(db, kind, WINDOW_SECONDS, () => ({
    perAccount: settings().signInTries,
    perAddress: settings().signInTriesPerAddress,
  }))
}

async function accept(portal: Portal, holder: Holder, { by, typed }: Proof, requestId: string): Promise<boolean> {
  const use = await useOf(portal, holder, by, typed)
  return portal.db.transaction(async (tx) => {
    if (!(await use(tx))) return false
    const actor = actorOf(holder, requestId)
    const subject = subjectOf(holder)
    await recordAudit(tx, portal.clock, actor, { event: 'second-factor.accepted', subject, details: { by } })
    // There is one less, and it may be that somebody found the paper.
    if (by === 'recovery-code') await writeNotice(tx, portal, actor, holder, 'code-used')
    return true
  })
}

type Use = (tx: Tx) => Promise<boolean>

async function useOf(portal: Portal, { owner }: Holder, by: FactorKind, typed: string): Promise<Use> {
  if (by === 'app') return (tx) => useTotp(tx, portal, owner, typed)
  if (by === 'recovery-code') return (tx) => useRecoveryCode(tx, portal, owner, typed)
  const proof = await readProof(portal, typed, owner)
  return async (tx) =>
    proof !== undefined &&
    (await spendChallenge(tx, portal, proof.challenge)) &&
    (await notePasskeyUse(tx, portal, proof.passkey, proof.newCounter))
}

async function refuse({ clock, db }: Portal, holder: Holder, by: FactorKind, requestId: string): Promise<void> {
  const { person } = holder
  const actor = stranger(requestId, person.kind === 'account' ? person.id : undefined)
  const subject = subjectOf(holder)
  await db.transaction((tx) =>
    recordAudit(tx, clock, actor, { event: 'second-factor.refused', subject, details: { by } }),
  )
}
