/**
 * Who stays out of a chart, whatever PIN they hold: the person whose access was revoked, not their account alone. A
 * person is known again by an account, by those merged into it, by the name and by the e-mail address of each.
 */
import { accountsOfPerson, lostAccess, type LostAccess } from '../host/reads/redeeming.js'
import type { Queryable } from '../platform/database.js'
import { plainName } from './placeholderNames.js'

/** Somebody with a code: what it says, and how they come. */
export interface Comer {
  /** Whom the code was made out to. */
  recipient: string
  /** 0: they have none yet. */
  accountId: number
  /** As typed by somebody who has none yet, else ''. */
  email: string
}

/**
 * Whether this person's access to the chart was revoked and is not given back. Always two statements, whoever it is and
 * whether or not there is such a chart (pid 0), so that the time tells nothing.
 */
export async function isBarred(db: Queryable, pid: number, { recipient, accountId, email }: Comer): Promise<boolean> {
  const lost = await lostAccess(db, pid)
  const theirs = await accountsOfPerson(db, accountId)
  // What a patient's chart says of e-mail is often a parent's: it tells whom a barred person is, and not who comes.
  const names = new Set([recipient, ...theirs.map(({ name }) => name)].map(plainName))
  const emails = new Set(
    [email, ...theirs.map((each) => each.email ?? '')].map(plainEmail).filter((each) => each !== ''),
  )
  const accounts = new Set(theirs.map(({ account }) => account))
  return lost.some(
    (one) =>
      accounts.has(one.account) ||
      names.has(plainName(one.name)) ||
      [one.email, one.chartEmail].some((each) => emails.has(plainEmail(each ?? ''))),
  )
}

/** Whose lost access bars a code made out to this name; undefined: nobody's. */
export async function barOfName(db: Queryable, pid: number, recipient: string): Promise<LostAccess | undefined> {
  return (await lostAccess(db, pid)).find(({ name }) => plainName(name) === plainName(recipient))
}

/** The plain names of all of them. */
export async function barredNames(db: Queryable, pid: number): Promise<ReadonlySet<string>> {
  return new Set((await lostAccess(db, pid)).map(({ name }) => plainName(name)))
}

function plainEmail(email: string): string {
  return email.trim().toLowerCase()
}
