/** Somebody who forgot their password or never proved an address, and the letters that they get, in a practice of theirs. */
import { expect } from 'chai'
import { createAccount } from '../../module/access/accounts.js'
import { linkToken } from '../../module/access/links.js'
import { hashOwnPassword } from '../../module/access/ownPasswords.js'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import { deliver } from '../support/mailServer.js'
import type { TestPractice } from '../support/practice.js'
import type { Page } from '../support/visitor.js'
import { change, newLogin } from './doors.js'

export const FORGOTTEN = '/portal/forgotten'
export const RESET = '/portal/reset'
export const NEW = 'Lantern ferry-pepper 7'

/** `practiceNow`: as it is when something is done. */
export function forgetful(practiceNow: () => TestPractice) {
  let made = 0

  return { ownAccount, hostLogin, ask, lettersTo, lastToken }

  async function ownAccount({ verified = true } = {}) {
    const practice = practiceNow()
    made += 1
    const email = `own${made}@example.org`
    const password = 'Window harbor-melon 3'
    const passwordHash = await hashOwnPassword(password)
    const wanted = { email, verified, passwordHash, displayName: `Own ${made}`, language: undefined }
    const account = await practice.db.transaction((tx) => createAccount(tx, practice.clock, wanted))
    return { id: account?.id ?? 0, email, username: email, password, pid: 0 }
  }

  async function hostLogin() {
    const practice = practiceNow()
    made += 1
    const password = 'Right-Pass1'
    const hash = await hashHostPassword(password, hashSettings(practice.portal.globals()))
    const pid = await newLogin(practice, `host${made}`, hash)
    const email = `host${made}@example.org`
    await change(practice, `UPDATE patient_data SET email = :email, hipaa_allowemail = 'YES' WHERE pid = :pid`, {
      email,
      pid,
    })
    return { id: 0, email, username: `host${made}`, password, pid }
  }

  async function ask(who: string): Promise<Page> {
    const practice = practiceNow()
    await change(practice, `DELETE FROM foyer_attempts`)
    const page = await (await practice.visitor()).post(FORGOTTEN, { who }, { from: FORGOTTEN })
    await deliver(practice)
    return page
  }

  async function lettersTo(): Promise<string[]> {
    const practice = practiceNow()
    const rows = await practice.db.select<{ recipient: string }>(
      `SELECT recipient FROM foyer_letters WHERE kind IN ('account.reset-link', 'account.verify') ORDER BY recipient`,
    )
    return rows.map(({ recipient }) => recipient)
  }

  /** As the letter says it. */
  async function lastToken(): Promise<string> {
    const practice = practiceNow()
    const rows = await practice.db.select<{ facts: unknown }>(
      `SELECT facts FROM foyer_letters ORDER BY id DESC LIMIT 1`,
    )
    const facts = rows[0]?.facts
    const { link } = (typeof facts === 'string' ? JSON.parse(facts) : facts) as { link: string }
    const token = linkToken(practice.portal, link)
    expect(JSON.stringify(await practice.db.select(`SELECT * FROM foyer_links`))).not.to.include(token)
    return token
  }
}
