/** Templates that routes are asked about: made anew for each asking, asked of this patient. */
import { askForDocument } from '../../module/features/documents/library/asking.js'
import { addTemplate } from '../../module/features/documents/library/keeping.js'
import { addToList } from '../../module/features/documents/library/lists.js'
import { PDF, TEXT, versionsOf } from '../../module/host/templates.js'
import { staffMember } from '../../module/access/staff.js'
import { opaqueId } from '../../module/platform/ids.js'
import type { TestPractice } from '../support/practice.js'
import type { Make, Sample } from './sampleMakers.js'

const TEXT_OF_IT = '{ParseAsHTML}<p>Name *: {TextInput}</p>{SignaturesRequired}{PatientSignature}'

async function administrator({ db, staff }: TestPractice) {
  const member = await staffMember(db, staff.admin)
  if (!member) throw new Error('the administrator is gone')
  return { member, actor: { kind: 'staff', id: member.username, name: member.name, requestId: undefined } as const }
}

async function template(practice: TestPractice, mime = TEXT): Promise<number> {
  const { actor, member } = await administrator(practice)
  const content = Buffer.from(mime === PDF ? '%PDF-1.4\n%%EOF\n' : TEXT_OF_IT)
  const draft = { name: `Sample ${opaqueId()}`, category: '', note: '', mime, content }
  const outcome = await addTemplate(practice.portal, member, actor, draft, 'written')
  if (!outcome.ok) throw new Error(outcome.reason)
  return outcome.id
}

/** A template of the library; `more` may say what else is in the form. */
export const ofTemplate =
  (sample: Sample = {}, mime: typeof TEXT | typeof PDF = TEXT): Make =>
  async (practice) => ({ ...sample, params: { id: String(await template(practice, mime)) } })

/** To be saved as it is. */
export const ofWrittenTemplate: Make = () => ({
  body: { name: `Sample ${opaqueId()}`, category: '', content: TEXT_OF_IT, anyway: '1' },
})

/** A group that is not there yet. */
export const ofNewGroup: Make = () => ({ params: { list: 'groups' }, body: { title: `Sample ${opaqueId()}` } })

/** A group that nobody is in. */
export const ofUnusedGroup: Make = async (practice) => {
  const { actor } = await administrator(practice)
  const outcome = await addToList(practice.portal, actor, 'groups', `Sample ${opaqueId()}`)
  if (!outcome.ok) throw new Error(outcome.reason)
  return { params: { list: 'groups', option: outcome.id } }
}

export const ofPdfTemplate: Make = ofTemplate({}, PDF)

const ofVersion =
  (mime: typeof TEXT | typeof PDF): Make =>
  async (practice) => {
    const id = await template(practice, mime)
    const [version] = await versionsOf(practice.db, id)
    return { params: { id: String(id), version: String(version?.id) } }
  }

export const ofTemplateVersion = ofVersion(TEXT)
export const ofPdfVersion = ofVersion(PDF)

/** A template that this patient is to be asked for. */
export const toBeAsked: Make = async (practice, pid) => ({
  params: { pid: String(pid) },
  body: { template: String(await template(practice)), dueOn: '2026-12-24', remindDays: '3' },
})

export const ofRequestedDocument: Make = async (practice, pid) => {
  const { actor, member } = await administrator(practice)
  const once = { everyDays: undefined, dueOn: undefined, remindDays: undefined }
  const asking = { sourceId: await template(practice), target: { kind: 'patient', pid } as const, ...once }
  const outcome = await askForDocument(practice.portal, member, actor, asking)
  if (!outcome.ok) throw new Error(outcome.reason)
  return { params: { request: String(outcome.requestId) } }
}

/** So many templates in the library, and as many sent to Maria by the host's own screens. */
export async function addTemplates({ db, patients }: TestPractice, rows: number): Promise<void> {
  await db.transaction(async (tx) => {
    for (let at = 0; at < rows; at += 1) {
      for (const pid of [-1, patients.maria]) {
        await tx.insert(
          `INSERT INTO document_templates (pid, profile, category, location, template_name, status, size, template_content, mime)
           VALUES (:pid, '', '', 'x', :name, 'New', 1, 'x', 'text/plain')`,
          { pid, name: `Paper ${String(rows)}-${String(at)}` },
        )
      }
    }
  })
}
