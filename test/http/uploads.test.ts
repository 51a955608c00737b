/** A patient sends files: what arrives, what is refused, and what staff get to see of it. */
import { expect } from 'chai'
import { linkRegistration } from '../../module/features/registration/staff/linking.js'
import { unlinkRegistration } from '../../module/features/registration/staff/unlinking.js'
import { administrator, register } from '../integration/registration/people.js'
import { formOf, pdfOf, sealedBytes, sendForm, storeOf } from '../support/files.js'
import type { TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { withoutChart } from '../support/withoutChart.js'
import { openUploading, type Uploading } from './uploading.js'

describe('Files that a patient sends', function () {
  this.timeout(60_000)
  let uploading: Uploading
  let practice: TestPractice
  let maria: Visitor
  let luis: Visitor
  let address: Uploading['address']
  let send: Uploading['send']
  let submissions: Uploading['submissions']
  let stored: Uploading['stored']

  before(async () => {
    uploading = await openUploading()
    ;({ address, luis, maria, practice, send, stored, submissions } = uploading)
  })
  after(() => uploading.leave())

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

  it('of somebody without a chart wait too, and go into the chart once it is linked; back when that is taken back', async () => {
    await withoutChart(practice, 'maria', async () => {
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
      const moved = await maria.get(answer.location)
      expect(moved.status, 'no longer in the own record').to.equal(303)
      expect((await maria.get(moved.location ?? '')).body, 'in the chart').to.include('before.pdf')
      const undone = await unlinkRegistration(practice.portal, staff.member, staff.actor, { id, reason: 'Another' })
      expect(undone).to.include({ ok: true })
      expect((await submissions()).at(-1)).to.include({ title: 'before.pdf', pid: null })
    })
  })
})
