import type { Queryable, Tx } from '../platform/database.js'

/** A patient's login in the host's own portal: one row a chart (facts §3.1). */
export interface PatientCredential {
  pid: number
  /** The stable account name: owner id in the host's mail, user in its log. */
  accountName: string
  hash: string
  /** True: current. False: made or reset by staff, must be changed first. */
  current: boolean
  /** The chart's allow_patient_portal is 'YES'. */
  allowed: boolean
  /** The e-mail on record, compared exactly where enforce_signin_email asks (facts §3.1). */
  email: string
  patientName: string
}

interface CredentialRow {
  pid: number
  portal_login_username: string | null
  portal_username: string | null
  portal_pwd: string | null
  portal_pwd_status: number | null
  allow_patient_portal: string
  email: string
  fname: string
  lname: string
}

/** By login name, compared as the host's web login does: the collation ignores case (facts §3.1). */
export async function findPatientCredential(db: Queryable, loginName: string): Promise<PatientCredential | undefined> {
  const rows = await db.select<CredentialRow>(
    `SELECT c.pid, c.portal_login_username, c.portal_username, c.portal_pwd, c.portal_pwd_status, p.allow_patient_portal, p.email, p.fname, p.lname
       FROM patient_access_onsite c JOIN patient_data p ON p.pid = c.pid
      WHERE c.portal_login_username = :loginName LIMIT 3`,
    { loginName },
  )
  // Nothing in the host keeps login names unique: of several, only the one typed to the letter opens.
  const [row, other] = rows.length > 1 ? rows.filter((each) => each.portal_login_username === loginName) : rows
  if (!row || other) return undefined
  return {
    pid: row.pid,
    accountName: row.portal_username ?? '',
    hash: row.portal_pwd ?? '',
    current: row.portal_pwd_status === 1,
    allowed: row.allow_patient_portal === 'YES',
    email: row.email,
    patientName: `${row.fname} ${row.lname}`.trim(),
  }
}

/** Keeps the hash in the form that the host's globals now ask for, as the host does after a sign-in (facts §3.3). */
export async function replaceHash(tx: Tx, pid: number, before: string, after: string): Promise<void> {
  await tx.change(
    `UPDATE patient_access_onsite SET portal_pwd = :after WHERE pid = :pid AND BINARY portal_pwd = BINARY :before`,
    {
      pid,
      before,
      after,
    },
  )
}
