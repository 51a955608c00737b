/** What could not be delivered, as staff read it. */
import { DateTime } from 'luxon'
import { utc, type Utc } from '../../platform/clock.js'
import type { Badge } from '../../web/layout.js'
import type { StaffContext } from '../../web/routes.js'
import { writeAge } from '../../web/times.js'
import { undelivered, type UndeliveredRow } from './undelivered.js'

export interface UndeliveredView {
  id: number
  event: string
  listener: string
  /** Why, in words. */
  why: string
  attempts: number
  age: string
  pid: number | undefined
  patientHref: string | undefined
  retryAction: string
  asideHref: string
}

export interface UndeliveredPage {
  rows: UndeliveredView[]
  more: boolean
  refreshHref: string
  /** Sent along with a fragment, so that the navigation's count is that of the list. */
  badge: (Badge & { key: string; oob: true }) | undefined
  about: number[]
}

const MOST = 50

export async function undeliveredPage(context: StaffContext): Promise<UndeliveredPage> {
  const { fragment, portal, t, url } = context
  const now = utc(portal.clock.now())
  const found = await undelivered(portal.db, MOST + 1)
  const rows = found.slice(0, MOST).map((row) => undeliveredView(context, row, now))
  const oldest = rows[0] ? { oldest: t('queue.oldest', { age: rows[0].age }) } : {}
  const complete = fragment && found.length <= MOST
  return {
    rows,
    more: found.length > MOST,
    refreshHref: url('/staff/portal/operations/undelivered'),
    badge: complete
      ? { key: 'operations', oob: true, count: rows.length, label: t('queue.waiting'), ...oldest }
      : undefined,
    about: [...new Set(rows.flatMap(({ pid }) => pid ?? []))],
  }
}

export function undeliveredView({ t, url }: StaffContext, row: UndeliveredRow, now: Utc): UndeliveredView {
  const base = `/staff/portal/operations/deliveries/${String(row.id)}`
  const pid = pidIn(row.payload)
  return {
    id: row.id,
    event: row.event,
    listener: row.listener,
    why: t(whyOf(row.error_code), { code: row.error_code ?? '' }),
    attempts: row.attempts,
    age: writeAge(minutesBetween(row.created_at, now)),
    pid,
    patientHref: pid === undefined ? undefined : url(`/staff/portal/patients/${String(pid)}`),
    retryAction: url(`${base}/attempt`),
    asideHref: url(`${base}/setting-aside`),
  }
}

/** MySQL gives the value of JSON, MariaDB its text. */
function pidIn(payload: UndeliveredRow['payload']): number | undefined {
  const { pid } = (typeof payload === 'string' ? JSON.parse(payload) : payload) as { pid?: unknown }
  return typeof pid === 'number' && pid > 0 ? pid : undefined
}

const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])
const slow = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'too-slow'])

function whyOf(code: string | null): string {
  if (code === null) return 'operations.why.unknown'
  if (unreachable.has(code)) return 'operations.why.unreachable'
  if (slow.has(code)) return 'operations.why.slow'
  if (code === 'no-listener') return 'operations.why.noListener'
  if (code === 'never-returned') return 'operations.why.neverReturned'
  return 'operations.why.failed'
}

function minutesBetween(from: Utc, until: Utc): number {
  const [began, now] = [from, until].map((at) => DateTime.fromSQL(at, { zone: 'utc' }).toMillis())
  return ((now ?? 0) - (began ?? 0)) / 60_000
}
