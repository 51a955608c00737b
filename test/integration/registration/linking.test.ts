import { expect } from 'chai'
import { accountOfPerson } from '../../../module/access/personAccount.js'
import { findAccount } from '../../../module/access/scope.js'
import { requestAppointment } from '../../../module/features/appointments/booking.js'
import { followNotes, reopenRegistration } from '../../../module/features/registration/closing.js'
import { withdraw } from '../../../module/features/registration/answering.js'
import { askForMore, refuseRegistration } from '../../../module/features/registration/staff/answers.js'
import { linkRegistration } from '../../../module/features/registration/staff/linking.js'
import { standingLink } from '../../../module/features/registration/staff/links.js'
import { tracesOf } from '../../../module/features/registration/staff/traces.js'
import { unlinkRegistration } from '../../../module/features/registration/staff/unlinking.js'
import { checksumOf } from '../../../module/host/log.js'
import { waitingRegistrations } from '../../../module/host/reads/registrations.js'
import { recordAudit } from '../../../module/platform/audit.js'
import { describeOnEverySite } from '../../support/database.js'
import { MONDAY, OFFICE_VISIT, openPractice, type TestPractice } from '../../support/practice.js'
import { administrator, person, register, type Person } from './people.js'

const TUESDAY = '2026-11-24'

describeOnEverySite('A registration in the host', (site) => {
  let practice: TestPractice
  let staff: Awaited<ReturnType<typeof administrator>>

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
    staff = await administrator(practice)
  })
  after(() => practice.leave())

  let made = 0
  const someone = (): Promise<Person> => person(practice, `p${String((made += 1))}@example.org`)
  const link = (id: number, pid: number | undefined, move = false) =>
    linkRegistration(practice.portal, staff.member, staff.actor, { id, pid, move, seen: undefined })

  it('reaches the staff messages as a note of its own kind, which the decision completes', async () => {
    const id = await register(practice, await someone())
    const note = await noteOf(id)
    expect(note).to.include({
      ...{ pid: 0, user: 'portal-user', assigned_to: 'portal-user', title: 'New Patient Portal User' },
      ...{ activity: 1, message_status: 'New', date: `${MONDAY} 08:00:00` },
    })
    expect(note.body).to.match(
      /^2026-11-23 08:00 \(portal-user to portal-user\) Registration \w{4}-\w{4} of Pat Example/,
    )
    const option = await practice.db.first(
      `SELECT title, activity, notes FROM list_options WHERE list_id = 'note_type' AND option_id = :title`,
      { title: note.title },
    )
    expect(option).to.deep.equal({ title: 'New Patient Portal User', activity: 1, notes: 'foyer' })
    await refuseRegistration(practice.portal, staff.member, staff.actor, { id, reason: 'No', seen: undefined })
    expect(await noteOf(id)).to.include({ message_status: 'Done', update_by: practice.staff.admin, activity: 1 })
  })

  it('is noted in the language of the practice', async () => {
    await practice.setting('defaultLanguage', 'es')
    const child = { forWhom: 'child', relationship: 'father', firstName: 'Luz', born: '2019-03-04' } as const
    const note = await noteOf(await register(practice, await someone(), child))
    await practice.setting('defaultLanguage', 'en')
    expect(note.body).to.match(/Se envió el registro \w{4}-\w{4} de Luz Example.*, por parte del padre\./)
  })

  it('taken back by who sent it completes the note too', async () => {
    const who = await someone()
    const id = await register(practice, who)
    expect(await withdraw(practice.portal, who.actor, id)).to.deep.equal({ ok: true })
    expect(await noteOf(id)).to.include({ message_status: 'Done' })
    expect(await link(id, practice.patients.john)).to.include({ ok: false, reason: 'over', state: 'withdrawn' })
  })

  it('closes with its note when staff complete that in the host, and its sender is told', async () => {
    const { db, portal, staff: users } = practice
    const [who, other] = [await someone(), await someone()]
    const [id, deleted, untouched] = [
      await register(practice, who),
      await register(practice, other),
      await register(practice, who, { firstName: 'Ann' }),
    ]
    await askForMore(portal, staff.member, staff.actor, { id, question: 'Who?', seen: undefined })
    await completeInHost(id, users.lee)
    await db.transaction((tx) =>
      tx.change(
        `UPDATE pnotes n JOIN foyer_registrations r ON r.note_id = n.id SET n.deleted = 1 WHERE r.id = :deleted`,
        {
          deleted,
        },
      ),
    )
    await Promise.all([followNotes.run(portal), followNotes.run(portal)])
    const row = await registrationOf(id)
    // As the note says: by Dr Lee at 07:30 in New York.
    expect(row).to.include({ state: 'closed', decided_by: 'dr.lee', decided_at: '2026-11-23 12:30:00.000', pid: null })
    expect(row?.open_key).to.equal(null)
    expect(await registrationOf(deleted), 'deleted is not dealt with').to.include({ state: 'waiting' })
    expect(await registrationOf(untouched)).to.include({ state: 'waiting' })
    const letters = await db.select(
      `SELECT kind FROM foyer_letters WHERE account_id = :account AND kind = 'registration.closed'`,
      { account: who.accountId },
    )
    expect(letters).to.have.length(1)
    const trail = await db.select<{ event: string }>(
      `SELECT event FROM foyer_audit WHERE subject = :subject ORDER BY id DESC LIMIT 1`,
      { subject: `registration:${String(id)}` },
    )
    expect(trail).to.deep.equal([{ event: 'registration.closed' }])
    const shown = await waitingRegistrations(
      db,
      { utc: '2026-11-23 13:00:00', claimedSince: '2026-11-23 12:00:00' },
      'closed',
      'admin',
      10,
    )
    expect(shown.map((each) => each.id)).to.deep.equal([id])
    expect(await link(id, practice.patients.john)).to.include({ ok: false, reason: 'over', state: 'closed' })
  })

  it('closed so waits again when staff reopen it, with its note, unless it was sent anew', async () => {
    const { portal, staff: users } = practice
    const who = await someone()
    const id = await register(practice, who)
    await completeInHost(id, users.lee)
    await followNotes.run(portal)
    const again = await register(practice, who)
    const reopen = () => reopenRegistration(portal, staff.member, staff.actor, id)
    expect(await reopen()).to.deep.equal({ ok: false, reason: 'waits-already' })
    await withdraw(portal, who.actor, again)
    expect(await Promise.all([reopen(), reopen()])).to.deep.equal([{ ok: true }, { ok: true }])
    expect(await noteOf(id)).to.include({ message_status: 'New', activity: 1 })
    await followNotes.run(portal)
    expect(await registrationOf(id)).to.include({ state: 'waiting', decided_by: null, decided_at: null })
    await refuseRegistration(portal, staff.member, staff.actor, { id, reason: 'No', seen: undefined })
    expect(await reopen()).to.include({ ok: false, reason: 'over', state: 'refused' })
  })

  it('linked to a chart opens it, lets the chart say YES, and makes its row without a password', async () => {
    const pid = await practice.patient({ fname: 'Pat', lname: 'Example', allowPortal: '' })
    const who = await someone()
    const id = await register(practice, who)
    expect(await findAccount(practice.db, practice.portal, who.accountId)).to.have.deep.property('records', [])
    expect(await link(id, pid)).to.include({ ok: true, pid })
    const account = await findAccount(practice.db, practice.portal, who.accountId)
    expect(account?.records.map((scope) => ({ pid: scope.pid, relationship: scope.relationship }))).to.deep.equal([
      { pid, relationship: 'self' },
    ])
    expect(await chartOf(pid)).to.include({ allow_patient_portal: 'YES' })
    expect(await accessOf(pid)).to.include({ portal_pwd: '', portal_login_username: null, portal_pwd_status: 0 })
    expect(await noteOf(id)).to.include({ message_status: 'Done', pid })
    await logIsWhole('patient-registration')
  })

  it('gets a new chart as the host’s portal makes one', async () => {
    const { greatest } = (await practice.db.first<{ greatest: number }>(
      `SELECT MAX(pid) AS greatest FROM patient_data`,
    )) ?? { greatest: 0 }
    const who = await someone()
    const id = await register(practice, who, { firstName: 'Neu', sex: 'Female', birthName: 'Alt' })
    const outcome = await link(id, undefined)
    expect(outcome).to.include({ ok: true, pid: greatest + 1 })
    expect(await chartOf(greatest + 1)).to.include({
      ...{
        pubpid: String(greatest + 1),
        fname: 'Neu',
        lname: 'Example',
        mname: '',
        birth_lname: 'Alt',
        DOB: '1980-01-01',
      },
      ...{ sex: 'Female', phone_home: '212 555 0100', postal_code: '10025', allow_patient_portal: 'YES', uuid: null },
      ...{ hipaa_allowemail: 'YES', date: `${MONDAY} 08:00:00`, regdate: `${MONDAY} 08:00:00`, created_by: 1 },
    })
    const child = await register(practice, who, {
      ...{ forWhom: 'child', relationship: 'mother', firstName: 'Kid', born: '2019-03-04' },
    })
    expect(await link(child, undefined)).to.include({ ok: true, pid: greatest + 2 })
    expect(await chartOf(greatest + 2)).to.include({ email: '', guardianrelationship: 'mother' })
    const account = await findAccount(practice.db, practice.portal, who.accountId)
    expect(account?.records.map(({ relationship }) => relationship)).to.deep.equal(['self', 'mother'])
  })

  it('takes along what was booked before, and back again when the link was wrong', async () => {
    const who = await someone()
    const eid = await book(practice, who, '10:00')
    expect(await eventOf(eid)).to.deep.equal({ pc_pid: '', pc_apptstatus: '^' })
    const before = await requestOf(eid)
    const pid = await practice.patient({ allowPortal: '' })
    const id = await register(practice, who)
    const outcome = await link(id, pid, true)
    expect(await eventOf(eid)).to.deep.equal({ pc_pid: String(pid), pc_apptstatus: '^' })
    expect(await requestOf(eid)).to.include({ pid, record: outcome.ok ? outcome.record : '' })

    practice.clock.set(`${MONDAY}T09:00:00`)
    await recordSeen(practice, who, pid, outcome.ok ? outcome.record : '')
    const standing = await standingLink(practice.db, id)
    const traces = standing && (await tracesOf(practice.db, standing, { before: undefined, most: 10 }))
    expect(traces?.rows.map(({ event }) => event)).to.deep.equal(['patient.viewed'])
    const undone = await unlinkRegistration(practice.portal, staff.member, staff.actor, { id, reason: 'Another Pat' })
    practice.clock.set(`${MONDAY}T08:00:00`)
    expect(undone).to.include({ ok: true })
    expect(await eventOf(eid)).to.deep.equal({ pc_pid: '', pc_apptstatus: '^' })
    expect(await requestOf(eid)).to.deep.equal(before)
    expect(await chartOf(pid)).to.include({ allow_patient_portal: '' })
    expect(await accessOf(pid)).to.equal(undefined)
    expect(await findAccount(practice.db, practice.portal, who.accountId)).to.have.deep.property('records', [])
    expect(await noteOf(id)).to.include({ message_status: 'New', pid: 0 })
    const row = await practice.db.first(`SELECT state, pid FROM foyer_registrations WHERE id = :id`, { id })
    expect(row).to.deep.equal({ state: 'waiting', pid: null })
    const again = await unlinkRegistration(practice.portal, staff.member, staff.actor, { id, reason: 'Again' })
    expect(again).to.include({ ok: false, reason: 'not-linked' })
    expect(await link(id, pid, true)).to.include({ ok: true })
    expect(await eventOf(eid)).to.include({ pc_pid: String(pid) })
  })

  it('taking a link back leaves what others use by now', async () => {
    const pid = await practice.patient({ allowPortal: '', dob: '2019-03-04' })
    const [mother, father] = [await someone(), await someone()]
    const child = { forWhom: 'child', relationship: 'mother', born: '2019-03-04' } as const
    const first = await register(practice, mother, child)
    await link(first, pid)
    await link(await register(practice, father, { ...child, relationship: 'father' }), pid)
    await unlinkRegistration(practice.portal, staff.member, staff.actor, { id: first, reason: 'Not hers' })
    expect(await chartOf(pid)).to.include({ allow_patient_portal: 'YES' })
    expect(await accessOf(pid)).to.not.equal(undefined)
    const fathers = await findAccount(practice.db, practice.portal, father.accountId)
    expect(fathers?.records).to.have.length(1)
  })

  it('opens nothing that staff took away from this account', async () => {
    const pid = await practice.patient()
    const who = await someone()
    await link(await register(practice, who), pid)
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_grants SET revoked_at = '2026-11-23 13:00:00', revoked_by = 'front' WHERE account_id = :id AND pid = :pid`,
        { id: who.accountId, pid },
      ),
    )
    const id = await register(practice, who)
    expect(await link(id, pid)).to.deep.equal({ ok: false, reason: 'revoked', by: 'front' })
    const row = await practice.db.first(`SELECT state FROM foyer_registrations WHERE id = :id`, { id })
    expect(row).to.deep.equal({ state: 'waiting' })
    // Another account of the same name: staff have to say that they know.
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_accounts SET display_name = 'Pat Example' WHERE id = :id`, { id: who.accountId }),
    )
    const twin = await register(practice, await someone())
    expect(await link(twin, pid)).to.deep.equal({ ok: false, reason: 'barred' })
    const despite = { id: twin, pid, move: false, despite: true, seen: undefined }
    const meant = await linkRegistration(practice.portal, staff.member, staff.actor, despite)
    expect(meant).to.include({ ok: true, pid })
    expect(await link(id, 987_654)).to.deep.equal({ ok: false, reason: 'no-chart' })
  })

  it('opens nobody’s grown child to a parent, in a chart of theirs or in a new one', async () => {
    const pid = await practice.patient({ dob: '1980-01-01' })
    const parent = { forWhom: 'child', relationship: 'mother' } as const
    const grown = await register(practice, await someone(), { ...parent, born: '1980-01-01' })
    expect(await link(grown, pid)).to.deep.equal({ ok: false, reason: 'of-age' })
    expect(await link(grown, undefined)).to.deep.equal({ ok: false, reason: 'of-age' })
    const young = await register(practice, await someone(), { ...parent, born: '2019-03-04' })
    expect(await link(young, pid), 'as the chart says').to.deep.equal({ ok: false, reason: 'of-age' })
    expect(await link(young, undefined)).to.include({ ok: true })
  })

  it('taken back keeps what staff revoked meanwhile, and leaves the patient’s own login to the patient', async () => {
    const pid = await practice.patient({ fname: 'Pat', lname: 'Own' })
    const who = await someone()
    const id = await register(practice, who)
    expect(await link(id, pid)).to.include({ ok: true })
    const signedIn = { pid, patientName: 'Pat Own' }
    const into = await practice.db.transaction((tx) => accountOfPerson(tx, practice.clock, signedIn))
    expect(into).to.equal(who.accountId)
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_grants SET revoked_at = '2026-11-23 08:00:00', revoked_by = 'Dr Lee' WHERE pid = :pid`, {
        pid,
      }),
    )
    await unlinkRegistration(practice.portal, staff.member, staff.actor, { id, reason: 'Another Pat' })
    const account = await findAccount(practice.db, practice.portal, who.accountId)
    expect(account?.hostPid).to.equal(undefined)
    expect(await link(id, pid)).to.include({ ok: false, reason: 'revoked', by: 'Dr Lee' })
  })

  it('is decided once by twenty who press at the same moment', async function () {
    this.timeout(30_000)
    const pid = await practice.patient()
    const id = await register(practice, await someone())
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => link(id, pid)))
    expect(outcomes.filter(({ ok }) => ok)).to.have.length(1)
    expect(outcomes.filter((each) => !each.ok && each.reason === 'over')).to.have.length(19)
    const grants = await practice.db.first(`SELECT COUNT(*) AS n FROM foyer_grants WHERE pid = :pid`, { pid })
    expect(grants).to.deep.equal({ n: 1 })
  })

  it('makes as many charts as were asked for at the same moment, each with a number of its own', async function () {
    this.timeout(30_000)
    const who = await someone()
    const ids = await Promise.all(
      ['Ida', 'Eva', 'Uma', 'Ada'].map((firstName) => register(practice, who, { firstName })),
    )
    const outcomes = await Promise.all(ids.map((id) => link(id, undefined)))
    const pids = outcomes.map((each) => (each.ok ? each.pid : 0))
    expect(new Set(pids)).to.have.property('size', 4)
    expect(pids).not.to.include(0)
  })

  async function noteOf(id: number): Promise<Record<string, unknown> & { body: string; title: string }> {
    const row = await practice.db.first<Record<string, unknown> & { body: string; title: string }>(
      `SELECT n.* FROM foyer_registrations r JOIN pnotes n ON n.id = r.note_id WHERE r.id = :id`,
      { id },
    )
    if (!row) throw new Error('no note')
    return row
  }

  /** As the host's list does it (facts §7.4). */
  const completeInHost = (id: number, by: number) =>
    practice.db.transaction((tx) =>
      tx.change(
        `UPDATE pnotes n JOIN foyer_registrations r ON r.note_id = n.id
            SET n.message_status = 'Done', n.activity = 0, n.update_by = :by, n.update_date = '2026-11-23 07:30:00' WHERE r.id = :id`,
        { id, by },
      ),
    )
  const registrationOf = (id: number) =>
    practice.db.first<Record<string, unknown>>(`SELECT * FROM foyer_registrations WHERE id = :id`, { id })
  const chartOf = (pid: number) => practice.db.first(`SELECT * FROM patient_data WHERE pid = :pid`, { pid })
  const accessOf = (pid: number) => practice.db.first(`SELECT * FROM patient_access_onsite WHERE pid = :pid`, { pid })
  const eventOf = (eid: number) =>
    practice.db.first(`SELECT pc_pid, pc_apptstatus FROM openemr_postcalendar_events WHERE pc_eid = :eid`, { eid })
  const requestOf = (eid: number) =>
    practice.db.first(
      `SELECT pid, record, state, open_key, open_seat FROM foyer_appointment_requests WHERE pc_eid = :eid`,
      { eid },
    )

  async function logIsWhole(event: string): Promise<void> {
    const rows = await practice.db.select<Record<string, string | number | null>>(
      `SELECT l.date, l.event, l.category, l.user, l.groupname, l.comments, l.user_notes, l.patient_id, l.success,
              l.crt_user, l.log_from, l.menu_item_id, l.ccda_doc_id, e.checksum
         FROM log l JOIN log_comment_encrypt e ON e.log_id = l.id WHERE l.event = :event`,
      { event },
    )
    expect(rows).to.not.have.length(0)
    for (const { checksum, ...row } of rows) expect(checksumOf(Object.values(row))).to.equal(checksum)
  }
})

async function book(practice: TestPractice, { accountId, actor, ownRecord }: Person, time: string): Promise<number> {
  const scope = { kind: 'own', account: { id: accountId, name: actor.name }, record: ownRecord } as const
  const outcome = await requestAppointment(practice.portal, actor, {
    ...{ scope, provider: practice.staff.lee, category: OFFICE_VISIT, day: TUESDAY, time, reason: 'Cough' },
    once: undefined,
  })
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.eid
}

async function recordSeen(practice: TestPractice, who: Person, pid: number, record: string): Promise<void> {
  const entry = { event: 'patient.viewed', subject: '/portal/records/:record', pid, record }
  await practice.db.transaction((tx) => recordAudit(tx, practice.clock, who.actor, entry))
}
