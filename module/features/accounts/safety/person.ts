/** Somebody with an account, as what keeps it safe needs them: how they sign in, and where they are written to. */
import { trustedEmail, whyNoLetter } from '../../../access/chartAddress.js'
import type { Portal } from '../../../access/portal.js'
import { findAccount } from '../../../access/scope.js'
import { readPortalChart, type PortalChart } from '../../../host/credentials.js'
import { loginOfChart, patientLogin, type PatientLogin } from '../../../host/patientLogin.js'
import type { Utc } from '../../../platform/clock.js'
import type { Queryable } from '../../../platform/database.js'
import { isLanguage, type Language } from '../../../platform/i18n.js'

export interface SafetyPerson {
  id: number
  name: string
  language: Language
  /** The account's own address, whether or not it is proved. */
  email: string | undefined
  verified: boolean
  ownHash: string | undefined
  passwordChangedAt: Utc | undefined
  /** The host's credential that signs into this account, and its chart. */
  login: PatientLogin | undefined
  chart: PortalChart | undefined
}

interface Row {
  id: number
  display_name: string
  language: string | null
  email: string | null
  email_verified_at: Utc | null
  password_hash: string | null
  password_changed_at: Utc | null
}

/** Undefined: there is no such account, or it is disabled. */
export async function findPerson(db: Queryable, portal: Portal, id: number): Promise<SafetyPerson | undefined> {
  const row = await db.first<Row>(
    `SELECT id, display_name, language, email, email_verified_at, password_hash, password_changed_at
       FROM foyer_accounts WHERE id = :id AND disabled_at IS NULL`,
    { id },
  )
  if (!row) return undefined
  const login = await patientLogin(db, id)
  return {
    id,
    name: row.display_name,
    language: isLanguage(row.language) ? row.language : portal.settings().defaultLanguage,
    email: row.email ?? undefined,
    verified: row.email_verified_at !== null,
    ownHash: row.password_hash ?? undefined,
    passwordChangedAt: row.password_changed_at ?? undefined,
    login,
    chart: login && (await readPortalChart(db, login.pid)),
  }
}

/** The same person, with the login that they typed instead of the account's own: of an account that was joined into it. */
export async function withLogin(db: Queryable, person: SafetyPerson, pid: number): Promise<SafetyPerson> {
  const login = await loginOfChart(db, pid)
  return { ...person, login, chart: login && (await readPortalChart(db, pid)) }
}

/** What a password of theirs must not be made of: what they are called, and the patients whose records they open. */
export async function aboutPerson(portal: Portal, { id, name, email, login, chart }: SafetyPerson): Promise<string[]> {
  const account = await findAccount(portal.db, portal, id)
  const opened = (account?.records ?? []).flatMap(({ patient }) => [patient.firstName, patient.lastName, patient.born])
  const own = [name, email, login?.accountName, login?.loginName, login?.patientName, chart?.email, chart?.born]
  return [...own, ...opened].filter((each) => each !== undefined && each !== '') as string[]
}

/** Where notices go: the account's own address once proved, else the chart's trusted one where it may be used. */
export function noticeAddress({ email, verified, chart }: SafetyPerson): string | undefined {
  if (email !== undefined && verified) return email
  return chart && whyNoLetter(chart) === undefined ? trustedEmail(chart).address : undefined
}
