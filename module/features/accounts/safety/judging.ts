/** A password is judged while it is typed: in words, and by the rules that decide when it is sent. */
import { z } from 'zod'
import { judgePassword, shortestPassword } from '../../../access/passwordPolicy.js'
import type { Portal } from '../../../access/portal.js'
import type { Translate } from '../../../platform/i18n.js'
import { optionalText } from '../../../web/forms.js'
import type { DoorContext, RequestContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { Unfit } from './choosing.js'
import { aboutPerson, findPerson } from './person.js'

/** Passwords are taken as they are typed, spaces and all: in `password`, and at most so long. */
export const Password = z.object({ password: z.string().max(4096, 'form.tooLong').optional().default('') })

/** What stands beside the password in the forms that ask for one: it must not be made of it. */
const Judged = Password.extend({
  email: optionalText(255),
  username: optionalText(255),
  name: optionalText(255),
  firstName: optionalText(255),
  lastName: optionalText(255),
  birthDate: optionalText(20),
  born: optionalText(20),
})

/** View: /accounts/safety/judged. */
export interface JudgedPage {
  /** '' before anything is typed. */
  text: string
  tone: 'danger' | 'warning' | 'success'
}

/** POST /portal/password-judgement, by anybody: the fields of the form that is open. */
export async function judgeTyped(context: DoorContext): Promise<Answer> {
  const form = context.form(Judged)
  const { password, ...names } = form.ok ? form.value : { password: '' }
  const { waiting, portal } = context
  const person = waiting && (await findPerson(portal.db, portal, waiting.who.id))
  const about = [...Object.values(names), ...(person ? await aboutPerson(portal, person) : [])]
  const page = judgedPage(context, password, about)
  return context.show.page('/accounts/safety/judged', page, { title: context.t('password.new') })
}

function judgedPage({ portal, t }: RequestContext, password: string, about: readonly string[]): JudgedPage {
  if (password === '') return { text: '', tone: 'warning' }
  const { flaw, strength } = judgePassword(portal, password, about)
  if (flaw) return { text: unfitText(t, flaw), tone: flaw.reason === 'too-short' ? 'warning' : 'danger' }
  return { text: t(`password.strength.${String(strength)}`), tone: 'success' }
}

export function unfitText(t: Translate, unfit: Unfit): string {
  return t(`password.flaw.${unfit.reason}`, unfit.reason === 'too-short' ? { length: unfit.length } : {})
}

/** What the field says before anything is typed. */
export function passwordHint(portal: Portal, t: Translate): string {
  const length = shortestPassword(portal)
  // The host's own rule, where its global asks for it (facts §3.4).
  return portal.globals().get('secure_password') === '1'
    ? t('password.hintKinds', { length })
    : t('password.hint', { length })
}
