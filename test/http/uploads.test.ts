/** A patient sends files: what arrives, what is refused, and what staff get to see of it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import sharp from 'sharp'
import { checkUploads } from '../../module/features/documents/uploads/checking.js'
import { sweepFiles } from '../../module/features/documents/uploads/sweeping.js'
import { linkRegistration } from '../../module/features/registration/staff/linking.js'
import { unlinkRegistration } from '../../module/features/registration/staff/unlinking.js'
import { administrator, register } from '../integration/registration/people.js'
import { aDocument, makeSiteFolder } from '../support/chart.js'
import { clamd, EICAR, type Clamd } from '../support/clamd.js'
import { formOf, pdfOf, sealedBytes, sendForm, storeOf, type Sent } from '../support/files.js'
import { openPractice, type RecordName, type TestPractice } from '../support/practice.js'
import { pathOfSubmission, seenOn } from '../support/submissions.js'
import type { Visitor } from '../support/visitor.js'

describe('Files that a patient sends', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let peer: Clamd
  let dataDir: string
  let maria: Visitor
  let luis: Visitor

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'foyer-uploads-'))
    peer = await clamd(join(dataDir, 'clamd.sock'))
    practice = await openPractice({ env: { FOYER_DATA_DIR: dataDir, FOYER_CLAMD: peer.address } })
    maria = await practice.patientVisitor('maria')
    luis = await practice.patientVisitor('luis')
  })
  after(async () => {
    await practice.leave()
    await peer.stop()
    await rm(dataDir, { recursive: true })
  })
  beforeEach(() => Object.assign(peer.manner, { silent: false, mute: false, most: Infinity }))

  const address = (record: RecordName) => `/portal/records/${practice.records[record]}/documents/upload`
  const send = async (files: readonly Sent[], fields: Record<string, string> = {}, record: RecordName = 'maria') =>
    sendForm(maria, address(record), { ...(await formOf(maria, address(record))), ...fields }, files)
  const submissions = () =>
    practice.db.select<{
      id: number
      pid: number | null
      title: string
      note: string
      state: string
      scan: string
      file_id: number | null
      batch: string
    }>(
      `SELECT id, pid, title, note, state, scan, file_id, batch FROM foyer_submissions WHERE kind = 'upload' ORDER BY id`,
    )
  const stored = async (fileId: number) => {
    const row = await practice.db.first<{ storage_key: string; media_type: string }>(
      `SELECT storage_key, media_type FROM foyer_files WHERE id = :fileId`,
      { fileId },
    )
    return { type: row?.media_type, bytes: await practice.portal.files.read(row?.storage_key ?? '') }
  }

  it('wait for staff under a number each, with the note, the bytes unchanged', async () => {
    const [one, two] = [pdfOf('Insurance letter'), Buffer.from('date,weight\n2026-11-01,71\n2026-11-02,70\n')]
    const answer = await send(
      [
        { name: 'letter.pdf', bytes: one },
        { name: 'weight.csv', bytes: two },
      ],
      { note: 'From my old doctor.\nPlease call.' },
    )
    expect(answer.status).to.equal(303)
    const rows = (await submissions()).slice(-2)
    expect(rows.map(({ title, state, scan, pid }) => [title, state, scan, pid])).to.deep.equal([
      ['letter.pdf', 'waiting', 'clean', practice.patients.maria],
      ['weight.csv', 'waiting', 'clean', practice.patients.maria],
    ])
    expect(rows.map(({ note }) => note)).to.deep.equal(Array(2).fill('From my old doctor.\nPlease call.'))
    expect((await stored(rows[0]?.file_id ?? 0)).bytes.equals(one)).to.equal(true)
    expect((await stored(rows[1]?.file_id ?? 0)).bytes.equals(two)).to.equal(true)

    const page = await maria.get(answer.location)
    expect(page.status).to.equal(200)
    expect(page.body)
      .to.include('letter.pdf')
      .and.include('Waiting for the practice')
      .and.match(/Number [A-Z0-9]{4}-/)
  })

  it('lie on the disk sealed, under names of ours alone', async () => {
    await send([{ name: 'Cancer report of Maria.pdf', bytes: pdfOf('A secret of Maria') }])
    const { folder, files, rows } = await storeOf(practice)
    expect(files.length).to.be.greaterThan(0)
    for (const file of files) expect(file).to.match(/^[0-9a-f]{2}\/[0-9a-f]{32}$/)
    expect(files.map((file) => file.slice(3)).sort()).to.deep.equal(rows.map((row) => row.storage_key).sort())
    for (const file of files) {
      expect((await sealedBytes(folder, file)).includes('secret of Maria'), file).to.equal(false)
    }
  })

  it('are noted for staff once for what was sent together, as the host notes an upload (facts §6.4)', async () => {
    await send([
      { name: 'first page.pdf', bytes: pdfOf('1') },
      { name: 'second page.pdf', bytes: pdfOf('2') },
    ])
    const notes = await practice.db.select<Record<string, unknown>>(
      `SELECT pid, title, user, assigned_to, groupname, message_status, authorized, activity, body
         FROM pnotes WHERE title = 'New Document' ORDER BY id DESC LIMIT 2`,
    )
    expect(notes[0]).to.include({
      ...{ pid: practice.patients.maria, user: 'portal-user', assigned_to: 'portal-user', groupname: 'Default' },
      ...{ message_status: 'New', authorized: 1, activity: 1 },
    })
    expect(notes[0]?.['body']).to.match(
      /^\n2026-11-23 08:00 \(portal-user to portal-user\) .*: first page\.pdf, second page\.pdf$/,
    )
    expect(notes[1]?.['body'], 'one note, not two').not.to.include('first page.pdf')
  })

  it('with a virus are removed; its sender reads so in plain words, and nothing reaches staff', async () => {
    const before = await submissions()
    const answer = await send([{ name: 'invoice.pdf', bytes: Buffer.concat([pdfOf('x', 70_000), Buffer.from(EICAR)]) }])
    const page = await maria.get(answer.location)
    expect(page.body).to.include('found a virus').and.include('Refused').and.include('invoice.pdf')
    expect(await submissions()).to.deep.equal(before)
    const { rows, files } = await storeOf(practice)
    expect(rows.filter(({ kept_by }) => kept_by?.startsWith('upload:'))).to.deep.equal([])
    expect(files.length).to.equal(rows.length)
  })

  it('beside one with a virus are sent all the same', async () => {
    const answer = await send([
      { name: 'good.pdf', bytes: pdfOf('good') },
      { name: 'bad.csv', bytes: Buffer.from(`a,b\n${EICAR.replaceAll(',', ';')},1\n`) },
    ])
    const page = await maria.get(answer.location)
    expect(page.body).to.include('Waiting for the practice').and.include('found a virus')
    expect((await submissions()).at(-1)?.title).to.equal('good.pdf')
  })

  it('wait until the scanner answers, and say so: nothing passes unscanned where there is a scanner', async () => {
    peer.manner.mute = true
    const before = await submissions()
    const answer = await send([{ name: 'later.pdf', bytes: pdfOf('later') }])
    expect((await maria.get(answer.location)).body)
      .to.include('Being checked')
      .and.include('hx-trigger="every 3s"')
    expect(await submissions()).to.deep.equal(before)

    await checkUploads.run(practice.portal)
    expect(await submissions(), 'not asked again at once').to.deep.equal(before)
    peer.manner.mute = false
    practice.clock.set('2026-11-23T08:01:00')
    await checkUploads.run(practice.portal)
    expect((await submissions()).at(-1)).to.include({ title: 'later.pdf', scan: 'clean', state: 'waiting' })
    const standing = await maria.get(`${answer.location}/standing`)
    expect(standing.body).to.include('Waiting for the practice').and.not.include('every 3s')
  })

  it('too large for the scanner are refused, not waved through', async () => {
    peer.manner.most = 100_000
    const answer = await send([{ name: 'long.pdf', bytes: pdfOf('long', 300_000) }])
    expect(answer.status, answer.body).to.equal(303)
    // A scanner that has had enough hangs up: now and then its last word is lost with the line, and it is asked again.
    for (let minute = 2; minute < 7 && (await maria.get(answer.location)).body.includes('Being checked'); minute += 1) {
      practice.clock.set(`2026-11-23T08:0${String(minute)}:00`)
      await checkUploads.run(practice.portal)
    }
    expect((await maria.get(answer.location)).body).to.include('too large to be checked for viruses')
  })

  it('as pictures are passed on without where they were taken', async () => {
    const taken = await sharp({ create: { width: 30, height: 10, channels: 3, background: '#888' } })
      .withExif({ IFD0: { Make: 'Telephone of Maria' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
      .jpeg()
      .toBuffer()
    await send([{ name: 'card.JPG', bytes: taken }])
    const { file_id: fileId, title } = (await submissions()).at(-1) ?? { file_id: 0 }
    const { bytes, type } = await stored(fileId ?? 0)
    expect([title, type]).to.deep.equal(['card.JPG', 'image/jpeg'])
    const kept = await sharp(bytes).metadata()
    expect([kept.width, kept.height, kept.exif]).to.deep.equal([30, 10, undefined])
    const { rows, files } = await storeOf(practice)
    expect(files.length, 'the one that was sent is gone').to.equal(rows.length)
  })

  describe('that the practice does not take', () => {
    const refused: Array<[string, Buffer, string]> = [
      ['page.pdf', Buffer.from('<!doctype html><script>alert(1)</script>'), 'web page'],
      ['drawing.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'), 'web page'],
      ['program.pdf', Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), Buffer.alloc(600)]), 'not a kind'],
      ['things.docx', Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1'), 'not a kind'],
      [
        'photo.jpg',
        Buffer.concat([Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), Buffer.alloc(99)]),
        'HEIC',
      ],
      ['nothing.pdf', Buffer.alloc(0), 'It is empty'],
      ['words.pdf', Buffer.from('Dear practice, this is a letter.'), 'not a kind'],
    ]
    for (const [name, bytes, why] of refused) {
      it(`by what is in it, whatever its name: ${name} (${why})`, async () => {
        const [before, were] = [await storeOf(practice), await submissions()]
        const answer = await send([{ name, bytes, type: 'application/pdf' }], { note: 'what I typed' })
        expect(answer.status).to.equal(422)
        expect(answer.body).to.include(`“${name}” was not sent`).and.include(why).and.include('what I typed')
        expect(answer.body).to.match(/id="field-file"[^>]*aria-invalid="true"/)
        expect([await storeOf(practice), await submissions()]).to.deep.equal([before, were])
      })
    }

    it('are named next to those that were taken', async () => {
      const answer = await send([
        { name: 'page.html', bytes: Buffer.from('<html><body>hi</body></html>') },
        { name: 'scan.pdf', bytes: pdfOf('scan') },
      ])
      const page = await maria.get(answer.location)
      expect(page.body).to.include('page.html').and.include('web page').and.include('scan.pdf').and.include('Waiting')
    })

    it('for their size, or since they are too many: 413 with the limit and the name at the field, nothing half-stored', async () => {
      await practice.setting('uploadMegabytes', '1')
      await practice.setting('uploadsAtOnce', '2')
      try {
        const before = await storeOf(practice)
        const large = await send([{ name: 'large.pdf', bytes: pdfOf('l', 1_100_000) }])
        expect(large.status).to.equal(413)
        expect(large.body).to.include('“large.pdf” was not sent. It is larger than 1 MB')
        expect(large.body).to.include('data-error-summary').and.include('href="#field-file"')
        const much = await send([{ name: 'huge.pdf', bytes: pdfOf('h', 19_000_000) }])
        expect(much.status).to.equal(413)
        expect(await storeOf(practice)).to.deep.equal(before)

        const many = await send(['1', '2', '3'].map((name) => ({ name: `${name}.pdf`, bytes: pdfOf(name) })))
        expect((await maria.get(many.location)).body)
          .to.include('3.pdf')
          .and.include('Up to 2 files')
      } finally {
        await practice.setting('uploadMegabytes', '50')
        await practice.setting('uploadsAtOnce', '10')
      }
    })

    it('since none was chosen: 422 and what was typed', async () => {
      const answer = await send([], { note: 'typed' })
      expect(answer.status).to.equal(422)
      expect(answer.body).to.include('Choose at least one file').and.include('>typed</textarea>')
    })
  })

  it('sent twice by one form are there once; other files under the same form are not taken', async () => {
    const form = await formOf(maria, address('maria'))
    const one = [{ name: 'once.pdf', bytes: pdfOf('once') }]
    const [first, second] = await Promise.all([1, 2].map(() => sendForm(maria, address('maria'), form, one)))
    expect([first?.status, second?.status]).to.deep.equal([303, 303])
    expect(second?.location).to.equal(first?.location)
    expect((await submissions()).filter(({ title }) => title === 'once.pdf')).to.have.length(1)
    const other = await sendForm(maria, address('maria'), form, [{ name: 'other.pdf', bytes: pdfOf('other') }])
    expect(other.status).to.equal(422)
    const { rows, files } = await storeOf(practice)
    expect([rows.filter(({ state }) => state !== 'kept'), files.length]).to.deep.equal([[], rows.length])
  })

  it('without the form’s token, signed out, or in another’s record: refused before a byte is stored', async () => {
    const before = await storeOf(practice)
    const file = [{ name: 'x.pdf', bytes: pdfOf('x', 400_000) }]
    const { _once } = await formOf(maria, address('maria'))
    const nextId = async () => {
      const id = await practice.db.transaction((tx) =>
        tx.insert(
          `INSERT INTO foyer_files (storage_key, state, name, created_at) VALUES (REPEAT('0', 32), 'dropped', '', '2026-01-01')`,
        ),
      )
      await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_files WHERE id = :id`, { id }))
      return id
    }
    const next = await nextId()
    const noToken = await sendForm(maria, address('maria'), { _once: _once ?? '' }, file)
    expect([noToken.status, noToken.body.includes('open for too long')]).to.deep.equal([403, true])
    expect((await sendForm(maria, address('maria'), { _once: _once ?? '' }, [])).status, 'and no file').to.equal(403)
    const stranger = await practice.visitor()
    expect((await sendForm(stranger, address('maria'), {}, file)).status).to.equal(303)
    const theirs = await formOf(luis, address('luis'))
    expect((await sendForm(luis, address('maria'), theirs, file)).status).to.equal(404)
    await practice.rule('extent:full', 'documents:upload', 'deny')
    try {
      expect((await sendForm(maria, address('maria'), await formOf(maria, '/portal/account'), file)).status).to.equal(
        404,
      )
    } finally {
      await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_acl_rules WHERE author = 'test'`))
      await practice.db.transaction((tx) =>
        tx.change(`UPDATE foyer_state SET value = value + 1 WHERE name = 'policyVersion'`),
      )
      await practice.refresh()
    }
    expect(await storeOf(practice)).to.deep.equal(before)
    expect(await nextId(), 'not even begun').to.equal(next + 1)
  })

  it('are read again by their sender as a download that no browser runs, and by nobody else', async () => {
    const bytes = pdfOf('mine')
    const { location } = await send([{ name: 'mine, “really”.pdf', bytes }])
    const href = /href="([^"]*\/files\/\d+)"/.exec((await maria.get(location)).body)?.[1] ?? ''
    const response = await fetch(`${maria.origin}${href}`, {
      headers: { cookie: [...maria.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    expect(response.status).to.equal(200)
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).to.equal(true)
    expect(Object.fromEntries(response.headers)).to.include({
      ...{ 'content-type': 'application/pdf', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' },
      'content-security-policy': "sandbox; default-src 'none'",
    })
    expect(response.headers.get('content-disposition')).to.match(/^attachment; /)
    const [record, own] = [practice.records.maria, practice.records.luis]
    expect((await luis.get(href)).status).to.equal(404)
    expect((await luis.get(href.replace(record, own))).status).to.equal(404)
    expect((await luis.get(location.replace(record, own))).status).to.equal(404)
    expect((await maria.get(`${location}/files/999999`)).status).to.equal(404)
    const view = await practice.db.first<{ event: string }>(
      `SELECT event FROM foyer_audit WHERE subject LIKE '%documents/upload/:batch/files%' ORDER BY id DESC LIMIT 1`,
    )
    expect(view?.event).to.equal('patient.downloaded')
  })

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

  it('with a virus that is found only later are told of in a letter without a word of it', async () => {
    await practice.db.transaction((tx) =>
      tx.change(
        `UPDATE foyer_accounts SET email = 'maria@example.org', email_verified_at = '2026-11-01' WHERE id = :id`,
        { id: practice.accounts.maria },
      ),
    )
    const letters = () =>
      practice.db.select<{ account_id: number; facts: object }>(
        `SELECT account_id, facts FROM foyer_letters WHERE kind = 'upload.refused' ORDER BY id`,
      )
    const sick = { name: 'Biopsy of Maria.csv', bytes: Buffer.from(`a,b\n${EICAR},1\n`) }
    await send([sick])
    expect(await letters(), 'who reads it at once is not written to').to.deep.equal([])
    peer.manner.mute = true
    const { location } = await send([{ ...sick, bytes: Buffer.concat([sick.bytes, Buffer.from('2,2\n')]) }])
    peer.manner.mute = false
    practice.clock.set('2026-11-23T08:03:00')
    await checkUploads.run(practice.portal)
    const batch = location.split('/').at(-1)
    expect(await letters()).to.deep.equal([
      { account_id: practice.accounts.maria, facts: { batch, record: practice.records.maria } },
    ])
    expect((await maria.get(location)).body).to.include('found a virus')
  })

  it('of somebody without a chart wait too, and go into the chart once it is linked; back when that is taken back', async () => {
    const answer = await send([{ name: 'before.pdf', bytes: pdfOf('before') }], {}, 'ownOfMaria')
    expect((await maria.get(answer.location)).body).to.include('Waiting for the practice')
    expect((await submissions()).at(-1)).to.include({ title: 'before.pdf', pid: null })
    const who = {
      accountId: practice.accounts.maria,
      ownRecord: practice.records.ownOfMaria,
      actor: { kind: 'account', id: String(practice.accounts.maria), name: 'Maria', requestId: undefined } as const,
    }
    const [staff, id, pid] = [await administrator(practice), await register(practice, who), await practice.patient()]
    const wish = { id, pid, move: true, seen: undefined }
    expect(await linkRegistration(practice.portal, staff.member, staff.actor, wish)).to.include({ ok: true })
    expect((await submissions()).at(-1)).to.include({ title: 'before.pdf', pid })
    expect((await maria.get(answer.location)).status, 'no longer in the own record').to.equal(404)
    const undone = await unlinkRegistration(practice.portal, staff.member, staff.actor, { id, reason: 'Another' })
    expect(undone).to.include({ ok: true })
    expect((await submissions()).at(-1)).to.include({ title: 'before.pdf', pid: null })
  })
})
