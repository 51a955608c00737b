/** What the routes of a chart's documents are asked about. */
import { rmSync } from 'node:fs'
import { decideSharing } from '../../module/features/documents/chart/sharing.js'
import { staffMember } from '../../module/access/staff.js'
import { aDocument, makeSiteFolder } from '../support/chart.js'
import type { TestPractice } from '../support/practice.js'
import type { Make, Sample } from './sampleMakers.js'

/** A document of this patient's chart; `inBody`: chosen in a form, too. */
export const ofChartDocument =
  (more: { mediaType?: string; inBody?: boolean; body?: Sample['body']; takenBack?: boolean } = {}): Make =>
  async (practice, pid) => {
    await haveSiteFolder(practice)
    const { mediaType = 'text/plain', inBody = false, body, takenBack = false } = more
    const id = await aDocument(practice, { pid, mediaType })
    if (takenBack) await takeBack(practice, pid, id)
    const document = String(id)
    const fields = { ...body, ...(inBody ? { document } : {}) }
    return {
      params: { pid: String(pid), document },
      ...(Object.keys(fields).length === 0 ? {} : { body: fields }),
    }
  }

/** What staff would type beside the files that they add. Without a file: let in, and told to choose one. */
export const ofFilesToAdd: Make = async (practice, pid) => {
  await haveSiteFolder(practice)
  return { params: { pid: String(pid) }, body: { category: '3' } }
}

async function takeBack(practice: TestPractice, pid: number, document: number): Promise<void> {
  const admin = await staffMember(practice.db, practice.staff.admin)
  if (!admin) throw new Error('no administrator')
  const actor = { kind: 'staff', id: 'admin', name: 'admin', requestId: undefined } as const
  await decideSharing(practice.portal, admin, actor, { pid, document, shared: false, reason: 'sample' })
}

let dir: string | undefined

/** The practice of the routes is opened without one: its documents could not be read. */
async function haveSiteFolder({ portal }: TestPractice): Promise<void> {
  if (portal.config.hostSiteDir !== undefined) return
  if (dir === undefined) {
    const made = (await makeSiteFolder()).dir
    process.once('exit', () => rmSync(made, { recursive: true, force: true }))
    dir = made
  }
  Object.assign(portal.config, { hostSiteDir: dir })
}
