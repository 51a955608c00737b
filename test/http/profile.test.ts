/** The profile as patients have it in their browsers: what is shown, what is refused, and what they propose. */
import { expect } from 'chai'
import { insertRow } from '../../module/host/site/table.js'
import type { TestPractice } from '../support/practice.js'
import { chartRow, fieldValue, hostMap, hostRows, layOut } from '../support/profiles.js'
import type { Fields, Visitor } from '../support/visitor.js'
import { withoutChart } from '../support/withoutChart.js'
import { openProfileDesk, STAFF, type ProfileDesk } from './profileDesk.js'

describe('The profile', function () {
  this.timeout(120_000)
  let desk: ProfileDesk
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor
  let pid: number
  let record: string
  let change: ProfileDesk['change']
  let send: ProfileDesk['send']
  let openId: ProfileDesk['openId']
  let decideAt: ProfileDesk['decideAt']

  before(async () => {
    desk = await openProfileDesk()
    ;({ practice, maria, admin, pid, record, change, send, openId, decideAt } = desk)
  })
  after(() => practice.leave())
  beforeEach(() => desk.clean())

  const propose = (fields: Fields) => send('edit/address', fields)
  const decide = (who: Visitor, id: number, fields: Fields) => decideAt(who, `${STAFF}/${String(id)}`, fields)

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
    await withoutChart(practice, 'maria', async () => {
      const page = await maria.get(`${own}/profile`)
      expect(page.status).to.equal(200)
      expect(page.body).to.contain('Your details').and.to.not.contain('Propose a change')
      expect((await maria.get(`${own}/profile/edit/address`)).status).to.equal(404)
    })
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
