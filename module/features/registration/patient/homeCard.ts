import type { Card, Need } from '../../../feature.js'
import type { RecordContext } from '../../../web/routes.js'
import { registrationsOf } from '../registrations.js'
import { standingView } from './standing.js'

const SHOWN_MOST = 5

/** On the account's own record: what was asked for, and what the practice says to it. */
export const homeCard: Card<RecordContext> = {
  permission: 'registration:submit',
  place: 'needs',
  async show(context) {
    const { account, portal, scope, url } = context
    if (scope.kind === 'chart') return undefined
    const rows = await registrationsOf(portal.db, account.id)
    if (rows.length === 0) return undefined
    return {
      view: '/registration/patient/card',
      content: {
        rows: rows.slice(0, SHOWN_MOST).map((row) => standingView(context, row)),
        newHref: url('/portal/account/registrations/new'),
      },
    }
  },
}

/** On the holder's own chart: a question of the practice about somebody whom they have registered. */
export const registrationNeed: Need = {
  key: 'registrations',
  permission: 'registration:submit',
  shown: ({ scope }) => scope.kind === 'chart' && scope.relationship === 'self',
  counting: `SELECT COUNT(*) AS count, NULL AS day, COALESCE(MAX(r.first_name), '') AS name
               FROM foyer_registrations r WHERE r.account_id = :account AND r.state = 'asked'`,
  icon: 'person-plus',
  line: ({ t }, { count, name }) => ({
    text: t('registration.need', { count, name }),
    action: t('registration.need.answer'),
    to: '/portal/account/registrations',
  }),
}
