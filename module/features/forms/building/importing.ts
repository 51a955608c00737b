/** A questionnaire from elsewhere: a file or pasted, FHIR R4 as JSON. What stands in its way is told item by item. */
import { z } from 'zod'
import { readQuestionnaire } from '../../../access/questionnaires/reading.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { draftPath, LIBRARY, problemText } from './draftPages.js'
import { beginDraft } from './drafts.js'
import { withPredecessor } from './libraryPages.js'

const FILE_MOST = 2_000_000

interface Told {
  errors: FieldError[]
  /** Of the questionnaire's own: where, and what. */
  problems?: { linkId: string; text: string }[]
  json?: string
  openHref?: string
}

/** GET /forms/library/import */
export function askForImport(context: StaffContext): Answer {
  return importPage(context)
}

function importPage(context: StaffContext, told?: Told): Answer {
  const { show, t, url } = context
  const page = {
    backHref: url(LIBRARY),
    action: url(`${LIBRARY}/import`),
    json: told?.json ?? '',
    problems: told?.problems ?? [],
    openHref: told?.openHref,
    errors: told?.errors ?? [],
    errorAt: Object.fromEntries((told?.errors ?? []).map(({ name = '', text }) => [name, text])),
  }
  const options = { title: t('building.import.title'), wide: true }
  return told
    ? show.refused('/forms/building/import', page, options)
    : show.page('/forms/building/import', page, options)
}

/** POST /forms/library/import: what can be asked becomes a draft. */
export async function importForm(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, refusals, show, staff, t, url } = context
  const asked = form(z.object({ json: z.string().max(FILE_MOST).optional().default('') }))
  const pasted = asked.ok ? asked.value.json : ''
  const refused = refusals[0]
  if (refused && refused.reason !== 'empty') {
    return importPage(context, { errors: [{ name: 'file', text: t('building.import.too-large') }], json: pasted })
  }
  const text = (await uploaded(context)) ?? pasted
  if (text === 'too-large' || !asked.ok) {
    return importPage(context, { errors: [{ name: 'file', text: t('building.import.too-large') }], json: pasted })
  }
  if (text.trim() === '') {
    return importPage(context, { errors: [{ name: 'json', text: t('building.missing.json') }] })
  }
  const reading = readQuestionnaire(text)
  if (!reading.ok) {
    const problems = reading.problems.map((problem) => problemText(context, problem))
    const error = { name: 'json', text: t('building.import.refused', { count: problems.length }) }
    return importPage(context, { errors: [error], problems, json: text })
  }
  const source = await withPredecessor(portal, reading.questionnaire.resource)
  const begun = await beginDraft(portal, staff, actor, source)
  if (!begun.isNew) {
    const error = { text: t('building.import.open-already') }
    return importPage(context, { errors: [error], json: text, openHref: url(draftPath(begun.id)) })
  }
  return show.seeOther(draftPath(begun.id), { kind: 'success', key: 'building.done.imported' })
}

/** The text of the file that came along. Undefined: none did. It is kept nowhere. */
async function uploaded({ files, portal }: StaffContext): Promise<string | undefined> {
  const file = files.find(({ field }) => field === 'file')
  if (!file || file.bytes === 0) return undefined
  if (file.bytes > FILE_MOST) return 'too-large'
  return (await portal.files.read(file.key)).toString('utf8')
}
