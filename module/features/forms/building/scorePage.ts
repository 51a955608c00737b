/** How a draft is scored: which questions are added up, what the sum is called, and how soon somebody should look. */
import type { StaffContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { draftPath, idIn, refused, seenVersion } from './draftPages.js'
import { changeDraft, findDraft, type Draft } from './drafts.js'
import type { ItemFault } from './itemKinds.js'
import { controlId, ScoreForm } from './itemForm.js'
import { applyScore, countableItems, flags, scoreOf, type ScoreTyped } from './scoreRule.js'

const MORE_BANDS = 3

/** GET …/score */
export async function score(context: StaffContext): Promise<Answer> {
  const { portal, show } = context
  const found = await findDraft(portal.db, idIn(context))
  return found ? scoreAnswer(context, found, scoreOf(found.questionnaire)) : show.notFound()
}

function scoreAnswer(
  context: StaffContext,
  found: Draft,
  typed: ScoreTyped,
  faults: readonly ItemFault[] = [],
): Answer {
  const { show, t, url } = context
  const said = faults.map((fault) => ({ id: controlId(fault), text: faultText(context, fault) }))
  const blank = { from: '', label: '', labelEs: '', flag: 'none' as const }
  const page = {
    ...{ version: found.version, draftTitle: found.title, name: typed.name || t('building.score.name') },
    backHref: url(draftPath(found.id)),
    action: url(`${draftPath(found.id)}/score`),
    questions: countableItems(found.questionnaire).map(({ linkId, text }) => ({
      ...{ linkId, text: text ?? linkId, checked: typed.counted.includes(linkId) },
    })),
    bands: [...typed.bands, ...Array.from({ length: MORE_BANDS }, () => blank)].map((band) => ({
      ...band,
      flags: flags.map((value) => ({ value, text: t(`building.flag.${value}`), selected: value === band.flag })),
    })),
    errors: said,
    errorAt: Object.fromEntries(said.map(({ id, text }) => [id, text])),
  }
  const options = { title: t('building.score.title'), wide: true }
  const view = '/forms/building/score'
  return faults.length > 0 ? show.refused(view, page, options) : show.page(view, page, options)
}

function faultText({ t }: StaffContext, { allowed = '', reason, row }: ItemFault): string {
  const said = t(`building.wrong.${reason}`, { allowed })
  return row === undefined ? said : t('building.wrong.row', { row: row + 1, said })
}

/** POST …/score */
export async function changeScore(context: StaffContext): Promise<Answer> {
  const { form, portal, show, staff } = context
  const asked = form(ScoreForm.extend({ version: seenVersion }))
  const found = await findDraft(portal.db, idIn(context))
  if (!found) return show.notFound()
  if (!asked.ok) return show.problem(422)
  const { bandFlag, bandFrom, bandLabel, bandLabelEs, counted, name, version } = asked.value
  const typed: ScoreTyped = {
    ...{ counted, name },
    bands: bandFrom.map((from, at) => ({
      ...{ from, label: bandLabel[at] ?? '', labelEs: bandLabelEs[at] ?? '' },
      flag: flags.find((each) => each === bandFlag[at]) ?? 'none',
    })),
  }
  const outcome = await changeDraft(portal, staff, { id: found.id, seen: version }, (questionnaire) => {
    const applied = applyScore(questionnaire, typed)
    return applied.ok ? applied : { ok: false as const, reason: 'faults' as const, faults: applied.faults }
  })
  if (outcome.ok) return show.seeOther(draftPath(found.id), { kind: 'success', key: 'building.done.score' })
  return outcome.reason === 'faults' ? scoreAnswer(context, found, typed, outcome.faults) : refused(context, outcome)
}
