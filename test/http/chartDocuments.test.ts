/** What of a chart is shown to whom, over every output: the list, a document's page, its bytes, an archive, the home's card. */
import { expect } from 'chai'
import { writeFile } from 'node:fs/promises'
import { grant } from '../../module/access/accounts.js'
import { decideSharing } from '../../module/features/documents/chart/sharing.js'
import { staffMember, type StaffMember } from '../../module/access/staff.js'
import { documentsById } from '../../module/host/reads/chartDocuments.js'
import type { Actor } from '../../module/platform/audit.js'
import { entriesOf } from '../support/archives.js'
import { aDocument, hostsOwnDocument, makeSiteFolder, type SiteFolderForTest } from '../support/chart.js'
import { textOfPages } from '../support/pdfPages.js'
import { MONDAY, openPractice, type TestPractice } from '../support/practice.js'
import type { Page, Visitor } from '../support/visitor.js'

const outputs = ['list', 'page', 'bytes', 'archive', 'new', 'paper'] as const
type Output = (typeof outputs)[number]

describe('A document of the chart is shown', function () {
  this.timeout(60_000)
  let practice: TestPractice
  let folder: SiteFolderForTest
  let visitors: Record<'maria' | 'luis' | 'amina' | 'john' | 'admin' | 'front', Visitor>
  let admin: StaffMember

  before(async () => {
    folder = await makeSiteFolder()
    practice = await openPractice({ env: { FOYER_HOST_SITE_DIR: folder.dir } })
    visitors = {
      maria: await practice.patientVisitor('maria'),
      luis: await practice.patientVisitor('luis'),
      amina: await practice.patientVisitor('amina'),
      john: await practice.patientVisitor('john'),
      admin: await practice.staffVisitor('admin'),
      front: await practice.staffVisitor('front'),
    }
    const member = await staffMember(practice.db, practice.staff.admin)
    if (!member) throw new Error('no administrator')
    admin = member
  })
  after(async () => {
    await practice.leave()
    await folder.remove()
  })

  const actor: Actor = { kind: 'staff', id: 'admin', name: 'Administrator', requestId: undefined }
  const decide = async (pid: number, document: number, shared: boolean): Promise<void> => {
    const decision = { pid, document, shared, reason: 'of somebody else' }
    expect(await decideSharing(practice.portal, admin, actor, decision)).to.deep.equal({ ok: true })
  }
  const set = (id: number, columns: string): Promise<unknown> =>
    practice.db.transaction((tx) => tx.change(`UPDATE documents SET ${columns} WHERE id = :id`, { id }))

  /** What an output says, without what changes from one look to the next. */
  async function look(who: Visitor, record: string, output: Output, id: number): Promise<Page & { all: string }> {
    const base = `/portal/records/${record}`
    const at: Record<Output, string> = {
      list: `${base}/documents`,
      page: `${base}/documents/chart/${String(id)}`,
      bytes: `${base}/documents/chart/${String(id)}/file`,
      archive: `${base}/documents/archive`,
      new: `${base}/documents/new`,
      paper: `${base}/documents/list.pdf`,
    }
    if (output === 'paper') return paperOf(who, at.paper)
    const page =
      output === 'archive'
        ? await who.post(at.archive, { document: String(id) }, { from: base })
        : await who.get(at[output], output === 'new' ? { 'HX-Request': 'true' } : {})
    return { ...page, all: steady(page.body) }
  }
  async function paperOf(who: Visitor, path: string): Promise<Page & { all: string }> {
    const cookies = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const { status, headers, ...answer } = await fetch(who.origin + path, { headers: { Cookie: cookies } }).then(
      async (got) => ({ status: got.status, headers: got.headers, bytes: Buffer.from(await got.arrayBuffer()) }),
    )
    const body = status === 200 ? await saidIn(answer.bytes) : ''
    return { status, headers, body, location: '', path, all: answer.bytes.toString('latin1') }
  }
  /** What shows several at once is looked at once, until something changes. */
  const looked = new Map<string, Promise<Page>>()
  const shows = async (who: Visitor, record: string, output: Output, id: number, mark: string): Promise<boolean> => {
    const of = ['list', 'new', 'paper'].includes(output) ? '' : String(id)
    const key = [record, output, of].join(' ')
    const page = await (looked.get(key) ?? look(who, record, output, id))
    looked.set(key, Promise.resolve(page))
    if (output === 'archive') return page.headers.get('content-type') === 'application/zip'
    return page.status === 200 && page.body.includes(mark)
  }

  it('to whom it may be and to nobody else, in every state and output', async () => {
    const { db, clock, accounts, patients, records } = practice
    const pid = patients.amina
    const opened = (accountId: number, extent: string): Promise<string> =>
      db.transaction((tx) => grant(tx, clock, { accountId, pid, relationship: 'proxy', extent, by: actor }))
    const forms = await opened(accounts.maria, 'forms')
    const visits = await opened(accounts.john, 'appointments')
    const make = (name: string) => aDocument(practice, { pid, name: `${name}.txt`, content: `content of ${name}.txt` })
    const plain = await make('plain')
    const restricted = await make('restricted')
    await decide(pid, restricted, false)
    const again = await make('again')
    await decide(pid, again, false)
    await decide(pid, again, true)
    const deleted = await make('deleted')
    await set(deleted, 'deleted = 1')
    const expired = await make('expired')
    await set(expired, `date_expires = '${MONDAY} 07:59:59'`)
    const sharedOnce = await make('shared-once')
    await decide(pid, sharedOnce, false)
    await decide(pid, sharedOnce, true)
    await set(sharedOnce, `date_expires = '${MONDAY} 08:00:00'`)
    const lasting = await make('lasting')
    await set(lasting, `date_expires = '${MONDAY} 08:00:01'`)
    const others = await aDocument(practice, {
      pid: patients.ana,
      name: 'others.txt',
      content: 'content of others.txt',
    })

    const states = [
      { name: 'plain.txt', id: plain, shared: true },
      { name: 'restricted.txt', id: restricted, shared: false },
      { name: 'again.txt', id: again, shared: true },
      { name: 'deleted.txt', id: deleted, shared: false },
      { name: 'expired.txt', id: expired, shared: false },
      { name: 'shared-once.txt', id: sharedOnce, shared: false },
      { name: 'lasting.txt', id: lasting, shared: true },
      { name: 'others.txt', id: others, shared: false },
    ]
    const viewers = [
      { as: 'herself', who: visitors.amina, record: records.amina, may: true },
      { as: 'a proxy who may all', who: visitors.luis, record: records.aminaForLuis, may: true },
      { as: 'a proxy for forms', who: visitors.maria, record: forms, may: false },
      { as: 'a proxy for visits', who: visitors.john, record: visits, may: false },
      { as: 'another patient', who: visitors.john, record: records.john, may: false },
      { as: 'an account without chart', who: visitors.john, record: records.ownOfJohn, may: false },
    ]
    for (const { as, who, record, may } of viewers) {
      for (const { name, id, shared } of states) {
        for (const output of outputs) {
          // Three of them are on the home's card at most: the newest.
          if (output === 'new' && name === 'plain.txt') continue
          const seen = await shows(who, record, output, id, name)
          expect(seen, `${name} to ${as}: ${output}`).to.equal(may && shared)
        }
      }
    }
  })

  it('to the patient, and to others as the practice has it, where the EMR marks it as sensitive', async () => {
    const { db, accounts, clock, patients, records } = practice
    const HIGH = 90
    await db.transaction(async (tx) => {
      await tx.insert(
        `INSERT INTO categories (id, name, value, parent, lft, rght, aco_spec, codes)
         VALUES (:id, 'Confidential', '', 1, 900, 901, 'sensitivities|high', '')`,
        { id: HIGH },
      )
    })
    const visit = (pid: number, encounter: number, sensitivity: string): Promise<unknown> =>
      db.transaction((tx) =>
        tx.insert(
          `INSERT INTO form_encounter (pid, encounter, date, sensitivity, pc_catid, facility_id)
           VALUES (:pid, :encounter, '2026-11-20 09:00:00', :sensitivity, 5, 3)`,
          { pid, encounter, sensitivity },
        ),
      )
    const itemsOf = async (pid: number) => {
      const make = (name: string, categoryId = 3) =>
        aDocument(practice, { pid, name: `${name}.txt`, content: `content of ${name}.txt`, categoryId })
      const [usual, byVisit, byCategory, shared, normal] = [
        await make('usual'),
        await make('by visit'),
        await make('by category', HIGH),
        await make('shared of high', HIGH),
        await make('of a normal visit'),
      ]
      await visit(pid, 7000 + pid, 'high')
      await visit(pid, 8000 + pid, 'normal')
      await set(byVisit, `encounter_id = ${String(7000 + pid)}`)
      await set(normal, `encounter_id = ${String(8000 + pid)}`)
      await decide(pid, shared, true)
      return [
        { id: usual, name: 'usual.txt', high: false },
        { id: byVisit, name: 'by visit.txt', high: true },
        { id: byCategory, name: 'by category.txt', high: true },
        { id: shared, name: 'shared of high.txt', high: false },
        { id: normal, name: 'of a normal visit.txt', high: false },
      ]
    }
    const ofAmina = await itemsOf(patients.amina)
    const ofLeo = await itemsOf(patients.leo)
    // Fourteen.
    await db.transaction((tx) =>
      tx.change(`UPDATE patient_data SET DOB = '2012-05-03' WHERE pid = :pid`, { pid: patients.leo }),
    )
    const guardian = await db.transaction((tx) =>
      grant(tx, clock, {
        accountId: accounts.john,
        pid: patients.leo,
        relationship: 'guardian',
        extent: 'full',
        by: actor,
      }),
    )
    await db.transaction((tx) =>
      tx.change(`UPDATE foyer_grants SET revoked_at = '2026-11-22 00:00:00' WHERE record = :record`, {
        record: guardian,
      }),
    )
    const seen = async (
      setting: string,
      adolescent: string,
      high: Record<string, boolean | undefined>,
    ): Promise<void> => {
      looked.clear()
      await practice.setting('sensitiveDocuments', setting)
      await practice.setting('adolescentAge', adolescent)
      await practice.setting('adolescentExtent', 'full')
      const viewers = [
        { as: 'self', who: visitors.amina, record: records.amina, items: ofAmina },
        { as: 'proxy', who: visitors.luis, record: records.aminaForLuis, items: ofAmina },
        { as: 'mother', who: visitors.maria, record: records.leo, items: ofLeo },
        { as: 'revoked', who: visitors.john, record: guardian, items: ofLeo },
      ]
      for (const { as, who, record, items } of viewers) {
        const open = items.filter((item) => high[as] === true || (high[as] === false && !item.high))
        for (const item of items) {
          for (const output of outputs) {
            // The card has three places, the newest first: what is not shown takes none.
            const expected = (output === 'new' ? open.slice(-3) : open).includes(item)
            const shown = await shows(who, record, output, item.id, item.name)
            expect(shown, `${item.name} to ${as}, ${setting}: ${output}`).to.equal(expected)
          }
        }
      }
    }
    await seen('patient', '16', { self: true, proxy: false, mother: true })
    await seen('patient', '12', { self: true, proxy: false, mother: false })
    await seen('everybody', '12', { self: true, proxy: true, mother: true })
    await seen('nobody', '16', { self: false, proxy: false, mother: false })
    // Staff say of one that it is everybody's, whatever its level.
    looked.clear()
    const [, byVisit] = ofAmina
    await decide(patients.amina, byVisit?.id ?? 0, true)
    expect(await shows(visitors.luis, records.aminaForLuis, 'page', byVisit?.id ?? 0, 'by visit.txt')).to.equal(true)
    await practice.setting('sensitiveDocuments', 'patient')
    await practice.setting('adolescentAge', '16')
    for (const { id } of [...ofAmina, ...ofLeo]) await set(id, 'deleted = 1')
  })

  it('as if a restricted one were not there at all: nothing else changes by a byte', async () => {
    const { luis: pid } = practice.patients
    const record = practice.records.luis
    const kept = await aDocument(practice, { pid, name: 'kept.txt', content: 'kept' })
    const all = async (): Promise<Record<string, string>> => {
      const seen: Record<string, string> = {}
      for (const output of outputs) {
        if (output !== 'archive') seen[output] = (await look(visitors.luis, record, output, kept)).all
      }
      seen['entries'] = JSON.stringify([...(await archiveOf(visitors.luis, record, { all: '1' }))])
      return seen
    }
    const before = await all()
    const name = 'secret diagnosis.txt'
    const hidden = await aDocument(practice, { pid, name, content: 'secret', categoryId: 31 })
    expect((await all())['list']).to.contain(name)
    await decide(pid, hidden, false)
    expect(await all()).to.deep.equal(before)
    const asked = await archiveOf(visitors.luis, record, { document: [String(hidden), String(kept)] })
    expect([...asked.keys()]).to.deep.equal(['Medical Record/kept.txt'])
  })

  async function archiveOf(who: Visitor, record: string, fields: Record<string, string | string[]>) {
    const form = new URLSearchParams()
    const page = await who.get(`/portal/records/${record}/documents`)
    form.append('_csrf', /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '')
    for (const [name, value] of Object.entries(fields)) for (const each of [value].flat()) form.append(name, each)
    const answer = await fetch(`${who.origin}/portal/records/${record}/documents/archive`, {
      method: 'POST',
      body: form,
      headers: { Cookie: [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    expect(answer.status).to.equal(200)
    expect(answer.headers.get('content-disposition')).to.match(/^attachment; filename=document[a-z]+-2026-11-23\.zip$/)
    return entriesOf(Buffer.from(await answer.arrayBuffer()))
  }

  it('as a download that no browser opens, with its bytes whole', async () => {
    const pid = practice.patients.maria
    const html = '<script>alert(1)</script>'
    const id = await aDocument(practice, { pid, name: 'Ana "x" <b>.html', content: html, mediaType: 'text/html' })
    const at = `/portal/records/${practice.records.maria}/documents/chart/${String(id)}`
    const file = await visitors.maria.get(`${at}/file`)
    expect(file.body).to.equal(html)
    expect(file.headers.get('content-disposition')).to.match(/^attachment; filename=/)
    expect(file.headers.get('x-content-type-options')).to.equal('nosniff')
    expect(file.headers.get('content-security-policy')).to.contain('sandbox').and.to.contain(`default-src 'none'`)
    expect(file.headers.get('content-length')).to.equal(String(html.length))
    expect((await visitors.maria.get(`${at}/picture`)).status).to.equal(404)
    const page = await visitors.maria.get(at)
    expect(page.body).to.contain('Ana &#34;x&#34; &lt;b&gt;.html').and.to.not.contain('<b>.html')
    const [log] = await practice.db.select<{ user: string; log_from: string; patient_id: number }>(
      `SELECT user, log_from, patient_id FROM log WHERE event = 'download document' ORDER BY id DESC LIMIT 1`,
    )
    expect(log).to.deep.equal({ user: 'portal-user', log_from: 'onsite-portal', patient_id: pid })
    const audit = await practice.db.first<{ subject: string; pid: number }>(
      `SELECT subject, pid FROM foyer_audit WHERE event = 'document.downloaded' ORDER BY id DESC LIMIT 1`,
    )
    expect(audit).to.deep.equal({ subject: `document:${String(id)}`, pid })
  })

  it('in an archive under names that are safe and no two alike, and one that cannot be read stops no other', async () => {
    const pid = practice.patients.leo
    const names = ['letter.pdf', 'Letter.PDF', 'letter.pdf', '../../etc/passwd', 'con.txt', '.hidden', '‮gpj.exe', '']
    for (const name of names) await aDocument(practice, { pid, name, content: `of ${name}` })
    const lost = await hostsOwnDocument(practice, folder, { pid, name: 'lost.txt', content: 'x' })
    await set(lost, `url = 'file:///elsewhere/none', date = '${MONDAY} 08:00:00'`)
    const altered = await aDocument(practice, { pid, name: 'altered.txt' })
    const [row] = await documentsById(practice.db, [altered])
    await writeFile((row?.url ?? '').slice('file://'.length), `007${'A'.repeat(200)}`)
    const { id: last = 0 } = (await practice.db.first<{ id: number }>(`SELECT MAX(id) AS id FROM foyer_audit`)) ?? {}
    const { id: lastLog = 0 } = (await practice.db.first<{ id: number }>(`SELECT MAX(id) AS id FROM log`)) ?? {}
    const entries = await archiveOf(visitors.maria, practice.records.leo, { all: '1' })
    const found = [...entries.keys()]
    expect(found).to.have.length(names.length + 1)
    expect(new Set(found.map((name) => name.toLowerCase()))).to.have.length(found.length)
    for (const name of found)
      expect(name).to.match(/^(Medical Record\/[^/\\:*?"<>|.][^/\\:*?"<>|]*|NOT INCLUDED\.txt)$/u)
    expect(entries.get('NOT INCLUDED.txt')).to.contain('lost.txt').and.to.contain('altered.txt')
    expect([...entries.values()]).to.include('of ../../etc/passwd')
    // What was asked for, as asked for; as downloaded only what is in it.
    const trail = await practice.db.select<{ event: string; subject: string }>(
      `SELECT event, subject FROM foyer_audit WHERE pid = :pid AND id > :last AND event IN ('document.archive-asked', 'document.downloaded')`,
      { pid, last },
    )
    expect(trail.filter(({ event }) => event === 'document.archive-asked')).to.have.length(1)
    const taken = trail.filter(({ event }) => event === 'document.downloaded').map(({ subject }) => subject)
    expect(taken).to.have.length(names.length)
    for (const id of [lost, altered]) expect(taken).to.not.include(`document:${String(id)}`)
    const logged = await practice.db.select(
      `SELECT id FROM log WHERE event = 'download document' AND patient_id = :pid AND id > :lastLog`,
      {
        pid,
        lastLog,
      },
    )
    expect(logged).to.have.length(names.length)
    expect((await look(visitors.maria, practice.records.leo, 'bytes', altered)).status).to.equal(503)
  })

  it('to nobody from an address that names no document', async () => {
    for (const id of ['0', '-1', '99999999999', 'x', '1e3', '%00']) {
      const page = await visitors.amina.get(`/portal/records/${practice.records.amina}/documents/chart/${id}`)
      expect(page.status, id).to.be.oneOf([400, 404])
    }
    const none = await visitors.amina.post(
      `/portal/records/${practice.records.amina}/documents/archive`,
      {},
      { from: `/portal/records/${practice.records.amina}/documents` },
    )
    expect(none.status).to.equal(422)
    expect(none.body).to.contain('Choose at least one document')
  })
})

/** Without tokens, numbers of the request and nonces. */
function steady(html: string): string {
  return html
    .replace(/name="_csrf" value="[^"]+"/g, '')
    .replace(/nonce="[^"]+"/g, '')
    .replace(/"X-CSRF-Token":\s*"[^"]+"/g, '')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '')
    .replace(/name="_once" value="[^"]+"/g, '')
    .replace(/csrf[^ >]*="[^"]+"/gi, '')
}

const said = new Map<string, string>()

/** Equal bytes say the same: they are read once. A name may go over a line of its cell. */
async function saidIn(pdf: Buffer): Promise<string> {
  const key = pdf.toString('latin1')
  const text = said.get(key) ?? (await textOfPages(pdf)).join(' ').replace(/\s+/g, ' ')
  said.set(key, text)
  return text
}
