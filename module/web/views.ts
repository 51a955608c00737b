/**
 * Whose data an answer shows, written into the audit trail before it is sent. Every look is a line, but for what asks
 * for news by itself: a poll adds a line only for patients whom the same session was not shown in the last ten minutes,
 * so that a queue which stays open all day is one look, and each newcomer in it another.
 */
import { recordViews } from '../platform/auditViews.js'
import { sha256 } from '../platform/ids.js'
import type { Actor } from '../platform/audit.js'
import type { Exchange } from './exchange.js'
import { addressOf, type RecordContext, type RequestContext, type Route, type StaffContext } from './routes.js'
import type { Answer } from './show.js'
import { keyOf, type Whose } from './whose.js'

/** A view that could not be written down: nothing is shown. */
export class NotRecorded extends Error {}

/** Resolves when the view is on disk, at once where nobody's data are shown. Throws NotRecorded. */
export async function recordView(
  { site, request }: Exchange,
  route: Route,
  context: RequestContext,
  answer: Answer,
): Promise<void> {
  const seen = shownIn(route, context, answer)
  if (seen.length === 0) return
  const session = sha256(request.sessionID)
  const now = site.portal.clock.now().toMillis()
  const people = route.poll ? newIn(session, seen, now) : seen
  const { actor } = context as StaffContext | RecordContext
  await write(site.portal, actor, people, isDownload(answer), addressOf(route))
  remember(session, people, now)
}

/** Those who are shown and no more: the EMR's pages are the host's to log. */
function shownIn(route: Route, context: RequestContext, answer: Answer): Whose[] {
  if (answer.kind !== 'page' && answer.kind !== 'file' && answer.kind !== 'stream') return []
  const named = answer.about ?? []
  switch (route.audience) {
    case 'record': {
      const { scope } = context as RecordContext
      return once([scope.kind === 'chart' ? scope.pid : { record: scope.record }, ...named])
    }
    case 'account':
    case 'staff':
      return once(named)
    case 'patientDoor':
    case 'staffDoor':
    case 'emr':
      return []
  }
}

function once(people: readonly Whose[]): Whose[] {
  return [...new Map(people.map((whose) => [keyOf(whose), whose])).values()]
}

/** It leaves with the reader. A picture that is shown in a page is looked at. */
function isDownload(answer: Answer): boolean {
  return answer.kind === 'file' || (answer.kind === 'stream' && answer.inline !== true)
}

const SUBJECT_MOST = 64

async function write(
  { db, clock }: RequestContext['portal'],
  actor: Actor,
  people: readonly Whose[],
  file: boolean,
  address: string,
): Promise<void> {
  const event = file ? 'patient.downloaded' : 'patient.viewed'
  const subject = address.slice(0, SUBJECT_MOST)
  const details = people.length > 1 ? { listed: people.length } : {}
  const entries = people.map((whose) => ({
    ...(typeof whose === 'number' ? { pid: whose } : whose),
    event,
    subject,
    details,
  }))
  try {
    await recordViews(db, clock, actor, entries)
  } catch (error) {
    throw new NotRecorded('A view could not be written into the audit trail.', { cause: error })
  }
}

const SESSIONS_MOST = 2000
const PATIENTS_MOST = 500
const SHOWN_FOR_MS = 10 * 60 * 1000

/** By session, the one that was busy longest ago first: who was shown when, as of the process's own clock. */
const shown = new Map<string, Map<string, number>>()

function newIn(session: string, people: readonly Whose[], now: number): Whose[] {
  const before = shown.get(session)
  return people.filter((whose) => {
    const at = before?.get(keyOf(whose))
    return at === undefined || at <= now - SHOWN_FOR_MS
  })
}

function remember(session: string, people: readonly Whose[], now: number): void {
  const before = shown.get(session) ?? new Map<string, number>()
  for (const key of people.map(keyOf)) {
    before.delete(key)
    before.set(key, now)
  }
  dropOldest(before, PATIENTS_MOST)
  shown.delete(session)
  shown.set(session, before)
  dropOldest(shown, SESSIONS_MOST)
}

/** A Map keeps the order in which its keys came. */
function dropOldest<Key>(map: Map<Key, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return
    map.delete(key)
  }
}
