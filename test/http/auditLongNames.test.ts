/** Documents whose names are longer than a name in the chart may be: what the page offers is what it takes. */
import { expect } from 'chai'
import { fileDue } from '../../module/features/documents/audit/batch.js'
import { aSubmission, filingOn, pathOfSubmission } from '../support/submissions.js'
import { aDocumentSent, openAuditing, openedBy, tick, type Auditing } from './auditing.js'

const LONG = [
  'ñ'.repeat(250),
  // An accent of its own, and pictures of two and of eight characters: none is cut in two.
  'n\u0303'.repeat(125),
  '😀'.repeat(125),
  `x${'👩‍👩‍👧'.repeat(31)}`,
]

describe('A long name', function () {
  this.timeout(90_000)
  let auditing: Auditing

  before(async () => {
    auditing = await openAuditing()
  })
  after(() => auditing.leave())

  const chartName = async (submission: number) =>
    auditing.practice.db.first<{ name: string; filed_name: string }>(
      `SELECT d.name, s.filed_name FROM foyer_submissions s JOIN documents d ON d.id = s.document_id WHERE s.id = :submission`,
      { submission },
    )

  it('is made shorter once, so that the button files just what it says', async () => {
    const { admin } = auditing
    for (const title of LONG) {
      const { id } = await aDocumentSent(auditing, title)
      const page = await openedBy(admin, id)
      const { name = '', ...rest } = filingOn(page)
      expect(name.length, name).to.be.within(150, 200)
      expect(name)
        .to.match(/\.pdf$/)
        .and.to.satisfy((text: string) => !/\p{Cs}/u.test(text))
      expect(page.body).to.contain(`File “${name}” into`)
      const filed = await admin.post(pathOfSubmission(id, '/filing'), { ...rest, name })
      expect(filed.status, filed.body.slice(0, 1500)).to.equal(303)
      expect(await chartName(id)).to.deep.equal({ name, filed_name: name })
    }
  })

  it('is the same when many are filed at once, and keeps a file’s ending', async () => {
    const { admin, practice } = auditing
    const name = `${'carta '.repeat(39)}.pdf`
    const id = await aSubmission(practice, { name, scan: 'clean', title: name })
    const page = await openedBy(admin, id)
    await tick(admin, id)
    practice.clock.set('2026-11-23T08:05:00')
    await fileDue(practice.portal)
    practice.clock.set('2026-11-23T08:00:00')
    const kept = (await chartName(id))?.name ?? ''
    expect(kept).to.equal(filingOn(page)['name'])
    expect(kept)
      .to.match(/^carta carta .*\.pdf$/)
      .and.to.have.length.within(190, 200)
  })
})
