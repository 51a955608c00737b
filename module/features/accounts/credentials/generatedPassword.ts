import { randomInt } from 'node:crypto'
import { judgePassword, shortestPassword } from '../../../access/passwordPolicy.js'
import type { Portal } from '../../../access/portal.js'

/** The host's own kinds (facts §3.2), without what is mistaken for another on paper: I l 1 O o 0. */
const kinds = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnpqrstuvwxyz', '23456789', '@#$%'] as const
const signs = kinds.join('')
const SHORTEST = 12

/** A password for somebody to type off a sheet of paper: at least 12 characters, one of each kind, as the policy asks. */
export function generatePassword(portal: Pick<Portal, 'globals' | 'settings'>): string {
  const length = Math.max(SHORTEST, shortestPassword(portal))
  for (;;) {
    const password = Array.from({ length }, () => signs.charAt(randomInt(signs.length))).join('')
    const hasAll = kinds.every((kind) => Array.from(kind).some((sign) => password.includes(sign)))
    if (hasAll && !judgePassword(portal, password, []).flaw) return password
  }
}
