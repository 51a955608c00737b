/** All documents of a chart for staff: what the patient sees of them, and why; with the form to add one. */
import { findPatient, type Patient } from '../../../host/patients.js'
import { DOCUMENTS_MOST } from '../../../host/reads/chartDocuments.js'
import { opaqueId } from '../../../platform/ids.js'
import { writeInstant } from '../../../web/instant.js'
import type { FieldError, Tone } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { lettersIn, toldOfAdded } from './added.js'
import { categoriesFor } from './adding.js'
import { dayText, idIn, kindText, nameOf } from './documentView.js'
import { documentsForStaff, type StaffsDocument } from './released.js'
import type { Letters } from './telling.js'

export interface Told {
  status: number
  errors: readonly FieldError[]
  typed: Readonly<Record<string, string>>
  /** documents.id of what was added all the same. */
  added?: readonly number[]
  letters?: Letters | undefined
}

/** The list, or once more with what was wrong with what was to be added. */
export async function listPage(context: StaffContext, told?: Told): Promise<Answer> {
  const { portal, show, staff, t, url } = context
  const patient = await patientIn(context)
  if (!patient) return show.notFound()
  const rows = await documentsForStaff(portal, staff, patient.pid)
  const name = patientName(patient)
  const base = pathOf(patient.pid)
  const { uploadMegabytes: megabytes, uploadsAtOnce: files } = portal.settings()
  const added = addedAmong(context, rows, told)
  const page = {
    name,
    backHref: url(`/staff/portal/patients/${String(patient.pid)}`),
    rows: rows.map((row) => listRow(context, row, base)),
    more: rows.length >= DOCUMENTS_MOST ? t('chart.staff.more', { count: DOCUMENTS_MOST }) : '',
    action: url(base),
    /** What the last press added, where it was more than one, or not all. */
    added: added.map((row) => ({
      ...{ name: nameOf(row), href: url(`${base}/${String(row.id)}`) },
      tag: sharingTag(context, row),
    })),
    told: await toldOfAdded(context, patient.pid, added, told ? told.letters : lettersIn(context)),
    limits: t('chart.staff.add.limits', { files, megabytes }),
    upload: {
      ...{ megabytes, files, tooMany: t('uploads.tooMany', { files }) },
      /** For JavaScript, which looks before it sends: with {{name}} for the file's. */
      tooLarge: t('files.too-large', { megabytes, name: '{{name}}' }),
    },
    fileErrors: (told?.errors ?? []).filter(({ name: field }) => field === 'file').map(({ text }) => text),
    token: told?.typed['_once'] ?? opaqueId(),
    categories: await categoryOptions(context, told?.typed['category']),
    typed: told?.typed ?? {},
    errors: told?.errors ?? [],
    errorAt: Object.fromEntries((told?.errors ?? []).map(({ name: field = '', text }) => [field, text])),
  }
  const options = { title: t('chart.staff.of', { name }), about: [patient.pid] }
  const view = '/documents/chart/staff-list'
  return told ? show.refused(view, page, { ...options, status: told.status }) : show.page(view, page, options)
}

/** Looked up among those that this member may see: an address can name any. */
function addedAmong(
  { query }: StaffContext,
  rows: readonly StaffsDocument[],
  told: Told | undefined,
): StaffsDocument[] {
  const asked = /^\d{1,10}(\.\d{1,10}){0,99}$/.test(query['added'] ?? '') ? (query['added'] ?? '').split('.') : []
  const ids = new Set(told ? (told.added ?? []) : asked.map(Number))
  return ids.size === 0 ? [] : rows.filter(({ id }) => ids.has(id))
}

async function categoryOptions({ portal, staff, t }: StaffContext, chosen: string | undefined) {
  const open = await categoriesFor(portal.db, staff)
  return [
    { value: '', text: t('chart.staff.add.choose') },
    ...open.map(({ id, path }) => ({ value: String(id), text: path.join(' › '), selected: String(id) === chosen })),
  ]
}

function listRow(context: StaffContext, row: StaffsDocument, base: string) {
  return {
    name: nameOf(row),
    kind: kindText(context, row),
    category: row.categories.map(({ name }) => name).join(', '),
    day: dayText(context, row),
    tag: sharingTag(context, row),
    why: whyText(context, row),
    href: context.url(`${base}/${String(row.id)}`),
  }
}

export function sharingTag(
  { t }: Pick<StaffContext, 't'>,
  { forPatientAlone, hidden }: StaffsDocument,
): { tone: Tone; text: string } {
  if (forPatientAlone) return { tone: 'info', text: t('chart.staff.forPatientAlone') }
  if (hidden === undefined) return { tone: 'success', text: t('chart.staff.shared') }
  return { tone: 'warning', text: t(`chart.staff.hidden.${hidden}`) }
}

/** Who decided that, and when; or the rule that holds where nobody has. */
export function whyText(context: StaffContext, { forPatientAlone, hidden, ruling }: StaffsDocument): string {
  const { t } = context
  const said = ruling && { by: ruling.by, at: writeInstant(context, ruling.at) }
  if (hidden === 'expired' || hidden === 'sensitive') return t(`chart.staff.why.${hidden}`)
  if (forPatientAlone) return t('chart.staff.why.forPatientAlone')
  if (said === undefined) return t('chart.staff.why.shared')
  return t(hidden === 'restricted' ? 'chart.staff.why.restricted' : 'chart.staff.why.sharedAgain', said)
}

export function patientIn({ params, portal }: StaffContext): Promise<Patient | undefined> {
  return findPatient(portal.db, idIn(params['pid']))
}

export function patientName({ firstName, lastName }: Patient): string {
  return [firstName, lastName].filter((part) => part !== '').join(' ')
}

/** Without the base path. */
export function pathOf(pid: number): string {
  return `/staff/portal/patients/${String(pid)}/documents`
}
