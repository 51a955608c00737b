/** What becomes of files that a patient sent: taken back, returned for another, decided. */
import { expect } from 'chai'
import { checkUploads } from '../../module/features/documents/uploads/checking.js'
import { sweepFiles } from '../../module/features/documents/uploads/sweeping.js'
import { aDocument, makeSiteFolder } from '../support/chart.js'
import { EICAR, type Clamd } from '../support/clamd.js'
import { formOf, pdfOf, sendForm, storeOf, type Sent } from '../support/files.js'
import type { TestPractice } from '../support/practice.js'
import { pathOfSubmission, seenOn } from '../support/submissions.js'
import type { Visitor } from '../support/visitor.js'
import { withoutChart } from '../support/withoutChart.js'
import { openUploading, type Uploading } from './uploading.js'

describe('Files that a patient has sent', function () {
  this.timeout(60_000)
  let uploading: Uploading
  let practice: TestPractice
  let peer: Clamd
  let maria: Visitor
  let luis: Visitor
  let address: Uploading['address']
  let send: Uploading['send']
  let submissions: Uploading['submissions']
  let stored: Uploading['stored']

  before(async () => {
    uploading = await openUploading()
    ;({ address, luis, maria, peer, practice, send, stored, submissions } = uploading)
  })
  after(() => uploading.leave())
  beforeEach(() => Object.assign(peer.manner, { silent: false, mute: false, most: Infinity }))

  describe('and takes back', () => {
    const hrefOf = async (location: string) =>
      /action="([^"]*\/files\/\d+\/withdrawal)"/.exec((await maria.get(location)).body)?.[1] ?? ''
    const press = (href: string, location: string, who = maria) => who.post(href, {}, { from: location })

    it('are gone with their bytes, stay with their number, and leave the queue of staff', async () => {
      const admin = await practice.staffVisitor('admin')
      const { location } = await send([{ name: 'mistaken.pdf', bytes: pdfOf('mistaken') }])
      const href = await hrefOf(location)
      expect((await admin.get('/staff/portal/documents')).body).to.include('mistaken.pdf')
      const before = await storeOf(practice)
      expect((await press(href, location)).status).to.equal(303)
      expect((await press(href, location)).status, 'the same press again').to.equal(303)
      expect((await submissions()).at(-1)).to.include({ title: 'mistaken.pdf', state: 'withdrawn', file_id: null })
      const { files, rows } = await storeOf(practice)
      expect([files.length, rows.length]).to.deep.equal([before.files.length - 1, before.rows.length - 1])
      const page = await maria.get(location)
      expect(page.body)
        .to.include('Taken back')
        .and.match(/Number [A-Z0-9]{4}-/)
      expect(page.body).to.not.include('/withdrawal').and.not.include('Staff of the practice look at')
      expect((await admin.get('/staff/portal/documents')).body).to.not.include('mistaken.pdf')
      const told = await practice.db.select<{ event: string }>(
        `SELECT event FROM foyer_audit WHERE event = 'document.withdrawn'
         UNION ALL SELECT event FROM foyer_outbox WHERE event = 'document.withdrawn'`,
      )
      expect(told).to.have.length(2)
    })

    it('while they are checked: what comes of the check is nothing', async () => {
      peer.manner.mute = true
      const before = await submissions()
      const { location } = await send([{ name: 'not yet.pdf', bytes: pdfOf('not yet') }])
      expect((await press(await hrefOf(location), location)).status).to.equal(303)
      peer.manner.mute = false
      practice.clock.set('2026-11-23T08:02:00')
      await checkUploads.run(practice.portal)
      expect(await submissions()).to.deep.equal(before)
      expect((await maria.get(location)).body).to.include('Taken back')
      const { files, rows } = await storeOf(practice)
      expect(files.length).to.equal(rows.length)
    })

    it('too late, once somebody has decided, are told so with 409; and another’s are not there', async () => {
      const { location } = await send([{ name: 'decided.pdf', bytes: pdfOf('decided') }])
      const href = await hrefOf(location)
      const theirs = href.replace(practice.records.maria, practice.records.luis)
      await luis.get(address('luis'))
      expect((await press(theirs, address('luis'), luis)).status).to.equal(404)
      const { id } = (await submissions()).at(-1) ?? { id: 0 }
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_submissions SET state = 'denied', reason = 'Of another' WHERE id = :id`, { id }),
      )
      const late = await press(href, location)
      expect(late.status).to.equal(409)
      expect(late.body).to.include('can’t be taken back any more: Not accepted').and.include('data-error-summary')
      expect((await submissions()).at(-1))
        .to.include({ state: 'denied' })
        .and.not.include({ file_id: null })
    })
  })

  describe('and staff return', () => {
    let admin: Visitor
    let id: number
    let location: string
    const why = 'Page 2 is <unreadable>: please photograph it again.'

    beforeEach(async () => {
      admin = await practice.staffVisitor('admin')
      ;({ location } = await send([{ name: 'two pages.pdf', bytes: pdfOf('page 2 is grey') }], { note: 'The old one' }))
      id = (await submissions()).at(-1)?.id ?? 0
    })

    const giveBack = async (who = admin, page?: Record<string, string>) =>
      who.post(pathOfSubmission(id, '/return'), {
        ...(page ?? seenOn(await who.get(pathOfSubmission(id)))),
        reason: why,
      })
    const replacement = async () =>
      /href="([^"]*\/files\/\d+\/replacement)"/.exec((await maria.get(location)).body)?.[1] ?? ''
    const sendAgain = async (href: string, files: readonly Sent[]) =>
      sendForm(maria, href, { ...(await formOf(maria, href)), note: '' }, files)
    const numberOf = (body: string) => /Number ([A-Z0-9]{4}-[A-Z0-9]{4})/.exec(body)?.[1]

    it('are sent again in their place: the same number, what was before kept for staff with its fate', async () => {
      await practice.rule('user:dr.lee', 'portal:use', 'allow')
      const lee = await practice.staffVisitor('lee')
      const seen = seenOn(await lee.get(pathOfSubmission(id)))
      expect((await giveBack()).status).to.equal(303)
      expect((await giveBack(lee, seen)).status, 'the second of staff').to.equal(409)
      const letter = await practice.db.first<{ facts: object }>(
        `SELECT facts FROM foyer_letters WHERE kind = 'document.returned' ORDER BY id DESC LIMIT 1`,
      )
      expect(JSON.stringify(letter ?? {})).to.not.include('unreadable')
      const documents = await maria.get(`/portal/records/${practice.records.maria}/documents`)
      expect(documents.body).to.include('Page 2 is &lt;unreadable&gt;').and.include('Returned')
      const number = numberOf((await maria.get(location)).body)
      const href = await replacement()
      const form = await maria.get(href)
      expect(form.body).to.include('Page 2 is &lt;unreadable&gt;').and.include(number).and.not.include(' multiple')

      const bytes = pdfOf('page 2 is white')
      const sent = await sendAgain(href, [{ name: 'again.pdf', bytes }])
      expect(sent.status, sent.body).to.equal(303)
      const page = await maria.get(sent.location)
      expect([numberOf(page.body), page.body.includes('Waiting for the practice')]).to.deep.equal([number, true])
      const rows = await submissions()
      expect(rows.at(-1)).to.include({ id, title: 'again.pdf', state: 'waiting', note: 'The old one' })
      expect((await stored(rows.at(-1)?.file_id ?? 0)).bytes.equals(bytes)).to.equal(true)
      expect((await maria.get(location)).body)
        .to.include('Replaced')
        .and.not.include('/replacement')

      const audit = await admin.get(pathOfSubmission(id))
      expect(audit.body).to.include('again.pdf').and.include('What stood here before').and.include('two pages.pdf')
      expect(audit.body).to.match(/Returned for correction by .*, /)
      const earlier = /href="([^"]*\?earlier=\d+)"/.exec(audit.body)?.[1] ?? ''
      expect(await admin.get(earlier)).to.include({ status: 200 })
      expect((await admin.get(`${pathOfSubmission(id, '/file')}?earlier=0`)).status).to.equal(404)
      const trail = await practice.db.select<{ event: string }>(
        `SELECT event FROM foyer_audit WHERE subject = :subject ORDER BY id`,
        { subject: `submission:${String(id)}` },
      )
      expect(trail.map(({ event }) => event)).to.include.members(['document.sent', 'document.returned'])

      await practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_submissions SET state = 'denied', decided_at = '2026-01-01' WHERE id = :id`, { id }),
      )
      await sweepFiles.run(practice.portal)
      const { files, rows: kept } = await storeOf(practice)
      expect(files.length, 'the bytes of both go').to.equal(kept.length)
      expect((await admin.get(earlier)).status).to.equal(404)
      expect((await admin.get(pathOfSubmission(id))).body).to.include('two pages.pdf')
    })

    it('stay returned while what is sent in their place is refused; two at once are not taken, nor one too late', async () => {
      await giveBack()
      const href = await replacement()
      const state = async () => (await submissions()).at(-1)
      const refused = await sendAgain(href, [{ name: 'page.html', bytes: Buffer.from('<html>hi</html>') }])
      expect(refused.status).to.equal(422)
      expect(refused.body).to.include('web page').and.include('&lt;unreadable&gt;')
      const two = await sendAgain(
        href,
        ['1', '2'].map((name) => ({ name: `${name}.pdf`, bytes: pdfOf(name) })),
      )
      expect([two.status, two.body.includes('Choose one.')]).to.deep.equal([422, true])
      const sick = await sendAgain(href, [{ name: 'sick.csv', bytes: Buffer.from(`a,b\n${EICAR},1\n`) }])
      expect((await maria.get(sick.location)).body).to.include('found a virus')
      expect(await state()).to.include({ id, title: 'two pages.pdf', state: 'returned' })

      peer.manner.mute = true
      const first = await sendAgain(href, [{ name: 'slow.pdf', bytes: pdfOf('slow') }])
      expect(first.status).to.equal(303)
      const second = await sendAgain(href, [{ name: 'second.pdf', bytes: pdfOf('second') }])
      expect(second.status).to.equal(409)
      peer.manner.mute = false
      practice.clock.set('2026-11-23T08:02:30')
      await checkUploads.run(practice.portal)
      expect(await state()).to.include({ id, title: 'slow.pdf', state: 'waiting' })
      const form = await formOf(maria, address('maria'))
      const late = await sendForm(maria, href, form, [{ name: 'late.pdf', bytes: pdfOf('late') }])
      expect(late.status).to.equal(409)
      expect(late.body).to.include('is not awaited any more')
      await luis.get(address('luis'))
      const theirs = href.replace(practice.records.maria, practice.records.luis)
      const strange = await sendForm(luis, theirs, await formOf(luis, address('luis')), [
        { name: 'x.pdf', bytes: pdfOf('x') },
      ])
      expect(strange.status).to.equal(404)
    })

    it('are the first thing on their home, until another has come in their place', async () => {
      const home = async (record = practice.records.maria) => (await maria.get(`/portal/records/${record}`)).body
      const says = 'The practice returned a file that you sent: two pages.pdf.'
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_submissions SET state = 'denied' WHERE state = 'returned'`),
      )
      expect(await home()).to.not.include('The practice returned')
      await giveBack()
      const page = await home()
      expect(page).to.include(says)
      expect(await home(practice.records.leo), 'not her child’s').to.not.include('The practice returned')
      const [, list = ''] = /href="([^"]+)">See why, and send again</.exec(page) ?? []
      // Whatever was sent since, it stands in front, with the way to send another.
      await send(['1', '2'].map((name) => ({ name: `${name}.pdf`, bytes: pdfOf(`since ${name}`) })))
      const [first = ''] = /<li data-test="upload">[^]*?<\/li>/.exec((await maria.get(list)).body) ?? []
      expect(first).to.include('two pages.pdf').and.include('Page 2 is &lt;unreadable&gt;')
      const [, href = ''] = /href="([^"]*\/replacement)"/.exec(first) ?? []
      peer.manner.mute = true
      await sendAgain(href, [{ name: 'again.pdf', bytes: pdfOf('again') }])
      expect(await home(), 'while it is checked').to.not.include('The practice returned')
      peer.manner.mute = false
      practice.clock.set('2026-11-23T08:15:00')
      await checkUploads.run(practice.portal)
      expect((await submissions()).find((each) => each.id === id)).to.include({ state: 'waiting', title: 'again.pdf' })
      expect(await home()).to.not.include('The practice returned')
    })

    it('are on the home of somebody who has no chart yet, too', async () => {
      await withoutChart(practice, 'maria', () =>
        send([{ name: 'before.pdf', bytes: pdfOf('before any code') }], {}, 'ownOfMaria'),
      )
      id = (await submissions()).at(-1)?.id ?? 0
      await giveBack()
      const { body } = await maria.get(`/portal/records/${practice.records.ownOfMaria}`)
      expect(body).to.include('The practice returned a file that you sent: before.pdf.')
      expect((await maria.get(`/portal/records/${practice.records.maria}`)).body).to.not.include('before.pdf')
    })

    it('are taken back with all that stood there before', async () => {
      await giveBack()
      const sent = await sendAgain(await replacement(), [{ name: 'again.pdf', bytes: pdfOf('again') }])
      const action = /action="([^"]*\/withdrawal)"/.exec((await maria.get(sent.location)).body)?.[1] ?? ''
      const before = await storeOf(practice)
      expect((await maria.post(action, {}, { from: sent.location })).status).to.equal(303)
      const { files, rows } = await storeOf(practice)
      expect([files.length, rows.length]).to.deep.equal([before.files.length - 2, before.rows.length - 2])
    })
  })

  it('leave no copy in the store: once the chart has them whole, or some time after they were denied', async () => {
    const folder = await makeSiteFolder()
    Object.assign(practice.portal.config, { hostSiteDir: folder.dir })
    try {
      const pid = practice.patients.maria
      const decide = async (name: string, columns: string) => {
        const { location } = await send([{ name, bytes: pdfOf(name) }])
        const { id } = (await submissions()).at(-1) ?? { id: 0 }
        await practice.db.transaction(
          (tx) =>
            tx.change(`UPDATE foyer_submissions SET decided_at = '2026-11-20 12:00:00', ${columns} WHERE id = :id`, {
              id,
            }), // sql-safe: of this test
        )
        return location
      }
      const inChart = await aDocument(practice, { pid, name: 'filed.pdf', content: pdfOf('filed.pdf') })
      const other = await aDocument(practice, { pid, name: 'other.pdf', content: pdfOf('something else') })
      const filed = await decide('filed.pdf', `state = 'charted', document_id = ${String(inChart)}`)
      await decide('altered.pdf', `state = 'charted', document_id = ${String(other)}`)
      await decide('denied.pdf', `state = 'denied'`)
      const left = async () =>
        (await submissions()).slice(-3).map(({ file_id: file, title }) => (file === null ? '' : title))
      await practice.setting('deniedFilesKept', '30')
      await sweepFiles.run(practice.portal)
      expect(await left()).to.deep.equal(['', 'altered.pdf', 'denied.pdf'])
      await practice.setting('deniedFilesKept', '2')
      await sweepFiles.run(practice.portal)
      expect(await left()).to.deep.equal(['', 'altered.pdf', ''])
      const { files, rows } = await storeOf(practice)
      expect(files.length).to.equal(rows.length)
      const upload = await practice.db.first<{ id: number }>(`SELECT id FROM foyer_uploads WHERE name = 'filed.pdf'`)
      const read = await maria.get(`${filed}/files/${String(upload?.id)}`)
      expect(read.location).to.match(new RegExp(`/documents/chart/${String(inChart)}/file$`))
      expect((await maria.get(read.location ?? '')).status).to.equal(200)
    } finally {
      Object.assign(practice.portal.config, { hostSiteDir: undefined })
      await folder.remove()
    }
  })
})
