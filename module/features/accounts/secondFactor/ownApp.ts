/** Setting up one's own app that shows codes, or another phone's. */
import { z } from 'zod'
import { factorsOf } from '../../../access/secondFactors.js'
import { optionalText } from '../../../web/forms.js'
import type { FieldError } from '../../../web/layout.js'
import type { Answer } from '../../../web/show.js'
import { setUpApp } from './changing.js'
import { added, answerOf, passwordError, type Own } from './own.js'
import { appPage, sealedSecret, type AppPage } from './settingUp.js'

/** View: /accounts/secondFactor/own-app. */
export interface OwnAppPage {
  backHref: string
  action: string
  app: AppPage
  /** Another app shows codes by now, which would then be in vain. */
  replaces: boolean
  errors: FieldError[]
}

const AppForm = z.object({
  sealed: optionalText(1000),
  code: optionalText(40, 'second.app.wrong'),
  password: z.string().max(4096).optional().default(''),
})

export async function showApp(own: Own): Promise<Answer> {
  return ownApp(own, [])
}

export async function postApp(own: Own): Promise<Answer> {
  const { actor, context, holder } = own
  const { portal, t } = context
  const { sealed = '', code = '', password = '' } = context.form(AppForm).typed
  const secret = sealedSecret(portal, holder, sealed)
  if (secret === undefined) return ownApp(own, [{ text: t('second.app.tooOld') }])
  const wrong = await passwordError(own, password)
  if (wrong) return ownApp(own, [wrong], sealed)
  const outcome = await setUpApp(portal, actor, holder, { secret, code })
  if (outcome.ok) return added(own, outcome, 'second.app.added')
  const text = t(code.trim() === '' ? 'second.missing' : 'second.app.wrong')
  return ownApp(own, [{ name: 'code', text }], sealed)
}

async function ownApp({ context, here, holder }: Own, errors: FieldError[], sealed?: string): Promise<Answer> {
  const { portal, show, t, url } = context
  const { app: replaces } = await factorsOf(portal.db, holder.owner)
  const codeError = errors.find(({ name }) => name === 'code')?.text
  const page: OwnAppPage = {
    backHref: url(here),
    action: url(`${here}/app`),
    app: { ...appPage(portal, holder, sealed), ...(codeError === undefined ? {} : { codeError }) },
    replaces,
    errors,
  }
  return answerOf(show, '/accounts/secondFactor/own-app', page, t('second.app.title'), errors)
}
