/** What the host calls a patient at its portal: the account's name, which never changes, and the login name. */
import type { Portal } from '../../../access/portal.js'
import { trustedEmail } from '../../../access/chartAddress.js'
import { loginNamesAreEmails, loginNameTaken, type PortalChart } from '../../../host/credentials.js'
import type { Queryable } from '../../../platform/database.js'

/** As long as the host's columns. */
export const LOGIN_NAME_MOST = 100

/** The existing one, since the host's messages hang on it; else first name, last name and the chart's own number (facts §3.1). */
export function accountNameOf({ firstName, id, lastName, login }: PortalChart): string {
  if (login && login.accountName !== '') return login.accountName
  const number = String(id)
  return `${firstName}${lastName}`.slice(0, LOGIN_NAME_MOST - number.length) + number
}

/** What the dialog proposes: the existing one, else as the host's global says (facts §3.2), nobody else's. */
export async function proposedLoginName(portal: Portal, chart: PortalChart): Promise<string> {
  if (chart.login && chart.login.loginName !== '') return chart.login.loginName
  const email = trustedEmail(chart).address
  const fits = email !== '' && email.length <= LOGIN_NAME_MOST - String(chart.pid).length
  return loginNamesAreEmails(portal.site, portal.globals()) && fits
    ? freeName(portal.db, chart.pid, email)
    : accountNameOf(chart)
}

/** Another's already: the pid goes in before the @ (facts §3.2). */
async function freeName(db: Queryable, pid: number, email: string): Promise<string> {
  return (await loginNameTaken(db, pid, email)) ? email.replace(/@|$/, (at) => `${String(pid)}${at}`) : email
}
