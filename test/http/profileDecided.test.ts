/** Proposed changes as staff have them in their browsers: what is shown, who decides, and what never changes. */
import { expect } from 'chai'
import { mappedColumns, profileFields } from '../../module/host/profile/fields.js'
import type { TestPractice } from '../support/practice.js'
import { chartRow, fieldValue, hostRows, proposeInHost } from '../support/profiles.js'
import type { Fields, Page, Visitor } from '../support/visitor.js'
import { HTMX } from './portals.js'
import { openProfileDesk, STAFF, type ProfileDesk } from './profileDesk.js'

describe('A proposed change of a profile, at the desk,', function () {
  this.timeout(120_000)
  let desk: ProfileDesk
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor
  let pid: number
  let record: string
  let ofMaria: ProfileDesk['ofMaria']
  let change: ProfileDesk['change']
  let send: ProfileDesk['send']
  let openId: ProfileDesk['openId']
  let decideAt: ProfileDesk['decideAt']

  before(async () => {
    desk = await openProfileDesk()
    ;({ practice, maria, admin, pid, record, ofMaria, change, send, openId, decideAt } = desk)
  })
  after(() => practice.leave())
  beforeEach(() => desk.clean())

  const propose = (fields: Fields) => send('edit/address', fields)
  const decide = (who: Visitor, id: number, fields: Fields) => decideAt(who, `${STAFF}/${String(id)}`, fields)

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

  it('of which staff refuse a field is accepted in all others, and the button says so', async () => {
    await propose({ street: '7 New Street', city: 'Boston' })
    const id = await openId()
    const path = `${STAFF}/${String(id)}`
    const { body } = await admin.get(path)
    expect(body).to.contain('Accept all that is open').and.contain('What you refused above stays refused.')
    const chosen = {
      ...ofMaria,
      version: fieldValue(body, 'version'),
      outcome_street: 'refuse',
      outcome_city: 'accept',
    }
    const again = await admin.post(`${path}/decision`, { ...chosen, all: '1', note_city: 'x'.repeat(501) })
    expect(again.status).to.equal(422)
    expect(again.body).to.contain('Accept all others').and.not.contain('Accept all that is open')
    const all = await admin.post(`${path}/decision`, { ...chosen, all: '1', note_street: 'It is another street' })
    expect(all.status).to.equal(303)
    expect(await chartRow(practice.db, pid)).to.include({ street: '1 Old Road', city: 'Boston' })
  })

  it('of which there are many is found page by page in both directions, the longest wait first', async () => {
    await propose({ street: '7 New Street' })
    const template = await openId()
    await practice.db.transaction(async (tx) => {
      const columns = await tx.select<{ name: string }>(
        `SELECT column_name AS name FROM information_schema.columns
          WHERE table_schema = DATABASE() AND table_name = 'onsite_portal_activity' AND column_name NOT IN ('id', 'date')`,
      )
      const names = columns.map(({ name }) => `\`${name}\``).join(', ')
      for (let at = 1; at <= 60; at += 1) {
        await tx.change(
          `INSERT INTO onsite_portal_activity (date, ${names})
           SELECT TIMESTAMPADD(MINUTE, -:at, date), ${names} FROM onsite_portal_activity WHERE id = :template`,
          { at: at - (at % 2), template },
        )
      }
    })
    const shown = (page: Page) => [...page.body.matchAll(/data-id="profile-(\d+)"/g)].map(([, id]) => Number(id))
    const hrefOf = ({ body }: Page, rel: 'next' | 'prev') =>
      (new RegExp(`href="([^"]*)" rel="${rel}"`).exec(body)?.[1] ?? '').replaceAll('&amp;', '&')
    const first = await admin.get(STAFF)
    expect(first.body).to.include('50 on this page, more wait after these')
    // Time goes on while somebody looks through them.
    practice.clock.set('2026-11-23T08:00:01')
    const second = await admin.get(hrefOf(first, 'next'))
    const rows = await hostRows(practice.db, pid)
    expect([shown(first).length, shown(second).length]).to.deep.equal([50, 11])
    expect([...shown(first), ...shown(second)].toSorted((one, other) => one - other)).to.deep.equal(
      rows.map(({ id }) => id).toSorted((one, other) => one - other),
    )
    // The first copy is of the same second.
    expect([shown(second).slice(-2), hrefOf(second, 'next')]).to.deep.equal([[template, template + 1], ''])
    const back = await admin.get(hrefOf(second, 'prev'))
    expect([shown(back), hrefOf(back, 'prev')]).to.deep.equal([shown(first), ''])
    // A page whose rows were all decided meanwhile begins anew.
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE onsite_portal_activity SET status = 'closed', pending_action = 'completed' WHERE id IN (:gone)`,
        {
          gone: shown(second),
        },
      ),
    )
    expect(shown(await admin.get(hrefOf(first, 'next')))).to.deep.equal(shown(first))
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('from the host’s own portal, with a chart that is newer, takes a choice for each field, and keeps the practice’s', async () => {
    await change('phone_home', '212 555 0100')
    const id = await proposeInHost(practice, pid, { city: 'Boston' })
    const path = `${STAFF}/${String(id)}`
    const fieldCard = async (column: string) =>
      new RegExp(`data-field="${column}"[^]*?</section>`).exec((await admin.get(path)).body)?.[0] ?? ''
    expect(await fieldCard('city')).to.contain('checked')
    await change('phone_home', '212 555 0199')
    // The form has what waits in it already, and sends it once more.
    const again = () => propose({ street: '7 New Street', city: 'Boston' })
    for (const more of [() => Promise.resolve(), again]) {
      await more()
      expect((await admin.get(path)).body).to.match(/Sent<\/dt><dd[^>]*>(?:Mon 23 Nov, )?\d\d:\d\d</)
      for (const column of ['city', 'phone_home']) {
        expect(await fieldCard(column))
          .to.contain('Maybe older than the chart')
          .and.to.not.contain('checked')
      }
      expect((await decide(admin, id, { all: '1' })).status).to.equal(422)
      expect((await admin.get(path)).body.includes('name="all"'), 'only where something is open').to.equal(
        more === again,
      )
      expect(await chartRow(practice.db, pid)).to.include({ phone_home: '212 555 0199', city: 'New York' })
    }
    expect(await fieldCard('street'), 'of what was proposed here it is known').to.contain('checked')
    const chosen = { outcome_city: 'accept', outcome_phone_home: 'refuse', outcome_street: 'accept' }
    expect((await decide(admin, id, chosen)).status).to.equal(303)
    const kept = { phone_home: '212 555 0199', city: 'Boston', street: '7 New Street' }
    expect(await chartRow(practice.db, pid)).to.include(kept)
  })

  it('from the host’s own portal names what is not decided here, also after more was proposed, and the trail does', async () => {
    const id = await proposeInHost(practice, pid, { city: 'Boston', referrer: 'Dr. Hill', ss: '123456789' })
    const path = `${STAFF}/${String(id)}`
    for (const more of [() => Promise.resolve(), () => propose({ street: '7 New Street', city: 'Boston' })]) {
      await more()
      const { body } = await admin.get(path)
      expect(body).to.contain('Sent as well, and not decided here').and.contain('Dr. Hill').and.contain('…6789')
      expect(body).to.not.contain('123456789')
    }
    expect((await decide(admin, id, { all: '1' })).status).to.equal(303)
    expect(await chartRow(practice.db, pid)).to.include({ referrer: '', city: 'Boston', street: '7 New Street' })
    const told = await practice.db.first<{ details: object }>(
      `SELECT details FROM foyer_audit WHERE event = 'profile.decided' ORDER BY id DESC LIMIT 1`,
    )
    expect(told?.details).to.include({ left: 'ss referrer' })
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
