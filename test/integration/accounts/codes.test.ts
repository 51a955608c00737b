/** PINs and access codes: made by staff, redeemed by whom they are made out to. */
import { expect } from 'chai'
import { reissueCode, revokeCode } from '../../../module/access/codeIssuing.js'
import { codesOfPatients, triesOfCode, type Code } from '../../../module/access/codes.js'
import { hashOwnPassword } from '../../../module/access/ownPasswords.js'
import { judgePassword as judge } from '../../../module/access/passwordPolicy.js'
import { findAccount, subjectsOf } from '../../../module/access/scope.js'
import { utc } from '../../../module/platform/clock.js'
import { MORNING, openPractice, type TestPractice } from '../../support/practice.js'
import { codesDesk, LEO, nurse } from './codesDesk.js'

describe('PINs and access codes', function () {
  this.timeout(60_000)
  let practice: TestPractice
  const { child, grants, john, newcomer, pinFor, refusalsOf, theOne, type } = codesDesk(() => practice)

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(async () => {
    practice.clock.set(MORNING)
    await practice.setting('pinTries', '5')
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
  })

  it('open the record once, to whoever types the PIN and the birth date', async () => {
    const pid = await child()
    const code = await pinFor(pid)
    expect(code).to.include({ standing: 'pending', recipient: 'Eva Novak' })
    expect(await type(john(), code.symbols)).to.deep.include({ ok: true, pid, accountId: practice.accounts.john })
    expect(await grants(pid)).to.have.length(1)
    expect((await grants(pid))[0]).to.include({ relationship: 'mother', extent: 'full' })
    expect(await theOne(pid, code.id)).to.deep.include({ standing: 'registered', symbols: undefined })
    expect(await type(john(), code.symbols)).to.deep.equal({ ok: false, reason: 'refused' })
  })

  it('make an account for somebody who has none, with its address still to prove', async () => {
    const pid = await child()
    const code = await pinFor(pid)
    const hashPassword = () => hashOwnPassword('four unrelated words here')
    const email = 'eva.novak@example.org'
    const outcome = await type(newcomer(email, { hashPassword }), code.symbols)
    expect(outcome).to.include({ ok: true })
    const account = await practice.db.first(
      `SELECT display_name, email, email_verified_at, language FROM foyer_accounts WHERE email = :email`,
      { email },
    )
    expect(account).to.deep.equal({ display_name: 'Eva Novak', email, email_verified_at: null, language: 'es' })
    expect(
      await practice.db.first(`SELECT id FROM foyer_letters WHERE kind = 'account.verify' AND recipient = :email`, {
        email,
      }),
    ).to.not.equal(undefined)
    const other = await pinFor(await child())
    expect(await type(newcomer(email, { hashPassword }), other.symbols)).to.deep.equal({
      ok: false,
      reason: 'email-taken',
    })
    expect((await theOne(other.pid, other.id)).standing).to.equal('pending')
    expect((await triesOfCode(practice.db, other.id)).map(({ outcome }) => outcome)).to.deep.equal(['email-taken'])
    const audited = await practice.db.select<{ details: object }>(
      `SELECT details FROM foyer_audit WHERE event = 'code.refused' AND subject = :subject`,
      { subject: `code:${String(other.id)}` },
    )
    expect(audited.map(({ details }) => details)).to.deep.equal([{ outcome: 'email-taken' }])
  })

  it('stay unused where the password is made of a name that only they know, and tell of it to nobody else', async () => {
    const pid = await child('Quentin')
    const code = await pinFor(pid)
    const password = 'Quentin!2017!Novak'
    const judgePassword = (names: readonly string[]) => judge(practice.portal, password, names).flaw
    const eva = newcomer('quentins.mother@example.org', {
      judgePassword,
      hashPassword: () => hashOwnPassword(password),
    })
    expect(await type(eva, code.symbols)).to.deep.equal({ ok: false, reason: 'weak', flaw: { reason: 'about-you' } })
    expect((await theOne(pid, code.id)).standing).to.equal('pending')
    expect(await grants(pid)).to.deep.equal([])
    expect((await triesOfCode(practice.db, code.id)).map(({ outcome }) => outcome)).to.deep.equal(['weak-password'])

    const refused = { ok: false, reason: 'refused' }
    expect(await type(eva, 'AAAAAAAA'), 'another PIN').to.deep.equal(refused)
    expect(await type(eva, code.symbols, '2017-05-04'), 'another date').to.deep.equal(refused)
    const made = await type(newcomer('quentins.mother@example.org'), code.symbols)
    expect(made, 'another password').to.include({ ok: true, pid })
    expect(await type(eva, code.symbols), 'used by now').to.deep.equal(refused)
  })

  it('are not tried for nothing with a password that is a name', async () => {
    await practice.setting('pinTries', '3')
    const code = await pinFor(await child('Quentin'))
    const eva = newcomer('q@example.org', { judgePassword: () => ({ reason: 'about-you' }) })
    for (let at = 0; at < 3; at += 1) expect(await type(eva, code.symbols)).to.include({ reason: 'weak' })
    expect(await type(eva, code.symbols)).to.include({ reason: 'too-many' })
  })

  it('cost no hash once there were too many tries', async () => {
    await practice.setting('pinTries', '3')
    let hashed = 0
    const hashPassword = () => Promise.resolve(`x${String((hashed += 1))}`)
    const stranger = newcomer('flood@example.org', { hashPassword })
    for (let at = 0; at < 3; at += 1) await type(stranger, 'AAAAAAAA')
    expect(await type(stranger, 'AAAAAAAA')).to.include({ reason: 'too-many' })
    expect(hashed).to.equal(3)
  })

  it('stay unused by an account that was closed while it typed', async () => {
    const pid = await child()
    const code = await pinFor(pid)
    const { luis } = practice.accounts
    const close = (at: string | null) =>
      practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_accounts SET disabled_at = :at WHERE id = :luis`, { at, luis }),
      )
    await close('2026-11-23 08:00:00')
    expect(await type({ kind: 'account', id: luis, name: 'Luis' }, code.symbols)).to.include({ reason: 'refused' })
    await close(null)
    expect((await theOne(pid, code.id)).standing).to.equal('pending')
    expect(await grants(pid)).to.have.length(0)
  })

  it('make exactly one grant when twenty press at once', async () => {
    await practice.setting('pinTries', '50')
    const pid = await child()
    const code = await pinFor(pid)
    const accounts = [practice.accounts.john, practice.accounts.amina, practice.accounts.luis, practice.accounts.maria]
    const presses = Array.from({ length: 20 }, (_, at) =>
      type({ kind: 'account', id: accounts[at % 4] ?? 0, name: 'x' }, code.symbols),
    )
    const outcomes = await Promise.all(presses)
    expect(outcomes.filter(({ ok }) => ok)).to.have.length(1)
    expect(await grants(pid)).to.have.length(1)
    expect(outcomes.filter((outcome) => !outcome.ok && outcome.reason === 'refused')).to.have.length(19)
  })

  it('are refused alike when wrong, too old, used, revoked or barred, and staff see what it was', async () => {
    const pid = await child()
    const refused = { ok: false, reason: 'refused' }
    expect(await type(john(), 'AAAAAAAA')).to.deep.equal(refused)

    const wrongDate = await pinFor(pid, { recipient: 'One' })
    expect(await type(john(), wrongDate.symbols, '2017-05-04')).to.deep.equal(refused)
    const revoked = await pinFor(pid, { recipient: 'Two' })
    await revokeCode(practice.portal, nurse, { pid, id: revoked.id, reason: 'Handed to the wrong person' })
    expect(await type(john(), revoked.symbols)).to.deep.equal(refused)

    const barred = await pinFor(pid, { recipient: 'Three' })
    await practice.db.transaction((tx) =>
      tx.change(
        `INSERT INTO foyer_grants (record, account_id, pid, relationship, extent, valid_from, granted_by, granted_at, revoked_at, revoked_by, revoked_reason)
         VALUES ('barred-barred-barred-1', :john, :pid, 'father', 'full', :now, 'x', :now, :now, 'Dr Lee', 'Court order')`,
        { john: practice.accounts.john, pid, now: utc(practice.clock.now()) },
      ),
    )
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_attempts`))
    expect(await type(john(), barred.symbols)).to.deep.equal(refused)
    const late = await pinFor(pid, { recipient: 'Four' })
    practice.clock.set('2026-11-30T08:00:00')
    expect(await type(john(), late.symbols)).to.deep.equal(refused)

    const seen = async (code: Code) => (await triesOfCode(practice.db, code.id)).map(({ outcome }) => outcome)
    expect(await seen(wrongDate)).to.deep.equal(['wrong-birth-date'])
    expect(await seen(revoked)).to.deep.equal(['revoked'])
    expect(await seen(barred)).to.deep.equal(['barred'])
    expect(await seen(late)).to.deep.equal(['expired'])
    expect(await grants(pid)).to.have.length(1)
  })

  it('add up: a code for appointments and one for forms open both', async () => {
    const pid = await child()
    for (const extent of ['forms', 'appointments', 'forms'] as const) {
      expect(await type(john(), (await pinFor(pid, { kind: 'code', extent })).symbols)).to.include({ ok: true })
    }
    expect((await grants(pid))[0]).to.include({ extent: 'appointments+forms' })
    const account = await findAccount(practice.db, practice.portal, practice.accounts.john)
    const scope = account?.records.find((record) => record.pid === pid)
    expect(scope && subjectsOf(scope)).to.include.members(['extent:appointments', 'extent:forms'])
  })

  it('widen what an account has rather than open the record twice', async () => {
    const pid = await child()
    const some = await pinFor(pid, { kind: 'code', extent: 'appointments' })
    const more = await pinFor(pid, { kind: 'code', extent: 'full' })
    await type(john(), some.symbols)
    const [first] = await grants(pid)
    expect(first).to.include({ extent: 'appointments' })
    expect(await type(john(), more.symbols)).to.include({ ok: true, record: first?.record })
    expect(await grants(pid)).to.deep.equal([{ ...first, extent: 'full' }])
    const less = await pinFor(pid, { kind: 'code', extent: 'forms' })
    await type(john(), less.symbols)
    expect((await grants(pid))[0]).to.include({ extent: 'full' })
  })

  describe('are not issued', () => {
    it('for a name that is none yet', async () => {
      const [baby, named] = [await child('Baby Boy'), await child()]
      expect(await refusalsOf({ pids: [named, baby] })).to.deep.equal(['placeholder-name'])
      expect(await codesOfPatients(practice.db, practice.portal, [named, baby], 9)).to.deep.equal([])
      expect(await refusalsOf({ pids: [named] })).to.equal('issued')
    })

    it('for a chart without the date of birth that has to be typed with it', async () => {
      const pid = await child(undefined, { dob: '0000-00-00' })
      expect(await refusalsOf({ pids: [pid] })).to.deep.equal(['no-birth-date'])
    })

    it('to parents of grown-ups, to whom it would open nothing', async () => {
      const pid = await child(undefined, { dob: '2001-05-03' })
      expect(await refusalsOf({ pids: [pid] })).to.deep.equal(['of-age'])
      expect(await refusalsOf({ pids: [pid], relationship: 'proxy' })).to.equal('issued')
      expect(await refusalsOf({ pids: [pid], recipient: 'Kim Novak', relationship: 'self' })).to.equal('issued')
      await practice.setting('adolescentExtent', 'none')
      const young = await child(undefined, { dob: '2012-05-03' })
      expect(await refusalsOf({ pids: [young] })).to.deep.equal(['of-age'])
      await practice.setting('adolescentExtent', 'appointments')
      expect(await refusalsOf({ pids: [young] })).to.equal('issued')
    })

    it('twice for the same person, but again when staff say so, or when the first has expired', async () => {
      const pid = await child()
      const first = await pinFor(pid)
      expect(await refusalsOf({ pids: [pid] })).to.deep.equal(['active'])
      expect(await refusalsOf({ pids: [pid], recipient: ' eva  NOVÁK ' })).to.deep.equal(['active'])
      expect(await refusalsOf({ pids: [pid], recipient: 'Petr Novak', relationship: 'father' })).to.equal('issued')
      const again = await reissueCode(practice.portal, nurse, { pid, id: first.id, language: 'en' })
      expect(again).to.include({ ok: true })
      expect(await theOne(pid, first.id)).to.include({ standing: 'revoked' })
      expect(await type(john(), first.symbols)).to.deep.equal({ ok: false, reason: 'refused' })
      practice.clock.set('2026-12-01T08:00:00')
      expect(await refusalsOf({ pids: [pid] })).to.equal('issued')
    })

    it('once only when two press at once', async () => {
      const pid = await child()
      const both = await Promise.all([refusalsOf({ pids: [pid] }), refusalsOf({ pids: [pid] })])
      expect(both.map(String).sort()).to.deep.equal(['active', 'issued'])
    })

    describe('for somebody who waits to be found in the chart', () => {
      /** Somebody waits under this name and date; gone when the work is done. */
      const waiting = async (
        said: { first: string; last: string; born?: string; phone?: string },
        work: (id: number) => Promise<void>,
      ) => {
        const values = {
          born: LEO,
          phone: '',
          ...said,
          account: practice.accounts.john,
          now: utc(practice.clock.now()),
        }
        const id = await practice.db.transaction((tx) =>
          tx.insert(
            `INSERT INTO foyer_registrations (receipt, account_id, for_whom, relationship, first_name, middle_name, last_name, birth_name,
                                              born, sex, phone, email, postal_code, message, state, created_at)
             VALUES (CONCAT('R', LPAD(FLOOR(RAND() * 1e8), 8, '0')), :account, 'child', 'mother', :first, '', :last, '', :born, '', :phone, '', '', '', 'waiting', :now)`,
            values,
          ),
        )
        await work(id)
        await practice.db.transaction((tx) =>
          tx.change(`UPDATE foyer_registrations SET state = 'refused' WHERE id = :id`, { id }),
        )
      }

      for (const [how, first, last, born] of [
        ['to the letter, but for accents', 'nina', 'Novák', LEO],
        ['with a letter less', 'Nina', 'Novk', LEO],
        ['by the name at home', 'Liz', 'Novak', LEO],
        ['with day and month exchanged', 'Nina', 'Novak', '2017-03-05'],
      ] as const) {
        it(`as the patient, ${how}`, async () => {
          const pid = await child(first === 'Liz' ? 'Elizabeth' : 'Nina')
          await waiting({ first, last, born }, async () => {
            const wanted = { pids: [pid], notRegistered: [1, 2, 3] }
            const expected = born === LEO ? ['open-registration'] : ['perhaps-registered']
            expect(await refusalsOf(wanted)).to.deep.equal(expected)
          })
          expect(await refusalsOf({ pids: [pid] })).to.equal('issued')
        })
      }

      it('perhaps: until staff have looked and say that it is somebody else', async () => {
        const pid = await child('Nina', { phoneHome: '(202) 555-0145' })
        await waiting({ first: 'Tomas', last: 'Novak', phone: '202-555-0145' }, async (id) => {
          expect(await refusalsOf({ pids: [pid] })).to.deep.equal(['perhaps-registered'])
          expect(await refusalsOf({ pids: [pid], notRegistered: [id + 1] })).to.deep.equal(['perhaps-registered'])
          expect(await refusalsOf({ pids: [pid], notRegistered: [id] })).to.equal('issued')
        })
      })

      it('but not for others born on that day', async () => {
        const pid = await child('Nina')
        await waiting({ first: 'Oscar', last: 'Dvorak' }, async () => {
          expect(await refusalsOf({ pids: [pid] })).to.equal('issued')
        })
      })
    })

    it('to somebody whose access was revoked, by name', async () => {
      const pid = await child()
      await practice.db.transaction((tx) =>
        tx.change(
          `INSERT INTO foyer_grants (record, account_id, pid, relationship, extent, valid_from, granted_by, granted_at, revoked_at, revoked_by, revoked_reason)
           VALUES ('barred-barred-barred-2', :john, :pid, 'father', 'full', :now, 'x', :now, :now, 'Dr Lee', 'Court order')`,
          { john: practice.accounts.john, pid, now: utc(practice.clock.now()) },
        ),
      )
      expect(await refusalsOf({ pids: [pid], recipient: 'Joan Carter' })).to.equal('issued')
      expect(await refusalsOf({ pids: [pid], recipient: 'John Carter' })).to.deep.equal(['barred'])
    })

    it('as a message that the chart does not allow, unless it is asked for now', async () => {
      const pid = await child()
      const send = { channel: 'mail' as const, to: 'eva@example.org', asked: false }
      expect(await refusalsOf({ pids: [pid], send })).to.deep.equal(['no-consent'])
      expect(await refusalsOf({ pids: [pid], send: { ...send, asked: true } })).to.equal('issued')
      const letter = await practice.db.first<{ asked: string }>(
        `SELECT JSON_VALUE(facts, '$.asked') AS asked FROM foyer_letters WHERE kind = 'code.welcome' AND pid = :pid`,
        { pid },
      )
      expect(letter).to.deep.equal({ asked: '1' })
    })
  })

  it('make the chart say YES and give it a row that no password opens', async () => {
    const pid = await child()
    await pinFor(pid)
    const row = await practice.db.first(
      `SELECT p.allow_patient_portal AS allowed, c.portal_pwd, c.portal_login_username, c.portal_username, p.id
         FROM patient_data p JOIN patient_access_onsite c ON c.pid = p.pid WHERE p.pid = :pid`,
      { pid },
    )
    expect(row).to.deep.include({ allowed: 'YES', portal_pwd: '', portal_login_username: null })
    const logged = await practice.db.select(`SELECT id FROM log WHERE patient_id = :pid AND event = 'patient-access'`, {
      pid,
    })
    expect(logged).to.have.length(1)
  })

  it('stand nowhere in the database as people type them', async () => {
    const pid = await child()
    const code = await pinFor(pid, { send: { channel: 'sms', to: '+12025550123', asked: true } })
    const { symbols = '' } = code
    expect(symbols).to.match(/^[A-HJKMNP-Z2-9]{8}$/)
    for (const table of ['foyer_codes', 'foyer_letters', 'foyer_outbox', 'foyer_audit', 'foyer_links', 'log']) {
      const text = JSON.stringify(await practice.db.select(`SELECT * FROM ${table}`)) // sql-safe: names of ours
      expect(text, table).to.not.include(symbols)
      expect(text, table).to.not.include(`${symbols.slice(0, 4)}-${symbols.slice(4)}`)
      expect(Buffer.from(text).toString('utf8')).to.not.include(Buffer.from(symbols).toString('base64'))
    }
  })
})
