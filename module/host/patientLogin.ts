import type { Queryable, Tx } from '../platform/database.js'

/** The host's login of a person who has an account (facts §3.1). */
export interface PatientLogin {
  pid: number
  /** The stable account name: user in the host's log. */
  accountName: string
  /** What is typed at sign-in. */
  loginName: string
  hash: string
  status: number
  patientName: string
}

interface LoginRow {
  pid: number
  portal_username: string | null
  portal_login_username: string | null
  portal_pwd: string | null
  portal_pwd_status: number | null
  fname: string
  lname: string
}

/** Undefined: the account stands on an e-mail alone. */
export async function patientLogin(db: Queryable, accountId: number): Promise<PatientLogin | undefined> {
  const row = await db.first<LoginRow>(
    `SELECT c.pid, c.portal_username, c.portal_login_username, c.portal_pwd, c.portal_pwd_status, p.fname, p.lname
       FROM foyer_accounts a
       JOIN patient_access_onsite c ON c.pid = a.host_pid
       JOIN patient_data p ON p.pid = c.pid
      WHERE a.id = :accountId`,
    { accountId },
  )
  return row && loginOf(row)
}

/** The login of a chart, whichever account it signs into. Undefined: there is none. */
export async function loginOfChart(db: Queryable, pid: number): Promise<PatientLogin | undefined> {
  const row = await db.first<LoginRow>(
    `SELECT c.pid, c.portal_username, c.portal_login_username, c.portal_pwd, c.portal_pwd_status, p.fname, p.lname
       FROM patient_access_onsite c JOIN patient_data p ON p.pid = c.pid
      WHERE c.pid = :pid ORDER BY c.id DESC LIMIT 1`,
    { pid },
  )
  return row && loginOf(row)
}

function loginOf(row: LoginRow): PatientLogin {
  return {
    pid: row.pid,
    accountName: row.portal_username ?? '',
    loginName: row.portal_login_username ?? '',
    hash: row.portal_pwd ?? '',
    status: row.portal_pwd_status ?? 0,
    patientName: `${row.fname} ${row.lname}`.trim(),
  }
}

/** The patient has chosen a password: current from now on, and no link of the host's own reset opens any more (facts §3.1, §3.5). */
export async function chooseHostPassword(tx: Tx, pid: number, hash: string): Promise<void> {
  await tx.change(
    `UPDATE patient_access_onsite SET portal_pwd = :hash, portal_pwd_status = 1, portal_onetime = NULL WHERE pid = :pid`,
    { pid, hash },
  )
}

/** Charts whose mail would go astray are the practice's to sort out. */
const SAME_ADDRESS_MOST = 5

/**
 * Charts that somebody means who types this: those that it signs in to (facts §3.1), and those whose trusted address it
 * is (facts §3.2). At most five, each over an index.
 */
export async function pidsOfAddress(db: Queryable, typed: string): Promise<number[]> {
  const rows = await db.select<{ pid: number }>(
    // sql-safe: a constant
    `(SELECT pid FROM patient_access_onsite WHERE portal_login_username = :typed LIMIT ${String(SAME_ADDRESS_MOST)})
      UNION
     (SELECT pid FROM patient_data WHERE email_direct = :typed LIMIT ${String(SAME_ADDRESS_MOST)})
      UNION
     (SELECT pid FROM patient_data WHERE email = :typed AND TRIM(email_direct) = '' LIMIT ${String(SAME_ADDRESS_MOST)})`,
    { typed },
  )
  return rows.map(({ pid }) => pid).slice(0, SAME_ADDRESS_MOST)
}
