import type { Card } from '../../../feature.js'
import type { RecordContext } from '../../../web/routes.js'
import { registrationsOf } from '../registrations.js'
import { standingView } from './standing.js'

const SHOWN_MOST = 5

/** On the account's own record and on the holder's own chart: what was asked for, and what the practice says to it. */
export const homeCard: Card<RecordContext> = {
  permission: 'registration:submit',
  place: 'needs',
  async show(context) {
    const { account, portal, scope, url } = context
    if (scope.kind === 'chart' && scope.relationship !== 'self') return undefined
    const rows = await registrationsOf(portal.db, account.id)
    // In the chart only what is still open: what was linked is there to see.
    const shown = rows.filter(({ state }) => scope.kind === 'own' || state === 'waiting' || state === 'asked')
    if (shown.length === 0) return undefined
    return {
      view: '/registration/patient/card',
      content: {
        rows: shown.slice(0, SHOWN_MOST).map((row) => standingView(context, row)),
        newHref: url('/portal/account/registrations/new'),
      },
    }
  },
}
