/** The queue of what patients sent, as staff look through it. */
import { expect } from 'chai'
import type { TestPractice } from '../support/practice.js'
import { aSubmission, manySubmissions } from '../support/submissions.js'
import type { Visitor } from '../support/visitor.js'
import { openAuditing, type Auditing } from './auditing.js'
import { HTMX } from './portals.js'

describe('The queue of what patients sent', function () {
  this.timeout(90_000)
  let auditing: Auditing
  let practice: TestPractice
  let admin: Visitor

  before(async () => {
    auditing = await openAuditing()
    ;({ admin, practice } = auditing)
  })
  after(() => auditing.leave())

  it('says row, count and state in the answer to a press in it', async () => {
    await aSubmission(practice, { title: 'For the queue' })
    const queue = await admin.get('/staff/portal/documents')
    const [, claim = ''] = /formaction="([^"]*\/claim)"/.exec(queue.body) ?? []
    const answer = await admin.post(claim, {}, { headers: HTMX })
    const rows = await admin.get(answer.location ?? '', HTMX)
    expect(rows.body).to.contain('id="document-queue"').and.to.contain('Give it back').and.to.contain('hx-swap-oob')
  })

  it('is looked through when it is long: by a patient’s name, and page by page in both directions, the oldest first', async () => {
    const pid = await practice.patient({ fname: 'Zora', lname: 'Zimmer' })
    practice.clock.set('2026-11-23T08:00:01')
    const last = await aSubmission(practice, { title: 'The last of all', pid })
    practice.clock.set('2026-11-23T08:00:00')
    await manySubmissions(practice, 120)
    const titles = (body: string) => [...body.matchAll(/id="submission-(\d+)"/g)].map(([, id]) => Number(id))
    const hrefOf = (body: string, rel: 'next' | 'prev') =>
      (new RegExp(`href="([^"]*)" rel="${rel}"`).exec(body)?.[1] ?? '').replaceAll('&amp;', '&')
    const seen: number[] = []
    const pages: number[][] = []
    for (let href = '/staff/portal/documents'; href !== '';) {
      const { body } = await admin.get(href)
      pages.push(titles(body))
      seen.push(...titles(body))
      href = hrefOf(body, 'next')
    }
    const all = await practice.db.select<{ id: number }>(
      `SELECT id FROM foyer_submissions WHERE state = 'waiting' ORDER BY sent_at, id`,
    )
    expect(seen).to.deep.equal(all.map(({ id }) => id))
    expect(seen.at(-1)).to.equal(last)
    const { body } = await admin.get('/staff/portal/documents')
    const second = await admin.get(hrefOf(body, 'next'))
    const back = await admin.get(hrefOf(second.body, 'prev'))
    expect(titles(back.body)).to.deep.equal(pages[0])
    expect(hrefOf(back.body, 'prev')).to.equal('')
    for (const name of ['Zim', 'zora', 'Zora Zimmer', 'Zimmer, Zo']) {
      const found = await admin.get(`/staff/portal/documents?name=${encodeURIComponent(name)}`)
      expect(titles(found.body), name).to.deep.equal([last])
    }
    for (const name of ['Z_m', '%', 'Zimmer, Maria']) {
      const none = await admin.get(`/staff/portal/documents?name=${encodeURIComponent(name)}`)
      expect(none.body, name).to.contain('Nothing of a patient of this name is here')
    }
    // Whoever has no chart yet is found by the name of the account.
    await practice.db.transaction((tx) =>
      tx.change(`UPDATE foyer_accounts SET display_name = 'Zoe van Zyl' WHERE id = :id`, {
        id: practice.accounts.luis,
      }),
    )
    const own = { pid: undefined, accountId: practice.accounts.luis, record: practice.records.ownOfMaria }
    const chartless = await aSubmission(practice, { title: 'Before any code', ...own })
    for (const name of ['Zoe', 'zyl', 'van Z', 'Zoe van Zyl', 'Zyl, Zoe']) {
      const found = await admin.get(`/staff/portal/documents?name=${encodeURIComponent(name)}`)
      expect(titles(found.body), name).to.deep.equal([chartless])
    }
    expect(titles((await admin.get('/staff/portal/documents?name=Zo')).body)).to.have.members([last, chartless])
    expect(titles((await admin.get('/staff/portal/documents?name=Zyl%25')).body)).to.deep.equal([])
    await practice.db.transaction((tx) => tx.change(`DELETE FROM foyer_submissions WHERE file_id IS NULL`))
  })
})
