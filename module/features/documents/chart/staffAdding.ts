/** A file that staff put into the chart of the patient whose page it is. */
import { z } from 'zod'
import { isOpaqueId } from '../../../platform/ids.js'
import { onceOf } from '../../../platform/once.js'
import { chosenId, optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import { refusedFiles } from '../../../web/refusals.js'
import type { ReceivedFile, StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { addToChart, type AddOutcome } from './adding.js'
import { listPage, pathOf, patientIn } from './staffList.js'

const FIELD = 'file'

const Added = z.object({
  category: chosenId('chart.staff.add.categoryMissing'),
  name: optionalText(255),
  tell: z.string().optional(),
  _once: z.string().optional(),
})

/** POST /patients/:pid/documents */
export async function add(context: StaffContext): Promise<Answer> {
  const { actor, files, form, portal, show, staff, t } = context
  const patient = await patientIn(context)
  if (!patient) return show.notFound()
  const asked = form(Added)
  const refused = refusedFiles(context)
  if (refused) return listPage(context, told(refused.status, refused.messages, asked.typed))
  const [file] = files
  const errors: FieldError[] = [
    ...(file ? [] : [{ name: FIELD, text: t('chart.staff.add.fileMissing') }]),
    ...Object.entries(asked.ok ? {} : asked.errors).map(([name, key]) => ({ name, text: t(key) })),
  ]
  if (!asked.ok || !file) return listPage(context, { status: 422, errors, typed: asked.typed })

  const { category: categoryId, tell } = asked.value
  const name = asked.value.name === '' ? file.name : asked.value.name
  const outcome = await addToChart(portal, staff, actor, {
    ...{ pid: patient.pid, file, categoryId, name, tell: tell === '1' },
    once: onceIn(context, file, { ...asked.value, pid: patient.pid }),
  })
  if (!outcome.ok) return listPage(context, refusal(context, outcome, asked.typed))
  const key = outcome.told > 0 ? 'chart.staff.done.told' : 'chart.staff.done.added'
  return show.seeOther(`${pathOf(patient.pid)}/${String(outcome.document)}`, { kind: 'success', key })
}

/** The same form with the same file is the same press. */
function onceIn(
  { actor }: StaffContext,
  file: ReceivedFile,
  { _once, ...fields }: z.output<typeof Added> & { pid: number },
) {
  if (_once === undefined || !isOpaqueId(_once)) return undefined
  return onceOf(`staff:${actor.id}`, _once, { ...fields, sha256: file.sha256 })
}

function refusal(
  { t }: StaffContext,
  { reason }: Extract<AddOutcome, { ok: false }>,
  typed: Readonly<Record<string, string>>,
) {
  switch (reason) {
    case 'no-category':
      return { status: 422, errors: [{ name: 'category', text: t('chart.staff.add.categoryMissing') }], typed }
    case 'other-kind':
    case 'infected':
    case 'unscannable':
      return told(422, [t(`chart.staff.add.${reason}`)], typed)
    case 'scan-away':
      return told(503, [t('chart.staff.add.scan-away')], typed)
    case 'used-otherwise':
      return { status: 422, errors: [{ text: t('chart.staff.add.used') }], typed }
    case 'no-space':
      return told(507, [t('chart.staff.not.no-space')], typed)
    default:
      return { status: 503, errors: [{ text: t(`chart.staff.not.${reason}`) }], typed }
  }
}

function told(status: number, messages: readonly string[], typed: Readonly<Record<string, string>>) {
  return { status, errors: messages.map((text) => ({ name: FIELD, text })), typed }
}
