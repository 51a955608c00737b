/** Questions and answers as text, what is urgent among them, and what was said otherwise the last time. */
import { stand, type Asked, type Standing } from '../../../access/questionnaires/enabling.js'
import { inLanguage, isQuestion, type Answers, type Form } from '../../../access/questionnaires/model.js'
import { urgentAsked } from '../../../access/questionnaires/scoring.js'
import type { RequestContext } from '../../../web/routes.js'
import { valuesText } from '../answering/valueText.js'

export interface AnswerLine {
  is: 'heading' | 'answer'
  text: string
  answer: string
  urgent: boolean
  /** What it was the last time, where that was something else; '' where it is the same or was not asked. */
  before: string
}

type Reading = Pick<RequestContext, 'language' | 'portal' | 't'>

/** `last`: the answers before these, to the version of the questionnaire that they were given to. */
export function answerLines(
  context: Reading,
  form: Form,
  answers: Answers,
  last: { form: Form; answers: Answers } | undefined,
): AnswerLine[] {
  const standing = stand(form, answers)
  const urgent = new Set(urgentAsked(form, answers).map(({ path }) => path))
  const before = last ? textsByPath(context, stand(last.form, last.answers)) : new Map<string, string>()
  return walk(context, standing, standing.tree(), (asked, text) => {
    const was = before.get(asked.path) ?? ''
    return { urgent: urgent.has(asked.path), before: was === text ? '' : was }
  })
}

/** How many answers are others than the last time. */
export function countChanges(lines: readonly AnswerLine[]): number {
  return lines.filter(({ before }) => before !== '').length
}

function textsByPath(context: Reading, standing: Standing): Map<string, string> {
  const texts = new Map<string, string>()
  walk(context, standing, standing.tree(), (asked, text) => {
    texts.set(asked.path, text)
    return { urgent: false, before: '' }
  })
  return texts
}

function walk(
  context: Reading,
  standing: Standing,
  tree: readonly Asked[],
  mark: (asked: Asked, text: string) => Pick<AnswerLine, 'urgent' | 'before'>,
): AnswerLine[] {
  const { language, portal, t } = context
  return tree.flatMap((asked): AnswerLine[] => {
    const { instance, item, within } = asked
    if (item.hidden || item.kind === 'display') return []
    const text = [item.prefix ?? '', inLanguage(item.text, language)].filter((part) => part !== '').join(' ')
    const below = walk(context, standing, asked.items, mark)
    if (item.kind === 'group') {
      const heading = instance === undefined ? text : `${text} ${String(instance + 1)}`.trim()
      return [{ is: 'heading', text: heading, answer: '', urgent: false, before: '' }, ...below]
    }
    const placed = standing.form.all.get(item.linkId)
    const values = placed && isQuestion(item) ? standing.valuesOf(placed, within) : []
    const said = valuesText({ t, language, zone: portal.clock.zone }, item, values)
    const answer = said === '' ? t('reviewing.nothingSaid') : said
    return [{ is: 'answer', text, answer, ...mark(asked, answer) }, ...below]
  })
}
