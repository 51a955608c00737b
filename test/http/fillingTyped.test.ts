/** What a patient types into a document: kept, beside what was typed elsewhere, and taken only if it may be. */
import { expect } from 'chai'
import { dumpRows } from '../support/dump.js'
import { enough, hiddenOf, pathOf, pdfOf, sendAs } from '../support/filling.js'
import type { TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { openFilling, valueOf, written, type Filling } from './fillingPages.js'

describe('What is typed into a document', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Visitor
  let record: string
  let begun: Filling['begun']

  before(async () => {
    ;({ begun, maria, practice, record } = await openFilling())
  })
  after(() => practice.leave())

  it('is kept twice where two devices write, and what was kept aside is given back', async () => {
    const id = await begun()
    const [here, there] = [await maria.get(pathOf(record, id)), await maria.get(pathOf(record, id))]
    await maria.post(pathOf(record, id), { ...hiddenOf(there), text_input0: 'from the phone', then: 'save' })
    const stale = await maria.post(pathOf(record, id), {
      ...hiddenOf(here),
      text_input0: 'from the desk',
      then: 'save',
    })
    expect(stale.status).to.equal(409)
    expect(stale.body).to.contain('from the phone').and.to.contain('value="from the desk"')
    expect(await valueOf(practice, id, 'text_input0')).to.equal('from the phone')

    // The tab is closed here: what it held is there on any other page.
    const later = await maria.get(pathOf(record, id))
    expect(later.body).to.contain('from the phone').and.to.contain('from the desk')
    const [, use = ''] = /href="([^"]*\?kept=\d+)"/.exec(later.body) ?? []
    const used = await maria.get(use)
    expect(used.body).to.contain('value="from the desk"')
    await maria.post(pathOf(record, id), { ...hiddenOf(used), text_input0: 'from the desk', then: 'save' })
    expect(await valueOf(practice, id, 'text_input0')).to.equal('from the desk')
    const [, dismissal = ''] = /action="([^"]*\/kept\/\d+\/dismissal)"/.exec(later.body) ?? []
    expect((await maria.post(dismissal)).status).to.equal(303)
    expect((await maria.get(pathOf(record, id))).body).not.to.contain('data-test="kept"')
  })

  it('may be saved over what one was told of, and with the same words needs no telling', async () => {
    const id = await begun()
    const [here, there] = [await maria.get(pathOf(record, id)), await maria.get(pathOf(record, id))]
    await maria.post(pathOf(record, id), { ...hiddenOf(there), text_input0: 'the same', then: 'save' })
    const same = await maria.post(pathOf(record, id), { ...hiddenOf(here), text_input0: 'the same', then: 'save' })
    expect(same.status).to.equal(303)
    const [left, right] = [await maria.get(pathOf(record, id)), await maria.get(pathOf(record, id))]
    await maria.post(pathOf(record, id), { ...hiddenOf(left), text_input0: 'left', then: 'save' })
    const told = await maria.post(pathOf(record, id), { ...hiddenOf(right), text_input0: 'right', then: 'save' })
    expect(told.status).to.equal(409)
    const over = await maria.post(pathOf(record, id), { ...hiddenOf(told), text_input0: 'right', then: 'save' })
    expect(over.status).to.equal(303)
    expect(await valueOf(practice, id, 'text_input0')).to.equal('right')
  })

  it('is not laid over by a slow save of the same page', async () => {
    const id = await begun()
    const hidden = hiddenOf(await maria.get(pathOf(record, id)))
    const save = (number: string, text: string) =>
      maria.post(
        `${pathOf(record, id)}?by=itself`,
        { ...hidden, number, text_input0: text },
        { headers: { 'HX-Request': 'true' } },
      )
    expect((await save('1', 'a')).status).to.equal(200)
    expect((await save('3', 'a later one')).status).to.equal(200)
    expect((await save('2', 'a slow one')).status).to.equal(200)
    expect(await valueOf(practice, id, 'text_input0')).to.equal('a later one')
    const other = hiddenOf(await maria.get(pathOf(record, id)))
    await maria.post(pathOf(record, id), { ...other, text_input0: 'elsewhere', then: 'save' })
    const told = await save('4', 'too late')
    expect(told.status).to.equal(409)
    expect(told.body).to.contain('kept aside').and.not.to.contain('<html')
    expect(await valueOf(practice, id, 'text_input0')).to.equal('elsewhere')
  })

  it('is not laid over what the host’s own portal saved meanwhile', async () => {
    const id = await begun()
    const form = await maria.get(pathOf(record, id))
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE onsite_documents SET template_data = :values, denial_reason = 'Editing' WHERE id = :id`, {
        ...{ id, values: JSON.stringify([{ name: 'text_input0', value: 'typed there' }]) },
      }),
    )
    const stale = await maria.post(pathOf(record, id), { ...hiddenOf(form), text_input0: 'typed here', then: 'save' })
    expect(stale.status).to.equal(409)
    expect(await valueOf(practice, id, 'text_input0')).to.equal('typed there')
  })

  it('is not taken where it is staff’s to say', async () => {
    const id = await begun()
    const form = await maria.get(pathOf(record, id))
    const before = await dumpRows(practice.db, written)
    const theirs = {
      ...{ admin_signature0: 'Dr Lee', state: 'Locked', status: 'closed', type: 'admin-signature', category: '3' },
      ...{
        denial_reason: 'Locked',
        signature_type: 'admin-signature',
        group_radio0: 'something else',
        ynradio0: 'Maybe',
      },
    }
    for (const [name, value] of Object.entries(theirs)) {
      const answer = await maria.post(pathOf(record, id), { ...hiddenOf(form), ...enough, [name]: value, then: 'save' })
      expect(answer.status, name).to.equal(422)
      expect(await dumpRows(practice.db, written), name).to.deep.equal(before)
    }
  })

  it('or drawn is taken only if it is a drawing, and kept small', async () => {
    const id = await begun()
    const draw = async (image: string) => {
      const form = await maria.get(pathOf(record, id))
      return maria.post(pathOf(record, id), { ...hiddenOf(form), ...enough, patient_signature0: image, then: 'save' })
    }
    const url = (bytes: Buffer, type = 'image/png') => `data:${type};base64,${bytes.toString('base64')}`
    const noise = await drawing(1500, 900)
    expect((await draw(url(await drawing(400, 120, false)))).status, 'an empty sheet').to.equal(422)
    expect((await draw(url(Buffer.from('<svg onload="alert(1)">'), 'image/svg+xml'))).status, 'SVG').to.equal(422)
    expect((await draw(url(Buffer.from('GIF89a not a picture')))).status, 'no PNG').to.equal(422)
    expect((await draw(url(noise.subarray(0, 4000)))).status, 'half a PNG').to.equal(422)
    expect((await draw('data:image/png;base64,"><script>')).status, 'no base64').to.equal(422)
    expect((await draw(url(noise))).status, 'a large drawing').to.equal(303)
    const row = await practice.db.first<{ patient_signature: string }>(
      `SELECT patient_signature FROM onsite_documents WHERE id = :id`,
      { id },
    )
    expect(row?.patient_signature.length ?? 0).to.be.within(500, 65_535)
  })

  it('is a tick and a signature where a PDF is to be read, page by page or as the file', async () => {
    const id = await begun(await pdfOf('The rules of the house', 'Second page'), 'application/pdf')
    const form = await maria.get(pathOf(record, id))
    const [, reading = ''] = /href="([^"]*\/files\/\d+)"/.exec(form.body) ?? []
    const page = await maria.get(reading)
    expect(page.body.match(/<img/g)).to.have.length(2)
    const picture = await maria.get(`${reading}/pages/2`)
    expect(picture.headers.get('content-type')).to.equal('image/png')
    expect((await maria.get(`${reading}/pages/3`)).status).to.equal(404)
    const file = await maria.get(`${reading}/file`)
    expect(file.headers.get('content-disposition')).to.contain('attachment')
    const unread = await sendAs(maria, record, id, { patient_signature0: 'Maria Santos' })
    expect(unread.status).to.equal(422)
    const unsigned = await sendAs(maria, record, id, { acknowledge0: 'on' })
    expect(unsigned.status).to.equal(422)
    expect(
      (await sendAs(maria, record, id, { acknowledge0: 'on', patient_signature0: 'Maria Santos' })).status,
    ).to.equal(303)
  })
})

async function drawing(width: number, height: number, ink = true): Promise<Buffer> {
  const { default: sharp } = await import('sharp')
  const lines = Array.from({ length: 60 }, (_, at) => `${String((at * 97) % width)},${String((at * 61) % height)}`)
  const stroke = ink ? `<polyline points="${lines.join(' ')}" fill="none" stroke="black" stroke-width="3"/>` : ''
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}">${stroke}</svg>`
  return sharp(Buffer.from(svg)).png().toBuffer()
}
