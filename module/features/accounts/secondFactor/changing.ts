/** Setting up, changing and switching off. Each change ends every session of theirs, and they are told by letter. */
import { spendChallenge } from '../../../access/challenges.js'
import { writeLetter } from '../../../access/letters.js'
import { readCreated } from '../../../access/passkeyCeremonies.js'
import { keepPasskey, removePasskey, renamePasskey } from '../../../access/passkeys.js'
import type { Portal } from '../../../access/portal.js'
import { makeRecoveryCodes, removeRecoveryCodes } from '../../../access/recoveryCodes.js'
import { factorsOf, hasFactor, mustHaveFactor, removeFactors } from '../../../access/secondFactors.js'
import { endSessions } from '../../../access/sessions.js'
import { keepTotp, removeTotp, stepOfCode } from '../../../access/totp.js'
import { recordAudit, type Actor } from '../../../platform/audit.js'
import type { Tx } from '../../../platform/database.js'
import { sha256 } from '../../../platform/ids.js'
import { publish } from '../../../platform/outbox.js'
import { takeTurn } from '../../../platform/turns.js'
import { subjectOf, type Holder } from './holder.js'
import type { Whose } from '../../../web/whose.js'

/** `codes`: recovery codes to be shown now and never again, where there were none before. */
export type SetUp = { ok: true; codes: string[] | undefined } | { ok: false; reason: 'wrong' }

export async function setUpApp(
  portal: Portal,
  by: Actor,
  holder: Holder,
  { secret, code }: { secret: string; code: string },
): Promise<SetUp> {
  const step = stepOfCode(secret, code, portal.clock)
  if (step === undefined) return { ok: false, reason: 'wrong' }
  return changeOf(portal, holder, async (tx): Promise<SetUp> => {
    const had = hasFactor(await factorsOf(tx, holder.owner))
    // The first factor brings the codes for the day on which it is away.
    const codes = had ? undefined : await makeRecoveryCodes(tx, portal, holder.owner)
    await keepTotp(tx, portal, holder.owner, { secret, step })
    await recordAudit(tx, portal.clock, by, { event: 'second-factor.app-added', subject: subjectOf(holder) })
    await tell(tx, portal, by, holder, 'app-added')
    return { ok: true, codes }
  })
}

const NAME_MOST = 100

/** Refused as wrong: also before the account's address is proved (newPasskeyPage offers none then). */
export async function addPasskey(
  portal: Portal,
  by: Actor,
  holder: Holder,
  { answer, name }: { answer: string; name: string },
): Promise<SetUp> {
  const created = holder.unproved ? undefined : await readCreated(portal, holder.owner, answer)
  if (!created) return { ok: false, reason: 'wrong' }
  return changeOf(portal, holder, async (tx): Promise<SetUp> => {
    if (!(await spendChallenge(tx, portal, created.challenge))) return { ok: false, reason: 'wrong' }
    const had = hasFactor(await factorsOf(tx, holder.owner))
    const kept = await keepPasskey(tx, portal, holder.owner, { ...created.passkey, name: name.slice(0, NAME_MOST) })
    if (!kept) return { ok: false, reason: 'wrong' }
    const codes = had ? undefined : await makeRecoveryCodes(tx, portal, holder.owner)
    await recordAudit(tx, portal.clock, by, { event: 'second-factor.passkey-added', subject: subjectOf(holder) })
    await tell(tx, portal, by, holder, 'passkey-added')
    return { ok: true, codes }
  })
}

/** Undefined: there is nothing that they would stand in for. */
export async function newCodes(portal: Portal, by: Actor, holder: Holder): Promise<string[] | undefined> {
  return changeOf(portal, holder, async (tx) => {
    if (!hasFactor(await factorsOf(tx, holder.owner))) return undefined
    const codes = await makeRecoveryCodes(tx, portal, holder.owner)
    await recordAudit(tx, portal.clock, by, { event: 'second-factor.codes-made', subject: subjectOf(holder) })
    await tell(tx, portal, by, holder, 'codes-made')
    return codes
  })
}

/** Only what it is called: nobody's way in changes. False: they have no such passkey. */
export async function callPasskey(
  portal: Portal,
  by: Actor,
  holder: Holder,
  { id, name }: { id: number; name: string },
): Promise<boolean> {
  return portal.db.transaction(async (tx) => {
    if (!(await renamePasskey(tx, holder.owner, id, name))) return false
    await recordAudit(tx, portal.clock, by, { event: 'second-factor.passkey-renamed', subject: subjectOf(holder) })
    return true
  })
}

/** required: it is the last one, and the practice asks for one. gone: there is nothing to take off. */
export type TakenOff = { ok: true } | { ok: false; reason: 'required' | 'gone' }

/** `what`: the app, the passkey of this id, or everything. */
export async function takeOff(
  portal: Portal,
  by: Actor,
  holder: Holder,
  what: 'app' | 'all' | { passkey: number },
): Promise<TakenOff> {
  const isRequired = await mustHaveFactor(portal, holder.person)
  return changeOf(portal, holder, async (tx): Promise<TakenOff> => {
    const { app, passkeys } = await factorsOf(tx, holder.owner)
    const isLast = what === 'all' || (app ? 1 : 0) + passkeys <= 1
    if (isRequired && isLast) return { ok: false, reason: 'required' }
    if (!(await remove(tx, holder, what))) return { ok: false, reason: 'gone' }
    const { clock } = portal
    const subject = subjectOf(holder)
    if (isLast) {
      await removeRecoveryCodes(tx, holder.owner)
      await recordAudit(tx, clock, by, { event: 'second-factor.switched-off', subject })
      await tell(tx, portal, by, holder, 'switched-off')
    } else {
      const event = what === 'app' ? 'second-factor.app-removed' : 'second-factor.passkey-removed'
      await recordAudit(tx, clock, by, { event, subject })
      await tell(tx, portal, by, holder, what === 'app' ? 'app-removed' : 'passkey-removed')
    }
    return { ok: true }
  })
}

function remove(tx: Tx, { owner }: Holder, what: 'app' | 'all' | { passkey: number }): Promise<boolean> {
  if (what === 'all') return removeFactors(tx, owner)
  return what === 'app' ? removeTotp(tx, owner) : removePasskey(tx, owner, what.passkey)
}

/** Staff helped somebody who lost theirs. False: there was nothing to take off. */
export async function resetFactors(
  portal: Portal,
  by: Actor,
  holder: Holder,
  { reason, whose }: { reason: string; whose: Whose | undefined },
): Promise<boolean> {
  return changeOf(portal, holder, async (tx) => {
    if (!(await removeFactors(tx, holder.owner))) return false
    const subject = subjectOf(holder)
    const about = typeof whose === 'number' ? { pid: whose } : { record: whose?.record }
    await recordAudit(tx, portal.clock, by, { event: 'second-factor.reset', subject, ...about, details: { reason } })
    await tell(tx, portal, by, holder, 'reset')
    return true
  })
}

type Change =
  | 'app-added'
  | 'app-removed'
  | 'passkey-added'
  | 'passkey-removed'
  | 'codes-made'
  | 'switched-off'
  | 'reset'
  | 'code-used'

/** One at a time for each owner: two first factors at once would make two lists of codes, and show a dead one. */
function changeOf<Result>(portal: Portal, { owner }: Holder, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  return portal.db.transaction(async (tx) => {
    // Hashed, since the host's user names may be longer than the name of a turn.
    await takeTurn(tx, [`second-factor:${sha256(owner).slice(0, 32)}`])
    return work(tx)
  })
}

async function tell(tx: Tx, portal: Portal, by: Actor, holder: Holder, what: Change): Promise<void> {
  await publish(tx, portal.clock, { event: 'second-factor.changed', payload: { owner: holder.owner, what } })
  await endSessions(tx, holder.audience, holder.person.id, holder.session)
  await writeNotice(tx, portal, by, holder, what)
}

/** Whoever did it, the holder hears of it. */
export async function writeNotice(tx: Tx, portal: Portal, by: Actor, holder: Holder, what: Change): Promise<void> {
  const { email: to, language, pid, person, audience } = holder
  if (to === undefined) return
  await writeLetter(tx, portal, {
    ...{ kind: 'account.second-factor-changed', channel: 'mail', to, language, pid, by },
    ...(person.kind === 'account' ? { accountId: person.id } : {}),
    facts: { what, audience },
  })
}
