/** Everything that was answered, before it is sent, and after. */
import { stand, type Asked, type Standing } from '../../../access/questionnaires/enabling.js'
import { checkAnswers } from '../../../access/questionnaires/checking.js'
import { inLanguage, isQuestion, type Answers, type Form, type Path } from '../../../access/questionnaires/model.js'
import { nameOf } from '../../../access/scope.js'
import { opaqueId } from '../../../platform/ids.js'
import type { RecordContext, RequestContext } from '../../../web/routes.js'
import type { Filling } from './filling.js'
import { labelAt, problemTexts } from './fillPage.js'
import { helpNow } from './help.js'
import { pagesOf } from './pages.js'
import { valuesText } from './valueText.js'

/** View: /forms/answering/answers. */
export interface AnswerLine {
  is: 'heading' | 'answer'
  text: string
  answer: string
  problem: string
}

/** Every question that is asked, with its answer, below the headings of its groups. */
export function answerLines(
  context: RequestContext,
  standing: Standing,
  tree: readonly Asked[],
  problems: ReadonlyMap<Path, string> = new Map(),
): AnswerLine[] {
  const { language, portal, t } = context
  return tree.flatMap((asked): AnswerLine[] => {
    const { item, path, within, instance } = asked
    if (item.hidden || item.kind === 'display') return []
    const text = [item.prefix ?? '', inLanguage(item.text, language)].filter((part) => part !== '').join(' ')
    const problem = problems.get(path) ?? ''
    const below = answerLines(context, standing, asked.items, problems)
    if (item.kind === 'group') {
      const heading = instance === undefined ? text : `${text} ${String(instance + 1)}`
      return [{ is: 'heading', text: heading.trim(), answer: '', problem }, ...below]
    }
    const placed = standing.form.all.get(item.linkId)
    const values = placed && isQuestion(item) ? standing.valuesOf(placed, within) : []
    const answer = valuesText({ t, language, zone: portal.clock.zone }, item, values)
    return [{ is: 'answer', text, answer: answer === '' ? t('forms.nothingSaid') : answer, problem }, ...below]
  })
}

/** View: /forms/answering/review. */
export function reviewPage(context: RecordContext, filling: Filling, changed = false) {
  const { here, language, portal, scope, t, url } = context
  const { assignment, version, answers, revision } = filling
  const { form } = version
  const standing = stand(form, answers)
  const problems = problemTexts(context, checkAnswers(form, answers))
  const address = `/forms/${String(assignment.id)}`
  const tree = standing.tree()
  return {
    title: inLanguage(assignment.title, language),
    patient: nameOf(scope),
    practice: portal.practice().name,
    parts: pagesOf(standing)
      .filter(({ asked }) => asked)
      .map(({ number, items }) => ({
        lines: answerLines(context, standing, onlyAsked(items), problems),
        changeHref: url(here(`${address}?page=${String(number)}`)),
      })),
    problems: [...problems].map(([path, text]) => ({ text: `${labelAt(tree, path, language)}: ${text}` })),
    missing: problems.size,
    changed: changed ? t('forms.changedMeanwhile') : undefined,
    action: url(here(`${address}/submission`)),
    seen: String(revision),
    once: opaqueId(),
    help: helpNow(context, form, answers),
    backHref: url(here('/forms')),
  }
}

function onlyAsked(items: readonly Asked[]): Asked[] {
  return items.filter(({ asked }) => asked).map((each) => ({ ...each, items: onlyAsked(each.items) }))
}

/** The lines of what was sent. */
export function sentLines(context: RequestContext, form: Form, answers: Answers): AnswerLine[] {
  const standing = stand(form, answers)
  return answerLines(context, standing, standing.tree())
}
