/**
 * The verbs of who decides about access, each one transaction: the rule or the host's own rows, the history, the audit
 * trail, the host's log. They are done one after the other, so that two who take the right from each other don't both.
 */
import { holdersOf, rememberChange, writeRule, type Effect, type RuleChange } from '../../access/rules.js'
import type { Portal } from '../../access/portal.js'
import type { StaffMember } from '../../access/staff.js'
import { PORTAL_RIGHT, readAccessLists, standingIn, SUPER, type AccessLists, type HostGroup } from '../../host/gacl.js'
import { writeHostLog } from '../../host/log.js'
import { allowPortal, denyPortal, resetPortal, type Written } from '../../host/portalRight.js'
import { findStaff, setPortalUser, type StaffUser } from '../../host/staff.js'
import { recordAudit, type Actor } from '../../platform/audit.js'
import { wallClock } from '../../platform/clock.js'
import type { Tx } from '../../platform/database.js'
import { publish } from '../../platform/outbox.js'
import { takeTurn } from '../../platform/turns.js'

export type ChangeOutcome =
  | { ok: true }
  /** Nobody at work could decide about access any more. */
  | { ok: false; reason: 'last-holder' }
  /** Whoever asks has lost the right to in the meantime. */
  | { ok: false; reason: 'no-longer' }
  /** The EMR keeps this right in an access list for several groups: only its own screen can part them. */
  | { ok: false; reason: 'shared' }

interface Decision {
  permission: string
  effect: Effect
  /** '' only where none is asked for. */
  reason: string
}

/** Decides for a group of the host. `portal:use` goes to the host's own access lists, so that its menu appears. */
export function changeGroup(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { group, ...decision }: Decision & { group: HostGroup },
): Promise<ChangeOutcome> {
  const change = { ...decision, subject: `group:${group.value}` }
  return inTurn(portal, member, (tx) =>
    change.permission === 'portal:use'
      ? changePortalRight(tx, portal, actor, group, change)
      : changeRule(tx, portal, actor, change),
  )
}

/** Decides for one user, over whatever the groups say. */
export function changeUser(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { user, ...decision }: Decision & { user: StaffUser },
): Promise<ChangeOutcome> {
  const change = { ...decision, subject: `user:${user.username}` }
  return inTurn(portal, member, (tx) => changeRule(tx, portal, actor, change))
}

/** Decides for everybody whose access to a chart goes this far. `subject`: `extent:full`, `own`, … */
export function changeExtent(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  change: RuleChange,
): Promise<ChangeOutcome> {
  return inTurn(portal, member, (tx) => changeRule(tx, portal, actor, change))
}

/** Lets patients write to a user, or no longer: the checkbox of the host's user administration (facts §4.4). */
export function changeAddressee(
  portal: Portal,
  member: StaffMember,
  actor: Actor,
  { user, on }: { user: StaffUser; on: boolean },
): Promise<ChangeOutcome> {
  return inTurn(portal, member, async (tx) => {
    if ((await findStaff(tx, user.id))?.portalUser === on) return 'unchanged'
    await setPortalUser(tx, user.id, on)
    const [was, effect] = on ? ['off', 'on'] : ['on', 'off']
    const change = { subject: `user:${user.username}`, permission: 'addressee', was, effect, reason: '' }
    await tell(tx, portal, actor, change)
    await tellHost(tx, portal, actor, `user ${user.username}, portal_user ${on ? '1' : '0'}`)
    return 'written'
  })
}

/** Thrown to roll back; caught where the transaction was begun. */
class Refused extends Error {
  constructor(readonly reason: Extract<ChangeOutcome, { ok: false }>['reason']) {
    super(reason)
  }
}

async function inTurn(portal: Portal, member: StaffMember, work: (tx: Tx) => Promise<Written>): Promise<ChangeOutcome> {
  try {
    await portal.db.transaction(async (tx) => {
      await takeTurn(tx, ['access'])
      if (!(await holdersOf(tx, 'access:manage')).some(({ id }) => id === member.id)) throw new Refused('no-longer')
      if ((await work(tx)) === 'shared') throw new Refused('shared')
      if ((await holdersOf(tx, 'access:manage')).length === 0) throw new Refused('last-holder')
    })
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: error.reason }
    throw error
  }
  await portal.renew()
  return { ok: true }
}

async function changeRule(tx: Tx, portal: Portal, actor: Actor, change: RuleChange): Promise<Written> {
  const was = await writeRule(tx, portal.clock, actor, change)
  if (was === change.effect && was === 'default') return 'unchanged'
  await tell(tx, portal, actor, { ...change, was })
  return 'written'
}

/**
 * The host's row says it to the host; a denial is a rule of Foyer's besides, which binds the host's superusers too. To
 * them the host neither denies anything nor lets it be taken back (facts §4.2).
 */
async function changePortalRight(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  group: HostGroup,
  change: RuleChange,
): Promise<Written> {
  const lists = await readAccessLists(tx)
  const was = standsAlready(lists, group)
  const seconds = Math.floor(portal.clock.now().toSeconds())
  const inHost = await writeInHost(tx, lists, group, change.effect, seconds)
  if (inHost === 'shared') return 'shared'
  const rule = await writeRule(tx, portal.clock, actor, {
    ...change,
    effect: change.effect === 'deny' ? 'deny' : 'default',
  })
  if (inHost === 'unchanged' && rule === 'default' && change.effect !== 'deny') return 'unchanged'
  await tell(tx, portal, actor, { ...change, was: rule === 'deny' ? 'deny' : was })
  if (inHost === 'written') await tellHost(tx, portal, actor, `group ${group.name}, ${PORTAL_RIGHT} ${change.effect}`)
  return 'written'
}

function standsAlready({ rules }: AccessLists, group: HostGroup): Effect {
  const own = rules.filter((rule) => rule.right === PORTAL_RIGHT && rule.groupId === group.id)
  if (own.some((rule) => rule.allow === 0)) return 'deny'
  return own.length > 0 ? 'allow' : 'default'
}

async function writeInHost(
  tx: Tx,
  lists: AccessLists,
  group: HostGroup,
  effect: Effect,
  seconds: number,
): Promise<Written> {
  if (effect === 'allow') return allowPortal(tx, group, seconds)
  if (standingIn(lists, [group]).rights.has(SUPER)) return 'unchanged'
  return effect === 'deny' ? denyPortal(tx, group, seconds) : resetPortal(tx, group, seconds)
}

async function tell(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  change: Omit<RuleChange, 'effect'> & { was: string; effect: string },
): Promise<void> {
  const { subject, permission, was, effect } = change
  await rememberChange(tx, portal.clock, actor, change)
  await recordAudit(tx, portal.clock, actor, {
    event: 'access.changed',
    // As long as its column.
    subject: subject.slice(0, 64),
    details: { permission, was, effect },
  })
  await publish(tx, portal.clock, { event: 'access.changed', payload: { subject, permission, effect } })
}

/** As the host tells of a change in its own administration (facts §11.3). */
async function tellHost(tx: Tx, portal: Portal, actor: Actor, what: string): Promise<void> {
  await writeHostLog(tx, {
    at: wallClock(portal.clock.now()),
    event: 'security-administration-update',
    category: 'Security',
    user: actor.id,
    groupname: 'Default',
    comment: `Foyer: ${what}`,
    success: true,
    from: 'portal-dashboard',
  })
}
