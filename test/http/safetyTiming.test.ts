/**
 * The time of a refusal tells nobody who exists: whatever there is under a name, the same is verified. Measured as the
 * processor's time of this process, which a busy machine does not change.
 */
import { expect } from 'chai'
import { createAccount } from '../../module/access/accounts.js'
import { hashOwnPassword } from '../../module/access/ownPasswords.js'
import { signInPatient } from '../../module/access/signInPatient.js'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { beginAnew, newLogin } from './doors.js'

const RIGHT = 'Window harbor-melon 3'
const ROUNDS = 15

describe('A refusal at the door', function () {
  this.timeout(120_000)
  let practice: TestPractice

  before(async () => {
    practice = await openPractice()
    await practice.global('gbl_auth_bcrypt_hash_cost', '9')
    await beginAnew(practice)
  })
  after(() => practice.leave())

  it('costs the same whatever there is under the name', async () => {
    const host = await hashHostPassword(RIGHT, hashSettings(practice.portal.globals()))
    const account = async (email: string, verified: boolean, disabled = false) => {
      const wanted = {
        email,
        verified,
        passwordHash: await hashOwnPassword(RIGHT),
        displayName: email,
        language: undefined,
      }
      await practice.db.transaction(async (tx) => {
        const made = await createAccount(tx, practice.clock, wanted)
        if (disabled)
          await tx.change(`UPDATE foyer_accounts SET disabled_at = '2026-11-23 12:00:00' WHERE id = :id`, {
            id: made?.id,
          })
      })
    }
    await account('own@example.org', true)
    await account('unproved@example.org', false)
    await account('both@example.org', true)
    await account('closed@example.org', true, true)
    await newLogin(practice, 'both@example.org', host)
    await newLogin(practice, 'host.login', host)
    await newLogin(practice, 'not.allowed', host, { allow: 'NO' })
    await newLogin(practice, 'run.out', '!nothing can be of this')
    const tries = {
      nobody: ['nobody', 'Wrong-Pass1'],
      'an account, wrong password': ['own@example.org', 'Wrong-Pass1'],
      'an unproved account, wrong password': ['unproved@example.org', 'Wrong-Pass1'],
      'a closed account, right password': ['closed@example.org', RIGHT],
      'the host’s login, wrong password': ['host.login', 'Wrong-Pass1'],
      'both, wrong password': ['both@example.org', 'Wrong-Pass1'],
      'a chart that says NO, right password': ['not.allowed', RIGHT],
      'a login that has run out': ['run.out', 'Wrong-Pass1'],
      'no password that can be': ['own@example.org', `${RIGHT}\0`],
      'a password without end': ['host.login', 'x'.repeat(5000)],
    } as const

    const costs = new Map<string, number[]>()
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [why, [username, password]] of Object.entries(tries)) {
        const cost = await costOf(username, password)
        // The first round only wakes the threads.
        if (round > 0) costs.set(why, [...(costs.get(why) ?? []), cost])
      }
    }
    const middle = new Map(
      [...costs].map(([why, all]) => [why, all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0]),
    )
    const usual = middle.get('nobody') ?? 0
    for (const [why, cost] of middle) {
      expect(cost / usual, `${why}: ${cost.toFixed(1)} ms, nobody ${usual.toFixed(1)} ms`).to.be.within(0.8, 1.25)
    }
  })

  /** Milliseconds of processor time. */
  async function costOf(username: string, password: string): Promise<number> {
    const before = process.cpuUsage()
    const outcome = await signInPatient(practice.portal, {
      ...{ username, password, email: '', address: '192.0.2.1', requestId: '-'.repeat(22), device: undefined },
    })
    const { user, system } = process.cpuUsage(before)
    expect(outcome).to.deep.equal({ ok: false, reason: 'wrong' })
    return (user + system) / 1000
  }
})
