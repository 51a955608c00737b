/** A link that was wrong is taken back: by the pages that staff use, after the account has used everything. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { mergeAccounts } from '../../../module/features/registration/staff/merging.js'
import { linkRegistration } from '../../../module/features/registration/staff/linking.js'
import { linksOf, standingLink } from '../../../module/features/registration/staff/links.js'
import { unlinkRegistration } from '../../../module/features/registration/staff/unlinking.js'
import { tracesOf } from '../../../module/features/registration/staff/traces.js'
import { requestAppointment } from '../../../module/features/appointments/booking.js'
import { decide } from '../../../module/features/accounts/families/deciding.js'
import { proposeProfile } from '../../../module/features/profile/proposing/proposing.js'
import { issueCodes } from '../../../module/access/codeIssuing.js'
import { redeemCode } from '../../../module/access/codeRedeeming.js'
import { findCode } from '../../../module/access/codes.js'
import { recordAudit } from '../../../module/platform/audit.js'
import { difference, dumpRows } from '../../support/dump.js'
import { beginAs, sendAs, sendTemplate } from '../../support/filling.js'
import { formOf, pdfOf, sendForm } from '../../support/files.js'
import { answer, ask, keepForm, no, questionnaire, sendNow, somebody } from '../../support/forms.js'
import { MORNING, OFFICE_VISIT, openPractice, type TestPractice } from '../../support/practice.js'
import type { Visitor } from '../../support/visitor.js'
import { administrator, person, register, type Person } from './people.js'

const ASKED = questionnaire({ linkId: 'smoke', type: 'boolean', text: 'Do you smoke?', required: true })
const TUESDAY = '2026-11-24'

describe('A link that was wrong', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let staff: Awaited<ReturnType<typeof administrator>>
  let admin: Visitor
  let john: Visitor
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foyer-unlinking-'))
    practice = await openPractice({ env: { FOYER_DATA_DIR: folder } })
    staff = await administrator(practice)
    admin = await practice.staffVisitor('admin')
    john = await practice.patientVisitor('john')
  })
  after(async () => {
    await practice.leave()
    await rm(folder, { recursive: true })
  })

  let made = 0
  const someone = (): Promise<Person> => person(practice, `u${String((made += 1))}@example.org`)
  /** John, who signs in and has a chart of his own. */
  const ofJohn = (): Person => ({
    accountId: practice.accounts.john,
    ownRecord: practice.records.ownOfJohn,
    actor: { kind: 'account', id: String(practice.accounts.john), name: 'John Carter', requestId: undefined },
  })
  const link = async (id: number, pid: number, move = true): Promise<string> => {
    const input = { id, pid, move, seen: undefined }
    const outcome = await linkRegistration(practice.portal, staff.member, staff.actor, input)
    if (!outcome.ok) throw new Error(outcome.reason)
    return outcome.record
  }
  const path = (id: number, rest = '') => `/staff/portal/registrations/${String(id)}${rest}`
  const undo = async (id: number) => {
    const page = await admin.post(path(id, '/unlinking'), { reason: 'Another Pat' }, { from: path(id, '/unlinking') })
    expect(page.status).to.equal(303)
  }
  const one = (sql: string, values: Record<string, string | number>) => practice.db.first(sql, values)
  const sendFile = async (record: string, name: string): Promise<number> => {
    const address = `/portal/records/${record}/documents/upload`
    const page = await sendForm(john, address, await formOf(john, address), [{ name, bytes: pdfOf(name) }])
    expect(page.status).to.equal(303)
    const row = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_submissions WHERE title = :name`, {
      name,
    })
    return row?.id ?? 0
  }
  const request = async (who: Person, record: string, time: string): Promise<number> => {
    const { scope, actor } = await somebody(practice, who.accountId, record)
    const outcome = await requestAppointment(practice.portal, actor, {
      ...{ scope, provider: practice.staff.lee, category: OFFICE_VISIT, day: TUESDAY, time, reason: 'Cough' },
      once: undefined,
    })
    if (!outcome.ok) throw new Error(outcome.reason)
    return outcome.eid
  }

  // Everything that linking may touch, but the trail, what is sent of it, and the registration's own history.
  const tables = [
    ...['foyer_accounts', 'foyer_grants', 'foyer_grant_changes', 'foyer_appointment_requests', 'foyer_uploads'],
    ...['foyer_cancellation_requests', 'foyer_submissions', 'foyer_form_assignments', 'foyer_form_responses'],
    ...['foyer_form_fillings', 'foyer_profile_changes', 'foyer_filled', 'foyer_files', 'patient_access_onsite'],
    ...['openemr_postcalendar_events', 'questionnaire_response', 'uuid_registry', 'onsite_documents'],
    ...['onsite_portal_activity', 'documents', 'patient_data'],
  ]
  const everything = async () => {
    const dump = await dumpRows(practice.db, tables)
    const counted = /"(version|date|updated_by|last_updated)":("[^"]*"|\d+|null),?/g
    return new Map([...dump].map(([table, lines]) => [table, lines.map((line) => line.replace(counted, '')).sort()]))
  }

  it('leaves everything as it was, where the own record held something of each kind', async () => {
    const who = ofJohn()
    const own = await somebody(practice, who.accountId, who.ownRecord)
    const [sent, begun] = [await keepForm(practice, ASKED), await keepForm(practice, ASKED)]
    const to = { accountId: who.accountId, record: who.ownRecord }
    const asked = await ask(practice, sent, to)
    await answer(practice, own, asked, { smoke: no })
    await sendNow(practice, own, asked)
    await answer(practice, own, await ask(practice, begun, to), { smoke: no })
    await request(who, who.ownRecord, '10:00')
    const file = await sendFile(who.ownRecord, 'own.pdf')
    const pid = await practice.patient({ allowPortal: '' })
    // The chart is asked the same: while linked, one of the two waits.
    await ask(practice, begun, { pid })
    const id = await register(practice, who)
    const before = await everything()
    await link(id, pid)
    expect(await one(`SELECT pid FROM foyer_submissions WHERE id = :file`, { file })).to.deep.equal({ pid })
    expect(await one(`SELECT pid FROM foyer_uploads WHERE submission_id = :file`, { file })).to.deep.equal({ pid })
    await undo(id)
    expect(difference(before, await everything())).to.deep.equal([])
  })

  it('leaves in the own record what staff did not take along', async () => {
    const who = ofJohn()
    const file = await sendFile(who.ownRecord, 'stays.pdf')
    const id = await register(practice, who)
    await link(id, await practice.patient(), false)
    expect(await one(`SELECT pid FROM foyer_submissions WHERE id = :file`, { file })).to.deep.equal({ pid: null })
    await undo(id)
  })

  describe('through which everything was sent', () => {
    let id: number
    let pid: number
    let record: string
    let ids: { waits: number; filed: number; document: number; eid: number; form: number }

    before(async () => {
      const who = ofJohn()
      pid = await practice.patient({ fname: 'Pat', lname: 'Stranger' })
      const template = await sendTemplate(practice, { pid })
      const form = await ask(practice, await keepForm(practice, ASKED), { pid })
      id = await register(practice, who)
      record = await link(id, pid)
      await john.get(`/portal/records/${record}`)
      const document = await beginAs(john, record, template)
      expect((await sendAs(john, record, document)).status).to.equal(303)
      const [waits, filed] = [await sendFile(record, 'waits.pdf'), await sendFile(record, 'filed.pdf')]
      const theirs = await somebody(practice, who.accountId, record)
      await answer(practice, theirs, form, { smoke: no })
      await sendNow(practice, theirs, form)
      if (theirs.scope.kind !== 'chart') throw new Error('no chart')
      const change = { values: { phone_home: '212 555 0123' }, seen: { phone_home: '' }, note: '' }
      await proposeProfile(practice.portal, theirs.actor, theirs.scope, change, undefined)
      const eid = await request(who, record, '11:00')
      ids = { waits, filed, document, eid, form }
      await practice.db.transaction(async (tx) => {
        await tx.change(`UPDATE foyer_submissions SET state = 'charted', decided_by = 'front' WHERE id = :filed`, ids)
        await recordAudit(tx, practice.clock, staff.actor, {
          ...{ event: 'document.filed', subject: `submission:${String(filed)}`, pid },
        })
      })
      await undo(id)
    })

    it('lets go of the files that wait; what was filed stays', async () => {
      const rows = await practice.db.select(
        `SELECT s.title, s.pid, s.state, u.pid AS upload FROM foyer_submissions s JOIN foyer_uploads u ON u.submission_id = s.id
          WHERE s.id IN (:both) ORDER BY s.id`,
        { both: [ids.waits, ids.filed] },
      )
      expect(rows).to.deep.equal([
        { title: 'waits.pdf', pid: null, state: 'waiting', upload: null },
        { title: 'filed.pdf', pid, state: 'charted', upload: pid },
      ])
      const uploads = await john.get(`/portal/records/${practice.records.ownOfJohn}/documents/upload`)
      expect(uploads.body).to.contain('waits.pdf').and.not.contain('filed.pdf')
    })

    it('ends the document that was filled, and the chart’s patient can begin it anew', async () => {
      const sent = await one(`SELECT state, open_key FROM foyer_submissions WHERE onsite_id = :document`, ids)
      expect(sent).to.deep.equal({ state: 'withdrawn', open_key: null })
      expect(await one(`SELECT id FROM onsite_documents WHERE id = :document`, ids)).to.equal(undefined)
      expect(await one(`SELECT id FROM foyer_filled WHERE onsite_id = :document`, ids)).to.equal(undefined)
      const activity = await one(
        `SELECT status, pending_action FROM onsite_portal_activity WHERE patient_id = :pid AND activity = 'document'`,
        { pid },
      )
      expect(activity).to.deep.equal({ status: 'deleted', pending_action: 'none' })
    })

    it('takes the answers out of the chart, whose patient is asked again', async () => {
      const response = await one(
        `SELECT pid, host_id, record FROM foyer_form_responses WHERE sent_by = :john ORDER BY id DESC`,
        {
          john: practice.accounts.john,
        },
      )
      expect(response).to.deep.equal({ pid: null, host_id: null, record: practice.records.ownOfJohn })
      expect(await one(`SELECT id FROM questionnaire_response WHERE patient_id = :pid`, { pid })).to.equal(undefined)
      expect(await one(`SELECT state FROM foyer_form_assignments WHERE id = :form`, ids)).to.deep.equal({
        state: 'waiting',
      })
    })

    it('ends what was proposed for the profile, here and in the host', async () => {
      const change = await one(`SELECT state, open_key FROM foyer_profile_changes WHERE pid = :pid`, { pid })
      expect(change).to.deep.equal({ state: 'withdrawn', open_key: null })
      const row = await one(
        `SELECT status FROM onsite_portal_activity WHERE patient_id = :pid AND activity = 'profile'`,
        {
          pid,
        },
      )
      expect(row).to.deep.equal({ status: 'deleted' })
    })

    it('gives the time that was asked for back to whoever asked', async () => {
      expect(await one(`SELECT pc_pid FROM openemr_postcalendar_events WHERE pc_eid = :eid`, ids)).to.deep.equal({
        pc_pid: '',
      })
      const request = await one(`SELECT pid, record FROM foyer_appointment_requests WHERE pc_eid = :eid`, ids)
      expect(request).to.deep.equal({ pid: null, record: practice.records.ownOfJohn })
    })

    it('keeps the list of what was seen, sent and filed, page by page and whole', async () => {
      const [undone] = await linksOf(practice.db, id)
      if (!undone) throw new Error('no link')
      const all = await tracesOf(practice.db, undone, { before: undefined, most: 1000 })
      const events = all.rows.map(({ event, kind }) => `${kind} ${event}`)
      expect(events).to.include.members([
        ...['staff document.filed', 'sent document.sent', 'sent profile.proposed', 'sent form.sent'],
        ...['sent appointment.requested', 'seen patient.viewed', 'staff document.withdrawn'],
      ])
      const paged: number[] = []
      for (let before: number | undefined; ;) {
        const page = await tracesOf(practice.db, undone, { before, most: 3 })
        paged.push(...page.rows.map((row) => row.id))
        expect(page.counts).to.deep.equal(all.counts)
        before = page.next
        if (before === undefined) break
      }
      expect(paged).to.deep.equal(all.rows.map((row) => row.id))
      const registration = await admin.get(path(id))
      const href = /href="([^"]*\/unlinking\?link=\d+)"/.exec(registration.body)?.[1] ?? ''
      const page = await admin.get(href)
      expect(page.body).to.contain('Another Pat').and.to.contain('filed what Stranger, Pat sent')
      expect(page.body).not.to.contain('name="reason"')
    })
  })

  describe('beside which there is another account, registration or code', () => {
    it('is taken back as well when the account was joined with another meanwhile', async () => {
      const [from, into] = [ofJohn(), await someone()]
      // A second John: what the first sends is found again by its own record.
      const file = await sendFile(from.ownRecord, 'joined.pdf')
      const [pid, both] = [await practice.patient(), await practice.patient()]
      const [id, shared] = [await register(practice, from), await register(practice, from, { firstName: 'Both' })]
      const record = await link(id, pid)
      await link(shared, both, false)
      await link(await register(practice, into, { firstName: 'Both' }), both, false)
      await practice.db.transaction(async (tx) => {
        await recordAudit(tx, practice.clock, from.actor, { event: 'patient.viewed', subject: '/x', pid, record })
        await tx.change(
          `UPDATE foyer_grants SET extent = 'forms', valid_until = '2027-01-01' WHERE account_id = :id AND pid = :both`,
          { id: into.accountId, both },
        )
        await tx.change(
          `UPDATE foyer_grants SET exempt_by = 'Dr Lee', exempt_at = '2026-11-01' WHERE account_id = :id AND pid = :both`,
          { id: from.accountId, both },
        )
      })
      const wish = { from: from.accountId, into: into.accountId, reason: 'One person' }
      expect(await mergeAccounts(practice.portal, staff.member, staff.actor, wish)).to.deep.equal({ ok: true })
      const joined = await one(
        `SELECT extent, valid_until, exempt_by FROM foyer_grants WHERE account_id = :id AND pid = :both AND revoked_at IS NULL`,
        { id: into.accountId, both },
      )
      expect(joined).to.deep.equal({ extent: 'full', valid_until: null, exempt_by: 'Dr Lee' })
      const upload = `SELECT account_id, record, pid FROM foyer_submissions WHERE id = :file`
      expect(await one(upload, { file })).to.deep.equal({ account_id: into.accountId, record: into.ownRecord, pid })

      const standing = await standingLink(practice.db, id)
      const traces = standing && (await tracesOf(practice.db, standing, { before: undefined, most: 10 }))
      expect(traces?.rows.map(({ event }) => event)).to.include('patient.viewed')
      await undo(id)
      expect(await one(upload, { file })).to.deep.equal({
        account_id: into.accountId,
        record: into.ownRecord,
        pid: null,
      })
      await undo(shared)
      expect(await opens(into.accountId, both), 'by the registration of the other').to.equal('self full')
    })

    it('of two registrations of one person leaves what the other one opens', async () => {
      const who = await someone()
      const pid = await practice.patient({ allowPortal: '' })
      const eid = await request(who, who.ownRecord, '09:30')
      const [first, second] = [await register(practice, who), await register(practice, who, { firstName: 'Patricia' })]
      await link(first, pid)
      await link(second, pid)
      await undo(first)
      expect(await opens(who.accountId, pid)).to.equal('self full')
      const event = () => one(`SELECT pc_pid FROM openemr_postcalendar_events WHERE pc_eid = :eid`, { eid })
      expect(await event()).to.deep.equal({ pc_pid: String(pid) })
      await undo(second)
      expect(await opens(who.accountId, pid)).to.equal(undefined)
      expect(await event()).to.deep.equal({ pc_pid: '' })
      const chart = await one(`SELECT allow_patient_portal AS says FROM patient_data WHERE pid = :pid`, { pid })
      expect(chart).to.deep.equal({ says: '' })
    })

    it('never made one’s own record another’s, and keeps what staff decided since', async () => {
      const who = await someone()
      const pid = await practice.patient({ dob: '2019-03-04' })
      await link(await register(practice, who), pid)
      const child = { forWhom: 'child', relationship: 'mother', born: '2019-03-04' } as const
      const id = await register(practice, who, child)
      await link(id, pid)
      expect(await opens(who.accountId, pid)).to.equal('self full')
      await undo(id)
      expect(await opens(who.accountId, pid)).to.equal('self full')

      const other = await practice.patient({ fname: 'Otto', dob: '2019-03-04' })
      const standing = {
        kind: 'code',
        recipient: 'U',
        relationship: 'guardian',
        extent: 'appointments',
        language: 'en',
      } as const
      await useCode(who, other, standing)
      const again = await register(practice, who, { ...child, firstName: 'Kid' })
      await link(again, other)
      expect(await opens(who.accountId, other)).to.equal('mother full')
      const grant = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_grants WHERE pid = :other`, { other })
      const changed = { what: 'changed', relationship: 'mother', extent: 'forms', until: undefined } as const
      const decided = { pid: other, id: grant?.id ?? 0, version: undefined, reason: 'Forms only', decision: changed }
      expect(await decide(practice.portal, staff.actor, decided)).to.deep.equal({ ok: true })
      await undo(again)
      expect(await opens(who.accountId, other)).to.equal('guardian forms')
    })

    it('tells which PINs and codes that were used meanwhile stay, and which are lost with it', async () => {
      const who = await someone()
      const child = { forWhom: 'child', relationship: 'mother', born: '2019-03-04' } as const
      const opening = { kind: 'pin', recipient: 'U', relationship: 'mother', extent: 'forms', language: 'en' } as const
      const linkedAndUsed = async (firstName: string, until: string | undefined) => {
        const pid = await practice.patient({ fname: firstName, dob: '2019-03-04' })
        const values = { pid, account: who.accountId, until: until ?? null }
        if (until !== undefined) {
          await practice.db.transaction((tx) =>
            tx.change(
              `INSERT INTO foyer_grants (record, account_id, pid, relationship, extent, valid_from, valid_until, granted_by, granted_at)
               VALUES (RPAD(:pid, 22, 'y'), :account, :pid, 'mother', 'full', '2026-01-01', :until, 'x', '2026-01-01')`,
              values,
            ),
          )
        }
        const id = await register(practice, who, { ...child, firstName })
        await link(id, pid)
        await useCode(who, pid, opening)
        return { id, pid }
      }
      const codesIn = ({ body }: { body: string }) =>
        [...body.matchAll(/data-test="code"[^]*?<\/li>/g)].map(
          ([row]) => /Lost with the link|Stays open/.exec(row)?.[0],
        )

      const stays = await linkedAndUsed('Bertram', undefined)
      const before = await admin.get(path(stays.id, '/unlinking'))
      expect(codesIn(before)).to.deep.equal(['Stays open'])
      expect(before.body).to.contain('PIN for U').and.contain('with what the PINs and codes above gave it')
      expect(before.body).to.not.contain('opens this chart no longer').and.not.contain('Make a PIN')
      await undo(stays.id)
      expect(await opens(who.accountId, stays.pid)).to.equal('mother forms')

      // What ends, and less without an end: no row says both.
      const lost = await linkedAndUsed('Ludovica', '2026-12-01 05:00:00')
      expect(codesIn(await admin.get(path(lost.id, '/unlinking')))).to.deep.equal(['Lost with the link'])
      let seconds = 0
      const { clock } = practice.portal
      const ticking = { ...clock, now: () => clock.now().plus({ seconds: (seconds += 1) }) }
      const wish = { id: lost.id, reason: 'Another Ludovica' }
      const outcome = await unlinkRegistration({ ...practice.portal, clock: ticking }, staff.member, staff.actor, wish)
      expect(outcome).to.include({ ok: true, codesLost: 1 })
      const [undone] = await linksOf(practice.db, lost.id)
      if (!undone) throw new Error('no link')
      const page = await admin.get(path(lost.id, `/unlinking?link=${String(undone.id)}`))
      expect(codesIn(page)).to.deep.equal(['Lost with the link'])
      expect(page.body).to.contain(`href="/staff/portal/patients/${String(lost.pid)}/family"`)
      const { rows } = await tracesOf(practice.db, undone, { before: undefined, most: 100 })
      expect(rows.map(({ event, kind }) => `${kind} ${event}`)).to.include.members([
        ...['sent code.redeemed', 'staff code.lost'],
      ])
      expect(page.body).to.contain('took back a wrong link, and what a PIN or code gave for')

      const twice = await linkedAndUsed('Xenia', undefined)
      const other = await register(practice, who, { ...child, firstName: 'Xena' })
      await link(other, twice.pid)
      const shared = await admin.get(path(twice.id, '/unlinking'))
      expect(shared.body).to.contain('Another registration of this account is linked to this chart')
      expect(codesIn(shared)).to.deep.equal(['Stays open'])
      const nothing = await register(practice, who, { ...child, firstName: 'Oswin' })
      await link(nothing, await practice.patient({ fname: 'Oswin', dob: '2019-03-04' }))
      const none = await admin.get(path(nothing, '/unlinking'))
      expect(none.body).to.contain('The account opens this chart no longer').and.not.contain('used meanwhile')
    })

    it('leaves what a code gave before the second of two links, whichever is taken back first', async () => {
      const child = { forWhom: 'child', relationship: 'mother', born: '2019-03-04' } as const
      const opening = {
        kind: 'code',
        recipient: 'U',
        relationship: 'guardian',
        extent: 'forms',
        language: 'en',
      } as const
      for (const [at, firstName] of ['Gustav', 'Wilma'].entries()) {
        const who = await someone()
        const pid = await practice.patient({ fname: firstName, dob: '2019-03-04' })
        const first = await register(practice, who, { ...child, firstName })
        await link(first, pid)
        practice.clock.set(`2026-11-23T08:0${String(at * 4 + 1)}:00`)
        await useCode(who, pid, opening)
        practice.clock.set(`2026-11-23T08:0${String(at * 4 + 2)}:00`)
        const second = await register(practice, who, { ...child, firstName: `${firstName}a` })
        await link(second, pid)
        practice.clock.set(`2026-11-23T08:0${String(at * 4 + 3)}:00`)
        for (const each of at === 0 ? [first, second] : [second, first]) await undo(each)
        expect(await opens(who.accountId, pid), firstName).to.equal('guardian forms')
      }
      practice.clock.set(MORNING)
    })

    it('takes nothing that a PIN or code has opened since, and leaves no history of what is gone', async () => {
      const who = await someone()
      const pid = await practice.patient({ fname: 'Ida', dob: '2019-03-04' })
      const gone = await practice.patient({ fname: 'Uma', dob: '2019-03-04' })
      const child = { forWhom: 'child', relationship: 'mother', born: '2019-03-04' } as const
      const id = await register(practice, who, child)
      await link(id, pid)
      const opening = {
        kind: 'code',
        recipient: 'U',
        relationship: 'guardian',
        extent: 'forms',
        language: 'en',
      } as const
      await useCode(who, pid, opening)
      await undo(id)
      expect(await opens(who.accountId, pid)).to.equal('guardian forms')

      // What had ended before the link gives nothing to a code; to what runs still, one for less adds nothing.
      for (const [until, after] of [
        ['2026-11-01 04:00:00', 'mother forms null'],
        ['2026-12-01 05:00:00', 'mother full 2026-12-01 05:00:00.000'],
      ] as const) {
        const limited = await practice.patient({ fname: 'Ola', dob: '2019-03-04' })
        await practice.db.transaction((tx) =>
          tx.change(
            `INSERT INTO foyer_grants (record, account_id, pid, relationship, extent, valid_from, valid_until, granted_by, granted_at)
             VALUES (RPAD(:limited, 22, 'x'), :account, :limited, 'mother', 'full', '2026-01-01', :until, 'x', '2026-01-01')`,
            { limited, until, account: who.accountId },
          ),
        )
        const anew = await register(practice, who, { ...child, firstName: 'Ola' })
        await link(anew, limited)
        await useCode(who, limited, { ...opening, relationship: 'mother' })
        await undo(anew)
        const row = await one(
          `SELECT CONCAT_WS(' ', relationship, extent, IFNULL(valid_until, 'null')) AS said FROM foyer_grants WHERE pid = :limited`,
          { limited },
        )
        expect(row).to.deep.equal({ said: after })
      }

      const other = await register(practice, who, { ...child, firstName: 'Kid' })
      await link(other, gone)
      const grant = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_grants WHERE pid = :gone`, { gone })
      const changed = { what: 'changed', relationship: 'father', extent: 'forms', until: undefined } as const
      const decided = { pid: gone, id: grant?.id ?? 0, version: undefined, reason: '', decision: changed }
      await decide(practice.portal, staff.actor, decided)
      await undo(other)
      expect(await opens(who.accountId, gone)).to.equal(undefined)
      const history = await one(`SELECT COUNT(*) AS n FROM foyer_grant_changes WHERE grant_id = :id`, {
        id: grant?.id ?? 0,
      })
      expect(history).to.deep.equal({ n: 0 })
    })
  })

  it('has no part in a chart that is one’s own by a PIN: what the account entered before goes along', async () => {
    const who = await someone()
    const pid = await practice.patient({ fname: 'Pia' })
    const eid = await request(who, who.ownRecord, '13:30')
    const form = await ask(practice, await keepForm(practice, ASKED), {
      ...{ accountId: who.accountId, record: who.ownRecord },
    })
    const values = { account: who.accountId, record: who.ownRecord, now: '2026-11-23 12:00:00' }
    const upload = await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO foyer_uploads (batch, account_id, sender, record, name, media_type, note, state, sent_at)
         VALUES (REPEAT('p', 22), :account, 'Pia', :record, 'pia.pdf', 'application/pdf', '', 'checking', :now)`,
        values,
      ),
    )
    const opening = { kind: 'pin', recipient: 'Pia', relationship: 'self', extent: 'full', language: 'en' } as const
    await useCode(who, pid, opening, '1980-01-01')
    const moved = await one(
      `SELECT (SELECT pid FROM foyer_appointment_requests WHERE pc_eid = :eid) AS booking,
              (SELECT pid FROM foyer_form_assignments WHERE id = :form) AS form,
              (SELECT pid FROM foyer_uploads WHERE id = :upload) AS upload`,
      { eid, form, upload },
    )
    expect(moved).to.deep.equal({ booking: pid, form: pid, upload: pid })
  })

  it('is less likely where staff are told who lost the chart, and that somebody is of age', async () => {
    const [who, twin] = [await someone(), await someone()]
    const pid = await practice.patient({ fname: 'Bar', dob: '1980-01-01' })
    await link(await register(practice, who, { firstName: 'Bar' }), pid)
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_grants g JOIN foyer_accounts a ON a.id = g.account_id
            SET g.revoked_at = '2026-11-23 13:00:00', g.revoked_by = 'front', a.display_name = 'Bar Example' WHERE g.pid = :pid`,
        { pid },
      ),
    )
    const id = await register(practice, twin, { firstName: 'Bar' })
    const shown = await admin.get(path(id, `?chart=${String(pid)}`))
    expect(shown.body).to.contain('Access to this chart was taken from somebody of this name')
    const press = (fields: Record<string, string>) =>
      admin.post(path(id, '/link'), { pid: String(pid), ...fields }, { from: path(id) })
    const refused = await press({})
    expect([refused.status, refused.body.includes('Nothing was linked. Access to this chart')]).to.deep.equal([
      422,
      true,
    ])
    expect((await press({ despite: '1' })).status).to.equal(303)

    const parent = { forWhom: 'child', relationship: 'mother', firstName: 'Bar', born: '1980-01-01' } as const
    const grown = await register(practice, await someone(), parent)
    const page = await admin.get(path(grown, `?chart=${String(pid)}`))
    expect(page.body).to.contain('The patient is of age').and.not.contain('name="pid"').and.not.contain('/chart"')
  })

  async function opens(account: number, pid: number): Promise<string | undefined> {
    const row = await practice.db.first<{ relationship: string; extent: string }>(
      `SELECT relationship, extent FROM foyer_grants WHERE account_id = :account AND pid = :pid AND revoked_at IS NULL`,
      { account, pid },
    )
    return row && `${row.relationship} ${row.extent}`
  }

  type Opening = Omit<Parameters<typeof issueCodes>[2], 'pids'>

  async function useCode(who: Person, pid: number, opening: Opening, born = '2019-03-04'): Promise<void> {
    const issued = await issueCodes(practice.portal, staff.actor, { ...opening, pids: [pid] })
    const id = issued.ok ? (issued.codes[0]?.id ?? 0) : 0
    const symbols = (await findCode(practice.db, practice.portal, { pid, id }))?.symbols ?? ''
    const typed = { symbols, born, address: '192.0.2.1', requestId: 'test' }
    const redeemed = await redeemCode(practice.portal, { kind: 'account', id: who.accountId, name: 'U' }, typed)
    expect(redeemed).to.include({ ok: true })
  }
})
