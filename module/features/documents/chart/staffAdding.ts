/** Files that staff put into the chart of the patient whose page it is. */
import { z } from 'zod'
import { isOpaqueId } from '../../../platform/ids.js'
import { onceOf } from '../../../platform/once.js'
import { chosenId, optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import { refusedFiles } from '../../../web/refusals.js'
import type { ReceivedFile, StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { addToChart, type AddOutcome } from './adding.js'
import { lettersQuery } from './added.js'
import { listPage, pathOf, patientIn } from './staffList.js'
import type { Letters } from './telling.js'

const FIELD = 'file'

const Added = z.object({
  category: chosenId('chart.staff.add.categoryMissing'),
  name: optionalText(255),
  tell: z.string().optional(),
  _once: z.string().optional(),
})

/** POST /patients/:pid/documents: each file is added, or refused, for itself. */
export async function add(context: StaffContext): Promise<Answer> {
  const { files, form, show, t } = context
  const patient = await patientIn(context)
  if (!patient) return show.notFound()
  const asked = form(Added)
  const refused = refusedFiles(context)
  const named = asked.ok && asked.value.name !== ''
  const errors: FieldError[] = [
    ...(files.length === 0 && !refused ? [{ name: FIELD, text: t('chart.staff.add.fileMissing') }] : []),
    ...(named && files.length > 1 ? [{ name: 'name', text: t('chart.staff.add.nameForOne') }] : []),
    ...Object.entries(asked.ok ? {} : asked.errors).map(([name, key]) => ({ name, text: t(key) })),
  ]
  if (!asked.ok || errors.length > 0) return listPage(context, { status: 422, errors, typed: asked.typed })
  const added = await addEach(context, patient.pid, asked.value)
  const [failed] = added.failed
  if (failed === undefined && !refused) return done(context, patient.pid, added)
  const messages = [...(refused?.messages ?? []), ...added.failed.map(({ said }) => said)]
  // What is in the chart is not sent again by the same form.
  const { _once: once = '', ...rest } = asked.typed
  return listPage(context, {
    status: failed?.status ?? refused?.status ?? 422,
    errors: messages.map((text) => ({ text, ...nameOfField(failed, refused !== undefined) })),
    typed: added.documents.length === 0 ? { ...rest, _once: once } : rest,
    added: added.documents,
    letters: added.letters,
  })
}

/** Where a message stands: at the files, but for what is no file's fault. */
function nameOfField(failed: AddedFiles['failed'][number] | undefined, refused: boolean): { name?: string } {
  if (refused || failed === undefined) return { name: FIELD }
  return failed.field === undefined ? {} : { name: failed.field }
}

interface AddedFiles {
  /** documents.id */
  documents: number[]
  letters: Letters | undefined
  failed: Array<{ status: number; field: string | undefined; said: string }>
}

/** One after the other. Who may read them is written to once, whatever the number. */
async function addEach(context: StaffContext, pid: number, value: z.output<typeof Added>): Promise<AddedFiles> {
  const { actor, files, portal, staff } = context
  const all: AddedFiles = { documents: [], letters: undefined, failed: [] }
  for (const [at, file] of files.entries()) {
    const outcome = await addToChart(portal, staff, actor, {
      ...{ pid, file, categoryId: value.category, name: value.name === '' ? file.name : value.name },
      tell: value.tell === '1' && all.letters === undefined,
      once: onceIn(context, file, { ...value, pid }, at),
    })
    if (outcome.ok) {
      all.documents.push(outcome.document)
      all.letters ??= outcome.letters
      continue
    }
    const why = whyNot(context, outcome)
    const several = files.length > 1 && why.ofFile
    all.failed.push({ ...why, said: several ? namedText(context, file, why.said) : why.said })
    // The next would end as this one did.
    if (!why.ofFile) break
  }
  return all
}

function namedText({ t }: StaffContext, { name }: ReceivedFile, why: string): string {
  return t('chart.staff.add.named', { name, why })
}

/** To the one that was added; of several, to the list, which says which. Who sees it and is written to stands there. */
function done({ show }: StaffContext, pid: number, { documents, letters }: AddedFiles): Answer {
  const [one, ...more] = documents
  const query = new URLSearchParams({ added: documents.join('.'), ...lettersQuery(letters) }).toString()
  const to = more.length === 0 ? `${pathOf(pid)}/${String(one)}` : pathOf(pid)
  const key = `chart.staff.done.added${more.length === 0 ? '' : '.several'}`
  return show.seeOther(`${to}?${query}`, { kind: 'success', key })
}

/** The same form with the same file at the same place is the same press. */
function onceIn(
  { actor }: StaffContext,
  file: ReceivedFile,
  { _once, ...fields }: z.output<typeof Added> & { pid: number },
  at: number,
) {
  if (_once === undefined || !isOpaqueId(_once)) return undefined
  const owner = at === 0 ? `staff:${actor.id}` : `staff:${actor.id}:${String(at)}`
  return onceOf(owner, _once, { ...fields, sha256: file.sha256 })
}

/** `ofFile`: the next may be taken all the same. */
function whyNot({ t }: StaffContext, { reason }: Extract<AddOutcome, { ok: false }>) {
  switch (reason) {
    case 'no-category':
      return { status: 422, field: 'category', ofFile: false, said: t('chart.staff.add.categoryMissing') }
    case 'other-kind':
    case 'infected':
    case 'unscannable':
      return { status: 422, field: FIELD, ofFile: true, said: t(`chart.staff.add.${reason}`) }
    case 'scan-away':
      return { status: 503, field: FIELD, ofFile: true, said: t('chart.staff.add.scan-away') }
    case 'used-otherwise':
      return { status: 422, field: undefined, ofFile: false, said: t('chart.staff.add.used') }
    case 'no-space':
      return { status: 507, field: FIELD, ofFile: true, said: t('chart.staff.not.no-space') }
    default:
      return { status: 503, field: undefined, ofFile: false, said: t(`chart.staff.not.${reason}`) }
  }
}
