/** What all pages of one's own second factor share. */
import type { Actor } from '../../../platform/audit.js'
import type { FieldError } from '../../../web/layout.js'
import type { RequestContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { SetUp } from './changing.js'
import { codesPage } from './codesPage.js'
import type { Holder } from './holder.js'
import { knowsOwnPassword } from './ownPassword.js'

/** Somebody signed in, at their own second factor. */
export interface Own {
  context: RequestContext
  actor: Actor
  holder: Holder
  /** Where its pages are, without the base path. */
  here: string
  /** Where an account is looked after: this page belongs to it. */
  accountHref: string
  /** Their other sessions have ended: this one goes on under another id. */
  renewSession: () => Promise<void>
}

/** Undefined: they know their password. */
export async function passwordError({ context, holder }: Own, password: string): Promise<FieldError | undefined> {
  const { t } = context
  if (password === '') return { name: 'password', text: t('second.password.missing') }
  const check = await knowsOwnPassword(context, holder, password)
  if (check.ok) return undefined
  if (check.reason === 'wrong') return { name: 'password', text: t('second.password.wrong') }
  return { name: 'password', text: t('second.tooMany', { minutes: Math.ceil(check.seconds / 60) }) }
}

/** The page, or the form again with its messages. */
export function answerOf(
  show: RequestContext['show'],
  view: string,
  page: unknown,
  title: string,
  errors: readonly FieldError[],
  status?: number,
): Answer {
  if (errors.length === 0) return show.page(view, page, { title })
  return show.refused(view, page, { title, ...(status === undefined ? {} : { status }) })
}

/** Where the first one brings recovery codes they are shown, once. */
export async function added(own: Own, { codes }: Extract<SetUp, { ok: true }>, key: string): Promise<Answer> {
  await own.renewSession()
  const { show, url } = own.context
  if (codes) return codesPage(own.context, { codes, backHref: url(own.here) })
  return show.seeOther(own.here, { kind: 'success', key })
}
