/**
 * Whose record a request is about. Everything of a patient is loaded through a scope, so that another patient's row
 * is "not found" by construction. There is no current patient in a session: two tabs may show two children.
 */
import { DateTime } from 'luxon'
import type { Queryable } from '../platform/database.js'
import { day as dayOf, daysLater, utc, type Day, type Utc } from '../platform/clock.js'
import { accountsWithRecords, type AccountRow, type GrantRow } from '../host/reads/records.js'
import { gatheringOf, type Several } from '../platform/gathering.js'
import { extentParts, openingOn, speaksOn, type Change, type Opening } from './ages.js'
import type { Policy } from './policy.js'
import type { Portal } from './portal.js'
import { fingerprintOf } from './staff.js'

export interface Account {
  id: number
  name: string
  language: string | undefined
  hostPid: number | undefined
  ownRecord: string
  /** Its own record is one of those to choose: no chart of its holder's is open, or something still lies there. */
  ownStands: boolean
  /** Every chart that this account may open now. */
  records: readonly ChartScope[]
  /** Charts whose grant runs and opens nothing today: the patient has grown up. */
  closed: readonly ClosedRecord[]
  /** The practice asks a second factor of whoever opens another's chart, as this account does, and it has none. */
  owesFactor: boolean
  /** Undefined: the credential it signed in with is gone. */
  fingerprint: string | undefined
}

/** A chart, opened by a grant. */
export interface ChartScope {
  kind: 'chart'
  account: { id: number; name: string }
  /** The grant's opaque id: what addresses carry. */
  record: string
  pid: number
  /** `self`, `mother`, `proxy`, …: what the account's holder is to the patient. */
  relationship: string
  /** What it opens today (ages.ts). */
  extent: string
  /** Its holder is the patient, or stands for one who is a child (ages.ts). */
  speaks?: boolean
  /** Its extent is less than was granted, since the patient is an adolescent. */
  narrowed?: boolean
  /** What changes next by itself. Undefined: nothing will. */
  change?: Change | undefined
  patient: { firstName: string; lastName: string; born: Day | undefined; providerId: number | undefined }
}

export interface ClosedRecord {
  name: string
  relationship: string
  why: Opening['why']
}

/** What an account entered itself, before any chart. */
export interface OwnScope {
  kind: 'own'
  account: { id: number; name: string }
  record: string
}

export type PatientScope = ChartScope | OwnScope

/** The chart's pid. Undefined: an own record, which has none yet. */
export function pidOf(scope: PatientScope): number | undefined {
  return scope.kind === 'chart' ? scope.pid : undefined
}

/** Who it is about, as a person is named. */
export function nameOf(scope: PatientScope): string {
  return scope.kind === 'chart' ? `${scope.patient.firstName} ${scope.patient.lastName}` : scope.account.name
}

const relationships = ['self', 'mother', 'father', 'guardian', 'proxy', 'spouse', 'child']

/** What an account's holder is to the patient, as there are words for it: anything else is `other`. */
export function knownRelationship(relationship: string): string {
  return relationships.includes(relationship) ? relationship : 'other'
}

/** Whose clock and settings decide what a grant opens today. */
export type ScopeRules = Pick<Portal, 'clock' | 'settings'>

/** The account as it stands now. Undefined: there is none, or it is disabled. */
export async function findAccount(db: Queryable, rules: ScopeRules, id: number): Promise<Account | undefined> {
  const row = (await rowsOf(db, { id, rules })).get(id)
  return row && accountOf(row, rules)
}

// Every page of a patient's asks, so those that come together are asked for together.
const rowsOf = gatheringOf((db: Queryable, asks: Several<{ id: number; rules: ScopeRules }>) => {
  const ids = new Set(asks.map(({ id }) => id))
  const { clock, settings } = asks[0].rules
  return accountsWithRecords(db, [...ids], utc(clock.now()), settings().secondFactor === 'proxies')
})

function accountOf(row: AccountRow, rules: ScopeRules): Account {
  const grants = row.grants.map((grant) => ({ grant, opening: openingNow(grant, rules) }))
  const records = grants.flatMap(({ grant, opening }) => chartScope(row, grant, opening, rules))
  return {
    id: row.id,
    name: row.displayName,
    language: row.language,
    hostPid: row.hostPid,
    ownRecord: row.ownRecord,
    ownStands: row.ownHolds === true || !records.some(isOwnChart),
    records,
    closed: grants.flatMap(({ grant, opening }) => closedRecord(grant, opening)),
    owesFactor: row.hasFactor === false && records.some(isAnothers),
    fingerprint: row.credentialHash === undefined ? undefined : fingerprintOf(row.credentialHash),
  }
}

function isOwnChart({ relationship }: ChartScope): boolean {
  return relationship === 'self'
}

/** A chart that its holder opens for somebody else. */
export function isAnothers(scope: PatientScope): boolean {
  return scope.kind === 'chart' && scope.relationship !== 'self'
}

/** Whether this account has to set up a second factor before it opens this record. */
export function owesFactorFor({ owesFactor }: Pick<Account, 'owesFactor'>, scope: PatientScope): boolean {
  return owesFactor && isAnothers(scope)
}

/** What a grant that runs opens now, by the practice's own day. */
export function openingNow(
  grant: Pick<GrantRow, 'relationship' | 'extent' | 'born' | 'exempt' | 'validUntil'>,
  rules: ScopeRules,
): Opening {
  const { clock, settings } = rules
  return openingOn({ ...grant, endsOn: endsOn(grant.validUntil, rules) }, dayOf(clock.now()), settings())
}

/**
 * The first day on which a grant has ended. Until the instant itself the row says that it runs: its day is over before
 * the next one begins.
 */
export function endsOn(until: Utc | undefined, { clock }: Pick<ScopeRules, 'clock'>): Day | undefined {
  if (until === undefined) return undefined
  const last = DateTime.fromSQL(until, { zone: 'utc' }).minus({ milliseconds: 1 }).setZone(clock.zone)
  return daysLater(dayOf(last), 1)
}

/** Whether its holder speaks as the patient today. */
export function speaksNow(
  grant: Pick<GrantRow, 'relationship' | 'born' | 'exempt'>,
  { clock, settings }: ScopeRules,
): boolean {
  return speaksOn(grant, dayOf(clock.now()), settings())
}

function chartScope(
  row: AccountRow,
  grant: GrantRow,
  { extent, why, change }: Opening,
  rules: ScopeRules,
): ChartScope[] {
  if (extent === undefined) return []
  const { record, pid, relationship, firstName, lastName, born, providerId } = grant
  return [
    {
      kind: 'chart',
      account: { id: row.id, name: row.displayName },
      ...{ record, pid, relationship, extent, change },
      speaks: speaksNow(grant, rules),
      narrowed: why === 'adolescent',
      patient: { firstName, lastName, born, providerId },
    },
  ]
}

function closedRecord({ firstName, lastName, relationship }: GrantRow, { extent, why }: Opening): ClosedRecord[] {
  return extent === undefined ? [{ name: `${firstName} ${lastName}`, relationship, why }] : []
}

/** The scope that an address names, or undefined: a record of somebody else does not exist here. */
export function scopeOf(account: Account, record: string): PatientScope | undefined {
  if (record === account.ownRecord) {
    return { kind: 'own', account: { id: account.id, name: account.name }, record }
  }
  return account.records.find((scope) => scope.record === record)
}

/**
 * What an address opens for this permission. An own record in which nothing lies is the holder's own chart, as far as that
 * opens: a page may have been open since before there was one, and what is sent from it belongs there.
 */
export function scopeFor(
  policy: Policy,
  account: Account,
  record: string,
  permission: string,
): PatientScope | undefined {
  const named = scopeOf(account, record)
  if (named?.kind !== 'own' || account.ownStands) return named
  return account.records.find((chart) => isOwnChart(chart) && patientMay(policy, chart, permission)) ?? named
}

export function subjectsOf(scope: PatientScope): string[] {
  const opened = scope.kind === 'own' ? ['own'] : extentParts(scope.extent).map((part) => `extent:${part}`)
  return ['anyone', 'account', ...opened]
}

export function patientMay(policy: Policy, scope: PatientScope, permission: string): boolean {
  return policy.allows(subjectsOf(scope), permission)
}

export function accountMay(policy: Policy, permission: string): boolean {
  return policy.allows(['anyone', 'account'], permission)
}

export function anyoneMay(policy: Policy, permission: string): boolean {
  return policy.allows(['anyone'], permission)
}
