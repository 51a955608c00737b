/**
 * What a passkey is asked to sign. Keyed instead of kept, so that opening a page writes nothing: who made it, for whom
 * and when can be told from it. What is kept is that it was answered, so that no answer counts twice.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { utc } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import { sha256 } from '../platform/ids.js'
import type { Portal } from './portal.js'

/** create: a new passkey; prove: besides a password; enter: instead of one. */
export type ChallengePurpose = 'create' | 'prove' | 'enter'

type Keyed = Pick<Portal, 'secret' | 'clock'>

const MINUTES = 10
const RANDOM_BYTES = 16
const TIME_BYTES = 6

/** Base64url. `whose`: the only one who may answer it; '' where anybody may. */
export function makeChallenge(portal: Keyed, purpose: ChallengePurpose, whose: string): string {
  const head = Buffer.alloc(RANDOM_BYTES + TIME_BYTES)
  randomBytes(RANDOM_BYTES).copy(head)
  head.writeUIntBE(portal.clock.now().toMillis(), RANDOM_BYTES, TIME_BYTES)
  return Buffer.concat([head, wordOn(portal, purpose, whose, head)]).toString('base64url')
}

/** Whether it is ours, for this, and made within the last ten minutes. */
export function isOurChallenge(portal: Keyed, purpose: ChallengePurpose, whose: string, challenge: string): boolean {
  const bytes = Buffer.from(challenge, 'base64url')
  const head = bytes.subarray(0, RANDOM_BYTES + TIME_BYTES)
  const word = bytes.subarray(RANDOM_BYTES + TIME_BYTES)
  if (head.length < RANDOM_BYTES + TIME_BYTES) return false
  const ours = wordOn(portal, purpose, whose, head)
  if (word.length !== ours.length || !timingSafeEqual(word, ours)) return false
  const now = portal.clock.now()
  const made = head.readUIntBE(RANDOM_BYTES, TIME_BYTES)
  return made <= now.toMillis() && made > now.minus({ minutes: MINUTES }).toMillis()
}

/** Takes the one answer that it may have. False: it has had it. */
export async function spendChallenge(tx: Tx, { clock }: Keyed, challenge: string): Promise<boolean> {
  const spent = await tx.change(
    `INSERT IGNORE INTO foyer_used_challenges (challenge_hash, used_at) VALUES (:hash, :now)`,
    {
      hash: sha256(challenge),
      now: utc(clock.now()),
    },
  )
  return spent === 1
}

/** Answers of an hour ago are too old to count by themselves. */
export const CHALLENGE_KEPT_MINUTES = 60

function wordOn({ secret }: Keyed, purpose: ChallengePurpose, whose: string, head: Buffer): Buffer {
  return createHmac('sha256', secret).update(`challenge:${purpose}:${whose}:`).update(head).digest()
}
