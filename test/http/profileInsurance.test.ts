/** Changes of insurance that patients propose: where they go, and what of the chart they leave alone. */
import { expect } from 'chai'
import { insertRow } from '../../module/host/site/table.js'
import type { TestPractice } from '../support/practice.js'
import { fieldValue } from '../support/profiles.js'
import type { Visitor } from '../support/visitor.js'
import { openProfileDesk, STAFF, type ProfileDesk } from './profileDesk.js'

describe('A proposed change', function () {
  this.timeout(120_000)
  let desk: ProfileDesk
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor
  let pid: number
  let record: string
  let ofMaria: ProfileDesk['ofMaria']
  let send: ProfileDesk['send']
  let decideAt: ProfileDesk['decideAt']
  let insuranceWaits: ProfileDesk['insuranceWaits']

  before(async () => {
    desk = await openProfileDesk()
    ;({ practice, maria, admin, pid, record, ofMaria, send, decideAt, insuranceWaits } = desk)
  })
  after(() => practice.leave())
  beforeEach(() => desk.clean())

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

    const CARLOS = { subscriber_fname: 'Carlos', subscriber_lname: 'Santos', subscriber_relationship: 'spouse' }
    const UNSEEN = { subscriber_mname: 'Q', subscriber_ss: '123', subscriber_employer_city: 'Bronx', copay: '15' }
    const policy = () =>
      practice.db.first<Record<string, string | null>>(
        `SELECT subscriber_fname, subscriber_mname, subscriber_ss, subscriber_employer_city, copay
           FROM insurance_data WHERE pid = :pid`,
        { pid },
      )
    const told = async (path: string) =>
      /data-test="clears"[^]*?<p>([^<]*)<\/p>/.exec((await admin.get(path)).body)?.[1] ?? ''

    it('of another subscriber in the same row empties what spoke of the former one: staff are told before, the trail after', async () => {
      await insured('2026-03-01', { ...BLUE, ...CARLOS, ...UNSEEN })
      await send('insurance/primary', { subscriber_fname: 'Rosa' })
      const path = await insuranceWaits()
      const notice = await told(path)
      expect(notice).to.contain('is emptied: middle name, social security number, employer.').and.not.contain('123')
      expect((await decideAt(admin, path, { all: '1' })).status).to.equal(303)
      expect(await policy()).to.deep.equal({
        ...{ subscriber_fname: 'Rosa', copay: '15' },
        ...{ subscriber_mname: null, subscriber_ss: null, subscriber_employer_city: null },
      })
      const line = await practice.db.first<{ details: string }>(
        `SELECT CAST(details AS CHAR) AS details FROM foyer_audit WHERE event = 'profile.decided' ORDER BY id DESC LIMIT 1`,
      )
      expect(JSON.parse(line?.details ?? '{}')).to.include({
        cleared: 'subscriber_mname subscriber_ss subscriber_employer_city',
      })
    })

    it('that is refused, or of a patient’s own corrected name, or of a relation that was not said, empties nothing', async () => {
      await insured('2026-03-01', { ...BLUE, ...CARLOS, ...UNSEEN })
      await send('insurance/primary', { subscriber_fname: 'Rosa', policy_number: 'B-2' })
      const path = await insuranceWaits()
      const refused = { outcome_subscriber_fname: 'refuse', outcome_policy_number: 'accept' }
      expect((await decideAt(admin, path, refused)).status).to.equal(303)
      expect(await policy()).to.deep.equal({ ...UNSEEN, subscriber_fname: 'Carlos' })

      const corrected: [Record<string, string>, Record<string, string>][] = [
        [{ subscriber_fname: 'Mria', subscriber_relationship: 'self' }, { subscriber_fname: 'Maria' }],
        [{ subscriber_relationship: '' }, { subscriber_relationship: 'spouse' }],
      ]
      for (const [stands, proposed] of corrected) {
        await desk.clean()
        await insured('2026-03-01', { ...BLUE, ...CARLOS, ...UNSEEN, ...stands })
        const sent = await send('insurance/primary', proposed)
        expect(sent.status, sent.body).to.equal(303)
        expect(await told(await insuranceWaits())).to.equal('')
        expect((await decideAt(admin, await insuranceWaits(), { all: '1' })).status).to.equal(303)
        expect(await policy()).to.include(UNSEEN)
      }
    })

    it('of another subscriber is decided on what is emptied as the page said it: what was written since is not lost', async () => {
      await insured('2026-03-01', { ...BLUE, ...CARLOS, ...UNSEEN })
      await send('insurance/primary', { subscriber_fname: 'Rosa' })
      const path = await insuranceWaits()
      const version = fieldValue((await admin.get(path)).body, 'version')
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE insurance_data SET subscriber_ss = '456' WHERE pid = :pid`, { pid }),
      )
      expect((await admin.post(`${path}/decision`, { ...ofMaria, version, all: '1' })).status).to.equal(409)
      expect(await policy()).to.include({ subscriber_ss: '456', subscriber_fname: 'Carlos' })
    })

    it('of another subscriber from a later day leaves the former one’s with the earlier insurance, and says so', async () => {
      await insured('2026-03-01', { ...BLUE, ...CARLOS, ...UNSEEN })
      await send('insurance/primary', { date: '2026-06-01', subscriber_fname: 'Rosa' })
      expect(await told(await insuranceWaits())).to.contain('is not taken over: middle name')
      expect((await decideAt(admin, await insuranceWaits(), { all: '1' })).status).to.equal(303)
      const rows = await practice.db.select(
        `SELECT subscriber_fname, subscriber_ss FROM insurance_data WHERE pid = :pid ORDER BY date`,
        { pid },
      )
      expect(rows).to.deep.equal([
        { subscriber_fname: 'Carlos', subscriber_ss: '123' },
        { subscriber_fname: 'Rosa', subscriber_ss: null },
      ])
    })
  })
})
