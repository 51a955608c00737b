/** Filling a form: begin, a page, save, go on, and autosave. */
import { z } from 'zod'
import { checkAnswers } from '../../../access/questionnaires/checking.js'
import { flat, INSTANCES_MOST, stand } from '../../../access/questionnaires/enabling.js'
import { isQuestion, type Path } from '../../../access/questionnaires/model.js'
import { utc } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { begin, fillingOf, notOpen, save, sentFilling, type Filling } from './filling.js'
import { fillPage, problemTexts, savedView, type FillTrouble } from './fillPage.js'
import { keptBeside } from './keptAnswers.js'
import { keptViews } from './keptView.js'
import { helpNow } from './help.js'
import { compacted, without } from './instances.js'
import { opensLater } from './laterPage.js'
import { assignmentHere, receiptOf } from './ofPatient.js'
import { pagesOf, type FormPage } from './pages.js'
import { startPage } from './startPage.js'
import { readTyped, type Fields } from './typed.js'

/** GET …/forms/:id: what it is about, or the page that the address names of what was begun. */
export async function open(context: RecordContext): Promise<Answer> {
  const { params, portal, query, scope, show } = context
  const assignment = await assignmentHere(portal.db, scope, params['id'] ?? '')
  if (!assignment) return show.notFound()
  if (assignment.state !== 'waiting') return over(context, assignment.id)
  const closed = notOpen(portal.clock, assignment)
  if (closed) return opensLater(context, closed, 'look')
  const filling = await fillingOf(portal.db, assignment)
  const kept = filling ? await keptWith(context, filling) : []
  if (!filling || query['page'] === undefined) {
    const page = { ...startPage(context, assignment, filling), kept }
    return show.page('/forms/answering/start', page, { title: page.title })
  }
  const more = addedIn(query['more'])
  const pages = pagesOf(stand(filling.version.form, filling.answers), { atLeast: more })
  const page = pages.find(({ number }) => number === Number(query['page']))
  if (!page) return show.notFound()
  const content = { ...fillPage(context, filling, page, { more }), kept }
  return show.page('/forms/answering/fill', content, { title: content.title })
}

/** What was typed elsewhere and is not in the form. */
export async function keptWith(context: RecordContext, { answers, assignment, version }: Filling) {
  const kept = await keptBeside(context.portal.db, assignment.id, answers)
  return keptViews(context, { assignmentId: assignment.id, form: version.form, usable: true }, kept)
}

/** `meal:3`: three instances of this group, one of which has nothing in it yet. */
function addedIn(text: string | undefined): (path: Path) => number {
  const [, path, count] = /^(.+):(\d{1,3})$/.exec(text ?? '') ?? []
  return (each) => (each === path ? Math.min(Number(count), INSTANCES_MOST) : 1)
}

/** Of what is no longer asked: the receipt, or the list with why. */
export async function over(context: RecordContext, id: number, kept = false): Promise<Answer> {
  const { here, portal, show } = context
  const receipt = await receiptOf(portal.db, id)
  const told = kept ? ({ kind: 'warning', key: 'forms.keptAside' } as const) : undefined
  if (receipt !== undefined) return show.seeOther(here(`/forms/answers/${receipt}`), told)
  return show.seeOther(here('/forms'), told ?? { kind: 'info', key: 'forms.over' })
}

/** POST …/forms/:id/beginning */
export async function start(context: RecordContext): Promise<Answer> {
  const { actor, here, params, portal, scope, show, t } = context
  const id = params['id'] ?? ''
  const outcome = await begin(portal, actor, scope, id)
  if (outcome.ok) return show.seeOther(here(`/forms/${id}?page=1`))
  if (outcome.reason === 'not-found') return show.notFound()
  if (outcome.reason === 'over') return over(context, Number(id))
  if (outcome.reason === 'not-open') return opensLater(context, outcome, 'deed')
  return show.problem(409, { what: t('forms.gone'), actions: [{ label: t('forms.back'), href: here('/forms') }] })
}

const postedFields = z.record(z.string().max(2000), z.union([z.string().max(30_000), z.array(z.string().max(30_000))]))

/** What was posted: the page's own fields, and the answers beside them. */
interface PostedPage {
  fields: Fields
  number: number
  seen: number
  hand: { id: string; count: number }
  settles: string | undefined
  shown: ReadonlySet<string>
  go: string
}

function postedPage({ form }: RecordContext): PostedPage | undefined {
  const read = form(postedFields)
  if (!read.ok) return undefined
  const one = (name: string) => {
    const value = Object.hasOwn(read.value, name) ? read.value[name] : undefined
    return typeof value === 'string' ? value : ''
  }
  const whole = (name: string) => (/^\d{1,9}$/.test(one(name)) ? Number(one(name)) : 0)
  return {
    fields: read.value,
    number: whole('page'),
    seen: whole('seen'),
    hand: { id: one('hand').slice(0, 22), count: whole('count') },
    settles: one('settles') === '' ? undefined : one('settles').slice(0, 22),
    shown: new Set(one('shown').split(' ')),
    go: one('go'),
  }
}

interface Read {
  filling: Filling
  page: FormPage
  posted: PostedPage
  typed: ReturnType<typeof readTyped>
}

/** The page that was posted, read by the form as it was begun. */
async function readPosted(context: RecordContext): Promise<Read | Answer> {
  const { here, params, portal, scope, show } = context
  const assignment = await assignmentHere(portal.db, scope, params['id'] ?? '')
  if (!assignment) return show.notFound()
  const closed = notOpen(portal.clock, assignment)
  if (closed) return opensLater(context, closed, 'deed')
  const waits = assignment.state === 'waiting'
  // What is typed on a page that is over is kept beside it: it is read all the same.
  const filling = (await fillingOf(portal.db, assignment)) ?? (await sentFilling(portal.db, assignment))
  if (!filling) return waits ? show.seeOther(here(`/forms/${String(assignment.id)}`)) : over(context, assignment.id)
  const posted = postedPage(context)
  const page = posted && pageAt(filling, posted)
  if (!posted || !page) return show.problem(422)
  return { filling, page, posted, typed: readTyped(page.items, posted.fields, portal.clock.zone) }
}

/** With as many instances as have fields in what was posted. */
function pageAt({ version, answers }: Filling, { fields, number }: Pick<PostedPage, 'fields' | 'number'>) {
  const pages = pagesOf(stand(version.form, answers), { atLeast: (path) => instancesPosted(fields, path) })
  return pages.find((page) => page.number === number)
}

function instancesPosted(fields: Fields, path: Path): number {
  let most = 1
  for (const name of Object.keys(fields)) {
    if (!name.startsWith(`a.${path}@`)) continue
    most = Math.max(most, Number.parseInt(name.slice(path.length + 3), 10) + 1 || 1)
  }
  return Math.min(most, INSTANCES_MOST)
}

/** POST …/forms/:id: saves the page, then goes where the button says. */
export async function post(context: RecordContext): Promise<Answer> {
  const { params, portal, scope, show, here } = context
  const read = await readPosted(context)
  if ('kind' in read) return read
  const { posted, typed } = read
  const [, removed] = /^remove:(.+)$/s.exec(posted.go) ?? []
  const values = compacted(removed === undefined ? typed.values : without(typed.values, removed))
  const outcome = await save(portal, scope, params['id'] ?? '', { values, ...pageOf(posted) })
  if (!outcome.ok) {
    if (outcome.reason === 'not-found') return show.notFound()
    if (outcome.reason === 'not-open') return opensLater(context, outcome, 'deed')
    return over(context, read.filling.assignment.id, outcome.reason === 'kept-aside')
  }
  const { filling, conflicts } = outcome
  const theirs = new Map(conflicts.map(({ path, theirs: values }) => [path, values]))
  if (theirs.size > 0) return refused(context, filling, posted, { errors: new Map(), theirs }, 409)
  const wrong = [...typed.problems].map(([path, problem]) => ({ path, linkId: '', problem }))
  if (wrong.length > 0 && removed === undefined) {
    return refused(context, filling, posted, { errors: problemTexts(context, wrong), theirs }, 422)
  }
  if (posted.go === 'save') return show.seeOther(here('/forms'), { kind: 'success', key: 'forms.saved' })
  return onward(context, filling, posted)
}

function pageOf({ hand, seen, settles }: PostedPage) {
  return { hand, seen, settles }
}

/** Where a page leads that was saved whole. */
function onward(context: RecordContext, filling: Filling, posted: PostedPage): Answer {
  const { here, show } = context
  const address = `/forms/${String(filling.assignment.id)}`
  const to = (rest: string) => here(`${address}${rest}`)
  const [, more] = /^more:(.+)$/s.exec(posted.go) ?? []
  if (more !== undefined) {
    const count = instancesPosted(posted.fields, more) + 1
    return show.seeOther(to(`?page=${String(posted.number)}&more=${encodeURIComponent(`${more}:${String(count)}`)}`))
  }
  if (posted.go.startsWith('remove:')) return show.seeOther(to(`?page=${String(posted.number)}`))

  const standing = stand(filling.version.form, filling.answers)
  const pages = pagesOf(standing).filter(({ asked }) => asked)
  if (posted.go === 'back') {
    const before = pages.findLast(({ number }) => number < posted.number)
    return show.seeOther(to(before ? `?page=${String(before.number)}` : ''))
  }
  const page = pages.find(({ number }) => number === posted.number)
  const asked = flat(page?.items ?? []).filter((each) => each.asked)
  const unseen = asked.filter(({ item, path }) => isQuestion(item) && !item.hidden && !posted.shown.has(path))
  if (unseen.length > 0) {
    return show.seeOther(to(`?page=${String(posted.number)}`), { kind: 'info', key: 'forms.moreQuestions' })
  }
  const onPage = new Set(asked.map(({ path }) => path))
  const problems = checkAnswers(filling.version.form, filling.answers).filter(({ path }) => onPage.has(path))
  if (problems.length > 0) {
    return refused(context, filling, posted, { errors: problemTexts(context, problems), theirs: new Map() }, 422)
  }
  const next = pages.find(({ number }) => number > posted.number)
  return show.seeOther(to(next ? `?page=${String(next.number)}` : '/review'))
}

/** The page again, with what was typed. */
function refused(
  context: RecordContext,
  filling: Filling,
  posted: PostedPage,
  trouble: Pick<FillTrouble, 'errors' | 'theirs' | 'untaken'>,
  status: 409 | 422,
): Answer {
  const more = (path: Path) => instancesPosted(posted.fields, path)
  const page = pageAt(filling, posted)
  if (!page) return context.show.problem(422)
  const content = {
    ...fillPage(context, filling, page, { more, trouble: { typed: posted.fields, ...trouble } }),
    kept: [],
  }
  return context.show.refused('/forms/answering/fill', content, { title: content.title, status })
}

/** The page again, with what was typed in it. */
export async function typedBefore(context: RecordContext): Promise<Answer> {
  const read = await readPosted(context)
  if ('kind' in read) return read
  const { filling, posted } = read
  if (filling.assignment.state !== 'waiting') {
    const { here, show, t, url } = context
    const actions = [{ label: t('forms.back'), href: url(here('/forms')) }]
    return show.problem(409, { what: t('typed.tooLate'), next: t('typed.tooLate.next'), actions })
  }
  const untaken = { said: context.t('typed.again'), hand: posted.hand, seen: posted.seen }
  return refused(context, filling, posted, { errors: new Map(), theirs: new Map(), untaken }, 422)
}

/** POST …/forms/:id/draft: autosave. Answers what is asked now, and what help there is. */
export async function autosave(context: RecordContext): Promise<Answer> {
  const { params, portal, scope, show, t } = context
  const read = await readPosted(context)
  if ('kind' in read) return read
  const { posted, typed } = read
  const outcome = await save(portal, scope, params['id'] ?? '', {
    ...{ values: typed.values, ...pageOf(posted) },
  })
  if (!outcome.ok) {
    if (outcome.reason === 'not-found') return show.notFound()
    if (outcome.reason === 'not-open') return opensLater(context, outcome, 'deed')
    if (outcome.reason !== 'kept-aside') return over(context, read.filling.assignment.id)
    return keptAside(context, read)
  }
  const { filling, conflicts } = outcome
  const page = pageAt(filling, posted)
  if (!page) return show.problem(422)
  const content = {
    // What is in conflict was not taken: the page still shows what it showed before.
    saved: {
      ...savedView(filling, page, t('forms.savedNow', { time: writeInstant(context, utc(portal.clock.now())) })),
      ...(conflicts.length > 0 ? { revision: posted.seen, warning: t('forms.conflictSoon') } : {}),
    },
    help: helpNow(context, filling.version.form, filling.answers),
  }
  return show.page('/forms/answering/autosaved', content, { title: t('forms.title') })
}

/** A line in the page that stays open: it is over, and what was typed is kept. */
function keptAside(context: RecordContext, { filling, page, posted }: Read): Answer {
  const { show, t } = context
  const saved = { ...savedView(filling, page), revision: posted.seen, warning: t('forms.keptAside') }
  const content = { saved, help: helpNow(context, filling.version.form, filling.answers) }
  return show.refused('/forms/answering/autosaved', content, { title: t('forms.title'), status: 409 })
}
