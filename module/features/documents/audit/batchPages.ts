/** Several at once: which, into which category, and the way back while nothing is filed. */
import { z } from 'zod'
import type { ChartCategory } from '../../../host/documents/categories.js'
import { whyNothingIsFiled } from '../../../host/documents/filing.js'
import { submissionsByIds, type TickedRow } from '../../../host/reads/submissions.js'
import { dayOrNone } from '../../../host/unset.js'
import { chosenId, optionalText } from '../../../web/forms.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { fileLater, keepBack, UNDO_SECONDS, type Ticked } from './batch.js'
import { categoriesFor, isScanned, usualCategory, usualName } from './filing.js'
import { waiting } from './queue.js'
import { idsIn } from './undoNotice.js'
import { whoseOf } from '../../../web/whose.js'

const several = z
  .union([z.string().transform((one) => [one]), z.array(z.string())], 'audit.batch.nothing')
  .optional()
  .default([])

const MOST = 200

const TickedForm = z.object({
  'id[]': several
    .refine((ids) => ids.length > 0, 'audit.batch.nothing')
    .refine((ids) => ids.length <= MOST, 'audit.batch.tooMany'),
  category: chosenId('audit.missing.category').optional(),
  asked: optionalText(1),
})

/** POST /documents/filing: first what will be done with each is shown, then (`asked`) it is ticked to be filed. */
export async function fileMany(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, staff, t } = context
  const asked = form(TickedForm)
  if (!asked.ok && 'id[]' in asked.errors) {
    return waiting(context, { status: 422, text: t(asked.errors['id[]'] ?? 'audit.batch.nothing') })
  }
  // Said before anything is ticked: a minute later nobody would be there to hear it.
  const trouble = await whyNothingIsFiled(portal)
  if (trouble !== undefined) return waiting(context, { status: 409, text: t(`audit.not.${trouble}`) })
  const ticked = tickedIn(context)
  const category = asked.ok ? asked.value.category : undefined
  if (!asked.ok || asked.value.asked !== '1') return askWhere(context, ticked, category, !asked.ok)
  if (category === undefined) return askWhere(context, ticked, category, true)
  const outcome = await fileLater(portal, staff, actor, { categoryId: category, ticked })
  if (!outcome) return askWhere(context, ticked, category, true)
  const failed = [...new Set(outcome.failed.map(({ reason }) => reason))].join('.')
  const query = new URLSearchParams({
    ...(outcome.due.length > 0 ? { due: outcome.due.join('.') } : {}),
    ...(failed === '' ? {} : { failed: `${String(outcome.failed.length)}.${failed}` }),
  })
  return show.seeOther(`/staff/portal/documents?${query.toString()}`)
}

/** `12.3`: an id and the version that was ticked; `12.3.<SHA-256>`: with the bytes that were there to be looked at. */
function tickedIn({ form }: StaffContext): Ticked[] {
  const asked = form(z.object({ 'id[]': several }))
  return (asked.ok ? asked.value['id[]'] : []).flatMap((each) => {
    const [, id, version, sha256] = /^([1-9]\d{0,14})\.(\d{1,9})(?:\.([0-9a-f]{64}))?$/.exec(each) ?? []
    return id === undefined ? [] : [{ id: Number(id), version: Number(version), sha256 }]
  })
}

/** Everything that will be done stands here, line by line: which bytes, under which name, into which category of whom. */
async function askWhere(
  context: StaffContext,
  ticked: readonly Ticked[],
  asked: number | undefined,
  missing: boolean,
): Promise<Answer> {
  const { portal, show, staff, t, url } = context
  const rows = await submissionsByIds(
    portal.db,
    ticked.map(({ id }) => id),
  )
  const all = await categoriesFor(portal.db, staff.username)
  const kind = rows.every((row) => row.kind === 'upload') ? 'upload' : 'document'
  const chosen = all.find(({ id }) => id === asked) ?? all.find(({ id }) => id === usualCategory(all, { kind }))
  const views = rows.map((row) => rowView(context, row, chosen))
  const filed = views.filter(({ value }) => value !== undefined)
  const page = {
    backHref: url('/staff/portal/documents'),
    action: url('/staff/portal/documents/filing'),
    errors: missing ? [{ name: 'category', text: t('audit.missing.category') }] : [],
    error: missing ? t('audit.missing.category') : undefined,
    lead:
      filed.length > 0 ? t('audit.batch.lead', { count: filed.length, seconds: UNDO_SECONDS }) : t('audit.batch.none'),
    confirm: chosen && filed.length > 0 ? t('audit.batch.confirm', { count: filed.length }) : undefined,
    category: chosen ? String(chosen.id) : '',
    categories: [
      { value: '', text: t('audit.choose') },
      ...all.map(({ id, path }) => ({ value: String(id), text: path.join(' / '), selected: id === chosen?.id })),
    ],
    ticked: ticked.map(({ id, version }) => `${String(id)}.${String(version)}`),
    rows: views,
  }
  const options = { title: t('audit.batch.title'), about: whoseOf(...rows) }
  const view = '/documents/audit/batch'
  return missing ? show.refused(view, page, options) : show.page(view, page, options)
}

/** One line. `value` undefined: it is left out, and `says` why. */
function rowView(context: StaffContext, row: TickedRow, category: ChartCategory | undefined) {
  const { t, url } = context
  const base = `/staff/portal/documents/submissions/${String(row.id)}`
  const shown = {
    ...{ title: row.title, born: bornText(context, dayOrNone(row.born)), openHref: url(base) },
    patient: row.pid === null ? t('audit.noChart') : personName(row.last_name, row.first_name),
  }
  const why = whyLeftOut(row)
  if (why !== undefined || row.sha256 === null || row.file_name === null) {
    const says = t('audit.batch.left', { why: t(`audit.batch.why.${why ?? 'changed'}`) })
    return { ...shown, says, value: undefined, fileHref: undefined }
  }
  const chart = row.chart_number === null || row.chart_number === '' ? String(row.pid) : row.chart_number
  const person = `${shown.patient} (${t('audit.chartNumber', { number: chart })})`
  const name = usualName(row, row.file_name)
  return {
    ...shown,
    says: category ? t('audit.confirm', { name, category: category.name, person }) : '',
    // With the version of now: it is what this page shows.
    value: `${String(row.id)}.${String(row.version)}.${row.sha256}`,
    fileHref: url(`${base}/file`),
  }
}

function whyLeftOut({ awaits_signature: awaits, pid, scan, state }: TickedRow): string | undefined {
  if (state !== 'waiting') return 'over'
  if (pid === null) return 'no-chart'
  if (!isScanned({ scan })) return 'not-scanned'
  return awaits === 1 ? 'unsigned' : undefined
}

/** POST /documents/filing/undo: what is not filed yet stays. */
export async function undo(context: StaffContext): Promise<Answer> {
  const { actor, form, fragment, portal, show, staff, t } = context
  const asked = form(z.object({ token: z.string() }))
  const ids = idsIn(asked.ok ? asked.value.token : undefined)
  if (ids.length === 0) return waiting(context, { status: 422, text: t('audit.undo.nothing') })
  const kept = await keepBack(portal, staff, actor, ids)
  if (kept.length < ids.length) {
    return waiting(context, {
      status: 409,
      text: t('audit.undo.some', { kept: kept.length, filed: ids.length - kept.length }),
    })
  }
  const to = `/staff/portal/documents${fragment ? '/waiting' : ''}?undone=1`
  return show.seeOther(to, { kind: 'success', key: 'audit.undo.done' })
}
