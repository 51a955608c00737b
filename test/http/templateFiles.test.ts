/** PDFs of the library: taken if they can be read, replaced, renamed; and what patients have begun stays what they read. */
import { expect } from 'chai'
import PDFDocument from 'pdfkit'
import { PDF } from '../../module/host/templates.js'
import { formOf, sendForm, type FilesAnswer } from '../support/files.js'
import { beginAs, pathOf, pdfOf, pinnedBytes, sendAs, sendTemplate } from '../support/filling.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'

const AT = '/staff/portal/templates'
const BROKEN = Buffer.from('%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer << >>\n%%EOF\n')

describe('A PDF of the library', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let admin: Visitor
  let maria: Visitor

  before(async () => {
    practice = await openPractice({ site: '8.2' })
    admin = await practice.staffVisitor('admin')
    maria = await practice.patientVisitor('maria')
  })
  after(() => practice.leave())

  let made = 0
  const upload = async (bytes: Buffer, fields: Record<string, string> = {}, file = 'Notice.pdf') => {
    const form = await formOf(admin, `${AT}/new`)
    return sendForm(admin, `${AT}/uploads`, { ...form, name: '', category: '', ...fields }, [{ name: file, bytes }])
  }
  const uploaded = async (...pages: string[]): Promise<number> => {
    const answer = await upload(await pdfOf(...pages), { name: `Rules ${String((made += 1))}` })
    expect(answer.status, answer.body.slice(0, 2000)).to.equal(303)
    return Number(/templates\/(\d+)$/.exec(answer.location)?.[1])
  }
  const edit = async (id: number) => {
    const page = await admin.get(`${AT}/${String(id)}/edit`)
    const value = (name: string) => new RegExp(`name="${name}"[^>]*value="([^"]*)"`).exec(page.body)?.[1] ?? ''
    return { _csrf: value('_csrf'), name: value('name'), category: '', note: '', seen: value('seen') }
  }
  const replace = (
    id: number,
    fields: Record<string, string>,
    bytes?: Buffer,
    name = 'New.pdf',
  ): Promise<FilesAnswer> => sendForm(admin, `${AT}/${String(id)}/file`, fields, bytes ? [{ name, bytes }] : [])
  const bytesAt = async (who: Visitor, path: string): Promise<Buffer> => {
    const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(`${who.origin}${path}`, { headers: { Cookie: cookie } })
    expect(answer.status, path).to.equal(200)
    return Buffer.from(await answer.arrayBuffer())
  }
  const hostRow = (id: number) =>
    practice.db.first<Record<string, unknown>>(
      `SELECT pid, profile, category, location, template_name, status, size, mime, template_content, end_date
         FROM document_templates WHERE id = :id`,
      { id },
    )
  const versions = (id: number) =>
    practice.db.select<{ id: number; version: number; changed: string; note: string }>(
      `SELECT id, version, changed, note FROM foyer_template_versions WHERE template_id = :id ORDER BY version`,
      { id },
    )
  const withPassword = () =>
    new Promise<Buffer>((resolve) => {
      const document = new PDFDocument({ userPassword: 'secret', ownerPassword: 'owner' })
      const parts: Buffer[] = []
      document.on('data', (part: Buffer) => parts.push(part))
      document.on('end', () => {
        resolve(Buffer.concat(parts))
      })
      document.text('Nobody reads this.').end()
    })

  it('is kept as it is, and given back only as a download', async () => {
    const pdf = await pdfOf('The rules of the house')
    const kept = await upload(pdf, {}, 'Notice.of.2026.pdf')
    expect(kept.status, kept.body.slice(0, 1500)).to.equal(303)
    const path = `${kept.location.replace(admin.origin, '')}/file`
    expect((await bytesAt(admin, path)).equals(pdf)).to.equal(true)
    const { headers } = await admin.get(path)
    expect(headers.get('content-disposition')).to.equal('attachment; filename=Notice_of_2026.pdf')
    expect(headers.get('content-security-policy')).to.contain('sandbox')
    expect(headers.get('x-content-type-options')).to.equal('nosniff')
  })

  it('that nobody could read is refused at its field with the reason, and what was typed stays', async () => {
    const count = () => practice.db.first(`SELECT COUNT(*) AS count FROM document_templates`)
    const before = await count()
    for (const [bytes, why] of [
      [BROKEN, 'This PDF cannot be opened: it is damaged, or has no pages.'],
      [(await pdfOf('a', 'b', 'c')).subarray(0, 900), 'This PDF cannot be opened: it is damaged, or has no pages.'],
      [await withPassword(), 'This PDF asks for a password: patients could not read it.'],
    ] as const) {
      const answer = await upload(bytes, { name: 'House rules', category: 'repository' })
      expect(answer.status, why).to.equal(422)
      expect(answer.body).to.match(new RegExp(`id="field-file-error">[^]*?${why}`))
      expect(answer.body).to.match(/id="field-upload-name"[^>]*value="House rules"/)
      expect(answer.body).to.match(/id="field-upload-category"[^]*?value="repository" selected/)
    }
    const long = await upload(await pdfOf('a'), { name: 'x'.repeat(256) })
    expect(long.status).to.equal(422)
    expect(long.body)
      .to.contain(`value="${'x'.repeat(256)}"`)
      .and.to.contain('id="field-upload-name-error"')
    expect((await upload(await pdfOf('a'), { category: 'no such' })).body).to.contain('field-upload-category-error')
    expect(await count()).to.deep.equal(before)
  })

  it('is replaced by another: a version more, each still to be had, and the host’s row says what is asked for now', async () => {
    const [first, second] = [await pdfOf('first'), await pdfOf('second', 'longer')]
    const answer = await upload(first, { name: 'House rules 1', category: 'repository' })
    const id = Number(/templates\/(\d+)$/.exec(answer.location)?.[1])
    const form = { ...(await edit(id)), category: 'repository' }
    const done = await replace(id, { ...form, note: 'Longer' }, second)
    expect(done.status, done.body.slice(0, 2000)).to.equal(303)
    expect(await hostRow(id)).to.deep.equal({
      ...{ pid: -1, profile: '', category: 'repository', location: 'Repository', template_name: 'House rules 1' },
      ...{ status: 'New', size: second.length, mime: PDF, template_content: second, end_date: null },
    })
    const all = await versions(id)
    expect(all.map(({ changed, note, version }) => [version, changed, note])).to.deep.equal([
      [1, 'uploaded', 'Notice.pdf'],
      [2, 'uploaded', 'Longer'],
    ])
    for (const [at, bytes] of [first, second].entries()) {
      const page = `${AT}/${String(id)}/versions/${String(all[at]?.id)}`
      expect((await admin.get(page)).body).to.contain(`href="${page}/file"`)
      expect((await bytesAt(admin, `${page}/file`)).equals(bytes), String(at + 1)).to.equal(true)
      const { headers } = await admin.get(`${page}/file`)
      expect(headers.get('content-disposition')).to.match(/^attachment/)
      expect(headers.get('content-security-policy')).to.contain('sandbox')
    }
    // Of another template there is no such version.
    const other = await uploaded('other')
    expect((await admin.get(`${AT}/${String(other)}/versions/${String(all[0]?.id)}/file`)).status).to.equal(404)

    const late = await replace(id, { ...form, note: 'mine' }, first)
    expect(late.status).to.equal(409)
    expect(late.body).to.contain('Somebody changed the template').and.to.contain('value="mine"')
    expect(late.body).to.contain('Choose the file again')
    expect(await versions(id)).to.have.length(2)
    for (const [bytes, why] of [
      [BROKEN, 'is damaged'],
      [await withPassword(), 'asks for a password'],
      [Buffer.from('<p>text</p>'), 'This is no PDF.'],
    ] as const) {
      const refused = await replace(id, { ...(await edit(id)), note: 'typed' }, bytes)
      expect(refused.status, why).to.equal(422)
      expect(refused.body).to.match(new RegExp(`id="field-file-error">[^]*?${why}`))
      expect(refused.body).to.contain('value="typed"')
    }
    expect(await versions(id)).to.have.length(2)
  })

  it('is renamed and moved without a file, and no version is made of it', async () => {
    const id = await uploaded('the same')
    const form = await edit(id)
    const places = () =>
      practice.db.select(
        `SELECT template_id, template_name, category FROM document_template_profiles WHERE profile = 'profile_9' ORDER BY id`,
      )
    await practice.db.transaction(async (tx) => {
      for (const template of [id, 0]) {
        await tx.insert(
          `INSERT INTO document_template_profiles
             (template_id, profile, template_name, category, provider, modified_date, member_of, active, recurring, event_trigger, period,
              notify_trigger, notify_period)
           VALUES (:template, 'profile_9', 'the same', 'Group', 1, NOW(), 'group_1', 1, 0, 'once', 0, '', 0)`,
          { template },
        )
      }
    })
    expect((await replace(id, { ...form, name: '' })).body).to.contain('Give it a name.')
    expect((await replace(id, { ...form, category: 'no such' })).status).to.equal(422)
    const done = await replace(id, { ...form, name: 'Renamed rules', category: 'repository' })
    expect(done.status).to.equal(303)
    expect(await hostRow(id)).to.include({ template_name: 'Renamed rules', category: 'repository', mime: PDF })
    expect(await places(), 'in its profiles, too, and nothing else there').to.deep.equal([
      { template_id: id, template_name: 'Renamed rules', category: 'repository' },
      { template_id: 0, template_name: 'the same', category: 'Group' },
    ])
    expect(await versions(id)).to.have.length(1)
    const taken = await replace(await uploaded('another'), { ...(await edit(id)), name: 'Renamed rules' })
    expect(taken.status).to.equal(409)
  })

  it('stays in a category that the practice has taken off its list, until another is chosen', async () => {
    for (const mime of ['text/plain', PDF]) {
      const content = mime === PDF ? await pdfOf('x') : Buffer.from('Name: {TextInput}')
      const id = await practice.db.transaction((tx) =>
        tx.insert(
          `INSERT INTO document_templates (pid, provider, profile, category, location, template_name, status, size, template_content, mime)
           VALUES (-1, 1, '', 'gone', 'Repository', :name, 'New', 1, :content, :mime)`,
          { content, mime, name: `Of a category that is gone, ${mime}` },
        ),
      )
      const page = await admin.get(`${AT}/${String(id)}/edit`)
      expect(page.body).to.match(/<option value="gone" selected>/)
      const { _csrf, ...form } = { ...(await edit(id)), category: 'gone', name: `Renamed, ${mime}` }
      const done =
        mime === PDF
          ? await replace(id, { ...form, _csrf })
          : await admin.post(`${AT}/${String(id)}/content`, { ...form, content: 'Your name: {TextInput}' })
      expect(done.status, done.body.slice(0, 1500)).to.equal(303)
      expect(await hostRow(id)).to.include({ category: 'gone', template_name: `Renamed, ${mime}` })
    }
  })

  it('says of whom it was asked before it was replaced, until they are asked anew', async () => {
    const id = await uploaded('wrong')
    const page = `${AT}/${String(id)}`
    const asking = `${AT}/asking/${String(practice.patients.john)}`
    const ask = async () => {
      const answer = await admin.post(asking, { template: String(id), dueOn: '', remindDays: '' }, { from: asking })
      expect(answer.status, answer.body.slice(0, 1000)).to.equal(303)
    }
    const older = 'Asked before the last change'
    practice.clock.set('2026-11-23T08:01:00')
    await ask()
    expect((await admin.get(page)).body)
      .to.contain('Carter, John')
      .and.not.to.contain(older)
    practice.clock.set('2026-11-23T08:02:00')
    expect((await replace(id, await edit(id), await pdfOf('right'))).status).to.equal(303)
    expect((await admin.get(page)).body).to.contain(older)
    practice.clock.set('2026-11-23T08:03:00')
    await ask()
    expect((await admin.get(page)).body)
      .to.contain('Carter, John')
      .and.not.to.contain(older)
    practice.clock.set('2026-11-23T08:00:00')
  })

  it('takes no text in its place, and a text takes no PDF', async () => {
    const id = await uploaded('stays')
    const before = await hostRow(id)
    const { _csrf: _, ...form } = await edit(id)
    const text = { ...form, content: 'Name: {TextInput}', anyway: '1' }
    expect((await admin.post(`${AT}/${String(id)}/content`, text)).status).to.equal(404)
    expect(await hostRow(id)).to.deep.equal(before)

    const page = await admin.post(
      AT,
      { name: 'A text', category: '', content: 'Name: {TextInput}' },
      { from: `${AT}/new` },
    )
    const other = Number(/templates\/(\d+)$/.exec(page.location ?? '')?.[1])
    expect((await replace(other, await edit(other), await pdfOf('x'))).status).to.equal(404)
    expect((await hostRow(other))?.['mime']).to.equal('text/plain')
  })

  it('stays the host’s own kind of text where a questionnaire of the host’s is changed', async () => {
    const id = await practice.db.transaction((tx) =>
      tx.insert(
        `INSERT INTO document_templates (pid, provider, profile, category, location, template_name, status, size, template_content, mime)
         VALUES (-1, 1, '', '', 'Repository', 'Asked by the host', 'New', 1, 'Name: {TextInput}', 'application/text')`,
      ),
    )
    const { _csrf: _, ...form } = await edit(id)
    const done = await admin.post(`${AT}/${String(id)}/content`, { ...form, content: 'Name *: {TextInput}' })
    expect(done.status, done.body.slice(0, 1500)).to.equal(303)
    expect(await hostRow(id)).to.include({ mime: 'application/text' })
  })

  it('says whose name it would have, also where that one is retired, and leads there', async () => {
    const id = await uploaded('old')
    const name = `Rules ${String(made)}`
    const again = await upload(await pdfOf('new'), { name })
    expect(again.status).to.equal(422)
    expect(again.body)
      .to.contain('There is a template of this name')
      .and.to.contain(`href="${AT}/${String(id)}"`)
    await admin.post(`${AT}/${String(id)}/retirement`, { on: '1' })
    const retired = await upload(await pdfOf('new'), { name })
    expect(retired.body)
      .to.contain('A retired template has this name')
      .and.to.contain(`href="${AT}/${String(id)}"`)
    // The way out: the retired one gets another name, and this one is free.
    const renamed = await replace(id, { ...(await edit(id)), name: `${name} (old)` })
    expect(renamed.status, renamed.body.slice(0, 1000)).to.equal(303)
    expect((await upload(await pdfOf('new'), { name })).status).to.equal(303)
  })

  it('that a patient has begun or signed stays the one that they read, byte for byte', async () => {
    const [first, second] = [await pdfOf('The first rules'), await pdfOf('The second rules')]
    const answer = await upload(first, { name: 'Rules for all' })
    const id = Number(/templates\/(\d+)$/.exec(answer.location)?.[1])
    const { maria: record } = practice.records
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET patient_groups = 'group_4' WHERE pid = :pid`, {
        pid: practice.patients.maria,
      }),
    )
    const asking = `${AT}/${String(id)}/asking`
    expect((await admin.post(asking, { to: 'group:group_4' }, { from: asking })).status).to.equal(303)
    const begun = await beginAs(maria, record, id)
    expect((await replace(id, await edit(id), second)).status).to.equal(303)

    expect((await bytesAt(maria, pathOf(record, begun, `/files/${String(id)}/file`))).equals(first)).to.equal(true)
    const signed = { acknowledge0: 'on', patient_signature0: 'Maria Santos' }
    expect((await sendAs(maria, record, begun, signed)).status).to.equal(303)
    const submitted = await bytesAt(maria, pathOf(record, begun, '/document.pdf'))
    expect((await replace(id, await edit(id), await pdfOf('The third rules'))).status).to.equal(303)
    expect((await pinnedBytes(practice, begun))?.equals(first)).to.equal(true)
    expect((await bytesAt(maria, pathOf(record, begun, '/document.pdf'))).equals(submitted)).to.equal(true)
    expect((await bytesAt(maria, pathOf(record, begun, `/files/${String(id)}/file`))).equals(first)).to.equal(true)

    // Asked for anew, it is the one of today.
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE onsite_documents SET denial_reason = 'Locked', create_date = '2025-01-01' WHERE id = :begun`, {
        begun,
      }),
    )
    const later = await beginAs(maria, record, id)
    expect(later).not.to.equal(begun)
    const now = await bytesAt(maria, pathOf(record, later, `/files/${String(id)}/file`))
    expect(now.equals(await bytesAt(admin, `${AT}/${String(id)}/file`))).to.equal(true)
  })

  it('that the host’s own screens took although nobody can read it is said to staff, who put another in its place', async () => {
    for (const [content, why] of [
      [BROKEN, 'This PDF cannot be opened'],
      [await withPassword(), 'This PDF asks for a password'],
    ] as const) {
      const id = await practice.db.transaction((tx) =>
        tx.insert(
          `INSERT INTO document_templates (pid, provider, profile, category, location, template_name, status, size, template_content, mime)
           VALUES (-1, 1, '', '', 'Repository', :name, 'New', 1, :content, 'application/pdf')`,
          { content, name: `Of the host, ${String(content.length)}` },
        ),
      )
      expect((await admin.get(`${AT}/${String(id)}`)).body).to.contain(why)
      expect((await replace(id, await edit(id), await pdfOf('mended'))).status).to.equal(303)
      expect((await admin.get(`${AT}/${String(id)}`)).body).not.to.contain('notice-warning')
      expect((await versions(id)).map(({ changed }) => changed)).to.deep.equal(['host', 'uploaded'])
    }
  })

  it('that the host’s own screens took although nobody can read it is said to its patient, with the file to download', async () => {
    const { maria: pid } = practice.patients
    const { maria: record } = practice.records
    for (const content of [BROKEN, await withPassword()]) {
      const id = await beginAs(maria, record, await sendTemplate(practice, { pid, content, mime: PDF }))
      const form = await maria.get(pathOf(record, id))
      const [, reading = ''] = /href="([^"]*\/files\/\d+)"/.exec(form.body) ?? []
      const page = await maria.get(reading)
      expect(page.status).to.equal(200)
      expect(page.body).to.contain('The pages cannot be shown here').and.to.contain(`href="${reading}/file"`)
      expect(page.body).to.contain('call the practice').and.not.to.contain('document-page')
      expect((await bytesAt(maria, `${reading}/file`)).equals(content)).to.equal(true)
      const picture = await maria.get(`${reading}/pages/1`)
      expect(picture.status).to.equal(422)
      expect(picture.body).to.contain(`href="${reading}/file"`)
    }
  })
})
