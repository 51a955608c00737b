/** One person at two devices, each signed in by itself: nothing that they type is lost, they are told, and reach both texts. */
import { expect } from 'chai'
import { withdrawForm } from '../../module/access/formAssignments.js'
import { ask, INTAKE, keepForm, nurse } from '../support/forms.js'
import { enough, hiddenOf as documentFields, pathOf, sendAs } from '../support/filling.js'
import type { TestPractice } from '../support/practice.js'
import type { Fields, Page, Visitor } from '../support/visitor.js'
import { openFilling, valueOf, type Filling } from './fillingPages.js'
import { HTMX } from './portals.js'

describe('At two devices', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let desk: Visitor
  let phone: Visitor
  let record: string
  let begunDocument: Filling['begun']
  let made = 0

  before(async () => {
    ;({ begun: begunDocument, maria: desk, practice, record } = await openFilling())
    phone = await practice.patientVisitor('maria')
    expect([...phone.cookies], 'each its own session').to.not.deep.equal([...desk.cookies])
  })
  after(() => practice.leave())

  describe('a document', () => {
    const byItself = (who: Visitor, id: number, page: Page, fields: Fields) =>
      who.post(`${pathOf(record, id)}?by=itself`, { ...documentFields(page), ...fields }, { headers: HTMX })
    const opened = (who: Visitor, id: number) => who.get(pathOf(record, id))

    it('that is saved by itself in turns takes what each read before, and keeps aside what is stale', async () => {
      const id = await begunDocument()
      const here = await opened(desk, id)
      expect((await byItself(desk, id, here, { number: '1', text_input0: 'desk 1' })).status).to.equal(200)
      const there = await opened(phone, id)
      expect((await byItself(phone, id, there, { number: '1', text_input0: 'phone 1' })).status).to.equal(200)
      const stale = await byItself(desk, id, here, { number: '2', text_input0: 'desk 2' })
      expect(stale.status).to.equal(409)
      expect(stale.body).to.contain('kept aside')
      // It goes on typing: the latest of it is kept, not the first.
      await byItself(desk, id, here, { number: '3', text_input0: 'desk 3' })
      expect(await valueOf(practice, id, 'text_input0')).to.equal('phone 1')
      for (const who of [desk, phone]) {
        expect((await opened(who, id)).body)
          .to.contain('phone 1')
          .and.to.contain('desk 3')
          .and.not.to.contain('desk 2')
      }
    })

    it('that the other device has sent meanwhile is not changed: what is typed is kept beside it', async () => {
      const id = await begunDocument()
      const old = await opened(desk, id)
      await sendAs(phone, record, id)
      const late = await byItself(desk, id, old, { ...enough, number: '9', text_input0: 'typed too late' })
      expect(late.status).to.equal(409)
      expect(late.body).to.not.contain('<html')
      expect((await opened(phone, id)).body).to.contain('typed too late')
    })
  })

  describe('a form', () => {
    const base = () => `/portal/records/${record}/forms`
    const begun = async () => {
      const key = await keepForm(practice, { ...INTAKE, id: `devices-${String((made += 1))}` })
      const id = await ask(practice, key, { pid: practice.patients.maria })
      await desk.post(`${base()}/${String(id)}/beginning`, {}, { from: base() })
      return `${base()}/${String(id)}`
    }
    const fieldsOf = ({ body }: Page) =>
      Object.fromEntries(
        [...body.matchAll(/<input type="hidden" name="(page|seen|hand|settles|count|shown)" value="([^"]*)"/g)].map(
          ([, name = '', value = '']) => [name, value],
        ),
      )
    const opened = (who: Visitor, address: string) => who.get(`${address}?page=1`)
    const save = (who: Visitor, address: string, page: Page, count: number, fields: Fields) =>
      who.post(`${address}/draft`, { ...fieldsOf(page), ...fields, count: String(count) }, { headers: HTMX })
    const press = (who: Visitor, address: string, page: Page, fields: Fields, go = 'save') =>
      who.post(address, { ...fieldsOf(page), ...fields, count: '99', go })
    const keptOn = ({ body }: Page) => [...body.matchAll(/data-test="kept"[^]*?<\/section>/g)].map(([kept]) => kept)
    const sent = async (who: Visitor, address: string) => {
      const review = await who.get(`${address}/review`)
      const seen = /name="seen" value="(\d+)"/.exec(review.body)?.[1] ?? ''
      const answer = await who.post(`${address}/submission`, { seen })
      expect(answer.status, answer.body).to.equal(303)
      return String(answer.location)
    }

    it('that is saved by itself in turns takes both where they differ in different questions', async () => {
      const address = await begun()
      const [here, there] = [await opened(desk, address), await opened(phone, address)]
      await save(desk, address, here, 1, { 'a.name': 'Mo' })
      await save(phone, address, there, 1, { 'a.name': '', 'a.smoke': 'no' })
      await save(desk, address, here, 2, { 'a.name': 'Maria' })
      const page = await opened(phone, address)
      expect(page.body)
        .to.contain('value="Maria"')
        .and.to.match(/value="no" checked/)
      expect(keptOn(page)).to.deep.equal([])
    })

    it('that was answered otherwise meanwhile keeps the stale answer beside it, and tells; it is reached from either', async () => {
      const address = await begun()
      const [here, there] = [await opened(desk, address), await opened(phone, address)]
      await save(phone, address, there, 1, { 'a.name': 'Phone' })
      const stale = await save(desk, address, here, 1, { 'a.name': 'Desk', 'a.smoke': 'no' })
      expect(stale.body).to.contain('was changed on another device')
      await save(desk, address, here, 2, { 'a.name': 'Desk, at length', 'a.smoke': 'no' })
      // The desk is switched off here.
      for (const path of [`${address}?page=1`, `${address}/review`, address]) {
        const kept = keptOn(await phone.get(path))
        expect(kept, path).to.have.length(1)
        expect(kept[0]).to.contain('What do you like to be called?').and.to.contain('Desk, at length')
      }
      const page = await opened(phone, address)
      expect(page.body)
        .to.contain('value="Phone"')
        .and.to.match(/value="no" checked/)
      const [, action = ''] = /action="([^"]*\/kept\/\d+)"/.exec(page.body) ?? []
      expect((await phone.post(action, { go: 'use' })).status).to.equal(303)
      const after = await opened(phone, address)
      expect(after.body).to.contain('value="Desk, at length"')
      const line = await practice.db.first<{ event: string; pid: number }>(
        `SELECT event, pid FROM foyer_audit WHERE event LIKE 'form.%' ORDER BY id DESC LIMIT 1`,
      )
      expect(line).to.deep.equal({ event: 'form.kept-used', pid: practice.patients.maria })
      expect(keptOn(after)).to.deep.equal([])
    })

    it('shows both where it is sent on, and what is chosen then settles it', async () => {
      const address = await begun()
      const [here, there] = [await opened(desk, address), await opened(phone, address)]
      await save(phone, address, there, 1, { 'a.name': 'Phone' })
      const both = await press(desk, address, here, { 'a.name': 'Desk' })
      expect(both.status).to.equal(409)
      expect(both.body).to.contain('value="Desk"').and.to.contain('On the other device: Phone')
      expect(keptOn(await opened(phone, address))[0]).to.contain('Desk')
      expect((await press(desk, address, both, { 'a.name': 'Phone' })).status).to.equal(303)
      expect(keptOn(await opened(phone, address))).to.deep.equal([])
    })

    it('that the other device has sent meanwhile is not changed: what is typed is kept with what was sent, and told', async () => {
      const address = await begun()
      const here = await opened(desk, address)
      await press(phone, address, await opened(phone, address), { 'a.name': 'Phone', 'a.smoke': 'no' })
      const receipt = await sent(phone, address)
      const before = await practice.db.select(`SELECT * FROM foyer_form_responses`)
      const late = await save(desk, address, here, 1, { 'a.name': 'Desk, too late', 'a.smoke': 'no' })
      expect(late.status).to.equal(409)
      expect(late.body).to.contain('is kept').and.not.to.contain('<html')
      const pressed = await press(desk, address, here, { 'a.name': 'Desk, pressed', 'a.smoke': 'no' })
      expect(pressed.location).to.equal(receipt)
      expect((await desk.follow(pressed)).body).to.contain('is kept')
      const page = await phone.get(receipt)
      expect(keptOn(page)).to.have.length(1)
      expect(keptOn(page)[0]).to.contain('Desk, pressed').and.to.contain('has not received it')
      expect(await practice.db.select(`SELECT * FROM foyer_form_responses`)).to.deep.equal(before)

      const [, action = ''] = /action="([^"]*\/kept\/\d+)"/.exec(page.body) ?? []
      expect((await phone.post(action, { go: 'use' })).location).to.equal(receipt)
      expect(keptOn(await phone.get(receipt))).to.have.length(1)
      await phone.post(action, { go: 'drop' })
      expect(keptOn(await phone.get(receipt))).to.deep.equal([])
      expect((await phone.post(action, { go: 'drop' })).status).to.equal(404)
    })

    it('that says the same as what was sent keeps nothing beside it', async () => {
      const address = await begun()
      const here = await opened(desk, address)
      await press(phone, address, await opened(phone, address), { 'a.name': 'Mo', 'a.smoke': 'no' })
      const receipt = await sent(phone, address)
      const late = await press(desk, address, here, { 'a.name': 'Mo', 'a.smoke': 'no' })
      expect(late.location).to.equal(receipt)
      expect(keptOn(await desk.get(receipt))).to.deep.equal([])
    })

    it('that the practice took back keeps nothing, not beside it either, and says so', async () => {
      const address = await begun()
      const [here, there] = [await opened(desk, address), await opened(phone, address)]
      await save(phone, address, there, 1, { 'a.name': 'Phone' })
      await save(desk, address, here, 1, { 'a.name': 'Desk' })
      const id = Number(address.split('/').at(-1))
      const of = { pid: practice.patients.maria }
      await practice.db.transaction((tx) => withdrawForm(tx, practice.portal, nurse, { id, of, reason: 'By mistake' }))
      const late = await press(desk, address, here, { 'a.name': 'Desk again' })
      expect((await desk.follow(late)).body).to.contain('no longer waits')
      expect(
        await practice.db.select(`SELECT id FROM foyer_form_kept_answers WHERE assignment_id = :id`, { id }),
      ).to.deep.equal([])
    })

    it('keeps aside for this form alone: under the address of another one it is not there', async () => {
      const address = await begun()
      const [here, there] = [await opened(desk, address), await opened(phone, address)]
      await save(phone, address, there, 1, { 'a.name': 'Phone' })
      await save(desk, address, here, 1, { 'a.name': 'Desk' })
      const [, action = ''] = /action="([^"]*\/kept\/\d+)"/.exec((await opened(desk, address)).body) ?? []
      const other = await begun()
      const elsewhere = action.replace(address, other)
      expect((await desk.post(elsewhere, { go: 'drop' })).status).to.equal(404)
      expect(keptOn(await opened(desk, address))).to.have.length(1)
    })
  })
})
