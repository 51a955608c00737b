/** Where an account's holder is written to, and in which language. */
import { z } from 'zod'
import { endLinks } from '../../../access/links.js'
import { sendVerification } from '../../../access/verification.js'
import { isLanguage } from '../../../platform/i18n.js'
import { optionalText, text } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import { languageChoices } from '../../../web/reader.js'
import type { AccountContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { AccountSection } from './accountSection.js'
import { knowsPassword, notKnown } from './passwordPages.js'
import { findPerson } from './person.js'
import { mayHaveAnother } from './verifying.js'
import { isEmailAddress } from '../../../platform/emailAddress.js'

/** View: /accounts/safety/address-card. */
export interface AddressCard {
  email: string | undefined
  verified: boolean
  changeHref: string
}

export const addressSection: AccountSection = {
  key: 'email',
  title: 'account.email',
  show: async ({ account, portal, url }) => {
    const person = await findPerson(portal.db, portal, account.id)
    const content: AddressCard = {
      email: person?.email,
      verified: person?.verified ?? false,
      changeHref: url('/portal/account/email'),
    }
    return { view: '/accounts/safety/address-card', content }
  },
}

/** View: /accounts/safety/change-email. */
export interface ChangeEmailPage {
  action: string
  backHref: string
  typed: string
  errors: FieldError[]
}

export async function showChangeEmail(context: AccountContext): Promise<Answer> {
  const { account, portal, show, t } = context
  const person = await findPerson(portal.db, portal, account.id)
  // One that is not proved yet is most often the one to be proved.
  const typed = person?.verified === false ? (person.email ?? '') : ''
  return show.page('/accounts/safety/change-email', pageOf(context, typed, []), { title: t('account.changeEmail') })
}

export const ChangeEmail = z.object({
  email: text(254, 'account.missingEmail').refine(isEmailAddress, 'account.noEmail'),
  current: z.string().max(4096, 'form.tooLong').optional().default(''),
})

/** Nothing is changed yet: the new address is the account's once the link that goes there is used. */
export async function postChangeEmail(context: AccountContext): Promise<Answer> {
  const { account, address, portal, show, t } = context
  const form = context.form(ChangeEmail)
  const refused = (name: string, words: string, status = 422) =>
    show.refused('/accounts/safety/change-email', pageOf(context, form.typed['email'] ?? '', [{ name, text: words }]), {
      title: t('account.changeEmail'),
      status,
    })
  if (!form.ok) return refused('email', t(form.errors['email'] ?? 'account.noEmail'))
  const person = await findPerson(portal.db, portal, account.id)
  if (!person) return show.seeOther('/portal/sign-in')
  const { email, current } = form.value
  const is = await knowsPassword(context, person, current)
  if (!is.ok) return refused('current', ...notKnown(t, is))
  if (!(await mayHaveAnother(portal, account.id, address))) return refused('email', t('verify.enough'), 429)
  await portal.db.transaction(async (tx) => {
    // One that went to another address was mistyped, or is not wanted any more.
    await endLinks(tx, portal, account.id, 'verify-email')
    await sendVerification(tx, portal, { id: account.id, email, language: person.language }, '/portal/account')
  })
  return show.seeOther('/portal/account', { kind: 'info', key: 'account.emailSent' })
}

function pageOf({ url }: AccountContext, typed: string, errors: FieldError[]): ChangeEmailPage {
  return { action: url('/portal/account/email'), backHref: url('/portal/account'), typed, errors }
}

/** View: /accounts/safety/language-card. */
export interface LanguageCard {
  action: string
  choices: { value: string; text: string; selected: boolean }[]
}

export const languageSection: AccountSection = {
  key: 'language',
  title: 'account.language',
  show: ({ language, url }) => {
    const choices = languageChoices(language)
    const content: LanguageCard = {
      action: url('/portal/account/language'),
      choices: choices.map(({ code, label, current }) => ({ value: code, text: label, selected: current })),
    }
    return Promise.resolve({ view: '/accounts/safety/language-card', content })
  },
}

const Language = z.object({ language: optionalText(8) })

/** For pages and for letters. */
export async function postLanguage(context: AccountContext): Promise<Answer> {
  const { account, portal, show } = context
  const form = context.form(Language)
  const language = form.ok ? form.value.language : ''
  if (!isLanguage(language)) return show.problem(422)
  await portal.db.transaction((tx) =>
    tx.change(`UPDATE foyer_accounts SET language = :language WHERE id = :id`, { language, id: account.id }),
  )
  // A choice that this browser kept would stand before the account's.
  return show.seeOther(`/portal/account?lang=${language}`, { kind: 'success', key: 'account.languageKept' })
}
