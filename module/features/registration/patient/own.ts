/** Signed in: what one has asked for, and how it stands; another person, such as a child. */
import { z } from 'zod'
import { opaqueId } from '../../../platform/ids.js'
import { text } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { AccountContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { answerQuestion, withdraw } from '../answering.js'
import { detailsOf, detailsSchema } from '../details.js'
import { registerAnother } from '../registering.js'
import { isOpen, ownRegistration, registrationsOf, type Registration } from '../registrations.js'
import { detailsErrors, detailsFields } from './detailsFields.js'
import { standingView } from './standing.js'

/** GET /portal/account/registrations */
export async function list(context: AccountContext): Promise<Answer> {
  const { account, portal, show, t, url } = context
  const rows = await registrationsOf(portal.db, account.id)
  const page = {
    rows: rows.map((row) => standingView(context, row)),
    newHref: url('/portal/account/registrations/new'),
    homeHref: url('/portal'),
  }
  return show.page('/registration/patient/list', page, { title: t('registration.list.title') })
}

/** GET /portal/account/registrations/new */
export function askAnother(context: AccountContext): Answer {
  return anotherPage(context, { forWhom: 'child' }, [])
}

function anotherPage(
  context: AccountContext,
  typed: Readonly<Record<string, string>>,
  errors: FieldError[],
  status?: number,
): Answer {
  const { show, t, url } = context
  const page = {
    ...detailsFields(context, typed, errors),
    action: url('/portal/account/registrations'),
    once: typed['_once'] ?? opaqueId(),
    withAccount: false,
  }
  const options = { title: t('registration.another.title'), ...(status === undefined ? {} : { status }) }
  return errors.length === 0
    ? show.page('/registration/patient/another', page, options)
    : show.refused('/registration/patient/another', page, options)
}

/** POST /portal/account/registrations */
export async function submitAnother(context: AccountContext): Promise<Answer> {
  const { account, actor, form, once, portal, show, t } = context
  const asked = form(detailsSchema(portal.clock))
  const errors = detailsErrors(context, asked, false)
  const details = asked.ok ? detailsOf(asked.value) : undefined
  if (!details || errors.length > 0) return anotherPage(context, asked.typed, errors)
  const outcome = await registerAnother(portal, actor, account, details, once({ ...details }))
  if (outcome.ok) return show.seeOther(`/portal/account/registrations/${outcome.receipt}`)
  // Nobody is signed in with it any more: the door says so.
  if (outcome.reason === 'no-account') return show.seeOther('/portal/sign-in')
  const said = outcome.reason === 'too-many' ? t('registration.tooMany', { count: outcome.limit }) : t('form.twice')
  return anotherPage(context, asked.typed, [{ text: said }])
}

/** GET /portal/account/registrations/:receipt */
export async function one(context: AccountContext): Promise<Answer> {
  const row = await found(context)
  return row ? onePage(context, row, '') : context.show.notFound()
}

function found({ account, params, portal }: AccountContext): Promise<Registration | undefined> {
  return ownRegistration(portal.db, account.id, params['receipt'] ?? '')
}

function onePage(context: AccountContext, row: Registration, typed: string, error?: FieldError): Answer {
  const { show, t, url } = context
  const page = {
    ...standingView(context, row),
    errors: error ? [error] : [],
    error: error?.text,
    answerTyped: typed,
    withdrawAction: isOpen(row) ? url(`/portal/account/registrations/${row.receipt}/withdrawal`) : undefined,
    homeHref: url('/portal'),
    listHref: url('/portal/account/registrations'),
  }
  const options = { title: t('registration.one.title') }
  return error
    ? show.refused('/registration/patient/one', page, options)
    : show.page('/registration/patient/one', page, options)
}

/** POST /portal/account/registrations/:receipt/answer */
export async function answer(context: AccountContext): Promise<Answer> {
  const { actor, form, portal, show, t } = context
  const row = await found(context)
  if (!row) return show.notFound()
  const asked = form(z.object({ answer: text(1000, 'registration.missing.answer') }))
  if (!asked.ok) {
    const error = { name: 'answer', text: t(asked.errors['answer'] ?? 'registration.missing.answer') }
    return onePage(context, row, asked.typed['answer'] ?? '', error)
  }
  const outcome = await answerQuestion(portal, actor, row.id, asked.value.answer)
  if (!outcome.ok) return over(context)
  return show.seeOther(`/portal/account/registrations/${row.receipt}`, {
    kind: 'success',
    key: 'registration.answered',
  })
}

/** POST /portal/account/registrations/:receipt/withdrawal */
export async function takeBack(context: AccountContext): Promise<Answer> {
  const { actor, portal, show } = context
  const row = await found(context)
  if (!row) return show.notFound()
  const outcome = await withdraw(portal, actor, row.id)
  if (!outcome.ok) return over(context)
  return show.seeOther(`/portal/account/registrations/${row.receipt}`, {
    kind: 'success',
    key: 'registration.withdrawn',
  })
}

function over({ show, t, url, params }: AccountContext): Answer {
  const href = url(`/portal/account/registrations/${params['receipt'] ?? ''}`)
  const actions = [{ label: t('registration.one.title'), href }]
  return show.problem(409, { what: t('registration.over'), next: t('registration.over.next'), actions })
}
