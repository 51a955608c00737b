/**
 * Whose record a request is about. Everything of a patient is loaded through a scope, so that another patient's row
 * is "not found" by construction. There is no current patient in a session: two tabs may show two children.
 */
import type { Queryable } from '../platform/database.js'
import { utc, type Clock, type Day } from '../platform/clock.js'
import { accountWithRecords, type AccountRow, type GrantRow } from '../host/reads/records.js'
import type { Policy } from './policy.js'
import { fingerprintOf } from './staff.js'

export interface Account {
  id: number
  name: string
  language: string | undefined
  hostPid: number | undefined
  ownRecord: string
  /** Every chart that this account may open now. */
  records: readonly ChartScope[]
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
  extent: string
  patient: { firstName: string; lastName: string; born: Day | undefined; providerId: number | undefined }
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

export async function findAccount(db: Queryable, clock: Clock, id: number): Promise<Account | undefined> {
  const row = await accountWithRecords(db, id, utc(clock.now()))
  return row && accountOf(row)
}

function accountOf(row: AccountRow): Account {
  return {
    id: row.id,
    name: row.displayName,
    language: row.language,
    hostPid: row.hostPid,
    ownRecord: row.ownRecord,
    records: row.grants.map((grant) => chartScope(row, grant)),
    fingerprint: row.credentialHash === undefined ? undefined : fingerprintOf(row.credentialHash),
  }
}

function chartScope(row: AccountRow, grant: GrantRow): ChartScope {
  return {
    kind: 'chart',
    account: { id: row.id, name: row.displayName },
    record: grant.record,
    pid: grant.pid,
    relationship: grant.relationship,
    extent: grant.extent,
    patient: {
      firstName: grant.firstName,
      lastName: grant.lastName,
      born: grant.born,
      providerId: grant.providerId,
    },
  }
}

/** The scope that an address names, or undefined: a record of somebody else does not exist here. */
export function scopeOf(account: Account, record: string): PatientScope | undefined {
  if (record === account.ownRecord) {
    return { kind: 'own', account: { id: account.id, name: account.name }, record }
  }
  return account.records.find((scope) => scope.record === record)
}

export function subjectsOf(scope: PatientScope): string[] {
  return ['anyone', 'account', scope.kind === 'own' ? 'own' : `extent:${scope.extent}`]
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
