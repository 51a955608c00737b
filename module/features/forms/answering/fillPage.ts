/** The page on which somebody fills a part of a form. */
import { flat, stand, type Asked } from '../../../access/questionnaires/enabling.js'
import type { AnswerProblem } from '../../../access/questionnaires/checking.js'
import { inLanguage, isQuestion, type Path, type Value } from '../../../access/questionnaires/model.js'
import { nameOf } from '../../../access/scope.js'
import type { Language } from '../../../platform/i18n.js'
import { opaqueId } from '../../../platform/ids.js'
import type { FieldError } from '../../../web/layout.js'
import type { RecordContext } from '../../../web/routes.js'
import { typedBy } from '../../../web/typed.js'
import type { Filling } from './filling.js'
import { helpNow, type HelpNow } from './help.js'
import { itemViews, type ItemView } from './itemView.js'
import type { Hand } from './merging.js'
import { pagesOf, type FormPage } from './pages.js'
import { fieldOf, type Fields } from './typed.js'

/** View: /forms/answering/fill. */
export interface FillPage {
  title: string
  lead: string
  patient: string
  backHref: string
  action: string
  draftAction: string
  /** Who has it open, sealed. */
  by: string
  /** How often it has sent what stands in it. */
  count: number
  /** "Part 2 of 5": undefined where there is but one. */
  progress: { text: string; at: number; of: number } | undefined
  heading: string
  items: ItemView[]
  hidden: { name: string; value: string }[]
  errors: FieldError[]
  conflict: string | undefined
  first: boolean
  continueText: string
  saved: SavedView
  help: HelpNow | undefined
}

/** View: /forms/answering/saved. */
export interface SavedView {
  revision: number
  /** Paths that are not asked now. */
  notAsked: string[]
  shown: string
  text: string
  warning: string
}

export interface FillTrouble {
  typed: Fields
  errors: ReadonlyMap<Path, string>
  theirs: ReadonlyMap<Path, readonly Value[]>
  /** Nothing of it was taken yet: of the page as a whole, and as which page it goes on. */
  untaken?: { said: string; hand: Hand; seen: number }
}

/** Where the instance of a repeating group was added that has nothing in it yet. */
export type More = (path: Path) => number

export function fillPage(
  context: RecordContext,
  filling: Filling,
  page: FormPage,
  { more, trouble }: { more: More; trouble?: FillTrouble },
): FillPage {
  const { here, language, scope, t, url } = context
  const { assignment, version, answers, revision } = filling
  const standing = stand(version.form, answers)
  const pages = pagesOf(standing, { atLeast: more }).filter(({ asked }) => asked)
  const at = pages.findIndex(({ number }) => number === page.number)
  const address = here(`/forms/${String(assignment.id)}`)
  const { typed, untaken, errors = new Map<Path, string>(), theirs = new Map<Path, readonly Value[]>() } = trouble ?? {}
  return {
    title: inLanguage(assignment.title, language),
    lead: at <= 0 ? inLanguage(version.form.description, language) : '',
    patient: nameOf(scope),
    backHref: url(here('/forms')),
    action: url(address),
    draftAction: url(`${address}/draft?by=itself`),
    by: typedBy(context),
    progress: progressOf(context, pages, at),
    heading: page.group && page.group.instance === undefined ? inLanguage(page.group.item.text, language) : '',
    items: itemViews(context, itemsOf(page), {
      standing,
      answers,
      wasWritten: (path) => filling.written.has(path),
      typed,
      errors,
      theirs,
      untaken: untaken !== undefined,
    }),
    hidden: [
      { name: 'page', value: String(page.number) },
      { name: 'hand', value: untaken?.hand.id ?? opaqueId() },
      ...(theirs.size > 0 && typeof typed?.['hand'] === 'string' ? [{ name: 'settles', value: typed['hand'] }] : []),
    ],
    errors: [...errors].map(([path, text]) => ({
      name: fieldOf(path),
      text: `${labelAt(page.items, path, language)}: ${text}`,
    })),
    conflict: theirs.size > 0 ? t('forms.conflict') : untaken?.said,
    first: at <= 0,
    continueText: t(at >= 0 && at === pages.length - 1 ? 'forms.toReview' : 'forms.continue'),
    count: untaken?.hand.count ?? 0,
    saved: { ...savedView(filling, page), revision: untaken?.seen ?? revision },
    help: helpNow(context, version.form, answers),
  }
}

/** A group by itself is the page: its text is the heading. */
function itemsOf(page: FormPage) {
  return page.group && page.group.instance === undefined ? page.group.items : page.items
}

function progressOf({ t }: RecordContext, pages: readonly FormPage[], at: number): FillPage['progress'] {
  if (pages.length < 2 || at < 0) return undefined
  return { text: t('forms.progress', { at: at + 1, of: pages.length }), at: at + 1, of: pages.length }
}

export function savedView(filling: Filling, page: FormPage, text = ''): SavedView {
  const all = flat(page.items).filter(({ item }) => !item.hidden)
  const asked = all.filter((each) => each.asked && isQuestion(each.item)).map(({ path }) => path)
  return {
    revision: filling.revision,
    notAsked: all.filter((each) => !each.asked).map(({ path }) => path),
    shown: asked.join(' '),
    text,
    warning: '',
  }
}

/** What the question at this path is called. */
export function labelAt(items: readonly Asked[], path: Path, language: Language): string {
  const found = flat(items).find((asked) => asked.path === path)
  return found ? inLanguage(found.item.text, language) : ''
}

/** What has to be mended, in words, by path. */
export function problemTexts({ t }: RecordContext, problems: readonly AnswerProblem[]): Map<Path, string> {
  const texts = new Map<Path, string>()
  for (const { path, problem, limit = '' } of problems) {
    if (!texts.has(path)) texts.set(path, t(`forms.problem.${problem}`, { limit }))
  }
  return texts
}
