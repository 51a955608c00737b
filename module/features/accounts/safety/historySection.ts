/** What happened at the door of an account, and to the account: as the audit trail keeps it, in words. */
import { strangerAt } from '../../../access/signIn.js'
import { utc, type Utc } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import type { AccountContext } from '../../../web/routes.js'
import type { AccountSection } from './accountSection.js'

/** View: /accounts/safety/history-card. */
export interface HistoryCard {
  lines: HistoryLine[]
  days: number
}

interface HistoryLine {
  when: string
  text: string
  tone: 'success' | 'warning' | 'info'
}

const DAYS = 90
const MOST = 20

/** Of the account itself; and of strangers at its door. */
const tones = {
  'patient.signed-in': 'success',
  'patient.sign-in-refused': 'warning',
  'account.password-changed': 'info',
  'account.email-changed': 'info',
  'account.email-verified': 'info',
  'account.sessions-ended': 'info',
} as const

type Known = keyof typeof tones

interface Row {
  at: Utc
  event: Known
  details: string | { device?: string }
}

export const historySection: AccountSection = {
  key: 'history',
  title: 'account.history',
  show: async (context) => {
    const content: HistoryCard = { lines: (await historyOf(context)).map((row) => lineOf(context, row)), days: DAYS }
    return { view: '/accounts/safety/history-card', content }
  },
}

/** Two ranges of the trail's own index, each cut off: an account's views stand among them. */
async function historyOf({ account, portal }: AccountContext): Promise<Row[]> {
  return portal.db.select<Row>(
    // sql-safe: a constant
    `(SELECT at, event, details FROM foyer_audit
       WHERE actor_kind = 'account' AND actor_id = :id AND at > :since AND event IN (:events)
       ORDER BY at DESC LIMIT ${String(MOST)})
      UNION ALL
     (SELECT at, event, details FROM foyer_audit
       WHERE actor_kind = 'system' AND actor_id = :stranger AND at > :since
       ORDER BY at DESC LIMIT ${String(MOST)})
      ORDER BY at DESC LIMIT ${String(MOST)}`,
    {
      id: String(account.id),
      stranger: strangerAt(account.id),
      since: utc(portal.clock.now().minus({ days: DAYS })),
      events: Object.keys(tones),
    },
  )
}

function lineOf(context: AccountContext, { at, event, details }: Row): HistoryLine {
  const { device = '' } = (typeof details === 'string' ? JSON.parse(details) : details) as { device?: string }
  const said = context.t(`account.history.${event}`)
  return {
    when: writeInstant(context, at),
    text: device === '' ? said : `${said} (${device})`,
    tone: tones[event],
  }
}
