/** A questionnaire as patients see it, every question of it, with nothing that can be sent. */
import { stand } from '../../../access/questionnaires/enabling.js'
import { readQuestionnaire } from '../../../access/questionnaires/reading.js'
import { inLanguage, type Form } from '../../../access/questionnaires/model.js'
import { keepsQuestionnaires, repositoryRow } from '../../../host/questionnaires.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { itemViews, type ItemView } from '../answering/itemView.js'
import { draft, draftPath, idIn, LIBRARY, saidProblem } from './draftPages.js'
import { findDraft } from './drafts.js'
import { form } from './libraryPages.js'

/** GET /forms/library/drafts/:id/preview */
export async function previewDraft(context: StaffContext): Promise<Answer> {
  const { portal, show } = context
  const found = await findDraft(portal.db, idIn(context))
  if (!found) return show.notFound()
  const reading = readQuestionnaire(found.questionnaire)
  if (reading.ok) return preview(context, reading.questionnaire, draftPath(found.id))
  return draft(context, { status: 422, errors: reading.problems.map((each) => ({ text: saidProblem(context, each) })) })
}

/** GET /forms/library/:id/preview */
export async function previewForm(context: StaffContext): Promise<Answer> {
  const { portal, show } = context
  const row = keepsQuestionnaires(portal.site) ? await repositoryRow(portal.db, portal.site, idIn(context)) : undefined
  if (!row) return show.notFound()
  const reading = readQuestionnaire(row.questionnaire)
  if (reading.ok) return preview(context, reading.questionnaire, `${LIBRARY}/${String(row.id)}`)
  return form(context, { status: 422, errors: reading.problems.map((each) => ({ text: saidProblem(context, each) })) })
}

function preview(context: StaffContext, asked: Form, back: string): Answer {
  const { language, show, t, url } = context
  const title = inLanguage(asked.title, language)
  const standing = stand(asked, new Map())
  const items = itemViews(context, standing.tree({ everything: true }), {
    ...{
      standing,
      answers: new Map(),
      wasWritten: () => false,
      typed: undefined,
      errors: new Map(),
      theirs: new Map(),
    },
  })
  const page = {
    ...{ title, description: inLanguage(asked.description, language), backHref: url(back) },
    items: items.map(visible),
  }
  return show.page('/forms/building/preview', page, { title: t('building.preview.title') })
}

function visible(item: ItemView): ItemView {
  return { ...item, hidden: false, items: item.items.map(visible) }
}
