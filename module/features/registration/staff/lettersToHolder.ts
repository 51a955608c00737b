import { lettersView } from '../../../web/letters.js'
import type { StaffContext } from '../../../web/routes.js'

/**
 * What an account's holder was sent about the account and its registrations: a question that never arrived is answered
 * by nobody. Undefined: nothing was sent, or it is not this member's to deal with.
 */
export async function lettersToHolder(context: StaffContext, accountId: number) {
  if (!context.may('letters:manage')) return undefined
  const view = await lettersView(context, { accountId })
  return view.rows.length === 0 ? undefined : view
}
