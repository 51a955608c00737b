/** Several at once: which, into which category, and the way back while nothing is filed. */
import { z } from 'zod'
import { submissionsByIds } from '../../../host/reads/submissions.js'
import { dayOrNone } from '../../../host/unset.js'
import { chosenId, optionalText } from '../../../web/forms.js'
import { bornText, personName } from '../../../web/person.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { fileLater, keepBack, UNDO_SECONDS, type Ticked } from './batch.js'
import { categoriesFor, usualCategory } from './filing.js'
import { waiting } from './queue.js'
import { idsIn } from './undoNotice.js'

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

/** POST /documents/filing: first asked into which category, then ticked to be filed. */
export async function fileMany(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, staff, t } = context
  const asked = form(TickedForm)
  if (!asked.ok && 'id[]' in asked.errors) {
    return waiting(context, { status: 422, text: t(asked.errors['id[]'] ?? 'audit.batch.nothing') })
  }
  const ticked = tickedIn(context)
  if (!asked.ok || asked.value.category === undefined)
    return askWhere(context, ticked, asked.ok && asked.value.asked === '1')
  const outcome = await fileLater(portal, staff, actor, { categoryId: asked.value.category, ticked })
  if (!outcome) return askWhere(context, ticked, true)
  const failed = [...new Set(outcome.failed.map(({ reason }) => reason))].join('.')
  const query = new URLSearchParams({
    ...(outcome.due.length > 0 ? { due: outcome.due.join('.') } : {}),
    ...(failed === '' ? {} : { failed: `${String(outcome.failed.length)}.${failed}` }),
  })
  return show.seeOther(`/staff/portal/documents?${query.toString()}`)
}

/** `12.3`: an id and the version that was ticked. */
function tickedIn({ form }: StaffContext): Ticked[] {
  const asked = form(z.object({ 'id[]': several }))
  return (asked.ok ? asked.value['id[]'] : []).flatMap((each) => {
    const [, id, version] = /^([1-9]\d{0,14})\.(\d{1,9})$/.exec(each) ?? []
    return id === undefined ? [] : [{ id: Number(id), version: Number(version) }]
  })
}

/** Everything that will be done stands here: each with its own patient. */
async function askWhere(context: StaffContext, ticked: readonly Ticked[], missing: boolean): Promise<Answer> {
  const { portal, show, staff, t, url } = context
  const rows = await submissionsByIds(
    portal.db,
    ticked.map(({ id }) => id),
  )
  const all = await categoriesFor(portal.db, staff.username)
  const usual = rows.every(({ kind }) => kind === 'upload') ? 'upload' : 'document'
  const chosen = usualCategory(all, { kind: usual })
  const page = {
    backHref: url('/staff/portal/documents'),
    action: url('/staff/portal/documents/filing'),
    errors: missing ? [{ name: 'category', text: t('audit.missing.category') }] : [],
    error: missing ? t('audit.missing.category') : undefined,
    lead: t('audit.batch.lead', { count: rows.length, seconds: UNDO_SECONDS }),
    confirm: t('audit.batch.confirm', { count: rows.length }),
    categories: [
      { value: '', text: t('audit.choose') },
      ...all.map(({ id, path }) => ({ value: String(id), text: path.join(' / '), selected: id === chosen })),
    ],
    rows: rows.map((row) => ({
      value: `${String(row.id)}.${String(ticked.find(({ id }) => id === row.id)?.version ?? 0)}`,
      title: row.title,
      patient: row.pid === null ? t('audit.noChart') : personName(row.last_name, row.first_name),
      born: bornText(context, dayOrNone(row.born)),
      chart: row.chart_number ?? '',
    })),
  }
  const options = { title: t('audit.batch.title'), about: rows.flatMap(({ pid }) => pid ?? []) }
  const view = '/documents/audit/batch'
  return missing ? show.refused(view, page, options) : show.page(view, page, options)
}

/** POST /documents/filing/undo: what is not filed yet stays. */
export async function undo(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, show, staff, t } = context
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
  return show.seeOther('/staff/portal/documents?undone=1', { kind: 'success', key: 'audit.undo.done' })
}
