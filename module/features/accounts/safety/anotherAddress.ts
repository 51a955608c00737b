/** At the door, waiting for a letter that went to a mistyped address: who knows the password has it sent elsewhere. */
import { endLinks } from '../../../access/links.js'
import { sendVerification } from '../../../access/verification.js'
import type { DoorContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { atStage } from '../onward.js'
import { ChangeEmail, type ChangeEmailPage } from './addressPages.js'
import { knowsPassword, notKnown } from './passwordPages.js'
import { findPerson } from './person.js'
import { mayHaveAnother } from './verifying.js'

const WAIT = '/portal/sign-in/verify-address'

export function showAnotherAddress(context: DoorContext): Answer {
  const { answer } = atStage(context, 'verify-email')
  return answer ?? anotherPage(context, { typed: '', errors: [] })
}

/** Nothing is changed yet: it is the account's address once the link that goes there is used. The one before it is over. */
export async function postAnotherAddress(context: DoorContext): Promise<Answer> {
  const { who, answer } = atStage(context, 'verify-email')
  if (answer) return answer
  const { address, portal, show, t } = context
  const form = context.form(ChangeEmail)
  const typed = form.typed['email'] ?? ''
  const refused = (name: string, text: string, status = 422) =>
    anotherPage(context, { typed, errors: [{ name, text }] }, status)
  if (!form.ok) return refused('email', t(form.errors['email'] ?? 'account.noEmail'))
  const person = await findPerson(portal.db, portal, who.who.id)
  if (!person) return show.seeOther('/portal/sign-in')
  const { email, current } = form.value
  const is = await knowsPassword(context, person, current)
  if (!is.ok) return refused('current', ...notKnown(t, is))
  if (!(await mayHaveAnother(portal, person.id, address))) return refused('email', t('verify.enough'), 429)
  await portal.db.transaction(async (tx) => {
    await endLinks(tx, portal, person.id, 'verify-email')
    await sendVerification(tx, portal, { id: person.id, email, language: person.language }, who.next)
  })
  return show.seeOther(WAIT, { kind: 'success', key: 'verify.sentElsewhere' })
}

function anotherPage(
  { show, t, url }: DoorContext,
  said: Pick<ChangeEmailPage, 'typed' | 'errors'>,
  status?: number,
): Answer {
  const page: ChangeEmailPage = { action: url(`${WAIT}/another`), backHref: url(WAIT), ...said }
  const title = t('verify.another')
  return status === undefined
    ? show.page('/accounts/safety/another-address', page, { title })
    : show.refused('/accounts/safety/another-address', page, { title, status })
}
