/** The two doors as the tests of signing in find them: where they are, who has a login, and what being in looks like. */
import { expect } from 'chai'
import { addPortalCredential } from '../../module/host/site/people.js'
import { MONDAY, MORNING, type TestPractice } from '../support/practice.js'
import type { Page } from '../support/visitor.js'

export const PATIENT = '/portal/sign-in'
export const STAFF = '/staff/sign-in'

const AT = `${MONDAY} 07:00:00`

/** In the morning, with nobody's tries counted and limits out of the way. */
export async function beginAnew(practice: TestPractice): Promise<void> {
  practice.clock.set(MORNING)
  await practice.setting('signInTries', '100')
  await practice.setting('signInTriesPerAddress', '10000')
  await change(practice, `DELETE FROM foyer_attempts`)
}

export async function change(practice: TestPractice, sql: string, values: Record<string, unknown> = {}): Promise<void> {
  await practice.db.transaction((tx) => tx.change(sql, values))
}

/** A patient of one's own who has a login; returns pid. */
export async function newLogin(
  practice: TestPractice,
  loginName: string,
  hash: string,
  { status = 1, allow = 'YES' }: { status?: 0 | 1; allow?: 'YES' | 'NO' } = {},
): Promise<number> {
  const pid = await practice.patient({ lname: loginName, allowPortal: allow })
  await practice.db.transaction((tx) =>
    addPortalCredential(tx, { pid, username: `pat${pid}`, loginName, hash, status, at: AT }),
  )
  return pid
}

export function expectIn(page: Page, to: string, how: 'exact' | 'prefix' = 'exact'): void {
  expect(page.status).to.equal(303)
  if (how === 'exact') expect(page.location).to.equal(to)
  else expect(page.location).to.match(new RegExp(`^${to}`))
}
