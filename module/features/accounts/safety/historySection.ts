/** What happened at the door of an account, and to the account: as the audit trail keeps it, in words. */
import { z } from 'zod'
import { strangerAt } from '../../../access/signIn.js'
import { accountsOfPerson } from '../../../host/reads/redeeming.js'
import { utc, type Utc } from '../../../platform/clock.js'
import { writeInstant } from '../../../web/instant.js'
import type { AccountContext } from '../../../web/routes.js'
import type { Answer } from '../../../web/show.js'
import type { AccountSection } from './accountSection.js'
import { placeText } from './place.js'

/** View: /accounts/safety/history-card. */
export interface HistoryCard {
  lines: HistoryLine[]
  days: number
  /** All of it, a page at a time; undefined: it is all here. */
  allHref: string | undefined
}

interface HistoryLine {
  when: string
  text: string
  tone: 'success' | 'warning' | 'info'
}

const DAYS = 90
const MOST = 20

/** Of the account itself, whoever did it. */
const ofAccount = {
  'patient.signed-in': 'success',
  'account.made': 'info',
  'account.password-changed': 'info',
  'account.email-changed': 'info',
  'account.email-verified': 'info',
  'account.sessions-ended': 'info',
  'account.credential-joined': 'info',
  'account.disabled': 'warning',
  'account.enabled': 'info',
  'second-factor.app-added': 'info',
  'second-factor.app-removed': 'info',
  'second-factor.passkey-added': 'info',
  'second-factor.passkey-removed': 'info',
  'second-factor.codes-made': 'info',
  'second-factor.switched-off': 'info',
  'second-factor.reset': 'warning',
} as const
/** Of an account that became part of it; of the login that staff made; of strangers at its door. */
const tones = {
  ...ofAccount,
  'account.merged': 'info',
  'credential.created': 'info',
  'credential.reset': 'warning',
  'patient.sign-in-refused': 'warning',
} as const

type Known = keyof typeof tones

interface Row {
  id: number
  at: Utc
  event: Known
  details: string | Details | null
}

interface Details {
  device?: string
  address?: string
}

export const historySection: AccountSection = {
  key: 'history',
  title: 'account.history',
  show: async (context) => {
    const { lines, next } = await pageOfHistory(context, undefined)
    const content: HistoryCard = { lines, days: DAYS, allHref: next && context.url('/portal/account/history') }
    return { view: '/accounts/safety/history-card', content }
  },
}

/** View: /accounts/safety/history. */
export interface HistoryPage {
  backHref: string
  lines: HistoryLine[]
  days: number
  earlierHref: string | undefined
  latestHref: string | undefined
}

const Query = z.object({
  before: z
    .string()
    .regex(/^[1-9]\d{0,15}$/)
    .optional()
    .catch(undefined),
})

/** GET /portal/account/history: twenty at a time, the newest first; `before`: those before this line. */
export async function showHistory(context: AccountContext): Promise<Answer> {
  const { show, t, url } = context
  const { before } = Query.parse(context.query)
  const { lines, next } = await pageOfHistory(context, before === undefined ? undefined : Number(before))
  const here = url('/portal/account/history')
  const page: HistoryPage = {
    backHref: url('/portal/account'),
    lines,
    days: DAYS,
    earlierHref: next && `${here}?before=${next}`,
    latestHref: before === undefined ? undefined : here,
  }
  return show.page('/accounts/safety/history', page, { title: t('account.history') })
}

/** `next`: before which line the next page begins; undefined: nothing is left. */
async function pageOfHistory(
  context: AccountContext,
  before: number | undefined,
): Promise<{ lines: HistoryLine[]; next: string | undefined }> {
  const rows = await historyOf(context, before)
  const shown = rows.slice(0, MOST)
  const last = rows.length > MOST ? shown.at(-1) : undefined
  return { lines: shown.map((row) => lineOf(context, row)), next: last && String(last.id) }
}

/** Ranges of the trail's own indexes, each cut off. One more than a page has. */
async function historyOf({ account, portal }: AccountContext, before = Number.MAX_SAFE_INTEGER): Promise<Row[]> {
  const part = (where: string): string =>
    `(SELECT id, at, event, details FROM foyer_audit WHERE ${where} AND id < :before AND at > :since
       ORDER BY id DESC LIMIT ${String(MOST + 1)})` // sql-safe: constants of ours
  const parts = [
    `subject = :subject AND event IN (:events)`,
    `actor_kind = 'system' AND actor_id = :stranger AND event = 'patient.sign-in-refused'`,
    `subject = :login AND event IN ('credential.created', 'credential.reset')`,
    `subject IN (:merged) AND event = 'account.merged'`,
  ]
  const merged = (await accountsOfPerson(portal.db, account.id)).filter((each) => each.account !== account.id)
  return portal.db.select<Row>(
    `${parts.map(part).join(' UNION ALL ')} ORDER BY id DESC LIMIT ${String(MOST + 1)}`, // sql-safe: constants of ours
    {
      ...{ before, subject: `account:${String(account.id)}` },
      merged: ['', ...merged.map((each) => `account:${String(each.account)}`)],
      login: account.hostPid === undefined ? '' : `patient:${String(account.hostPid)}`,
      stranger: strangerAt(account.id),
      since: utc(portal.clock.now().minus({ days: DAYS })),
      events: Object.keys(ofAccount),
    },
  )
}

function lineOf(context: AccountContext, { at, event, details }: Row): HistoryLine {
  const { device = '', address = '' } = (typeof details === 'string' ? JSON.parse(details) : (details ?? {})) as Details
  const said = context.t(`account.history.${event}`)
  const where = [device, placeText(context, address)].filter((part) => part !== '').join(', ')
  return {
    when: writeInstant(context, at),
    text: where === '' ? said : `${said} (${where})`,
    tone: tones[event],
  }
}
