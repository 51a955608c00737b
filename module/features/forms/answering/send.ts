/** Looking through, sending, and what was sent. */
import { z } from 'zod'
import { fhirOf } from '../../../access/formFiling.js'
import { formVersion } from '../../../access/formVersions.js'
import { inLanguage } from '../../../access/questionnaires/model.js'
import { nameOf } from '../../../access/scope.js'
import { opaqueId } from '../../../platform/ids.js'
import { optionalText } from '../../../web/forms.js'
import type { RecordContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { keptWith, over } from './fill.js'
import { fillingOf, notOpen, settleKept } from './filling.js'
import { helpText } from './help.js'
import { keptBeside } from './keptAnswers.js'
import { keptViews } from './keptView.js'
import { opensLater } from './laterPage.js'
import { dayText, listPage, tagOf } from './listPage.js'
import { assignmentHere, formLines, sentHere } from './ofPatient.js'
import { reviewPage, sentLines } from './reviewPage.js'
import { send } from './submitting.js'
import { day as dayOf } from '../../../platform/clock.js'

/** GET …/forms */
export async function list(context: RecordContext): Promise<Answer> {
  const { portal, scope, show, t } = context
  const lines = await formLines(portal.db, scope, dayOf(portal.clock.now()))
  return show.page('/forms/answering/list', listPage(context, lines), { title: t('forms.title') })
}

/** GET …/forms/:id/review */
export async function review(context: RecordContext): Promise<Answer> {
  return showReview(context, false)
}

async function showReview(context: RecordContext, changed: boolean, refused?: 409 | 422): Promise<Answer> {
  const { here, params, portal, scope, show } = context
  const assignment = await assignmentHere(portal.db, scope, params['id'] ?? '')
  if (!assignment) return show.notFound()
  if (assignment.state !== 'waiting') return over(context, assignment.id)
  const closed = notOpen(portal.clock, assignment)
  if (closed) return opensLater(context, closed, refused === undefined ? 'look' : 'deed')
  const filling = await fillingOf(portal.db, assignment)
  if (!filling) return show.seeOther(here(`/forms/${String(assignment.id)}`))
  const page = { ...reviewPage(context, filling, changed), kept: await keptWith(context, filling) }
  const options = { title: page.title }
  if (refused === undefined) return show.page('/forms/answering/review', page, options)
  return show.refused('/forms/answering/review', page, { ...options, status: refused })
}

const submission = z.object({ seen: optionalText(9) })

/** POST …/forms/:id/submission */
export async function submit(context: RecordContext): Promise<Answer> {
  const { actor, form, here, once, params, portal, scope, show } = context
  const read = form(submission)
  const seen = read.ok && /^\d{1,9}$/.test(read.value.seen) ? Number(read.value.seen) : -1
  const id = params['id'] ?? ''
  const outcome = await send(portal, actor, scope, { id, seen, once: once({ form: id }) })
  if (outcome.ok)
    return show.seeOther(here(`/forms/answers/${outcome.receipt}`), { kind: 'success', key: 'forms.sent' })
  switch (outcome.reason) {
    case 'not-found':
      return show.notFound()
    case 'over':
    case 'gone':
      return over(context, Number(id))
    case 'not-open':
      return opensLater(context, outcome, 'deed')
    case 'not-begun':
      return show.seeOther(here(`/forms/${id}`))
    case 'changed':
      return showReview(context, true, 409)
    default:
      return showReview(context, false, 422)
  }
}

const settling = z.object({ go: z.enum(['use', 'drop']) })

/** POST …/forms/:id/kept/:kept: `go` use or drop. */
export async function kept(context: RecordContext): Promise<Answer> {
  const { actor, form, here, params, portal, scope, show } = context
  const read = form(settling)
  const keptId = Number(/^[1-9]\d{0,14}$/.exec(params['kept'] ?? '')?.[0] ?? 0)
  if (!read.ok) return show.problem(422)
  const use = read.value.go === 'use'
  const id = params['id'] ?? ''
  const outcome = await settleKept(portal, actor, scope, { id, keptId, use, hand: opaqueId() })
  if (outcome.ok)
    return show.seeOther(here(`/forms/${id}/review`), { kind: 'success', key: `forms.kept.done.${read.value.go}` })
  if (outcome.reason === 'not-open') return opensLater(context, outcome, 'deed')
  return outcome.reason === 'not-found' ? show.notFound() : over(context, Number(id))
}

/** GET …/forms/answers/:receipt */
export async function sent(context: RecordContext): Promise<Answer> {
  const { here, language, params, portal, scope, show, t, url } = context
  const found = await sentHere(portal.db, scope, params['receipt'] ?? '')
  if (!found) return show.notFound()
  const { form } = await formVersion(portal.db, found.versionId)
  const { assignmentId } = found
  const kept = assignmentId === undefined ? [] : await keptBeside(portal.db, assignmentId, found.answers)
  const title = inLanguage(found.title, language)
  const page = {
    title,
    receipt: {
      title: t('forms.receiptTitle'),
      number: found.receipt,
      next: t(found.state === 'reviewed' ? 'forms.next.reviewed' : 'forms.next.sent'),
      lines: [
        { term: t('forms.what'), text: title },
        { term: t('forms.for'), text: nameOf(scope) },
        { term: t('forms.sentLabel'), text: dayText(context, found.sentAt) },
        ...scoreLines(context, found),
      ],
      actions: [
        { label: t('forms.toList'), href: url(here('/forms')) },
        { label: t('forms.download'), href: url(here(`/forms/answers/${found.receipt}/response.json`)) },
      ],
    },
    tag: tagOf(context, found.state === 'reviewed' ? 'reviewed' : 'sent'),
    lines: sentLines(context, form, found.answers),
    kept: assignmentId === undefined ? [] : keptViews(context, { assignmentId, form, usable: false }, kept),
    help: found.flag === 'urgent' ? helpText(context) : undefined,
  }
  return show.page('/forms/answering/sent', page, { title })
}

/** Only where the practice shows it. */
function scoreLines(
  { language, portal, t }: RecordContext,
  { band, score }: { band: { label: Parameters<typeof inLanguage>[0] } | undefined; score: number | undefined },
): { term: string; text: string }[] {
  if (score === undefined || portal.settings().showFormScores !== 'on') return []
  const text = band ? `${String(score)} (${inLanguage(band.label, language)})` : String(score)
  return [{ term: t('forms.score'), text }]
}

/** GET …/forms/answers/:receipt/response.json: a FHIR QuestionnaireResponse. */
export async function download(context: RecordContext): Promise<Answer> {
  const { params, portal, scope, show } = context
  const found = await sentHere(portal.db, scope, params['receipt'] ?? '')
  if (!found) return show.notFound()
  const body = JSON.stringify(await fhirOf(portal.db, portal, found.id), undefined, 2)
  return show.file('application/fhir+json; charset=utf-8', `answers-${found.receipt}.json`, body)
}
