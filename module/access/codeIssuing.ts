/** The staff's verbs on PINs and access codes: make, make anew, revoke. Each is one transaction. */
import { membersOf, type FamilyMember } from '../host/family.js'
import { writeHostLog } from '../host/log.js'
import { openChart } from '../host/openChart.js'
import { recordAudit, type Actor } from '../platform/audit.js'
import { day as dayOf, utc, wallClock, type Day, type Utc } from '../platform/clock.js'
import type { Tx } from '../platform/database.js'
import type { Language } from '../platform/i18n.js'
import { opaqueId, sha256 } from '../platform/ids.js'
import type { Once } from '../platform/once.js'
import { publish } from '../platform/outbox.js'
import { chartTurn, takeTurn } from '../platform/turns.js'
import { openingOn } from './ages.js'
import { barKey, barsOfChart, barsOfName, keepLooked, lookedBars, lookedBarsOfChart } from './codeBars.js'
import { grantInTheWay } from './codeGrants.js'
import { waitingRegistration } from './codeRegistrations.js'
import { findCode, type Code, type CodeExtent, type CodeKind } from './codes.js'
import { codeHash, codeSymbols } from './codeSymbols.js'
import { onceOnly, type UsedOtherwise } from './codesOnce.js'
import { beginOf, firstDayOf } from './grantDays.js'
import { writeLetter, type Channel } from './letters.js'
import { isPlaceholderName, plainName } from './placeholderNames.js'
import type { Portal } from './portal.js'

export interface NewCodes {
  kind: CodeKind
  /** The charts that each get one. */
  pids: readonly number[]
  recipient: string
  relationship: string
  extent: CodeExtent
  /** The first day on which it opens anything, today or later. Undefined: as soon as it is used. */
  from?: Day | undefined
  language: Language
  /** Registrations that staff have looked at: somebody else's. */
  notRegistered?: readonly number[]
  /** Revoked access of somebody of this name that staff have looked at (codeBars.ts `barKey`): it is somebody else's. */
  notBarred?: readonly string[]
  /** Goes out by itself; without it, it is printed. One chart only. */
  send?: Sending | undefined
}

export interface Sending {
  channel: Channel
  /** Checked by whoever took it. */
  to: string
  /** The chart does not allow this channel, and the patient has asked for it now: staff say so. */
  asked: boolean
}

/** Why a chart gets none. Each has a way out (features/accounts/codes/refusals.ts). */
export type CodeRefusal =
  | { reason: 'no-such-patient' }
  /** Baby Boy, Twin A …: the given name has to be in the chart first. */
  | { reason: 'placeholder-name' }
  /** Somebody has registered themselves as this person, or for them, and waits. */
  | { reason: 'open-registration'; registration: number }
  /** Somebody waits who may be this person; issued all the same where staff have looked and say no (`notRegistered`). */
  | { reason: 'perhaps-registered'; registration: number }
  /** The same person has one of this chart that can still be used. */
  | { reason: 'active'; code: number }
  /** The access of this person, or of somebody of the same name, was revoked; issued all the same where staff say who it is not (`notBarred`). */
  | { reason: 'barred'; by: string; why: string; at: Utc; bars: readonly string[] }
  /** At the patient's age it would open nothing to a parent or guardian (ages.ts). */
  | { reason: 'of-age' }
  /** This person opens the chart already, by a grant to which it cannot be added (codeJoining.ts): that one is changed. */
  | { reason: 'otherwise-open'; grant: number }
  /** The same, and their grant opens nothing before this instant. */
  | { reason: 'not-begun'; grant: number; from: Utc }
  /** The patient's own record opens as soon as the code is used: what they entered before goes into it then. */
  | { reason: 'own-later' }
  /** The chart has no date of birth, which has to be typed with it. */
  | { reason: 'no-birth-date' }
  /** The chart does not allow e-mail or text messages, and nobody said that the patient asked. */
  | { reason: 'no-consent' }

export type Issued =
  | { ok: true; family: string; codes: ReadonlyArray<{ id: number; pid: number }> }
  | { ok: false; refusals: ReadonlyMap<number, CodeRefusal> }
  | UsedOtherwise

/** All of them or none; `once`: and not again for another press of the same form. The charts say YES to the portal afterwards, which is logged. */
export async function issueCodes(portal: Portal, actor: Actor, wanted: NewCodes, once?: Once): Promise<Issued> {
  const pids = [...new Set(wanted.pids)]
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, pids.map(chartTurn))
    return onceOnly(tx, portal, once, async (): Promise<Issued> => {
      const refusals = await whyNot(tx, portal, { ...wanted, pids }, undefined)
      if (refusals.size > 0) return { ok: false, refusals }
      return { ok: true, ...(await make(tx, portal, actor, { ...wanted, pids })) }
    })
  })
}

export type Reissued = Issued | { ok: false; reason: 'not-found' | 'redeemed' }

/** Revokes it and makes another for the same person, with a life of its own. */
export async function reissueCode(
  portal: Portal,
  actor: Actor,
  of: { pid: number; id: number; language: Language },
  once?: Once,
): Promise<Reissued> {
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, [chartTurn(of.pid)])
    return onceOnly(tx, portal, once, () => reissue(tx, portal, actor, of))
  })
}

async function reissue(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  of: { pid: number; id: number; language: Language },
): Promise<Reissued> {
  const old = await findCode(tx, portal, of)
  if (!old) return { ok: false, reason: 'not-found' }
  if (old.standing === 'registered') return { ok: false, reason: 'redeemed' }
  const wanted: NewCodes = {
    ...{ kind: old.kind, pids: [old.pid], recipient: old.recipient, relationship: old.relationship },
    ...{ extent: old.extent as CodeExtent, language: of.language, from: firstDayAhead(portal, old) },
    // What staff have said of the one they say of the other.
    notBarred: [...(await lookedBars(tx, old.id))],
  }
  const refusals = await whyNot(tx, portal, wanted, old.id)
  if (refusals.size > 0) return { ok: false, refusals }
  if (old.standing !== 'revoked') await revoke(tx, portal, actor, old, REISSUED)
  return { ok: true, ...(await make(tx, portal, actor, wanted)) }
}

/** As the row says it: the pages have words for it. */
export const REISSUED = 'reissued'

export type Revoked = { ok: true } | { ok: false; reason: 'not-found' | 'redeemed' | 'over' }

/** It opens nothing from now on. Refused: 'redeemed' (what it opened is a grant now), 'over' (revoked before). */
export async function revokeCode(
  portal: Portal,
  actor: Actor,
  { pid, id, reason }: { pid: number; id: number; reason: string },
): Promise<Revoked> {
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, [chartTurn(pid)])
    const code = await findCode(tx, portal, { pid, id })
    if (!code) return { ok: false, reason: 'not-found' }
    if (code.standing === 'registered') return { ok: false, reason: 'redeemed' }
    if (code.standing === 'revoked') return { ok: false, reason: 'over' }
    const done = await revoke(tx, portal, actor, code, reason)
    return done ? { ok: true } : { ok: false, reason: 'redeemed' }
  })
}

/** As the row says it of a code whose holder's access was revoked. */
export const ACCESS_REVOKED = 'access-revoked'

/**
 * Ends what is pending for whoever lost the access to this chart, in the transaction that took it, which has the
 * chart's turn. Returns how many.
 */
export async function revokeCodesOfBarred(tx: Tx, portal: Portal, actor: Actor, pid: number): Promise<number> {
  const bars = await barsOfChart(tx, pid)
  const pending = await tx.select<{ id: number; recipient: string }>(
    `SELECT id, recipient FROM foyer_codes WHERE pid = :pid AND redeemed_at IS NULL AND revoked_at IS NULL`,
    { pid },
  )
  const looked = await lookedBarsOfChart(tx, pid)
  const theirs = pending.filter(({ id, recipient }) =>
    bars.some((bar) => plainName(bar.name) === plainName(recipient) && looked.get(id)?.has(barKey(bar)) !== true),
  )
  for (const { id } of theirs) await revoke(tx, portal, actor, { id, pid }, ACCESS_REVOKED)
  return theirs.length
}

export type CodeSent = { ok: true; letter: number } | { ok: false; reason: 'not-found' | 'over' | 'no-consent' }

/** Sends one that is still pending, again or to another address. */
export async function sendCode(
  portal: Portal,
  actor: Actor,
  { pid, id, send, language }: { pid: number; id: number; send: Sending; language: Language },
): Promise<CodeSent> {
  return portal.db.transaction(async (tx) => {
    await takeTurn(tx, [chartTurn(pid)])
    const code = await findCode(tx, portal, { pid, id })
    if (!code) return { ok: false, reason: 'not-found' }
    if (code.symbols === undefined) return { ok: false, reason: 'over' }
    const patient = (await membersOf(tx, [pid])).get(pid)
    if (!patient || !mayGo(patient, send)) return { ok: false, reason: 'no-consent' }
    return { ok: true, letter: await letterFor(tx, portal, actor, { id, pid, send, language }) }
  })
}

async function whyNot(
  tx: Tx,
  portal: Portal,
  wanted: NewCodes,
  replacing: number | undefined,
): Promise<Map<number, CodeRefusal>> {
  const patients = await membersOf(tx, wanted.pids)
  const refusals = new Map<number, CodeRefusal>()
  for (const pid of wanted.pids) {
    const refusal = await whyNotOne(tx, portal, wanted, patients.get(pid), replacing)
    if (refusal) refusals.set(pid, refusal)
  }
  return refusals
}

async function whyNotOne(
  tx: Tx,
  portal: Portal,
  wanted: NewCodes,
  patient: FamilyMember | undefined,
  replacing: number | undefined,
): Promise<CodeRefusal | undefined> {
  if (!patient) return { reason: 'no-such-patient' }
  const names = portal.settings().placeholderNames
  if (isPlaceholderName(patient.firstName, patient.lastName, names === 'all' ? [] : names)) {
    return { reason: 'placeholder-name' }
  }
  if (patient.born === undefined) return { reason: 'no-birth-date' }
  if (wanted.relationship === 'self' && opensFrom(portal, wanted) !== undefined) return { reason: 'own-later' }
  if (opensNothing(portal, wanted, patient)) return { reason: 'of-age' }
  if (wanted.send && !mayGo(patient, wanted.send)) return { reason: 'no-consent' }
  const waiting = await waitingRegistration(tx, portal, patient)
  if (waiting?.is === 'sure') return { reason: 'open-registration', registration: waiting.registration }
  // Whoever issues one again has looked before.
  const isOthers = replacing !== undefined || (waiting && wanted.notRegistered?.includes(waiting.registration))
  if (waiting && isOthers !== true) return { reason: 'perhaps-registered', registration: waiting.registration }
  const active = await tx.first<{ id: number }>(
    `SELECT id FROM foyer_codes WHERE active_key = :key AND expires_at > :now`,
    { key: activeKey(wanted, patient.pid), now: utc(portal.clock.now()) },
  )
  if (active && active.id !== replacing) return { reason: 'active', code: active.id }
  const gift = { ...wanted, pid: patient.pid, from: opensFrom(portal, wanted) }
  return (await barred(tx, patient.pid, wanted)) ?? grantInTheWay(tx, portal, gift, patient.born)
}

/** On its first day. */
function opensNothing(
  { clock, settings }: Portal,
  { relationship, extent, from }: NewCodes,
  { born }: FamilyMember,
): boolean {
  const grant = { relationship, extent, born, exempt: false }
  const today = dayOf(clock.now())
  return openingOn(grant, from !== undefined && from > today ? from : today, settings()).extent === undefined
}

/** Undefined: as soon as it is used; today is no day to wait for. */
function opensFrom({ clock }: Portal, { from }: Pick<NewCodes, 'from'>): Utc | undefined {
  return from === undefined || from <= dayOf(clock.now()) ? undefined : beginOf(from, clock.zone)
}

function firstDayAhead({ clock }: Portal, { opensFrom: from }: Code): Day | undefined {
  return from === undefined ? undefined : firstDayOf(from, clock.zone)
}

function mayGo(patient: FamilyMember, { channel, asked }: Sending): boolean {
  return asked || (channel === 'mail' ? patient.mailAllowed : patient.smsAllowed)
}

/** Somebody of this name lost the access that they had: a new PIN would lead nowhere, and nobody would know why. */
async function barred(
  tx: Tx,
  pid: number,
  { notBarred = [], recipient }: Pick<NewCodes, 'notBarred' | 'recipient'>,
): Promise<CodeRefusal | undefined> {
  const bars = (await barsOfName(tx, pid, recipient)).filter((bar) => !notBarred.includes(barKey(bar)))
  const [bar] = bars
  if (!bar) return undefined
  const said = { by: bar.revokedBy ?? '', why: bar.revokedReason ?? '', at: bar.revokedAt }
  return { reason: 'barred', ...said, bars: bars.map(barKey) }
}

async function make(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  wanted: NewCodes,
): Promise<{ family: string; codes: Array<{ id: number; pid: number }> }> {
  const family = opaqueId()
  const codes: Array<{ id: number; pid: number }> = []
  for (const pid of wanted.pids) {
    const id = await insert(tx, portal, actor, wanted, pid, family)
    const despite = await keepLooked(tx, portal, { code: id, pid }, wanted.notBarred ?? [], actor.name)
    await openForPortal(tx, portal, actor, pid)
    await recordAudit(tx, portal.clock, actor, {
      event: 'code.issued',
      subject: `code:${String(id)}`,
      pid,
      details: {
        ...{ kind: wanted.kind, extent: wanted.extent, relationship: wanted.relationship },
        ...(wanted.from === undefined ? {} : { from: wanted.from }),
        ...(despite.length === 0 ? {} : { despite: despite.join(' ') }),
      },
    })
    await publish(tx, portal.clock, { event: 'code.issued', payload: { code: id, pid }, key: `code:${String(id)}` })
    const { send, language } = wanted
    if (send) await letterFor(tx, portal, actor, { id, pid, send, language })
    codes.push({ id, pid })
  }
  return { family, codes }
}

async function insert(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  wanted: NewCodes,
  pid: number,
  family: string,
): Promise<number> {
  const now = portal.clock.now()
  const nonce = opaqueId()
  const key = activeKey(wanted, pid)
  // One that has expired makes room.
  await tx.change(`UPDATE foyer_codes SET active_key = NULL WHERE active_key = :key AND expires_at <= :now`, {
    key,
    now: utc(now),
  })
  return tx.insert(
    `INSERT INTO foyer_codes (kind, nonce, code_hash, pid, recipient, relationship, extent, opens_from, family, language, active_key,
                              issued_by, issued_at, expires_at)
     VALUES (:kind, :nonce, :hash, :pid, :recipient, :relationship, :extent, :opensFrom, :family, :language, :key, :by, :now, :until)`,
    {
      kind: wanted.kind,
      nonce,
      hash: codeHash(portal, codeSymbols(portal, nonce)),
      pid,
      recipient: wanted.recipient,
      relationship: wanted.relationship,
      extent: wanted.extent,
      opensFrom: opensFrom(portal, wanted) ?? null,
      family,
      language: wanted.language,
      key,
      by: actor.name,
      now: utc(now),
      until: utc(now.plus({ days: portal.settings().pinDays })),
    },
  )
}

/** One PIN for a person and a chart; one code for each extent besides. */
function activeKey({ kind, extent, recipient }: Pick<NewCodes, 'kind' | 'extent' | 'recipient'>, pid: number): string {
  const what = kind === 'pin' ? 'pin' : `code-${extent}`
  return `${what}:${String(pid)}:${sha256(plainName(recipient))}`
}

/** What is issued must open: the chart says YES and has its row in the host's portal (architecture, Scope). */
async function openForPortal(tx: Tx, portal: Portal, actor: Actor, pid: number): Promise<void> {
  const at = wallClock(portal.clock.now())
  const opened = await openChart(tx, { pid, by: actor.id, at })
  if (opened.allowed) {
    const subject = `patient:${String(pid)}`
    await recordAudit(tx, portal.clock, actor, { event: 'portal-access.allowed', subject, pid })
    await publish(tx, portal.clock, { event: 'portal-access.allowed', payload: { pid }, key: subject })
  }
  if (!opened.allowed && !opened.row) return
  await writeHostLog(tx, {
    ...{ at, pid, user: actor.id, groupname: 'Default', success: true },
    ...{ event: 'patient-access', category: 'patient-access', from: 'portal-dashboard' },
    comment: 'allowed the patient portal',
  })
}

async function letterFor(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  { id, pid, send, language }: { id: number; pid: number; send: Sending; language: Language },
): Promise<number> {
  const letter = await writeLetter(tx, portal, {
    ...{ kind: 'code.welcome', channel: send.channel, to: send.to, language, pid, by: actor },
    facts: { code: id, asked: send.asked ? 1 : 0 },
  })
  await tx.change(`UPDATE foyer_codes SET letter_id = :letter WHERE id = :id`, { letter, id })
  await recordAudit(tx, portal.clock, actor, {
    event: 'code.sent',
    subject: `code:${String(id)}`,
    pid,
    details: { channel: send.channel, asked: send.asked },
  })
  return letter
}

async function revoke(
  tx: Tx,
  portal: Portal,
  actor: Actor,
  code: Pick<Code, 'id' | 'pid'>,
  reason: string,
): Promise<boolean> {
  const now: Utc = utc(portal.clock.now())
  const done = await tx.change(
    `UPDATE foyer_codes SET revoked_at = :now, revoked_by = :by, revoked_reason = :reason, active_key = NULL
      WHERE id = :id AND redeemed_at IS NULL AND revoked_at IS NULL`,
    { id: code.id, by: actor.name, reason: reason.slice(0, 255), now },
  )
  if (done !== 1) return false
  const subject = `code:${String(code.id)}`
  await recordAudit(tx, portal.clock, actor, { event: 'code.revoked', subject, pid: code.pid })
  await publish(tx, portal.clock, { event: 'code.revoked', payload: { code: code.id, pid: code.pid }, key: subject })
  return true
}
