/** The profile as patients and staff have it in their browsers: what is shown, what is refused, and what never changes. */
import { expect } from 'chai'
import { insertRow } from '../../module/host/site/table.js'
import { mappedColumns, profileFields } from '../../module/host/profile/fields.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { chartRow, fieldValue, hostMap, hostRows, layOut, proposeInHost } from '../support/profiles.js'
import type { Fields, Page, Visitor } from '../support/visitor.js'
import { HTMX } from './portals.js'

const STAFF = '/staff/portal/profile-changes'

describe('The profile', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor
  let pid: number
  let record: string
  let ofMaria: { pid: string }

  before(async () => {
    practice = await openPractice()
    await practice.rule('user:dr.lee', 'portal:use', 'allow')
    maria = await practice.patientVisitor('maria')
    admin = await practice.staffVisitor('admin')
    pid = practice.patients.maria
    ofMaria = { pid: String(pid) }
    record = `/portal/records/${practice.records.maria}`
    const company = { attn: '', inactive: 0 }
    await practice.db.transaction(async (tx) => {
      await insertRow(tx, 'insurance_companies', { ...company, id: 41, name: 'Blue Harbor Health' })
      await insertRow(tx, 'insurance_companies', { ...company, id: 42, name: 'Green Valley Mutual' })
    })
  })
  after(() => practice.leave())

  beforeEach(() =>
    practice.db.transaction(async (tx) => {
      for (const table of ['onsite_portal_activity', 'foyer_profile_changes', 'foyer_letters', 'layout_options']) {
        await tx.change(`DELETE FROM ${table}`)
      }
      await tx.change(`DELETE FROM insurance_data`)
      await tx.change(
        `UPDATE patient_data SET street = '1 Old Road', city = 'New York', phone_cell = '', mname = '', sex = 'Female',
                email = 'maria.santos@example.org', email_direct = '', lname = 'Santos' WHERE pid = :pid`,
        { pid },
      )
    }),
  )

  const change = (column: string, value: string) =>
    practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET \`${column}\` = :value WHERE pid = :pid`, { value, pid }),
    )
  /** Opens the form and sends it, with what it asks for. */
  async function send(section: string, fields: Fields, who = maria, of = record): Promise<Page> {
    const path = `${of}/profile/${section}`
    const page = await who.get(path)
    return who.post(path, { seen: fieldValue(page.body, 'seen'), ...fields })
  }
  const propose = (fields: Fields) => send('edit/address', fields)
  const openId = async (of = pid) =>
    (await hostRows(practice.db, of)).find(({ status }) => status === 'waiting')?.id ?? 0
  /** Opens the page of a proposal and decides on what it shows. */
  async function decideAt(who: Visitor, path: string, fields: Fields): Promise<Page> {
    const { body } = await who.get(path)
    return who.post(`${path}/decision`, {
      pid: fieldValue(body, 'pid'),
      version: fieldValue(body, 'version'),
      ...fields,
    })
  }
  const decide = (who: Visitor, id: number, fields: Fields) => decideAt(who, `${STAFF}/${String(id)}`, fields)
  /** Of insurance, of which one waits at a time here. */
  const insuranceWaits = async () =>
    /href="([^"]*\/profile-changes\/insurance\/\d+)"/.exec((await admin.get(STAFF)).body)?.[1] ?? ''

  it('shows what the chart says, and what waits beside it, with a number that its sender can quote', async () => {
    expect((await maria.get(`${record}/profile`)).body)
      .to.contain('1 Old Road')
      .and.to.not.contain('Waiting for the practice')
    const sent = await propose({ street: '7 New Street', note: 'Moved in May' })
    expect(sent.status).to.equal(303)
    expect(sent.location).to.match(/\/profile\/changes\/\w{4}-\w{4}$/)
    const receipt = (await maria.follow(sent)).body
    expect(receipt).to.contain(sent.location?.slice(-9)).and.contain('7 New Street').and.contain('Moved in May')
    const { body } = await maria.get(`${record}/profile`)
    expect(body)
      .to.contain('1 Old Road')
      .and.contain('You proposed: 7 New Street')
      .and.contain('Waiting for the practice')
  })

  it('says at the field what is wrong, and keeps everything that was typed', async () => {
    const answer = await send('edit/contact', {
      phone_cell: '12',
      email: 'nobody',
      phone_home: '212 555 0100',
      note: 'Hm',
    })
    expect(answer.status).to.equal(422)
    expect(answer.body).to.match(/id="field-phone_cell-error"[^]*seven digits/)
    expect(answer.body).to.match(/id="field-email-error"[^]*name@example\.org/)
    for (const typed of ['value="12"', 'value="nobody"', 'value="212 555 0100"', '>Hm</textarea>']) {
      expect(answer.body).to.contain(typed)
    }
    expect(await hostRows(practice.db, pid)).to.deep.equal([])
  })

  it('takes nothing that the practice’s lists do not have, and nothing that it asks for and is missing', async () => {
    expect((await send('edit/who', { sex: 'Robot' })).status).to.equal(422)
    expect((await send('edit/who', { fname: ' ' })).status).to.equal(422)
    expect((await send('edit/who', { DOB: '2030-01-01' })).status).to.equal(422)
    expect((await send('edit/preferences', { hipaa_allowsms: '1' })).status).to.equal(422)
    expect((await propose({ city: 'x'.repeat(256) })).status).to.equal(422)
    await layOut(practice, 'mname', { uor: 2 })
    expect((await send('edit/who', { fname: 'Mia' })).status).to.equal(422)
    expect((await send('edit/who', { fname: 'Mia', mname: 'Luz' })).status).to.equal(303)
  })

  it('offers the practice’s providers and pharmacies by name, and writes the ids that the EMR keeps', async () => {
    // Nothing to choose from: nothing is asked.
    expect((await maria.get(`${record}/profile/edit/care`)).body).to.not.contain('name="pharmacy_id"')
    await practice.db.transaction(async (tx) => {
      await tx.change(`DELETE FROM pharmacies`)
      await tx.change(`DELETE FROM addresses`)
      await insertRow(tx, 'pharmacies', { id: 71, name: 'Corner Pharmacy' })
      await insertRow(tx, 'addresses', { id: 72, line1: '9 Elm Street', city: 'Boston', foreign_id: 71 })
      await insertRow(tx, 'pharmacies', { id: 73, name: 'Night Pharmacy' })
    })
    const { lee, marsh, nurse, osei } = practice.staff
    await change('providerID', String(lee))
    const form = (await maria.get(`${record}/profile/edit/care`)).body
    expect(form)
      .to.contain('Corner Pharmacy, 9 Elm Street, Boston')
      .and.contain('Kofi Osei')
      .and.contain('Night Pharmacy')
    expect(form).to.not.contain(`value="${String(nurse)}"`)
    expect((await send('edit/care', { providerID: String(nurse), pharmacy_id: '' })).status).to.equal(422)
    expect((await send('edit/care', { providerID: String(osei), pharmacy_id: '99' })).status).to.equal(422)

    expect((await send('edit/care', { providerID: String(osei), pharmacy_id: '71' })).status).to.equal(303)
    const ids = { providerID: String(osei), pharmacy_id: '71' }
    expect((await hostRows(practice.db, pid))[0]?.table_args).to.equal(await hostMap(practice.db, pid, ids))
    expect((await maria.get(`${record}/profile`)).body).to.contain(
      'You proposed: Corner Pharmacy, 9 Elm Street, Boston',
    )
    // Somebody gives her another provider meanwhile, who then leaves.
    await change('providerID', String(marsh))
    await practice.db.transaction((tx) => tx.change(`UPDATE users SET active = 0 WHERE id = :marsh`, { marsh }))
    const id = await openId()
    const page = (await admin.get(`${STAFF}/${String(id)}`)).body
    expect(page)
      .to.contain('Kofi Osei')
      .and.contain('Susan Lee')
      .and.match(/[A-Z]\w+ Marsh/)
    const undecided = await decide(admin, id, { all: '1', outcome_pharmacy_id: 'accept' })
    expect(undecided.status).to.equal(422)
    const choice = { outcome_providerID: 'refuse', outcome_pharmacy_id: 'accept', value_pharmacy_id: '73' }
    expect((await decide(admin, id, choice)).status).to.equal(303)
    expect(await chartRow(practice.db, pid)).to.include({ providerID: marsh, pharmacy_id: 73 })

    // Taken away, nobody is 0 in the EMR, and says nothing here.
    expect((await send('edit/care', { providerID: String(marsh), pharmacy_id: '' })).status).to.equal(303)
    await decide(admin, await openId(), { all: '1' })
    expect(await chartRow(practice.db, pid)).to.include({ providerID: marsh, pharmacy_id: 0 })
    expect((await maria.get(`${record}/profile/edit/care`)).body).to.not.contain('value="0"')
    // Who has left is known by name, and nobody can choose them.
    await change('providerID', String(lee))
    expect((await send('edit/care', { providerID: String(marsh), pharmacy_id: '' })).status).to.equal(422)
    await practice.db.transaction(async (tx) => {
      await tx.change(`UPDATE users SET active = 1 WHERE id = :marsh`, { marsh })
      await tx.change(`UPDATE patient_data SET providerID = :lee WHERE pid = :pid`, { lee, pid })
      await tx.change(`DELETE FROM pharmacies`)
    })
  })

  it('neither shows nor takes what the practice’s layout hides', async () => {
    await layOut(practice, 'street', { uor: 0 })
    await layOut(practice, 'city', { editOptions: 'AEP' })
    const shown = (await maria.get(`${record}/profile/edit/address`)).body
    expect(shown).to.not.contain('name="street"').and.to.not.contain('name="city"')
    expect(shown).to.contain('name="postal_code"')
    expect((await maria.get(`${record}/profile`)).body).to.not.contain('1 Old Road')
    await propose({ street: '7 New Street', city: 'Boston', postal_code: '02108' })
    const [row] = await hostRows(practice.db, pid)
    expect(row?.table_args).to.equal(await hostMap(practice.db, pid, { postal_code: '02108' }))
    const id = await openId()
    await decide(admin, id, { all: '1', outcome_street: 'accept', value_street: '7 New Street' })
    expect(await chartRow(practice.db, pid)).to.include({
      street: '1 Old Road',
      city: 'New York',
      postal_code: '02108',
    })
    await change('postal_code', '')
  })

  it('chooses from the list that the layout names', async () => {
    await practice.db.transaction((tx) =>
      insertRow(tx, 'list_options', {
        list_id: 'our_states',
        option_id: 'PR',
        title: 'Puerto Rico',
        seq: 1,
        notes: '',
        codes: '',
      }),
    )
    await layOut(practice, 'state', { list: 'our_states' })
    expect((await maria.get(`${record}/profile/edit/address`)).body).to.contain('Puerto Rico')
    expect((await propose({ state: 'NY' })).status).to.equal(422)
    expect((await propose({ state: 'PR' })).status).to.equal(303)
  })

  it('sent twenty times at once is one proposal', async () => {
    const path = `${record}/profile/edit/address`
    const page = await maria.get(path)
    const once = { _once: fieldValue(page.body, '_once'), seen: fieldValue(page.body, 'seen') }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => maria.post(path, { ...once, street: '7 New Street' })),
    )
    expect(new Set(answers.map(({ status, location }) => `${String(status)} ${location ?? ''}`)).size).to.equal(1)
    expect(answers[0]?.status).to.equal(303)
    expect(await hostRows(practice.db, pid)).to.have.lengthOf(1)
    const proposed = await practice.db.select(
      `SELECT id FROM foyer_audit WHERE event = 'profile.proposed' AND pid = :pid AND details LIKE :receipt`,
      {
        ...{ pid, receipt: `%${answers[0]?.location?.slice(-9) ?? ''}%` },
      },
    )
    expect(proposed).to.have.lengthOf(1)
    expect((await maria.post(path, { ...once, street: '8 New Street' })).status).to.equal(422)
  })

  it('does not undo what the practice changed while the form was open', async () => {
    const path = `${record}/profile/edit/address`
    const page = await maria.get(path)
    await change('city', 'Albany')
    await maria.post(path, { seen: fieldValue(page.body, 'seen'), street: '7 New Street', city: 'New York', state: '' })
    const [row] = await hostRows(practice.db, pid)
    expect(row?.table_args).to.equal(await hostMap(practice.db, pid, { street: '7 New Street' }))
  })

  it('of a chart that was changed meanwhile shows staff three values, and is not written without a choice', async () => {
    await propose({ street: '7 New Street', city: 'Boston' })
    const id = await openId()
    await change('street', '3 Staff Street')
    const { body } = await admin.get(`${STAFF}/${String(id)}`)
    const card = /data-field="street"[^]*?<\/section>/.exec(body)?.[0] ?? ''
    expect(card)
      .to.contain('Changed on both sides')
      .and.contain('3 Staff Street')
      .and.contain('1 Old Road')
      .and.contain('7 New Street')
    expect(card).to.not.contain('checked')
    const version = fieldValue(body, 'version')
    const all = await admin.post(`${STAFF}/${String(id)}/decision`, {
      ...ofMaria,
      version,
      all: '1',
      note_city: 'A long note',
    })
    expect(all.status).to.equal(422)
    expect(all.body).to.contain('choose whether to accept').and.contain('A long note')
    expect(await chartRow(practice.db, pid)).to.include({ street: '3 Staff Street', city: 'New York' })
    const chosen = {
      ...ofMaria,
      version,
      outcome_street: 'refuse',
      outcome_city: 'accept',
      note_street: 'We have it from your letter',
    }
    expect((await admin.post(`${STAFF}/${String(id)}/decision`, chosen)).status).to.equal(303)
    expect(await chartRow(practice.db, pid)).to.include({ street: '3 Staff Street', city: 'Boston' })
    const told = await maria.get(`${record}/profile`)
    const receipt = /changes\/(\w{4}-\w{4})/.exec(told.body)?.[1] ?? ''
    const answer = (await maria.get(`${record}/profile/changes/${receipt}`)).body
    expect(answer).to.contain('Partly accepted').and.contain('We have it from your letter').and.contain('Boston')
  })

  it('is decided on what the page showed: another chart or another proposal is 409, and what was typed is kept', async () => {
    await propose({ street: '7 New Street' })
    const id = await openId()
    const version = fieldValue((await admin.get(`${STAFF}/${String(id)}`)).body, 'version')
    await propose({ street: '8 New Street' })
    const late = { ...ofMaria, version, outcome_street: 'accept', value_street: '7 New Street', note_street: 'Welcome' }
    const answer = await admin.post(`${STAFF}/${String(id)}/decision`, late)
    expect(answer.status).to.equal(409)
    expect(answer.body).to.contain('8 New Street').and.contain('Welcome')
    expect(await chartRow(practice.db, pid)).to.include({ street: '1 Old Road' })
  })

  it('is not decided by what does not say whose it is and what was shown: 409 with words, and nothing is written', async () => {
    await propose({ street: '7 New Street' })
    const path = `${STAFF}/${String(await openId())}`
    const version = fieldValue((await admin.get(path)).body, 'version')
    const accepted = { outcome_street: 'accept', note_street: 'Welcome' }
    for (const partly of [{}, ofMaria, { version }, { version, pid: 'x' }]) {
      const answer = await admin.post(`${path}/decision`, { ...partly, ...accepted })
      expect(answer.status, JSON.stringify(partly)).to.equal(409)
      expect(answer.body).to.contain('Nothing was changed').and.contain('Welcome')
    }
    expect(await chartRow(practice.db, pid)).to.include({ street: '1 Old Road' })
    expect((await admin.post(`${path}/decision`, { ...ofMaria, version, ...accepted })).status).to.equal(303)
  })

  it('is mended before it is accepted, and only to what can stand in a chart', async () => {
    await send('edit/contact', { phone_cell: '2125550101' })
    const id = await openId()
    expect((await decide(admin, id, { outcome_phone_cell: 'accept', value_phone_cell: '12' })).status).to.equal(422)
    expect(
      (await decide(admin, id, { outcome_phone_cell: 'accept', value_phone_cell: '(212) 555-0101' })).status,
    ).to.equal(303)
    expect(await chartRow(practice.db, pid)).to.include({ phone_cell: '(212) 555-0101' })
  })

  it('decided by two of the staff at once is decided once: one 303, one 409 that names the other', async () => {
    const lee = await practice.staffVisitor('lee')
    for (let round = 0; round < 4; round += 1) {
      await propose({ street: `${String(round)} New Street` })
      const id = await openId()
      const path = `${STAFF}/${String(id)}`
      const pages = [await admin.get(path), await lee.get(path)]
      const version = fieldValue(pages[0]?.body ?? '', 'version')
      const [first, second] = await Promise.all([
        admin.post(`${path}/decision`, { ...ofMaria, version, all: '1' }),
        lee.post(`${path}/decision`, { ...ofMaria, version, outcome_street: 'refuse' }),
      ])
      expect([first.status, second.status].sort()).to.deep.equal([303, 409])
      const lost = first.status === 409 ? first : second
      expect(lost.body).to.contain(first.status === 409 ? 'dr.lee' : 'admin')
      const won = first.status === 303 ? `${String(round)} New Street` : '1 Old Road'
      expect(await chartRow(practice.db, pid)).to.include({ street: won })
      await change('street', '1 Old Road')
    }
  })

  it('is somebody’s while they are at it, is handed over, and only to who may', async () => {
    await propose({ street: '7 New Street' })
    const path = `${STAFF}/${String(await openId())}`
    const lee = await practice.staffVisitor('lee')
    expect((await lee.post(`${path}/claim`, {}, { from: path })).status).to.equal(303)
    expect((await decide(admin, await openId(), { all: '1' })).status).to.equal(409)
    expect((await admin.post(`${path}/claim`, {})).status).to.equal(409)
    const inPlace = await admin.post(`${path}/claim`, {}, { headers: HTMX })
    expect(inPlace.status).to.equal(409)
    expect(inPlace.body).to.contain('has been at it since')
    expect((await lee.post(`${path}/claim`, { to: 'front' })).status).to.equal(422)
    expect((await lee.post(`${path}/claim`, { to: 'admin' })).status).to.equal(303)
    expect((await admin.get(`${STAFF}?view=mine`)).body).to.contain('Santos')
    expect((await decide(admin, await openId(), { all: '1' })).status).to.equal(303)
  })

  it('waits in a list as long as its count says, those from the host’s own portal too', async () => {
    await propose({ street: '7 New Street' })
    await proposeInHost(practice, practice.patients.john, { city: 'Rome' })
    await send('insurance/primary', { company: 'Blue Harbor Health', policy_number: 'B-1' })
    const page = await admin.get(STAFF)
    expect(page.body.match(/data-test="profile-change"/g)).to.have.lengthOf(3)
    expect(page.body).to.contain('From the EMR’s own portal').and.contain('Primary insurance')
    expect(page.body).to.match(/count-profileChanges[^]{0,40}class="count">3</)
    const rows = await admin.get(`${STAFF}/waiting`, HTMX)
    expect(rows.body).to.match(/hx-swap-oob="outerHTML:\.count-profileChanges"[^]{0,40}class="count">3</)
    const panel = await admin.get(`/staff/portal/patients/${String(pid)}/profile-changes`, HTMX)
    expect(panel.body).to.contain('Street and number').and.to.not.contain('Rome')
  })

  it('of another patient is not there, and a form about another patient changes nothing', async () => {
    const john = await practice.patientVisitor('john')
    const sent = await propose({ street: '7 New Street' })
    const receipt = sent.location?.slice(-9) ?? ''
    expect((await maria.get(`${record}/profile/changes/${receipt}`)).status).to.equal(200)
    const johns = `/portal/records/${practice.records.john}`
    expect((await john.get(`${johns}/profile/changes/${receipt}`)).status).to.equal(404)
    expect((await john.get(`${record}/profile`)).status).to.equal(404)
    expect(
      (await john.post(`${johns}/profile/changes/${receipt}/withdrawal`, {}, { from: `${johns}/profile` })).status,
    ).to.equal(404)
    const id = await openId()
    const other = String(practice.patients.john)
    expect((await decide(admin, id, { pid: other, all: '1' })).status).to.equal(404)
    expect(await chartRow(practice.db, pid)).to.include({ street: '1 Old Road' })
    expect((await decide(admin, id, { pid: String(pid), all: '1' })).status).to.equal(303)
  })

  it('changes in the chart only what may be proposed and was accepted, whatever is posted', async () => {
    const random = generator(20261123)
    const forbidden = mappedColumns.filter((column) => !profileFields.some((field) => field.column === column))
    for (let round = 0; round < 25; round += 1) {
      const before = await charts()
      const fields: Record<string, string> = {}
      for (const column of mappedColumns) if (random() < 0.5) fields[column] = `${column.slice(0, 3)}${String(round)}`
      for (const name of [
        'pid',
        'patient_id',
        'patientId',
        'record',
        'recid',
        'id',
        'type',
        'status_id',
        'state_id',
        'activity',
      ]) {
        if (random() < 0.5) fields[name] = String(practice.patients.john)
      }
      for (const section of ['who', 'contact', 'address', 'emergency', 'preferences']) {
        const query = `?pid=${String(practice.patients.john)}&patient_id=${String(practice.patients.john)}`
        const path = `${record}/profile/edit/${section}`
        const page = await maria.get(path)
        const valid = { ...fields, ...(random() < 0.7 ? fits(section, round) : {}) }
        await maria.post(
          `${path}${query}`,
          { ...valid, seen: fieldValue(page.body, 'seen') },
          { headers: { 'X-Patient-Id': '4' } },
        )
      }
      expect(await charts(), 'nobody’s chart before a decision').to.deep.equal(before)
      const rows = await practice.db.select<{ patient_id: number }>(
        `SELECT DISTINCT patient_id FROM onsite_portal_activity`,
      )
      expect(rows.map(({ patient_id }) => patient_id).filter((each) => each !== pid)).to.deep.equal([])
      const id = await openId()
      if (id === 0) continue
      const proposed = [...(await hostRows(practice.db, pid))].find((row) => row.id === id)?.table_args ?? ''
      const kept = await chartRow(practice.db, pid)
      for (const column of forbidden) {
        const said = new RegExp(`"${column}";(?:N|s:\\d+:"([^"]*)")`).exec(proposed)?.[1] ?? ''
        expect(said, `${column} in the map`).to.equal(String(kept[column] ?? ''))
      }
      const decision: Record<string, string> = { ...fields, all: random() < 0.5 ? '1' : '' }
      for (const column of mappedColumns) {
        decision[`outcome_${column}`] = random() < 0.5 ? 'accept' : 'refuse'
        if (forbidden.includes(column)) decision[`value_${column}`] = 'Zq7'
      }
      decision['pid'] = String(pid)
      expect((await decide(admin, id, decision)).status).to.equal(303)
      const after = await charts()
      for (const [of, row] of after) {
        const was = before.get(of) ?? {}
        const differ = Object.keys(row).filter((column) => row[column] !== was[column] && column !== 'last_updated')
        if (of !== pid) expect(differ, `chart ${String(of)}`).to.deep.equal([])
        expect(differ.filter((column) => forbidden.includes(column) || !mappedColumns.includes(column))).to.deep.equal(
          [],
        )
        expect(
          differ.filter((column) => decision[`outcome_${column}`] !== 'accept' && decision['all'] !== '1'),
        ).to.deep.equal([])
      }
    }
  })

  async function charts(): Promise<Map<number, Record<string, unknown>>> {
    const rows = await practice.db.select<Record<string, unknown>>(`SELECT * FROM patient_data ORDER BY pid`)
    return new Map(rows.map(({ last_updated: _at, uuid: _uuid, ...row }) => [Number(row['pid']), row]))
  }

  it('of insurance is Foyer’s own, and goes into the chart with the company that staff choose', async () => {
    const sent = await send('insurance/primary', {
      company: 'blue harbor health',
      policy_number: 'B-100',
      date: '2026-01-01',
    })
    expect(sent.status).to.equal(303)
    expect(await practice.db.select(`SELECT id FROM insurance_data`)).to.deep.equal([])
    expect((await maria.get(`${record}/profile`)).body).to.contain('B-100')
    const path = /href="([^"]*\/profile-changes\/insurance\/\d+)"/.exec((await admin.get(STAFF)).body)?.[1] ?? ''
    const page = await admin.get(path)
    expect(page.body).to.match(/value="41" selected/)
    const version = fieldValue(page.body, 'version')
    expect((await admin.post(`${path}/decision`, { ...ofMaria, version, all: '1' })).status).to.equal(422)
    expect((await admin.post(`${path}/decision`, { ...ofMaria, version, all: '1', companyId: '43' })).status).to.equal(
      422,
    )
    expect((await admin.post(`${path}/decision`, { ...ofMaria, version, all: '1', companyId: '41' })).status).to.equal(
      303,
    )
    const rows = () =>
      practice.db.select(`SELECT pid, type, provider, policy_number, date FROM insurance_data ORDER BY date`)
    const first = { pid, type: 'primary', provider: '41', policy_number: 'B-100', date: '2026-01-01' }
    expect(await rows()).to.deep.equal([first])
    // Another number of the same insurance is written into its row; another first day makes another row.
    await send('insurance/primary', { policy_number: 'B-200' })
    const next = /href="([^"]*\/profile-changes\/insurance\/\d+)"/.exec((await admin.get(STAFF)).body)?.[1] ?? ''
    await decideAt(admin, next, { all: '1' })
    expect(await rows()).to.deep.equal([{ ...first, policy_number: 'B-200' }])
    // The new one has what the portal never showed; another subscriber's are not taken for theirs.
    const more = { copay: '15', subscriber_mname: 'Q', subscriber_ss: '123', subscriber_employer: 'Bakery' }
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE insurance_data SET copay = :copay, subscriber_mname = :subscriber_mname, subscriber_ss = :subscriber_ss,
                subscriber_employer = :subscriber_employer, date_end = '2026-12-31'`,
        more,
      ),
    )
    const unseen = (day: string) =>
      practice.db.first(
        `SELECT copay, subscriber_mname, subscriber_ss, subscriber_employer, date_end FROM insurance_data WHERE date = :day`,
        { day },
      )
    await send('insurance/primary', { date: '2026-06-01' })
    const last = /href="([^"]*\/profile-changes\/insurance\/\d+)"/.exec((await admin.get(STAFF)).body)?.[1] ?? ''
    await decideAt(admin, last, { all: '1' })
    expect(await unseen('2026-06-01')).to.deep.equal({ ...more, date_end: null })
    const second = { ...first, policy_number: 'B-200', date: '2026-06-01' }
    expect(await rows()).to.deep.equal([{ ...first, policy_number: 'B-200' }, second])
    await send('insurance/primary', { date: '2026-07-01', subscriber_fname: 'Rosa' })
    const other = /href="([^"]*\/profile-changes\/insurance\/\d+)"/.exec((await admin.get(STAFF)).body)?.[1] ?? ''
    await decideAt(admin, other, { all: '1' })
    expect(await unseen('2026-07-01')).to.deep.equal({
      ...{ copay: '15', subscriber_mname: null, subscriber_ss: null, subscriber_employer: null, date_end: null },
    })
    await practice.global('show_insurance_in_profile', '0')
    expect((await maria.get(`${record}/profile/insurance/primary`)).status).to.equal(404)
    await practice.global('show_insurance_in_profile', '1')
    expect((await maria.get(`${record}/profile/insurance/fourth`)).status).to.equal(404)
  })

  describe('of insurance', () => {
    const BLUE = { provider: '41', plan_name: '', policy_number: 'B-1' }
    const GREEN = { provider: '42', plan_name: '', policy_number: 'G-9' }
    const insured = (date: string | null, more: Record<string, string | null>, type = 'primary') =>
      practice.db.transaction((tx) =>
        insertRow(tx, 'insurance_data', { pid, type, date, accept_assignment: 'TRUE', policy_type: '', ...more }),
      )
    const rows = () =>
      practice.db.select<Record<string, string | null>>(
        `SELECT date, provider, policy_number FROM insurance_data WHERE pid = :pid AND type = 'primary' ORDER BY date, id`,
        { pid },
      )
    const shown = async () =>
      /aria-labelledby="insurance-primary"[^]*?<\/section>/.exec((await maria.get(`${record}/profile`)).body)?.[0] ?? ''

    it('with an earlier first day corrects the row that runs, says so, and does not hide behind it', async () => {
      await insured('2026-03-01', BLUE)
      await send('insurance/primary', { date: '2026-01-01' })
      const path = await insuranceWaits()
      expect((await admin.get(path)).body).to.match(/data-test="about-insurance"[^]*corrects the first day/)
      expect((await decideAt(admin, path, { all: '1' })).status).to.equal(303)
      expect(await rows()).to.deep.equal([{ date: '2026-01-01', provider: '41', policy_number: 'B-1' }])
    })

    it('does not end before it begins, whoever writes its days', async () => {
      await insured('2026-03-01', BLUE)
      const sent = await send('insurance/primary', { date_end: '2026-02-28' })
      expect(sent.status).to.equal(422)
      expect(sent.body).to.contain('It would end before it begins').and.to.contain('value="2026-02-28"')
      await send('insurance/primary', { date_end: '2026-12-31' })
      const path = await insuranceWaits()
      const mended = { outcome_date_end: 'accept', value_date_end: '2026-02-28' }
      const answer = await decideAt(admin, path, mended)
      expect(answer.status).to.equal(422)
      expect(answer.body).to.contain('It would end before it begins')
      expect((await decideAt(admin, path, { all: '1' })).status).to.equal(303)
      // What begins once that has ended is another one.
      expect((await send('insurance/primary', { date: '2027-01-01' })).status).to.equal(303)
      expect((await decideAt(admin, await insuranceWaits(), { all: '1' })).status).to.equal(303)
      expect((await rows()).map(({ date }) => date)).to.deep.equal(['2026-03-01', '2027-01-01'])
    })

    it('does not begin after the end that the chart says, nor today with an end that is over', async () => {
      await insured(null, { ...BLUE, date_end: '2026-12-31' })
      await send('insurance/primary', { date: '2027-01-15' })
      const path = await insuranceWaits()
      const late = await decideAt(admin, path, { all: '1' })
      expect(late.status).to.equal(422)
      expect(late.body).to.contain('It would end before it begins')
      expect((await decideAt(admin, path, { outcome_date: 'accept', value_date: '2026-01-01' })).status).to.equal(303)
      await practice.db.transaction((tx) => tx.change(`DELETE FROM insurance_data WHERE pid = :pid`, { pid }))
      const anew = { company: 'blue harbor health', policy_number: 'B-1', date_end: '2026-10-31' }
      const sent = await send('insurance/primary', anew)
      expect(sent.status, sent.body).to.equal(303)
      const over = await decideAt(admin, await insuranceWaits(), { all: '1', companyId: '41' })
      expect(over.status).to.equal(422)
      expect(over.body).to.contain('It would end before it begins')
    })

    it('whose first day the chart does not say gets one, in its own row', async () => {
      await insured(null, BLUE)
      await send('insurance/primary', { date: '2026-01-01' })
      expect((await decideAt(admin, await insuranceWaits(), { all: '1' })).status).to.equal(303)
      expect(await rows()).to.deep.equal([{ date: '2026-01-01', provider: '41', policy_number: 'B-1' }])
    })

    it('is not moved onto the day of another one, which stays as it was', async () => {
      await insured('2025-01-01', GREEN)
      await insured('2026-03-01', BLUE)
      const before = await rows()
      await send('insurance/primary', { date: '2025-01-01' })
      const path = await insuranceWaits()
      const answer = await decideAt(admin, path, { all: '1' })
      expect(answer.status).to.equal(422)
      expect(answer.body).to.contain('another insurance of this kind from that day')
      expect(await rows()).to.deep.equal(before)
      const mended = { outcome_date: 'accept', value_date: '2026-02-01' }
      expect((await decideAt(admin, path, mended)).status).to.equal(303)
      expect((await rows()).map(({ date, provider }) => [date, provider])).to.deep.equal([
        ['2025-01-01', '42'],
        ['2026-02-01', '41'],
      ])
    })

    it('keeps the first day that the chart has: it is corrected, not emptied', async () => {
      await insured('2026-03-01', BLUE)
      const answer = await send('insurance/primary', { date: '', policy_number: 'B-2' })
      expect(answer.status).to.equal(422)
      expect(answer.body).to.contain('id="field-date-error"').and.contain('value="B-2"')
      await send('insurance/primary', { date: '2026-01-01' })
      const path = await insuranceWaits()
      expect((await decideAt(admin, path, { outcome_date: 'accept', value_date: '' })).status).to.equal(422)
      expect((await rows()).map(({ date }) => date)).to.deep.equal(['2026-03-01'])
    })

    it('is that which has begun; one that comes stands beside it and takes nothing from it', async () => {
      await insured('2026-03-01', BLUE)
      await insured('2027-01-01', GREEN)
      const card = await shown()
      expect(card.split('data-test="coming"')[0]).to.contain('B-1').and.not.contain('G-9')
      expect(card.split('data-test="coming"')[1]).to.contain('Begins on 1 Jan 2027').and.contain('G-9')
      await send('insurance/primary', { policy_number: 'B-2' })
      expect((await decideAt(admin, await insuranceWaits(), { all: '1' })).status).to.equal(303)
      expect((await rows()).map(({ policy_number: number }) => number)).to.deep.equal(['B-2', 'G-9'])

      // By its first day the coming one is meant: what the practice wrote there is a conflict, and is not written over.
      await send('insurance/primary', { date: '2027-01-01', policy_number: 'G-10' })
      const path = await insuranceWaits()
      expect((await admin.get(path)).body)
        .to.contain('begins on 1 Jan 2027')
        .and.match(/data-field="policy_number" data-standing="conflict"/)
      expect((await decideAt(admin, path, { all: '1' })).status).to.equal(422)
      expect((await decideAt(admin, path, { outcome_policy_number: 'accept' })).status).to.equal(303)
      expect((await rows()).map(({ policy_number: number }) => number)).to.deep.equal(['B-2', 'G-10'])
    })

    it('that comes is the one where none has begun, and says when it begins', async () => {
      await insured('2027-01-01', GREEN)
      expect(await shown())
        .to.contain('Begins on 1 Jan 2027')
        .and.contain('G-9')
        .and.contain('Propose a change')
    })

    it('is found behind any number of rows that say nothing, and none that is over', async () => {
      await insured('2025-01-01', { ...GREEN, policy_number: 'OLD', date_end: '2025-12-31' })
      await insured('2024-01-01', BLUE)
      await practice.db.transaction(async (tx) => {
        for (let day = 1; day <= 60; day += 1) {
          const date = `2026-0${String(1 + (day % 9))}-${String(1 + Math.floor(day / 9)).padStart(2, '0')}`
          const blank = { pid, type: 'primary', date, provider: '', accept_assignment: 'TRUE', policy_type: '' }
          await insertRow(tx, 'insurance_data', blank)
        }
      })
      expect(await shown())
        .to.contain('B-1')
        .and.not.contain('OLD')
    })

    it('of another subscriber keeps all that stood on the form, the birth date too, and nothing else of the first', async () => {
      const carlos = { subscriber_fname: 'Carlos', subscriber_lname: 'Santos', subscriber_relationship: 'spouse' }
      const unseen = { subscriber_ss: '123', subscriber_employer: 'Bakery' }
      await insured('2026-03-01', { ...BLUE, ...carlos, ...unseen, subscriber_DOB: '1985-05-05' })
      await send('insurance/primary', { date: '2026-06-01', subscriber_fname: 'Rosa' })
      expect((await decideAt(admin, await insuranceWaits(), { all: '1' })).status).to.equal(303)
      const row = (date: string) =>
        practice.db.first(
          `SELECT subscriber_fname, subscriber_lname, subscriber_DOB, subscriber_ss, subscriber_employer
             FROM insurance_data WHERE pid = :pid AND date = :date`,
          { date, pid },
        )
      const kept = { subscriber_fname: 'Rosa', subscriber_lname: 'Santos', subscriber_DOB: '1985-05-05' }
      expect(await row('2026-06-01')).to.deep.equal({ ...kept, subscriber_ss: null, subscriber_employer: null })
      await send('insurance/primary', { date: '2026-07-01', subscriber_fname: 'Ana', subscriber_DOB: '1990-09-09' })
      expect((await decideAt(admin, await insuranceWaits(), { all: '1' })).status).to.equal(303)
      expect(await row('2026-07-01')).to.include({ subscriber_fname: 'Ana', subscriber_DOB: '1990-09-09' })
    })
  })

  it('with another e-mail leaves the account’s own, says so, and tells the address that was trusted', async () => {
    await send('edit/contact', { email: 'maria.new@example.org' })
    const id = await openId()
    expect((await admin.get(`${STAFF}/${String(id)}`)).body).to.contain('data-test="address"')
    const account = () =>
      practice.db.first(`SELECT email FROM foyer_accounts WHERE id = :id`, { id: practice.accounts.maria })
    const before = await account()
    await decide(admin, id, { all: '1' })
    expect(await account()).to.deep.equal(before)
    const letters = await practice.db.select(`SELECT kind, recipient FROM foyer_letters ORDER BY id`)
    expect(letters).to.deep.equal([
      { kind: 'profile.decided', recipient: 'maria.santos@example.org' },
      { kind: 'profile.address-changed', recipient: 'maria.santos@example.org' },
    ])
  })

  it('without a chart shows what the account said, and has nothing to propose', async () => {
    const own = `/portal/records/${practice.records.ownOfMaria}`
    const page = await maria.get(`${own}/profile`)
    expect(page.status).to.equal(200)
    expect(page.body).to.contain('Your details').and.to.not.contain('Propose a change')
    expect((await maria.get(`${own}/profile/edit/address`)).status).to.equal(404)
  })

  it('is a guardian’s to propose for a child, in the child’s record', async () => {
    const leos = `/portal/records/${practice.records.leo}`
    expect((await send('edit/address', { city: 'Boston' }, maria, leos)).status).to.equal(303)
    expect(await hostRows(practice.db, pid)).to.deep.equal([])
    const id = await openId(practice.patients.leo)
    const { body } = await admin.get(`${STAFF}/${String(id)}`)
    expect(body).to.contain('Santos, Leo').and.contain('maria.santos, their mother')
  })
})

/** What fits a section's fields, so that rounds are not all refused. */
function fits(section: string, round: number): Record<string, string> {
  const phone = `212 555 ${String(1000 + round)}`
  const all: Record<string, Record<string, string>> = {
    who: {
      fname: 'Maria',
      lname: 'Santos',
      DOB: '1986-04-02',
      sex: 'Female',
      title: '',
      status: 'single',
      language: '',
      occupation: `Cook ${String(round)}`,
    },
    contact: {
      phone_home: phone,
      phone_cell: phone,
      phone_biz: '',
      email: 'maria.santos@example.org',
      email_direct: '',
    },
    address: { street: `${String(round)} Any Street` },
    emergency: { phone_contact: phone },
    preferences: Object.fromEntries(
      profileFields.flatMap(({ column, kind }) => (kind === 'yesno' ? [[column, round % 2 === 0 ? 'YES' : 'NO']] : [])),
    ),
  }
  return all[section] ?? {}
}

/** The same numbers each time: a round that fails can be looked at again. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
