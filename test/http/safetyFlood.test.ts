/** Ten thousand tries: what they cost, what they find, and who gets in all the same (R12). */
import { expect } from 'chai'
import { createAccount } from '../../module/access/accounts.js'
import { rememberDevice } from '../../module/access/devices.js'
import { hashOwnPassword } from '../../module/access/ownPasswords.js'
import type { SignInOutcome } from '../../module/access/signIn.js'
import { signInPatient, targetsOfAccount } from '../../module/access/signInPatient.js'
import { hashHostPassword, hashSettings } from '../../module/host/php/passwords.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { beginAnew, change, expectIn, newLogin, PATIENT } from './doors.js'

const RIGHT = 'Window harbor-melon 3'
const TRIES = 10
const PER_ADDRESS = 100

interface Victim {
  username: string
  /** The cookie of the browser they always use. */
  device: string
}

describe('Ten thousand tries to sign in', function () {
  this.timeout(240_000)
  let practice: TestPractice
  const victims: Victim[] = []

  before(async () => {
    practice = await openPractice()
    await beginAnew(practice)
    await practice.setting('signInTries', String(TRIES))
    await practice.setting('signInTriesPerAddress', String(PER_ADDRESS))
    for (let at = 0; at < 30; at += 1) victims.push(at % 2 === 0 ? await ownVictim(at) : await hostVictim(at))
  })
  after(() => practice.leave())

  it('from four hundred addresses against thirty accounts: each account has its budget, and no try finds more', async () => {
    const found = await storm(9000, (at) => ({
      username: victims[at % victims.length]?.username ?? '',
      address: `203.0.${String(Math.floor(at / 200) % 2)}.${String(at % 200)}`,
    }))
    expect(found).to.deep.equal({ in: 0, wrong: victims.length * TRIES, 'too-many': 9000 - victims.length * TRIES })
  })

  it('from one address against a thousand names: the address has its budget', async () => {
    const found = await storm(1000, (at) => ({ username: `somebody${String(at)}`, address: '198.51.100.9' }))
    expect(found).to.deep.equal({ in: 0, wrong: PER_ADDRESS, 'too-many': 1000 - PER_ADDRESS })
  })

  it('keep nobody out of the browser they always use, window after window', async () => {
    for (let window = 0; window < 3; window += 1) {
      for (const { username, device } of victims.slice(0, 4)) {
        expect((await attempt({ username, password: RIGHT })).ok, 'elsewhere').to.equal(false)
        expect((await attempt({ username, password: RIGHT, device })).ok, 'at home').to.equal(true)
      }
      await nextWindow()
      for (const { username } of victims.slice(0, 4)) {
        await storm(TRIES, () => ({ username, address: `192.0.2.1${String(window)}` }))
      }
    }
  })

  it('have an end for that browser, too, and it does not count for the others', async () => {
    await nextWindow()
    const [{ username, device } = nobody] = victims
    for (let time = 0; time < TRIES; time += 1) {
      expect(await attempt({ username, device })).to.deep.equal({ ok: false, reason: 'wrong' })
    }
    expect(await attempt({ username, device, password: RIGHT })).to.include({ ok: false, reason: 'too-many' })
    expect((await attempt({ username, password: RIGHT })).ok, 'from another browser').to.equal(true)
  })

  it('are not helped by a browser that is known for somebody else, an old one, or one that is made up', async () => {
    await nextWindow()
    const [victim = nobody, other = nobody] = victims
    await storm(TRIES, () => ({ username: victim.username, address: '192.0.2.77' }))
    const word = victim.device.split('.')[2] ?? ''
    const made = victim.device.replace(word, `${word.slice(1)}${word.charAt(0)}`)
    for (const device of [
      other.device,
      made,
      `${victim.device}0`,
      victim.device.replace(/\.\d{10}\./, '.9999999999.'),
    ]) {
      expect((await attempt({ username: victim.username, password: RIGHT, device })).ok, device).to.equal(false)
    }
    const before = practice.clock.now()
    practice.clock.set(before.plus({ days: 181 }).toISO())
    expect((await attempt({ username: victim.username, password: RIGHT, device: victim.device })).ok, 'old').to.equal(
      false,
    )
    practice.clock.set(before.toISO())
    expect((await attempt({ username: victim.username, password: RIGHT, device: victim.device })).ok).to.equal(true)
  })

  it('are forgotten after the window', async () => {
    const { username } = victims[5] ?? nobody
    await storm(TRIES, () => ({ username, address: '192.0.2.99' }))
    expect((await attempt({ username, password: RIGHT })).ok).to.equal(false)
    await nextWindow()
    expect((await attempt({ username, password: RIGHT })).ok).to.equal(true)
  })

  it('do not reach a browser that has just signed in over HTTP: its cookie is the one that counts', async () => {
    await nextWindow()
    const { username } = victims[7] ?? nobody
    const home = await practice.visitor()
    expectIn(await home.signIn(PATIENT, username, RIGHT), '/portal')
    await home.post('/portal/sign-out')
    await storm(TRIES, () => ({ username, address: '192.0.2.98' }))
    expect((await (await practice.visitor()).signIn(PATIENT, username, RIGHT)).status).to.equal(429)
    expectIn(await home.signIn(PATIENT, username, RIGHT), '/portal')
  })

  const nobody: Victim = { username: '', device: '' }

  interface Try {
    username: string
    password?: string
    address?: string
    device?: string
  }

  function attempt({ username, password = 'Wrong-Pass1', address = '192.0.2.1', device }: Try): Promise<SignInOutcome> {
    return signInPatient(practice.portal, { username, password, email: '', address, requestId: '-'.repeat(22), device })
  }

  /** So many at about the same time, twenty under way; how they ended. */
  async function storm(times: number, what: (at: number) => Try): Promise<Record<'in' | 'wrong' | 'too-many', number>> {
    const ended = { in: 0, wrong: 0, 'too-many': 0 }
    let next = 0
    const one = async (): Promise<void> => {
      while (next < times) {
        const outcome = await attempt(what(next++))
        ended[outcome.ok ? 'in' : outcome.reason] += 1
      }
    }
    await Promise.all(Array.from({ length: 20 }, one))
    return ended
  }

  /** The limiter keeps real time: the window's end is brought to now. */
  async function nextWindow(): Promise<void> {
    await change(practice, `UPDATE foyer_attempts SET expire = 1`)
  }

  async function ownVictim(at: number): Promise<Victim> {
    const email = `victim${String(at)}@example.org`
    const wanted = {
      email,
      verified: true,
      passwordHash: await hashOwnPassword(RIGHT),
      displayName: email,
      language: undefined,
    }
    const account = await practice.db.transaction((tx) => createAccount(tx, practice.clock, wanted))
    const targets = targetsOfAccount({ id: account?.id ?? 0, hostPid: undefined })
    return { username: email, device: rememberDevice(practice.portal, undefined, targets) }
  }

  async function hostVictim(at: number): Promise<Victim> {
    const hash = await hashHostPassword(RIGHT, hashSettings(practice.portal.globals()))
    const pid = await newLogin(practice, `victim${String(at)}`, hash)
    const targets = targetsOfAccount({ id: 0, hostPid: pid })
    return { username: `victim${String(at)}`, device: rememberDevice(practice.portal, undefined, targets) }
  }
})
