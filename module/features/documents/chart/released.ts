/** The chart's documents that somebody may see: every page, file and archive asks here, and here the one rule is asked. */
import type { Portal } from '../../../access/portal.js'
import { asThePatient, canSee, staffViewer, viewerAt, whyHidden, type WhyHidden } from '../../../access/release.js'
import type { PatientScope } from '../../../access/scope.js'
import type { StaffMember } from '../../../access/staff.js'
import { documentsById, documentsOfChart, type ChartDocument } from '../../../host/reads/chartDocuments.js'
import type { Queryable } from '../../../platform/database.js'

/** Shared with the patient of this record, the newest first. One statement; none where there is no chart. */
export async function releasedDocuments(portal: Portal, scope: PatientScope): Promise<ChartDocument[]> {
  const viewer = viewerAt(portal, scope)
  if (viewer.pid === undefined) return []
  const all = await documentsOfChart(portal.db, viewer.pid)
  return all.filter((document) => canSee(viewer, document))
}

/** These of them, as far as they are shared with the patient of this record: others are as if they were not there. */
export async function releasedAmong(
  portal: Portal,
  scope: PatientScope,
  ids: readonly number[],
): Promise<ChartDocument[]> {
  const viewer = viewerAt(portal, scope)
  const found = await documentsById(portal.db, ids)
  return found.filter((document) => canSee(viewer, document))
}

/** A document for staff, and why its patient does not see it. Undefined: the patient does. */
export interface StaffsDocument extends ChartDocument {
  hidden: WhyHidden | undefined
}

/** A chart's documents for a member of staff, the newest first. Two statements. */
export async function documentsForStaff(portal: Portal, staff: StaffMember, pid: number): Promise<StaffsDocument[]> {
  return seenBy(portal, portal.db, staff, pid, await documentsOfChart(portal.db, pid))
}

/** One of this very chart: that of another chart is not there. */
export async function documentForStaff(
  portal: Pick<Portal, 'clock'>,
  db: Queryable,
  staff: StaffMember,
  { pid, id }: { pid: number; id: number },
): Promise<StaffsDocument | undefined> {
  return (await seenBy(portal, db, staff, pid, await documentsById(db, [id])))[0]
}

async function seenBy(
  portal: Pick<Portal, 'clock'>,
  db: Queryable,
  staff: StaffMember,
  pid: number,
  documents: readonly ChartDocument[],
): Promise<StaffsDocument[]> {
  if (documents.length === 0) return []
  const viewer = await staffViewer(db, staff.username, pid, documents)
  const patient = asThePatient(portal, pid)
  return documents
    .filter((document) => canSee(viewer, document))
    .map((document) => ({ ...document, hidden: whyHidden(patient, document) }))
}
