import type { AccountContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import { accountSections } from './accountSections.js'

/** View: /accounts/safety/account. */
export interface AccountPage {
  name: string
  sections: { key: string; title: string; view: string; content: unknown }[]
}

/** GET /portal/account: how one signs in, where one is signed in, and what happened. */
export async function showAccount(context: AccountContext): Promise<Answer> {
  const shown = await Promise.all(
    accountSections.map(async ({ key, title, show }) => {
      const fragment = await show(context)
      return fragment ? [{ key, title: context.t(title), view: fragment.view, content: fragment.content }] : []
    }),
  )
  const page: AccountPage = { name: context.account.name, sections: shown.flat() }
  return context.show.page('/accounts/safety/account', page, { title: context.t('account.title') })
}
