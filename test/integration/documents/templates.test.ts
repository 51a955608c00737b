import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { documentRounds } from '../../../migrations/0041-document-rounds.js'
import { askForDocument, takeBack, type Asking } from '../../../module/features/documents/library/asking.js'
import {
  addTemplate,
  editTemplate,
  goBack,
  libraryTemplate,
  markOf,
  retire,
} from '../../../module/features/documents/library/keeping.js'
import { library } from '../../../module/features/documents/library/index.js'
import { dueDocuments, type DueDocument } from '../../../module/host/reads/dueDocuments.js'
import { recipientsOf } from '../../../module/host/reads/templates.js'
import { templateFields } from '../../../module/host/templateFields.js'
import { linkGroup } from '../../../module/host/templateProfiles.js'
import { TEXT, findVersion, pinVersion, versionsOf } from '../../../module/host/templates.js'
import { countStatements } from '../../../module/platform/database.js'
import { describeOnEverySite } from '../../support/database.js'
import { openPractice, type TestPractice } from '../../support/practice.js'
import { administrator } from '../registration/people.js'

describeOnEverySite('A template', (site) => {
  let practice: TestPractice
  let staff: Awaited<ReturnType<typeof administrator>>

  before(async function () {
    this.timeout(60_000)
    practice = await openPractice({ site })
    staff = await administrator(practice)
  })
  after(() => practice.leave())

  let made = 0
  const add = async (text = 'Name *: {TextInput}', category = ''): Promise<number> => {
    const draft = { name: `Form ${String((made += 1))}`, category, note: '', mime: TEXT, content: Buffer.from(text) }
    const outcome = await addTemplate(practice.portal, staff.member, staff.actor, draft, 'written')
    if (!outcome.ok) throw new Error(outcome.reason)
    return outcome.id
  }
  const ask = async (sourceId: number, target: Asking['target'], more: Partial<Asking> = {}): Promise<number> => {
    const asking = { sourceId, target, everyDays: undefined, dueOn: undefined, remindDays: undefined, ...more }
    const outcome = await askForDocument(practice.portal, staff.member, staff.actor, asking)
    if (!outcome.ok) throw new Error(outcome.reason)
    return outcome.requestId
  }
  const due = async (pid: number): Promise<DueDocument[]> => {
    const all = await dueDocuments(practice.db, { pid }, practice.clock.now())
    // Those that the host's installation brings for everybody are not ours.
    return all.filter(({ name }) => name.startsWith('Form'))
  }
  const row = (id: number) =>
    practice.db.first<Record<string, unknown>>(`SELECT * FROM document_templates WHERE id = :id`, { id })
  const rules = (templateId: number) =>
    practice.db.select<Record<string, unknown>>(
      `SELECT profile, template_name, category, member_of, active, recurring, event_trigger, period
         FROM document_template_profiles WHERE template_id = :templateId ORDER BY profile`,
      { templateId },
    )
  /** A document as the host's own portal writes it (facts §6.2). */
  const fill = (
    pid: number,
    templateId: number,
    state: string,
    at = practice.clock.now().toFormat('yyyy-MM-dd HH:mm:ss'),
  ) =>
    practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO onsite_documents (pid, facility, provider, encounter, create_date, doc_type, patient_signed_status,
           accept_signed_status, authorizing_signator, denial_reason, full_document, file_name, file_path)
         VALUES (:pid, 0, 0, 0, :at, 'Form', 0, 0, '', :state, '', '', :templateId)`,
        { pid, at, state, templateId: String(templateId) },
      ),
    )

  it('of the library stands in the host as its own screens write one', async () => {
    const id = await add('{ParseAsHTML}<p>{PatientName}</p>', 'repository')
    expect(await row(id)).to.deep.include({
      ...{ pid: -1, provider: practice.staff.admin, profile: '', category: 'repository', location: 'Repository' },
      ...{ status: 'New', size: 33, mime: 'text/plain', end_date: null },
      ...{ template_content: Buffer.from('{ParseAsHTML}<p>{PatientName}</p>'), modified_date: '2026-11-23 08:00:00' },
    })
  })

  it('keeps every version byte for byte, those that the host’s own screens wrote among them', async () => {
    const id = await add('one')
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE document_templates SET template_content = 'of the host' WHERE id = :id`, { id }),
    )
    const now = await libraryTemplate(practice.db, id)
    if (!now) throw new Error('gone')
    const draft = { name: now.name, category: '', note: 'shorter', mime: TEXT }
    const three = { ...draft, id, content: Buffer.from('three'), seen: markOf(now) }
    expect(await editTemplate(practice.portal, staff.actor, three)).to.include({ ok: true })
    expect(await editTemplate(practice.portal, staff.actor, three)).to.deep.equal({ ok: false, reason: 'changed' })

    const lines = await versionsOf(practice.db, id)
    expect(lines.map(({ changed, version }) => [version, changed])).to.deep.equal([
      [3, 'edited'],
      [2, 'host'],
      [1, 'written'],
    ])
    const versionId = lines[2]?.id ?? 0
    const first = await findVersion(practice.db, versionId)
    expect(first?.content.toString()).to.equal('one')
    expect(first?.sha256).to.equal(createHash('sha256').update('one').digest('hex'))

    expect(await goBack(practice.portal, staff.actor, { id, versionId })).to.include({ ok: true })
    expect((await row(id))?.['template_content']).to.deep.equal(Buffer.from('one'))
    expect((await versionsOf(practice.db, id))[0]).to.include({ version: 4, changed: 'back', note: '1' })
  })

  it('that was asked for is pinned to the version of its bytes', async () => {
    const { amina } = practice.patients
    const id = await add('first text')
    await ask(id, { kind: 'patient', pid: amina })
    const sent = (await due(amina)).find(({ name }) => name === `Form ${String(made)}`)?.templateId ?? 0
    const pin = (templateId: number) => practice.db.transaction((tx) => pinVersion(tx, practice.clock, templateId))
    const pinned = await pin(sent)
    expect(pinned).to.equal((await versionsOf(practice.db, id))[0]?.id)
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE document_templates SET template_content = 'the host changed it' WHERE id = :sent`, { sent }),
    )
    const later = await pin(sent)
    expect(later).not.to.equal(pinned)
    expect((await findVersion(practice.db, later ?? 0))?.content.toString()).to.equal('the host changed it')
    expect((await findVersion(practice.db, pinned ?? 0))?.content.toString()).to.equal('first text')
  })

  it('asked of one patient is a row of theirs in the host, sent again it stays one, and is theirs alone', async () => {
    const { john, luis } = practice.patients
    const id = await add()
    const name = `Form ${String(made)}`
    await ask(id, { kind: 'patient', pid: john }, { dueOn: '2026-11-30', remindDays: 3 })
    await ask(id, { kind: 'patient', pid: john }, { dueOn: '2026-12-01', remindDays: 3 })
    const sent = await practice.db.select<Record<string, unknown>>(
      `SELECT id, pid, location, status, category, profile FROM document_templates WHERE template_name = :name AND pid > 0`,
      { name },
    )
    expect(sent).to.have.length(1)
    expect(sent[0]).to.include({ pid: john, location: 'Carter, John', status: 'New', category: '', profile: '' })
    const templateId = Number(sent[0]?.['id'])
    expect(await rules(templateId)).to.deep.equal([
      {
        profile: '',
        template_name: name,
        category: '',
        member_of: '',
        active: 1,
        recurring: 0,
        event_trigger: 'once',
        period: 0,
      },
    ])
    expect(await due(john)).to.have.length(1)
    expect((await due(john))[0]).to.include({
      templateId,
      via: 'patient',
      state: 'new',
      dueOn: '2026-12-01',
      overdue: false,
    })
    expect(await due(luis)).to.deep.equal([])
    expect(await dueDocuments(practice.db, { pid: john }, practice.clock.now().plus({ days: 30 }))).to.satisfy(
      (rows: DueDocument[]) => rows.some((each) => each.templateId === templateId && each.overdue),
    )
  })

  it('goes through its states by the host’s rule: begun, sent, asked anew', async () => {
    const pid = await practice.patient()
    const id = await add()
    await ask(id, { kind: 'patient', pid }, { dueOn: '2026-11-30' })
    const templateId = (await due(pid))[0]?.templateId ?? 0
    const draft = await fill(pid, templateId, 'Editing')
    expect((await due(pid))[0]).to.include({ state: 'begun', documentId: draft, dueOn: '2026-11-30' })
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE onsite_documents SET denial_reason = 'In Review' WHERE id = :draft`, { draft }),
    )
    expect(await due(pid)).to.deep.equal([])
    practice.clock.set('2026-11-24T08:00:00')
    await ask(id, { kind: 'patient', pid })
    expect((await due(pid))[0]).to.include({ state: 'again', documentId: draft, templateId })
    // So that OpenEMR's own portal shows it once more, too.
    expect((await rules(templateId))[0]).to.include({ event_trigger: '' })
    await fill(pid, templateId, 'Locked')
    expect(await due(pid)).to.deep.equal([])
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('that recurs comes round again when its period is over', async () => {
    const pid = await practice.patient()
    const id = await add()
    await ask(id, { kind: 'patient', pid }, { everyDays: 30 })
    const templateId = (await due(pid))[0]?.templateId ?? 0
    expect((await rules(templateId))[0]).to.include({ recurring: 1, period: 30, event_trigger: '' })
    await fill(pid, templateId, 'Locked')
    const at = (days: number) => dueDocuments(practice.db, { pid }, practice.clock.now().plus({ days }))
    const states = async (days: number) =>
      (await at(days)).filter((each) => each.templateId === templateId).map(({ state }) => state)
    expect(await states(29)).to.deep.equal([])
    expect(await states(30)).to.deep.equal(['again'])
  })

  it('that recurs is due in each round as many days after it opens as in the first', async () => {
    const { luis } = practice.patients
    const id = await add()
    practice.clock.set('2026-11-23T08:00:00')
    await ask(id, { kind: 'patient', pid: luis }, { everyDays: 10, dueOn: '2026-11-30', remindDays: 3 })
    const now = async (at: string) => {
      practice.clock.set(at)
      const [one] = (await due(luis)).filter(({ name }) => name === `Form ${String(made)}`)
      return one && `${one.state} ${one.dueOn ?? ''}${one.overdue ? ' overdue' : ''}`
    }
    expect(await now('2026-11-23T09:00:00')).to.equal('new 2026-11-30')
    const templateId = (await due(luis)).find(({ name }) => name === `Form ${String(made)}`)?.templateId ?? 0
    await fill(luis, templateId, 'In Review', '2026-11-24 09:00:00')
    expect(await now('2026-12-03T09:00:00')).to.equal(undefined)
    expect(await now('2026-12-04T09:00:00')).to.equal('again 2026-12-11')
    const second = await fill(luis, templateId, 'Editing', '2026-12-05 09:00:00')
    expect(await now('2026-12-05T10:00:00'), 'its draft').to.equal('begun 2026-12-11')
    expect(await now('2026-12-12T10:00:00')).to.equal('begun 2026-12-11 overdue')
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE onsite_documents SET denial_reason = 'Locked' WHERE id = :second`, { second }),
    )
    // It goes by when the last one was begun, as in the host.
    expect(await now('2026-12-15T10:00:00')).to.equal('again 2026-12-22')
    practice.clock.set('2026-12-16T08:00:00')
    await ask(id, { kind: 'patient', pid: luis }, { everyDays: 10, dueOn: '2026-12-20', remindDays: 3 })
    expect(await now('2026-12-16T10:00:00'), 'asked for anew').to.equal('again 2026-12-20')
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('that recurs is due, and reminded of, as many days after each round opens as staff say, the first one too', async () => {
    const { luis } = practice.patients
    const id = await add()
    practice.clock.set('2026-11-23T08:00:00')
    const request = await ask(id, { kind: 'patient', pid: luis }, { everyDays: 10, dueDays: 4, remindDays: 1 })
    const name = `Form ${String(made)}`
    const mine = async () => (await due(luis)).find((each) => each.name === name)
    const on = async (day: string) => {
      practice.clock.set(`${day}T08:00:00`)
      await library.jobs?.[0]?.run(practice.portal)
      const told = await practice.db.select<{ id: number; kind: string }>(
        `SELECT id, kind FROM foyer_letters WHERE pid = :luis AND JSON_VALUE(facts, '$.request') = :request ORDER BY id`,
        { luis, request },
      )
      await practice.db.transaction(async (tx) => {
        for (const letter of told) await tx.change(`DELETE FROM foyer_letters WHERE id = :id`, { id: letter.id })
      })
      const now = await mine()
      return [
        now ? `${now.state} ${now.dueOn ?? ''}${now.overdue ? ' overdue' : ''}` : '',
        ...told.map(({ kind }) => kind),
      ]
    }
    expect(await on('2026-11-23')).to.deep.equal(['new 2026-11-27', 'document.asked'])
    const templateId = (await mine())?.templateId ?? 0
    expect(await on('2026-11-26')).to.deep.equal(['new 2026-11-27', 'document.due'])
    await fill(luis, templateId, 'Locked', '2026-11-26 09:00:00')
    expect(await on('2026-12-05')).to.deep.equal([''])
    expect(await on('2026-12-06')).to.deep.equal(['again 2026-12-10', 'document.asked'])
    const second = await fill(luis, templateId, 'Editing', '2026-12-08 09:00:00')
    expect(await on('2026-12-08'), 'its draft').to.deep.equal(['begun 2026-12-10'])
    expect(await on('2026-12-09')).to.deep.equal(['begun 2026-12-10', 'document.due'])
    expect(await on('2026-12-11')).to.deep.equal(['begun 2026-12-10 overdue'])
    // Sent when the round after it had opened.
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE onsite_documents SET denial_reason = 'In Review' WHERE id = :second`, { second }),
    )
    expect(await on('2026-12-19')).to.deep.equal(['again 2026-12-22', 'document.asked'])
    // The server was down when its day was near.
    expect(await on('2026-12-24')).to.deep.equal(['again 2026-12-22 overdue', 'document.overdue'])
    expect(await on('2026-12-25')).to.deep.equal(['again 2026-12-22 overdue'])
    await fill(luis, templateId, 'Locked', '2026-12-25 09:00:00')
    expect(await on('2027-01-04')).to.deep.equal(['again 2027-01-08', 'document.asked'])
    expect(await on('2027-01-23'), 'too long ago to be reminded of').to.deep.equal(['again 2027-01-08 overdue'])
    await fill(luis, templateId, 'Locked', '2027-01-23 09:00:00')
    // It was down when the round opened, too: one letter a day, and none of what was told of after its day.
    expect(await on('2027-02-05')).to.deep.equal(['again 2027-02-06', 'document.asked'])
    expect(await on('2027-02-06')).to.deep.equal(['again 2027-02-06', 'document.due'])
    await fill(luis, templateId, 'Locked', '2027-02-06 09:00:00')
    expect(await on('2027-02-21')).to.deep.equal(['again 2027-02-20 overdue', 'document.asked'])
    expect(await on('2027-02-22')).to.deep.equal(['again 2027-02-20 overdue'])
    await takeBack(practice.portal, staff.actor, request)
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('that recurred before rounds were kept one by one goes on with the days it had, and tells nobody twice', async () => {
    const { luis } = practice.patients
    const id = await add()
    practice.clock.set('2026-11-23T08:00:00')
    const rule = { everyDays: 10, dueOn: '2026-11-27', remindDays: 1 }
    const request = await ask(id, { kind: 'patient', pid: luis }, rule)
    const mine = async () => (await due(luis)).find(({ name }) => name === `Form ${String(made)}`)
    const templateId = (await mine())?.templateId ?? 0
    await fill(luis, templateId, 'Locked', '2026-11-24 09:00:00')
    // As an older Foyer left it: without rounds, and told of the one of the fourth on that day.
    for (const { down } of [...documentRounds].reverse()) await practice.db.transaction((tx) => tx.change(down))
    await practice.db.transaction(async (tx) => {
      await tx.change(`UPDATE foyer_document_notices SET done_at = '2026-12-04' WHERE request_id = :request`, {
        request,
      })
      await tx.insert(
        `INSERT INTO foyer_document_notices (request_id, kind, day, done_at) VALUES (:request, 'again', '2026-12-04', '2026-12-04')`,
        { request },
      )
    })
    for (const { up } of documentRounds) await practice.db.transaction((tx) => tx.change(up))
    const on = async (day: string) => {
      practice.clock.set(`${day}T08:00:00`)
      await library.jobs?.[0]?.run(practice.portal)
      const told = await practice.db.select<{ kind: string }>(
        `SELECT kind FROM foyer_letters WHERE pid = :luis AND JSON_VALUE(facts, '$.request') = :request ORDER BY id`,
        { luis, request },
      )
      return [(await mine())?.dueOn, ...told.map(({ kind }) => kind)]
    }
    expect(await on('2026-12-05')).to.deep.equal(['2026-12-08'])
    expect(await on('2026-12-07')).to.deep.equal(['2026-12-08', 'document.due'])
    await fill(luis, templateId, 'Locked', '2026-12-07 09:00:00')
    expect(await on('2026-12-17')).to.deep.equal(['2026-12-21', 'document.due', 'document.asked'])
    await takeBack(practice.portal, staff.actor, request)
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('that recurs and has a day of its own keeps it for the first round; what is asked once has no rounds', async () => {
    const { luis } = practice.patients
    const [recurring, once] = [await add(), await add()]
    const target = { kind: 'patient', pid: luis } as const
    const request = await ask(recurring, target, { everyDays: 10, dueDays: 4, dueOn: '2026-12-01', remindDays: 1 })
    const other = await ask(once, target, { dueDays: 4 })
    const both = async () => (await due(luis)).filter(({ requestId }) => requestId === request || requestId === other)
    expect((await both()).map(({ dueOn }) => dueOn)).to.deep.equal(['2026-12-01', undefined])
    await fill(luis, (await both())[0]?.templateId ?? 0, 'Locked', '2026-11-24 09:00:00')
    practice.clock.set('2026-12-05T08:00:00')
    expect((await both())[0]).to.include({ state: 'again', dueOn: '2026-12-08' })
    await library.jobs?.[0]?.run(practice.portal)
    practice.clock.set('2026-12-07T08:00:00')
    await library.jobs?.[0]?.run(practice.portal)
    const told = await practice.db.select<{ kind: string }>(
      `SELECT kind FROM foyer_letters WHERE pid = :luis AND JSON_VALUE(facts, '$.request') = :request ORDER BY id`,
      { luis, request },
    )
    expect(told.map(({ kind }) => kind)).to.deep.equal(['document.asked', 'document.asked', 'document.due'])
    for (const id of [request, other]) await takeBack(practice.portal, staff.actor, id)
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('that was renamed and is asked for again stays one, with what was begun of it', async () => {
    const { john } = practice.patients
    const id = await add('Name: {TextInput}')
    await ask(id, { kind: 'patient', pid: john })
    const old = `Form ${String(made)}`
    const sent = (await due(john)).find(({ name }) => name === old)?.templateId ?? 0
    const draft = await fill(john, sent, 'Editing')
    const rename = async (name: string) => {
      const now = await libraryTemplate(practice.db, id)
      if (!now) throw new Error('gone')
      const next = { id, name, category: 'repository', note: '', mime: TEXT, content: now.content, seen: markOf(now) }
      expect(await editTemplate(practice.portal, staff.actor, next)).to.include({ ok: true })
    }
    const mine = async () =>
      (await due(john))
        .filter(({ name }) => name.startsWith(old))
        .map((each) => [each.name, each.state, each.documentId])
    await rename(`${old} renamed`)
    await ask(id, { kind: 'patient', pid: john }, { dueOn: '2026-12-01' })
    expect(await mine()).to.deep.equal([[`${old} renamed`, 'begun', draft]])
    expect(await row(sent)).to.include({ template_name: `${old} renamed`, category: 'repository', pid: john })

    // The host's own screens have sent him one of the new name.
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO document_templates (pid, provider, modified_date, profile, category, location, template_name, status, send_date, size, template_content, mime)
         VALUES (:john, 1, '2026-11-23 08:00:00', '', 'repository', 'Carter, John', :name, 'New', '2026-11-23 08:00:00', 1, 'x', 'text/plain')`,
        { john, name: `${old} again` },
      ),
    )
    await rename(`${old} again`)
    await ask(id, { kind: 'patient', pid: john })
    expect((await mine()).map(([name]) => name)).to.deep.equal([`${old} again`])
    const open = await practice.db.select(
      `SELECT id FROM foyer_document_requests WHERE source_id = :id AND withdrawn_at IS NULL`,
      { id },
    )
    expect(open).to.have.length(1)
  })

  it('asked of a group, of who has a profile, of everybody is one row, and theirs who belong to it', async () => {
    const inGroup = await practice.patient({ fname: 'In' })
    const outside = await practice.patient({ fname: 'Out' })
    const both = await practice.patient({ fname: 'Both' })
    await practice.db.transaction(async (tx) => {
      await tx.change(`UPDATE patient_data SET patient_groups = 'group_3' WHERE pid = :inGroup`, { inGroup })
      await tx.change(`UPDATE patient_data SET patient_groups = 'group_2|group_3' WHERE pid = :both`, { both })
    })
    const [forGroup, forProfile, forAll] = [await add(), await add(), await add()]
    const before = await count()
    const request = await ask(forGroup, { kind: 'group', set: 'group_3' })
    await ask(forProfile, { kind: 'profile', set: 'profile_5' })
    await practice.db.transaction((tx) =>
      // As the host's own dialog links a group (facts §6.1).
      tx.insert(
        `INSERT INTO document_template_profiles (template_id, profile, template_name, category, provider, member_of, active, recurring, event_trigger, period${site.startsWith('7.0.1') ? '' : ', notify_trigger, notify_period'})
         VALUES (0, 'profile_5', '', 'Group', 1, 'group_2', 1, 0, '', 0${site.startsWith('7.0.1') ? '' : `, '', 0`})`,
      ),
    )
    const all = await ask(forAll, { kind: 'all' })
    expect(await count()).to.equal(before + 1)

    const theirs = async (pid: number) => (await due(pid)).map(({ via }) => via).sort()
    expect(await theirs(inGroup)).to.deep.equal(['all', 'profile'])
    expect(await theirs(both)).to.deep.equal(['all', 'profile', 'profile'])
    expect(await theirs(outside)).to.deep.equal(['all'])
    expect((await due(inGroup)).find(({ via }) => via === 'profile')).to.include({
      requestId: request,
      templateId: forGroup,
    })
    const counted = async (set: string, kind: 'group' | 'profile') =>
      (await recipientsOf(practice.db, { kind, set }, 5)).count
    expect(await counted('group_3', 'group')).to.equal(2)
    expect(await counted('profile_5', 'profile')).to.equal(1)

    expect(await takeBack(practice.portal, staff.actor, request)).to.include({ ok: true })
    expect(await takeBack(practice.portal, staff.actor, request)).to.deep.equal({ ok: false, reason: 'over' })
    expect(await takeBack(practice.portal, staff.actor, all)).to.include({ ok: true })
    expect(await theirs(inGroup)).to.deep.equal([])
    expect(await theirs(both)).to.deep.equal(['profile'])
    expect(await libraryTemplate(practice.db, forGroup)).to.include({ id: forGroup })
  })

  const count = async () =>
    (await practice.db.first<{ count: number }>(`SELECT COUNT(*) AS count FROM document_templates`))?.count ?? 0

  it('that the practice put into a profile itself stays there when what was asked is taken back', async () => {
    const id = await add()
    await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO document_template_profiles (template_id, profile, template_name, category, provider, member_of, active, recurring, event_trigger, period${site.startsWith('7.0.1') ? '' : ', notify_trigger, notify_period'})
         VALUES (:id, 'profile_6', 'Form', '', 1, '', 0, 1, '', 90${site.startsWith('7.0.1') ? '' : `, '', 0`})`,
        { id },
      ),
    )
    const pid = await practice.patient()
    const linked = (active: boolean) =>
      practice.db.transaction((tx) =>
        linkGroup(tx, practice.portal, { profile: 'profile_6', group: 'group_1', active, providerId: 1 }),
      )
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET patient_groups = 'group_1' WHERE pid = :pid`, { pid }),
    )
    await linked(true)
    const request = await ask(id, { kind: 'profile', set: 'profile_6' }, { dueOn: '2026-11-30' })
    expect(await due(pid)).to.have.length(1)
    expect((await due(pid))[0]).to.include({ requestId: request, dueOn: '2026-11-30' })
    await takeBack(practice.portal, staff.actor, request)
    expect((await due(pid))[0]).to.include({ templateId: id, requestId: undefined, dueOn: undefined })
    await linked(false)
    expect(await due(pid)).to.deep.equal([])
    expect(await rules(id)).to.have.length(1)
    expect((await rules(id))[0]).to.include({ recurring: 1, period: 90 })
  })

  it('that OpenEMR’s own screens sent is asked for here, by the host’s rule', async () => {
    const pid = await practice.patient()
    const insert = (name: string, content = 'x') =>
      practice.db.transaction((tx) =>
        tx.insert(
          `INSERT INTO document_templates (pid, provider, profile, category, location, template_name, status, size, template_content, mime)
           VALUES (:pid, 1, '', '', 'Example, Pat', :name, 'New', 1, :content, 'text/plain')`,
          { pid, name, content },
        ),
      )
    const id = await insert('Form of the host')
    await insert('Help')
    expect(await due(pid)).to.have.length(1)
    expect((await due(pid))[0]).to.include({ templateId: id, state: 'new', requestId: undefined, dueOn: undefined })
    await fill(pid, id, 'Locked')
    // The host shows it again, and nobody asks for it.
    expect((await due(pid))[0]).to.include({ state: 'offered' })
    expect((await dueDocuments(practice.db, { pid }, practice.clock.now())).map(({ name }) => name)).not.to.include(
      'Help',
    )
  })

  it('that was retired is asked of nobody', async () => {
    const id = await add()
    await retire(practice.portal, staff.actor, id, true)
    const asking = { sourceId: id, everyDays: undefined, dueOn: undefined, remindDays: undefined }
    const target = { kind: 'patient', pid: practice.patients.john } as const
    expect(await askForDocument(practice.portal, staff.member, staff.actor, { ...asking, target })).to.deep.equal({
      ...{ ok: false, reason: 'retired' },
    })
    await retire(practice.portal, staff.actor, id, false)
    expect(await askForDocument(practice.portal, staff.member, staff.actor, { ...asking, target })).to.include({
      ok: true,
    })
    const nobody = { kind: 'patient', pid: 99_999 } as const
    expect(
      await askForDocument(practice.portal, staff.member, staff.actor, { ...asking, target: nobody }),
    ).to.deep.equal({
      ...{ ok: false, reason: 'no-patient' },
    })
  })

  it('finds what the chart says: demographics, lists, history, dates', async () => {
    const pid = await practice.patient({ fname: 'Ada', lname: 'Long', dob: '1990-05-03' })
    // The demo's charts are shorter than the host's: what it has not is left out.
    const hasLists = practice.portal.site.columns.has('lists')
    await practice.db.transaction(async (tx) => {
      await tx.change(
        `UPDATE patient_data SET street = '1 Main', phone_cell = '555-1', occupation = 'Baker' WHERE pid = :pid`,
        { pid },
      )
      if (!hasLists) return
      const list = `INSERT INTO lists (date, type, title, begdate, enddate, pid, activity) VALUES ('2026-01-01', :type, :title, '2026-01-01', :end, :pid, 1)`
      await tx.insert(list, { pid, type: 'allergy', title: 'Nuts', end: null })
      await tx.insert(list, { pid, type: 'allergy', title: 'Over', end: '2026-02-01' })
      await tx.insert(list, { pid, type: 'medication', title: 'Ibuprofen', end: null })
    })
    const names = [
      'PatientName',
      'PatientDOB',
      'Address',
      'PatientPhone',
      'Allergies',
      'Medications',
      'ProblemList',
      'DEM:occupation',
      'DEM:no_such',
      'CurrentDate:Y-m-d',
      'DOS',
      'HIS:tobacco',
      'LBFx:y',
    ]
    const written = { day: (day: string) => `<${day}>`, title: (name: string) => name }
    const found = await templateFields(practice.db, practice.portal.site, {
      pid,
      names,
      now: practice.clock.now(),
      written,
    })
    expect(Object.fromEntries([...found].map(([name, { text }]) => [name, text]))).to.deep.equal({
      ...{ PatientName: 'Ada Long', PatientDOB: '<1990-05-03>', Address: '1 Main', PatientPhone: '555-1' },
      ...(hasLists ? { Allergies: 'Nuts', Medications: 'Ibuprofen' } : {}),
      ...{ 'DEM:occupation': 'Baker', 'CurrentDate:Y-m-d': '2026-11-23' },
    })
  })

  it('finds the newest history, visit and answer in a form of the practice, in the words of its layout', async function () {
    const has = (table: string) => practice.portal.site.columns.has(table)
    if (!has('lbf_data') || !has('history_data')) this.skip()
    const pid = await practice.patient({ fname: 'Ben', lname: 'Long' })
    await practice.db.transaction(async (tx) => {
      const history = `INSERT INTO history_data (pid, date, tobacco, coffee) VALUES (:pid, :date, :tobacco, '2')`
      await tx.insert(history, { pid, date: '2026-02-01', tobacco: 'never_a|2026-01-31' })
      await tx.insert(history, { pid, date: '2025-02-01', tobacco: 'sometimes' })
      const visit = `INSERT INTO form_encounter (pid, date, reason, encounter) VALUES (:pid, :date, :reason, :encounter)`
      await tx.insert(visit, { pid, date: '2026-03-02', reason: 'Cough', encounter: 2 })
      await tx.insert(visit, { pid, date: '2025-03-02', reason: 'Fever', encounter: 1 })
      // A list may be worn by two layouts; what a layout does not use is not shown.
      const layout = `INSERT INTO layout_options (form_id, field_id, title, uor, list_id, group_id, seq, data_type, fld_length)
                      VALUES (:form, :field, :title, :used, :list, '1', 1, 2, 10)
                      ON DUPLICATE KEY UPDATE title = VALUES(title), uor = VALUES(uor), list_id = VALUES(list_id)`
      await tx.change(layout, { form: 'HIS', field: 'tobacco', title: 'Smoking:', used: 1, list: 'of_smoking' })
      await tx.change(layout, { form: 'HIS', field: 'coffee', title: 'Coffee', used: 0, list: '' })
      await tx.change(`INSERT INTO list_options (list_id, option_id, title) VALUES ('of_smoking', 'never_a', 'Never')`)
      const form = `INSERT INTO forms (pid, date, form_id, formdir, form_name, deleted) VALUES (:pid, :date, :form, 'LBFhealth', 'Health', :deleted)`
      const answer = `INSERT INTO lbf_data (form_id, field_id, field_value) VALUES (:form, 'note', :value)`
      const answers = [
        { form: 91, date: '2026-01-02', deleted: 0, value: 'the newer' },
        { form: 92, date: '2025-01-02', deleted: 0, value: 'the older' },
        { form: 93, date: '2026-01-03', deleted: 1, value: 'thrown away' },
      ]
      for (const { value, ...row } of answers) {
        await tx.insert(form, { pid, ...row })
        await tx.change(answer, { form: row.form, value })
      }
    })
    const written = { day: (day: string) => `<${day}>`, title: (name: string) => name }
    const { count, result: found } = await countStatements(() =>
      templateFields(practice.db, practice.portal.site, {
        ...{ pid, written, now: practice.clock.now() },
        names: ['PatientName', 'HIS:tobacco', 'HIS:coffee', 'DOS', 'ChiefComplaint', 'LBFhealth:note', 'Allergies'],
      }),
    )
    expect(Object.fromEntries([...found].map(([name, { text }]) => [name, text]))).to.deep.equal({
      ...{ PatientName: 'Ben Long', DOS: '<2026-03-02>', ChiefComplaint: 'Cough' },
      ...{ 'HIS:tobacco': 'Never, <2026-01-31>', 'LBFhealth:note': 'the newer' },
    })
    expect(found.get('HIS:tobacco')?.title).to.equal('Smoking')
    expect(count.statements).to.equal(2)
  })
})
