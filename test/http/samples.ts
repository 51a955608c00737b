/** For each route an address that leads somewhere, and a form that it takes: made anew, about this patient. */
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
import { loginOf, OFFICE_VISIT, passwordOf, type TestPractice } from '../support/practice.js'

export interface Sample {
  params?: Record<string, string>
  query?: Record<string, string>
  body?: Record<string, string>
}

type Make = (practice: TestPractice, pid: number) => Sample | Promise<Sample>

const TUESDAY = '2026-11-24'
const nothing: Make = () => ({})

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

const ofPendingVisit =
  (sample: Sample = {}, name = 'id'): Make =>
  async (practice, pid) => {
    await freeTuesday(practice, pid)
    const { event, staff } = practice
    const eid = await event({ providerId: staff.lee, pid, date: TUESDAY, start: timeOf(pid), by: 'patient' })
    return { ...sample, params: { [name]: String(eid) } }
  }

/** With our own row beside it, in this state. */
const ofRequest =
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
const ofProposal =
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
const ofOffer: Make = async (practice, pid) => {
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
const ofCancellationAsked: Make = async ({ db, accounts, event, records, staff }, pid) => {
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

const ofCancelledVisit: Make = async (practice, pid) => {
  await freeTuesday(practice, pid)
  const { event, staff } = practice
  const eid = await event({ providerId: staff.lee, pid, date: TUESDAY, start: timeOf(pid), status: 'x' })
  return { params: { id: String(eid) } }
}

const ofWishToCancel =
  (sample: Sample = {}): Make =>
  async (practice, pid) => ({ ...sample, ...(await ofCancellationAsked(practice, pid)) })

const ofPatient: Make = (_practice, pid) => ({ params: { pid: String(pid) } })

/** Somebody whose sign-in may be made and reset: nobody in these tests signs in as them. */
const ofNewPatient =
  (sample: Sample = {}): Make =>
  async (practice) => ({ ...sample, params: { pid: String(await practice.patient()) } })

const temporaryPassword = 'wander-47-Kettle@pine'

/** Staff have made this password for them, and it is not used yet. */
const ofTemporaryPassword: Make = async (practice) => {
  const pid = await practice.patient()
  const wish = { pid, loginName: `new${String(pid)}`, password: temporaryPassword, changeInHost: true }
  await makeCredential(practice.portal, nobodyAtWork, { ...wish, seen: undefined, token: undefined })
  return { params: { pid: String(pid) }, body: { password: temporaryPassword } }
}

const nobodyAtWork = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined } as const

/** A password that is nobody's. */
const notMine = (): Sample => ({ body: { password: 'not mine' } })

/** A passkey of the patient's own account, or of the administrator. */
const ofPasskey =
  (whose: 'account' | 'staff', sample: Sample = {}): Make =>
  async ({ accounts, db, patients, portal }, pid) => {
    const name = (Object.keys(accounts) as (keyof typeof accounts)[]).find((each) => patients[each] === pid) ?? 'maria'
    const owner: FactorOwner = whose === 'staff' ? 'staff:admin' : `account:${String(accounts[name])}`
    const key = { credentialId: opaqueId(), publicKey: new Uint8Array(), counter: 0, transports: [], name: 'Phone' }
    await db.transaction((tx) => keepPasskey(tx, portal, owner, key))
    const [passkey] = (await passkeysOf(db, owner)).slice(-1)
    return { ...sample, params: { passkey: String(passkey?.id) } }
  }

/** A passkey answers at the door, of somebody who signs in with nothing else in these tests. */
const ofAnswer =
  (whose: 'amina' | 'staff'): Make =>
  async (practice) => {
    const owner: FactorOwner = whose === 'staff' ? 'staff:dr.marsh' : `account:${String(practice.accounts.amina)}`
    return { body: { passkey: await answerOfPasskey(practice, owner) } }
  }

/** Somebody who opens this patient's record has lost the app they sign in with. */
const ofLostFactor =
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

/** Somebody of the staff has: one who signs in nowhere in these tests. */
const ofStaffFactor =
  (body: Record<string, string>): Make =>
  async ({ db, portal }) => {
    await db.transaction((tx) => keepTotp(tx, portal, 'staff:dr.marsh', { secret: newTotpSecret(), step: 1 }))
    return { params: { username: 'dr.marsh' }, body }
  }

const ofFailedLetter: Make = async ({ db }, pid) => {
  const letter = await db.transaction((tx) =>
    tx.insert(
      `INSERT INTO foyer_letters (kind, channel, recipient, language, pid, facts, state, error_code, written_by, written_at)
       VALUES ('credential.reset', 'mail', 'pat@example.org', 'en', :pid, '{}', 'failed', '550', 'Administrator', '2026-11-23 12:00:00.000')`,
      { pid },
    ),
  )
  return { params: { pid: String(pid), letter: String(letter) } }
}

/** Somebody more who opens this patient's record. */
const ofGrant =
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

const decided =
  (decision: Decision): Make =>
  async (practice, pid) => {
    const sample = await ofGrant()(practice, pid)
    const by = { kind: 'system', id: 'test', name: 'test', requestId: undefined } as const
    const asked = { pid, id: Number(sample.params?.['grant']), version: undefined, reason: 'As asked', decision }
    await decide(practice.portal, by, asked)
    return sample
  }

/** A PIN of this patient that nobody has used. */
const ofPin =
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
const ofNewPin: Make = async (practice) => ofPin()(practice, await practice.patient())

const someRecipient = () => ({ recipient: 'other', name: `Eva ${opaqueId()}`, relationship: 'proxy' })

const wish = ({ staff }: TestPractice) => ({ provider: String(staff.lee), category: String(OFFICE_VISIT) })

const credentials = (username: string): Sample => ({ body: { username, password: passwordOf(username) } })

const ofMessage: Make = async ({ db }, pid) => {
  const note = { at: '2026-11-23 07:00:00', pid, title: 'Other', text: 'Please call.', to: undefined, from: 'admin' }
  return { params: { id: String(await db.transaction((tx) => writeStaffNote(tx, note))) } }
}

const ofUndelivered =
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

const ofVerifyLink = ofLink('verify-email', (email) => ({ email }))
const ofResetLink = ofLink('reset-password', (email) => ({ of: 'own', email, before: fingerprintOf(undefined) }))

/** A person whom nobody knows yet. */
const someoneNew = () => ({
  forWhom: 'child' as const,
  ...{
    relationship: 'mother',
    firstName: `Pia ${opaqueId().replace(/\W|\d/g, '')}`,
    middleName: '',
    lastName: 'Novak',
  },
  ...{ birthName: '', born: '2015-02-03', sex: 'Female', phone: '212 555 0100', postalCode: '10025', message: '' },
})

const ofRegistration =
  (sample: (made: { id: number; receipt: string; pid: string }) => Sample, state?: 'asked' | 'linked'): Make =>
  async (practice, of) => {
    const { accounts, db, patients, portal } = practice
    // As many as the samples make may wait.
    await db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_registrations SET state = 'withdrawn', open_key = NULL WHERE state IN ('waiting', 'asked')`,
      ),
    )
    // Luis comes with Ana's record, so that what is refused to one of both is there for the other.
    const account = { id: of === patients.ana ? accounts.luis : accounts.maria, ownRecord: opaqueId() }
    const by = { kind: 'account', id: String(account.id), name: 'somebody', requestId: undefined } as const
    const sent = await registerAnother(portal, by, account, someoneNew(), undefined)
    const receipt = sent.ok ? sent.receipt : ''
    const row = await db.first<{ id: number }>(`SELECT id FROM foyer_registrations WHERE receipt = :receipt`, {
      receipt,
    })
    const id = row?.id ?? 0
    const pid = await practice.patient()
    const admin = await staffMember(db, practice.staff.admin)
    if (admin && state === 'asked')
      await askForMore(portal, admin, nobodyAtWork, { id, seen: undefined, question: 'Who?' })
    if (admin && state === 'linked') {
      await linkRegistration(portal, admin, nobodyAtWork, { id, seen: undefined, pid, move: false })
    }
    return sample({ id, receipt, pid: String(pid) })
  }

const ofStaffsRegistration = (body: Record<string, string> = {}, state?: 'asked' | 'linked'): Make =>
  ofRegistration(
    ({ id, pid }) => ({ params: { id: String(id) }, body: 'pid' in body ? { ...body, pid } : body }),
    state,
  )

const ofRegisterLink =
  (body: Record<string, string> = {}): Make =>
  async ({ db, portal }) => {
    const id = await db.transaction((tx) =>
      makeLink(tx, portal, { purpose: 'register', minutes: 60, facts: { email: `${opaqueId()}@example.org` } }),
    )
    return { params: { token: linkToken(portal, id) }, body }
  }

/** Of a form that was opened ten seconds ago: somebody has typed. */
function stampOf({ clock, portal: { secret } }: TestPractice): string {
  return newcomerStamp({ secret, clock: { ...clock, now: () => clock.now().minus({ seconds: 10 }) } })
}

/** The door for who has no account is shut unless the practice opens it. */
const bookable =
  (make: Make): Make =>
  async (practice, pid) => {
    await practice.setting('publicBooking', 'on')
    return make(practice, pid)
  }

/** What somebody without an account wishes for, each at an address of their own. */
const ofBookingLink: Make = async ({ db, portal, staff }, pid) => {
  const person = { firstName: 'Pia', lastName: 'Novak', born: '1990-02-03', phone: '212 555 0100', reason: '' }
  const time = { provider: staff.lee, category: OFFICE_VISIT, day: '2026-11-25', time: timeOf(pid) }
  const wish = { ...person, ...time, email: `${opaqueId()}@example.org`, language: 'en' } as const
  const link = await db.transaction((tx) => keepWish(tx, portal, wish))
  return { params: { token: linkToken(portal, link) } }
}

/** An account of its own that nobody in these tests signs in with, and another one beside it. */
const ofAccount =
  (body: (other: string) => Record<string, string> = () => ({})): Make =>
  async ({ db, clock }) => {
    const make = () =>
      db.transaction((tx) =>
        createAccount(tx, clock, {
          ...{ email: `${opaqueId()}@example.org`, verified: true, passwordHash: null, language: undefined },
          displayName: 'Somebody else',
        }),
      )
    const [one, other] = [await make(), await make()]
    return { params: { account: String(one?.id) }, body: body(String(other?.id)) }
  }

/** Keyed `METHOD address`. A route that is missing here fails routes.test.ts. */
export const samples: Readonly<Record<string, Make>> = {
  'GET /portal/sign-in': nothing,
  'POST /portal/sign-in': () => credentials(loginOf('amina')),
  'POST /portal/sign-out': nothing,
  'POST /portal/password-judgement': () => ({ body: { password: 'three words unlike' } }),
  'GET /portal/sign-in/new-password': nothing,
  'POST /portal/sign-in/new-password': () => ({ body: { password: 'three words unlike' } }),
  'GET /portal/sign-in/verify-address': nothing,
  'POST /portal/sign-in/verify-address': nothing,
  'POST /portal/sign-in/verify-address/letter': nothing,
  'GET /portal/book': bookable(nothing),
  'GET /portal/book/details': bookable((practice) => ({ query: { ...wish(practice), time: `${TUESDAY}T10:00` } })),
  'POST /portal/book': bookable((practice) => ({
    body: {
      ...{ ...wish(practice), date: TUESDAY, time: '10:00', stamp: stampOf(practice), reason: '' },
      ...{ firstName: 'Pia', lastName: 'Novak', born: '1990-02-03', phone: '212 555 0100' },
      email: `${opaqueId()}@example.org`,
    },
  })),
  'GET /portal/book/sent': bookable(nothing),
  'GET /portal/book/:token': bookable(ofBookingLink),
  'POST /portal/book/:token': bookable(ofBookingLink),
  'GET /portal/forgotten': nothing,
  'POST /portal/forgotten': () => ({ body: { who: `${opaqueId()}@example.org` } }),
  'GET /portal/forgotten/sent': nothing,
  'GET /portal/reset': ofResetLink((token) => ({ query: { token } })),
  'POST /portal/reset': ofResetLink((token) => ({ body: { token, password: 'short' } })),
  'GET /portal/verify': ofVerifyLink((token) => ({ query: { token } })),
  'POST /portal/verify': ofVerifyLink((token) => ({ body: { token } })),
  'GET /portal/join': nothing,
  'POST /portal/join': async (practice, pid) => {
    const { body } = await ofNewPin(practice, pid)
    return { body: { ...body, email: `${opaqueId()}@example.org`, password: 'Three words unlike, 7' } }
  },
  'GET /portal/codes': nothing,
  'POST /portal/codes': ofNewPin,
  'GET /portal/codes/receipts/:record': nothing,
  'GET /portal/sign-in/passkey': nothing,
  'POST /portal/sign-in/passkey': ofAnswer('amina'),
  'GET /staff/sign-in/passkey': nothing,
  'POST /staff/sign-in/passkey': ofAnswer('staff'),
  'GET /portal/sign-in/second-factor': nothing,
  'POST /portal/sign-in/second-factor': () => ({ body: { code: '123456' } }),
  'GET /portal/sign-in/set-up-second-factor': nothing,
  'POST /portal/sign-in/set-up-second-factor': () => ({ body: { sealed: 'none', code: '123456' } }),
  'GET /staff/sign-in/second-factor': nothing,
  'POST /staff/sign-in/second-factor': () => ({ body: { code: '123456' } }),
  'GET /staff/sign-in/set-up-second-factor': nothing,
  'POST /staff/sign-in/set-up-second-factor': () => ({ body: { sealed: 'none', code: '123456' } }),
  'GET /staff/sign-in': nothing,
  'POST /staff/sign-in': () => credentials('front'),
  'POST /staff/sign-out': nothing,
  'GET /portal': nothing,
  'GET /portal/records': nothing,
  'GET /portal/register': nothing,
  'POST /portal/register': (practice) => ({ body: { email: `${opaqueId()}@example.org`, stamp: stampOf(practice) } }),
  'GET /portal/register/sent': nothing,
  'GET /portal/register/:token': ofRegisterLink(),
  // Refused for its password: nobody of these tests becomes somebody else by it.
  'POST /portal/register/:token': ofRegisterLink({ ...someoneNew(), forWhom: 'me', password: 'short' }),
  'GET /portal/account/registrations': nothing,
  'POST /portal/account/registrations': () => ({ body: someoneNew() }),
  'GET /portal/account/registrations/new': nothing,
  'GET /portal/account/registrations/:receipt': ofRegistration(({ receipt }) => ({ params: { receipt } })),
  'POST /portal/account/registrations/:receipt/answer': ofRegistration(
    ({ receipt }) => ({ params: { receipt }, body: { answer: 'It is Pia' } }),
    'asked',
  ),
  'POST /portal/account/registrations/:receipt/withdrawal': ofRegistration(({ receipt }) => ({ params: { receipt } })),
  'GET /portal/account/booking': bookable((practice) => ({ query: { ...wish(practice), time: `${TUESDAY}T10:00` } })),
  'GET /portal/account': nothing,
  'GET /portal/account/password': nothing,
  'POST /portal/account/password': () => ({ body: { current: 'not mine', password: 'three words unlike' } }),
  'GET /portal/account/email': nothing,
  'POST /portal/account/email': () => ({ body: { email: 'new@example.org', current: 'not mine' } }),
  'POST /portal/account/language': () => ({ body: { language: 'en' } }),
  'POST /portal/account/sessions/ending': () => ({ body: { session: 'gone' } }),

  'GET /portal/account/second-factor': nothing,
  'GET /portal/account/second-factor/app': nothing,
  'POST /portal/account/second-factor/app': () => ({ body: { sealed: 'none', code: '123456' } }),
  'GET /portal/account/second-factor/app/removal': nothing,
  'POST /portal/account/second-factor/app/removal': notMine,
  'GET /portal/account/second-factor/passkeys/new': nothing,
  'POST /portal/account/second-factor/passkeys': notMine,
  'GET /portal/account/second-factor/passkeys/:passkey': ofPasskey('account'),
  'POST /portal/account/second-factor/passkeys/:passkey/name': ofPasskey('account', { body: { name: 'My phone' } }),
  'GET /portal/account/second-factor/passkeys/:passkey/removal': ofPasskey('account'),
  'POST /portal/account/second-factor/passkeys/:passkey/removal': ofPasskey('account', notMine()),
  'GET /portal/account/second-factor/codes': nothing,
  'POST /portal/account/second-factor/codes': notMine,
  'GET /portal/account/second-factor/removal': nothing,
  'POST /portal/account/second-factor/removal': notMine,

  'GET /portal/records/:record': nothing,
  'GET /portal/records/:record/appointments': nothing,
  'GET /portal/records/:record/appointments/new': nothing,
  'GET /portal/records/:record/appointments/new/check': (practice) => ({
    query: { ...wish(practice), time: `${TUESDAY}T10:00` },
  }),
  'POST /portal/records/:record/appointments': (practice) => ({
    body: { ...wish(practice), date: TUESDAY, time: '10:00', reason: 'Cough' },
  }),
  'GET /portal/records/:record/appointments/:id': ofPendingVisit(),
  'GET /portal/records/:record/appointments/:id/calendar.ics': ofPendingVisit(),
  'GET /portal/records/:record/appointments/:id/cancellation': ofPendingVisit(),
  'POST /portal/records/:record/appointments/:id/cancellation': ofPendingVisit({ body: { reason: 'Better again' } }),
  'POST /portal/records/:record/appointments/:id/cancellation/withdrawal': ofCancellationAsked,
  'GET /portal/records/:record/appointments/receipts/:receipt': ofRequest('requested'),
  'POST /portal/records/:record/appointments/:id/acceptance': ofProposal(),
  'POST /portal/records/:record/appointments/:id/answer': ofProposal({ body: { answer: 'Later that day?' } }),
  'POST /portal/records/:record/appointments/:id/alternatives/:alternative': ofOffer,
  'GET /portal/records/:record/appointments/:id/rescheduling': ofPendingVisit(),
  'GET /portal/records/:record/appointments/:id/rescheduling/check': async (practice, pid) => ({
    ...(await ofPendingVisit()(practice, pid)),
    query: { provider: String(practice.staff.lee), time: `${TUESDAY}T09:45` },
  }),
  'POST /portal/records/:record/appointments/:id/rescheduling': async (practice, pid) => ({
    ...(await ofPendingVisit()(practice, pid)),
    body: { provider: String(practice.staff.lee), date: TUESDAY, time: '09:45', reason: 'Later suits me' },
  }),

  'GET /staff/portal/account': nothing,
  'GET /staff/portal/account/app': nothing,
  'POST /staff/portal/account/app': () => ({ body: { sealed: 'none', code: '123456' } }),
  'GET /staff/portal/account/app/removal': nothing,
  'POST /staff/portal/account/app/removal': notMine,
  'GET /staff/portal/account/passkeys/new': nothing,
  'POST /staff/portal/account/passkeys': notMine,
  'GET /staff/portal/account/passkeys/:passkey': ofPasskey('staff'),
  'POST /staff/portal/account/passkeys/:passkey/name': ofPasskey('staff', { body: { name: 'Desk' } }),
  'GET /staff/portal/account/passkeys/:passkey/removal': ofPasskey('staff'),
  'POST /staff/portal/account/passkeys/:passkey/removal': ofPasskey('staff', notMine()),
  'GET /staff/portal/account/codes': nothing,
  'POST /staff/portal/account/codes': notMine,
  'GET /staff/portal/account/removal': nothing,
  'POST /staff/portal/account/removal': notMine,
  'GET /staff/portal/patients/:pid/second-factors': ofPatient,
  'GET /staff/portal/patients/:pid/second-factors/:account': ofLostFactor(),
  'POST /staff/portal/patients/:pid/second-factors/:account': ofLostFactor({ checked: '1', reason: 'Called back' }),
  'GET /staff/portal/access/users/:username/second-factor': () => ({ params: { username: 'dr.marsh' } }),
  'POST /staff/portal/access/users/:username/second-factor': ofStaffFactor({ checked: '1', reason: 'In person' }),
  'GET /staff/portal/audit-trail': nothing,
  'GET /staff/portal/audit-trail/export': nothing,
  'POST /staff/portal/audit-trail/verification': nothing,
  'GET /staff/portal': nothing,
  'GET /staff/portal/patients': () => ({ query: { q: 'santos' } }),
  'GET /staff/portal/patients/:pid': ofPatient,
  'GET /staff/portal/patients/:pid/access': ofPatient,
  'GET /staff/portal/patients/:pid/activity': ofPatient,
  'GET /staff/portal/patients/:pid/appointments': ofPatient,
  'GET /staff/portal/patients/:pid/grants': ofPatient,
  'GET /staff/portal/patients/:pid/grants/:grant': ofGrant(),
  'POST /staff/portal/patients/:pid/grants/:grant': ofGrant({ relationship: 'father', extent: 'forms', until: '' }),
  'POST /staff/portal/patients/:pid/grants/:grant/revocation': ofGrant(),
  'POST /staff/portal/patients/:pid/grants/:grant/restoration': decided({ what: 'revoked' }),
  'POST /staff/portal/patients/:pid/grants/:grant/exemption': ofGrant(),
  'POST /staff/portal/patients/:pid/grants/:grant/exemption/end': decided({ what: 'exempted' }),
  'GET /staff/portal/ages': () => ({ query: { month: '2026-12' } }),
  'GET /staff/portal/cards/ages': nothing,
  'GET /staff/portal/patients/:pid/waiting': ofPatient,
  'GET /staff/portal/patients/:pid/codes': ofPatient,
  'GET /staff/portal/patients/:pid/codes/new': ofPatient,
  'POST /staff/portal/patients/:pid/codes/new': (_practice, pid) => ({
    params: { pid: String(pid) },
    body: { ...someRecipient(), extent: 'forms', deliver: 'print' },
  }),
  'GET /staff/portal/patients/:pid/codes/:code': ofPin(),
  'POST /staff/portal/patients/:pid/codes/:code/letter': ofPin({
    body: { deliver: 'mail', email: 'eva@example.org', asked: '1' },
  }),
  'POST /staff/portal/patients/:pid/codes/:code/reissue': ofPin(),
  'POST /staff/portal/patients/:pid/codes/:code/revocation': ofPin({ body: { reason: 'Lost' } }),
  'GET /staff/portal/patients/:pid/family': ofPatient,
  'POST /staff/portal/patients/:pid/family': (_practice, pid) => ({
    params: { pid: String(pid) },
    body: { ...someRecipient(), 'register[]': String(pid) },
  }),
  'GET /staff/portal/patients/:pid/sheets/:family': ofPin(),
  'GET /staff/portal/patients/:pid/welcome': ofPatient,
  'POST /staff/portal/patients/:pid/welcome': (_practice, pid) => ({
    params: { pid: String(pid) },
    body: { ...someRecipient(), deliver: 'mail', email: 'eva@example.org', asked: '1' },
  }),
  'GET /staff/portal/patients/:pid/letters': ofPatient,
  'POST /staff/portal/patients/:pid/letters/:letter/attempt': ofFailedLetter,
  'POST /staff/portal/patients/:pid/letters/:letter/closing': ofFailedLetter,
  'GET /staff/portal/patients/:pid/credential': ofPatient,
  'POST /staff/portal/patients/:pid/credential': async (practice, pid) => {
    const made = await ofNewPatient()(practice, pid)
    return { ...made, body: { loginName: `new${made.params?.['pid'] ?? ''}`, password: temporaryPassword } }
  },
  'POST /staff/portal/patients/:pid/credential/authorisation': ofNewPatient(),
  'GET /staff/portal/patients/:pid/credential/password': ofPatient,
  'POST /staff/portal/patients/:pid/credential/judgement': ofNewPatient({ body: { password: temporaryPassword } }),
  'POST /staff/portal/patients/:pid/credential/sheet': ofTemporaryPassword,
  'POST /staff/portal/patients/:pid/trusted-email': ofNewPatient({ body: { email: 'pat@example.org' } }),
  'GET /staff/portal/cards/activity': nothing,
  'GET /staff/portal/cards/online': nothing,
  'GET /staff/portal/cards/statistics': nothing,
  'GET /staff/portal/calendar-readiness': nothing,
  'GET /staff/portal/cards/calendar-readiness': nothing,
  'GET /staff/portal/registrations': nothing,
  'GET /staff/portal/registrations/waiting': nothing,
  'GET /staff/portal/registrations/:id': ofStaffsRegistration(),
  'POST /staff/portal/registrations/:id/claim': ofStaffsRegistration(),
  'POST /staff/portal/registrations/:id/link': ofStaffsRegistration({ pid: '' }),
  'POST /staff/portal/registrations/:id/chart': ofStaffsRegistration(),
  'POST /staff/portal/registrations/:id/question': ofStaffsRegistration({ question: 'Which doctor do you see?' }),
  'POST /staff/portal/registrations/:id/refusal': ofStaffsRegistration({ reason: 'Please call us' }),
  'GET /staff/portal/registrations/:id/unlinking': ofStaffsRegistration({}, 'linked'),
  'POST /staff/portal/registrations/:id/unlinking': ofStaffsRegistration({ reason: 'Another child' }, 'linked'),
  'GET /staff/portal/accounts/:account': ofAccount(),
  'POST /staff/portal/accounts/:account/merging': ofAccount((into) => ({ into, reason: 'One person' })),
  'POST /staff/portal/accounts/:account/disabling': ofAccount(() => ({ reason: 'Not in use' })),
  'GET /staff/portal/cards/registrations': nothing,
  'GET /staff/portal/patients/:pid/accounts': ofPatient,
  'GET /staff/portal/patients/:pid/why': ofPatient,
  'GET /staff/portal/appointments': nothing,
  'GET /staff/portal/appointments/waiting': nothing,
  'GET /staff/portal/appointments/:id': ofPendingVisit(),
  'POST /staff/portal/appointments/:id/status': ofPendingVisit({ body: { status: '-' } }),
  'GET /staff/portal/appointments/:id/decline': ofPendingVisit(),
  'POST /staff/portal/appointments/:id/decline': ofPendingVisit({ body: { reason: 'Dr Lee is away' } }),
  'POST /staff/portal/appointments/:id/claim': ofPendingVisit(),
  'GET /staff/portal/appointments/:id/proposal': ofPendingVisit(),
  'POST /staff/portal/appointments/:id/proposal': ofPendingVisit({ body: { date: TUESDAY, time: '14:00' } }),
  'POST /staff/portal/appointments/:id/proposal/withdrawal': ofProposal(),
  'POST /staff/portal/appointments/:id/overbooking': ofPendingVisit({ body: { reason: 'A sick child' } }),
  'POST /staff/portal/appointments/:id/reopening': ofCancelledVisit,
  'GET /staff/portal/appointments/:id/cancellation': ofWishToCancel(),
  'POST /staff/portal/appointments/:id/cancellation': ofWishToCancel(),
  'POST /staff/portal/appointments/:id/cancellation/refusal': ofWishToCancel({ body: { reason: 'Too late' } }),
  'POST /staff/portal/appointments/:id/cancellation/claim': ofWishToCancel(),
  'POST /staff/portal/appointments/bulk': async (practice, pid) => {
    const { params } = await ofPendingVisit()(practice, pid)
    return { body: { 'id[]': params?.['id'] ?? '', action: 'claim' } }
  },
  // Nobody's press: it says so, which only who may ask is told.
  'POST /staff/portal/appointments/undo': () => ({ body: { token: 'A'.repeat(22) } }),

  // Nothing is decided by these: what is taken back was never given.
  'GET /staff/portal/access': nothing,
  'GET /staff/portal/why': (_practice, pid) => ({ query: { who: `patient:${String(pid)}`, thing: 'sign-in' } }),
  'GET /staff/portal/access/why': () => ({ query: { who: 'user:front', permission: 'portal:use' } }),
  'GET /staff/portal/access/groups/:group': () => ({
    params: { group: 'front' },
    query: { permission: 'portal:use' },
  }),
  'POST /staff/portal/access/groups/:group': () => ({
    params: { group: 'front' },
    body: { permission: 'dashboard:view', effect: 'default', reason: '' },
  }),
  'GET /staff/portal/access/extents/:extent': () => ({
    params: { extent: 'forms' },
    query: { permission: 'appointments:view' },
  }),
  'POST /staff/portal/access/extents/:extent': () => ({
    params: { extent: 'forms' },
    body: { permission: 'appointments:view', effect: 'default', reason: '' },
  }),
  'GET /staff/portal/access/users': nothing,
  'GET /staff/portal/access/users/:username': () => ({ params: { username: 'front' } }),
  'POST /staff/portal/access/users/:username': () => ({
    params: { username: 'front' },
    body: { permission: 'dashboard:view', effect: 'default', reason: '' },
  }),
  'POST /staff/portal/access/users/:username/addressee': () => ({ params: { username: 'front' }, body: { on: '0' } }),

  'GET /staff/portal/settings': nothing,
  'POST /staff/portal/settings': () => ({ body: { practiceName: 'Foyer Practice' } }),

  'GET /staff/portal/operations': nothing,
  'GET /staff/portal/operations/undelivered': nothing,
  'POST /staff/portal/operations/deliveries/:id/attempt': ofUndelivered(),
  'GET /staff/portal/operations/deliveries/:id/setting-aside': ofUndelivered(),
  'POST /staff/portal/operations/deliveries/:id/setting-aside': ofUndelivered({ body: { reason: 'Told by phone' } }),

  'GET /emr': nothing,
  'GET /emr/calendar': nothing,
  'GET /emr/calendar/:eid': ofPendingVisit({}, 'eid'),
  'POST /emr/calendar/:eid': ofPendingVisit({ body: { status: '-' } }, 'eid'),
  'GET /emr/finder': () => ({ query: { q: 'santos' } }),
  'GET /emr/patients/:pid': ofPatient,
  'GET /emr/messages': nothing,
  'POST /emr/messages/:id/done': ofMessage,
  'GET /emr/post': nothing,
  'GET /emr/modules': nothing,
  'GET /emr/modules/install': nothing,
  'POST /emr/modules/install': nothing,
  'GET /emr/modules/upgrade': nothing,
  'POST /emr/modules/upgrade': nothing,
  'GET /emr/modules/enable': nothing,
  'POST /emr/modules/enable': nothing,
  'GET /emr/modules/disable': nothing,
  'POST /emr/modules/disable': nothing,
  'GET /emr/modules/uninstall': nothing,
  // Without `discard` it is refused, since the portal is in use: 409 says that it was the asker's to ask.
  'POST /emr/modules/uninstall': nothing,
}

/** Empties what samples made, so that the next one finds the same practice. */
export async function clearSamples({ db }: TestPractice): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.change(
      `DELETE g FROM foyer_grants g JOIN foyer_codes c ON c.pid = g.pid AND c.redeemed_account = g.account_id`,
    )
    await tx.change(`DELETE FROM foyer_codes`)
    await tx.change(
      `DELETE g FROM foyer_grants g JOIN foyer_accounts a ON a.id = g.account_id AND a.display_name = 'An aunt'`,
    )
    for (const table of ['totp', 'passkeys', 'recovery_codes']) {
      await tx.change(`DELETE FROM foyer_${table}`) // sql-safe: constants
    }
    await tx.change(`DELETE FROM foyer_registration_links`)
    await tx.change(`DELETE FROM foyer_registrations`)
    await tx.change(`DELETE FROM foyer_appointment_alternatives`)
    await tx.change(`DELETE FROM foyer_appointment_proposals`)
    await tx.change(`DELETE FROM foyer_cancellation_requests`)
    await tx.change(`DELETE FROM foyer_booking_wishes`)
    // What was booked before there was a chart carries no patient.
    await tx.change(
      `DELETE e FROM openemr_postcalendar_events e JOIN foyer_appointment_requests r ON r.pc_eid = e.pc_eid`,
    )
    await tx.change(`DELETE FROM foyer_appointment_requests`)
    await tx.change(`DELETE FROM openemr_postcalendar_events WHERE pc_pid <> ''`)
    await tx.change(`DELETE FROM pnotes`)
  })
}
