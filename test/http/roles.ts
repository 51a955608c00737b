/** Everybody who may come to a route, signed in or not, and whose record they then name. */
import { createAccount, grant } from '../../module/access/accounts.js'
import { hashOwnPassword } from '../../module/access/ownPasswords.js'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import { addStaff, type HostGroup } from '../../module/host/site/people.js'
import { csrfToken } from '../../module/web/csrf.js'
import { loginOf, passwordOf, type PatientName, type SignInName, type TestPractice } from '../support/practice.js'
import { visitor, type Visitor } from '../support/visitor.js'

export interface Role {
  /** The matrix's column. */
  name: string
  door: '/portal/sign-in' | '/staff/sign-in' | undefined
  username: string
  /** The record that their addresses name, and the chart it is of. */
  record: string
  pid: number
  /** Asks as htmx does. */
  htmx?: boolean
}

/** Adds the grants, rights and rules that make the roles what their names say. */
export async function castRoles(practice: TestPractice): Promise<Role[]> {
  const { records, patients } = practice
  const only = await grantsOfLuis(practice)
  const staff = await staffOf(practice)
  const kim = await withoutChart(practice)
  const nobody = { door: undefined, username: '', record: records.maria, pid: patients.maria }
  const patient = (name: string, who: SignInName, record: string, of: PatientName): Role => ({
    ...{ name, door: '/portal/sign-in', username: loginOf(who), record, pid: patients[of] },
  })
  return [
    { ...nobody, name: 'nobody' },
    { ...nobody, name: 'nobody, htmx', htmx: true },
    patient('maria, own record', 'maria', records.maria, 'maria'),
    patient('maria, of leo', 'maria', records.leo, 'leo'),
    patient('john, at maria’s', 'john', records.maria, 'maria'),
    patient('extent appointments', 'luis', only.appointments, 'john'),
    patient('extent forms', 'luis', only.forms, 'leo'),
    { ...kim, name: 'without chart', door: '/portal/sign-in', pid: patients.maria },
    ...staff.map(([name, username]): Role => ({ ...nobody, name, door: '/staff/sign-in', username })),
  ]
}

async function grantsOfLuis({ db, clock, accounts, patients }: TestPractice) {
  const by = { kind: 'system', id: 'test', name: 'test', requestId: undefined } as const
  const opened = { accountId: accounts.luis, relationship: 'other', by }
  return db.transaction(async (tx) => ({
    appointments: await grant(tx, clock, { ...opened, pid: patients.john, extent: 'appointments' }),
    forms: await grant(tx, clock, { ...opened, pid: patients.leo, extent: 'forms' }),
  }))
}

/** Somebody with an account of their own, whom the practice has linked to no chart. */
async function withoutChart({ clock, db }: TestPractice): Promise<Pick<Role, 'username' | 'record'>> {
  const email = 'kim.newell@example.org'
  const passwordHash = await hashOwnPassword(passwordOf(email))
  const wanted = { email, verified: true, passwordHash, displayName: 'Kim Newell', language: undefined }
  const made = await db.transaction((tx) => createAccount(tx, clock, wanted))
  return { username: email, record: made?.ownRecord ?? '' }
}

type Cast = readonly [name: string, username: string]

async function staffOf(practice: TestPractice): Promise<Cast[]> {
  await hire(practice, 'admin.denied', 'admin')
  await practice.rule('user:admin.denied', 'portal:use', 'deny')
  for (const [username, group] of [
    ['lee.right', 'doc'],
    ['nurse.right', 'clin'],
    ['front.right', 'front'],
    ['lee.less', 'doc'],
  ] as const) {
    await hire(practice, username, group)
    await giveHostRight(practice, username)
  }
  await practice.rule('user:lee.less', 'appointments:process', 'deny')
  await hire(practice, 'front.rule', 'front')
  await practice.rule('user:front.rule', 'portal:use', 'allow')
  return [
    ['admin', 'admin'],
    ['admin, rule denies', 'admin.denied'],
    ['lee', 'dr.lee'],
    ['lee + right', 'lee.right'],
    ['lee + right, rule denies appointments', 'lee.less'],
    ['nurse', 'nurse'],
    ['nurse + right', 'nurse.right'],
    ['front', 'front'],
    ['front + right', 'front.right'],
    ['front, rule allows', 'front.rule'],
  ]
}

async function hire({ db }: TestPractice, username: string, group: HostGroup): Promise<void> {
  const cheap = hashSettings(new Map(Object.entries({ gbl_auth_hash_algo: 'BCRYPT', gbl_auth_bcrypt_hash_cost: '5' })))
  const hash = await hashHostPassword(passwordOf(username), cheap)
  const at = '2026-11-23 07:00:00'
  await db.transaction((tx) =>
    addStaff(tx, { username, fname: 'New', lname: username, group, hash, facilityId: 1, at }),
  )
}

/** The host's right Patient Portal to one user, as an access list of its own (facts §4.1). */
export async function giveHostRight({ db }: TestPractice, username: string, allow: 0 | 1 = 1): Promise<void> {
  await db.transaction(async (tx) => {
    const row = await tx.first<{ id: number }>(`SELECT COALESCE(MAX(id), 0) + 1 AS id FROM gacl_acl`)
    const id = row?.id ?? 0
    await tx.change(
      `INSERT INTO gacl_acl (id, section_value, allow, enabled, return_value, note, updated_date)
       VALUES (:id, 'system', :allow, 1, '', '', 0)`,
      { id, allow },
    )
    await tx.change(`INSERT INTO gacl_aco_map (acl_id, section_value, value) VALUES (:id, 'patientportal', 'portal')`, {
      id,
    })
    await tx.change(`INSERT INTO gacl_aro_map (acl_id, section_value, value) VALUES (:id, 'users', :username)`, {
      id,
      username,
    })
  })
}

/** Somebody of this role with a browser of their own. */
export async function comeIn(practice: TestPractice, role: Pick<Role, 'door' | 'username'>): Promise<Visitor> {
  const someone = visitor((await practice.visitor()).origin)
  if (role.door === undefined) {
    await someone.get('/portal/sign-in')
    return someone
  }
  // Where it leads is not looked at: what they send next has its token from tokenFor().
  const typed = { username: role.username, password: passwordOf(role.username) }
  const page = await someone.post(role.door, typed, { from: role.door })
  if (page.status !== 303) throw new Error(`${role.username} could not sign in: ${String(page.status)}`)
  return someone
}

/** The token that a form at this address would carry for them: what is refused then is refused for another reason. */
export function tokenFor(practice: TestPractice, { cookies }: Visitor, path: string): string {
  const session = cookies.get(path.startsWith('/portal') ? 'foyer_portal' : 'foyer_staff')
  const seed = session === undefined ? decodeURIComponent(cookies.get('foyer_csrf') ?? '') : sessionIdOf(session)
  return csrfToken(practice.portal.secret, seed)
}

/** The id inside the signed cookie, `s:<id>.<signature>`. */
export function sessionIdOf(cookie: string): string {
  return decodeURIComponent(cookie).replace(/^s:/, '').split('.')[0] ?? ''
}
