/** Staff who audit what a patient sends: a practice whose EMR has its folder, and what the tests of it look at. */
import { makeSiteFolder, type SiteFolderForTest } from '../support/chart.js'
import { beginAs, sendAs, sendTemplate } from '../support/filling.js'
import { openPractice, type TestPractice } from '../support/practice.js'
import { pathOfSubmission, seenOn } from '../support/submissions.js'
import type { Page, Visitor } from '../support/visitor.js'

export interface Auditing {
  practice: TestPractice
  folder: SiteFolderForTest
  maria: Visitor
  admin: Visitor
  lee: Visitor
  leave: () => Promise<void>
}

/** Maria sends; the administrator and Dr. Lee audit. */
export async function openAuditing(): Promise<Auditing> {
  const folder = await makeSiteFolder()
  const practice = await openPractice({ site: '8.2', env: { FOYER_HOST_SITE_DIR: folder.dir } })
  await practice.rule('user:dr.lee', 'portal:use', 'allow')
  return {
    ...{ practice, folder },
    maria: await practice.patientVisitor('maria'),
    admin: await practice.staffVisitor('admin'),
    lee: await practice.staffVisitor('lee'),
    leave: async () => {
      await practice.leave()
      await folder.remove()
    },
  }
}

/** The page of one submission. */
export function openedBy(who: Visitor, id: number): Promise<Page> {
  return who.get(pathOfSubmission(id))
}

/** A document that Maria has filled, signed and sent. `onsite`: its row of the host's. */
export async function aDocumentSent(
  { maria, practice }: Pick<Auditing, 'maria' | 'practice'>,
  name?: string,
): Promise<{ id: number; onsite: number }> {
  const pid = practice.patients.maria
  const template = await sendTemplate(practice, { pid, ...(name === undefined ? {} : { name }) })
  const onsite = await beginAs(maria, practice.records.maria, template)
  const sent = await sendAs(maria, practice.records.maria, onsite)
  if (sent.status !== 303) throw new Error(sent.body)
  const row = await practice.db.first<{ id: number }>(
    `SELECT id FROM foyer_submissions WHERE onsite_id = :onsite ORDER BY id DESC LIMIT 1`,
    { onsite },
  )
  return { id: row?.id ?? 0, onsite }
}

export type HostColumns = Record<string, string | number | null>

export function hostRow({ db }: TestPractice, onsite: number): Promise<HostColumns | undefined> {
  return db.first<HostColumns>(`SELECT * FROM onsite_documents WHERE id = :onsite`, { onsite })
}

export function activityRow({ db }: TestPractice, onsite: number): Promise<HostColumns | undefined> {
  return db.first<HostColumns>(
    `SELECT * FROM onsite_portal_activity WHERE activity = 'document' AND table_args = :args`,
    { args: String(onsite) },
  )
}

/** Ticks it, as its page shows it, to be filed a minute later. */
export async function tick(who: Visitor, id: number, category = '3'): Promise<Page> {
  const { sha256 = '', version = '' } = seenOn(await openedBy(who, id))
  const value = `${String(id)}.${version}.${sha256}`
  return who.follow(await who.post('/staff/portal/documents/filing', { 'id[]': value, category, asked: '1' }))
}

/** The bytes that would be filed, as staff download them. */
export async function bytesShown(who: Visitor, id: number): Promise<Buffer> {
  const response = await fetch(`${who.origin}${pathOfSubmission(id, '/file')}`, { headers: cookiesOf(who) })
  if (!response.ok) throw new Error(String(response.status))
  return Buffer.from(await response.arrayBuffer())
}

export function cookiesOf({ cookies }: Visitor): Record<string, string> {
  return { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
}
