/** Signatures that nobody could see, and such as no column holds: said at the field, and nothing is lost. */
import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import sharp from 'sharp'
import { dumpRows } from '../support/dump.js'
import { enough, hiddenOf, pathOf } from '../support/filling.js'
import type { TestPractice } from '../support/practice.js'
import type { Visitor } from '../support/visitor.js'
import { openFilling, valueOf, written, type Filling } from './fillingPages.js'

/** What the host's column of a signature holds (facts A3). */
const COLUMN = 65_535

describe('A signature', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let maria: Visitor
  let record: string
  let begun: Filling['begun']

  before(async () => {
    ;({ begun, maria, practice, record } = await openFilling())
  })
  after(() => practice.leave())

  const sign = async (id: number, fields: Record<string, string>) => {
    const form = await maria.get(pathOf(record, id))
    return maria.post(pathOf(record, id), { ...hiddenOf(form), ...enough, ...fields, then: 'check' })
  }

  it('of letters that nobody can see is refused at its field, with what was typed still there', async () => {
    const id = await begun()
    const before = await dumpRows(practice.db, written)
    for (const name of ['\u200b', '\u2060\u2060', '\ufeff\u200b', '\u0301\u0302', '\u200f\u202e', '\u3164', '\u2800']) {
      const answer = await sign(id, { patient_signature0: name })
      const why = JSON.stringify(name)
      expect(answer.status, why).to.equal(422)
      expect(answer.body, why).to.contain('Nothing of what was typed can be seen.')
      expect(answer.body, why).to.contain('href="#field-patient_signature0"').and.to.contain('value="Cough"')
      expect(await dumpRows(practice.db, written), why).to.deep.equal(before)
    }
    expect((await sign(id, { patient_signature0: 'Mari\u0301a Sa\u200bntos' })).status).to.equal(303)
  })

  it('that the host’s own portal kept larger than its column is made smaller, or asked for anew; never lost sight of', async () => {
    const id = await begun()
    await drawnThere(id, await noise(400, 200))
    const early = await maria.get(pathOf(record, id, '/check'))
    expect(early.body).to.contain('The drawing is too large.').and.not.to.contain('name="seen"')
    expect((await sign(id, { patient_signature0: '', patient_signature0_drawn: 'keep' })).status).to.equal(303)
    const kept = await signatureOf(id)
    expect(kept).to.match(/^data:image\/png;base64,/)
    expect(kept.length).to.be.within(500, COLUMN)
    expect(await valueOf(practice, id, 'patient_signature0')).to.equal(kept)
    // Who drew it there did not sign here.
    const row = await practice.db.first(`SELECT sign_kind, signings FROM foyer_filled WHERE onsite_id = :id`, { id })
    expect(row).to.deep.equal({ sign_kind: null, signings: null })
    const { seen } = hiddenOf(await maria.get(pathOf(record, id, '/check')))
    expect((await maria.post(pathOf(record, id, '/submission'), { seen })).status).to.equal(303)

    const other = await begun()
    await drawnThere(other, `data:image/jpeg;base64,${randomBytes(60_000).toString('base64')}`)
    const refused = await sign(other, { patient_signature0: '', patient_signature0_drawn: 'keep' })
    expect(refused.status).to.equal(422)
    expect(refused.body).to.contain('href="#field-patient_signature0"').and.to.contain('value="Cough"')
    expect((await sign(other, {})).status).to.equal(303)
  })

  const drawnThere = (id: number, image: string) =>
    practice.db.transaction((tx) =>
      tx.change(`UPDATE onsite_documents SET template_data = :values, denial_reason = 'Editing' WHERE id = :id`, {
        ...{ id, values: JSON.stringify([{ name: 'patient_signature0', value: image }]) },
      }),
    )

  async function signatureOf(id: number): Promise<string> {
    const row = await practice.db.first<{ image: string | null }>(
      `SELECT patient_signature AS image FROM onsite_documents WHERE id = :id`,
      { id },
    )
    return row?.image ?? ''
  }

  /** A PNG that no packing makes small. */
  async function noise(width: number, height: number): Promise<string> {
    const raw = { width, height, channels: 3 } as const
    const png = await sharp(randomBytes(width * height * 3), { raw })
      .png()
      .toBuffer()
    return `data:image/png;base64,${png.toString('base64')}`
  }
})
