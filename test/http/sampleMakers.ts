/** What a route is asked about: made anew for each asking, about this patient. */
import { makeCredential } from '../../module/features/accounts/credentials/making.js'
import { decide, type Decision } from '../../module/features/accounts/families/deciding.js'
import { createAccount, grant } from '../../module/access/accounts.js'
import { keepWish } from '../../module/access/bookingWishes.js'
import { issueCodes } from '../../module/access/codeIssuing.js'
import { findCode } from '../../module/access/codes.js'
import { keepPasskey, passkeysOf } from '../../module/access/passkeys.js'
import type { FactorOwner } from '../../module/access/secondFactors.js'
import { keepTotp, newTotpSecret } from '../../module/access/totp.js'
import { linkToken, makeLink, type LinkPurpose } from '../../module/access/links.js'
import { newcomerStamp } from '../../module/access/newcomers.js'
import { fingerprintOf } from '../../module/features/accounts/safety/forgetting.js'
import { registerAnother } from '../../module/features/registration/registering.js'
import { askForMore } from '../../module/features/registration/staff/answers.js'
import { linkRegistration } from '../../module/features/registration/staff/linking.js'
import { staffMember } from '../../module/access/staff.js'
import { writeStaffNote } from '../../module/host/notes.js'
import { opaqueId, receiptNumber } from '../../module/platform/ids.js'
import { answerOfPasskey } from '../support/passkeys.js'
import { OFFICE_VISIT, passwordOf, type TestPractice } from '../support/practice.js'

export interface Sample {
  params?: Record<string, string>
  query?: Record<string, string>
  body?: Record<string, string>
}

export type Make = (practice: TestPractice, pid: number) => Sample | Promise<Sample>

export const TUESDAY = '2026-11-24'
export const nothing: Make = () => ({})

/** A time of their own for each patient, so that no sample lies over another's. HH:MM */
function timeOf(pid: number): string {
  const minute = 13 * 60 + (pid % 16) * 15
  return `${String(Math.floor(minute / 60))}:${String(minute % 60).padStart(2, '0')}`
}

/** What earlier samples left of this patient is off the calendar, so that the time can be taken again. */
async function freeTuesday({ db }: TestPractice, pid: number): Promise<void> {
  await db.transaction((tx) =>
    tx.change(
      `UPDATE openemr_postcalendar_events SET pc_apptstatus = 'x' WHERE pc_eventDate = :day AND pc_pid = :pid AND pc_recurrtype = 0`,
      { day: TUESDAY, pid: String(pid) },
    ),
  )
}

export const ofPendingVisit =
  (sample: Sample = {}, name = 'id'): Make =>
  async (practice, pid) => {
    await freeTuesday(practice, pid)
    const { event, staff } = practice
    const eid = await event({ providerId: staff.lee, pid, date: TUESDAY, start: timeOf(pid), by: 'patient' })
    return { ...sample, params: { [name]: String(eid) } }
  }

/** With our own row beside it, in this state. */
export const ofRequest =
  (state: string, sample: Sample = {}): Make =>
  async (practice, pid) => {
    await freeTuesday(practice, pid)
    const { db, event, staff } = practice
    const status =
      state === 'declined' ? { by: { userId: 1, username: 'admin' }, status: 'x' } : { by: 'patient' as const }
    const eid = await event({ providerId: staff.lee, pid, date: TUESDAY, start: timeOf(pid), ...status })
    const receipt = receiptNumber()
    await db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_appointment_requests
           (receipt, pc_eid, pid, provider_id, category_id, day, start_time, minutes, reason, state, created_at)
         VALUES (:receipt, :eid, :pid, :provider, 5, :day, :start, 15, '', :state, '2026-11-23 12:00:00.000')`,
        { receipt, eid, pid, provider: String(staff.lee), day: TUESDAY, start: timeOf(pid), state },
      ),
    )
    return { ...sample, params: { id: String(eid), receipt } }
  }

/** The practice proposes the time at which it stands. */
export const ofProposal =
  (sample: Sample = {}): Make =>
  async (practice, pid) => {
    const made = await ofRequest('proposed', sample)(practice, pid)
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_appointment_proposals
           (pc_eid, from_day, from_start, from_provider, day, start_time, provider_id, minutes, note, state, proposed_by,
            proposed_at, open_eid)
         VALUES (:eid, :day, '09:00', :provider, :day, :start, :provider, 15, '', 'open', 'admin',
            '2026-11-23 12:30:00.000', :eid)`,
        { eid: made.params?.['id'], provider: String(practice.staff.lee), day: TUESDAY, start: timeOf(pid) },
      ),
    )
    return made
  }

/** The practice declined and names another time. */
export const ofOffer: Make = async (practice, pid) => {
  const made = await ofRequest('declined')(practice, pid)
  const alternative = await practice.db.transaction((tx) =>
    tx.insert(
      `INSERT INTO foyer_appointment_alternatives
         (pc_eid, provider_id, category_id, day, start_time, minutes, offered_by, offered_at)
       VALUES (:eid, :provider, 5, :day, '09:15', 15, 'admin', '2026-11-23 12:30:00.000')`,
      { eid: made.params?.['id'], provider: String(practice.staff.lee), day: TUESDAY },
    ),
  )
  return { params: { ...made.params, alternative: String(alternative) } }
}

/** Confirmed, too soon to be cancelled alone, and its patient has asked the practice to. */
export const ofCancellationAsked: Make = async ({ db, accounts, event, records, staff }, pid) => {
  const eid = await event({ providerId: staff.lee, pid, date: '2026-11-23', start: '15:00' })
  await db.transaction((tx) =>
    tx.insert(
      `INSERT INTO foyer_cancellation_requests
         (receipt, pc_eid, day, of_series, account_id, record, pid, reason, state, open_key, created_at)
       VALUES (:receipt, :eid, '2026-11-23', 0, :account, :record, :pid, 'Ill', 'requested', :eid, '2026-11-23 12:00:00.000')`,
      { receipt: receiptNumber(), eid, account: accounts.maria, record: records.maria, pid },
    ),
  )
  return { params: { id: String(eid) } }
}

export const ofCancelledVisit: Make = async (practice, pid) => {
  await freeTuesday(practice, pid)
  const { event, staff } = practice
  const eid = await event({ providerId: staff.lee, pid, date: TUESDAY, start: timeOf(pid), status: 'x' })
  return { params: { id: String(eid) } }
}

export const ofWishToCancel =
  (sample: Sample = {}): Make =>
  async (practice, pid) => ({ ...sample, ...(await ofCancellationAsked(practice, pid)) })

export const ofPatient: Make = (_practice, pid) => ({ params: { pid: String(pid) } })

/** Somebody whose sign-in may be made and reset: nobody in these tests signs in as them. */
export const ofNewPatient =
  (sample: Sample = {}): Make =>
  async (practice) => ({ ...sample, params: { pid: String(await practice.patient()) } })

export const temporaryPassword = 'wander-47-Kettle@pine'

/** Staff have made this password for them, and it is not used yet. */
export const ofTemporaryPassword: Make = async (practice) => {
  const pid = await practice.patient()
  const wish = { pid, loginName: `new${String(pid)}`, password: temporaryPassword, changeInHost: true }
  await makeCredential(practice.portal, nobodyAtWork, { ...wish, seen: undefined, token: undefined })
  return { params: { pid: String(pid) }, body: { password: temporaryPassword } }
}

const nobodyAtWork = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined } as const

/** A password that is nobody's. */
export const notMine = (): Sample => ({ body: { password: 'not mine' } })

/** The patient's own account, or Maria's, who stands for the others. */
function accountAbout({ accounts, patients }: TestPractice, pid: number): number {
  const name = (Object.keys(accounts) as (keyof typeof accounts)[]).find((each) => patients[each] === pid)
  return accounts[name ?? 'maria']
}

/** A passkey of the patient's own account, or of the administrator. */
export const ofPasskey =
  (whose: 'account' | 'staff', sample: Sample = {}): Make =>
  async (practice, about) => {
    const { db, portal } = practice
    const owner: FactorOwner = whose === 'staff' ? 'staff:admin' : `account:${String(accountAbout(practice, about))}`
    const key = { credentialId: opaqueId(), publicKey: new Uint8Array(), counter: 0, transports: [], name: 'Phone' }
    await db.transaction((tx) => keepPasskey(tx, portal, owner, key))
    const [passkey] = (await passkeysOf(db, owner)).slice(-1)
    return { ...sample, params: { passkey: String(passkey?.id) } }
  }

/** A passkey answers at the door, of somebody who signs in with nothing else in these tests. */
export const ofAnswer =
  (whose: 'amina' | 'staff'): Make =>
  async (practice) => {
    const owner: FactorOwner = whose === 'staff' ? 'staff:dr.marsh' : `account:${String(practice.accounts.amina)}`
    return { body: { passkey: await answerOfPasskey(practice, owner) } }
  }

/** Somebody who opens this patient's record has lost the app they sign in with. */
export const ofLostFactor =
  (body?: Record<string, string>): Make =>
  async ({ clock, db, portal }, pid) => {
    const account = await db.transaction(async (tx) => {
      const email = `${opaqueId()}@example.org`
      const wanted = { email, verified: true, passwordHash: null, displayName: 'An aunt', language: undefined }
      const made = (await createAccount(tx, clock, wanted))?.id ?? 0
      await grant(tx, clock, { accountId: made, pid, relationship: 'proxy', extent: 'full', by: nobodyAtWork })
      await keepTotp(tx, portal, `account:${String(made)}`, { secret: newTotpSecret(), step: 1 })
      return made
    })
    return { params: { pid: String(pid), account: String(account) }, ...(body ? { body } : {}) }
  }

/** Of an account that has no chart. */
export const ofAccountsLostFactor =
  (body?: Record<string, string>): Make =>
  async (practice, pid) => {
    const { params } = await ofAccount()(practice, pid)
    const owner = `account:${params?.['account'] ?? ''}` as const
    await practice.db.transaction((tx) => keepTotp(tx, practice.portal, owner, { secret: newTotpSecret(), step: 1 }))
    return { ...(params ? { params } : {}), ...(body ? { body } : {}) }
  }

/** Somebody of the staff has: one who signs in nowhere in these tests. */
export const ofStaffFactor =
  (body: Record<string, string>): Make =>
  async ({ db, portal }) => {
    await db.transaction((tx) => keepTotp(tx, portal, 'staff:dr.marsh', { secret: newTotpSecret(), step: 1 }))
    return { params: { username: 'dr.marsh' }, body }
  }

export const ofFailedLetter: Make = async ({ db }, pid) => {
  const letter = await db.transaction((tx) =>
    tx.insert(
      `INSERT INTO foyer_letters (kind, channel, recipient, language, pid, facts, state, error_code, written_by, written_at)
       VALUES ('credential.reset', 'mail', 'pat@example.org', 'en', :pid, '{}', 'failed', '550', 'Administrator', '2026-11-23 12:00:00.000')`,
      { pid },
    ),
  )
  return { params: { pid: String(pid), letter: String(letter) } }
}

/** Of an account that has no chart. */
export const ofAccountsLetter: Make = async (practice, pid) => {
  const made = await ofAccount()(practice, pid)
  const letter = await practice.db.transaction((tx) =>
    tx.insert(
      `INSERT INTO foyer_letters (kind, channel, recipient, language, account_id, facts, state, error_code, written_by, written_at)
       VALUES ('registration.question', 'mail', 'pat@example.org', 'en', :account, '{}', 'failed', '550', 'Administrator', '2026-11-23 12:00:00.000')`,
      { account: made.params?.['account'] },
    ),
  )
  return { params: { ...made.params, letter: String(letter) } }
}

/** Somebody more who opens this patient's record. */
export const ofGrant =
  (body: Record<string, string> = {}): Make =>
  async ({ clock, db }, pid) => {
    const by = { kind: 'system', id: 'test', name: 'test', requestId: undefined } as const
    const id = await db.transaction(async (tx) => {
      const person = { email: `${opaqueId()}@example.org`, verified: true, passwordHash: null, language: undefined }
      const account = await createAccount(tx, clock, { ...person, displayName: 'An aunt' })
      const opened = { accountId: account?.id ?? 0, pid, relationship: 'guardian', extent: 'full', by }
      const record = await grant(tx, clock, opened)
      return (await tx.first<{ id: number }>(`SELECT id FROM foyer_grants WHERE record = :record`, { record }))?.id
    })
    return { params: { pid: String(pid), grant: String(id) }, body: { reason: 'As the family asked', ...body } }
  }

export const decided =
  (decision: Decision): Make =>
  async (practice, pid) => {
    const sample = await ofGrant()(practice, pid)
    const by = { kind: 'system', id: 'test', name: 'test', requestId: undefined } as const
    const asked = { pid, id: Number(sample.params?.['grant']), version: undefined, reason: 'As asked', decision }
    await decide(practice.portal, by, asked)
    return sample
  }

/** A PIN of this patient that nobody has used. */
export const ofPin =
  (sample: Sample = {}): Make =>
  async ({ db, portal }, pid) => {
    const recipient = { recipient: `Eva ${opaqueId()}`, relationship: 'proxy' }
    const wanted = { kind: 'pin', pids: [pid], extent: 'full', language: 'en', ...recipient } as const
    const issued = await issueCodes(portal, nobodyAtWork, wanted)
    if (!issued.ok) throw new Error('No PIN could be issued')
    const code = await findCode(db, portal, { pid, id: issued.codes[0]?.id ?? 0 })
    const params = { pid: String(pid), code: String(code?.id), family: issued.family }
    return { ...sample, params, body: sample.body ?? { pin: code?.symbols ?? '', birthDate: '1980-01-01' } }
  }

/** Somebody else's child, whose PIN they hold. */
export const ofNewPin: Make = async (practice) => ofPin()(practice, await practice.patient())

export const someRecipient = () => ({ recipient: 'other', name: `Eva ${opaqueId()}`, relationship: 'proxy' })

export const wish = ({ staff }: TestPractice) => ({ provider: String(staff.lee), category: String(OFFICE_VISIT) })

export const credentials = (username: string): Sample => ({ body: { username, password: passwordOf(username) } })

export const ofMessage: Make = async ({ db }, pid) => {
  const note = { at: '2026-11-23 07:00:00', pid, title: 'Other', text: 'Please call.', to: undefined, from: 'admin' }
  return { params: { id: String(await db.transaction((tx) => writeStaffNote(tx, note))) } }
}

export const ofUndelivered =
  (sample: Sample = {}): Make =>
  async ({ db }, pid) => {
    const at = '2026-11-23 12:00:00.000'
    const id = await db.transaction(async (tx) => {
      const event = await tx.insert(
        `INSERT INTO foyer_outbox (event, payload, created_at, due_at, spread_at)
         VALUES ('appointment.confirmed', :payload, :at, :at, :at)`,
        { payload: JSON.stringify({ pid }), at },
      )
      return tx.insert(
        `INSERT INTO foyer_outbox_deliveries (event_id, listener, state, attempts, due_at, finished_at, error_code)
         VALUES (:event, 'notify-patient', 'dead', 8, :at, :at, 'ECONNREFUSED')`,
        { event, at },
      )
    })
    return { ...sample, params: { id: String(id) } }
  }

/** A link that was sent to the account of a new patient's own. */
const ofLink =
  (purpose: LinkPurpose, facts: (email: string) => Record<string, string>) =>
  (sample: (token: string) => Sample): Make =>
  async ({ db, portal }) => {
    const email = `${opaqueId()}@example.org`
    const id = await db.transaction(async (tx) => {
      const wanted = { email, verified: false, passwordHash: null, displayName: email, language: undefined }
      const account = await createAccount(tx, portal.clock, wanted)
      return makeLink(tx, portal, { purpose, accountId: account?.id, minutes: 60, facts: facts(email) })
    })
    return sample(linkToken(portal, id))
  }

export const ofVerifyLink = ofLink('verify-email', (email) => ({ email }))
export const ofResetLink = ofLink('reset-password', (email) => ({ of: 'own', email, before: fingerprintOf(undefined) }))

/** A person whom nobody knows yet. */
export const someoneNew = () => ({
  forWhom: 'child' as const,
  ...{
    relationship: 'mother',
    firstName: `Pia ${opaqueId().replace(/\W|\d/g, '')}`,
    middleName: '',
    lastName: 'Novak',
  },
  ...{ birthName: '', born: '2015-02-03', sex: 'Female', phone: '212 555 0100', postalCode: '10025', message: '' },
})

interface MadeRegistration {
  id: number
  receipt: string
  pid: string
}

/** Handed in by the patient's own account. */
export const ofOwnRegistration =
  (sample: (made: MadeRegistration) => Sample, state?: 'asked'): Make =>
  (practice, pid) =>
    registrationOf(practice, accountAbout(practice, pid), sample, state)

async function registrationOf(
  practice: TestPractice,
  holder: number,
  sample: (made: MadeRegistration) => Sample,
  state?: 'asked' | 'linked',
): Promise<Sample> {
  const { db, portal } = practice
  const account = { id: holder, ownRecord: opaqueId() }
  // As many as the samples make may wait.
  await db.transaction((tx) =>
    tx.change(
      `UPDATE foyer_registrations SET state = 'withdrawn', open_key = NULL
          WHERE account_id = :id AND state IN ('waiting', 'asked')`,
      account,
    ),
  )
  const by = { kind: 'account', id: String(account.id), name: 'somebody', requestId: undefined } as const
  const sent = await registerAnother(portal, by, account, someoneNew(), undefined)
  const receipt = sent.ok ? sent.receipt : ''
  const row = await db.first<{ id: number }>(`SELECT id FROM foyer_registrations WHERE receipt = :receipt`, {
    receipt,
  })
  const id = row?.id ?? 0
  // A grown patient's chart would open nothing to a parent.
  const pid = await practice.patient({ dob: someoneNew().born })
  const admin = await staffMember(db, practice.staff.admin)
  if (admin && state === 'asked')
    await askForMore(portal, admin, nobodyAtWork, { id, seen: undefined, question: 'Who?' })
  if (admin && state === 'linked') {
    await linkRegistration(portal, admin, nobodyAtWork, { id, seen: undefined, pid, move: false })
  }
  return sample({ id, receipt, pid: String(pid) })
}

/** Handed in by Maria: who is linked by it opens one record more from then on, and she opens several as it is. */
export const ofStaffsRegistration =
  (body: Record<string, string> = {}, state?: 'asked' | 'linked'): Make =>
  (practice) =>
    registrationOf(
      practice,
      practice.accounts.maria,
      ({ id, pid }) => ({ params: { id: String(id) }, body: 'pid' in body ? { ...body, pid } : body }),
      state,
    )

export const ofRegisterLink =
  (body: Record<string, string> = {}): Make =>
  async ({ db, portal }) => {
    const id = await db.transaction((tx) =>
      makeLink(tx, portal, { purpose: 'register', minutes: 60, facts: { email: `${opaqueId()}@example.org` } }),
    )
    return { params: { token: linkToken(portal, id) }, body }
  }

/** Of a form that was opened ten seconds ago: somebody has typed. */
export function stampOf({ clock, portal: { secret } }: TestPractice): string {
  return newcomerStamp({ secret, clock: { ...clock, now: () => clock.now().minus({ seconds: 10 }) } })
}

/** The door for who has no account is shut unless the practice opens it. */
export const bookable =
  (make: Make): Make =>
  async (practice, pid) => {
    await practice.setting('publicBooking', 'on')
    return make(practice, pid)
  }

/** What somebody without an account wishes for, each at an address of their own. */
export const ofBookingLink: Make = async ({ db, portal, staff }, pid) => {
  const person = { firstName: 'Pia', lastName: 'Novak', born: '1990-02-03', phone: '212 555 0100', reason: '' }
  const time = { provider: staff.lee, category: OFFICE_VISIT, day: '2026-11-25', time: timeOf(pid) }
  const wish = { ...person, ...time, email: `${opaqueId()}@example.org`, language: 'en' } as const
  const link = await db.transaction((tx) => keepWish(tx, portal, wish))
  return { params: { token: linkToken(portal, link) } }
}

/** An account of its own that nobody in these tests signs in with, and another one beside it. */
export const ofAccount =
  (body: (other: string) => Record<string, string> = () => ({}), disabled = false): Make =>
  async ({ db, clock }) => {
    const make = () =>
      db.transaction((tx) =>
        createAccount(tx, clock, {
          ...{ email: `${opaqueId()}@example.org`, verified: true, passwordHash: null, language: undefined },
          displayName: 'Somebody else',
        }),
      )
    const [one, other] = [await make(), await make()]
    if (disabled) {
      await db.transaction((tx) =>
        tx.change(
          `UPDATE foyer_accounts SET disabled_at = '2026-11-23 12:00:00', disabled_by = 'admin' WHERE id = :id`,
          {
            id: one?.id,
          },
        ),
      )
    }
    return { params: { account: String(one?.id) }, body: body(String(other?.id)) }
  }
