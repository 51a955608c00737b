import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import { chartingReadiness, fileLaid, layIntoChart } from '../../../module/host/documents/filing.js'
import { sweepFilings } from '../../../module/host/documents/filings.js'
import { openChartDocument } from '../../../module/host/documents/opening.js'
import { chartCategories, openSpecs, portalCategory } from '../../../module/host/documents/categories.js'
import { documentsById } from '../../../module/host/reads/chartDocuments.js'
import { aDocument, hostsOwnDocument, makeSiteFolder, type SiteFolderForTest } from '../../support/chart.js'
import { describeOnEverySite, describeOnSite } from '../../support/database.js'
import { MONDAY, openPractice, type TestPractice } from '../../support/practice.js'
import { cipherKey, macKey, sealedByOpenssl, sha3 } from '../../support/sealedFiles.js'

async function contentOf(practice: TestPractice, id: number): Promise<string> {
  const opened = await open(practice, id)
  if (!opened.ok) return opened.reason
  const content = await buffer(opened.body)
  expect(opened.bytes).to.equal(content.length)
  return content.toString('utf8')
}

async function open(practice: TestPractice, id: number) {
  const [document] = await documentsById(practice.db, [id])
  if (!document) throw new Error('no such document')
  return openChartDocument(practice.portal, document)
}

describeOnEverySite('A file in the chart', (site) => {
  let practice: TestPractice
  let folder: SiteFolderForTest

  before(async () => {
    folder = await makeSiteFolder()
    practice = await openPractice({ site, env: { FOYER_HOST_SITE_DIR: folder.dir } })
  })
  after(async () => {
    await practice.leave()
    await folder.remove()
  })

  it('is made as the host makes it: number, identifiers, sum, place, category, and encrypted', async () => {
    const pid = practice.patients.amina
    const before = await practice.db.first<{ id: number }>('SELECT id FROM sequences')
    const id = await aDocument(practice, { pid, name: 'Care plan.txt', content: 'Walk every day.\n', categoryId: 29 })
    expect(id).to.equal((before?.id ?? 0) + 1)
    const row = await practice.db.first<Record<string, unknown>>(
      `SELECT d.*, HEX(uuid) AS hexUuid, HEX(drive_uuid) AS hexDrive FROM documents d WHERE id = :id`,
      { id },
    )
    expect(row).to.deep.include({
      ...{ type: 'file_url', size: 16, mimetype: 'text/plain', owner: practice.staff.admin, foreign_id: pid },
      ...{ docdate: MONDAY, date: `${MONDAY} 08:00:00`, name: 'Care plan.txt', storagemethod: 0, path_depth: 1 },
      ...{
        imported: 0,
        encounter_id: 0,
        encrypted: 1,
        deleted: 0,
        date_expires: null,
        hash: sha3('Walk every day.\n'),
      },
    })
    const drive = String(row?.['hexDrive']).toLowerCase()
    const name = drive.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    expect(row?.['url']).to.equal(`file://${join(folder.documents, String(pid), name)}`)
    const written = await readFile(join(folder.documents, String(pid), name), 'utf8')
    const newest = site === '8.0' || site === '8.2' || site === 'demo'
    expect(written.slice(0, 3)).to.equal(newest ? '007' : '006')
    expect(written).to.not.contain('Walk')
    const registry = await practice.db.select(
      `SELECT table_name, table_id, document_drive, mapped FROM uuid_registry
        WHERE HEX(uuid) IN (:uuids) ORDER BY document_drive`,
      { uuids: [row?.['hexUuid'], row?.['hexDrive']] },
    )
    expect(registry).to.deep.equal([
      { table_name: 'documents', table_id: 'id', document_drive: 0, mapped: 0 },
      { table_name: '', table_id: '', document_drive: 1, mapped: 0 },
    ])
    expect(
      await practice.db.select(`SELECT category_id FROM categories_to_documents WHERE document_id = :id`, { id }),
    ).to.deep.equal([{ category_id: 29 }])
    expect(await contentOf(practice, id)).to.equal('Walk every day.\n')
    expect(await practice.db.select('SELECT id FROM foyer_filings')).to.deep.equal([])
  })

  it('is written in the clear where the host does not encrypt, and read either way', async () => {
    await practice.global('drive_encryption', '0')
    const id = await aDocument(practice, { pid: practice.patients.amina, content: 'In the clear.' })
    const [document] = await documentsById(practice.db, [id])
    expect(document?.encrypted).to.equal(false)
    expect(await readFile((document?.url ?? '').slice('file://'.length), 'utf8')).to.equal('In the clear.')
    expect(await contentOf(practice, id)).to.equal('In the clear.')
    await practice.global('drive_encryption', '1')
  })

  it('that the host wrote before 6.0, under its own name and in a folder that was elsewhere, is found', async () => {
    const written = { pid: practice.patients.john, name: 'Röntgen, Knie links.txt', content: 'Gut verheilt.' }
    expect(await contentOf(practice, await hostsOwnDocument(practice, folder, written))).to.equal('Gut verheilt.')
  })

  it('that the host encrypted is read, and one that was altered since is not', async () => {
    const older = site === '7.0' || site === '7.0.1'
    for (const [name, key] of [
      ['sixa', cipherKey],
      ['sixb', macKey],
    ] as const) {
      await practice.db.transaction((tx) =>
        tx.change('INSERT INTO `keys` (name, value) VALUES (:name, :value) ON DUPLICATE KEY UPDATE value = :value', {
          name,
          value: key.toString('base64'),
        }),
      )
    }
    const { plain, six } = sealedByOpenssl
    const host = { pid: practice.patients.john, name: 'a-random-name', columns: { encrypted: 1 } }
    const id = await hostsOwnDocument(practice, folder, { ...host, content: six })
    expect(await contentOf(practice, id)).to.equal(plain)
    await writeFile(join(folder.documents, String(host.pid), host.name), six.replace('CoKq6', 'CoKq7'))
    expect(await contentOf(practice, id)).to.equal('altered')
    // What Foyer writes after the keys changed is written with those that are there.
    if (older) expect(await contentOf(practice, await aDocument(practice, { pid: host.pid }))).to.match(/^Come back/)
  })

  it('knows its categories by name, and which of them a member of staff may open', async () => {
    const all = await chartCategories(practice.db)
    expect(portalCategory(all, 'Reviewed')?.path).to.deep.equal(['Onsite Portal', 'Reviewed'])
    expect(portalCategory(all, 'Patient')?.id).to.equal(28)
    const named = async (username: string): Promise<string[]> => {
      const specs = await openSpecs(practice.db, username, all)
      return all.filter(({ acoSpec }) => specs.has(acoSpec)).map(({ name }) => name)
    }
    expect(await named('front'))
      .to.include('Patient ID card')
      .and.to.not.include('Reviewed')
    expect(await named('dr.lee'))
      .to.include('Reviewed')
      .and.to.not.include('FHIR Export Document')
    expect(await named('admin')).to.have.length(all.length)
  })
})

describeOnSite('A file in the chart, when something is in its way', 'demo', () => {
  let practice: TestPractice
  let folder: SiteFolderForTest

  before(async () => {
    folder = await makeSiteFolder()
    practice = await openPractice({ env: { FOYER_HOST_SITE_DIR: folder.dir } })
  })
  after(async () => {
    await practice.leave()
    await folder.remove()
  })

  const source = (text: string) => () => Promise.resolve(Readable.from([Buffer.from(text)], { objectMode: false }))
  const lay = (text: string, more = {}) =>
    layIntoChart(practice.portal, { pid: practice.patients.luis, bytes: text.length, open: source(text), ...more })
  const filesOf = async (pid: number): Promise<string[]> =>
    readdir(join(folder.documents, String(pid))).catch(() => [] as string[])

  it('is refused with the reason, and nothing is left', async () => {
    const moved = `${folder.documents}-elsewhere`
    await rename(folder.documents, moved)
    expect(await lay('x')).to.deep.equal({ ok: false, reason: 'site-folder-unwritable' })
    expect((await chartingReadiness(practice.portal)).folder).to.equal('missing')
    await symlink(moved, folder.documents)
    expect((await chartingReadiness(practice.portal)).folder).to.equal('a-link')
    expect(await lay('x')).to.deep.equal({ ok: false, reason: 'site-folder-unwritable' })
    await rm(folder.documents)
    await rename(moved, folder.documents)
    await symlink('/tmp', join(folder.documents, '4711'))
    expect(await lay('x', { pid: 4711 })).to.deep.equal({ ok: false, reason: 'site-folder-unwritable' })
    await rm(join(folder.documents, '4711'))
    expect(await practice.db.select('SELECT id FROM foyer_filings')).to.deep.equal([])
    expect(await chartingReadiness(practice.portal)).to.deep.equal({ folder: undefined, keys: 'there' })
  })

  it('is not what was announced: nothing is filed', async () => {
    const pid = practice.patients.luis
    const failed = await lay('not these', { bytes: 5 }).catch((error: unknown) => String(error))
    expect(failed).to.contain('not those')
    const otherSum = await lay('not these', { sha3: sha3('those') }).catch((error: unknown) => String(error))
    expect(otherSum).to.contain('not those')
    expect(await filesOf(pid)).to.deep.equal([])
    expect(await practice.db.select('SELECT id FROM foyer_filings')).to.deep.equal([])
  })

  it('of a transaction that was rolled back goes again, and that of one at work stays', async () => {
    const pid = practice.patients.luis
    const before = await lay('gone')
    if (!before.ok) throw new Error(before.reason)
    const lost = new Error('lost')
    const failed = await practice.db
      .transaction(async (tx) => {
        const what = { categoryId: 3, name: 'x', mediaType: 'text/plain', ownerId: 1, day: MONDAY }
        await fileLaid(tx, practice.portal, before.laid, what)
        throw lost
      })
      .catch((error: unknown) => error)
    expect(failed).to.equal(lost)
    expect(await filesOf(pid)).to.have.length(1)
    expect(await sweepFilings(practice.portal)).to.equal(0)
    practice.clock.set(`${MONDAY}T15:00:00`)
    const laid = await lay('at work')
    expect(laid.ok).to.equal(true)
    expect(await sweepFilings(practice.portal)).to.equal(1)
    expect(await filesOf(pid)).to.deep.equal([laid.ok ? laid.laid.driveUuid : ''])
    practice.clock.set(`${MONDAY}T08:00:00`)
  })

  it('is refused with the reason where its folder is a file, and that stops no other from being swept', async () => {
    await writeFile(join(folder.documents, '4712'), '')
    expect(await lay('x', { pid: 4712 })).to.deep.equal({ ok: false, reason: 'site-folder-unwritable' })
    const pids = async () =>
      (await practice.db.select<{ pid: number }>('SELECT pid FROM foyer_filings')).map(({ pid }) => pid)
    expect((await lay('behind it')).ok).to.equal(true)
    expect(await pids()).to.include(4712)
    practice.clock.set(`${MONDAY}T22:00:00`)
    const others = (await pids()).length - 1
    expect(await sweepFilings(practice.portal)).to.equal(others)
    expect(await pids()).to.deep.equal([4712])
    expect(await filesOf(practice.patients.luis)).to.deep.equal([])
    await rm(join(folder.documents, '4712'))
    expect(await sweepFilings(practice.portal)).to.equal(1)
    practice.clock.set(`${MONDAY}T08:00:00`)
  })

  it('never leads out of its folder: no name and no link does', async () => {
    await mkdir(join(folder.dir, 'secret'), { recursive: true })
    await writeFile(join(folder.dir, 'secret', 'plan'), 'secret')
    const pid = practice.patients.ana
    await hostsOwnDocument(practice, folder, { pid, name: 'mine.txt', content: 'mine' })
    await symlink(join(folder.dir, 'secret'), join(folder.documents, 'linked'))
    await symlink(join(folder.dir, 'secret', 'plan'), join(folder.documents, String(pid), 'linked.txt'))
    const corpus = [
      'file:///x/../secret/plan',
      'file://../secret/plan',
      `file:///${String(pid)}/linked.txt`,
      'file:///',
    ]
    corpus.push(
      'file:///linked/plan',
      'file:///secret/plan',
      `file:///${String(pid)}/..`,
      `/${String(pid)}/`,
      '',
      'plan',
    )
    corpus.push(`file:///..\\secret/plan`, `file:///${String(pid)}/mine.txt\u0000.pdf`)
    for (const url of corpus) {
      for (const pathDepth of [0, 1, 2, 3, null]) {
        const kept = { type: 'file_url', url, storageMethod: 0, pathDepth, encrypted: false }
        const opened = await openChartDocument(practice.portal, kept)
        expect(opened.ok, `${url} at ${String(pathDepth)}`).to.equal(false)
      }
    }
    expect(existsSync(join(folder.dir, 'secret', 'plan'))).to.equal(true)
  })

  it('is refused with the reason where Foyer cannot read it', async () => {
    const kept = { type: 'file_url', url: 'file:///1/x', storageMethod: 0, pathDepth: 1, encrypted: false }
    const reason = async (more: object) => {
      const opened = await openChartDocument(practice.portal, { ...kept, ...more })
      return opened.ok ? 'ok' : opened.reason
    }
    expect(await reason({ storageMethod: 1 })).to.equal('couchdb')
    expect(await reason({ type: 'web_url', url: 'https://example.org/x' })).to.equal('not-a-file')
    expect(await reason({})).to.equal('missing')
    const withoutFolder = { db: practice.db, config: { hostSiteDir: undefined } }
    expect(await openChartDocument(withoutFolder, kept)).to.deep.equal({ ok: false, reason: 'no-site-folder' })
  })

  it('is refused while the host’s keys are unusable', async () => {
    await practice.db.transaction((tx) => tx.change("UPDATE `keys` SET value = 'short' WHERE name = 'sevena'"))
    expect(await lay('x')).to.deep.equal({ ok: false, reason: 'no-keys' })
    expect((await chartingReadiness(practice.portal)).keys).to.equal('unusable')
    await practice.db.transaction((tx) => tx.change('DELETE FROM `keys`'))
    expect((await chartingReadiness(practice.portal)).keys).to.equal('missing')
    expect((await lay('x')).ok).to.equal(true)
    expect((await chartingReadiness(practice.portal)).keys).to.equal('there')
  })

  it('may be unreadable for us when we may not write', async () => {
    if (process.getuid?.() === 0) return
    await chmod(folder.documents, 0o500)
    expect((await chartingReadiness(practice.portal)).folder).to.equal('unwritable')
    await chmod(folder.documents, 0o700)
  })
})
