/** The handlers of one registration: look, claim, link, make a chart, ask, refuse. */
import { z } from 'zod'
import { waitingRegistrations } from '../../../host/reads/registrations.js'
import { day as dayOf, utc } from '../../../platform/clock.js'
import { ClaimForm, claimedHow } from '../../../web/claiming.js'
import { chosenId, optionalText, text, type FormRead } from '../../../web/forms.js'
import { writeDayOf, writeInstant } from '../../../web/instant.js'
import type { FieldError } from '../../../web/layout.js'
import type { StaffContext } from '../../../web/routes.js'
import type { Answer, FlashKey } from '../../../web/show.js'
import { typedDay } from '../../../web/typedDay.js'
import { reopenRegistration, type ReopenOutcome } from '../closing.js'
import { claimedSince, findRegistration } from '../registrations.js'
import { askForMore, refuseRegistration } from './answers.js'
import { claimRegistration, type ClaimOutcome } from './claims.js'
import { linkRegistration, type LinkOutcome } from './linking.js'
import { views, waiting } from './queue.js'
import { reconcilePage, type Typed } from './reconcilePage.js'

/** GET /registrations/:id, or once more with why nothing was changed. */
export async function reconcile(
  context: StaffContext,
  told?: { status: number; error: FieldError },
  typed: Typed = {},
): Promise<Answer> {
  const { portal, query, show, t } = context
  const row = await findRegistration(portal.db, idIn(context))
  if (!row) return show.notFound()
  const named = { chart: query['chart'] ?? '', ...typed }
  const { about, page } = await reconcilePage(context, row, told ? [told.error] : [], named)
  const options = { title: t('registrations.one.title'), about, wide: true }
  const view = '/registration/staff/reconcile'
  return told ? show.refused(view, page, { ...options, status: told.status }) : show.page(view, page, options)
}

function idIn({ params }: StaffContext): number {
  return Number(/^[1-9]\d{0,15}$/.exec(params['id'] ?? '')?.[0] ?? 0)
}

/** POST …/claim. Without a field: for me. */
export async function claim(context: StaffContext): Promise<Answer> {
  const { actor, form, fragment, portal, query, show, staff } = context
  const asked = form(ClaimForm)
  if (!asked.ok) return show.problem(422)
  const outcome = await claimRegistration(portal, staff, actor, idIn(context), claimedHow(asked.value))
  if (!outcome.ok) return notDone(context, outcome, {}, outcome.reason === 'no-such-colleague' ? 'to' : undefined)
  const flash: FlashKey = { kind: 'success', key: `registrations.claim.${claimedHow(asked.value).kind}` }
  const view = views.slice(1).find((each) => each === query['view'])
  if (fragment) return show.seeOther(`/staff/portal/registrations/waiting${view ? `?view=${view}` : ''}`, flash)
  return show.seeOther(`/staff/portal/registrations/${String(idIn(context))}`, flash)
}

const version = z
  .string()
  .regex(/^\d{1,9}$/)
  .transform(Number)
  .optional()

const firstDay = typedDay('registrations.from.notADay')

/** POST …/link: to a chart that is there. */
export async function link(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(
    z.object({
      ...{ pid: chosenId('registrations.missing.chart'), move: optionalText(1), despite: optionalText(1), version },
      from: firstDay,
    }),
  )
  if (!asked.ok && asked.errors['from'] === undefined)
    return reconcile(context, { status: 422, error: { text: t('registrations.missing.chart'), name: 'chart' } })
  const wrong = wrongFirstDay(context, asked)
  if (!asked.ok || wrong) return reconcile(context, { status: 422, error: { text: wrong ?? '' } }, dayIn(asked))
  const { despite, from, move, pid, version: seen } = asked.value
  const input = { id: idIn(context), seen, pid, move: move === '1', despite: despite === '1', from: from || undefined }
  return linked(context, await linkRegistration(portal, staff, actor, input), 'registrations.done.linked', dayIn(asked))
}

/** POST …/chart: to a new one. */
export async function newChart(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff } = context
  const asked = form(z.object({ move: optionalText(1), version, from: firstDay }))
  const wrong = wrongFirstDay(context, asked)
  if (wrong) return reconcile(context, { status: 422, error: { text: wrong } }, dayIn(asked))
  // No form of ours says that: nothing is made of what nobody can have seen.
  if (!asked.ok) return context.show.problem(422)
  const { from, move, version: seen } = asked.value
  const input = { id: idIn(context), seen, pid: undefined, move: move === '1', from: from || undefined }
  return linked(
    context,
    await linkRegistration(portal, staff, actor, input),
    'registrations.done.newChart',
    dayIn(asked),
  )
}

/** As it was typed, for the form that is shown once more. */
function dayIn({ typed }: Pick<FormRead<unknown>, 'typed'>): Typed {
  return { from: typed['from'] ?? '' }
}

/** Undefined: there is none, or it is today or later. */
function wrongFirstDay({ portal, t }: StaffContext, asked: FormRead<{ from: string }>): string | undefined {
  if (!asked.ok) return asked.errors['from'] === undefined ? undefined : t('registrations.from.notADay')
  const { from } = asked.value
  return from !== '' && from < dayOf(portal.clock.now()) ? t('registrations.from.past') : undefined
}

async function linked(context: StaffContext, outcome: LinkOutcome, key: string, typed: Typed): Promise<Answer> {
  return outcome.ok ? onward(context, key) : notDone(context, outcome, typed)
}

/** POST …/question */
export async function ask(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(z.object({ question: text(500, 'registrations.missing.question'), version }))
  if (!asked.ok) {
    const error = { text: t(asked.errors['question'] ?? 'registrations.missing.question'), name: 'question' }
    return reconcile(context, { status: 422, error }, { question: asked.typed['question'] ?? '' })
  }
  const { question, version: seen } = asked.value
  const outcome = await askForMore(portal, staff, actor, { id: idIn(context), question, seen })
  return outcome.ok ? onward(context, 'registrations.done.asked') : notDone(context, outcome, { question })
}

/** POST …/refusal */
export async function refuse(context: StaffContext): Promise<Answer> {
  const { actor, form, portal, staff, t } = context
  const asked = form(z.object({ reason: text(500, 'registrations.missing.reason'), version }))
  if (!asked.ok) {
    const error = { text: t(asked.errors['reason'] ?? 'registrations.missing.reason'), name: 'reason' }
    return reconcile(context, { status: 422, error }, { reason: asked.typed['reason'] ?? '' })
  }
  const { reason, version: seen } = asked.value
  const outcome = await refuseRegistration(portal, staff, actor, { id: idIn(context), reason, seen })
  return outcome.ok ? onward(context, 'registrations.done.refused') : notDone(context, outcome, { reason })
}

/** POST …/reopening: one that was closed with its note. */
export async function reopen(context: StaffContext): Promise<Answer> {
  const { actor, portal, show, staff } = context
  const outcome = await reopenRegistration(portal, staff, actor, idIn(context))
  if (!outcome.ok) return notDone(context, outcome, {})
  return show.seeOther(`/staff/portal/registrations/${String(idIn(context))}`, {
    kind: 'success',
    key: 'registrations.done.reopened',
  })
}

/** Deciding leads on to the next that waits and that nobody else is at; else to the queue. */
async function onward({ portal, show, staff }: StaffContext, key: string): Promise<Answer> {
  const now = { utc: utc(portal.clock.now()), claimedSince: claimedSince(portal) }
  const rows = await waitingRegistrations(portal.db, now, 'waiting', staff.username, 20)
  const next = rows.find(({ holder }) => holder === null || holder === staff.username)
  const to = next ? `/${String(next.id)}` : ''
  return show.seeOther(`/staff/portal/registrations${to}`, { kind: 'success', key })
}

type Refusal = Extract<LinkOutcome | ClaimOutcome | ReopenOutcome, { ok: false }>

const notTheirs = ['no-such-colleague', 'no-chart', 'of-age', 'barred', 'not-begun', 'has-access', 'own-later']

/** A lost race is 409 and says who did it. */
async function notDone(context: StaffContext, refusal: Refusal, typed: Typed, name?: string): Promise<Answer> {
  if (refusal.reason === 'not-found') return context.show.notFound()
  const status = notTheirs.includes(refusal.reason) ? 422 : 409
  const text = whyText(context, refusal)
  if (context.fragment) return waiting(context, { status, text })
  const error = { text, ...(name === undefined ? {} : { name }) }
  return reconcile(context, { status, error }, typed)
}

function whyText(context: StaffContext, refusal: Exclude<Refusal, { reason: 'not-found' }>): string {
  const { t } = context
  switch (refusal.reason) {
    case 'over':
      return t('registrations.not.over', {
        state: t(`registration.state.${refusal.state}`),
        by: refusal.by ?? t(refusal.state === 'closed' ? 'registrations.somebody' : 'registrations.sender'),
        at: refusal.at === undefined ? '' : writeInstant(context, refusal.at),
      })
    case 'claimed':
      return t('registrations.not.claimed', { by: refusal.by, at: writeInstant(context, refusal.since) })
    case 'not-begun':
      return t('registrations.not.not-begun', { day: writeDayOf(context, refusal.from) })
    case 'revoked':
      return t('registrations.not.revoked', { by: refusal.by ?? '' })
    default:
      return t(`registrations.not.${refusal.reason}`)
  }
}
