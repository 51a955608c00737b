/** Staff made the password that was typed: before anything opens, the patient makes their own. */
import type { Portal } from '../../../access/portal.js'
import type { SignedIn } from '../../../access/signIn.js'
import type { DoorContext } from '../../../web/routes.js'
import type { FieldError } from '../../../web/layout.js'
import type { Answer } from '../../../web/show.js'
import { atStage, goOn } from '../onward.js'
import type { BirthDateField } from './birthDate.js'
import { choosePassword } from './choosing.js'
import { Password, passwordHint, unfitText } from './judging.js'
import { findPerson, withLogin, type SafetyPerson } from './person.js'

/** View: /accounts/safety/new-password. */
export interface NewPasswordPage {
  title: string
  lead: string
  action: string
  judgeAction: string
  hint: string
  errors: FieldError[]
  /** What is typed at sign-in, as staff chose it. */
  loginName?: string
  /** Of a link that was sent. */
  token?: string
  birthDate?: BirthDateField | undefined
  /** Where one leaves without choosing. */
  signOutAction?: string
}

const HERE = '/portal/sign-in/new-password'

export async function showNewPassword(context: DoorContext): Promise<Answer> {
  const { who, answer } = atStage(context, 'change-password')
  if (answer) return answer
  const person = await whoOwes(context.portal, who.who)
  return context.show.page('/accounts/safety/new-password', pageOf(context, person, []), {
    title: context.t('password.choose'),
  })
}

export async function postNewPassword(context: DoorContext): Promise<Answer> {
  const { who, answer } = atStage(context, 'change-password')
  if (answer) return answer
  const { portal, t, show } = context
  const form = context.form(Password)
  const person = await whoOwes(portal, who.who)
  if (!person) return show.seeOther('/portal/sign-in')
  const password = form.ok ? form.value.password : ''
  const actor = { kind: 'account', id: String(person.id), name: person.name, requestId: context.requestId } as const
  const choice = { password, why: 'forced', of: 'host', under: who.who } as const
  const chosen = await choosePassword(portal, actor, person, choice)
  if (chosen.ok) return goOn(context, 'change-password', chosen.fingerprint)
  const text = chosen.reason === 'unfit' ? unfitText(t, chosen.unfit) : t('password.tooLate')
  const page = pageOf(context, person, [{ name: 'password', text }])
  return show.refused('/accounts/safety/new-password', page, { title: t('password.choose') })
}

async function whoOwes(portal: Portal, { id, login }: SignedIn): Promise<SafetyPerson | undefined> {
  const person = await findPerson(portal.db, portal, id)
  return person && login ? withLogin(portal.db, person, login.pid) : person
}

function pageOf(
  { t, url, portal }: DoorContext,
  person: SafetyPerson | undefined,
  errors: FieldError[],
): NewPasswordPage {
  return {
    title: t('password.choose'),
    lead: t('password.madeByStaff'),
    action: url(HERE),
    judgeAction: url('/portal/password-judgement'),
    hint: passwordHint(portal, t),
    errors,
    ...(person?.login ? { loginName: person.login.loginName } : {}),
    signOutAction: url('/portal/sign-out'),
  }
}
