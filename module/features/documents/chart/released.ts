/** The chart's documents that somebody may see: every page, file and archive asks here, and here the one rule is asked. */
import type { Portal } from '../../../access/portal.js'
import {
  asAnother,
  asThePatient,
  canSee,
  staffViewer,
  viewerAt,
  whyHidden,
  type WhyHidden,
} from '../../../access/release.js'
import type { PatientScope } from '../../../access/scope.js'
import type { StaffMember } from '../../../access/staff.js'
import {
  documentsById,
  documentsOfChart,
  DOCUMENTS_MOST,
  type ChartDocument,
} from '../../../host/reads/chartDocuments.js'
import type { Queryable } from '../../../platform/database.js'

/**
 * Shared with the patient of this record, the newest first: as many as are asked for, filed since a day. One statement
 * for each two thousand of the chart; none where there is no chart.
 */
export async function releasedDocuments(
  portal: Portal,
  scope: PatientScope,
  { most = DOCUMENTS_MOST, since = '' }: { most?: number; since?: string } = {},
): Promise<ChartDocument[]> {
  const viewer = viewerAt(portal, scope)
  if (viewer.pid === undefined) return []
  const wanted = (document: ChartDocument) => document.filedAt >= since && canSee(viewer, document)
  return documentsOfChart(portal.db, viewer.pid, wanted, most)
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

/**
 * Whether the bytes of what they sent themselves may still be taken: once they are a document of the chart, as that one
 * is released. Asked of whoever may fill, to whom the chart's other documents may be closed. One statement, if any.
 */
export async function ownCopyIsReleased(
  portal: Portal,
  scope: PatientScope,
  { document_id: id }: { document_id: number | null },
): Promise<boolean> {
  if (id === null) return true
  const viewer = viewerAt(portal, scope)
  const asReader = viewer.kind === 'patient' ? { ...viewer, mayView: true } : viewer
  const [document] = await documentsById(portal.db, [id])
  return document !== undefined && canSee(asReader, document)
}

/** A document for staff, and why its patient does not see it. `hidden` undefined: the patient does. */
export interface StaffsDocument extends ChartDocument {
  hidden: WhyHidden | undefined
  /** The patient sees it, and others who read documents for them do not. */
  forPatientAlone: boolean
}

/** Everybody sees it who reads the patient's documents, as far as staff have a say in it. */
export function isShared({ hidden, forPatientAlone }: Pick<StaffsDocument, 'hidden' | 'forPatientAlone'>): boolean {
  return hidden !== 'restricted' && hidden !== 'sensitive' && !forPatientAlone
}

/** A chart's documents for a member of staff, the newest first. Two statements. */
export async function documentsForStaff(portal: Portal, staff: StaffMember, pid: number): Promise<StaffsDocument[]> {
  // Which of them the EMR opens is asked for all at once, so that they are counted only then.
  const all = await documentsOfChart(portal.db, pid, ({ deleted }) => !deleted, Infinity)
  return (await seenBy(portal, portal.db, staff, pid, all)).slice(0, DOCUMENTS_MOST)
}

/** One of this very chart: that of another chart is not there. */
export async function documentForStaff(
  portal: Pick<Portal, 'clock' | 'settings'>,
  db: Queryable,
  staff: StaffMember,
  { pid, id }: { pid: number; id: number },
): Promise<StaffsDocument | undefined> {
  return (await seenBy(portal, db, staff, pid, await documentsById(db, [id])))[0]
}

async function seenBy(
  portal: Pick<Portal, 'clock' | 'settings'>,
  db: Queryable,
  staff: StaffMember,
  pid: number,
  documents: readonly ChartDocument[],
): Promise<StaffsDocument[]> {
  if (documents.length === 0) return []
  const viewer = await staffViewer(db, staff.username, pid, documents)
  const patient = asThePatient(portal, pid)
  const another = asAnother(portal, pid)
  return documents
    .filter((document) => canSee(viewer, document))
    .map((document) => {
      const hidden = whyHidden(patient, document)
      return { ...document, hidden, forPatientAlone: hidden === undefined && !canSee(another, document) }
    })
}
