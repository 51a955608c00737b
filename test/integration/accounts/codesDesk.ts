/** What the tests of PINs and access codes do at the desk and at the keyboard, in a practice of theirs. */
import { issueCodes, type NewCodes, type Issued } from '../../../module/access/codeIssuing.js'
import { redeemCode, type Redeemer } from '../../../module/access/codeRedeeming.js'
import { findCode, type Code } from '../../../module/access/codes.js'
import type { Actor } from '../../../module/platform/audit.js'
import type { TestPractice } from '../../support/practice.js'

export const nurse: Actor = { kind: 'staff', id: 'admin', name: 'Robin Adler', requestId: 'test' }
export const LEO = '2017-05-03'

/** `practice`: as it is when something is done. */
export function codesDesk(practice: () => TestPractice) {
  let people = 0

  /** A child of one's own, born like Leo. */
  const child = (fname = `Kim${String((people += 1))}`, more = {}) =>
    practice().patient({ fname, lname: 'Novak', dob: LEO, allowPortal: '', ...more })

  const pinFor = async (pid: number, more: Partial<NewCodes> = {}): Promise<Code> => {
    const issued = await issueCodes(practice().portal, nurse, {
      ...{ kind: 'pin', pids: [pid], recipient: 'Eva Novak', relationship: 'mother', extent: 'full', language: 'en' },
      ...more,
    })
    if (!issued.ok) throw new Error(reasonsIn(issued).join())
    return theOne(pid, issued.codes[0]?.id ?? 0)
  }
  const theOne = async (pid: number, id: number): Promise<Code> => {
    const code = await findCode(practice().db, practice().portal, { pid, id })
    if (!code) throw new Error('no such code')
    return code
  }
  const refusalsOf = async (wanted: Partial<NewCodes> & Pick<NewCodes, 'pids'>) => {
    const issued = await issueCodes(practice().portal, nurse, {
      ...{ kind: 'pin', recipient: 'Eva Novak', relationship: 'mother', extent: 'full', language: 'en' },
      ...wanted,
    })
    return issued.ok ? 'issued' : reasonsIn(issued)
  }

  const john = (): Redeemer => ({ kind: 'account', id: practice().accounts.john, name: 'John Carter' })
  /** Somebody who makes an account with it; any password will do unless they say otherwise. */
  const newcomer = (email: string, more: Partial<Extract<Redeemer, { kind: 'new' }>> = {}): Redeemer => ({
    ...{ kind: 'new', email, hashPassword: () => Promise.resolve('x'), judgePassword: () => undefined, language: 'es' },
    ...more,
  })
  const type = (redeemer: Redeemer, symbols = '', born = LEO, address = '192.0.2.1') =>
    redeemCode(practice().portal, redeemer, { symbols, born, address, requestId: 'test' })
  const grants = (pid: number) =>
    practice().db.select<{ account_id: number; extent: string; relationship: string; record: string }>(
      `SELECT account_id, extent, relationship, record FROM foyer_grants WHERE pid = :pid`,
      { pid },
    )

  return { child, pinFor, theOne, refusalsOf, john, newcomer, type, grants }
}

function reasonsIn(issued: Extract<Issued, { ok: false }>): string[] {
  return 'reason' in issued ? [issued.reason] : [...issued.refusals.values()].map(({ reason }) => reason)
}
