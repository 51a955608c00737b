/** An EMR's folder of files for a test, and documents in it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileLaid, layIntoChart } from '../../module/host/documents/filing.js'
import { MONDAY, type TestPractice } from './practice.js'
import { sha3 } from './sealedFiles.js'

export interface SiteFolderForTest {
  /** FOYER_HOST_SITE_DIR */
  dir: string
  documents: string
  remove: () => Promise<void>
}

export async function makeSiteFolder(): Promise<SiteFolderForTest> {
  const dir = await mkdtemp(join(tmpdir(), 'foyer-site-'))
  const documents = join(dir, 'documents')
  await mkdir(documents)
  return { dir, documents, remove: () => rm(dir, { recursive: true, force: true }) }
}

export interface DocumentForTest {
  pid: number
  name?: string
  content?: string | Buffer
  mediaType?: string
  categoryId?: number
}

/** A document filed into a chart as Foyer files one; answers documents.id. */
export async function aDocument(practice: TestPractice, { pid, ...more }: DocumentForTest): Promise<number> {
  const content = Buffer.from(more.content ?? 'Come back in two weeks.\n')
  const laid = await layIntoChart(practice.portal, {
    pid,
    bytes: content.length,
    sha3: sha3(content),
    open: () => Promise.resolve(Readable.from([content], { objectMode: false })),
  })
  if (!laid.ok) throw new Error(laid.reason)
  return practice.db.transaction((tx) =>
    fileLaid(tx, practice.portal, laid.laid, {
      categoryId: more.categoryId ?? MEDICAL_RECORD,
      name: more.name ?? 'letter.txt',
      mediaType: more.mediaType ?? 'text/plain',
      ownerId: practice.staff.admin,
      day: MONDAY,
    }),
  )
}

export const MEDICAL_RECORD = 3

/** A document that the host itself wrote into its folder, without encryption, before 6.0 or since. */
export async function hostsOwnDocument(
  practice: TestPractice,
  { documents }: SiteFolderForTest,
  { pid, name, content, columns = {} }: HostsDocument,
): Promise<number> {
  await mkdir(join(documents, String(pid)), { recursive: true })
  await writeFile(join(documents, String(pid), name), content)
  return practice.db.transaction(async (tx) => {
    const values: Record<string, string | number | null> = {
      ...{ id: (hostsOwn += 1), type: 'file_url', size: content.length, date: `${MONDAY} 07:00:00` },
      ...{ url: `file:///var/www/openemr/sites/default/documents/${String(pid)}/${name}`, mimetype: 'text/plain' },
      ...{ owner: 1, revision: `${MONDAY} 07:00:00`, foreign_id: pid, docdate: MONDAY, name, path_depth: 1 },
      ...columns,
    }
    const names = Object.keys(values)
    await tx.insert(
      `INSERT INTO documents (${names.join(', ')}) VALUES (${names.map((each) => `:${each}`).join(', ')})`,
      values,
    )
    await tx.insert(`INSERT INTO categories_to_documents (category_id, document_id) VALUES (:category, :id)`, {
      category: MEDICAL_RECORD,
      id: values['id'],
    })
    return Number(values['id'])
  })
}

/** Far above the counter from which Foyer's numbers come. */
let hostsOwn = 1_000_000

interface HostsDocument {
  pid: number
  name: string
  content: string | Buffer
  columns?: Record<string, string | number | null>
}
