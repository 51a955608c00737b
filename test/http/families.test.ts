/** Who opens whose record, at the door of every page: by age, by staff's decision, and always as whom it is done. */
import { expect } from 'chai'
import { grant } from '../../module/access/accounts.js'
import { findAccount } from '../../module/access/scope.js'
import type { Actor } from '../../module/platform/audit.js'
import { addressOf } from '../../module/web/routes.js'
import { MORNING, openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { askAt, nameOf, pathTo, sampleFor } from './asking.js'
import { clearSamples } from './samples.js'

const tester: Actor = { kind: 'system', id: 'test', name: 'test', requestId: undefined }

describe('A family', function () {
  this.timeout(120_000)
  let practice: TestPractice
  let maria: Visitor
  let admin: Visitor

  before(async () => {
    practice = await openPractice()
  })
  after(() => practice.leave())
  beforeEach(() => comeIn(MORNING))

  const comeIn = async (at: string): Promise<void> => {
    practice.clock.set(at)
    maria = await practice.patientVisitor('maria')
    admin = await practice.staffVisitor('admin')
  }
  /** A child of Maria's; returns the chart, the record and the grant. */
  const child = async (dob: string, relationship = 'mother') => {
    const { accounts, clock, db } = practice
    const pid = await practice.patient({ fname: 'Kim', lname: 'Santos', dob, providerId: practice.staff.lee })
    const record = await db.transaction((tx) =>
      grant(tx, clock, { accountId: accounts.maria, pid, relationship, extent: 'full', by: tester }),
    )
    const row = await db.first<{ id: number }>(`SELECT id FROM foyer_grants WHERE record = :record`, { record })
    return { pid, record, path: `/staff/portal/patients/${String(pid)}/grants/${String(row?.id)}` }
  }
  const recordRoutes = () => practice.routes.filter((route) => route.audience === 'record')

  it('at a 13th and an 18th birthday finds closed what the practice closes, at its midnight, on every page', async () => {
    await practice.setting('adolescentExtent', 'forms')
    const forms = new Set(['home:view', 'documents:fill', 'forms:view', 'forms:fill'])
    for (const [born, stillOpen] of [
      ['2013-11-24', forms],
      ['2008-11-24', new Set<string>()],
    ] as const) {
      // Of age tomorrow: an adolescent until then.
      practice.clock.set(MORNING)
      const kid = await child(born)
      if (born === '2008-11-24') await practice.setting('adolescentExtent', 'full')
      await comeIn('2026-11-23T23:58:00')
      const found: string[] = []
      for (const route of recordRoutes()) {
        const ask = async () => {
          const sample = await sampleFor(practice, route, kid.pid)
          const { status } = await askAt(practice, maria, route, { path: pathTo(route, kid.record, sample), sample })
          await clearSamples(practice)
          return status
        }
        practice.clock.set('2026-11-23T23:59:59.999')
        expect(await ask(), `${nameOf(route)} the day before`).to.be.oneOf([200, 303, 409, 422])
        practice.clock.set('2026-11-24T00:00:00')
        const status = await ask()
        if (stillOpen.has(route.permission)) expect(status, nameOf(route)).to.be.oneOf([200, 303])
        else expect(status, nameOf(route)).to.equal(404)
        found.push(addressOf(route))
      }
      expect(found.length).to.be.greaterThan(10)
    }
    await practice.setting('adolescentExtent', 'appointments')
  })

  it('stays signed in when a grant is revoked; the record is not there from the next request on', async () => {
    const kid = await child('2020-01-01')
    const home = `/portal/records/${kid.record}`
    expect((await maria.get(home)).status).to.equal(200)
    const revoked = await admin.post(`${kid.path}/revocation`, { reason: 'Custody' }, { from: kid.path })
    expect(revoked.location).to.equal(kid.path)
    for (const path of ['', '/appointments', '/appointments/new']) {
      expect((await maria.get(`${home}${path}`)).status, path).to.equal(404)
    }
    expect((await maria.get(`/portal/records/${practice.records.leo}`)).status).to.equal(200)
    expect((await maria.get('/portal/records')).body)
      .to.contain('Leo')
      .and.not.to.contain(kid.record)
    const page = await admin.get(kid.path)
    expect(page.body).to.contain('Custody').and.to.contain('Give access back')
    await admin.post(`${kid.path}/restoration`, { reason: 'Agreed' })
    expect((await maria.get(home)).status).to.equal(200)
  })

  it('opens on the day that staff say, and nothing before; empty opens it at once', async () => {
    const kid = await child('2020-01-01')
    const home = `/portal/records/${kid.record}`
    const change = { relationship: 'mother', extent: 'full', until: '', reason: 'From the new year' }
    expect((await maria.get(home)).status).to.equal(200)
    expect((await admin.post(kid.path, { ...change, from: '2026-11-24' }, { from: kid.path })).status).to.equal(303)
    expect((await maria.get(home)).status, 'closed until then').to.equal(404)
    const page = await admin.get(kid.path)
    expect(page.body).to.contain('Not yet open').and.to.contain('Opens on').and.to.contain('value="2026-11-24"')
    const opens = async () => (await findAccount(practice.db, practice.portal, practice.accounts.maria))?.records ?? []
    practice.clock.set('2026-11-23T23:59:59.999')
    expect((await opens()).map(({ record }) => record)).to.not.include(kid.record)
    practice.clock.set('2026-11-24T00:00:00')
    expect((await opens()).map(({ record }) => record)).to.include(kid.record)
    practice.clock.set(MORNING)
    // Saved again with the day that is shown, it stays as it is.
    await admin.post(kid.path, { ...change, from: '2026-11-24' })
    expect((await maria.get(home)).status, 'still closed').to.equal(404)
    await admin.post(kid.path, { ...change, from: '' })
    expect((await maria.get(home)).status, 'at once').to.equal(200)
  })

  it('is decided about with a reason, on the page as it is now, in words that say what is missing', async () => {
    const kid = await child('2020-01-01')
    const page = await admin.get(kid.path)
    expect(page.status).to.equal(200)
    const version = /name="version" value="(\d+)"/.exec(page.body)?.[1] ?? ''
    for (const what of ['revocation', 'exemption']) {
      const missing = await admin.post(`${kid.path}/${what}`, { reason: ' ', version })
      expect(missing.status, what).to.equal(422)
      expect(missing.body).to.contain('Say why')
    }
    const change = { relationship: 'guardian', extent: 'forms', until: '2026-12-31', reason: 'School', version }
    for (const [wrong, words] of [
      [{ ...change, until: '2026-02-31' }, 'not a day'],
      [{ ...change, until: '2026-11-22' }, 'is over'],
      [{ ...change, from: '2026-11-20' }, 'is over'],
      [{ ...change, from: 'soon' }, 'not a day'],
      [{ ...change, from: '2027-01-01' }, 'end before it opens'],
      [{ ...change, extent: 'all' }, 'Choose one'],
      [{ ...change, relationship: 'boss' }, 'Choose one'],
    ] as const) {
      const answer = await admin.post(kid.path, wrong)
      expect(answer.status, words).to.equal(422)
      expect(answer.body).to.contain(words).and.to.contain('value="School"')
    }
    expect((await admin.post(kid.path, change)).status).to.equal(303)
    const after = await admin.get(kid.path)
    expect(after.body).to.contain('until 31 Dec 2026').and.to.contain('mother → guardian')
    const late = await admin.post(kid.path, { ...change, extent: 'full' })
    expect(late.status).to.equal(409)
    expect(late.body).to.contain('Somebody has changed')
    expect((await admin.get(kid.path)).body).not.to.contain('forms only → everything')
    const other = kid.path.replace(/patients\/\d+/, `patients/${String(practice.patients.leo)}`)
    expect((await admin.get(other)).status).to.equal(404)
    expect((await admin.post(`${other}/revocation`, { reason: 'x' })).status).to.equal(404)
  })

  it('is told as whom it acts on every page, and every line of the trail says it', async () => {
    const { accounts, db, patients, records } = practice
    const quiet = new Set<string>()
    for (const route of recordRoutes()) {
      // Nothing happens where no file goes along (uploads.test.ts).
      if (route.takes === 'files') continue
      const sample = await sampleFor(practice, route, patients.leo)
      const last = await db.first<{ id: number }>(`SELECT COALESCE(MAX(id), 0) AS id FROM foyer_audit`)
      const answer = await askAt(practice, maria, route, { path: pathTo(route, records.leo, sample), sample })
      expect(answer.status, nameOf(route)).to.be.oneOf([200, 303])
      const rows = await db.select<{ event: string; pid: number; record: string; relationship: string }>(
        `SELECT event, pid, record, relationship FROM foyer_audit
          WHERE id > :last AND actor_kind = 'account' AND actor_id = :maria`,
        { last: last?.id ?? 0, maria: String(accounts.maria) },
      )
      for (const row of rows) {
        const { event, ...whose } = row
        const asLeosMother = { pid: patients.leo, record: records.leo, relationship: 'mother' }
        expect(whose, `${nameOf(route)}: ${event}`).to.deep.equal(asLeosMother)
      }
      if (rows.length === 0) quiet.add(nameOf(route))
      const isPage = (answer.headers.get('content-type') ?? '').startsWith('text/html') && answer.status === 200
      if (isPage) expect(answer.body, nameOf(route)).to.contain('Acting for Leo Santos, you are their mother')
      await clearSamples(practice)
    }
    // A poll that shows nobody new, the way on to a list, and a page of a form on which nothing was answered.
    expect([...quiet].sort()).to.deep.equal([
      'GET /portal/records/:record/documents/new',
      'GET /portal/records/:record/documents/upload/:batch/standing',
      'POST /portal/records/:record/forms/:id',
    ])
  })

  it('sees of each record what it opens, and switches between them where it is', async () => {
    const kid = await child('2013-12-10')
    const { records } = practice
    const page = await maria.get(`/portal/records/${records.ana}`)
    const menu = /<ul class="menu menu-end record-choices">([\s\S]*?)<\/ul>/.exec(page.body)?.[1] ?? ''
    for (const record of [records.maria, records.leo, records.ana, kid.record]) {
      expect(menu).to.contain(`href="/portal/records/${record}"`)
    }
    expect(menu).not.to.contain(records.ownOfMaria)
    // Ana is fifteen.
    expect(menu).to.match(
      /aria-current="true"><strong>Ana Santos<\/strong><span[^>]*>you are their mother, appointments only/,
    )
    expect(menu).to.match(/Leo Santos<\/strong><span[^>]*>you are their mother, everything/)
    // Luis has Amina's besides his own, in Spanish.
    const luis = await practice.patientVisitor('luis')
    const his = await luis.get(`/portal/records/${records.aminaForLuis}`)
    expect(his.body).to.contain('Actúa por Amina Yusuf').and.to.contain('usted actúa en su nombre, todo')
    // Who opens one record switches nowhere.
    const john = await practice.patientVisitor('john')
    expect((await john.get(`/portal/records/${records.john}`)).body).not.to.contain('record-choices')

    const chooser = await maria.get('/portal/records')
    expect(chooser.body).to.contain('You open appointments only').and.to.contain('From 10 Dec 2026: appointments only')
    const account = await maria.get('/portal/account')
    expect(account.body).to.contain('id="family"').and.to.contain('Less than before')
    const amina = await practice.patientVisitor('amina')
    const mine = await amina.get('/portal/account')
    expect(mine.body).to.contain('luis.reyes').and.to.contain('may open everything')
  })

  it('reads in the chooser what waits for an answer, of those records in which it could be answered', async () => {
    const { accounts, db, patients } = practice
    const answer = recordRoutes().find(({ path }) => path.endsWith('/acceptance'))
    if (!answer) throw new Error('no such route')
    await sampleFor(practice, answer, patients.leo)
    expect((await maria.get('/portal/records')).body).to.contain('1 proposed time to answer')
    const extent = (to: string) =>
      db.transaction((tx) =>
        tx.change(`UPDATE foyer_grants SET extent = :to WHERE account_id = :maria AND pid = :leo`, {
          ...{ to, maria: accounts.maria, leo: patients.leo },
        }),
      )
    await extent('forms')
    expect((await maria.get('/portal/records')).body)
      .to.contain('You open forms only')
      .and.not.to.contain('to answer')
    await extent('full')
    await clearSamples(practice)
    expect((await maria.get('/portal/records')).body).not.to.contain('to answer')
  })

  it('of an account without a chart has its own record to choose', async () => {
    const { accounts, db, records } = practice
    const self = (relationship: string, now: string) =>
      db.transaction((tx) =>
        tx.change(
          `UPDATE foyer_grants SET relationship = :relationship WHERE account_id = :id AND relationship = :now`,
          {
            ...{ relationship, now, id: accounts.maria },
          },
        ),
      )
    await self('spouse', 'self')
    const chooser = await maria.get('/portal/records')
    expect(chooser.body).to.contain(`/portal/records/${records.ownOfMaria}`).and.to.contain('Not linked to a chart yet')
    await self('self', 'spouse')
    expect((await maria.get('/portal/records')).body).not.to.contain(records.ownOfMaria)
  })

  it('reads at home what changes soon, the guardian and the patient alike', async () => {
    const kid = await child('2008-12-10')
    expect((await maria.get(`/portal/records/${kid.record}`)).body).to.contain('From 10 Dec 2026 on you no longer open')
    expect((await maria.get(`/portal/records/${practice.records.leo}`)).body).not.to.contain('data-test="coming"')
    const { accounts, db, patients, records } = practice
    await db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_grants SET valid_until = '2026-12-01 05:00:00.000' WHERE account_id = :luis AND pid = :amina`,
        {
          ...{ luis: accounts.luis, amina: patients.amina },
        },
      ),
    )
    const amina = await practice.patientVisitor('amina')
    const home = (await amina.get(`/portal/records/${records.amina}`)).body
    expect(home).to.contain('From 1 Dec 2026 on luis.reyes no longer opens your record')
    const luis = await practice.patientVisitor('luis')
    const his = (await luis.get(`/portal/records/${records.aminaForLuis}`)).body
    expect(his).to.contain('A partir del 1 dic 2026 usted ya no abre este expediente')
  })

  it('is on the dry run in the month of the birthday, which changes nothing', async () => {
    const kid = await child('2008-12-10')
    const before = await maria.get(`/portal/records/${kid.record}`)
    expect(before.status).to.equal(200)
    const december = await admin.get('/staff/portal/ages')
    expect(december.body).to.contain('December 2026').and.to.contain(kid.path)
    expect(december.body).to.contain('turns 18').and.to.contain('not the patient: no address')
    expect((await admin.get('/staff/portal/ages?month=2027-01')).body).not.to.contain(kid.path)
    // On the hall the count is good for ten minutes, and for the settings it was made with.
    const card = async () => /(\d+) access(?:es)? change/.exec((await admin.get('/staff/portal/cards/ages')).body)?.[1]
    const count = Number(await card())
    expect(count).to.be.greaterThan(0)
    await child('2008-12-11')
    expect(Number(await card())).to.equal(count)
    practice.clock.set('2026-11-23T08:11:00')
    expect(Number(await card())).to.equal(count + 1)
    await practice.setting('adultAge', '21')
    expect(await card()).not.to.equal(String(count + 1))
    await practice.setting('adultAge', '18')
    for (const odd of ['month=2026-13', 'month=x', 'page=0', 'page=99999', 'month=2026-12&page=2']) {
      expect((await admin.get(`/staff/portal/ages?${odd}`)).status, odd).to.equal(200)
    }
    expect((await maria.get(`/portal/records/${kid.record}`)).status).to.equal(200)
    // Other ages: first whom they would concern, which changes nothing; at once only with a reason.
    const rules = '/staff/portal/ages/rules'
    const teen = await child('2012-03-03')
    const wanted = { adolescentAge: '15', adolescentExtent: 'appointments', adultAge: '18' }
    const look = await admin.get(`${rules}?${new URLSearchParams(wanted).toString()}`)
    expect(look.body).to.contain(teen.path).and.to.contain('24 Dec 2026').and.not.to.contain(kid.path)
    const seen = /name="seen" value="([^"]+)"/.exec(look.body)?.[1] ?? ''
    const early = await admin.post(rules, { ...wanted, seen, when: 'now', reason: ' ' }, { from: rules })
    expect(early.status).to.equal(422)
    expect(early.body).to.contain('Write why it can’t wait for 30 days').and.to.contain(teen.path)
    expect((await admin.get(`${rules}?adolescentAge=9&adultAge=18&adolescentExtent=full`)).status).to.equal(422)
    const done = await admin.follow(
      await admin.post(rules, { ...wanted, seen, when: 'later', reason: '' }, { from: rules }),
    )
    expect(done.body).to.contain('From 24 Dec 2026 on')
    const settings = await admin.get('/staff/portal/settings')
    expect(settings.body).to.contain(rules).and.not.to.contain('name="adultAge"')
    const posted = await admin.post('/staff/portal/settings', { adultAge: '21', 'seen.adultAge': '18' })
    expect([posted.status, practice.portal.settings().adultAge]).to.deep.equal([303, 18])
  })
})
