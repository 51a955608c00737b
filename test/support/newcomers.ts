/** People who come to the portal from outside, with nothing but an e-mail address: what their browser and mailbox do. */
import { createHash } from 'node:crypto'
import { linkToken } from '../../module/access/links.js'
import { WORK_BITS } from '../../module/access/newcomers.js'
import type { TestPractice } from './practice.js'

/** The value of a field as the page was sent. '' where there is none. */
export function valueOf({ body }: { body: string }, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? ''
}

/** As public/js/newcomer.js works it out. */
export function workFor(stamp: string): string {
  for (let tried = 0; ; tried += 1) {
    const hash = createHash('sha256')
      .update(`${stamp}:${String(tried)}`)
      .digest()
    if (hash.readUInt16BE(0) >> (16 - WORK_BITS) === 0) return String(tried)
  }
}

/** The token of the link in the newest letter of this kind to this address. */
export async function tokenTo({ db, portal }: TestPractice, email: string, kind: string): Promise<string> {
  const letter = await db.first<{ facts: string | object }>(
    `SELECT facts FROM foyer_letters WHERE recipient = :email AND kind = :kind ORDER BY id DESC LIMIT 1`,
    { email, kind },
  )
  const facts = letter?.facts ?? '{}'
  const { link } = (typeof facts === 'string' ? JSON.parse(facts) : facts) as { link?: string }
  if (link === undefined) throw new Error(`No letter ${kind} to ${email}`)
  return linkToken(portal, link)
}

export async function lettersTo({ db }: TestPractice, email: string): Promise<number> {
  const row = await db.first<{ n: number }>(`SELECT COUNT(*) AS n FROM foyer_letters WHERE recipient = :email`, {
    email,
  })
  return row?.n ?? 0
}
