/** Sessions as they lie in the store, under a cookie that we signed: of whoever, and at whatever stage. */
import { createHmac } from 'node:crypto'
import { findAccount } from '../../module/access/scope.js'
import { staffMember } from '../../module/access/staff.js'
import type { Stage } from '../../module/access/stages.js'
import { utc } from '../../module/platform/clock.js'
import { opaqueId, sha256 } from '../../module/platform/ids.js'
import type { TestPractice } from '../support/practice.js'
import { visitor, type Visitor } from '../support/visitor.js'

export type Audience = 'patient' | 'staff'

export const cookieNames = { patient: 'foyer_portal', staff: 'foyer_staff' } as const

/** Where each stage is done, at either door. */
export const stagePages: Readonly<Record<Stage, string>> = {
  'verify-email': 'verify-address',
  'second-factor': 'second-factor',
  'change-password': 'new-password',
  'set-up-second-factor': 'set-up-second-factor',
}
export const stages = Object.keys(stagePages) as Stage[]

export interface Holder {
  id: number
  fingerprint: string
}

/** Who signs in with the password that they have now. */
export async function holderOf({ db, portal }: TestPractice, audience: Audience, id: number): Promise<Holder> {
  const person = audience === 'staff' ? await staffMember(db, id) : await findAccount(db, portal, id)
  return { id, fingerprint: person?.fingerprint ?? '' }
}

export interface KeptSession {
  /** Whose cookie brings it. */
  audience: Audience
  /** For whom it was made; the same unless said. */
  madeFor?: Audience
  /** Signed in as them. */
  user?: Holder | undefined
  /** Right password, these stages left. */
  waiting?: { who: Holder; stages: readonly Stage[] }
}

/** Puts it into the store. Answers whoever holds its cookie, and by what it is found again. */
export async function keepSession(
  practice: TestPractice,
  origin: string,
  { audience, madeFor = audience, user, waiting }: KeptSession,
): Promise<{ someone: Visitor; hash: string }> {
  const id = opaqueId()
  const now = utc(practice.clock.now())
  const data = {
    cookie: { path: '/', httpOnly: true, originalMaxAge: null },
    ...(user ? { passport: { user } } : {}),
    ...(waiting ? { waiting: { ...waiting.who, stages: waiting.stages, since: now } } : {}),
  }
  const hash = sha256(id)
  await practice.db.transaction((tx) =>
    tx.change(
      `INSERT INTO foyer_sessions (id_hash, audience, owner, data, created_at, seen_at) VALUES (:hash, :audience, NULL, :data, :now, :now)`,
      { hash, audience: madeFor, data: JSON.stringify(data), now },
    ),
  )
  const signature = createHmac('sha256', practice.portal.secret).update(id).digest('base64').replace(/=+$/, '')
  return { someone: holding(origin, [[cookieNames[audience], encodeURIComponent(`s:${id}.${signature}`)]]), hash }
}

/** Somebody whose browser has these cookies and nothing else. */
export function holding(origin: string, cookies: Iterable<readonly [string, string]>): Visitor {
  const someone = visitor(origin)
  for (const [name, value] of cookies) someone.cookies.set(name, value)
  return someone
}
